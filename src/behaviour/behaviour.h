/*
 * behaviour.h - what no single record shows: channels, volumes, accounts and clients over all of the evidence.
 *
 * A worker shows each event to sw_behaviour_look(), which notes what matters of it in the piece's batch (a flow, a
 * request, a logon: some dozen bytes). The notes go with sw_behaviour_deliver(), in the order of the evidence, into
 * stores that keep them by key; sw_behaviour_finish() puts each key's notes in order of time, runs the behaviours over
 * them, and gives what they found in order of time. The outcome depends on the evidence and the budget alone, not on
 * the number of threads. docs/behaviours.md lists the behaviours; docs/adding-a-behaviour.md tells how one is made.
 *
 * Owner:   sw_behaviours_free() frees all but batches.
 * Limits:  `memory` bytes for the stores. Beyond it the keys with the least in them are given up, counted, and what
 * remains of a key that came back later says that it is incomplete. Threads: a batch belongs to one thread; look may
 * run on many at once; deliver and finish on one at a time. Errors:  SW_E_NOMEM, SW_E_USAGE (settings), and what the
 * caller's emit returned.      Trust: hostile input.
 */
#ifndef SW_BEHAVIOUR_BEHAVIOUR_H
#define SW_BEHAVIOUR_BEHAVIOUR_H

#include "base/error.h"
#include "event/event.h"
#include "event/logsource.h"
#include "sigma/ir.h"

struct sw_behaviours;
struct sw_behaviour_batch;

/* Bytes for the stores when nothing else is said. */
#define SW_BEHAVIOUR_MEMORY ((size_t)192 << 20)

struct sw_behaviour_options {
    const struct sw_classes *classes;
    enum sw_level min_level; /* findings below it are not kept */
    size_t memory;           /* 0: SW_BEHAVIOUR_MEMORY */
    const char *const
        *internal; /* networks of the organisation, "10.0.0.0/8"; none: inferred from the evidence, and told */
    size_t internal_count;
    const char *const *settings; /* "NAME=off", "NAME.PARAMETER=VALUE" */
    size_t setting_count;
};

/* Where a record lies: numbers of the caller, given back with the finding. */
struct sw_behaviour_origin {
    uint32_t file;
    uint32_t ordinal;
    uint64_t offset;
};

struct sw_behaviour_member {
    int64_t time;
    struct sw_behaviour_origin origin;
};

/* An entity that the finding is about: a field name as events have them ("src_ip", "user"), and its value. */
struct sw_behaviour_group {
    struct sw_str name;
    struct sw_str value;
};

struct sw_behaviour_match {
    const struct sw_rule *rule; /* of sw_behaviour_rules() */
    uint32_t rule_index;
    int64_t first;
    int64_t last;
    uint64_t count; /* records that it stands for */
    double value;   /* what was measured: a score, bytes; the behaviour's page says which */
    const struct sw_behaviour_group *groups;
    size_t group_count;
    const struct sw_behaviour_member *members; /* some of the records, in order of time */
    size_t member_count;
    struct sw_str explanation; /* one sentence, or a few */
};

typedef int (*sw_behaviour_emit_fn)(void *arg, const struct sw_behaviour_match *match);

struct sw_behaviour_stats {
    uint64_t notes;   /* taken */
    uint64_t untimed; /* records without a time: they can't be put in order */
    uint64_t evicted; /* notes given up for the budget */
    uint64_t evicted_keys;
    uint64_t findings_dropped; /* beyond what is kept of one run */
    size_t held;               /* bytes, at most */
    struct sw_str internal; /* the networks taken as the organisation's own, and why; empty when no flows were seen */
};

/* The rules of all behaviours, for listings: ids and titles never change. */
const struct sw_rule *sw_behaviour_rules(size_t *count);

int sw_behaviours_new(struct sw_behaviours **behaviours, const struct sw_behaviour_options *options,
                      struct sw_error *err);
void sw_behaviours_free(struct sw_behaviours *behaviours);

int sw_behaviour_batch_new(struct sw_behaviour_batch **batch);
void sw_behaviour_batch_reset(struct sw_behaviour_batch *batch);
size_t sw_behaviour_batch_weight(const struct sw_behaviour_batch *batch);
bool sw_behaviour_batch_is_empty(const struct sw_behaviour_batch *batch);
void sw_behaviour_batch_free(struct sw_behaviour_batch *batch);

/* Notes what matters of an event. */
int sw_behaviour_look(const struct sw_behaviours *behaviours, struct sw_behaviour_batch *batch,
                      const struct sw_event *event);

/* Takes a piece's notes; file and ordinal tell which input they come from. */
int sw_behaviour_deliver(struct sw_behaviours *behaviours, struct sw_behaviour_batch *batch, uint32_t file,
                         uint32_t ordinal);

/* After the last deliver: calls emit for each finding, in order of its first time. */
int sw_behaviour_finish(struct sw_behaviours *behaviours, sw_behaviour_emit_fn emit, void *arg);

void sw_behaviours_stats(const struct sw_behaviours *behaviours, struct sw_behaviour_stats *stats);

/* --- what there is, for listings ---------------------------------------------------------------------------- */

struct sw_behaviour_parameter {
    const char *name;
    double value; /* default */
    double least;
    double most;
    const char *unit; /* "s", "bytes", "" */
    const char *meaning;
};

struct sw_behaviour_info {
    const char *name;
    const char *summary;
    const struct sw_rule *rules;
    size_t rule_count;
    const struct sw_behaviour_parameter *parameters;
    size_t parameter_count;
};

/* The index-th behaviour; false behind the last. */
bool sw_behaviour_at(size_t index, struct sw_behaviour_info *info);

#endif
