/* test_builtin.c - the rules that are part of the program: they load, stand behind the user's own, and go into the cache's key. */
#include "base/mem.h"
#include "sigma/builtin_priv.h"
#include "sigma/cache.h"
#include "sigma/load.h"

#include "seawall/seawall.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char folder[] = "/tmp/seawall-builtin-XXXXXX";
static char file[64];
static struct sw_rules *rules;

static int start(void **state)
{
    (void)state;
    memcpy(folder, "/tmp/seawall-builtin-XXXXXX", sizeof folder);
    if (mkdtemp(folder) == NULL)
        return -1;
    (void)snprintf(file, sizeof file, "%s/own.yml", folder);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    char command[100];
    sw_rules_free(rules);
    rules = NULL;
    (void)snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static void load(bool own, bool builtin)
{
    struct sw_error err = {0};
    const char *const paths[] = {file};
    const struct sw_load_options options = {.paths = paths, .path_count = own, .builtin = builtin};
    sw_rules_free(rules);
    rules = NULL;
    if (sw_rules_load(&rules, &options, &err) != 0)
        fail_msg("%s: %s", err.source, err.text);
}

static void write_own(const char *text, size_t len)
{
    FILE *out = fopen(file, "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(text, 1, len, out), len);
    assert_int_equal(fclose(out), 0);
}

static size_t count_from(struct sw_str prefix)
{
    size_t count = 0;
    for (size_t i = 0; i < rules->rule_count; i++)
        count += sw_str_starts(rules->rules[i].path, prefix);
    return count;
}

static const struct sw_rule *rule_of(struct sw_str id)
{
    for (size_t i = 0; i < rules->rule_count; i++)
        if (sw_str_eq(rules->rules[i].id, id))
            return &rules->rules[i];
    return NULL;
}

static void all_load(void **state)
{
    (void)state;
    assert_true(sw_builtin_rule_count > 10);
    for (size_t i = 0; i < sw_builtin_rule_count; i++) {
        struct sw_str path = sw_str(sw_builtin_rules[i].path);
        assert_true(sw_str_ends(path, SW_STR(".yml")) && !sw_str_ends(path, SW_STR(".tests.yml")));
        assert_true(path.ptr[0] != '/' && path.ptr[0] != '.');
        assert_true(i == 0 || sw_str_cmp(sw_str(sw_builtin_rules[i - 1].path), path) < 0);
    }
    load(false, true);
    assert_int_equal(rules->reject_count, 0);
    assert_int_equal(rules->warning_count, 0);
    assert_true(rules->rule_count + rules->correlation_count >= sw_builtin_rule_count);
    assert_int_equal(count_from(SW_STR("builtin:")), rules->rule_count);
}

/* Byte by byte what lies in rules/: unusual characters are written as escapes. */
static void texts_are_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < sw_builtin_rule_count; i++) {
        char path[512];
        struct sw_buf text;
        (void)snprintf(path, sizeof path, "rules/%s", sw_builtin_rules[i].path);
        FILE *in = fopen(path, "rb");
        if (in == NULL)
            fail_msg("no %s: tests run in the root of the repository", path);
        sw_buf_init(&text, 1u << 24);
        assert_int_equal(sw_buf_reserve(&text, sw_builtin_rules[i].len + 2), 0);
        size_t got = fread(text.data, 1, sw_builtin_rules[i].len + 1, in);
        (void)fclose(in);
        assert_int_equal(got, sw_builtin_rules[i].len);
        assert_memory_equal(text.data, sw_builtin_rules[i].text, got);
        sw_buf_fini(&text);
    }
}

static void left_out_when_not_asked_for(void **state)
{
    (void)state;
    load(false, false);
    assert_int_equal(rules->rule_count, 0);
}

/* The very same rule from a folder: once, and without a word. */
static void a_copy_is_loaded_once(void **state)
{
    (void)state;
    load(false, true);
    size_t count = rules->rule_count;
    write_own(sw_builtin_rules[0].text, sw_builtin_rules[0].len);
    load(true, true);
    assert_int_equal(rules->rule_count, count);
    assert_int_equal(rules->warning_count, 0);
    assert_true(count_from(sw_str(folder)) > 0);
}

static void own_rule_takes_the_place(void **state)
{
    (void)state;
    load(false, true);
    size_t count = rules->rule_count;
    char id[64];
    char text[512];
    (void)snprintf(id, sizeof id, "%.*s", SW_STR_ARG(rules->rules[0].id));
    int len = snprintf(text, sizeof text, "title: Own\nid: %s\nlogsource: {category: webserver}\n"
                                          "detection: {s: {cs-uri: x}, condition: s}\nlevel: low\n", id);
    write_own(text, (size_t)len);
    load(true, true);
    assert_int_equal(rules->rule_count, count);
    assert_int_equal(count_from(SW_STR("builtin:")), count - 1);
    assert_string_equal(rule_of(sw_str(id))->title.ptr, "Own");
    assert_int_equal(rules->warning_count, 1);
    assert_true(sw_str_find(rules->warnings[0].reason, SW_STR("takes its place")) != SW_NPOS);
    assert_true(sw_str_starts(rules->warnings[0].path, SW_STR("builtin:")));
}

/* A rule that can't be loaded takes no place. */
static void broken_rule_takes_no_place(void **state)
{
    (void)state;
    load(false, true);
    size_t count = rules->rule_count;
    char text[512];
    int len = snprintf(text, sizeof text, "title: Own\nid: %.*s\nlogsource: {category: webserver}\ndetection: {s: {a|no: x}, "
                                          "condition: s}\n", SW_STR_ARG(rules->rules[0].id));
    write_own(text, (size_t)len);
    load(true, true);
    assert_int_equal(rules->reject_count, 1);
    assert_int_equal(count_from(SW_STR("builtin:")), count);
}

static size_t load_cached(const struct sw_load_options *options, const struct sw_classes *classes, bool *cached)
{
    struct sw_rules *loaded;
    struct sw_program *program;
    struct sw_error err = {0};
    if (sw_program_load(&loaded, &program, options, classes, 1, folder, cached, &err) != 0)
        fail_msg("%s", err.text);
    size_t count = loaded->rule_count;
    sw_program_free(program);
    sw_rules_free(loaded);
    return count;
}

static void the_cache_knows_them(void **state)
{
    (void)state;
    static const char text[] = "title: Own\nlogsource: {category: webserver}\ndetection: {s: {cs-uri: x}, condition: s}\n";
    struct sw_classes *classes;
    const char *const paths[] = {file};
    struct sw_load_options options = {.paths = paths, .path_count = 1};
    bool cached;
    assert_int_equal(sw_classes_load(&classes, NULL, 0, NULL), 0);
    write_own(text, sizeof text - 1);
    assert_int_equal(load_cached(&options, classes, &cached), 1);
    assert_false(cached);
    options.builtin = true;
    size_t count = load_cached(&options, classes, &cached);
    assert_false(cached);
    assert_true(count > 1);
    assert_int_equal(load_cached(&options, classes, &cached), count);
    assert_true(cached);
    options.builtin = false;
    assert_int_equal(load_cached(&options, classes, &cached), 1);
    assert_true(cached);
    sw_classes_free(classes);
}

static void the_library_has_them(void **state)
{
    (void)state;
    char error[256];
    struct seawall_rules *loaded;
    struct seawall_options options = SEAWALL_OPTIONS_INIT;
    assert_int_equal(seawall_rules_load(&loaded, &options, error, sizeof error), SEAWALL_E_USAGE);
    options.builtin_rules = 1;
    assert_int_equal(seawall_rules_load(&loaded, &options, error, sizeof error), SEAWALL_OK);
    assert_true(seawall_rules_count(loaded) > 10);
    assert_int_equal(seawall_rules_rejected(loaded), 0);
    seawall_rules_free(loaded);
    /* A caller that was built before the field was there. */
    options.size = offsetof(struct seawall_options, builtin_rules);
    assert_int_equal(seawall_rules_load(&loaded, &options, error, sizeof error), SEAWALL_E_USAGE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(all_load), TEST(texts_are_whole), TEST(left_out_when_not_asked_for), TEST(a_copy_is_loaded_once),
        TEST(own_rule_takes_the_place), TEST(broken_rule_takes_no_place), TEST(the_cache_knows_them), TEST(the_library_has_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
