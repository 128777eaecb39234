/*
 * access_fixture.h - an access log, written line by line by a test, through the decoder and the behaviours.
 */
#ifndef SW_TESTS_ACCESS_FIXTURE_H
#define SW_TESTS_ACCESS_FIXTURE_H

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "behaviour/behaviour.h"
#include "engine/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

enum { ACCESS_FOUND_MAX = 64 };

struct access_found {
    char title[200];
    char why[2048];
    char groups[512]; /* "name=value ..." */
    enum sw_level level;
    uint64_t count;
    double value;
    size_t members;
};

struct access_run {
    struct access_found found[ACCESS_FOUND_MAX];
    size_t count;
    struct sw_behaviour_stats stats;
};

static struct sw_classes *access_classes(void)
{
    static struct sw_classes *classes;
    struct sw_error err;
    if (classes == NULL)
        assert_int_equal(sw_classes_load(&classes, NULL, 0, &err), 0);
    return classes;
}

/* 2026-11-01T00:00:00Z and `seconds`. */
static inline void access_line(struct sw_buf *log, int64_t seconds, const char *client, const char *method, const char *target,
                               unsigned status, unsigned bytes, const char *referer, const char *agent)
{
    int64_t day = seconds / 86400;
    assert_true(day < 30);
    sw_buf_printf(log, "www.example.org:443 %s - - [%02d/Nov/2026:%02d:%02d:%02d +0000] \"%s %s HTTP/1.1\" %u %u \"%s\" \"%s\"\n", client,
                  (int)day + 1, (int)(seconds / 3600 % 24), (int)(seconds / 60 % 60), (int)(seconds % 60), method, target, status, bytes,
                  referer, agent);
}

struct access_feed {
    const struct sw_behaviours *all;
    struct sw_behaviour_batch *batch;
};

static int access_on_event(void *arg, struct sw_event *event)
{
    struct access_feed *feed = arg;
    return sw_behaviour_look(feed->all, feed->batch, event);
}

static int access_on_match(void *arg, const struct sw_behaviour_match *match)
{
    struct access_run *run = arg;
    assert_true(run->count < ACCESS_FOUND_MAX);
    struct access_found *found = &run->found[run->count++];
    (void)snprintf(found->title, sizeof found->title, "%.*s", SW_STR_ARG(match->rule->title));
    (void)snprintf(found->why, sizeof found->why, "%.*s", SW_STR_ARG(match->explanation));
    size_t at = 0;
    for (size_t i = 0; i < match->group_count && at < sizeof found->groups; i++)
        at += (size_t)snprintf(found->groups + at, sizeof found->groups - at, "%.*s=%.*s ", SW_STR_ARG(match->groups[i].name),
                               SW_STR_ARG(match->groups[i].value));
    found->level = match->rule->level;
    found->count = match->count;
    found->value = match->value;
    found->members = match->member_count;
    return 0;
}

/* Feeds the log in pieces of `lines` lines; 0: all at once. Errors are given back: memory may end on purpose. */
static inline int access_feed_log(struct access_run *run, struct sw_str log, size_t lines, size_t memory, const char *setting)
{
    struct sw_arena arena;
    struct sw_read_stats stats;
    struct sw_error err = {0};
    struct access_feed feed = {0};
    struct sw_behaviours *all = NULL;
    struct sw_classes *classes = access_classes();
    const struct sw_behaviour_options options = {
        .classes = classes, .memory = memory, .settings = &setting, .setting_count = setting != NULL};
    *run = (struct access_run){0};
    sw_arena_init(&arena, SW_MAX_ARENA);
    int rc = sw_behaviours_new(&all, &options, &err);
    if (rc == 0)
        rc = sw_behaviour_batch_new(&feed.batch);
    feed.all = all;
    while (rc == 0 && log.len > 0) {
        size_t end = 0;
        for (size_t n = 0; end < log.len && (lines == 0 || n < lines); n++)
            end += sw_str_chr(sw_str_from(log, end), '\n') + 1;
        const struct sw_memory piece = {.bytes = sw_str_slice(log, 0, end),
                                        .info = {.path = SW_STR("access.log"), .modified = SW_TIME_NONE},
                                        .decoder = sw_decoder_find(SW_STR("weblog")),
                                        .classes = classes};
        rc = sw_memory_decode(&piece, &arena, &stats, access_on_event, &feed);
        if (rc == 0)
            rc = sw_behaviour_deliver(all, feed.batch, 0, 0);
        sw_behaviour_batch_reset(feed.batch);
        log = sw_str_from(log, end);
    }
    if (rc == 0)
        rc = sw_behaviour_finish(all, access_on_match, run);
    if (rc == 0)
        sw_behaviours_stats(all, &run->stats);
    sw_behaviour_batch_free(feed.batch);
    sw_behaviours_free(all);
    sw_arena_fini(&arena);
    return rc;
}

static inline const struct access_found *access_titled(const struct access_run *run, const char *title)
{
    for (size_t i = 0; i < run->count; i++)
        if (strcmp(run->found[i].title, title) == 0)
            return &run->found[i];
    return NULL;
}

/* An ordinary site for `days` days: 40 visitors, pages with images, forms that pages lead to. */
static inline void access_ordinary(struct sw_buf *log, int64_t from_day, int64_t days)
{
    for (int64_t s = from_day * 86400; s < (from_day + days) * 86400; s += 600) {
        char client[32];
        char page[64];
        (void)snprintf(client, sizeof client, "198.51.%d.%d", (int)(s / 600 % 40), 7);
        (void)snprintf(page, sizeof page, "/page%d.php", (int)(s / 600 % 7));
        access_line(log, s, client, "GET", page, 200, 9000 + (unsigned)(s / 600 % 17) * 100, "https://www.example.org/", "Mozilla/5.0 (X11)");
        access_line(log, s + 1, client, "GET", "/style.css", 200, 3000, "https://www.example.org/page.php", "Mozilla/5.0 (X11)");
        access_line(log, s + 20, client, "POST", page, 200, 9100, "https://www.example.org/form.html", "Mozilla/5.0 (X11)");
    }
}

#endif
