/* Recursive descent, with the levels of Python's binary operators in a table. */
#include "lang/parser.h"

#include <string.h>

#include "lang/lexer.h"

typedef struct parser {
    const ndi_text *text;
    ndi_arena *arena;
    ndi_token token; /* the next one */
    int nested;
} parser;

static ndi_syntax *parse_expression(parser *p);
static ndi_syntax *parse_unary(parser *p);

/* ---- Tokens ---------------------------------------------------------------------------------- */

static void advance(parser *p)
{
    p->token = ndi_next_token(p->text, p->token.at + p->token.length);
}

static bool accept(parser *p, ndi_token_kind kind)
{
    if (p->token.kind != kind)
        return false;
    advance(p);
    return true;
}

static bool is_name(const parser *p, const char *name)
{
    return ndi_token_is(p->text, &p->token, name);
}

/* Words of Python that no name may be, and what to write instead. */
static const char *word_advice(const parser *p)
{
    static const struct {
        const char *word, *advice;
    } words[] = {
        {"and", "for 'and', element by element, write & (and put comparisons in brackets)"},
        {"or", "for 'or', element by element, write | (and put comparisons in brackets)"},
        {"not", "for 'not', element by element, write ~ (and put comparisons in brackets)"},
        {"if", "for a choice, element by element, write where(condition, a, b)"},
        {"else", "for a choice, element by element, write where(condition, a, b)"},
        {"is", "to compare, write =="},
        {"in", "'in' is not part of expressions"},
        {"for", "'for' is not part of expressions"},
        {"lambda", "'lambda' is not part of expressions"},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (is_name(p, words[i].word))
            return words[i].advice;
    return NULL;
}

/* Tells what is wrong about the next token. Returns NULL. */
static void *unexpected(parser *p, const char *wanted)
{
    const ndi_token *token = &p->token;
    const char *advice = word_advice(p);
    if (token->kind == NDI_TOKEN_ERROR)
        return NULL;
    if (token->kind == NDI_TOKEN_END)
        return ndi_text_fail(p->text, token->at, ND_ERROR_SYNTAX,
                             "the expression ends too early: %s is missing", wanted);
    if (advice)
        return ndi_text_fail(p->text, token->at, ND_ERROR_SYNTAX, "%s", advice);
    return ndi_text_fail(p->text, token->at, ND_ERROR_SYNTAX, "'%.*s' stands where %s should be",
                         (int)(token->length < 40 ? token->length : 40), p->text->begin + token->at,
                         wanted);
}

/* The bracket that closes the one at `open`. */
static bool close(parser *p, ndi_token_kind kind, size_t open)
{
    if (accept(p, kind))
        return true;
    const char bracket = p->text->begin[open];
    if (p->token.kind == NDI_TOKEN_END)
        ndi_text_fail(p->text, open, ND_ERROR_SYNTAX, "this '%c' is never closed", bracket);
    else
        unexpected(p, kind == NDI_TOKEN_CLOSE ? "an operator, a comma or ')'"
                                              : "an operator, a comma or ']'");
    return false;
}

/* ---- Nodes ----------------------------------------------------------------------------------- */

static ndi_syntax *new_node(parser *p, ndi_syntax_kind kind, size_t at)
{
    ndi_syntax *node = ndi_arena_new(p->arena, sizeof *node);
    if (node)
        *node = (ndi_syntax){.kind = kind, .height = 1, .at = at};
    return node;
}

/* Makes `child` (NULL is none) a part of `node`; false for a tree too high to be walked. */
static bool raise_over(parser *p, ndi_syntax *node, const ndi_syntax *child)
{
    if (child && child->height >= node->height)
        node->height = child->height + 1;
    if (node->height <= NDI_MOST_HEIGHT)
        return true;
    ndi_text_fail(p->text, node->at, ND_ERROR_SYNTAX,
                  "more than %d operations in a row: compute a part of the expression before",
                  NDI_MOST_HEIGHT);
    return false;
}

/* Room for one more item of a list that doubles; NULL when out of memory. */
static void *grow(parser *p, void *items, int count, size_t size)
{
    if (count & (count - 1))
        return items; /* neither 0 nor a power of two: there is room */
    void *more = ndi_arena_new(p->arena, (count ? 2 * (size_t)count : 1) * size);
    if (more && count)
        memcpy(more, items, (size_t)count * size);
    return more;
}

static bool append(parser *p, ndi_syntax *node, ndi_syntax_list *list, ndi_syntax *item)
{
    ndi_syntax **items = item ? grow(p, list->items, list->count, sizeof *items) : NULL;
    if (!items || !raise_over(p, node, item))
        return false;
    list->items = items;
    items[list->count++] = item;
    return true;
}

static ndi_syntax *operator_node(parser *p, ndi_syntax_kind kind, int operation, size_t at,
                                 ndi_syntax *left, ndi_syntax *right)
{
    ndi_syntax *node = new_node(p, kind, at);
    if (!node || !raise_over(p, node, left) || !raise_over(p, node, right))
        return NULL;
    node->operation.code = operation;
    node->operation.left = left;
    node->operation.right = right;
    return node;
}

/* Every way down goes through parse_unary(), which counts. */
static bool enter(parser *p)
{
    if (p->nested++ < NDI_MOST_NESTED)
        return true;
    ndi_text_fail(p->text, p->token.at, ND_ERROR_SYNTAX,
                  "brackets and signs are nested more than %d deep", NDI_MOST_NESTED);
    return false;
}

/* ---- Atoms ----------------------------------------------------------------------------------- */

static ndi_syntax *parse_name(parser *p)
{
    ndi_syntax *node = NULL;
    const ndi_token token = p->token;
    if (word_advice(p))
        return unexpected(p, "a value");
    if (is_name(p, "None")) {
        node = new_node(p, NDI_NONE, token.at);
    } else if (is_name(p, "True") || is_name(p, "False")) {
        node = new_node(p, NDI_NUMBER, token.at);
        if (node)
            node->number = nd_operand_bool(is_name(p, "True"));
    } else {
        node = new_node(p, NDI_NAME, token.at);
        if (node)
            node->text = ndi_arena_text(p->arena, p->text->begin + token.at, token.length);
        if (node && !node->text)
            return NULL;
    }
    advance(p);
    return node;
}

/* The items up to a closing bracket; `commas` is set if there is one. */
static bool parse_items(parser *p, ndi_syntax *node, ndi_token_kind end,
                        ndi_syntax *(*item)(parser *), bool *commas)
{
    *commas = false;
    while (p->token.kind != end && p->token.kind != NDI_TOKEN_END) {
        if (!append(p, node, &node->list, item(p)))
            return false;
        if (!accept(p, NDI_TOKEN_COMMA))
            break;
        *commas = true;
    }
    return close(p, end, node->at);
}

/* ( value ), (), (value, ...) or [value, ...] */
static ndi_syntax *parse_bracket(parser *p, ndi_syntax_kind kind, ndi_token_kind end)
{
    bool commas;
    ndi_syntax *node = new_node(p, kind, p->token.at);
    advance(p);
    if (!node || !parse_items(p, node, end, parse_expression, &commas))
        return NULL;
    return kind == NDI_TUPLE && node->list.count == 1 && !commas ? node->list.items[0] : node;
}

static ndi_syntax *parse_atom(parser *p)
{
    const ndi_token token = p->token;
    ndi_syntax *node;
    switch (token.kind) {
    case NDI_TOKEN_NAME:
        return parse_name(p);
    case NDI_TOKEN_NUMBER:
        node = new_node(p, NDI_NUMBER, token.at);
        if (node)
            node->number = token.number;
        break;
    case NDI_TOKEN_STRING:
        node = new_node(p, NDI_STRING, token.at);
        if (node)
            node->text = ndi_arena_text(p->arena, p->text->begin + token.at + 1, token.length - 2);
        if (node && !node->text)
            return NULL;
        break;
    case NDI_TOKEN_ELLIPSIS:
        node = new_node(p, NDI_ELLIPSIS, token.at);
        break;
    case NDI_TOKEN_OPEN:
        return parse_bracket(p, NDI_TUPLE, NDI_TOKEN_CLOSE);
    case NDI_TOKEN_OPEN_SQUARE:
        return parse_bracket(p, NDI_LIST, NDI_TOKEN_CLOSE_SQUARE);
    default:
        return unexpected(p, "a value");
    }
    advance(p);
    return node;
}

/* ---- What follows a value: calls, subscripts, attributes ------------------------------------- */

/* value, or keyword=value */
static bool parse_argument(parser *p, ndi_syntax *node)
{
    ndi_call_argument argument = {.at = p->token.at};
    const ndi_token after = p->token.kind == NDI_TOKEN_NAME
                                ? ndi_next_token(p->text, p->token.at + p->token.length)
                                : (ndi_token){0};
    if (after.kind == NDI_TOKEN_ASSIGN) {
        argument.keyword = ndi_arena_text(p->arena, p->text->begin + p->token.at, p->token.length);
        if (!argument.keyword)
            return false;
        advance(p);
        advance(p);
    } else if (node->call.count > 0 && node->call.arguments[node->call.count - 1].keyword) {
        ndi_text_fail(p->text, p->token.at, ND_ERROR_SYNTAX,
                      "an argument by position stands after one by keyword");
        return false;
    }
    argument.value = parse_expression(p);
    ndi_call_argument *arguments =
        argument.value ? grow(p, node->call.arguments, node->call.count, sizeof *arguments) : NULL;
    if (!arguments || !raise_over(p, node, argument.value))
        return false;
    node->call.arguments = arguments;
    arguments[node->call.count++] = argument;
    return true;
}

static ndi_syntax *parse_call(parser *p, ndi_syntax *callee)
{
    const size_t open = p->token.at;
    ndi_syntax *node = new_node(p, NDI_CALL, callee->at);
    if (!node || !raise_over(p, node, callee))
        return NULL;
    node->call.callee = callee;
    advance(p);
    while (p->token.kind != NDI_TOKEN_CLOSE && p->token.kind != NDI_TOKEN_END) {
        if (!parse_argument(p, node))
            return NULL;
        if (!accept(p, NDI_TOKEN_COMMA))
            break;
    }
    return close(p, NDI_TOKEN_CLOSE, open) ? node : NULL;
}

static bool at_bound(const parser *p)
{
    return p->token.kind != NDI_TOKEN_COLON && p->token.kind != NDI_TOKEN_COMMA &&
           p->token.kind != NDI_TOKEN_CLOSE_SQUARE;
}

/* A bound of a slice that may be left out; false on error. */
static bool parse_bound(parser *p, ndi_syntax *slice, ndi_syntax **bound)
{
    if (!at_bound(p))
        return true;
    *bound = parse_expression(p);
    return *bound && raise_over(p, slice, *bound);
}

/* value, or start:stop:step */
static ndi_syntax *parse_term(parser *p)
{
    ndi_syntax *value = NULL;
    if (at_bound(p) && !(value = parse_expression(p)))
        return NULL;
    if (value && p->token.kind != NDI_TOKEN_COLON)
        return value;
    ndi_syntax *slice = new_node(p, NDI_SLICE, value ? value->at : p->token.at);
    if (!slice || !raise_over(p, slice, value))
        return NULL;
    slice->slice.start = value;
    if (!accept(p, NDI_TOKEN_COLON))
        return unexpected(p, "an index");
    if (!parse_bound(p, slice, &slice->slice.stop) ||
        (accept(p, NDI_TOKEN_COLON) && !parse_bound(p, slice, &slice->slice.step)))
        return NULL;
    return slice;
}

static ndi_syntax *parse_subscript(parser *p, ndi_syntax *object)
{
    bool commas;
    ndi_syntax *node = new_node(p, NDI_SUBSCRIPT, p->token.at);
    ndi_syntax *index = new_node(p, NDI_TUPLE, p->token.at);
    advance(p);
    if (!node || !index || !parse_items(p, index, NDI_TOKEN_CLOSE_SQUARE, parse_term, &commas))
        return NULL;
    if (index->list.count == 0)
        return ndi_text_fail(p->text, node->at, ND_ERROR_SYNTAX, "an index is missing");
    node->subscript.object = object;
    node->subscript.index = index->list.count == 1 && !commas ? index->list.items[0] : index;
    return raise_over(p, node, object) && raise_over(p, node, index) ? node : NULL;
}

static ndi_syntax *parse_attribute(parser *p, ndi_syntax *object)
{
    advance(p);
    if (p->token.kind != NDI_TOKEN_NAME)
        return unexpected(p, "a name");
    ndi_syntax *node = new_node(p, NDI_ATTRIBUTE, p->token.at);
    if (!node || !raise_over(p, node, object))
        return NULL;
    node->attribute.object = object;
    node->attribute.name = ndi_arena_text(p->arena, p->text->begin + p->token.at, p->token.length);
    advance(p);
    return node->attribute.name ? node : NULL;
}

static ndi_syntax *parse_postfix(parser *p)
{
    ndi_syntax *node = parse_atom(p);
    while (node) {
        if (p->token.kind == NDI_TOKEN_OPEN)
            node = parse_call(p, node);
        else if (p->token.kind == NDI_TOKEN_OPEN_SQUARE)
            node = parse_subscript(p, node);
        else if (p->token.kind == NDI_TOKEN_DOT)
            node = parse_attribute(p, node);
        else
            break;
    }
    return node;
}

/* ---- Operators ------------------------------------------------------------------------------- */

/* Binds tighter than a sign before it, but not than one behind it: -x**-y is -(x**(-y)). */
static ndi_syntax *parse_power(parser *p)
{
    ndi_syntax *base = parse_postfix(p);
    const size_t at = p->token.at;
    if (!base || !accept(p, NDI_TOKEN_POWER))
        return base;
    ndi_syntax *exponent = parse_unary(p);
    return exponent ? operator_node(p, NDI_BINARY, ND_OP_power, at, base, exponent) : NULL;
}

static ndi_syntax *parse_signed(parser *p)
{
    const ndi_token sign = p->token;
    int operation;
    switch (sign.kind) {
    case NDI_TOKEN_MINUS:
        operation = ND_OP_negative;
        break;
    case NDI_TOKEN_PLUS:
        operation = ND_OP_positive;
        break;
    case NDI_TOKEN_TILDE:
        operation = ND_OP_invert;
        break;
    default:
        return parse_power(p);
    }
    advance(p);
    ndi_syntax *operand = parse_unary(p);
    return operand ? operator_node(p, NDI_UNARY, operation, sign.at, operand, NULL) : NULL;
}

static ndi_syntax *parse_unary(parser *p)
{
    ndi_syntax *node = enter(p) ? parse_signed(p) : NULL;
    p->nested--;
    return node;
}

enum { LOOSEST = 1, TIGHTEST = 6 };

/* Level and operation of a binary sign; level 0 for any other token. */
static int binary_level(ndi_token_kind kind, int *operation)
{
    static const struct {
        ndi_token_kind kind;
        int level, operation;
    } operators[] = {
        {NDI_TOKEN_OR, LOOSEST, ND_OP_bitwise_or},
        {NDI_TOKEN_XOR, 2, ND_OP_bitwise_xor},
        {NDI_TOKEN_AND, 3, ND_OP_bitwise_and},
        {NDI_TOKEN_LEFT_SHIFT, 4, ND_OP_left_shift},
        {NDI_TOKEN_RIGHT_SHIFT, 4, ND_OP_right_shift},
        {NDI_TOKEN_PLUS, 5, ND_OP_add},
        {NDI_TOKEN_MINUS, 5, ND_OP_subtract},
        {NDI_TOKEN_STAR, TIGHTEST, ND_OP_multiply},
        {NDI_TOKEN_SLASH, TIGHTEST, ND_OP_divide},
        {NDI_TOKEN_FLOOR_DIVIDE, TIGHTEST, ND_OP_floor_divide},
        {NDI_TOKEN_PERCENT, TIGHTEST, ND_OP_remainder},
        {NDI_TOKEN_AT, TIGHTEST, NDI_OPERATOR_MATMUL},
    };
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
        if (operators[i].kind == kind) {
            *operation = operators[i].operation;
            return operators[i].level;
        }
    return 0;
}

/* Operators of that level and tighter ones, from the left. */
static ndi_syntax *parse_binary(parser *p, int loosest)
{
    ndi_syntax *left = parse_unary(p);
    int operation = 0, level;
    while (left && (level = binary_level(p->token.kind, &operation)) >= loosest) {
        const size_t at = p->token.at;
        const int now = operation;
        advance(p);
        ndi_syntax *right = parse_binary(p, level + 1);
        left = right ? operator_node(p, NDI_BINARY, now, at, left, right) : NULL;
    }
    return left;
}

/* The operation of a comparison sign, or -1. */
static int comparison_of(ndi_token_kind kind)
{
    switch (kind) {
    case NDI_TOKEN_LESS:
        return ND_OP_less;
    case NDI_TOKEN_LESS_EQUAL:
        return ND_OP_less_equal;
    case NDI_TOKEN_GREATER:
        return ND_OP_greater;
    case NDI_TOKEN_GREATER_EQUAL:
        return ND_OP_greater_equal;
    case NDI_TOKEN_EQUAL:
        return ND_OP_equal;
    case NDI_TOKEN_NOT_EQUAL:
        return ND_OP_not_equal;
    default:
        return -1;
    }
}

/* a < b <= c ...: one node, so that each operand is computed once. */
static ndi_syntax *parse_expression(parser *p)
{
    ndi_syntax *first = parse_binary(p, LOOSEST);
    if (!first || comparison_of(p->token.kind) < 0)
        return first;
    ndi_syntax *node = new_node(p, NDI_COMPARISON, p->token.at);
    if (!node || !append(p, node, &node->comparison.operands, first))
        return NULL;
    for (int count = 0; comparison_of(p->token.kind) >= 0; count++) {
        int *operations = grow(p, node->comparison.operations, count, sizeof *operations);
        size_t *places = grow(p, node->comparison.places, count, sizeof *places);
        if (!operations || !places)
            return NULL;
        operations[count] = comparison_of(p->token.kind);
        places[count] = p->token.at;
        node->comparison.operations = operations;
        node->comparison.places = places;
        advance(p);
        if (!append(p, node, &node->comparison.operands, parse_binary(p, LOOSEST)))
            return NULL;
    }
    return node;
}

/* What stands behind a complete expression. */
static void *trailing(parser *p)
{
    switch (p->token.kind) {
    case NDI_TOKEN_CLOSE:
    case NDI_TOKEN_CLOSE_SQUARE:
        return ndi_text_fail(p->text, p->token.at, ND_ERROR_SYNTAX, "this '%c' closes nothing",
                             p->text->begin[p->token.at]);
    case NDI_TOKEN_ASSIGN:
        return ndi_text_fail(p->text, p->token.at, ND_ERROR_SYNTAX,
                             "an expression assigns nothing; to compare, write ==");
    default:
        return unexpected(p, "an operator or the end");
    }
}

ndi_syntax *ndi_parse(const ndi_text *text, ndi_arena *arena)
{
    parser p = {.text = text, .arena = arena};
    p.token = ndi_next_token(text, 0);
    if (p.token.kind == NDI_TOKEN_END)
        return ndi_text_fail(text, 0, ND_ERROR_SYNTAX, "the expression is empty");
    ndi_syntax *node = parse_expression(&p);
    if (node && p.token.kind != NDI_TOKEN_END)
        return trailing(&p);
    return node;
}
