/* The public generator: arrays around the fills. */
#include <ndstream/random.h>

#include "array/array.h"
#include "random/fill.h"

struct nd_random {
    ndi_pcg64 generator;
};

nd_random *nd_random_new(uint64_t seed)
{
    nd_random *random = ndi_allocate(sizeof *random);
    if (random)
        ndi_pcg64_seed_u64(&random->generator, seed);
    return random;
}

void nd_random_free(nd_random *random)
{
    ndi_free(random, sizeof *random);
}

static bool is_float(const char *operation, nd_dtype dtype)
{
    if (dtype == ND_FLOAT32 || dtype == ND_FLOAT64)
        return true;
    ndi_fail(ND_ERROR_DTYPE, "%s: gives float32 or float64, not %s; cast the result", operation,
             nd_dtype_name(dtype));
    return false;
}

nd_array *nd_random_uniform(nd_random *random, nd_dtype dtype, nd_shape shape)
{
    if (!random || !is_float("random_uniform", dtype))
        return NULL;
    nd_array *out = nd_empty(dtype, shape);
    if (out && dtype == ND_FLOAT64)
        ndi_random_double(&random->generator, (double *)out->data, (size_t)out->size);
    else if (out)
        ndi_random_float(&random->generator, (float *)out->data, (size_t)out->size);
    return out;
}

nd_array *nd_random_normal(nd_random *random, nd_dtype dtype, nd_shape shape)
{
    if (!random || !is_float("random_normal", dtype))
        return NULL;
    nd_array *out = nd_empty(dtype, shape);
    if (out && dtype == ND_FLOAT64)
        ndi_random_normal(&random->generator, (double *)out->data, (size_t)out->size);
    else if (out)
        ndi_random_normal_float(&random->generator, (float *)out->data, (size_t)out->size);
    return out;
}

/* Smallest and largest value of an integer dtype (or bool), as far as int64 reaches. */
static bool bounds_of(nd_dtype dtype, int64_t *lowest, int64_t *largest)
{
    const int bits = 8 * (int)nd_dtype_size(dtype);
    switch (nd_dtype_kind(dtype)) {
    case ND_KIND_BOOL:
        *lowest = 0, *largest = 1;
        return true;
    case ND_KIND_SIGNED:
        *largest = INT64_MAX >> (64 - bits), *lowest = -*largest - 1;
        return true;
    case ND_KIND_UNSIGNED:
        *lowest = 0, *largest = bits == 64 ? INT64_MAX : (int64_t)(UINT64_MAX >> (64 - bits));
        return true;
    default:
        return false;
    }
}

static ndi_integer_kind integer_kind(nd_dtype dtype)
{
    if (dtype == ND_BOOL)
        return NDI_INTEGER_BOOL;
    switch (nd_dtype_size(dtype)) {
    case 1:
        return NDI_INTEGER_8;
    case 2:
        return NDI_INTEGER_16;
    case 4:
        return NDI_INTEGER_32;
    default:
        return NDI_INTEGER_64;
    }
}

nd_array *nd_random_integers(nd_random *random, nd_dtype dtype, int64_t low, int64_t high,
                             nd_shape shape)
{
    int64_t lowest, largest;
    if (!random)
        return NULL;
    if (!bounds_of(dtype, &lowest, &largest))
        return ndi_fail(ND_ERROR_DTYPE, "random_integers: gives integers or bool, not %s",
                        nd_dtype_name(dtype));
    if (low >= high)
        return ndi_fail(ND_ERROR_VALUE, "random_integers: low %lld is not below high %lld",
                        (long long)low, (long long)high);
    if (low < lowest || high - 1 > largest)
        return ndi_fail(ND_ERROR_VALUE, "random_integers: %lld to %lld is out of the range of %s",
                        (long long)low, (long long)high, nd_dtype_name(dtype));
    nd_array *out = nd_empty(dtype, shape);
    if (out)
        ndi_random_integers(&random->generator, integer_kind(dtype), (uint64_t)low,
                            (uint64_t)(high - 1), out->data, (size_t)out->size);
    return out;
}
