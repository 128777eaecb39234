/* str.c - comparing, searching and reading numbers out of spans. */
#include "base/str.h"

#include "base/error.h"

#include <locale.h>
#include <stdlib.h>

static bool fold_equal(const char *a, const char *b, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (sw_lower(a[i]) != sw_lower(b[i]))
            return false;
    return true;
}

bool sw_str_ieq(struct sw_str a, struct sw_str b)
{
    return a.len == b.len && fold_equal(a.ptr, b.ptr, a.len);
}

bool sw_str_istarts(struct sw_str a, struct sw_str prefix)
{
    return a.len >= prefix.len && fold_equal(a.ptr, prefix.ptr, prefix.len);
}

bool sw_str_iends(struct sw_str a, struct sw_str suffix)
{
    return a.len >= suffix.len && fold_equal(a.ptr + (a.len - suffix.len), suffix.ptr, suffix.len);
}

size_t sw_str_find(struct sw_str s, struct sw_str needle)
{
    if (needle.len == 0)
        return 0;
    if (s.len < needle.len)
        return SW_NPOS;
    const char *at = memmem(s.ptr, s.len, needle.ptr, needle.len);
    return at ? (size_t)(at - s.ptr) : SW_NPOS;
}

size_t sw_str_ifind(struct sw_str s, struct sw_str needle)
{
    if (needle.len == 0)
        return 0;
    if (s.len < needle.len)
        return SW_NPOS;
    char first = sw_lower(needle.ptr[0]);
    for (size_t i = 0; i <= s.len - needle.len; i++)
        if (sw_lower(s.ptr[i]) == first && fold_equal(s.ptr + i, needle.ptr, needle.len))
            return i;
    return SW_NPOS;
}

int sw_str_cmp(struct sw_str a, struct sw_str b)
{
    size_t shorter = a.len < b.len ? a.len : b.len;
    int order = shorter ? memcmp(a.ptr, b.ptr, shorter) : 0;
    if (order != 0)
        return order;
    return (a.len > b.len) - (a.len < b.len);
}

struct sw_str sw_str_trim(struct sw_str s)
{
    size_t from = 0;
    size_t to = s.len;
    while (from < to && sw_is_space(s.ptr[from]))
        from++;
    while (to > from && sw_is_space(s.ptr[to - 1]))
        to--;
    return sw_str_slice(s, from, to);
}

bool sw_str_next(struct sw_str *rest, char sep, struct sw_str *part)
{
    if (rest->ptr == NULL)
        return false;
    size_t at = sw_str_chr(*rest, sep);
    if (at == SW_NPOS) {
        *part = *rest;
        *rest = (struct sw_str){NULL, 0};
        return true;
    }
    *part = sw_str_slice(*rest, 0, at);
    *rest = sw_str_from(*rest, at + 1);
    return true;
}

int sw_str_u64(struct sw_str s, uint64_t *value)
{
    if (s.len == 0)
        return SW_E_FORMAT;
    uint64_t sum = 0;
    size_t i = 0;
    for (; i < s.len && i < 19; i++) { /* 19 digits always fit */
        if (!sw_is_digit(s.ptr[i]))
            return SW_E_FORMAT;
        sum = sum * 10 + (uint64_t)(s.ptr[i] - '0');
    }
    for (; i < s.len; i++) {
        if (!sw_is_digit(s.ptr[i]))
            return SW_E_FORMAT;
        if (__builtin_mul_overflow(sum, 10u, &sum) || __builtin_add_overflow(sum, (uint64_t)(s.ptr[i] - '0'), &sum))
            return SW_E_LIMIT;
    }
    *value = sum;
    return 0;
}

int sw_str_i64(struct sw_str s, int64_t *value)
{
    bool negative = s.len > 0 && s.ptr[0] == '-';
    uint64_t magnitude;
    int rc = sw_str_u64(sw_str_from(s, negative ? 1 : 0), &magnitude);
    if (rc != 0)
        return rc;
    if (magnitude > (uint64_t)INT64_MAX + (negative ? 1 : 0))
        return SW_E_LIMIT;
    *value = negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
    return 0;
}

int sw_str_hex64(struct sw_str s, uint64_t *value)
{
    if (s.len > 2 && s.ptr[0] == '0' && (s.ptr[1] | 32) == 'x')
        s = sw_str_from(s, 2);
    if (s.len == 0)
        return SW_E_FORMAT;
    if (s.len > 16)
        return SW_E_LIMIT;
    uint64_t sum = 0;
    for (size_t i = 0; i < s.len; i++) {
        int digit = sw_hex_digit(s.ptr[i]);
        if (digit < 0)
            return SW_E_FORMAT;
        sum = sum << 4 | (uint64_t)digit;
    }
    *value = sum;
    return 0;
}

int sw_str_double(struct sw_str s, double *value)
{
    /* Digits, sign, point and exponent only: strtod's "inf", "nan" and hex forms are not numbers here. */
    char text[64];
    if (s.len == 0 || s.len >= sizeof text)
        return SW_E_FORMAT;
    for (size_t i = 0; i < s.len; i++)
        if (!sw_is_digit(s.ptr[i]) && memchr("+-.eE", s.ptr[i], 5) == NULL)
            return SW_E_FORMAT;
    memcpy(text, s.ptr, s.len);
    text[s.len] = '\0';
    char *end;
    double number = strtod(text, &end); /* the program never calls setlocale(LC_NUMERIC) */
    if (end != text + s.len)
        return SW_E_FORMAT;
    *value = number;
    return 0;
}

unsigned sw_str_distance(struct sw_str a, struct sw_str b)
{
    enum { CAP = 64 };
    unsigned rows[3][CAP + 1];
    size_t n = a.len < CAP ? a.len : CAP;
    size_t m = b.len < CAP ? b.len : CAP;
    for (size_t j = 0; j <= m; j++)
        rows[0][j] = (unsigned)j;
    for (size_t i = 1; i <= n; i++) {
        unsigned *row = rows[i % 3];
        const unsigned *above = rows[(i - 1) % 3];
        const unsigned *two_above = rows[(i + 1) % 3];
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= m; j++) {
            unsigned best = above[j - 1] + (a.ptr[i - 1] != b.ptr[j - 1]);
            if (above[j] + 1 < best)
                best = above[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            if (i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] && a.ptr[i - 2] == b.ptr[j - 1] && two_above[j - 2] + 1 < best)
                best = two_above[j - 2] + 1;
            row[j] = best;
        }
    }
    return rows[n % 3][m];
}
