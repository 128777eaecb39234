/*
 * behaviour_priv.h - between the stores ("watches"), the behaviours, and what drives them.
 *
 * A watch notes one kind of thing in events and keeps the notes by key until the end: flows, web requests, logons. A
 * behaviour is one file: rules, parameters, and functions that a watch calls at the end with its keys, one after the
 * other in an order that the evidence alone decides. Each is one line in behaviours.def.
 */
#ifndef SW_BEHAVIOUR_BEHAVIOUR_PRIV_H
#define SW_BEHAVIOUR_BEHAVIOUR_PRIV_H

#include "base/arena.h"
#include "base/buf.h"
#include "behaviour/behaviour.h"

/* Where a record lies, as stores keep it: the number of its input in the order of the evidence, and its offset. */
struct sw_place {
    uint32_t input;
    uint64_t offset;
};

struct sw_place_at {
    int64_t time; /* ns */
    struct sw_place place;
};

struct sw_channel;
struct sw_flow_host;
struct sw_flow_network;
struct sw_dns_zone;
struct sw_access_path;
struct sw_access_login;
struct sw_access_world;
struct sw_account;
struct sw_login_source;
struct sw_account_world;

/* One behaviour in a run. */
struct sw_behaviour_run {
    const struct sw_behaviour *behaviour;
    const double *value; /* by index of the behaviour's parameters */
    void *state;         /* of behaviour->state_size bytes, zero at first */
    struct sw_behaviours *all;
    uint32_t first_rule; /* of sw_behaviour_rules() */
};

struct sw_behaviour {
    const char *name; /* "periodic-channel": in settings, and its page docs/behaviours/<name>.md */
    const char *summary;
    const struct sw_rule *rules;
    size_t rule_count;
    const struct sw_behaviour_parameter *parameters;
    size_t parameter_count;
    bool optional;     /* off unless it is asked for */
    size_t state_size; /* of what it keeps during finish; 0: nothing */

    /* All may be NULL. Non-zero ends the run with that code. */
    int (*channel)(struct sw_behaviour_run *run, const struct sw_channel *channel);      /* watch flow */
    int (*host)(struct sw_behaviour_run *run, const struct sw_flow_host *host);          /* watch flow, per host */
    int (*network)(struct sw_behaviour_run *run, const struct sw_flow_network *network); /* watch flow, at its end */
    int (*zone)(struct sw_behaviour_run *run, const struct sw_dns_zone *zone);           /* watch dns */
    int (*path)(struct sw_behaviour_run *run, const struct sw_access_path *path);        /* watch web, rare paths */
    int (*login)(struct sw_behaviour_run *run, const struct sw_access_login *login);  /* watch web, after all paths */
    int (*accesses)(struct sw_behaviour_run *run, const struct sw_access_world *all); /* watch web, at its end */
    int (*account)(struct sw_behaviour_run *run, const struct sw_account *account);   /* watch account */
    int (*login_source)(struct sw_behaviour_run *run, const struct sw_login_source *source); /* ... per source */
    int (*accounts)(struct sw_behaviour_run *run,
                    const struct sw_account_world *accounts); /* watch account, at its end */
    void (*end)(struct sw_behaviour_run *run); /* frees what the state owns; not called without a state */
};

/* What a behaviour found; everything is copied. */
struct sw_behaviour_report {
    unsigned rule; /* index of the behaviour's rules */
    int64_t first;
    int64_t last;
    uint64_t count;
    double value;
    const struct sw_behaviour_group *groups;
    size_t group_count;
    const struct sw_place_at *members; /* some of the records; put in order of time, SW_BEHAVIOUR_MEMBERS kept */
    size_t member_count;
    struct sw_str explanation;
};

#define SW_BEHAVIOUR_MEMBERS 16u
#define SW_BEHAVIOUR_EXPLANATION 2000u

int sw_behaviour_report(struct sw_behaviour_run *run, const struct sw_behaviour_report *report);

struct sw_series_store;

/* What a watch is made from. */
struct sw_watch_setup {
    const struct sw_classes *classes;
    size_t memory;  /* bytes it may hold at first; allow() changes it */
    size_t ceiling; /* bytes that it will never be allowed more than */
    size_t share;   /* bytes that are its own whenever it needs them; so much may also lie unpacked while it decides */
    struct sw_series_store *store; /* for series, shared by all watches */
    const struct sw_behaviour_options *options;
};

struct sw_watch {
    const char *name;
    unsigned share; /* of the memory, among those of all watches: its own when it needs it (budget.h) */
    int (*open)(void **watch, const struct sw_watch_setup *setup, struct sw_error *err);
    void (*close)(void *watch);
    bool (*wants)(const void *watch, sw_class_id id); /* events of which classes are to be looked at */
    /* On a worker: appends what it notes. Many at once. */
    int (*look)(const void *watch, struct sw_buf *notes, const struct sw_event *event);
    /* In the order of the evidence: takes what look() noted of one piece, from input number `input`. */
    int (*take)(void *watch, struct sw_str notes, uint32_t input);
    size_t (*held)(const void *watch); /* bytes now */
    /* What it may hold from now on. What it holds beyond that is given up at once, as far as it can be. */
    int (*allow)(void *watch, size_t memory);
    /* Calls the behaviours: sw_behaviour_runs() gives them. */
    int (*finish)(void *watch, struct sw_behaviours *all);
    void (*stats)(const void *watch, struct sw_behaviour_stats *stats); /* adds */
};

/* The behaviours that are switched on, in order of behaviours.def. */
struct sw_behaviour_run *sw_behaviour_runs(struct sw_behaviours *all, size_t *count);

/* Shorthands for tables of rules. */
#define SW_BEHAVIOUR_TAG(text) SW_STR_INIT(text)
#define SW_BEHAVIOUR_RULE(rule_id, rule_title, rule_text, rule_level, tag_list, false_positives) \
    { \
        .id = SW_STR_INIT(rule_id), .title = SW_STR_INIT(rule_title), .description = SW_STR_INIT(rule_text), \
        .status = SW_STR_INIT("stable"), .author = SW_STR_INIT("Seawall"), .level = (rule_level), .tags = (tag_list), \
        .tag_count = sizeof(tag_list) / sizeof *(tag_list), .path = SW_STR_INIT("(behaviour)"), \
        .falsepositives = SW_STR_INIT(false_positives), \
    }
#define SW_COUNT_OF(array) (sizeof(array) / sizeof *(array))

#endif
