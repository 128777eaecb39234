/*
 * detect_url.c - arguments that are addresses: of files elsewhere (remote inclusion) and of what lies inside (SSRF).
 * An address as such is ordinary; its host, its scheme, its end and the argument's name tell. Forms of IPv4 addresses:
 * inet_aton(3).
 */
#include "web/web_priv.h"

enum { SCHEME_MAX = 12 };

static const char *const inner_schemes[] = {
    "dict", "file", "gopher", "imap", "irc", "jar", "ldap", "ldaps", "local_file", "netdoc", "pop3", "smb", "smtp",
    "svn", "telnet", "tftp", "url"};
static const char *const file_schemes[] = {"ftp", "ftps", "scp", "sftp"};
/* Arguments that hold addresses on many sites. */
static const char *const usual_names[] = {
    "back", "backurl", "callback", "callback_url", "continue", "dest", "destination", "dl", "domain", "feed", "from",
    "goto", "href", "image", "img", "imgurl", "link", "loc", "location", "next", "origin", "page_url", "q", "query",
    "r", "redir", "redirect", "redirect_to", "redirect_uri", "redirect_url", "redirecturl", "ref", "referer",
    "referrer", "return", "return_to", "return_url", "returnto", "returnurl", "s", "sa", "service", "site", "source",
    "src_url", "t", "target", "text", "u", "uri", "url", "utm_source", "website"};
/* Arguments by which programs include files. */
static const char *const including_names[] = {
    "_conf[path]", "abs_path", "action", "base", "base_dir", "basedir", "basepath", "conf", "config", "content",
    "dir", "doc", "document", "document_root", "file", "filename", "folder", "inc", "include", "include_path", "lang",
    "language", "layout", "load", "mod", "module", "mosconfig_absolute_path", "name", "p", "page", "path", "pg",
    "php_path", "phpbb_root_path", "root", "root_path", "rootdir", "skin", "src", "style", "template", "theme", "tpl",
    "view"};

struct address {
    struct sw_str scheme;
    struct sw_str host;
    struct sw_str rest;   /* behind the host */
    bool user;            /* something before an '@' */
    bool slashes;         /* "://" */
};

/* scheme: at the start of the text; "url:" may stand before it. */
static bool read_address(struct sw_str text, struct address *address)
{
    *address = (struct address){.scheme = {NULL, 0}};
    if (sw_str_starts(text, SW_STR("url:")))
        text = sw_str_from(text, 4);
    size_t at = 0;
    while (at < text.len && at < SCHEME_MAX && (sw_web_is_word(text.ptr[at]) || text.ptr[at] == '.'))
        at++;
    if (at < 2 || at >= text.len || text.ptr[at] != ':')
        return false;
    address->scheme = sw_str_slice(text, 0, at);
    struct sw_str rest = sw_str_from(text, at + 1);
    address->slashes = sw_str_starts(rest, SW_STR("//"));
    while (rest.len > 0 && (rest.ptr[0] == '/' || rest.ptr[0] == '\\'))
        rest = sw_str_from(rest, 1);
    size_t end = 0;
    while (end < rest.len && memchr("/?#", rest.ptr[end], 3) == NULL)
        end++;
    /* What a parser takes for the host and what for the user differs: the last '@' of all counts. */
    size_t sign = rest.len;
    while (sign > 0 && rest.ptr[sign - 1] != '@')
        sign--;
    if (sign > 0 && (sign <= end + 1 || sw_str_chr(sw_str_slice(rest, 0, sign), '/') == SW_NPOS ||
                     sw_str_chr(sw_str_slice(rest, end, sign), ':') != SW_NPOS)) {
        address->user = true;
        rest = sw_str_from(rest, sign);
        for (end = 0; end < rest.len && memchr("/?#", rest.ptr[end], 3) == NULL;)
            end++;
    }
    address->host = sw_str_slice(rest, 0, end);
    address->rest = sw_str_from(rest, end);
    return true;
}

/* A number in decimal, octal or hexadecimal; false when there is more. */
static bool read_part(struct sw_str text, uint64_t *value, bool *odd)
{
    bool hex = sw_str_starts(text, SW_STR("0x"));
    bool octal = !hex && text.len > 1 && text.ptr[0] == '0';
    struct sw_str digits = sw_str_from(text, hex ? 2 : 0);
    *value = 0;
    if (digits.len == 0 || digits.len > 20)
        return false;
    for (size_t i = 0; i < digits.len; i++) {
        int digit = sw_hex_digit(digits.ptr[i]);
        if (digit < 0 || (!hex && digit > 9))
            return false;
        *value = *value * (hex ? 16 : octal ? 8 : 10) + (uint64_t)digit;
    }
    *odd |= hex || octal || *value > 255;
    return true;
}

enum host_kind { HOST_NAME, HOST_PUBLIC, HOST_ODD, HOST_INNER };

static enum host_kind kind_of_ipv4(struct sw_str host)
{
    uint64_t parts[4] = {0};
    unsigned count = 0;
    bool odd = false;
    struct sw_str rest = host;
    struct sw_str part;
    while (count < 4 && sw_str_next(&rest, '.', &part))
        if (!read_part(part, &parts[count++], &odd))
            return HOST_NAME;
    if (rest.ptr != NULL || count == 0 || (count == 1 && parts[0] < 256 && !odd))
        return HOST_NAME;
    if (odd || count < 4)
        return HOST_ODD;
    uint64_t a = parts[0], b = parts[1];
    bool inner = a == 10 || a == 127 || a == 0 || (a == 172 && b >= 16 && b < 32) || (a == 192 && b == 168) ||
                 (a == 169 && b == 254) || (a == 100 && b >= 64 && b < 128);
    return inner ? HOST_INNER : HOST_PUBLIC;
}

static enum host_kind kind_of_host(struct sw_str host)
{
    if (host.len > 0 && (host.ptr[0] == '[' || sw_str_find(host, SW_STR("::")) != SW_NPOS))
        return HOST_ODD; /* an IPv6 address; "::" is no port */
    host = sw_str_slice(host, 0, sw_str_chr(host, ':'));
    while (host.len > 0 && host.ptr[host.len - 1] == '.')
        host.len--;
    if (sw_str_is(host, "localhost") || sw_str_ends(host, SW_STR(".localhost")) ||
        sw_str_ends(host, SW_STR(".internal")))
        return HOST_INNER;
    for (size_t i = 0; i < host.len; i++)
        if (host.ptr[i] == '\\' || host.ptr[i] == ' ')
            return HOST_ODD;
    return kind_of_ipv4(host);
}

static void ssrf(struct sw_web_look *look, const struct sw_web_text *text, enum sw_web_confidence confidence,
                 const char *what)
{
    sw_web_report(look, SW_WEB_CLASS_SSRF, confidence, text, what, 0, text->text.len);
}

static void include(struct sw_web_look *look, const struct sw_web_text *text, enum sw_web_confidence confidence,
                    const char *what)
{
    sw_web_report(look, SW_WEB_CLASS_INCLUDE, confidence, text, what, 0, text->text.len);
}

static struct sw_str lower_name(struct sw_web_look *look, struct sw_str name)
{
    uint32_t layers = 0;
    struct sw_str text = sw_web_low(look->arena, sw_web_undo(look->arena, sw_str_slice(name, 0, 64), true, &layers));
    return text.ptr != NULL ? text : (struct sw_str){"", 0};
}

/* A file that programs which include from addresses run. */
static bool is_file(struct sw_str rest)
{
    static const char *const ends[] = {
        ".txt", ".php", ".jpg", ".gif", ".png", ".inc", ".ini", ".asp", ".html", ".sh", ".dat", ".zip"};
    rest = sw_str_slice(rest, 0, sw_str_chr(rest, '?'));
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (sw_str_ends(rest, sw_str(ends[i])))
            return true;
    return false;
}

/* The host of the request itself: an address of the same site is ordinary. */
static bool is_own_host(struct sw_web_look *look, struct sw_str host)
{
    look->by_host = true;
    struct sw_str own = look->request->part[SW_WEB_ROLE_HOST];
    own = sw_str_slice(own, 0, sw_str_chr(own, ':'));
    host = sw_str_slice(host, 0, sw_str_chr(host, ':'));
    return own.len > 0 && (sw_str_ieq(own, host) || (host.len > own.len + 1 && sw_str_iends(host, own)));
}

/* Names that tell of a link. */
static bool is_usual(struct sw_str name)
{
    static const char *const parts[] = {
        "url", "uri", "link", "href", "redir", "return", "ref", "goto", "next", "site", "image", "img", "src",
        "callback", "dest", "target", "continue", "back", "page", "host", "domain", "feed", "share", "source",
        "origin", "location"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (sw_str_find(name, sw_str(parts[i])) != SW_NPOS)
            return true;
    return SW_WEB_IN(usual_names, name);
}

static void judge(struct sw_web_look *look, const struct sw_web_text *text, const struct address *address)
{
    struct sw_str name = lower_name(look, text->name);
    enum host_kind kind = kind_of_host(address->host);
    bool web = sw_str_is(address->scheme, "http") || sw_str_is(address->scheme, "https");
    if (SW_WEB_IN(inner_schemes, address->scheme) && (address->slashes || sw_str_is(address->scheme, "jar"))) {
        ssrf(look, text, SW_WEB_ATTEMPT, "a scheme for inner services");
    } else if (SW_WEB_IN(file_schemes, address->scheme) && address->slashes) {
        include(look, text, SW_WEB_ATTEMPT, "a file elsewhere");
    } else if ((web || address->slashes) && (kind == HOST_INNER || kind == HOST_ODD)) {
        ssrf(look, text, SW_WEB_ATTEMPT, "the address of something inside");
    } else if (web && (address->user || sw_str_ifind(text->raw, SW_STR("%2f@")) != SW_NPOS)) {
        ssrf(look, text, SW_WEB_ATTEMPT, "an address with a user");
    } else if (web && address->slashes && !is_own_host(look, address->host)) {
        bool including = SW_WEB_IN(including_names, name);
        bool tells = sw_str_find(name, SW_STR("path")) != SW_NPOS || sw_str_find(name, SW_STR("root")) != SW_NPOS ||
                     sw_str_find(name, SW_STR("incl")) != SW_NPOS || sw_str_find(name, SW_STR("conf")) != SW_NPOS;
        bool ends = address->rest.len > 0 && address->rest.ptr[address->rest.len - 1] == '?';
        if (ends || tells || kind == HOST_PUBLIC || (including && is_file(address->rest)))
            include(look, text, SW_WEB_ATTEMPT, "a file elsewhere");
        else if (including || !is_usual(name)) /* only a log that tells the own host tells what is elsewhere */
            include(look, text, look->request->part[SW_WEB_ROLE_HOST].len > 0 ? SW_WEB_ATTEMPT : SW_WEB_HINT,
                    "an address elsewhere");
    }
}

/* "localhost/x", "127.0.0.1:80" without a scheme. */
static void bare_host(struct sw_web_look *look, const struct sw_web_text *text)
{
    struct sw_str low = text->low;
    size_t end = 0;
    while (end < low.len && memchr("/:?#", low.ptr[end], 4) == NULL)
        end++;
    if (end == low.len || end < 4)
        return;
    struct sw_str host = sw_str_slice(low, 0, end);
    if (sw_str_is(host, "localhost") || (kind_of_ipv4(host) == HOST_INNER && sw_str_chr(host, '.') != SW_NPOS))
        ssrf(look, text, low.ptr[end] == '/' && sw_str_is(host, "localhost") ? SW_WEB_ATTEMPT : SW_WEB_HINT,
             "a host inside");
}

void sw_web_detect_url(struct sw_web_look *look, const struct sw_web_text *text)
{
    struct address address;
    if (text->place == SW_WEB_PATH) {
        size_t at = sw_str_find(text->low, SW_STR("http"));
        if (at != SW_NPOS && at > 0 && read_address(sw_str_from(text->low, at), &address) && address.slashes)
            include(look, text, SW_WEB_HINT, "an address in the path");
    } else if (read_address(text->low, &address)) {
        judge(look, text, &address);
    } else {
        bare_host(look, text);
        if (text->place == SW_WEB_VALUE && text->low.len > 2 && text->low.ptr[text->low.len - 1] == '?' &&
            sw_str_chr(text->low, ' ') == SW_NPOS)
            include(look, text, SW_WEB_HINT, "a name with a '?' at its end");
    }
}
