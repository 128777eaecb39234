/*
 * correlate.h - the correlation engine: what events in a time window have in common.
 *
 *     sw_correlator_new()                     once, from the rules
 *     sw_observer_new()                       for each worker
 *     sw_observer_add()                       for each match of a rule that sw_correlator_wants()
 *     sw_correlator_finish()                  when all evidence is read: calls back for each match, in order of time
 *
 * How it decides (docs/sigma.md): observations of one correlation and one set of group-by values are put in order of
 * time; the condition is tried on each *maximal* window (one to which no observation can be added within the timespan,
 * both ends included), so windows slide and have no fixed boundaries. Windows that hold and share observations are one
 * match, which grows as long as they do. Matches of a correlation are the observations of those that refer to it.
 *
 * The outcome depends on the observations alone, not on the order in which they come, nor on which worker saw them.
 *
 * Owner:   the rules and classes must outlive the correlator; the correlator its observers.
 * Limits:  `budget` bytes for observations and for deciding them. Beyond it half of all keys, chosen by their hashes,
 * are given up, then half of the rest, and so on: what remains is complete. Counted in the statistics. SW_MAX_MEMBERS
 * of a match. Threads: an observer belongs to one thread; observers are independent but for counters. finish: one
 * thread, when none adds. Errors:  SW_E_NOMEM.      Trust: values are hostile input.
 */
#ifndef SW_SIGMA_CORRELATE_H
#define SW_SIGMA_CORRELATE_H

#include "event/event.h"
#include "event/logsource.h"
#include "sigma/ir.h"

#define SW_MAX_MEMBERS 100u

/* Values that one event may have in one group-by or value field, and combinations of them all. */
#define SW_MAX_OBSERVED_VALUES 8u
#define SW_MAX_OBSERVED_COMBINATIONS 32u

struct sw_correlator;
struct sw_observer;

/* Where an observation comes from, in the caller's terms. The pair must be the same in every run: it breaks ties of
 * time. */
struct sw_origin {
    uint32_t source;   /* number of the file */
    uint64_t position; /* of the record in it */
};

struct sw_correlation_member {
    uint32_t ref;  /* index into the correlation's refs: which rule or correlation it is a match of */
    int64_t time;
    struct sw_origin origin; /* of an event; for a match of a correlation that of one of its events */
};

struct sw_correlation_match {
    uint32_t correlation;
    int64_t first; /* time of the first and of the last observation */
    int64_t last;
    int64_t since; /* when the condition began to hold */
    uint64_t count; /* events (matches of correlations referred to) in it */
    double value; /* what the condition looked at, in the window where it was most (with an upper bound only: least) */
    const struct sw_str *groups; /* by index of group_by; as its first event has them */
    size_t group_count;
    const struct sw_correlation_member *members; /* in order of time; when there are more than SW_MAX_MEMBERS: the first
                                                    of each rule and then the earliest */
    size_t member_count;
};

struct sw_correlator_stats {
    uint64_t observations; /* kept or not */
    uint64_t untimed;      /* events without a time: they can't be correlated */
    uint64_t ungrouped;    /* without one of the group-by fields */
    uint64_t valueless;    /* without the field that is counted or summed, or not a number */
    uint64_t evicted;      /* given up for the budget */
    uint32_t kept_share;   /* 1 / 2^kept_share of the keys are kept; 0: all */
    uint64_t matches;
};

int sw_correlator_new(struct sw_correlator **correlator, const struct sw_rules *rules, const struct sw_classes *classes,
                      size_t budget);
void sw_correlator_free(struct sw_correlator *correlator);

/* Whether matches of a rule are to be observed. */
bool sw_correlator_wants(const struct sw_correlator *correlator, uint32_t rule);

/* A worker's observer; freed with the correlator. */
int sw_observer_new(struct sw_observer **observer, struct sw_correlator *correlator);

/* The rule matched the event. What is needed of it is copied. */
int sw_observer_add(struct sw_observer *observer, uint32_t rule, const struct sw_event *event, struct sw_origin origin);

/* Called for each match of a correlation that isn't silent, in order of their first times. What `match` points to is
 * gone when it returns. Non-zero stops and is returned by finish. */
typedef int sw_correlation_fn(void *context, const struct sw_correlation_match *match);

/* Decides all correlations. The observations are gone afterwards; observers may be used for another round. */
int sw_correlator_finish(struct sw_correlator *correlator, sw_correlation_fn *each, void *context);

void sw_correlator_stats(const struct sw_correlator *correlator, struct sw_correlator_stats *stats);

#endif
