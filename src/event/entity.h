/*
 * entity.h - which fields name what: a host, an account, an address ..., and what part it plays in the record.
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
    SW_ENTITY_SHOWN, /* the kinds before this one are the `entities` of a finding; those behind it only join findings */
    SW_ENTITY_PROCESS_ID = SW_ENTITY_SHOWN, /* a ProcessGuid: one process of one machine */
    SW_ENTITY_ACCOUNT_ID, /* a SID, an object id */
    SW_ENTITY_KINDS
};

/* What part it plays. One field name plays one part, whatever the log. */
enum sw_entity_role {
    SW_ROLE_NONE,
    SW_ROLE_AT,          /* the machine that it happened on */
    SW_ROLE_SOURCE,      /* where it came from */
    SW_ROLE_DESTINATION, /* where it went */
    SW_ROLE_ACTOR,       /* the account that did it */
    SW_ROLE_TARGET,      /* the account, process, file ... that it was done to */
    SW_ROLE_PARENT,      /* the process that started it */
    SW_ENTITY_ROLES
};

/* "host", "account", ...; "" for none. Static. */
struct sw_str sw_entity_name(enum sw_entity_kind kind);

/* "at", "source", ...; "" for none. Static. */
struct sw_str sw_entity_role_name(enum sw_entity_role role);

/* What a field's values name. Any letter case of the field name. Threads: any. */
enum sw_entity_kind sw_entity_of(sw_field_id field);

/* As sw_entity_of(), with the part that it plays. */
enum sw_entity_kind sw_entity_part_of(sw_field_id field, enum sw_entity_role *role);

#endif
