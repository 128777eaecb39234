/* test_rule_tests.c - *.tests.yml: what a case becomes, what is refused and where. */
#include "base/mem.h"
#include "base/utf.h"
#include "sigma/rule_tests.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static struct sw_arena arena;
static struct sw_error err;
static const struct sw_rule_tests *tests;
static size_t count;

static int parse(const char *text)
{
    sw_arena_reset(&arena);
    err = (struct sw_error){0};
    return sw_rule_tests_parse(&tests, &count, sw_str(text), &arena, &err);
}

static void assert_text(struct sw_str have, const char *want)
{
    if (!sw_str_is(have, want))
        print_error("have %.*s, want %s\n", SW_STR_ARG(have), want);
    assert_true(sw_str_is(have, want));
}

static struct sw_str source(size_t a_case, size_t n)
{
    assert_true(count > 0 && a_case < tests[0].case_count && n < tests[0].cases[a_case].source_count);
    return tests[0].cases[a_case].sources[n].bytes;
}

static void structure(void **state)
{
    (void)state;
    assert_int_equal(parse("# a comment\n- rule: One\n  match: [text]\n  miss:\n    - [a, b]\n    - c\n- match: []\n"), 0);
    assert_int_equal(count, 2);
    assert_text(tests[0].rule, "One");
    assert_int_equal(tests[0].line, 2);
    assert_int_equal(tests[0].case_count, 3);
    assert_true(tests[0].cases[0].match);
    assert_false(tests[0].cases[1].match);
    assert_int_equal(tests[0].cases[1].source_count, 2);
    assert_int_equal(tests[0].cases[1].line, 5);
    assert_text(source(0, 0), "text");
    assert_text(source(1, 1), "b");
    assert_int_equal(tests[1].rule.len, 0);
    assert_int_equal(tests[1].case_count, 0);
    /* A file for a file with one rule needs no list. */
    assert_int_equal(parse("match:\n  - x\n"), 0);
    assert_int_equal(count, 1);
}

static void events(void **state)
{
    (void)state;
    assert_int_equal(parse("match:\n  - {EventID: 0x10, A: 'a\"b', B: yes, C: null, D: 1.5, E: .inf, F: '7', G: {H: [1, {I: x}, []]}}\n"), 0);
    assert_text(source(0, 0), "{\"EventID\":16,\"A\":\"a\\\"b\",\"B\":true,\"C\":null,\"D\":1.5,\"E\":\".inf\",\"F\":\"7\","
                              "\"G\":{\"H\":[1,{\"I\":\"x\"},[]]}}\n");
}

static void directives(void **state)
{
    (void)state;
    assert_int_equal(parse("match:\n  - {$log: 'a {n}', $path: /var/log/auth.log, $format: syslog}\n"
                           "  - {$repeat: 2, $every: 90s, $log: '{n} {time} {clf} {epoch} {x} {'}\n"
                           "  - {$repeat: 2, $from: 2026-01-31T23:59:59Z, $event: {N: '{n}', T: '{time}'}}\n"),
                     0);
    assert_text(source(0, 0), "a {n}\n");
    assert_text(tests[0].cases[0].sources[0].path, "/var/log/auth.log");
    assert_text(tests[0].cases[0].sources[0].format, "syslog");
    assert_text(source(1, 0), "1 2026-11-24T12:00:00Z 24/Nov/2026:12:00:00 +0000 1795521600.000 {x} {\n"
                              "2 2026-11-24T12:01:30Z 24/Nov/2026:12:01:30 +0000 1795521690.000 {x} {\n");
    assert_text(source(2, 0), "{\"N\":\"1\",\"T\":\"2026-01-31T23:59:59Z\"}\n{\"N\":\"2\",\"T\":\"2026-02-01T00:00:00Z\"}\n");
}

static void refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint32_t line;
        const char *reason;
    } cases[] = {
        {"", 1, "no tests"},
        {"just text\n", 1, "a map with match and miss"},
        {"matches: []\n", 1, "rule, match and miss"},
        {"match: {A: b}\n", 1, "lists of cases"},
        {"match:\n  - 5\n", 2, "an event"},
        {"match:\n  - []\n", 2, "an empty case"},
        {"match:\n  - [[a]]\n", 2, "an event"},
        {"match:\n  - {$log: a, $events: b}\n", 2, "known here are"},
        {"match:\n  - {$path: a}\n", 2, "either $log or $event"},
        {"match:\n  - {$log: a, $event: {A: b}}\n", 2, "either $log or $event"},
        {"match:\n  - {$log: {A: b}}\n", 2, "$log takes text"},
        {"match:\n  - {$event: text}\n", 2, "$event takes a map"},
        {"match:\n  - {$log: a, $repeat: 0}\n", 2, "1 to 10000"},
        {"match:\n  - {$log: a, $repeat: 10001}\n", 2, "1 to 10000"},
        {"match:\n  - {$log: a, $repeat: 2, $every: soon}\n", 2, "time span"},
        {"match:\n  - {$log: a, $repeat: 2, $every: 2d}\n", 2, "time span"},
        {"match:\n  - {$log: a, $repeat: 2, $from: noon}\n", 2, "a time such as"},
        {"match:\n  - {$log: a, $repeat: 9000, $every: 1d, $from: 2261-01-01T00:00:00Z}\n", 2, "out of range"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(parse(cases[i].text), SW_E_FORMAT);
        if (strstr(err.text, cases[i].reason) == NULL)
            print_error("%s: %s\n", cases[i].text, err.text);
        assert_non_null(strstr(err.text, cases[i].reason));
        assert_int_equal(err.line, cases[i].line);
    }
}

static void limits(void **state)
{
    (void)state;
    assert_int_equal(parse("match:\n  - {$log: a, $repeat: 10000, $every: 1s}\n"), 0);
    assert_int_equal(source(0, 0).len, 20000);
    /* 10,000 copies of two kilobytes are more than one log may have. */
    static char text[4096];
    int n = snprintf(text, sizeof text, "match:\n  - {$repeat: 10000, $log: '%2000s'}\n", "x");
    assert_true(n > 0 && (size_t)n < sizeof text);
    assert_int_equal(parse(text), SW_E_LIMIT);
    assert_int_equal(err.line, 2);
}

static void no_memory(void **state)
{
    (void)state;
    static const char text[] = "- rule: a\n  match:\n    - {$repeat: 3, $log: '{n}'}\n    - {A: [b, c]}\n  miss: [x]\n";
    unsigned failures = 0;
    for (uint64_t n = 1; n < 1000; n++) {
        struct sw_arena own;
        sw_arena_init(&own, 1u << 24);
        sw_mem_fail_after(n);
        int rc = sw_rule_tests_parse(&tests, &count, SW_STR(text), &own, &err);
        sw_mem_fail_after(0);
        sw_arena_fini(&own);
        if (rc == 0)
            break;
        failures++;
    }
    assert_true(failures > 2 && failures < 999);
}

int main(void)
{
    const struct CMUnitTest list[] = {
        cmocka_unit_test(structure), cmocka_unit_test(events), cmocka_unit_test(directives),
        cmocka_unit_test(refused),   cmocka_unit_test(limits), cmocka_unit_test(no_memory),
    };
    sw_arena_init(&arena, (size_t)256 << 20);
    int failed = cmocka_run_group_tests(list, NULL, NULL);
    sw_arena_fini(&arena);
    return failed;
}
