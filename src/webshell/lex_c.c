/*
 * lex_c.c - Java, C# and JScript into common tokens: languages whose code looks like C's.
 *
 * Interpolated strings of C# are spelled out as concatenations. Generic types come out as comparisons, which the machine
 * lives with.
 */
#include "base/error.h"
#include "webshell/language.h"
#include "webshell/lex.h"

enum { HOLES_MAX = 16 };

struct lexer {
    struct sw_unit *unit;
    const char *text;
    size_t at;
    size_t end;
    unsigned holes[HOLES_MAX]; /* braces open in each hole of an interpolated string that is being read */
    bool verbatim[HOLES_MAX];  /* of the string around it */
    unsigned depth;
    bool member;
    int rc;
};

static char peek(const struct lexer *l, size_t ahead)
{
    return l->at + ahead < l->end ? l->text[l->at + ahead] : '\0';
}

static void emit(struct lexer *l, enum sw_tok_kind kind, unsigned op, size_t at, size_t len)
{
    if (l->rc == 0)
        l->rc = sw_unit_add(l->unit, kind, op, at, len);
    l->member = kind == SW_TOK_OP && (op == SW_OP_MEMBER || op == SW_OP_STATIC);
}

static void emit_op(struct lexer *l, enum sw_op op, size_t len)
{
    emit(l, SW_TOK_OP, op, l->at, len);
    l->at += len;
}

size_t sw_lex_blank(struct sw_str text)
{
    static const char *const blanks[] = {"\xc2\xa0", "\xe3\x80\x80", "\xef\xbb\xbf"};
    for (size_t i = 0; i < sizeof blanks / sizeof blanks[0]; i++)
        if (sw_str_starts(text, sw_str(blanks[i])))
            return strlen(blanks[i]);
    bool general = text.len >= 3 && memcmp(text.ptr, "\xe2\x80", 2) == 0 && (unsigned char)text.ptr[2] <= 0x8b;
    return general ? 3 : 0;
}

int sw_lex_op(struct sw_unit *unit, enum sw_op op, size_t at)
{
    return sw_unit_add(unit, SW_TOK_OP, op, at, 0);
}

int sw_lex_word(struct sw_unit *unit, enum sw_word word, size_t at)
{
    return sw_unit_add(unit, SW_TOK_WORD, word, at, 0);
}

int sw_lex_known_name(struct sw_unit *unit, const char *name, size_t at)
{
    const struct sw_name *known = sw_language_find(unit->language, sw_str(name));
    int rc = sw_unit_add(unit, SW_TOK_NAME, 0, at, 0);
    if (rc == 0 && known != NULL)
        unit->tokens[unit->count - 1].name = (uint16_t)(known - unit->language->names + 1);
    return rc;
}

/* --- strings -------------------------------------------------------------------------------------------- */

/* "text" and 'text' with C's escapes; ends with the line when it isn't closed. */
static void lex_string(struct lexer *l, char quote)
{
    size_t from = ++l->at;
    while (l->at < l->end && l->text[l->at] != quote && l->text[l->at] != '\n')
        l->at += l->text[l->at] == '\\' ? 2 : 1;
    if (l->at > l->end)
        l->at = l->end;
    emit(l, SW_TOK_TEXT, SW_QUOTE_C, from, l->at - from);
    if (l->at < l->end && l->text[l->at] == quote)
        l->at++;
}

/* """text""" of Java and C#. */
static void lex_block(struct lexer *l)
{
    size_t from = l->at + 3;
    size_t found = sw_str_find(sw_strn(l->text + from, l->end - from), SW_STR("\"\"\""));
    size_t to = found == SW_NPOS ? l->end : from + found;
    emit(l, SW_TOK_TEXT, SW_QUOTE_C, from, to - from);
    l->at = found == SW_NPOS ? l->end : to + 3;
}

/* @"text" of C#: a doubled quote is one. */
static void lex_verbatim(struct lexer *l)
{
    size_t from = l->at + 2;
    size_t at = from;
    while (at < l->end && !(l->text[at] == '"' && !(at + 1 < l->end && l->text[at + 1] == '"')))
        at += l->text[at] == '"' ? 2 : 1;
    at = at < l->end ? at : l->end;
    emit(l, SW_TOK_TEXT, SW_QUOTE_TWICE, from, at - from);
    l->at = at + (at < l->end);
}

/* The next part of $"text {hole} text", up to its hole or end. */
static void lex_interpolated(struct lexer *l, bool verbatim)
{
    size_t from = l->at;
    while (l->at < l->end) {
        char c = l->text[l->at];
        char next = peek(l, 1);
        bool pair = (c == '"' && verbatim && next == '"') || (c == '{' && next == '{') || (c == '\\' && !verbatim);
        if (!pair && (c == '"' || (c == '\n' && !verbatim) || (c == '{' && l->depth < HOLES_MAX)))
            break;
        l->at += pair ? 2 : 1;
    }
    l->at = l->at < l->end ? l->at : l->end;
    emit(l, SW_TOK_TEXT, verbatim ? SW_QUOTE_TWICE : SW_QUOTE_C, from, l->at - from);
    if (peek(l, 0) != '{') {
        emit_op(l, SW_OP_RPAREN, l->at < l->end);
        return;
    }
    emit(l, SW_TOK_OP, SW_OP_CONCAT, l->at, 0);
    emit_op(l, SW_OP_LPAREN, 1);
    l->holes[l->depth] = 0;
    l->verbatim[l->depth++] = verbatim;
}

static void begin_interpolated(struct lexer *l, size_t prefix, bool verbatim)
{
    emit(l, SW_TOK_OP, SW_OP_LPAREN, l->at, prefix);
    l->at += prefix;
    lex_interpolated(l, verbatim);
}

/* Braces inside a hole; its end goes on with the string. */
static bool lex_hole(struct lexer *l)
{
    char c = l->text[l->at];
    if (l->depth == 0 || (c != '{' && c != '}'))
        return false;
    if (c == '{') {
        l->holes[l->depth - 1]++;
        return false;
    }
    if (l->holes[l->depth - 1] > 0) {
        l->holes[l->depth - 1]--;
        return false;
    }
    emit_op(l, SW_OP_RPAREN, 1);
    emit(l, SW_TOK_OP, SW_OP_CONCAT, l->at, 0);
    lex_interpolated(l, l->verbatim[--l->depth]);
    return true;
}

/* --- the rest ------------------------------------------------------------------------------------------- */

static void lex_number(struct lexer *l)
{
    size_t from = l->at;
    bool hex = l->text[from] == '0' && (peek(l, 1) | 32) == 'x';
    l->at += hex ? 2 : 0;
    while (l->at < l->end && (sw_is_digit(l->text[l->at]) || l->text[l->at] == '_' ||
                              (hex ? sw_hex_digit(l->text[l->at]) >= 0
                                   : l->text[l->at] == '.' && sw_is_digit(peek(l, 1)))))
        l->at++;
    size_t len = l->at - from;
    while (l->at < l->end && sw_is_alpha(l->text[l->at]))
        l->at++; /* suffixes: 1L, 2.0f */
    emit(l, SW_TOK_NUMBER, 0, from, len);
}

static void lex_name(struct lexer *l)
{
    size_t from = l->at;
    while (l->at < l->end && (sw_php_continues(l->text[l->at]) || l->text[l->at] == '$'))
        l->at++;
    bool plain = l->member;
    if (l->rc == 0)
        l->rc = sw_unit_add_name(l->unit, from, l->at - from, plain);
    l->member = false;
}

static void skip_comment(struct lexer *l)
{
    bool block = peek(l, 1) == '*';
    size_t found =
        sw_str_find(sw_strn(l->text + l->at + 2, l->end - l->at - 2), block ? SW_STR("*/") : SW_STR("\n"));
    l->at = found == SW_NPOS ? l->end : l->at + 2 + found + (block ? 2 : 1);
}

/* In the order of their first letters, of each the longest first. */
static const struct sw_sign signs[] = {
    {"!==", SW_OP_COMPARE}, {"!=", SW_OP_COMPARE}, {"!", SW_OP_NOT}, {"%=", SW_OP_ASSIGN_OTHER},
    {"%", SW_OP_MOD}, {"&&", SW_OP_AND}, {"&=", SW_OP_ASSIGN_OTHER}, {"&", SW_OP_BITAND}, {"(", SW_OP_LPAREN},
    {")", SW_OP_RPAREN}, {"*=", SW_OP_ASSIGN_OTHER}, {"*", SW_OP_MUL}, {"++", SW_OP_INCREMENT},
    {"+=", SW_OP_ASSIGN_OTHER}, {"+", SW_OP_ADD}, {",", SW_OP_COMMA}, {"->", SW_OP_ARROW},
    {"--", SW_OP_DECREMENT}, {"-=", SW_OP_ASSIGN_OTHER}, {"-", SW_OP_SUB}, {".", SW_OP_MEMBER},
    {"/=", SW_OP_ASSIGN_OTHER}, {"/", SW_OP_DIV}, {"::", SW_OP_MEMBER}, {":", SW_OP_COLON}, {";", SW_OP_SEMI},
    {"<<=", SW_OP_ASSIGN_OTHER}, {"<=", SW_OP_COMPARE}, {"<<", SW_OP_SHIFT}, {"<", SW_OP_COMPARE},
    {"===", SW_OP_COMPARE}, {"==", SW_OP_COMPARE}, {"=>", SW_OP_ARROW}, {"=", SW_OP_ASSIGN},
    {">>>=", SW_OP_ASSIGN_OTHER}, {">>=", SW_OP_ASSIGN_OTHER}, {">>>", SW_OP_SHIFT}, {">=", SW_OP_COMPARE},
    {">", SW_OP_COMPARE}, {"\?\?=", SW_OP_ASSIGN_OTHER}, {"?.", SW_OP_MEMBER}, {"\?\?", SW_OP_COALESCE},
    {"?", SW_OP_QUESTION}, {"@", SW_OP_SILENCE}, {"[", SW_OP_LBRACKET}, {"]", SW_OP_RBRACKET},
    {"^=", SW_OP_ASSIGN_XOR}, {"^", SW_OP_XOR}, {"{", SW_OP_LBRACE}, {"||", SW_OP_OR},
    {"|=", SW_OP_ASSIGN_OTHER}, {"|", SW_OP_BITOR}, {"}", SW_OP_RBRACE}, {"~", SW_OP_INVERT},
};
enum { SIGN_COUNT = sizeof signs / sizeof signs[0] };

static void lex_sign(struct lexer *l)
{
    size_t length;
    const struct sw_sign *sign = sw_lex_sign(signs, SIGN_COUNT, sw_strn(l->text + l->at, l->end - l->at), &length);
    if (sign != NULL)
        emit_op(l, sign->op, length);
    else
        l->at++; /* a byte that means nothing */
}

static void lex_token(struct lexer *l)
{
    char c = l->text[l->at];
    char next = peek(l, 1);
    size_t blank = (unsigned char)c >= 0x80 ? sw_lex_blank(sw_strn(l->text + l->at, l->end - l->at)) : 0;
    if (sw_is_space(c) || c == '\0')
        l->at++;
    else if (blank > 0)
        l->at += blank;
    else if (c == '/' && (next == '/' || next == '*'))
        skip_comment(l);
    else if (c == '"' && next == '"' && peek(l, 2) == '"')
        lex_block(l);
    else if (c == '"' || c == '\'')
        lex_string(l, c);
    else if (c == '@' && next == '"')
        lex_verbatim(l);
    else if (c == '$' && next == '"')
        begin_interpolated(l, 2, false);
    else if ((c == '$' && next == '@' && peek(l, 2) == '"') || (c == '@' && next == '$' && peek(l, 2) == '"'))
        begin_interpolated(l, 3, true);
    else if (sw_is_digit(c))
        lex_number(l);
    else if (sw_php_starts(c) || c == '$')
        lex_name(l);
    else if (!lex_hole(l))
        lex_sign(l);
}

int sw_lex_c_part(struct sw_unit *unit, size_t from, size_t to)
{
    struct lexer l = {.unit = unit, .text = unit->text.ptr, .at = from, .end = to};
    while (l.at < l.end && l.rc == 0)
        lex_token(&l);
    return l.rc;
}
