/*
 * rule_tests.h - the tests beside a rule: NAME.tests.yml says which records the rules of NAME.yml must match and which not.
 *
 * The form is in docs/adding-a-rule.md. Here its cases become bytes of logs as they would lie in a file, so that a test goes
 * the whole way from decoder to rule: a map becomes a line of JSON, text stays as it is, $repeat makes many of one.
 *
 * Owner:   everything lives in the arena given; the text must live as long.
 * Limits:  SW_MAX_TEST_REPEAT, SW_MAX_RULE_FILE bytes for one source.
 * Errors:  SW_E_FORMAT, SW_E_LIMIT, SW_E_NOMEM, with line and column.      Trust: hostile input.
 */
#ifndef SW_SIGMA_RULE_TESTS_H
#define SW_SIGMA_RULE_TESTS_H

#include "base/arena.h"
#include "base/error.h"

#include <stdint.h>

#define SW_MAX_TEST_REPEAT 10000u

/* A log. */
struct sw_test_source {
    struct sw_str bytes;
    struct sw_str path;   /* what it is called: "test" when the case doesn't say */
    struct sw_str format; /* name of the decoder; empty: by content */
};

/* Evidence seen together, and whether the rule has to match it. */
struct sw_test_case {
    bool match;
    uint32_t line;
    const struct sw_test_source *sources;
    size_t source_count;
};

/* The tests of one rule. */
struct sw_rule_tests {
    struct sw_str rule; /* id, name or title; empty: the only rule of the file */
    uint32_t line;
    const struct sw_test_case *cases;
    size_t case_count;
};

/* Reads a whole *.tests.yml. */
int sw_rule_tests_parse(const struct sw_rule_tests **tests, size_t *count, struct sw_str text, struct sw_arena *arena,
                        struct sw_error *err);

#endif
