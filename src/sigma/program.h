/*
 * program.h - Sigma rules compiled into one matcher, and a worker's use of it.
 *
 * A program is immutable and shared by all workers; a matcher is one worker's scratch. For each event class and field
 * there is an index over the tests that rules make of it; a rule is evaluated only when one of its witnesses hit (groups of
 * tests of which at least one holds whenever the rule holds), or when it has none. docs/matcher.md tells how and why.
 */
#ifndef SW_SIGMA_PROGRAM_H
#define SW_SIGMA_PROGRAM_H

#include "base/buf.h"
#include "event/event.h"
#include "sigma/ir.h"

struct sw_program;
struct sw_matcher;

/* Compiles; `threads` >= 1 may be used. The program keeps nothing of the rules or classes. (One from the cache lives in its rules:
 * sigma/cache.h.) */
int sw_program_compile(struct sw_program **program, const struct sw_rules *rules, const struct sw_classes *classes,
                       unsigned threads, struct sw_error *err);
void sw_program_free(struct sw_program *program);

int sw_matcher_new(struct sw_matcher **matcher, const struct sw_program *program);
void sw_matcher_free(struct sw_matcher *matcher);

/* What a worker's matcher did, for --stats and the summary. What depends on the memory of results (remembered, regex_limit)
 * differs from run to run, since which worker gets which slice does. */
struct sw_matcher_stats {
    uint64_t events;
    uint64_t values;       /* looked up in an index */
    uint64_t remembered;   /* of these, found in the memory of earlier results */
    uint64_t lines;        /* lines of text turned away as a whole */
    uint64_t candidates;   /* rules evaluated */
    uint64_t matches;
    uint64_t regex_limit;  /* times that an expression was given up at its step limit: counted as not found */
};
/* Adds what the matcher did to *sum. */
void sw_matcher_stats(const struct sw_matcher *matcher, struct sw_matcher_stats *sum);

/* The program's regular expressions by number, as written in a rule, and whether the matcher gave one up on some value. */
size_t sw_program_regexes(const struct sw_program *program);
struct sw_str sw_program_regex(const struct sw_program *program, size_t number);
bool sw_matcher_gave_up(const struct sw_matcher *matcher, size_t number);

/* Indices (ascending) of the rules that match the event; valid until the next call. Returns how many, or SW_E_*. */
int sw_matcher_run(struct sw_matcher *matcher, const struct sw_event *event, const uint32_t **rules);

/* For explaining a match: which of the event's fields made the rule hold. Sets bits [0, event->count) in `bits`. Not fast. */
void sw_matcher_fields(struct sw_matcher *matcher, const struct sw_event *event, uint32_t rule, uint64_t *bits);

/* The same for a rule that sw_matcher_run() has just returned, its event being unchanged: spares setting all up again. */
void sw_matcher_matched(struct sw_matcher *matcher, uint32_t rule, uint64_t *bits);

/* How a rule was compiled, as text for `rules explain`: the classes it applies to, its witnesses, its questions. */
void sw_program_explain(const struct sw_program *program, const struct sw_classes *classes, uint32_t rule, struct sw_buf *out);

#endif
