/*
 * pipeline.h - reads inputs, decodes them on several threads, and delivers results in the order of the inputs.
 *
 * Workers take turns: one reads the next piece of an input while others decode pieces read before. A consumer's event()
 * runs on the workers and fills a batch; deliver() gets the batches one at a time, in the order of files, inputs and
 * pieces, whatever the number of threads, so that output is the same for one thread and for many. Results that wait for an
 * earlier input are bounded: beyond SW_PENDING_MAX bytes only the earliest input is worked on.
 */
#ifndef SW_ENGINE_PIPELINE_H
#define SW_ENGINE_PIPELINE_H

#include "engine/feed.h"
#include "source/walk.h"

#include <stdatomic.h>

/* Bytes of undelivered results beyond which workers wait for the earliest input. */
#define SW_PENDING_MAX (48u << 20)

struct sw_consumer {
    void *arg;
    /* One per worker thread; NULL on failure. Both may be NULL. */
    void *(*worker_new)(void *arg);
    void (*worker_free)(void *worker);
    /* A batch collects what one piece gave. Batches are reused; reset comes before each piece. */
    void *(*batch_new)(void *arg);
    void (*batch_reset)(void *batch);
    size_t (*batch_weight)(const void *batch); /* bytes that it holds */
    void (*batch_free)(void *batch);
    /* An event, on a worker. Non-zero ends the run with that code. */
    int (*event)(void *worker, void *batch, const struct sw_input *input, const struct sw_event *event);
    /* A script (input->script), whole, on a worker; lines and offsets are those of `text`. May be NULL where the feed's options
     * name none. Non-zero ends the run with that code. */
    int (*script)(void *worker, void *batch, const struct sw_input *input, struct sw_str text);
    /* A piece's batch, in order, on one thread at a time. Non-zero ends the run with that code. */
    int (*deliver)(void *arg, void *batch, const struct sw_input *input);
    /* After the last batch of an input, when its accounts are complete. */
    int (*input_done)(void *arg, const struct sw_input *input);
};

/* How far a run is; written by the workers, read by whoever shows it. */
struct sw_progress_state {
    _Atomic uint64_t bytes; /* of the inputs as they lie on disk */
    _Atomic uint64_t events;
};

struct sw_pipeline_options {
    const struct sw_walk *walk; /* the files to read */
    unsigned threads; /* at least 1 */
    const struct sw_classes *classes;
    struct sw_feed_options feed;
    struct sw_progress_state *progress; /* may be NULL */
    const _Atomic bool *stop;           /* set from outside to end early; may be NULL */
};

/* Runs to the end. 0, SW_E_NOMEM, SW_E_STOP, or what the consumer returned. */
int sw_pipeline_run(const struct sw_pipeline_options *options, const struct sw_consumer *consumer);

#endif
