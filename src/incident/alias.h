/*
 * alias.h - names that evidence shows to belong to the same machine or account: a lease, a logon's workstation and
 * address, a SID and its account name, a computer's address in its own records.
 *
 * Workers note them (sw_alias_look()) for a hunt that keeps a case or shows incidents; the same pair, seen in the same
 * way, is kept once with its first and last time. incident/resolve.h makes entities of them.
 */
#ifndef SW_INCIDENT_ALIAS_H
#define SW_INCIDENT_ALIAS_H

#include "event/entity.h"
#include "event/event.h"
#include "event/logsource.h"

/* How a pair was seen; names in alias.c are stable, since cases keep them. */
enum sw_alias_how {
    SW_ALIAS_LEASE,       /* a DHCP server gave the address to the host */
    SW_ALIAS_OWN_ADDRESS, /* the host names the address as its own (Sysmon 3, IIS) */
    SW_ALIAS_LOGON,       /* a workstation logged on from the address (4624) */
    SW_ALIAS_TICKET,      /* the computer's account asked for a ticket from the address (4768) */
    SW_ALIAS_LOOKUP,      /* a name inside resolved to the address */
    SW_ALIAS_ACCOUNT_ID,  /* an account name with its SID or object id */
    SW_ALIAS_PRINCIPAL,   /* an account name with its UPN or e-mail */
    SW_ALIAS_FULL_NAME,   /* a short host name and its full one */
    SW_ALIAS_HOWS
};

struct sw_alias {
    enum sw_alias_how how;
    enum sw_entity_kind kind; /* of the first name */
    struct sw_str name;
    enum sw_entity_kind other_kind;
    struct sw_str other;
    int64_t first; /* ns UTC; SW_TIME_NONE: no record had a time */
    int64_t last;
    uint64_t count;
};

struct sw_str sw_alias_how_name(enum sw_alias_how how); /* "dhcp lease": for sentences and the case. Static. */
bool sw_alias_how_of(struct sw_str name, enum sw_alias_how *how);

struct sw_aliases; /* what was seen, over all of the evidence */

/* `max_pairs`: beyond it new pairs are refused and counted. */
int sw_aliases_new(struct sw_aliases **aliases, const struct sw_classes *classes, size_t max_pairs);
void sw_aliases_free(struct sw_aliases *aliases);
/* What an event shows. Threads: any, each with a set of its own (sw_alias_set_new()). */
struct sw_alias_set;
int sw_alias_set_new(struct sw_alias_set **set, const struct sw_aliases *aliases);
void sw_alias_set_free(struct sw_alias_set *set);
int sw_alias_look(struct sw_alias_set *set, const struct sw_event *event);
/* Adds a worker's set; the order of sets changes nothing. */
int sw_aliases_merge(struct sw_aliases *aliases, const struct sw_alias_set *set);
int sw_aliases_add(struct sw_aliases *aliases, const struct sw_alias *alias);
/* In the order of (kind, name, other_kind, other, how). */
int sw_aliases_each(const struct sw_aliases *aliases, int (*each)(void *arg, const struct sw_alias *alias), void *arg);
uint64_t sw_aliases_refused(const struct sw_aliases *aliases);

#endif
