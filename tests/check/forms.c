/* One elementwise kernel in every form, on guarded memory, against the reference kernel. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "forms.h"

enum { MOST = 1100 }; /* elements */

typedef enum layout { CONTIGUOUS, REPEATED, STRIDED, REVERSED, LAYOUTS } layout;
static const char layout_letter[] = "c0s-";

typedef struct form {
    layout out, in[3];
    int in_place; /* the argument that the result replaces, ALL_PLACES for all of them, or NOWHERE
                   */
    bool streams; /* the kernel with streaming stores: the result on a line's start */
} form;
enum { ALL_PLACES = 3, NOWHERE = -1 };

typedef struct elements {
    _Alignas(64) char at[MOST * 16];
} elements;

static _Thread_local elements values[3], expected;

static ptrdiff_t stride_of(layout of, size_t size)
{
    switch (of) {
    case CONTIGUOUS:
        return (ptrdiff_t)size;
    case STRIDED:
        return (ptrdiff_t)(size * (2 + check_below(3)));
    case REVERSED:
        return -(ptrdiff_t)(size * (1 + check_below(2)));
    default:
        return 0;
    }
}

/* What each element should be: the reference's, or the kernel's own for it alone. */
static void expect(const check_subject *subject, int isa, const form *f, size_t n)
{
    const size_t out_size = nd_dtype_size(subject->out);
    char *p[4] = {expected.at};
    ptrdiff_t s[4] = {(ptrdiff_t)out_size};
    for (int i = 0; i < subject->arguments; i++) {
        p[i + 1] = values[i].at;
        s[i + 1] = f->in[i] == REPEATED ? 0 : (ptrdiff_t)nd_dtype_size(subject->in[i]);
    }
    if (subject->tolerance == 0) {
        subject->kernel[0](n, p, s);
        return;
    }
    const ptrdiff_t alone[4] = {(ptrdiff_t)out_size, (ptrdiff_t)nd_dtype_size(subject->in[0]),
                                (ptrdiff_t)nd_dtype_size(subject->in[1]),
                                (ptrdiff_t)nd_dtype_size(subject->in[2])};
    for (size_t i = 0; i < n; i++) {
        subject->kernel[isa](1, p, alone);
        for (int k = 0; k <= subject->arguments; k++)
            p[k] += s[k];
    }
}

static void fail_at(check_subject *subject, int isa, const char *name, size_t n, size_t i,
                    const form *f, const void *got)
{
    char arguments[3 * 110] = "", text[96], wanted[96];
    size_t used = 0;
    for (int k = 0; k < subject->arguments; k++)
        used += (size_t)snprintf(arguments + used, sizeof arguments - used, "%s%s", k ? ", " : "",
                                 check_text(text, subject->in[k],
                                            values[k].at + (f->in[k] == REPEATED ? 0 : i) *
                                                               nd_dtype_size(subject->in[k])));
    check_fail(&subject->cases[isa], "form %s, n = %zu, element %zu: of (%s) got %s, expected %s",
               name, n, i, arguments, check_text(text, subject->out, got),
               check_text(wanted, subject->out, expected.at + i * nd_dtype_size(subject->out)));
}

static void run_form(check_subject *subject, const form *f, const char *name, size_t n)
{
    const size_t out_size = nd_dtype_size(subject->out);
    const int arguments = subject->arguments;
    for (int i = 0; i < arguments; i++) {
        if (f->in_place == ALL_PLACES && i > 0)
            memcpy(values[i].at, values[0].at, n * nd_dtype_size(subject->in[0]));
        else
            check_values(subject->in[i], values[i].at, f->in[i] == REPEATED ? 1 : n);
    }
    if (subject->tolerance == 0 && n > 0)
        expect(subject, 0, f, n);
    const check_edge edge = f->streams || check_random() & 1 ? CHECK_LOW : CHECK_HIGH;
    for (int isa = 0; isa < check_isas; isa++) {
        ndi_kernel *kernel = f->streams ? subject->streaming[isa] : subject->kernel[isa];
        if (!kernel)
            continue;
        if (subject->tolerance != 0 && n > 0)
            expect(subject, isa, f, n);
        char *p[4];
        ptrdiff_t s[4];
        s[0] = stride_of(f->out, out_size);
        p[0] = check_place(0, edge, n, s[0], out_size);
        check_paint(0, p[0], n, s[0], out_size);
        for (int i = 0; i < arguments; i++) {
            const size_t size = nd_dtype_size(subject->in[i]);
            const size_t count = f->in[i] == REPEATED && n > 0 ? 1 : n;
            if (f->in_place == i || f->in_place == ALL_PLACES) {
                s[i + 1] = s[0];
                p[i + 1] = p[0];
            } else {
                s[i + 1] = stride_of(f->in[i], size);
                p[i + 1] = check_place(i + 1, edge, count, s[i + 1], size);
            }
            for (size_t k = 0; k < count; k++)
                memcpy(p[i + 1] + (ptrdiff_t)k * s[i + 1], values[i].at + k * size, size);
        }
        check_now.of = &subject->cases[isa];
        check_now.form = name;
        check_now.n = n;
        memcpy(check_now.strides, s, sizeof s);
        kernel(n, p, s);
        for (size_t i = 0; i < n; i++) {
            const char *got = p[0] + (ptrdiff_t)i * s[0];
            if (!check_same(subject->out, got, expected.at + i * out_size)) {
                fail_at(subject, isa, name, n, i, f, got);
                break;
            }
        }
        if (!check_painted(0, p[0], n, s[0], out_size))
            check_fail(&subject->cases[isa], "form %s, n = %zu: wrote outside its elements", name,
                       n);
        for (int i = 0; i < arguments; i++) {
            const size_t size = nd_dtype_size(subject->in[i]);
            for (size_t k = 0; p[i + 1] != p[0] && k < (f->in[i] == REPEATED && n > 0 ? 1 : n); k++)
                if (memcmp(p[i + 1] + (ptrdiff_t)k * s[i + 1], values[i].at + k * size, size) !=
                    0) {
                    check_fail(&subject->cases[isa], "form %s, n = %zu: changed argument %d", name,
                               n, i);
                    break;
                }
        }
    }
}

static void name_form(char name[8], const check_subject *subject, const form *f)
{
    int at = 0;
    name[at++] = f->streams ? 'm' : layout_letter[f->out]; /* straight to memory */
    name[at++] = '=';
    for (int i = 0; i < subject->arguments; i++)
        name[at++] = f->in_place == i || f->in_place == ALL_PLACES ? '.' : layout_letter[f->in[i]];
    name[at] = 0;
}

static void run_lengths(check_subject *subject, const form *f)
{
    static const size_t chosen[] = {0, 1, 2, 3, 7, 8, 15, 16, 17, 31, 33, 63, 64, 65, 127, 129};
    static const size_t around_blocks[] = {255, 256, 257, 511, 512, 513, 1023, 1024, 1025};
    char name[8];
    name_form(name, subject, f);
    bool primary = f->out == CONTIGUOUS;
    for (int i = 0; i < subject->arguments; i++)
        primary &= f->in[i] <= REPEATED;
    if (primary && f->in_place == NOWHERE) {
        for (size_t n = 0; n <= 200; n++)
            run_form(subject, f, name, n);
        for (size_t i = 0; i < sizeof around_blocks / sizeof *around_blocks; i++)
            run_form(subject, f, name, around_blocks[i]);
    } else {
        for (size_t i = 0; i < sizeof chosen / sizeof *chosen; i++)
            run_form(subject, f, name, chosen[i]);
        for (int i = 0; i < (check_options_given.thorough ? 100 : 3); i++)
            run_form(subject, f, name, check_below(MOST));
    }
}

/* Whether results that are far apart are near as seen from the arguments. */
static bool near_arguments(const check_subject *subject, size_t i, const void *got)
{
    const size_t size = nd_dtype_size(subject->out);
    const double unit = subject->out == ND_FLOAT32 ? 0x1p-23 : 0x1p-52;
    double number[4], largest = 0;
    const void *at[4] = {got, expected.at + i * size};
    for (int k = 0; k < subject->arguments; k++)
        at[2 + k] = values[k].at + i * size;
    for (int k = 0; k < 2 + subject->arguments; k++) {
        float narrow;
        memcpy(&narrow, at[k], sizeof narrow);
        memcpy(&number[k], at[k], size);
        number[k] = subject->out == ND_FLOAT32 ? narrow : number[k];
        largest = fmax(largest, fabs(number[k]));
    }
    return fabs(number[0] - number[1]) <= subject->tolerance * unit * largest;
}

/* A kernel within a tolerance is compared with the reference too: one element at a time. */
static void compare_with_reference(check_subject *subject)
{
    const size_t rounds = check_options_given.thorough ? 500 : 20,
                 out_size = nd_dtype_size(subject->out);
    static _Thread_local elements results[NDI_ISA_COUNT];
    for (size_t round = 0; round < rounds; round++) {
        char *p[4];
        ptrdiff_t s[4] = {(ptrdiff_t)out_size};
        for (int i = 0; i < subject->arguments; i++) {
            check_values(subject->in[i], values[i].at, MOST);
            p[i + 1] = values[i].at;
            s[i + 1] = (ptrdiff_t)nd_dtype_size(subject->in[i]);
        }
        for (int isa = 0; isa < check_isas; isa++) {
            p[0] = results[isa].at;
            subject->kernel[isa](MOST, p, s);
        }
        memcpy(expected.at, results[0].at, sizeof expected.at);
        const form plain = {CONTIGUOUS, {CONTIGUOUS, CONTIGUOUS, CONTIGUOUS}, NOWHERE};
        for (int isa = 1; isa < check_isas; isa++)
            for (size_t i = 0; i < MOST; i++) {
                const char *got = results[isa].at + i * out_size;
                const double distance =
                    check_distance(subject->out, got, expected.at + i * out_size);
                if ((distance < 0 || distance > subject->tolerance) &&
                    !(subject->cancels && near_arguments(subject, i, got)))
                    fail_at(subject, isa, "against the C library", MOST, i, &plain, got);
                if (isa == NDI_ISA_AVX512 &&
                    !check_same(subject->out, got, results[NDI_ISA_AVX2].at + i * out_size))
                    fail_at(subject, isa, "against avx2", MOST, i, &plain, got);
            }
    }
}

void check_forms(check_subject *subject)
{
    for (int isa = 0; isa < check_isas; isa++)
        if (!subject->kernel[isa]) {
            check_fail(&subject->cases[isa], "has no kernel");
            return;
        }
    const int arguments = subject->arguments;
    int combinations = 1;
    for (int i = 0; i < arguments; i++)
        combinations *= LAYOUTS;
    for (int out = 0; out < LAYOUTS; out++)
        for (int combination = 0; out != REPEATED && combination < combinations; combination++) {
            form f = {.out = (layout)out, .in_place = NOWHERE};
            for (int i = 0, rest = combination; i < arguments; i++, rest /= LAYOUTS)
                f.in[i] = (layout)(rest % LAYOUTS);
            run_lengths(subject, &f);
            for (int i = 0; i < arguments; i++) {
                f.in_place = i;
                if (f.in[i] == f.out &&
                    nd_dtype_size(subject->in[i]) == nd_dtype_size(subject->out))
                    run_lengths(subject, &f);
            }
            f.in_place = ALL_PLACES;
            bool all = arguments > 1;
            for (int i = 0; i < arguments; i++)
                all &= f.in[i] == f.out && subject->in[i] == subject->in[0] &&
                       nd_dtype_size(subject->in[i]) == nd_dtype_size(subject->out);
            if (all)
                run_lengths(subject, &f);
        }
    for (int repeated = 0; repeated < (1 << arguments) - 1; repeated++) { /* not all of them */
        form f = {.in_place = NOWHERE, .streams = true};
        for (int i = 0; i < arguments; i++)
            f.in[i] = repeated >> i & 1 ? REPEATED : CONTIGUOUS;
        run_lengths(subject, &f);
    }
    if (subject->tolerance != 0)
        compare_with_reference(subject);
}
