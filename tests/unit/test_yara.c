/* test_yara.c - the YARA rules behind their interface: the program's own, the user's, and those that are refused. */
#include "base/str.h"
#include "yara/yara.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/seawall-yara-XXXXXX";

static int setup(void **state)
{
    (void)state;
    return mkdtemp(folder) != NULL ? 0 : -1;
}

static const char *path_of(const char *name)
{
    static char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static int teardown(void **state)
{
    static const char *const files[] = {"a.yar", "b.yara", "c.txt"};
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        (void)unlink(path_of(files[i]));
    return rmdir(folder);
}

static void put(const char *name, const char *text)
{
    FILE *file = fopen(path_of(name), "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static struct sw_yara *load_path(const char *path, bool builtin)
{
    struct sw_yara *yara = NULL;
    struct sw_error err = {0};
    const struct sw_yara_options options = {.paths = &path, .path_count = 1, .builtin = builtin};
    assert_int_equal(sw_yara_load(&yara, &options, &err), 0);
    return yara;
}

static size_t hits_in(const struct sw_yara *yara, const char *name, const char *text, struct sw_yara_hit *first)
{
    struct sw_yara_scanner *scanner;
    const struct sw_yara_hit *hits;
    size_t count;
    assert_int_equal(sw_yara_scanner_new(&scanner, yara), 0);
    assert_int_equal(sw_yara_scan(scanner, sw_str(text), sw_str(name), &hits, &count), 0);
    if (count > 0 && first != NULL)
        *first = hits[0];
    sw_yara_scanner_free(scanner);
    return count;
}

static void test_builtin(void **state)
{
    (void)state;
    struct sw_yara *yara = NULL;
    struct sw_error err = {0};
    const struct sw_yara_options options = {.builtin = true};
    size_t count;
    assert_int_equal(sw_yara_load(&yara, &options, &err), 0);
    const struct sw_rule *rules = sw_yara_rules(yara, &count);
    assert_true(count > 0);
    for (size_t i = 0; i < count; i++) {
        assert_true(rules[i].id.len > 0);
        assert_true(rules[i].title.len > 0);
    }
    (void)sw_yara_rejects(yara, &count);
    assert_int_equal(count, 0); /* the program's own rules all compile */
    assert_int_equal(hits_in(yara, "index.php", "<?php exit; echo 'hello';", NULL), 0);
    sw_yara_free(yara);
}

/* One rule of a file that doesn't compile costs itself; a file that isn't one, itself; other endings aren't read. */
static void test_users_rules(void **state)
{
    (void)state;
    put("a.yar",
        "rule good { meta: id = \"mine-1\" description = \"A mark\" level = \"high\" technique = \"T1505.003\"\n"
        "strings: $a = \"MARK\" condition: $a }\n"
        "rule bad { strings: $a = \"x\" condition: $b }\n"
        "rule named { condition: filename matches /special\\.php$/ and extension == \".php\" }\n"
        "rule scored { meta: score = 80 condition: false }\n");
    put("b.yara", "include \"/etc/passwd\"\nrule other { strings: $a = \"OTHER\" condition: $a }\n");
    put("c.txt", "rule never { condition: true }\n");
    struct sw_yara *yara = load_path(folder, false);
    size_t count;
    const struct sw_rule *rules = sw_yara_rules(yara, &count);
    assert_true(count >= 3);
    assert_string_equal(rules[0].id.ptr, "mine-1");
    assert_int_equal(rules[0].level, SW_LEVEL_HIGH);
    const struct sw_reject *rejects = sw_yara_rejects(yara, &count);
    assert_true(count >= 1);
    for (size_t i = 0; i < count; i++)
        assert_true(rejects[i].reason.len > 0);
    struct sw_yara_hit hit = {0};
    assert_int_equal(hits_in(yara, "x.php", "here is MARK", &hit), 1);
    assert_int_equal(hit.place_count, 1);
    assert_int_equal(hit.places[0].offset, 8);
    assert_int_equal(hit.places[0].len, 4);
    assert_int_equal(hits_in(yara, "/www/special.php", "nothing", NULL), 1);
    assert_int_equal(hits_in(yara, "/www/special.txt", "nothing", NULL), 0);
    assert_int_equal(hits_in(yara, "x.php", "", NULL), 0);
    sw_yara_free(yara);
}

/* Of a string that is everywhere the first places are told, if the condition asks for more than one. */
static void test_many_places(void **state)
{
    (void)state;
    put("a.yar", "rule often { strings: $a = \"ab\" condition: #a > 100 }\n");
    struct sw_yara *yara = load_path(path_of("a.yar"), false);
    char text[2001];
    for (size_t i = 0; i + 2 < sizeof text; i += 2)
        memcpy(text + i, "ab", 2);
    text[2000] = '\0';
    struct sw_yara_hit hit = {0};
    assert_int_equal(hits_in(yara, "x", text, &hit), 1);
    assert_int_equal(hit.place_count, SW_MAX_YARA_HITS);
    assert_int_equal(hit.places[0].offset, 0);
    assert_int_equal(hit.places[1].offset, 2);
    sw_yara_free(yara);
}

static void test_missing_path(void **state)
{
    (void)state;
    struct sw_yara *yara = NULL;
    struct sw_error err = {0};
    const char *path = path_of("missing.yar");
    const struct sw_yara_options options = {.paths = &path, .path_count = 1};
    assert_int_not_equal(sw_yara_load(&yara, &options, &err), 0);
    assert_null(yara);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_builtin),
        cmocka_unit_test(test_users_rules),
        cmocka_unit_test(test_many_places),
        cmocka_unit_test(test_missing_path),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
