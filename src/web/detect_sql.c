/*
 * detect_sql.c - SQL injection: a text that reads as the continuation of a statement, bare or out of a string.
 *
 * The text is read three times at most: as it is, and as the end of a string in either quote. What counts is shape: a closed
 * string and then logic, a comparison, a comment or a new statement; a union; calls that only a database has a use for.
 * Prose has apostrophes, "and", "select" and "--" too: after a closed string it goes on with a word.
 */
#include "web/sql.h"
#include "web/web_priv.h"

/* Calls that make a database wait, read, compute on characters or tell about itself. */
static const char *const telling_calls[] = {
    "ascii", "benchmark", "bin", "cast", "ceil", "char", "char_length", "charindex", "chr", "coalesce", "concat",
    "concat_ws", "conv", "convert", "count", "current_user", "database", "div", "elt", "encode", "exp", "export_set",
    "extractvalue", "field", "find_in_set", "floor", "geometrycollection", "getdate", "glob", "greatest",
    "group_concat", "hex", "if", "ifnull", "iif", "insert", "instr", "isnull", "json_extract", "json_keys", "least",
    "left", "length", "lo_get", "lo_import", "load_file", "local_timestamp", "locate", "lower", "lpad", "ltrim",
    "make_set", "max", "md5", "mid", "min", "multipoint", "name_const", "now", "nullif", "ord", "overlay",
    "password", "pg_sleep", "position", "quote", "quotename", "rand", "randomblob", "repeat", "replace", "reverse",
    "right", "row", "row_count", "rpad", "rtrim", "schema", "session_user", "sha1", "sleep", "soundex", "space",
    "sqlite_version", "starts_with", "str", "strcmp", "stuff", "substr", "substring", "substring_index", "sum",
    "sysdate", "system_user", "to_char", "translate", "trim", "unhex", "unicode", "unistr", "updatexml", "upper",
    "user", "uuid", "version", "xmltype"};

struct sql_look {
    struct sw_web_look *look;
    const struct sw_web_text *text;
    struct sw_sql sql;
    bool quoted; /* the text was read as the end of a string */
};

static void report(struct sql_look *s, enum sw_web_confidence confidence, const char *what, unsigned token)
{
    size_t at = token < s->sql.count ? (size_t)(s->sql.tokens[token].text.ptr - s->text->low.ptr) : 0;
    sw_web_report(s->look, SW_WEB_CLASS_SQL, confidence, s->text, what, at, 60);
}

static bool is_value(char kind)
{
    return kind == SW_SQL_NUMBER || kind == SW_SQL_STRING || kind == SW_SQL_NAME || kind == SW_SQL_CALL ||
           kind == SW_SQL_CLOSE;
}

static bool word_is(const struct sql_look *s, unsigned token, const char *word)
{
    return token < s->sql.count && sw_str_is(s->sql.tokens[token].text, word);
}

static bool is_any(const struct sql_look *s, unsigned token, const char *kinds)
{
    return token < s->sql.count && strchr(kinds, s->sql.shape[token]) != NULL;
}

/* The next token that is no comment, from `token` on. */
static unsigned skip_comments(const struct sql_look *s, unsigned token)
{
    while (token < s->sql.count && s->sql.shape[token] == SW_SQL_COMMENT)
        token++;
    return token;
}

static bool tells(const struct sql_look *s, unsigned token)
{
    return is_any(s, token, "f") && SW_WEB_IN(telling_calls, s->sql.tokens[token].text);
}

/* --- a string that was closed ------------------------------------------------------------------------------- */

/* What follows the first token, the end of a string. */
static void after_string(struct sql_look *s)
{
    unsigned next = 1;
    if (s->sql.count < 2 || s->sql.tokens[0].open)
        return;
    while (is_any(s, next, ")"))
        next++;
    if (is_any(s, next, "c") && !(s->sql.tokens[next].text.ptr[0] == '#' && s->sql.tokens[next].text.len > 12)) {
        report(s, SW_WEB_ATTEMPT, "a string closed before a comment", next);
        return;
    }
    unsigned after = skip_comments(s, next);
    if (is_any(s, after, "s") && is_any(s, after + 1, "n") && after + 2 >= s->sql.count)
        report(s, SW_WEB_HINT, "strings and a number", after);
    if (is_any(s, after, ";") && (after + 1 >= s->sql.count || is_any(s, after + 1, "tc;k")))
        report(s, SW_WEB_ATTEMPT, "a string closed before the end of the statement", after);
    if (is_any(s, after, "l") && (is_any(s, after + 1, "nsf(@lt") || is_any(s, after + 2, "ofk:(c")))
        report(s, SW_WEB_ATTEMPT, "a string closed before logic", after);
    if (is_any(s, after, "u"))
        report(s, SW_WEB_ATTEMPT, "a string closed before a union", after);
    if (is_any(s, after, ":"))
        report(s, SW_WEB_ATTEMPT, "a string closed before a cast", after);
    if (is_any(s, after, "o") &&
        (is_any(s, after + 1, "snf(t") || (is_any(s, after + 1, "v") && is_any(s, after + 2, "o;c)"))) &&
        !word_is(s, after, "&") && !word_is(s, after, "is") && !word_is(s, after, "in"))
        report(s,
               s->sql.tokens[after].text.ptr[0] == '-' || s->sql.tokens[after].text.ptr[0] == '/' ? SW_WEB_HINT
                                                                                                  : SW_WEB_ATTEMPT,
               "a string closed before an operator", after);
    if (is_any(s, after, "k") &&
        (word_is(s, after, "having") || word_is(s, after, "order") || word_is(s, after, "group") ||
         word_is(s, after, "limit") || word_is(s, after, "where") || word_is(s, after, "into")) &&
        is_any(s, after + 1, "nkvs"))
        report(s, SW_WEB_ATTEMPT, "a string closed before a clause", after);
    if (is_any(s, after, "t") && (is_any(s, after + 1, "kfn(") || word_is(s, after + 1, "delay")))
        report(s, SW_WEB_ATTEMPT, "a string closed before a statement", after);
    if (is_any(s, after, ",") && is_any(s, after + 1, "(f") && tells(s, after + 1))
        report(s, SW_WEB_ATTEMPT, "a string closed before a call", after);
}

/* --- shapes anywhere ---------------------------------------------------------------------------------------- */

/* logic, value, comparison, value: "or 1=1", "and length(x)>3". */
static void logic_at(struct sql_look *s, unsigned at)
{
    unsigned first = skip_comments(s, at + 1);
    while (is_any(s, first, "l(o") && first < at + 6)
        first++;
    if (first >= s->sql.count || !is_value(s->sql.shape[first]))
        return;
    bool led = at > 0 && (is_value(s->sql.shape[at - 1]) || s->sql.shape[at - 1] == SW_SQL_COMMENT);
    unsigned next = first + 1;
    if (tells(s, first)) {
        report(s, led || s->quoted ? SW_WEB_ATTEMPT : SW_WEB_HINT, "logic with a call", at);
        return;
    }
    next = skip_comments(s, next);
    if (at == 0 && !s->quoted && s->sql.shape[first] == SW_SQL_NUMBER && word_is(s, at, "xor"))
        report(s, is_any(s, next, "o") ? SW_WEB_ATTEMPT : SW_WEB_HINT, "logic with a number", at);
    if (at == 0 && !s->quoted && s->sql.shape[first] == SW_SQL_NUMBER && s->sql.count == first + 1)
        report(s, SW_WEB_HINT, "logic with a number", at);
    bool exact = s->sql.shape[first] == SW_SQL_NUMBER || s->sql.shape[first] == SW_SQL_STRING ||
                 word_is(s, first, "true") || word_is(s, first, "false") || word_is(s, first, "null");
    if (!is_any(s, next, "o")) {
        bool last = next >= s->sql.count || is_any(s, next, "c;)");
        if (exact && at > 0 && s->sql.shape[at - 1] == SW_SQL_NUMBER && last)
            report(s, SW_WEB_ATTEMPT, "logic between numbers", at);
        return;
    }
    char sign = s->sql.tokens[next].text.ptr[0];
    bool compares = sign == '=' || sign == '<' || sign == '>' || sign == '!' || sw_is_alpha(sign) || sign == '~';
    bool ended = next + 1 >= s->sql.count;
    bool second = is_any(s, next + 1, "nsf(") || word_is(s, next + 1, "null") || (ended && compares);
    if (compares && exact && (second || is_any(s, next + 1, "vo")))
        report(s, SW_WEB_ATTEMPT, "logic with a comparison", at);
    else if (compares && second && (led || s->quoted))
        report(s, s->sql.shape[first] == SW_SQL_NAME && !s->quoted ? SW_WEB_HINT : SW_WEB_ATTEMPT,
               "logic with a comparison", at);
}

static void union_at(struct sql_look *s, unsigned at)
{
    unsigned next = skip_comments(s, at + 1);
    while (is_any(s, next, "k(c") && !word_is(s, next, "values") && next < at + 6)
        next++;
    if (word_is(s, next, "select") || word_is(s, next, "values"))
        report(s, SW_WEB_ATTEMPT, "a union of selects", at);
    else if (word_is(s, at + 1, "all") && (at > 0 || word_is(s, at + 2, "from")))
        report(s, at > 0 && is_any(s, at - 1, "n)") ? SW_WEB_ATTEMPT : SW_WEB_HINT, "a union", at);
}

/* select ... from, with something between that prose hasn't. */
static void select_at(struct sql_look *s, unsigned at)
{
    unsigned next = skip_comments(s, at + 1);
    bool odd = next > at + 1;
    for (unsigned i = next; i < s->sql.count && i < next + 40; i++) {
        if (word_is(s, i, "from") && i > next)
            report(s, odd || is_any(s, i + 1, "(`s") ? SW_WEB_ATTEMPT : SW_WEB_HINT, "a select", at);
        odd |= strchr("fn(,so:c", s->sql.shape[i]) != NULL || s->sql.tokens[i].text.ptr[0] == '@';
    }
    if (tells(s, next) || (is_any(s, next, "v") && s->sql.tokens[next].text.ptr[0] == '@') ||
        (is_any(s, next, "n") && is_any(s, next + 1, ",")) || (is_any(s, next, "f") && s->quoted))
        report(s, SW_WEB_ATTEMPT, "a select of a call", at);
    unsigned inner = skip_comments(s, next + 1);
    if (is_any(s, next, "(") && tells(s, inner))
        report(s, SW_WEB_ATTEMPT, "a select of a call", at);
    if (is_any(s, at + 1, "(") && at > 0 && is_any(s, at - 1, "(oc"))
        report(s, SW_WEB_ATTEMPT, "a select in brackets", at);
}

/* Statements with the word that belongs to them. */
static void statement_at(struct sql_look *s, unsigned at)
{
    static const struct {
        const char *first, *second;
    } pairs[] = {
        {"insert", "into"},     {"delete", "from"},
        {"drop", "table"},      {"drop", "database"},
        {"drop", "view"},       {"drop", "column"},
        {"drop", "user"},       {"create", "table"},
        {"create", "database"}, {"create", "procedure"},
        {"create", "user"},    {"create", "function"}, {"create", "trigger"},     {"alter", "table"},
        {"alter", "database"},  {"alter", "user"},
        {"truncate", "table"},  {"execute", "immediate"},
        {"waitfor", "delay"},   {"waitfor", "time"},
        {"load", "data"},       {"exec", "master"},
        {"declare", "@"},       {"exec", "("},
        {"exec", "@"},          {"exec", "sp_"},
        {"exec", "xp_"},        {"set", "@"},
    };
    bool stacked = at > 0 && s->sql.shape[at - 1] == SW_SQL_END;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (word_is(s, at, pairs[i].first) && at + 1 < s->sql.count &&
            sw_str_starts(
                s->sql.tokens[skip_comments(s, at + 1) < s->sql.count ? skip_comments(s, at + 1) : at + 1].text,
                sw_str(pairs[i].second)))
            report(s, stacked || s->quoted || is_any(s, at + 2, "v(snkf") ? SW_WEB_ATTEMPT : SW_WEB_HINT, "a statement",
                   at);
    if (word_is(s, at, "drop") && is_any(s, at + 1, "v") && is_any(s, at + 2, ";") && is_any(s, at + 3, "c"))
        report(s, SW_WEB_ATTEMPT, "a statement", at);
    if (stacked && is_any(s, skip_comments(s, at + 1), "kvn(sft") && !word_is(s, at, "set") && !word_is(s, at, "use") &&
        !word_is(s, at, "do") && !word_is(s, at, "show") && !word_is(s, at, "print") && !word_is(s, at, "kill") &&
        !word_is(s, at, "begin") && !word_is(s, at, "exec") && !word_is(s, at, "load") && !word_is(s, at, "lock") &&
        !word_is(s, at, "call"))
        report(s, SW_WEB_ATTEMPT, "a stacked statement", at);
    if (word_is(s, at, "select"))
        select_at(s, at);
}

static void clause_at(struct sql_look *s, unsigned at)
{
    bool by = word_is(s, at + 1, "by");
    if (word_is(s, at, "order") && by &&
        ((is_any(s, at + 2, "n") && (at + 3 >= s->sql.count || is_any(s, at + 3, "c;,"))) || tells(s, at + 2)))
        report(s, SW_WEB_ATTEMPT, "order by", at);
    if (word_is(s, at, "having") && is_any(s, at + 1, "nsf") && is_any(s, at + 2, "o("))
        report(s, SW_WEB_ATTEMPT, "having", at);
    if ((word_is(s, at, "into")) && (word_is(s, at + 1, "outfile") || word_is(s, at + 1, "dumpfile")))
        report(s, SW_WEB_ATTEMPT, "into a file", at);
    if (word_is(s, at, "case") && (word_is(s, at + 1, "when") || word_is(s, at + 2, "when")))
        report(s, SW_WEB_ATTEMPT, "case when", at);
    if (word_is(s, at, "limit") && is_any(s, at + 1, "n") && (is_any(s, at + 2, "c,k")))
        report(s, at > 1 || is_any(s, at + 2, "c") ? SW_WEB_ATTEMPT : SW_WEB_HINT, "limit", at);
    if (word_is(s, at, "procedure") && word_is(s, at + 1, "analyse"))
        report(s, SW_WEB_ATTEMPT, "procedure analyse", at);
}

/* if(1=1 ..., "x) like (", sleep(5): calls as such. */
static void call_at(struct sql_look *s, unsigned at)
{
    bool inner = is_any(s, at + 2, "nsf") && is_any(s, at + 3, "o");
    if ((word_is(s, at, "if") || word_is(s, at, "iif")) && (inner || (is_any(s, at + 2, "f"))))
        report(s, SW_WEB_ATTEMPT, "if with a comparison", at);
    else if (tells(s, at) && (s->quoted || (at > 0 && is_any(s, at - 1, "ol(,;") && at > 1)))
        report(s, s->quoted || at > 2 ? SW_WEB_ATTEMPT : SW_WEB_HINT, "a call of the database", at);
    else if (tells(s, at) && at == 0 && is_any(s, 2, "nsf)v"))
        report(s, SW_WEB_HINT, "a call of the database", at);
}

/* A string with an object or array in it. */
static bool holds_brace(const struct sql_look *s, unsigned token)
{
    struct sw_str text = s->sql.tokens[token].text;
    return s->sql.shape[token] == SW_SQL_STRING &&
           (sw_str_chr(text, '{') != SW_NPOS || sw_str_chr(text, '[') != SW_NPOS);
}

/* JSON operators of PostgreSQL between strings, casts, brackets around like. */
static void operator_at(struct sql_look *s, unsigned at)
{
    struct sw_str sign = s->sql.tokens[at].text;
    bool word = sw_is_alpha(sign.ptr[0]);
    if (at > 0 && is_any(s, at - 1, ")") && word && is_any(s, at + 1, "("))
        report(s, SW_WEB_ATTEMPT, "an operator between brackets", at);
    bool json = sign.ptr[0] == '@' || sign.ptr[0] == '<' || sign.ptr[0] == '>' || sign.ptr[0] == '#' ||
                sign.ptr[0] == '?' || (sign.len > 1 && sign.ptr[0] == '-');
    if (at > 0 && json && is_any(s, at - 1, "s:v") && is_any(s, at + 1, "snv") &&
        (holds_brace(s, at - 1) || holds_brace(s, at + 1)))
        report(s, SW_WEB_ATTEMPT, "an operator on JSON", at);
    if (at > 0 && is_any(s, at - 1, "s") && is_any(s, at + 1, "s") && !s->sql.tokens[at + 1].open &&
        (sign.ptr[0] == '=' || sign.ptr[0] == '|') && s->sql.tokens[at - 1].text.ptr[0] != '"')
        report(s, SW_WEB_HINT, "strings compared", at);
    bool numbers = at > 0 && is_any(s, at - 1, "n") && is_any(s, at + 1, "n");
    bool same = numbers && sw_str_eq(s->sql.tokens[at - 1].text, s->sql.tokens[at + 1].text);
    if (numbers && sign.ptr[0] != '-' && sign.ptr[0] != '/' && sign.ptr[0] != '*' &&
        (sign.len >= 2 || (sign.ptr[0] == '=' && same)))
        report(s, SW_WEB_HINT, "numbers compared", at);
    if (at == 1 && word && is_any(s, 0, "n") && is_any(s, 2, "l") && is_any(s, 3, "n"))
        report(s, SW_WEB_HINT, "numbers compared", at);
}

static void comment_at(struct sql_look *s, unsigned at)
{
    struct sw_str text = s->sql.tokens[at].text;
    bool run = text.len >= 3 && (text.ptr[2] == '!' || (text.len >= 4 && text.ptr[2] == '+' && text.ptr[3] == '!'));
    bool inner = text.len >= 3 && text.ptr[0] == '/' && (run || (text.ptr[2] == '+' && s->sql.count > 2));
    if (inner && (run || (at > 0 && is_any(s, at + 1, "vkl"))))
        report(s, run || (at > 0 && is_any(s, at - 1, "lt")) ? SW_WEB_ATTEMPT : SW_WEB_HINT,
               "a comment that is run", at);
    /* keyword, comment, keyword: nobody writes that into a form */
    if (at > 0 && text.len >= 4 && text.ptr[0] == '/' && is_any(s, at - 1, "tuklfo") && is_any(s, at + 1, "tuklfns("))
        report(s, SW_WEB_ATTEMPT, "a comment between words of SQL", at);
    bool end = at + 1 == s->sql.count && text.len >= 2 && text.ptr[0] == '-';
    if (end && at > 0 && at <= 3 && is_any(s, at - 1, "n)") && s->sql.shape[0] == SW_SQL_NUMBER)
        report(s, SW_WEB_ATTEMPT, "a number before a comment", at);
}

/* The name of a type, for casts. */
static bool is_type(const struct sql_look *s, unsigned token)
{
    static const char *const types[] = {
        "bigint", "bool", "boolean", "bytea", "char", "date", "double", "float", "inet", "int", "int4", "int8",
        "integer", "json", "jsonb", "money", "name", "numeric", "oid", "real", "regclass", "smallint", "text", "time",
        "timestamp", "uuid", "varchar", "xml"};
    return token < s->sql.count && SW_WEB_IN(types, s->sql.tokens[token].text);
}

static void look_over(struct sql_look *s)
{
    for (unsigned at = 0; at < s->sql.count; at++) {
        switch (s->sql.shape[at]) {
        case SW_SQL_LOGIC:
            logic_at(s, at);
            break;
        case SW_SQL_UNION:
            union_at(s, at);
            break;
        case SW_SQL_STATEMENT:
            statement_at(s, at);
            break;
        case SW_SQL_KEYWORD:
            clause_at(s, at);
            break;
        case SW_SQL_CALL:
            call_at(s, at);
            break;
        case SW_SQL_OPERATOR:
            operator_at(s, at);
            break;
        case SW_SQL_COMMENT:
            comment_at(s, at);
            break;
        case SW_SQL_CAST:
            if (at > 0 && is_any(s, at - 1, "s)nv") && is_type(s, at + 1))
                report(s, SW_WEB_ATTEMPT, "a cast", at);
            break;
        default:
            break;
        }
    }
}

/* Markup whose first quote opens an attribute's value: nothing is closed by it. */
static bool is_attribute(struct sw_str low, char quote)
{
    size_t at = sw_str_chr(low, quote);
    return low.ptr[0] == '<' && at != SW_NPOS && low.ptr[at - 1] == '=';
}

void sw_web_detect_sql(struct sw_web_look *look, const struct sw_web_text *text)
{
    struct sql_look s = {.look = look, .text = text};
    size_t len = text->low.len;
    if (text->place == SW_WEB_NAME && len > 2 && text->low.ptr[0] == text->low.ptr[len - 1] &&
        memchr("'`", text->low.ptr[0], 2) != NULL)
        sw_web_report(look, SW_WEB_CLASS_SQL, SW_WEB_HINT, text, "a name in quotes", 0, len);
    sw_sql_read(&s.sql, text->low, 0);
    look_over(&s);
    static const char quotes[] = {'\'', '"', '`'};
    for (size_t i = 0; i < sizeof quotes; i++) {
        if ((text->traits & SW_WEB_HAS_QUOTE) == 0 || sw_str_chr(text->low, quotes[i]) == SW_NPOS)
            continue;
        s.quoted = true;
        sw_sql_read(&s.sql, text->low, quotes[i]);
        if (s.sql.count > 0 && s.sql.tokens[0].open)
            continue;
        if (!is_attribute(text->low, quotes[i]))
            after_string(&s);
        look_over(&s);
    }
}
