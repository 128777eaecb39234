/*
 * analysis.h - web requests looked at for attacks, whatever the log's format.
 *
 * A worker shows each event to sw_web_look(); what it finds waits in the batch, goes with sw_web_deliver(), in the order of
 * the evidence, into a bounded store, and comes out of sw_web_finish() with a verdict: attempted, blocked or likely
 * succeeded, by the answer, by what that path usually answers, and by what the same client did later. The order of
 * delivery decides everything: the same for any number of threads. docs/web-attacks.md tells what is looked for.
 *
 * Owner:   sw_web_free() frees all but batches and workers.
 * Limits:  SW_WEB_MAX_PENDING bytes of findings wait for the end; beyond it the oldest are judged early, and counted.
 * Threads: a worker and a batch belong to one thread each; deliver and finish to one at a time.
 * Errors:  SW_E_NOMEM, and what the caller's emit returned.      Trust: hostile input.
 */
#ifndef SW_WEB_ANALYSIS_H
#define SW_WEB_ANALYSIS_H

#include "event/event.h"
#include "event/logsource.h"
#include "sigma/ir.h"

struct sw_web;
struct sw_web_worker;
struct sw_web_batch;

struct sw_web_options {
    const struct sw_classes *classes;
    const struct sw_rules *rules; /* what they ask for decides whether decoded fields are made; may be NULL */
    enum sw_level min_level;      /* findings below it are not kept */
};

/* Where an event lies: numbers of the caller, given back with the finding. */
struct sw_web_origin {
    uint32_t file;
    uint32_t ordinal;
};

enum sw_web_verdict { SW_WEB_ATTEMPTED, SW_WEB_BLOCKED, SW_WEB_SUCCEEDED };
const char *sw_web_verdict_name(enum sw_web_verdict verdict); /* "attempted", "blocked", "likely succeeded" */

struct sw_web_match {
    const struct sw_rule *rule; /* of sw_web_rules() */
    uint32_t rule_index;
    struct sw_web_origin origin;
    const struct sw_event *event; /* a copy */
    const uint64_t *matched;      /* bit i: the event's field i shows it */
    enum sw_web_verdict verdict;
    struct sw_str explanation;    /* one sentence */
};

typedef int (*sw_web_emit_fn)(void *arg, const struct sw_web_match *match);

struct sw_web_stats {
    uint64_t looked;         /* requests that needed a closer look */
    uint64_t judged_early;   /* findings judged before the end of the evidence, for want of memory */
    uint64_t paths_dropped;  /* paths whose usual answers were not kept */
    uint64_t texts_cut;      /* parts of requests longer than what is looked at */
};

/* The rules of the analysis, for listings: ids and titles never change. */
const struct sw_rule *sw_web_rules(size_t *count);

int sw_web_new(struct sw_web **web, const struct sw_web_options *options);
void sw_web_free(struct sw_web *web);
void sw_web_stats(const struct sw_web *web, struct sw_web_stats *stats);

int sw_web_worker_new(struct sw_web_worker **worker, const struct sw_web *web);
void sw_web_worker_free(struct sw_web_worker *worker);

int sw_web_batch_new(struct sw_web_batch **batch);
void sw_web_batch_reset(struct sw_web_batch *batch);
size_t sw_web_batch_weight(const struct sw_web_batch *batch);
bool sw_web_batch_is_empty(const struct sw_web_batch *batch); /* no findings in it */
void sw_web_batch_free(struct sw_web_batch *batch);

/* The event with the decoded fields that loaded rules ask for, or the event itself; valid until the next call. */
const struct sw_event *sw_web_decoded(struct sw_web_worker *worker, const struct sw_event *event);

/* Looks at an event. */
int sw_web_look(struct sw_web_worker *worker, struct sw_web_batch *batch, const struct sw_event *event,
                struct sw_web_origin origin);

int sw_web_deliver(struct sw_web *web, struct sw_web_batch *batch, sw_web_emit_fn emit, void *arg);
int sw_web_finish(struct sw_web *web, sw_web_emit_fn emit, void *arg);

#endif
