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

struct sw_name_pair {
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

/* What was seen. A worker has one of its own; they are merged in the end. */
struct sw_aliases;

/* What fields of which classes show names; made once for all workers. */
struct sw_alias_plan;
int sw_alias_plan_new(struct sw_alias_plan **plan, const struct sw_classes *classes);
void sw_alias_plan_free(struct sw_alias_plan *plan);

/* `max_pairs`: beyond it new pairs are refused and counted; 0: SW_ALIASES. */
#define SW_ALIASES ((size_t)500000)
int sw_aliases_new(struct sw_aliases **aliases, size_t max_pairs);
void sw_aliases_free(struct sw_aliases *aliases);

/* Notes what an event shows. Threads: the plan is shared, `aliases` is not. */
int sw_alias_look(const struct sw_alias_plan *plan, struct sw_aliases *aliases, const struct sw_event *event);
/* Texts are copied; host and account names are put into their usual form (incident/name.h). */
int sw_aliases_add(struct sw_aliases *aliases, const struct sw_name_pair *alias);
/* The order in which sets are merged changes nothing, unless pairs are refused. */
int sw_aliases_merge(struct sw_aliases *aliases, const struct sw_aliases *from);

/* Puts them in the order of (kind, name, other_kind, other, how, first). */
void sw_aliases_sort(struct sw_aliases *aliases);
const struct sw_name_pair *sw_aliases_items(const struct sw_aliases *aliases, size_t *count);
uint64_t sw_aliases_refused(const struct sw_aliases *aliases);

#endif
