/*
 * coverage.h - which techniques the loaded detections can show, in general and in given evidence; as text, JSON and as a layer
 * of ATT&CK Navigator.
 *
 * A rule counts for the technique of its tags, and one of a sub-technique for its parent as well. In evidence it counts when
 * events of a class were read that its log source applies to: that says the log was there, not that it had every event of
 * interest switched on.
 * Owner:   sw_coverage_fini() frees.     Threads: one at a time.     Errors: SW_E_NOMEM.     Trust: internal; class names and
 * rule texts come from rules and mappings and are escaped where they are shown.
 */
#ifndef SW_REPORT_COVERAGE_H
#define SW_REPORT_COVERAGE_H

#include "base/buf.h"
#include "event/logsource.h"
#include "knowledge/tradecraft.h"
#include "sigma/ir.h"

/* What was read of one class of events. */
struct sw_seen {
    uint64_t events;
    int64_t first, last; /* SW_TIME_NONE: none of them had a time */
};

/* Rules of one log source that detect a technique. */
struct sw_need {
    struct sw_logsource logsource;
    uint32_t rules;
};

struct sw_covered {
    uint32_t rules;   /* that detect the technique */
    uint32_t usable;  /* of these, by what the evidence has */
    struct sw_need *needs; /* by number of rules, descending */
    size_t need_count, need_cap;
    uint32_t *classes; /* of the evidence, that show it */
    size_t class_count, class_cap;
    int64_t first, last; /* of these classes' events */
    const char *engine;  /* what else detects it: "web requests"; NULL if nothing */
    bool engine_usable;
};

struct sw_coverage {
    const struct sw_tradecraft *tradecraft;
    const struct sw_classes *classes;
    const struct sw_actor *actor;  /* only its techniques; NULL: those of all */
    const struct sw_seen *seen;    /* by class; NULL: no evidence is judged */
    struct sw_covered *techniques; /* by index */
};

/* `seen` may be NULL. What is given must outlive the object. */
int sw_coverage_init(struct sw_coverage *coverage, const struct sw_tradecraft *tradecraft, const struct sw_classes *classes,
                     const struct sw_rules *rules, const struct sw_seen *seen);
void sw_coverage_fini(struct sw_coverage *coverage);

/* Whether the technique is detected, by itself or through others; with evidence: whether that could show it. */
bool sw_coverage_has(const struct sw_coverage *coverage, uint32_t technique);

void sw_coverage_text(const struct sw_coverage *coverage, struct sw_buf *out);
void sw_coverage_json(const struct sw_coverage *coverage, struct sw_buf *out);
/* A layer of version 4.5: https://github.com/mitre-attack/attack-navigator/blob/master/layers/spec/v4.5/layerformat.md */
void sw_coverage_navigator(const struct sw_coverage *coverage, struct sw_buf *out);

#endif
