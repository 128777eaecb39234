/*
 * correlate_priv.h - the correlation engine's parts among themselves.
 */
#ifndef SW_SIGMA_CORRELATE_PRIV_H
#define SW_SIGMA_CORRELATE_PRIV_H

#include "base/buf.h"
#include "base/limits.h"
#include "base/map.h"
#include "sigma/correlate.h"

#include <pthread.h>
#include <stdatomic.h>

#define SW_ABSENT UINT32_MAX /* length of a value that isn't there */

/* One observation. Behind it lie its values, each a 32-bit length and its bytes, as they were in the event: the
 * group-by values, the value that is counted (value_count), what correlations further up ask for. */
struct sw_observation {
    int64_t time;
    uint64_t hash;     /* of correlation and folded group-by values */
    uint64_t position;
    uint32_t source;
    uint32_t ref;
    double number;     /* of value_sum and its kin */
    uint32_t size;     /* all of it; a multiple of 8 */
    uint32_t value;    /* scratch: number of the value among those of the key */
};

/* What an observation costs beyond its own bytes while it is decided: its place in the list that is sorted, twice
 * (sorting takes as much again), and in its key. */
#define SW_OBSERVATION_COST 56u

/* Blocks of observations of one correlation. */
struct sw_observations {
    struct sw_obs_block *first;
    struct sw_obs_block *last;
};

struct sw_obs_block {
    struct sw_obs_block *next;
    size_t size;
    size_t used;
    _Alignas(16) char data[];
};

/* A step of a temporal condition in postfix form. */
enum sw_op_kind { SW_OP_REF, SW_OP_NOT, SW_OP_AND, SW_OP_OR, SW_OP_AT_LEAST, SW_OP_TRUE, SW_OP_FALSE };
struct sw_op {
    uint8_t kind;
    uint32_t number; /* REF: index into refs; AND, OR, AT_LEAST: operands */
    uint32_t need;
};

/* What one ref of a correlation has to deliver, and from where. */
struct sw_edge {
    uint32_t correlation;
    uint32_t ref;
    sw_field_id *fields; /* names: groups, then values, then carried ones */
    int32_t *from;       /* of a correlation's ref: where in the lower one's values each is; NULL for rules */
};

struct sw_plan {
    const struct sw_correlation *correlation;
    size_t groups;
    size_t values;        /* strings of the value (value_count), or the one field of a number */
    sw_field_id *carry;   /* what those further up ask of the events below this one */
    size_t carries, carry_cap;
    struct sw_edge *edges; /* by ref */
    uint32_t *parents;    /* edges of others that this one feeds: index of the correlation, and of its ref */
    uint32_t *parent_refs;
    size_t parent_count, parent_cap, parent_ref_cap;
    struct sw_op *program; /* of an extended condition; NULL: bounds */
    size_t program_len, program_cap;
    bool numeric;          /* the value is a number */
    bool temporal;
    uint64_t span;
};

/* What a rule feeds. */
struct sw_feed {
    const struct sw_edge **edges;
    size_t count, cap;
    uint32_t number; /* among the rules that feed any */
};

struct sw_correlator {
    const struct sw_rules *rules;
    const struct sw_classes *classes;
    size_t budget;
    struct sw_arena arena;  /* plans */
    struct sw_plan *plans;
    size_t plan_count;
    struct sw_feed **feeds; /* by rule; NULL: none */
    size_t feed_count;
    pthread_mutex_t lock;   /* of the list of observers */
    struct sw_observer *observers;
    _Atomic uint64_t level_bytes[65]; /* bytes of observations by how many zeros their hash begins with */
    _Atomic uint64_t total_bytes;     /* of all levels */
    _Atomic uint32_t level;           /* hashes with fewer zeros are given up */
    struct sw_correlator_stats stats; /* of what finish did */
    struct sw_observations *made;     /* by correlation: what lower ones gave */
    struct sw_correlation_match *matches; /* all of them, to be put in order */
    size_t match_count, match_cap;
    struct sw_arena found;  /* what matches point to */
};

struct sw_observer {
    struct sw_observer *next;
    struct sw_correlator *correlator;
    struct sw_observations *kept; /* by correlation */
    sw_field_id ***keys;          /* by feed, by class: field keys of all its edges' fields; NULL: not looked up yet */
    struct sw_arena scratch;
    struct sw_correlator_stats stats;
    uint32_t level;
};

/* --- correlate_plan.c --- */
int sw_correlate_plan(struct sw_correlator *c);

/* --- observe.c --- */
/* Adds one observation to a list and to the accounts; `values` are `count` strings. Evicted: 0, and counted in stats.
 */
int sw_observe(struct sw_correlator *c, struct sw_observations *list, struct sw_arena *scratch,
               const struct sw_plan *plan, const struct sw_observation *head, const struct sw_str *values, size_t count,
               struct sw_correlator_stats *stats);
void sw_observations_free(struct sw_observations *list);
/* Takes what is beyond the level out of a list. */
void sw_observations_compact(struct sw_observations *list, uint32_t level, struct sw_correlator_stats *stats);
static inline uint32_t sw_hash_level(uint64_t hash)
{
    return hash == 0 ? 64 : (uint32_t)__builtin_clzll(hash);
}
/* The observation's value number `index`; ptr NULL when it is absent. */
struct sw_str sw_observation_value(const struct sw_observation *o, size_t index);

/* --- correlate_window.c, correlate_order.c --- */
/* A stretch of observations in which windows hold. */
struct sw_stretch {
    size_t from;
    size_t to; /* including */
    int64_t since;
    double value;
};
typedef int sw_stretch_fn(void *context, const struct sw_stretch *stretch);

/* Calls back for each match among a key's observations, in order. */
int sw_correlate_windows(const struct sw_plan *plan, struct sw_observation **list, size_t count,
                         struct sw_arena *scratch, sw_stretch_fn *each, void *context);
int sw_correlate_ordered(const struct sw_plan *plan, struct sw_observation **list, size_t count,
                         struct sw_arena *scratch, sw_stretch_fn *each, void *context);

/* --- correlate_finish.c --- */
int sw_correlate_finish(struct sw_correlator *c, sw_correlation_fn *each, void *context);

static inline bool sw_bounds_hold(const struct sw_correlation *c, double value)
{
    for (size_t i = 0; i < c->bound_count; i++) {
        double with = c->bounds[i].value;
        bool holds[] = {[SW_LT] = value < with,   [SW_LTE] = value <= with,
                        [SW_GT] = value > with,   [SW_GTE] = value >= with,
                        [SW_EQ] = value >= with && value <= with, [SW_NEQ] = value < with || value > with};
        if (!holds[c->bounds[i].op])
            return false;
    }
    return true;
}

/* Whether both are the same event (a match of a correlation is only the same as itself). */
static inline bool sw_same_event(const struct sw_correlation *c, const struct sw_observation *a,
                                 const struct sw_observation *b)
{
    return a->source == b->source && a->position == b->position && a->time == b->time &&
           (a->ref == b->ref || (!c->refs[a->ref].is_correlation && !c->refs[b->ref].is_correlation));
}

#endif
