/* Einstein's sums: operands are contracted two at a time, each pair as a matrix product of views.
 */
#include "linalg/einsum.h"

#include <ndstream/linalg.h>
#include <ndstream/ops.h>

#include <string.h>

#include "linalg/shapes.h"

/* A set of labels, one bit each: orders of contraction are compared label by label. */
enum { LABEL_WORDS = (NDI_LABELS + 63) / 64 };
typedef struct label_set {
    uint64_t bits[LABEL_WORDS];
} label_set;

static void include(label_set *set, int label)
{
    set->bits[label / 64] |= (uint64_t)1 << label % 64;
}

static bool has(const label_set *set, int label)
{
    return set->bits[label / 64] >> label % 64 & 1;
}

/* An operand, or the product of some: each label once. */
typedef struct factor {
    nd_array *array; /* owned */
    ndi_axis_labels axes;
} factor;

typedef struct sum {
    int count; /* of factors that are left */
    factor *factors;
    ndi_axis_labels output;
    int64_t length[NDI_LABELS]; /* of the axes with that label; -1: there is none */
} sum;

static label_set set_of(const ndi_axis_labels *axes)
{
    label_set set = {{0}};
    for (int axis = 0; axis < axes->rank; axis++)
        include(&set, axes->label[axis]);
    return set;
}

static int axis_of(const ndi_axis_labels *axes, int label)
{
    for (int axis = 0; axis < axes->rank; axis++)
        if (axes->label[axis] == label)
            return axis;
    return -1;
}

static bool is_same(const ndi_axis_labels *a, const ndi_axis_labels *b)
{
    return a->rank == b->rank && memcmp(a->label, b->label, (size_t)a->rank) == 0;
}

/* ---- Operands -------------------------------------------------------------------------------- */

/* Axes with one label are a diagonal's: of one length. */
static bool check_diagonals(int operand, const nd_array *array, const ndi_axis_labels *axes)
{
    char text[32];
    for (int axis = 1; axis < axes->rank; axis++) {
        const int label = axes->label[axis], first = axis_of(axes, label);
        const int64_t here = nd_lengths(array)[axis], known = nd_lengths(array)[first];
        if (known != here) {
            ndi_fail(ND_ERROR_SHAPE, "einsum: operand %d: the axes %s are %lld and %lld long",
                     operand, ndi_label_text(text, label), (long long)known, (long long)here);
            return false;
        }
    }
    return true;
}

/* Axes of length 1 stand for any length. */
static bool note_lengths(sum *s, int operand, const nd_array *array, const ndi_axis_labels *axes)
{
    char text[32];
    for (int axis = 0; axis < axes->rank; axis++) {
        const int label = axes->label[axis];
        const int64_t here = nd_lengths(array)[axis], known = s->length[label];
        if (known >= 0 && known != 1 && here != 1 && known != here) {
            ndi_fail(ND_ERROR_SHAPE,
                     "einsum: operand %d: %s is %lld long, but %lld in an operand before", operand,
                     ndi_label_text(text, label), (long long)here, (long long)known);
            return false;
        }
        if (known < 0 || known == 1)
            s->length[label] = here;
    }
    return true;
}

/* A view in which each label has one axis, a diagonal where it had more, and in which axes that
 * broadcast, which are shorter than `length` says, are left out; NULL: none do. */
static nd_array *each_label_once(const int64_t *length, nd_array *array,
                                 const ndi_axis_labels *from, ndi_axis_labels *to)
{
    int64_t lengths[ND_MAX_RANK], strides[ND_MAX_RANK];
    *to = (ndi_axis_labels){.rank = 0};
    for (int axis = 0; axis < from->rank; axis++) {
        const int label = from->label[axis], known = axis_of(to, label);
        if (known >= 0) {
            strides[known] += nd_strides(array)[axis];
        } else if (!length || nd_lengths(array)[axis] == length[label]) {
            lengths[to->rank] = nd_lengths(array)[axis];
            strides[to->rank] = nd_strides(array)[axis];
            to->label[to->rank++] = (uint8_t)label;
        }
    }
    if (to->rank == from->rank)
        return array;
    return ndi_view_at(array, nd_dtype_of(array), to->rank, lengths, strides, 0);
}

static bool take_operands(sum *s, int count, const nd_array *const *operands,
                          const ndi_axis_labels *labels)
{
    uint32_t dtypes = 0;
    for (int i = 0; i < count; i++) {
        dtypes |= 1u << nd_dtype_of(operands[i]);
        if (!check_diagonals(i, operands[i], &labels[i]) ||
            !note_lengths(s, i, operands[i], &labels[i]))
            return false;
    }
    const nd_dtype dtype = nd_promote_set(dtypes);
    for (int i = 0; i < count; i++, s->count++)
        ND_SCOPE {
            factor *f = &s->factors[i];
            nd_array *array = nd_dtype_of(operands[i]) == dtype
                                  ? nd_retain((nd_array *)operands[i])
                                  : nd_keep(nd_cast(operands[i], dtype));
            if (!array)
                return false;
            nd_array *view = each_label_once(s->length, array, &labels[i], &f->axes);
            f->array = view == array ? array : nd_keep(view);
            if (view != array)
                nd_release(array);
            if (!f->array)
                return false;
        }
    return true;
}

/* ---- Contracting two ------------------------------------------------------------------------- */

/* What others, and the output, still need: all labels but those of `a` and `b` alone. */
static label_set needed_labels(const sum *s, const factor *a, const factor *b)
{
    label_set needed = set_of(&s->output);
    for (int i = 0; i < s->count; i++)
        if (&s->factors[i] != a && &s->factors[i] != b)
            for (int axis = 0; axis < s->factors[i].axes.rank; axis++)
                include(&needed, s->factors[i].axes.label[axis]);
    return needed;
}

static double size_of(const sum *s, const label_set *set)
{
    double size = 1;
    for (int word = 0; word < LABEL_WORDS; word++)
        for (uint64_t left = set->bits[word]; left; left &= left - 1)
            size *= (double)s->length[64 * word + __builtin_ctzll(left)];
    return size;
}

/* What a product of two costs: the memory that it takes beyond what its factors give back, and its
 * multiplications. */
typedef struct cost {
    double memory, operations;
} cost;

static cost cost_of(const sum *s, const factor *a, const factor *b)
{
    const label_set needed = needed_labels(s, a, b), of_a = set_of(&a->axes),
                    of_b = set_of(&b->axes);
    label_set product, either;
    for (int word = 0; word < LABEL_WORDS; word++) {
        either.bits[word] = of_a.bits[word] | of_b.bits[word];
        product.bits[word] = either.bits[word] & needed.bits[word];
    }
    return (cost){size_of(s, &product) - size_of(s, &of_a) - size_of(s, &of_b),
                  size_of(s, &either)};
}

static bool is_less(cost a, cost b)
{
    return a.memory != b.memory ? a.memory < b.memory : a.operations < b.operations;
}

/* The array summed over the labels that are not in `kept`; in the open scope. */
static nd_array *sum_others(nd_array *array, ndi_axis_labels *axes, const label_set *kept)
{
    nd_axes summed = {.count = 0};
    ndi_axis_labels left = {.rank = 0};
    for (int axis = 0; axis < axes->rank; axis++)
        if (has(kept, axes->label[axis]))
            left.label[left.rank++] = axes->label[axis];
        else
            summed.axis[summed.count++] = axis;
    *axes = left;
    return ndi_sum_in_dtype(array, summed);
}

/* The axes with those labels, in their order. */
static nd_array *in_order(const nd_array *array, const ndi_axis_labels *axes,
                          const ndi_axis_labels *wanted)
{
    nd_axes order = {.count = wanted->rank};
    for (int i = 0; i < wanted->rank; i++)
        order.axis[i] = axis_of(axes, wanted->label[i]);
    return nd_permute(array, order);
}

static void append(ndi_axis_labels *to, const ndi_axis_labels *from)
{
    memcpy(to->label + to->rank, from->label, (size_t)from->rank);
    to->rank += from->rank;
}

static int64_t product_of(const sum *s, const ndi_axis_labels *axes)
{
    int64_t product = 1;
    for (int axis = 0; axis < axes->rank; axis++)
        product *= s->length[axes->label[axis]];
    return product;
}

static void add_length(nd_shape *shape, int64_t length)
{
    shape->length[shape->rank++] = length;
}

static void add_lengths(const sum *s, nd_shape *shape, const ndi_axis_labels *axes)
{
    for (int axis = 0; axis < axes->rank; axis++)
        add_length(shape, s->length[axes->label[axis]]);
}

/* The labels of a pair: in both and needed, in both and summed, in one only. */
typedef struct pairing {
    ndi_axis_labels batch, summed, a_only, b_only;
} pairing;

static pairing pair_labels(const ndi_axis_labels *a, const ndi_axis_labels *b,
                           const label_set *needed)
{
    pairing p = {{0}, {0}, {0}, {0}};
    for (int axis = 0; axis < a->rank; axis++) {
        const uint8_t label = a->label[axis];
        ndi_axis_labels *to = axis_of(b, label) < 0 ? &p.a_only
                              : has(needed, label)  ? &p.batch
                                                    : &p.summed;
        to->label[to->rank++] = label;
    }
    for (int axis = 0; axis < b->rank; axis++)
        if (axis_of(a, b->label[axis]) < 0)
            p.b_only.label[p.b_only.rank++] = b->label[axis];
    return p;
}

/* Without a sum: (batch, a, 1) * (batch, 1, b). */
static nd_array *multiply_pair(const sum *s, const pairing *p, nd_array *a, nd_array *b)
{
    nd_shape left = {.rank = 0}, right = {.rank = 0};
    add_lengths(s, &left, &p->batch);
    add_lengths(s, &right, &p->batch);
    add_lengths(s, &left, &p->a_only);
    for (int i = 0; i < p->a_only.rank; i++)
        add_length(&right, 1);
    for (int i = 0; i < p->b_only.rank; i++)
        add_length(&left, 1);
    add_lengths(s, &right, &p->b_only);
    return nd_multiply(nd_reshape(a, left), nd_reshape(b, right));
}

/* With one: (batch, a, summed) @ (batch, summed, b), each group as one axis. */
static nd_array *contract_pair(const sum *s, const pairing *p, nd_array *a, nd_array *b)
{
    nd_shape left = {.rank = 0}, right = {.rank = 0}, result = {.rank = 0};
    const int64_t inner = product_of(s, &p->summed);
    add_lengths(s, &left, &p->batch);
    add_lengths(s, &right, &p->batch);
    add_length(&left, product_of(s, &p->a_only));
    add_length(&left, inner);
    add_length(&right, inner);
    add_length(&right, product_of(s, &p->b_only));
    add_lengths(s, &result, &p->batch);
    add_lengths(s, &result, &p->a_only);
    add_lengths(s, &result, &p->b_only);
    return nd_reshape(nd_matmul(nd_reshape(a, left), nd_reshape(b, right)), result);
}

/* What either has, the other or `needed`. */
static label_set worth_keeping(const label_set *needed, const ndi_axis_labels *other)
{
    label_set kept = *needed;
    for (int axis = 0; axis < other->rank; axis++)
        include(&kept, other->label[axis]);
    return kept;
}

/* The product of two factors, of which the first is replaced and the second goes. */
static bool contract(sum *s, int first, int second)
{
    factor *a = &s->factors[first], *b = &s->factors[second];
    const label_set needed = needed_labels(s, a, b), keep_a = worth_keeping(&needed, &b->axes),
                    keep_b = worth_keeping(&needed, &a->axes);
    nd_array *product = NULL;
    ndi_axis_labels result = {.rank = 0};
    ND_SCOPE {
        nd_array *x = sum_others(a->array, &a->axes, &keep_a),
                 *y = sum_others(b->array, &b->axes, &keep_b);
        const pairing p = pair_labels(&a->axes, &b->axes, &needed);
        ndi_axis_labels left = p.batch, right = p.batch;
        append(&left, &p.a_only);
        append(&left, &p.summed);
        append(&right, &p.summed);
        append(&right, &p.b_only);
        x = x ? in_order(x, &a->axes, &left) : NULL;
        y = y ? in_order(y, &b->axes, &right) : NULL;
        if (p.batch.rank + p.a_only.rank + p.b_only.rank + 2 > ND_MAX_RANK)
            ndi_fail(ND_ERROR_SHAPE,
                     "einsum: a product of two operands would have more than %d axes",
                     ND_MAX_RANK - 2);
        else if (x && y)
            product = p.summed.rank > 0 ? contract_pair(s, &p, x, y) : multiply_pair(s, &p, x, y);
        result = p.batch;
        append(&result, &p.a_only);
        if (product)
            append(&result, &p.b_only);
        product = nd_keep(product);
    }
    nd_release(a->array);
    nd_release(b->array);
    a->array = product;
    a->axes = result;
    *b = s->factors[--s->count];
    return product != NULL;
}

static bool contract_all(sum *s)
{
    while (s->count > 1) {
        int first = 0, second = 1;
        cost least = {0, 0};
        for (int i = 0; s->count > 2 && i < s->count; i++)
            for (int j = i + 1; j < s->count; j++) {
                const cost here = cost_of(s, &s->factors[i], &s->factors[j]);
                if ((i == 0 && j == 1) || is_less(here, least)) {
                    least = here;
                    first = i;
                    second = j;
                }
            }
        if (!contract(s, first, second))
            return false;
    }
    return true;
}

/* An array summed over what the output lacks, in the output's order. */
static nd_array *finished(nd_array *array, ndi_axis_labels *axes, const ndi_axis_labels *output)
{
    const label_set kept = set_of(output);
    nd_array *const summed = sum_others(array, axes, &kept);
    if (!summed || (summed != array && is_same(axes, output)))
        return summed;
    nd_array *const result = in_order(summed, axes, output);
    if (summed != array)
        ndi_drop(summed);
    return result;
}

/* One operand is a sum, or a view, without factors. */
static nd_array *sum_of_one(const char *subscripts, const nd_array *operand)
{
    ndi_axis_labels axes, output, once;
    if (!ndi_einsum_parse(subscripts, 1, &operand, &axes, &output) ||
        !check_diagonals(0, operand, &axes))
        return NULL;
    nd_array *const array = each_label_once(NULL, (nd_array *)operand, &axes, &once);
    nd_array *const result = array ? finished(array, &once, &output) : NULL;
    if (array != operand)
        ndi_drop(array);
    return result;
}

nd_array *nd_einsum(const char *subscripts, int count, const nd_array *const *operands)
{
    if (!subscripts || count < 1 || !operands)
        return ndi_fail(ND_ERROR_ARGUMENT, "einsum: needs subscripts and at least one operand");
    for (int i = 0; i < count; i++)
        if (!operands[i])
            return NULL;
    if (count == 1)
        return sum_of_one(subscripts, operands[0]);
    const size_t n = (size_t)count, bytes = n * (sizeof(factor) + sizeof(ndi_axis_labels));
    char *memory = ndi_allocate(bytes);
    if (!memory)
        return ndi_fail(ND_ERROR_MEMORY, "einsum: no memory for %d operands", count);
    sum s = {.factors = (factor *)memory};
    ndi_axis_labels *labels = (ndi_axis_labels *)(s.factors + n);
    for (int label = 0; label < NDI_LABELS; label++)
        s.length[label] = -1;
    nd_array *result = NULL;
    if (ndi_einsum_parse(subscripts, count, operands, labels, &s.output) &&
        take_operands(&s, count, operands, labels) && contract_all(&s))
        result = finished(s.factors[0].array, &s.factors[0].axes, &s.output);
    for (int i = 0; i < s.count; i++)
        nd_release(s.factors[i].array);
    ndi_free(memory, bytes);
    return result;
}
