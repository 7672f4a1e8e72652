/* The kernels of selection on guarded memory, against what they are documented to do, element by
 * element. */
#include <stdlib.h>
#include <string.h>

#include <ndstream/nd.h>

#include "check.h"

enum { OUT = 0, IN = 1, MASK = 2, OFFSETS = 3, MOST = 700, ROUNDS = 300 };

/* A mask of any density; true is any byte but 0. */
static uint8_t *place_mask(size_t n)
{
    uint8_t *const mask = (uint8_t *)check_place(MASK, check_random() & 1, n, 1, 1);
    const size_t density = check_below(5);
    for (size_t i = 0; i < n; i++) {
        const bool truth = density == 0   ? false
                           : density == 4 ? true
                           : density == 3 ? check_below(40) == 0
                                          : check_random() & 1;
        mask[i] = truth ? (uint8_t)(check_below(4) ? 1 : 1 + check_below(255)) : 0;
    }
    return mask;
}

static void fill_random(char *at, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        at[i] = (char)check_random();
}

/* ---- Masks ----------------------------------------------------------------------------------- */

static void check_masks(int isa, int power)
{
    const ndi_select_kernels *const select = &check_kernels[isa].select;
    const size_t size = (size_t)1 << power;
    char expected[MOST * 16];
    check_case of = check_begin("masks, %zu bytes, %s", size, ndi_isa_name((ndi_isa)isa));
    check_reseed(of.name);
    for (int round = 0; of.failures == 0 && round < ROUNDS; round++) {
        const size_t n = round < 150 ? (size_t)round : check_below(MOST);
        const uint8_t *const mask = place_mask(n);
        size_t count = 0;
        for (size_t i = 0; i < n; i++)
            count += mask[i] != 0;
        check_now = (check_doing){&of, "masks", n, {(ptrdiff_t)size}};
        if (select->count(n, mask) != count)
            check_fail(&of, "count of %zu: %zu, not %zu", n, select->count(n, mask), count);

        char *in = check_place(IN, check_random() & 1, n, (ptrdiff_t)size, size);
        char *out = check_place(OUT, check_random() & 1, count, (ptrdiff_t)size, size);
        fill_random(in, n * size);
        for (size_t i = 0, to = 0; i < n; i++)
            if (mask[i])
                memcpy(expected + size * to++, in + size * i, size);
        check_paint(OUT, out, count, (ptrdiff_t)size, size);
        select->compress[power](n, count, out, in, mask);
        if (memcmp(out, expected, count * size) != 0)
            check_fail(&of, "compress: %zu of %zu differ", count, n);
        if (!check_painted(OUT, out, count, (ptrdiff_t)size, size))
            check_fail(&of, "compress: %zu of %zu wrote outside", count, n);

        in = check_place(IN, check_random() & 1, count, (ptrdiff_t)size, size);
        out = check_place(OUT, check_random() & 1, n, (ptrdiff_t)size, size);
        for (int one = 0; one < 2; one++) {
            fill_random(in, (one && count > 0 ? 1 : count) * size);
            check_paint(OUT, out, n, (ptrdiff_t)size, size);
            fill_random(out, n * size);
            memcpy(expected, out, n * size);
            for (size_t i = 0, from = 0; i < n; i++)
                if (mask[i])
                    memcpy(expected + size * i, in + size * (one ? 0 : from++), size);
            _Alignas(16) char value[16] = {0};
            if (one && count > 0)
                memcpy(value, in, size);
            if (one)
                select->fill[power](n, out, value, mask);
            else
                select->expand[power](n, out, in, mask);
            if (memcmp(out, expected, n * size) != 0)
                check_fail(&of, "%s: %zu of %zu differ", one ? "fill" : "expand", count, n);
            if (!check_painted(OUT, out, n, (ptrdiff_t)size, size))
                check_fail(&of, "%s: %zu of %zu wrote outside", one ? "fill" : "expand", count, n);
        }
    }
    check_end(&of);
}

static void check_positions(int isa)
{
    check_case of = check_begin("positions, %s", ndi_isa_name((ndi_isa)isa));
    check_reseed(of.name);
    for (int round = 0; of.failures == 0 && round < ROUNDS; round++) {
        const size_t n = round < 150 ? (size_t)round : check_below(MOST);
        const uint8_t *const mask = place_mask(n);
        const int64_t first = (int64_t)(check_random() >> 20);
        size_t count = 0, to = 0;
        for (size_t i = 0; i < n; i++)
            count += mask[i] != 0;
        int64_t *const out = (int64_t *)check_place(OUT, check_random() & 1, count, 8, 8);
        check_paint(OUT, (char *)out, count, 8, 8);
        check_now = (check_doing){&of, "positions", n, {0}};
        check_kernels[isa].select.positions(n, count, out, first, mask);
        for (size_t i = 0; i < n; i++)
            if (mask[i] && out[to++] != first + (int64_t)i)
                check_fail(&of, "of %zu: number %zu differs", n, to - 1);
        if (!check_painted(OUT, (char *)out, count, 8, 8))
            check_fail(&of, "%zu of %zu wrote outside", count, n);
    }
    check_end(&of);
}

/* ---- Offsets --------------------------------------------------------------------------------- */

/* What an index means; false if it is out of bounds. */
static bool meant(int mode, int64_t index, int64_t length, int64_t *place)
{
    *place = index;
    if (mode == ND_INDEX_WRAP)
        *place = ((index % length) + length) % length;
    else if (mode == ND_INDEX_CLIP)
        *place = index < 0 ? 0 : index >= length ? length - 1 : index;
    else if (index < 0)
        *place += length;
    return *place >= 0 && *place < length;
}

static void check_offsets(int isa, int mode)
{
    check_case of = check_begin("offsets, mode %d, %s", mode, ndi_isa_name((ndi_isa)isa));
    check_reseed(of.name);
    for (int round = 0; of.failures == 0 && round < ROUNDS; round++) {
        const size_t n = check_below(100);
        const int64_t length = 1 + (int64_t)check_below(50), stride = 8 - (int64_t)check_below(17);
        const bool add = check_random() & 1;
        int64_t *const index = (int64_t *)check_place(IN, check_random() & 1, n, 8, 8);
        int64_t *const out = (int64_t *)check_place(OUT, check_random() & 1, n, 8, 8);
        int64_t before[100];
        const int64_t beyond = mode == ND_INDEX_RAISE ? (check_below(8) == 0) : 200;
        for (size_t i = 0; i < n; i++)
            index[i] = (int64_t)check_below((size_t)(2 * (length + beyond))) - length - beyond;
        if (n > 0 && mode != ND_INDEX_RAISE)
            index[n - 1] = check_random() & 1 ? INT64_MIN : INT64_MAX;
        check_paint(OUT, (char *)out, n, 8, 8);
        for (size_t i = 0; i < n; i++)
            before[i] = out[i] = (int64_t)check_below(1000);
        check_now = (check_doing){&of, "offsets", n, {stride}};
        const bool good =
            check_kernels[isa].select.offsets[mode](n, out, index, length, stride, add);
        bool all = true;
        for (size_t i = 0; i < n; i++) {
            int64_t place;
            if (!meant(mode, index[i], length, &place))
                all = false;
            else if (out[i] != place * stride + (add ? before[i] : 0))
                check_fail(&of, "index %lld of %lld differs", (long long)index[i],
                           (long long)length);
        }
        if (good != all)
            check_fail(&of, "said %d where %d is true", good, all);
        if (!check_painted(OUT, (char *)out, n, 8, 8))
            check_fail(&of, "%zu wrote outside", n);
    }
    check_end(&of);
}

static void check_moves_by_offsets(int isa, int power)
{
    const ndi_select_kernels *const select = &check_kernels[isa].select;
    const size_t size = (size_t)1 << power;
    check_case of =
        check_begin("gather and scatter, %zu bytes, %s", size, ndi_isa_name((ndi_isa)isa));
    check_reseed(of.name);
    for (int round = 0; of.failures == 0 && round < ROUNDS; round++) {
        const size_t n = check_below(200), places = 1 + check_below(300);
        const ptrdiff_t stride = (ptrdiff_t)size * (ptrdiff_t)(1 + check_below(3));
        char *const base = check_place(IN, check_random() & 1, places, (ptrdiff_t)size, size);
        char *const out = check_place(OUT, check_random() & 1, n, stride, size);
        int64_t offsets[200];
        char expected[300 * 16];
        for (size_t i = 0; i < n; i++)
            offsets[i] = (int64_t)(check_below(places) * size);
        fill_random(base, places * size);
        check_now = (check_doing){&of, "gather", n, {stride}};
        check_paint(OUT, out, n, stride, size);
        select->gather[power](n, out, stride, base, offsets);
        for (size_t i = 0; i < n; i++)
            if (memcmp(out + (ptrdiff_t)i * stride, base + offsets[i], size) != 0)
                check_fail(&of, "gather: element %zu of %zu differs", i, n);
        if (!check_painted(OUT, out, n, stride, size))
            check_fail(&of, "gather: %zu wrote outside", n);
        for (size_t i = 0; i < n; i++)
            fill_random(out + (ptrdiff_t)i * stride, size);
        memcpy(expected, base, places * size);
        for (size_t i = 0; i < n; i++)
            memcpy(expected + offsets[i], out + (ptrdiff_t)i * stride, size);
        select->scatter[power](n, base, offsets, out, stride);
        if (memcmp(base, expected, places * size) != 0)
            check_fail(&of, "scatter: %zu to %zu places differ", n, places);
    }
    check_end(&of);
}

/* Now and then one index is out of bounds: then nothing is done. */
static void check_moves_by_indices(int isa, int power)
{
    const ndi_select_kernels *const select = &check_kernels[isa].select;
    const size_t size = (size_t)1 << power;
    check_case of = check_begin("take and put, %zu bytes, %s", size, ndi_isa_name((ndi_isa)isa));
    check_reseed(of.name);
    for (int round = 0; of.failures == 0 && round < ROUNDS; round++) {
        const size_t n = check_below(200), places = 1 + check_below(300);
        const ptrdiff_t stride = (ptrdiff_t)(size * check_below(3));
        char *const base = check_place(IN, check_random() & 1, places, (ptrdiff_t)size, size);
        char *const out = check_place(OUT, check_random() & 1, n, (ptrdiff_t)size, size);
        int64_t index[200];
        char expected[300 * 16], values[400 * 16];
        for (size_t i = 0; i < n; i++)
            index[i] = (int64_t)check_below(places);
        const bool good = n == 0 || check_below(8) != 0;
        if (!good)
            index[check_below(n)] = check_random() & 1 ? (int64_t)places : -1;
        fill_random(base, places * size);
        fill_random(values, sizeof values);
        check_now = (check_doing){&of, "take", n, {(ptrdiff_t)size}};
        check_paint(OUT, out, n, (ptrdiff_t)size, size);
        if (select->take[power](n, out, base, (int64_t)places, index) != good)
            check_fail(&of, "take: did not say %d", good);
        for (size_t i = 0; good && i < n; i++)
            if (memcmp(out + i * size, base + (size_t)index[i] * size, size) != 0)
                check_fail(&of, "take: element %zu of %zu differs", i, n);
        if (!check_painted(OUT, out, n, (ptrdiff_t)size, size))
            check_fail(&of, "take: %zu wrote outside", n);
        memcpy(expected, base, places * size);
        for (size_t i = 0; good && i < n; i++)
            memcpy(expected + (size_t)index[i] * size, values + (ptrdiff_t)i * stride, size);
        check_now = (check_doing){&of, "put", n, {stride}};
        if (select->put[power](n, base, (int64_t)places, index, values, stride) != good)
            check_fail(&of, "put: did not say %d", good);
        if (memcmp(base, expected, places * size) != 0)
            check_fail(&of, "put: %zu to %zu places differ", n, places);
    }
    check_end(&of);
}

static void check_repeats(int isa, int power)
{
    const ndi_select_kernels *const select = &check_kernels[isa].select;
    const size_t size = (size_t)1 << power;
    enum { MOST_TIMES = 9 };
    check_case of = check_begin("repeats, %zu bytes, %s", size, ndi_isa_name((ndi_isa)isa));
    check_reseed(of.name);
    for (int round = 0; of.failures == 0 && round < ROUNDS; round++) {
        const size_t n = check_below(60);
        int64_t counts[60];
        char expected[60 * MOST_TIMES * 16];
        const bool each = round & 1;
        const size_t times = 1 + check_below(MOST_TIMES);
        size_t total = 0;
        char *const in = check_place(IN, check_random() & 1, n, (ptrdiff_t)size, size);
        fill_random(in, n * size);
        for (size_t i = 0; i < n; i++) {
            counts[i] = each ? (int64_t)check_below(MOST_TIMES + 1) : (int64_t)times;
            for (int64_t k = 0; k < counts[i]; k++)
                memcpy(expected + size * total++, in + size * i, size);
        }
        char *const out = check_place(OUT, check_random() & 1, total, (ptrdiff_t)size, size);
        check_now = (check_doing){&of, "repeat", n, {(ptrdiff_t)size}};
        check_paint(OUT, out, total, (ptrdiff_t)size, size);
        if (each)
            select->repeat_each[power](n, counts, total, out, in);
        else
            select->repeat[power](n, times, out, in);
        if (memcmp(out, expected, total * size) != 0)
            check_fail(&of, "%zu of %zu differ", total, n);
        if (!check_painted(OUT, out, total, (ptrdiff_t)size, size))
            check_fail(&of, "%zu of %zu wrote outside", total, n);
    }
    check_end(&of);
}

/* ---- Bits ------------------------------------------------------------------------------------ */

static void check_bits(int isa)
{
    const ndi_bit_kernels *const bits = &check_kernels[isa].bits;
    check_case of = check_begin("bits, %s", ndi_isa_name((ndi_isa)isa));
    check_reseed(of.name);
    for (int round = 0; of.failures == 0 && round < ROUNDS; round++) {
        const size_t bytes = check_below(80);
        const bool little = check_random() & 1;
        const uint8_t *const bools = place_mask(8 * bytes);
        unsigned char expected[80] = {0};
        for (size_t i = 0; i < 8 * bytes; i++)
            if (bools[i])
                expected[i / 8] |= (unsigned char)(little ? 1 << i % 8 : 128 >> i % 8);
        char *const packed = check_place(OUT, check_random() & 1, bytes, 1, 1);
        check_now = (check_doing){&of, "bits", bytes, {1}};
        check_paint(OUT, packed, bytes, 1, 1);
        bits->pack(bytes, (unsigned char *)packed, bools, little);
        if (memcmp(packed, expected, bytes) != 0 || !check_painted(OUT, packed, bytes, 1, 1))
            check_fail(&of, "packing %zu bytes", bytes);
        char *const back = check_place(IN, check_random() & 1, 8 * bytes, 1, 1);
        check_paint(IN, back, 8 * bytes, 1, 1);
        bits->unpack(bytes, (unsigned char *)back, expected, little);
        for (size_t i = 0; i < 8 * bytes; i++)
            if (back[i] != (bools[i] != 0))
                check_fail(&of, "unpacking: bit %zu of %zu bytes", i, bytes);
        if (!check_painted(IN, back, 8 * bytes, 1, 1))
            check_fail(&of, "unpacking %zu bytes wrote outside", bytes);
    }
    check_end(&of);
}

/* Every offset belongs to one share, as its neighbours do; none has nearly all. */
static void check_shares(int isa)
{
    check_case of = check_begin("shares, %s", ndi_isa_name((ndi_isa)isa));
    check_reseed(of.name);
    for (int round = 0; of.failures == 0 && round < ROUNDS; round++) {
        const size_t n = check_below(1000);
        const unsigned shares = 1 + (unsigned)check_below(9);
        const int64_t begin = -(int64_t)check_below(1 << 20), step = 1 + (int64_t)check_below(600);
        int64_t *const offsets = (int64_t *)check_place(IN, check_random() & 1, n, 8, 8);
        uint8_t *const mask = (uint8_t *)check_place(OUT, check_random() & 1, n, 1, 1);
        unsigned owner[1000], owners[1000] = {0};
        for (size_t i = 0; i < n; i++)
            offsets[i] = begin + (int64_t)i * step;
        check_now = (check_doing){&of, "share", n, {step}};
        check_paint(OUT, (char *)mask, n, 1, 1);
        for (unsigned share = 0; share < shares; share++) {
            size_t count = 0;
            check_kernels[isa].select.share(n, mask, offsets, share, shares);
            for (size_t i = 0; i < n; i++)
                if (mask[i]) {
                    owners[i]++;
                    owner[i] = share;
                    count++;
                }
            if (n > 500 && step > 50 && shares > 1 && count > n * 9 / 10)
                check_fail(&of, "%zu of %zu offsets belong to share %u of %u", count, n, share,
                           shares);
        }
        for (size_t i = 0; i < n; i++)
            if (owners[i] != 1)
                check_fail(&of, "offset %lld belongs to %u shares", (long long)offsets[i],
                           owners[i]);
            else if (i > 0 && offsets[i] >> 8 == offsets[i - 1] >> 8 && owner[i] != owner[i - 1])
                check_fail(&of, "offsets %lld and %lld are apart", (long long)offsets[i - 1],
                           (long long)offsets[i]);
        if (!check_painted(OUT, (char *)mask, n, 1, 1))
            check_fail(&of, "%zu wrote outside", n);
    }
    check_end(&of);
}

/* ---- The part -------------------------------------------------------------------------------- */

enum { PARTS = 26 };

static size_t count_tasks(void)
{
    return (size_t)check_isas * PARTS;
}

static void run_task(size_t task)
{
    const int isa = (int)(task / PARTS), part = (int)(task % PARTS);
    if (part < 5)
        check_masks(isa, part);
    else if (part < 10)
        check_moves_by_offsets(isa, part - 5);
    else if (part < 13)
        check_offsets(isa, part - 10);
    else if (part == 13)
        check_positions(isa);
    else if (part == 14)
        check_shares(isa);
    else if (part == 15)
        check_bits(isa);
    else if (part < 21)
        check_repeats(isa, part - 16);
    else
        check_moves_by_indices(isa, part - 21);
}

const check_part check_select = {"select", count_tasks, run_task};
