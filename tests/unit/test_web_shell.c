/* test_web_shell.c - requests through the watch of web access and the ranking of paths: what must be told, what must not. */
#include "access_fixture.h"

#include "behaviour/web_access_priv.h"

#define HIGH "New Path Used Like A Web Shell"
#define MEDIUM "Path Used Like A Web Shell"

static struct sw_buf log_text;

/* Forty requests by two clients, on some evenings, after half of the log. */
static void add_shell(struct sw_buf *log, const char *path, const char *method, int64_t from_day)
{
    for (unsigned i = 0; i < 40; i++) {
        int64_t s = (from_day + i / 10) * 86400 + 80000 + (i % 10) * 40 + (i * i * 29 + i) % 341;
        char target[128];
        (void)snprintf(target, sizeof target, "%s%s%u", path, strcmp(method, "GET") == 0 ? "?c=" : "?v=", i * 7919);
        access_line(log, s, i / 10 % 2 == 0 ? "203.0.113.5" : "203.0.113.77", method, target, 200, 80 + i * i * 13 % 7001, "-",
                    "Mozilla/5.0 (shell)");
    }
}

static void start_log(void)
{
    sw_buf_clear(&log_text);
    sw_buf_init(&log_text, (size_t)64 << 20);
}

static int run_all(struct access_run *run)
{
    return access_feed_log(run, sw_buf_str(&log_text), 0, 0, NULL);
}

static void ordinary_site_has_no_candidate(void **state)
{
    (void)state;
    struct access_run run;
    start_log();
    access_ordinary(&log_text, 0, 20);
    assert_int_equal(run_all(&run), 0);
    assert_int_equal(run.count, 0);
    assert_int_equal(run.stats.evicted, 0);
    sw_buf_fini(&log_text);
}

static void used_shell_is_the_first_candidate(void **state)
{
    (void)state;
    static const char *const methods[] = {"POST", "GET"};
    for (size_t i = 0; i < 2; i++) {
        struct access_run run;
        start_log();
        access_ordinary(&log_text, 0, 20);
        add_shell(&log_text, "/includes/help.php", methods[i], 12);
        assert_int_equal(run_all(&run), 0);
        const struct access_found *found = access_titled(&run, HIGH);
        if (found == NULL)
            fail_msg("%s: %s", methods[i], run.count > 0 ? run.found[0].why : "nothing");
        assert_int_equal(found->level, SW_LEVEL_HIGH);
        assert_int_equal(found->count, 40);
        assert_int_equal(found->members, SW_BEHAVIOUR_MEMBERS);
        assert_non_null(strstr(found->why, "Candidate 1 of 1"));
        assert_string_equal(found->groups,
                            "cs-host=www.example.org cs-uri-stem=/includes/help.php c-ip=203.0.113.5 c-ip=203.0.113.77 ");
        sw_buf_fini(&log_text);
    }
}

/* The same requests, but from a page, by many, or with one answer: no finding at medium or above. */
static void near_misses(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < 4; kind++) {
        struct access_run run;
        start_log();
        access_ordinary(&log_text, 0, 20);
        for (unsigned i = 0; i < 40; i++) {
            char client[32];
            (void)snprintf(client, sizeof client, "203.0.113.%u", kind == 1 ? i + 1 : i % 2 + 1);
            int64_t s = kind == 3 ? 43200 * (int64_t)i + 600 : 12 * 86400 + 80000 + (int64_t)i * i % 23 + 60 * (int64_t)i;
            access_line(&log_text, s, client, "POST", "/includes/help.php", 200, kind == 2 ? 2 : 80 + i * i * 13 % 7001,
                        kind == 0 ? "https://www.example.org/page1.php" : "-", "Mozilla/5.0 (X11)");
            if (kind == 0)
                access_line(&log_text, s + 1, client, "GET", "/style.css", 200, 3000, "https://www.example.org/page1.php",
                            "Mozilla/5.0 (X11)");
        }
        assert_int_equal(run_all(&run), 0);
        for (size_t i = 0; i < run.count; i++)
            if (run.found[i].level >= (kind == 3 ? SW_LEVEL_HIGH : SW_LEVEL_MEDIUM))
                fail_msg("kind %u: %s", kind, run.found[i].why);
        sw_buf_fini(&log_text);
    }
}

static void pieces_change_nothing(void **state)
{
    (void)state;
    struct access_run whole;
    struct access_run pieces;
    start_log();
    access_ordinary(&log_text, 0, 16);
    add_shell(&log_text, "/uploads/a.php", "POST", 10);
    for (size_t memory = 0; memory <= (size_t)1 << 20; memory += (size_t)1 << 20) {
        assert_int_equal(access_feed_log(&whole, sw_buf_str(&log_text), 0, memory, NULL), 0);
        assert_int_equal(access_feed_log(&pieces, sw_buf_str(&log_text), 7, memory, NULL), 0);
        assert_true(whole.count > 0);
        assert_int_equal(whole.count, pieces.count);
        for (size_t i = 0; i < whole.count; i++)
            assert_string_equal(whole.found[i].why, pieces.found[i].why);
    }
    sw_buf_fini(&log_text);
}

/* Clients and paths without end, in little memory: counted, and the shell still is the first. */
static void little_memory(void **state)
{
    (void)state;
    struct access_run run;
    start_log();
    access_ordinary(&log_text, 0, 10);
    for (unsigned i = 0; i < 60000; i++) {
        char client[64];
        char target[64];
        (void)snprintf(client, sizeof client, "2001:db8::%x:%x", i / 65536 + 1, i % 65536);
        (void)snprintf(target, sizeof target, "/minted/%u.php", i);
        access_line(&log_text, 10 * 86400 + i % 80000, client, i % 3 == 0 ? "POST" : "GET", target, i % 5 == 0 ? 404 : 200, 500, "-",
                    "scan");
    }
    access_ordinary(&log_text, 11, 9);
    add_shell(&log_text, "/includes/help.php", "POST", 14);
    assert_int_equal(access_feed_log(&run, sw_buf_str(&log_text), 500, (size_t)2 << 20, NULL), 0);
    assert_true(run.stats.evicted > 0);
    assert_true(run.stats.evicted_keys > 10000);
    assert_true(run.count > 0);
    bool first = false;
    for (size_t i = 0; i < run.count; i++)
        first |= strstr(run.found[i].why, "Candidate 1 of ") != NULL && strstr(run.found[i].why, "/includes/help.php") != NULL;
    assert_true(first);
    sw_buf_fini(&log_text);
}

static void memory_that_ends(void **state)
{
    (void)state;
    struct access_run run;
    start_log();
    access_ordinary(&log_text, 0, 1);
    for (unsigned i = 0; i < 3000; i++) {
        char client[64];
        (void)snprintf(client, sizeof client, "10.%u.%u.1", i / 200, i % 200);
        char target[64];
        (void)snprintf(target, sizeof target, "/minted/%u.php", i);
        access_line(&log_text, 86400 + i, client, "POST", target, 200, 500, "-", "scan");
    }
    (void)access_classes();
    unsigned failed = 0;
    for (uint64_t n = 1; n < 4000; n += n < 100 ? 1 : n / 8) {
        sw_mem_fail_after(n);
        int rc = access_feed_log(&run, sw_buf_str(&log_text), 400, (size_t)1 << 20, NULL);
        sw_mem_fail_after(0);
        assert_true(rc == 0 || rc == SW_E_NOMEM || rc == SW_E_LIMIT);
        failed += rc != 0;
    }
    assert_true(failed > 10);
    sw_buf_fini(&log_text);
}

static void paths_are_folded(void **state)
{
    (void)state;
    static const struct {
        const char *target;
        const char *path;
        enum sw_access_kind kind;
        bool data_dir;
    } cases[] = {
        {"/", "/", SW_ACCESS_ROUTE, false},
        {"", "/", SW_ACCESS_ROUTE, false},
        {"/a.php?x=1", "/a.php", SW_ACCESS_SCRIPT, false},
        {"/a.php/info/b.css", "/a.php", SW_ACCESS_SCRIPT, false},
        {"//x//./y/../a.jsp;v=1?q", "/x/a.jsp", SW_ACCESS_SCRIPT, false},
        {"/../../a.php", "/a.php", SW_ACCESS_SCRIPT, false},
        {"/%61.p%68p", "/a.php", SW_ACCESS_SCRIPT, false},
        {"/A/B.ASPX", "/a/b.aspx", SW_ACCESS_SCRIPT, false},
        {"/A/B.PHP", "/A/B.PHP", SW_ACCESS_SCRIPT, false},
        {"/wp/uploads/2026/x.php", "/wp/uploads/2026/x.php", SW_ACCESS_SCRIPT, true},
        {"/uploads/x.png", "/uploads/x.png", SW_ACCESS_ASSET, false},
        {"/cgi-bin/test", "/cgi-bin/test", SW_ACCESS_SCRIPT, false},
        {"http://h:80/a/b.html#c", "/a/b.html", SW_ACCESS_DOCUMENT, false},
        {"https://h", "/", SW_ACCESS_ROUTE, false},
        {"/a%", "/a%", SW_ACCESS_ROUTE, false},
        {"/a%2", "/a%2", SW_ACCESS_ROUTE, false},
        {"/x.asp%00.jpg", "/x.asp", SW_ACCESS_SCRIPT, false},
        {"/x.asp;.jpg", "/x.asp", SW_ACCESS_SCRIPT, false},
        {"/a/..", "/", SW_ACCESS_ROUTE, false},
        {"/a/b/..", "/a/", SW_ACCESS_ROUTE, false},
        {"/\\a\\b.php", "/a/b.php", SW_ACCESS_SCRIPT, false},
        {"/.", "/", SW_ACCESS_ROUTE, false},
        {"*", "/*", SW_ACCESS_ROUTE, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char out[SW_ACCESS_PATH_MAX];
        enum sw_access_kind kind;
        bool data_dir;
        size_t len = sw_access_fold_path(sw_str(cases[i].target), out, &kind, &data_dir);
        if (!sw_str_eq((struct sw_str){out, len}, sw_str(cases[i].path)) || kind != cases[i].kind || data_dir != cases[i].data_dir)
            fail_msg("%s: %.*s kind %d data %d", cases[i].target, (int)len, out, kind, data_dir);
    }
}

static void long_paths_are_cut(void **state)
{
    (void)state;
    char target[3000];
    char out[SW_ACCESS_PATH_MAX];
    enum sw_access_kind kind;
    bool data_dir;
    for (size_t len = 0; len < sizeof target; len += 13) {
        for (size_t i = 0; i < len; i++)
            target[i] = "/ab.%/c"[i * 7 % 11 % 7];
        size_t got = sw_access_fold_path((struct sw_str){target, len}, out, &kind, &data_dir);
        assert_true(got >= 1 && got <= SW_ACCESS_PATH_MAX);
    }
    memset(target, '/', sizeof target);
    assert_int_equal(sw_access_fold_path((struct sw_str){target, sizeof target}, out, &kind, &data_dir), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ordinary_site_has_no_candidate), cmocka_unit_test(used_shell_is_the_first_candidate),
        cmocka_unit_test(near_misses),                    cmocka_unit_test(pieces_change_nothing),
        cmocka_unit_test(little_memory),                  cmocka_unit_test(memory_that_ends),
        cmocka_unit_test(paths_are_folded),               cmocka_unit_test(long_paths_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
