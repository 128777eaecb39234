/*
 * vpcflow.c - AWS VPC flow logs, versions 2 to 8, as files (S3) and as exports of CloudWatch.
 *
 * Form: AWS's documentation, "Flow log records". A header line names the columns; without one the default format of
 * version 2 holds. CloudWatch puts a time before each record: it is left out, since the record has its own.
 */
#include "base/error.h"
#include "base/limits.h"
#include "base/mem.h"
#include "decode/scan.h"
#include "decode/web.h"

enum { COLUMNS = 64 }; /* version 8 has 40 */

static const struct sw_str default_header = SW_STR_INIT("version account-id interface-id srcaddr dstaddr srcport "
                                                        "dstport protocol packets bytes start end action log-status");

struct column {
    sw_field_id id;
    bool number;
};

struct state {
    struct column columns[COLUMNS];
    unsigned count;
    unsigned start; /* column of the start time, of the end time; COLUMNS if there is none */
    unsigned end;
    char header[1024]; /* what the columns were made of */
    size_t header_len;
    sw_class_id class_id;
};

/* Columns by name, as a header line has them: a name that no value looks like, and nothing but names. */
static bool is_header(struct sw_str line)
{
    if (line.len < 8 || line.len > sizeof((struct state *)0)->header || !sw_is_alpha(line.ptr[0]))
        return false;
    for (size_t i = 0; i < line.len; i++)
        if ((unsigned char)(line.ptr[i] - 'a') >= 26 && line.ptr[i] != '-' && line.ptr[i] != ' ' &&
            !sw_is_digit(line.ptr[i]))
            return false;
    return sw_str_find(line, SW_STR("srcaddr")) != SW_NPOS || sw_str_find(line, SW_STR("interface-id")) != SW_NPOS;
}

static bool is_number_name(struct sw_str name)
{
    static const char *const names[] = {"version", "srcport", "dstport", "protocol",  "packets",
                                        "bytes",   "start",   "end",     "tcp-flags", "traffic-path"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (sw_str_is(name, names[i]))
            return true;
    return false;
}

static void use_header(struct state *state, struct sw_str header)
{
    if (state->header_len == header.len && memcmp(state->header, header.ptr, header.len) == 0)
        return;
    memcpy(state->header, header.ptr, header.len);
    state->header_len = header.len;
    state->count = 0;
    state->start = state->end = COLUMNS;
    struct sw_str rest = header;
    struct sw_str name;
    while (state->count < COLUMNS && sw_str_next(&rest, ' ', &name)) {
        if (name.len == 0)
            continue;
        if (sw_str_is(name, "start"))
            state->start = state->count;
        else if (sw_str_is(name, "end"))
            state->end = state->count;
        state->columns[state->count++] = (struct column){.id = sw_field_intern(name), .number = is_number_name(name)};
    }
}

/* --- records -------------------------------------------------------------------------------------------- */

static bool is_iso(struct sw_str text)
{
    return text.len >= 19 && text.ptr[4] == '-' && text.ptr[10] == 'T' && text.ptr[13] == ':';
}

/* The words of a line; returns how many, at most COLUMNS. The time that CloudWatch put in front is left out. */
static unsigned cut(struct sw_str line, struct sw_str *words)
{
    const char *at = line.ptr;
    const char *end = at + line.len;
    unsigned count = 0;
    while (at < end && count < COLUMNS) {
        const char *stop = sw_scan_chr(at, end, ' ');
        words[count] = sw_strn(at, (size_t)(stop - at));
        count += words[count].len > 0 && !(count == 0 && is_iso(words[0]));
        at = stop < end ? stop + 1 : end;
    }
    return count;
}

static bool read_time(const struct sw_str *words, unsigned count, unsigned column, int64_t *time)
{
    return column < count && sw_time_epoch(words[column], time) == 0;
}

static int decode_record(struct sw_decode *d, const struct state *state, struct sw_str line)
{
    struct sw_str words[COLUMNS];
    unsigned count = cut(line, words);
    if (count < 2 || count < state->count) {
        sw_decode_reject(d, "fewer columns than the header");
        return 0;
    }
    if (!read_time(words, count, state->start, &d->event.time) &&
        !read_time(words, count, state->end, &d->event.time) && (state->start < COLUMNS || state->end < COLUMNS)) {
        sw_decode_reject(d, "time of no known form");
        return 0;
    }
    for (unsigned i = 0; i < count; i++) {
        if (i >= state->count)
            sw_web_add(&d->event, sw_web_ids()->extra, words[i]);
        else if (state->columns[i].number)
            sw_web_add_number(&d->event, state->columns[i].id, words[i]);
        else
            sw_web_add(&d->event, state->columns[i].id, words[i]);
    }
    d->event.class_id = state->class_id;
    return sw_decode_emit(d);
}

static int decode(struct sw_decode *d, const struct sw_slice *slice)
{
    struct state *state = d->state;
    struct sw_str data = {(const char *)slice->data, slice->len};
    size_t at = 0;
    uint64_t number = slice->line;
    struct sw_str line;
    use_header(state, slice->header.len > 0 ? slice->header : default_header);
    for (size_t from = 0; sw_next_line(data, &at, &line); from = at, number++) {
        d->record = number;
        if (line.len == 0)
            continue;
        if (is_header(line)) {
            use_header(state, line);
            continue;
        }
        sw_decode_begin(d, line, slice->offset + from, number);
        if (line.len > SW_MAX_RECORD) {
            sw_decode_reject(d, "line longer than the limit");
            continue;
        }
        int rc = decode_record(d, state, line);
        if (rc != 0)
            return rc;
    }
    return 0;
}

/* The latest header line: one begins at the file's start, and at each seam of files that were put together. Records
 * begin with digits, so lines that begin with a letter are few. */
static void header(struct sw_buf *header, const struct sw_slice *slice)
{
    struct sw_str data = {(const char *)slice->data, slice->len};
    size_t at = 0;
    struct sw_str line;
    while (sw_next_line(data, &at, &line)) {
        if (!is_header(line))
            continue;
        sw_buf_clear(header);
        sw_buf_str_add(header, line);
    }
}

/* --- the decoder ---------------------------------------------------------------------------------------- */

static bool fits(struct sw_str line)
{
    struct sw_str words[COLUMNS];
    if (is_header(line))
        return true;
    unsigned count = cut(line, words);
    if (count < 14 || words[0].len != 1 || !sw_is_digit(words[0].ptr[0]) || !sw_str_starts(words[2], SW_STR("eni-")))
        return false;
    return sw_str_is(words[13], "OK") || sw_str_is(words[13], "NODATA") || sw_str_is(words[13], "SKIPDATA");
}

/* A header line decides: what follows it may be in any order. */
static int sniff(const struct sw_sniff *s)
{
    size_t at = 0;
    struct sw_str line;
    if (sw_next_line(s->head, &at, &line) && is_header(line))
        return SW_SURE_YES;
    unsigned share = sw_sniff_lines(s, 40, fits);
    return share >= 80 ? SW_SURE_YES : share >= 40 ? SW_SURE_LIKELY : SW_SURE_NO;
}

static void *state_new(const struct sw_classes *classes)
{
    (void)sw_web_ids();
    struct state *state = sw_alloc(1, sizeof *state);
    if (state != NULL)
        state->class_id = sw_classes_find(classes, SW_STR("aws/vpcflow"));
    return state;
}

const struct sw_decoder sw_decoder_vpcflow = {
    .name = "vpcflow",
    .title = "AWS VPC flow logs",
    .flags = SW_DECODER_HEADER,
    .sniff = sniff,
    .header = header,
    .state_new = state_new,
    .state_free = sw_free,
    .decode = decode,
};
