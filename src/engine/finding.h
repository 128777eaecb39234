/*
 * finding.h - something that matters, as seen at the moment it was found.
 *
 * A finding is a view, like the event it comes from: whoever keeps one longer copies or writes it out.
 */
#ifndef SW_ENGINE_FINDING_H
#define SW_ENGINE_FINDING_H

#include "base/hash.h"
#include "engine/feed.h"
#include "sigma/ir.h"

/* A name and values that a correlation was grouped by. */
struct sw_group_value {
    struct sw_str name;
    struct sw_str value;
};

/* An event that a correlation joins. */
struct sw_finding_member {
    const struct sw_rule *rule;
    int64_t time;
    struct sw_str path;
    uint64_t offset;
};

struct sw_finding {
    struct sw_hash128 id; /* of content, see sw_finding_id(); printed as 32 hex digits */
    const struct sw_rule *rule; /* the rule, or a correlation's meta */
    const char *kind;     /* "sigma", "correlation", or "finding" of another engine */
    const char *engine;   /* which part found it; NULL: "sigma" */
    int64_t time;         /* of the event, or of the first one */
    int64_t time_last;
    uint64_t count;       /* events it stands for; 1 for a single one */

    /* Of a single event: */
    const struct sw_input *input;
    const struct sw_event *event;
    const struct sw_class *event_class;
    const uint64_t *matched; /* bit i: event->fields[i] made the rule hold; NULL if not known */

    /* Of a correlation: */
    const struct sw_group_value *groups;
    size_t group_count;
    const struct sw_finding_member *members; /* (some of) the events that it joins, in order of time */
    size_t member_count;
    /* Of an engine that judges: */
    const char *verdict;  /* "attempted", "likely succeeded"; NULL: none */
    struct sw_str detail; /* a sentence about what was found and why the verdict; may be empty */

    double value; /* what was compared with the rule's bounds: a count, sum, average ... */
};

/* The id of a single event's finding: from the rule's id, the source's path without what only packs it (so that a log and
 * its .gz give the same), the record's place and the record's bytes. The same evidence always gives the same id. */
struct sw_hash128 sw_finding_id(const struct sw_rule *rule, const struct sw_input *input, const struct sw_event *event);

/* The id of a correlation's finding: from its rule's id, its group's values and its times. */
struct sw_hash128 sw_correlation_finding_id(const struct sw_finding *finding);

#endif
