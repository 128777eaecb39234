/*
 * web_fixture.h - lines of access logs through decoder and web analysis, for unit tests: what was found in each line.
 */
#ifndef SW_TESTS_WEB_FIXTURE_H
#define SW_TESTS_WEB_FIXTURE_H

#include "base/error.h"
#include "base/mem.h"
#include "engine/memory.h"
#include "web/analysis.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

enum { WEB_FOUND_MAX = 64 };

struct web_found {
    uint64_t line;
    enum sw_level level;
    enum sw_web_verdict verdict;
    char title[200];
    char why[1000];
};

struct web_run {
    struct sw_web *web;
    struct sw_web_worker *worker;
    struct sw_web_batch *batch;
    struct web_found found[WEB_FOUND_MAX];
    size_t count;
    struct sw_web_stats stats;
};

static struct sw_classes *web_classes(void)
{
    static struct sw_classes *classes;
    struct sw_error err;
    if (classes == NULL)
        assert_int_equal(sw_classes_load(&classes, NULL, 0, &err), 0);
    return classes;
}

static int web_emit_event(void *arg, struct sw_event *event)
{
    struct web_run *run = arg;
    return sw_web_look(run->worker, run->batch, event, (struct sw_web_origin){0, 0});
}

static int web_emit_match(void *arg, const struct sw_web_match *match)
{
    struct web_run *run = arg;
    assert_true(run->count < WEB_FOUND_MAX);
    struct web_found *found = &run->found[run->count++];
    found->line = match->event->line;
    found->level = match->rule->level;
    found->verdict = match->verdict;
    (void)snprintf(found->title, sizeof found->title, "%.*s", SW_STR_ARG(match->rule->title));
    (void)snprintf(found->why, sizeof found->why, "%.*s", SW_STR_ARG(match->explanation));
    return 0;
}

/* All of a log. `slice`: lines delivered at once, 0 for all of them. */
static void web_run_log(struct web_run *run, const char *log, size_t slice)
{
    struct sw_arena arena;
    struct sw_read_stats stats;
    *run = (struct web_run){0};
    const struct sw_web_options options = {.classes = web_classes()};
    assert_int_equal(sw_web_new(&run->web, &options), 0);
    assert_int_equal(sw_web_worker_new(&run->worker, run->web), 0);
    assert_int_equal(sw_web_batch_new(&run->batch), 0);
    sw_arena_init(&arena, SW_MAX_ARENA);
    while (*log != '\0') {
        const char *end = log;
        for (size_t lines = 0; *end != '\0' && (slice == 0 || lines < slice); lines++) {
            const char *feed = strchr(end, '\n');
            end = feed != NULL ? feed + 1 : end + strlen(end);
        }
        const struct sw_memory memory = {.bytes = {log, (size_t)(end - log)},
                                         .info = {.path = SW_STR("access.log"), .modified = SW_TIME_NONE},
                                         .decoder = sw_decoder_find(SW_STR("weblog")),
                                         .classes = web_classes()};
        assert_int_equal(sw_memory_decode(&memory, &arena, &stats, web_emit_event, run), 0);
        assert_int_equal(stats.rejected, 0);
        assert_int_equal(sw_web_deliver(run->web, run->batch, web_emit_match, run), 0);
        sw_web_batch_reset(run->batch);
        log = end;
    }
    assert_int_equal(sw_web_finish(run->web, web_emit_match, run), 0);
    sw_web_stats(run->web, &run->stats);
    sw_arena_fini(&arena);
    sw_web_batch_free(run->batch);
    sw_web_worker_free(run->worker);
    sw_web_free(run->web);
}

/* One request of a combined log with a virtual host. */
static inline void web_run_request(struct web_run *run, const char *method, const char *target, const char *referer, const char *agent,
                            unsigned status)
{
    char log[8192];
    int len = snprintf(log, sizeof log, "www.example.org:80 192.0.2.7 - - [24/Nov/2026:12:00:00 +0000] \"%s %s HTTP/1.1\" %u 1200 \"%s\" \"%s\"\n",
                       method, target, status, referer, agent);
    assert_true(len > 0 && (size_t)len < sizeof log);
    web_run_log(run, log, 0);
}

#endif
