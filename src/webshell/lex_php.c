/*
 * lex_php.c - PHP into common tokens.
 *
 * Strings with variables in them are spelled out as concatenations in brackets, backticks as calls of shell_exec. A
 * stack of modes takes the place of recursion for code in strings in code.
 */
#include "base/error.h"
#include "webshell/language.h"
#include "webshell/lex.h"

enum { MODES_MAX = 32 };

enum mode_kind { MODE_CODE, MODE_DOUBLE, MODE_BACKTICK, MODE_HEREDOC };

struct mode {
    enum mode_kind kind;
    unsigned braces; /* MODE_CODE inside a string: its open braces */
    struct sw_str label; /* MODE_HEREDOC */
};

struct lexer {
    struct sw_unit *unit;
    const char *text;
    size_t len;
    size_t at;
    struct mode modes[MODES_MAX];
    unsigned depth; /* index of the present mode */
    bool member; /* the last token was -> or ::, so that a keyword is a name here */
    bool script; /* inside <script language=php>: only </script> ends the code */
    int rc;
};

static char peek(const struct lexer *l, size_t ahead)
{
    return l->at + ahead < l->len ? l->text[l->at + ahead] : '\0';
}

static bool at_text(const struct lexer *l, const char *text)
{
    size_t n = strlen(text);
    return l->len - l->at >= n && memcmp(l->text + l->at, text, n) == 0;
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

/* A bracket or operator that isn't in the text. */
static void emit_virtual(struct lexer *l, enum sw_op op)
{
    emit(l, SW_TOK_OP, op, l->at, 0);
}

/* --- outside of code ------------------------------------------------------------------------------------ */

/* <script language=php> at `at`: the length of the tag, or 0. */
static size_t script_tag(const struct lexer *l, size_t at)
{
    struct sw_str rest = sw_strn(l->text + at, l->len - at < 64 ? l->len - at : 64);
    if (!sw_str_istarts(rest, SW_STR("<script")))
        return 0;
    size_t end = sw_str_chr(rest, '>');
    if (end == SW_NPOS)
        return 0;
    struct sw_str tag = sw_str_slice(rest, 0, end);
    size_t language = sw_str_ifind(tag, SW_STR("language"));
    return language != SW_NPOS && sw_str_ifind(sw_str_from(tag, language), SW_STR("php")) != SW_NPOS ? end + 1 : 0;
}

/* The length of an opening tag at `at`, or 0. */
static size_t opening_tag(const struct lexer *l, size_t at)
{
    struct sw_str rest = sw_strn(l->text + at, l->len - at);
    if (sw_str_istarts(rest, SW_STR("<?php")))
        return 5;
    if (sw_str_starts(rest, SW_STR("<?=")))
        return 3;
    if (sw_str_starts(rest, SW_STR("<?")))
        return sw_str_istarts(rest, SW_STR("<?xml")) ? 0 : 2;
    return script_tag(l, at);
}

/* Up to the next opening tag. */
static void lex_html(struct lexer *l)
{
    size_t from = l->at;
    size_t tag = 0;
    while (l->at < l->len) {
        const char *open = memchr(l->text + l->at, '<', l->len - l->at);
        l->at = open != NULL ? (size_t)(open - l->text) : l->len;
        if (l->at < l->len && (tag = opening_tag(l, l->at)) > 0)
            break;
        l->at += l->at < l->len;
    }
    if (l->at > from) {
        l->unit->html += (uint32_t)(l->at - from);
        emit(l, SW_TOK_HTML, 0, from, l->at - from);
    }
    if (l->at == l->len)
        return;
    l->script = tag > 5;
    if (tag == 3 && l->text[l->at + 2] == '=')
        emit(l, SW_TOK_WORD, SW_WORD_ECHO, l->at, 3);
    l->at += tag;
}

/* --- strings -------------------------------------------------------------------------------------------- */

static void push_mode(struct lexer *l, struct mode mode)
{
    if (l->depth + 1 < MODES_MAX)
        l->modes[++l->depth] = mode;
}

/* 'text': no variables. */
static void lex_single(struct lexer *l)
{
    size_t from = ++l->at;
    while (l->at < l->len && l->text[l->at] != '\'')
        l->at += l->text[l->at] == '\\' ? 2 : 1;
    if (l->at >= l->len) {
        l->at = l->len;
        l->unit->broken = true;
    }
    emit(l, SW_TOK_TEXT, SW_QUOTE_SINGLE, from, l->at - from);
    l->at += l->at < l->len;
}

/* Whether a variable or code begins at the $ or { of a string. */
static bool begins_variable(const struct lexer *l, size_t at)
{
    char c = l->text[at];
    char next = at + 1 < l->len ? l->text[at + 1] : '\0';
    if (c == '$')
        return sw_php_starts(next) || next == '{';
    return c == '{' && next == '$';
}

/* "text" without variables is one token; else a bracket opens, and the mode goes on part by part. */
static void lex_double(struct lexer *l)
{
    size_t from = l->at + 1;
    size_t at = from;
    while (at < l->len && l->text[at] != '"' && !((l->text[at] == '$' || l->text[at] == '{') && begins_variable(l, at)))
        at += l->text[at] == '\\' ? 2 : 1;
    if (at < l->len && l->text[at] == '"') {
        emit(l, SW_TOK_TEXT, SW_QUOTE_DOUBLE, from, at - from);
        l->at = at + 1;
        return;
    }
    emit_op(l, SW_OP_LPAREN, 1);
    push_mode(l, (struct mode){.kind = MODE_DOUBLE});
}

static void lex_backtick(struct lexer *l)
{
    const struct sw_name *name = sw_language_find(l->unit->language, SW_STR("shell_exec"));
    emit(l, SW_TOK_NAME, 0, l->at, 0);
    if (l->rc == 0)
        l->unit->tokens[l->unit->count - 1].name = (uint16_t)(name - l->unit->language->names + 1);
    emit_op(l, SW_OP_LPAREN, 1);
    push_mode(l, (struct mode){.kind = MODE_BACKTICK});
}

/* <<<LABEL, <<<"LABEL" or <<<'LABEL' at `at`; false when it is none. */
static bool lex_heredoc(struct lexer *l)
{
    size_t at = l->at + 3;
    while (at < l->len && (l->text[at] == ' ' || l->text[at] == '\t'))
        at++;
    char quote = at < l->len && (l->text[at] == '\'' || l->text[at] == '"') ? l->text[at] : '\0';
    at += quote != '\0';
    size_t from = at;
    while (at < l->len && sw_php_continues(l->text[at]))
        at++;
    struct sw_str label = sw_strn(l->text + from, at - from);
    if (label.len == 0)
        return false;
    if (quote != '\0' && at < l->len && l->text[at] == quote)
        at++;
    while (at < l->len && l->text[at] == '\r')
        at++;
    if (at >= l->len || l->text[at] != '\n')
        return false;
    emit(l, SW_TOK_OP, SW_OP_LPAREN, l->at, at - l->at);
    l->at = at + 1;
    push_mode(l, (struct mode){.kind = MODE_HEREDOC, .label = label, .braces = quote == '\''});
    return true;
}

/* Whether the closing label of a heredoc stands at the line that begins at `at`; *end is behind it. */
static bool closes_heredoc(const struct lexer *l, struct sw_str label, size_t at, size_t *end)
{
    while (at < l->len && (l->text[at] == ' ' || l->text[at] == '\t'))
        at++;
    *end = at + label.len;
    return l->len - at >= label.len && memcmp(l->text + at, label.ptr, label.len) == 0 &&
           (*end == l->len || !sw_php_continues(l->text[*end]));
}

/* A part of a string: what stands for itself, up to `to`, and the sign that joins it to what came before. */
static void emit_part(struct lexer *l, size_t to, bool raw)
{
    bool first = l->unit->count > 0 && sw_tok_is(&l->unit->tokens[l->unit->count - 1], SW_OP_LPAREN);
    if (to > l->at || first) {
        if (!first)
            emit_virtual(l, SW_OP_CONCAT);
        emit(l, SW_TOK_TEXT, raw ? SW_QUOTE_NONE : SW_QUOTE_DOUBLE, l->at, to - l->at);
    }
    l->at = to;
}

/* $name, $name[key] and $name->property as they may stand in a string. */
static void lex_simple_variable(struct lexer *l)
{
    size_t from = ++l->at;
    while (l->at < l->len && sw_php_continues(l->text[l->at]))
        l->at++;
    emit(l, SW_TOK_VAR, 0, from, l->at - from);
    if (peek(l, 0) == '[') {
        emit_op(l, SW_OP_LBRACKET, 1);
        from = l->at;
        if (peek(l, 0) == '$')
            from = ++l->at;
        while (l->at < l->len && (sw_php_continues(l->text[l->at]) || l->text[l->at] == '-'))
            l->at++;
        bool variable = from > 0 && l->text[from - 1] == '$';
        emit(l, variable ? SW_TOK_VAR : SW_TOK_TEXT, SW_QUOTE_NONE, from, l->at - from);
        if (peek(l, 0) == ']')
            emit_op(l, SW_OP_RBRACKET, 1);
        else
            emit_virtual(l, SW_OP_RBRACKET);
    } else if (at_text(l, "->") && l->at + 2 < l->len && sw_php_starts(l->text[l->at + 2])) {
        emit_op(l, SW_OP_MEMBER, 2);
        from = l->at;
        while (l->at < l->len && sw_php_continues(l->text[l->at]))
            l->at++;
        if (l->rc == 0)
            l->rc = sw_unit_add_name(l->unit, from, l->at - from, true);
        l->member = false;
    }
}

/* A variable or code in a string, which begins at `at`. */
static void lex_variable_in_string(struct lexer *l)
{
    emit_virtual(l, SW_OP_CONCAT);
    if (l->text[l->at] == '$' && peek(l, 1) != '{') {
        lex_simple_variable(l);
        return;
    }
    bool named = l->text[l->at] == '$'; /* ${name} or ${expression} */
    size_t from = l->at + 2;
    size_t end = from;
    while (named && end < l->len && sw_php_continues(l->text[end]))
        end++;
    if (named && end > from && end < l->len && (l->text[end] == '}' || l->text[end] == '[')) {
        emit_op(l, SW_OP_LPAREN, 2);
        emit(l, SW_TOK_VAR, 0, from, end - from);
        l->at = end;
    } else if (named) {
        emit_op(l, SW_OP_DOLLAR, 1);
        emit_op(l, SW_OP_LPAREN, 1);
    } else {
        emit_op(l, SW_OP_LPAREN, 1);
    }
    push_mode(l, (struct mode){.kind = MODE_CODE, .braces = 1});
}

static void end_string(struct lexer *l, size_t length)
{
    emit(l, SW_TOK_OP, SW_OP_RPAREN, l->at, length);
    l->at += length;
    l->depth--;
}

/* The next part of a string with variables. */
static void lex_string_part(struct lexer *l)
{
    const struct mode *mode = &l->modes[l->depth];
    bool raw = mode->kind == MODE_HEREDOC && mode->braces != 0;
    char quote = mode->kind == MODE_DOUBLE ? '"' : mode->kind == MODE_BACKTICK ? '`' : '\0';
    size_t at = l->at;
    size_t end = 0;
    while (at < l->len) {
        char c = l->text[at];
        if (quote != '\0' && c == quote)
            break;
        if (quote == '\0' && (at == 0 || l->text[at - 1] == '\n') && closes_heredoc(l, mode->label, at, &end))
            break;
        if (!raw && (c == '$' || c == '{') && begins_variable(l, at))
            break;
        at += !raw && c == '\\' && at + 1 < l->len && l->text[at + 1] != '\n' ? 2 : 1;
    }
    at = at < l->len ? at : l->len;
    emit_part(l, at, raw);
    if (at == l->len) {
        l->unit->broken = true;
        end_string(l, 0);
    } else if (end > 0) {
        end_string(l, end - at);
    } else if (quote != '\0' && l->text[at] == quote) {
        end_string(l, 1);
    } else {
        lex_variable_in_string(l);
    }
}

/* --- code ----------------------------------------------------------------------------------------------- */

static void skip_to(struct lexer *l, const char *end)
{
    size_t found = sw_str_find(sw_strn(l->text + l->at, l->len - l->at), sw_str(end));
    if (found == SW_NPOS)
        l->unit->broken = true;
    l->at = found == SW_NPOS ? l->len : l->at + found + strlen(end);
}

/* // and #: up to the end of the line or of the code. */
static void skip_line_comment(struct lexer *l)
{
    while (l->at < l->len && l->text[l->at] != '\n' && !(l->text[l->at] == '?' && peek(l, 1) == '>' && !l->script))
        l->at++;
}

static void lex_number(struct lexer *l)
{
    size_t from = l->at;
    bool hex = l->text[from] == '0' && (peek(l, 1) | 32) == 'x';
    l->at += hex ? 2 : 0;
    while (l->at < l->len) {
        char c = l->text[l->at];
        bool exponent = !hex && (c == '-' || c == '+') && (l->text[l->at - 1] | 32) == 'e' && l->at > from;
        if (!sw_is_digit(c) &&
            !(hex ? sw_hex_digit(c) >= 0 : (c == '.' || (c | 32) == 'e' || (c | 32) == 'b' || (c | 32) == 'o')) &&
            c != '_' && !exponent)
            break;
        /* "1 . 'x'" without spaces, and ranges of no language here: a second point ends the number. */
        if (c == '.' && !sw_is_digit(peek(l, 1)))
            break;
        l->at++;
    }
    l->at += l->at == from;
    emit(l, SW_TOK_NUMBER, 0, from, l->at - from);
}

static void lex_variable(struct lexer *l)
{
    if (!sw_php_starts(peek(l, 1))) {
        emit_op(l, SW_OP_DOLLAR, 1);
        return;
    }
    size_t from = ++l->at;
    while (l->at < l->len && sw_php_continues(l->text[l->at]))
        l->at++;
    emit(l, SW_TOK_VAR, 0, from, l->at - from);
}

/* The words and, or, xor are operators. */
static enum sw_op operator_of(struct sw_str name)
{
    if (sw_str_ieq(name, SW_STR("or")) || sw_str_ieq(name, SW_STR("xor")))
        return SW_OP_OR;
    return sw_str_ieq(name, SW_STR("and")) ? SW_OP_AND : SW_OP_NONE;
}

/* A name with its namespace; one of the root namespace without the backslash. */
static void lex_name(struct lexer *l)
{
    size_t from = l->at;
    while (l->at < l->len && (sw_php_continues(l->text[l->at]) ||
                              (l->text[l->at] == '\\' && l->at + 1 < l->len && sw_php_starts(l->text[l->at + 1]))))
        l->at++;
    if (l->text[from] == '\\')
        from++;
    struct sw_str name = sw_strn(l->text + from, l->at - from);
    if (sw_lex_blank(name) == name.len) /* as some editors and web pages leave it in code */
        return;
    enum sw_op op = l->member || name.len > 3 ? SW_OP_NONE : operator_of(name);
    if (op != SW_OP_NONE) {
        emit(l, SW_TOK_OP, op, from, name.len);
        return;
    }
    bool plain = l->member;
    if (l->rc == 0)
        l->rc = sw_unit_add_name(l->unit, from, l->at - from, plain);
    l->member = false;
    const struct sw_tok *last = l->unit->count > 0 ? &l->unit->tokens[l->unit->count - 1] : NULL;
    if (last != NULL && last->kind == SW_TOK_WORD && last->op == SW_WORD_HALT)
        l->at = l->len;
}

/* (int) and its kind: the length of the cast at `at`, or 0. */
static size_t cast_at(const struct lexer *l, enum sw_op *op)
{
    static const struct {
        const char *name;
        enum sw_op op;
    } casts[] = {
        {"int", SW_OP_CAST_NUMBER},     {"integer", SW_OP_CAST_NUMBER}, {"bool", SW_OP_CAST_NUMBER},
        {"boolean", SW_OP_CAST_NUMBER}, {"float", SW_OP_CAST_NUMBER},   {"double", SW_OP_CAST_NUMBER},
        {"real", SW_OP_CAST_NUMBER},    {"string", SW_OP_CAST_TEXT},    {"binary", SW_OP_CAST_TEXT},
        {"array", SW_OP_CAST_OTHER},    {"object", SW_OP_CAST_OTHER},   {"unset", SW_OP_CAST_NUMBER},
    };
    size_t at = l->at + 1;
    while (at < l->len && (l->text[at] == ' ' || l->text[at] == '\t'))
        at++;
    size_t from = at;
    while (at < l->len && sw_is_alpha(l->text[at]))
        at++;
    struct sw_str name = sw_strn(l->text + from, at - from);
    while (at < l->len && (l->text[at] == ' ' || l->text[at] == '\t'))
        at++;
    if (at >= l->len || l->text[at] != ')')
        return 0;
    for (size_t i = 0; i < sizeof casts / sizeof casts[0]; i++) {
        if (sw_str_ieq(name, sw_str(casts[i].name))) {
            *op = casts[i].op;
            return at + 1 - l->at;
        }
    }
    return 0;
}

/* In the order of their first letters, of each the longest first. */
static const struct sw_sign signs[] = {
    {"!==", SW_OP_COMPARE}, {"!=", SW_OP_COMPARE}, {"!", SW_OP_NOT}, {"%=", SW_OP_ASSIGN_OTHER},
    {"%", SW_OP_MOD}, {"&=", SW_OP_ASSIGN_OTHER}, {"&&", SW_OP_AND}, {"&", SW_OP_BITAND}, {"(", SW_OP_LPAREN},
    {")", SW_OP_RPAREN}, {"**=", SW_OP_ASSIGN_OTHER}, {"*=", SW_OP_ASSIGN_OTHER}, {"**", SW_OP_MUL},
    {"*", SW_OP_MUL}, {"+=", SW_OP_ASSIGN_OTHER}, {"++", SW_OP_INCREMENT}, {"+", SW_OP_ADD},
    {",", SW_OP_COMMA}, {"-=", SW_OP_ASSIGN_OTHER}, {"->", SW_OP_MEMBER}, {"--", SW_OP_DECREMENT},
    {"-", SW_OP_SUB}, {"...", SW_OP_SPREAD}, {".=", SW_OP_ASSIGN_CONCAT}, {".", SW_OP_CONCAT},
    {"/=", SW_OP_ASSIGN_OTHER}, {"/", SW_OP_DIV}, {"::", SW_OP_STATIC}, {":", SW_OP_COLON}, {";", SW_OP_SEMI},
    {"<=>", SW_OP_COMPARE}, {"<<=", SW_OP_ASSIGN_OTHER}, {"<>", SW_OP_COMPARE}, {"<=", SW_OP_COMPARE},
    {"<<", SW_OP_SHIFT}, {"<", SW_OP_COMPARE}, {"===", SW_OP_COMPARE}, {"==", SW_OP_COMPARE},
    {"=>", SW_OP_PAIR}, {"=", SW_OP_ASSIGN}, {">>=", SW_OP_ASSIGN_OTHER}, {">=", SW_OP_COMPARE},
    {">>", SW_OP_SHIFT}, {">", SW_OP_COMPARE}, {"\?\?=", SW_OP_ASSIGN_OTHER}, {"?->", SW_OP_MEMBER},
    {"\?\?", SW_OP_COALESCE}, {"?", SW_OP_QUESTION}, {"@", SW_OP_SILENCE}, {"[", SW_OP_LBRACKET},
    {"]", SW_OP_RBRACKET}, {"^=", SW_OP_ASSIGN_XOR}, {"^", SW_OP_XOR}, {"{", SW_OP_LBRACE},
    {"|=", SW_OP_ASSIGN_OTHER}, {"||", SW_OP_OR}, {"|", SW_OP_BITOR}, {"}", SW_OP_RBRACE},
    {"~", SW_OP_INVERT},
};
enum { SIGN_COUNT = sizeof signs / sizeof signs[0] };

static void lex_sign(struct lexer *l)
{
    enum sw_op cast = SW_OP_NONE;
    size_t length = l->text[l->at] == '(' ? cast_at(l, &cast) : 0;
    if (length > 0) {
        emit_op(l, cast, length);
        return;
    }
    const struct sw_sign *sign = sw_lex_sign(signs, SIGN_COUNT, sw_strn(l->text + l->at, l->len - l->at), &length);
    if (sign != NULL)
        emit_op(l, sign->op, length);
    else
        l->at++; /* a byte that means nothing */
}

/* Braces of code inside a string, and its end. True when the token was one of them. */
static bool lex_brace_in_string(struct lexer *l)
{
    struct mode *mode = &l->modes[l->depth];
    if (l->depth == 0 || (l->text[l->at] != '{' && l->text[l->at] != '}'))
        return false;
    if (l->text[l->at] == '{') {
        mode->braces++;
        return false;
    }
    if (--mode->braces > 0)
        return false;
    emit_op(l, SW_OP_RPAREN, 1);
    l->depth--;
    return true;
}

/* The end of code: `?>` or `</script>`. True when it was one: HTML follows. */
static bool lex_end_of_code(struct lexer *l)
{
    size_t length = 0;
    if (l->script && l->text[l->at] == '<' &&
        sw_str_istarts(sw_strn(l->text + l->at, l->len - l->at), SW_STR("</script")))
        length = 9;
    else if (!l->script && l->text[l->at] == '?' && peek(l, 1) == '>')
        length = 2;
    if (length == 0 || l->depth > 0)
        return false;
    emit(l, SW_TOK_OP, SW_OP_SEMI, l->at, 2);
    l->at = l->at + length < l->len ? l->at + length : l->len;
    l->script = false;
    lex_html(l);
    return true;
}

static void lex_code(struct lexer *l)
{
    char c = l->text[l->at];
    if (sw_is_space(c) || c == '\0')
        l->at++;
    else if (c == '$')
        lex_variable(l);
    else if (sw_php_starts(c) || (c == '\\' && sw_php_starts(peek(l, 1))))
        lex_name(l);
    else if (c == '\'')
        lex_single(l);
    else if (c == '"')
        lex_double(l);
    else if (sw_is_digit(c) || (c == '.' && sw_is_digit(peek(l, 1))))
        lex_number(l);
    else if (c == '/' && peek(l, 1) == '*')
        skip_to(l, "*/");
    else if ((c == '/' && peek(l, 1) == '/') || (c == '#' && peek(l, 1) != '['))
        skip_line_comment(l);
    else if (c == '`')
        lex_backtick(l);
    else if (c == '<' && at_text(l, "<<<") && lex_heredoc(l))
        return;
    else if (!lex_end_of_code(l) && !lex_brace_in_string(l))
        lex_sign(l);
}

int sw_lex_php(struct sw_unit *unit, bool code)
{
    struct lexer l = {.unit = unit, .text = unit->text.ptr, .len = unit->text.len};
    if (!code)
        lex_html(&l);
    while (l.at < l.len && l.rc == 0) {
        if (l.modes[l.depth].kind == MODE_CODE)
            lex_code(&l);
        else
            lex_string_part(&l);
    }
    if (l.rc == SW_E_LIMIT)
        l.rc = 0;
    return l.rc == 0 ? sw_unit_end(unit) : l.rc;
}
