/*
 * field.h - field names as small numbers.
 *
 * One table for the whole program, append-only: an id is valid for the life of the process. Names that
 * differ only in ASCII case share a key; rules look fields up by key, output shows the name as it came.
 * Limits:  SW_MAX_FIELD_NAMES names of at most SW_MAX_FIELD_NAME bytes; see SW_FIELD_MORE.
 * Threads: any. Reading takes no lock.      Trust: hostile input (names come from logs).
 */
#ifndef SW_EVENT_FIELD_H
#define SW_EVENT_FIELD_H

#include "base/str.h"

#include <stdint.h>

typedef uint32_t sw_field_id;

/* Ids that every part knows. Their numbers are fixed at start-up; the table in field.c keeps the order. */
#define SW_FIELDS(X) \
    X(SW_FIELD_NONE, "") /* no field; also "any field" in keyword predicates */ \
    X(SW_FIELD_MORE, "_more") /* text "name=value" of a field whose name came after the table was full */ \
    X(SW_FIELD_MESSAGE, "message") /* the human text of a record: a syslog message, a whole plain line */ \
    X(SW_FIELD_CHANNEL, "Channel") \
    X(SW_FIELD_PROVIDER, "Provider_Name") \
    X(SW_FIELD_EVENT_ID, "EventID") \
    X(SW_FIELD_EVENT_TYPE, "EventType") \
    X(SW_FIELD_COMPUTER, "Computer") \
    X(SW_FIELD_DATA, "Data") /* unnamed <Data> of Windows events, repeated */ \
    X(SW_FIELD_IMAGE, "Image") \
    X(SW_FIELD_COMMAND_LINE, "CommandLine") \
    X(SW_FIELD_PARENT_IMAGE, "ParentImage") \
    X(SW_FIELD_USER, "User") \
    X(SW_FIELD_CS_URI_QUERY, "cs-uri-query") \
    X(SW_FIELD_CS_URI_STEM, "cs-uri-stem") \
    X(SW_FIELD_CS_METHOD, "cs-method") \
    X(SW_FIELD_SC_STATUS, "sc-status") \
    X(SW_FIELD_USER_AGENT, "cs-user-agent") \
    X(SW_FIELD_REFERER, "cs-referer") \
    X(SW_FIELD_CLIENT_IP, "c-ip")

enum sw_field_fixed {
#define SW_FIELD_ENUM(name, text) name,
    SW_FIELDS(SW_FIELD_ENUM)
#undef SW_FIELD_ENUM
    SW_FIELD_FIXED_COUNT
};

/* The id of a name, minted if it is new. SW_FIELD_MORE when the table is full or the name too long. */
sw_field_id sw_field_intern(struct sw_str name);

/* The id of a name that exists, or SW_FIELD_NONE. */
sw_field_id sw_field_find(struct sw_str name);

/* The name of an id, terminated. */
struct sw_str sw_field_name(sw_field_id id);

/* The lowest id whose name equals this one but for ASCII case. */
sw_field_id sw_field_key(sw_field_id id);

/* Whether more names than this one share its key. Cheap: spares a search for names in other case when there are none. */
bool sw_field_has_twins(sw_field_id id);

/* How many ids there are: all are below this number. It only grows. */
uint32_t sw_field_count(void);

/* How many times a name found the table full or was too long. */
uint64_t sw_field_refused(void);

#endif
