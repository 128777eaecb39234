/*
 * scripts.h - what `hunt` does with scripts: the engines of a run, and their finds as findings.
 * Owner:   sw_scripts_free() frees all; workers before it.      Threads: a worker each.
 */
#ifndef SW_CLI_SCRIPTS_H
#define SW_CLI_SCRIPTS_H

#include "cli/options.h"
#include "engine/finding.h"
#include "report/summary.h"

struct sw_scripts;

/* Loads the engines. On failure err explains. */
int sw_scripts_new(struct sw_scripts **scripts, const struct sw_settings *settings, struct sw_error *err);
void sw_scripts_free(struct sw_scripts *scripts);

/* The rules that findings name. */
const struct sw_rule *sw_scripts_rules(const struct sw_scripts *scripts, size_t *count);

/* What the summary tells of them. */
const struct sw_script_account *sw_scripts_account(struct sw_scripts *scripts);

struct sw_scripts_worker;

struct sw_scripts_worker *sw_scripts_worker_new(struct sw_scripts *scripts); /* NULL: no memory */
void sw_scripts_worker_free(struct sw_scripts_worker *worker);

/* Scans a script and gives each finding, with the number of its rule, to `each`. */
int sw_scripts_scan(struct sw_scripts_worker *worker, const struct sw_input *input, struct sw_str text,
                    int (*each)(void *arg, const struct sw_finding *finding, size_t rule), void *arg);

#endif
