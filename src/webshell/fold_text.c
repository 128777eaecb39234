/* fold_text.c - functions on texts and numbers, computed. */
#include "base/buf.h"
#include "webshell/fold_priv.h"

/* A value as a text for the functions here; an array is none. */
static bool text_of(struct sw_arena *arena, const struct sw_value *value, struct sw_str *text)
{
    return value->kind != SW_VALUE_ARRAY && sw_value_as_text(arena, value, text);
}

static bool set_text(struct sw_value *result, struct sw_str text)
{
    if (text.ptr == NULL)
        return false;
    *result = sw_value_text(text, 0);
    return true;
}

static bool set_number(struct sw_value *result, int64_t number)
{
    *result = sw_value_number(number);
    return true;
}

/* --- one text ------------------------------------------------------------------------------------------- */

static struct sw_str reversed(struct sw_arena *arena, struct sw_str text)
{
    char *out = sw_arena_bytes(arena, text.len + 1);
    for (size_t i = 0; out != NULL && i < text.len; i++)
        out[i] = text.ptr[text.len - 1 - i];
    return sw_strn(out, text.len);
}

static struct sw_str cased(struct sw_arena *arena, struct sw_str text, enum sw_fold function)
{
    char *out = sw_arena_bytes(arena, text.len + 1);
    for (size_t i = 0; out != NULL && i < text.len; i++) {
        char c = text.ptr[i];
        bool all = function == SW_FOLD_LOWER || function == SW_FOLD_UPPER;
        bool up = function == SW_FOLD_UPPER || function == SW_FOLD_UPPER_FIRST;
        if (all || i == 0)
            c = up ? (char)((unsigned char)(c - 'a') < 26 ? c - 32 : c) : sw_lower(c);
        out[i] = c;
    }
    return sw_strn(out, text.len);
}

static bool in_set(char c, struct sw_str set)
{
    return sw_str_chr(set, c) != SW_NPOS;
}

static struct sw_str trimmed(struct sw_str text, struct sw_str set, enum sw_fold function)
{
    while (function != SW_FOLD_TRIM_RIGHT && text.len > 0 && in_set(text.ptr[0], set))
        text = sw_str_from(text, 1);
    while (function != SW_FOLD_TRIM_LEFT && text.len > 0 && in_set(text.ptr[text.len - 1], set))
        text.len--;
    return text;
}

static struct sw_str repeated(struct sw_arena *arena, struct sw_str text, int64_t times)
{
    if (times < 0 || text.len > SW_MAX_FOLD_TEXT || (text.len > 0 && (uint64_t)times > SW_MAX_FOLD_TEXT / text.len))
        return (struct sw_str){NULL, 0};
    if (text.len == 0)
        return SW_STR("");
    char *out = sw_arena_bytes(arena, text.len * (size_t)times + 1);
    for (int64_t i = 0; out != NULL && i < times; i++)
        memcpy(out + (size_t)i * text.len, text.ptr, text.len);
    return sw_strn(out, text.len * (size_t)times);
}

/* PHP's substr(): negative numbers count from the end. */
static struct sw_str part_of(struct sw_str text, int64_t from, int64_t length)
{
    int64_t len = (int64_t)text.len;
    from = from < 0 ? (from + len < 0 ? 0 : from + len) : (from > len ? len : from);
    int64_t end = length < 0 ? len + length : length > len - from ? len : from + length;
    if (end <= from)
        return SW_STR("");
    return sw_str_slice(text, (size_t)from, (size_t)end);
}

static bool strip_slashes(struct sw_arena *arena, struct sw_str text, struct sw_value *result)
{
    char *out = sw_arena_bytes(arena, text.len + 1);
    size_t len = 0;
    for (size_t i = 0; out != NULL && i < text.len; i++) {
        i += text.ptr[i] == '\\' && i + 1 < text.len;
        out[len++] = text.ptr[i];
    }
    return set_text(result, sw_strn(out, len));
}

static int64_t number_in_base(struct sw_str text, unsigned base)
{
    uint64_t number = 0;
    for (size_t i = 0; i < text.len && number < UINT64_MAX / 64; i++) {
        char c = sw_lower(text.ptr[i]);
        unsigned digit = sw_is_digit(c) ? (unsigned)(c - '0') : sw_is_alpha(c) ? (unsigned)(c - 'a') + 10 : 99;
        if (digit < base)
            number = number * base + digit;
    }
    return (int64_t)(number & INT64_MAX);
}

static struct sw_str in_base(struct sw_arena *arena, uint64_t number, unsigned base)
{
    char digits[65];
    size_t at = sizeof digits;
    do {
        digits[--at] = "0123456789abcdefghijklmnopqrstuvwxyz"[number % base];
        number /= base;
    } while (number > 0);
    return sw_arena_dup(arena, sw_strn(digits + at, sizeof digits - at));
}

/* Functions of one text and at most some numbers. */
static bool fold_one(struct sw_arena *arena, enum sw_fold function, struct sw_str text, const struct sw_value *args,
                     size_t count, struct sw_value *result)
{
    int64_t a = 0;
    int64_t b = INT32_MAX;
    bool has_a = count > 1 && sw_value_as_number(&args[1], &a);
    if (count > 2 && args[2].kind != SW_VALUE_UNKNOWN)
        (void)sw_value_as_number(&args[2], &b);
    switch (function) {
    case SW_FOLD_BASE64_DECODE:
        return set_text(result, sw_codec_base64(arena, text));
    case SW_FOLD_BASE64_ENCODE:
        return set_text(result, sw_codec_base64_encode(arena, text));
    case SW_FOLD_INFLATE_RAW:
        return set_text(result, sw_codec_inflate(arena, text, -15));
    case SW_FOLD_INFLATE_ZLIB:
        return set_text(result, sw_codec_inflate(arena, text, 15));
    case SW_FOLD_INFLATE_GZIP:
        return set_text(result, sw_codec_inflate(arena, text, 31));
    case SW_FOLD_ROT13:
        return set_text(result, sw_codec_rot13(arena, text));
    case SW_FOLD_HEX_DECODE:
        return set_text(result, sw_codec_hex(arena, text));
    case SW_FOLD_HEX_ENCODE:
        return set_text(result, sw_codec_hex_encode(arena, text));
    case SW_FOLD_URL_DECODE:
        return set_text(result, sw_codec_url(arena, text));
    case SW_FOLD_UUDECODE:
        return set_text(result, sw_codec_uu(arena, text));
    case SW_FOLD_REVERSE:
        return set_text(result, reversed(arena, text));
    case SW_FOLD_LOWER:
    case SW_FOLD_UPPER:
    case SW_FOLD_UPPER_FIRST:
    case SW_FOLD_LOWER_FIRST:
        return set_text(result, cased(arena, text, function));
    case SW_FOLD_STRIP_C:
        return set_text(result, sw_fold_literal(arena, text, 2));
    case SW_FOLD_STRIP_SLASHES:
        return strip_slashes(arena, text, result);
    case SW_FOLD_SUBSTR:
        return has_a && set_text(result, part_of(text, a, b));
    case SW_FOLD_SUBSTRING:
        return has_a && set_text(result, b < a ? SW_STR("") : part_of(text, a < 0 ? 0 : a, b - (a < 0 ? 0 : a)));
    case SW_FOLD_MID:
        return has_a && a > 0 && set_text(result, part_of(text, a - 1, b < 0 ? 0 : b));
    case SW_FOLD_LEFT:
        return has_a && set_text(result, part_of(text, 0, a < 0 ? 0 : a));
    case SW_FOLD_RIGHT:
        return has_a && set_text(result, a > 0 ? part_of(text, -a, INT32_MAX) : SW_STR(""));
    case SW_FOLD_REPEAT:
        return has_a && set_text(result, repeated(arena, text, a));
    case SW_FOLD_ORD:
        return set_number(result, text.len > 0 ? (unsigned char)text.ptr[0] : 0);
    case SW_FOLD_LENGTH:
        return set_number(result, (int64_t)text.len);
    case SW_FOLD_HEXDEC:
        return set_number(result, number_in_base(text, 16));
    case SW_FOLD_OCTDEC:
        return set_number(result, number_in_base(text, 8));
    case SW_FOLD_BINDEC:
        return set_number(result, number_in_base(text, 2));
    case SW_FOLD_BASE_CONVERT:
        if (!has_a || a < 2 || a > 36 || b < 2 || b > 36)
            return false;
        return set_text(result, in_base(arena, (uint64_t)number_in_base(text, (unsigned)a), (unsigned)b));
    default:
        return false;
    }
}

/* --- several texts -------------------------------------------------------------------------------------- */

static struct sw_str replaced(struct sw_arena *arena, struct sw_str text, struct sw_str what, struct sw_str by)
{
    if (what.len == 0)
        return text;
    size_t times = 0;
    for (size_t at = 0, found; (found = sw_str_find(sw_str_from(text, at), what)) != SW_NPOS; at += found + what.len)
        times++;
    if (times == 0)
        return text;
    if (by.len > 0 && times > SW_MAX_FOLD_TEXT / by.len)
        return (struct sw_str){NULL, 0};
    char *out = sw_arena_bytes(arena, text.len - times * what.len + times * by.len + 1);
    if (out == NULL)
        return (struct sw_str){NULL, 0};
    size_t len = 0;
    for (size_t at = 0;;) {
        size_t found = sw_str_find(sw_str_from(text, at), what);
        size_t end = found == SW_NPOS ? text.len : at + found;
        memcpy(out + len, text.ptr + at, end - at);
        len += end - at;
        if (found == SW_NPOS)
            return sw_strn(out, len);
        if (by.len > 0)
            memcpy(out + len, by.ptr, by.len);
        len += by.len;
        at = end + what.len;
    }
}

/* str_replace(what, by, text): lists are taken pair by pair. */
static bool fold_replace(struct sw_arena *arena, const struct sw_value *what, const struct sw_value *by,
                         const struct sw_value *in, struct sw_value *result)
{
    struct sw_str text;
    if (!text_of(arena, in, &text))
        return false;
    if (what->kind != SW_VALUE_ARRAY) {
        struct sw_str from;
        struct sw_str to;
        return text_of(arena, what, &from) && text_of(arena, by, &to) &&
               set_text(result, replaced(arena, text, from, to));
    }
    for (uint32_t i = 0; i < what->array->count; i++) {
        struct sw_str from;
        struct sw_str to = SW_STR("");
        if (!text_of(arena, &what->array->entries[i].value, &from))
            return false;
        if (by->kind != SW_VALUE_ARRAY && !text_of(arena, by, &to))
            return false;
        if (by->kind == SW_VALUE_ARRAY && i < by->array->count && !text_of(arena, &by->array->entries[i].value, &to))
            return false;
        text = replaced(arena, text, from, to);
        if (text.ptr == NULL)
            return false;
    }
    return set_text(result, text);
}

/* strtr(text, from, to) letter by letter, or strtr(text, pairs). */
static bool fold_translate(struct sw_arena *arena, const struct sw_value *args, size_t count, struct sw_value *result)
{
    struct sw_str text;
    struct sw_str from;
    struct sw_str to;
    if (count < 2 || !text_of(arena, &args[0], &text))
        return false;
    if (args[1].kind == SW_VALUE_ARRAY) {
        for (uint32_t i = 0; i < args[1].array->count && text.ptr != NULL; i++) {
            if (!text_of(arena, &args[1].array->entries[i].value, &to))
                return false;
            text = replaced(arena, text, args[1].array->entries[i].key, to);
        }
        return set_text(result, text);
    }
    if (count < 3 || !text_of(arena, &args[1], &from) || !text_of(arena, &args[2], &to))
        return false;
    char map[256];
    for (unsigned i = 0; i < 256; i++)
        map[i] = (char)i;
    for (size_t i = 0; i < from.len && i < to.len; i++)
        map[(unsigned char)from.ptr[i]] = to.ptr[i];
    char *out = sw_arena_bytes(arena, text.len + 1);
    for (size_t i = 0; out != NULL && i < text.len; i++)
        out[i] = map[(unsigned char)text.ptr[i]];
    return set_text(result, sw_strn(out, text.len));
}

/* pack("H*", hex) and pack("C*", numbers...). */
static bool fold_pack(struct sw_arena *arena, const struct sw_value *args, size_t count, struct sw_value *result)
{
    struct sw_str format;
    struct sw_str text;
    if (count < 2 || !text_of(arena, &args[0], &format) || format.len == 0)
        return false;
    if (sw_lower(format.ptr[0]) == 'h')
        return text_of(arena, &args[1], &text) && set_text(result, sw_codec_hex(arena, text));
    if (sw_lower(format.ptr[0]) == 'a')
        return text_of(arena, &args[1], &text) && set_text(result, text);
    char *out = sw_lower(format.ptr[0]) == 'c' ? sw_arena_bytes(arena, count) : NULL;
    for (size_t i = 1; out != NULL && i < count; i++) {
        int64_t number;
        if (!sw_value_as_number(&args[i], &number))
            return false;
        out[i - 1] = (char)(number & 0xff);
    }
    return set_text(result, sw_strn(out, count - 1));
}

/* sprintf with %s, %c, %d, %x and %%, with numbers of arguments (%1$s). */
static bool fold_format(struct sw_arena *arena, const struct sw_value *args, size_t count, struct sw_value *result)
{
    struct sw_str format;
    if (!text_of(arena, &args[0], &format))
        return false;
    struct sw_buf out;
    sw_buf_init(&out, SW_MAX_FOLD_TEXT);
    bool fine = true;
    size_t next = 1;
    for (size_t i = 0; i < format.len && fine; i++) {
        if (format.ptr[i] != '%') {
            sw_buf_char(&out, format.ptr[i]);
            continue;
        }
        size_t number = 0;
        size_t arg = 0;
        for (i++; i < format.len && (sw_is_digit(format.ptr[i]) || format.ptr[i] == '$'); i++) {
            if (format.ptr[i] == '$')
                arg = number;
            else
                number = number * 10 % 1000 + (size_t)(format.ptr[i] - '0');
        }
        char kind = i < format.len ? format.ptr[i] : '\0';
        if (kind == '%') {
            sw_buf_char(&out, '%');
            continue;
        }
        arg = arg > 0 ? arg : next++;
        struct sw_str text;
        int64_t value;
        bool is_number = kind == 'c' || kind == 'd' || kind == 'u' || kind == 'x';
        if (arg < count && kind == 's' && text_of(arena, &args[arg], &text))
            sw_buf_str_add(&out, text);
        else if (arg < count && is_number && sw_value_as_number(&args[arg], &value))
            sw_buf_printf(&out, kind == 'c' ? "%c" : kind == 'x' ? "%x" : "%d", (int)value);
        else
            fine = false;
    }
    fine = fine && sw_buf_error(&out) == 0 && set_text(result, sw_arena_dup(arena, sw_buf_str(&out)));
    sw_buf_fini(&out);
    return fine;
}

bool sw_fold_text(struct sw_arena *arena, enum sw_fold function, const struct sw_value *args, size_t count,
                  struct sw_value *result)
{
    struct sw_str text;
    struct sw_str set = SW_STR(" \t\n\r\v");
    int64_t number;
    switch (function) {
    case SW_FOLD_REPLACE:
        return count > 2 && fold_replace(arena, &args[0], &args[1], &args[2], result);
    case SW_FOLD_REPLACE_IN:
        return count > 2 && fold_replace(arena, &args[1], &args[2], &args[0], result);
    case SW_FOLD_TRANSLATE:
        return fold_translate(arena, args, count, result);
    case SW_FOLD_PACK:
        return fold_pack(arena, args, count, result);
    case SW_FOLD_FORMAT:
        return fold_format(arena, args, count, result);
    case SW_FOLD_CHR:
        if (!sw_value_as_number(&args[0], &number))
            return false;
        return set_text(result, sw_arena_dup(arena, sw_strn((char[]){(char)(number & 0xff)}, 1)));
    case SW_FOLD_DECHEX:
        return sw_value_as_number(&args[0], &number) && set_text(result, in_base(arena, (uint64_t)number, 16));
    case SW_FOLD_INTVAL:
        return sw_value_as_number(&args[0], &number) && set_number(result, number);
    case SW_FOLD_LENGTH:
        if (args[0].kind == SW_VALUE_ARRAY)
            return set_number(result, args[0].array->count);
        break;
    case SW_FOLD_TRIM:
    case SW_FOLD_TRIM_LEFT:
    case SW_FOLD_TRIM_RIGHT:
        if (count > 1 && !text_of(arena, &args[1], &set))
            return false;
        return text_of(arena, &args[0], &text) && set_text(result, trimmed(text, set, function));
    case SW_FOLD_DATE:
        /* date("a") and the like as a way to letters: only what stands for itself is known. */
        return false;
    default:
        break;
    }
    return text_of(arena, &args[0], &text) && fold_one(arena, function, text, args, count, result);
}
