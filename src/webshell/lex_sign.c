/* lex_sign.c - operators and brackets of the languages that resemble C, by a table. */
#include "webshell/lex.h"

/* Where the signs that begin with a character are among them. */
static size_t first_sign(const struct sw_sign *signs, size_t count, char c)
{
    size_t low = 0;
    size_t high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (signs[middle].text[0] < c)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The length of the sign if the text begins with it, else 0. */
static size_t length_at(const struct sw_sign *sign, struct sw_str text)
{
    size_t n = 1;
    while (n < sizeof sign->text && sign->text[n] != '\0') {
        if (n >= text.len || text.ptr[n] != sign->text[n])
            return 0;
        n++;
    }
    return n;
}

const struct sw_sign *sw_lex_sign(const struct sw_sign *signs, size_t count, struct sw_str text, size_t *length)
{
    for (size_t i = first_sign(signs, count, text.ptr[0]); i < count && signs[i].text[0] == text.ptr[0]; i++) {
        *length = length_at(&signs[i], text);
        if (*length > 0)
            return &signs[i];
    }
    return NULL;
}
