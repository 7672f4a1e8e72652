/* Rewriting pending expressions.
 *
 * A pattern is a string of codes in prefix order: operations, conversions, variables, scalars. It
 * is matched from a step downwards, and binds its variables on the way; then the step is set to the
 * replacement in place, or its readers are given a node below it. */
#include "engine/rules.h"
#include "engine/rule_terms.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "array/dtype.h"

enum { REWRITTEN = 4 }; /* rows in turn for one step */

_Static_assert((int)ND_OP_COUNT < (int)X, "operations and terms share their codes");

const ndi_rule ndi_rules[] = {
#define ND_RULE(requirement, dtypes, pattern, replacement)                                         \
    {requirement, dtypes, {pattern}, {replacement}},
#define ND_RULE_AT_CALL(op, exponent, replacement)
#define ND_RULE_TWINS(one, other, both)
#include "engine/rules.def"
#undef ND_RULE
#undef ND_RULE_AT_CALL
};

const int ndi_rule_count = sizeof ndi_rules / sizeof *ndi_rules;

/* Where the rows that begin with a code stand. */
static uint8_t first_row[256], row_count[256];

/* What an argument must be for a row to fit: the code of an operation, or one of these. */
enum { ANYTHING = 0, SOME_NODE = 254, SOME_SCALAR = 255 };

/* What is looked at first, as most rows fit nothing. */
typedef struct glance {
    uint8_t argument[2];
    uint8_t constant; /* that the second one is, or 0 */
    bool twice;       /* the same argument */
    bool flat;        /* the pattern has no operation but the first */
} glance;

static glance glances[sizeof ndi_rules / sizeof *ndi_rules];

/* For each first code: a bit, of its number modulo 64, for each argument that some row asks for. */
static uint64_t asked_for[256];

static bool is_operation(uint8_t code)
{
    return code < X || code >= NDI_CONVERSION;
}

static int arguments_of(uint8_t code)
{
    return !is_operation(code)      ? 0
           : code >= NDI_CONVERSION ? 1
                                    : ndi_op_rows[code - 1].info.arguments;
}

static const uint8_t *behind(const uint8_t *pattern)
{
    int left = arguments_of(*pattern++);
    while (left-- > 0)
        pattern = behind(pattern);
    return pattern;
}

static uint8_t wanted(uint8_t code)
{
    return code == WIDENED_CODE ? NDI_CONVERSION
           : is_operation(code) ? code
           : code < A           ? ANYTHING
                                : SOME_SCALAR;
}

static uint64_t bit_of(uint8_t code)
{
    return (uint64_t)1 << (code & 63);
}

__attribute__((constructor)) static void begin(void)
{
    for (int i = ndi_rule_count - 1; i >= 0; i--) {
        const uint8_t *const pattern = ndi_rules[i].pattern, *at = pattern + 1;
        first_row[pattern[0]] = (uint8_t)i;
        row_count[pattern[0]]++;
        glances[i].flat = true;
        for (int a = 0; a < arguments_of(pattern[0]); a++, at = behind(at)) {
            if (a < 2)
                glances[i].argument[a] = wanted(*at);
            if (wanted(*at) != ANYTHING)
                asked_for[pattern[0]] |= bit_of(wanted(*at));
            glances[i].flat &= !is_operation(*at);
        }
        if (arguments_of(pattern[0]) == 2 && pattern[1] == X && pattern[2] > VARIABLES &&
            !is_operation(pattern[2]))
            glances[i].constant = pattern[2];
        glances[i].twice = arguments_of(pattern[0]) == 2 && pattern[1] == X && pattern[2] == X;
        if (arguments_of(pattern[0]) != 2 && pattern[1] < A && pattern[1] >= X)
            asked_for[pattern[0]] = ~(uint64_t)0;
    }
}

nd_op ndi_rules_at_call(nd_op op, nd_operand second)
{
#define ND_RULE(requirement, dtypes, pattern, replacement)
#define ND_RULE_AT_CALL(name, exponent, replacement)                                               \
    if (op == ND_OP_##name &&                                                                      \
        ((second.kind == ND_OPERAND_INT && second.value.integer == (exponent)) ||                  \
         (second.kind == ND_OPERAND_REAL && second.value.real[0] == (exponent))))                  \
        return ND_OP_##replacement;
#include "engine/rules.def"
    return op;
}

bool ndi_factor_at_call(nd_operand divisor, nd_dtype dtype, nd_operand *factor)
{
    const double value = divisor.kind == ND_OPERAND_INT    ? (double)divisor.value.integer
                         : divisor.kind == ND_OPERAND_REAL ? divisor.value.real[0]
                                                           : 0;
    const int most = dtype == ND_FLOAT64 ? 1022 : dtype == ND_FLOAT16 ? 14 : 126;
    int exponent;
    if (fabs(frexp(value, &exponent)) != 0.5 || abs(exponent - 1) > most)
        return false;
    *factor = nd_operand_real(1 / value);
    return true;
}

/* ---- Matching -------------------------------------------------------------------------------- */

/* An argument of a step: a node, or the scalar that its kernel takes. */
typedef struct argument {
    ndi_node *node;
    const char *scalar;
    nd_dtype dtype; /* of the scalar */
} argument;

typedef struct matching {
    argument bound[VARIABLES - X];
    unsigned known; /* a bit for each */
    nd_dtype taken; /* by the innermost operation */
    bool fast;      /* operations must have been called under fast maths */
} matching;

static bool is_real_number(nd_dtype dtype)
{
    return nd_dtype_kind(dtype) != ND_KIND_BOOL && nd_dtype_kind(dtype) != ND_KIND_COMPLEX;
}

static bool is_float(nd_dtype dtype)
{
    return nd_dtype_kind(dtype) == ND_KIND_FLOAT;
}

/* `value`, finite, as an element that is no subnormal number; false if there is none. */
static bool store_float(double value, nd_dtype dtype, char *element)
{
    ndi_store_scalar(nd_operand_real(value), dtype, element);
    const double stored = ndi_load_double(dtype, element);
    return isfinite(stored) && fabs(stored) >= (dtype == ND_FLOAT32 ? 0x1p-126 : 0x1p-1022);
}

static bool is_constant(term wanted, const argument *a)
{
    if (nd_dtype_kind(a->dtype) == ND_KIND_COMPLEX)
        return false;
    double value;
    if (a->dtype == ND_FLOAT64)
        memcpy(&value, a->scalar, sizeof value);
    else
        value = ndi_load_double(a->dtype, a->scalar);
    switch (wanted) {
    case ONE:
        return value == 1;
    case ZERO:
        return value == 0 && !signbit(value);
    case MINUS_ZERO:
        return value == 0 && signbit(value);
    case MINUS_ONE:
        return value == -1;
    case HALF:
        return value == 0.5;
    default:
        return false;
    }
}

static bool same_argument(const argument *a, const argument *b)
{
    if (!a->node || !b->node)
        return !a->node && !b->node && a->dtype == b->dtype &&
               memcmp(a->scalar, b->scalar, nd_dtype_size(a->dtype)) == 0;
    return a->node == b->node ||
           (ndi_is_source(a->node) && ndi_is_source(b->node) && ndi_same_source(a->node, b->node));
}

static bool bind(matching *m, term variable, argument a)
{
    const unsigned bit = 1u << (variable - X);
    if ((variable == A || variable == B) && (a.node || !is_real_number(a.dtype)))
        return false;
    if (m->known & bit)
        return same_argument(&m->bound[variable - X], &a);
    m->known |= bit;
    m->bound[variable - X] = a;
    return true;
}

static argument argument_of(const ndi_node *node, int i)
{
    return (argument){node->argument[i], node->scalar[i], node->step.taken[i]};
}

/* Nothing is lost on the way to `to` and back. */
static bool keeps_values(nd_dtype from, nd_dtype to)
{
    const bool wide_integer = nd_dtype_kind(from) != ND_KIND_BOOL && !is_float(from) &&
                              nd_dtype_kind(from) != ND_KIND_COMPLEX && nd_dtype_size(from) == 8;
    return nd_can_cast(from, to, ND_CAST_SAFE) &&
           !(wide_integer && nd_dtype_kind(to) >= ND_KIND_FLOAT);
}

/* A step that converts nothing, neither its arguments nor its result. (The half floats are
 * converted, to and fro; what that rounds is a part of the operation.) */
static bool is_pure(const ndi_node *node)
{
    const ndi_map *const step = &node->step;
    if (ndi_kernel_dtype(step->out) != step->computed)
        return false;
    for (int i = 0; i < step->arguments; i++)
        if (node->argument[i] &&
            ndi_kernel_dtype((nd_dtype)node->argument[i]->dtype) != step->taken[i])
            return false;
    return true;
}

static const uint8_t *match(matching *m, const uint8_t *pattern, argument a);

static const uint8_t *match_arguments(matching *m, const uint8_t *pattern, const ndi_node *node,
                                      bool swapped)
{
    for (int i = 0; pattern && i < node->arguments; i++)
        pattern = match(m, pattern, argument_of(node, swapped ? 1 - i : i));
    return pattern;
}

/* What follows a part of a pattern, if that fits; NULL. */
static const uint8_t *match(matching *m, const uint8_t *pattern, argument a)
{
    const uint8_t code = *pattern++;
    if (code >= X && code < VARIABLES)
        return bind(m, code, a) ? pattern : NULL;
    if (code > VARIABLES && code < NDI_CONVERSION) {
        return !a.node && is_constant(code, &a) ? pattern : NULL;
    }
    const ndi_node *const node = a.node;
    if (!node || node->form != NDI_STEP)
        return NULL;
    if (code >= NDI_CONVERSION) {
        const bool fits =
            node->step.rewrites == NDI_CONVERSION && node->argument[0] &&
            (code == NDI_CONVERSION || keeps_values(node->step.taken[0], node->step.out));
        m->taken = node->step.taken[0];
        return fits ? match(m, pattern, argument_of(node, 0)) : NULL;
    }
    if (node->step.rewrites != code || (m->fast && !node->step.fast) || !is_pure(node))
        return NULL;
    m->taken = node->step.taken[node->arguments - 1];
    const matching before = *m;
    const uint8_t *end = match_arguments(m, pattern, node, false);
    if (!end && node->arguments == 2 && ndi_op_rows[code - 1].properties & NDI_COMMUTES) {
        *m = before;
        end = match_arguments(m, pattern, node, true);
    }
    return end;
}

/* ---- Replacing ------------------------------------------------------------------------------- */

/* A scalar made of A and B; false if it would not be finite and normal. */
static bool compute(const matching *m, term wanted, nd_dtype dtype, char *element)
{
    const argument *const a = &m->bound[A - X], *const b = &m->bound[B - X];
    if (is_float(dtype)) {
        const double x = ndi_load_double(dtype, a->scalar),
                     y = m->known & 1u << (B - X) ? ndi_load_double(dtype, b->scalar) : 0;
        return store_float(wanted == ONE_OVER_A  ? 1 / x
                           : wanted == A_PLUS_B  ? x + y
                           : wanted == A_MINUS_B ? x - y
                                                 : x * y,
                           dtype, element);
    }
    const uint64_t x = (uint64_t)ndi_load_int64(dtype, a->scalar),
                   y = (uint64_t)ndi_load_int64(dtype, b->scalar);
    const uint64_t value = wanted == A_PLUS_B ? x + y : wanted == A_MINUS_B ? x - y : x * y;
    memcpy(element, &value, nd_dtype_size(dtype)); /* the low bits: it wraps */
    return wanted != ONE_OVER_A;
}

/* Sets a step to an operation on what was bound; false if it cannot be, with nothing changed. */
static bool become(ndi_node *node, const matching *m, const uint8_t *replacement)
{
    const nd_op op = (nd_op)(replacement[0] - 1);
    const ndi_op_row *const row = &ndi_op_rows[op];
    const int arguments = row->info.arguments;
    ndi_map step = node->step;
    if (replacement[0] != step.rewrites) {
        const nd_dtype taken = m->taken, computed = row->returns == NDI_RETURNS_TRUTH ? ND_BOOL
                                                    : row->returns == NDI_RETURNS_REAL
                                                        ? ndi_real_dtype(taken)
                                                        : taken;
        step.name = row->info.name;
        step.exact = (row->properties & NDI_EXACT) != 0;
        step.rewrites = replacement[0];
        step.kernel = ndi_kernels_in_use()->elementwise[op][taken];
        step.streaming = ndi_kernels_in_use()->streaming[op][taken];
        step.arguments = arguments;
        for (int i = 0; i < arguments; i++)
            step.taken[i] = taken;
        if (!step.kernel || computed != step.computed)
            return false;
    }
    ndi_node *below[NDI_MAX_OPERANDS - 1];
    char scalar[NDI_MAX_OPERANDS - 1][16];
    for (int i = 0; i < arguments; i++) {
        const uint8_t code = replacement[1 + i];
        below[i] = NULL;
        step.in[i] = step.taken[i];
        if (code < VARIABLES) {
            const argument *const bound = &m->bound[code - X];
            below[i] = bound->node;
            if (bound->node)
                step.in[i] = (nd_dtype)bound->node->dtype;
            else
                memcpy(scalar[i], bound->scalar, nd_dtype_size(bound->dtype));
        } else if (!compute(m, code, step.taken[i], scalar[i])) {
            return false;
        }
    }
    for (int i = 0; i < arguments; i++)
        if (below[i])
            ndi_node_retain(below[i]);
    ndi_node_drop_arguments(node);
    node->step = step;
    node->arguments = (uint8_t)arguments;
    memcpy(node->argument, below, (size_t)arguments * sizeof *below);
    memcpy(node->scalar, scalar, (size_t)arguments * sizeof *scalar);
    return true;
}

ndi_node *ndi_rule_apply(const ndi_rule *row, ndi_node *node)
{
    matching m;
    m.known = 0;
    m.fast = row->ulps > 0;
    if (!match(&m, row->pattern, (argument){.node = node}) ||
        !(row->dtypes & ndi_rule_class(m.taken)))
        return NULL;
    if (row->replacement[0] < X)
        return become(node, &m, row->replacement) ? node : NULL;
    ndi_node *const other = m.bound[row->replacement[0] - X].node;
    const bool alike =
        other && other->dtype == node->dtype && other->rank == node->rank &&
        memcmp(other->dims, node->dims, 2 * (size_t)node->rank * sizeof *node->dims) == 0;
    return alike ? other : NULL;
}

static uint8_t argument_code(const ndi_node *node, int i)
{
    const ndi_node *const below = node->argument[i];
    return !below ? SOME_SCALAR : below->form == NDI_STEP ? below->step.rewrites : SOME_NODE;
}

/* The same argument twice, or perhaps the same memory. */
static bool is_twice(const ndi_node *node)
{
    const ndi_node *const a = node->argument[0], *const b = node->argument[1];
    return node->arguments == 2 && a && b &&
           (a == b || (ndi_is_source(a) && ndi_is_source(b) && a->data == b->data));
}

static bool may_fit(int row, const ndi_node *node, const uint8_t *code, int dtypes)
{
    const glance *const g = &glances[row];
    if (ndi_rules[row].ulps > 0 && !node->step.fast)
        return false;
    if (g->flat && !(ndi_rules[row].dtypes & dtypes))
        return false;
    if (node->arguments == 1)
        return g->argument[0] == ANYTHING || g->argument[0] == code[0];
    if (g->twice)
        return is_twice(node);
    if (g->constant) {
        const int scalar = code[0] == SOME_SCALAR ? 0 : 1;
        const argument a = argument_of(node, scalar);
        return code[scalar] == SOME_SCALAR && is_constant(g->constant, &a);
    }
    for (int swapped = 0; swapped < 2; swapped++)
        if ((g->argument[0] == ANYTHING || g->argument[0] == code[swapped]) &&
            (g->argument[1] == ANYTHING || g->argument[1] == code[1 - swapped]))
            return true;
    return false;
}

ndi_node *ndi_rules_apply(ndi_node *node)
{
    for (int turn = 0; turn < REWRITTEN && node->form == NDI_STEP; turn++) {
        const uint8_t own = node->step.rewrites;
        if (row_count[own] == 0)
            return node;
        const uint8_t code[2] = {argument_code(node, 0),
                                 node->arguments > 1 ? argument_code(node, 1) : 0};
        if (!(asked_for[own] & (bit_of(code[0]) | bit_of(code[1]))) && !is_twice(node))
            return node;
        const int dtypes = ndi_rule_class(node->step.taken[node->arguments - 1]);
        ndi_node *became = NULL;
        for (int row = first_row[own]; row < first_row[own] + row_count[own] && !became; row++)
            if (may_fit(row, node, code, dtypes))
                became = ndi_rule_apply(&ndi_rules[row], node);
        if (!became || became != node)
            return became ? became : node;
    }
    return node;
}
