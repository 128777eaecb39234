/*
 * coverage.c - `seawall coverage`: which techniques the given evidence could have shown, over which time, and which logs it lacks.
 * The evidence is read once and counted by class; no rule is run over it.
 */
#include "cli/coverage.h"

#include "base/mem.h"
#include "cli/rules.h"
#include "cli/run.h"

struct counting {
    struct sw_run run;
    uint32_t class_count;
    struct sw_seen *seen; /* of everything delivered so far */
};

/* The counts of one piece. */
struct batch {
    uint32_t class_count;
    const struct sw_settings *settings;
    struct sw_seen seen[];
};

static void clear(struct sw_seen *seen, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        seen[i] = (struct sw_seen){0, SW_TIME_NONE, SW_TIME_NONE};
}

static void widen(struct sw_seen *seen, int64_t first, int64_t last)
{
    if (first == SW_TIME_NONE)
        return;
    if (seen->first == SW_TIME_NONE || first < seen->first)
        seen->first = first;
    if (seen->last == SW_TIME_NONE || last > seen->last)
        seen->last = last;
}

static void *batch_new(void *arg)
{
    const struct counting *c = arg;
    struct batch *batch = sw_alloc(1, sizeof *batch + c->class_count * sizeof batch->seen[0]);
    if (batch != NULL) {
        batch->class_count = c->class_count;
        batch->settings = c->run.settings;
    }
    return batch;
}

static void batch_reset(void *arg)
{
    struct batch *batch = arg;
    clear(batch->seen, batch->class_count);
}

static size_t batch_weight(const void *arg)
{
    (void)arg;
    return 1;
}

static void batch_free(void *arg)
{
    sw_free(arg);
}

static int on_event(void *worker, void *arg, const struct sw_input *input, const struct sw_event *event)
{
    (void)worker;
    (void)input;
    struct batch *batch = arg;
    if (event->class_id >= batch->class_count || !sw_run_in_time(batch->settings, event))
        return 0;
    batch->seen[event->class_id].events++;
    widen(&batch->seen[event->class_id], event->time, event->time);
    return 0;
}

static int deliver(void *arg, void *delivered, const struct sw_input *input)
{
    (void)input;
    struct counting *c = arg;
    const struct batch *batch = delivered;
    for (uint32_t i = 0; i < c->class_count; i++) {
        c->seen[i].events += batch->seen[i].events;
        widen(&c->seen[i], batch->seen[i].first, batch->seen[i].last);
    }
    return 0;
}

static int input_done(void *arg, const struct sw_input *input)
{
    return sw_summary_add(&((struct counting *)arg)->run.summary, input);
}

int sw_coverage_report(struct sw_buf *out, const struct sw_settings *settings, const struct sw_classes *classes,
                       const struct sw_rules *rules, const struct sw_seen *seen, const char *actor, struct sw_error *err)
{
    struct sw_tradecraft *tradecraft;
    struct sw_coverage coverage = {0};
    if (settings->format == SW_FORMAT_CSV || settings->format == SW_FORMAT_JSONL)
        return sw_error_set(err, SW_E_USAGE, 0, 0, "coverage is written as text, json or navigator");
    int rc = sw_tradecraft_load(&tradecraft, err);
    if (rc != 0)
        return rc;
    const struct sw_actor *meant = actor != NULL ? sw_tradecraft_actor(tradecraft, sw_str(actor)) : NULL;
    if (actor != NULL && meant == NULL)
        rc = sw_error_set(err, SW_E_USAGE, 0, 0, "no group or campaign is known as '%s'", actor);
    if (rc == 0 && sw_coverage_init(&coverage, tradecraft, classes, rules, seen) != 0)
        rc = sw_error_set(err, SW_E_NOMEM, 0, 0, "out of memory");
    coverage.actor = meant;
    if (rc == 0 && settings->format == SW_FORMAT_NAVIGATOR)
        sw_coverage_navigator(&coverage, out);
    else if (rc == 0 && settings->format == SW_FORMAT_TEXT)
        sw_coverage_text(&coverage, out);
    else if (rc == 0)
        sw_coverage_json(&coverage, out);
    sw_coverage_fini(&coverage);
    sw_tradecraft_free(tradecraft);
    return rc;
}

/* Reads the evidence, and writes the report. */
static int count_and_report(struct counting *c, const struct sw_rules *rules, struct sw_error *err)
{
    const struct sw_consumer consumer = {
        .arg = c,
        .batch_new = batch_new,
        .batch_reset = batch_reset,
        .batch_weight = batch_weight,
        .batch_free = batch_free,
        .event = on_event,
        .deliver = deliver,
        .input_done = input_done,
    };
    struct sw_buf out;
    sw_buf_init(&out, 1u << 28);
    int rc = sw_run_pipeline(&c->run, &consumer);
    sw_run_account(&c->run, c->run.settings->stats || sw_summary_partial(&c->run.summary));
    int status = sw_run_status(&c->run, rc, false);
    if (rc == 0 && sw_coverage_report(&out, c->run.settings, c->run.classes, rules, c->seen, c->run.settings->actor, err) == 0 &&
        sw_run_write(&c->run, sw_buf_str(&out)) != 0)
        status = SW_EXIT_PARTIAL;
    sw_buf_fini(&out);
    return err->code != 0 ? SW_EXIT_USAGE : status;
}

int sw_cmd_coverage(struct sw_settings *settings)
{
    struct counting c = {0};
    struct sw_loaded_rules loaded = {0};
    struct sw_error err = {0};
    int status = SW_EXIT_USAGE;
    int rc = sw_run_init(&c.run, settings, &err);
    if (rc == 0)
        rc = sw_load_rules(&loaded, settings, NULL, &err);
    if (rc == 0) {
        c.class_count = sw_classes_count(c.run.classes);
        c.seen = sw_alloc(c.class_count + 1, sizeof *c.seen);
        rc = c.seen != NULL ? 0 : sw_error_set(&err, SW_E_NOMEM, 0, 0, "out of memory");
    }
    if (rc == 0) {
        clear(c.seen, c.class_count);
        status = count_and_report(&c, loaded.rules, &err);
    }
    if (err.code != 0)
        sw_run_complain(&err);
    sw_free(c.seen);
    sw_loaded_rules_free(&loaded);
    sw_run_fini(&c.run);
    return status;
}
