/* rule_tests.c - reads *.tests.yml: its structure, and from a case to the bytes of the logs that it stands for. */
#include "sigma/rule_tests.h"

#include "base/limits.h"
#include "base/mem.h"
#include "base/time.h"
#include "sigma/yaml.h"

/* When the records of a $repeat begin unless $from says otherwise: 2026-11-24T12:00:00Z. */
#define TEST_START (1795521600ll * SW_SECOND)

struct reader {
    struct sw_arena *arena;
    struct sw_error *err;
    struct sw_buf bytes; /* the source being made */
};

static int wrong(struct reader *r, const struct sw_yaml *at, const char *text)
{
    return sw_error_set(r->err, SW_E_FORMAT, at->line, at->column, "%s", text);
}

static int no_memory(struct reader *r)
{
    return sw_error_set(r->err, SW_E_NOMEM, 0, 0, "out of memory");
}

/* --- an event as JSON ----------------------------------------------------------------------------------- */

static void put_scalar(struct sw_buf *out, const struct sw_yaml *node)
{
    double number;
    switch (node->kind) {
    case SW_YAML_NULL:
        SW_BUF_LIT(out, "null");
        break;
    case SW_YAML_BOOL:
        sw_buf_text(out, node->truth ? "true" : "false");
        break;
    case SW_YAML_INT:
        sw_buf_i64(out, node->integer);
        break;
    default:
        if (node->kind == SW_YAML_FLOAT && sw_str_double(node->text, &number) == 0)
            sw_buf_str_add(out, node->text);
        else
            sw_buf_json(out, node->text);
        break;
    }
}

/* A container that is being written, and how far. */
struct open_node {
    const struct sw_yaml *node;
    uint32_t at;
};

static void close_node(struct sw_buf *out, const struct sw_yaml *node)
{
    sw_buf_char(out, node->kind == SW_YAML_MAP ? '}' : ']');
}

/* Writes what the innermost open container has next; returns the container to open, or NULL. */
static const struct sw_yaml *put_next(struct sw_buf *out, struct open_node *top)
{
    const struct sw_yaml *value;
    if (top->at > 0)
        sw_buf_char(out, ',');
    if (top->node->kind == SW_YAML_MAP) {
        sw_buf_json(out, top->node->pairs[top->at].key->text);
        sw_buf_char(out, ':');
        value = top->node->pairs[top->at].value;
    } else {
        value = top->node->items[top->at];
    }
    top->at++;
    if (!sw_yaml_is_scalar(value)) {
        sw_buf_char(out, value->kind == SW_YAML_MAP ? '{' : '[');
        return value;
    }
    put_scalar(out, value);
    return NULL;
}

static void put_json(struct sw_buf *out, const struct sw_yaml *root)
{
    struct open_node open[SW_MAX_YAML_DEPTH + 1];
    size_t depth = 0;
    open[depth++] = (struct open_node){root, 0};
    sw_buf_char(out, '{');
    while (depth > 0) {
        struct open_node *top = &open[depth - 1];
        if (top->at == top->node->count) {
            close_node(out, top->node);
            depth--;
            continue;
        }
        const struct sw_yaml *inner = put_next(out, top);
        if (inner != NULL && depth <= SW_MAX_YAML_DEPTH)
            open[depth++] = (struct open_node){inner, 0};
    }
    sw_buf_char(out, '\n');
}

/* --- $repeat -------------------------------------------------------------------------------------------- */

/* 24/Nov/2026:12:00:00 +0000 */
static void put_clf(struct sw_buf *out, int64_t time)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    int64_t days = time / SW_DAY - (time % SW_DAY < 0);
    unsigned second = (unsigned)((time - days * SW_DAY) / SW_SECOND);
    int64_t year;
    unsigned month, day;
    sw_civil_from_days(days, &year, &month, &day);
    sw_buf_printf(out, "%02u/%.3s/%04d:%02u:%02u:%02u +0000", day, months + (size_t)(month - 1) * 3, (int)year, second / 3600,
                  second / 60 % 60, second % 60);
}

/* Writes what `{word}` stands for in the n-th record; false when it stands for nothing. */
static bool put_word(struct sw_buf *out, struct sw_str word, int64_t n, int64_t time)
{
    if (sw_str_eq(word, SW_STR("{n}")))
        sw_buf_i64(out, n);
    else if (sw_str_eq(word, SW_STR("{time}")))
        sw_buf_time(out, time);
    else if (sw_str_eq(word, SW_STR("{clf}")))
        put_clf(out, time);
    else if (sw_str_eq(word, SW_STR("{epoch}")))
        sw_buf_printf(out, "%lld.%03lld", (long long)(time / SW_SECOND), (long long)(time / (SW_SECOND / 1000) % 1000));
    else
        return false;
    return true;
}

static void put_record(struct sw_buf *out, struct sw_str record, int64_t n, int64_t time)
{
    for (size_t at = 0; at < record.len;) {
        size_t brace = sw_str_chr(sw_str_from(record, at), '{');
        if (brace == SW_NPOS) {
            sw_buf_str_add(out, sw_str_from(record, at));
            return;
        }
        sw_buf_str_add(out, sw_str_slice(record, at, at + brace));
        at += brace;
        size_t end = sw_str_chr(sw_str_from(record, at), '}');
        if (end != SW_NPOS && put_word(out, sw_str_slice(record, at, at + end + 1), n, time)) {
            at += end + 1;
        } else {
            sw_buf_char(out, '{');
            at++;
        }
    }
}

struct repeat {
    int64_t count;
    int64_t from;
    int64_t every;
};

static int read_repeat(struct reader *r, const struct sw_yaml *map, struct repeat *repeat)
{
    const struct sw_yaml *count = sw_yaml_get(map, "$repeat");
    const struct sw_yaml *from = sw_yaml_get(map, "$from");
    const struct sw_yaml *every = sw_yaml_get(map, "$every");
    bool zoned;
    *repeat = (struct repeat){.count = 1, .from = TEST_START, .every = SW_SECOND};
    if (count != NULL && (count->kind != SW_YAML_INT || count->integer < 1 || count->integer > SW_MAX_TEST_REPEAT))
        return wrong(r, count, "$repeat takes a number from 1 to 10000");
    if (count != NULL)
        repeat->count = count->integer;
    if (from != NULL && sw_time_iso(from->text, &repeat->from, &zoned) != 0)
        return wrong(r, from, "$from takes a time such as 2026-11-24T12:00:00Z");
    if (every != NULL && (sw_timespan(every->text, &repeat->every) != 0 || repeat->every > SW_DAY))
        return wrong(r, every, "$every takes a time span such as 10s or 5m, at most a day");
    int64_t last;
    if (__builtin_add_overflow(repeat->from, repeat->every * (repeat->count - 1), &last))
        return wrong(r, map, "the last time is out of range");
    return 0;
}

/* --- cases ---------------------------------------------------------------------------------------------- */

static bool is_directive(const struct sw_yaml *map)
{
    return map->kind == SW_YAML_MAP && map->count > 0 && sw_str_starts(map->pairs[0].key->text, SW_STR("$"));
}

static int check_keys(struct reader *r, const struct sw_yaml *map, const char *const *known, const char *text)
{
    for (uint32_t i = 0; i < map->count; i++) {
        const char *const *word = known;
        while (*word != NULL && !sw_str_is(map->pairs[i].key->text, *word))
            word++;
        if (*word == NULL)
            return wrong(r, map->pairs[i].key, text);
    }
    return 0;
}

/* The record of a directive, once: its $log, or its $event as JSON. */
static int read_record(struct reader *r, const struct sw_yaml *map)
{
    const struct sw_yaml *log = sw_yaml_get(map, "$log");
    const struct sw_yaml *event = sw_yaml_get(map, "$event");
    if ((log == NULL) == (event == NULL))
        return wrong(r, map, "either $log or $event is needed");
    if (log != NULL && log->kind != SW_YAML_STRING)
        return wrong(r, log, "$log takes text");
    if (event != NULL && event->kind != SW_YAML_MAP)
        return wrong(r, event, "$event takes a map");
    if (event != NULL) {
        put_json(&r->bytes, event);
        return 0;
    }
    sw_buf_str_add(&r->bytes, log->text);
    if (!sw_str_ends(log->text, SW_STR("\n")))
        sw_buf_char(&r->bytes, '\n');
    return 0;
}

static int read_directive(struct reader *r, const struct sw_yaml *map, struct sw_test_source *source)
{
    static const char *const known[] = {"$log", "$event", "$path", "$format", "$repeat", "$from", "$every", NULL};
    struct repeat repeat;
    int rc = check_keys(r, map, known, "known here are $log, $event, $path, $format, $repeat, $from and $every");
    if (rc == 0)
        rc = read_repeat(r, map, &repeat);
    if (rc == 0)
        rc = read_record(r, map);
    if (rc != 0)
        return rc;
    const struct sw_yaml *path = sw_yaml_get(map, "$path");
    const struct sw_yaml *format = sw_yaml_get(map, "$format");
    if (path != NULL)
        source->path = path->text;
    if (format != NULL)
        source->format = format->text;
    if (sw_yaml_get(map, "$repeat") == NULL)
        return 0;
    struct sw_str record = sw_arena_dup(r->arena, sw_buf_str(&r->bytes));
    if (record.ptr == NULL)
        return no_memory(r);
    sw_buf_clear(&r->bytes);
    for (int64_t n = 1; n <= repeat.count; n++)
        put_record(&r->bytes, record, n, repeat.from + (n - 1) * repeat.every);
    return 0;
}

static int read_source(struct reader *r, const struct sw_yaml *node, struct sw_test_source *source)
{
    int rc = 0;
    *source = (struct sw_test_source){.path = SW_STR("test")};
    sw_buf_clear(&r->bytes);
    if (is_directive(node))
        rc = read_directive(r, node, source);
    else if (node->kind == SW_YAML_MAP)
        put_json(&r->bytes, node);
    else if (node->kind == SW_YAML_STRING)
        sw_buf_str_add(&r->bytes, node->text);
    else
        return wrong(r, node, "a case is a map (an event), text (a log), or a list of these");
    if (rc != 0)
        return rc;
    if (sw_buf_error(&r->bytes) != 0)
        return sw_error_set(r->err, sw_buf_error(&r->bytes), node->line, node->column, "the log of a case is too large");
    source->bytes = sw_arena_dup(r->arena, sw_buf_str(&r->bytes));
    return source->bytes.ptr == NULL ? no_memory(r) : 0;
}

static int read_case(struct reader *r, const struct sw_yaml *node, bool match, struct sw_test_case *to)
{
    bool list = node->kind == SW_YAML_LIST;
    size_t count = list ? node->count : 1;
    struct sw_test_source *sources = sw_arena_zero(r->arena, count + 1, sizeof *sources);
    if (sources == NULL)
        return no_memory(r);
    *to = (struct sw_test_case){.match = match, .line = node->line, .sources = sources, .source_count = count};
    if (count == 0)
        return wrong(r, node, "an empty case");
    for (size_t i = 0; i < count; i++) {
        int rc = read_source(r, list ? node->items[i] : node, &sources[i]);
        if (rc != 0)
            return rc;
    }
    return 0;
}

static int read_block(struct reader *r, const struct sw_yaml *map, struct sw_rule_tests *tests)
{
    static const char *const known[] = {"rule", "match", "miss", NULL};
    if (map->kind != SW_YAML_MAP)
        return wrong(r, map, "tests are a map with match and miss, or a list of such maps");
    int rc = check_keys(r, map, known, "known here are rule, match and miss");
    if (rc != 0)
        return rc;
    const struct sw_yaml *rule = sw_yaml_get(map, "rule");
    const struct sw_yaml *lists[] = {sw_yaml_get(map, "match"), sw_yaml_get(map, "miss")};
    size_t count = 0;
    for (size_t i = 0; i < 2; i++) {
        if (lists[i] != NULL && lists[i]->kind != SW_YAML_LIST)
            return wrong(r, lists[i], "match and miss are lists of cases");
        count += lists[i] != NULL ? lists[i]->count : 0;
    }
    struct sw_test_case *cases = sw_arena_zero(r->arena, count + 1, sizeof *cases);
    if (cases == NULL)
        return no_memory(r);
    *tests = (struct sw_rule_tests){.line = map->line, .cases = cases};
    if (rule != NULL)
        tests->rule = rule->text;
    for (size_t i = 0; i < 2; i++)
        for (uint32_t k = 0; lists[i] != NULL && k < lists[i]->count; k++) {
            rc = read_case(r, lists[i]->items[k], i == 0, &cases[tests->case_count++]);
            if (rc != 0)
                return rc;
        }
    return 0;
}

int sw_rule_tests_parse(const struct sw_rule_tests **tests, size_t *count, struct sw_str text, struct sw_arena *arena,
                        struct sw_error *err)
{
    struct reader r = {.arena = arena, .err = err};
    struct sw_yaml_stream stream;
    struct sw_yaml_document document;
    *tests = NULL;
    *count = 0;
    sw_yaml_open(&stream, text);
    int rc = sw_yaml_next(&stream, arena, &document, err);
    if (rc < 0)
        return rc;
    if (rc == 0 || document.root == NULL)
        return sw_error_set(err, SW_E_FORMAT, 1, 1, "there are no tests in it");
    bool list = document.root->kind == SW_YAML_LIST;
    size_t blocks = list ? document.root->count : 1;
    struct sw_rule_tests *all = sw_arena_zero(arena, blocks + 1, sizeof *all);
    if (all == NULL)
        return no_memory(&r);
    sw_buf_init(&r.bytes, SW_MAX_RULE_FILE);
    rc = 0;
    for (size_t i = 0; rc == 0 && i < blocks; i++)
        rc = read_block(&r, list ? document.root->items[i] : document.root, &all[i]);
    sw_buf_fini(&r.bytes);
    *tests = all;
    *count = blocks;
    return rc;
}
