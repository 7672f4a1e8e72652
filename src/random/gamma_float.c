/* The gamma distribution in float32: the formulas of samplers_tmpl.h with NumPy's order of draws.
 */
#include <math.h>

#include "array/array.h"
#include "array/dtype.h"
#include "random/samplers.h"
#include "random/ziggurat.h"

static float uniform(ndi_bits *bits)
{
    return ndi_uniform_float(ndi_bits_next32(bits));
}

static float normal(ndi_bits *bits)
{
    float value;
    ndi_bits_normal_float(bits, &value, 1);
    return value;
}

static float exponential(ndi_bits *bits)
{
    float value;
    ndi_bits_exponential_float(bits, &value, 1);
    return value;
}

static float below_one(ndi_bits *bits, float shape)
{
    for (;;) {
        const float u = uniform(bits), v = exponential(bits);
        float x, limit = v;
        if (u <= 1.0f - shape) {
            x = powf(u, 1.0f / shape);
        } else {
            const float y = -logf((1.0f - u) / shape);
            x = powf(1.0f - shape + shape * y, 1.0f / shape);
            limit = v + y;
        }
        if (x <= limit)
            return x;
    }
}

static float gamma_of(ndi_bits *bits, float shape)
{
    if (shape == 1.0f)
        return exponential(bits);
    if (shape == 0.0f || isnan(shape))
        return shape;
    if (shape < 1.0f)
        return below_one(bits, shape);
    const float b = shape - 1.0f / 3.0f, c = 1.0f / sqrtf(9.0f * b);
    for (;;) {
        float x, v;
        do {
            x = normal(bits);
            v = 1.0f + c * x;
        } while (v <= 0.0f);
        v = v * v * v;
        const float u = uniform(bits);
        if (u < 1.0f - 0.0331f * (x * x) * (x * x) ||
            logf(u) < 0.5f * x * x + b * (1.0f - v + logf(v)))
            return b * v;
    }
}

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
                        gamma_of(random->bits, ((const float *)values->data)[i]);
                result = nd_keep(out);
            }
        }
    }
    return result ? ndi_register(result) : NULL;
}
