/* test_sigma_load.c - loading: files, directories and archives in a fixed order, encodings, broken inputs, placeholder
 * files, out of memory; the intermediate form of single values. */
#include "base/mem.h"
#include "sigma/load.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define RULE(title, value)                                                                                             \
    "title: " title "\nlogsource: {category: test}\ndetection: {s: {A: " value "}, condition: s}\n"

static char root[] = "/tmp/seawall-load-XXXXXX";
static struct sw_rules *rules;
static struct sw_error err;

static char *path(const char *name)
{
    static char full[4][512];
    static unsigned next;
    char *out = full[next++ % 4];
    (void)snprintf(out, sizeof full[0], "%s/%s", root, name);
    return out;
}

static void put(const char *name, const char *bytes, size_t len)
{
    FILE *file = fopen(path(name), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

static void put_text(const char *name, const char *text)
{
    put(name, text, strlen(text));
}

static void remove_all(void)
{
    char command[600];
    (void)snprintf(command, sizeof command, "rm -rf '%s'", root);
    assert_int_equal(system(command), 0);
}

static int start(void **state)
{
    (void)state;
    memcpy(root, "/tmp/seawall-load-XXXXXX", sizeof root);
    return mkdtemp(root) == NULL;
}

static int stop(void **state)
{
    (void)state;
    sw_rules_free(rules);
    rules = NULL;
    remove_all();
    return 0;
}

static int load(const char *one, const char *two, bool deprecated)
{
    const char *paths[] = {one, two};
    const struct sw_load_options options = {
        .paths = paths, .path_count = two ? 2 : 1, .include_deprecated = deprecated};
    sw_rules_free(rules);
    return sw_rules_load(&rules, &options, &err);
}

static void parse(const char *text)
{
    sw_rules_free(rules);
    assert_int_equal(sw_rules_parse(&rules, sw_str(text), "memory", NULL, &err), 0);
}

static bool is_title(size_t rule, const char *title)
{
    return sw_str_is(rules->rules[rule].title, title);
}

static void order_of_files(void **state)
{
    (void)state;
    assert_int_equal(mkdir(path("b"), 0700), 0);
    assert_int_equal(mkdir(path(".git"), 0700), 0);
    put_text("c.yml", RULE("C", "x"));
    put_text("b/2.yaml", RULE("B2", "x"));
    put_text("b/1.YML", RULE("B1", "x"));
    put_text("a.yml", RULE("A", "x"));
    put_text("readme.md", "no rule");
    put_text("a.tests.yml", "- rule: A\n");
    put_text(".git/x.yml", RULE("G", "x"));
    assert_int_equal(load(root, NULL, false), 0);
    assert_int_equal(rules->rule_count, 4);
    assert_true(is_title(0, "A") && is_title(1, "B1") && is_title(2, "B2") && is_title(3, "C"));
    assert_true(sw_str_ends(rules->rules[1].path, SW_STR("/b/1.YML")));
    assert_int_equal(rules->reject_count, 0);
    uint64_t hash = rules->content.low;
    /* A file that is named is read whatever its name; twice makes no difference. */
    assert_int_equal(load(path("b"), path("b/1.YML"), false), 0);
    assert_int_equal(rules->rule_count, 2);
    assert_true(rules->content.low != hash);
    assert_int_equal(load(path("readme.md"), NULL, false), 0);
    assert_int_equal(rules->reject_count, 1);
    assert_int_equal(load(path("nowhere"), root, false), SW_E_IO);
    assert_null(rules);
    assert_non_null(strstr(err.source, "nowhere"));
}

static void add_entry(struct archive *archive, const char *name, const char *text)
{
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, name);
    archive_entry_set_size(entry, (la_int64_t)strlen(text));
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0600);
    assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
    assert_int_equal(archive_write_data(archive, text, strlen(text)), strlen(text));
    archive_entry_free(entry);
}

static void archives(void **state)
{
    (void)state;
    struct archive *archive = archive_write_new();
    archive_write_add_filter_gzip(archive);
    archive_write_set_format_pax_restricted(archive);
    assert_int_equal(archive_write_open_filename(archive, path("rules.tar.gz")), ARCHIVE_OK);
    add_entry(archive, "rules/z.yml", RULE("Z", "x"));
    add_entry(archive, "rules/a.yml", RULE("A", "x"));
    add_entry(archive, "README.md", "nothing");
    add_entry(archive, "rules/a.tests.yml", "- rule: A\n");
    add_entry(archive, "rules/bad.yml", "title: [\n");
    assert_int_equal(archive_write_close(archive), ARCHIVE_OK);
    archive_write_free(archive);
    assert_int_equal(load(path("rules.tar.gz"), NULL, false), 0);
    assert_int_equal(rules->rule_count, 2);
    assert_true(is_title(0, "A") && is_title(1, "Z"));
    assert_true(sw_str_ends(rules->rules[0].path, SW_STR("rules.tar.gz!rules/a.yml")));
    assert_int_equal(rules->reject_count, 1);
    assert_true(sw_str_ends(rules->rejects[0].path, SW_STR("!rules/bad.yml")));
}

static void encodings(void **state)
{
    (void)state;
    static const char text[] = RULE("Ü", "x");
    char wide[2 * sizeof text + 2];
    size_t len = 0;
    wide[len++] = '\xff';
    wide[len++] = '\xfe';
    for (size_t i = 0; i < sizeof text - 1; i++) {
        if (text[i] == '\xc3') { /* the Ü */
            i++;
            wide[len++] = '\xdc';
        } else {
            wide[len++] = text[i];
        }
        wide[len++] = 0;
    }
    put("wide.yml", wide, len);
    put_text("bom.yml", "\xef\xbb\xbf" RULE("B", "x"));
    put_text("crlf.yml", "title: C\r\nlogsource: {category: test}\r\ndetection:\r\n  s: {A: x}\r\n  condition: s\r\n");
    put("latin.yml", "title: \xfc\n", 9);
    assert_int_equal(load(root, NULL, false), 0);
    assert_int_equal(rules->rule_count, 3);
    assert_true(is_title(0, "B") && is_title(1, "C") && is_title(2, "Ü"));
    assert_int_equal(rules->reject_count, 1);
}

static void statuses(void **state)
{
    (void)state;
    put_text("a.yml",
             "status: deprecated\n" RULE("A", "x") "---\nstatus: unsupported\n" RULE("B", "x") "---\n" RULE("C", "x"));
    assert_int_equal(load(root, NULL, false), 0);
    assert_int_equal(rules->rule_count, 1);
    assert_int_equal(rules->warning_count, 2);
    assert_int_equal(load(root, NULL, true), 0);
    assert_int_equal(rules->rule_count, 3);
}

static void placeholder_files(void **state)
{
    (void)state;
    put_text("r.yml", "title: A\nlogsource: {category: test}\ndetection: {s: {'A|expand': '%P%'}, condition: s}\n");
    put_text("p.yml", "P: [x, 'y*']\nQ: 1\n");
    put_text("q.txt", "P=z\n");
    put_text("bad.txt", "P: {a: b}\n");
    const char *paths[] = {path("r.yml")};
    const char *files[2] = {path("p.yml"), NULL};
    struct sw_load_options options = {
        .paths = paths, .path_count = 1, .placeholder_files = files, .placeholder_count = 1};
    assert_int_equal(sw_rules_load(&rules, &options, &err), 0);
    assert_int_equal(rules->pred_count, 2);
    sw_rules_free(rules);
    files[1] = path("q.txt");
    options.placeholder_count = 2;
    assert_int_equal(sw_rules_load(&rules, &options, &err), 0);
    assert_int_equal(rules->pred_count, 1); /* the later file wins */
    assert_true(sw_str_is(rules->preds[0].literal, "z"));
    sw_rules_free(rules);
    rules = NULL;
    files[1] = path("bad.txt");
    assert_int_equal(sw_rules_load(&rules, &options, &err), SW_E_FORMAT);
    assert_non_null(strstr(err.source, "bad.txt"));
    assert_int_equal(err.line, 1);
}

/* --- the intermediate form --------------------------------------------------------------------------------- */

static const struct sw_pred *value(const char *key, const char *text)
{
    char rule[512];
    (void)snprintf(rule, sizeof rule,
                   "title: x\nlogsource: {category: test}\ndetection:\n  s:\n    %s: %s\n  condition: s\n", key, text);
    parse(rule);
    if (rules->reject_count > 0)
        fail_msg("%s", rules->rejects[0].reason.ptr);
    return &rules->preds[0];
}

static void assert_form(const char *key, const char *text, enum sw_pattern_form form, const char *literal)
{
    const struct sw_pred *pred = value(key, text);
    assert_int_equal(pred->kind, SW_PRED_PATTERN);
    assert_int_equal(pred->form, form);
    assert_true(sw_str_is(pred->literal, literal));
}

static void canonical_forms(void **state)
{
    (void)state;
    assert_form("A", "abc", SW_FORM_EXACT, "abc");
    assert_form("A", "''", SW_FORM_EXACT, "");
    assert_form("A", "'*'", SW_FORM_ANY, "");
    assert_form("A|contains", "''", SW_FORM_ANY, "");
    assert_form("A", "'*abc*'", SW_FORM_CONTAINS, "abc");
    assert_form("A|contains", "'*abc'", SW_FORM_CONTAINS, "abc");
    assert_form("A|startswith", "'abc*'", SW_FORM_STARTS, "abc");
    assert_form("A|startswith", "'*abc'", SW_FORM_CONTAINS, "abc");
    assert_form("A|endswith", "'**abc'", SW_FORM_ENDS, "abc");
    assert_form("A|endswith", "abc\\*", SW_FORM_ENDS, "abc*");
    const struct sw_pred *pred = value("A|contains", "'a*?*b?'");
    assert_int_equal(pred->form, SW_FORM_WILD);
    static const uint8_t kinds[] = {SW_TOKEN_MANY,    SW_TOKEN_LITERAL, SW_TOKEN_ONE, SW_TOKEN_MANY,
                                    SW_TOKEN_LITERAL, SW_TOKEN_ONE,     SW_TOKEN_MANY};
    assert_int_equal(pred->token_count, sizeof kinds);
    for (size_t i = 0; i < sizeof kinds; i++)
        assert_int_equal(pred->tokens[i].kind, kinds[i]);
}

static void numbers(void **state)
{
    (void)state;
    const struct sw_pred *pred = value("A", "0x10");
    assert_true(pred->is_number && sw_str_is(pred->literal, "16") && pred->number == 16);
    pred = value("A", "1.10");
    assert_true(pred->is_number && sw_str_is(pred->literal, "1.1"));
    pred = value("A", "'16'");
    assert_false(pred->is_number);
    pred = value("A|contains", "16");
    assert_false(pred->is_number);
    pred = value("A", "9007199254740992");
    assert_false(pred->is_number);
}

static void networks(void **state)
{
    (void)state;
    const struct sw_pred *pred = value("A|cidr", "10.0.0.0/8");
    assert_int_equal(pred->prefix, 104);
    assert_int_equal(pred->address[11], 0xff);
    assert_int_equal(pred->address[12], 10);
    pred = value("A|cidr", "'2001:db8::/32'");
    assert_int_equal(pred->prefix, 32);
    assert_int_equal(pred->address[0], 0x20);
}

static void metadata(void **state)
{
    (void)state;
    parse(
        "title: T\nid: i\nname: n\nstatus: test\nlevel: High\nauthor: [a, b]\ndate: 2024-05-06\ntags: [attack.t1059, x]\n"
        "references: [r]\nfields: [A, B]\nfalsepositives: [one, two]\nlogsource: {product: Windows, definition: d}\n"
        "detection: {s: {A: x}, t: {B: y}, condition: [s, t]}\n");
    const struct sw_rule *rule = &rules->rules[0];
    assert_true(sw_str_is(rule->id, "i") && sw_str_is(rule->name, "n") && sw_str_is(rule->author, "a; b"));
    assert_int_equal(rule->level, SW_LEVEL_HIGH);
    assert_true(sw_str_is(rule->date, "2024-05-06") && sw_str_is(rule->falsepositives, "one; two"));
    assert_int_equal(rule->tag_count, 2);
    assert_int_equal(rule->show_field_count, 2);
    assert_true(sw_str_is(rule->logsource.product, "windows") && sw_str_is(rule->definition, "d"));
    assert_true(sw_str_is(rule->condition, "s; t"));
    parse(RULE("A", "x"));
    assert_true(sw_str_starts(rules->rules[0].id, SW_STR("unnamed-")));
}

/* --- correlations -------------------------------------------------------------------------------------------- */

static void correlations(void **state)
{
    (void)state;
    parse(
        "title: Top\nname: top\ncorrelation:\n  type: temporal_ordered\n  rules: [many, good]\n  group-by: [User]\n  timespan: 10m\n"
        "---\ntitle: Many\nname: many\ncorrelation:\n  type: event_count\n  rules: bad\n  group-by: [User, Host]\n  timespan: 90s\n"
        "  generate: true\n  aliases: {Host: {bad: Computer}}\n  condition: {gte: 10, lt: 20}\n"
        "---\nname: bad\n" RULE("Bad", "x") "---\nname: good\n" RULE("Good", "y"));
    assert_int_equal(rules->reject_count, 0);
    assert_int_equal(rules->correlation_count, 2);
    const struct sw_correlation *many = &rules->correlations[0];
    const struct sw_correlation *top = &rules->correlations[1];
    assert_true(sw_str_is(many->meta.title, "Many")); /* what is referred to comes first */
    assert_int_equal(many->timespan, 90 * SW_SECOND);
    assert_int_equal(many->bound_count, 2);
    assert_int_equal(many->group_count, 2);
    assert_int_equal(many->alias_count, 1);
    assert_int_equal(many->aliases[0].group, 1);
    assert_true(sw_str_is(sw_field_name(many->aliases[0].field), "Computer"));
    assert_true(top->refs[0].is_correlation && top->refs[0].index == 0);
    assert_false(top->refs[1].is_correlation);
    assert_int_equal(top->bounds[0].value, 2);
    assert_true(many->meta.silent); /* top refers to it */
    assert_false(top->meta.silent);
    assert_false(rules->rules[0].silent); /* many says generate */
    assert_true(rules->rules[1].silent);
}

static void extended_conditions(void **state)
{
    (void)state;
    parse("title: C\ncorrelation:\n  type: temporal\n  timespan: 1m\n  condition: (a or b) and not c\n"
          "---\nname: a\n" RULE("A", "x") "---\nname: b\n" RULE("B", "y") "---\nname: c\n" RULE("C", "z"));
    assert_int_equal(rules->reject_count, 0);
    const struct sw_correlation *c = &rules->correlations[0];
    assert_int_equal(c->ref_count, 3);
    const struct sw_node *top = &rules->nodes[c->condition_root];
    assert_int_equal(top->kind, SW_NODE_AND);
    const struct sw_node *not = &rules->nodes[rules->children[top->first + 1]];
    assert_int_equal(not->kind, SW_NODE_NOT);
    assert_int_equal(rules->nodes[rules->children[not->first]].pred, 2);
    assert_true(sw_str_is(rules->rules[c->refs[2].index].title, "C"));
}

static void faulty_correlations(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *reason;
        const char *suggestion;
    } cases[] = {
        {"{type: event_cuont, rules: a, timespan: 1m, condition: {gte: 1}}", "unknown correlation type", "event_count"},
        {"{type: event_count, rules: a, timespan: 1m}", "needs a condition", "condition: gte: 10"},
        {"{type: event_count, rules: a, timespan: soon, condition: {gte: 1}}", "is no timespan", NULL},
        {"{type: event_count, rules: a, condition: {gte: 1}}", "has no timespan", NULL},
        {"{type: event_count, rules: a, timespan: 1m, condition: {gtte: 1}}", "unknown key 'gtte'", "gte"},
        {"{type: event_count, rules: a, timespan: 1m, condition: {gte: x}}", "takes a number", NULL},
        {"{type: event_count, rules: a, timespan: 1m, condition: {field: A, gte: 1}}", "takes no field", "value_count"},
        {"{type: value_count, rules: a, timespan: 1m, condition: {gte: 1}}", "needs a field", NULL},
        {"{type: value_sum, rules: a, timespan: 1m, condition: {field: [A, B], gte: 1}}", "takes one field", NULL},
        {"{type: value_percentile, rules: a, timespan: 1m, condition: {field: A, percentile: 101, gte: 1}}",
         "from 0 to 100", NULL},
        {"{type: event_count, rules: a, timespan: 1m, groupby: A, condition: {gte: 1}}", "unknown key 'groupby'",
         "group-by"},
        {"{type: event_count, rules: [a, a], timespan: 1m, condition: {gte: 1}}", "is named twice", NULL},
        {"{type: event_count, timespan: 1m, condition: {gte: 1}}", "names no rules", NULL},
        {"{type: event_count, rules: a, timespan: 1m, condition: a and b}", "only temporal", NULL},
        {"{type: temporal, rules: [a, b], timespan: 1m, condition: a and c}", "'c', which is not among", NULL},
        {"{type: temporal, rules: [a, b], timespan: 1m, condition: a}", "does not use the rule 'b'", NULL},
        {"{type: temporal, rules: [a, b], timespan: 1m, condition: 1 of a}", "can't have 'of'", NULL},
        {"{type: temporal_ordered, rules: [a, b], timespan: 1m, condition: a or b}", "can't have 'or' or 'not'",
         "temporal"},
        {"{type: temporal_ordered, rules: [a, b], timespan: 1m, condition: {gte: 1}}", "needs all of its rules", NULL},
        {"{type: temporal, rules: [a, b], timespan: 1m, group-by: X, aliases: {Y: {a: Z}}}", "is not in 'group-by'",
         NULL},
        {"{type: temporal, rules: [a, b], timespan: 1m, group-by: X, aliases: {X: {q: Z}}}",
         "none of the correlation's rules", NULL},
        {"{type: temporal, rules: [a, b], timespan: 1m, generate: maybe}", "must be true or false", NULL},
        {"[x]", "must be a map", NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[1024];
        (void)snprintf(text, sizeof text,
                       "title: C\ncorrelation: %s\n---\nname: a\n" RULE("A", "x") "---\nname: b\n" RULE("B", "y"),
                       cases[i].text);
        parse(text);
        if (rules->reject_count != 1 || strstr(rules->rejects[0].reason.ptr, cases[i].reason) == NULL)
            fail_msg("%s: %s", cases[i].text, rules->reject_count ? rules->rejects[0].reason.ptr : "not rejected");
        if (cases[i].suggestion != NULL && !sw_str_is(rules->rejects[0].suggestion, cases[i].suggestion))
            fail_msg("%s: %s", cases[i].text, rules->rejects[0].suggestion.ptr);
        assert_int_equal(rules->rule_count, 2);
        assert_false(rules->rules[0].silent); /* a rejected correlation silences nothing */
    }
}

static void legacy(void **state)
{
    (void)state;
#define LEGACY(condition)                                                                                                                   \
    "title: L\nid: i\nname: n\nlogsource: {category: test}\ndetection:\n  s: {A: x}\n  t: {A: y}\n  timeframe: 5m\n  condition: " condition \
    "\n"
    parse(LEGACY("s and not t | count(User) by Host, Image >= 3"));
    assert_int_equal(rules->reject_count, 0);
    assert_int_equal(rules->rule_count, 1);
    assert_true(rules->rules[0].silent && rules->rules[0].derived);
    const struct sw_correlation *c = &rules->correlations[0];
    assert_true(sw_str_is(c->meta.id, "i") && !c->meta.silent && !c->meta.derived);
    assert_int_equal(c->type, SW_VALUE_COUNT);
    assert_int_equal(c->group_count, 2);
    assert_int_equal(c->timespan, 300 * SW_SECOND);
    assert_true(c->bounds[0].op == SW_GTE && c->bounds[0].value == 3);
    parse(LEGACY("s | count() > 7"));
    assert_int_equal(rules->correlations[0].type, SW_EVENT_COUNT);
    parse(LEGACY("s | max(Size) by Host > 1.5"));
    assert_int_equal(rules->correlations[0].type, SW_VALUE_PERCENTILE);
    assert_true(rules->correlations[0].percentile == 100);
    parse(LEGACY("s | near t and not s"));
    assert_int_equal(rules->rule_count, 3);
    assert_int_equal(rules->correlations[0].type, SW_TEMPORAL);
    assert_int_equal(rules->correlations[0].ref_count, 3);
    static const char *const bad[] = {"s | cuont() > 1",
                                      "s | count( > 1",
                                      "s | count() by > 1",
                                      "s | count() 1",
                                      "s | count() > x",
                                      "s | count() > 1 and s",
                                      "s | sum() > 1",
                                      "s | near",
                                      "s | near q",
                                      "| count() > 1",
                                      "s |"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char text[512];
        (void)snprintf(text, sizeof text, LEGACY("'%s'"), bad[i]);
        parse(text);
        assert_int_equal(rules->reject_count, 1);
        assert_int_equal(rules->rule_count, 0);
        assert_int_equal(rules->correlation_count, 0);
    }
}

static void no_memory(void **state)
{
    (void)state;
    static const char text[] = "name: a\n" RULE(
        "A",
        "x") "---\ntitle: C\ncorrelation: {type: event_count, rules: a, timespan: 1m, condition: {gte: 1}}\n"
             "---\ntitle: F\nlogsource: {category: test}\nfilter: {rules: any, s: {'A|contains|windash': -x}, condition: s}\n---\nbad: 1\n";
    bool done = false;
    for (uint64_t n = 1; n < 200 && !done; n++) {
        struct sw_rules *partial;
        sw_mem_fail_after(n);
        int rc = sw_rules_parse(&partial, sw_str(text), "memory", NULL, &err);
        sw_mem_fail_after(0);
        assert_true(rc == 0 || rc == SW_E_NOMEM || rc == SW_E_LIMIT);
        assert_true((rc == 0) == (partial != NULL));
        done = rc == 0;
        sw_rules_free(partial);
    }
    assert_true(done);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
    const struct CMUnitTest tests[] = {TEST(order_of_files),
                                       TEST(archives),
                                       TEST(encodings),
                                       TEST(statuses),
                                       TEST(placeholder_files),
                                       TEST(canonical_forms),
                                       TEST(numbers),
                                       TEST(networks),
                                       TEST(metadata),
                                       TEST(correlations),
                                       TEST(extended_conditions),
                                       TEST(faulty_correlations),
                                       TEST(legacy),
                                       TEST(no_memory)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
