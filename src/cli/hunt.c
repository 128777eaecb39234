/* hunt.c - `seawall hunt`: every rule over every event, findings out. */
#include "base/log.h"
#include "base/mem.h"
#include "behaviour/behaviour.h"
#include "cli/rules.h"
#include "cli/run.h"
#include "cli/scripts.h"
#include "report/finding.h"
#include "report/text.h"
#include "sigma/correlate.h"
#include "web/analysis.h"
#include "webshell/kind.h"

#define BATCH_MAX (256u << 20)

/* Bytes of observations that correlations may hold. */
#define CORRELATION_BUDGET ((size_t)96 << 20)

/* Bytes of findings of the web analysis that are written at once. */
enum { WEB_FLUSH = 1 << 20 };

/* Where in its file an event lies: the input's number and the offset in it, in one number that sorts like the evidence. */
enum { OFFSET_BITS = 44 };

/* An input that observations refer to, with as much of it as findings show. */
struct observed_input {
    uint32_t file;
    uint32_t ordinal;
    struct sw_str path;
    const struct sw_decoder *decoder;
};

struct batch;
struct worker;

/* Places in hunt.sets. */
enum { SET_WEB, SET_SCRIPTS, SET_BEHAVIOURS };

struct hunt {
    struct sw_run run;
    const struct sw_settings *settings;
    struct sw_loaded_rules loaded;
    bool *reported; /* by rule: gives findings of its own (level, not silent) */
    uint64_t *counts; /* by rule, then correlation, then rule of each set: findings delivered */
    struct sw_text_report report; /* text: what was delivered so far */
    struct sw_correlator *correlator; /* NULL without correlation rules */
    struct observed_input *observed;  /* in the order of the evidence */
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
    struct batch *web_batch; /* its findings on their way out, and a worker to write them */
    struct worker *web_worker;
    bool any; /* something was written */
    bool grave; /* something at or above --fail-on was found */
};

/* --- workers -------------------------------------------------------------------------------------------- */

struct worker {
    struct hunt *hunt;
    struct sw_matcher *matcher;
    struct sw_event_writer *writer;
    struct sw_observer *observer; /* the correlator frees it */
    struct sw_web_worker *web;
    struct sw_scripts_worker *scripts;
    uint64_t matched[SW_MAX_FIELDS / 64];
};

struct batch {
    struct hunt *hunt;
    struct sw_buf out;
    struct sw_text_report report;
    uint32_t *hits; /* rule of each finding */
    size_t hit_count;
    size_t hit_cap;
    bool observed; /* the correlator got something of it */
    struct sw_web_batch *web;
    struct sw_behaviour_batch *behaviours;
};

static void add_matching(struct hunt *hunt, const struct sw_matcher *matcher)
{
    (void)pthread_mutex_lock(&hunt->ending);
    sw_matcher_stats(matcher, &hunt->matching);
    for (size_t i = 0; i < sw_program_regexes(hunt->loaded.program); i++)
        hunt->gave_up[i] |= sw_matcher_gave_up(matcher, i);
    (void)pthread_mutex_unlock(&hunt->ending);
}

static void worker_free(void *arg)
{
    struct worker *w = arg;
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

static void *worker_new(void *arg)
{
    struct hunt *hunt = arg;
    struct worker *w = sw_alloc(1, sizeof *w);
    if (w == NULL)
        return NULL;
    w->hunt = hunt;
    if (sw_matcher_new(&w->matcher, hunt->loaded.program) != 0 || sw_event_writer_new(&w->writer, hunt->run.classes) != 0) {
        worker_free(w);
        return NULL;
    }
    if (hunt->web != NULL && sw_web_worker_new(&w->web, hunt->web) != 0) {
        worker_free(w);
        return NULL;
    }
    if (hunt->scripts != NULL && (w->scripts = sw_scripts_worker_new(hunt->scripts)) == NULL) {
        worker_free(w);
        return NULL;
    }
    if (hunt->correlator != NULL && sw_observer_new(&w->observer, hunt->correlator) != 0) {
        worker_free(w);
        return NULL;
    }
    return w;
}

static void batch_free(void *arg)
{
    struct batch *batch = arg;
    if (batch == NULL)
        return;
    sw_buf_fini(&batch->out);
    sw_text_report_fini(&batch->report);
    sw_web_batch_free(batch->web);
    sw_behaviour_batch_free(batch->behaviours);
    sw_free(batch->hits);
    sw_free(batch);
}

static void *batch_new(void *arg)
{
    struct hunt *hunt = arg;
    struct batch *batch = sw_alloc(1, sizeof *batch);
    if (batch == NULL)
        return NULL;
    batch->hunt = hunt;
    sw_buf_init(&batch->out, BATCH_MAX);
    if ((hunt->web != NULL && sw_web_batch_new(&batch->web) != 0) ||
        (hunt->behaviours != NULL && sw_behaviour_batch_new(&batch->behaviours) != 0) ||
        sw_text_report_init(&batch->report, hunt->loaded.rules, hunt->sets, hunt->settings->examples, hunt->run.color) != 0) {
        batch_free(batch);
        return NULL;
    }
    return batch;
}

static void batch_reset(void *arg)
{
    struct batch *batch = arg;
    sw_buf_clear(&batch->out);
    sw_text_report_reset(&batch->report);
    batch->hit_count = 0;
    batch->observed = false;
    if (batch->web != NULL)
        sw_web_batch_reset(batch->web);
    if (batch->behaviours != NULL)
        sw_behaviour_batch_reset(batch->behaviours);
}

static size_t batch_weight(const void *arg)
{
    const struct batch *batch = arg;
    return batch->out.cap + sw_text_report_weight(&batch->report) + batch->hit_cap * sizeof *batch->hits +
           (batch->web != NULL ? sw_web_batch_weight(batch->web) : 0) +
           (batch->behaviours != NULL ? sw_behaviour_batch_weight(batch->behaviours) : 0);
}

/* Writes a finding in the form that was asked for. */
static int put_finding(struct worker *w, struct batch *batch, const struct sw_finding *finding)
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

static int on_match(struct worker *w, struct batch *batch, const struct sw_input *input, const struct sw_event *event,
                    uint32_t rule_index)
{
    const struct sw_rule *rule = &w->hunt->loaded.rules->rules[rule_index];
    memset(w->matched, 0, (event->count + 63) / 64 * sizeof w->matched[0]);
    sw_matcher_fields(w->matcher, event, rule_index, w->matched);
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
    int rc = put_finding(w, batch, &finding);
    if (rc == 0)
        rc = sw_grow(&batch->hits, &batch->hit_cap, batch->hit_count, sizeof *batch->hits, SIZE_MAX / 16);
    if (rc == 0)
        batch->hits[batch->hit_count++] = rule_index;
    return rc;
}

static int observe(struct worker *w, struct batch *batch, const struct sw_input *input, const struct sw_event *event,
                   uint32_t rule)
{
    const struct sw_origin origin = {
        .source = input->file,
        .position = (uint64_t)input->ordinal << OFFSET_BITS | (event->offset & ((1ull << OFFSET_BITS) - 1)),
    };
    batch->observed = true;
    return sw_observer_add(w->observer, rule, event, origin);
}

static int on_event(void *worker, void *arg, const struct sw_input *input, const struct sw_event *event)
{
    struct worker *w = worker;
    struct batch *batch = arg;
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
    struct worker *worker;
    struct batch *batch;
};

static size_t first_rule_of(const struct hunt *hunt, unsigned set)
{
    size_t first = hunt->loaded.rules->rule_count + hunt->loaded.rules->correlation_count;
    for (unsigned i = 0; i < set; i++)
        first += hunt->sets[i].count;
    return first;
}

static int on_script_finding(void *arg, const struct sw_finding *finding, size_t rule)
{
    const struct script_sink *sink = arg;
    struct batch *batch = sink->batch;
    int rc = put_finding(sink->worker, batch, finding);
    if (rc == 0)
        rc = sw_grow(&batch->hits, &batch->hit_cap, batch->hit_count, sizeof *batch->hits, SIZE_MAX / 16);
    if (rc == 0)
        batch->hits[batch->hit_count++] = (uint32_t)(first_rule_of(sink->worker->hunt, SET_SCRIPTS) + rule);
    return rc;
}

static int on_script(void *worker, void *batch, const struct sw_input *input, struct sw_str text)
{
    struct script_sink sink = {worker, batch};
    return sw_scripts_scan(sink.worker->scripts, input, text, on_script_finding, &sink);
}

/* --- delivery ------------------------------------------------------------------------------------------- */

static void count_finding(struct hunt *hunt, size_t number, enum sw_level level)
{
    hunt->run.summary.findings++;
    hunt->run.summary.by_level[level]++;
    hunt->run.summary.rules_matched += hunt->counts[number]++ == 0;
    if (hunt->settings->fail_on != SW_LEVEL_NONE && (int)level >= hunt->settings->fail_on)
        hunt->grave = true;
}

/* The level of a rule that findings of pieces name: Sigma's or a script's. */
static enum sw_level level_of(const struct hunt *hunt, size_t number)
{
    if (number < hunt->loaded.rules->rule_count)
        return hunt->loaded.rules->rules[number].level;
    return hunt->sets[SET_SCRIPTS].rules[number - first_rule_of(hunt, SET_SCRIPTS)].level;
}

/* Remembers the path of an input that observations came from. */
static int note_observed(struct hunt *hunt, const struct sw_input *input)
{
    if (hunt->observed_count > 0) {
        const struct observed_input *last = &hunt->observed[hunt->observed_count - 1];
        if (last->file == input->file && last->ordinal == input->ordinal)
            return 0;
    }
    int rc = sw_grow(&hunt->observed, &hunt->observed_cap, hunt->observed_count, sizeof *hunt->observed, SIZE_MAX / 64);
    if (rc != 0)
        return rc;
    struct sw_str path = sw_arena_dup(&hunt->observed_paths, input->info.path);
    if (path.ptr == NULL)
        return SW_E_NOMEM;
    hunt->observed[hunt->observed_count++] = (struct observed_input){input->file, input->ordinal, path, input->decoder};
    return 0;
}

static const struct observed_input *find_observed(const struct hunt *hunt, uint32_t file, uint32_t ordinal)
{
    size_t low = 0;
    size_t high = hunt->observed_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct observed_input *at = &hunt->observed[middle];
        if (at->file < file || (at->file == file && at->ordinal < ordinal))
            low = middle + 1;
        else
            high = middle;
    }
    return low < hunt->observed_count ? &hunt->observed[low] : NULL;
}

static struct sw_str observed_path(const struct hunt *hunt, struct sw_origin origin)
{
    const struct observed_input *input = find_observed(hunt, origin.source, (uint32_t)(origin.position >> OFFSET_BITS));
    return input != NULL ? input->path : SW_STR("");
}

static int on_web(void *arg, const struct sw_web_match *match);
static int flush_web(struct hunt *hunt);

static int deliver(void *arg, void *batch_arg, const struct sw_input *input)
{
    struct hunt *hunt = arg;
    struct batch *batch = batch_arg;
    for (size_t i = 0; i < batch->hit_count; i++)
        count_finding(hunt, batch->hits[i], level_of(hunt, batch->hits[i]));
    struct sw_str out = sw_buf_str(&batch->out);
    if (out.len > 0 && hunt->settings->format == SW_FORMAT_JSON && !hunt->any)
        out = sw_str_from(out, 1); /* the comma in front of the first one */
    if (out.len > 0)
        hunt->any = true;
    int rc = sw_run_write(&hunt->run, out);
    if (rc == 0)
        rc = sw_text_report_merge(&hunt->report, &batch->report);
    bool web = hunt->web != NULL && !sw_web_batch_is_empty(batch->web);
    bool noted = hunt->behaviours != NULL && !sw_behaviour_batch_is_empty(batch->behaviours);
    if (rc == 0 && input != NULL && (batch->observed || web || noted))
        rc = note_observed(hunt, input);
    if (rc == 0 && hunt->behaviours != NULL && input != NULL)
        rc = sw_behaviour_deliver(hunt->behaviours, batch->behaviours, input->file, input->ordinal);
    if (rc == 0 && hunt->web != NULL && input != NULL)
        rc = sw_web_deliver(hunt->web, batch->web, on_web, hunt);
    if (rc == 0 && hunt->web != NULL && input != NULL)
        rc = flush_web(hunt);
    return rc;
}

static int input_done(void *arg, const struct sw_input *input)
{
    struct hunt *hunt = arg;
    return sw_summary_add(&hunt->run.summary, input);
}

/* --- correlations --------------------------------------------------------------------------------------- */

static const struct sw_rule *referred_rule(const struct sw_rules *rules, const struct sw_correlation *correlation, uint32_t ref)
{
    const struct sw_ref *to = &correlation->refs[ref];
    return to->is_correlation ? &rules->correlations[to->index].meta : &rules->rules[to->index];
}

/* A match of a correlation becomes a finding, delivered at once. */
static int on_correlation(void *context, const struct sw_correlation_match *match)
{
    struct hunt *hunt = context;
    const struct sw_rules *rules = hunt->loaded.rules;
    const struct sw_correlation *correlation = &rules->correlations[match->correlation];
    if ((int)correlation->meta.level < hunt->settings->min_level)
        return 0;
    struct sw_group_value *groups = sw_alloc(match->group_count + 1, sizeof *groups);
    struct sw_finding_member *members = sw_alloc(match->member_count + 1, sizeof *members);
    struct batch *batch = batch_new(hunt);
    int rc = groups == NULL || members == NULL || batch == NULL ? SW_E_NOMEM : 0;
    if (rc == 0) {
        for (size_t i = 0; i < match->group_count; i++)
            groups[i] = (struct sw_group_value){sw_field_name(correlation->group_by[i]), match->groups[i]};
        for (size_t i = 0; i < match->member_count; i++) {
            const struct sw_correlation_member *member = &match->members[i];
            members[i] = (struct sw_finding_member){
                .rule = referred_rule(rules, correlation, member->ref),
                .time = member->time,
                .path = observed_path(hunt, member->origin),
                .offset = member->origin.position & ((1ull << OFFSET_BITS) - 1),
            };
        }
        struct sw_finding finding = {
            .rule = &correlation->meta,
            .kind = "correlation",
            .time = match->first,
            .time_last = match->last,
            .count = match->count,
            .groups = groups,
            .group_count = match->group_count,
            .members = members,
            .member_count = match->member_count,
            .value = match->value,
        };
        finding.id = sw_correlation_finding_id(&finding);
        struct worker here = {.hunt = hunt};
        rc = put_finding(&here, batch, &finding);
        count_finding(hunt, rules->rule_count + match->correlation, correlation->meta.level);
        if (rc == 0)
            rc = deliver(hunt, batch, NULL);
    }
    sw_free(groups);
    sw_free(members);
    batch_free(batch);
    return rc;
}

static int correlate(struct hunt *hunt)
{
    if (hunt->correlator == NULL)
        return 0;
    int rc = sw_correlator_finish(hunt->correlator, on_correlation, hunt);
    struct sw_correlator_stats stats;
    sw_correlator_stats(hunt->correlator, &stats);
    hunt->run.summary.correlation_evicted = stats.evicted;
    hunt->run.summary.correlation_untimed = stats.untimed;
    hunt->run.summary.correlation_ungrouped = stats.ungrouped;
    hunt->run.summary.correlation_valueless = stats.valueless;
    return rc;
}

/* --- matching ------------------------------------------------------------------------------------------- */

/* What the matchers did, for the summary; all workers have ended. */
static int tell_matching(struct hunt *hunt)
{
    hunt->run.summary.matching = hunt->settings->stats ? &hunt->matching : NULL;
    int rc = 0;
    for (size_t i = 0; i < sw_program_regexes(hunt->loaded.program) && rc == 0; i++)
        if (hunt->gave_up[i])
            rc = sw_summary_gave_up(&hunt->run.summary, sw_program_regex(hunt->loaded.program, i));
    return rc;
}

/* --- web requests --------------------------------------------------------------------------------------- */

/* Writes out what the analysis's findings have gathered. */
static int flush_web(struct hunt *hunt)
{
    int rc = hunt->web_batch != NULL ? deliver(hunt, hunt->web_batch, NULL) : 0;
    if (hunt->web_batch != NULL)
        batch_reset(hunt->web_batch);
    return rc;
}

/* A finding of the web analysis, at the end of the evidence or when too many wait for it. */
static int on_web(void *arg, const struct sw_web_match *match)
{
    struct hunt *hunt = arg;
    const struct observed_input *observed = find_observed(hunt, match->origin.file, match->origin.ordinal);
    if (hunt->web_batch == NULL)
        hunt->web_batch = batch_new(hunt);
    if (hunt->web_worker == NULL)
        hunt->web_worker = worker_new(hunt);
    if (hunt->web_batch == NULL || hunt->web_worker == NULL || observed == NULL)
        return SW_E_NOMEM;
    const struct sw_input input = {.info.path = observed->path, .decoder = observed->decoder, .file = observed->file};
    const struct sw_finding finding = {
        .id = sw_finding_id(match->rule, &input, match->event),
        .rule = match->rule,
        .kind = "finding",
        .engine = "web",
        .time = match->event->time,
        .time_last = match->event->time,
        .count = 1,
        .input = &input,
        .event = match->event,
        .event_class = sw_classes_get(hunt->run.classes, match->event->class_id),
        .matched = match->matched, /* words for all of the event's fields */
        .verdict = sw_web_verdict_name(match->verdict),
        .detail = match->explanation,
    };
    const struct sw_rules *rules = hunt->loaded.rules;
    count_finding(hunt, rules->rule_count + rules->correlation_count + match->rule_index, match->rule->level); /* the first set */
    int rc = put_finding(hunt->web_worker, hunt->web_batch, &finding);
    return rc == 0 && hunt->web_batch->out.len > WEB_FLUSH ? flush_web(hunt) : rc;
}

static int finish_web(struct hunt *hunt)
{
    if (hunt->web == NULL)
        return 0;
    int rc = sw_web_finish(hunt->web, on_web, hunt);
    if (rc == 0)
        rc = flush_web(hunt);
    struct sw_web_stats stats;
    sw_web_stats(hunt->web, &stats);
    hunt->run.summary.web_looked = stats.looked;
    hunt->run.summary.web_judged_early = stats.judged_early;
    hunt->run.summary.web_paths_dropped = stats.paths_dropped;
    hunt->run.summary.web_texts_cut = stats.texts_cut;
    return rc;
}

/* --- behaviours ----------------------------------------------------------------------------------------- */

static int on_behaviour(void *arg, const struct sw_behaviour_match *match)
{
    struct hunt *hunt = arg;
    struct sw_group_value *groups = sw_alloc(match->group_count + 1, sizeof *groups);
    struct sw_finding_member *members = sw_alloc(match->member_count + 1, sizeof *members);
    struct batch *batch = batch_new(hunt);
    int rc = groups == NULL || members == NULL || batch == NULL ? SW_E_NOMEM : 0;
    for (size_t i = 0; rc == 0 && i < match->group_count; i++)
        groups[i] = (struct sw_group_value){match->groups[i].name, match->groups[i].value};
    for (size_t i = 0; rc == 0 && i < match->member_count; i++) {
        const struct sw_behaviour_member *member = &match->members[i];
        const struct observed_input *input = find_observed(hunt, member->origin.file, member->origin.ordinal);
        members[i] = (struct sw_finding_member){
            .time = member->time, .path = input != NULL ? input->path : SW_STR(""), .offset = member->origin.offset};
    }
    if (rc == 0) {
        struct sw_finding finding = {
            .rule = match->rule, .kind = "behaviour", .engine = "behaviour", .time = match->first, .time_last = match->last,
            .count = match->count, .groups = groups, .group_count = match->group_count, .members = members,
            .member_count = match->member_count, .value = match->value, .detail = match->explanation};
        finding.id = sw_correlation_finding_id(&finding);
        struct worker here = {.hunt = hunt};
        rc = put_finding(&here, batch, &finding);
        count_finding(hunt, first_rule_of(hunt, SET_BEHAVIOURS) + match->rule_index, match->rule->level);
        if (rc == 0)
            rc = deliver(hunt, batch, NULL);
    }
    sw_free(groups);
    sw_free(members);
    batch_free(batch);
    return rc;
}

static int finish_behaviours(struct hunt *hunt)
{
    if (hunt->behaviours == NULL)
        return 0;
    int rc = sw_behaviour_finish(hunt->behaviours, on_behaviour, hunt);
    sw_behaviours_stats(hunt->behaviours, &hunt->run.summary.behaviours);
    return rc;
}

static int prepare_behaviours(struct hunt *hunt, struct sw_error *err)
{
    const struct sw_settings *settings = hunt->settings;
    if (settings->no_behaviours)
        return 0;
    hunt->sets[SET_BEHAVIOURS].rules = sw_behaviour_rules(&hunt->sets[SET_BEHAVIOURS].count);
    const struct sw_behaviour_options options = {
        .classes = hunt->run.classes, .min_level = (enum sw_level)settings->min_level,
        .memory = (size_t)settings->behaviour_memory << 20, .internal = settings->internal.items,
        .internal_count = settings->internal.count, .settings = settings->behaviours.items,
        .setting_count = settings->behaviours.count};
    return sw_behaviours_new(&hunt->behaviours, &options, err);
}

/* --- the whole ------------------------------------------------------------------------------------------ */

static int write_head(struct hunt *hunt)
{
    struct sw_buf out;
    sw_buf_init(&out, 1u << 16);
    if (hunt->settings->format == SW_FORMAT_JSON)
        SW_BUF_LIT(&out, "{\"findings\":[");
    else if (hunt->settings->format == SW_FORMAT_CSV)
        sw_finding_csv_header(&out);
    int rc = sw_run_write(&hunt->run, sw_buf_str(&out));
    sw_buf_fini(&out);
    return rc;
}

static int write_tail(struct hunt *hunt)
{
    struct sw_buf out;
    sw_buf_init(&out, 1u << 30);
    switch (hunt->settings->format) {
    case SW_FORMAT_JSONL:
        sw_summary_json(&out, &hunt->run.summary);
        sw_buf_char(&out, '\n');
        break;
    case SW_FORMAT_JSON:
        SW_BUF_LIT(&out, "\n],\"summary\":");
        sw_summary_json(&out, &hunt->run.summary);
        SW_BUF_LIT(&out, "}\n");
        break;
    case SW_FORMAT_CSV:
        sw_run_account(&hunt->run, sw_summary_partial(&hunt->run.summary) || hunt->settings->stats);
        break;
    default:
        if (!hunt->settings->all)
            sw_text_report_write(&out, &hunt->report);
        sw_summary_text(&out, &hunt->run.summary, hunt->run.color, hunt->settings->verbose);
        break;
    }
    int rc = sw_buf_error(&out);
    if (rc == 0)
        rc = sw_run_write(&hunt->run, sw_buf_str(&out));
    sw_buf_fini(&out);
    return rc;
}

/* The engines for scripts, and the rules of those engines that are not Sigma's. */
static int prepare_scripts(struct hunt *hunt, struct sw_error *err)
{
    hunt->sets[SET_WEB].rules = sw_web_rules(&hunt->sets[SET_WEB].count);
    if (hunt->settings->no_webshell || hunt->settings->decoder != NULL)
        return 0;
    int rc = sw_scripts_new(&hunt->scripts, hunt->settings, err);
    if (rc != 0)
        return rc;
    hunt->sets[SET_SCRIPTS].rules = sw_scripts_rules(hunt->scripts, &hunt->sets[SET_SCRIPTS].count);
    hunt->run.script_kind = sw_script_kind;
    return 0;
}

static int prepare(struct hunt *hunt, struct sw_error *err)
{
    const struct sw_settings *settings = hunt->settings;
    int rc = sw_run_init(&hunt->run, settings, err);
    if (rc == 0)
        rc = sw_load_rules(&hunt->loaded, settings, hunt->run.classes, err);
    if (rc != 0)
        return rc;
    const struct sw_rules *rules = hunt->loaded.rules;
    hunt->run.summary.rules = rules;
    hunt->run.summary.rules_cached = hunt->loaded.cached;
    hunt->run.summary.rules_ready = (double)(sw_time_now() - hunt->run.started) / (double)SW_SECOND;
    hunt->reported = sw_alloc(rules->rule_count + 1, sizeof *hunt->reported);
    rc = prepare_scripts(hunt, err);
    if (rc == 0)
        rc = prepare_behaviours(hunt, err);
    if (rc != 0)
        return rc;
    hunt->counts = sw_alloc(first_rule_of(hunt, SW_TEXT_RULE_SETS) + 1, sizeof *hunt->counts);
    hunt->gave_up = sw_alloc(sw_program_regexes(hunt->loaded.program) + 1, sizeof *hunt->gave_up);
    if (hunt->reported == NULL || hunt->counts == NULL || hunt->gave_up == NULL)
        return sw_error_set(err, SW_E_NOMEM, 0, 0, "out of memory");
    for (size_t i = 0; i < rules->rule_count; i++)
        hunt->reported[i] = !rules->rules[i].silent && (int)rules->rules[i].level >= settings->min_level;
    sw_arena_init(&hunt->observed_paths, (size_t)1 << 30);
    if (rules->correlation_count > 0)
        rc = sw_correlator_new(&hunt->correlator, rules, hunt->run.classes, CORRELATION_BUDGET);
    if (rc == 0)
        rc = sw_text_report_init(&hunt->report, rules, hunt->sets, settings->examples, hunt->run.color);
    const struct sw_web_options web = {
        .classes = hunt->run.classes, .rules = rules, .min_level = (enum sw_level)settings->min_level};
    if (rc == 0 && !settings->no_web_analysis)
        rc = sw_web_new(&hunt->web, &web);
    if (rc != 0)
        return sw_error_set(err, rc, 0, 0, "%s", sw_strerror(rc));
    return 0;
}

static int search(struct hunt *hunt)
{
    const struct sw_consumer consumer = {
        .arg = hunt,
        .worker_new = worker_new,
        .worker_free = worker_free,
        .batch_new = batch_new,
        .batch_reset = batch_reset,
        .batch_weight = batch_weight,
        .batch_free = batch_free,
        .event = on_event,
        .script = on_script,
        .deliver = deliver,
        .input_done = input_done,
    };
    int rc = write_head(hunt);
    if (rc == 0)
        rc = sw_run_pipeline(&hunt->run, &consumer);
    /* A run that was stopped still tells what it found so far. */
    if (rc == 0)
        rc = correlate(hunt);
    if (rc == 0)
        rc = finish_web(hunt);
    if (rc == 0)
        rc = finish_behaviours(hunt);
    if (rc == 0)
        rc = tell_matching(hunt);
    if (hunt->scripts != NULL)
        hunt->run.summary.scripts = sw_scripts_account(hunt->scripts);
    if (rc == 0 || rc == SW_E_STOP) {
        int tail = write_tail(hunt);
        rc = rc != 0 ? rc : tail;
    }
    return sw_run_status(&hunt->run, rc, hunt->grave);
}

int sw_cmd_hunt(struct sw_settings *settings)
{
    struct hunt hunt = {.settings = settings, .ending = PTHREAD_MUTEX_INITIALIZER};
    struct sw_error err = {0};
    int status = SW_EXIT_USAGE;
    if (prepare(&hunt, &err) != 0)
        sw_run_complain(&err);
    else
        status = search(&hunt);
    batch_free(hunt.web_batch);
    worker_free(hunt.web_worker); /* it adds what it did to the rest: first */
    sw_free(hunt.reported);
    sw_free(hunt.counts);
    sw_free(hunt.gave_up);
    if (hunt.report.group_of != NULL)
        sw_text_report_fini(&hunt.report);
    sw_correlator_free(hunt.correlator);
    sw_web_free(hunt.web);
    sw_scripts_free(hunt.scripts);
    sw_behaviours_free(hunt.behaviours);
    sw_free(hunt.observed);
    sw_arena_fini(&hunt.observed_paths);
    sw_loaded_rules_free(&hunt.loaded);
    sw_run_fini(&hunt.run);
    return status;
}
