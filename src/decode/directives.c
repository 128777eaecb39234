/* directives.c - collecting and keeping the "#name value" lines of logs that describe their columns. */
#include "decode/directives.h"

size_t sw_directives_start(const struct sw_slice *slice)
{
    return slice->offset == 0 && slice->len >= 3 && memcmp(slice->data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

unsigned sw_directive_of(const struct sw_directives *kinds, struct sw_str line)
{
    unsigned i = line.len > SW_MAX_DIRECTIVE ? kinds->count : 0;
    while (i < kinds->count && !sw_str_istarts(line, kinds->names[i]))
        i++;
    return i;
}

struct sw_str sw_directive_get(const struct sw_directives *kinds, struct sw_str text, unsigned which)
{
    size_t at = 0;
    struct sw_str line;
    while (sw_next_line(text, &at, &line))
        if (sw_directive_of(kinds, line) == which)
            return sw_str_from(line, kinds->names[which].len);
    return (struct sw_str){"", 0};
}

void sw_directive_set(const struct sw_directives *kinds, struct sw_buf *text, struct sw_str line)
{
    if (sw_buf_reserve(text, line.len + 1) != 0) {
        text->error = 0;
        return;
    }
    unsigned which = sw_directive_of(kinds, line);
    size_t at = 0;
    struct sw_str old;
    for (size_t from = 0; sw_next_line(sw_buf_str(text), &at, &old); from = at) {
        if (sw_directive_of(kinds, old) != which)
            continue;
        memmove(text->data + from, text->data + at, text->len - at);
        text->len -= at - from;
        break;
    }
    sw_buf_str_add(text, line);
    sw_buf_char(text, '\n');
}

/* Newest first, each kind once: of a slice without directives this costs one memrchr(). */
void sw_directives_of_slice(const struct sw_directives *kinds, struct sw_buf *text, const struct sw_slice *slice)
{
    const char *data = (const char *)slice->data;
    struct sw_str found[16] = {{NULL, 0}};
    unsigned missing = kinds->count;
    size_t start = sw_directives_start(slice);
    size_t at = slice->len;
    while (at > 0 && missing > 0) {
        const char *sign = memrchr(data, '#', at);
        if (sign == NULL)
            break;
        at = (size_t)(sign - data);
        bool begins = at == start || (at > start && data[at - 1] == '\n');
        size_t from = at;
        struct sw_str line;
        if (!begins || !sw_next_line(sw_strn(data, slice->len), &from, &line))
            continue;
        unsigned which = sw_directive_of(kinds, line);
        if (which < kinds->count && found[which].ptr == NULL) {
            found[which] = line;
            missing--;
        }
    }
    for (unsigned i = 0; i < kinds->count; i++)
        if (found[i].ptr != NULL)
            sw_directive_set(kinds, text, found[i]);
}
