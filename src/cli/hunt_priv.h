/*
 * hunt_priv.h - the parts of `seawall hunt`: workers (hunt_worker.c), delivery in order (hunt_deliver.c), what engines say when the
 * evidence is read (hunt_finish.c), and the whole (hunt.c).
 */
#ifndef SW_CLI_HUNT_PRIV_H
#define SW_CLI_HUNT_PRIV_H

#include "behaviour/behaviour.h"
#include "cli/rules.h"
#include "cli/run.h"
#include "cli/scripts.h"
#include "report/finding.h"
#include "report/text.h"
#include "sigma/correlate.h"
#include "web/analysis.h"

/* Bytes of observations that correlations may hold. */
#define CORRELATION_BUDGET ((size_t)96 << 20)

/* Bytes of findings of the web analysis that are written at once. */
enum { WEB_FLUSH = 1 << 20 };

/* Where in its file an event lies: the input's number and the offset in it, in one number that sorts like the evidence. */
enum { OFFSET_BITS = 44 };

/* An input that observations refer to, with as much of it as findings show. */
struct sw_hunt_observed {
    uint32_t file;
    uint32_t ordinal;
    struct sw_str path;
    const struct sw_decoder *decoder;
};

struct sw_hunt_batch;
struct sw_hunt_worker;

/* Places in hunt.sets. */
enum { SW_HUNT_WEB, SW_HUNT_SCRIPTS, SW_HUNT_BEHAVIOURS };

struct sw_hunt {
    struct sw_run run;
    const struct sw_settings *settings;
    struct sw_loaded_rules loaded;
    bool *reported; /* by rule: gives findings of its own (level, not silent) */
    uint64_t *counts; /* by rule, then correlation, then rule of each set: findings delivered */
    struct sw_text_report report; /* text: what was delivered so far */
    struct sw_correlator *correlator; /* NULL without correlation rules */
    struct sw_hunt_observed *observed;  /* in the order of the evidence */
    size_t observed_count;
    size_t observed_cap;
    struct sw_arena observed_paths;
    pthread_mutex_t ending; /* held by a worker that ends, while it adds to what follows */
    struct sw_matcher_stats matching;
    bool *gave_up; /* by regular expression of the program */
    struct sw_web *web; /* NULL when it is switched off */
    struct sw_scripts *scripts; /* as well */
    struct sw_behaviours *behaviours; /* as well */
    struct sw_rule_set sets[SW_TEXT_RULE_SETS]; /* the rules of engines that are not Sigma's */
    struct sw_hunt_batch *web_batch; /* its findings on their way out, and a worker to write them */
    struct sw_hunt_worker *web_worker;
    bool any; /* something was written */
    bool grave; /* something at or above --fail-on was found */
};

struct sw_hunt_worker {
    struct sw_hunt *hunt;
    struct sw_matcher *matcher;
    struct sw_event_writer *writer;
    struct sw_observer *observer; /* the correlator frees it */
    struct sw_web_worker *web;
    struct sw_scripts_worker *scripts;
    uint64_t matched[SW_MAX_FIELDS / 64];
};

struct sw_hunt_batch {
    struct sw_hunt *hunt;
    struct sw_buf out;
    struct sw_text_report report;
    uint32_t *hits; /* rule of each finding */
    size_t hit_count;
    size_t hit_cap;
    bool observed; /* the correlator got something of it */
    struct sw_web_batch *web;
    struct sw_behaviour_batch *behaviours;
};

/* --- hunt_worker.c: what the pipeline calls on its threads --- */
void *sw_hunt_worker_new(void *arg);
void sw_hunt_worker_free(void *arg);
void *sw_hunt_batch_new(void *arg);
void sw_hunt_batch_free(void *arg);
void sw_hunt_batch_reset(void *arg);
size_t sw_hunt_batch_weight(const void *arg);
int sw_hunt_event(void *worker, void *batch, const struct sw_input *input, const struct sw_event *event);
int sw_hunt_script(void *worker, void *batch, const struct sw_input *input, struct sw_str text);
/* Writes a finding into the batch, in the form that was asked for. */
int sw_hunt_put(struct sw_hunt_worker *w, struct sw_hunt_batch *batch, const struct sw_finding *finding);

/* --- hunt_deliver.c: in the order of the evidence --- */
int sw_hunt_deliver(void *arg, void *batch, const struct sw_input *input);
int sw_hunt_input_done(void *arg, const struct sw_input *input);
void sw_hunt_count(struct sw_hunt *hunt, size_t number, enum sw_level level);
/* The number of a set's first rule in hunt->counts; of SW_TEXT_RULE_SETS: how many there are. */
size_t sw_hunt_first_rule(const struct sw_hunt *hunt, unsigned set);
/* An input that observations came from, or NULL. */
const struct sw_hunt_observed *sw_hunt_input(const struct sw_hunt *hunt, uint32_t file, uint32_t ordinal);
struct sw_str sw_hunt_path(const struct sw_hunt *hunt, struct sw_origin origin);

/* --- hunt_finish.c: when all is read --- */
int sw_hunt_correlate(struct sw_hunt *hunt);
int sw_hunt_web(void *arg, const struct sw_web_match *match);
int sw_hunt_flush_web(struct sw_hunt *hunt);
int sw_hunt_finish_web(struct sw_hunt *hunt);
int sw_hunt_finish_behaviours(struct sw_hunt *hunt);
int sw_hunt_tell_matching(struct sw_hunt *hunt);

#endif
