/* base64.c - arguments that are the Base64 (RFC 4648, both alphabets) of readable text. */
#include "web/normalise.h"

enum { SHORTEST = 8 };

static int value_of(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (sw_is_digit(c))
        return c - '0' + 52;
    if (c == '+' || c == '-' || c == ' ') /* '+' that form decoding took for a space */
        return 62;
    return c == '/' || c == '_' ? 63 : -1;
}

static bool is_readable(unsigned char c)
{
    return (c >= 0x20 && c < 0x7f) || c == '\t' || c == '\n' || c == '\r';
}

struct sw_str sw_web_base64(struct sw_arena *arena, struct sw_str text, unsigned phase)
{
    const struct sw_str none = {NULL, 0};
    while (text.len > 0 && text.ptr[text.len - 1] == '=')
        text.len--;
    if (text.len < SHORTEST || text.len > SW_WEB_TEXT_MAX)
        return none;
    char *out = sw_arena_bytes(arena, text.len + 2);
    if (out == NULL)
        return none;
    size_t len = 0;
    uint32_t bits = 0;
    unsigned count = phase * 6; /* as if that many characters of value 0 came before */
    size_t odd = 0;
    for (size_t i = 0; i < text.len; i++) {
        int value = value_of(text.ptr[i]);
        if (value < 0) {
            sw_arena_trim(arena, out);
            return none;
        }
        bits = bits << 6 | (uint32_t)value;
        count += 6;
        if (count >= 8) {
            count -= 8;
            out[len++] = (char)(bits >> count);
            odd += !is_readable((unsigned char)out[len - 1]) && len > phase;
        }
    }
    if (odd * 8 > len) { /* an id or a picture, not text */
        sw_arena_trim(arena, out);
        return none;
    }
    sw_arena_trim(arena, out + len);
    return sw_str_from(sw_strn(out, len), phase);
}
