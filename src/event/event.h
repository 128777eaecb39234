/*
 * event.h - one record of evidence, normalised.
 *
 * An event is a view: its strings point into the slice it was read from or into the decoder's arena, and die
 * when the decoder's emit callback returns. Whoever keeps one longer copies it.
 */
#ifndef SW_EVENT_EVENT_H
#define SW_EVENT_EVENT_H

#include "base/limits.h"
#include "base/str.h"
#include "base/time.h"
#include "event/field.h"

#include <stdint.h>

/* What a value was in the record. Its text is always present: numbers in decimal as written, booleans as
 * "true" and "false". SW_NULL is a JSON null: for rules it is as if the field were absent. */
enum sw_type { SW_STRING, SW_INT, SW_FLOAT, SW_BOOL, SW_NULL };

/* What is known of a value's text. SW_FIELD_PLAIN: it is printable ASCII without quote and backslash (if its type is a number
 * or a boolean: as JSON writes it), and may be read in whole blocks of SW_FIELD_BLOCK bytes from its start on. Whoever
 * copies a text elsewhere drops the flag. */
enum sw_field_flags { SW_FIELD_PLAIN = 1 };
#define SW_FIELD_BLOCK 32

/* An event may hold a field more than once (array elements, repeated XML elements): a rule's test holds
 * when one of the values passes it. */
struct sw_field {
    sw_field_id id;
    uint32_t len;
    const char *ptr; /* UTF-8 where the source was valid; any bytes where it was not */
    uint8_t type;    /* enum sw_type */
    uint8_t flags;   /* enum sw_field_flags */
};

/* Index into the table of event classes (event/logsource.h): which rules apply to an event. */
typedef uint32_t sw_class_id;

struct sw_event {
    int64_t time; /* ns since 1970 UTC, SW_TIME_NONE if unknown */
    sw_class_id class_id;
    uint32_t count;
    struct sw_field *fields; /* `count` of them, in the record's order */
    uint32_t cap;
    uint32_t dropped;  /* fields beyond SW_MAX_FIELDS */
    struct sw_str raw; /* the record's own bytes in the source */
    bool raw_is_value; /* text formats: keywords are looked for in raw as well as in the fields */
    bool whole;        /* the decoder has looked for the field that its class derives from others, if that is a single one */
    uint64_t record;   /* number of the record: EventRecordID of EVTX, else counted from 1 within its source */
    uint64_t offset;   /* of raw in the (decompressed) source */
    uint64_t line;     /* from 1; 0 for formats without lines */
    uint64_t path_bits; /* of the source, from sw_classes_path(); the same for all of its records */
};

/* Room for SW_MAX_FIELDS fields is made as needed; init sets all to nothing. */
void sw_event_init(struct sw_event *event);
void sw_event_fini(struct sw_event *event);

/* Empties the event for the next record; keeps its memory. */
static inline void sw_event_clear(struct sw_event *event)
{
    event->time = SW_TIME_NONE;
    event->class_id = 0;
    event->count = 0;
    event->dropped = 0;
    event->whole = false;
}

/* Makes room for one more field; false when SW_MAX_FIELDS is reached (counted in `dropped`) or memory ends. */
bool sw_event_grow(struct sw_event *event);

static inline void sw_event_add_known(struct sw_event *event, sw_field_id id, enum sw_type type, unsigned flags,
                                      const char *ptr, size_t len)
{
    if (event->count == event->cap && !sw_event_grow(event))
        return;
    event->fields[event->count++] = (struct sw_field){id, (uint32_t)len, ptr, (uint8_t)type, (uint8_t)flags};
}

static inline void sw_event_add(struct sw_event *event, sw_field_id id, enum sw_type type, const char *ptr, size_t len)
{
    sw_event_add_known(event, id, type, 0, ptr, len);
}

static inline void sw_event_add_str(struct sw_event *event, sw_field_id id, struct sw_str value)
{
    sw_event_add(event, id, SW_STRING, value.ptr, value.len);
}

static inline struct sw_str sw_field_value(const struct sw_field *field)
{
    return (struct sw_str){field->ptr, field->len};
}

/* First field with exactly this id, or NULL. Linear: not for the matcher's hot path. */
const struct sw_field *sw_event_find(const struct sw_event *event, sw_field_id id);

/* Value of the first field with this id; ptr NULL when there is none or it is null. */
struct sw_str sw_event_get(const struct sw_event *event, sw_field_id id);

#endif
