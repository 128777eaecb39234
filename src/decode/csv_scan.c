/* csv_scan.c - the ends of fields and records in comma separated text. Knows no column. */
#include "decode/csv_scan.h"

#include "base/limits.h"
#include "decode/scan.h"

enum { HEADER_MAX = 64 * 1024 };

void csv_scan_init(struct csv_scan *scan, struct sw_str data, char delimiter, bool complete)
{
    *scan = (struct csv_scan){.end = data.ptr + data.len,
                              .delimiter = delimiter,
                              .complete = complete,
                              .record = data.ptr,
                              .from = data.ptr,
                              .to = data.ptr};
}

/* --- quotes --------------------------------------------------------------------------------------------- */

/* Does a field end here? 1 yes, 0 no, -1 unknown. */
static int field_ends(const struct csv_scan *scan, const char *at)
{
    if (at == scan->end)
        return scan->complete ? 1 : -1;
    if (*at == scan->delimiter || *at == '\n')
        return 1;
    if (*at != '\r')
        return 0;
    if (at + 1 == scan->end)
        return scan->complete ? 1 : -1;
    return at[1] == '\n';
}

static const char *quotes_end(const struct csv_scan *scan, const char *at)
{
    while (at < scan->end && *at == '"')
        at++;
    return at;
}

/* Looks for the first closing quote at or after `from`, before `limit`: the last of an odd number of quotes in a row,
 * before the end of a field. Goes on where the latest search stopped. Returns NULL for none; *more: none yet. */
static const char *search_closing(struct csv_scan *scan, const char *from, const char *limit, bool *more)
{
    if (from < scan->from || from > scan->to || (scan->found && from > scan->to)) {
        scan->from = scan->to = from;
        scan->found = false;
    }
    const char *at = scan->to;
    while (!scan->found && at < limit) {
        at = sw_scan_chr(at, scan->end, '"');
        const char *after = quotes_end(scan, at);
        if (at == scan->end || (after == scan->end && !scan->complete)) {
            scan->to = at;
            *more = !scan->complete;
            return NULL;
        }
        int ends = field_ends(scan, after);
        if (ends < 0) {
            scan->to = at;
            *more = true;
            return NULL;
        }
        scan->found = ends == 1 && (after - at) % 2 == 1;
        scan->to = at = scan->found ? after - 1 : after;
    }
    return scan->found && scan->to < limit ? scan->to : NULL;
}

/* The quote that closes the value which begins at `from`; NULL when there is none, or when *more bytes could bring one.
 */
static const char *closing_quote(struct csv_scan *scan, const char *from, bool *more)
{
    *more = false;
    const char *limit = scan->record + SW_MAX_RECORD;
    const char *after = quotes_end(scan, from); /* quotes right behind the opening one */
    if (after == scan->end && !scan->complete) {
        *more = after < limit;
        return NULL;
    }
    if ((after - from) % 2 == 1) {
        int ends = field_ends(scan, after);
        if (ends != 0) {
            *more = ends < 0;
            return ends < 0 ? NULL : after - 1;
        }
    }
    const char *found = search_closing(scan, after, limit, more);
    if (*more && scan->to >= limit)
        *more = false;
    return found;
}

/* --- fields --------------------------------------------------------------------------------------------- */

/* Ends a field at `stop`, which is at a delimiter, a line end or the end of the data. */
static enum csv_found finish(const struct csv_scan *scan, const char **at, const char *stop)
{
    if (stop < scan->end && *stop == '\r')
        stop++;
    if (stop == scan->end) {
        *at = stop;
        return CSV_LAST;
    }
    *at = stop + 1;
    return *stop == '\n' ? CSV_LAST : CSV_FIELD;
}

enum csv_found csv_scan_field(struct csv_scan *scan, const char **at, struct csv_value *value)
{
    const char *start = *at;
    const char *open = start < scan->end && *start == ' ' ? start + 1 : start;
    if (open == scan->end && !scan->complete)
        return CSV_MORE;
    if (open < scan->end && *open == '"') {
        bool more;
        const char *close = closing_quote(scan, open + 1, &more);
        if (more)
            return CSV_MORE;
        if (close != NULL) {
            *value = (struct csv_value){{open + 1, (size_t)(close - open - 1)}, true};
            return finish(scan, at, close + 1);
        }
    }
    const char *stop = sw_scan_any(start, scan->end, scan->delimiter, '\n', '\n');
    if (stop == scan->end && !scan->complete)
        return CSV_MORE;
    const char *end = stop > start && stop[-1] == '\r' && (stop == scan->end || *stop == '\n') ? stop - 1 : stop;
    *value = (struct csv_value){{start, (size_t)(end - start)}, false};
    return finish(scan, at, stop);
}

/* --- records -------------------------------------------------------------------------------------------- */

/* Behind the last line feed of [from, to), or `otherwise` when there is none. */
static const char *line_start(const char *from, const char *to, const char *otherwise)
{
    const char *feed = from < to ? memrchr(from, '\n', (size_t)(to - from)) : NULL;
    return feed != NULL ? feed + 1 : otherwise;
}

/* Hops from quote to quote: what lies between them is plain. */
size_t csv_scan_records(struct csv_scan *scan, struct sw_str data)
{
    const char *plain = data.ptr; /* where plain text began */
    const char *at = data.ptr;
    scan->record = data.ptr;
    while (at < scan->end) {
        const char *quote = memchr(at, '"', (size_t)(scan->end - at));
        if (quote == NULL)
            break;
        scan->record = line_start(plain, quote, scan->record);
        plain = quote;
        at = quote + 1;
        const char *before = quote > scan->record && quote[-1] == ' ' ? quote - 1 : quote;
        if (before > scan->record && before[-1] != scan->delimiter)
            continue;
        bool more;
        const char *close = closing_quote(scan, quote + 1, &more);
        if (more)
            return (size_t)(scan->record - data.ptr);
        if (close != NULL)
            plain = at = close + 1;
    }
    return (size_t)(line_start(plain, scan->end, scan->record) - data.ptr);
}

/* --- the header ----------------------------------------------------------------------------------------- */

size_t csv_preamble(struct sw_str data)
{
    size_t at = sw_str_starts(data, SW_STR("\xef\xbb\xbf")) ? 3 : 0;
    for (;;) {
        struct sw_str rest = sw_str_from(data, at);
        size_t feed = sw_str_chr(rest, '\n');
        if (feed == SW_NPOS)
            return at;
        struct sw_str line = sw_str_trim(sw_str_slice(rest, 0, feed));
        if (line.len > 0 && !sw_str_starts(line, SW_STR("#TYPE ")) && !sw_str_istarts(line, SW_STR("sep=")))
            return at;
        at += feed + 1;
    }
}

size_t csv_header_length(struct sw_str data, bool complete)
{
    struct sw_str head = sw_str_slice(data, 0, HEADER_MAX);
    bool inside = false;
    for (size_t i = 0; i < head.len; i++) {
        if (head.ptr[i] == '"')
            inside = !inside;
        else if (head.ptr[i] == '\n' && !inside)
            return i + 1;
    }
    if (data.len < HEADER_MAX && !complete)
        return 0;
    size_t feed = sw_str_chr(data, '\n'); /* its quotes are no quotes */
    if (feed != SW_NPOS)
        return feed + 1;
    return complete ? data.len : 0;
}

char csv_delimiter(struct sw_str header)
{
    static const char candidates[] = {'\t', ',', ';', '|'};
    size_t counts[sizeof candidates] = {0};
    bool inside = false;
    for (size_t i = 0; i < header.len; i++) {
        if (header.ptr[i] == '"')
            inside = !inside;
        for (size_t k = 0; k < sizeof candidates && !inside; k++)
            counts[k] += header.ptr[i] == candidates[k];
    }
    size_t best = 0;
    for (size_t k = 1; k < sizeof candidates; k++)
        if (counts[k] > counts[best])
            best = k;
    return counts[best] > 0 ? candidates[best] : ',';
}
