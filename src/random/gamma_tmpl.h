/* The gamma distribution over one generator, in one precision. The includer defines:
 *   GENERATOR         its type
 *   REAL, FUNCTION(name)    float and name##f, or double and name
 *   UNIFORM(g)        on [0, 1)
 *   NORMAL(g), EXPONENTIAL(g)       the standard ones
 *
 * Order and form of every floating-point operation decide the last bit, so they are NumPy's. */

/* Below 1: Ahrens and Dieter 1974 (GS, in Best's form); from 1 on Marsaglia and Tsang 2000. */
static REAL standard_gamma(GENERATOR *g, REAL shape)
{
    const REAL one = 1;
    if (shape == one)
        return EXPONENTIAL(g);
    if (shape == 0 || isnan(shape))
        return shape;
    if (shape < one)
        for (;;) {
            const REAL u = UNIFORM(g), v = EXPONENTIAL(g);
            REAL x, limit = v;
            if (u <= one - shape) {
                x = FUNCTION(pow)(u, one / shape);
            } else {
                const REAL y = -FUNCTION(log)((one - u) / shape);
                x = FUNCTION(pow)(one - shape + shape * y, one / shape);
                limit = v + y;
            }
            if (x <= limit)
                return x;
        }
    const REAL b = shape - one / 3, c = one / FUNCTION(sqrt)(9 * b);
    for (;;) {
        REAL x, v;
        do {
            x = NORMAL(g);
            v = one + c * x;
        } while (v <= 0);
        v = v * v * v;
        const REAL u = UNIFORM(g);
        if (u < one - (REAL)0.0331 * (x * x) * (x * x) ||
            FUNCTION(log)(u) < (REAL)0.5 * x * x + b * (one - v + FUNCTION(log)(v)))
            return b * v;
    }
}
