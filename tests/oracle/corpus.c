/*
 * corpus.c - real evidence through the real pipeline: for each event the compiled matcher and the plain evaluator must
 * name the same rules.
 *
 *     corpus-oracle [-c CACHE] [-j THREADS] [-x GLOB]... [-R] -r RULES... NAME=PATH...
 *
 * With rules in the cache folder (-c), as they are for a second hunt, the program from there is compared, and another
 * that is compiled; without, only the latter, and it is put there. Each event is asked about twice: as what it is, and
 * as another class of the mapping (chosen by its place), so that far more rules meet real values than a corpus has
 * kinds of events. -R reads deleted records of EVTX files as well.
 *
 * Prints "programs: compiled" or "programs: cached, compiled", each disagreement, and for each corpus the line
 * "NAME events questions matches disagreements" (tabs between). Exit status: 0 all agree, 1 not so, 2 something failed.
 */
#include "base/log.h"
#include "base/mem.h"
#include "engine/pipeline.h"
#include "evaluator.h"
#include "sigma/cache.h"

#include <stdio.h>
#include <unistd.h>

enum { TOLD_MAX = 50, WORDS_MAX = 64 };

struct words {
    const char *items[WORDS_MAX];
    size_t count;
};

struct options {
    struct words rules;
    struct words excludes;
    const char *cache;
    unsigned threads;
    bool recover;
};

/* The rules that apply to a class, and the classes that rules apply to. */
struct applicable {
    uint32_t *rules; /* class after class */
    size_t rule_count, rule_cap;
    size_t *first; /* by class; one more */
    uint32_t *classes;
    size_t class_count;
};

enum { PROGRAMS_MAX = 2 };

/* Compiled rules, by where they come from. */
struct program {
    const char *name;
    struct sw_rules *rules; /* NULL: the evaluator's */
    struct sw_program *program;
};

struct test {
    struct options options;
    struct sw_classes *classes;
    struct sw_rules *rules; /* what the evaluator reads */
    struct program programs[PROGRAMS_MAX];
    size_t program_count;
    struct applicable applicable;
    _Atomic uint64_t events, questions, matches, disagreements;
};

struct worker {
    struct test *test;
    struct sw_matcher *matchers[PROGRAMS_MAX];
    struct sw_oracle *oracle;
    uint32_t *expected; /* rules that hold, ascending */
    size_t expected_count;
};

/* --- one event -------------------------------------------------------------------------------------------------- */

static void disagree(struct test *t, const char *program, const struct sw_input *input, const struct sw_event *event,
                     uint32_t rule, bool matched)
{
    if (atomic_fetch_add(&t->disagreements, 1) >= TOLD_MAX)
        return;
    const struct sw_rule *r = &t->rules->rules[rule];
    struct sw_str class_name = sw_classes_get(t->classes, event->class_id)->name;
    (void)fprintf(stderr, "%.*s, record %llu at byte %llu, as %.*s, %s rules: \"%.*s\" (%.*s) %s\n",
                  SW_STR_ARG(input->info.path), (unsigned long long)event->record, (unsigned long long)event->offset,
                  SW_STR_ARG(class_name), program, SW_STR_ARG(r->title), SW_STR_ARG(r->id),
                  matched ? "matches and should not" : "does not match and should");
}

/* Which rules hold, says the evaluator. */
static void expect(struct worker *w, const struct sw_event *event)
{
    const struct applicable *a = &w->test->applicable;
    w->expected_count = 0;
    sw_oracle_event(w->oracle, event);
    for (size_t i = a->first[event->class_id]; i < a->first[event->class_id + 1]; i++)
        if (sw_oracle_holds(w->oracle, a->rules[i]))
            w->expected[w->expected_count++] = a->rules[i];
    atomic_fetch_add(&w->test->questions, a->first[event->class_id + 1] - a->first[event->class_id]);
    atomic_fetch_add(&w->test->matches, w->expected_count);
}

static int compare(struct worker *w, const struct sw_input *input, const struct sw_event *event)
{
    expect(w, event);
    for (size_t p = 0; p < w->test->program_count; p++) {
        const uint32_t *hits;
        int count = sw_matcher_run(w->matchers[p], event, &hits);
        if (count < 0)
            return count;
        size_t hit = 0;
        size_t want = 0;
        while (hit < (size_t)count || want < w->expected_count) {
            if (hit < (size_t)count && want < w->expected_count && hits[hit] == w->expected[want]) {
                hit++;
                want++;
                continue;
            }
            bool matched = want == w->expected_count || (hit < (size_t)count && hits[hit] < w->expected[want]);
            uint32_t rule = matched ? hits[hit++] : w->expected[want++];
            disagree(w->test, w->test->programs[p].name, input, event, rule, matched);
        }
    }
    return 0;
}

static int on_event(void *worker, void *batch, const struct sw_input *input, const struct sw_event *event)
{
    struct worker *w = worker;
    (void)batch;
    atomic_fetch_add(&w->test->events, 1);
    int rc = compare(w, input, event);
    if (rc != 0)
        return rc;
    struct sw_event other = *event;
    uint64_t place = event->offset * 0x9e3779b97f4a7c15ull >> 32;
    other.class_id = w->test->applicable.classes[place % w->test->applicable.class_count];
    return compare(w, input, &other);
}

/* --- the pipeline ----------------------------------------------------------------------------------------------- */

static void worker_free(void *arg)
{
    struct worker *w = arg;
    for (size_t p = 0; p < PROGRAMS_MAX; p++)
        sw_matcher_free(w->matchers[p]);
    sw_oracle_free(w->oracle);
    sw_free(w->expected);
    sw_free(w);
}

static void *worker_new(void *arg)
{
    struct test *t = arg;
    struct worker *w = sw_alloc(1, sizeof *w);
    if (w == NULL)
        return NULL;
    w->test = t;
    w->oracle = sw_oracle_new(t->rules, t->classes);
    w->expected = sw_alloc(t->rules->rule_count, sizeof *w->expected);
    int rc = w->expected == NULL ? SW_E_NOMEM : 0;
    for (size_t p = 0; p < t->program_count && rc == 0; p++)
        rc = sw_matcher_new(&w->matchers[p], t->programs[p].program);
    if (rc == 0)
        return w;
    worker_free(w);
    return NULL;
}

/* Batches hold nothing: what is counted is counted at once, in any order. */
static void *batch_new(void *arg)
{
    (void)arg;
    return sw_alloc(1, 1);
}

static void batch_reset(void *batch)
{
    (void)batch;
}

static size_t batch_weight(const void *batch)
{
    (void)batch;
    return 0;
}

static int deliver(void *arg, void *batch, const struct sw_input *input)
{
    (void)arg;
    (void)batch;
    (void)input;
    return 0;
}

static int input_done(void *arg, const struct sw_input *input)
{
    (void)arg;
    (void)input;
    return 0;
}

static int run_corpus(struct test *t, const char *path)
{
    const struct sw_consumer consumer = {
        .arg = t,
        .worker_new = worker_new,
        .worker_free = worker_free,
        .batch_new = batch_new,
        .batch_reset = batch_reset,
        .batch_weight = batch_weight,
        .batch_free = sw_free,
        .event = on_event,
        .deliver = deliver,
        .input_done = input_done,
    };
    struct sw_walk walk;
    sw_walk_init(&walk);
    int rc = 0;
    for (size_t i = 0; i < t->options.excludes.count && rc == 0; i++)
        rc = sw_walk_exclude(&walk, t->options.excludes.items[i]);
    if (rc == 0)
        rc = sw_walk_add(&walk, path);
    if (rc == 0)
        rc = sw_walk_finish(&walk);
    const struct sw_pipeline_options options = {
        .walk = &walk,
        .threads = t->options.threads,
        .classes = t->classes,
        .feed = {.recover = t->options.recover},
    };
    if (rc == 0)
        rc = sw_pipeline_run(&options, &consumer);
    sw_walk_fini(&walk);
    return rc;
}

/* Runs "NAME=PATH" and prints its line. */
static int run_named(struct test *t, const char *word)
{
    size_t name = sw_str_chr(sw_str(word), '=');
    if (name == SW_NPOS) {
        sw_error_log("'%s' is not NAME=PATH", word);
        return SW_E_USAGE;
    }
    t->events = t->questions = t->matches = t->disagreements = 0;
    int rc = run_corpus(t, word + name + 1);
    if (rc != 0)
        sw_error_log("%s: %s", word, sw_strerror(rc));
    printf("%.*s\t%llu\t%llu\t%llu\t%llu\n", (int)name, word, (unsigned long long)t->events,
           (unsigned long long)t->questions, (unsigned long long)t->matches, (unsigned long long)t->disagreements);
    (void)fflush(stdout);
    return rc == 0 && t->disagreements > 0 ? SW_E_STATE : rc;
}

/* --- rules ------------------------------------------------------------------------------------------------------ */

static int find_applicable(struct test *t)
{
    struct applicable *a = &t->applicable;
    uint32_t count = sw_classes_count(t->classes);
    a->first = sw_alloc(count + 1u, sizeof *a->first);
    a->classes = sw_alloc(count, sizeof *a->classes);
    if (a->first == NULL || a->classes == NULL)
        return SW_E_NOMEM;
    for (uint32_t c = 0; c < count; c++) {
        const struct sw_class *cls = sw_classes_get(t->classes, c);
        a->first[c] = a->rule_count;
        for (uint32_t r = 0; r < t->rules->rule_count; r++) {
            if (sw_class_view(cls, &t->rules->rules[r].logsource) == NULL)
                continue;
            int rc = sw_grow(&a->rules, &a->rule_cap, a->rule_count, sizeof *a->rules, SIZE_MAX / 16);
            if (rc != 0)
                return rc;
            a->rules[a->rule_count++] = r;
        }
        if (a->rule_count > a->first[c])
            a->classes[a->class_count++] = c;
    }
    a->first[count] = a->rule_count;
    return a->class_count > 0 ? 0 : SW_E_NOTFOUND;
}

static bool same_rules(const struct sw_rules *a, const struct sw_rules *b)
{
    bool same = a->rule_count == b->rule_count;
    for (size_t i = 0; i < a->rule_count && same; i++)
        same = sw_str_eq(a->rules[i].id, b->rules[i].id) && sw_str_eq(a->rules[i].path, b->rules[i].path);
    return same;
}

/* The program of a hunt comes first: one from the cache must be good without any rule having been read. */
static int load(struct test *t, struct sw_error *err)
{
    const struct sw_load_options options = {.paths = t->options.rules.items, .path_count = t->options.rules.count};
    struct program *first = &t->programs[t->program_count++];
    bool cached = false;
    int rc = sw_classes_load(&t->classes, NULL, 0, err);
    if (rc == 0)
        rc = sw_program_load(&first->rules, &first->program, &options, t->classes, t->options.threads, t->options.cache,
                             &cached, err);
    if (rc == 0)
        rc = sw_rules_load(&t->rules, &options, err);
    if (rc != 0)
        return rc;
    first->name = cached ? "cached" : "compiled";
    if (!same_rules(first->rules, t->rules))
        return sw_error_set(err, SW_E_STATE, 0, 0, "the %s program is one of other rules", first->name);
    if (cached) {
        struct program *second = &t->programs[t->program_count++];
        second->name = "compiled";
        rc = sw_program_compile(&second->program, t->rules, t->classes, t->options.threads, err);
        if (rc != 0)
            return rc;
    }
    rc = find_applicable(t);
    if (rc != 0)
        return sw_error_set(err, rc, 0, 0, "no rule applies to anything");
    printf("programs: %s\n", cached ? "cached, compiled" : "compiled");
    return 0;
}

static bool add(struct words *words, const char *word)
{
    if (words->count == WORDS_MAX)
        return false;
    words->items[words->count++] = word;
    return true;
}

static bool read_options(struct options *options, int argc, char **argv)
{
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    options->threads = cpus > 0 && cpus < 1024 ? (unsigned)cpus : 1;
    int letter;
    uint64_t number;
    while ((letter = getopt(argc, argv, "r:c:j:x:R")) != -1) {
        if (letter == 'R')
            options->recover = true;
        else if (letter == 'c')
            options->cache = optarg;
        else if (letter == 'j' && sw_str_u64(sw_str(optarg), &number) == 0 && number > 0 && number <= 1024)
            options->threads = (unsigned)number;
        else if ((letter != 'r' && letter != 'x') || !add(letter == 'r' ? &options->rules : &options->excludes, optarg))
            return false;
    }
    return optind < argc && options->rules.count > 0;
}

int main(int argc, char **argv)
{
    struct test t = {0};
    struct sw_error err = {0};
    if (!read_options(&t.options, argc, argv)) {
        sw_error_log("usage: corpus-oracle [-c CACHE] [-j THREADS] [-x GLOB]... [-R] -r RULES... NAME=PATH...");
        return 2;
    }
    int status = 0;
    if (load(&t, &err) != 0) {
        sw_error_log("%s: %s", err.source, err.text);
        status = 2;
    }
    for (int i = optind; i < argc && status != 2; i++) {
        int rc = run_named(&t, argv[i]);
        if (rc != 0)
            status = rc == SW_E_STATE ? 1 : 2;
    }
    sw_free(t.applicable.rules);
    sw_free(t.applicable.first);
    sw_free(t.applicable.classes);
    for (size_t p = 0; p < t.program_count; p++) {
        sw_program_free(t.programs[p].program);
        sw_rules_free(t.programs[p].rules);
    }
    sw_rules_free(t.rules);
    sw_classes_free(t.classes);
    return status;
}
