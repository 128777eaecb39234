/*
 * evaluator.h - the oracle: whether a rule holds for an event, decided one predicate after the other as sigma/ir.h
 * says.
 *
 * Plain and slow on purpose, and written apart from the compiled matcher: both must agree on every event. It shares
 * with it only the rules, the table of field names, case folding of a code point, and PCRE2.
 *
 *     oracle = sw_oracle_new(rules, classes);
 *     for each event { sw_oracle_event(oracle, event); for each rule { sw_oracle_holds(oracle, rule) } }
 *
 * Owner: the rules and classes must outlive the oracle; the event must stay until the next sw_oracle_event().
 * Threads: one at a time.
 */
#ifndef SW_TESTS_ORACLE_EVALUATOR_H
#define SW_TESTS_ORACLE_EVALUATOR_H

#include "event/event.h"
#include "event/logsource.h"
#include "sigma/ir.h"

struct sw_oracle;

/* Aborts the test when memory ends. */
struct sw_oracle *sw_oracle_new(const struct sw_rules *rules, const struct sw_classes *classes);
void sw_oracle_free(struct sw_oracle *oracle);

void sw_oracle_event(struct sw_oracle *oracle, const struct sw_event *event);
bool sw_oracle_holds(struct sw_oracle *oracle, uint32_t rule);

/* Whether one predicate holds, with field names as the view maps them (NULL: as they are). For finding out why. */
bool sw_oracle_pred(struct sw_oracle *oracle, uint32_t pred, const struct sw_view *view);

/* All in one, for a single question. */
bool sw_oracle_match(const struct sw_rules *rules, uint32_t rule, const struct sw_classes *classes,
                     const struct sw_event *event);

#endif
