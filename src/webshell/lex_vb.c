/*
 * lex_vb.c - VBScript and Visual Basic into common tokens.
 *
 * Lines become statements, `Then`, `End If` and their kind braces, calls without brackets calls with brackets; a sign of
 * equality is an assignment only where a statement begins with what can be assigned to.
 */
#include "base/error.h"
#include "webshell/language.h"
#include "webshell/lex.h"

enum { BLOCKS_MAX = 256 };

struct lexer {
    struct sw_unit *unit;
    const char *text;
    size_t at;
    size_t end;
    bool begins;      /* at the beginning of a statement */
    bool path;        /* so far the statement is a name with members and indexes: it may be assigned to, or be called */
    bool call;        /* a bracket was opened for a call without brackets */
    bool condition;   /* between If and Then */
    unsigned parens;  /* open brackets */
    bool inlined[BLOCKS_MAX]; /* of each open block: an If on one line, which has no brace */
    unsigned blocks;  /* open blocks that lines have to close */
    int rc;
};

static void emit(struct lexer *l, enum sw_tok_kind kind, unsigned op, size_t at, size_t len)
{
    if (l->rc == 0)
        l->rc = sw_unit_add(l->unit, kind, op, at, len);
}

static void op(struct lexer *l, enum sw_op sign)
{
    emit(l, SW_TOK_OP, sign, l->at, 0);
}

static void word(struct lexer *l, enum sw_word kind)
{
    emit(l, SW_TOK_WORD, kind, l->at, 0);
}

static void push_block(struct lexer *l, bool inlined)
{
    if (l->blocks < BLOCKS_MAX)
        l->inlined[l->blocks++] = inlined;
    if (!inlined)
        op(l, SW_OP_LBRACE);
}

static void open_block(struct lexer *l)
{
    push_block(l, false);
}

/* Ifs on one line end with it. */
static void drop_inlined(struct lexer *l)
{
    while (l->blocks > 0 && l->inlined[l->blocks - 1])
        l->blocks--;
}

/* Closes the innermost block; `end_if`: a one-line If, if that is the innermost. */
static void close_block(struct lexer *l, bool end_if)
{
    if (!end_if)
        drop_inlined(l);
    if (l->blocks == 0)
        return;
    if (!l->inlined[--l->blocks])
        op(l, SW_OP_RBRACE);
}

static bool is_word(char c)
{
    return sw_php_continues(c);
}

static void skip_blanks(struct lexer *l)
{
    for (; l->at < l->end; l->at++) {
        char c = l->text[l->at];
        if (c == '_' && (l->at + 1 == l->end || l->text[l->at + 1] == '\n' || l->text[l->at + 1] == '\r') &&
            (l->at == 0 || !is_word(l->text[l->at - 1]))) {
            /* A line that goes on in the next. */
            while (l->at + 1 < l->end && l->text[l->at] != '\n')
                l->at++;
        } else if ((unsigned char)c == 0xc2 && sw_lex_blank(sw_strn(l->text + l->at, l->end - l->at)) > 0) {
            l->at++;
        } else if (c != ' ' && c != '\t' && c != '\r' && c != '\0' && c != '\v' && c != '\f') {
            break;
        }
    }
}

/* The word at `at`, without taking it. */
static struct sw_str word_at(const struct lexer *l, size_t at)
{
    size_t from = at;
    while (at < l->end && is_word(l->text[at]))
        at++;
    return sw_strn(l->text + from, at - from);
}

/* Takes the next word if it is this one. */
static bool take(struct lexer *l, const char *want)
{
    size_t before = l->at;
    skip_blanks(l);
    struct sw_str have = word_at(l, l->at);
    if (sw_str_ieq(have, sw_str(want))) {
        l->at += have.len;
        return true;
    }
    l->at = before;
    return false;
}

/* Ends the statement: what was opened for it is closed. */
static void end_statement(struct lexer *l)
{
    for (; l->parens > 0; l->parens--)
        op(l, SW_OP_RPAREN);
    if (l->call)
        op(l, SW_OP_RPAREN);
    if (l->condition)
        op(l, SW_OP_RPAREN);
    op(l, SW_OP_SEMI);
    l->call = l->condition = false;
    l->begins = true;
    l->path = false;
}

static void skip_line(struct lexer *l)
{
    const char *end = memchr(l->text + l->at, '\n', l->end - l->at);
    l->at = end != NULL ? (size_t)(end - l->text) : l->end;
}

/* To the end of the statement: of the line, or a colon that stands in no quotes. */
static void skip_statement(struct lexer *l)
{
    bool quoted = false;
    for (; l->at < l->end && l->text[l->at] != '\n'; l->at++) {
        quoted ^= l->text[l->at] == '"';
        if (!quoted && (l->text[l->at] == ':' || l->text[l->at] == '\''))
            break;
    }
}

/* Whether nothing more stands on the line. */
static bool at_line_end(struct lexer *l)
{
    skip_blanks(l);
    return l->at >= l->end || l->text[l->at] == '\n' || l->text[l->at] == '\'';
}

/* --- tokens --------------------------------------------------------------------------------------------- */

static void lex_string(struct lexer *l)
{
    size_t from = ++l->at;
    while (l->at < l->end && l->text[l->at] != '\n') {
        if (l->text[l->at] == '"') {
            if (l->at + 1 >= l->end || l->text[l->at + 1] != '"')
                break;
            l->at++;
        }
        l->at++;
    }
    l->at = l->at < l->end ? l->at : l->end;
    emit(l, SW_TOK_TEXT, SW_QUOTE_TWICE, from, l->at - from);
    if (l->at < l->end && l->text[l->at] == '"')
        l->at++;
}

/* Decimal, and &H41, &O101 as the number that the common form knows (0x41, 0101 differ in spelling only). */
static void lex_number(struct lexer *l)
{
    size_t from = l->at;
    if (l->text[l->at] == '&')
        l->at += 2;
    while (l->at < l->end && (sw_hex_digit(l->text[l->at]) >= 0 || (l->text[l->at] == '.' && l->text[from] != '&')))
        l->at++;
    emit(l, SW_TOK_NUMBER, 0, from, l->at - from);
    if (l->at < l->end && (l->text[l->at] == '&' || l->text[l->at] == '#' || l->text[l->at] == '%') &&
        l->text[from] == '&')
        l->at++;
}

struct sign {
    const char *text;
    enum sw_op op;
};

static const struct sign signs[] = {
    {"<>", SW_OP_COMPARE}, {"<=", SW_OP_COMPARE},        {">=", SW_OP_COMPARE},  {"&=", SW_OP_ASSIGN_CONCAT},
    {"+=", SW_OP_ASSIGN_OTHER}, {"-=", SW_OP_ASSIGN_OTHER}, {"(", SW_OP_LPAREN},  {")", SW_OP_RPAREN},
    {"{", SW_OP_LBRACKET}, {"}", SW_OP_RBRACKET},        {"[", SW_OP_LBRACKET},  {"]", SW_OP_RBRACKET},
    {",", SW_OP_COMMA},    {".", SW_OP_MEMBER},          {"!", SW_OP_MEMBER},    {"&", SW_OP_CONCAT},
    {"+", SW_OP_ADD},      {"-", SW_OP_SUB},             {"*", SW_OP_MUL},       {"/", SW_OP_DIV},
    {"\\", SW_OP_DIV},     {"^", SW_OP_MUL},             {"<", SW_OP_COMPARE},   {">", SW_OP_COMPARE},
};

/* Whether what follows a name begins an argument: a call without brackets. */
static bool begins_argument(const struct lexer *l)
{
    char c = l->at < l->end ? l->text[l->at] : '\n';
    return c == '"' || is_word(c) || (c == '-' && l->at + 1 < l->end && l->text[l->at + 1] != '=');
}

static void open_call(struct lexer *l)
{
    op(l, SW_OP_LPAREN);
    l->call = true;
    l->path = false;
}

static void lex_equals(struct lexer *l)
{
    emit(l, SW_TOK_OP, l->path && l->parens == 0 ? SW_OP_ASSIGN : SW_OP_COMPARE, l->at, 1);
    l->at++;
    l->path = false;
}

static void lex_sign(struct lexer *l)
{
    if (l->text[l->at] == '=') {
        lex_equals(l);
        return;
    }
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        size_t n = strlen(signs[i].text);
        if (l->end - l->at < n || memcmp(l->text + l->at, signs[i].text, n) != 0)
            continue;
        if (signs[i].op == SW_OP_LPAREN)
            l->parens++;
        else if (signs[i].op == SW_OP_RPAREN && l->parens > 0)
            l->parens--;
        else if (signs[i].op == SW_OP_RPAREN) {
            l->at++;
            return;
        }
        if (l->parens == 0 && signs[i].op != SW_OP_MEMBER && signs[i].op != SW_OP_RPAREN)
            l->path = l->path && (signs[i].op == SW_OP_ASSIGN_CONCAT || signs[i].op == SW_OP_ASSIGN_OTHER);
        emit(l, SW_TOK_OP, signs[i].op, l->at, n);
        l->at += n;
        return;
    }
    l->at++;
}

/* --- words that make statements ------------------------------------------------------------------------- */

/* If, ElseIf, While, Do While, Select Case: a condition in brackets. */
static void begin_condition(struct lexer *l)
{
    word(l, SW_WORD_IF);
    op(l, SW_OP_LPAREN);
    l->condition = true;
    l->begins = l->path = false;
}

/* Then: a block, when nothing follows on the line, else a statement. */
static void lex_then(struct lexer *l)
{
    for (; l->parens > 0; l->parens--)
        op(l, SW_OP_RPAREN);
    if (l->condition)
        op(l, SW_OP_RPAREN);
    l->condition = false;
    push_block(l, !at_line_end(l));
    l->begins = true;
}

/* A condition that a line's end ends: While x. */
static void lex_loop(struct lexer *l)
{
    begin_condition(l);
    l->condition = true;
}

/* Function, Sub, Property: `function name (params) {`. */
static void lex_function(struct lexer *l)
{
    (void)(take(l, "get") || take(l, "let") || take(l, "set"));
    skip_blanks(l);
    struct sw_str name = word_at(l, l->at);
    word(l, SW_WORD_FUNCTION);
    emit(l, SW_TOK_NAME, 0, l->at, name.len);
    l->at += name.len;
    skip_blanks(l);
    op(l, SW_OP_LPAREN);
    if (l->at < l->end && l->text[l->at] == '(') {
        for (l->at++; l->at < l->end && l->text[l->at] != ')' && l->text[l->at] != '\n';) {
            skip_blanks(l);
            struct sw_str part = word_at(l, l->at);
            bool noise = sw_str_ieq(part, SW_STR("byval")) || sw_str_ieq(part, SW_STR("byref")) ||
                         sw_str_ieq(part, SW_STR("optional"));
            if (sw_str_ieq(part, SW_STR("as"))) { /* the type */
                while (l->at < l->end && l->text[l->at] != ',' && l->text[l->at] != ')' && l->text[l->at] != '\n')
                    l->at++;
            } else if (part.len > 0) {
                if (!noise)
                    emit(l, SW_TOK_NAME, 0, l->at, part.len);
                l->at += part.len;
            } else {
                if (l->at < l->end && l->text[l->at] == ',')
                    op(l, SW_OP_COMMA);
                l->at += l->at < l->end && l->text[l->at] != ')' && l->text[l->at] != '\n';
            }
        }
    }
    op(l, SW_OP_RPAREN);
    skip_statement(l);
    open_block(l);
    l->begins = true;
}

/* For i = a To b, For Each x In y: the variable is set, a block follows. */
static void lex_for(struct lexer *l)
{
    bool each = take(l, "each");
    skip_blanks(l);
    struct sw_str name = word_at(l, l->at);
    emit(l, SW_TOK_NAME, 0, l->at, name.len);
    l->at += name.len;
    if (each) {
        while (l->at < l->end && l->text[l->at] != '\n' && !take(l, "in"))
            l->at++;
        op(l, SW_OP_ASSIGN);
    } else {
        l->path = true;
    }
    l->begins = false;
    l->path = !each;
}

/* Statements that end blocks: End X, Next, Loop, Wend. */
static void lex_end(struct lexer *l)
{
    static const char *const blocks[] = {"if",    "function", "sub",   "property", "select", "class",    "with",
                                         "while", "try",      "using", "synclock", "module", "namespace", "structure"};
    for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++) {
        if (take(l, blocks[i])) {
            close_block(l, i == 0);
            return;
        }
    }
}

/* Else, at the end of a line or with a statement behind it. */
static void lex_else(struct lexer *l)
{
    if (take(l, "if")) {
        close_block(l, true);
        begin_condition(l);
        return;
    }
    bool block = at_line_end(l) && !(l->blocks > 0 && l->inlined[l->blocks - 1]);
    if (block)
        close_block(l, true);
    else
        op(l, SW_OP_SEMI);
    word(l, SW_WORD_ELSE);
    if (block)
        open_block(l);
    l->begins = true;
}

/* Next, Loop, Loop While ..., Wend. */
static void lex_next(struct lexer *l)
{
    close_block(l, false);
    if (take(l, "while") || take(l, "until"))
        lex_loop(l);
    else
        skip_statement(l);
}

static void lex_do(struct lexer *l)
{
    if (take(l, "while") || take(l, "until")) {
        lex_loop(l);
        return;
    }
    word(l, SW_WORD_ELSE);
    open_block(l);
}

static void lex_class(struct lexer *l)
{
    word(l, SW_WORD_CLASS);
    skip_statement(l);
    open_block(l);
    l->begins = true;
}

static void lex_with(struct lexer *l)
{
    if (l->rc == 0)
        l->rc = sw_lex_known_name(l->unit, "__with", l->at);
    op(l, SW_OP_ASSIGN);
}

/* What says nothing to the flow, up to the end of the line or statement. */
static void lex_skipped(struct lexer *l, struct sw_str name)
{
    if (sw_str_ieq(name, SW_STR("rem")))
        skip_line(l);
    else if (!sw_str_ieq(name, SW_STR("on")) || !take(l, "error") || !take(l, "resume") || !take(l, "next"))
        skip_statement(l);
    l->begins = true;
}

/* Words that begin a statement in a way of their own. True when it was one. */
static bool lex_statement(struct lexer *l, struct sw_str name)
{
    enum kind { IF, ELSEIF, ELSE, END, FUNCTION, FOR, NEXT, WHILE, DO, SELECT, CASE, CLASS, WITH, SKIP, NOISE, RETURN };
    static const struct {
        const char *name;
        enum kind kind;
    } words[] = {
        {"if", IF},         {"elseif", ELSEIF},   {"else", ELSE},      {"end", END},          {"function", FUNCTION},
        {"sub", FUNCTION},  {"property", FUNCTION}, {"for", FOR},      {"next", NEXT},        {"loop", NEXT},
        {"wend", NEXT},     {"while", WHILE},     {"do", DO},          {"select", SELECT},    {"case", CASE},
        {"class", CLASS},   {"module", CLASS},    {"with", WITH},      {"using", WHILE},      {"try", DO},
        {"on", SKIP},       {"rem", SKIP},        {"option", SKIP},    {"imports", SKIP},     {"exit", SKIP},
        {"goto", SKIP},     {"inherits", SKIP},   {"dim", NOISE},      {"set", NOISE},        {"call", NOISE},
        {"let", NOISE},     {"const", NOISE},     {"public", NOISE},   {"private", NOISE},    {"protected", NOISE},
        {"redim", NOISE},   {"preserve", NOISE},  {"shared", NOISE},   {"default", NOISE},    {"friend", NOISE},
        {"overrides", NOISE}, {"return", RETURN}, {"catch", SKIP},     {"finally", SKIP},     {"overloads", NOISE},
    };
    size_t i = 0;
    while (i < sizeof words / sizeof words[0] && !sw_str_ieq(name, sw_str(words[i].name)))
        i++;
    if (i == sizeof words / sizeof words[0])
        return false;
    l->at += name.len;
    l->begins = false;
    switch (words[i].kind) {
    case ELSEIF:
        close_block(l, true);
        begin_condition(l);
        break;
    case IF:
        begin_condition(l);
        break;
    case ELSE:
        lex_else(l);
        break;
    case END:
        lex_end(l);
        l->begins = true;
        break;
    case FUNCTION:
        lex_function(l);
        break;
    case FOR:
        lex_for(l);
        break;
    case NEXT:
        lex_next(l);
        break;
    case WHILE:
        lex_loop(l);
        break;
    case DO:
        lex_do(l);
        break;
    case SELECT:
        (void)take(l, "case");
        lex_loop(l);
        break;
    case CASE:
        word(l, SW_WORD_CASE);
        break;
    case CLASS:
        lex_class(l);
        break;
    case WITH:
        lex_with(l);
        break;
    case RETURN:
        word(l, SW_WORD_RETURN);
        break;
    case SKIP:
        lex_skipped(l, name);
        break;
    case NOISE:
        l->begins = true;
        break;
    }
    return true;
}

/* Whether the line that ends opens a block: its first word was For, While, Do While, Select or With. */
static bool opens_block(const struct lexer *l, size_t line)
{
    static const char *const words[] = {"for", "while", "select", "with", "using"};
    struct lexer look = *l;
    look.at = line;
    skip_blanks(&look);
    struct sw_str first = word_at(&look, look.at);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (sw_str_ieq(first, sw_str(words[i])))
            return true;
    if (!sw_str_ieq(first, SW_STR("do")))
        return false;
    look.at += first.len;
    return take(&look, "while") || take(&look, "until");
}

/* Operators that are words. True when it was one. */
static bool lex_operator(struct lexer *l, struct sw_str name)
{
    static const struct {
        const char *name;
        enum sw_op op;
        enum sw_word word;
    } words[] = {
        {"and", SW_OP_AND, 0},     {"or", SW_OP_OR, 0},         {"andalso", SW_OP_AND, 0}, {"orelse", SW_OP_OR, 0},
        {"not", SW_OP_NOT, 0},     {"mod", SW_OP_MOD, 0},       {"xor", SW_OP_XOR, 0},     {"is", SW_OP_COMPARE, 0},
        {"isnot", SW_OP_COMPARE, 0}, {"like", SW_OP_COMPARE, 0}, {"new", 0, SW_WORD_NEW},  {"nothing", 0, SW_WORD_NULL},
        {"null", 0, SW_WORD_NULL}, {"empty", 0, SW_WORD_NULL},  {"true", 0, SW_WORD_TRUE}, {"false", 0, SW_WORD_FALSE},
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (!sw_str_ieq(name, sw_str(words[i].name)))
            continue;
        if (words[i].op != 0)
            emit(l, SW_TOK_OP, words[i].op, l->at, name.len);
        else
            emit(l, SW_TOK_WORD, words[i].word, l->at, name.len);
        l->at += name.len;
        l->begins = false;
        l->path &= l->parens > 0;
        return true;
    }
    return false;
}

static void lex_name(struct lexer *l)
{
    struct sw_str name = word_at(l, l->at);
    bool member = l->unit->count > 0 && sw_tok_is(&l->unit->tokens[l->unit->count - 1], SW_OP_MEMBER);
    if (l->begins && !member && lex_statement(l, name))
        return;
    if (!member && sw_str_ieq(name, SW_STR("then"))) {
        l->at += name.len;
        lex_then(l);
        return;
    }
    if (!member && sw_str_ieq(name, SW_STR("else")) && !l->begins) { /* of a one-line If */
        l->at += name.len;
        end_statement(l);
        word(l, SW_WORD_ELSE);
        return;
    }
    if (!member && lex_operator(l, name))
        return;
    /* `to`, `step` and types end what is of interest of their statement. */
    if (!member && (sw_str_ieq(name, SW_STR("to")) || sw_str_ieq(name, SW_STR("step")) || sw_str_ieq(name, SW_STR("until")))) {
        op(l, SW_OP_SEMI);
        l->at += name.len;
        l->path = false;
        return;
    }
    if (!member && sw_str_ieq(name, SW_STR("as")) && !l->begins) { /* Dim x As [New] Type */
        l->at += name.len;
        if (take(l, "new")) {
            op(l, SW_OP_ASSIGN);
            word(l, SW_WORD_NEW);
            return;
        }
        skip_blanks(l);
        while (l->at < l->end && (is_word(l->text[l->at]) || l->text[l->at] == '.'))
            l->at++;
        return;
    }
    if (l->rc == 0)
        l->rc = sw_unit_add_name(l->unit, l->at, name.len, member);
    const struct sw_tok *last = l->unit->count > 0 ? &l->unit->tokens[l->unit->count - 1] : NULL;
    bool plain = last != NULL && last->kind == SW_TOK_NAME;
    if (l->begins && plain)
        l->path = true;
    l->begins = false;
    l->at += name.len;
    size_t behind = l->at;
    skip_blanks(l);
    if (plain && l->path && l->parens == 0 && !l->call && begins_argument(l) &&
        (l->at > behind || l->text[l->at] == '"')) {
        struct sw_str next = word_at(l, l->at);
        if (!sw_str_ieq(next, SW_STR("then")) && !sw_str_ieq(next, SW_STR("as")) && !sw_str_ieq(next, SW_STR("else")) &&
            !sw_str_ieq(next, SW_STR("and")) && !sw_str_ieq(next, SW_STR("or")) && !sw_str_ieq(next, SW_STR("in")) &&
            !sw_str_ieq(next, SW_STR("to")))
            open_call(l);
    }
}

int sw_lex_vb_part(struct sw_unit *unit, size_t from, size_t to)
{
    struct lexer l = {.unit = unit, .text = unit->text.ptr, .at = from, .end = to, .begins = true};
    size_t line = from;
    while (l.rc == 0) {
        skip_blanks(&l);
        bool over = l.at >= l.end;
        char c = over ? '\n' : l.text[l.at];
        if (c == '\'') {
            skip_line(&l);
        } else if (c == '\n' || c == ':') {
            bool block = opens_block(&l, line);
            end_statement(&l);
            if (block)
                open_block(&l);
            if (c == '\n')
                drop_inlined(&l);
            if (over)
                break;
            line = ++l.at;
        } else if (c == '"') {
            l.path &= l.parens > 0;
            lex_string(&l);
        } else if (sw_is_digit(c) || (c == '&' && l.at + 2 < l.end && (l.text[l.at + 1] | 32) == 'h' &&
                                      sw_hex_digit(l.text[l.at + 2]) >= 0)) {
            lex_number(&l);
        } else if (is_word(c)) {
            lex_name(&l);
        } else if (c == '.' && l.begins) { /* of With */
            if (l.rc == 0)
                l.rc = sw_lex_known_name(unit, "__with", l.at);
            l.begins = false;
            l.path = true;
            lex_sign(&l);
        } else {
            lex_sign(&l);
        }
    }
    return l.rc;
}
