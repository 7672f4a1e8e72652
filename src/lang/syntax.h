/* The tree of an expression. All of it lies in one arena. */
#ifndef NDSTREAM_LANG_SYNTAX_H
#define NDSTREAM_LANG_SYNTAX_H

#include <ndstream/ops.h>

typedef enum ndi_syntax_kind {
    NDI_NUMBER, /* True and False too */
    NDI_STRING,
    NDI_NAME,
    NDI_NONE,
    NDI_ELLIPSIS,
    NDI_LIST,
    NDI_TUPLE,
    NDI_UNARY,
    NDI_BINARY,
    NDI_COMPARISON,
    NDI_ATTRIBUTE,
    NDI_CALL,
    NDI_SUBSCRIPT,
    NDI_SLICE
} ndi_syntax_kind;

/* Operators are operations of the table, and this one, which is not element by element. */
enum { NDI_OPERATOR_MATMUL = ND_OP_COUNT };

typedef struct ndi_syntax ndi_syntax;

typedef struct ndi_syntax_list {
    int count;
    ndi_syntax **items;
} ndi_syntax_list;

/* An argument of a call: by position, or by keyword. */
typedef struct ndi_call_argument {
    const char *keyword; /* NULL: by position */
    ndi_syntax *value;
    size_t at;
} ndi_call_argument;

struct ndi_syntax {
    ndi_syntax_kind kind;
    int height; /* 1 for a leaf: how deep a walk recurses */
    size_t at;  /* where a caret points: the operator, the name, the bracket */
    union {
        nd_operand number;
        const char *text;     /* NDI_NAME, NDI_STRING */
        ndi_syntax_list list; /* NDI_LIST, NDI_TUPLE */
        struct {
            int code;
            ndi_syntax *left, *right; /* NDI_UNARY: only left */
        } operation;
        struct { /* operands[0] operations[0] operands[1] operations[1] operands[2] ... */
            ndi_syntax_list operands;
            int *operations;
            size_t *places;
        } comparison;
        struct {
            ndi_syntax *object;
            const char *name;
        } attribute;
        struct {
            ndi_syntax *callee;
            int count;
            ndi_call_argument *arguments;
        } call;
        struct {
            ndi_syntax *object, *index; /* index: a term, or an NDI_TUPLE of terms */
        } subscript;
        struct {
            ndi_syntax *start, *stop, *step; /* NULL: left out */
        } slice;
    };
};

#endif
