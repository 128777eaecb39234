/*
 * lex_page.c - pages of HTML with code in <% %>, <script runat=server> and JSP's tags: which parts are code, and in which language.
 */
#include "base/error.h"
#include "webshell/language.h"
#include "webshell/lex.h"

struct page {
    struct sw_unit *unit;
    struct sw_str text;
    size_t at;
    size_t html; /* where the HTML at hand begins */
    bool vb;     /* the page's code is VBScript or Visual Basic */
    bool jsp;
    int rc;
};

static bool at_text(const struct page *p, const char *text)
{
    return sw_str_istarts(sw_str_from(p->text, p->at), sw_str(text));
}

static size_t find_from(const struct page *p, size_t from, const char *text)
{
    size_t found = sw_str_ifind(sw_str_from(p->text, from), sw_str(text));
    return found == SW_NPOS ? p->text.len : from + found;
}

/* Gives out the HTML up to here. */
static void end_html(struct page *p)
{
    if (p->at > p->html) {
        p->unit->html += (uint32_t)(p->at - p->html);
        if (p->rc == 0)
            p->rc = sw_unit_add(p->unit, SW_TOK_HTML, 0, p->html, p->at - p->html);
    }
}

static void code(struct page *p, size_t from, size_t to, bool vb)
{
    if (p->rc == 0)
        p->rc = vb ? sw_lex_vb_part(p->unit, from, to) : sw_lex_c_part(p->unit, from, to);
}

/* An expression whose value is put out. */
static void expression(struct page *p, size_t from, size_t to)
{
    if (p->rc == 0)
        p->rc = sw_lex_word(p->unit, SW_WORD_ECHO, from);
    if (p->rc == 0)
        p->rc = sw_lex_op(p->unit, SW_OP_LPAREN, from);
    /* Without the line's end, which a statement of VBScript would end with. */
    code(p, from, to, false);
    if (p->rc == 0)
        p->rc = sw_lex_op(p->unit, SW_OP_RPAREN, to);
    if (p->rc == 0)
        p->rc = sw_lex_op(p->unit, SW_OP_SEMI, to);
}

/* What a directive or tag says of its language: whether it is a Visual Basic. */
static bool says_vb(struct sw_str tag, bool otherwise)
{
    size_t language = sw_str_ifind(tag, SW_STR("language"));
    if (language == SW_NPOS)
        return otherwise;
    struct sw_str value = sw_str_slice(sw_str_from(tag, language + 8), 0, 24);
    if (sw_str_ifind(value, SW_STR("vb")) != SW_NPOS)
        return true;
    bool other = sw_str_ifind(value, SW_STR("script")) != SW_NPOS || sw_str_ifind(value, SW_STR("c#")) != SW_NPOS ||
                 sw_str_ifind(value, SW_STR("cs")) != SW_NPOS || sw_str_ifind(value, SW_STR("java")) != SW_NPOS;
    return other ? false : otherwise;
}

/* Directives that tie the page to other files of an application. */
static void note_directive(struct page *p, struct sw_str directive)
{
    static const char *const ties[] = {"codebehind", "codefile", "inherits=", "masterpagefile", "include ", "taglib", "register "};
    for (size_t i = 0; i < sizeof ties / sizeof ties[0]; i++)
        if (sw_str_ifind(directive, sw_str(ties[i])) != SW_NPOS)
            p->unit->includes = true;
}

/* <object runat=server id=x progid=y> makes a variable as CreateObject() does. */
static bool lex_object(struct page *p)
{
    size_t close = find_from(p, p->at, ">");
    struct sw_str tag = sw_str_slice(p->text, p->at, close);
    size_t id = sw_str_ifind(tag, SW_STR(" id="));
    size_t class_id = sw_str_ifind(tag, SW_STR("classid="));
    size_t prog_id = sw_str_ifind(tag, SW_STR("progid="));
    if (sw_str_ifind(tag, SW_STR("runat")) == SW_NPOS || id == SW_NPOS || (class_id == SW_NPOS && prog_id == SW_NPOS))
        return false;
    size_t name = id + 4;
    size_t what = class_id != SW_NPOS ? class_id + 8 : prog_id + 7;
    name += name < tag.len && (tag.ptr[name] == '"' || tag.ptr[name] == '\'');
    what += what < tag.len && (tag.ptr[what] == '"' || tag.ptr[what] == '\'');
    size_t name_end = name;
    while (name_end < tag.len && sw_php_continues(tag.ptr[name_end]))
        name_end++;
    size_t what_end = what;
    while (what_end < tag.len && strchr("\"' >", tag.ptr[what_end]) == NULL)
        what_end++;
    end_html(p);
    size_t base = p->at;
    if (p->rc == 0)
        p->rc = sw_unit_add_name(p->unit, base + name, name_end - name, true);
    if (p->rc == 0)
        p->rc = sw_lex_op(p->unit, SW_OP_ASSIGN, base);
    if (p->rc == 0)
        p->rc = sw_lex_known_name(p->unit, "CreateObject", base);
    if (p->rc == 0)
        p->rc = sw_lex_op(p->unit, SW_OP_LPAREN, base);
    if (p->rc == 0)
        p->rc = sw_unit_add(p->unit, SW_TOK_TEXT, SW_QUOTE_NONE, base + what, what_end - what);
    if (p->rc == 0)
        p->rc = sw_lex_op(p->unit, SW_OP_RPAREN, base);
    if (p->rc == 0)
        p->rc = sw_lex_op(p->unit, SW_OP_SEMI, base);
    p->at = p->html = close;
    return true;
}

/* <% ... %> in its forms. */
static void lex_block(struct page *p)
{
    end_html(p);
    size_t from = p->at + 2;
    char kind = from < p->text.len ? p->text.ptr[from] : '\0';
    bool comment = kind == '-' && from + 1 < p->text.len && p->text.ptr[from + 1] == '-';
    size_t end = find_from(p, from, comment ? "--%>" : "%>");
    size_t behind = end + (comment ? 4 : 2);
    behind = behind < p->text.len ? behind : p->text.len;
    struct sw_str inside = sw_str_slice(p->text, from, end);
    if (comment) {
        p->at = p->html = behind;
        return;
    }
    if (kind == '@') {
        note_directive(p, inside);
        if (sw_str_ifind(inside, SW_STR("65000")) != SW_NPOS)
            p->unit->utf7 = true;
        p->vb = says_vb(inside, p->vb);
        p->at = p->html = behind;
        /* The rest of a handler's or service's file is code. */
        if (sw_str_ifind(inside, SW_STR("WebHandler")) != SW_NPOS ||
            sw_str_ifind(inside, SW_STR("WebService")) != SW_NPOS ||
            sw_str_ifind(inside, SW_STR("ServiceHost")) != SW_NPOS) {
            code(p, behind, p->text.len, p->vb);
            p->at = p->html = p->text.len;
        }
        return;
    }
    if (kind == '=' || kind == ':' || kind == '#')
        expression(p, from + 1, end);
    else
        code(p, from + (kind == '!'), end, p->vb);
    if (p->rc == 0)
        p->rc = sw_unit_add(p->unit, SW_TOK_HTML, 0, end, 0);
    p->at = p->html = behind;
}

/* <script ... runat="server"> ... </script>: true when the server runs it. */
static bool lex_script(struct page *p)
{
    size_t close = find_from(p, p->at, ">");
    struct sw_str tag = sw_str_slice(p->text, p->at, close);
    bool sheet = at_text(p, "<msxsl:script"); /* of a style sheet, which is run as it is transformed */
    size_t runat = sw_str_ifind(tag, SW_STR("runat"));
    if (close == p->text.len ||
        (!sheet && (runat == SW_NPOS || sw_str_ifind(sw_str_from(tag, runat), SW_STR("server")) == SW_NPOS)))
        return false;
    end_html(p);
    size_t end = find_from(p, close, sheet ? "</msxsl:script" : "</script");
    code(p, close + 1, end, says_vb(tag, p->vb));
    p->at = p->html = end;
    return true;
}

/* <jsp:scriptlet>, <jsp:declaration>, <jsp:expression>, with CDATA or without. */
static bool lex_jsp_tag(struct page *p)
{
    static const char *const tags[] = {"scriptlet", "declaration", "expression"};
    size_t name = p->at + 1;
    while (name < p->text.len && (sw_is_alpha(p->text.ptr[name]) || sw_is_digit(p->text.ptr[name])))
        name++; /* the prefix may be another than jsp */
    if (name >= p->text.len || p->text.ptr[name] != ':')
        return false;
    struct sw_str rest = sw_str_from(p->text, name + 1);
    for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++) {
        if (!sw_str_istarts(rest, sw_str(tags[i])))
            continue;
        size_t open = find_from(p, name, ">");
        size_t end = find_from(p, open, "</");
        end_html(p);
        size_t from = open < p->text.len ? open + 1 : open;
        if (sw_str_starts(sw_str_trim(sw_str_slice(p->text, from, end)), SW_STR("<![CDATA["))) {
            from = find_from(p, from, "<![CDATA[") + 9;
            end = find_from(p, from, "]]>");
        }
        if (from < end && i == 2)
            expression(p, from, end);
        else if (from < end)
            code(p, from, end, false);
        p->at = p->html = end < p->text.len ? end + 2 : end;
        return true;
    }
    return false;
}

/* ${...} and #{...} of JSP: an expression. */
static void lex_el(struct page *p)
{
    size_t from = p->at + 2;
    size_t end = from;
    unsigned depth = 0;
    for (; end < p->text.len && end - from < 16384; end++) {
        char c = p->text.ptr[end];
        if (c == '}' && depth-- == 0)
            break;
        depth += c == '{';
    }
    if (end >= p->text.len || p->text.ptr[end] != '}') {
        p->at += 2;
        return;
    }
    end_html(p);
    expression(p, from, end);
    p->at = p->html = end + 1;
}

/* Pages of ASP.NET that don't say their language are Visual Basic by default, but shells rely on servers that think otherwise. */
static bool looks_vb(struct sw_str text)
{
    return sw_str_ifind(text, SW_STR("language=")) == SW_NPOS && sw_str_find(text, SW_STR("{")) == SW_NPOS &&
           (sw_str_ifind(text, SW_STR("end sub")) != SW_NPOS || sw_str_ifind(text, SW_STR("set ")) != SW_NPOS ||
            sw_str_ifind(text, SW_STR("dim ")) != SW_NPOS || sw_str_ifind(text, SW_STR("end if")) != SW_NPOS);
}

/* Elements that hold code or name an object. True when it was one. */
static bool lex_element(struct page *p)
{
    if ((at_text(p, "<script") || at_text(p, "<msxsl:script")) && lex_script(p))
        return true;
    if (!p->jsp && at_text(p, "<object") && lex_object(p))
        return true;
    bool include = at_text(p, "<!--#include") || (p->jsp && at_text(p, "<jsp:include"));
    return p->jsp && !include && lex_jsp_tag(p);
}

static void lex_page(struct page *p)
{
    while (p->at < p->text.len && p->rc == 0) {
        char c = p->text.ptr[p->at];
        if (c == '<' && at_text(p, "<%"))
            lex_block(p);
        else if (c == '<' && lex_element(p))
            continue;
        else if (c == '<' && (at_text(p, "<!--#include") || (p->jsp && at_text(p, "<jsp:include")))) {
            p->unit->includes = true;
            p->at++;
        } else if ((c == '$' || c == '#') && p->jsp && p->at + 1 < p->text.len && p->text.ptr[p->at + 1] == '{')
            lex_el(p);
        else
            p->at++;
    }
    end_html(p);
}

int sw_lex_page(struct sw_unit *unit, bool is_code)
{
    const char *kind = unit->language->kind;
    struct page p = {.unit = unit, .text = unit->text, .vb = strcmp(kind, "asp") == 0, .jsp = strcmp(kind, "jsp") == 0};
    if (strcmp(kind, "aspx") == 0)
        p.vb = looks_vb(unit->text);
    if (is_code)
        code(&p, 0, p.text.len, p.vb);
    else
        lex_page(&p);
    if (p.rc == SW_E_LIMIT)
        p.rc = 0;
    return p.rc == 0 ? sw_unit_end(unit) : p.rc;
}

int sw_lex(struct sw_unit *unit, bool is_code)
{
    if (strcmp(unit->language->kind, "php") == 0)
        return sw_lex_php(unit, is_code);
    if (strcmp(unit->language->kind, "cfm") == 0)
        return sw_lex_cfml(unit, is_code);
    return sw_lex_page(unit, is_code);
}
