/* weblog_line.c - cuts an access log line into words, quoted texts and texts in brackets. Knows no field. */
#include "decode/weblog_priv.h"

#include "decode/scan.h"

static bool ends_token(const char *at, const char *end)
{
    return at >= end || *at == ' ' || *at == '\t';
}

/* Whether what follows a request is its status: three digits, another number (bytes of the SSL request log) or "-". */
static bool status_follows(const char *at, const char *end)
{
    while (at < end && *at == ' ')
        at++;
    return at == end || sw_is_digit(*at) || (*at == '-' && ends_token(at + 1, end));
}

/* Is the quote at `quote` escaped, in a text that begins at `from`? */
static bool escaped(const char *from, const char *quote)
{
    const char *back = quote;
    while (back > from && back[-1] == '\\')
        back--;
    return (quote - back) % 2 == 1;
}

/* Where the quoted text that begins at `from` ends: at its quote, or at `end` when there is none. Servers escape quotes
 * inside (\" or \x22); where they don't, a quote before a space is taken for the last, and of a request the one before
 * the status. One pass, whatever the text. */
static inline const char *quote_end(const char *from, const char *end, bool is_request)
{
    const char *plain = NULL;  /* the first quote that is not escaped */
    const char *spaced = NULL; /* the first of those that a space follows */
    for (const char *quote = sw_scan_chr(from, end, '"'); quote < end; quote = sw_scan_chr(quote + 1, end, '"')) {
        if (escaped(from, quote))
            continue;
        if (ends_token(quote + 1, end)) {
            if (!is_request || status_follows(quote + 1, end))
                return quote;
            if (spaced == NULL)
                spaced = quote;
        } else if (plain == NULL) {
            plain = quote;
        }
    }
    return spaced != NULL ? spaced : plain != NULL ? plain : end;
}

/* The end of a value in key="value": the first quote that no backslash stands before. */
static const char *value_end(const char *from, const char *end)
{
    const char *at = sw_scan_chr(from, end, '"');
    while (at < end && at > from && at[-1] == '\\')
        at = sw_scan_chr(at + 1, end, '"');
    return at;
}

/* A word: to the next space, with key="a b" and lists "a, b" taken as one. */
static const char *word_end(const char *at, const char *end)
{
    for (;;) {
        const char *stop = sw_scan_any(at, end, ' ', '"', '\t');
        if (stop == end)
            return end;
        if (*stop == '"') {
            if (stop > at && stop[-1] == '=')
                stop = value_end(stop + 1, end);
            at = stop < end ? stop + 1 : end;
        } else if (stop > at && stop[-1] == ',' && *stop == ' ' && stop + 1 < end && stop[1] != ' ' && stop[1] != '"' &&
                   stop[1] != '[') {
            at = stop + 1;
        } else {
            return stop;
        }
    }
}

/* Takes the token at *at, which is not at the end and at no space. */
static inline __attribute__((always_inline)) enum weblog_kind next_token(const char **at, const char *end,
                                                                         struct sw_str *text)
{
    const char *start = *at;
    if (*start == '-' && ends_token(start + 1, end)) {
        *text = sw_strn(start, 1);
        *at = start + 1;
        return WEBLOG_WORD;
    }
    if (*start == '"') {
        const char *stop = quote_end(start + 1, end, false);
        *text = sw_strn(start + 1, (size_t)(stop - start - 1));
        *at = stop < end ? stop + 1 : end;
        return WEBLOG_QUOTE;
    }
    if (*start == '[') {
        const char *stop = sw_scan_chr(start + 1, end, ']');
        if (stop < end && ends_token(stop + 1, end)) {
            *text = sw_strn(start + 1, (size_t)(stop - start - 1));
            *at = stop + 1;
            return WEBLOG_BRACKET;
        }
    }
    const char *stop = word_end(start, end);
    *text = sw_strn(start, (size_t)(stop - start));
    *at = stop;
    return WEBLOG_WORD;
}

static const char *skip_spaces(const char *at, const char *end)
{
    while (at < end && (*at == ' ' || *at == '\t'))
        at++;
    return at;
}

/* A time of an access log begins with a digit and has colons: 06/May/2024:07:08:09, 05/06/2024:07:08:09,
 * 2024-05-06T07:08:09Z */
static bool is_time(struct sw_str text)
{
    return text.len >= 19 && sw_is_digit(text.ptr[0]) && (text.ptr[2] == '/' || text.ptr[4] == '-') &&
           (text.ptr[13] == ':' || text.ptr[14] == ':');
}

/* The tokens up to and including the time. */
static const char *cut_prefix(struct weblog_line *line, const char *at, const char *end)
{
    line->prefix_count = 0;
    for (;;) {
        at = skip_spaces(at, end);
        if (at == end)
            return NULL;
        struct sw_str text;
        enum weblog_kind kind = next_token(&at, end, &text);
        if (kind == WEBLOG_BRACKET && is_time(text)) {
            line->time = text;
            return at;
        }
        if (line->prefix_count == WEBLOG_PREFIX)
            return NULL;
        line->prefix_quoted[line->prefix_count] = kind == WEBLOG_QUOTE;
        line->prefix[line->prefix_count++] = text;
    }
}

static void cut_tail(struct weblog_line *line, const char *at, const char *end)
{
    line->count = 0;
    line->shape = 0;
    for (;;) {
        at = skip_spaces(at, end);
        if (at == end)
            return;
        struct sw_str *text = &line->tokens[line->count];
        if (line->count == WEBLOG_TOKENS) {
            *text = sw_strn(at, (size_t)(end - at));
            line->count++;
            return;
        }
        enum weblog_kind kind = next_token(&at, end, text);
        line->shape |= (uint64_t)kind << (2 * line->count);
        line->count++;
    }
}

const char *weblog_cut(struct weblog_line *line, struct sw_str text)
{
    const char *end = text.ptr + text.len;
    line->end = end;
    const char *at = cut_prefix(line, text.ptr, end);
    if (at == NULL)
        return "no time in brackets";
    line->request = (struct sw_str){NULL, 0};
    line->request_cut = false;
    if (line->prefix_count == 0) {
        cut_tail(line, at, end);
        return NULL;
    }
    at = skip_spaces(at, end);
    if (at == end || *at != '"')
        return "no quoted request";
    const char *stop = quote_end(at + 1, end, true);
    line->request = sw_strn(at + 1, (size_t)(stop - at - 1));
    line->request_cut = stop == end;
    cut_tail(line, stop < end ? stop + 1 : end, end);
    return NULL;
}
