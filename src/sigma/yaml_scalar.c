/* yaml_scalar.c - what a plain scalar is: null, boolean, integer, float or string, by YAML 1.1's patterns as PyYAML has
 * them. Timestamps and floats in base 60 stay strings: a rule that has one as a value means its text. */
#include "sigma/yaml.h"

#include "base/error.h"

#include <stdlib.h>

static bool one_of(struct sw_str s, const char *const *words)
{
    for (; *words != NULL; words++)
        if (sw_str_is(s, *words))
            return true;
    return false;
}

static bool is_null(struct sw_str s)
{
    static const char *const words[] = {"", "~", "null", "Null", "NULL", NULL};
    return one_of(s, words);
}

static bool is_true(struct sw_str s)
{
    static const char *const words[] = {"yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON", NULL};
    return one_of(s, words);
}

static bool is_false(struct sw_str s)
{
    static const char *const words[] = {"no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF", NULL};
    return one_of(s, words);
}

/* Takes a sign off the front. */
static struct sw_str unsign(struct sw_str s, bool *negative)
{
    *negative = s.len > 0 && s.ptr[0] == '-';
    return s.len > 0 && (s.ptr[0] == '-' || s.ptr[0] == '+') ? sw_str_from(s, 1) : s;
}

/* Digits of a base with `_` between them anywhere; false on another character or when 64 bits are too few. */
static bool digits(struct sw_str s, unsigned base, uint64_t *value)
{
    uint64_t sum = 0;
    bool any = false;
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '_')
            continue;
        int digit = sw_hex_digit(s.ptr[i]);
        if (digit < 0 || (unsigned)digit >= base)
            return false;
        if (__builtin_mul_overflow(sum, (uint64_t)base, &sum) || __builtin_add_overflow(sum, (uint64_t)digit, &sum))
            return false;
        any = true;
    }
    *value = sum;
    return any;
}

/* 190:20:30: parts in base 60, all but the first below 60 and of one or two digits. */
static bool sexagesimal(struct sw_str s, uint64_t *value)
{
    struct sw_str part;
    struct sw_str rest = s;
    uint64_t sum = 0;
    unsigned parts = 0;
    while (sw_str_next(&rest, ':', &part)) {
        uint64_t number = 0;
        bool good = parts == 0 ? digits(part, 10, &number) && part.ptr[0] != '0' && part.ptr[0] != '_'
                               : part.len <= 2 && sw_str_u64(part, &number) == 0 && number < 60;
        if (!good || __builtin_mul_overflow(sum, 60u, &sum) || __builtin_add_overflow(sum, number, &sum))
            return false;
        parts++;
    }
    *value = sum;
    return parts > 1;
}

static bool unsigned_integer(struct sw_str s, uint64_t *value)
{
    if (s.len == 0)
        return false;
    if (s.len > 2 && s.ptr[0] == '0' && s.ptr[1] == 'x')
        return digits(sw_str_from(s, 2), 16, value);
    if (s.len > 2 && s.ptr[0] == '0' && s.ptr[1] == 'b')
        return digits(sw_str_from(s, 2), 2, value);
    if (s.len > 1 && s.ptr[0] == '0')
        return digits(sw_str_from(s, 1), 8, value);
    if (!sw_is_digit(s.ptr[0]))
        return false;
    return digits(s, 10, value) || sexagesimal(s, value);
}

static bool integer(struct sw_str s, int64_t *value)
{
    bool negative;
    uint64_t magnitude;
    if (!unsigned_integer(unsign(s, &negative), &magnitude) || magnitude > (uint64_t)INT64_MAX + (negative ? 1 : 0))
        return false;
    *value = negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
    return true;
}

/* [0-9][0-9_]*\.[0-9_]*([eE][-+][0-9]+)? or \.[0-9][0-9_]*([eE][-+][0-9]+)?, copied without `_`. */
static bool decimal_form(struct sw_str s, char *out, size_t cap)
{
    size_t at = 0;
    size_t len = 0;
    bool point = false;
    for (; at < s.len && (sw_is_digit(s.ptr[at]) || s.ptr[at] == '_' || (s.ptr[at] == '.' && !point)); at++) {
        if (s.ptr[at] == '.')
            point = true;
        if (s.ptr[at] == '_')
            continue;
        if (len + 1 >= cap)
            return false;
        out[len++] = s.ptr[at];
    }
    bool starts_well = s.len > 1 && (sw_is_digit(s.ptr[0]) || (s.ptr[0] == '.' && sw_is_digit(s.ptr[1])));
    if (!point || !starts_well)
        return false;
    if (at < s.len) {
        struct sw_str tail = sw_str_from(s, at);
        if (tail.len < 3 || (tail.ptr[0] | 32) != 'e' || (tail.ptr[1] != '-' && tail.ptr[1] != '+'))
            return false;
        for (size_t i = 2; i < tail.len; i++)
            if (!sw_is_digit(tail.ptr[i]))
                return false;
        if (tail.len >= cap - len)
            return false;
        memcpy(out + len, tail.ptr, tail.len);
        len += tail.len;
    }
    out[len] = '\0';
    return true;
}

static bool real(struct sw_str s, double *value)
{
    static const char *const infinite[] = {".inf", ".Inf", ".INF", NULL};
    static const char *const nan[] = {".nan", ".NaN", ".NAN", NULL};
    bool negative;
    struct sw_str body = unsign(s, &negative);
    if (one_of(body, infinite)) {
        *value = negative ? -__builtin_inf() : __builtin_inf();
        return true;
    }
    if (one_of(s, nan)) {
        *value = __builtin_nan("");
        return true;
    }
    char text[128];
    bool signed_point = body.len < s.len && body.len > 0 && body.ptr[0] == '.'; /* "-.5" is a string */
    if (signed_point || !decimal_form(body, text, sizeof text))
        return false;
    double number = strtod(text, NULL); /* the program never calls setlocale(LC_NUMERIC) */
    *value = negative ? -number : number;
    return true;
}

void sw_yaml_resolve(struct sw_yaml *node)
{
    struct sw_str s = node->text;
    node->kind = SW_YAML_STRING;
    char first = s.len > 0 ? s.ptr[0] : '~';
    if (strchr("~nNyYtToOfF", first) != NULL) {
        if (is_null(s)) {
            node->kind = SW_YAML_NULL;
        } else if (is_true(s) || is_false(s)) {
            node->kind = SW_YAML_BOOL;
            node->truth = is_true(s);
        }
    } else if (sw_is_digit(first) || first == '-' || first == '+' || first == '.') {
        if (integer(s, &node->integer))
            node->kind = SW_YAML_INT;
        else if (real(s, &node->real))
            node->kind = SW_YAML_FLOAT;
    }
}

const char *sw_yaml_kind_name(const struct sw_yaml *node)
{
    switch ((enum sw_yaml_kind)node->kind) {
    case SW_YAML_NULL:
        return "nothing";
    case SW_YAML_BOOL:
        return "true or false";
    case SW_YAML_INT:
    case SW_YAML_FLOAT:
        return "a number";
    case SW_YAML_STRING:
        return "text";
    case SW_YAML_LIST:
        return "a list";
    case SW_YAML_MAP:
        return "a map";
    }
    return "something else";
}
