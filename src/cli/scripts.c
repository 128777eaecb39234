/* scripts.c - scripts in a hunt: YARA rules and the structural analysis, their finds as findings. */
#include "cli/scripts.h"

#include "base/mem.h"
#include "webshell/baseline.h"
#include "webshell/place.h"
#include "webshell/scan.h"

#include <stdatomic.h>
#include <unistd.h>

struct sw_scripts {
    const struct sw_settings *settings;
    struct sw_yara *yara;
    struct sw_baseline *baseline; /* NULL: none given */
    struct sw_rule *rules; /* YARA's, then those of the structural analysis */
    size_t yara_count;
    size_t rule_count;
    struct sw_script_account account;
    _Atomic uint64_t files, bytes, cut, stopped, incomplete, known; /* written by the workers */
};

struct sw_scripts_worker {
    struct sw_scripts *scripts;
    struct sw_script_scanner *scanner;
    struct sw_event event;
};

/* The class of a script's findings, for output alone: no rule of Sigma's is held against them. */
static const struct sw_class script_class = {.name = SW_STR_INIT("file/script")};

static int load_baselines(struct sw_scripts *scripts, struct sw_error *err)
{
    const struct sw_words *words = &scripts->settings->baselines;
    if (words->count == 0)
        return 0;
    int rc = sw_baseline_new(&scripts->baseline);
    for (size_t i = 0; i < words->count && rc == 0; i++)
        rc = sw_baseline_add(scripts->baseline, words->items[i], err);
    return rc;
}

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
    rc = load_baselines(scripts, err);
    if (rc != 0) {
        sw_scripts_free(scripts);
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
    sw_baseline_free(scripts->baseline);
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
    account->known = atomic_load(&scripts->known);
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

/* A script on its way, and whom its findings go to. */
struct scan {
    struct sw_scripts_worker *worker;
    const struct sw_input *input;
    int (*each)(void *arg, const struct sw_finding *finding, size_t rule);
    void *arg;
};

static int give(const struct scan *scan, const struct sw_script_find *find)
{
    struct sw_scripts_worker *worker = scan->worker;
    const struct sw_scripts *scripts = worker->scripts;
    size_t number = number_of(scripts, find);
    if ((int)find->rule->level < scripts->settings->min_level)
        return 0;
    char score[16];
    describe(&worker->event, scan->input, find, score, sizeof score);
    const uint64_t shown[] = {~1ull}; /* all but the name, which is there anyway */
    const struct sw_finding finding = {
        .id = sw_finding_id(find->rule, scan->input, &worker->event),
        .rule = &scripts->rules[number],
        .kind = "finding",
        .engine = find->engine,
        .time = worker->event.time,
        .time_last = worker->event.time,
        .count = 1,
        .input = scan->input,
        .event = &worker->event,
        .event_class = &script_class,
        .matched = shown,
        .detail = find->sentence,
    };
    return scan->each(scan->arg, &finding, number);
}

/* The path within the root that the command line names, or within an archive. */
static struct sw_str path_inside(const struct sw_scripts *scripts, struct sw_str path)
{
    size_t from = 0;
    const struct sw_words *roots = &scripts->settings->paths;
    for (size_t i = 0; i < roots->count; i++) {
        struct sw_str root = sw_str(roots->items[i]);
        if (sw_str_starts(path, root) && root.len > from)
            from = root.len;
    }
    for (size_t at = from; at < path.len; at++)
        if (path.ptr[at] == '!')
            from = at + 1;
    while (from < path.len && (path.ptr[from] == '/' || path.ptr[from] == '!'))
        from++;
    return sw_str_from(path, from);
}

/* Asks the baseline. *known: the script is as it should be, and needs no look. */
static int compare(const struct scan *scan, struct sw_str text, bool *known)
{
    const struct sw_scripts *scripts = scan->worker->scripts;
    *known = false;
    if (scripts->baseline == NULL || scan->input->cut)
        return 0;
    struct sw_str path = scan->input->info.path;
    enum sw_baseline_answer answer = sw_baseline_ask(scripts->baseline, path_inside(scripts, path), path, text);
    *known = answer == SW_BASELINE_SAME;
    if (answer != SW_BASELINE_CHANGED && answer != SW_BASELINE_NEW)
        return 0;
    bool changed = answer == SW_BASELINE_CHANGED;
    size_t line = sw_str_chr(text, '\n');
    const struct sw_script_find find = {
        .rule = &sw_shell_rules()[changed ? SW_SHELL_CHANGED : SW_SHELL_UNKNOWN_SCRIPT],
        .engine = "webshell",
        .line = 1,
        .text = sw_str_slice(text, 0, line < SW_MAX_SCRIPT_LINE ? line : SW_MAX_SCRIPT_LINE),
        .sentence = changed ? SW_STR("its content differs from that of the known-good file of this path")
                            : SW_STR("the known-good web root has no file of this path"),
    };
    return give(scan, &find);
}

/* A page that Tomcat compiled, of an application that is there, whose source is not. */
static int ask_for_source(const struct scan *scan)
{
    char source[SW_MAX_PATH_SHOWN];
    struct sw_str path = scan->input->info.path;
    if (strcmp(scan->input->script, "class") != 0 || !sw_place_source_of_class(path, source, sizeof source) ||
        access(source, F_OK) == 0)
        return 0;
    char *webapps = strstr(source, "/webapps/");
    char *end = webapps != NULL ? strchr(webapps + strlen("/webapps/"), '/') : NULL;
    if (end == NULL)
        return 0;
    *end = '\0';
    bool there = access(source, F_OK) == 0;
    *end = '/';
    if (!there)
        return 0;
    char sentence[SW_MAX_PATH_SHOWN + 64];
    int n = snprintf(sentence, sizeof sentence, "the page that it was compiled from, %s, isn't there", source);
    const struct sw_script_find find = {
        .rule = &sw_shell_rules()[SW_SHELL_ORPHAN_CLASS],
        .engine = "webshell",
        .line = 1,
        .sentence = sw_strn(sentence, (size_t)n),
    };
    return give(scan, &find);
}

int sw_scripts_scan(struct sw_scripts_worker *worker, const struct sw_input *input, struct sw_str text,
                    int (*each)(void *arg, const struct sw_finding *finding, size_t rule), void *arg)
{
    struct sw_scripts *scripts = worker->scripts;
    const struct scan scan = {worker, input, each, arg};
    bool known;
    int rc = compare(&scan, text, &known);
    atomic_fetch_add_explicit(&scripts->files, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&scripts->bytes, text.len, memory_order_relaxed);
    atomic_fetch_add_explicit(&scripts->known, known, memory_order_relaxed);
    if (rc == 0 && !known)
        rc = ask_for_source(&scan);
    if (rc != 0 || known)
        return rc;
    struct sw_script_result result;
    rc = sw_script_scan(worker->scanner, input->script, input->info.path, text, &result);
    atomic_fetch_add_explicit(&scripts->cut, input->cut, memory_order_relaxed);
    atomic_fetch_add_explicit(&scripts->stopped, result.yara_stopped, memory_order_relaxed);
    atomic_fetch_add_explicit(&scripts->incomplete, result.incomplete, memory_order_relaxed);
    for (size_t i = 0; i < result.count && rc == 0; i++)
        rc = give(&scan, &result.finds[i]);
    return rc;
}
