/* normalise_path.c - paths as servers take them, and commands as shells take them. */
#include "web/normalise.h"

/* --- paths -------------------------------------------------------------------------------------------------- */

static bool is_slash(char c)
{
    return c == '/' || c == '\\';
}

/* A segment that climbs: "..", also written with the dots doubled that some filters leave behind. */
static bool climbs(struct sw_str segment)
{
    if (segment.len < 2 || segment.len > 4)
        return false;
    for (size_t i = 0; i < segment.len; i++)
        if (segment.ptr[i] != '.')
            return false;
    return true;
}

struct sw_str sw_web_fold_path(struct sw_arena *arena, struct sw_str path, uint32_t *layers, bool *above)
{
    *above = false;
    char *out = sw_arena_bytes(arena, path.len + 1);
    if (out == NULL)
        return (struct sw_str){NULL, 0};
    size_t len = 0;
    size_t at = 0;
    while (at < path.len) {
        while (at < path.len && is_slash(path.ptr[at]))
            at++;
        size_t from = at;
        while (at < path.len && !is_slash(path.ptr[at]))
            at++;
        struct sw_str segment = sw_str_slice(path, from, at);
        bool more = at < path.len;
        segment = sw_str_slice(segment, 0, sw_str_chr(segment, ';'));
        if (segment.len == 0 || (segment.len == 1 && segment.ptr[0] == '.')) {
            if (!more && len > 0 && from == at)
                out[len++] = '/'; /* the path ended with a slash */
            continue;
        }
        if (climbs(segment)) {
            *layers |= SW_WEB_DOTS;
            if (len == 0)
                *above = true;
            while (len > 0 && out[len - 1] != '/')
                len--;
            len -= len > 0;
            continue;
        }
        out[len++] = '/';
        memcpy(out + len, segment.ptr, segment.len);
        len += segment.len;
    }
    return sw_strn(out, len);
}

/* --- shells ------------------------------------------------------------------------------------------------- */

static bool is_word(char c)
{
    return sw_is_alpha(c) || sw_is_digit(c) || c == '_';
}

static bool is_quote(char c)
{
    return c == '\'' || c == '"' || c == '`';
}

/* Length of an expansion at text[at] == '$' that gives nothing (an unset variable, an empty command); 0 if it is none.
 * *space is set when it gives the field separator. */
static size_t empty_expansion(struct sw_str text, size_t at, bool *space)
{
    struct sw_str rest = sw_str_from(text, at + 1);
    *space = sw_str_istarts(rest, SW_STR("IFS")) || sw_str_istarts(rest, SW_STR("{IFS"));
    if (rest.len == 0)
        return 0;
    char c = rest.ptr[0];
    if (c == '{') {
        size_t close = sw_str_chr(sw_str_slice(rest, 0, 24), '}');
        if (close == SW_NPOS || close < 2)
            return 0;
        for (size_t i = 1; i < close; i++)
            if (!is_word(rest.ptr[i]) && memchr("%#*@:-", rest.ptr[i], 6) == NULL)
                return 0;
        return close + 2;
    }
    if (c == '(') {
        size_t close = sw_str_chr(sw_str_slice(rest, 0, 8), ')');
        for (size_t i = 1; close != SW_NPOS && i < close; i++)
            if (!sw_is_alpha(rest.ptr[i]))
                return 0;
        return close == SW_NPOS ? 0 : close + 2;
    }
    if (memchr("@*!-$?#", c, 7) != NULL || sw_is_digit(c))
        return 2;
    size_t len = 0;
    if (*space) /* $IFS$9cat: the name ends where it must */
        return rest.len >= 5 && rest.ptr[3] == '$' && sw_is_digit(rest.ptr[4]) ? 6 : 4;
    while (len < rest.len && is_word(rest.ptr[len]))
        len++;
    return len > 0 ? len + 1 : 0;
}

/* "[s]" and "[!s]" of a file name pattern at text[at] == '[': its length and a character that it stands for; else 0. */
static size_t one_of(struct sw_str text, size_t at, char *stands)
{
    struct sw_str rest = sw_str_slice(text, at + 1, at + 14);
    size_t close = sw_str_chr(rest, ']');
    if (close == SW_NPOS || close == 0)
        return 0;
    bool mark = rest.ptr[0] == '?' || rest.ptr[0] == '*';
    bool other = mark || rest.ptr[0] == '!' || rest.ptr[0] == '^' || (close == 3 && rest.ptr[1] == '-');
    *stands = other ? '?' : rest.ptr[0];
    return is_word(rest.ptr[0]) || other ? close + 2 : 0;
}

/* Inside {a,b}? Looks back for the brace, a little. */
static bool in_braces(struct sw_str text, size_t at)
{
    for (size_t back = 1; back <= 200 && back <= at; back++) {
        char c = text.ptr[at - back];
        if (c == '{')
            return true;
        if (c == '}')
            return false;
    }
    return false;
}

struct unquote {
    char *out;
    size_t len;
    bool joined; /* something was left out within a word */
};

static void leave_out(struct unquote *u, struct sw_str text, size_t next)
{
    if (u->len > 0 && is_word(u->out[u->len - 1]) && next < text.len && is_word(text.ptr[next]))
        u->joined = true;
}

/* Handles what begins at `at` if it is more than a plain character; returns how many bytes it took. */
static size_t undo_quoting(struct unquote *u, struct sw_str text, size_t at)
{
    char c = text.ptr[at];
    size_t taken = 0;
    bool space = false;
    char stands = 0;
    if (is_quote(c) || c == '^') {
        taken = 1;
        if (c == '^' && u->len > 0 && !is_word(u->out[u->len - 1]))
            return 0;
    } else if (c == '\\' && at + 1 < text.len && is_quote(text.ptr[at + 1])) {
        taken = 2; /* some logs write a quote so */
    } else if (c == '\\' && at + 1 < text.len && (is_word(text.ptr[at + 1]) || text.ptr[at + 1] == '\n')) {
        taken = text.ptr[at + 1] == '\n' ? 2 : 1;
    } else if (c == '$') {
        taken = empty_expansion(text, at, &space);
    } else if ((c == '<' || c == '>') && at + 2 < text.len && text.ptr[at + 1] == '(' && text.ptr[at + 2] == ')') {
        taken = 3;
    } else if (c == '[') {
        taken = one_of(text, at, &stands);
    } else if ((c == ',' || c == '}' || c == '{') &&
               (in_braces(text, at) || (c == '{' && in_braces(text, at + 1) && (at == 0 || text.ptr[at - 1] != '$')))) {
        taken = 1;
        space = true;
    }
    if (taken == 0)
        return 0;
    if (stands != 0) {
        u->out[u->len++] = stands;
        u->joined = true;
    } else if (space) {
        u->out[u->len++] = ' ';
    } else {
        leave_out(u, text, at + taken);
    }
    return taken;
}

struct sw_str sw_web_unquote(struct sw_arena *arena, struct sw_str text, uint32_t *layers)
{
    struct unquote u = {.out = sw_arena_bytes(arena, text.len + 1)};
    if (u.out == NULL)
        return (struct sw_str){NULL, 0};
    for (size_t at = 0; at < text.len;) {
        size_t taken = undo_quoting(&u, text, at);
        if (taken == 0) {
            char c = text.ptr[at++];
            u.out[u.len++] = c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f' ? ' ' : c;
        }
        at += taken;
    }
    if (u.joined)
        *layers |= SW_WEB_QUOTING;
    return sw_strn(u.out, u.len);
}
