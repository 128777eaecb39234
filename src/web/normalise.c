/* normalise.c - percent decoding, and the rounds that undo all encodings of a text. */
#include "web/normalise.h"

#include "base/utf.h"

const char *sw_web_layer_name(unsigned number)
{
    static const char *const names[] = {
#define SW_WEB_TEXT(name, text) text,
        SW_WEB_LAYERS(SW_WEB_TEXT)
#undef SW_WEB_TEXT
    };
    return number < SW_WEB_LAYER_COUNT ? names[number] : "";
}

/* Four hexadecimal digits, or -1. */
static int32_t four_digits(const char *digits)
{
    int32_t code = 0;
    for (unsigned i = 0; i < 4; i++) {
        int digit = sw_hex_digit(digits[i]);
        if (digit < 0)
            return -1;
        code = code << 4 | digit;
    }
    return code;
}

/* %uXXXX at text[at]: writes the character, moves *at behind it. */
static unsigned take_unicode(struct sw_str text, size_t *at, char out[4])
{
    if (text.len - *at < 6 || (text.ptr[*at + 1] | 32) != 'u')
        return 0;
    int32_t code = four_digits(text.ptr + *at + 2);
    if (code < 0)
        return 0;
    *at += 6;
    if (code >= 0xd800 && code < 0xe000)
        code = 0xfffd;
    return sw_utf8_put((uint32_t)code, out);
}

/* `out` may be the text itself. */
static size_t unpercent(struct sw_str text, bool plus, char *out, uint32_t *layers)
{
    size_t len = 0;
    size_t at = 0;
    while (at < text.len) {
        char c = text.ptr[at];
        if (c == '+' && plus) {
            out[len++] = ' ';
            at++;
            continue;
        }
        if (c == '%' && text.len - at >= 3) {
            int high = sw_hex_digit(text.ptr[at + 1]);
            int low = sw_hex_digit(text.ptr[at + 2]);
            if (high >= 0 && low >= 0) {
                out[len++] = (char)(high << 4 | low);
                at += 3;
                *layers |= SW_WEB_PERCENT;
                continue;
            }
            unsigned wrote = take_unicode(text, &at, out + len); /* six bytes are read before three are written */
            if (wrote > 0) {
                len += wrote;
                *layers |= SW_WEB_UNICODE;
                continue;
            }
        }
        out[len++] = c;
        at++;
    }
    return len;
}

size_t sw_web_unpercent(struct sw_str raw, bool plus, char *out)
{
    uint32_t layers = 0;
    return unpercent(raw, plus, out, &layers);
}

static size_t drop_nul(char *text, size_t len, uint32_t *layers)
{
    char *nul = len > 0 ? memchr(text, 0, len) : NULL;
    if (nul == NULL)
        return len;
    *layers |= SW_WEB_NUL;
    size_t kept = (size_t)(nul - text);
    for (size_t i = kept; i < len; i++)
        if (text[i] != '\0')
            text[kept++] = text[i];
    return kept;
}

/* Whether a text has none of the bytes that any layer begins with. */
static bool is_plain(struct sw_str text, bool plus)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c >= 0x80 || c == '%' || c == '&' || c == '\\' || c == '\0' || (c == '+' && plus))
            return false;
    }
    return true;
}

struct sw_str sw_web_undo(struct sw_arena *arena, struct sw_str raw, bool plus, uint32_t *layers)
{
    if (raw.len > SW_WEB_TEXT_MAX)
        raw.len = SW_WEB_TEXT_MAX;
    if (is_plain(raw, plus))
        return raw;
    struct sw_str copy = sw_arena_dup(arena, raw);
    if (copy.ptr == NULL)
        return copy;
    char *text = (char *)(uintptr_t)copy.ptr;
    size_t len = copy.len;
    for (unsigned round = 0; round < SW_WEB_ROUNDS; round++) {
        uint32_t undone = 0;
        len = unpercent(sw_strn(text, len), plus && round == 0, text, &undone);
        if (round > 0 && (undone & (SW_WEB_PERCENT | SW_WEB_UNICODE)) != 0)
            undone |= SW_WEB_TWICE;
        len = sw_web_undo_unicode(text, len, &undone);
        len = sw_web_undo_entities(text, len, &undone);
        len = sw_web_undo_escapes(text, len, &undone);
        len = drop_nul(text, len, &undone);
        *layers |= undone;
        if (undone == 0)
            break;
    }
    return sw_strn(text, len);
}

struct sw_str sw_web_low(struct sw_arena *arena, struct sw_str text)
{
    struct sw_str copy = sw_arena_dup(arena, text);
    char *at = (char *)(uintptr_t)copy.ptr;
    for (size_t i = 0; at != NULL && i < copy.len; i++)
        at[i] = sw_lower(at[i]);
    return copy;
}
