/* hunt_worker.c - what a hunt does on its threads: events to the engines, findings into batches. */
#include "cli/hunt_priv.h"

#include "base/mem.h"

#define BATCH_MAX (256u << 20)

static void add_matching(struct sw_hunt *hunt, const struct sw_matcher *matcher)
{
    (void)pthread_mutex_lock(&hunt->ending);
    sw_matcher_stats(matcher, &hunt->matching);
    for (size_t i = 0; i < sw_program_regexes(hunt->loaded.program); i++)
        hunt->gave_up[i] |= sw_matcher_gave_up(matcher, i);
    (void)pthread_mutex_unlock(&hunt->ending);
}

void sw_hunt_worker_free(void *arg)
{
    struct sw_hunt_worker *w = arg;
    if (w == NULL)
        return;
    if (w->matcher != NULL)
        add_matching(w->hunt, w->matcher);
    sw_matcher_free(w->matcher);
    sw_event_writer_free(w->writer);
    sw_web_worker_free(w->web);
    sw_scripts_worker_free(w->scripts);
    sw_free(w);
}

void *sw_hunt_worker_new(void *arg)
{
    struct sw_hunt *hunt = arg;
    struct sw_hunt_worker *w = sw_alloc(1, sizeof *w);
    if (w == NULL)
        return NULL;
    w->hunt = hunt;
    if (sw_matcher_new(&w->matcher, hunt->loaded.program) != 0 ||
        sw_event_writer_new(&w->writer, hunt->run.classes) != 0) {
        sw_hunt_worker_free(w);
        return NULL;
    }
    if (hunt->web != NULL && sw_web_worker_new(&w->web, hunt->web) != 0) {
        sw_hunt_worker_free(w);
        return NULL;
    }
    if (hunt->scripts != NULL && (w->scripts = sw_scripts_worker_new(hunt->scripts)) == NULL) {
        sw_hunt_worker_free(w);
        return NULL;
    }
    if (hunt->correlator != NULL && sw_observer_new(&w->observer, hunt->correlator) != 0) {
        sw_hunt_worker_free(w);
        return NULL;
    }
    return w;
}

void sw_hunt_batch_free(void *arg)
{
    struct sw_hunt_batch *batch = arg;
    if (batch == NULL)
        return;
    sw_buf_fini(&batch->out);
    sw_text_report_fini(&batch->report);
    sw_web_batch_free(batch->web);
    sw_behaviour_batch_free(batch->behaviours);
    sw_free(batch->hits);
    sw_free(batch);
}

void *sw_hunt_batch_new(void *arg)
{
    struct sw_hunt *hunt = arg;
    struct sw_hunt_batch *batch = sw_alloc(1, sizeof *batch);
    if (batch == NULL)
        return NULL;
    batch->hunt = hunt;
    sw_buf_init(&batch->out, BATCH_MAX);
    if ((hunt->web != NULL && sw_web_batch_new(&batch->web) != 0) ||
        (hunt->behaviours != NULL && sw_behaviour_batch_new(&batch->behaviours) != 0) ||
        sw_text_report_init(&batch->report, hunt->loaded.rules, hunt->sets, hunt->settings->examples,
                            hunt->run.color) != 0) {
        sw_hunt_batch_free(batch);
        return NULL;
    }
    return batch;
}

void sw_hunt_batch_reset(void *arg)
{
    struct sw_hunt_batch *batch = arg;
    sw_buf_clear(&batch->out);
    sw_text_report_reset(&batch->report);
    batch->hit_count = 0;
    batch->observed = false;
    if (batch->web != NULL)
        sw_web_batch_reset(batch->web);
    if (batch->behaviours != NULL)
        sw_behaviour_batch_reset(batch->behaviours);
}

size_t sw_hunt_batch_weight(const void *arg)
{
    const struct sw_hunt_batch *batch = arg;
    return batch->out.cap + sw_text_report_weight(&batch->report) + batch->hit_cap * sizeof *batch->hits +
           (batch->web != NULL ? sw_web_batch_weight(batch->web) : 0) +
           (batch->behaviours != NULL ? sw_behaviour_batch_weight(batch->behaviours) : 0);
}

/* Writes a finding in the form that was asked for. */
int sw_hunt_put(struct sw_hunt_worker *w, struct sw_hunt_batch *batch, const struct sw_finding *finding)
{
    switch (w->hunt->settings->format) {
    case SW_FORMAT_JSONL:
        sw_finding_json(w->writer, &batch->out, finding);
        sw_buf_char(&batch->out, '\n');
        break;
    case SW_FORMAT_JSON:
        SW_BUF_LIT(&batch->out, ",\n");
        sw_finding_json(w->writer, &batch->out, finding);
        break;
    case SW_FORMAT_CSV:
        sw_finding_csv(&batch->out, finding);
        break;
    default:
        if (w->hunt->settings->all)
            sw_text_finding(&batch->out, finding, w->hunt->run.color);
        return sw_text_report_add(&batch->report, finding);
    }
    return sw_buf_error(&batch->out);
}

static int on_match(struct sw_hunt_worker *w, struct sw_hunt_batch *batch, const struct sw_input *input,
                    const struct sw_event *event, uint32_t rule_index)
{
    const struct sw_rule *rule = &w->hunt->loaded.rules->rules[rule_index];
    sw_matcher_matched(w->matcher, rule_index, w->matched);
    const struct sw_finding finding = {
        .id = sw_finding_id(rule, input, event),
        .rule = rule,
        .kind = "sigma",
        .time = event->time,
        .time_last = event->time,
        .count = 1,
        .input = input,
        .event = event,
        .event_class = sw_classes_get(w->hunt->run.classes, event->class_id),
        .matched = w->matched,
    };
    int rc = sw_hunt_put(w, batch, &finding);
    if (rc == 0)
        rc = sw_grow(&batch->hits, &batch->hit_cap, batch->hit_count, sizeof *batch->hits, SIZE_MAX / 16);
    if (rc == 0)
        batch->hits[batch->hit_count++] = rule_index;
    return rc;
}

static int observe(struct sw_hunt_worker *w, struct sw_hunt_batch *batch, const struct sw_input *input,
                   const struct sw_event *event, uint32_t rule)
{
    const struct sw_origin origin = {
        .source = input->file,
        .position = (uint64_t)input->ordinal << OFFSET_BITS | (event->offset & ((1ull << OFFSET_BITS) - 1)),
    };
    batch->observed = true;
    return sw_observer_add(w->observer, rule, event, origin);
}

int sw_hunt_event(void *worker, void *arg, const struct sw_input *input, const struct sw_event *event)
{
    struct sw_hunt_worker *w = worker;
    struct sw_hunt_batch *batch = arg;
    if (!sw_run_in_time(w->hunt->settings, event))
        return 0;
    if (batch->behaviours != NULL) {
        int rc = sw_behaviour_look(w->hunt->behaviours, batch->behaviours, event);
        if (rc != 0)
            return rc;
    }
    const uint32_t *rules;
    if (w->web != NULL) {
        int rc = sw_web_look(w->web, batch->web, event, (struct sw_web_origin){input->file, input->ordinal});
        if (rc != 0)
            return rc;
        event = sw_web_decoded(w->web, event);
    }
    int count = sw_matcher_run(w->matcher, event, &rules);
    if (count < 0)
        return count;
    for (int i = 0; i < count; i++) {
        int rc = 0;
        if (w->observer != NULL && sw_correlator_wants(w->hunt->correlator, rules[i]))
            rc = observe(w, batch, input, event, rules[i]);
        if (rc == 0 && w->hunt->reported[rules[i]])
            rc = on_match(w, batch, input, event, rules[i]);
        if (rc != 0)
            return rc;
    }
    return 0;
}

/* --- scripts -------------------------------------------------------------------------------------------- */

/* Where a worker puts the findings of a script. */
struct script_sink {
    struct sw_hunt_worker *worker;
    struct sw_hunt_batch *batch;
};

static int on_script_finding(void *arg, const struct sw_finding *finding, size_t rule)
{
    const struct script_sink *sink = arg;
    struct sw_hunt_batch *batch = sink->batch;
    int rc = sw_hunt_put(sink->worker, batch, finding);
    if (rc == 0)
        rc = sw_grow(&batch->hits, &batch->hit_cap, batch->hit_count, sizeof *batch->hits, SIZE_MAX / 16);
    if (rc == 0)
        batch->hits[batch->hit_count++] = (uint32_t)(sw_hunt_first_rule(sink->worker->hunt, SW_HUNT_SCRIPTS) + rule);
    return rc;
}

int sw_hunt_script(void *worker, void *batch, const struct sw_input *input, struct sw_str text)
{
    struct script_sink sink = {worker, batch};
    return sw_scripts_scan(sink.worker->scripts, input, text, on_script_finding, &sink);
}
