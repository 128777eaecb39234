/* test_web_behaviours.c - enumeration, login guessing and polling in access logs: what must be told, and near misses. */
#include "access_fixture.h"

static struct sw_buf log_text;

static void start_log(int64_t days)
{
    sw_buf_init(&log_text, (size_t)64 << 20);
    access_ordinary(&log_text, 0, days);
}

static void finish_log(struct access_run *run)
{
    assert_int_equal(access_feed_log(run, sw_buf_str(&log_text), 0, 0, NULL), 0);
    sw_buf_fini(&log_text);
}

/* --- enumeration -------------------------------------------------------------------------------------------- */

#define FOCUS "Client That Enumerates And Then Keeps To One Path"
#define APPEARED "Path That Enumerating Client Asked For In Vain Answers It"

static void add_probes(int64_t at, unsigned count, const char *also)
{
    for (unsigned i = 0; i < count; i++) {
        char target[64];
        (void)snprintf(target, sizeof target, "/guess%u.php", i);
        access_line(&log_text, at + i, "203.0.113.9", "GET", target, 404, 200, "-", "scan");
    }
    if (also != NULL)
        access_line(&log_text, at + count, "203.0.113.9", "GET", also, 404, 200, "-", "scan");
}

static void add_focus(int64_t at, unsigned count, const char *method)
{
    for (unsigned i = 0; i < count; i++)
        access_line(&log_text, at + 61 * (int64_t)i + i * i % 37, "203.0.113.9", method, "/plugin/do.php", 200, 500 + i * 97, "-", "scan");
}

static void enumeration_then_focus(void **state)
{
    (void)state;
    struct access_run run;
    start_log(3);
    add_probes(4 * 86400, 40, NULL);
    access_line(&log_text, 4 * 86400 + 50, "203.0.113.9", "POST", "/plugin/do.php", 500, 10, "-", "scan");
    add_focus(4 * 86400 + 60, 8, "POST");
    finish_log(&run);
    const struct access_found *found = access_titled(&run, FOCUS);
    assert_non_null(found);
    assert_int_equal(found->count, 9);
    assert_int_equal(found->level, SW_LEVEL_MEDIUM);
    assert_non_null(strstr(found->why, "asked for 33 paths")); /* the first seven are only counted */
    assert_non_null(strstr(found->why, "of which 8 had success, the first at 2026-11-05T00:01:00Z"));
    assert_string_equal(found->groups, "cs-host=www.example.org cs-uri-stem=/plugin/do.php c-ip=203.0.113.9 ");
}

/* A script that breaks on many queries, until it works once. */
static void first_success_at_last(void **state)
{
    (void)state;
    struct access_run run;
    start_log(3);
    add_probes(4 * 86400, 40, NULL);
    for (unsigned i = 0; i < 30; i++) {
        char target[64];
        (void)snprintf(target, sizeof target, "/account/export.php?id=%u", i);
        access_line(&log_text, 4 * 86400 + 100 + 7 * (int64_t)i, "203.0.113.9", "GET", target, i == 29 ? 200 : 500, 600, "-", "scan");
    }
    finish_log(&run);
    const struct access_found *found = access_titled(&run, FOCUS);
    assert_non_null(found);
    assert_int_equal(found->count, 30);
    assert_non_null(strstr(found->why, "of which 1 had success"));
}

static void path_that_appears(void **state)
{
    (void)state;
    struct access_run run;
    start_log(3);
    add_probes(4 * 86400, 40, "/plugin/do.php");
    add_focus(4 * 86400 + 60, 8, "POST");
    finish_log(&run);
    const struct access_found *found = access_titled(&run, APPEARED);
    assert_non_null(found);
    assert_int_equal(found->level, SW_LEVEL_HIGH);
    assert_null(access_titled(&run, FOCUS));
}

/* Too few probes; too few answers; the same page again and again; the answers first. */
static void enumeration_near_misses(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < 4; kind++) {
        struct access_run run;
        start_log(3);
        add_probes((kind == 3 ? 5 : 4) * 86400, kind == 0 ? 15 : 40, NULL);
        add_focus(4 * 86400 + 100, kind == 1 ? 3 : 8, kind == 2 ? "GET" : "POST");
        finish_log(&run);
        assert_null(access_titled(&run, FOCUS));
        assert_null(access_titled(&run, APPEARED));
    }
}

/* --- logins ------------------------------------------------------------------------------------------------- */

#define VAIN "Password Guessing At A Web Login"
#define AFTER "Web Login After Many Failures"
#define RAPID "Web Login After Rapid Guessing"

static void add_logins(int64_t at, unsigned count, int64_t gap, unsigned status, unsigned bytes)
{
    for (unsigned i = 0; i < count; i++)
        access_line(&log_text, at + gap * (int64_t)i, "203.0.113.9", "POST", "/account/login.php", status, bytes + i % 7, "-", "hydra");
}

static void add_login(int64_t at, unsigned status, unsigned bytes)
{
    access_line(&log_text, at, "203.0.113.9", "POST", "/account/login.php", status, bytes, "-", "hydra");
}

static void guessing_then_success(void **state)
{
    (void)state;
    static const struct {
        unsigned count;
        int64_t gap;
        unsigned status;
        unsigned success;
        unsigned bytes;
        const char *title;
    } cases[] = {
        {150, 2, 200, 302, 0, RAPID},   {150, 60, 200, 302, 0, AFTER}, {30, 2, 401, 200, 9000, AFTER}, {30, 2, 422, 303, 0, AFTER},
        {60, 2, 200, 200, 9000, AFTER}, {30, 2, 200, 200, 9000, NULL}, {150, 2, 200, 200, 4003, VAIN}, {150, 2, 401, 429, 0, VAIN},
        {15, 2, 401, 200, 9000, NULL},  {30, 3700, 401, 200, 0, NULL}, {60, 2, 302, 200, 9000, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct access_run run;
        start_log(1);
        add_logins(2 * 86400, cases[i].count, cases[i].gap, cases[i].status, 4000);
        add_login(2 * 86400 + cases[i].gap * (int64_t)cases[i].count, cases[i].success, cases[i].bytes);
        finish_log(&run);
        static const char *const titles[] = {VAIN, AFTER, RAPID};
        for (size_t k = 0; k < 3; k++)
            if ((access_titled(&run, titles[k]) != NULL) != (cases[i].title != NULL && strcmp(cases[i].title, titles[k]) == 0))
                fail_msg("case %zu: %s", i, titles[k]);
        const struct access_found *found = cases[i].title != NULL ? access_titled(&run, cases[i].title) : NULL;
        if (found != NULL && strcmp(cases[i].title, VAIN) != 0)
            assert_int_equal(found->count, cases[i].count + 1);
    }
}

/* A site with Windows authentication: two refusals and an answer, for each of many connections. */
static void negotiation_is_no_guessing(void **state)
{
    (void)state;
    struct access_run run;
    start_log(1);
    for (unsigned i = 0; i < 600; i++)
        access_line(&log_text, 90000 + i, "203.0.113.9", "GET", "/intranet/page.aspx", i % 3 == 2 ? 200 : 401, 1200, "-", "Mozilla/5.0");
    finish_log(&run);
    assert_null(access_titled(&run, VAIN));
    assert_null(access_titled(&run, AFTER));
    assert_null(access_titled(&run, RAPID));
}

/* Once refused, and then many pages of about one size. */
static void pages_after_a_refusal(void **state)
{
    (void)state;
    struct access_run run;
    start_log(1);
    access_line(&log_text, 90000, "203.0.113.9", "GET", "/portal/", 401, 1200, "-", "Mozilla/5.0");
    for (unsigned i = 0; i < 200; i++)
        access_line(&log_text, 90001 + 3 * (int64_t)i, "203.0.113.9", "GET", "/portal/page.aspx", 200, i == 150 ? 9000 : 4000, "-", "Mozilla/5.0");
    finish_log(&run);
    assert_null(access_titled(&run, VAIN));
    assert_null(access_titled(&run, AFTER));
    assert_null(access_titled(&run, RAPID));
}

/* Status 401 all over a site counts as one place. */
static void refusals_of_a_site(void **state)
{
    (void)state;
    struct access_run run;
    start_log(1);
    for (unsigned i = 0; i < 120; i++) {
        char target[64];
        (void)snprintf(target, sizeof target, "/manager/%u", i);
        access_line(&log_text, 90000 + 2 * (int64_t)i, "203.0.113.9", "GET", target, 401, 1200, "-", "Mozilla/5.0");
    }
    access_line(&log_text, 90300, "203.0.113.9", "GET", "/manager/html", 200, 9000, "-", "Mozilla/5.0");
    finish_log(&run);
    const struct access_found *found = access_titled(&run, RAPID);
    assert_non_null(found);
    assert_string_equal(found->groups, "cs-host=www.example.org c-ip=203.0.113.9 ");
    assert_int_equal(found->members, 3);
}

/* --- polling ------------------------------------------------------------------------------------------------ */

#define POLLS "Client That Polls A Path"
#define POLLS_NEW "Client That Polls A New Path"

static void add_polls(int64_t from, unsigned count, bool post, bool varied, bool even)
{
    int64_t at = from;
    for (unsigned i = 0; i < count; i++) {
        at += even ? 600 + i * 7 % 60 : (int64_t)(i * i * 7919 % 2400);
        access_line(&log_text, at, "203.0.113.9", post ? "POST" : "GET", "/lib/news.php", 200, varied ? 300 + i * 131 % 900 : 300, "-",
                    "agent");
    }
}

static void polling(void **state)
{
    (void)state;
    static const struct {
        bool post;
        bool varied;
        bool even;
        const char *title;
    } cases[] = {
        {true, true, true, POLLS_NEW}, {false, true, true, POLLS}, {true, false, true, POLLS}, {true, true, false, NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct access_run run;
        start_log(20);
        add_polls(10 * 86400, 60, cases[i].post, cases[i].varied, cases[i].even);
        finish_log(&run);
        static const char *const titles[] = {POLLS, POLLS_NEW};
        for (size_t k = 0; k < 2; k++)
            if ((access_titled(&run, titles[k]) != NULL) != (cases[i].title != NULL && strcmp(cases[i].title, titles[k]) == 0))
                fail_msg("case %zu: %s", i, titles[k]);
    }
}

/* --- shared paths ------------------------------------------------------------------------------------------- */

#define SHARED "New Path That Two New Clients Share And Send To"
#define SHARED_LOW "Path That Two New Clients Share"

static void shared_path(void **state)
{
    (void)state;
    static const struct {
        const char *other; /* client */
        const char *method;
        const char *title;
        int64_t day;
    } cases[] = {{"192.0.2.4", "POST", SHARED, 12},
                 {"192.0.2.4", "GET", SHARED_LOW, 12},
                 {"203.0.77.4", "POST", NULL, 12},
                 {"198.51.3.7", "POST", NULL, 12},
                 {"192.0.2.4", "POST", NULL, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct access_run run;
        start_log(20);
        for (unsigned n = 0; n < 8; n++)
            access_line(&log_text, (cases[i].day + n / 2) * 86400 + 70000 + n * n * 911 % 3000,
                        n % 2 == 0 ? "203.0.113.9" : cases[i].other, cases[i].method, "/cache/a81f.php", 200, 300 + n * 977 % 3000, "-",
                        "agent");
        finish_log(&run);
        static const char *const titles[] = {SHARED, SHARED_LOW};
        for (size_t k = 0; k < 2; k++)
            if ((access_titled(&run, titles[k]) != NULL) != (cases[i].title != NULL && strcmp(cases[i].title, titles[k]) == 0))
                fail_msg("case %zu: %s", i, titles[k]);
    }
}

static void switched_off(void **state)
{
    (void)state;
    struct access_run run;
    start_log(1);
    add_logins(2 * 86400, 150, 2, 200, 4000);
    add_login(2 * 86400 + 300, 302, 0);
    assert_int_equal(access_feed_log(&run, sw_buf_str(&log_text), 0, 0, "web-bruteforce=off"), 0);
    assert_null(access_titled(&run, RAPID));
    assert_int_equal(access_feed_log(&run, sw_buf_str(&log_text), 0, 0, "web-bruteforce.grave=200"), 0);
    assert_null(access_titled(&run, RAPID));
    assert_non_null(access_titled(&run, AFTER));
    sw_buf_fini(&log_text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(enumeration_then_focus), cmocka_unit_test(first_success_at_last), cmocka_unit_test(path_that_appears),
        cmocka_unit_test(enumeration_near_misses), cmocka_unit_test(guessing_then_success),
        cmocka_unit_test(negotiation_is_no_guessing), cmocka_unit_test(refusals_of_a_site), cmocka_unit_test(pages_after_a_refusal),
        cmocka_unit_test(polling), cmocka_unit_test(shared_path), cmocka_unit_test(switched_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
