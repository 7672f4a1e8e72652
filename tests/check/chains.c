/* The links of chains (kernels/chain.h), each with its arguments from everywhere, against the
 * reference kernels, those of functions against the kernels of their ISA; and the kernels and links
 * that give sine and cosine at once, against the two alone. */
#include <math.h>
#include <string.h>

#include <ndstream/nd.h>

#include "check.h"
#include "kernels/chain.h"

enum { MOST_ROUNDS = 3, MOST_BYTES = 2 * MOST_ROUNDS * NDI_CHAIN_ROUND, OUT = 0 };

static const nd_dtype dtypes[] = {ND_FLOAT32, ND_FLOAT64, ND_INT64};
enum { DTYPES = sizeof dtypes / sizeof *dtypes };

typedef struct line {
    nd_op op;
    bool floats, integers; /* dtypes that have links */
} line;

#define LINE(name, of)                                                                             \
    {                                                                                              \
        ND_OP_##name, (of) != INTEGERS, (of) != FLOATS                                             \
    }
enum { /* as groups of kernels */
       FLOATS,
       INTEGERS,
       NUMBER_BITS,
       REAL_BITS = NUMBER_BITS,
       EXACT_BITS = INTEGERS,
       INT_BITS = INTEGERS,
       SIGNED = INTEGERS,
};

static const line unary[] = {
#define KERNEL1_LIGHT(name, group, ...) LINE(name, group),
#define KERNEL2_LIGHT(...)
#define KERNEL2_STREAMING(...)
#include "kernels/light.def"
#undef KERNEL1_LIGHT
#undef KERNEL2_LIGHT
#undef KERNEL2_STREAMING
#define LINKED(name) LINE(name, FLOATS),
#define LINKED_TWINS(...)
#include "kernels/linked.def"
#undef LINKED
#undef LINKED_TWINS
    LINE(positive, NUMBER_BITS), /* of the link that loads */
};
static const nd_op functions[] = {
#define LINKED(name) ND_OP_##name,
#define LINKED_TWINS(...)
#include "kernels/linked.def"
#undef LINKED
#undef LINKED_TWINS
};
static const struct {
    nd_op one, other;
} twins[] = {
#define LINKED(...)
#define LINKED_TWINS(one, other, both) {ND_OP_##one, ND_OP_##other},
#include "kernels/linked.def"
#undef LINKED
#undef LINKED_TWINS
};
static const line binary[] = {
#define KERNEL1_LIGHT(...)
#define KERNEL2_LIGHT(name, group, ...) LINE(name, group),
#define KERNEL2_STREAMING KERNEL2_LIGHT
#include "kernels/light.def"
};

/* What the banks and the memory of arguments 0 and 1 hold. */
typedef struct elements {
    _Alignas(64) char at[MOST_BYTES];
} elements;

static _Thread_local elements bank[NDI_BANKS], memory[2], expected;

static const elements *taken(int from, int result_bank, int argument)
{
    return from == NDI_FROM_SAME    ? &bank[result_bank]
           : from == NDI_FROM_OTHER ? &bank[NDI_BANKS - 1 - result_bank]
                                    : &memory[argument];
}

typedef struct subject {
    int isa, arguments, link, result_bank, from[2];
    nd_dtype dtype;
    nd_op op;
    bool is_function, lacks, wide;
} subject;

static const ndi_chain_kernels *chain_of(const subject *s)
{
    const ndi_chain_kernels *const chain = check_kernels[s->isa].chain[s->dtype];
    return s->wide ? chain->wide : chain;
}

static ndi_link_code *code_of(const subject *s)
{
    const ndi_chain_kernels *const chain = chain_of(s);
    return s->arguments == 1 ? chain->unary[s->link][s->result_bank][s->from[0]]
                             : chain->binary[s->link][s->result_bank][s->from[0]][s->from[1]];
}

/* Functions are links of the widest vectors, and take their argument from a bank. Where both banks
 * are one, there is no other, none by one divisor and none of roots. */
static bool should_exist(const subject *s)
{
    if (s->lacks)
        return false;
    if (s->wide)
        return !s->is_function && s->from[0] != NDI_FROM_OTHER && s->from[1] != NDI_FROM_OTHER &&
               s->op != ND_OP_sqrt && (s->op != ND_OP_divide || s->from[1] != NDI_FROM_SCALAR);
    return !s->is_function ||
           (s->isa == NDI_ISA_AVX512 && s->from[0] <= NDI_FROM_OTHER && s->from[1] == 0);
}

/* Numbers that all are near where a function has a way of its own for them; or any. */
static void fill(nd_dtype dtype, char *to, size_t n, bool are_near)
{
    check_values(dtype, to, n);
    for (size_t i = 0; are_near && i < n; i++) {
        const double wide = check_uniform(0.01, 60);
        const float narrow = (float)wide;
        memcpy(to + i * nd_dtype_size(dtype), dtype == ND_FLOAT64 ? (const void *)&wide : &narrow,
               nd_dtype_size(dtype));
    }
}

/* `at` goes a line further than the rows do, and all pointers go back. */
static void go_abreast(const ndi_chain_kernels *chain, ndi_link *links, int next, ptrdiff_t row)
{
    enum { FURTHER = 64 };
    ndi_link *apart = &links[next + 2];
    for (int l = 0; l < next; l++)
        for (int i = 0; i < 2; i++)
            if (links[l].row[i] != 0)
                *apart++ = (ndi_link){.pointer = {(char *)&links[l].pointer[i]}, .row = {-FURTHER}};
    links[next].code = chain->abreast;
    links[next].row[1] = apart - &links[next + 2];
    links[next + 1].row[0] = FURTHER;
    links[next + 1].row[1] = row + FURTHER;
}

static void run_link(const subject *s, bool streams, check_case *of)
{
    const ndi_chain_kernels *const chain = chain_of(s);
    const size_t size = nd_dtype_size(s->dtype), rounds = 1 + check_below(MOST_ROUNDS),
                 bytes = chain->round * rounds, n = bytes / size,
                 rows = check_random() & 1 ? rounds : 1;
    const ptrdiff_t row = (ptrdiff_t)(bytes / rows); /* one behind the other */
    const bool are_near = s->is_function && (check_random() & 1);
    for (int i = 0; i < NDI_BANKS; i++)
        fill(s->dtype, bank[i].at, n, are_near);
    for (int i = 0; i < 2; i++)
        check_values(s->dtype, memory[i].at, n);
    char *p[3] = {expected.at};
    ptrdiff_t strides[3] = {(ptrdiff_t)size};
    for (int i = 0; i < s->arguments; i++) {
        p[i + 1] = (char *)taken(s->from[i], s->result_bank, i)->at;
        strides[i + 1] = s->from[i] == NDI_FROM_SCALAR ? 0 : (ptrdiff_t)size;
    }
    check_kernels[s->is_function ? s->isa : 0].elementwise[s->op][s->dtype](n, p, strides);

    char *const out = check_place(OUT, CHECK_LOW, n, (ptrdiff_t)size, size);
    check_paint(OUT, out, n, (ptrdiff_t)size, size);
    enum { LINKS = 6 };
    const int other = s->wide ? 0 : 1;
    ndi_link links[2 * LINKS + 4] = {
        {chain->fetch, {bank[0].at}, {row}},
        {chain->unary[NDI_LINK_LOAD][0][NDI_FROM_MEMORY], {bank[0].at}, {row}},
        {chain->unary[NDI_LINK_LOAD][other][NDI_FROM_MEMORY], {bank[other].at}, {row}},
        {code_of(s),
         {memory[0].at, memory[1].at},
         {s->from[0] == NDI_FROM_MEMORY ? row : 0, s->from[1] == NDI_FROM_MEMORY ? row : 0}},
        {(streams ? chain->stream : chain->store)[s->result_bank], {out}, {row}},
        {chain->next, {(char *)links, (char *)row}, {(ptrdiff_t)rows}},
    };
    if (check_random() & 1)
        go_abreast(chain, links, LINKS - 1, row);
    chain->run(links, 0);
    if (streams)
        check_kernels[s->isa].stream_end();
    for (size_t i = 0; i < n && of->failures == 0; i++)
        if (!check_same(s->dtype, out + i * size, expected.at + i * size)) {
            char got[96], wanted[96];
            check_fail(of, "bank %d, from %d and %d, element %zu of %zu: got %s, expected %s",
                       s->result_bank, s->from[0], s->from[1], i, n,
                       check_text(got, s->dtype, out + i * size),
                       check_text(wanted, s->dtype, expected.at + i * size));
        }
    if (!check_painted(OUT, out, n, (ptrdiff_t)size, size))
        check_fail(of, "bank %d: wrote outside its elements", s->result_bank);
}

/* However many rounds go far, the jumps between links leave nothing on the stack. */
static void run_far(const ndi_chain_kernels *chain, ndi_link_code *code, int from)
{
    enum { ROUNDS = 200000 };
    memset(bank[from].at, 0xff, chain->round); /* NaN */
    ndi_link links[] = {
        {chain->unary[NDI_LINK_LOAD][from][NDI_FROM_MEMORY], {bank[from].at}, {0}},
        {code, {NULL}, {0}},
        {chain->next, {(char *)links, (char *)(uintptr_t)chain->round}, {ROUNDS}},
    };
    chain->run(links, 0);
}

static void run_form(const subject *s, check_case *of)
{
    const ndi_chain_kernels *const chain = chain_of(s);
    const bool exists = code_of(s) != NULL;
    if (exists != should_exist(s))
        check_fail(of, "bank %d, from %d: there should be %s link", s->result_bank, s->from[0],
                   exists ? "no" : "a");
    for (int round = 0; exists && round < 8; round++)
        run_link(s, round % 2 == 1 && chain->stream[s->result_bank], of);
    if (exists && s->is_function)
        run_far(chain, code_of(s),
                s->from[0] == NDI_FROM_SAME ? s->result_bank : NDI_BANKS - 1 - s->result_bank);
}

static void run_links(subject s)
{
    if (!chain_of(&s) && s.isa != NDI_ISA_AVX512)
        return;
    check_case of =
        check_begin("link %s %s, %s%s", ndi_op_rows[s.op].info.name, nd_dtype_name(s.dtype),
                    ndi_isa_name((ndi_isa)s.isa), s.wide ? ", both banks as one" : "");
    check_reseed(of.name);
    for (s.result_bank = 0; s.result_bank < (s.wide ? 1 : NDI_BANKS); s.result_bank++)
        for (s.from[0] = 0; s.from[0] < NDI_FROM_COUNT; s.from[0]++)
            for (s.from[1] = 0; s.from[1] < (s.arguments == 1 ? 1 : NDI_FROM_COUNT); s.from[1]++)
                run_form(&s, &of);
    check_end(&of);
}

static double element_of(nd_dtype dtype, const char *from, size_t i)
{
    double wide;
    float narrow;
    if (dtype == ND_FLOAT64) {
        memcpy(&wide, from + i * sizeof wide, sizeof wide);
        return wide;
    }
    memcpy(&narrow, from + i * sizeof narrow, sizeof narrow);
    return narrow;
}

/* What `x` makes of a lane: float32 is exact in float64, so all meet there. */
static double meet(ndi_link_fold fold, double lane, double x)
{
    if (fold == NDI_LINK_SUM)
        return lane + x;
    if (isnan(lane) || isnan(x))
        return (double)NAN;
    return fold == NDI_LINK_MIN ? (x < lane ? x : lane) : (x > lane ? x : lane);
}

/* The lanes of two leaves, a round after the other, against elements that meet them one by one. */
static void run_fold(int isa, nd_dtype dtype, ndi_link_fold fold, int bank_of_elements,
                     bool in_bank)
{
    enum { LEAVES = 2 };
    static _Thread_local char met[LEAVES * NDI_CHUNK * sizeof(double)];
    const ndi_chain_kernels *const chain = check_kernels[isa].chain[dtype];
    ndi_link_code *const code =
        in_bank ? chain->fold_in_bank[fold] : chain->fold[fold][bank_of_elements];
    if (!code)
        return;
    check_case of =
        check_begin("link of fold %d, %s, bank %d%s, %s", (int)fold, nd_dtype_name(dtype),
                    bank_of_elements, in_bank ? " into the other" : "", ndi_isa_name((ndi_isa)isa));
    check_reseed(of.name);
    const nd_dtype lane = fold == NDI_LINK_SUM ? ND_FLOAT64 : dtype;
    const size_t size = nd_dtype_size(lane), lanes = NDI_LANE_BYTES / size,
                 bytes = LEAVES * NDI_CHUNK * nd_dtype_size(dtype);
    const double none = fold == NDI_LINK_SUM   ? -0.0
                        : fold == NDI_LINK_MIN ? (double)INFINITY
                                               : -(double)INFINITY;
    for (int round = 0; round < 20 && of.failures == 0; round++) {
        double wanted[LEAVES * NDI_LANE_BYTES / sizeof(float)];
        char *const out =
            check_place(OUT, check_random() & 1, LEAVES * lanes, (ptrdiff_t)size, size);
        check_paint(OUT, out, LEAVES * lanes, (ptrdiff_t)size, size);
        for (size_t l = 0; l < LEAVES * lanes; l++) {
            const float narrow = (float)none;
            wanted[l] = none;
            memcpy(out + l * size, lane == ND_FLOAT64 ? (const void *)&none : &narrow, size);
        }
        check_values(dtype, met, LEAVES * NDI_CHUNK);
        for (size_t i = 0; round % 2 && i < LEAVES * NDI_CHUNK; i++) { /* none special */
            const double wide = check_uniform(-1e3, 1e3);
            const float narrow = (float)wide;
            memcpy(met + i * nd_dtype_size(dtype),
                   dtype == ND_FLOAT64 ? (const void *)&wide : &narrow, nd_dtype_size(dtype));
        }
        ndi_link links[] = {
            {chain->unary[NDI_LINK_LOAD][bank_of_elements][NDI_FROM_MEMORY], {met}, {0}},
            {code, {out}, {0}},
            {chain->next, {(char *)links, (char *)(uintptr_t)bytes}, {1}},
        };
        chain->run(links, 0);
        for (size_t i = 0; i < LEAVES * NDI_CHUNK; i++) {
            double *const at = &wanted[i / NDI_CHUNK * lanes + i % lanes];
            *at = meet(fold, *at, element_of(dtype, met, i));
        }
        for (size_t l = 0; l < LEAVES * lanes; l++) {
            const double got = element_of(lane, out, l);
            if (!check_same(ND_FLOAT64, &got, &wanted[l]))
                check_fail(&of, "lane %zu: got %a, expected %a", l, got, wanted[l]);
        }
        if (!check_painted(OUT, out, LEAVES * lanes, (ptrdiff_t)size, size))
            check_fail(&of, "wrote outside its elements");
    }
    check_end(&of);
}

static void run_sincos(int isa, nd_dtype dtype)
{
    const ndi_kernels *const kernels = &check_kernels[isa];
    if (!kernels->sincos[dtype])
        return;
    check_case of = check_begin("sincos %s, %s", nd_dtype_name(dtype), ndi_isa_name((ndi_isa)isa));
    check_reseed(of.name);
    const ptrdiff_t size = (ptrdiff_t)nd_dtype_size(dtype), strides[] = {size, size, size};
    for (int round = 0; round < 400 && of.failures == 0; round++) {
        const size_t n = check_below(MOST_BYTES / sizeof(double));
        char *p[3];
        for (int i = 0; i < 3; i++) {
            p[i] = check_place(i, check_random() & 1, n, size, (size_t)size);
            check_paint(i, p[i], n, size, (size_t)size);
        }
        check_values(dtype, p[2], n);
        for (size_t i = 0; round % 2 && dtype == ND_FLOAT64 && i < n; i++)
            ((double *)p[2])[i] = check_uniform(-1e3, 1e3);
        kernels->sincos[dtype](n, p, strides);
        kernels->elementwise[ND_OP_sin][dtype](n, (char *[]){bank[0].at, p[2]}, strides);
        kernels->elementwise[ND_OP_cos][dtype](n, (char *[]){bank[1].at, p[2]}, strides);
        for (size_t i = 0; i < n; i++)
            for (int result = 0; result < 2; result++)
                if (!check_same(dtype, p[result] + i * (size_t)size,
                                bank[result].at + i * (size_t)size))
                    check_fail(&of, "element %zu of %zu: %s differs", i, n,
                               result ? "cosine" : "sine");
        for (int i = 0; i < 3; i++)
            if (!check_painted(i, p[i], n, size, (size_t)size))
                check_fail(&of, "n = %zu: wrote outside its elements", n);
    }
    check_end(&of);
}

/* The link of two results, from either bank. */
static void run_twins(int isa, nd_dtype dtype, int link)
{
    const ndi_kernels *const kernels = &check_kernels[isa];
    const ndi_chain_kernels *const chain = kernels->chain[dtype];
    check_case of = check_begin("link of %s and %s, %s, %s", ndi_op_rows[twins[link].one].info.name,
                                ndi_op_rows[twins[link].other].info.name, nd_dtype_name(dtype),
                                ndi_isa_name((ndi_isa)isa));
    check_reseed(of.name);
    const size_t size = nd_dtype_size(dtype), n = chain->round / size;
    const ptrdiff_t strides[] = {(ptrdiff_t)size, (ptrdiff_t)size};
    for (int from = 0; from < NDI_BANKS; from++)
        if (chain->twins[link][from])
            run_far(chain, chain->twins[link][from], from);
    for (int round = 0; round < 64 && of.failures == 0; round++) {
        const int from = round % NDI_BANKS;
        ndi_link_code *const code = chain->twins[link][from];
        if (!code != (isa < NDI_ISA_AVX512))
            check_fail(&of, "bank %d: there should be %s link", from, code ? "no" : "a");
        if (!code)
            continue;
        fill(dtype, bank[from].at, n, round / NDI_BANKS % 2);
        ndi_link links[] = {
            {chain->unary[NDI_LINK_LOAD][from][NDI_FROM_MEMORY], {bank[from].at}, {0}},
            {code, {NULL}, {0}},
            {chain->store[0], {memory[0].at}, {0}},
            {chain->store[1], {memory[1].at}, {0}},
            {chain->next, {(char *)links, (char *)(uintptr_t)chain->round}, {1}},
        };
        chain->run(links, 0);
        for (int result = 0; result < 2; result++) {
            kernels->elementwise[result ? twins[link].other : twins[link].one][dtype](
                n, (char *[]){expected.at, bank[from].at}, strides);
            for (size_t i = 0; i < n; i++)
                if (!check_same(dtype, memory[result].at + i * size, expected.at + i * size))
                    check_fail(&of, "from bank %d: result %d differs at %zu", from, result, i);
        }
    }
    check_end(&of);
}

static bool is_function(nd_op op)
{
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (functions[i] == op)
            return true;
    return false;
}

static bool lacks(const line *of, bool floats)
{
    return floats ? !of->floats : !of->integers;
}

static size_t count(void)
{
    return (size_t)check_isas * DTYPES;
}

static void run(size_t task)
{
    const int isa = (int)task / DTYPES;
    const nd_dtype dtype = dtypes[task % DTYPES];
    const bool floats = dtype != ND_INT64;
    if (floats)
        run_sincos(isa, dtype);
    if (!check_kernels[isa].chain[dtype])
        return;
    for (int fold = 0; fold < NDI_LINK_FOLDS; fold++) {
        for (int from = 0; from < NDI_BANKS; from++)
            run_fold(isa, dtype, (ndi_link_fold)fold, from, false);
        run_fold(isa, dtype, (ndi_link_fold)fold, 0, true);
    }
    for (size_t i = 0; i < sizeof unary / sizeof *unary; i++)
        for (int wide = 0; wide < 2; wide++)
            run_links((subject){isa,
                                1,
                                (int)i,
                                0,
                                {0},
                                dtype,
                                unary[i].op,
                                is_function(unary[i].op),
                                lacks(&unary[i], floats),
                                wide});
    for (size_t i = 0; floats && i < sizeof twins / sizeof *twins; i++)
        run_twins(isa, dtype, (int)i);
    for (size_t i = 0; i < sizeof binary / sizeof *binary; i++)
        for (int wide = 0; wide < 2; wide++)
            run_links((subject){isa,
                                2,
                                (int)i,
                                0,
                                {0},
                                dtype,
                                binary[i].op,
                                false,
                                lacks(&binary[i], floats),
                                wide});
}

const check_part check_chains = {"chains", count, run};
