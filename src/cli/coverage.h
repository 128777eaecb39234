/*
 * coverage.h - what `seawall rules coverage` and `seawall coverage` share.
 */
#ifndef SW_CLI_COVERAGE_H
#define SW_CLI_COVERAGE_H

#include "base/buf.h"
#include "cli/options.h"
#include "event/logsource.h"
#include "report/coverage.h"

/* Writes the coverage of the rules, in the form that the settings ask for. `seen` may be NULL; `actor` too, or names the group or
 * campaign whose techniques are meant. SW_E_USAGE, SW_E_NOMEM with err filled. */
int sw_coverage_report(struct sw_buf *out, const struct sw_settings *settings, const struct sw_classes *classes,
                       const struct sw_rules *rules, const struct sw_seen *seen, const char *actor, struct sw_error *err);

#endif
