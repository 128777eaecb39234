/* sql.c - the tokeniser. Words of the language: ISO 9075 and the manuals of MySQL, PostgreSQL, SQL Server, Oracle, SQLite. */
#include "web/sql.h"

#include "web/web_priv.h"

static const char *const operators[] = {
    "between", "collate", "div", "glob", "ilike", "in", "is", "isnull", "like", "match", "mod", "notnull", "overlaps",
    "regexp", "rlike", "similar", "sounds"};
static const char *const logic[] = {"and", "not", "or", "xor"};
static const char *const unions[] = {"except", "intersect", "union"};
static const char *const statements[] = {
    "alter", "analyze", "attach", "begin", "call", "create", "declare", "delete", "deny", "describe", "do", "drop",
    "exec", "execute", "explain", "grant", "handler", "insert", "kill", "load", "lock", "merge", "pragma", "prepare",
    "print", "rename", "replace", "revoke", "select", "set", "show", "shutdown", "truncate", "update", "use",
    "vacuum", "waitfor"};
static const char *const keywords[] = {
    "all", "any", "as", "asc", "by", "case", "cast", "column", "convert", "cross", "database", "delay", "desc",
    "distinct", "else", "end", "exists", "fetch", "from", "full", "group", "having", "immediate", "index", "inner",
    "into", "join", "left", "limit", "natural", "null", "offset", "on", "order", "outer", "outfile", "procedure",
    "right", "rows", "schema", "some", "table", "then", "top", "user", "using", "values", "view", "when", "where"};

bool sw_web_in_list(const char *const *list, size_t count, struct sw_str word)
{
    size_t low = 0;
    size_t high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = sw_str_cmp(word, sw_str(list[middle]));
        if (order == 0)
            return true;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return false;
}

static char kind_of_word(struct sw_str word)
{
    if (SW_WEB_IN(logic, word))
        return SW_SQL_LOGIC;
    if (SW_WEB_IN(operators, word))
        return SW_SQL_OPERATOR;
    if (SW_WEB_IN(unions, word))
        return SW_SQL_UNION;
    if (SW_WEB_IN(statements, word))
        return SW_SQL_STATEMENT;
    return SW_WEB_IN(keywords, word) ? SW_SQL_KEYWORD : SW_SQL_NAME;
}

struct reader {
    struct sw_str text;
    size_t at;
    struct sw_sql *sql;
};

static void add(struct reader *r, char kind, size_t from, bool open)
{
    struct sw_sql *sql = r->sql;
    if (sql->count == SW_SQL_TOKENS)
        return;
    sql->shape[sql->count] = kind;
    sql->tokens[sql->count++] = (struct sw_sql_token){kind, open, sw_str_slice(r->text, from, r->at)};
}

/* A string up to its quote; two quotes or a backslash before one keep it open. `at` is behind the opening quote. */
static void read_string(struct reader *r, char quote, size_t from)
{
    while (r->at < r->text.len) {
        char c = r->text.ptr[r->at++];
        if (c == '\\' && r->at < r->text.len && quote != '`')
            r->at++;
        else if (c == quote) {
            if (r->at == r->text.len || r->text.ptr[r->at] != quote || from == 0) {
                add(r, SW_SQL_STRING, from, false);
                return;
            }
            r->at++;
        }
    }
    add(r, SW_SQL_STRING, from, true);
}

static void read_line_comment(struct reader *r, size_t from)
{
    size_t end = sw_str_chr(sw_str_from(r->text, r->at), '\n');
    r->at = end == SW_NPOS ? r->text.len : r->at + end + 1;
    add(r, SW_SQL_COMMENT, from, end == SW_NPOS);
}

/* A comment in the middle; MySQL runs what stands in one that begins with "!". */
static void read_comment(struct reader *r, size_t from)
{
    r->at += 2;
    if (r->at < r->text.len && (r->text.ptr[r->at] == '!' || r->text.ptr[r->at] == '+')) {
        r->at++;
        if (r->at < r->text.len && r->text.ptr[r->at] == '!')
            r->at++;
        while (r->at < r->text.len && sw_is_digit(r->text.ptr[r->at]))
            r->at++;
        add(r, SW_SQL_COMMENT, from, false);
        return;
    }
    size_t end = sw_str_find(sw_str_from(r->text, r->at), SW_STR("*/"));
    r->at = end == SW_NPOS ? r->text.len : r->at + end + 2;
    add(r, SW_SQL_COMMENT, from, end == SW_NPOS);
}

static bool is_name_byte(char c)
{
    return sw_web_is_word(c) || (unsigned char)c >= 0x80;
}

static void read_word(struct reader *r)
{
    size_t from = r->at;
    while (r->at < r->text.len && r->text.ptr[r->at] == '@')
        r->at++;
    bool variable = r->at > from;
    while (r->at < r->text.len && is_name_byte(r->text.ptr[r->at]))
        r->at++;
    struct sw_str word = sw_str_slice(r->text, from, r->at);
    char kind = variable ? SW_SQL_NAME : kind_of_word(word);
    /* A name before a bracket is a call, with space and comments between as well; "in (", "values (" are not. */
    size_t next = sw_web_skip_space(r->text, r->at);
    while (sw_str_starts(sw_str_from(r->text, next), SW_STR("/*"))) {
        size_t end = sw_str_find(sw_str_from(r->text, next + 2), SW_STR("*/"));
        if (end == SW_NPOS)
            break;
        next = sw_web_skip_space(r->text, next + end + 4);
    }
    bool called = next < r->text.len && r->text.ptr[next] == '(';
    if (called &&
        (kind == SW_SQL_NAME || sw_str_is(word, "div") || sw_str_is(word, "mod") || sw_str_is(word, "replace") ||
         sw_str_is(word, "database") || sw_str_is(word, "user") || sw_str_is(word, "left") ||
         sw_str_is(word, "right") || sw_str_is(word, "convert") || sw_str_is(word, "cast")))
        kind = SW_SQL_CALL;
    add(r, kind, from, false);
}

/* Digits, 0x digits, 1.5e3; a number that goes on as a word is a word. */
static void read_number(struct reader *r)
{
    size_t from = r->at;
    struct sw_str rest = sw_str_from(r->text, from);
    bool hex = sw_str_starts(rest, SW_STR("0x"));
    r->at += hex ? 2 : 0;
    while (r->at < r->text.len) {
        char c = r->text.ptr[r->at];
        if (!(hex ? sw_hex_digit(c) >= 0 : sw_is_digit(c) || c == '.'))
            break;
        r->at++;
    }
    /* "1or", "1union": databases end the number there. */
    size_t word = r->at;
    while (word < r->text.len && is_name_byte(r->text.ptr[word]))
        word++;
    struct sw_str tail = sw_str_slice(r->text, r->at, word);
    if (tail.len > 0 && kind_of_word(tail) == SW_SQL_NAME) {
        r->at = word;
        add(r, SW_SQL_NAME, from, false);
        return;
    }
    add(r, SW_SQL_NUMBER, from, false);
}

static bool is_operator_byte(char c)
{
    return c != '\0' && strchr("=<>!+-*/%|&^~#@?", c) != NULL;
}

static void read_operator(struct reader *r)
{
    size_t from = r->at;
    while (r->at < r->text.len && r->at - from < 3 && is_operator_byte(r->text.ptr[r->at])) {
        struct sw_str rest = sw_str_from(r->text, r->at);
        if (r->at > from && (sw_str_starts(rest, SW_STR("--")) || sw_str_starts(rest, SW_STR("/*")) ||
                             rest.ptr[0] == '@' || rest.ptr[0] == '~' || rest.ptr[0] == '!') &&
            !(rest.ptr[0] == '@' && r->text.ptr[from] == '<'))
            break;
        r->at++;
    }
    struct sw_str text = sw_str_slice(r->text, from, r->at);
    bool after_string = r->sql->count > 0 && r->sql->shape[r->sql->count - 1] == SW_SQL_STRING;
    bool mark = sw_str_is(text, "?") && !after_string; /* an operator on JSON behind a string, else prose */
    add(r, sw_str_is(text, "&&") ? SW_SQL_LOGIC : mark ? SW_SQL_OTHER : SW_SQL_OPERATOR, from, false);
}

static char single(char c)
{
    return c == '[' || c == '{' ? SW_SQL_OPEN : c == ']' || c == '}' ? SW_SQL_CLOSE : c;
}

static void read_one(struct reader *r)
{
    struct sw_str rest = sw_str_from(r->text, r->at);
    char c = rest.ptr[0];
    size_t from = r->at;
    if (sw_is_digit(c) || (c == '.' && rest.len > 1 && sw_is_digit(rest.ptr[1]))) {
        read_number(r);
    } else if (is_name_byte(c) || (c == '@' && rest.len > 1 && (sw_is_alpha(rest.ptr[1]) || rest.ptr[1] == '@'))) {
        read_word(r);
    } else if (c == '\'' || c == '"' || c == '`') {
        r->at++;
        read_string(r, c, from + 1 > 0 ? from : 0);
    } else if ((sw_str_starts(rest, SW_STR("--")) && (rest.len == 2 || !sw_is_digit(rest.ptr[2]))) ||
               (c == '#' && (rest.len == 1 || rest.ptr[1] != '>'))) {
        read_line_comment(r, from);
    } else if (sw_str_starts(rest, SW_STR("/*"))) {
        read_comment(r, from);
    } else if (sw_str_starts(rest, SW_STR("*/"))) {
        r->at += 2;
        add(r, SW_SQL_COMMENT, from, false);
    } else if (sw_str_starts(rest, SW_STR("::"))) {
        r->at += 2;
        add(r, SW_SQL_CAST, from, false);
    } else if (is_operator_byte(c)) {
        read_operator(r);
    } else {
        r->at++;
        add(r, strchr("()[]{},;", c) != NULL && c != 0 ? single(c) : SW_SQL_OTHER, from, false);
    }
}

void sw_sql_read(struct sw_sql *sql, struct sw_str text, char quote)
{
    struct reader r = {.text = text, .sql = sql};
    sql->count = 0;
    if (quote != 0)
        read_string(&r, quote, 0);
    while (sql->count < SW_SQL_TOKENS) {
        r.at = sw_web_skip_space(text, r.at);
        if (r.at >= text.len)
            break;
        read_one(&r);
    }
    sql->shape[sql->count] = '\0';
}
