/* plain.c - escapes that are undone before a script is read. See plain.h. */
#include "webshell/plain.h"

static int hex4(const char *digits)
{
    int code = 0;
    for (int i = 0; i < 4; i++) {
        int digit = sw_hex_digit(digits[i]);
        if (digit < 0)
            return -1;
        code = code << 4 | digit;
    }
    return code;
}

/* \uXXXX of an ASCII character; of C# only of letters, digits and _, since others don't count as code there. */
static size_t take_unicode(struct sw_str text, size_t at, bool all, char *out)
{
    size_t from = at + 1;
    while (from < text.len && text.ptr[from] == 'u') /* Java allows more than one */
        from++;
    if (from == at + 1 || text.len - from < 4)
        return 0;
    int code = hex4(text.ptr + from);
    bool word = code >= 0 && code < 0x80 && (sw_is_alpha((char)code) || sw_is_digit((char)code) || code == '_');
    if (code <= 0 || code >= 0x80 || (!all && !word))
        return 0;
    *out = (char)code;
    return from + 4 - at;
}

/* \U0000XXXX of C#, likewise. */
static size_t take_long_unicode(struct sw_str text, size_t at, char *out)
{
    if (text.len - at < 10 || text.ptr[at + 1] != 'U' || hex4(text.ptr + at + 2) != 0)
        return 0;
    int code = hex4(text.ptr + at + 6);
    if (code <= 0 || code >= 0x80 || (!sw_is_alpha((char)code) && !sw_is_digit((char)code) && code != '_'))
        return 0;
    *out = (char)code;
    return 10;
}

/* Marks that are no letters and that .NET leaves out of identifiers: U+200B to U+200F, U+00AD and U+FEFF, as UTF-8 or as an
 * escape. */
static size_t skip_format(struct sw_str text, size_t at)
{
    struct sw_str rest = sw_str_slice(text, at, at + 6);
    static const char *const marks[] = {"\xe2\x80\x8b", "\xe2\x80\x8c", "\xe2\x80\x8d", "\xe2\x80\x8e", "\xe2\x80\x8f",
                                        "\xc2\xad",     "\xef\xbb\xbf", "\\u200b",      "\\u200c",      "\\u200d",
                                        "\\u200e",      "\\u200f",      "\\u00ad",      "\\ufeff"};
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        if (sw_str_istarts(rest, sw_str(marks[i])))
            return strlen(marks[i]);
    return 0;
}

/* &#101; &#x65; &lt; &gt; &quot; &amp; &apos; */
static size_t take_entity(struct sw_str text, size_t at, char *out)
{
    static const struct {
        const char *name;
        char value;
    } names[] = {{"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&amp;", '&'}, {"&apos;", '\''}};
    struct sw_str rest = sw_str_slice(text, at, at + 12);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (sw_str_starts(rest, sw_str(names[i].name))) {
            *out = names[i].value;
            return strlen(names[i].name);
        }
    }
    if (!sw_str_starts(rest, SW_STR("&#")))
        return 0;
    bool hex = rest.len > 2 && (rest.ptr[2] | 32) == 'x';
    unsigned code = 0;
    size_t i = hex ? 3 : 2;
    for (; i < rest.len && rest.ptr[i] != ';'; i++) {
        int digit = sw_hex_digit(rest.ptr[i]);
        if (digit < 0 || (!hex && digit > 9) || code > 0x10000)
            return 0;
        code = code * (hex ? 16 : 10) + (unsigned)digit;
    }
    if (i >= rest.len || code == 0 || code >= 0x80)
        return 0;
    *out = (char)code;
    return i + 1;
}

/* The mark of a CDATA section that begins or ends within a word: the section is one text with what is around it. */
static size_t section_mark(struct sw_str text, size_t at)
{
    struct sw_str rest = sw_str_slice(text, at, at + 12);
    if (sw_str_starts(rest, SW_STR("]]><![CDATA["))) /* one section ends where the next begins */
        return 12;
    if (sw_str_starts(rest, SW_STR("<![CDATA[")) && at > 0 && !sw_is_space(text.ptr[at - 1]) && text.ptr[at - 1] != '>')
        return 9;
    if (sw_str_starts(rest, SW_STR("]]>")) && rest.len > 3 && !sw_is_space(rest.ptr[3]) && rest.ptr[3] != '<')
        return 3;
    return 0;
}

/* Lines that only a carriage return ends: to a VBScript they end statements as well. */
static struct sw_str with_line_feeds(struct sw_arena *arena, struct sw_str text)
{
    char *out = sw_arena_bytes(arena, text.len + 1);
    if (out == NULL)
        return text;
    for (size_t i = 0; i < text.len; i++)
        out[i] = text.ptr[i] == '\r' ? '\n' : text.ptr[i];
    return sw_strn(out, text.len);
}

struct sw_str sw_plain_text(struct sw_arena *arena, const char *kind, struct sw_str text)
{
    if (strncmp(kind, "asp", 3) == 0 && sw_str_chr(text, '\r') != SW_NPOS &&
        sw_str_chr(text, '\n') == SW_NPOS)
        text = with_line_feeds(arena, text);
    bool java = strcmp(kind, "jsp") == 0;
    bool net = strcmp(kind, "aspx") == 0;
    bool unicode = (java || net) && (sw_str_find(text, SW_STR("\\u0")) != SW_NPOS || sw_str_find(text, SW_STR("\\uu")) != SW_NPOS);
    bool format = net && (sw_str_ifind(text, SW_STR("\\u20")) != SW_NPOS || sw_str_find(text, SW_STR("\xe2\x80")) != SW_NPOS ||
                          sw_str_ifind(text, SW_STR("\\u00ad")) != SW_NPOS);
    unicode |= net && sw_str_find(text, SW_STR("\\U0000")) != SW_NPOS;
    /* A JSP document is XML: its code is text of elements. */
    struct sw_str head = sw_str_slice(text, 0, 4096);
    bool entities = java && (sw_str_find(text, SW_STR("&")) != SW_NPOS || sw_str_find(text, SW_STR("<![CDATA[")) != SW_NPOS) &&
                    (sw_str_ifind(head, SW_STR(":root")) != SW_NPOS || sw_str_ifind(head, SW_STR("<?xml")) != SW_NPOS ||
                     sw_str_ifind(head, SW_STR(":scriptlet")) != SW_NPOS);
    if (!unicode && !entities && !format)
        return text;
    char *out = sw_arena_bytes(arena, text.len + 1);
    if (out == NULL)
        return text;
    size_t len = 0;
    for (size_t at = 0; at < text.len;) {
        char c = text.ptr[at];
        size_t taken = 0;
        size_t skipped = format && at > 0 ? skip_format(text, at) : 0;
        if (skipped > 0) {
            at += skipped;
            continue;
        }
        if (unicode && c == '\\')
            taken = take_unicode(text, at, java, &c);
        if (unicode && net && c == '\\' && taken == 0)
            taken = take_long_unicode(text, at, &c);
        if (entities && c == '&' && taken == 0)
            taken = take_entity(text, at, &c);
        size_t mark = entities && taken == 0 ? section_mark(text, at) : 0;
        if (mark > 0) {
            at += mark;
            continue;
        }
        out[len++] = c;
        at += taken > 0 ? taken : 1;
    }
    return sw_strn(out, len);
}
