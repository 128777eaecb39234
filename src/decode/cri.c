/*
 * cri.c - container logs as Kubernetes' runtimes write them: "2024-05-06T07:08:09.123456789Z stdout F the line itself".
 *
 * The line itself is given to the decoder of its format, or read as JSON; else it is plain text under `message`. A line that
 * the runtime broke up (P, at 16 KiB) is not joined: each part is a record, and the account says so.
 */
#include "base/mem.h"
#include "decode/json_record.h"

#include <pthread.h>

struct state {
    struct sw_json_state *json;
    sw_class_id text;
};

static sw_field_id stream_id;
static pthread_once_t ids_once = PTHREAD_ONCE_INIT;

static void make_ids(void)
{
    stream_id = sw_field_intern(SW_STR("stream"));
}

struct parts {
    int64_t time;
    struct sw_str stream;
    struct sw_str text;
    bool partial;
};

static bool cut(struct sw_str line, struct parts *parts)
{
    struct sw_str time;
    struct sw_str tag;
    bool zoned;
    if (!sw_str_next(&line, ' ', &time) || time.len < 20 || sw_time_iso(time, &parts->time, &zoned) != 0 || !zoned)
        return false;
    if (!sw_str_next(&line, ' ', &parts->stream) ||
        !(sw_str_is(parts->stream, "stdout") || sw_str_is(parts->stream, "stderr")))
        return false;
    if (!sw_str_next(&line, ' ', &tag) || !(sw_str_is(tag, "F") || sw_str_is(tag, "P")))
        return false;
    parts->text = line.ptr != NULL ? line : (struct sw_str){"", 0};
    parts->partial = tag.ptr[0] == 'P';
    return true;
}

static bool fits(struct sw_str line)
{
    struct parts parts;
    return cut(line, &parts);
}

static int sniff(const struct sw_sniff *s)
{
    return sw_sniff_lines(s, 20, fits) >= 80 ? SW_SURE_YES : SW_SURE_NO;
}

/* The line itself as JSON. False: it is none; the event is as it was. */
static bool read_json(struct state *state, struct sw_decode *d, struct sw_str text)
{
    uint32_t count = d->event.count;
    uint32_t dropped = d->event.dropped;
    size_t used;
    if (sw_json_record_read(state->json, d, text, &used) && sw_str_trim(sw_str_from(text, used)).len == 0)
        return true;
    d->event.count = count;
    d->event.dropped = dropped;
    return false;
}

static int line(struct sw_decode *d, struct sw_str text)
{
    struct state *state = d->state;
    struct parts parts;
    d->event.raw_is_value = false;
    if (!cut(text, &parts)) {
        sw_decode_reject(d, "no container log line");
        return 0;
    }
    (void)pthread_once(&ids_once, make_ids);
    if (parts.partial)
        sw_decode_note(d, "parts of lines, not joined");
    d->event.time = parts.time;
    sw_event_add_str(&d->event, stream_id, parts.stream);
    if (parts.text.len > 0 && parts.text.ptr[0] == '{' && read_json(state, d, parts.text))
        return sw_json_record_emit(state->json, d);
    bool taken = false;
    int rc = parts.text.len > 0 ? sw_json_inner_text(state->json->inner, parts.text, d, &taken) : 0;
    if (rc != 0 || taken)
        return rc;
    d->event.class_id = state->text;
    sw_event_add_str(&d->event, SW_FIELD_MESSAGE, parts.text);
    return sw_decode_emit(d);
}

static void state_free(void *memory)
{
    struct state *state = memory;
    sw_json_state_free(state->json);
    sw_free(state);
}

static void *state_new(const struct sw_classes *classes)
{
    struct state *state = sw_alloc(1, sizeof *state);
    if (state == NULL)
        return NULL;
    state->text = sw_classes_find(classes, SW_STR("text"));
    state->json = sw_json_state_new(classes);
    if (state->json == NULL) {
        sw_free(state);
        return NULL;
    }
    return state;
}

const struct sw_decoder sw_decoder_cri = {
    .name = "cri",
    .title = "container logs of Kubernetes (CRI), with the lines' own format",
    .sniff = sniff,
    .state_new = state_new,
    .state_free = state_free,
    .line = line,
};
