/*
 * compile_regex.c - Vectorscan databases: one for each expression that is asked by itself, and one for each lookup's
 * expressions that nothing else leads to. The slow part of compiling, so it is spread over threads.
 */
#include "base/mem.h"
#include "sigma/compile_priv.h"

#include <pthread.h>
#include <stdatomic.h>

/* One database to make. */
struct job {
    uint32_t lookup; /* SW_NONE: of `regex` alone */
    uint32_t regex;
    hs_database_t *database;
};

struct work {
    struct sw_program *program;
    struct job *jobs;
    size_t count, cap;
    _Atomic size_t next;
    _Atomic bool no_memory;
};

static unsigned flags_of(const struct sw_program_regex *regex)
{
    return HS_FLAG_ALLOWEMPTY | HS_FLAG_SINGLEMATCH | (regex->caseless ? HS_FLAG_CASELESS : 0u) |
           (regex->multiline ? HS_FLAG_MULTILINE : 0u) | (regex->dotall ? HS_FLAG_DOTALL : 0u);
}

/* The patterns of a job in the form that Vectorscan wants. */
struct patterns {
    const char **texts;
    unsigned *flags;
    unsigned *ids;
    uint32_t count;
};

static void free_patterns(struct patterns *patterns)
{
    for (uint32_t i = 0; i < patterns->count && patterns->texts != NULL; i++) {
        union {
            const char *borrowed;
            char *owned;
        } text = {.borrowed = patterns->texts[i]};
        sw_free(text.owned);
    }
    sw_free(patterns->texts);
    sw_free(patterns->flags);
    sw_free(patterns->ids);
}

static bool list_patterns(const struct sw_program *p, const struct job *job, struct patterns *patterns)
{
    const struct sw_lookup *lookup = job->lookup != SW_NONE ? &p->lookups.at[job->lookup] : NULL;
    patterns->count = lookup ? lookup->expressions.count : 1;
    patterns->texts = sw_alloc(patterns->count, sizeof *patterns->texts);
    patterns->flags = sw_alloc(patterns->count, sizeof *patterns->flags);
    patterns->ids = sw_alloc(patterns->count, sizeof *patterns->ids);
    if (patterns->texts == NULL || patterns->flags == NULL || patterns->ids == NULL)
        return false;
    for (uint32_t i = 0; i < patterns->count; i++) {
        uint32_t regex = job->regex;
        if (lookup != NULL) {
            uint32_t hit = p->locals.at[lookup->expressions.first + i];
            regex = p->tests.at[p->hits.at[lookup->hits.first + hit].test].regex;
        }
        struct sw_str text = sw_program_text(p, p->regexes.at[regex].text);
        patterns->texts[i] = sw_strndup(text.ptr, text.len);
        patterns->flags[i] = flags_of(&p->regexes.at[regex]);
        patterns->ids[i] = i;
        if (patterns->texts[i] == NULL)
            return false;
    }
    return true;
}

static void do_job(struct work *work, struct job *job)
{
    struct patterns patterns = {0};
    if (list_patterns(work->program, job, &patterns)) {
        hs_compile_error_t *error = NULL;
        if (hs_compile_multi(patterns.texts, patterns.flags, patterns.ids, patterns.count, HS_MODE_BLOCK, NULL, &job->database,
                             &error) != HS_SUCCESS) {
            job->database = NULL;
            (void)hs_free_compile_error(error);
        }
    } else {
        atomic_store(&work->no_memory, true);
    }
    free_patterns(&patterns);
}

static void *worker(void *arg)
{
    struct work *work = arg;
    for (;;) {
        size_t next = atomic_fetch_add(&work->next, 1);
        if (next >= work->count)
            return NULL;
        do_job(work, &work->jobs[next]);
    }
}

static void do_jobs(struct work *work, unsigned threads)
{
    pthread_t others[63];
    unsigned started = 0;
    unsigned most = (unsigned)(sizeof others / sizeof *others);
    while (started + 1 < threads && started < most && started + 1 < work->count &&
           pthread_create(&others[started], NULL, worker, work) == 0)
        started++;
    (void)worker(work);
    for (unsigned i = 0; i < started; i++)
        (void)pthread_join(others[i], NULL);
}

/* --- what is to be made ------------------------------------------------------------------------------------- */

static int add_job(struct work *work, uint32_t lookup, uint32_t regex)
{
    int rc = sw_grow(&work->jobs, &work->cap, work->count, sizeof *work->jobs, SW_MAX_SECTION);
    if (rc == 0)
        work->jobs[work->count++] = (struct job){.lookup = lookup, .regex = regex};
    return rc;
}

/* Marks the expressions that are asked by themselves: to verify a hit, or in a group that isn't indexed. */
static void mark_asked(const struct sw_program *p, bool *asked)
{
    for (size_t i = 0; i < p->hits.count; i++) {
        const struct sw_test *test = &p->tests.at[p->hits.at[i].test];
        if (p->hits.at[i].verify && test->kind == SW_PRED_REGEX)
            asked[test->regex] = true;
    }
    for (size_t i = 0; i < p->groups.count; i++) {
        const struct sw_group *group = &p->groups.at[i];
        if (group->kind != SW_GROUP_SET || group->indexed)
            continue;
        struct sw_span set = p->sets.at[group->set];
        for (uint32_t j = 0; j < set.count; j++) {
            const struct sw_test *test = &p->tests.at[p->set_tests.at[set.first + j]];
            if (test->kind == SW_PRED_REGEX)
                asked[test->regex] = true;
        }
    }
}

static int list_jobs(const struct sw_program *p, struct work *work)
{
    int rc = 0;
    /* The larger ones first. */
    for (uint32_t i = 0; i < p->lookups.count && rc == 0; i++)
        if (p->lookups.at[i].expressions.count > 0)
            rc = add_job(work, i, SW_NONE);
    bool *asked = sw_alloc(p->regexes.count + 1, sizeof *asked);
    if (asked == NULL)
        return SW_E_NOMEM;
    mark_asked(p, asked);
    for (uint32_t i = 0; i < p->regexes.count && rc == 0; i++)
        if (asked[i] && !p->regexes.at[i].pcre_only)
            rc = add_job(work, SW_NONE, i);
    sw_free(asked);
    return rc;
}

/* --- what came of it ---------------------------------------------------------------------------------------- */

/* A lookup whose expressions Vectorscan refused together: each is asked of every value. */
static void fall_back(struct sw_program *p, struct sw_lookup *lookup)
{
    for (uint32_t i = 0; i < lookup->expressions.count; i++)
        p->hits.at[lookup->hits.first + p->locals.at[lookup->expressions.first + i]].verify = 1;
    lookup->each.count += lookup->expressions.count;
    lookup->expressions.count = 0;
}

static int take_result(struct sw_program *p, struct job *job)
{
    struct sw_lookup *lookup = job->lookup != SW_NONE ? &p->lookups.at[job->lookup] : NULL;
    if (job->database == NULL) {
        if (lookup != NULL)
            fall_back(p, lookup);
        else
            p->regexes.at[job->regex].pcre_only = 1;
        return 0;
    }
    size_t had = p->databases.count;
    hs_database_t **grown = sw_realloc(p->live, had + 1, sizeof *grown);
    if (grown == NULL)
        return SW_E_NOMEM;
    p->live = grown;
    p->live[had] = job->database;
    struct sw_database none = {{0, 0}};
    int rc = SW_SECTION_ADD(&p->databases, &none, 1, lookup ? &lookup->database : &p->regexes.at[job->regex].database);
    if (rc == 0)
        job->database = NULL; /* the program's now */
    return rc;
}

int sw_build_databases(struct sw_build *b)
{
    struct work work = {.program = b->program};
    int rc = list_jobs(b->program, &work);
    if (rc == 0)
        do_jobs(&work, b->threads);
    if (atomic_load(&work.no_memory))
        rc = SW_E_NOMEM;
    for (size_t i = 0; i < work.count && rc == 0; i++)
        rc = take_result(b->program, &work.jobs[i]);
    for (size_t i = 0; i < work.count; i++)
        (void)hs_free_database(work.jobs[i].database);
    sw_free(work.jobs);
    return rc;
}
