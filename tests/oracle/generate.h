/*
 * generate.h - random rules and random events that are likely to hit them, from a seed: the same seed gives the same.
 *
 *     gen = sw_gen_new(seed);
 *     sw_gen_rules(gen, &yaml, 50);             a multi-document text; parse it with sw_rules_parse(): all of it is
 * valid sw_gen_use(gen, rules, classes); for (n times) { sw_gen_event(gen, &event); compare the matcher with the oracle
 * }
 *
 * Rules use every modifier, wildcards, escapes, keywords, null, exists, nested conditions, and a few log sources that
 * the embedded mapping knows, so that field maps take part. An event takes values that satisfy or just miss predicates
 * of one or two rules (letter case, prefixes and suffixes, other dashes, boundaries of numbers and networks, doubled
 * and null fields, bytes that are not UTF-8), under names as the event's class has them.
 *
 * Owner: an event's strings are the generator's until the next sw_gen_event().
 */
#ifndef SW_TESTS_ORACLE_GENERATE_H
#define SW_TESTS_ORACLE_GENERATE_H

#include "base/buf.h"
#include "event/event.h"
#include "event/logsource.h"
#include "sigma/ir.h"

struct sw_gen;

/* Aborts the test when memory ends. */
struct sw_gen *sw_gen_new(uint64_t seed);
void sw_gen_free(struct sw_gen *gen);

/* Appends `count` rules as YAML documents. */
void sw_gen_rules(struct sw_gen *gen, struct sw_buf *yaml, unsigned count);

/* Whose values the events take, from now on. Works with any rules, not only generated ones. */
void sw_gen_use(struct sw_gen *gen, const struct sw_rules *rules, const struct sw_classes *classes);

/* Fills the event (initialised by the caller). Returns the rule that it aims at. */
uint32_t sw_gen_event(struct sw_gen *gen, struct sw_event *event);

/* The generator's random numbers, for a test's own choices. */
uint64_t sw_gen_random(struct sw_gen *gen, uint64_t below);

#endif
