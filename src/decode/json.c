/*
 * json.c - the decoder of JSON logs: lines of objects, arrays, envelopes, documents over several lines.
 *
 * What is where: json_read.c bytes to fields, json_path.c keys, json_names.c what paths are called, json_split.c where records
 * begin and end, json_shape.c what kind of record it is, json_inner.c records inside records.
 */
#include "base/error.h"
#include "decode/json_record.h"
#include "decode/json_scan.h"
#include "decode/json_split.h"

/* --- recognising ---------------------------------------------------------------------------------------- */

static bool looks_like_object(struct sw_str text)
{
    text = sw_str_trim(text);
    if (text.len > 0 && text.ptr[0] == SW_JSON_SEPARATOR)
        text = sw_str_from(text, 1);
    if (text.len < 2 || text.ptr[0] != '{')
        return false;
    text = sw_str_trim(sw_str_from(text, 1));
    if (text.len == 0 || text.ptr[0] == '}')
        return text.len > 0;
    if (text.ptr[0] != '"')
        return false;
    unsigned high = 0;
    const char *end = text.ptr + text.len;
    const char *stop = sw_json_plain(text.ptr + 1, end, &high);
    while (stop < end && *stop == '\\')
        stop = sw_json_plain(end - stop < 2 ? end : stop + 2, end, &high);
    if (stop == end)
        return text.len < SW_SNIFF_SIZE / 2 ? false : true;
    stop = *stop == '"' ? sw_json_space(stop + 1, end) : end;
    return stop < end && *stop == ':';
}

static int sniff(const struct sw_sniff *s)
{
    struct sw_str head = sw_str_trim(s->head);
    if (head.len == 0)
        return SW_SURE_NO;
    if (head.ptr[0] == '[') {
        head = sw_str_trim(sw_str_from(head, 1));
        if (head.len > 0 && head.ptr[0] == ']')
            return SW_SURE_LIKELY;
        return looks_like_object(head) ? SW_SURE_YES : SW_SURE_NO;
    }
    if (looks_like_object(head))
        return SW_SURE_YES;
    /* A log that was cut in its first line, or that begins with a line of something else. */
    unsigned share = sw_sniff_lines(s, 20, looks_like_object);
    return share >= 80 ? SW_SURE_LIKELY + 5 : SW_SURE_NO;
}

/* --- decoding ------------------------------------------------------------------------------------------- */

struct place {
    const char *data; /* the slice */
    uint64_t offset;  /* of data[0] */
    const char *counted; /* line feeds are counted up to here */
    uint64_t line;    /* the line at `counted` */
};

static uint64_t line_at(struct place *place, const char *at)
{
    if (place->line == 0)
        return 0;
    while (place->counted < at) {
        const char *feed = memchr(place->counted, '\n', (size_t)(at - place->counted));
        place->counted = feed != NULL ? feed + 1 : at;
        place->line += feed != NULL;
    }
    return place->line;
}

static void begin(struct sw_decode *d, struct place *place, const char *at, uint64_t record)
{
    d->record = record;
    sw_decode_begin(d, sw_strn(at, 0), place->offset + (uint64_t)(at - place->data), line_at(place, at));
    d->event.raw_is_value = false;
}

/* Objects of one line, mostly one. */
static int decode_line(struct sw_decode *d, struct place *place, const char *at, const char *end)
{
    struct sw_json_state *state = d->state;
    uint64_t number = line_at(place, at);
    do {
        size_t used;
        begin(d, place, at, number);
        d->event.raw.len = (size_t)(end - at);
        if (end - at > (ptrdiff_t)SW_MAX_RECORD || !sw_json_record_read(state, d, sw_strn(at, (size_t)(end - at)), &used))
            return sw_json_record_reject(state, d, (size_t)(end - at));
        d->event.raw.len = used;
        at = sw_json_space(at + used, end);
        if (at < end && *at == ',')
            at = sw_json_space(at + 1, end);
        if (at < end && *at != '{' && *at != '[' && *at != ']') {
            sw_decode_reject(d, "text after the object");
            return 0;
        }
        int rc = sw_json_record_emit(state, d);
        if (rc != 0)
            return rc;
    } while (at < end && *at == '{');
    return 0;
}

/* A line that is an envelope of records all by itself. */
static int decode_values(struct sw_decode *d, struct place *place, struct sw_json_walk *walk, bool count);

static int decode_lines(struct sw_decode *d, struct place *place, const char *at, const char *end)
{
    int rc = 0;
    while (at < end && rc == 0) {
        const char *feed = memchr(at, '\n', (size_t)(end - at));
        const char *stop = feed != NULL ? feed : end;
        const char *start = sw_json_space(at, stop);
        if (start < stop && *start == SW_JSON_SEPARATOR)
            start = sw_json_space(start + 1, stop);
        struct sw_json_walk walk;
        if (start < stop && *start == '{') {
            sw_json_walk_init(&walk, sw_strn(start, (size_t)(stop - start)), 0, true);
            bool plain = sw_json_walk_to(&walk) == SW_JSON_RECORD && !walk.here.in_array;
            rc = plain ? decode_line(d, place, start, stop) : decode_values(d, place, &walk, false);
        } else if (start < stop && *start == '[') {
            sw_json_walk_init(&walk, sw_strn(start, (size_t)(stop - start)), 0, true);
            rc = decode_values(d, place, &walk, false);
        } else if (start < stop) {
            rc = decode_line(d, place, start, stop);
        }
        at = feed != NULL ? feed + 1 : end;
    }
    return rc;
}

/* A record whose end can't be trusted: it costs itself, and reading goes on at the next line that looks like the start of
 * another one, up to where the splitter thinks it ends. */
static int decode_broken(struct sw_decode *d, struct place *place, const char *at, const char *end, uint64_t number)
{
    struct sw_json_state *state = d->state;
    while (at != NULL && at < end) {
        size_t used = 0;
        size_t most = (size_t)(end - at) < SW_MAX_RECORD ? (size_t)(end - at) : SW_MAX_RECORD;
        begin(d, place, at, number);
        bool good = sw_json_record_read(state, d, sw_strn(at, most), &used);
        const char *next = sw_json_next_start(good ? at + used : at, end);
        d->event.raw.len = good ? used : (size_t)((next != NULL ? next : end) - at);
        int rc = good ? sw_json_record_emit(state, d) : sw_json_record_reject(state, d, d->event.raw.len);
        if (rc != 0)
            return rc;
        at = next;
    }
    return 0;
}

/* A record at the walk's place. */
static int decode_record(struct sw_decode *d, struct place *place, struct sw_json_walk *walk, uint64_t number)
{
    struct sw_json_state *state = d->state;
    const char *at = walk->here.at;
    size_t left = (size_t)(walk->end - at);
    size_t used = 0;
    begin(d, place, at, number);
    if (sw_json_record_read(state, d, sw_strn(at, left < SW_MAX_RECORD ? left : SW_MAX_RECORD), &used)) {
        d->event.raw.len = used;
        sw_json_walk_past(walk, at + used);
        return sw_json_record_emit(state, d);
    }
    struct sw_json_scan scan;
    const char *end = sw_json_walk_end(walk, &scan);
    if (end == NULL)
        end = walk->end;
    sw_json_walk_past(walk, end);
    const char *next = sw_json_next_start(at, end);
    d->event.raw.len = (size_t)((next != NULL ? next : end) - at);
    int rc = sw_json_record_reject(state, d, d->event.raw.len);
    return rc != 0 ? rc : decode_broken(d, place, next, end, number);
}

static int decode_other(struct sw_decode *d, struct place *place, struct sw_json_walk *walk, uint64_t number)
{
    struct sw_json_scan scan;
    const char *end = sw_json_walk_end(walk, &scan);
    if (end == NULL)
        end = walk->end;
    begin(d, place, walk->here.at, number);
    d->event.raw.len = (size_t)(end - walk->here.at);
    sw_decode_reject(d, "not a JSON object");
    sw_json_walk_past(walk, end);
    return 0;
}

static int decode_values(struct sw_decode *d, struct place *place, struct sw_json_walk *walk, bool count)
{
    uint64_t number = count ? d->record : line_at(place, walk->here.at);
    for (;;) {
        int rc = 0;
        switch (sw_json_walk_to(walk)) {
        case SW_JSON_RECORD:
            rc = decode_record(d, place, walk, number);
            break;
        case SW_JSON_NOT_RECORD:
            rc = decode_other(d, place, walk, number);
            break;
        default:
            return 0;
        }
        if (rc != 0)
            return rc;
        number += count;
    }
}

static int decode(struct sw_decode *d, const struct sw_slice *slice)
{
    struct sw_str text = {(const char *)slice->data, slice->len};
    if ((slice->context & SW_JSON_REST) || text.len == 0)
        return 0;
    struct place place = {.data = text.ptr, .offset = slice->offset, .counted = text.ptr, .line = slice->line};
    uint64_t form = slice->context & (SW_JSON_LINES | SW_JSON_VALUES);
    if (form == 0)
        form = sw_json_form(text, true);
    if (form == SW_JSON_LINES)
        return decode_lines(d, &place, text.ptr, text.ptr + text.len);
    struct sw_json_walk walk;
    sw_json_walk_init(&walk, text, slice->context, true);
    return decode_values(d, &place, &walk, true);
}

/* A line by itself, begun by the caller: what other formats carry. */
static int line(struct sw_decode *d, struct sw_str text)
{
    struct sw_json_state *state = d->state;
    size_t used;
    if (!sw_json_record_read(state, d, text, &used))
        return sw_json_record_reject(state, d, text.len);
    if (sw_str_trim(sw_str_from(text, used)).len > 0) {
        sw_decode_reject(d, "text after the object");
        return 0;
    }
    return sw_json_record_emit(state, d);
}

static void *state_new(const struct sw_classes *classes)
{
    return sw_json_state_new(classes);
}

const struct sw_decoder sw_decoder_json = {
    .name = "json",
    .title = "JSON logs: lines, arrays, envelopes; of Windows, clouds, sensors, containers",
    .sniff = sniff,
    .split = sw_json_split,
    .state_new = state_new,
    .state_free = sw_json_state_free,
    .line = line,
    .decode = decode,
};
