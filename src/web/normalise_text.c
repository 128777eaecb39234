/*
 * normalise_text.c - single layers: Unicode forms of ASCII, HTML entities, string escapes.
 * Each works in place; what it writes is never longer than what it read.
 */
#include "base/utf.h"
#include "web/normalise.h"

/* --- Unicode ------------------------------------------------------------------------------------------------ */

/* The ASCII letter that a character is a form of (UAX 15 compatibility forms that web attacks use), or 0. */
static char ascii_of(uint32_t code)
{
    if (code >= 0xff01 && code <= 0xff5e) /* full-width */
        return (char)(code - 0xff01 + '!');
    if (code >= 0x2460 && code <= 0x2468) /* circled digits 1-9 */
        return (char)(code - 0x2460 + '1');
    if (code >= 0x24b6 && code <= 0x24cf) /* circled capitals */
        return (char)(code - 0x24b6 + 'a');
    if (code >= 0x24d0 && code <= 0x24e9)
        return (char)(code - 0x24d0 + 'a');
    switch (code) {
    case 0x24ea: /* circled zero */
        return '0';
    case 0x3002: /* ideographic full stop, and its half-width form */
    case 0xff61:
    case 0x2024:
        return '.';
    case 0x2018: /* quotation marks that editors put in place of ASCII's */
    case 0x2019:
    case 0x02b9:
    case 0x02bc:
    case 0x2032:
        return '\'';
    case 0x201c:
    case 0x201d:
    case 0x2033:
        return '"';
    case 0x2039:
    case 0x3008:
        return '<';
    case 0x203a:
    case 0x3009:
        return '>';
    case 0x2044:
    case 0x2215:
    case 0x29f8:
        return '/';
    case 0x00a0:
    case 0x3000:
        return ' ';
    default:
        return 0;
    }
}

/* A two to four byte form that decodes to ASCII although ASCII needs one byte: its length, or 0. */
static unsigned overlong_at(const unsigned char *text, size_t left, char *ascii)
{
    if (left >= 2 && (text[0] == 0xc0 || text[0] == 0xc1)) {
        /* Decoders that let this form through don't look at the second byte's upper bits either. */
        *ascii = (char)((text[0] & 1) << 6 | (text[1] & 0x3f));
        return 2;
    }
    if (left >= 3 && text[0] == 0xe0 && (text[1] == 0x80 || text[1] == 0x81) && (text[2] & 0xc0) == 0x80) {
        *ascii = (char)((text[1] & 1) << 6 | (text[2] & 0x3f));
        return 3;
    }
    if (left >= 4 && text[0] == 0xf0 && text[1] == 0x80 && (text[2] == 0x80 || text[2] == 0x81) &&
        (text[3] & 0xc0) == 0x80) {
        *ascii = (char)((text[2] & 1) << 6 | (text[3] & 0x3f));
        return 4;
    }
    return 0;
}

size_t sw_web_undo_unicode(char *text, size_t len, uint32_t *layers)
{
    size_t at = 0;
    while (at < len && (unsigned char)text[at] < 0x80)
        at++;
    size_t out = at;
    while (at < len) {
        unsigned char c = (unsigned char)text[at];
        char ascii = 0;
        unsigned taken = c < 0x80 ? 0 : overlong_at((const unsigned char *)text + at, len - at, &ascii);
        if (taken > 0) {
            *layers |= SW_WEB_OVERLONG;
            text[out++] = ascii;
            at += taken;
            continue;
        }
        if (c < 0x80) {
            text[out++] = text[at++];
            continue;
        }
        size_t next = at;
        uint32_t code = sw_utf8_next(sw_strn(text, len), &next);
        ascii = ascii_of(code);
        if (ascii != 0) {
            *layers |= SW_WEB_WIDE;
            text[out++] = ascii;
        } else {
            memmove(text + out, text + at, next - at);
            out += next - at;
        }
        at = next;
    }
    return out;
}

/* --- HTML entities ------------------------------------------------------------------------------------------ */

struct entity {
    const char *name;
    char ascii;
};

/* Names of HTML 5 that stand for ASCII, those that scripts and markup are made of. */
static const struct entity entities[] = {
    {"amp", '&'},    {"apos", '\''},  {"ast", '*'},      {"bsol", '\\'},  {"colon", ':'},  {"comma", ','},
    {"commat", '@'}, {"dollar", '$'}, {"equals", '='},   {"excl", '!'},   {"grave", '`'},  {"gt", '>'},
    {"hat", '^'},    {"lbrace", '{'}, {"lbrack", '['},   {"lcub", '{'},   {"lowbar", '_'}, {"lpar", '('},
    {"lsqb", '['},   {"lt", '<'},     {"newline", '\n'}, {"num", '#'},    {"percnt", '%'}, {"period", '.'},
    {"plus", '+'},   {"quest", '?'},  {"quot", '"'},     {"rbrace", '}'}, {"rbrack", ']'}, {"rcub", '}'},
    {"rpar", ')'},   {"rsqb", ']'},   {"semi", ';'},     {"sol", '/'},    {"tab", '\t'},   {"verbar", '|'},
    {"vert", '|'},   {"nbsp", ' '},
};

enum { ENTITY_DIGITS = 256 /* leading zeros are allowed, and used to hide */ };

/* &#38; or &#x26; at text[at] (behind the '#'): the character, and *end behind it; 0 if it is none. */
static uint32_t numeric_entity(const char *text, size_t len, size_t at, size_t *end)
{
    bool hex = at < len && (text[at] | 32) == 'x';
    at += hex;
    uint32_t code = 0;
    size_t first = at;
    for (; at < len && at - first < ENTITY_DIGITS; at++) {
        int digit = sw_hex_digit(text[at]);
        if (digit < 0 || (!hex && digit > 9))
            break;
        code = code > 0x10ffff ? code : code * (hex ? 16 : 10) + (uint32_t)digit;
    }
    if (at == first || code == 0 || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
        return 0;
    *end = at < len && text[at] == ';' ? at + 1 : at;
    return code;
}

static char named_entity(const char *text, size_t len, size_t at, size_t *end)
{
    size_t last = at;
    while (last < len && last - at < 8 && sw_is_alpha(text[last]))
        last++;
    struct sw_str name = sw_strn(text + at, last - at);
    bool closed = last < len && text[last] == ';';
    for (size_t i = 0; i < sizeof entities / sizeof *entities; i++) {
        struct sw_str known = sw_str(entities[i].name);
        /* "&lt" works in browsers without the semicolon; longer names are arguments more often than not. */
        if (!sw_str_ieq(name, known) || (!closed && (known.len > 4 || last < len)))
            continue;
        *end = last + closed;
        return entities[i].ascii;
    }
    return 0;
}

size_t sw_web_undo_entities(char *text, size_t len, uint32_t *layers)
{
    const char *first = len > 0 ? memchr(text, '&', len) : NULL;
    if (first == NULL)
        return len;
    size_t at = (size_t)(first - text);
    size_t out = at;
    while (at < len) {
        size_t end = at;
        uint32_t code = 0;
        if (text[at] == '&' && at + 1 < len) {
            if (text[at + 1] == '#')
                code = numeric_entity(text, len, at + 2, &end);
            else
                code = (unsigned char)named_entity(text, len, at + 1, &end);
        }
        if (code == 0) {
            text[out++] = text[at++];
            continue;
        }
        *layers |= SW_WEB_ENTITY;
        char bytes[4];
        unsigned count = sw_utf8_put(code, bytes); /* the shortest form of four bytes is &#65536: eight */
        memcpy(text + out, bytes, count);
        out += count;
        at = end;
    }
    return out;
}

/* --- string escapes ----------------------------------------------------------------------------------------- */

static int32_t digits_of(const char *text, size_t len, size_t at, unsigned count)
{
    if (len - at < count)
        return -1;
    int32_t code = 0;
    for (unsigned i = 0; i < count; i++) {
        int digit = sw_hex_digit(text[at + i]);
        if (digit < 0)
            return -1;
        code = code << 4 | digit;
    }
    return code;
}

/* The character of an escape at text[at] == '\\', and *end behind it; -1 if it is none. */
static int32_t escape_at(const char *text, size_t len, size_t at, size_t *end)
{
    if (len - at < 4)
        return -1;
    char kind = text[at + 1];
    int32_t code = -1;
    if (kind == 'x') {
        code = digits_of(text, len, at + 2, 2);
        *end = at + 4;
    } else if (kind == 'u' && text[at + 2] == '{') {
        uint32_t value = 0;
        size_t i = at + 3;
        for (; i < len && i < at + 11 && sw_hex_digit(text[i]) >= 0; i++)
            value = value << 4 | (uint32_t)sw_hex_digit(text[i]);
        if (i == at + 3 || i == len || text[i] != '}' || value > 0x10ffff)
            return -1;
        code = (int32_t)value;
        *end = i + 1;
    } else if (kind == 'u') {
        code = digits_of(text, len, at + 2, 4);
        *end = at + 6;
    }
    return code >= 0xd800 && code < 0xe000 ? -1 : code;
}

size_t sw_web_undo_escapes(char *text, size_t len, uint32_t *layers)
{
    const char *first = len > 0 ? memchr(text, '\\', len) : NULL;
    if (first == NULL)
        return len;
    size_t at = (size_t)(first - text);
    size_t out = at;
    while (at < len) {
        size_t end = at;
        int32_t code = text[at] == '\\' ? escape_at(text, len, at, &end) : -1;
        /* Some logs double backslashes and put one before quotes. */
        if (code < 0 && text[at] == '\\' && at + 1 < len &&
            (text[at + 1] == '"' || (text[at + 1] == '\\' && escape_at(text, len, at + 1, &end) >= 0))) {
            at++;
            if (text[at] == '"')
                text[out++] = text[at++];
            continue;
        }
        if (code < 0) {
            text[out++] = text[at++];
            continue;
        }
        *layers |= SW_WEB_ESCAPE;
        char bytes[4];
        unsigned count = 1;
        if (end - at == 4 && text[at + 1] == 'x') /* \xNN is a byte: web servers write their logs so */
            bytes[0] = (char)code;
        else
            count = sw_utf8_put((uint32_t)code, bytes);
        memcpy(text + out, bytes, count);
        out += count;
        at = end;
    }
    return out;
}
