/*
 * event_json.h - events as JSON, quickly.
 *
 * One writer a thread: it keeps the names of fields escaped, and finds fields that an event holds more than once
 * (written as one array, in order) without comparing each with each.
 * Errors: through the buffer (base/buf.h).
 */
#ifndef SW_REPORT_EVENT_JSON_H
#define SW_REPORT_EVENT_JSON_H

#include "base/buf.h"
#include "engine/feed.h"

struct sw_event_writer;

int sw_event_writer_new(struct sw_event_writer **writer, const struct sw_classes *classes);
void sw_event_writer_free(struct sw_event_writer *writer);

/* An empty buffer to make a text in; its content lasts until the next call. */
struct sw_buf *sw_event_writer_scratch(struct sw_event_writer *writer);

/* Before the first event of a batch: forgets the last input, whose address another one may have by now. */
void sw_event_json_begin(struct sw_event_writer *writer);

/* {"time":..,"class":..,"source":{..},"fields":{..}} and a line feed: the line of `seawall events`. */
void sw_event_json_line(struct sw_event_writer *writer, struct sw_buf *out, const struct sw_input *input,
                        const struct sw_event *event);

/* The object {"path":..,"format":..,"record":..,"offset":..,"line":..} alone. */
void sw_event_json_source(struct sw_buf *out, const struct sw_input *input, const struct sw_event *event);

/* The object of the fields alone; only those whose bit is set in `only`, unless it is NULL. */
void sw_event_json_fields(struct sw_event_writer *writer, struct sw_buf *out, const struct sw_event *event,
                          const uint64_t *only);

#endif
