/*
 * fact.h - a finding as the incident floor and the case see it: what, when, how grave, and the entities that it names.
 *
 * A hunt makes one of each finding that it delivers (sw_fact_of_finding()), a case gives them back. Everything is a
 * view; whoever keeps a fact longer copies it (sw_facts_add()).
 *
 * Owner:   of sw_fact_of_finding(), the arena and the finding; of a store, the store.
 * Limits:  SW_FACT_MENTIONS entities of one fact, values of SW_FACT_VALUE bytes; what is cut is counted in `cut`.
 * Threads: a store belongs to one thread. Errors: SW_E_NOMEM, SW_E_LIMIT. Trust: hostile input.
 */
#ifndef SW_INCIDENT_FACT_H
#define SW_INCIDENT_FACT_H

#include "base/arena.h"
#include "base/map.h"
#include "engine/finding.h"
#include "event/entity.h"

enum { SW_FACT_MENTIONS = 32, SW_FACT_VALUE = 512 };

/* ATT&CK's tactics for enterprises, in the order of its matrix (attack.mitre.org/tactics/enterprise). */
enum sw_tactic {
    SW_TACTIC_RECONNAISSANCE,
    SW_TACTIC_RESOURCE_DEVELOPMENT,
    SW_TACTIC_INITIAL_ACCESS,
    SW_TACTIC_EXECUTION,
    SW_TACTIC_PERSISTENCE,
    SW_TACTIC_PRIVILEGE_ESCALATION,
    SW_TACTIC_DEFENSE_EVASION,
    SW_TACTIC_CREDENTIAL_ACCESS,
    SW_TACTIC_DISCOVERY,
    SW_TACTIC_LATERAL_MOVEMENT,
    SW_TACTIC_COLLECTION,
    SW_TACTIC_COMMAND_AND_CONTROL,
    SW_TACTIC_EXFILTRATION,
    SW_TACTIC_IMPACT,
    SW_TACTICS
};

/* "initial-access"; and "Initial Access" for people. Static. */
struct sw_str sw_tactic_name(enum sw_tactic tactic);
struct sw_str sw_tactic_title(enum sw_tactic tactic);
/* The tactics of a rule's tags ("attack.initial-access", also with an underscore), a bit each. */
uint32_t sw_tactics_of(const struct sw_rule *rule);

/* An entity as a record names it. */
struct sw_mention {
    enum sw_entity_kind kind;
    enum sw_entity_role role;
    struct sw_str value;
};

struct sw_fact {
    struct sw_hash128 id; /* the finding's */
    struct sw_str rule_id;
    struct sw_str title;
    struct sw_str kind;   /* "sigma", "correlation", "finding", "behaviour", "exposure" */
    struct sw_str engine; /* "sigma", "web", "webshell", "yara", "behaviour", "audit" */
    enum sw_level level;
    uint32_t tactics;         /* bit of each enum sw_tactic */
    struct sw_str techniques; /* "T1190 T1505.003", in the order of the rule's tags */
    struct sw_str verdict;    /* "likely succeeded"; empty: none */
    int64_t time;             /* ns UTC; SW_TIME_NONE when the record has none */
    int64_t time_last;
    uint64_t count;
    double value;             /* of a correlation or behaviour: what was measured */
    struct sw_str class_name; /* "windows/security"; empty for what joins several records */
    struct sw_str path;       /* of the source */
    struct sw_str format;
    uint64_t offset;
    uint64_t record;
    uint64_t line;
    struct sw_str explanation; /* one sentence */
    const struct sw_mention *mentions;
    size_t mention_count;
    uint32_t cut; /* entities left out, for SW_FACT_MENTIONS */
};

/* Fills *fact from a finding. Sentences and lists are made in the arena. SW_E_NOMEM. */
int sw_fact_of_finding(struct sw_fact *fact, const struct sw_finding *finding, struct sw_str explanation,
                       struct sw_arena *arena);

/* --- facts that are kept ----------------------------------------------------------------------------------- */

struct sw_facts {
    struct sw_fact *items; /* in the order of sw_facts_add() until sw_facts_sort() */
    size_t count;
    size_t cap;
    struct sw_arena memory;                  /* mentions and texts */
    struct sw_map texts;                     /* texts that repeat, each once */
    size_t max;                              /* bytes */
    uint64_t refused[SW_LEVEL_CRITICAL + 1]; /* by level: facts not kept for want of memory */
};

/* `max`: bytes that it may take; 0: SW_FACTS_MEMORY. */
void sw_facts_init(struct sw_facts *facts, size_t max);
void sw_facts_fini(struct sw_facts *facts);

/* Copies a fact. Beyond the limit, findings below medium are refused from 7/8 of it on and all at its end: counted, 0
 * is returned. */
int sw_facts_add(struct sw_facts *facts, const struct sw_fact *fact);

/* Puts them in order of time, then id (those without a time first), and drops what is there twice. */
void sw_facts_sort(struct sw_facts *facts);

#endif
