/* scripts.c - scripts in a hunt: YARA rules and the structural analysis, their finds as findings. */
#include "cli/scripts.h"

#include "base/mem.h"
#include "webshell/scan.h"

#include <stdatomic.h>

struct sw_scripts {
    const struct sw_settings *settings;
    struct sw_yara *yara;
    struct sw_rule *rules; /* YARA's, then those of the structural analysis */
    size_t yara_count;
    size_t rule_count;
    struct sw_script_account account;
    _Atomic uint64_t files, bytes, cut, stopped, incomplete; /* written by the workers */
};

struct sw_scripts_worker {
    struct sw_scripts *scripts;
    struct sw_script_scanner *scanner;
    struct sw_event event;
};

/* The class of a script's findings, for output alone: no rule of Sigma's is held against them. */
static const struct sw_class script_class = {.name = SW_STR_INIT("file/script")};

int sw_scripts_new(struct sw_scripts **out, const struct sw_settings *settings, struct sw_error *err)
{
    *out = NULL;
    struct sw_scripts *scripts = sw_alloc(1, sizeof *scripts);
    if (scripts == NULL || sw_script_prepare() != 0) {
        sw_free(scripts);
        return sw_error_set(err, SW_E_NOMEM, 0, 0, "out of memory");
    }
    scripts->settings = settings;
    const struct sw_yara_options options = {
        .paths = settings->yara.items, .path_count = settings->yara.count, .builtin = !settings->no_builtin_rules};
    int rc = sw_yara_load(&scripts->yara, &options, err);
    if (rc != 0) {
        sw_free(scripts);
        return rc;
    }
    const struct sw_rule *yara = sw_yara_rules(scripts->yara, &scripts->yara_count);
    scripts->rule_count = scripts->yara_count + SW_SHELL_RULES;
    scripts->rules = sw_alloc(scripts->rule_count, sizeof *scripts->rules);
    if (scripts->rules == NULL) {
        sw_scripts_free(scripts);
        return sw_error_set(err, SW_E_NOMEM, 0, 0, "out of memory");
    }
    if (scripts->yara_count > 0)
        memcpy(scripts->rules, yara, scripts->yara_count * sizeof *yara);
    memcpy(scripts->rules + scripts->yara_count, sw_shell_rules(), SW_SHELL_RULES * sizeof *yara);
    *out = scripts;
    return 0;
}

void sw_scripts_free(struct sw_scripts *scripts)
{
    if (scripts == NULL)
        return;
    sw_yara_free(scripts->yara);
    sw_free(scripts->rules);
    sw_free(scripts);
}

const struct sw_rule *sw_scripts_rules(const struct sw_scripts *scripts, size_t *count)
{
    *count = scripts->rule_count;
    return scripts->rules;
}

const struct sw_script_account *sw_scripts_account(struct sw_scripts *scripts)
{
    struct sw_script_account *account = &scripts->account;
    account->files = atomic_load(&scripts->files);
    account->bytes = atomic_load(&scripts->bytes);
    account->cut = atomic_load(&scripts->cut);
    account->stopped = atomic_load(&scripts->stopped);
    account->incomplete = atomic_load(&scripts->incomplete);
    account->yara_rules = scripts->yara_count;
    account->rejects = sw_yara_rejects(scripts->yara, &account->reject_count);
    return account;
}

struct sw_scripts_worker *sw_scripts_worker_new(struct sw_scripts *scripts)
{
    struct sw_scripts_worker *worker = sw_alloc(1, sizeof *worker);
    if (worker == NULL)
        return NULL;
    worker->scripts = scripts;
    sw_event_init(&worker->event);
    if (sw_script_scanner_new(&worker->scanner, scripts->yara) != 0) {
        sw_scripts_worker_free(worker);
        return NULL;
    }
    return worker;
}

void sw_scripts_worker_free(struct sw_scripts_worker *worker)
{
    if (worker == NULL)
        return;
    sw_script_scanner_free(worker->scanner);
    sw_event_fini(&worker->event);
    sw_free(worker);
}

/* The find as an event: what a reader wants to see of it are its fields. */
static void describe(struct sw_event *event, const struct sw_input *input, const struct sw_script_find *find,
                     char *score, size_t score_size)
{
    sw_event_clear(event);
    event->time = input->info.modified;
    event->raw = find->text;
    event->offset = find->offset;
    event->line = event->record = find->line;
    event->raw_is_value = false;
    sw_event_add_str(event, sw_field_intern(SW_STR("Filename")), input->info.path);
    sw_event_add_str(event, sw_field_intern(SW_STR("Reason")), find->sentence);
    sw_event_add_str(event, sw_field_intern(SW_STR("Text")), find->text);
    if (find->score > 0) {
        int n = snprintf(score, score_size, "%u", find->score);
        sw_event_add(event, sw_field_intern(SW_STR("Score")), SW_INT, score, (size_t)n);
    }
    for (size_t i = 0; i < find->more_count; i++)
        sw_event_add_str(event, sw_field_intern(SW_STR("Detail")), find->more[i]);
}

static size_t number_of(const struct sw_scripts *scripts, const struct sw_script_find *find)
{
    size_t count;
    if (strcmp(find->engine, "yara") == 0)
        return (size_t)(find->rule - sw_yara_rules(scripts->yara, &count));
    return scripts->yara_count + (size_t)(find->rule - sw_shell_rules());
}

int sw_scripts_scan(struct sw_scripts_worker *worker, const struct sw_input *input, struct sw_str text,
                    int (*each)(void *arg, const struct sw_finding *finding, size_t rule), void *arg)
{
    struct sw_scripts *scripts = worker->scripts;
    struct sw_script_result result;
    int rc = sw_script_scan(worker->scanner, input->script, input->info.path, text, &result);
    atomic_fetch_add_explicit(&scripts->files, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&scripts->bytes, text.len, memory_order_relaxed);
    atomic_fetch_add_explicit(&scripts->cut, input->cut, memory_order_relaxed);
    atomic_fetch_add_explicit(&scripts->stopped, result.yara_stopped, memory_order_relaxed);
    atomic_fetch_add_explicit(&scripts->incomplete, result.incomplete, memory_order_relaxed);
    for (size_t i = 0; i < result.count && rc == 0; i++) {
        const struct sw_script_find *find = &result.finds[i];
        size_t number = number_of(scripts, find);
        if ((int)find->rule->level < scripts->settings->min_level)
            continue;
        char score[16];
        describe(&worker->event, input, find, score, sizeof score);
        const uint64_t shown[] = {~1ull}; /* all but the name, which is there anyway */
        const struct sw_finding finding = {
            .id = sw_finding_id(find->rule, input, &worker->event),
            .rule = &scripts->rules[number],
            .kind = "finding",
            .engine = find->engine,
            .time = worker->event.time,
            .time_last = worker->event.time,
            .count = 1,
            .input = input,
            .event = &worker->event,
            .event_class = &script_class,
            .matched = shown,
            .detail = find->sentence,
        };
        rc = each(arg, &finding, number);
    }
    return rc;
}
