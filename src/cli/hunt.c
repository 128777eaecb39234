/* hunt.c - `seawall hunt`: every rule over every event, findings out. */
#include "cli/hunt_priv.h"

#include "base/mem.h"
#include "webshell/kind.h"

static int write_head(struct sw_hunt *hunt)
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

static int write_tail(struct sw_hunt *hunt)
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
static int prepare_scripts(struct sw_hunt *hunt, struct sw_error *err)
{
    hunt->sets[SW_HUNT_WEB].rules = sw_web_rules(&hunt->sets[SW_HUNT_WEB].count);
    if (hunt->settings->no_webshell || hunt->settings->decoder != NULL)
        return 0;
    int rc = sw_scripts_new(&hunt->scripts, hunt->settings, err);
    if (rc != 0)
        return rc;
    hunt->sets[SW_HUNT_SCRIPTS].rules = sw_scripts_rules(hunt->scripts, &hunt->sets[SW_HUNT_SCRIPTS].count);
    hunt->run.script_kind = sw_script_kind;
    return 0;
}

static int prepare_behaviours(struct sw_hunt *hunt, struct sw_error *err)
{
    const struct sw_settings *settings = hunt->settings;
    if (settings->no_behaviours)
        return 0;
    hunt->sets[SW_HUNT_BEHAVIOURS].rules = sw_behaviour_rules(&hunt->sets[SW_HUNT_BEHAVIOURS].count);
    const struct sw_behaviour_options options = {
        .classes = hunt->run.classes, .min_level = (enum sw_level)settings->min_level,
        .memory = (size_t)settings->behaviour_memory << 20, .internal = settings->internal.items,
        .internal_count = settings->internal.count, .settings = settings->behaviours.items,
        .setting_count = settings->behaviours.count};
    return sw_behaviours_new(&hunt->behaviours, &options, err);
}

static int prepare(struct sw_hunt *hunt, struct sw_error *err)
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
    hunt->counts = sw_alloc(sw_hunt_first_rule(hunt, SW_TEXT_RULE_SETS) + 1, sizeof *hunt->counts);
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

static int search(struct sw_hunt *hunt)
{
    const struct sw_consumer consumer = {
        .arg = hunt,
        .worker_new = sw_hunt_worker_new,
        .worker_free = sw_hunt_worker_free,
        .batch_new = sw_hunt_batch_new,
        .batch_reset = sw_hunt_batch_reset,
        .batch_weight = sw_hunt_batch_weight,
        .batch_free = sw_hunt_batch_free,
        .event = sw_hunt_event,
        .script = sw_hunt_script,
        .deliver = sw_hunt_deliver,
        .input_done = sw_hunt_input_done,
    };
    int rc = write_head(hunt);
    if (rc == 0)
        rc = sw_run_pipeline(&hunt->run, &consumer);
    /* A run that was stopped still tells what it found so far. */
    if (rc == 0)
        rc = sw_hunt_correlate(hunt);
    if (rc == 0)
        rc = sw_hunt_finish_web(hunt);
    if (rc == 0)
        rc = sw_hunt_finish_behaviours(hunt);
    if (rc == 0)
        rc = sw_hunt_tell_matching(hunt);
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
    struct sw_hunt hunt = {.settings = settings, .ending = PTHREAD_MUTEX_INITIALIZER};
    struct sw_error err = {0};
    int status = SW_EXIT_USAGE;
    if (prepare(&hunt, &err) != 0)
        sw_run_complain(&err);
    else
        status = search(&hunt);
    sw_hunt_batch_free(hunt.web_batch);
    sw_hunt_worker_free(hunt.web_worker); /* it adds what it did to the rest: first */
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
