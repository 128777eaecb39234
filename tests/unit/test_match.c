/* test_match.c - the matcher on rules made by hand: every kind of predicate, conditions, fields, witnesses, explanations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ir_build.h"
#include "sigma/program.h"

#include <stdio.h>

static struct sw_classes *classes;
static struct sw_rules rules;
static struct sw_program *program;
static struct sw_matcher *matcher;
static struct sw_event event;

static int start(void **state)
{
    (void)state;
    sw_event_init(&event);
    return 0;
}

static void stop_program(void)
{
    sw_matcher_free(matcher);
    sw_program_free(program);
    matcher = NULL;
    program = NULL;
    ir_free(&rules);
}

static int stop(void **state)
{
    (void)state;
    stop_program();
    sw_event_fini(&event);
    return 0;
}

static void compile(void)
{
    struct sw_error err;
    assert_int_equal(sw_program_compile(&program, &rules, classes, 2, &err), 0);
    assert_int_equal(sw_matcher_new(&matcher, program), 0);
}

static void add_len(const char *field, enum sw_type type, const char *value, size_t len)
{
    sw_event_add(&event, sw_field_intern(sw_str(field)), type, value, len);
}

static void add(const char *field, const char *value)
{
    add_len(field, SW_STRING, value, strlen(value));
}

static int run(const uint32_t **hits)
{
    int count = sw_matcher_run(matcher, &event, hits);
    assert_true(count >= 0);
    return count;
}

/* Whether the only rule holds for an event with this one field. */
static bool holds_typed(const char *field, enum sw_type type, const char *value, size_t len)
{
    sw_event_clear(&event);
    add_len(field, type, value, len);
    const uint32_t *hits;
    return run(&hits) == 1;
}

static bool holds(const char *value)
{
    return holds_typed("f", SW_STRING, value, strlen(value));
}

static void one_pred(struct sw_pred pred)
{
    stop_program();
    ir_rule(&rules, ir_leaf(&rules, pred));
    compile();
}

/* The same predicate where the index can't help: NOT NOT is no way around it, but an always-true neighbour is. */
static void one_pred_unindexed(struct sw_pred pred)
{
    stop_program();
    uint32_t not_there = ir_leaf(&rules, ir_pattern("never", SW_FORM_EXACT, "x"));
    uint32_t parts[2] = {ir_leaf(&rules, pred), ir_not(&rules, not_there)};
    /* not (not p or never): p is asked when needed, unless the index takes it as a witness */
    uint32_t inner = ir_node(&rules, SW_NODE_AND, 0, parts, 2);
    uint32_t missing = ir_not(&rules, ir_leaf(&rules, ir_pattern("other", SW_FORM_ANY, "")));
    uint32_t negated = ir_not(&rules, ir_node(&rules, SW_NODE_AND, 0, (uint32_t[]){missing, ir_not(&rules, inner)}, 2));
    ir_rule(&rules, ir_node(&rules, SW_NODE_AND, 0, (uint32_t[]){negated, missing}, 2));
    compile();
}

/* Both ways of deciding a predicate, on values that pass and values that don't. */
static void check(struct sw_pred pred, const char *const *pass, const char *const *fail)
{
    for (int way = 0; way < 2; way++) {
        if (way == 0)
            one_pred(pred);
        else
            one_pred_unindexed(pred);
        for (int turn = 0; turn < 3; turn++) { /* later turns find the memory filled */
            for (size_t i = 0; pass[i] != NULL; i++)
                if (!holds(pass[i]))
                    fail_msg("should hold: %s (way %d)", pass[i], way);
            for (size_t i = 0; fail[i] != NULL; i++)
                if (holds(fail[i]))
                    fail_msg("should not hold: %s (way %d)", fail[i], way);
        }
    }
}

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})
#define NOTHING ((const char *const[]){NULL})

static void test_exact(void **state)
{
    (void)state;
    check(ir_pattern("f", SW_FORM_EXACT, "Whoami.exe"), LIST("whoami.exe", "WHOAMI.EXE"),
          LIST("whoami.ex", "whoami.exee", "", "xwhoami.exe"));
    check(ir_pattern("f", SW_FORM_EXACT, ""), LIST(""), LIST("x", " "));
    check(ir_pattern("f", SW_FORM_EXACT, "a"), LIST("a", "A"), LIST("", "aa", "b"));
    check(ir_pattern("f", SW_FORM_EXACT, "ÄÖ"), LIST("äö", "ÄÖ", "äÖ"), LIST("ao", "ä", "äöä"));
    const char *long_value = "c:\\a directory\\of a name that has more than sixty-three bytes\\in all its parts.txt";
    check(ir_pattern("f", SW_FORM_EXACT, long_value), LIST(long_value),
          LIST("c:\\a directory\\of a name that has more than sixty-three bytes\\in all its partX.txt"));
}

static void test_contains(void **state)
{
    (void)state;
    check(ir_pattern("f", SW_FORM_CONTAINS, "Mimikatz"), LIST("mimikatz", "xMIMIKATZ", "a mimikatz b", "mimimimikatz"),
          LIST("mimikat", "", "imikatz"));
    check(ir_pattern("f", SW_FORM_CONTAINS, "k"), LIST("k", "K", "aak"), LIST("", "a", "\xe2\x84\xaa")); /* Kelvin sign */
    check(ir_pattern("f", SW_FORM_CONTAINS, "-e"), LIST("-e", "x -E y"), LIST("-", "e-", ""));
    check(ir_pattern("f", SW_FORM_CONTAINS, "abc"), LIST("abc", "zabcz"), LIST("ab", "ab c"));
    check(ir_pattern("f", SW_FORM_CONTAINS, "Пароль"), LIST("мой пароль", "ПАРОЛЬ!"), LIST("парол", "password"));
    check(ir_pattern("f", SW_FORM_CONTAINS, ""), LIST("", "x"), NOTHING);
    check(ir_pattern("f", SW_FORM_CONTAINS, "\xff\xfe"), LIST("a\xff\xfe"), LIST("\xff", "\xfe\xff"));
}

static void test_edges(void **state)
{
    (void)state;
    check(ir_pattern("f", SW_FORM_STARTS, "C:\\Windows\\"), LIST("c:\\windows\\", "C:\\WINDOWS\\x"), LIST("c:\\windows", "xc:\\windows\\"));
    check(ir_pattern("f", SW_FORM_ENDS, "\\cmd.exe"), LIST("\\cmd.exe", "c:\\CMD.EXE"), LIST("cmd.exe", "\\cmd.exe "));
    check(ir_pattern("f", SW_FORM_ENDS, "e"), LIST("e", "E", "xe"), LIST("", "ex"));
    check(ir_pattern("f", SW_FORM_ENDS, ".js"), LIST(".js", "a.JS"), LIST("js", ".jsx"));
    check(ir_pattern("f", SW_FORM_STARTS, "ab"), LIST("ab", "ABC"), LIST("a", "bab"));
    check(ir_pattern("f", SW_FORM_ENDS, "\\a long enough tail.exe"), LIST("x\\A LONG ENOUGH tail.exe"),
          LIST("\\b long enough tail.exe", "tail.exe"));
    check(ir_pattern("f", SW_FORM_STARTS, "thirteen bytes"), LIST("Thirteen Bytes and more"), LIST("thirteen byte", "thirteen bytez"));
}

static void test_cased(void **state)
{
    (void)state;
    struct sw_pred pred = ir_pattern("f", SW_FORM_CONTAINS, "AbCd");
    pred.cased = true;
    check(pred, LIST("AbCd", "xAbCdx"), LIST("abcd", "ABCD"));
    pred.form = SW_FORM_EXACT;
    check(pred, LIST("AbCd"), LIST("abcd", "AbCdx"));
    pred.form = SW_FORM_ENDS;
    check(pred, LIST("xAbCd"), LIST("xabcd"));
    pred.literal = sw_str("Ä");
    pred.form = SW_FORM_STARTS;
    check(pred, LIST("Äx"), LIST("äx"));
}

static void test_number(void **state)
{
    (void)state;
    struct sw_pred pred = ir_pattern("f", SW_FORM_EXACT, "4688");
    pred.is_number = true;
    pred.number = 4688;
    check(pred, LIST("4688", "4688.0", "4.688e3", "04688", "+4688"), LIST("4689", "4688x", "", "46880", "-4688"));
    pred = ir_pattern("f", SW_FORM_EXACT, "0x10");
    pred.is_number = true;
    pred.number = 16;
    check(pred, LIST("16", "0x10", "16.0"), LIST("10", "0x11", "0"));
    pred = ir_pattern("f", SW_FORM_EXACT, "0");
    pred.is_number = true;
    check(pred, LIST("0", "-0", "0.0", "00"), LIST("", "x", "1"));
}

/* --- wildcards, expressions, the rest ------------------------------------------------------------------------- */

static struct sw_pred wild(const struct sw_token *tokens, size_t count)
{
    return (struct sw_pred){.kind = SW_PRED_PATTERN, .form = SW_FORM_WILD, .tokens = tokens, .token_count = count,
                            .field = sw_field_intern(SW_STR("f"))};
}

#define LITERAL(text) {SW_TOKEN_LITERAL, SW_STR_INIT(text)}
#define MANY {SW_TOKEN_MANY, {NULL, 0}}
#define ONE {SW_TOKEN_ONE, {NULL, 0}}

static void test_wild(void **state)
{
    (void)state;
    static const struct sw_token inner[] = {LITERAL("C:\\Users\\"), MANY, LITERAL("\\Temp\\"), MANY, LITERAL(".exe")};
    check(wild(inner, 5), LIST("c:\\users\\x\\temp\\y.exe", "C:\\Users\\\\Temp\\.EXE", "c:\\users\\a\\temp\\b\\temp\\c.exe.exe"),
          LIST("c:\\users\\x\\temp\\y.exes", "c:\\users\\temp\\.ex", "d:\\users\\x\\temp\\y.exe", ""));
    static const struct sw_token one[] = {LITERAL("a"), ONE, LITERAL("c")};
    check(wild(one, 3), LIST("abc", "AéC", "a\xff" "c", "a\nc"), LIST("ac", "abbc", "abcd"));
    static const struct sw_token three[] = {ONE, ONE, ONE};
    check(wild(three, 3), LIST("abc", "日本語", "äöü"), LIST("ab", "abcd", ""));
    static const struct sw_token ends[] = {MANY, LITERAL("ab"), ONE};
    check(wild(ends, 3), LIST("abab1", "ab1", "xab1"), LIST("ab", "ab12x", "b1"));
    static const struct sw_token least[] = {ONE, MANY};
    check(wild(least, 2), LIST("a", "ab", "é"), LIST(""));
}

static void test_regex(void **state)
{
    (void)state;
    check(ir_regex("f", "net\\s+(user|group) /add"), LIST("net user /add", "x net  group /add"), LIST("NET user /add", "net use /add"));
    check(ir_regex("f", "^[a-f0-9]{4}$"), LIST("12af", "12af\n"), LIST("12AF", "12af0", "x12af"));
    check(ir_regex("f", ".{5}"), LIST("12345", "äöüßx"), LIST("1234", "äöüß"));
    check(ir_regex("f", "(?<!a)secret"), LIST("a secret", "secret"), LIST("asecret")); /* PCRE2's alone */
    check(ir_regex("f", "(a+)-\\1"), LIST("aa-aa"), LIST("a-b"));
    struct sw_pred folded = ir_regex("f", "kiosk.ÄB");
    folded.regex_i = true;
    check(folded, LIST("KIOSK-äb", "\xe2\x84\xaaiosk Äb"), LIST("kiosk.ab"));
    check(ir_regex("f", ""), LIST("", "x"), NOTHING);
    check(ir_regex("f", "a\xc3\xa9?b"), LIST("ab", "aéb"), LIST("aéeb"));
}

static void test_regex_bytes(void **state)
{
    (void)state;
    check(ir_regex("f", "evil.name"), LIST("\xff evil-name", "evil\xc3\xa4name"), LIST("evil\xc3\x28name", "evil\xffname"));
}

static void test_cidr(void **state)
{
    (void)state;
    struct sw_pred pred = {.kind = SW_PRED_CIDR, .field = sw_field_intern(SW_STR("f")), .prefix = 96 + 12,
                           .address = {[10] = 0xff, [11] = 0xff, [12] = 172, [13] = 16}};
    check(pred, LIST("172.16.0.0", "172.31.255.255", "::ffff:172.16.0.1"), LIST("172.32.0.0", "172.15.0.1", "", "172.16.0", "::1"));
    struct sw_pred six = {.kind = SW_PRED_CIDR, .field = pred.field, .prefix = 10, .address = {0xfe, 0x80}};
    check(six, LIST("fe80::1", "FEBF::"), LIST("fec0::", "10.0.0.1", "fe80::1%eth0"));
    struct sw_pred all = {.kind = SW_PRED_CIDR, .field = pred.field};
    check(all, LIST("::1", "2001:db8::"), LIST("10.0.0.1", "x"));
}

static void test_compare(void **state)
{
    (void)state;
    struct sw_pred pred = {.kind = SW_PRED_COMPARE, .compare = SW_GTE, .number = 10, .field = sw_field_intern(SW_STR("f"))};
    check(pred, LIST("10", "10.5", "1e3"), LIST("9", "", "ten", "-10", "10x"));
    pred.compare = SW_NEQ;
    check(pred, LIST("9", "11"), LIST("10", "10.0", "x", ""));
}

static void test_timepart(void **state)
{
    (void)state;
    struct sw_pred pred = {.kind = SW_PRED_TIMEPART, .part = SW_PART_HOUR, .compare = SW_EQ, .number = 23,
                           .field = sw_field_intern(SW_STR("f"))};
    check(pred, LIST("2024-05-06T23:08:09Z", "2024-05-07T01:00:00+02:00", "1715036889"), LIST("2024-05-06T22:59:59Z", "x", ""));
    pred.part = SW_PART_WEEK;
    pred.number = 53;
    check(pred, LIST("2021-01-01T00:00:00Z", "2020-12-31T00:00:00Z"), LIST("2021-01-04T00:00:00Z", "2024-12-30T00:00:00Z"));
    pred.number = 1;
    check(pred, LIST("2024-12-30T00:00:00Z", "1970-01-01T00:00:00Z"), LIST("1969-12-28T12:00:00Z"));
}

/* --- fields ----------------------------------------------------------------------------------------------------- */

static void test_presence(void **state)
{
    (void)state;
    const uint32_t *hits;
    sw_field_id f = sw_field_intern(SW_STR("f"));
    ir_rule(&rules, ir_leaf(&rules, (struct sw_pred){.kind = SW_PRED_NULL, .field = f}));
    ir_rule(&rules, ir_leaf(&rules, (struct sw_pred){.kind = SW_PRED_EXISTS, .field = f}));
    ir_rule(&rules, ir_leaf(&rules, ir_pattern("f", SW_FORM_ANY, "")));
    compile();
    sw_event_clear(&event);
    assert_int_equal(run(&hits), 1);
    assert_int_equal(hits[0], 0);
    add_len("f", SW_NULL, "", 0);
    assert_int_equal(run(&hits), 2);
    assert_int_equal(hits[0], 0);
    assert_int_equal(hits[1], 1);
    add("F", "");
    assert_int_equal(run(&hits), 2);
    assert_int_equal(hits[0], 1);
    assert_int_equal(hits[1], 2);
}

static void test_many_values_and_case_of_names(void **state)
{
    (void)state;
    const uint32_t *hits;
    uint32_t a = ir_leaf(&rules, ir_pattern("Some_Name", SW_FORM_CONTAINS, "alpha"));
    uint32_t b = ir_leaf(&rules, ir_pattern("some_name", SW_FORM_ENDS, "beta"));
    ir_rule(&rules, ir_two(&rules, SW_NODE_AND, a, b));
    compile();
    sw_event_clear(&event);
    add("SOME_NAME", "the alpha value");
    assert_int_equal(run(&hits), 0);
    add("some_NAME", "the beta");
    assert_int_equal(run(&hits), 1);
    uint64_t bits;
    sw_matcher_fields(matcher, &event, 0, &bits);
    assert_int_equal(bits, 3);
}

static void test_keywords(void **state)
{
    (void)state;
    const uint32_t *hits;
    ir_rule(&rules, ir_leaf(&rules, ir_pattern("", SW_FORM_CONTAINS, "needle")));
    ir_rule(&rules, ir_not(&rules, ir_leaf(&rules, ir_pattern("", SW_FORM_CONTAINS, "hay"))));
    compile();
    sw_event_clear(&event);
    add("x", "hay and Needle");
    assert_int_equal(run(&hits), 1);
    assert_int_equal(hits[0], 0);
    sw_event_clear(&event);
    add("x", "nothing");
    event.raw = SW_STR("the needle lies here");
    assert_int_equal(run(&hits), 1);
    assert_int_equal(hits[0], 1);
    event.raw_is_value = true;
    assert_int_equal(run(&hits), 2);
    event.raw_is_value = false;
}

/* What a long value of a line gave is remembered by its bytes. The same bytes may be parsed in one record and not in another
 * (programs of syslog share a plan): what fields lie inside must not be remembered with it. */
static void test_lines_with_fields_in_long_values(void **state)
{
    (void)state;
    const uint32_t *hits;
    static const char line[] = "sshd: Failed password for mallory-evil from somewhere else";
    ir_rule(&rules, ir_leaf(&rules, ir_pattern("user", SW_FORM_CONTAINS, "mallory-evil")));
    compile();
    for (int i = 0; i < 6; i++) {
        sw_event_clear(&event);
        event.raw = sw_str(line);
        event.raw_is_value = true;
        add("message", line + 6);
        bool parsed = i >= 4;
        if (parsed)
            add_len("user", SW_STRING, strstr(line, "mallory"), strlen("mallory-evil"));
        assert_int_equal(run(&hits), parsed);
    }
    event.raw_is_value = false;
}

static void test_fieldref(void **state)
{
    (void)state;
    const uint32_t *hits;
    struct sw_pred pred = {.kind = SW_PRED_FIELDREF, .form = SW_FORM_ENDS, .field = sw_field_intern(SW_STR("a")),
                           .other = sw_field_intern(SW_STR("b"))};
    ir_rule(&rules, ir_leaf(&rules, pred));
    compile();
    sw_event_clear(&event);
    add("a", "c:\\Temp\\X.exe");
    assert_int_equal(run(&hits), 0);
    add("b", "y.exe");
    assert_int_equal(run(&hits), 0);
    add("b", "x.EXE");
    assert_int_equal(run(&hits), 1);
}

/* --- conditions --------------------------------------------------------------------------------------------------- */

static void test_at_least(void **state)
{
    (void)state;
    const uint32_t *hits;
    uint32_t parts[4];
    static const char *const words[] = {"one", "two", "three", "four"};
    for (int i = 0; i < 4; i++)
        parts[i] = ir_leaf(&rules, ir_pattern(i % 2 ? "a" : "b", SW_FORM_CONTAINS, words[i]));
    for (uint32_t need = 0; need <= 5; need++) {
        uint32_t node = ir_node(&rules, SW_NODE_AT_LEAST, need, parts, 4);
        ir_rule(&rules, node);
        ir_rule(&rules, ir_not(&rules, node));
    }
    compile();
    for (unsigned mask = 0; mask < 16; mask++) {
        sw_event_clear(&event);
        unsigned sum = 0;
        for (unsigned i = 0; i < 4; i++) {
            if ((mask >> i & 1) == 0)
                continue;
            add(i % 2 ? "a" : "b", words[i]);
            sum++;
        }
        int count = run(&hits);
        assert_int_equal(count, 6);
        for (unsigned need = 0; need <= 5; need++)
            assert_int_equal(hits[need], 2 * need + (sum >= need ? 0 : 1));
    }
}

static void test_constants(void **state)
{
    (void)state;
    const uint32_t *hits;
    uint32_t yes = ir_node(&rules, SW_NODE_TRUE, 0, NULL, 0);
    uint32_t no = ir_node(&rules, SW_NODE_FALSE, 0, NULL, 0);
    ir_rule(&rules, yes);
    ir_rule(&rules, no);
    uint32_t leaf = ir_leaf(&rules, ir_pattern("f", SW_FORM_EXACT, "x"));
    ir_rule(&rules, ir_two(&rules, SW_NODE_AND, leaf, yes));
    ir_rule(&rules, ir_two(&rules, SW_NODE_OR, leaf, no));
    ir_rule(&rules, ir_two(&rules, SW_NODE_AND, leaf, no));
    compile();
    sw_event_clear(&event);
    assert_int_equal(run(&hits), 1);
    add("f", "X");
    assert_int_equal(run(&hits), 3);
    assert_int_equal(hits[1], 2);
    assert_int_equal(hits[2], 3);
}

/* As deep as a stranger may like: neither compiling nor matching may use the stack for it. */
static void test_deep(void **state)
{
    (void)state;
    const uint32_t *hits;
    uint32_t node = ir_leaf(&rules, ir_pattern("f", SW_FORM_EXACT, "x"));
    for (int i = 0; i < 20000; i++) {
        uint32_t leaf = ir_leaf(&rules, ir_pattern(i % 2 ? "g" : "f", SW_FORM_ENDS, i % 2 ? "y" : "x"));
        node = ir_two(&rules, i % 2 ? SW_NODE_OR : SW_NODE_AND, leaf, ir_not(&rules, ir_not(&rules, node)));
    }
    ir_rule(&rules, node);
    compile();
    sw_event_clear(&event);
    add("f", "x");
    assert_int_equal(run(&hits), 1);
}

static void test_fields_of_match(void **state)
{
    (void)state;
    const uint32_t *hits;
    uint32_t a = ir_leaf(&rules, ir_pattern("a", SW_FORM_EXACT, "1"));
    uint32_t b = ir_leaf(&rules, ir_pattern("b", SW_FORM_EXACT, "1"));
    uint32_t c = ir_leaf(&rules, ir_pattern("c", SW_FORM_EXACT, "1"));
    ir_rule(&rules, ir_two(&rules, SW_NODE_OR, ir_two(&rules, SW_NODE_AND, a, b), c));
    compile();
    sw_event_clear(&event);
    add("a", "1");
    add("b", "2");
    add("c", "1");
    add("d", "1");
    assert_int_equal(run(&hits), 1);
    uint64_t bits;
    sw_matcher_fields(matcher, &event, 0, &bits);
    assert_int_equal(bits, 4);
    assert_int_equal(run(&hits), 1);
}

/* Fields of names that nobody knew when the rules were compiled. */
static void test_late_names(void **state)
{
    (void)state;
    const uint32_t *hits;
    ir_rule(&rules, ir_leaf(&rules, ir_pattern("late_name", SW_FORM_EXACT, "v")));
    compile();
    sw_event_clear(&event);
    char name[32];
    for (int i = 0; i < 3000; i++) {
        (void)snprintf(name, sizeof name, "minted_%d", i);
        add(name, "v");
    }
    assert_int_equal(run(&hits), 0);
    add("Late_Name", "v");
    assert_int_equal(run(&hits), 1);
}

static void test_explain(void **state)
{
    (void)state;
    uint32_t a = ir_leaf(&rules, ir_pattern("Image", SW_FORM_ENDS, "\\x.exe"));
    uint32_t b = ir_leaf(&rules, ir_regex("CommandLine", "(?<=a)b"));
    ir_rule(&rules, ir_two(&rules, SW_NODE_AND, a, ir_not(&rules, b)));
    compile();
    struct sw_buf out;
    sw_buf_init(&out, 1u << 20);
    sw_program_explain(program, classes, 0, &out);
    assert_int_equal(sw_buf_error(&out), 0);
    sw_buf_char(&out, '\0');
    assert_non_null(strstr(out.data, "looked at only when\n       Image ends with \"\\\\x.exe\""));
    assert_non_null(strstr(out.data, "not CommandLine matches \"(?<=a)b\" (PCRE2) [when needed]"));
    assert_non_null(strstr(out.data, "events of none"));
    sw_buf_fini(&out);
}

/* Every allocation of compiling may fail. */
static void test_no_memory(void **state)
{
    (void)state;
    uint32_t a = ir_leaf(&rules, ir_pattern("Image", SW_FORM_ENDS, "\\x.exe"));
    uint32_t b = ir_leaf(&rules, ir_regex("CommandLine", "[a-f]{4}"));
    uint32_t c = ir_leaf(&rules, ir_pattern("", SW_FORM_CONTAINS, "word"));
    ir_rule(&rules, ir_node(&rules, SW_NODE_AT_LEAST, 2, (uint32_t[]){a, b, c}, 3));
    struct sw_error err;
    int rc = SW_E_NOMEM;
    for (uint64_t n = 1; rc != 0 && n < 100000; n++) {
        sw_mem_fail_after(n);
        rc = sw_program_compile(&program, &rules, classes, 1, &err);
        if (rc == 0) {
            rc = sw_matcher_new(&matcher, program);
            if (rc != 0) {
                sw_program_free(program);
                program = NULL;
            }
        }
        sw_mem_fail_after(0);
        assert_true(rc == 0 || rc == SW_E_NOMEM || rc == SW_E_LIMIT);
    }
    assert_int_equal(rc, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_exact), TEST(test_contains), TEST(test_edges), TEST(test_cased), TEST(test_number), TEST(test_wild),
        TEST(test_regex), TEST(test_regex_bytes), TEST(test_cidr), TEST(test_compare), TEST(test_timepart),
        TEST(test_presence), TEST(test_many_values_and_case_of_names), TEST(test_keywords), TEST(test_fieldref),
        TEST(test_lines_with_fields_in_long_values),
        TEST(test_at_least), TEST(test_constants), TEST(test_deep), TEST(test_fields_of_match), TEST(test_late_names),
        TEST(test_explain), TEST(test_no_memory),
    };
    struct sw_error err;
    if (sw_classes_load(&classes, NULL, 0, &err) != 0)
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    sw_classes_free(classes);
    return failed;
}
