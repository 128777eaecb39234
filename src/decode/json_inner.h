/*
 * json_inner.h - records inside records: a field whose text is JSON, Windows event XML, or a line of another format.
 *
 * Containers write lines into {"log": ...}, shippers into "message", Azure keeps `properties` and Office its AuditData as
 * text, Splunk puts the record under `result`. What is in such a field becomes fields of the same event, beside those of
 * the record around it. A line of another text format is given to that format's decoder: the one surest of the line by
 * itself, so that what becomes of a record does not depend on the records before it.
 */
#ifndef SW_DECODE_JSON_INNER_H
#define SW_DECODE_JSON_INNER_H

#include "decode/json_shape.h"
#include "decode/winxml.h"

struct sw_json_inner; /* what a worker needs for it: readers, states of other decoders */

struct sw_json_inner *sw_json_inner_new(const struct sw_classes *classes);
void sw_json_inner_free(struct sw_json_inner *inner);

/* Opens JSON and XML found in the fields of d->event, which `reader` has just read. 0 or SW_E_NOMEM. */
int sw_json_inner_open(struct sw_json_inner *inner, struct sw_json_reader *reader, struct sw_decode *d);

/* Gives a line that the record carries to the decoder of its format, which emits the event with the record's own fields
 * added. *taken is false when there is no such line or no decoder for it: then nothing has happened. Returns what the
 * decoder returned. */
int sw_json_inner_line(struct sw_json_inner *inner, struct sw_json_reader *reader, struct sw_decode *d, bool *taken);

/* The same for a line that is known. */
int sw_json_inner_text(struct sw_json_inner *inner, struct sw_str line, struct sw_decode *d, bool *taken);

#endif
