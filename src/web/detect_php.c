/* detect_php.c - PHP: open tags, serialised objects, functions called through values, and functions by their prefix. */
#include "web/web_priv.h"

static const char *const prefixes[] = {"apache",     "array",
                                       "assert",     "base",
                                       "bz",         "call",
                                       "class",      "collator",
                                       "convert",    "count",
                                       "create",     "ctype",
                                       "curl",       "date",
                                       "dba",        "debug",
                                       "define",     "dio",
                                       "dns",        "dom",
                                       "eio",        "enchant",
                                       "error",      "ezmlm",
                                       "fann",       "fastcgi",
                                       "fdf",        "file",
                                       "filter",     "finfo",
                                       "forward",    "ftp",
                                       "func",       "function",
                                       "gc",         "get",
                                       "gethostby",  "gmp",
                                       "grapheme",   "gz",
                                       "hash",       "header",
                                       "headers",    "highlight",
                                       "html",       "http",
                                       "ibase",      "iconv",
                                       "idn",        "image",
                                       "imap",       "import",
                                       "inet",       "ini",
                                       "intl",       "is",
                                       "iterator",   "jdto",
                                       "json",       "ldap",
                                       "libxml",     "locale",
                                       "log",        "magic",
                                       "mailparse",  "mb",
                                       "mcrypt",     "memcache",
                                       "method",     "money",
                                       "move",       "msg",
                                       "mysql",      "mysqli",
                                       "ncurses",    "net",
                                       "newt",       "nl",
                                       "numfmt",     "oauth",
                                       "ob",         "oci",
                                       "odbc",       "opcache",
                                       "openal",     "openssl",
                                       "output",     "parse",
                                       "password",   "pcntl",
                                       "pg",         "php",
                                       "posix",      "preg",
                                       "print",      "proc",
                                       "property",   "ps",
                                       "pspell",     "px",
                                       "quoted",     "radius",
                                       "random",     "readline",
                                       "recode",     "register",
                                       "restore",    "rrd",
                                       "runkit",     "sem",
                                       "session",    "set",
                                       "shell",      "shm",
                                       "shmop",      "show",
                                       "similar",    "simplexml",
                                       "snmp",       "socket",
                                       "sodium",     "spl",
                                       "sqlite",     "sqlsrv",
                                       "ssdeep",     "ssh2",
                                       "stats",      "stomp",
                                       "str",        "stream",
                                       "strip",      "substr",
                                       "svn",        "sybase",
                                       "sys",        "tidy",
                                       "time",       "timezone",
                                       "token",      "trader",
                                       "trait",      "transliterator",
                                       "trigger",    "udm",
                                       "unregister", "uopz",
                                       "url",        "use",
                                       "user",       "utf8",
                                       "var",        "variant",
                                       "version",    "vpopmail",
                                       "wddx",       "win32",
                                       "wincache",   "xattr",
                                       "xdiff",      "xhprof",
                                       "xml",        "xmlrpc",
                                       "xmlwriter",  "yaml",
                                       "yaz",        "yp",
                                       "zend",       "zip",
                                       "zlib"};

static void report(struct sw_web_look *look, const struct sw_web_text *text, enum sw_web_confidence confidence,
                   const char *what, size_t at, size_t len)
{
    sw_web_report(look, SW_WEB_CLASS_PHP, confidence, text, what, at, len);
}

/* White space and comments. */
static size_t skip(struct sw_str text, size_t at)
{
    for (;;) {
        at = sw_web_skip_space(text, at);
        struct sw_str rest = sw_str_slice(text, at, at + 256);
        size_t end = SW_NPOS;
        if (sw_str_starts(rest, SW_STR("/*")))
            end = sw_str_find(rest, SW_STR("*/"));
        else if (sw_str_starts(rest, SW_STR("//")) || sw_str_starts(rest, SW_STR("#")))
            end = sw_str_chr(rest, '\n');
        if (end == SW_NPOS)
            return at;
        at += end + (rest.ptr[1] == '*' ? 2 : 1);
    }
}

/* "<?" as a tag: at the end, before white space, "=" or php; "<?xml version" is none. */
static void tag_at(struct sw_web_look *look, const struct sw_web_text *text, size_t at)
{
    struct sw_str rest = sw_str_from(text->low, at + 2);
    size_t xml = sw_str_starts(rest, SW_STR("xml")) ? sw_web_skip_space(rest, 3) : 0;
    if (xml > 0 && xml < rest.len && (rest.ptr[xml] == ':' || rest.ptr[xml] == '('))
        report(look, text, SW_WEB_ATTEMPT, "an opening tag", at, 8);
    if (rest.len == 0 || sw_is_space(rest.ptr[0]) || rest.ptr[0] == '=' || sw_str_starts(rest, SW_STR("php")))
        report(look, text, SW_WEB_ATTEMPT, "an opening tag", at, 8);
}

/* O:8:"name", C:..., a:2:{, with digits between. */
static void serialised_at(struct sw_web_look *look, const struct sw_web_text *text, size_t at)
{
    struct sw_str low = text->low;
    size_t end = at + 2;
    size_t first = end;
    while (end < low.len && (sw_is_digit(low.ptr[end]) || (end == first && low.ptr[end] == '+')))
        end++;
    if (end == first || end + 1 >= low.len || low.ptr[end] != ':')
        return;
    char c = low.ptr[at];
    char next = low.ptr[end + 1];
    if (at > 0 && sw_web_is_word(low.ptr[at - 1]))
        return;
    if ((c == 'o' || c == 'c') && next == '"')
        report(look, text, SW_WEB_ATTEMPT, "a serialised object", at, 24);
    else if (c == 'a' && next == '{')
        report(look, text, SW_WEB_HINT, "a serialised array", at, 24);
}

static size_t name_end(struct sw_str text, size_t at)
{
    while (at < text.len && (sw_web_is_word(text.ptr[at]) || (unsigned char)text.ptr[at] >= 0x80))
        at++;
    return at;
}

/* The end of a bracketed piece that opens at `at`, or SW_NPOS; an empty one counts as none. */
static size_t bracket_end(struct sw_str text, size_t at, char open, char close)
{
    size_t depth = 0;
    for (size_t i = at; i < text.len && i < at + 256; i++) {
        depth += text.ptr[i] == open;
        if (text.ptr[i] == close && --depth == 0)
            return i > at + 1 ? i + 1 : SW_NPOS;
    }
    return SW_NPOS;
}

/* $name(, ${...}(, $a[..](, $$a(: a function called through a variable. "$ {" is an odd way to write a variable. */
static void variable_at(struct sw_web_look *look, const struct sw_web_text *text, size_t at)
{
    struct sw_str low = text->low;
    size_t end = at + 1;
    while (end < low.len && (low.ptr[end] == '$' || low.ptr[end] == '@'))
        end++;
    size_t behind = sw_web_skip_space(low, end);
    bool braces = behind < low.len && low.ptr[behind] == '{';
    if (braces && behind + 1 < low.len && (low.ptr[behind + 1] == '\'' || low.ptr[behind + 1] == '"'))
        report(look, text, SW_WEB_ATTEMPT, "a variable's name in a string", at, 40);
    if (braces && behind > end && bracket_end(low, behind, '{', '}') != SW_NPOS)
        report(look, text, SW_WEB_ATTEMPT, "a variable's name in braces", at, 40);
    if (braces) {
        end = bracket_end(low, behind, '{', '}');
    } else {
        behind = name_end(low, end);
        end = behind > end ? behind : SW_NPOS;
    }
    if (end == SW_NPOS)
        return;
    for (;;) {
        size_t next = skip(low, end);
        if (next < low.len && low.ptr[next] == '(') {
            report(look, text, SW_WEB_ATTEMPT, "a function called through a variable", at, next - at + 2);
            return;
        }
        bool index = next < low.len && (low.ptr[next] == '[' || low.ptr[next] == '{');
        size_t closed = index ? bracket_end(low, next, low.ptr[next], low.ptr[next] == '[' ? ']' : '}') : SW_NPOS;
        if (closed == SW_NPOS)
            return;
        end = closed;
    }
}

/* ")(", "](", "}(": what the brackets give is called. */
static void called_value_at(struct sw_web_look *look, const struct sw_web_text *text, size_t at)
{
    struct sw_str low = text->low;
    size_t open = skip(low, at + 1);
    if (open >= low.len || low.ptr[open] != '(' || at == 0)
        return;
    struct sw_str inside = sw_str_slice(low, open + 1, open + 512);
    size_t close = sw_str_chr(inside, ')');
    bool whole = close != SW_NPOS && close > 0;
    size_t behind = whole ? sw_web_skip_space(inside, close + 1) : 0;
    bool ended = whole && (behind >= inside.len || memchr(";)}?.,/", inside.ptr[behind], 7) != NULL);
    bool quoted = low.ptr[at] == '"' || low.ptr[at] == '\'';
    if (quoted && whole && behind < inside.len && inside.ptr[behind] == ';' && at >= 2 &&
        sw_web_is_word(low.ptr[at - 1]))
        report(look, text, SW_WEB_ATTEMPT, "the value of a string called", at > 16 ? at - 16 : 0, 40);
    bool index = low.ptr[at] == ']' && (sw_is_digit(low.ptr[at - 1]) || sw_is_space(low.ptr[at - 1]));
    if (sw_str_starts(inside, SW_STR("http")) || sw_str_starts(inside, SW_STR("/")))
        return; /* a link in Markdown */
    size_t word = name_end(inside, 0);
    if (inside.len > 0 &&
        (memchr("|&!*", inside.ptr[0], 4) != NULL || (word > 0 && word < inside.len && inside.ptr[word] == '=')))
        return; /* a filter of LDAP */
    if ((low.ptr[at] == ')' && ended && low.ptr[at - 1] != '(') || index || (low.ptr[at] == '}' && ended))
        report(look, text, SW_WEB_ATTEMPT, "the value of an expression called", at > 16 ? at - 16 : 0, 40);
}

/* name_of_function(: PHP's own have a first part from a list. */
static void function_at(struct sw_web_look *look, const struct sw_web_text *text, size_t from, size_t end)
{
    struct sw_str name = sw_str_slice(text->low, from, end);
    size_t mark = sw_str_chr(name, '_');
    if (mark == SW_NPOS || mark == 0 || mark + 1 == name.len)
        return;
    size_t open = skip(text->low, end);
    if (open >= text->low.len || text->low.ptr[open] != '(')
        return;
    bool known = SW_WEB_IN(prefixes, sw_str_slice(name, 0, mark));
    report(look, text, known ? SW_WEB_ATTEMPT : SW_WEB_HINT, "a function", from, name.len + 2);
}

void sw_web_detect_php(struct sw_web_look *look, const struct sw_web_text *text)
{
    struct sw_str low = text->low;
    bool header = (text->place & (SW_WEB_AGENT | SW_WEB_REFERER)) != 0;
    for (size_t at = 0; at < low.len; at++) {
        char c = low.ptr[at];
        char next = at + 1 < low.len ? low.ptr[at + 1] : 0;
        if (c == '<' && next == '?') {
            tag_at(look, text, at);
        } else if ((c == 'o' || c == 'c' || c == 'a') && next == ':') {
            serialised_at(look, text, at);
        } else if (c == '$') {
            variable_at(look, text, at);
        } else if ((c == ')' || c == ']' || c == '}' || c == '"' || c == '\'') && !header) {
            called_value_at(look, text, at);
        }
        if (sw_web_is_word(c)) {
            size_t end = name_end(low, at);
            if (!header && (at == 0 || !sw_web_is_word(low.ptr[at - 1])))
                function_at(look, text, at, end);
            if (c != 'o' && c != 'c' && c != 'a')
                at = end > at ? end - 1 : at;
        }
    }
}
