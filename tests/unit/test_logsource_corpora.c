/*
 * test_logsource_corpora.c - the embedded mapping against SigmaHQ's rules and against its tests/thor.yml.
 *
 * Skipped, by name, where the corpora are absent.
 */
#include "base/error.h"
#include "base/mem.h"
#include "event/logsource_priv.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
/* after the above */
#include <cmocka.h>

static char root[512]; /* folder of the Sigma rules; empty when there is none */

static struct sw_str read_all(struct sw_arena *arena, const char *path)
{
    char *bytes = sw_arena_bytes(arena, 1 << 20);
    FILE *file = fopen(path, "rb");
    if (bytes == NULL || file == NULL)
        fail_msg("cannot read %s", path);
    size_t len = fread(bytes, 1, 1 << 20, file);
    (void)fclose(file);
    sw_arena_trim(arena, bytes + len);
    return (struct sw_str){bytes, len};
}

static struct sw_classes *load(struct sw_str text, bool builtin)
{
    struct sw_classes *classes = NULL;
    struct sw_error err = {0};
    int rc = text.ptr ? sw_classes_parse(&classes, text, "thor.yml", builtin, &err)
                      : sw_classes_load(&classes, NULL, 0, &err);
    if (rc != 0)
        fail_msg("%s:%u:%u: %s", err.source, err.line, err.column, err.text);
    return classes;
}

static int find_corpora(void **state)
{
    (void)state;
    const char *base = getenv("SEAWALL_CORPORA");
    (void)snprintf(root, sizeof root, "%s/sigma", base ? base : "../shared/corpora");
    char thor[600];
    (void)snprintf(thor, sizeof thor, "%s/tests/thor.yml", root);
    FILE *file = fopen(thor, "rb");
    if (file == NULL)
        root[0] = '\0';
    else
        (void)fclose(file);
    return 0;
}

static void need_corpora(const char *suite)
{
    if (root[0] != '\0')
        return;
    print_message("%s: skipped, no Sigma corpus (SEAWALL_CORPORA)\n", suite);
    skip();
}

/* --- every log source of the active rules ---------------------------------------------------------------- */

/* No record says that a file was opened or renamed in the terms of these rules (docs/log-sources.md). */
static const char *const without_class[] = {"windows|file_access|", "windows|file_rename|"};

static struct {
    struct sw_classes *classes;
    struct sw_map seen;
    size_t rules;
    size_t distinct;
    size_t missing;
} sweep;

static struct sw_str scalar(const struct ls_node *map, const char *key)
{
    const struct ls_node *node = ls_yaml_get(map, key);
    return node ? node->text : SW_STR("");
}

static bool has_class(const struct sw_logsource *ls)
{
    for (sw_class_id id = 1; id < sw_classes_count(sweep.classes); id++)
        if (sw_class_view(sw_classes_get(sweep.classes, id), ls) != NULL)
            return true;
    return false;
}

static void check_logsource(const struct sw_logsource *ls, const char *path)
{
    char key[256];
    (void)snprintf(key, sizeof key, "%.*s|%.*s|%.*s", SW_STR_ARG(ls->product), SW_STR_ARG(ls->category),
                   SW_STR_ARG(ls->service));
    uint32_t old;
    bool added;
    assert_int_equal(sw_map_intern(&sweep.seen, sw_str(key), 1, &old, &added), 0);
    sweep.rules++;
    sweep.distinct += added;
    if (!added)
        return;
    bool expected = true;
    for (size_t i = 0; i < sizeof without_class / sizeof without_class[0]; i++)
        expected = expected && strcmp(key, without_class[i]) != 0;
    if (has_class(ls) != expected)
        fail_msg("%s of %s: %s", key, path, expected ? "has no class" : "has a class: drop it from the list");
    sweep.missing += !expected;
}

static int check_rule(const char *path, const struct stat *status, int type, struct FTW *at)
{
    (void)status;
    (void)at;
    if (type != FTW_F || !sw_str_ends(sw_str(path), SW_STR(".yml")))
        return 0;
    struct sw_arena arena;
    sw_arena_init(&arena, 16 << 20);
    struct ls_node *doc = NULL;
    struct sw_error err = {0};
    if (ls_yaml_read(&arena, read_all(&arena, path), &doc, &err) != 0)
        fail_msg("%s:%u:%u: %s", path, err.line, err.column, err.text);
    const struct ls_node *node = ls_yaml_get(doc, "logsource");
    assert_non_null(node);
    const struct sw_logsource ls = {scalar(node, "product"), scalar(node, "category"), scalar(node, "service")};
    check_logsource(&ls, path);
    sw_arena_fini(&arena);
    return 0;
}

static void every_log_source_of_the_rules_has_a_class(void **state)
{
    static const char *const folders[] = {"rules", "rules-compliance", "rules-emerging-threats", "rules-placeholder",
                                          "rules-threat-hunting"};
    (void)state;
    need_corpora("SigmaHQ log sources");
    sweep.classes = load((struct sw_str){NULL, 0}, true);
    sw_map_init(&sweep.seen, 4096, 1 << 20);
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        char path[600];
        (void)snprintf(path, sizeof path, "%s/%s", root, folders[i]);
        assert_int_equal(nftw(path, check_rule, 16, FTW_PHYS), 0);
    }
    print_message("%zu rules, %zu log sources, %zu without a class\n", sweep.rules, sweep.distinct, sweep.missing);
    assert_int_equal(sweep.rules, 3780);
    assert_int_equal(sweep.distinct, 138);
    sw_map_fini(&sweep.seen);
    sw_classes_free(sweep.classes);
}

/* --- thor.yml -------------------------------------------------------------------------------------------- */

enum { MOST = 256 };

/* All that thor.yml speaks of: channels, paths, event ids, event types, and the log sources of its entries. */
struct vocabulary {
    struct sw_str channels[MOST];
    struct sw_str paths[MOST];
    struct sw_str ids[MOST];
    struct sw_str types[MOST];
    struct sw_logsource rules[MOST];
    size_t channel_count, path_count, id_count, type_count, rule_count;
};

static void add_word(struct sw_str *words, size_t *count, struct sw_str word)
{
    for (size_t i = 0; i < *count; i++)
        if (sw_str_eq(words[i], word))
            return;
    assert_true(*count < MOST);
    words[(*count)++] = word;
}

static void add_words(struct sw_str *words, size_t *count, const struct ls_node *node)
{
    if (node == NULL)
        return;
    if (node->kind == LS_SCALAR)
        add_word(words, count, node->text);
    for (const struct ls_node *item = node->kind == LS_LIST ? node->first : NULL; item != NULL; item = item->next)
        add_word(words, count, item->text);
}

static void read_vocabulary(struct vocabulary *v, const struct ls_node *doc)
{
    *v = (struct vocabulary){.id_count = 1, .type_count = 1}; /* also an id and a type that nobody knows */
    v->ids[0] = SW_STR("987");
    v->types[0] = SW_STR("Other");
    for (const struct ls_node *key = ls_yaml_get(doc, "logsources")->first; key != NULL; key = key->next->next) {
        const struct ls_node *entry = key->next;
        const struct ls_node *sources = ls_yaml_get(entry, "sources");
        const struct ls_node *conditions = ls_yaml_get(entry, "conditions");
        for (const struct ls_node *s = sources ? sources->first : NULL; s != NULL; s = s->next) {
            if (sw_str_starts(s->text, SW_STR("WinEventLog:")))
                add_word(v->channels, &v->channel_count, sw_str_from(s->text, 12));
            else
                add_word(v->paths, &v->path_count, sw_str_from(s->text, 5));
        }
        add_words(v->ids, &v->id_count, ls_yaml_get(conditions, "EventID"));
        add_words(v->types, &v->type_count, ls_yaml_get(conditions, "EventType"));
        assert_true(v->rule_count < MOST);
        v->rules[v->rule_count++] =
            (struct sw_logsource){scalar(entry, "product"), scalar(entry, "category"), scalar(entry, "service")};
    }
}

/* What the embedded mapping says beyond thor.yml. */
static bool beyond_thor(struct sw_str channel, struct sw_str id, const struct sw_logsource *rule)
{
    if (sw_str_is(channel, "Microsoft-Windows-Sysmon/Operational"))
        return sw_str_is(id, "26") && sw_str_is(rule->category, "file_delete");
    return false;
}

static const struct sw_view *look(const struct sw_classes *classes, struct sw_event *event,
                                  const struct sw_logsource *rule, struct sw_arena *arena, const char *base)
{
    uint32_t count = event->count;
    event->class_id = sw_classes_find(classes, sw_str(base));
    sw_classify(classes, event, arena);
    event->count = count; /* without derived fields */
    return sw_class_view(sw_classes_get(classes, event->class_id), rule);
}

static struct sw_str mapped(const struct sw_view *view, struct sw_str from)
{
    for (size_t i = 0; i < view->map_count; i++)
        if (sw_str_ieq(view->maps[i].from, from))
            return view->maps[i].to;
    return from;
}

/* The mapping `mine` must see the event as thor.yml alone does, field mappings included. */
static size_t compare(const struct sw_classes *thor, const struct sw_classes *mine, const struct vocabulary *v,
                      struct sw_event *event, const char *base, struct sw_str where, struct sw_str id)
{
    struct sw_arena arena;
    sw_arena_init(&arena, 1 << 20);
    for (size_t i = 0; i < v->rule_count; i++) {
        const struct sw_view *theirs = look(thor, event, &v->rules[i], &arena, base);
        const struct sw_view *ours = look(mine, event, &v->rules[i], &arena, base);
        if ((theirs == NULL) != (ours == NULL) && !(theirs == NULL && beyond_thor(where, id, &v->rules[i])))
            fail_msg("%.*s %.*s as {%.*s, %.*s, %.*s}: thor.yml says %s", SW_STR_ARG(where), SW_STR_ARG(id),
                     SW_STR_ARG(v->rules[i].product), SW_STR_ARG(v->rules[i].category), SW_STR_ARG(v->rules[i].service),
                     theirs ? "yes" : "no");
        for (size_t m = 0; theirs != NULL && m < theirs->map_count; m++)
            assert_true(sw_str_eq(mapped(ours, theirs->maps[m].from), theirs->maps[m].to));
    }
    sw_arena_fini(&arena);
    return v->rule_count;
}

static size_t compare_channels(const struct sw_classes *thor, const struct sw_classes *mine, const struct vocabulary *v)
{
    size_t compared = 0;
    struct sw_event event;
    sw_event_init(&event);
    for (size_t c = 0; c < v->channel_count; c++)
        for (size_t i = 0; i < v->id_count; i++)
            for (size_t t = 0; t < v->type_count; t++) {
                sw_event_clear(&event);
                sw_event_add_str(&event, SW_FIELD_CHANNEL, v->channels[c]);
                sw_event_add_str(&event, SW_FIELD_EVENT_ID, v->ids[i]);
                sw_event_add_str(&event, SW_FIELD_EVENT_TYPE, v->types[t]);
                compared += compare(thor, mine, v, &event, "windows", v->channels[c], v->ids[i]);
            }
    sw_event_fini(&event);
    return compared;
}

static size_t compare_paths(const struct sw_classes *thor, const struct sw_classes *mine, const struct vocabulary *v)
{
    size_t compared = 0;
    struct sw_event event;
    sw_event_init(&event);
    for (size_t p = 0; p < v->path_count; p++) {
        char path[256]; /* the pattern itself, with something for the wildcards */
        struct sw_str pattern = v->paths[p];
        for (size_t i = 0; i < pattern.len; i++)
            path[i] = pattern.ptr[i] == '*' || pattern.ptr[i] == '?' ? '1' : pattern.ptr[i];
        struct sw_event theirs = event;
        theirs.path_bits = sw_classes_path(thor, sw_strn(path, pattern.len));
        struct sw_event ours = event;
        ours.path_bits = sw_classes_path(mine, sw_strn(path, pattern.len));
        for (size_t i = 0; i < v->rule_count; i++) {
            bool a = look(thor, &theirs, &v->rules[i], NULL, "text") != NULL;
            bool b = look(mine, &ours, &v->rules[i], NULL, "text") != NULL;
            if (a != b)
                fail_msg("%.*s: thor.yml says %s for rule %zu", SW_STR_ARG(pattern), a ? "yes" : "no", i);
            compared++;
        }
    }
    sw_event_fini(&event);
    return compared;
}

static void thor_decides_as_the_embedded_mapping(void **state)
{
    (void)state;
    need_corpora("thor.yml");
    struct sw_arena arena;
    sw_arena_init(&arena, 16 << 20);
    char path[600];
    (void)snprintf(path, sizeof path, "%s/tests/thor.yml", root);
    struct sw_str text = read_all(&arena, path);
    struct ls_node *doc = NULL;
    assert_int_equal(ls_yaml_read(&arena, text, &doc, NULL), 0);
    struct vocabulary *v = sw_arena_zero(&arena, 1, sizeof *v);
    read_vocabulary(v, doc);

    struct sw_classes *thor = load(text, false);
    struct sw_classes *embedded = load((struct sw_str){NULL, 0}, true);
    struct sw_classes *both = load(text, true);
    size_t compared = compare_channels(thor, embedded, v) + compare_paths(thor, embedded, v);
    print_message("%zu entries, %zu channels, %zu decisions compared; classes: %u embedded, %u with thor.yml\n",
                  v->rule_count, v->channel_count, compared, sw_classes_count(embedded), sw_classes_count(both));
    assert_true(v->rule_count > 90 && v->channel_count > 50);
    /* On top of the embedded mapping it changes nothing. */
    (void)compare_channels(thor, both, v);
    (void)compare_paths(thor, both, v);
    assert_int_equal(sw_classes_count(both), sw_classes_count(embedded));
    sw_classes_free(thor);
    sw_classes_free(embedded);
    sw_classes_free(both);
    sw_arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_log_source_of_the_rules_has_a_class),
        cmocka_unit_test(thor_decides_as_the_embedded_mapping),
    };
    return cmocka_run_group_tests(tests, find_corpora, NULL);
}
