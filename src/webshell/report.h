/*
 * report.h - what the structural analysis has against a script: reasons with weights, and the verdict.
 *
 * Owner:   texts live in the arena given.      Limits: SW_MAX_SHELL_REASONS reasons, the weightiest; all weights count.
 * Threads: one at a time.
 */
#ifndef SW_WEBSHELL_REPORT_H
#define SW_WEBSHELL_REPORT_H

#include "base/arena.h"
#include "sigma/ir.h"

#include <stdint.h>

#define SW_MAX_SHELL_REASONS 12

/* Weight from which a script is a finding, and that of a reason which is one by itself. */
#define SW_SHELL_THRESHOLD 60

enum sw_shell_rule {
#define X(name, id, level, title, techniques) SW_SHELL_##name,
#include "webshell/rules.def"
#undef X
    SW_SHELL_RULES
};

struct sw_shell_reason {
    enum sw_shell_rule rule;
    unsigned weight;
    uint32_t at; /* offset in the script */
    struct sw_str sentence; /* "system() gets $_GET['c'] ..." without a full stop */
};

struct sw_shell_report {
    struct sw_arena *arena;
    struct sw_shell_reason reasons[SW_MAX_SHELL_REASONS]; /* by weight, then place */
    unsigned count;
    unsigned score; /* the weightiest reason, and a part of each further kind of reason; at most 100 */
    bool incomplete; /* the analysis reached a limit */
};

void sw_shell_report_init(struct sw_shell_report *report, struct sw_arena *arena);

/* Adds a reason; one of the same rule with no less weight makes it count no more, though it may be shown. */
void sw_shell_report_add(struct sw_shell_report *report, enum sw_shell_rule rule, unsigned weight, uint32_t at,
                         const char *format, ...) __attribute__((format(printf, 5, 6)));

/* The gravest reason once the score reaches SW_SHELL_THRESHOLD; NULL: the script is no finding. */
const struct sw_shell_reason *sw_shell_report_verdict(struct sw_shell_report *report);

/* The rules of the structural analysis, SW_SHELL_RULES of them, as findings name them. Once, before threads. */
int sw_shell_rules_prepare(void);
const struct sw_rule *sw_shell_rules(void);

#endif
