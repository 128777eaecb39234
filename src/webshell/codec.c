/* codec.c - the decoders that shells pack themselves with. */
#include "webshell/fold_priv.h"

#include <zlib.h>

static const struct sw_str none = {NULL, 0};

static int base64_digit(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* As PHP decodes without `strict`: what is no digit is passed over. */
struct sw_str sw_codec_base64(struct sw_arena *arena, struct sw_str text)
{
    char *out = sw_arena_bytes(arena, text.len / 4 * 3 + 3);
    if (out == NULL)
        return none;
    size_t len = 0;
    uint32_t bits = 0;
    unsigned have = 0;
    for (size_t i = 0; i < text.len && text.ptr[i] != '='; i++) {
        int digit = base64_digit(text.ptr[i]);
        if (digit < 0)
            continue;
        bits = bits << 6 | (uint32_t)digit;
        have += 6;
        if (have >= 8) {
            have -= 8;
            out[len++] = (char)(bits >> have & 0xff);
        }
    }
    return sw_strn(out, len);
}

struct sw_str sw_codec_base64_encode(struct sw_arena *arena, struct sw_str text)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char *out = sw_arena_bytes(arena, text.len / 3 * 4 + 4);
    if (out == NULL)
        return none;
    size_t len = 0;
    for (size_t i = 0; i < text.len; i += 3) {
        size_t n = text.len - i < 3 ? text.len - i : 3;
        uint32_t bits = 0;
        for (size_t k = 0; k < 3; k++)
            bits = bits << 8 | (k < n ? (uint8_t)text.ptr[i + k] : 0);
        for (size_t k = 0; k < 4; k++)
            out[len++] = k <= n ? digits[bits >> (18 - 6 * k) & 63] : '=';
    }
    return sw_strn(out, len);
}

struct sw_str sw_codec_hex(struct sw_arena *arena, struct sw_str text)
{
    char *out = sw_arena_bytes(arena, text.len / 2 + 1);
    if (out == NULL || text.len % 2 != 0)
        return none;
    for (size_t i = 0; i < text.len / 2; i++) {
        int high = sw_hex_digit(text.ptr[2 * i]);
        int low = sw_hex_digit(text.ptr[2 * i + 1]);
        if (high < 0 || low < 0)
            return none;
        out[i] = (char)(high << 4 | low);
    }
    return sw_strn(out, text.len / 2);
}

struct sw_str sw_codec_hex_encode(struct sw_arena *arena, struct sw_str text)
{
    static const char digits[] = "0123456789abcdef";
    char *out = text.len < SW_MAX_FOLD_TEXT / 2 ? sw_arena_bytes(arena, text.len * 2 + 1) : NULL;
    if (out == NULL)
        return none;
    for (size_t i = 0; i < text.len; i++) {
        out[2 * i] = digits[(uint8_t)text.ptr[i] >> 4];
        out[2 * i + 1] = digits[(uint8_t)text.ptr[i] & 15];
    }
    return sw_strn(out, text.len * 2);
}

/* zlib writes into the arena directly; growing starts over, up to the limit. A damaged stream gives what came before.
 */
static struct sw_str inflate_into(struct sw_arena *arena, struct sw_str text, int window_bits, size_t room, bool *full)
{
    char *out = sw_arena_bytes(arena, room);
    z_stream z = {.avail_in = (uInt)text.len, .avail_out = (uInt)room};
    *full = false;
    if (out == NULL || inflateInit2(&z, window_bits) != Z_OK)
        return none;
    Bytef *in = (Bytef *)sw_arena_bytes(arena, text.len);
    if (in == NULL) {
        (void)inflateEnd(&z);
        return none;
    }
    memcpy(in, text.ptr, text.len);
    z.next_in = in;
    z.next_out = (Bytef *)out;
    int rc = inflate(&z, Z_FINISH);
    size_t len = room - z.avail_out;
    (void)inflateEnd(&z);
    *full = rc != Z_STREAM_END && z.avail_out == 0;
    return len > 0 ? sw_strn(out, len) : none;
}

struct sw_str sw_codec_inflate(struct sw_arena *arena, struct sw_str text, int window_bits)
{
    if (text.len == 0 || text.len > SW_MAX_FOLD_TEXT)
        return none;
    for (size_t room = text.len * 4 + 1024;; room *= 4) {
        room = room < SW_MAX_FOLD_TEXT ? room : SW_MAX_FOLD_TEXT;
        struct sw_arena_mark mark = sw_arena_mark(arena);
        bool full;
        struct sw_str out = inflate_into(arena, text, window_bits, room, &full);
        if (!full || room == SW_MAX_FOLD_TEXT)
            return out;
        sw_arena_rewind(arena, mark);
    }
}

struct sw_str sw_codec_rot13(struct sw_arena *arena, struct sw_str text)
{
    char *out = sw_arena_bytes(arena, text.len + 1);
    if (out == NULL)
        return none;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        char lower = sw_lower(c);
        out[i] = !sw_is_alpha(c) ? c : (char)(lower <= 'm' ? c + 13 : c - 13);
    }
    return sw_strn(out, text.len);
}

struct sw_str sw_codec_url(struct sw_arena *arena, struct sw_str text)
{
    char *out = sw_arena_bytes(arena, text.len + 1);
    if (out == NULL)
        return none;
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '%' && i + 2 < text.len && sw_hex_digit(text.ptr[i + 1]) >= 0 && sw_hex_digit(text.ptr[i + 2]) >= 0) {
            c = (char)(sw_hex_digit(text.ptr[i + 1]) << 4 | sw_hex_digit(text.ptr[i + 2]));
            i += 2;
        } else if (c == '+') {
            c = ' ';
        }
        out[len++] = c;
    }
    return sw_strn(out, len);
}

/* Lines of a count (a byte above the space) and groups of four bytes for three. */
struct sw_str sw_codec_uu(struct sw_arena *arena, struct sw_str text)
{
    char *out = sw_arena_bytes(arena, text.len + 3);
    if (out == NULL)
        return none;
    size_t len = 0;
    for (size_t at = 0; at < text.len;) {
        size_t want = (size_t)((text.ptr[at++] - ' ') & 63);
        for (size_t got = 0; got < want && at + 3 < text.len; got += 3, at += 4) {
            uint32_t bits = 0;
            for (size_t k = 0; k < 4; k++)
                bits = bits << 6 | (uint32_t)((text.ptr[at + k] - ' ') & 63);
            for (size_t k = 0; k < 3 && got + k < want; k++)
                out[len++] = (char)(bits >> (16 - 8 * k) & 0xff);
        }
        while (at < text.len && text.ptr[at++] != '\n')
            continue;
    }
    return sw_strn(out, len);
}
