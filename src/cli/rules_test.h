/*
 * rules_test.h - `seawall rules check --tests`: every *.tests.yml through decoders, matcher and correlations.
 *
 * A case is evidence by itself. A rule that must match it has to, one that must not may not; and a near miss has to be near:
 * a record that the rule doesn't look at shows nothing, nor does a record that is rejected.
 */
#ifndef SW_CLI_RULES_TEST_H
#define SW_CLI_RULES_TEST_H

#include "base/buf.h"
#include "cli/options.h"
#include "cli/rules.h"

struct sw_rules_test_result {
    uint64_t passed;
    uint64_t failed;
    uint64_t untested; /* rules without a tests file */
};

/* Tests beside and beneath the paths of settings->rules. Failures are written to `out`, a line each. */
int sw_rules_test(struct sw_buf *out, const struct sw_settings *settings, const struct sw_classes *classes,
                  struct sw_loaded_rules *loaded, struct sw_rules_test_result *result, struct sw_error *err);

#endif
