/* pipeline.c - workers that take turns at reading, and in-order delivery. See pipeline.h for the idea. */
#include "engine/pipeline.h"

#include "base/mem.h"

#include <pthread.h>

/* A piece's results on their way to delivery. */
struct job {
    struct job *next;
    struct sw_piece *piece;
    void *batch;
    struct sw_read_stats stats;
    size_t weight;
    bool done;
};

/* One input path: its feed while it is open, and its jobs in order. */
struct lane {
    struct sw_feed *feed;
    struct job *front;
    struct job *back;
    uint64_t position; /* bytes already reported as progress */
    bool busy;         /* someone reads it (or decodes it, if its decoder is sequential) */
    bool ended;        /* no more pieces */
};

struct pipeline {
    const struct sw_pipeline_options *options;
    const struct sw_consumer *consumer;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct lane *lanes;
    size_t head;     /* the earliest lane that is not finished */
    size_t opened;   /* lanes below this were opened */
    size_t pending;  /* bytes of undelivered results */
    bool delivering;
    int rc;          /* the first failure ends the run */
    void **spare_batches;
    size_t spare_count;
    size_t spare_cap;
};

struct worker {
    struct pipeline *p;
    void *consumer_worker;
    struct sw_decode *decodes; /* one a decoder, made at first use */
    bool *decode_ready;
    struct sw_arena arena;
    /* of the piece being decoded: */
    void *batch;
    const struct sw_input *input;
};

static bool stop_requested(const struct pipeline *p)
{
    return p->options->stop != NULL && atomic_load_explicit(p->options->stop, memory_order_relaxed);
}

/* --- batches -------------------------------------------------------------------------------------------- */

static void *batch_take(struct pipeline *p)
{
    pthread_mutex_lock(&p->lock);
    void *batch = p->spare_count > 0 ? p->spare_batches[--p->spare_count] : NULL;
    pthread_mutex_unlock(&p->lock);
    if (batch == NULL)
        return p->consumer->batch_new(p->consumer->arg);
    return batch;
}

/* The lock is held. */
static void batch_give(struct pipeline *p, void *batch)
{
    if (batch == NULL)
        return;
    if (p->spare_count < p->options->threads &&
        sw_grow(&p->spare_batches, &p->spare_cap, p->spare_count, sizeof *p->spare_batches, SIZE_MAX / 16) == 0)
        p->spare_batches[p->spare_count++] = batch;
    else
        p->consumer->batch_free(batch);
}

/* --- decoding ------------------------------------------------------------------------------------------- */

static int on_event(void *arg, struct sw_event *event)
{
    struct worker *w = arg;
    return w->p->consumer->event(w->consumer_worker, w->batch, w->input, event);
}

/* The worker's own state for a decoder that is not sequential. */
static struct sw_decode *shared_decode(struct worker *w, const struct sw_input *input)
{
    size_t i = 0;
    while (sw_decoders[i] != input->decoder)
        i++;
    struct sw_decode *d = &w->decodes[i];
    if (!w->decode_ready[i]) {
        if (sw_decode_init(d, input->decoder, &input->info, w->p->options->classes, NULL, &w->arena, on_event, w) != 0)
            return NULL;
        w->decode_ready[i] = true;
    }
    return d;
}

static struct sw_decode *sequential_decode(struct worker *w, struct sw_input *input)
{
    if (input->sequential == NULL) {
        struct sw_decode *d = sw_alloc(1, sizeof *d);
        if (d == NULL)
            return NULL;
        sw_arena_init(&input->sequential_arena, SW_MAX_ARENA);
        if (sw_decode_init(d, input->decoder, &input->info, w->p->options->classes, NULL, &input->sequential_arena, on_event,
                           w) != 0) {
            sw_free(d);
            return NULL;
        }
        input->sequential = d;
    }
    input->sequential->emit_arg = w;
    return input->sequential;
}

static int decode_job(struct worker *w, struct job *job)
{
    struct sw_piece *piece = job->piece;
    struct sw_input *input = piece->input;
    sw_read_stats_init(&job->stats);
    if (piece->oversize > 0)
        sw_read_stats_reject(&job->stats, "record longer than the limit", piece->oversize, piece->slice.offset);
    if (input->script != NULL)
        return w->p->consumer->script(w->consumer_worker, job->batch, input,
                                      sw_strn((const char *)piece->slice.data, piece->slice.len));
    if (input->decoder == NULL)
        return 0;
    bool sequential = (input->decoder->flags & SW_DECODER_SEQUENTIAL) != 0;
    struct sw_decode *d = sequential ? sequential_decode(w, input) : shared_decode(w, input);
    if (d == NULL)
        return SW_E_NOMEM;
    w->batch = job->batch;
    w->input = input;
    d->source = &input->info;
    d->stats = &job->stats;
    int rc = piece->slice.len > 0 ? sw_decode_slice(d, &piece->slice) : 0;
    if (rc == 0 && sequential && piece->last && input->decoder->flush != NULL)
        rc = input->decoder->flush(d);
    if (!sequential)
        sw_arena_reset(&w->arena);
    return rc;
}

/* --- delivery ------------------------------------------------------------------------------------------- */

/* Gives one finished job to the consumer; the lock is not held. */
static int deliver_job(struct pipeline *p, struct job *job)
{
    struct sw_input *input = job->piece->input;
    sw_read_stats_add(&input->stats, &job->stats);
    int rc = p->consumer->deliver(p->consumer->arg, job->batch, input);
    if (job->piece->last) {
        if (rc == 0)
            rc = p->consumer->input_done(p->consumer->arg, input);
        sw_input_free(input);
    }
    sw_piece_free(job->piece);
    return rc;
}

static void fail(struct pipeline *p, int rc)
{
    if (p->rc == 0)
        p->rc = rc;
    pthread_cond_broadcast(&p->changed);
}

/* Closes the lane at the head if it is finished, and moves on. The lock is held. */
static bool advance_head(struct pipeline *p)
{
    struct lane *lane = &p->lanes[p->head];
    if (!lane->ended || lane->front != NULL)
        return false;
    p->head++;
    pthread_cond_broadcast(&p->changed);
    return true;
}

/* Delivers whatever is ready, unless another worker is at it already. The lock is held, and released meanwhile. */
static void deliver_ready(struct pipeline *p)
{
    if (p->delivering)
        return;
    p->delivering = true;
    while (p->head < p->options->walk->count && p->rc == 0) {
        struct lane *lane = &p->lanes[p->head];
        struct job *job = lane->front;
        if (job == NULL || !job->done) {
            if (advance_head(p))
                continue;
            break;
        }
        lane->front = job->next;
        if (lane->front == NULL)
            lane->back = NULL;
        p->pending -= job->weight;
        pthread_mutex_unlock(&p->lock);
        int rc = deliver_job(p, job);
        pthread_mutex_lock(&p->lock);
        batch_give(p, job->batch);
        sw_free(job);
        if (rc != 0)
            fail(p, rc);
        pthread_cond_broadcast(&p->changed);
    }
    p->delivering = false;
}

/* --- workers -------------------------------------------------------------------------------------------- */

/* The lane to read next, opening a new one if there is none. NULL: nothing to do at the moment. The lock is held. */
static struct lane *pick(struct pipeline *p)
{
    size_t end = p->head + (p->pending > SW_PENDING_MAX ? 1 : (size_t)p->options->threads + 1);
    if (end > p->options->walk->count)
        end = p->options->walk->count;
    for (size_t i = p->head; i < end; i++)
        if (!p->lanes[i].busy && !p->lanes[i].ended)
            return &p->lanes[i];
    return NULL;
}

static int read_piece(struct pipeline *p, struct lane *lane, struct sw_piece **piece)
{
    if (lane->feed == NULL) {
        struct sw_buf path;
        sw_buf_init(&path, SIZE_MAX / 2);
        int rc = sw_walk_path(p->options->walk, (size_t)(lane - p->lanes), &path);
        if (rc == 0)
            rc = sw_feed_open(&lane->feed, path.data, p->options->walk->files[lane - p->lanes].named, &p->options->feed);
        sw_buf_fini(&path);
        if (rc != 0)
            return rc;
    }
    int rc = sw_feed_next(lane->feed, piece);
    uint64_t position = sw_feed_position(lane->feed);
    if (p->options->progress != NULL && position > lane->position)
        atomic_fetch_add_explicit(&p->options->progress->bytes, position - lane->position, memory_order_relaxed);
    lane->position = position;
    return rc;
}

static bool is_sequential(const struct sw_piece *piece)
{
    return piece->input->decoder != NULL && (piece->input->decoder->flags & SW_DECODER_SEQUENTIAL) != 0;
}

/* Reads one piece from the lane, decodes it, and delivers what is ready. The lock is held before and after. */
static void work(struct worker *w, struct lane *lane)
{
    struct pipeline *p = w->p;
    lane->busy = true;
    pthread_mutex_unlock(&p->lock);
    struct job *job = sw_alloc(1, sizeof *job);
    struct sw_piece *piece = NULL;
    int rc = job != NULL ? read_piece(p, lane, &piece) : SW_E_NOMEM;
    pthread_mutex_lock(&p->lock);
    if (rc <= 0) {
        /* After a failure others may still decode pieces of the feed's input: drop_rest() closes it then. */
        if (rc == 0) {
            sw_feed_close(lane->feed);
            lane->feed = NULL;
        } else {
            fail(p, rc);
        }
        lane->ended = true;
        lane->busy = false;
        sw_free(job);
        deliver_ready(p);
        pthread_cond_broadcast(&p->changed);
        return;
    }
    if (piece->input->file != (uint32_t)(lane - p->lanes)) /* other workers read it from the first piece on */
        piece->input->file = (uint32_t)(lane - p->lanes);
    job->piece = piece;
    if (lane->back != NULL)
        lane->back->next = job;
    else
        lane->front = job;
    lane->back = job;
    bool sequential = is_sequential(piece);
    if (!sequential) {
        lane->busy = false;
        pthread_cond_signal(&p->changed);
    }
    pthread_mutex_unlock(&p->lock);

    job->batch = batch_take(p);
    if (job->batch == NULL) {
        rc = SW_E_NOMEM;
    } else {
        p->consumer->batch_reset(job->batch);
        rc = decode_job(w, job);
        job->weight = p->consumer->batch_weight(job->batch);
        if (p->options->progress != NULL)
            atomic_fetch_add_explicit(&p->options->progress->events, job->stats.parsed, memory_order_relaxed);
    }

    pthread_mutex_lock(&p->lock);
    job->done = true;
    p->pending += job->weight;
    if (sequential) {
        lane->busy = false;
        pthread_cond_signal(&p->changed);
    }
    if (rc < 0)
        fail(p, rc);
    deliver_ready(p);
}

static int worker_init(struct worker *w, struct pipeline *p)
{
    *w = (struct worker){.p = p};
    sw_arena_init(&w->arena, SW_MAX_ARENA);
    w->decodes = sw_alloc(sw_decoder_count, sizeof *w->decodes);
    w->decode_ready = sw_alloc(sw_decoder_count, sizeof *w->decode_ready);
    if (w->decodes == NULL || w->decode_ready == NULL)
        return SW_E_NOMEM;
    if (p->consumer->worker_new != NULL) {
        w->consumer_worker = p->consumer->worker_new(p->consumer->arg);
        if (w->consumer_worker == NULL)
            return SW_E_NOMEM;
    }
    return 0;
}

static void worker_fini(struct worker *w)
{
    for (size_t i = 0; w->decode_ready != NULL && i < sw_decoder_count; i++)
        if (w->decode_ready[i])
            sw_decode_fini(&w->decodes[i]);
    sw_free(w->decodes);
    sw_free(w->decode_ready);
    sw_arena_fini(&w->arena);
    if (w->consumer_worker != NULL && w->p->consumer->worker_free != NULL)
        w->p->consumer->worker_free(w->consumer_worker);
}

static void *worker_main(void *arg)
{
    struct pipeline *p = arg;
    struct worker w;
    int rc = worker_init(&w, p);
    pthread_mutex_lock(&p->lock);
    if (rc != 0)
        fail(p, rc);
    while (p->rc == 0 && p->head < p->options->walk->count) {
        if (stop_requested(p)) {
            fail(p, SW_E_STOP);
            break;
        }
        struct lane *lane = pick(p);
        if (lane != NULL)
            work(&w, lane);
        else
            pthread_cond_wait(&p->changed, &p->lock);
    }
    pthread_mutex_unlock(&p->lock);
    worker_fini(&w);
    return NULL;
}

/* Frees what a run that ended early left behind. An input belongs to its feed until its last piece was read, and then to
 * that piece's job. */
static void drop_rest(struct pipeline *p)
{
    for (size_t i = 0; i < p->options->walk->count; i++) {
        struct lane *lane = &p->lanes[i];
        while (lane->front != NULL) {
            struct job *job = lane->front;
            lane->front = job->next;
            if (job->batch != NULL)
                p->consumer->batch_free(job->batch);
            if (job->piece->last)
                sw_input_free(job->piece->input);
            sw_piece_free(job->piece);
            sw_free(job);
        }
        sw_feed_close(lane->feed);
    }
    for (size_t i = 0; i < p->spare_count; i++)
        p->consumer->batch_free(p->spare_batches[i]);
    sw_free(p->spare_batches);
    sw_free(p->lanes);
}

int sw_pipeline_run(const struct sw_pipeline_options *options, const struct sw_consumer *consumer)
{
    if (options->walk->count == 0)
        return 0;
    struct pipeline p = {.options = options, .consumer = consumer};
    p.lanes = sw_alloc(options->walk->count, sizeof *p.lanes);
    unsigned extra = options->threads - 1;
    pthread_t *threads = sw_alloc(extra + 1, sizeof *threads);
    if (p.lanes == NULL || threads == NULL) {
        sw_free(p.lanes);
        sw_free(threads);
        return SW_E_NOMEM;
    }
    pthread_mutex_init(&p.lock, NULL);
    pthread_cond_init(&p.changed, NULL);
    unsigned started = 0;
    while (started < extra && pthread_create(&threads[started], NULL, worker_main, &p) == 0)
        started++;
    (void)worker_main(&p); /* fewer threads than asked for still do the work */
    for (unsigned i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    sw_free(threads);
    drop_rest(&p);
    pthread_cond_destroy(&p.changed);
    pthread_mutex_destroy(&p.lock);
    return p.rc;
}
