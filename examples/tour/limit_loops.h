/* The loops of limit.c, written once and compiled for each width of vector. Before it is included,
 * limit.c defines NAME(x), TARGET, WIDTH (bytes of a vector), STREAM(pointer, vector) and the two
 * FMAs. */

typedef long long NAME(words) __attribute__((vector_size(WIDTH), aligned(WIDTH), may_alias));
typedef double NAME(doubles) __attribute__((vector_size(WIDTH)));
typedef float NAME(floats) __attribute__((vector_size(WIDTH)));

/* Reads every byte: eight independent sums hide the latency of the additions. */
TARGET static long long NAME(read)(const char *in, size_t bytes)
{
    const NAME(words) *p = (const NAME(words) *)in;
    NAME(words) sum[8] = {0};
    for (size_t i = 0; i + 8 <= bytes / WIDTH; i += 8)
        for (int k = 0; k < 8; k++)
            sum[k] += p[i + k];
    for (int k = 1; k < 8; k++)
        sum[0] += sum[k];
    return sum[0][0];
}

/* out = a + b, where b may be missing, or both (then it only writes). Streaming stores do not read
 * `out` first. */
TARGET static void NAME(write)(char *out, const char *a, const char *b, size_t bytes,
                               bool streaming)
{
    NAME(words) *o = (NAME(words) *)out;
    const NAME(words) *p = (const NAME(words) *)a, *q = (const NAME(words) *)b;
    const size_t n = bytes / WIDTH;
    const NAME(words) nothing = {0};
    if (streaming && q)
        for (size_t i = 0; i < n; i++)
            STREAM(&o[i], p[i] + q[i]);
    else if (streaming && p)
        for (size_t i = 0; i < n; i++)
            STREAM(&o[i], p[i]);
    else if (streaming)
        for (size_t i = 0; i < n; i++)
            STREAM(&o[i], nothing + (long long)i); /* zeros are stored twice as fast as data */
    else if (q)
        for (size_t i = 0; i < n; i++)
            o[i] = p[i] + q[i];
    else if (p)
        for (size_t i = 0; i < n; i++)
            o[i] = p[i] + 1; /* + 1: else the compiler calls memcpy */
    else
        for (size_t i = 0; i < n; i++)
            o[i] = nothing + (long long)i;
    FENCE();
}

/* Twelve chains of multiply-adds keep two units with a latency of four to five cycles busy. */
TARGET static double NAME(multiply_add64)(long rounds)
{
    NAME(doubles) sum[12], x, y;
    for (int k = 0; k < 12; k++)
        for (size_t j = 0; j < WIDTH / sizeof(double); j++)
            sum[k][j] = k, x[j] = 0.999, y[j] = 0.001;
    __asm__ volatile("" : "+m"(x), "+m"(y));
    for (long i = 0; i < rounds; i++) {
#pragma GCC unroll 12
        for (int k = 0; k < 12; k++)
            sum[k] = FMA64(sum[k], x, y);
    }
    for (int k = 1; k < 12; k++)
        sum[0] += sum[k];
    return sum[0][0];
}

TARGET static double NAME(multiply_add32)(long rounds)
{
    NAME(floats) sum[12], x, y;
    for (int k = 0; k < 12; k++)
        for (size_t j = 0; j < WIDTH / sizeof(float); j++)
            sum[k][j] = (float)k, x[j] = 0.999f, y[j] = 0.001f;
    __asm__ volatile("" : "+m"(x), "+m"(y));
    for (long i = 0; i < rounds; i++) {
#pragma GCC unroll 12
        for (int k = 0; k < 12; k++)
            sum[k] = FMA32(sum[k], x, y);
    }
    for (int k = 1; k < 12; k++)
        sum[0] += sum[k];
    return (double)sum[0][0];
}

static const loop_set NAME(loops) = {NAME(read), NAME(write), NAME(multiply_add64),
                                     NAME(multiply_add32), WIDTH};

#undef NAME
#undef TARGET
#undef WIDTH
#undef STREAM
#undef FMA64
#undef FMA32
#undef FENCE
