/* Numbers, real or complex, and vectors of them, of a set of numbers_each.h.
 *
 * Complex numbers lie as pairs of reals, in vectors too. The product of a vector and a number is
 * that with its real part, and that of the vector turned, which is times i, with its imaginary
 * part: what meets several numbers is turned once. */

typedef REAL vector __attribute__((vector_size(VECTOR_BYTES)));
typedef struct number {
    REAL re, im; /* im means nothing in real ones */
} number;

INLINE number JOIN(SET, at)(const REAL *x, size_t i)
{
    return (number){x[i * PARTS], x[i * PARTS + PARTS - 1]};
}

INLINE number JOIN(SET, conjugate_at)(const REAL *x, size_t i)
{
    return (number){x[i * PARTS], -x[i * PARTS + PARTS - 1]};
}

INLINE void JOIN(SET, put)(REAL *x, size_t i, number value)
{
    x[i * PARTS] = value.re;
    if (PARTS == 2)
        x[i * PARTS + PARTS - 1] = value.im;
}

INLINE number JOIN(SET, times)(number x, number y)
{
    if (PARTS == 1)
        return (number){x.re * y.re, 0};
    return (number){x.re * y.re - x.im * y.im, x.re * y.im + x.im * y.re};
}

INLINE vector JOIN(SET, turned)(vector v)
{
    vector sign;
    for (size_t lane = 0; lane < LANES; lane++)
        sign[lane] = lane % 2 ? 1 : -1;
    return PARTS == 2 ? SWAP_PAIRS(v) * sign : v;
}

/* x + v f and x - v f. */
INLINE vector JOIN(SET, more)(vector x, vector v, vector turned, number f)
{
    x += v * f.re;
    return PARTS == 2 ? x + turned * f.im : x;
}

INLINE vector JOIN(SET, less)(vector x, vector v, vector turned, number f)
{
    x -= v * f.re;
    return PARTS == 2 ? x - turned * f.im : x;
}
