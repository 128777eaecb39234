/*
 * run.h - what reading commands have in common: inputs from the command line, the output, progress, and the account.
 * Owner:   sw_run_fini() frees all.      Threads: the main thread, but for sw_run_write() from a consumer's deliver().
 */
#ifndef SW_CLI_RUN_H
#define SW_CLI_RUN_H

#include "cli/options.h"
#include "engine/pipeline.h"
#include "engine/sandbox.h"
#include "report/summary.h"

#include <pthread.h>

struct sw_run {
    const struct sw_settings *settings;
    struct sw_walk walk;
    struct sw_classes *classes;
    struct sw_summary summary;
    struct sw_progress_state progress;
    struct sw_sandbox_report sandbox; /* the summary shows its text */
    const char *(*script_kind)(const struct sw_sniff *sniff, int sureness); /* see struct sw_feed_options.script; NULL */
    int out;          /* descriptor of the results */
    bool out_opened;  /* by us */
    bool color;
    int write_error;  /* errno of the first failed write */
    int64_t started;
    pthread_t bar;    /* the progress bar's thread */
    bool bar_running;
    _Atomic bool bar_stop;
};

/* Lists the inputs, loads the log sources, opens the output. On failure err explains and the exit status is SW_EXIT_USAGE. */
int sw_run_init(struct sw_run *run, const struct sw_settings *settings, struct sw_error *err);
void sw_run_fini(struct sw_run *run);

/* Writes results. SW_E_IO once the output can't be written (a closed pipe ends a run quietly). */
int sw_run_write(struct sw_run *run, struct sw_str bytes);

/* Whether an event passes --since and --until; one without time passes unless one of them is given. */
bool sw_run_in_time(const struct sw_settings *settings, const struct sw_event *event);

/* Enters the sandbox, shows the bar, runs the pipeline, and completes the summary (elapsed time, memory, sandbox). */
int sw_run_pipeline(struct sw_run *run, const struct sw_consumer *consumer);

/* Writes the summary as text to standard error. */
void sw_run_account(struct sw_run *run, bool wanted);

/* Says on standard error what a failed run means, and gives the exit status: for rc of sw_run_pipeline(). */
int sw_run_status(const struct sw_run *run, int rc, bool found);

/* Reports an error of the user's making to standard error: "seawall: file:line:column: text". */
void sw_run_complain(const struct sw_error *err);

/* The flag that SIGINT and SIGTERM set. */
const _Atomic bool *sw_run_stop_flag(void);

#endif
