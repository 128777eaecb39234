/*
 * conformance.h - reading the case files under tests/conformance (its README.md has their form).
 */
#ifndef SW_TESTS_CONFORMANCE_H
#define SW_TESTS_CONFORMANCE_H

#include "base/buf.h"
#include "event/event.h"
#include "event/logsource.h"
#include "sigma/load.h"
#include "sigma/yaml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* after the above */
#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* One case, ready to run. */
struct conf_case {
    const char *file;
    struct sw_str name;
    const struct sw_yaml *map;
    struct sw_rules *rules;
    uint32_t first_line; /* lines of our own before the case's text */
    uint32_t indent;     /* and columns */
    struct sw_arena *arena;
    unsigned failures;
};

#define CONF_FAIL(c, ...) \
    do { \
        print_error("%s: %.*s: ", (c)->file, SW_STR_ARG((c)->name)); \
        print_error(__VA_ARGS__); \
        print_error("\n"); \
        (c)->failures++; \
    } while (0)

/* The class `test`, whose view is `category: test` with Mapped -> Stored. */
static inline struct sw_classes *conf_classes(void)
{
    static const char text[] = "version: 1\nclasses:\n  test:\n    views: {category: test, fields: {Mapped: Stored}}\n";
    struct sw_classes *classes;
    struct sw_error err = {0};
    if (sw_classes_parse(&classes, sw_str(text), "test", false, &err) != 0) {
        print_error("%u: %s\n", err.line, err.text);
        abort();
    }
    return classes;
}

/* The text of a case's rules: as it stands, or one detection with a document around it. */
static inline void conf_text(struct conf_case *c, struct sw_buf *out)
{
    const struct sw_yaml *rules = sw_yaml_get(c->map, "rules");
    const struct sw_yaml *detection = sw_yaml_get(c->map, "detection");
    if (rules != NULL) {
        sw_buf_str_add(out, rules->text);
        return;
    }
    if (detection == NULL) {
        CONF_FAIL(c, "neither rules nor detection");
        return;
    }
    SW_BUF_LIT(out,
               "title: test\nid: 5a1c7f00-0000-4000-8000-000000000001\nlogsource:\n    category: test\ndetection:\n");
    c->first_line = 5;
    c->indent = 4;
    struct sw_str rest = detection->text;
    struct sw_str line;
    while (sw_str_next(&rest, '\n', &line)) {
        SW_BUF_LIT(out, "    ");
        sw_buf_str_add(out, line);
        sw_buf_char(out, '\n');
    }
}

static inline bool conf_parse(struct conf_case *c)
{
    struct sw_buf text;
    struct sw_error err = {0};
    char path[] = "/tmp/seawall-placeholders-XXXXXX";
    const char *const paths[] = {path};
    struct sw_load_options options = {0};
    const struct sw_yaml *placeholders = sw_yaml_get(c->map, "placeholders");
    if (placeholders != NULL) {
        int fd = mkstemp(path);
        if (fd < 0 || write(fd, placeholders->text.ptr, placeholders->text.len) < 0)
            abort();
        (void)close(fd);
        options.placeholder_files = paths;
        options.placeholder_count = 1;
    }
    sw_buf_init(&text, 1 << 24);
    conf_text(c, &text);
    int rc = sw_rules_parse(&c->rules, sw_buf_str(&text), "rules", &options, &err);
    sw_buf_fini(&text);
    if (placeholders != NULL)
        (void)unlink(path);
    if (rc != 0)
        CONF_FAIL(c, "not parsed: %s", err.text);
    return rc == 0;
}

static inline void conf_hex(struct conf_case *c, struct sw_event *event, sw_field_id field, struct sw_str hex)
{
    char *bytes = sw_arena_bytes(c->arena, hex.len / 2 + 1);
    for (size_t i = 0; i + 1 < hex.len; i += 2)
        bytes[i / 2] = (char)(sw_hex_digit(hex.ptr[i]) << 4 | sw_hex_digit(hex.ptr[i + 1]));
    sw_event_add(event, field, SW_STRING, bytes, hex.len / 2);
}

static inline void conf_field(struct sw_event *event, sw_field_id field, const struct sw_yaml *value)
{
    static const enum sw_type types[] = {[SW_YAML_NULL] = SW_NULL,
                                         [SW_YAML_BOOL] = SW_BOOL,
                                         [SW_YAML_INT] = SW_INT,
                                         [SW_YAML_FLOAT] = SW_FLOAT,
                                         [SW_YAML_STRING] = SW_STRING};
    struct sw_str text = value->text;
    if (value->kind == SW_YAML_BOOL)
        text = value->truth ? SW_STR("true") : SW_STR("false");
    if (value->kind == SW_YAML_NULL)
        text = SW_STR("");
    sw_event_add(event, field, types[value->kind], text.ptr, text.len);
}

/* Fills the event from its map. */
static inline void conf_event(struct conf_case *c, const struct sw_classes *classes, const struct sw_yaml *map,
                              struct sw_event *event)
{
    sw_event_clear(event);
    event->class_id = sw_classes_find(classes, SW_STR("test"));
    event->raw = SW_STR("");
    event->raw_is_value = false;
    for (uint32_t i = 0; i < map->count; i++) {
        struct sw_str key = map->pairs[i].key->text;
        const struct sw_yaml *value = map->pairs[i].value;
        double seconds;
        if (sw_str_is(key, "_rules")) {
            continue;
        } else if (sw_str_is(key, "_raw")) {
            event->raw = value->text;
            event->raw_is_value = true;
        } else if (sw_str_is(key, "_time") && sw_str_double(value->text, &seconds) == 0) {
            event->time = (int64_t)(seconds * 1e9) + 1700000000 * SW_SECOND;
        } else if (sw_str_is(key, "_bytes")) {
            for (uint32_t j = 0; j < value->count; j++)
                conf_hex(c, event, sw_field_intern(value->pairs[j].key->text), value->pairs[j].value->text);
        } else if (value->kind == SW_YAML_LIST) {
            for (uint32_t j = 0; j < value->count; j++)
                conf_field(event, sw_field_intern(key), value->items[j]);
        } else {
            conf_field(event, sw_field_intern(key), value);
        }
    }
}

/* Runs `run` for each case of a file; returns how many checks failed. */
static inline unsigned conf_file(const char *path, void (*run)(struct conf_case *c))
{
    static char bytes[1 << 20];
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return 1;
    size_t len = fread(bytes, 1, sizeof bytes, file);
    (void)fclose(file);
    struct sw_arena arena;
    struct sw_yaml_stream stream;
    struct sw_yaml_document document;
    struct sw_error err;
    unsigned failures = 0;
    sw_arena_init(&arena, 1 << 26);
    sw_yaml_open(&stream, sw_strn(bytes, len));
    if (sw_yaml_next(&stream, &arena, &document, &err) != 1) {
        print_error("%s:%u:%u: %s\n", path, err.line, err.column, err.text);
        failures++;
    } else {
        const struct sw_yaml *cases = sw_yaml_get(document.root, "cases");
        for (uint32_t i = 0; cases != NULL && i < cases->count; i++) {
            const struct sw_yaml *name = sw_yaml_get(cases->items[i], "name");
            struct conf_case c = {.file = strrchr(path, '/') + 1, .map = cases->items[i], .arena = &arena};
            c.name = name != NULL ? name->text : SW_STR("(no name)");
            if (conf_parse(&c)) {
                run(&c);
                sw_rules_free(c.rules);
            }
            failures += c.failures;
        }
        failures += cases == NULL || cases->count == 0;
    }
    sw_arena_fini(&arena);
    return failures;
}

/* One test for each file of the folder. */
static inline int conf_main(void (*test)(void **state))
{
    enum { MOST = 64 };
    static struct CMUnitTest tests[MOST];
    static char paths[MOST][1024];
    static const char directory[] = "tests/conformance";
    size_t count = 0;
    struct dirent **names;
    int n = scandir(directory, &names, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        if (count < MOST && sw_str_ends(sw_str(names[i]->d_name), SW_STR(".yml"))) {
            (void)snprintf(paths[count], sizeof paths[count], "%s/%.100s", directory, names[i]->d_name);
            tests[count] = (struct CMUnitTest){strrchr(paths[count], '/') + 1, test, NULL, NULL, paths[count]};
            count++;
        }
        free(names[i]);
    }
    if (n >= 0)
        free(names);
    if (count == 0) {
        print_error("no cases in %s\n", directory);
        return 1;
    }
    return _cmocka_run_group_tests("conformance", tests, count, NULL, NULL);
}

#endif
