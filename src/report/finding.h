/*
 * finding.h - findings as JSON, CSV and one sentence.
 *
 * Everything from evidence or rules is escaped for where it goes. Errors: through the buffer (base/buf.h).
 */
#ifndef SW_REPORT_FINDING_H
#define SW_REPORT_FINDING_H

#include "base/buf.h"
#include "engine/finding.h"
#include "report/event_json.h"

/* The ATT&CK technique of a tag such as attack.t1059.001, as "T1059.001" in out; false when the tag names none. */
bool sw_technique_of(struct sw_str tag, char out[16]);

/* One sentence: what was found, where, and by which values. */
void sw_finding_explain(struct sw_buf *out, const struct sw_finding *finding);

/* The object of the command-line contract, without a line feed. `writer` may be NULL for findings without an event. */
void sw_finding_json(struct sw_event_writer *writer, struct sw_buf *out, const struct sw_finding *finding);

/* CSV (RFC 4180); cells that a spreadsheet would take for a formula are preceded by an apostrophe. */
void sw_finding_csv_header(struct sw_buf *out);
void sw_finding_csv(struct sw_buf *out, const struct sw_finding *finding);

/* Appends a value for a terminal: control characters and bytes that are not UTF-8 made visible, at most `most` bytes
 * of it ("..." tells that there was more). */
void sw_show_value(struct sw_buf *out, struct sw_str value, size_t most);

#endif
