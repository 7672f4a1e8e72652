/* Chains of a program.
 *
 * A value lies in one of two banks of vector registers, in memory (its block register, or the
 * operand that it is), or in both. Each step becomes a link; a bank that is needed for something
 * else while its value is still wanted is saved first, as is what later units read. The last few
 * elements of a block, less than a round, take the same way through padded copies. */
#include "engine/chain.h"

#include <string.h>

#include "array/dtype.h"

enum {
    NO_VALUE = 0xff,
    LINKS_A_STEP = 10,    /* at most */
    FETCHED_AHEAD = 8192, /* bytes */
    ROWS_AHEAD = 2048,    /* the same by rows */
    SHORT_RUN = 2048,     /* bytes of a row for which beginning a chain is too much */
    PAGE = 4096,
    MANY_ROWS = 64, /* for which it pays to look for a loop */
};

/* ---- Building -------------------------------------------------------------------------------- */

static const nd_op unary_ops[] = {
#define KERNEL1_LIGHT(name, ...) ND_OP_##name,
#define KERNEL2_LIGHT(...)
#define KERNEL2_STREAMING(...)
#include "kernels/light.def"
#undef KERNEL1_LIGHT
#undef KERNEL2_LIGHT
#undef KERNEL2_STREAMING
#define LINKED(name) ND_OP_##name,
#define LINKED_TWINS(...)
#include "kernels/linked.def"
#undef LINKED
#undef LINKED_TWINS
};
enum {
#define LINKED(name) +1
#define LINKED_TWINS(...)
    LINKED_FUNCTIONS = 0
#include "kernels/linked.def"
#undef LINKED
#undef LINKED_TWINS
};
static const ndi_twins linked_twins[] = {
#define LINKED(...)
#define LINKED_TWINS(one, other, both) {ND_OP_##one, ND_OP_##other, offsetof(ndi_kernels, both)},
#include "kernels/linked.def"
#undef LINKED
#undef LINKED_TWINS
};
static const nd_op binary_ops[] = {
#define KERNEL1_LIGHT(...)
#define KERNEL2_LIGHT(name, ...) ND_OP_##name,
#define KERNEL2_STREAMING KERNEL2_LIGHT
#include "kernels/light.def"
#undef KERNEL1_LIGHT
#undef KERNEL2_LIGHT
#undef KERNEL2_STREAMING
};

static int twins_link_of(const ndi_chain_kernels *chain, const ndi_program_step *step)
{
    for (int i = 0; i < NDI_LINK_TWINS_COUNT; i++)
        if (linked_twins[i].both == ndi_program_twins[step->twins - 1].both && chain->twins[i][0])
            return i;
    return -1;
}

/* Whether a link is a function, which takes its argument from a bank. */
static bool is_function(int op)
{
    return op < NDI_LINK_LOAD && op >= NDI_LINK_LOAD - LINKED_FUNCTIONS;
}

/* Number of the link that does what the step's kernel does; -1: none. */
static int link_of(const ndi_program *program, const ndi_program_step *step)
{
    const ndi_kernels *const kernels = ndi_kernels_in_use();
    const int dtype = program->value[step->result].dtype;
    const ndi_chain_kernels *const chain = kernels->chain[dtype];
    if (!chain || step->arguments > 2)
        return -1;
    if (step->twins)
        return twins_link_of(chain, step);
    for (int i = 0; i < step->arguments; i++)
        if (program->value[step->argument[i]].dtype != dtype)
            return -1;
    const nd_op *const ops = step->arguments == 1 ? unary_ops : binary_ops;
    const int count = step->arguments == 1 ? (int)(sizeof unary_ops / sizeof *unary_ops)
                                           : (int)(sizeof binary_ops / sizeof *binary_ops);
    for (int i = 0; i < count; i++)
        if (kernels->elementwise[ops[i]][dtype] == step->kernel)
            return (step->arguments == 1 ? chain->unary[i][0][NDI_FROM_SAME]
                                         : chain->binary[i][0][NDI_FROM_SAME][NDI_FROM_SAME])
                       ? i
                       : -1;
    return -1;
}

/* A bit for each value: arrays of bools would be cleared by `rep stos`, which takes 8 ns to begin.
 */
typedef struct value_set {
    uint64_t bits[(NDI_PROGRAM_VALUES + 63) / 64];
} value_set;

static bool contains(const value_set *set, int value)
{
    return set->bits[value / 64] >> value % 64 & 1;
}

static void include(value_set *set, int value)
{
    set->bits[value / 64] |= (uint64_t)1 << value % 64;
}

typedef struct builder {
    ndi_program *program;
    const int8_t *op;        /* of each step, its link; or -1 */
    int last;                /* step of the unit */
    uint8_t bank[NDI_BANKS]; /* the value there */
    value_set saved;
} builder;

static ndi_program_link *add_link(builder *b, ndi_link_kind kind, int bank, int value)
{
    ndi_program_link *const link = &b->program->link[b->program->links++];
    *link =
        (ndi_program_link){.kind = (uint8_t)kind, .bank = (uint8_t)bank, .value = {(uint8_t)value}};
    return link;
}

static void save(builder *b, int bank)
{
    add_link(b, NDI_LINK_SAVES, bank, b->bank[bank]);
    include(&b->saved, b->bank[bank]);
}

/* Whether a bank may be overwritten by the result of step `s`. */
static bool is_free(const builder *b, int bank, int s)
{
    const int value = b->bank[bank];
    return value == NO_VALUE || contains(&b->saved, value) ||
           b->program->value[value].last_use <= s;
}

static int bank_for_result(builder *b, const ndi_program_step *step, int s)
{
    int best = -1, rank = 0;
    for (int bank = 0; bank < NDI_BANKS; bank++) {
        if (!is_free(b, bank, s))
            continue;
        const int value = b->bank[bank];
        int own = 1; /* saved, and wanted again */
        if (value == NO_VALUE || b->program->value[value].last_use <= s)
            own = 2;
        if (value != NO_VALUE && own == 2 &&
            (value == step->argument[0] || (step->arguments == 2 && value == step->argument[1])))
            own = 3;
        if (own > rank) {
            rank = own;
            best = bank;
        }
    }
    if (best >= 0)
        return best;
    best = b->program->value[b->bank[0]].last_use < b->program->value[b->bank[1]].last_use;
    save(b, best);
    return best;
}

static ndi_link_from find_argument(const builder *b, int bank, int value)
{
    return b->bank[bank] == value                   ? NDI_FROM_SAME
           : b->bank[NDI_BANKS - 1 - bank] == value ? NDI_FROM_OTHER
                                                    : NDI_FROM_MEMORY;
}

/* From memory into a bank that nobody else wants. */
static void load(builder *b, int bank, int value)
{
    ndi_program_link *const link = add_link(b, NDI_LINK_ONE, bank, value);
    link->op = NDI_LINK_LOAD;
    link->from[0] = NDI_FROM_MEMORY;
    b->bank[bank] = (uint8_t)value;
}

/* A result is in its bank: where it goes from there. */
static void give(builder *b, int bank, int value, int stores)
{
    b->bank[bank] = (uint8_t)value;
    if (stores >= 0)
        add_link(b, NDI_LINK_STORES, bank, value)->op = (uint8_t)stores;
    if (b->program->value[value].last_use > b->last)
        save(b, bank);
}

static void add_twins(builder *b, const ndi_program_step *step, int s)
{
    for (int bank = 0; bank < NDI_BANKS; bank++)
        if (!is_free(b, bank, s))
            save(b, bank);
    const int op = b->op[s], bank = find_argument(b, 0, step->argument[0]) == NDI_FROM_OTHER;
    if (find_argument(b, bank, step->argument[0]) == NDI_FROM_MEMORY)
        load(b, bank, step->argument[0]);
    add_link(b, NDI_LINK_TWO_RESULTS, bank, step->argument[0])->op = (uint8_t)op;
    b->bank[0] = b->bank[1] = NO_VALUE;
    give(b, 0, step->result, step->stores);
    give(b, 1, step->twin, step->twin_stores);
}

/* Whether nothing else takes what step `s` makes than the next one, of the same chain. */
static bool feeds_next(const builder *b, int s)
{
    const ndi_program_step *const step = &b->program->step[s];
    return s < b->last && step->stores < 0 && b->program->value[step->result].last_use == s + 1;
}

static bool is_op(const builder *b, int s, int arguments, int op)
{
    const ndi_program_step *const step = &b->program->step[s];
    return !step->twins && step->arguments == arguments && b->op[s] == op;
}

/* A line of terms.def. */
typedef struct term_steps {
    int8_t first, last;
    bool squared, second;
} term_steps;
static const term_steps terms[] = {
#define EITHER false
#define SECOND true
#define TERM(name, first, squared, last, second, ...)                                              \
    {NDI_LINK_##first, NDI_LINK_##last, squared, second},
#include "kernels/terms.def"
#undef TERM
#undef EITHER
#undef SECOND
};

static bool is_square(const builder *b, int s)
{
    return is_op(b, s, 1, NDI_LINK_square);
}

/* The last step of the term that step `s` begins; -1: the steps are another. A square is a product,
 * too. */
static int end_of_term(const builder *b, int s, const term_steps *term)
{
    const ndi_program *const program = b->program;
    const bool begins =
        is_op(b, s, 2, term->first) || (term->first == NDI_LINK_multiply && is_square(b, s));
    if (!begins || !feeds_next(b, s))
        return -1;
    if (term->squared && (!is_square(b, ++s) || !feeds_next(b, s)))
        return -1;
    const int value = program->step[s++].result;
    if (!is_op(b, s, 2, term->last))
        return -1;
    const uint8_t *const argument = program->step[s].argument;
    const int to = argument[argument[0] == value];
    return to != value && b->bank[0] == to && program->value[to].last_use <= s &&
                   (!term->second || argument[1] == value)
               ? s
               : -1;
}

/* What is made of two that lie in memory, and by the next step with what is in bank 0: one link.
 * The last of its steps; -1: there is none. */
static int add_term(builder *b, int s)
{
    const ndi_program *const program = b->program;
    const ndi_program_step *const first = &program->step[s];
    for (int i = 0; i < first->arguments; i++)
        if (program->value[first->argument[i]].place == NDI_IN_REGISTER &&
            find_argument(b, 0, first->argument[i]) != NDI_FROM_MEMORY)
            return -1;
    for (int t = 0; t < NDI_LINK_TERM_COUNT; t++) {
        const int last = end_of_term(b, s, &terms[t]);
        if (last < 0)
            continue;
        ndi_program_link *const link = add_link(b, NDI_LINK_TERM, 0, first->argument[0]);
        link->op = (uint8_t)t;
        link->value[1] = first->argument[first->arguments - 1];
        link->from[0] = link->from[1] = NDI_FROM_MEMORY;
        give(b, 0, program->step[last].result, program->step[last].stores);
        return last;
    }
    return -1;
}

/* The links of step `s`, and of those behind it that they do too. The last of these. */
static int add_step(builder *b, int s)
{
    ndi_program *const program = b->program;
    const ndi_program_step *const step = &program->step[s];
    if (step->twins) {
        add_twins(b, step, s);
        return s;
    }
    const int op = b->op[s], last = step->arguments == 2 || is_square(b, s) ? add_term(b, s) : -1;
    if (last >= 0)
        return last;
    const int bank = bank_for_result(b, step, s);
    if (step->arguments == 1 && is_function(op) &&
        find_argument(b, bank, step->argument[0]) == NDI_FROM_MEMORY)
        load(b, bank, step->argument[0]);
    ndi_program_link *const link =
        add_link(b, step->arguments == 1 ? NDI_LINK_ONE : NDI_LINK_TWO, bank, step->argument[0]);
    link->op = (uint8_t)op;
    link->value[1] = step->argument[1];
    for (int i = 0; i < step->arguments; i++)
        link->from[i] = (uint8_t)find_argument(b, bank, step->argument[i]);
    give(b, bank, step->result, step->stores);
    return s;
}

/* Of a program with functions, beside which memory would idle: see fetch_ahead() in frame.c. Twice:
 * of what is read soon, and of what comes next. Returns how many each are. */
static int add_fetches(builder *b, int first)
{
    ndi_program *const program = b->program;
    const int link = program->links;
    value_set fetched = {{0}};
    for (int s = first; s <= b->last; s++)
        for (int i = 0; i < program->step[s].arguments; i++) {
            const int value = program->step[s].argument[i];
            if (program->value[value].place != NDI_IN_OPERAND || contains(&fetched, value))
                continue;
            include(&fetched, value);
            add_link(b, NDI_LINK_FETCHES, 0, value);
        }
    const int each = program->links - link;
    for (int i = 0; i < each; i++)
        program->link[program->links++] = program->link[link + i];
    return each;
}

/* Whether there is room for the links of a unit of so many steps. */
static bool may_grow(const ndi_program *program, int steps)
{
    return program->links + steps * LINKS_A_STEP + 1 <= NDI_PROGRAM_LINKS;
}

static void build_unit(ndi_program *program, const int8_t *op, int first, int last)
{
    ndi_program_unit *const unit = &program->unit[program->units++];
    *unit = (ndi_program_unit){
        .first = (uint8_t)first, .last = (uint8_t)last, .link = (uint8_t)program->links};
    if (op[first] < 0 || !may_grow(program, last - first + 1))
        return;
    builder b = {.program = program, .op = op, .last = last, .bank = {NO_VALUE, NO_VALUE}};
    unit->fetches = (uint8_t)add_fetches(&b, first);
    for (int s = first; s <= last; s++)
        s = add_step(&b, s);
    add_link(&b, NDI_LINK_NEXT, 0, 0);
    unit->links = (uint8_t)(program->links - unit->link);
    unit->one_bank = b.bank[1] == NO_VALUE;
}

void ndi_chains_build(ndi_program *program)
{
    int8_t op[NDI_PROGRAM_STEPS];
    for (int s = 0; s < program->steps; s++)
        op[s] = (int8_t)link_of(program, &program->step[s]);
    program->units = program->links = 0;
    for (int s = 0, last; s < program->steps; s = last + 1) {
        last = s;
        const int dtype = program->value[program->step[s].result].dtype;
        if (op[s] >= 0)
            while (last + 1 < program->steps && may_grow(program, last + 2 - s) &&
                   program->value[program->step[last + 1].result].dtype == dtype &&
                   op[last + 1] >= 0)
                last++;
        build_unit(program, op, s, last);
        for (int made = s; made <= last; made++) {
            const ndi_program_step *const step = &program->step[made];
            program->value[step->result].unit = (uint8_t)(program->units - 1);
            program->value[step->result].stored = step->stores >= 0;
            if (step->twins) {
                program->value[step->twin].unit = (uint8_t)(program->units - 1);
                program->value[step->twin].stored = step->twin_stores >= 0;
            }
        }
    }
    program->saves = program->keeps = false;
    for (int u = 0; u < program->units; u++) {
        program->saves |= program->unit[u].links == 0;
        program->keeps |= program->unit[u].first == program->unit[u].last;
    }
    for (int l = 0; l < program->links; l++)
        program->saves |= program->link[l].kind == NDI_LINK_SAVES;
    program->keeps |= program->saves;
}

/* ---- Running --------------------------------------------------------------------------------- */

int ndi_link_arguments(const ndi_program_link *link)
{
    return link->kind == NDI_LINK_ONE                                  ? 1
           : link->kind == NDI_LINK_TWO || link->kind == NDI_LINK_TERM ? 2
                                                                       : 0;
}

ndi_link_code *ndi_link_code_of(const ndi_chain_kernels *chain, const ndi_program_link *link,
                                const int *from)
{
    return link->kind == NDI_LINK_ONE    ? chain->unary[link->op][link->bank][from[0]]
           : link->kind == NDI_LINK_TERM ? chain->term[link->op][from[0]][from[1]]
                                         : chain->binary[link->op][link->bank][from[0]][from[1]];
}

const ndi_link_loop *ndi_link_loop_of(const ndi_chain_kernels *chain, const ndi_link *link,
                                      int links)
{
    for (const ndi_link_loop *loop = chain->loop; loop < chain->loop + chain->loops; loop++) {
        int same = 0;
        while (loop->links == links && same < links && link[same].code == loop->link[same].code &&
               (!loop->link[same].keeps || link[same].row[1] == 0))
            same++;
        if (same == links)
            return loop;
    }
    return NULL;
}

static ptrdiff_t size_of(const ndi_frame *f, int value)
{
    return (ptrdiff_t)ndi_dtype_size((nd_dtype)f->program->value[value].dtype);
}

/* Whether a chain finds one element for all of a row. */
static bool repeats(const ndi_frame *f, int value)
{
    const ndi_value *const v = &f->program->value[value];
    return f->stride[value] == 0 || (v->place == NDI_IN_OPERAND &&
                                     f->gap[v->index] == NDI_BY_ROWS && f->in_row[v->index] == 0);
}

/* Bytes from a row to the next, where a chain goes by rows. */
static ptrdiff_t row_of(const ndi_frame *f, int value)
{
    const ndi_value *const v = &f->program->value[value];
    if (v->place == NDI_IN_OPERAND && f->gap[v->index] == NDI_BY_ROWS)
        return f->row_stride[v->index];
    return f->stride[value] == 0 ? 0 : f->row_length * size_of(f, value);
}

/* Where a link finds a value moves from block to block: an operand, or a result that a kernel wrote
 * where it belongs; and by rows, what moves on in a block. */
static bool moves(const ndi_frame *f, int value, bool rowed)
{
    const ndi_value *const v = &f->program->value[value];
    if (v->place == NDI_IN_SCALAR)
        return false;
    if (rowed && row_of(f, value) != 0)
        return true;
    if (v->place == NDI_IN_REGISTER)
        return v->stored && !f->chained[v->unit];
    return f->gap[v->index] != NDI_PACKED;
}

/* Whether a result, if it is one, has no gaps but those of rows. */
static bool stores_run(const ndi_frame *f, int operand, ptrdiff_t size)
{
    return operand < 0 || f->gap[operand] || f->operand_stride[operand] == size;
}

static bool fits(const ndi_frame *f, const ndi_program_unit *unit, ptrdiff_t size)
{
    const ndi_program *const program = f->program;
    if (f->row_length == 0 && f->nest->rank > 1 &&
        f->nest->length[f->nest->rank - 1] * size < SHORT_RUN)
        return false;
    for (int s = unit->first; s <= unit->last; s++) {
        const ndi_program_step *const step = &program->step[s];
        if (!stores_run(f, step->stores, size) ||
            (step->twins && !stores_run(f, step->twin_stores, size)))
            return false;
        for (int i = 0; i < step->arguments; i++)
            if (f->stride[step->argument[i]] != size && f->stride[step->argument[i]] != 0)
                return false;
    }
    return true;
}

/* Whether an operand of the unit is reached by rows. */
static bool goes_by_rows(const ndi_frame *f, const ndi_program_unit *unit)
{
    for (int s = unit->first; s <= unit->last; s++) {
        const ndi_program_step *const step = &f->program->step[s];
        if ((step->stores >= 0 && f->gap[step->stores] == NDI_BY_ROWS) ||
            (step->twins && step->twin_stores >= 0 && f->gap[step->twin_stores] == NDI_BY_ROWS))
            return true;
        for (int i = 0; i < step->arguments; i++) {
            const ndi_value *const value = &f->program->value[step->argument[i]];
            if (value->place == NDI_IN_OPERAND && f->gap[value->index] == NDI_BY_ROWS)
                return true;
        }
    }
    return false;
}

static void begin_moving(ndi_frame *f, int l, int argument, int value, bool stays)
{
    f->moving[f->movings++] = (ndi_moving){
        .link = (uint8_t)l, .argument = (uint8_t)argument, .value = (uint8_t)value, .stays = stays};
}

static void begin_link(ndi_frame *f, const ndi_chain_kernels *kernels, int l, bool rowed)
{
    const ndi_program_link *const link = &f->program->link[l];
    ndi_link *const to = &f->link[l];
    int from[2];
    const int count = ndi_link_arguments(link);
    *to = (ndi_link){0};
    for (int i = 0; i < count; i++) {
        from[i] = link->from[i];
        if (from[i] != NDI_FROM_MEMORY)
            continue;
        const int value = link->value[i];
        if (repeats(f, value))
            from[i] = NDI_FROM_SCALAR;
        to->pointer[i] = f->pointer[value];
        to->row[i] = rowed ? row_of(f, value) : 0;
        if (moves(f, value, rowed))
            begin_moving(f, l, i, value, repeats(f, value));
    }
    switch ((ndi_link_kind)link->kind) {
    case NDI_LINK_FETCHES:
        to->code = kernels->fetch;
        to->row[0] = rowed ? row_of(f, link->value[0]) : 0;
        break;
    case NDI_LINK_ONE:
    case NDI_LINK_TWO:
    case NDI_LINK_TERM:
        to->code = ndi_link_code_of(kernels, link, from);
        break;
    case NDI_LINK_TWO_RESULTS:
        to->code = kernels->twins[link->op][link->bank];
        break;
    case NDI_LINK_SAVES:
        to->code = kernels->store[link->bank];
        to->pointer[0] = f->pointer[link->value[0]];
        to->row[0] = rowed ? f->row_length * size_of(f, link->value[0]) : 0;
        if (rowed)
            begin_moving(f, l, 0, link->value[0], true);
        break;
    case NDI_LINK_STORES: /* where, block by block */
        to->row[0] = !rowed                            ? 0
                     : f->gap[link->op] == NDI_BY_ROWS ? f->row_stride[link->op]
                                                       : f->row_length * size_of(f, link->value[0]);
        break;
    case NDI_LINK_NEXT:
        to->code = kernels->next;
        break;
    }
}

/* The links of a unit: those of eight vectors, where the CPU has them for all of its steps and
 * rows, if there are some, are whole rounds. Jumps and what is asked for ahead come half as often
 * ((x * 2 + 3) * x + 5 of 1M doubles in cache: 120 us, 137 by four; x * 2 alone 89). */
static void begin_unit(ndi_frame *f, int u, const ndi_chain_kernels *kernels, ptrdiff_t size)
{
    const ndi_program_unit *const unit = &f->program->unit[u];
    const ndi_chain_kernels *const wide = kernels->wide;
    const int movings = f->movings;
    bool found = wide && unit->one_bank && f->gives == NDI_GIVES_ELEMENTS &&
                 (!f->rowed[u] || (size_t)(f->row_length * size) % wide->round == 0);
    f->chain[u] = found ? wide : kernels;
    for (int l = unit->link; found && l < unit->link + unit->links; l++) {
        begin_link(f, wide, l, f->rowed[u]);
        found = f->link[l].code || f->program->link[l].kind == NDI_LINK_STORES;
    }
    if (found)
        return;
    f->chain[u] = kernels;
    f->movings = movings;
    for (int l = unit->link; l < unit->link + unit->links; l++)
        begin_link(f, kernels, l, f->rowed[u]);
}

void ndi_chains_begin(ndi_frame *f)
{
    const ndi_program *const program = f->program;
    f->movings = 0;
    for (int u = 0; u < program->units; u++) {
        const ndi_program_unit *const unit = &program->unit[u];
        const int dtype = program->value[program->step[unit->first].result].dtype;
        const ptrdiff_t size = (ptrdiff_t)ndi_dtype_size((nd_dtype)dtype);
        f->rowed[u] = unit->links > 0 && f->by_rows && goes_by_rows(f, unit);
        const bool pays = unit->last > unit->first || f->gives < NDI_GIVES_COUNT;
        f->chained[u] = f->rowed[u] || (unit->links > 0 && pays && fits(f, unit, size));
        f->first_moving[u] = (uint8_t)f->movings;
        if (f->chained[u])
            begin_unit(f, u, f->kernels->chain[dtype], size);
    }
    f->first_moving[program->units] = (uint8_t)f->movings;
    f->in_bank = f->gives < NDI_GIVES_COUNT && f->chained[0] && program->unit[0].one_bank &&
                 !program->saves && f->chain[0]->fold_leaves[f->gives];
}

typedef struct chain_block {
    ndi_frame *frame;
    const ndi_program_unit *unit;
    const ndi_chain_kernels *kernels;
    int moving, movings; /* first and behind the last */
} chain_block;

/* Whether a result goes past the cache by way of a register, for want of alignment. */
static bool takes_detour(const chain_block *b, const ndi_program_link *link)
{
    const ndi_frame *const f = b->frame;
    return f->stream[link->op] && !f->gap[link->op] && b->kernels->stream[link->bank] &&
           (uintptr_t)f->place[link->op] % 64 != 0;
}

/* Where results go, and how. */
static void place_results(const chain_block *b)
{
    ndi_frame *const f = b->frame;
    for (int l = b->unit->link; l < b->unit->link + b->unit->links; l++) {
        const ndi_program_link *const link = &f->program->link[l];
        if (link->kind != NDI_LINK_STORES)
            continue;
        if (f->lanes) {
            f->link[l].code = f->in_bank ? b->kernels->fold_leaves[f->gives]
                                         : b->kernels->fold[f->gives][link->bank];
            f->link[l].pointer[0] = f->lanes;
            continue;
        }
        char *const out = f->place[link->op];
        const bool unpacks = f->gap[link->op] == NDI_PACKED, detour = takes_detour(b, link),
                   stream = f->stream[link->op] && !unpacks && !detour &&
                            b->kernels->stream[link->bank] && (uintptr_t)out % 64 == 0;
        f->link[l].code = !stream                     ? b->kernels->store[link->bank]
                          : f->link[l].row[0] >= PAGE ? b->kernels->stream_apart[link->bank]
                                                      : b->kernels->stream[link->bank];
        f->link[l].pointer[0] = unpacks || detour ? f->pointer[link->value[0]] : out;
    }
}

static void stream_detours(const chain_block *b, size_t bytes)
{
    const ndi_frame *const f = b->frame;
    for (int l = b->unit->link; l < b->unit->link + b->unit->links; l++) {
        const ndi_program_link *const link = &f->program->link[l];
        if (link->kind == NDI_LINK_STORES && takes_detour(b, link))
            f->kernels->stream(f->place[link->op], f->pointer[link->value[0]], bytes);
    }
}

static void unpack_results(const chain_block *b, size_t n)
{
    const ndi_frame *const f = b->frame;
    for (int l = b->unit->link; l < b->unit->link + b->unit->links; l++) {
        const ndi_program_link *const link = &f->program->link[l];
        if (link->kind == NDI_LINK_STORES && f->gap[link->op] == NDI_PACKED)
            ndi_unpack(f, link->op, f->pointer[link->value[0]], n);
    }
}

static ptrdiff_t ahead_of(const ndi_frame *f, int value)
{
    const int operand = f->program->value[value].index;
    if (f->gap[operand] == NDI_BY_ROWS)
        return (1 + ROWS_AHEAD / (f->row_length * size_of(f, value))) * f->row_stride[operand];
    return f->gap[operand] == NDI_PACKED || repeats(f, value) ? 0 : FETCHED_AHEAD;
}

/* Where the rounds of a chain begin: with what asks for elements, or behind. */
static ndi_link *first_link(const chain_block *b, bool fetches)
{
    ndi_frame *const f = b->frame;
    const int l = b->unit->link, each = b->unit->fetches;
    for (int i = l; fetches && i < l + each; i++) {
        const int value = f->program->link[i].value[0];
        if (f->soon)
            f->link[i].pointer[0] = f->pointer[value] + f->soon[f->program->value[value].index];
        f->link[i + each].pointer[0] = f->pointer[value] + ahead_of(f, value);
    }
    ndi_link *const first = &f->link[!fetches ? l + 2 * each : f->soon ? l : l + each];
    f->link[l + b->unit->links - 1].pointer[0] = (char *)first;
    return first;
}

/* The links from `first` to the last but for those that ask for what all rows have in common. */
static int copy_links(const ndi_link *first, const ndi_link *last, ndi_link_code *fetch,
                      ndi_link *to)
{
    int links = 0;
    for (const ndi_link *l = first; l <= last; l++)
        if (l->code != fetch || l->row[0] != 0)
            to[links++] = *l;
    return links;
}

/* Bytes from `at` to `end` of each row. */
static void run_links(const chain_block *b, bool fetches, size_t at, size_t end, size_t rows)
{
    ndi_link *first = first_link(b, fetches),
             *next = &b->frame->link[b->unit->link + b->unit->links - 1];
    if (b->frame->lanes && b->frame->in_bank) { /* the fold comes last */
        next[-1].pointer[1] = (char *)first;
        next[-1].row[1] = (ptrdiff_t)end;
        b->kernels->run_leaves[b->frame->gives](first, at);
        return;
    }
    ndi_link link[NDI_PROGRAM_LINKS];
    if (rows >= MANY_ROWS) {
        const int links = copy_links(first, next, b->kernels->fetch, link);
        const ndi_link_loop *const loop = ndi_link_loop_of(b->kernels, link, links - 1);
        for (; loop && at < end; at += b->kernels->round)
            loop->run(link, at, (int64_t)rows, 0, 0);
        if (loop)
            return;
        first = link;
        next = &link[links - 1];
        next->pointer[0] = (char *)first;
    }
    next->pointer[1] = (char *)end;
    next->row[0] = (ptrdiff_t)rows;
    b->kernels->run(first, at);
}

/* The rest, `bytes` from `done` on, through copies that are as long as a round. */
static void run_rest(const chain_block *b, size_t done, size_t bytes)
{
    ndi_frame *const f = b->frame;
    _Alignas(64) char in[NDI_NEST_OPERANDS][NDI_CHAIN_ROUND];
    _Alignas(64) char out[NDI_PROGRAM_RESULTS][NDI_CHAIN_ROUND];
    uint8_t value[NDI_NEST_OPERANDS];
    int copies = 0;
    for (int m = b->moving; m < b->movings; m++) {
        const ndi_moving *const moving = &f->moving[m];
        if (moving->stays) {
            f->link[moving->link].pointer[moving->argument] = f->pointer[moving->value];
            continue;
        }
        int copy = 0;
        while (copy < copies && value[copy] != moving->value)
            copy++;
        if (copy == copies) {
            value[copies++] = moving->value;
            memcpy(in[copy], f->pointer[moving->value] + done, bytes);
            memset(in[copy] + bytes, 0, b->kernels->round - bytes);
        }
        f->link[moving->link].pointer[moving->argument] = (char *)((uintptr_t)in[copy] - done);
    }
    for (int l = b->unit->link; l < b->unit->link + b->unit->links; l++) {
        const ndi_program_link *const link = &f->program->link[l];
        if (link->kind != NDI_LINK_STORES)
            continue;
        f->link[l].code = b->kernels->store[link->bank];
        f->link[l].pointer[0] = f->gap[link->op] == NDI_PACKED
                                    ? f->pointer[link->value[0]]
                                    : (char *)((uintptr_t)out[link->op] - done);
    }
    run_links(b, false, done, done + bytes, 1);
    for (int l = b->unit->link; l < b->unit->link + b->unit->links; l++) {
        const int operand = f->program->link[l].op;
        if (f->program->link[l].kind == NDI_LINK_STORES && f->gap[operand] != NDI_PACKED)
            memcpy(f->place[operand] + done, out[operand], bytes);
    }
}

void ndi_chain_run(ndi_frame *f, int u, size_t n, bool fetches)
{
    const ndi_program_unit *const unit = &f->program->unit[u];
    const int dtype = f->program->value[f->program->step[unit->first].result].dtype;
    const chain_block b = {f, unit, f->chain[u], f->first_moving[u], f->first_moving[u + 1]};
    const size_t row = (size_t)f->row_length, rows = f->rowed[u] && n > row ? n / row : 1,
                 bytes = n / rows * ndi_dtype_size((nd_dtype)dtype),
                 rest = bytes % b.kernels->round, whole = bytes - rest;
    if (whole > 0) {
        for (int m = b.moving; m < b.movings; m++)
            f->link[f->moving[m].link].pointer[f->moving[m].argument] =
                f->pointer[f->moving[m].value];
        place_results(&b);
        run_links(&b, fetches, 0, whole, rows);
        stream_detours(&b, whole * rows);
    }
    if (rest > 0)
        run_rest(&b, whole, rest);
    unpack_results(&b, n);
}
