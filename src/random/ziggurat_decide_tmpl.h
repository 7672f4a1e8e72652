/* What decides an attempt of a ziggurat that its first unit does not, in one type. The includer
 * defines NAME(x), REAL, UNIT, UNIFORM(unit), the number on [0, 1) of a unit, HEIGHT, the tables of
 * heights, and LOG1P and EXP for REAL.
 *
 * `first` made `value`; `next` reads further units. False if there is no sample. */

static bool NAME(normal_decide)(UNIT first, REAL *value, UNIT (*next)(void *), void *reader)
{
    const unsigned layer = first & 0xff;
    if (layer != 0) {
        const REAL *height = ndi_normal_ziggurat.HEIGHT;
        REAL x = *value, u = UNIFORM(next(reader));
        return (height[layer - 1] - height[layer]) * u + height[layer] < exp(-0.5 * x * x);
    }
    for (;;) {
        REAL x = -(REAL)NDI_NORMAL_TAIL_INVERSE * LOG1P(-UNIFORM(next(reader)));
        REAL y = -LOG1P(-UNIFORM(next(reader)));
        if (y + y > x * x) {
            x = (REAL)NDI_NORMAL_TAIL + x;
            *value = first >> 17 & 1 ? -x : x; /* a bit of the place, not the sign bit */
            return true;
        }
    }
}

static bool NAME(exponential_decide)(UNIT first, REAL *value, UNIT (*next)(void *), void *reader)
{
    const unsigned layer = (sizeof(UNIT) == 8 ? first >> 3 : first >> 1) & 0xff;
    const REAL u = UNIFORM(next(reader)), *height = ndi_exponential_ziggurat.HEIGHT;
    if (layer == 0) {
        *value = (REAL)NDI_EXPONENTIAL_TAIL - LOG1P(-u);
        return true;
    }
    return (height[layer - 1] - height[layer]) * u + height[layer] < EXP(-*value);
}

#undef NAME
#undef REAL
#undef UNIT
#undef UNIFORM
#undef HEIGHT
#undef LOG1P
#undef EXP
