/*
 * incident.h - findings joined into incidents: how they got in, every way back, what they took, how long they were
 * there.
 *
 * sw_incidents_make() takes facts and the names seen together, resolves entities, joins facts that share them closely
 * enough in time, and judges each group. docs/incidents.md explains the method: what joins, with what force, and the
 * score.
 *
 * Owner:   sw_incidents_free() frees all; texts of facts stay those of the store, which must outlive the incidents.
 * Limits:  SW_INCIDENT_LIST entries of each list of one incident; what is left out is counted.  Threads: one at a time.
 * Errors:  SW_E_NOMEM, SW_E_LIMIT.    Trust: hostile input (names, times), in any number.
 */
#ifndef SW_INCIDENT_INCIDENT_H
#define SW_INCIDENT_INCIDENT_H

#include "incident/alias.h"
#include "incident/fact.h"

enum { SW_INCIDENT_LIST = 200 };

/* --- entities ------------------------------------------------------------------------------------------------- */

/* Beyond the kinds of event/entity.h, what incidents join by. */
enum sw_thing {
    SW_THING_HOST,
    SW_THING_ACCOUNT,
    SW_THING_INSIDE,  /* an address of the organisation that no host is known for */
    SW_THING_OUTSIDE, /* any other address */
    SW_THING_PROCESS, /* one process (ProcessGuid) */
    SW_THING_SESSION, /* a logon session of a host */
    SW_THING_FILE,    /* a file of a host */
    SW_THING_SCRIPT,  /* the name of a script, in a web path or a file's: "cmd.aspx" */
    SW_THING_HASH,
    SW_THING_DOMAIN,
    SW_THING_SERVICE, /* a service or task of a host */
    SW_THING_WEB_PATH,
    SW_THING_IMAGE, /* a program's file */
    SW_THINGS
};

struct sw_str sw_thing_name(enum sw_thing thing); /* "host", "account", "internal address", ... */

/* A name under which an entity was seen, and why it is the same. */
struct sw_known_as {
    struct sw_str name;
    struct sw_str why; /* "dhcp lease, 2026-09-01 to 2026-09-04" */
};

struct sw_entity {
    enum sw_thing thing;
    struct sw_str value; /* the canonical name */
    bool joins;          /* false: too general to join by (SYSTEM, root, loopback) */
    uint32_t partners;   /* different hosts, accounts and addresses that findings name together with it, at most 255 */
    uint32_t facts;
    int64_t first;
    int64_t last;
    struct sw_known_as *known_as;
    uint32_t known_count;
};

/* --- incidents ------------------------------------------------------------------------------------------------ */

/* A fact as part of an incident. */
struct sw_part {
    uint32_t fact;      /* index in the sorted store */
    uint32_t joined_to; /* index in parts of the earlier part that it was joined to; UINT32_MAX: the first */
    uint32_t entity;    /* the entity that joined it most; UINT32_MAX: none */
    float force;
    float weight; /* 0 to 1: level, rarity of its rule here, verdict */
    bool context; /* did not join, only belongs: below medium, or of a rule that fires all over */
};

struct sw_phase {
    enum sw_tactic tactic;
    double strength; /* 0 to 1 */
    int64_t first;
    int64_t last;
    uint32_t facts;
    uint32_t best; /* index in parts: what shows it best */
};

/* How they got in, one way. */
struct sw_entry_point {
    uint32_t part;
    uint32_t from;      /* entity: where from; UINT32_MAX: not known */
    uint32_t host;      /* entity that was entered; UINT32_MAX */
    struct sw_str what; /* web path, account, service */
    int64_t time;
    bool succeeded; /* told so by its verdict, or by what followed */
};

enum sw_reentry {
    SW_REENTRY_WEB_SHELL,
    SW_REENTRY_ACCOUNT, /* made, changed, or used with stolen credentials */
    SW_REENTRY_KEY,     /* SSH keys, certificates */
    SW_REENTRY_TASK,
    SW_REENTRY_SERVICE,
    SW_REENTRY_AUTOSTART,
    SW_REENTRY_TUNNEL,     /* tunnels, proxies, channels */
    SW_REENTRY_LISTENER,   /* new listening ports, firewall openings */
    SW_REENTRY_LOGIN_PATH, /* changed authentication, captured secrets, sessions */
    SW_REENTRIES
};
enum sw_reentry_state { SW_STATE_UNKNOWN, SW_STATE_PRESENT, SW_STATE_IN_USE, SW_STATE_REMOVED };

struct sw_str sw_reentry_name(enum sw_reentry kind);              /* "web-shell" */
struct sw_str sw_reentry_state_name(enum sw_reentry_state state); /* "in use" */

struct sw_reentry_point {
    enum sw_reentry kind;
    enum sw_reentry_state state;
    struct sw_str value; /* the path, account, service ... */
    uint32_t host;       /* entity; UINT32_MAX: not known */
    int64_t first;
    int64_t last;
    uint32_t facts;
    uint32_t best; /* index in parts */
};

struct sw_data_out {
    struct sw_str destination;
    struct sw_str source;
    double bytes;
    int64_t first;
    int64_t last;
    uint32_t part;
};

/* A sentence of the story, with the parts that show it. */
struct sw_sentence {
    struct sw_str text;
    uint32_t *parts;
    uint32_t part_count;
};

/* A step of the checklist, in order. */
struct sw_step {
    struct sw_str group; /* "Preserve", "Close the entry", "Remove every way back, at once", "Rotate", "Watch" */
    struct sw_str text;
    struct sw_str key; /* stable: a hash of what it is about, for its state in a case */
};

struct sw_incident {
    struct sw_str title;
    struct sw_str reason; /* how the score came about */
    double score;         /* 0 to 100 */
    double data_out_bytes;
    int64_t first;
    int64_t last;
    struct sw_part *parts; /* in order of time */
    struct sw_entry_point *entries;
    struct sw_reentry_point *reentries;
    struct sw_data_out *data_out;
    uint32_t *entities;     /* by how much of the incident names them */
    uint32_t *entity_facts; /* for each: parts that name it */
    struct sw_str *unknown; /* what the evidence does not tell, a sentence each */
    struct sw_sentence *story;
    struct sw_step *steps;
    uint32_t part_count;
    uint32_t joining; /* parts that are no context */
    uint32_t entry_count;
    uint32_t reentry_count;
    uint32_t data_out_count;
    uint32_t entity_count;
    uint32_t unknown_count;
    uint32_t story_count;
    uint32_t step_count;
    uint32_t phase_count;
    struct sw_phase phases[SW_TACTICS]; /* in the matrix's order; only those with facts */
    enum sw_level level;
    char id[33];
};

/* What there was to see: for gaps and what remains unknown. */
struct sw_evidence_span {
    struct sw_str path;
    struct sw_str format;
    int64_t first;
    int64_t last;
};

struct sw_incident_options {
    const char *const *internal; /* networks of the organisation; none: private ones (RFC 1918, RFC 4193, ...) */
    size_t internal_count;
    const struct sw_evidence_span *spans;
    size_t span_count;
    /* Gives the id under which a group with these findings was known; NULL: none is. */
    int (*known)(void *arg, const struct sw_hash128 *findings, size_t count, char out[33]);
    void *known_arg;
};

struct sw_incidents {
    const struct sw_facts *facts;
    struct sw_incident *items; /* by score, highest first; then by first time */
    size_t count;
    struct sw_entity *entities;
    size_t entity_count;
    uint32_t *fact_entities; /* entity numbers of all facts, one after the other */
    uint32_t *fact_first;    /* of fact i: fact_entities[fact_first[i]] to before fact_first[i + 1] */
    uint8_t *fact_roles;     /* enum sw_entity_role, beside fact_entities */
    uint64_t alone;          /* facts in no incident */
    struct sw_map names;     /* of entities: a letter for the thing, and the value */
    struct sw_arena memory;
};

/* Sorts the facts first. */
int sw_incidents_make(struct sw_incidents *incidents, struct sw_facts *facts, const struct sw_aliases *aliases,
                      const struct sw_incident_options *options);
void sw_incidents_free(struct sw_incidents *incidents);

#endif
