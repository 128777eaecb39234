/*
 * carried_other.c - syslog and journal messages of formats that have decoders of their own: web servers, HAProxy,
 * Squid, JSON, Windows event XML (Sysmon for Linux). What they need is made when the first such message comes.
 *
 * JSON is read flat: what may be inside its fields is not opened again, so that nothing nests without bound.
 */
#include "base/mem.h"
#include "decode/carried.h"
#include "decode/haproxy.h"
#include "decode/json_read.h"
#include "decode/json_shape.h"
#include "decode/squid.h"
#include "decode/weberror.h"
#include "decode/weblog.h"
#include "decode/winxml.h"

struct json {
    struct sw_json_reader reader;
    struct sw_json_shapes shapes;
};

struct sw_carried {
    const struct sw_classes *classes;
    struct sw_haproxy haproxy;
    struct sw_squid squid;
    struct sw_weberror weberror;
    struct sw_weblog *weblog;
    struct json *json;
    struct sw_winxml *xml;
    sw_class_id windows;
    sw_class_id any_json;
};

struct sw_carried *sw_carried_new(const struct sw_classes *classes)
{
    struct sw_carried *carried = sw_alloc(1, sizeof *carried);
    if (carried == NULL)
        return NULL;
    carried->classes = classes;
    carried->windows = sw_classes_find(classes, SW_STR("windows"));
    carried->any_json = sw_classes_find(classes, SW_STR("json"));
    sw_haproxy_init(&carried->haproxy, classes);
    sw_squid_init(&carried->squid, classes);
    sw_weberror_init(&carried->weberror, classes);
    return carried;
}

static void json_free(struct json *json)
{
    if (json == NULL)
        return;
    sw_json_reader_fini(&json->reader);
    sw_json_shapes_fini(&json->shapes);
    sw_free(json);
}

static struct json *json_of(struct sw_carried *carried)
{
    if (carried->json != NULL)
        return carried->json;
    struct json *json = sw_alloc(1, sizeof *json);
    if (json == NULL)
        return NULL;
    if (sw_json_reader_init(&json->reader, &sw_json_names) != 0) {
        sw_free(json);
        return NULL;
    }
    sw_json_shapes_init(&json->shapes, carried->classes);
    return carried->json = json;
}

void sw_carried_free(struct sw_carried *carried)
{
    if (carried == NULL)
        return;
    sw_weblog_free(carried->weblog);
    json_free(carried->json);
    sw_free(carried->xml);
    sw_free(carried);
}

/* --- parsers ---------------------------------------------------------------------------------------------------- */

bool sw_carried_haproxy(struct sw_decode *d, struct sw_log_state *state, struct sw_str message)
{
    return state->carried != NULL && sw_haproxy_parse(d, &state->carried->haproxy, message);
}

bool sw_carried_squid(struct sw_decode *d, struct sw_log_state *state, struct sw_str message)
{
    return state->carried != NULL && sw_squid_parse(d, &state->carried->squid, message);
}

bool sw_carried_web(struct sw_decode *d, struct sw_log_state *state, struct sw_str message)
{
    struct sw_carried *carried = state->carried;
    if (carried == NULL)
        return false;
    if (sw_weberror_looks(message) && sw_weberror_parse(d, &carried->weberror, message))
        return true;
    if (carried->weblog == NULL)
        carried->weblog = sw_weblog_new(carried->classes);
    return carried->weblog != NULL && sw_weblog_parse(d, carried->weblog, message) == NULL;
}

/* A point to which the event goes back when a parser gives up half way. */
struct mark {
    uint32_t count, dropped;
    int64_t time;
    sw_class_id class_id;
};

static struct mark mark_of(const struct sw_decode *d)
{
    return (struct mark){d->event.count, d->event.dropped, d->event.time, d->event.class_id};
}

static bool back_to(struct sw_decode *d, struct mark mark)
{
    d->event.count = mark.count;
    d->event.dropped = mark.dropped;
    d->event.time = mark.time;
    d->event.class_id = mark.class_id;
    return false;
}

bool sw_carried_json(struct sw_decode *d, struct sw_log_state *state, struct sw_str message)
{
    if (sw_str_starts(message, SW_STR("@cee:")))
        message = sw_str_from(message, 5);
    message = sw_str_trim(message);
    struct sw_carried *carried = state->carried;
    if (message.len < 2 || message.ptr[0] != '{' || carried == NULL)
        return false;
    struct json *json = json_of(carried);
    if (json == NULL)
        return false;
    struct mark before = mark_of(d);
    size_t used;
    sw_json_reader_begin(&json->reader);
    if (sw_json_read(&json->reader, message, SW_STR(""), &d->event, d->arena, &used) != 0 || used != message.len) {
        sw_decode_note(d, "broken JSON in a message");
        return back_to(d, before);
    }
    if (!sw_json_shape_apply(&json->shapes, &json->reader, d) || d->event.class_id == carried->any_json)
        d->event.class_id = before.class_id; /* of no known product: still the program's message */
    if (d->event.time == SW_TIME_NONE)
        d->event.time = before.time;
    return true;
}

bool sw_carried_xml(struct sw_decode *d, struct sw_log_state *state, struct sw_str message)
{
    struct sw_carried *carried = state->carried;
    if (carried == NULL || !sw_winxml_begins(message))
        return false;
    if (carried->xml == NULL)
        carried->xml = sw_alloc(1, sizeof *carried->xml);
    if (carried->xml == NULL)
        return false;
    struct mark before = mark_of(d);
    size_t used;
    int rc = sw_winxml_read(carried->xml, message, &d->event, d->arena, &used);
    if (rc != 0)
        sw_decode_note(d, "broken XML in a message");
    if (rc != 0 && d->event.count == before.count)
        return back_to(d, before);
    /* What was read of a text that syslog has cut is worth keeping. */
    d->event.class_id = carried->windows;
    if (d->event.time == SW_TIME_NONE)
        d->event.time = before.time;
    return true;
}
