/* Quicksort in place of elements of a KIND (64, 32, F64), which quicksort_tmpl.c includes for each:
 * of TYPE, between LEAST and LARGEST, BELOW(x) the next one below x.
 *
 * With vectors a partition reads whole vectors from whichever side has less room, moves the lanes
 * that belong right behind the others by one permutation, and stores the vector twice: at the end
 * of the left part, and before the right part; what is too much of each falls into the gap between
 * them. UNROLL vectors of each end are read first, which makes the gap. Small parts are sorted in
 * registers: rows of vectors by a network, then neighbouring columns merged until there is one.
 * (Bramas 2017 and Blacher et al. 2022 describe both ideas.) Pivots are medians of samples; where
 * they are bad again and again, heapsort ends it. */

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define OF_KIND(name) JOIN(name##_, KIND)

static void OF_KIND(insertion_sort)(TYPE *a, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        const TYPE x = a[i];
        size_t at = i;
        for (; at > 0 && a[at - 1] > x; at--)
            a[at] = a[at - 1];
        a[at] = x;
    }
}

static void OF_KIND(sift_down)(TYPE *a, size_t at, size_t n)
{
    const TYPE x = a[at];
    for (size_t child; (child = 2 * at + 1) < n; at = child) {
        child += child + 1 < n && a[child + 1] > a[child];
        if (a[child] <= x)
            break;
        a[at] = a[child];
    }
    a[at] = x;
}

static void OF_KIND(heapsort)(TYPE *a, size_t n)
{
    for (size_t i = n / 2; i-- > 0;)
        OF_KIND(sift_down)(a, i, n);
    for (size_t i = n; i-- > 1;) {
        const TYPE last = a[i];
        a[i] = a[0];
        a[0] = last;
        OF_KIND(sift_down)(a, 0, i);
    }
}

#if HAS_LANES

#define LANES OF_KIND(LANES)
#define SET OF_KIND(SET)
#define MIN OF_KIND(MIN)
#define MAX OF_KIND(MAX)
#define GREATER OF_KIND(GREATER)
#define MIXED OF_KIND(MIXED)
#define BLENDED OF_KIND(BLENDED)
#define SWAPPED OF_KIND(SWAPPED)
#define REVERSED OF_KIND(REVERSED)
#define SORTED_OUT OF_KIND(SORTED_OUT)
#define LOAD_FEW OF_KIND(LOAD_FEW)
#define STORE_FEW OF_KIND(STORE_FEW)
#define SHORT_ROWS 8
#define ROWS (VECTOR_BYTES == 64 ? 16 : 8)
#define UNROLL (VECTOR_BYTES == 64 ? 8 : 2)
#define EVERY_LANE ((1u << LANES) - 1)
/* The lanes whose number has bit d. */
#define WITH_BIT(d)                                                                                \
    (((d) == 1 ? 0xAAAA : (d) == 2 ? 0xCCCC : (d) == 4 ? 0xF0F0 : 0xFF00) & EVERY_LANE)

#define ALWAYS static inline __attribute__((always_inline))

/* Lanes in reverse within groups of `group`. */
ALWAYS lanes OF_KIND(reversed)(lanes v, const int group)
{
    switch (group) {
    case 2:
        return REVERSED(v, 2);
    case 4:
        return REVERSED(v, 4);
    case 8:
        return REVERSED(v, 8);
    default:
        return REVERSED(v, 16);
    }
}

/* The lanes of the upper halves of such groups. */
ALWAYS unsigned OF_KIND(upper_lanes)(const int group)
{
    return WITH_BIT(group / 2);
}

ALWAYS lanes OF_KIND(swap_mixed)(lanes v, const int d)
{
    lanes other = v;
    switch (d) {
    case 1:
        other = SWAPPED(v, 1);
        break;
    case 2:
        other = SWAPPED(v, 2);
        break;
    default:
        other = SWAPPED(v, 4);
        break;
    }
    return MIXED(v, other, WITH_BIT(d));
}

#define S(i, j)                                                                                    \
    {                                                                                              \
        const lanes less = MIN(row[i], row[j]);                                                    \
        row[j] = MAX(row[i], row[j]);                                                              \
        row[i] = less;                                                                             \
    }

/* Sorts each lane through the rows: Batcher's networks. */
ALWAYS void OF_KIND(sort_columns)(lanes *row, const int rows)
{
    /* clang-format off */
    if (rows == 8) {
        S(0, 1) S(2, 3) S(4, 5) S(6, 7) S(0, 2) S(1, 3) S(4, 6) S(5, 7) S(1, 2) S(5, 6) S(0, 4)
        S(1, 5) S(2, 6) S(3, 7) S(2, 4) S(3, 5) S(1, 2) S(3, 4) S(5, 6)
    } else {
        S(0, 1) S(2, 3) S(4, 5) S(6, 7) S(8, 9) S(10, 11) S(12, 13) S(14, 15) S(0, 2) S(1, 3)
        S(4, 6) S(5, 7) S(8, 10) S(9, 11) S(12, 14) S(13, 15) S(1, 2) S(5, 6) S(9, 10) S(13, 14)
        S(0, 4) S(1, 5) S(2, 6) S(3, 7) S(8, 12) S(9, 13) S(10, 14) S(11, 15) S(2, 4) S(3, 5)
        S(10, 12) S(11, 13) S(1, 2) S(3, 4) S(5, 6) S(9, 10) S(11, 12) S(13, 14) S(0, 8) S(1, 9)
        S(2, 10) S(3, 11) S(4, 12) S(5, 13) S(6, 14) S(7, 15) S(4, 8) S(5, 9) S(6, 10) S(7, 11)
        S(2, 4) S(3, 5) S(6, 8) S(7, 9) S(10, 12) S(11, 13) S(1, 2) S(3, 4) S(5, 6) S(7, 8)
        S(9, 10) S(11, 12) S(13, 14)
    }
    /* clang-format on */
}

/* Lanes that rise and then fall through the rows, in order. */
ALWAYS void OF_KIND(merge_along)(lanes *row, const int rows)
{
#pragma GCC unroll 16
    for (int distance = rows / 2; distance > 0; distance /= 2)
#pragma GCC unroll 16
        for (int i = 0; i < rows; i++)
            if (!(i & distance))
                S(i, i + distance)
}

/* Groups of `group` columns whose halves are sorted, one after the other, become sorted: a bitonic
 * merge of the first half with the second backwards. */
ALWAYS void OF_KIND(merge_columns)(lanes *row, const int rows, const int group)
{
    const unsigned upper = OF_KIND(upper_lanes)(group);
#pragma GCC unroll 16
    for (int i = 0; i < rows / 2; i++) {
        const lanes first = row[i], second = OF_KIND(reversed)(row[rows - 1 - i], group);
        row[i] = MIXED(first, second, upper);
        row[rows - 1 - i] = OF_KIND(reversed)(MIXED(first, second, EVERY_LANE & ~upper), group);
    }
    for (int d = group / 4; d > 0; d /= 2)
#pragma GCC unroll 16
        for (int i = 0; i < rows; i++)
            row[i] = OF_KIND(swap_mixed)(row[i], d);
    OF_KIND(merge_along)(row, rows);
}

/* Sorts rows * LANES elements, which lie anyhow in the rows, into `out`, column after column. */
ALWAYS void OF_KIND(sort_rows)(lanes *row, const int rows, TYPE *out)
{
    OF_KIND(sort_columns)(row, rows);
    OF_KIND(merge_columns)(row, rows, 2);
    OF_KIND(merge_columns)(row, rows, 4);
    if (LANES >= 8)
        OF_KIND(merge_columns)(row, rows, 8);
    if (LANES >= 16)
        OF_KIND(merge_columns)(row, rows, 16);
    if (rows < LANES) {
        TYPE crosswise[SHORT_ROWS * LANES];
        for (int i = 0; i < rows; i++)
            LANES_STORE(crosswise + i * LANES, row[i]);
        for (int lane = 0; lane < LANES; lane++)
            for (int i = 0; i < rows; i++)
                out[lane * rows + i] = crosswise[i * LANES + lane];
        return;
    }
    /* Blocks of LANES rows are transposed: a bit of the row's number and the same of the lane's
     * change places. */
#define TRANSPOSE_STEP(d)                                                                          \
    _Pragma("GCC unroll 16") for (int i = 0; i < rows; i++) if (!(i & (d)))                        \
    {                                                                                              \
        const lanes a = row[i], b = row[i + (d)];                                                  \
        row[i] = BLENDED(a, SWAPPED(b, d), WITH_BIT(d));                                           \
        row[i + (d)] = BLENDED(SWAPPED(a, d), b, WITH_BIT(d));                                     \
    }
    TRANSPOSE_STEP(1)
    TRANSPOSE_STEP(2)
    if (LANES >= 8)
        TRANSPOSE_STEP(4)
    if (LANES >= 16)
        TRANSPOSE_STEP(8)
#pragma GCC unroll 16
    for (int i = 0; i < rows; i++)
        LANES_STORE(out + i % LANES * rows + i / LANES * LANES, row[i]);
#undef TRANSPOSE_STEP
}

#define MERGED_HALVES(v, group) MIXED(v, OF_KIND(reversed)(v, group), OF_KIND(upper_lanes)(group))

/* A bitonic network within a vector. */
ALWAYS lanes OF_KIND(sort_lanes)(lanes v)
{
    v = OF_KIND(swap_mixed)(v, 1);
    v = MERGED_HALVES(v, 4);
    v = OF_KIND(swap_mixed)(v, 1);
    if (LANES >= 8) {
        v = MERGED_HALVES(v, 8);
        v = OF_KIND(swap_mixed)(v, 2);
        v = OF_KIND(swap_mixed)(v, 1);
    }
    if (LANES >= 16) {
        v = MERGED_HALVES(v, 16);
        v = OF_KIND(swap_mixed)(v, 4);
        v = OF_KIND(swap_mixed)(v, 2);
        v = OF_KIND(swap_mixed)(v, 1);
    }
    return v;
}
#undef MERGED_HALVES

/* What rises and then falls within a vector, in order. */
ALWAYS lanes OF_KIND(straightened)(lanes v)
{
#if LANES_32 == 16
    if (LANES >= 16) {
        const lanes other = SWAPPED(v, 8);
        v = MIXED(v, other, WITH_BIT(8));
    }
#endif
    if (LANES >= 8)
        v = OF_KIND(swap_mixed)(v, 4);
    v = OF_KIND(swap_mixed)(v, 2);
    return OF_KIND(swap_mixed)(v, 1);
}

ALWAYS void OF_KIND(sort_two)(lanes *low, lanes *high)
{
    const lanes a = OF_KIND(sort_lanes)(*low),
                b = OF_KIND(reversed)(OF_KIND(sort_lanes)(*high), LANES);
    *low = OF_KIND(straightened)(MIN(a, b));
    *high = OF_KIND(straightened)(MAX(a, b));
}

__attribute__((noinline)) static void OF_KIND(sort_short)(const TYPE *in, TYPE *out)
{
    lanes row[SHORT_ROWS];
#pragma GCC unroll 16
    for (int i = 0; i < SHORT_ROWS; i++)
        row[i] = LANES_LOAD(in + i * LANES);
    OF_KIND(sort_rows)(row, SHORT_ROWS, out);
}

#if VECTOR_BYTES == 64
__attribute__((noinline)) static void OF_KIND(sort_block)(const TYPE *in, TYPE *out)
{
    lanes row[ROWS];
#pragma GCC unroll 16
    for (int i = 0; i < ROWS; i++)
        row[i] = LANES_LOAD(in + i * LANES);
    OF_KIND(sort_rows)(row, ROWS, out);
}
#else
#define sort_block_64 sort_short_64
#define sort_block_32 sort_short_32
#define sort_block_F64 sort_short_F64
#endif

enum {
    OF_KIND(FEW) = 16,
    OF_KIND(SHORT) = SHORT_ROWS * LANES,
    OF_KIND(BLOCK) = ROWS * LANES,
    OF_KIND(LEAF) = 2 * OF_KIND(BLOCK), /* at most so many are not parted */
};

/* What rises and then falls through the rows, one after the other, in order. */
ALWAYS void OF_KIND(merge_rows)(lanes *row, const int rows)
{
    OF_KIND(merge_along)(row, rows);
#pragma GCC unroll 16
    for (int i = 0; i < rows; i++)
        row[i] = OF_KIND(straightened)(row[i]);
}

/* A sorted block and `rows` sorted vectors behind it become one run. */
ALWAYS void OF_KIND(merge_behind)(TYPE *a, const int rows)
{
    lanes row[ROWS], high[ROWS];
#pragma GCC unroll 16
    for (int i = 0; i < rows; i++) {
        TYPE *const at = a + (ROWS - rows + i) * LANES;
        const lanes x = LANES_LOAD(at);
        const lanes y =
            OF_KIND(reversed)(LANES_LOAD(a + OF_KIND(BLOCK) + (rows - 1 - i) * LANES), LANES);
        LANES_STORE(at, MIN(x, y));
        high[i] = MAX(x, y);
    }
    OF_KIND(merge_rows)(high, rows);
#pragma GCC unroll 16
    for (int i = 0; i < rows; i++)
        LANES_STORE(a + OF_KIND(BLOCK) + i * LANES, high[i]);
#pragma GCC unroll 16
    for (int i = 0; i < ROWS; i++)
        row[i] = LANES_LOAD(a + i * LANES);
    OF_KIND(merge_rows)(row, ROWS);
#pragma GCC unroll 16
    for (int i = 0; i < ROWS; i++)
        LANES_STORE(a + i * LANES, row[i]);
}

/* `room` elements: SHORT, BLOCK, or a block and one of these. */
__attribute__((noinline)) static void OF_KIND(sort_room)(TYPE *a, size_t room)
{
    if (room == OF_KIND(SHORT)) {
        OF_KIND(sort_short)(a, a);
        return;
    }
    OF_KIND(sort_block)(a, a);
    if (room == OF_KIND(BLOCK))
        return;
    if (room == OF_KIND(BLOCK) + OF_KIND(SHORT)) {
        OF_KIND(sort_short)(a + OF_KIND(BLOCK), a + OF_KIND(BLOCK));
        OF_KIND(merge_behind)(a, SHORT_ROWS);
    } else {
        OF_KIND(sort_block)(a + OF_KIND(BLOCK), a + OF_KIND(BLOCK));
        OF_KIND(merge_behind)(a, ROWS);
    }
}

/* At most LEAF of the `whole` elements that begin at `base`, with none greater before them and none
 * smaller behind: sorted with as many of these as fill the rows, as they stay where they are. What
 * is missing even so is filled up with the largest value. */
static void OF_KIND(sort_few)(TYPE *a, size_t n, TYPE *base, size_t whole)
{
    if (n <= OF_KIND(FEW)) {
        OF_KIND(insertion_sort)(a, n);
        return;
    }
    const size_t room = (n + OF_KIND(SHORT) - 1) / OF_KIND(SHORT) * OF_KIND(SHORT);
    if (whole >= room) {
        const size_t before = (size_t)(a - base), most = whole - room;
        OF_KIND(sort_room)(base + (before < most ? before : most), room);
        return;
    }
    _Alignas(64) TYPE padded[OF_KIND(LEAF)];
    memcpy(padded, a, n * sizeof *a);
    for (size_t i = n; i < room; i++)
        padded[i] = LARGEST;
    OF_KIND(sort_room)(padded, room);
    memcpy(a, padded, n * sizeof *a);
}

/* Moves the elements greater than the pivot behind the others; returns how many the others are. n
 * is more than BLOCK. */
static size_t OF_KIND(partition)(TYPE *a, size_t n, TYPE pivot)
{
    const lanes pivots = SET(pivot);
    lanes ends[2 * UNROLL]; /* the first vectors, and the last ones */
    TYPE rest[LANES];
    const size_t few = n % LANES;
    TYPE *left = a, *right = a + n;                /* where the parts end */
    TYPE *low = a + UNROLL * LANES, *high = a + n; /* what is not read yet */
    memcpy(rest, a + n - few, few * sizeof *a);
    high -= few + UNROLL * LANES;
    for (int i = 0; i < UNROLL; i++) {
        ends[i] = LANES_LOAD(a + i * LANES);
        ends[UNROLL + i] = LANES_LOAD(high + i * LANES);
    }
    /* These first: the gap that is left is as large as whole vectors, down to the last. */
    for (size_t i = 0; i < few; i++) {
        const bool greater = rest[i] > pivot;
        *(greater ? right - 1 : left) = rest[i];
        left += !greater;
        right -= greater;
    }
#define PLACE(vector)                                                                              \
    {                                                                                              \
        const lanes given = vector;                                                                \
        const unsigned greater = GREATER(given, pivots);                                           \
        const lanes parted = SORTED_OUT(given, greater);                                           \
        const size_t count = (size_t)__builtin_popcount(greater);                                  \
        LANES_STORE(left, parted);                                                                 \
        LANES_STORE(right - LANES, parted);                                                        \
        left += LANES - count;                                                                     \
        right -= count;                                                                            \
    }
    for (size_t odd = (size_t)(high - low) / LANES % UNROLL; odd > 0; odd--) {
        const bool from_left = low - left <= right - high;
        high -= from_left ? 0 : LANES;
        const lanes v = LANES_LOAD(from_left ? low : high);
        low += from_left ? LANES : 0;
        PLACE(v)
    }
    while (low < high) {
        lanes v[UNROLL];
        const bool from_left = low - left <= right - high;
        high -= from_left ? 0 : UNROLL * LANES;
        const TYPE *from = from_left ? low : high;
        low += from_left ? UNROLL * LANES : 0;
        __builtin_prefetch(from + (from_left ? 32 : -32) * LANES);
#pragma GCC unroll 16
        for (int i = 0; i < UNROLL; i++)
            v[i] = LANES_LOAD(from + i * LANES);
#pragma GCC unroll 16
        for (int i = 0; i < UNROLL; i++)
            PLACE(v[i])
    }
    for (int i = 0; i < 2 * UNROLL; i++)
        PLACE(ends[i])
#undef PLACE
    return (size_t)(left - a);
}

#else /* no vectors */

enum { OF_KIND(BLOCK) = 24, OF_KIND(LEAF) = OF_KIND(BLOCK) };

static void OF_KIND(sort_few)(TYPE *a, size_t n, TYPE *base, size_t whole)
{
    (void)base;
    (void)whole;
    OF_KIND(insertion_sort)(a, n);
}

/* Without a branch that depends on an element. */
static size_t OF_KIND(partition)(TYPE *a, size_t n, TYPE pivot)
{
    size_t left = 0;
    for (size_t i = 0; i < n; i++) {
        const TYPE x = a[i];
        a[i] = a[left];
        a[left] = x;
        left += x <= pivot;
    }
    return left;
}

#endif

/* A value near the median, from elements spread over the array; *often if more than one of the
 * sample has it. */
static TYPE OF_KIND(pivot_of)(const TYPE *a, size_t n, bool *often)
{
#if HAS_LANES
    enum { LARGE = 2048, LEAST_SAMPLE = LANES < 8 ? 2 * LANES : LANES, MOST = 64 };
#else
    enum { LARGE = 2048, LEAST_SAMPLE = 9, MOST = 64 };
#endif
    _Alignas(64) TYPE sample[MOST];
    const size_t count = n < LARGE ? LEAST_SAMPLE : MOST, step = n / count;
    for (size_t i = 0; i < count; i++) {
        size_t at =
            i * step + (size_t)(((n + i) * UINT64_C(0x9E3779B97F4A7C15) >> 32) * step >> 32);
        __asm__("" : "+r"(at)); /* one after the other: vectors of products take longer */
        sample[i] = a[at];
    }
#if HAS_LANES
    if (count == LEAST_SAMPLE) {
        lanes low = LANES_LOAD(sample), high = low;
        if (LANES < 8) {
            high = LANES_LOAD(sample + LANES);
            OF_KIND(sort_two)(&low, &high);
            LANES_STORE(sample + LANES, high);
        } else {
            low = OF_KIND(sort_lanes)(low);
        }
        LANES_STORE(sample, low);
    } else if ((int)MOST <= (int)OF_KIND(BLOCK)) {
        OF_KIND(sort_few)(sample, count, sample, count);
    } else {
        OF_KIND(insertion_sort)(sample, count);
    }
#else
    OF_KIND(insertion_sort)(sample, count);
#endif
    const TYPE pivot = sample[(count - 1) / 2];
    *often = pivot == sample[(count - 1) / 2 + 1] || pivot == sample[count - 1];
    return pivot;
}

/* Parts a range: elements before *middle belong left of those from *end on; those between are in
 * place. n is more than BLOCK. */
static void OF_KIND(part)(TYPE *a, size_t n, size_t *middle, size_t *end)
{
    bool often;
    const TYPE pivot = OF_KIND(pivot_of)(a, n, &often);
    *middle = *end = OF_KIND(partition)(a, n, pivot);
    if (!often && *end < n)
        return;
    /* All that equal the pivot are in place; the lowest value has none below it. */
    if (pivot == LEAST)
        *middle = 0;
    else if (*end > OF_KIND(BLOCK))
        *middle = OF_KIND(partition)(a, *end, BELOW(pivot));
}

/* Of few values parts are done by a partition or two. */
static bool OF_KIND(is_part)(const TYPE *a, size_t n)
{
    const TYPE first = a[0], middle = a[n / 2], last = a[n - 1];
    return n > OF_KIND(LEAF) ||
           (n > OF_KIND(BLOCK) && (first == middle || middle == last || first == last));
}

static void OF_KIND(sort)(TYPE *a, size_t n, int depth, TYPE *base, size_t whole)
{
    while (n > 0 && OF_KIND(is_part)(a, n)) {
        if (depth-- == 0) {
            OF_KIND(heapsort)(a, n);
            return;
        }
        size_t middle, end;
        OF_KIND(part)(a, n, &middle, &end);
        if (middle < n - end) {
            OF_KIND(sort)(a, middle, depth, base, whole);
            a += end;
            n -= end;
        } else {
            OF_KIND(sort)(a + end, n - end, depth, base, whole);
            n = middle;
        }
    }
    OF_KIND(sort_few)(a, n, base, whole);
}

static void OF_KIND(quicksort)(void *elements, size_t n)
{
    OF_KIND(sort)(elements, n, n < 2 ? 0 : 2 * (64 - __builtin_clzll(n)), elements, n);
}

static void OF_KIND(part_once)(void *elements, size_t n, size_t *middle, size_t *end)
{
    if (n > OF_KIND(BLOCK)) {
        OF_KIND(part)(elements, n, middle, end);
    } else {
        OF_KIND(sort_few)(elements, n, elements, n);
        *middle = 0;
        *end = n;
    }
}

/* ---- Many short lines ---- */

#if HAS_LANES
#if VECTOR_BYTES == 64
/* Lines one after the other, the last vector under a mask. All are read before one is written: what
 * is read where a mask has written waits for memory. */
ALWAYS void OF_KIND(sort_abreast)(TYPE *a, size_t n, unsigned few, const bool two, const int lines)
{
    const lanes fill = SET(LARGEST);
    const size_t at = two ? LANES : 0;
    lanes low[4], high[4];
#pragma GCC unroll 4
    for (int i = 0; i < lines; i++) {
        if (two)
            low[i] = LANES_LOAD(a + (size_t)i * n);
        high[i] = LOAD_FEW(a + (size_t)i * n + at, few, fill);
    }
#pragma GCC unroll 4
    for (int i = 0; i < lines; i++)
        if (two)
            OF_KIND(sort_two)(&low[i], &high[i]);
        else
            high[i] = OF_KIND(sort_lanes)(high[i]);
#pragma GCC unroll 4
    for (int i = 0; i < lines; i++) {
        if (two)
            LANES_STORE(a + (size_t)i * n, low[i]);
        STORE_FEW(a + (size_t)i * n + at, few, high[i]);
    }
}
#endif

/* Lines of one vector or two, filled up with the largest value where there is less. */
static void OF_KIND(sort_vectors)(TYPE *a, size_t n, size_t lines)
{
#if VECTOR_BYTES == 64
    const unsigned few = (1u << (n % LANES ? n % LANES : LANES)) - 1; /* of the last vector */
    for (; lines >= 4; lines -= 4, a += 4 * n)
        if (n > LANES)
            OF_KIND(sort_abreast)(a, n, few, true, 4);
        else
            OF_KIND(sort_abreast)(a, n, few, false, 4);
    for (; lines > 0; lines--, a += n)
        if (n > LANES)
            OF_KIND(sort_abreast)(a, n, few, true, 1);
        else
            OF_KIND(sort_abreast)(a, n, few, false, 1);
#else
    _Alignas(64) TYPE padded[2 * LANES], sorted[2 * LANES];
    for (size_t i = 0; i < 2 * LANES; i++)
        padded[i] = LARGEST;
    for (size_t line = 0; line < lines; line++, a += n) {
        if (n == LANES) {
            LANES_STORE(a, OF_KIND(sort_lanes)(LANES_LOAD(a)));
            continue;
        }
        const bool whole = n == 2 * LANES;
        const TYPE *const from = whole ? a : padded;
        if (!whole)
            memcpy(padded, a, n * sizeof *a);
        lanes low = LANES_LOAD(from), high = LANES_LOAD(from + LANES);
        if (n < LANES)
            low = OF_KIND(sort_lanes)(low);
        else
            OF_KIND(sort_two)(&low, &high);
        LANES_STORE(whole ? a : sorted, low);
        LANES_STORE((whole ? a : sorted) + LANES, high);
        if (!whole)
            memcpy(a, sorted, n * sizeof *a);
    }
#endif
}
#endif

static void OF_KIND(sort_lines)(void *elements, size_t n, size_t lines)
{
    TYPE *a = elements;
#if HAS_LANES
    if (n > LANES / 2 && n <= 2 * LANES) {
        OF_KIND(sort_vectors)(a, n, lines);
        return;
    }
#endif
    for (size_t line = 0; n > 1 && line < lines; line++)
        OF_KIND(quicksort)(a + line * n, n);
}

#undef TYPE
#undef LEAST
#undef LARGEST
#undef BELOW
#undef LANES
#undef SET
#undef MIN
#undef MAX
#undef GREATER
#undef MIXED
#undef BLENDED
#undef SWAPPED
#undef REVERSED
#undef SORTED_OUT
#undef LOAD_FEW
#undef STORE_FEW
#undef SHORT_ROWS
#undef ROWS
#undef UNROLL
#undef EVERY_LANE
#undef WITH_BIT
#undef ALWAYS
#undef S
#undef JOIN
#undef JOIN_
#undef OF_KIND
#undef KIND
