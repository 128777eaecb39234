/*
 * lookup.c - Log4j lookups (${...}) resolved to the text they give, innermost first.
 *
 * Only what needs no knowledge of the victim: lower, upper, date with quoted letters, and defaults ("${anything:-x}"). Facts:
 * the manual of Apache Log4j 2, "Lookups" and "Property Substitution". One pass with a stack of open braces; no recursion.
 */
#include "web/normalise.h"

enum { MOST_OPEN = 32 };

/* The text between the apostrophes of a date pattern: ${date:'j'} gives j. */
static size_t date_text(char *to, struct sw_str pattern)
{
    size_t len = 0;
    bool quoted = false;
    for (size_t i = 0; i < pattern.len; i++) {
        if (pattern.ptr[i] == '\'')
            quoted = !quoted;
        else if (quoted)
            to[len++] = pattern.ptr[i];
        else if (sw_is_alpha(pattern.ptr[i]))
            return SW_NPOS; /* a real date: not known here */
    }
    return len;
}

/* Resolves the lookup whose inside is `body` (nothing in it is open) into `to`, which may be body.ptr - 2. Returns its
 * length, or SW_NPOS when it stays. */
static size_t resolve(char *to, struct sw_str body)
{
    struct sw_str fallback = {NULL, 0};
    size_t mark = sw_str_find(body, SW_STR(":-"));
    if (mark != SW_NPOS) {
        fallback = sw_str_from(body, mark + 2);
        memmove(to, fallback.ptr, fallback.len);
        return fallback.len;
    }
    if (sw_str_istarts(body, SW_STR("date:")))
        return date_text(to, sw_str_from(body, 5));
    bool lower = sw_str_istarts(body, SW_STR("lower:"));
    bool upper = sw_str_istarts(body, SW_STR("upper:"));
    if (!lower && !upper)
        return SW_NPOS;
    size_t len = 0;
    for (size_t i = 6; i < body.len; i++)
        to[len++] = lower ? sw_lower(body.ptr[i]) : body.ptr[i]; /* upper: case is folded later anyway */
    /* upper turns the dotless i into I, which is how "jndi" is hidden from filters. */
    if (len == 2 && (unsigned char)to[0] == 0xc4 && (unsigned char)to[1] == 0xb1)
        to[0] = 'i', len = 1;
    return len;
}

struct sw_str sw_web_resolve_lookups(struct sw_arena *arena, struct sw_str text, uint32_t *layers)
{
    if (sw_str_find(text, SW_STR("${")) == SW_NPOS)
        return text;
    char *out = sw_arena_bytes(arena, text.len + 1);
    if (out == NULL)
        return (struct sw_str){NULL, 0};
    size_t open[MOST_OPEN]; /* where in `out` a "${" begins */
    unsigned depth = 0;
    size_t len = 0;
    for (size_t at = 0; at < text.len; at++) {
        char c = text.ptr[at];
        if (c == '$' && at + 1 < text.len && text.ptr[at + 1] == '{') {
            if (depth == MOST_OPEN) /* deeper than anything real: the outermost is given up */
                memmove(open, open + 1, --depth * sizeof *open);
            open[depth++] = len;
            out[len++] = '$';
            out[len++] = '{';
            at++;
            continue;
        }
        if (c != '}' || depth == 0) {
            out[len++] = c;
            continue;
        }
        size_t start = open[--depth];
        size_t gives = resolve(out + start, sw_strn(out + start + 2, len - start - 2));
        if (gives == SW_NPOS) {
            out[len++] = '}';
        } else {
            len = start + gives;
            *layers |= SW_WEB_LOOKUP;
        }
    }
    return sw_strn(out, len);
}
