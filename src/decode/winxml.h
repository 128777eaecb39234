/*
 * winxml.h - Windows events as XML text, into the fields that the EVTX decoder would give.
 *
 * For exports (wevtutil qe /f:xml, Get-WinEvent's ToXml(), Event Viewer), and for messages that carry such a text: Sysmon for
 * Linux in syslog or JSON, columns of Log Analytics. This is no XML library: it knows elements, attributes, the five named and
 * the numeric entities, CDATA, comments and processing instructions; a document type is refused.
 *   System/X           field X; its attributes X_Attribute, but TimeCreated/@SystemTime is TimeCreated
 *   EventData/Data     field as its Name says, without spaces; Data when it has none
 *   RenderingInfo/X    field Rendering_X
 *   anything else      leaves by their own name, attributes as Element_Attribute; a Data with a Name by that
 * xmlns attributes are dropped.
 *
 * Owner:   fields are views of the text, or of the arena where it had entities or the like.
 * Limits:  SW_MAX_XML_DEPTH.      Threads: one reader a worker.      Trust: hostile input.
 */
#ifndef SW_DECODE_WINXML_H
#define SW_DECODE_WINXML_H

#include "base/limits.h"
#include "decode/decode.h"

enum { SW_WINXML_NAMES = 256, SW_WINXML_NAME = 52 };

struct sw_winxml_element {
    struct sw_str name;
    struct sw_str label; /* what its field is called, when its Name attribute says so */
    struct sw_str text;  /* so far */
    uint8_t context;
    bool is_parent;
    bool has_attributes;
};

struct sw_winxml {
    /* Field ids by name, a slot a hash: the table of all names has a lock. */
    struct {
        char name[SW_WINXML_NAME];
        uint32_t len;
        sw_field_id id; /* SW_FIELD_NONE: free */
    } names[SW_WINXML_NAMES];
    struct sw_winxml_element stack[SW_MAX_XML_DEPTH];
    uint32_t depth;
    const char *reason; /* why the latest read failed; NULL: memory ended */
    bool cut;           /* ... because the text ended */
    struct sw_event *event;
    struct sw_arena *arena;
    const char *at;
    const char *end;
};

/* Whether the text begins like an event, or like the EventData of one (white space and an XML declaration may come before). */
bool sw_winxml_begins(struct sw_str text);

/* Reads one Event element, or an EventData or UserData element alone, with what may stand before it; adds its fields to the
 * event and sets event->time. *used is how far it got. 0, SW_E_FORMAT (reader->reason), SW_E_TRUNCATED, SW_E_NOMEM. On failure
 * the event keeps the fields read so far; of a truncated text (syslog cuts long ones) also the beginning of the last one. */
int sw_winxml_read(struct sw_winxml *reader, struct sw_str text, struct sw_event *event, struct sw_arena *arena, size_t *used);

#endif
