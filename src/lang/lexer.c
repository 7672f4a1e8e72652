/* Tokens, found one at a time. */
#include "lang/lexer.h"

#include <string.h>

bool ndi_is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool ndi_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool ndi_token_is(const ndi_text *text, const ndi_token *token, const char *name)
{
    return token->kind == NDI_TOKEN_NAME && strlen(name) == token->length &&
           memcmp(text->begin + token->at, name, token->length) == 0;
}

/* White space, line ends and comments. */
static size_t skip_space(const ndi_text *text, size_t at)
{
    for (;; at++) {
        const char c = text->begin[at];
        if (c == '#')
            while (text->begin[at] && text->begin[at] != '\n')
                at++;
        else if (c != ' ' && !(c >= '\t' && c <= '\r'))
            return at;
        if (!text->begin[at])
            return at;
    }
}

static bool read_string(const ndi_text *text, ndi_token *token)
{
    const char *begin = text->begin + token->at, *at = begin + 1;
    while (*at && *at != *begin && *at != '\n' && *at != '\\')
        at++;
    if (*at != *begin) {
        ndi_text_fail(text, token->at, ND_ERROR_SYNTAX,
                      *at == '\\' ? "strings have no escapes here" : "this string has no end");
        return false;
    }
    token->kind = NDI_TOKEN_STRING;
    token->length = (size_t)(at - begin) + 1;
    return true;
}

/* What people write who know other languages. */
static const char *advice(const char *text)
{
    static const struct {
        const char *text, *advice;
    } rows[] = {
        {"&&", "for 'and', element by element, write &"},
        {"||", "for 'or', element by element, write |"},
        {"<>", "for 'not equal' write !="},
        {":=", "an expression assigns nothing"},
        {"!", "for 'not', element by element, write ~"},
        {";", "only one expression is computed"},
        {"{", "there are no sets and dictionaries; lists are in [ ]"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strncmp(text, rows[i].text, strlen(rows[i].text)) == 0)
            return rows[i].advice;
    return NULL;
}

static bool read_sign(const ndi_text *text, ndi_token *token)
{
    static const struct {
        ndi_token_kind kind;
        const char *text;
    } signs[] = {
#define SIGN(name, text) {NDI_TOKEN_##name, text},
#include "lang/signs.def"
#undef SIGN
    };
    const char *at = text->begin + token->at;
    const char *const wrong = strncmp(at, "!=", 2) ? advice(at) : NULL;
    for (size_t i = 0; i < sizeof signs / sizeof *signs && !wrong; i++) {
        const size_t length = strlen(signs[i].text);
        if (strncmp(at, signs[i].text, length) == 0) {
            token->kind = signs[i].kind;
            token->length = length;
            return true;
        }
    }
    int bytes = 1; /* of one UTF-8 character */
    while ((at[bytes] & 0xC0) == 0x80)
        bytes++;
    if (wrong)
        ndi_text_fail(text, token->at, ND_ERROR_SYNTAX, "%s", wrong);
    else if ((unsigned char)*at < ' ')
        ndi_text_fail(text, token->at, ND_ERROR_SYNTAX, "a control character (code %d)", *at);
    else
        ndi_text_fail(text, token->at, ND_ERROR_SYNTAX, "'%.*s' has no meaning here", bytes, at);
    return false;
}

ndi_token ndi_next_token(const ndi_text *text, size_t at)
{
    ndi_token token = {.kind = NDI_TOKEN_ERROR, .at = skip_space(text, at)};
    const char *begin = text->begin + token.at;
    bool good = true;
    if (!*begin) {
        token.kind = NDI_TOKEN_END;
    } else if (ndi_is_letter(*begin)) {
        token.kind = NDI_TOKEN_NAME;
        while (ndi_is_letter(begin[token.length]) || ndi_is_digit(begin[token.length]))
            token.length++;
    } else if (ndi_is_digit(*begin) || (*begin == '.' && ndi_is_digit(begin[1]))) {
        good = ndi_read_number(text, &token);
    } else if (*begin == '"' || *begin == '\'') {
        good = read_string(text, &token);
    } else {
        good = read_sign(text, &token);
    }
    if (!good)
        token.kind = NDI_TOKEN_ERROR;
    return token;
}
