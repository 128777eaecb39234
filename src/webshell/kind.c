/* kind.c - scripts told by name and content. See kind.h. */
#include "webshell/kind.h"

enum { HEAD_OF_TEXT = 2048, HEAD_OF_PAGE = 16384 };

struct ending {
    const char *ending;
    const char *kind;
};

static const struct ending endings[] = {
    {".php", "php"},   {".phtml", "php"},   {".inc", "php"},     {".php3", "php"},  {".php4", "php"},
    {".php5", "php"},  {".php7", "php"},    {".php8", "php"},    {".pht", "php"},   {".phps", "php"},
    {".phar", "php"},  {".module", "php"},  {".asp", "asp"},     {".asa", "asp"},   {".cer", "asp"},
    {".cdx", "asp"},   {".aspx", "aspx"},   {".ashx", "aspx"},   {".asmx", "aspx"}, {".ascx", "aspx"},
    {".asax", "aspx"}, {".soap", "aspx"},   {".master", "aspx"}, {".svc", "aspx"},  {".cshtml", "aspx"},
    {".jsp", "jsp"},   {".jspx", "jsp"},    {".jspf", "jsp"},    {".jspa", "jsp"},  {".jsw", "jsp"},
    {".jsv", "jsp"},   {".jtml", "jsp"},    {".tag", "jsp"},     {".cfm", "cfm"},   {".cfml", "cfm"},
    {".cfc", "cfm"},   {".class", "class"},
};

/* Files that no web server runs, but that a script can hide in or be included from. */
static const char *const pictures[] = {".jpg", ".jpeg", ".png", ".gif", ".ico", ".bmp", ".svg", ".webp"};

static struct sw_str name_of(struct sw_str path)
{
    size_t from = path.len;
    while (from > 0 && path.ptr[from - 1] != '/' && path.ptr[from - 1] != '\\' && path.ptr[from - 1] != '!')
        from--;
    return sw_str_from(path, from);
}

static const char *by_name(struct sw_str name)
{
    if (sw_str_ieq(name, SW_STR(".htaccess")) || sw_str_ieq(name, SW_STR(".user.ini")) ||
        sw_str_ieq(name, SW_STR("web.config")))
        return "webconf";
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
        if (sw_str_iends(name, sw_str(endings[i].ending)))
            return endings[i].kind;
    return NULL;
}

static bool is_picture(struct sw_str name)
{
    for (size_t i = 0; i < sizeof pictures / sizeof pictures[0]; i++)
        if (sw_str_iends(name, sw_str(pictures[i])))
            return true;
    return false;
}

static bool has(struct sw_str head, const char *needle)
{
    return sw_str_ifind(head, sw_str(needle)) != SW_NPOS;
}

/* Signs of one language that pages of others don't have. */
static const char *const net_signs[] = {"<%@ WebHandler",  "<%@ WebService", "Language=\"C#\"", "Language='C#'", "Language=C#",
                                        "Language=\"VB\"", "<%@ Import Namespace", "<%@Import Namespace",
                                        "<%@ Control",     "validateRequest=\"", "AutoEventWireup", "EventArgs "};
static const char *const java_signs[] = {"<%@ page import", "<%@page import",  "language=\"java\"", "java.util.",     "java.io.",
                                         "<jsp:",           "<%@ taglib",      "request.getParameter", "java.lang."};
static const char *const asp_signs[] = {"CreateObject", "VBScript", "Response.Write", "Server.MapPath", "request(\"",
                                        "eval request",                                         "execute request"};

static bool has_any(struct sw_str head, const char *const *signs, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (has(head, signs[i]))
            return true;
    return false;
}

#define HAS_ANY(head, signs) has_any(head, signs, sizeof(signs) / sizeof(signs)[0])

/* The language of a page with <% ... %>: its directives say. `otherwise` when they don't. */
static const char *language_of_page(struct sw_str head, const char *otherwise)
{
    /* Shells carry pages of other languages in their texts: what counts is said early. */
    if (HAS_ANY(sw_str_slice(head, 0, HEAD_OF_TEXT), net_signs))
        return "aspx";
    if (HAS_ANY(head, java_signs))
        return "jsp";
    if (has(head, "<%@ Page") || has(head, "<%@Page"))
        return strcmp(otherwise, "jsp") == 0 ? "jsp" : "aspx";
    if (HAS_ANY(head, asp_signs)) {
        /* A page named .aspx is one, unless it is plainly classic. */
        bool net = !has(head, "CreateObject") || has(head, "System.") || has(head, "<%@");
        return strcmp(otherwise, "aspx") == 0 && net ? "aspx" : "asp";
    }
    return otherwise;
}

/* A script of another language than the name says is told by its content: shells are uploaded under any name. */
static const char *check_language(const char *kind, struct sw_str head)
{
    if (strcmp(kind, "class") == 0)
        return head.len >= 4 && memcmp(head.ptr, "\xca\xfe\xba\xbe", 4) == 0 ? kind : NULL;
    if (strcmp(kind, "webconf") == 0 || strcmp(kind, "cfm") == 0)
        return kind;
    head = sw_str_slice(head, 0, HEAD_OF_PAGE);
    bool php = has(head, "<?php");
    if (strcmp(kind, "php") == 0)
        return !php && has(head, "<%") && !has(head, "<?") ? language_of_page(head, kind) : kind;
    if (php && !has(head, "<%") && !has(head, "runat"))
        return "php";
    return language_of_page(head, kind);
}

/* A text that begins as a script does, whatever its name. */
static const char *by_beginning(struct sw_str head)
{
    head = sw_str_trim(head);
    if (sw_str_istarts(head, SW_STR("GIF8")))
        head = sw_str_slice(head, 0, 64);
    else if (sw_str_istarts(head, SW_STR("<?php")) || sw_str_istarts(head, SW_STR("<?=")))
        return "php";
    else if (sw_str_istarts(head, SW_STR("<%")))
        return language_of_page(head, "asp");
    else if (sw_str_istarts(head, SW_STR("<jsp:")))
        return "jsp";
    else if (sw_str_istarts(head, SW_STR("<cf")))
        return "cfm";
    else if (head.len >= 8 && memcmp(head.ptr, "\xca\xfe\xba\xbe\0\0\0", 7) == 0 && head.ptr[7] >= 45)
        return "class"; /* Mach-O's fat binaries share the magic, with a small number here */
    return has(head, "<?php") && sw_str_istarts(head, SW_STR("GIF8")) ? "php" : NULL;
}

static bool is_container(struct sw_str head)
{
    return sw_str_starts(head, SW_STR("PK\x03\x04")) || sw_str_starts(head, SW_STR("\x1f\x8b"));
}

const char *sw_script_kind(const struct sw_sniff *sniff, int sureness)
{
    struct sw_str name = name_of(sniff->path);
    /* Of a file that was read as compressed, the name without that ending. */
    const char *kind = by_name(name);
    if (sureness < 0)
        return kind != NULL && !is_container(sniff->head) ? check_language(kind, sniff->head) : NULL;
    if (is_picture(name))
        return has(sniff->head, "<?php") ? "php" : NULL;
    return by_beginning(sw_str_slice(sniff->head, 0, HEAD_OF_TEXT));
}
