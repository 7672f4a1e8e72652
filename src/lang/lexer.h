/* Text to tokens: Python's names, numbers, strings and signs. */
#ifndef NDSTREAM_LANG_LEXER_H
#define NDSTREAM_LANG_LEXER_H

#include <ndstream/operand.h>

#include "lang/text.h"

typedef enum ndi_token_kind {
    NDI_TOKEN_ERROR, /* no token: the error is kept */
    NDI_TOKEN_END,
    NDI_TOKEN_NAME,
    NDI_TOKEN_NUMBER,
    NDI_TOKEN_STRING,
#define SIGN(name, text) NDI_TOKEN_##name,
#include "lang/signs.def"
#undef SIGN
} ndi_token_kind;

typedef struct ndi_token {
    ndi_token_kind kind;
    size_t at, length; /* in the text; of a string without its quotes: at + 1, length - 2 */
    nd_operand number;
} ndi_token;

/* The token that begins at `at` or after white space, line ends and comments. */
ndi_token ndi_next_token(const ndi_text *text, size_t at);

/* True if the token is that name. */
bool ndi_token_is(const ndi_text *text, const ndi_token *token, const char *name);

/* Reads the number at `at` (a digit, or a point before one) into token->number: an integer of up to
 * 64 bits, a float or an imaginary number, as Python writes them. */
bool ndi_read_number(const ndi_text *text, ndi_token *token);

/* A letter, digit or underscore, of ASCII: in every locale the same. */
bool ndi_is_letter(char c);
bool ndi_is_digit(char c);

#endif
