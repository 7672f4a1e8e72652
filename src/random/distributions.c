/* Arrays of values of the distributions: parameters checked and broadcast, loops chosen. */
#include <ndstream/random.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "array/array.h"
#include "array/dtype.h"
#include "base/pool.h"
#include "random/fill.h"
#include "random/samplers.h"

/* ---- The table ------------------------------------------------------------------------------- */

typedef enum constraint {
    NONE, /* no such parameter */
    ANY,
    NOT_NEGATIVE, /* NaN passes, as in NumPy; -0.0 does not */
    POSITIVE,     /* NaN passes */
    POSITIVE_NUMBER,
    PROBABILITY,
    POSITIVE_PROBABILITY,
    PROBABILITY_BELOW_ONE,
    ABOVE_ONE,
    POISSON,
    INTEGER /* whole, not negative */
} constraint;

typedef struct row {
    nd_distribution_info info;
    constraint constraints[NDI_MOST_PARAMETERS];
} row;

#define REAL ND_FLOAT64
#define WHOLE ND_INT64
static const row rows[ND_RANDOM_DISTRIBUTIONS] = {
#define ROW(id, name, dtype, p0, c0, p1, c1, p2, c2)                                               \
    {{#name, dtype, (c0 != NONE) + (c1 != NONE) + (c2 != NONE), {#p0, #p1, #p2}}, {c0, c1, c2}},
    ND_DISTRIBUTIONS(ROW)
#undef ROW
};

const nd_distribution_info *nd_distribution_info_of(nd_distribution distribution)
{
    if ((unsigned)distribution >= ND_RANDOM_DISTRIBUTIONS)
        return ndi_fail(ND_ERROR_ARGUMENT, "random_draw: there is no distribution %d",
                        (int)distribution);
    return &rows[distribution].info;
}

/* What a value must be that is not; NULL if it is. */
static const char *complaint(constraint must, double x)
{
    switch (must) {
    case NOT_NEGATIVE:
        return signbit(x) && !isnan(x) ? "negative" : NULL;
    case POSITIVE:
        return x <= 0 ? "not positive" : NULL;
    case POSITIVE_NUMBER:
        return x > 0 ? NULL : "not positive";
    case PROBABILITY:
        return x >= 0 && x <= 1 ? NULL : "no probability";
    case POSITIVE_PROBABILITY:
        return x > 0 && x <= 1 ? NULL : "no probability above 0";
    case PROBABILITY_BELOW_ONE:
        return x >= 0 && x < 1 ? NULL : "no probability below 1";
    case ABOVE_ONE:
        return x > 1 ? NULL : "not above 1";
    case POISSON: /* counts ten deviations above the mean still fit int64 */
        return !(x >= 0)                             ? "negative or NaN"
               : x <= 0x1p63 - 10 * 3037000499.97605 ? NULL
                                                     : "too large";
    default:
        return NULL;
    }
}

/* ---- Parameters ------------------------------------------------------------------------------ */

typedef struct call {
    const row *row;
    int count; /* of parameters */
    bool is_legacy;
    bool is_scalar[NDI_MOST_PARAMETERS]; /* else in `arrays` */
    ndi_parameter scalar[NDI_MOST_PARAMETERS];
    nd_array
        *arrays[NDI_MOST_PARAMETERS]; /* in the open scope: contiguous, of the result's shape */
} call;

static bool is_whole(const call *c, int i)
{
    return c->row->constraints[i] == INTEGER;
}

static bool fails_as(nd_status status, const call *c, int i, const char *why)
{
    ndi_fail(status, "random_%s: %s is %s", c->row->info.name, c->row->info.parameter[i], why);
    return false;
}

static bool fails(const call *c, int i, const char *why)
{
    return fails_as(ND_ERROR_VALUE, c, i, why);
}

/* A number in place of an array of rank 0. */
static bool take_scalar(call *c, int i, const nd_operand *operand)
{
    double real = operand->value.real[0];
    if (operand->kind == ND_OPERAND_COMPLEX)
        return ndi_fail(ND_ERROR_DTYPE, "random_%s: %s is complex", c->row->info.name,
                        c->row->info.parameter[i]) != NULL;
    if (operand->kind == ND_OPERAND_INT || operand->kind == ND_OPERAND_BOOL)
        real = (double)operand->value.integer;
    else if (operand->kind == ND_OPERAND_UINT)
        real = (double)operand->value.natural;
    c->is_scalar[i] = true;
    if (!is_whole(c, i)) {
        c->scalar[i].real = real;
        const char *why = complaint(c->row->constraints[i], real);
        return !why || fails(c, i, why);
    }
    if (operand->kind == ND_OPERAND_REAL) {
        if (!(real >= -0x1p63 && real < 0x1p63))
            return fails(c, i, "no number of 64 bits");
        c->scalar[i].whole = (int64_t)real; /* cut off, as in NumPy */
    } else if (operand->kind == ND_OPERAND_UINT) {
        return fails(c, i, "too large");
    } else {
        c->scalar[i].whole = operand->value.integer;
    }
    return c->scalar[i].whole >= 0 || fails(c, i, "negative");
}

static bool take_array(call *c, int i, const nd_array *array, const nd_shape *shape)
{
    const nd_dtype dtype = is_whole(c, i) ? ND_INT64 : ND_FLOAT64;
    if (nd_dtype_kind(nd_dtype_of(array)) == ND_KIND_COMPLEX ||
        (dtype == ND_INT64 && nd_dtype_of(array) == ND_UINT64)) {
        ndi_fail(ND_ERROR_DTYPE, "random_%s: %s is %s", c->row->info.name,
                 c->row->info.parameter[i], nd_dtype_name(nd_dtype_of(array)));
        return false;
    }
    nd_array *values = nd_ascontiguous(nd_cast(array, dtype));
    if (!ndi_force(values))
        return false;
    for (int64_t at = 0; at < values->size; at++) {
        const char *why =
            is_whole(c, i) ? (((const int64_t *)values->data)[at] < 0 ? "negative" : NULL)
                           : complaint(c->row->constraints[i], ((const double *)values->data)[at]);
        if (why)
            return fails(c, i, why);
    }
    c->arrays[i] = nd_ascontiguous(nd_broadcast_to(values, *shape));
    return ndi_force(c->arrays[i]);
}

bool ndi_random_shape(const char *operation, int count, const nd_operand *parameters,
                      const nd_shape *wanted, nd_shape *shape)
{
    *shape = (nd_shape){.rank = 0};
    for (int i = -1; i < count; i++) {
        nd_shape own = {.rank = 0};
        if (i < 0 && wanted)
            own = *wanted;
        else if (i >= 0 && parameters[i].kind == ND_OPERAND_ARRAY)
            own = nd_shape_like(parameters[i].array);
        for (int axis = 1; axis <= own.rank; axis++) {
            int64_t *known = axis <= shape->rank ? &shape->length[shape->rank - axis] : NULL;
            const int64_t here = own.length[own.rank - axis];
            if (known && *known == 1 && !wanted)
                *known = here;
            if ((known && here != 1 && here != *known) || (!known && i >= 0 && wanted)) {
                char text[NDI_SHAPE_TEXT];
                ndi_fail(ND_ERROR_SHAPE, "%s: parameter %d does not broadcast to shape %s",
                         operation, i, ndi_shape_text(text, shape->rank, shape->length));
                return false;
            }
            if (!known) {
                memmove(shape->length + 1, shape->length,
                        (size_t)shape->rank * sizeof *shape->length);
                shape->length[0] = here;
                shape->rank++;
            }
        }
    }
    return true;
}

static bool take_parameters(call *c, const nd_operand *parameters, const nd_shape *shape)
{
    for (int i = 0; i < c->count; i++) {
        const nd_operand *p = &parameters[i];
        if (p->kind != ND_OPERAND_ARRAY) {
            if (!take_scalar(c, i, p))
                return false;
        } else if (!take_array(c, i, p->array, shape)) {
            return false;
        }
    }
    return true;
}

static ndi_parameter parameter_at(const call *c, int i, int64_t at)
{
    if (c->is_scalar[i])
        return c->scalar[i];
    return ((const ndi_parameter *)c->arrays[i]->data)[at];
}

/* Parameters that must fit one another; uniform's second one becomes the width. */
static bool fit_together(const call *c, nd_distribution distribution, ndi_parameter *p)
{
    const double most_items = 1e9;
    switch (distribution) {
    case ND_RANDOM_UNIFORM:
        p[1].real -= p[0].real;
        if (!isfinite(p[1].real))
            return fails_as(ND_ERROR_OVERFLOW, c, 1, "not a finite distance from low");
        return !signbit(p[1].real) || c->is_legacy || fails(c, 1, "below low");
    case ND_RANDOM_TRIANGULAR:
        if (p[0].real > p[1].real)
            return fails(c, 0, "above mode");
        if (p[1].real > p[2].real)
            return fails(c, 1, "above right");
        return p[0].real != p[2].real || fails(c, 0, "equal to right");
    case ND_RANDOM_NEGATIVE_BINOMIAL: /* of a mean that poisson() takes, ten deviations above n */
        return c->is_legacy ||
               !complaint(POISSON,
                          (1 - p[1].real) / p[1].real * (p[0].real + 10 * sqrt(p[0].real))) ||
               fails(c, 0, "too large, or p too small");
    case ND_RANDOM_HYPERGEOMETRIC:
        if ((double)p[0].whole >= most_items)
            return fails(c, 0, "not below 1e9");
        if ((double)p[1].whole >= most_items)
            return fails(c, 1, "not below 1e9");
        if (c->is_legacy && p[2].whole < 1)
            return fails(c, 2, "below 1");
        return p[0].whole + p[1].whole >= p[2].whole || fails(c, 2, "above ngood + nbad");
    default:
        return true;
    }
}

static bool all_scalars(const call *c)
{
    for (int i = 0; i < c->count; i++)
        if (!c->is_scalar[i])
            return false;
    return true;
}

static bool check_together(call *c, nd_distribution distribution, int64_t size)
{
    ndi_parameter p[NDI_MOST_PARAMETERS] = {{0}};
    if (all_scalars(c)) {
        memcpy(p, c->scalar, sizeof p);
        if (!fit_together(c, distribution, p))
            return false;
        memcpy(c->scalar, p, sizeof p);
        return true;
    }
    for (int64_t at = 0; at < size; at++) {
        for (int i = 0; i < c->count; i++)
            p[i] = parameter_at(c, i, at);
        if (!fit_together(c, distribution, p))
            return false;
    }
    return true;
}

/* ---- Loops ----------------------------------------------------------------------------------- */

/* One value after the other. */
static void fill_in_turn(nd_random *random, nd_distribution distribution, call *c, void *out,
                         size_t size)
{
    ndi_sampler *sampler = ndi_sampler_of(random, distribution);
    if (all_scalars(c)) {
        sampler(ndi_generator_of(random), c->scalar, out, size);
        return;
    }
    for (size_t at = 0; at < size; at++) {
        ndi_parameter p[NDI_MOST_PARAMETERS] = {{0}};
        for (int i = 0; i < c->count; i++)
            p[i] = parameter_at(c, i, (int64_t)at);
        fit_together(c, distribution, p);
        sampler(ndi_generator_of(random), p, (double *)out + at, 1);
    }
}

typedef struct transformation {
    const ndi_transform *transform;
    nd_distribution distribution;
    call *call;
    double *values; /* the base, then what it becomes */
    size_t first;   /* element of the result that values[0] is */
} transformation;

static void transform_range(void *context, size_t begin, size_t end)
{
    const transformation *t = context;
    if (all_scalars(t->call)) {
        t->transform->apply(t->values + begin, t->call->scalar, t->values + begin, end - begin);
        return;
    }
    for (size_t at = begin; at < end; at++) {
        ndi_parameter p[NDI_MOST_PARAMETERS] = {{0}};
        for (int i = 0; i < t->call->count; i++)
            p[i] = parameter_at(t->call, i, (int64_t)(t->first + at));
        fit_together(t->call, t->distribution, p);
        t->transform->apply(t->values + at, p, t->values + at, 1);
    }
}

static bool has_zero(const double *values, size_t count)
{
    bool found = false;
    for (size_t i = 0; i < count; i++)
        found |= values[i] == 0;
    return found;
}

/* Blocks of base numbers by the parallel fills, transformed on all threads while they are in a
 * cache. False, with the generator as it was, if a base must be drawn again. */
static bool fill_by_transform(ndi_pcg64 *generator, const ndi_transform *transform,
                              nd_distribution distribution, call *c, double *out, size_t size)
{
    enum { BLOCK = 1 << 17, GRAIN = 2048 };
    const ndi_pcg64 before = *generator;
    transformation t = {transform, distribution, c, out, 0};
    for (; t.first < size; t.first += BLOCK) {
        const size_t count = size - t.first < BLOCK ? size - t.first : BLOCK;
        t.values = out + t.first;
        if (transform->base == NDI_BASE_UNIFORM)
            ndi_random_double(generator, t.values, count);
        else if (transform->base == NDI_BASE_NORMAL)
            ndi_random_normal(generator, t.values, count);
        else
            ndi_random_exponential(generator, t.values, count);
        if (transform->excludes_zero && has_zero(t.values, count)) {
            *generator = before;
            return false;
        }
        ndi_parallel_for(count, GRAIN, transform_range, &t);
    }
    return true;
}

nd_array *nd_random_draw(nd_random *random, nd_distribution distribution,
                         const nd_operand *parameters, const nd_shape *shape)
{
    if (!random || !nd_distribution_info_of(distribution))
        return NULL;
    call c = {.row = &rows[distribution],
              .count = rows[distribution].info.parameters,
              .is_legacy = random->is_legacy};
    char operation[48];
    snprintf(operation, sizeof operation, "random_%s", c.row->info.name);
    for (int i = 0; i < c.count; i++)
        if (!parameters || (parameters[i].kind == ND_OPERAND_ARRAY && !parameters[i].array))
            return NULL;
    nd_array *result = NULL;
    ndi_samplers_prepare();
    ND_SCOPE {
        nd_shape size;
        if (ndi_random_shape(operation, c.count, parameters, shape, &size) &&
            take_parameters(&c, parameters, &size)) {
            nd_array *out = nd_empty(c.row->info.dtype, size);
            if (out && check_together(&c, distribution, out->size)) {
                const ndi_transform *transform = &ndi_transforms[distribution];
                if (!ndi_fills_in_parallel(random) || transform->base == NDI_BASE_NONE ||
                    !fill_by_transform(&random->bits->pcg64, transform, distribution, &c,
                                       (double *)out->data, (size_t)out->size))
                    fill_in_turn(random, distribution, &c, out->data, (size_t)out->size);
                result = nd_keep(out);
            }
        }
    }
    return result ? ndi_register(result) : NULL;
}
