/*
 * w3c.c - logs whose columns are named by a #Fields directive: IIS (web, FTP, SMTP, HTTP.sys), Exchange (HttpProxy,
 * message tracking and others), CloudFront, ProxySG, Forefront TMG, Windows' firewall and whatever else follows the
 * W3C's draft.
 *
 * The directives in force travel from slice to slice in the header text, so that columns may change anywhere in a file.
 */
#include "base/error.h"
#include "base/mem.h"
#include "decode/scan.h"
#include "decode/w3c_priv.h"

struct state {
    struct w3c_layout layout;
    struct sw_buf header; /* the directives that `layout` was made of */
    sw_class_id class_id;
    struct sw_web_clock clock;
    char date_text[10]; /* the latest date, and its midnight */
    int64_t date;
};

/* What of a record is put together from several columns. */
struct parts {
    struct sw_str stem;
    struct sw_str query;
    struct sw_str scheme;
    struct sw_str host;
    struct sw_str port;
    struct sw_str date;
    struct sw_str time;
};

/* --- values --------------------------------------------------------------------------------------------- */

static bool is_none(struct sw_str text)
{
    return text.len == 0 || (text.len == 1 && text.ptr[0] == '-');
}

/* A copy with '+' turned into spaces, or text itself when it has none or there is no room. */
static struct sw_str plus_to_space(struct sw_arena *arena, struct sw_str text)
{
    if (text.len == 0 || memchr(text.ptr, '+', text.len) == NULL)
        return text;
    char *copy = sw_arena_bytes(arena, text.len);
    if (copy == NULL)
        return text;
    for (size_t i = 0; i < text.len; i++)
        copy[i] = text.ptr[i] == '+' ? ' ' : text.ptr[i];
    return sw_strn(copy, text.len);
}

/* A copy with %XX decoded once; what is no escape stays. */
static struct sw_str percent_decode(struct sw_arena *arena, struct sw_str text)
{
    if (text.len == 0 || memchr(text.ptr, '%', text.len) == NULL)
        return text;
    char *copy = sw_arena_bytes(arena, text.len);
    if (copy == NULL)
        return text;
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        int high = text.ptr[i] == '%' && i + 2 < text.len ? sw_hex_digit(text.ptr[i + 1]) : -1;
        int low = high >= 0 ? sw_hex_digit(text.ptr[i + 2]) : -1;
        copy[len++] = low >= 0 ? (char)(high * 16 + low) : text.ptr[i];
        i += low >= 0 ? 2 : 0;
    }
    return sw_strn(copy, len);
}

static struct sw_str agent_text(struct sw_arena *arena, uint8_t how, struct sw_str text)
{
    if (how == W3C_AGENT_PLUS)
        return plus_to_space(arena, text);
    if (how == W3C_AGENT_PERCENT) {
        text = percent_decode(arena, text);
        /* CloudFront used to encode twice: %2520 for a space. */
        return sw_str_find(text, SW_STR("%20")) != SW_NPOS ? percent_decode(arena, text) : text;
    }
    return text;
}

/* The text between quotes, with "" for one inside. */
static struct sw_str undouble(struct sw_arena *arena, struct sw_str text)
{
    if (sw_str_find(text, SW_STR("\"\"")) == SW_NPOS)
        return text;
    char *copy = sw_arena_bytes(arena, text.len);
    if (copy == NULL)
        return text;
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        copy[len++] = text.ptr[i];
        if (text.ptr[i] == '"' && i + 1 < text.len && text.ptr[i + 1] == '"')
            i++;
    }
    return sw_strn(copy, len);
}

/* --- cutting -------------------------------------------------------------------------------------------- */

/* Takes a quoted value: *at is after the opening quote, and left at the delimiter or the end. A quote ends the value
 * when a delimiter or the end follows it. */
static struct sw_str quoted_value(struct sw_arena *arena, char delimiter, const char **at, const char *end)
{
    const char *start = *at;
    const char *quote = sw_scan_chr(start, end, '"');
    while (quote < end && quote + 1 < end && quote[1] != delimiter)
        quote = sw_scan_chr(quote + (quote[1] == '"' ? 2 : 1), end, '"');
    *at = quote < end ? quote + 1 : end;
    return undouble(arena, sw_strn(start, (size_t)(quote - start)));
}

static struct sw_str next_value(struct sw_arena *arena, const struct w3c_layout *layout, const char **at,
                                const char *end)
{
    const char *start = *at;
    if (start < end && *start == '"' && layout->quotes) {
        *at = start + 1;
        return quoted_value(arena, layout->delimiter, at, end);
    }
    const char *stop = sw_scan_chr(start, end, layout->delimiter);
    *at = stop;
    return sw_strn(start, (size_t)(stop - start));
}

/* --- what is put together --------------------------------------------------------------------------------- */

static char *put(char *to, struct sw_str text)
{
    memcpy(to, text.ptr, text.len);
    return to + text.len;
}

static bool default_port(struct sw_str scheme, struct sw_str port)
{
    return is_none(port) || sw_str_is(port, "0") || (sw_str_is(port, "80") && !sw_str_ieq(scheme, SW_STR("https"))) ||
           (sw_str_is(port, "443") && !sw_str_ieq(scheme, SW_STR("http")));
}

/* cs-uri of stem and query; of a proxy with scheme and host before it. */
static void add_uri(struct sw_decode *d, const struct w3c_layout *layout, const struct parts *parts)
{
    const struct sw_web_ids *ids = sw_web_ids();
    struct sw_str stem = parts->stem;
    struct sw_str query = parts->query;
    bool url = layout->full_url && !is_none(parts->scheme) && !is_none(parts->host);
    if (is_none(stem) && (!url || stem.ptr == NULL))
        return;
    if (is_none(stem))
        stem.len = 0;
    if (is_none(query) && !url) {
        sw_event_add_str(&d->event, ids->uri, stem);
        return;
    }
    struct sw_str port = url && !default_port(parts->scheme, parts->port) ? parts->port : (struct sw_str){NULL, 0};
    size_t room = stem.len + query.len + parts->scheme.len + parts->host.len + port.len + 5;
    char *text = sw_arena_bytes(d->arena, room);
    if (text == NULL)
        return;
    char *at = text;
    if (url) {
        at = put(at, parts->scheme);
        at = put(at, SW_STR("://"));
        at = put(at, parts->host);
        if (port.len > 0) {
            *at++ = ':';
            at = put(at, port);
        }
    }
    if (stem.len > 0)
        at = put(at, stem);
    if (!is_none(query)) {
        *at++ = '?';
        at = put(at, query);
    }
    sw_event_add(&d->event, ids->uri, SW_STRING, text, (size_t)(at - text));
}

/* Midnight of 2024-05-06, remembered. */
static int read_date(struct state *state, struct sw_str text, int64_t *midnight)
{
    if (text.len == sizeof state->date_text && memcmp(text.ptr, state->date_text, sizeof state->date_text) == 0) {
        *midnight = state->date;
        return 0;
    }
    char full[17] = "0000-00-00T00:00";
    bool zoned;
    if (text.len != sizeof state->date_text)
        return SW_E_FORMAT;
    memcpy(full, text.ptr, text.len);
    if (sw_time_iso(sw_strn(full, 16), midnight, &zoned) != 0)
        return SW_E_FORMAT;
    memcpy(state->date_text, text.ptr, sizeof state->date_text);
    state->date = *midnight;
    return 0;
}

/* 07:08:09 with an optional fraction, as ns of the day. */
static int read_clock(struct sw_str text, int64_t *of_day)
{
    int32_t seconds = text.len >= 8 ? sw_web_time_of_day(text.ptr) : -1;
    if (seconds < 0)
        return SW_E_FORMAT;
    *of_day = seconds * SW_SECOND;
    int64_t unit = SW_SECOND;
    for (size_t i = 9; i < text.len && sw_is_digit(text.ptr[i]) && unit > 1; i++) {
        unit /= 10;
        *of_day += (text.ptr[i] - '0') * unit;
    }
    return 0;
}

/* The event's time out of its date and time columns, or #Date. False: they are no date and time. */
static bool set_time(struct sw_decode *d, struct state *state, const struct parts *parts)
{
    const struct w3c_layout *layout = &state->layout;
    int64_t midnight;
    int64_t of_day = 0;
    if (is_none(parts->time) && is_none(parts->date))
        return true;
    if (!is_none(parts->date)) {
        if (read_date(state, parts->date, &midnight) != 0)
            return false;
    } else if (layout->date != SW_TIME_NONE) {
        midnight = layout->date - ((layout->date % SW_DAY) + SW_DAY) % SW_DAY;
        sw_decode_note(d, "date taken from #Date");
    } else {
        sw_decode_note(d, "time without date");
        return true;
    }
    if (!is_none(parts->time) && read_clock(parts->time, &of_day) != 0)
        return false;
    d->event.time = midnight + of_day;
    if (layout->local_time) {
        d->event.time -= d->source->zone_offset * SW_SECOND;
        sw_decode_note(d, "time without zone");
    }
    return true;
}

static bool read_datetime(struct sw_decode *d, struct state *state, struct sw_str text)
{
    bool zoned;
    return sw_web_clock_iso(&state->clock, text, 0, &d->event.time, &zoned) == 0;
}

/* --- records -------------------------------------------------------------------------------------------- */

/* Adds one column; false: a date or time that is none. */
static bool add_column(struct sw_decode *d, struct state *state, const struct w3c_column *column, struct sw_str text,
                       struct parts *parts)
{
    const struct w3c_layout *layout = &state->layout;
    struct sw_event *event = &d->event;
    switch ((enum w3c_kind)column->kind) {
    case W3C_TEXT:
        break;
    case W3C_NUMBER:
        if (!layout->skip_empty || text.len > 0)
            sw_web_add_number(event, column->id, text);
        if (column->also != SW_FIELD_NONE && text.len > 0)
            sw_web_add_number(event, column->also, text);
        return true;
    case W3C_DATE:
        parts->date = text;
        return true;
    case W3C_TIME:
        parts->time = text;
        return true;
    case W3C_DATETIME:
        return text.len == 0 || read_datetime(d, state, text);
    case W3C_STEM:
        parts->stem = text;
        break;
    case W3C_QUERY:
        if (text.len > 1 && text.ptr[0] == '?')
            text = sw_str_from(text, 1);
        parts->query = text;
        break;
    case W3C_URI:
        (void)sw_web_add_target(event, text, true);
        return true;
    case W3C_SCHEME:
        parts->scheme = text;
        break;
    case W3C_HOST:
        if (parts->host.ptr == NULL)
            parts->host = text;
        break;
    case W3C_PORT:
        parts->port = text;
        break;
    case W3C_AGENT:
        text = agent_text(d->arena, layout->agent, text);
        break;
    }
    if (layout->skip_empty && text.len == 0)
        return true;
    sw_web_add(event, column->id, text);
    if (column->also != SW_FIELD_NONE)
        sw_web_add(event, column->also, text);
    return true;
}

static int decode_record(struct sw_decode *d, struct state *state, struct sw_str line)
{
    const struct w3c_layout *layout = &state->layout;
    struct parts parts = {0};
    const char *at = line.ptr;
    const char *end = line.ptr + line.len;
    unsigned column = 0;
    if (layout->count == 0 || *at == '\0') {
        sw_decode_reject(d, *at == '\0' ? "binary data" : "no #Fields before the record");
        return 0;
    }
    for (;;) {
        struct sw_str text = next_value(d->arena, layout, &at, end);
        if (column >= layout->count) {
            sw_web_add(&d->event, sw_web_ids()->extra, text);
        } else if (!add_column(d, state, &layout->columns[column], text, &parts)) {
            sw_decode_reject(d, "time of no known form");
            return 0;
        }
        column++;
        if (at >= end)
            break;
        at++;
    }
    if (column == 1 && layout->count > 1) {
        sw_decode_reject(d, "one column only");
        return 0;
    }
    if (!set_time(d, state, &parts)) {
        sw_decode_reject(d, "time of no known form");
        return 0;
    }
    if (column < layout->count)
        sw_decode_note(d, "fewer columns than #Fields");
    else if (column > layout->count)
        sw_decode_note(d, "more columns than #Fields");
    if (!layout->has_uri)
        add_uri(d, layout, &parts);
    d->event.class_id = state->class_id;
    return sw_decode_emit(d);
}

/* --- the decoder ---------------------------------------------------------------------------------------- */

/* Puts the directives of `header` in force. */
static void use_header(struct sw_decode *d, struct state *state)
{
    w3c_layout_read(&state->layout, sw_buf_str(&state->header));
    state->class_id = sw_web_class(d->classes, state->layout.cls, state->layout.general);
}

static void header(struct sw_buf *header, const struct sw_slice *slice)
{
    sw_directives_of_slice(&w3c_directives, header, slice);
}

static int decode(struct sw_decode *d, const struct sw_slice *slice)
{
    struct state *state = d->state;
    struct sw_str data = {(const char *)slice->data, slice->len};
    size_t at = sw_directives_start(slice);
    uint64_t number = slice->line;
    struct sw_str line;
    if (!sw_str_eq(sw_buf_str(&state->header), slice->header)) {
        sw_buf_clear(&state->header);
        sw_buf_str_add(&state->header, slice->header);
        if (sw_buf_error(&state->header) != 0)
            return SW_E_NOMEM;
        use_header(d, state);
    }
    for (size_t from = at; sw_next_line(data, &at, &line); from = at, number++) {
        d->record = number;
        if (line.len == 0)
            continue;
        if (line.ptr[0] == '#') {
            if (sw_directive_of(&w3c_directives, line) != W3C_DIRECTIVES) {
                sw_directive_set(&w3c_directives, &state->header, line);
                use_header(d, state);
            } else if (line.len > SW_MAX_DIRECTIVE) {
                sw_decode_note(d, "line with # longer than the limit left out");
            }
            continue;
        }
        if (sw_str_eq(line, state->layout.fields) ||
            (state->layout.count == 0 && sw_str_starts(line, SW_STR("DateTime,"))))
            continue; /* HttpProxy's logs begin with the names once more */
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

static void *state_new(const struct sw_classes *classes)
{
    (void)classes;
    (void)sw_web_ids();
    struct state *state = sw_alloc(1, sizeof *state);
    if (state != NULL)
        sw_buf_init(&state->header, SW_MAX_RECORD);
    return state;
}

static void state_free(void *arg)
{
    struct state *state = arg;
    sw_buf_fini(&state->header);
    sw_free(state);
}

static int sniff(const struct sw_sniff *s)
{
    size_t at = sw_str_starts(s->head, SW_STR("\xef\xbb\xbf")) ? 3 : 0;
    struct sw_str line;
    unsigned seen = 0;
    while (seen < 64 && sw_next_line(s->head, &at, &line)) {
        if (line.len > 0 && line.ptr[0] == '#' && sw_str_starts(line, SW_STR("#Fields:")))
            return seen < 16 ? SW_SURE_YES : SW_SURE_LIKELY;
        seen += line.len > 0;
    }
    return SW_SURE_NO;
}

const struct sw_decoder sw_decoder_w3c = {
    .name = "w3c",
    .title = "logs with #Fields (W3C extended: IIS, Exchange, CloudFront, ProxySG, Windows firewall)",
    .flags = SW_DECODER_HEADER,
    .sniff = sniff,
    .header = header,
    .state_new = state_new,
    .state_free = state_free,
    .decode = decode,
};
