/* Transposed tiles, streaming copies and the rows of exact products, on guarded memory. */
#include <string.h>

#include <ndstream/nd.h>

#include "check.h"

enum { OUT = 0, IN = 1, PARTS = 3 };

/* `streaming`: rows of the result begin at lines, which may be more than its columns. */
static void transpose(check_case *of, int isa, int power, bool streaming, size_t rows)
{
    const size_t size = (size_t)1 << power,
                 columns = 1 + check_below(streaming && size < 4 ? 200 : 69);
    const size_t out_gap = check_below(3), in_gap = check_below(3);
    const size_t in_lines = (columns * size + 63) / 64 + out_gap;
    const ptrdiff_t out_stride =
        (ptrdiff_t)(streaming ? in_lines * 64 : (columns + out_gap) * size);
    const ptrdiff_t in_stride = (ptrdiff_t)((rows + in_gap) * size);
    /* The rows of the result, and the columns of the source, are the elements of a strided run. */
    char *out = check_place(OUT, streaming ? CHECK_LOW : check_random() & 1, rows, out_stride,
                            columns * size);
    char *in = check_place(IN, check_random() & 1, columns, in_stride, rows * size);
    check_paint(OUT, out, rows, out_stride, columns * size);
    for (size_t c = 0; c < columns; c++)
        for (size_t i = 0; i < rows * size; i++)
            in[(ptrdiff_t)c * in_stride + (ptrdiff_t)i] = (char)check_random();
    check_now = (check_doing){of, "transpose", rows, {out_stride, in_stride}};
    const ndi_kernels *const kernels = &check_kernels[isa];
    (streaming ? kernels->transpose_streaming
               : kernels->transpose)[power](rows, columns, out, out_stride, in, in_stride);
    if (streaming)
        kernels->stream_end();
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < columns; c++)
            if (memcmp(out + (ptrdiff_t)r * out_stride + c * size,
                       in + (ptrdiff_t)c * in_stride + r * size, size) != 0)
                check_fail(of, "%zu rows, %zu columns: element (%zu, %zu) differs", rows, columns,
                           r, c);
    if (!check_painted(OUT, out, rows, out_stride, columns * size))
        check_fail(of, "%zu rows, %zu columns: wrote outside its elements", rows, columns);
}

static void run_transpose(int isa)
{
    for (int power = 0; power < 5; power++)
        for (int streaming = 0; streaming < 2; streaming++) {
            check_case of =
                check_begin("%stranspose of %d bytes, %s", streaming ? "streaming " : "",
                            1 << power, ndi_isa_name((ndi_isa)isa));
            check_reseed(of.name);
            const bool there = streaming ? check_kernels[isa].transpose_streaming[power] != NULL
                                         : check_kernels[isa].transpose[power] != NULL;
            if (!there && (!streaming || check_kernels[isa].streaming[ND_OP_add][ND_FLOAT64]))
                check_fail(&of, "has no kernel");
            for (size_t round = 0; there && of.failures == 0 && round < 400; round++)
                transpose(&of, isa, power, streaming,
                          round < 70 ? round : check_below(streaming ? 200 : 70));
            check_end(&of);
        }
}

static void run_stream(int isa)
{
    check_case of = check_begin("stream, %s", ndi_isa_name((ndi_isa)isa));
    check_reseed(of.name);
    for (size_t bytes = 0; bytes < 700; bytes++)
        for (size_t shift = 0; shift < 70; shift += bytes < 130 ? 1 : 7) {
            char *out = check_place(OUT, CHECK_HIGH, bytes + shift, 1, 1);
            char *in = check_place(IN, CHECK_LOW, bytes + shift, 1, 1) + shift / 3;
            check_paint(OUT, out, bytes, 1, 1);
            for (size_t i = 0; i < bytes; i++)
                in[i] = (char)(i * 7 + bytes);
            check_now = (check_doing){&of, "stream", bytes, {0}};
            check_kernels[isa].stream(out, in, bytes);
            check_kernels[isa].stream_end();
            if (memcmp(out, in, bytes) != 0)
                check_fail(&of, "%zu bytes to an address of remainder %zu: differ", bytes,
                           (uintptr_t)out % 64);
            if (!check_painted(OUT, out, bytes, 1, 1))
                check_fail(&of, "%zu bytes: wrote outside them", bytes);
        }
    check_end(&of);
}

static double real_of(nd_dtype dtype, const void *element)
{
    float narrow;
    double wide;
    memcpy(&narrow, element, sizeof narrow);
    memcpy(&wide, element, dtype == ND_FLOAT32 ? sizeof narrow : sizeof wide);
    return dtype == ND_FLOAT32 ? narrow : wide;
}

/* c[j] += a * b[j]: integers modulo their width, bool by 'and', 'or', floats with two roundings. */
static void run_axpy(int isa)
{
    for (nd_dtype dtype = 0; dtype <= ND_FLOAT64; dtype++) {
        if (dtype == ND_FLOAT16 || dtype == ND_BFLOAT16)
            continue;
        const size_t size = nd_dtype_size(dtype);
        check_case of =
            check_begin("axpy %s, %s", nd_dtype_name(dtype), ndi_isa_name((ndi_isa)isa));
        check_reseed(of.name);
        if (!check_kernels[isa].axpy[dtype])
            check_fail(&of, "has no kernel");
        for (size_t n = 0; of.failures == 0 && n < 300; n++) {
            static _Thread_local char before[300 * 8];
            char *c = check_place(OUT, check_random() & 1, n, (ptrdiff_t)size, size);
            char *b = check_place(IN, check_random() & 1, n, (ptrdiff_t)size, size);
            char *a = check_place(2, CHECK_HIGH, 1, (ptrdiff_t)size, size);
            check_paint(OUT, c, n, (ptrdiff_t)size, size);
            check_values(dtype, c, n);
            check_values(dtype, b, n);
            check_values(dtype, a, 1);
            memcpy(before, c, n * size);
            check_now = (check_doing){&of, "axpy", n, {0}};
            check_kernels[isa].axpy[dtype](n, c, a, b);
            for (size_t j = 0; j < n; j++) {
                uint64_t x = 0, y = 0, z = 0, got = 0;
                memcpy(&x, a, size);
                memcpy(&y, b + j * size, size);
                memcpy(&z, before + j * size, size);
                memcpy(&got, c + j * size, size);
                uint64_t wanted = dtype == ND_BOOL ? z | (x & y) : z + x * y;
                if (dtype == ND_FLOAT32) {
                    const float product = (float)real_of(dtype, &x) * (float)real_of(dtype, &y),
                                sum = (float)real_of(dtype, &z) + product;
                    memcpy(&wanted, &sum, sizeof sum);
                } else if (dtype == ND_FLOAT64) {
                    const double sum = real_of(dtype, &z) + real_of(dtype, &x) * real_of(dtype, &y);
                    memcpy(&wanted, &sum, sizeof sum);
                }
                if (nd_dtype_kind(dtype) == ND_KIND_FLOAT && check_same(dtype, &wanted, &got))
                    continue;
                if (memcmp(&wanted, c + j * size, size) !=
                    0) /* the low bytes: a little-endian machine */
                    check_fail(&of, "n = %zu, element %zu: got %llx, expected %llx", n, j,
                               (unsigned long long)got, (unsigned long long)wanted);
            }
            if (!check_painted(OUT, c, n, (ptrdiff_t)size, size))
                check_fail(&of, "n = %zu: wrote outside its elements", n);
        }
        check_end(&of);
    }
}

static size_t count(void)
{
    return PARTS * (size_t)check_isas;
}

static void run(size_t task)
{
    void (*const parts[PARTS])(int) = {run_transpose, run_stream, run_axpy};
    parts[task % PARTS]((int)(task / PARTS));
}

const check_part check_moves = {"moves", count, run};
