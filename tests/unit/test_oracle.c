/*
 * test_oracle.c - the index may never lose a match: the compiled matcher and the plain evaluator agree on generated events, with generated
 * rules and with SigmaHQ's.
 *
 * SEAWALL_ORACLE_EVENTS says with how many generated events (default 20,000); SEAWALL_ORACLE_SEED where to begin.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "evaluator.h"
#include "generate.h"
#include "sigma/load.h"
#include "sigma/program.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { RULES = 60, EVENTS_A_SET = 2500 };

static struct sw_classes *classes;

static uint64_t from_environment(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    uint64_t value;
    return text != NULL && sw_str_u64(sw_str(text), &value) == 0 ? value : otherwise;
}

static void tell(const struct sw_rules *rules, uint32_t rule, const struct sw_event *event, bool expected, uint64_t seed)
{
    (void)fprintf(stderr, "seed %llu, rule %u \"%.*s\" (%.*s) should%s hold for an event of class %.*s\n",
                  (unsigned long long)seed, rule, SW_STR_ARG(rules->rules[rule].title),
                  SW_STR_ARG(rules->rules[rule].condition), expected ? "" : " not",
                  SW_STR_ARG(sw_classes_get(classes, event->class_id)->name));
    for (uint32_t i = 0; i < event->count; i++)
        (void)fprintf(stderr, "  %.*s [%u] = '%.*s'\n", SW_STR_ARG(sw_field_name(event->fields[i].id)),
                      event->fields[i].type, SW_STR_ARG(sw_field_value(&event->fields[i])));
    if (event->raw_is_value)
        (void)fprintf(stderr, "  raw = '%.*s'\n", SW_STR_ARG(event->raw));
}

/* The fields told of a rule right after it was found are those told when all is set up anew, for the last rules as well as
 * for the first ones. */
static void check_matched(struct sw_matcher *matcher, const struct sw_event *event, const uint32_t *hits, size_t count)
{
    enum { MOST = 6 };
    static uint64_t told[MOST][SW_MAX_FIELDS / 64 + 1];
    static uint64_t anew[SW_MAX_FIELDS / 64 + 1];
    uint32_t rules[MOST];
    if (count > MOST)
        count = MOST;
    for (size_t i = 0; i < count; i++) {
        rules[i] = hits[i];
        sw_matcher_matched(matcher, rules[i], told[i]);
    }
    for (size_t i = 0; i < count; i++) {
        sw_matcher_fields(matcher, event, rules[i], anew);
        assert_memory_equal(told[i], anew, ((size_t)event->count + 63) / 64 * sizeof anew[0]);
    }
}

/* One event through both. Returns how many rules hold. */
static size_t compare(const struct sw_rules *rules, struct sw_matcher *matcher, struct sw_oracle *oracle,
                      const struct sw_event *event, uint64_t seed)
{
    const uint32_t *hits;
    int count = sw_matcher_run(matcher, event, &hits);
    assert_true(count >= 0);
    sw_oracle_event(oracle, event);
    size_t at = 0;
    for (uint32_t rule = 0; rule < rules->rule_count; rule++) {
        bool matched = at < (size_t)count && hits[at] == rule;
        at += matched;
        if (sw_oracle_holds(oracle, rule) != matched) {
            tell(rules, rule, event, !matched, seed);
            fail();
        }
    }
    assert_int_equal(at, count);
    check_matched(matcher, event, hits, at);
    return at;
}

/* Each match has a reason: the fields told are some, unless the rule needs none; and no field is told for a rule that fails. */
static void check_fields(struct sw_matcher *matcher, const struct sw_event *event, uint32_t rule)
{
    static uint64_t bits[SW_MAX_FIELDS / 64 + 1];
    sw_matcher_fields(matcher, event, rule, bits);
    for (uint32_t i = event->count; i < (event->count + 63u) / 64 * 64; i++)
        assert_false(bits[i / 64] >> i % 64 & 1);
}

/* Makes the event a line of text whose values are pieces of it, some next to each other, some apart. */
static void make_line(struct sw_gen *gen, struct sw_event *event, struct sw_buf *line)
{
    static const char *const between[] = {"", " ", "\"", " - ", "\" \"", "=", "://", "\\"};
    size_t at[SW_MAX_FIELDS];
    sw_buf_clear(line);
    for (uint32_t i = 0; i < event->count; i++) {
        sw_buf_text(line, between[sw_gen_random(gen, sizeof between / sizeof between[0])]);
        at[i] = line->len;
        sw_buf_str_add(line, sw_field_value(&event->fields[i]));
    }
    sw_buf_text(line, between[sw_gen_random(gen, sizeof between / sizeof between[0])]);
    for (uint32_t i = 0; i < event->count; i++)
        event->fields[i].ptr = line->data + at[i];
    event->raw = sw_buf_str(line);
    event->raw_is_value = true;
}

/* The line as a record whose fields lie all inside its message, after the same line as one in which nothing was recognised
 * but that: what was remembered of the latter must not decide the former. Returns how many rules hold. */
static size_t compare_in_message(const struct sw_rules *rules, struct sw_matcher *matcher, struct sw_oracle *oracle,
                                 struct sw_event *event, uint64_t seed)
{
    sw_event_add_str(event, SW_FIELD_MESSAGE, event->raw);
    struct sw_field *last = &event->fields[event->count - 1];
    struct sw_field first = event->fields[0];
    event->fields[0] = *last;
    *last = first;
    uint32_t count = event->count;
    event->count = 1;
    size_t matches = 0;
    for (int i = 0; i < 3; i++)
        matches += compare(rules, matcher, oracle, event, seed);
    event->count = count;
    return matches + compare(rules, matcher, oracle, event, seed);
}

/* Events, or lines of text made of them. Returns how many lines were turned away as a whole. */
static uint64_t run_events(struct sw_gen *gen, const struct sw_rules *rules, uint64_t events, uint64_t seed, bool lines)
{
    struct sw_error err;
    struct sw_program *program;
    struct sw_matcher *matcher;
    if (sw_program_compile(&program, rules, classes, 2, &err) != 0)
        fail_msg("%s", err.text);
    assert_int_equal(sw_matcher_new(&matcher, program), 0);
    struct sw_oracle *oracle = sw_oracle_new(rules, classes);
    struct sw_event event;
    sw_event_init(&event);
    struct sw_buf line;
    sw_buf_init(&line, 64u << 20);
    sw_gen_use(gen, rules, classes);
    size_t matches = 0;
    for (uint64_t i = 0; i < events; i++) {
        uint32_t aim = sw_gen_event(gen, &event);
        if (lines && event.count > 0)
            make_line(gen, &event, &line);
        matches += compare(rules, matcher, oracle, &event, seed);
        if (lines && i % 8 == 0 && event.count > 0 && event.count < SW_MAX_FIELDS)
            matches += compare_in_message(rules, matcher, oracle, &event, seed);
        if (i % 50 == 0) {
            check_fields(matcher, &event, aim);
            /* The same event again: now the memory of values answers. */
            (void)compare(rules, matcher, oracle, &event, seed);
            (void)compare(rules, matcher, oracle, &event, seed);
        }
    }
    assert_true(matches > 0);
    struct sw_matcher_stats stats = {0};
    sw_matcher_stats(matcher, &stats);
    sw_buf_fini(&line);
    sw_event_fini(&event);
    sw_oracle_free(oracle);
    sw_matcher_free(matcher);
    sw_program_free(program);
    return stats.lines;
}

static void test_generated_rules(void **state)
{
    (void)state;
    uint64_t events = from_environment("SEAWALL_ORACLE_EVENTS", 20000);
    uint64_t seed = from_environment("SEAWALL_ORACLE_SEED", 1);
    for (uint64_t done = 0; done < events; done += EVENTS_A_SET, seed++) {
        struct sw_gen *gen = sw_gen_new(seed);
        struct sw_buf yaml;
        struct sw_rules *rules;
        struct sw_error err;
        struct sw_load_options options = {0};
        sw_buf_init(&yaml, 64u << 20);
        sw_gen_rules(gen, &yaml, RULES);
        assert_int_equal(sw_rules_parse(&rules, sw_buf_str(&yaml), "generated", &options, &err), 0);
        assert_true(rules->rule_count > RULES / 2);
        (void)run_events(gen, rules, EVENTS_A_SET, seed, seed % 4 == 0);
        sw_rules_free(rules);
        sw_buf_fini(&yaml);
        sw_gen_free(gen);
    }
}

/* Rules that leave no rule without a witness, so that lines can be turned away as a whole. */
static const char line_rules[] =
    "title: Short keyword\nid: 00000000-0000-4000-8000-000000000001\nlogsource: {category: webserver}\n"
    "detection: {k: ['={{', '$(', 'enc='], condition: k}\n---\n"
    "title: Keyword across fields\nid: 00000000-0000-4000-8000-000000000002\nlogsource: {category: webserver}\n"
    "detection: {k: ['POST /up', 'exploit\" \"curl', 'has\\u0142o'], condition: k}\n---\n"
    "title: Wild keyword\nid: 00000000-0000-4000-8000-000000000003\nlogsource: {category: webserver}\n"
    "detection: {k: ['select*from?users', '*.jsp*cmd=*'], condition: k}\n---\n"
    "title: Path\nid: 00000000-0000-4000-8000-000000000004\nlogsource: {category: webserver}\n"
    "detection: {s: {cs-uri-query|contains: ['/etc/passwd', '..%2f', 'a?b*c']}, condition: s}\n---\n"
    "title: Ends\nid: 00000000-0000-4000-8000-000000000005\nlogsource: {category: webserver}\n"
    "detection: {s: {cs-uri-stem|endswith: ['.aspx', '.php'], cs-method: POST}, condition: s}\n---\n"
    "title: Agent\nid: 00000000-0000-4000-8000-000000000006\nlogsource: {category: webserver}\n"
    "detection: {s: {cs-user-agent: ['', 'sqlmap/1.5', '* zmeu *']}, condition: s}\n---\n"
    "title: Referer\nid: 00000000-0000-4000-8000-000000000007\nlogsource: {category: webserver}\n"
    "detection: {s: {cs-referer|re: 'evil[0-9]+\\.example'}, condition: s}\n---\n"
    "title: User\nid: 00000000-0000-4000-8000-000000000008\nlogsource: {category: webserver}\n"
    "detection: {s: {cs-username|startswith: adm, sc-status: 200}, condition: s}\n";

static void test_lines(void **state)
{
    (void)state;
    struct sw_rules *rules;
    struct sw_error err;
    struct sw_load_options options = {0};
    uint64_t seed = from_environment("SEAWALL_ORACLE_SEED", 1);
    assert_int_equal(sw_rules_parse(&rules, sw_str(line_rules), "lines", &options, &err), 0);
    assert_int_equal(rules->rule_count, 8);
    struct sw_gen *gen = sw_gen_new(seed);
    assert_true(run_events(gen, rules, from_environment("SEAWALL_ORACLE_EVENTS", 20000), seed, true) > 100);
    sw_gen_free(gen);
    sw_rules_free(rules);
}

static void test_sigmahq(void **state)
{
    (void)state;
    const char *corpora = getenv("SEAWALL_CORPORA");
    static char paths[5][512];
    static const char *const folders[] = {"rules", "rules-emerging-threats", "rules-threat-hunting", "rules-placeholder",
                                          "rules-compliance"};
    const char *list[5];
    for (size_t i = 0; i < 5; i++) {
        (void)snprintf(paths[i], sizeof paths[i], "%s/sigma/%s", corpora ? corpora : "../shared/corpora", folders[i]);
        list[i] = paths[i];
    }
    struct stat info;
    if (stat(list[0], &info) != 0) {
        print_message("skipped: test_sigmahq (no corpora)\n");
        skip();
    }
    struct sw_load_options options = {.paths = list, .path_count = 5};
    struct sw_rules *rules;
    struct sw_error err;
    if (sw_rules_load(&rules, &options, &err) != 0)
        fail_msg("%s", err.text);
    uint64_t seed = from_environment("SEAWALL_ORACLE_SEED", 1);
    struct sw_gen *gen = sw_gen_new(seed);
    (void)run_events(gen, rules, from_environment("SEAWALL_ORACLE_EVENTS", 20000) / 100, seed, false);
    sw_gen_free(gen);
    sw_rules_free(rules);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_generated_rules), cmocka_unit_test(test_lines),
                                       cmocka_unit_test(test_sigmahq)};
    struct sw_error err;
    if (sw_classes_load(&classes, NULL, 0, &err) != 0)
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    sw_classes_free(classes);
    return failed;
}
