/*
 * lex_cfml.c - CFML into common tokens: tags become calls, their expressions what they say, <cfscript> code.
 */
#include "base/error.h"
#include "webshell/language.h"
#include "webshell/lex.h"

struct cfml {
    struct sw_unit *unit;
    struct sw_str text;
    size_t at;
    size_t html;
    int rc;
};

static void op(struct cfml *c, enum sw_op sign)
{
    if (c->rc == 0)
        c->rc = sw_lex_op(c->unit, sign, c->at);
}

static void code(struct cfml *c, size_t from, size_t to)
{
    if (c->rc == 0)
        c->rc = sw_lex_c_part(c->unit, from, to);
}

static void end_html(struct cfml *c)
{
    if (c->at > c->html && c->rc == 0) {
        c->unit->html += (uint32_t)(c->at - c->html);
        c->rc = sw_unit_add(c->unit, SW_TOK_HTML, 0, c->html, c->at - c->html);
    }
}

static size_t find_from(const struct cfml *c, size_t from, const char *text)
{
    size_t found = sw_str_ifind(sw_str_from(c->text, from), sw_str(text));
    return found == SW_NPOS ? c->text.len : from + found;
}

/* The end of a tag: the first > that stands in no quotes. */
static size_t tag_end(const struct cfml *c, size_t from)
{
    char quote = '\0';
    for (size_t i = from; i < c->text.len; i++) {
        char b = c->text.ptr[i];
        if (quote != '\0')
            quote = b == quote ? '\0' : quote;
        else if (b == '"' || b == '\'')
            quote = b;
        else if (b == '>')
            return i;
    }
    return c->text.len;
}

/* A text with #expressions# in it: joined to one value. */
static void value(struct cfml *c, size_t from, size_t to)
{
    op(c, SW_OP_LPAREN);
    if (c->rc == 0)
        c->rc = sw_unit_add(c->unit, SW_TOK_TEXT, SW_QUOTE_NONE, from, 0);
    while (from < to && c->rc == 0) {
        size_t hash = sw_str_chr(sw_str_slice(c->text, from, to), '#');
        size_t end = hash == SW_NPOS ? to : from + hash;
        if (end > from) {
            op(c, SW_OP_CONCAT);
            if (c->rc == 0)
                c->rc = sw_unit_add(c->unit, SW_TOK_TEXT, SW_QUOTE_NONE, from, end - from);
        }
        if (hash == SW_NPOS)
            break;
        size_t close = sw_str_chr(sw_str_slice(c->text, end + 1, to), '#');
        size_t stop = close == SW_NPOS ? to : end + 1 + close;
        if (stop > end + 1) {
            op(c, SW_OP_CONCAT);
            op(c, SW_OP_LPAREN);
            code(c, end + 1, stop);
            op(c, SW_OP_RPAREN);
        }
        from = stop < to ? stop + 1 : to;
    }
    op(c, SW_OP_RPAREN);
}

/* The attribute of a tag between two offsets; false when it has none. */
static bool attribute(const struct cfml *c, size_t from, size_t to, const char *name, size_t *start, size_t *end)
{
    for (size_t at = from; at < to;) {
        size_t found = sw_str_ifind(sw_str_slice(c->text, at, to), sw_str(name));
        if (found == SW_NPOS)
            return false;
        size_t i = at + found + strlen(name);
        bool begins = at + found == from || sw_is_space(c->text.ptr[at + found - 1]);
        while (i < to && sw_is_space(c->text.ptr[i]))
            i++;
        at = at + found + 1;
        if (!begins || i >= to || c->text.ptr[i] != '=')
            continue;
        for (i++; i < to && sw_is_space(c->text.ptr[i]);)
            i++;
        char quote = i < to && (c->text.ptr[i] == '"' || c->text.ptr[i] == '\'') ? c->text.ptr[i] : '\0';
        *start = i + (quote != '\0');
        for (i = *start; i < to && (quote != '\0' ? c->text.ptr[i] != quote : !sw_is_space(c->text.ptr[i]));)
            i++;
        *end = i;
        return true;
    }
    return false;
}

/* The tag as a call with these attributes as arguments. */
static void tag_call(struct cfml *c, const char *function, size_t from, size_t to, const char *const *names, size_t count)
{
    if (c->rc == 0)
        c->rc = sw_lex_known_name(c->unit, function, c->at);
    op(c, SW_OP_LPAREN);
    for (size_t i = 0; i < count; i++) {
        size_t start = from;
        size_t end = from;
        if (i > 0)
            op(c, SW_OP_COMMA);
        if (!attribute(c, from, to, names[i], &start, &end))
            start = end = from;
        value(c, start, end);
    }
    op(c, SW_OP_RPAREN);
    op(c, SW_OP_SEMI);
}

/* <cffile action="...">: what is done decides. */
static void file_tag(struct cfml *c, size_t from, size_t to)
{
    static const char *const write[] = {"file", "output"};
    static const char *const upload[] = {"filefield", "destination"};
    static const char *const copy[] = {"source", "destination"};
    static const char *const read[] = {"file"};
    size_t start = from;
    size_t end = from;
    (void)attribute(c, from, to, "action", &start, &end);
    struct sw_str action = sw_str_slice(c->text, start, end);
    if (sw_str_ieq(action, SW_STR("write")) || sw_str_ieq(action, SW_STR("append")))
        tag_call(c, "cffile_write", from, to, write, 2);
    else if (sw_str_ieq(action, SW_STR("upload")) || sw_str_ieq(action, SW_STR("uploadall")))
        tag_call(c, "cffile_upload", from, to, upload, 2);
    else if (sw_str_ieq(action, SW_STR("copy")) || sw_str_ieq(action, SW_STR("move")) || sw_str_ieq(action, SW_STR("rename")))
        tag_call(c, "cffile_copy", from, to, copy, 2);
    else if (sw_str_ieq(action, SW_STR("delete")))
        tag_call(c, "cffile_delete", from, to, read, 1);
    else
        tag_call(c, "cffile_read", from, to, read, 1);
}

static bool tag_is(const struct cfml *c, const char *name)
{
    struct sw_str rest = sw_str_from(c->text, c->at);
    size_t len = strlen(name);
    return sw_str_istarts(rest, sw_str(name)) && (rest.len == len || !sw_is_alpha(rest.ptr[len]));
}

static void lex_tag(struct cfml *c)
{
    static const char *const execute[] = {"name", "arguments"};
    static const char *const include[] = {"template"};
    static const char *const directory[] = {"directory"};
    size_t end = tag_end(c, c->at);
    size_t behind = end < c->text.len ? end + 1 : end;
    size_t from = c->at;
    end_html(c);
    if (tag_is(c, "<cfscript")) {
        size_t close = find_from(c, behind, "</cfscript");
        code(c, behind, close);
        behind = close;
    } else if (tag_is(c, "<cfset") || tag_is(c, "<cfreturn")) {
        code(c, from + (tag_is(c, "<cfset") ? 6u : 9u), end);
    } else if (tag_is(c, "<cfexecute")) {
        tag_call(c, "cfexecute", from + 10, end, execute, 2);
    } else if (tag_is(c, "<cffile")) {
        file_tag(c, from + 7, end);
    } else if (tag_is(c, "<cfdirectory")) {
        tag_call(c, "cfdirectory", from + 12, end, directory, 1);
    } else if (tag_is(c, "<cfinclude") || tag_is(c, "<cfmodule")) {
        tag_call(c, "cfinclude", from + 10, end, include, 1);
    } else if (tag_is(c, "<cfquery")) {
        size_t close = find_from(c, behind, "</cfquery");
        if (c->rc == 0)
            c->rc = sw_lex_known_name(c->unit, "cfquery", c->at);
        op(c, SW_OP_LPAREN);
        value(c, behind, close);
        op(c, SW_OP_RPAREN);
        behind = close;
    } else if (tag_is(c, "<cfif") || tag_is(c, "<cfelseif")) {
        code(c, from + (tag_is(c, "<cfif") ? 5u : 9u), end);
    }
    op(c, SW_OP_SEMI);
    c->at = c->html = behind;
}

int sw_lex_cfml(struct sw_unit *unit, bool is_code)
{
    struct cfml c = {.unit = unit, .text = unit->text};
    if (is_code) {
        code(&c, 0, c.text.len);
        c.at = c.html = c.text.len;
    }
    while (c.at < c.text.len && c.rc == 0) {
        struct sw_str rest = sw_str_from(c.text, c.at);
        if (sw_str_starts(rest, SW_STR("<!---"))) {
            end_html(&c);
            size_t close = find_from(&c, c.at, "--->");
            c.at = c.html = close < c.text.len ? close + 4 : close;
        } else if (sw_str_istarts(rest, SW_STR("<cf"))) {
            lex_tag(&c);
        } else if (rest.ptr[0] == '#') {
            size_t close = sw_str_chr(sw_str_slice(rest, 1, 512), '#');
            if (close != SW_NPOS && close > 0) {
                end_html(&c);
                code(&c, c.at + 1, c.at + 1 + close);
                op(&c, SW_OP_SEMI);
                c.html = c.at + close + 2;
                c.at = c.html;
            } else {
                c.at++;
            }
        } else {
            c.at++;
        }
    }
    end_html(&c);
    if (c.rc == SW_E_LIMIT)
        c.rc = 0;
    return c.rc == 0 ? sw_unit_end(unit) : c.rc;
}
