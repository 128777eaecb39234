/* test_sigma_yaml.c - the document tree: kinds of scalars as PyYAML resolves them, positions, anchors, merge keys,
 * limits, broken documents. */
#include "base/limits.h"
#include "base/mem.h"
#include "sigma/yaml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

static struct sw_arena arena;
static struct sw_error err;

static int start(void **state)
{
    (void)state;
    sw_arena_init(&arena, 1 << 28);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    sw_arena_fini(&arena);
    return 0;
}

/* The first document's root; NULL with err set when it is broken. */
static const struct sw_yaml *parse(struct sw_str text)
{
    struct sw_yaml_stream stream;
    struct sw_yaml_document document = {0};
    sw_yaml_open(&stream, text);
    err = (struct sw_error){0};
    return sw_yaml_next(&stream, &arena, &document, &err) == 1 ? document.root : NULL;
}

static void scalars(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum sw_yaml_kind kind;
        double value;
    } cases[] = {
        {"~", SW_YAML_NULL, 0},          {"null", SW_YAML_NULL, 0},       {"NULL", SW_YAML_NULL, 0},
        {"nULL", SW_YAML_STRING, 0},     {"yes", SW_YAML_BOOL, 1},        {"No", SW_YAML_BOOL, 0},
        {"on", SW_YAML_BOOL, 1},         {"OFF", SW_YAML_BOOL, 0},        {"y", SW_YAML_STRING, 0},
        {"tRue", SW_YAML_STRING, 0},     {"0", SW_YAML_INT, 0},           {"-0", SW_YAML_INT, 0},
        {"+12", SW_YAML_INT, 12},        {"1_000", SW_YAML_INT, 1000},    {"0x1F", SW_YAML_INT, 31},
        {"0X1F", SW_YAML_STRING, 0},     {"-0x10", SW_YAML_INT, -16},     {"017", SW_YAML_INT, 15},
        {"08", SW_YAML_STRING, 0},       {"0b101", SW_YAML_INT, 5},       {"0b2", SW_YAML_STRING, 0},
        {"0o17", SW_YAML_STRING, 0},     {"1:30", SW_YAML_INT, 90},       {"190:20:30", SW_YAML_INT, 685230},
        {"1:60", SW_YAML_STRING, 0},     {"01:30", SW_YAML_STRING, 0},    {"1:", SW_YAML_MAP, 0},
        {"9223372036854775807", SW_YAML_INT, 9223372036854775807.0},
        {"-9223372036854775808", SW_YAML_INT, -9223372036854775808.0},
        {"9223372036854775808", SW_YAML_STRING, 0},
        {"1.5", SW_YAML_FLOAT, 1.5},     {"1.", SW_YAML_FLOAT, 1},        {".5", SW_YAML_FLOAT, 0.5},
        {"-.5", SW_YAML_STRING, 0},      {"1e5", SW_YAML_STRING, 0},      {"1.0e5", SW_YAML_STRING, 0},
        {"1.0e+5", SW_YAML_FLOAT, 1e5},  {"1_0.2_5", SW_YAML_FLOAT, 10.25}, {"1.2.3", SW_YAML_STRING, 0},
        {".inf", SW_YAML_FLOAT, 0},      {"-.INF", SW_YAML_FLOAT, 0},     {".nan", SW_YAML_FLOAT, 0},
        {".", SW_YAML_STRING, 0},        {"-", SW_YAML_LIST, 0},          {"+", SW_YAML_STRING, 0},
        {"2024-05-06", SW_YAML_STRING, 0}, {"'1'", SW_YAML_STRING, 0},    {"\"true\"", SW_YAML_STRING, 0},
        {"!!str 1", SW_YAML_STRING, 0},  {"!!int '7'", SW_YAML_INT, 7},   {"!!float 7", SW_YAML_FLOAT, 7}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[128];
        (void)snprintf(text, sizeof text, "k: %s\n", cases[i].text);
        if (cases[i].kind == SW_YAML_MAP || cases[i].kind == SW_YAML_LIST)
            (void)snprintf(text, sizeof text, "k:\n  %s\n", cases[i].text);
        const struct sw_yaml *value = sw_yaml_get(parse(sw_str(text)), "k");
        if (value == NULL || value->kind != cases[i].kind)
            fail_msg("'%s' is kind %d: %s", cases[i].text, value ? value->kind : -1, err.text);
        if (value->kind == SW_YAML_INT)
            assert_true((double)value->integer == cases[i].value);
        if (value->kind == SW_YAML_BOOL)
            assert_int_equal(value->truth, cases[i].value > 0);
        if (value->kind == SW_YAML_FLOAT && cases[i].value != 0)
            assert_true(value->real == cases[i].value);
    }
}

static void places(void **state)
{
    (void)state;
    const struct sw_yaml *root = parse(sw_str("# comment\n\na: 1\nb:\n    - x\n    - 'é': y\n"));
    const struct sw_yaml *list = sw_yaml_get(root, "b");
    assert_int_equal(sw_yaml_get(root, "a")->line, 3);
    assert_int_equal(sw_yaml_get(root, "a")->column, 4);
    assert_int_equal(list->items[1]->pairs[0].key->line, 6);
    assert_int_equal(list->items[1]->pairs[0].key->column, 7);
    assert_int_equal(list->items[1]->pairs[0].value->column, 12); /* characters, not bytes */
    assert_false(list->items[1]->pairs[0].key->plain);
    assert_null(sw_yaml_get(root, "c"));
    assert_null(sw_yaml_get(list, "a"));
}

static void documents(void **state)
{
    (void)state;
    static const char text[] =
        "\xef\xbb\xbf# head\n%YAML 1.1\n---\na: 1\n--- # two\na: [\n---\n\n---\na: |\n  text\n ...\n...\na: 4\n"
        "...\n# tail\n";
    struct sw_yaml_stream stream;
    struct sw_yaml_document d;
    sw_yaml_open(&stream, sw_strn(text, sizeof text - 1));
    assert_int_equal(sw_yaml_next(&stream, &arena, &d, &err), 1);
    assert_int_equal(sw_yaml_get(d.root, "a")->integer, 1);
    assert_int_equal(sw_yaml_get(d.root, "a")->line, 4);
    assert_int_equal(sw_yaml_next(&stream, &arena, &d, &err), SW_E_FORMAT);
    assert_int_equal(err.line, 7); /* where the list should have ended */
    assert_int_equal(sw_yaml_next(&stream, &arena, &d, &err), 1);
    assert_null(d.root);
    assert_int_equal(sw_yaml_next(&stream, &arena, &d, &err), SW_E_FORMAT); /* " ..." is no part of the block */
    assert_int_equal(sw_yaml_next(&stream, &arena, &d, &err), 1);
    assert_int_equal(sw_yaml_get(d.root, "a")->integer, 4);
    assert_int_equal(sw_yaml_get(d.root, "a")->line, 14);
    assert_int_equal(sw_yaml_next(&stream, &arena, &d, &err), 1);
    assert_null(d.root);
    assert_int_equal(sw_yaml_next(&stream, &arena, &d, &err), 0);
}

static void anchors(void **state)
{
    (void)state;
    const struct sw_yaml *root =
        parse(sw_str("a: &x {p: 1, q: 2}\nb: *x\nc: {<<: *x, q: 3}\nd: {<<: [*x, {r: 4, p: 9}]}\n"));
    assert_ptr_equal(sw_yaml_get(root, "a"), sw_yaml_get(root, "b"));
    const struct sw_yaml *c = sw_yaml_get(root, "c");
    assert_int_equal(c->count, 2);
    assert_int_equal(sw_yaml_get(c, "p")->integer, 1);
    assert_int_equal(sw_yaml_get(c, "q")->integer, 3);
    const struct sw_yaml *d = sw_yaml_get(root, "d");
    assert_int_equal(d->count, 3);
    assert_int_equal(sw_yaml_get(d, "p")->integer, 1);
    assert_null(parse(sw_str("a: *x\n")));
    assert_null(parse(sw_str("a: &x [*x]\n")));
    assert_null(parse(sw_str("a: {<<: 1}\n")));
}

static void faults(void **state)
{
    (void)state;
    assert_null(parse(sw_str("a: 1\nb: 2\na: 3\n")));
    assert_non_null(strstr(err.text, "'a' is in this map twice (first in line 1)"));
    assert_int_equal(err.line, 3);
    assert_null(parse(sw_str("[a]: 1\n")));
    assert_null(parse(sw_str("a: !python/object:os.system x\n")));
    assert_null(parse(sw_str("a: !!int x\n")));
    assert_null(parse(sw_str("a: \xff\xfe\n")));
    assert_int_equal(err.line, 1);
    assert_null(parse(sw_str("a: 1\nb: \"\x01\"\n")));
    assert_int_equal(err.line, 2);
    assert_null(parse(SW_STR("a: \0\n")));
}

static void many_keys(void **state)
{
    (void)state;
    static char text[1 << 20];
    size_t len = 0;
    for (int i = 0; i < 40000; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "k%d: %d\n", i, i);
    assert_int_equal(parse(sw_strn(text, len))->count, 40000);
    len += (size_t)snprintf(text + len, sizeof text - len, "k777: x\n");
    assert_null(parse(sw_strn(text, len)));
    assert_int_equal(err.line, 40001);
}

static void limits(void **state)
{
    (void)state;
    char text[8192];
    size_t len = 0;
    for (unsigned i = 0; i < SW_MAX_YAML_DEPTH; i++)
        text[len++] = '[';
    for (unsigned i = 0; i < SW_MAX_YAML_DEPTH; i++)
        text[len++] = ']';
    assert_non_null(parse(sw_strn(text, len)));
    memset(text, '[', SW_MAX_YAML_DEPTH + 1);
    memset(text + SW_MAX_YAML_DEPTH + 1, ']', SW_MAX_YAML_DEPTH + 1);
    assert_null(parse(sw_strn(text, 2 * SW_MAX_YAML_DEPTH + 2)));
    assert_int_equal(err.code, SW_E_LIMIT);
    /* A billion laughs: each line ten times the one before. */
    len = (size_t)snprintf(text, sizeof text, "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
    for (int i = 1; i < 12; i++) {
        len += (size_t)snprintf(text + len, sizeof text - len, "a%d: &a%d [", i, i);
        for (int j = 0; j < 10; j++)
            len += (size_t)snprintf(text + len, sizeof text - len, "%s*a%d", j ? "," : "", i - 1);
        len += (size_t)snprintf(text + len, sizeof text - len, "]\n");
    }
    assert_null(parse(sw_strn(text, len)));
    assert_int_equal(err.code, SW_E_LIMIT);
}

static void no_memory(void **state)
{
    (void)state;
    for (uint64_t n = 1; n < 20; n++) {
        struct sw_arena small;
        sw_arena_init(&small, 1 << 20);
        struct sw_yaml_stream stream;
        struct sw_yaml_document document;
        sw_yaml_open(&stream, sw_str("a: &x [1, 2, {b: c}]\nd: *x\n"));
        sw_mem_fail_after(n);
        int rc = sw_yaml_next(&stream, &small, &document, &err);
        sw_mem_fail_after(0);
        assert_true(rc == 1 || rc == SW_E_NOMEM);
        sw_arena_fini(&small);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(scalars),   cmocka_unit_test(places),
                                       cmocka_unit_test(documents), cmocka_unit_test(anchors),
                                       cmocka_unit_test(faults),    cmocka_unit_test(many_keys),
                                       cmocka_unit_test(limits),    cmocka_unit_test(no_memory)};
    return cmocka_run_group_tests(tests, start, stop);
}
