/*
 * entity.h - which fields name what: a host, an account, an address ...
 *
 * Only by field name, for the `entities` of a finding. Resolving that two names are the same host is the incident floor's work.
 */
#ifndef SW_EVENT_ENTITY_H
#define SW_EVENT_ENTITY_H

#include "event/field.h"

enum sw_entity_kind {
    SW_ENTITY_NONE,
    SW_ENTITY_HOST,
    SW_ENTITY_ACCOUNT,
    SW_ENTITY_ADDRESS,
    SW_ENTITY_PROCESS,
    SW_ENTITY_FILE,
    SW_ENTITY_HASH,
    SW_ENTITY_DOMAIN,
    SW_ENTITY_SERVICE,
    SW_ENTITY_SESSION,
    SW_ENTITY_WEB_PATH,
    SW_ENTITY_KINDS
};

/* "host", "account", ...; "" for none. Static. */
struct sw_str sw_entity_name(enum sw_entity_kind kind);

/* What a field's values name. Any letter case of the field name. Threads: any. */
enum sw_entity_kind sw_entity_of(sw_field_id field);

#endif
