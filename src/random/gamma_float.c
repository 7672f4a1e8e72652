/* The gamma distribution in float32, over any bit generator. */
#include <math.h>

#include "array/array.h"
#include "array/dtype.h"
#include "random/samplers.h"
#include "random/ziggurat.h"

static float next_normal(ndi_bits *bits)
{
    float value;
    ndi_bits_normal_float(bits, &value, 1);
    return value;
}

static float next_exponential(ndi_bits *bits)
{
    float value;
    ndi_bits_exponential_float(bits, &value, 1);
    return value;
}

#define GENERATOR ndi_bits
#define REAL float
#define FUNCTION(name) name##f
#define UNIFORM(g) ndi_uniform_float(ndi_bits_next32(g))
#define NORMAL(g) next_normal(g)
#define EXPONENTIAL(g) next_exponential(g)
#include "random/gamma_tmpl.h"

static bool is_valid(const nd_array *values)
{
    for (int64_t i = 0; i < values->size; i++)
        if (signbit(((const float *)values->data)[i]) && !isnan(((const float *)values->data)[i]))
            return ndi_fail(ND_ERROR_VALUE, "random_gamma: shape is negative") != NULL;
    return true;
}

nd_array *nd_random_gamma_float(nd_random *random, const nd_array *shape, const nd_shape *size)
{
    if (!random || !shape)
        return NULL;
    if (random->is_legacy || nd_dtype_kind(nd_dtype_of(shape)) == ND_KIND_COMPLEX)
        return ndi_fail(ND_ERROR_DTYPE, "random_gamma: %s",
                        random->is_legacy ? "gives float64, not float32" : "shape is complex");
    nd_array *result = NULL;
    ndi_samplers_prepare();
    ND_SCOPE {
        nd_shape wanted;
        const nd_operand parameter = nd_operand_array(shape);
        nd_array *values = nd_ascontiguous(nd_cast(shape, ND_FLOAT32));
        if (ndi_force(values) && is_valid(values) &&
            ndi_random_shape("random_gamma", 1, &parameter, size, &wanted)) {
            nd_array *out = nd_empty(ND_FLOAT32, wanted);
            values = nd_ascontiguous(nd_broadcast_to(values, wanted));
            if (out && ndi_force(values)) {
                for (int64_t i = 0; i < out->size; i++)
                    ((float *)out->data)[i] =
                        standard_gamma(random->bits, ((const float *)values->data)[i]);
                result = nd_keep(out);
            }
        }
    }
    return result ? ndi_register(result) : NULL;
}
