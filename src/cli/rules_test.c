/* rules_test.c - runs the tests of rules: reads each tests file, decodes its cases, compares with what they ask for. */
#include "cli/rules_test.h"

#include "base/log.h"
#include "base/mem.h"
#include "engine/memory.h"
#include "report/finding.h"
#include "sigma/correlate.h"
#include "sigma/rule_tests.h"
#include "source/path.h"
#include "source/stream.h"
#include "source/walk.h"

#define TEST_SUFFIX ".tests.yml"
#define TEST_CORRELATION_BUDGET ((size_t)64 << 20)

/* Lines without a year are of 2026. */
#define TEST_MODIFIED (1798675200ll * SW_SECOND) /* 2026-12-31 */

/* What has been tested of a rule. */
enum { TESTED_MATCH = 1, TESTED_MISS = 2, HAS_FILE = 4 };

struct runner {
    const struct sw_settings *settings;
    const struct sw_classes *classes;
    struct sw_rules *rules;
    struct sw_matcher *matcher;
    struct sw_correlator *correlator;
    struct sw_observer *observer;
    struct sw_arena arena;   /* of decoding */
    struct sw_arena texts;   /* of one tests file */
    struct sw_buf *out;
    struct sw_rules_test_result *result;
    uint8_t *tested;  /* by rule, then correlation */
    bool *feeds;      /* by rule, then correlation: the target is made of it */
    struct sw_str shown; /* path of the tests file */
    struct sw_str rule_path; /* path of the rules that it is for */

    /* of the case at hand: */
    uint32_t target; /* rule, or rule_count + correlation */
    bool hit;
    uint64_t records;
    uint64_t looked_at; /* records of a class that the target looks at, or that feed it */
    struct sw_str other_class; /* of a record that it doesn't look at */
    size_t source; /* index of the log being decoded */
};

static const struct sw_rule *rule_at(const struct runner *run, size_t number)
{
    return number < run->rules->rule_count ? &run->rules->rules[number]
                                           : &run->rules->correlations[number - run->rules->rule_count].meta;
}

static size_t total(const struct runner *run)
{
    return run->rules->rule_count + run->rules->correlation_count;
}

/* --- telling -------------------------------------------------------------------------------------------- */

static void begin_failure(struct runner *run, uint32_t line, const struct sw_rule *rule)
{
    run->result->failed++;
    sw_buf_str_add(run->out, run->shown);
    sw_buf_printf(run->out, ":%u: failed: ", line);
    if (rule == NULL)
        return;
    sw_show_value(run->out, rule->title, 200);
    SW_BUF_LIT(run->out, ": ");
}

static void fail(struct runner *run, uint32_t line, const struct sw_rule *rule, const char *text)
{
    begin_failure(run, line, rule);
    sw_buf_text(run->out, text);
    sw_buf_char(run->out, '\n');
}

/* --- one case ------------------------------------------------------------------------------------------- */

static bool is_correlation(const struct runner *run)
{
    return run->target >= run->rules->rule_count;
}

static int look_at(struct runner *run, const struct sw_event *event, uint32_t rule)
{
    if (rule == run->target)
        run->hit = true;
    if (!is_correlation(run) || !run->feeds[rule])
        return 0;
    run->looked_at++;
    const struct sw_origin origin = {.source = (uint32_t)run->source, .position = event->offset};
    return sw_observer_add(run->observer, rule, event, origin);
}

static int on_event(void *arg, struct sw_event *event)
{
    struct runner *run = arg;
    const struct sw_class *event_class = sw_classes_get(run->classes, event->class_id);
    run->records++;
    if (!is_correlation(run) && sw_class_view(event_class, &rule_at(run, run->target)->logsource) != NULL)
        run->looked_at++;
    else
        run->other_class = event_class->name;
    const uint32_t *rules;
    int count = sw_matcher_run(run->matcher, event, &rules);
    int rc = count < 0 ? count : 0;
    for (int i = 0; i < count && rc == 0; i++)
        rc = look_at(run, event, rules[i]);
    return rc;
}

static int on_correlation(void *context, const struct sw_correlation_match *match)
{
    struct runner *run = context;
    if (match->correlation + run->rules->rule_count == run->target)
        run->hit = true;
    return 0;
}

/* Decodes one log of the case. False: it can't be, which was told. */
static int decode_source(struct runner *run, const struct sw_test_case *at, const struct sw_test_source *source, bool *ok)
{
    const struct sw_rule *rule = rule_at(run, run->target);
    struct sw_memory memory = {
        .bytes = source->bytes,
        .info = {.path = source->path, .modified = TEST_MODIFIED},
        .decoder = source->format.len > 0 ? sw_decoder_find(source->format) : NULL,
        .classes = run->classes,
    };
    *ok = false;
    if (source->format.len > 0 && memory.decoder == NULL) {
        begin_failure(run, at->line, rule);
        SW_BUF_LIT(run->out, "no decoder is called '");
        sw_show_value(run->out, source->format, 100);
        SW_BUF_LIT(run->out, "'\n");
        return 0;
    }
    struct sw_read_stats stats;
    int rc = sw_memory_decode(&memory, &run->arena, &stats, on_event, run);
    sw_arena_reset(&run->arena);
    if (rc != 0)
        return rc;
    if (stats.rejected > 0 || stats.parsed == 0) {
        begin_failure(run, at->line, rule);
        sw_buf_printf(run->out, "the decoder %s gave %llu records and rejected %llu (%s)\n", sw_memory_decoder(&memory)->name,
                      (unsigned long long)stats.parsed, (unsigned long long)stats.rejected,
                      stats.reason_count > 0 ? stats.reasons[0].text : "nothing was read");
        return 0;
    }
    *ok = true;
    return 0;
}

/* "expected a match, got none", and what may be the reason. */
static void tell_outcome(struct runner *run, const struct sw_test_case *at)
{
    begin_failure(run, at->line, rule_at(run, run->target));
    if (at->match)
        sw_buf_printf(run->out, "expected a match, got none in %llu records", (unsigned long long)run->records);
    else if (run->hit)
        sw_buf_printf(run->out, "expected no match, got one in %llu records", (unsigned long long)run->records);
    else
        SW_BUF_LIT(run->out, "expected a near miss, got records that the rule does not concern");
    if (run->looked_at == 0) {
        sw_buf_text(run->out, is_correlation(run) ? "; none matches a rule that it is made of: the class is "
                                                  : "; it does not look at the class ");
        sw_show_value(run->out, run->other_class, 100);
    }
    sw_buf_char(run->out, '\n');
}

static int run_case(struct runner *run, const struct sw_test_case *at)
{
    bool ok = true;
    int rc = 0;
    run->hit = false;
    run->records = 0;
    run->looked_at = 0;
    run->other_class = SW_STR("");
    for (size_t i = 0; rc == 0 && ok && i < at->source_count; i++) {
        run->source = i;
        rc = decode_source(run, at, &at->sources[i], &ok);
    }
    if (rc == 0 && is_correlation(run))
        rc = sw_correlator_finish(run->correlator, on_correlation, run);
    if (rc != 0 || !ok)
        return rc;
    if (run->hit != at->match || run->looked_at == 0) {
        tell_outcome(run, at);
        return 0;
    }
    run->tested[run->target] |= at->match ? TESTED_MATCH : TESTED_MISS;
    run->result->passed++;
    return 0;
}

/* --- one file ------------------------------------------------------------------------------------------- */

static bool is_called(const struct sw_rule *rule, struct sw_str word)
{
    return sw_str_ieq(rule->id, word) || sw_str_ieq(rule->title, word) || (word.len > 0 && sw_str_eq(rule->name, word));
}

/* The rule of the tested file that a block means; false when there is none or, without a name, more than one. */
static bool find_target(struct runner *run, const struct sw_rule_tests *tests)
{
    size_t found = 0;
    for (size_t i = 0; i < total(run); i++) {
        const struct sw_rule *rule = rule_at(run, i);
        if (rule->derived || !sw_str_eq(rule->path, run->rule_path) ||
            (tests->rule.len > 0 && !is_called(rule, tests->rule)))
            continue;
        run->target = (uint32_t)i;
        found++;
    }
    if (found == 1)
        return true;
    begin_failure(run, tests->line, NULL);
    sw_show_value(run->out, run->rule_path, 1024);
    sw_buf_text(run->out, found == 0 ? " has no such rule, or it was rejected\n" : " has several rules: say which one\n");
    return false;
}

/* Marks what a correlation is made of, through correlations of correlations. */
static void find_feeds(struct runner *run)
{
    size_t rule_count = run->rules->rule_count;
    memset(run->feeds, 0, total(run));
    run->feeds[run->target] = true;
    for (size_t i = run->rules->correlation_count; i-- > 0;) { /* what one refers to has a lower index */
        const struct sw_correlation *correlation = &run->rules->correlations[i];
        for (size_t k = 0; run->feeds[rule_count + i] && k < correlation->ref_count; k++) {
            const struct sw_ref *ref = &correlation->refs[k];
            run->feeds[ref->is_correlation ? rule_count + ref->index : ref->index] = true;
        }
    }
}

static int run_tests(struct runner *run, const struct sw_rule_tests *tests, size_t count)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < count; i++) {
        if (!find_target(run, &tests[i]))
            continue;
        find_feeds(run);
        for (size_t k = 0; rc == 0 && k < tests[i].case_count; k++)
            rc = run_case(run, &tests[i].cases[k]);
    }
    return rc;
}

/* Every rule of a file that has tests needs one that it matches and one that it doesn't. */
static void check_complete(struct runner *run)
{
    for (size_t i = 0; i < total(run); i++) {
        if (!sw_str_eq(rule_at(run, i)->path, run->rule_path) || rule_at(run, i)->derived)
            continue;
        run->tested[i] |= HAS_FILE;
        if (!(run->tested[i] & TESTED_MATCH))
            fail(run, 1, rule_at(run, i), "no test that passes has a record that it must match");
        if (!(run->tested[i] & TESTED_MISS))
            fail(run, 1, rule_at(run, i), "no test that passes has a record that it must not match");
    }
}

static int run_text(struct runner *run, struct sw_str text)
{
    const struct sw_rule_tests *tests;
    size_t count;
    struct sw_error err = {0};
    int rc = sw_rule_tests_parse(&tests, &count, text, &run->texts, &err);
    if (rc == SW_E_NOMEM)
        return rc;
    if (rc != 0) {
        fail(run, err.line, NULL, err.text);
        return 0;
    }
    rc = run_tests(run, tests, count);
    if (rc == 0)
        check_complete(run);
    return rc;
}

/* Reads a file whole; the limit of the buffer is that of rule files. */
static int read_file(const char *path, struct sw_buf *text, struct sw_error *err)
{
    FILE *file = fopen(path, "rbe");
    if (file == NULL)
        return sw_error_set(err, SW_E_IO, 0, 0, "can't read %s", path);
    size_t got;
    do {
        if (sw_buf_reserve(text, 65536) != 0)
            break;
        got = fread(text->data + text->len, 1, 65536, file);
        text->len += got;
    } while (got > 0);
    bool bad = ferror(file) != 0 || sw_buf_error(text) != 0;
    (void)fclose(file);
    return bad ? sw_error_set(err, SW_E_IO, 0, 0, "can't read %s whole", path) : 0;
}

static int run_file(struct runner *run, const char *path, struct sw_error *err)
{
    struct sw_buf text;
    struct sw_buf shown;
    struct sw_buf rule_path;
    size_t stem = strlen(path) - strlen(TEST_SUFFIX);
    sw_buf_init(&text, SW_MAX_RULE_FILE);
    sw_buf_init(&shown, SW_MAX_RULE_FILE);
    sw_buf_init(&rule_path, SW_MAX_RULE_FILE);
    sw_path_show(&shown, sw_str(path));
    sw_path_show(&rule_path, sw_strn(path, stem));
    SW_BUF_LIT(&rule_path, ".yml");
    run->shown = sw_buf_str(&shown);
    run->rule_path = sw_buf_str(&rule_path);
    int rc = read_file(path, &text, err);
    if (rc == 0)
        rc = run_text(run, sw_buf_str(&text));
    if (rc != 0 && err->code == 0)
        (void)sw_error_set(err, rc, 0, 0, "%s", sw_strerror(rc));
    sw_arena_reset(&run->texts);
    sw_buf_fini(&text);
    sw_buf_fini(&shown);
    sw_buf_fini(&rule_path);
    return rc;
}

/* --- all files ------------------------------------------------------------------------------------------ */

/* The tests of a file of rules lie beside it, those of a folder in it. */
static int add_path(struct sw_walk *walk, const char *path)
{
    struct sw_buf tests;
    struct sw_str name = sw_str(path);
    bool file = sw_str_iends(name, SW_STR(".yml"));
    sw_buf_init(&tests, SW_MAX_RULE_FILE);
    sw_buf_str_add(&tests, file ? sw_str_slice(name, 0, name.len - 4) : name);
    sw_buf_text(&tests, file ? TEST_SUFFIX : "");
    sw_buf_char(&tests, '\0');
    int rc = sw_buf_error(&tests) != 0 ? SW_E_NOMEM : sw_walk_add(walk, tests.data);
    sw_buf_fini(&tests);
    return rc;
}

static int list_tests(struct sw_walk *walk, const struct sw_settings *settings, struct sw_error *err)
{
    int rc = sw_walk_exclude(walk, ".*");
    for (size_t i = 0; rc == 0 && i < settings->rules.count; i++)
        rc = add_path(walk, settings->rules.items[i]);
    if (rc == 0)
        rc = sw_walk_finish(walk);
    return rc != 0 ? sw_error_set(err, rc, 0, 0, "can't list the tests: %s", sw_strerror(rc)) : 0;
}

static int run_files(struct runner *run, struct sw_error *err)
{
    struct sw_walk walk;
    struct sw_buf path;
    sw_walk_init(&walk);
    sw_buf_init(&path, SW_MAX_RULE_FILE);
    int rc = list_tests(&walk, run->settings, err);
    for (size_t i = 0; rc == 0 && i < walk.count; i++) {
        if (!sw_str_iends(sw_strn(walk.files[i].name, walk.files[i].name_len), SW_STR(TEST_SUFFIX)))
            continue;
        rc = sw_walk_path(&walk, i, &path);
        if (rc == 0)
            rc = run_file(run, path.data, err);
    }
    for (size_t i = 0; i < total(run); i++)
        run->result->untested += !(run->tested[i] & HAS_FILE) && !rule_at(run, i)->derived;
    sw_buf_fini(&path);
    sw_walk_fini(&walk);
    return rc;
}

/* Correlations that only others use are tested as well, so each has to report. */
static int prepare(struct runner *run, const struct sw_loaded_rules *loaded)
{
    struct sw_rules *rules = loaded->rules;
    for (size_t i = 0; i < rules->correlation_count; i++)
        rules->correlations[i].meta.silent = false;
    run->tested = sw_alloc(total(run) + 1, sizeof *run->tested);
    run->feeds = sw_alloc(total(run) + 1, sizeof *run->feeds);
    if (run->tested == NULL || run->feeds == NULL)
        return SW_E_NOMEM;
    int rc = sw_matcher_new(&run->matcher, loaded->program);
    if (rc == 0)
        rc = sw_correlator_new(&run->correlator, rules, run->classes, TEST_CORRELATION_BUDGET);
    if (rc == 0)
        rc = sw_observer_new(&run->observer, run->correlator);
    return rc;
}

int sw_rules_test(struct sw_buf *out, const struct sw_settings *settings, const struct sw_classes *classes,
                  struct sw_loaded_rules *loaded, struct sw_rules_test_result *result, struct sw_error *err)
{
    struct runner run = {
        .settings = settings,
        .classes = classes,
        .rules = loaded->rules,
        .out = out,
        .result = result,
    };
    *result = (struct sw_rules_test_result){0};
    sw_arena_init(&run.arena, SW_MAX_ARENA);
    sw_arena_init(&run.texts, (size_t)1 << 30);
    int rc = prepare(&run, loaded);
    if (rc != 0)
        (void)sw_error_set(err, rc, 0, 0, "%s", sw_strerror(rc));
    else
        rc = run_files(&run, err);
    sw_correlator_free(run.correlator);
    sw_matcher_free(run.matcher);
    sw_free(run.tested);
    sw_free(run.feeds);
    sw_arena_fini(&run.texts);
    sw_arena_fini(&run.arena);
    return rc;
}
