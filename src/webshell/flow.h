/*
 * flow.h - follows values through a script: from what a request brings to what runs code, commands or writes files.
 *
 * The script isn't run. Its tokens are read once, in order, as an expression machine would: operands and operators on
 * stacks, variables in scopes, functions of the script entered where they are called with something of interest. A
 * value carries where it comes from (webshell/value.h) and its content when that can be computed, so that a name put
 * together from pieces is seen. Branches are all taken, loops once: what may happen counts. Code that a script decodes
 * and runs is read in turn.
 *
 * Limits:  steps, brackets, calls within calls, layers of decoded code (flow_priv.h); what is beyond them is not
 * followed, and report->incomplete is set. Threads: one at a time for each report.      Errors: SW_E_NOMEM.      Trust:
 * hostile input.
 */
#ifndef SW_WEBSHELL_FLOW_H
#define SW_WEBSHELL_FLOW_H

#include "webshell/plain.h"
#include "webshell/report.h"
#include "webshell/token.h"

/* Follows the unit's tokens and adds what it finds to the report, whose arena it uses. `parts` are decoded parts of the
 * script, read as code in turn. */
int sw_flow_run(struct sw_unit *unit, const struct sw_plain_part *parts, size_t part_count, struct sw_shell_report *report);

#endif
