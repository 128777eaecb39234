/* fold.c - operators on known values, string literals, and the way to the functions. */
#include "webshell/fold_priv.h"
#include "webshell/token.h"

#include <stdio.h>

/* Lists of one list, and entries of each, that are put together when it isn't known which is meant. */
enum { MERGED_MAX = 64 };

/* The origin of something made of several values. */
static uint32_t origins(const struct sw_value *args, size_t count)
{
    uint32_t origin = 0;
    for (size_t i = 0; i < count; i++)
        origin |= args[i].origin;
    return origin;
}

static uint32_t place_of_origin(const struct sw_value *args, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if ((args[i].origin & SW_FROM_OUTSIDE) && args[i].at > 0)
            return args[i].at;
    for (size_t i = 0; i < count; i++)
        if (args[i].at > 0)
            return args[i].at;
    return 0;
}

/* What is left of an origin when only a number remains. */
static uint32_t as_number(uint32_t origin)
{
    return origin & (SW_FROM_REQUEST | SW_FROM_UPLOAD | SW_FROM_NUMBER) ? SW_FROM_NUMBER : 0;
}

bool sw_path_is_script(struct sw_str path)
{
    static const char *const endings[] = {".php",  ".phtml", ".php3",     ".php4",     ".php5", ".php7",
                                          ".pht",  ".phar",  ".inc",      ".asp",      ".aspx", ".ashx",
                                          ".asmx", ".asa",   ".cer",      ".jsp",      ".jspx", ".cfm",
                                          ".cgi",  ".pl",    ".htaccess", ".user.ini", ".sh",   ".shtml"};
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
        if (sw_str_iends(path, sw_str(endings[i])))
            return true;
    return false;
}

/* What the end of a path says of the file. */
static uint32_t ending_of(struct sw_str text)
{
    static const char *const plain[] = {".html", ".htm", ".txt", ".xml", ".js",  ".css",
                                        ".log",  ".jpg", ".png", ".gif", ".csv", ".json"};
    if (text.len < 3 || text.len > 255)
        return 0;
    if (sw_path_is_script(text))
        return SW_IS_SCRIPT_PATH;
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
        if (sw_str_iends(text, sw_str(plain[i])))
            return SW_IS_PLAIN_PATH;
    return 0;
}

/* --- operators ------------------------------------------------------------------------------------------ */

struct sw_value sw_fold_join(struct sw_arena *arena, const struct sw_value *left, const struct sw_value *right)
{
    struct sw_value result = sw_value_unknown(left->origin | right->origin, left->at > 0 ? left->at : right->at);
    struct sw_str a;
    struct sw_str b;
    if ((right->origin & SW_FROM_OUTSIDE) && !(left->origin & SW_FROM_OUTSIDE))
        result.at = right->at;
    bool known_left = sw_value_as_text(arena, left, &a);
    bool known_right = sw_value_as_text(arena, right, &b);
    /* How a path ends is what counts of it. */
    result.origin &= ~(uint32_t)(SW_IS_SCRIPT_PATH | SW_IS_PLAIN_PATH);
    result.origin |= known_right ? ending_of(b) : right->origin & (SW_IS_SCRIPT_PATH | SW_IS_PLAIN_PATH);
    bool sent_left = (left->origin & SW_FROM_OUTSIDE) != 0;
    bool sent_right = (right->origin & SW_FROM_OUTSIDE) != 0;
    if (sent_left != sent_right ? (sent_left ? !known_right || b.len > 0 : !known_left || a.len > 0)
                                : known_left != known_right && (known_left ? a.len : b.len) > 0)
        result.origin |= SW_WAS_WRAPPED;
    if (!known_left || !known_right) {
        /* The beginning of a text is kept: a path's folder, a command's name. */
        if (known_left && a.len > 0)
            result.key = a;
        else if (left->place == SW_PLACE_NONE)
            result.key = left->key;
        return result;
    }
    if (left->kind == SW_VALUE_ARRAY || right->kind == SW_VALUE_ARRAY)
        result.origin |= SW_WAS_TRICKED; /* "Array" as a store of letters */
    if (a.len > 0 && b.len > 0)
        result.origin |= SW_WAS_JOINED;
    if (a.len + b.len > SW_MAX_FOLD_TEXT)
        return result;
    /* Appending to the latest text of the arena needs no copy: shells put long texts together in a thousand steps. */
    char *out;
    if (a.len > 0 && a.ptr + a.len == arena->at && arena->at != NULL && (size_t)(arena->end - arena->at) >= b.len) {
        out = arena->at - a.len;
        arena->at += b.len;
    } else {
        out = sw_arena_bytes(arena, a.len + b.len + 1);
        if (out == NULL)
            return result;
        if (a.len > 0)
            memcpy(out, a.ptr, a.len);
        sw_arena_trim(arena, out + a.len + b.len);
    }
    if (b.len > 0)
        memmove(out + a.len, b.ptr, b.len);
    result.kind = SW_VALUE_TEXT;
    result.text = sw_strn(out, a.len + b.len);
    return result;
}

struct sw_value sw_fold_bits(struct sw_arena *arena, char op, const struct sw_value *left, const struct sw_value *right)
{
    struct sw_value result = sw_value_unknown(left->origin | right->origin, left->at > 0 ? left->at : right->at);
    if (left->kind == SW_VALUE_NUMBER || right->kind == SW_VALUE_NUMBER) {
        int64_t a;
        int64_t b;
        if (!sw_value_as_number(left, &a) || !sw_value_as_number(right, &b)) {
            /* A character xor a number is neither: a step of a decoder. */
            result.origin = as_number(result.origin) | (result.origin & SW_WAS_HIDDEN);
            return result;
        }
        return sw_value_number(op == '^' ? a ^ b : op == '&' ? a & b : a | b);
    }
    /* Numbers are masked like this all the time; that texts are, is seldom. */
    if (left->kind == SW_VALUE_TEXT || right->kind == SW_VALUE_TEXT)
        result.origin |= SW_WAS_TRICKED;
    if (left->kind != SW_VALUE_TEXT || right->kind != SW_VALUE_TEXT)
        return result;
    struct sw_str a = left->text;
    struct sw_str b = right->text;
    size_t common = a.len < b.len ? a.len : b.len;
    size_t len = op == '|' ? (a.len > b.len ? a.len : b.len) : common;
    char *out = sw_arena_bytes(arena, len + 1);
    if (out == NULL)
        return result;
    for (size_t i = 0; i < common; i++)
        out[i] = (char)(op == '^' ? a.ptr[i] ^ b.ptr[i] : op == '&' ? a.ptr[i] & b.ptr[i] : a.ptr[i] | b.ptr[i]);
    if (len > common)
        memcpy(out + common, (a.len > b.len ? a.ptr : b.ptr) + common, len - common);
    result.kind = SW_VALUE_TEXT;
    result.text = sw_strn(out, len);
    return result;
}

struct sw_value sw_fold_invert(struct sw_arena *arena, const struct sw_value *value)
{
    struct sw_value result = sw_value_unknown(value->origin, value->at);
    if (value->kind == SW_VALUE_NUMBER)
        return sw_value_number(~value->number);
    if (value->kind != SW_VALUE_TEXT)
        return result;
    result.origin |= SW_WAS_TRICKED;
    char *out = sw_arena_bytes(arena, value->text.len + 1);
    if (out == NULL)
        return result;
    for (size_t i = 0; i < value->text.len; i++)
        out[i] = (char)~value->text.ptr[i];
    result.kind = SW_VALUE_TEXT;
    result.text = sw_strn(out, value->text.len);
    return result;
}

struct sw_value sw_fold_arithmetic(char op, const struct sw_value *left, const struct sw_value *right)
{
    struct sw_value result =
        sw_value_unknown(as_number(left->origin | right->origin) | ((left->origin | right->origin) & SW_WAS_HIDDEN),
                         left->at > 0 ? left->at : right->at);
    int64_t a;
    int64_t b;
    if (!sw_value_as_number(left, &a) || !sw_value_as_number(right, &b))
        return result;
    bool overflow = false;
    int64_t number = 0;
    if (op == '+')
        overflow = __builtin_add_overflow(a, b, &number);
    else if (op == '-')
        overflow = __builtin_sub_overflow(a, b, &number);
    else if (op == '*')
        overflow = __builtin_mul_overflow(a, b, &number);
    else if (b == 0 || (a == INT64_MIN && b == -1) || (op == '/' && a % b != 0))
        overflow = true;
    else
        number = op == '/' ? a / b : a % b;
    return overflow ? result : sw_value_number(number);
}

struct sw_value sw_fold_increment(struct sw_arena *arena, const struct sw_value *value)
{
    if (value->kind == SW_VALUE_NUMBER)
        return sw_value_number(value->number < INT64_MAX ? value->number + 1 : value->number);
    if (value->kind != SW_VALUE_TEXT || value->text.len == 0 || value->text.len > 64)
        return sw_value_unknown(value->origin, value->at);
    struct sw_value result = *value;
    result.origin |= SW_WAS_TRICKED;
    char *out = sw_arena_bytes(arena, value->text.len + 1);
    if (out == NULL)
        return sw_value_unknown(result.origin, value->at);
    memcpy(out + 1, value->text.ptr, value->text.len);
    char first = '\0'; /* what a carry out of the first character puts in front */
    size_t at = value->text.len;
    for (; at > 0; at--) {
        char c = out[at];
        if (c != 'z' && c != 'Z' && c != '9') {
            out[at] = (char)(sw_is_alpha(c) || sw_is_digit(c) ? c + 1 : c);
            break;
        }
        out[at] = c == 'z' ? 'a' : c == 'Z' ? 'A' : '0';
        first = c == '9' ? '1' : out[at];
    }
    out[0] = first;
    result.text = at == 0 ? sw_strn(out, value->text.len + 1) : sw_strn(out + 1, value->text.len);
    return result;
}

/* Some element of a list of lists: a list in which each key may be any of theirs. False when they aren't all lists. */
static bool any_list(struct sw_arena *arena, const struct sw_array *lists, struct sw_value *result)
{
    if (lists->count == 0 || lists->count > MERGED_MAX)
        return false;
    for (uint32_t i = 0; i < lists->count; i++)
        if (lists->entries[i].value.kind != SW_VALUE_ARRAY || lists->entries[i].value.array->count > MERGED_MAX)
            return false;
    struct sw_array *merged = sw_array_new(arena);
    if (merged == NULL)
        return false;
    for (uint32_t i = 0; i < lists->count; i++) {
        const struct sw_array *list = lists->entries[i].value.array;
        merged->rest |= list->rest;
        for (uint32_t k = 0; k < list->count; k++) {
            const struct sw_entry *before = sw_array_find(merged, list->entries[k].key);
            struct sw_value value = list->entries[k].value;
            if (before != NULL)
                value.origin |= before->value.origin;
            if (!sw_array_set(arena, merged, list->entries[k].key, value))
                return false;
        }
    }
    result->kind = SW_VALUE_ARRAY;
    result->array = merged;
    return true;
}

struct sw_value sw_fold_index(struct sw_arena *arena, const struct sw_value *value, const struct sw_value *index)
{
    struct sw_value result = sw_value_unknown(value->origin, value->at);
    if (value->kind == SW_VALUE_ARRAY) {
        struct sw_str key = {NULL, 0};
        const struct sw_entry *entry = sw_value_as_text(arena, index, &key) ? sw_array_find(value->array, key) : NULL;
        if (entry != NULL)
            return entry->value;
        result.origin = value->array->rest;
        if (key.ptr != NULL) /* none of the entries */
            return result;
        for (uint32_t i = 0; i < value->array->count; i++)
            result.origin |= value->array->entries[i].value.origin;
        (void)any_list(arena, value->array, &result);
        return result;
    }
    int64_t at;
    if (value->kind != SW_VALUE_TEXT)
        return result;
    if (!sw_value_as_number(index, &at)) {
        result.origin |= SW_WAS_TRICKED;
        return result;
    }
    if (at < 0)
        at += (int64_t)value->text.len;
    if (at < 0 || (uint64_t)at >= value->text.len)
        return result;
    result.kind = SW_VALUE_TEXT;
    result.text = sw_strn(value->text.ptr + at, 1);
    result.origin |= SW_WAS_TRICKED; /* one letter out of a text */
    return result;
}

/* --- literals ------------------------------------------------------------------------------------------- */

/* One escape of a C-like string at text[*at] == '\\'; appends what it stands for. */
static size_t put_escape(struct sw_str text, size_t *at, unsigned quote, char *out)
{
    static const char letters[] = "nrtvfab";
    static const char values[] = "\n\r\t\v\f\a\b";
    char c = *at + 1 < text.len ? text.ptr[*at + 1] : '\0';
    if (*at + 1 >= text.len) {
        (*at)++;
        out[0] = '\\';
        return 1;
    }
    *at += 2;
    const char *known = c != '\0' ? strchr(letters, c) : NULL;
    if (known != NULL && (quote == SW_QUOTE_C || c == 'n' || c == 'r' || c == 't' || c == 'v' || c == 'f')) {
        out[0] = values[known - letters];
        return 1;
    }
    bool unicode = c == 'u' || (c == 'x' && quote == SW_QUOTE_C);
    if (c == 'x' || unicode) {
        bool braced = *at < text.len && text.ptr[*at] == '{';
        size_t from = *at + braced;
        size_t most = c == 'x' && quote != SW_QUOTE_C ? 2 : braced ? 6 : 4;
        uint32_t code = 0;
        size_t n = 0;
        for (; n < most && from + n < text.len && sw_hex_digit(text.ptr[from + n]) >= 0; n++)
            code = code << 4 | (uint32_t)sw_hex_digit(text.ptr[from + n]);
        if (n > 0) {
            *at = from + n + (braced && from + n < text.len && text.ptr[from + n] == '}');
            if (c == 'x' || code < 0x80) {
                out[0] = (char)(code & 0xff);
                return 1;
            }
            out[0] = (char)(0xc0 | (code >> 6 & 0x1f)); /* enough for what matters: names are ASCII */
            out[1] = (char)(0x80 | (code & 0x3f));
            return 2;
        }
    }
    if (c >= '0' && c <= '7') {
        uint32_t code = (uint32_t)(c - '0');
        for (unsigned n = 1; n < 3 && *at < text.len && text.ptr[*at] >= '0' && text.ptr[*at] <= '7'; n++, (*at)++)
            code = code << 3 | (uint32_t)(text.ptr[*at] - '0');
        out[0] = (char)(code & 0xff);
        return 1;
    }
    out[0] = '\\';
    out[1] = c;
    if (strchr("\\$\"'`/", c) != NULL) {
        out[0] = c;
        return 1;
    }
    return 2;
}

static struct sw_str doubled(struct sw_arena *arena, struct sw_str text)
{
    char *out = sw_arena_bytes(arena, text.len + 1);
    if (out == NULL)
        return text;
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        out[len++] = text.ptr[i];
        i += text.ptr[i] == '"' && i + 1 < text.len && text.ptr[i + 1] == '"';
    }
    return sw_strn(out, len);
}

struct sw_str sw_fold_literal(struct sw_arena *arena, struct sw_str text, unsigned quote)
{
    if (quote == SW_QUOTE_TWICE)
        return sw_str_chr(text, '"') == SW_NPOS ? text : doubled(arena, text);
    if (quote == SW_QUOTE_NONE || text.len == 0 || memchr(text.ptr, '\\', text.len) == NULL)
        return text;
    char *out = sw_arena_bytes(arena, text.len + 2);
    if (out == NULL)
        return text;
    size_t len = 0;
    for (size_t at = 0; at < text.len;) {
        if (text.ptr[at] != '\\') {
            out[len++] = text.ptr[at++];
        } else if (quote == SW_QUOTE_SINGLE) {
            bool pair = at + 1 < text.len && (text.ptr[at + 1] == '\\' || text.ptr[at + 1] == '\'');
            out[len++] = text.ptr[at + pair];
            at += 1u + pair;
        } else {
            len += put_escape(text, &at, quote, out + len);
        }
    }
    return sw_strn(out, len);
}

/* --- functions ------------------------------------------------------------------------------------------ */

/* How a function hides what it gives; `known`: its result could be computed, so that it was made of the script's own literals.
 * Ordinary work on what comes from elsewhere is no hiding. */
static uint32_t way_of(enum sw_fold function, bool known)
{
    switch (function) {
    case SW_FOLD_BASE64_DECODE:
    case SW_FOLD_INFLATE_RAW:
    case SW_FOLD_INFLATE_ZLIB:
    case SW_FOLD_INFLATE_GZIP:
    case SW_FOLD_ROT13:
    case SW_FOLD_HEX_DECODE:
    case SW_FOLD_PACK:
    case SW_FOLD_UUDECODE:
    case SW_FOLD_OTHER_DECODER:
        return SW_WAS_DECODED;
    case SW_FOLD_REVERSE:
    case SW_FOLD_CHR:
    case SW_FOLD_BASE_CONVERT:
        return SW_WAS_TRICKED;
    case SW_FOLD_REPLACE:
    case SW_FOLD_REPLACE_IN:
    case SW_FOLD_TRANSLATE:
    case SW_FOLD_SUBSTR:
    case SW_FOLD_MID:
    case SW_FOLD_LEFT:
    case SW_FOLD_RIGHT:
    case SW_FOLD_IMPLODE:
    case SW_FOLD_FORMAT:
    case SW_FOLD_URL_DECODE:
    case SW_FOLD_STRIP_C:
    case SW_FOLD_ARRAY_DIFF:
    case SW_FOLD_TRIM:
    case SW_FOLD_TRIM_LEFT:
    case SW_FOLD_TRIM_RIGHT:
    case SW_FOLD_REPEAT:
    case SW_FOLD_DECHEX:
        return known ? SW_WAS_TRICKED : 0;
    default:
        return 0;
    }
}

/* Functions that reshape a literal in ways that aren't computed here. */
static bool reshapes(enum sw_fold function)
{
    return function == SW_FOLD_OTHER_SHAPE || function == SW_FOLD_TRANSLATE || function == SW_FOLD_REPLACE ||
           function == SW_FOLD_REPLACE_IN || function == SW_FOLD_SUBSTR || function == SW_FOLD_MID ||
           function == SW_FOLD_LEFT || function == SW_FOLD_RIGHT;
}

/* {101, 120, 101, 99} and {'e', 'x', 'e', 'c'} as a text. */
static bool letters(struct sw_arena *arena, const struct sw_array *list, struct sw_value *result)
{
    char *out = list->count > 0 ? sw_arena_bytes(arena, list->count) : NULL;
    if (out == NULL)
        return false;
    for (uint32_t i = 0; i < list->count; i++) {
        const struct sw_value *value = &list->entries[i].value;
        if (value->kind == SW_VALUE_NUMBER)
            out[i] = (char)(value->number & 0xff);
        else if (value->kind == SW_VALUE_TEXT && value->text.len == 1)
            out[i] = value->text.ptr[0];
        else
            return false;
    }
    *result = sw_value_text(sw_strn(out, list->count), 0);
    return true;
}

struct sw_value sw_fold_call(struct sw_arena *arena, enum sw_fold function, const struct sw_value *args, size_t count)
{
    struct sw_value result = {0};
    uint32_t origin = origins(args, count);
    uint32_t at = place_of_origin(args, count);
    bool known;
    if (count == 0)
        return result;
    if (function == SW_FOLD_LENGTH || function == SW_FOLD_ORD || function == SW_FOLD_INTVAL ||
        function == SW_FOLD_HEXDEC || function == SW_FOLD_OCTDEC || function == SW_FOLD_BINDEC)
        return sw_fold_text(arena, function, args, count, &result)
                   ? result
                   : sw_value_unknown(as_number(origin) | (origin & SW_WAS_HIDDEN), at);
    if (function == SW_FOLD_CHAR_AT)
        return count > 1 ? sw_fold_index(arena, &args[0], &args[1]) : sw_value_unknown(origin, at);
    if (function == SW_FOLD_PASS_ALL)
        return sw_value_unknown(origin, at);
    if (function == SW_FOLD_DECODER_LAST)
        return sw_value_unknown(origin | SW_WAS_DECODED, at);
    if (function == SW_FOLD_BASE64_LAST || function == SW_FOLD_CHR_LAST)
        return sw_fold_call(arena, function == SW_FOLD_CHR_LAST ? SW_FOLD_CHR : SW_FOLD_BASE64_DECODE, &args[count - 1], 1);
    if (function == SW_FOLD_CONCAT || function == SW_FOLD_JOIN_PATH) {
        const struct sw_value slash = sw_value_text(SW_STR("/"), 0);
        result = args[0];
        for (size_t i = 1; i < count; i++) {
            if (function == SW_FOLD_JOIN_PATH)
                result = sw_fold_join(arena, &result, &slash);
            result = sw_fold_join(arena, &result, &args[i]);
        }
        return sw_value_content(result);
    }
    if (function == SW_FOLD_LETTERS || function == SW_FOLD_LETTERS_LAST) {
        const struct sw_value *list = function == SW_FOLD_LETTERS ? &args[0] : &args[count - 1];
        if (list->kind == SW_VALUE_ARRAY && letters(arena, list->array, &result)) {
            result.origin |= origin | SW_WAS_TRICKED;
            return result;
        }
        function = function == SW_FOLD_LETTERS ? SW_FOLD_PASS : SW_FOLD_LAST;
    }
    if (function == SW_FOLD_PASS || function == SW_FOLD_SECOND_LAST || function == SW_FOLD_LAST) {
        result = sw_value_content(function == SW_FOLD_PASS ? args[0] : args[count - 1]);
        result.origin |= origin;
        if (result.at == 0)
            result.at = at;
        return result;
    }
    known = sw_fold_text(arena, function, args, count, &result) || sw_fold_array(arena, function, args, count, &result);
    if (!known)
        result = sw_value_unknown(0, 0);
    result.origin |= origin | way_of(function, known);
    if (!known && reshapes(function) && args[function == SW_FOLD_REPLACE && count > 2 ? 2 : 0].kind == SW_VALUE_TEXT)
        result.origin |= SW_WAS_TRICKED;
    struct sw_str format = function == SW_FOLD_FORMAT && args[0].kind == SW_VALUE_TEXT ? args[0].text : SW_STR("");
    if (!known && format.len > 3)
        result.origin |= SW_WAS_WRAPPED;
    if ((result.origin & SW_FROM_NUMBER) &&
        (function == SW_FOLD_CHR || function == SW_FOLD_PACK || function == SW_FOLD_FORMAT))
        result.origin |= SW_FROM_REQUEST;
    result.at = at;
    return result;
}
