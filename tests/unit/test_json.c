/* test_json.c - the JSON decoder: forms of sources, broken records, limits, and that cutting anywhere changes nothing. */
#include "decode_fixture.h"

#include "decode/json_split.h"

static void gives(const char *json, const char *expected)
{
    struct sw_str text = sw_str(json);
    assert_string_equal(fixture_run("json", text, text.len ? text.len : 1), expected);
    fixture_any_step("json", text);
}

static void test_lines(void **state)
{
    (void)state;
    gives("{\"a\":1}\n{\"a\":2}\r\n\n  \n{\"b\":{\"c\":\"x\"}}", "#1 json  a=1\n#2 json  a=2\n#5 json  b.c=x\n");
    gives("\x1e{\"a\":1}\n\x1e {\"a\":2}\n", "#1 json  a=1\n#2 json  a=2\n");
    gives("{}\n{\"a\":[]}\n", "#1 json \n#2 json  a=null:[]\n");
    gives("{\"a\":1},\n{\"a\":2},\n", "#1 json  a=1\n#2 json  a=2\n");
    gives("{\"a\":1}{\"a\":2} {\"a\":3}\n{\"a\":4}\n", "#1 json  a=1\n#1 json  a=2\n#1 json  a=3\n#2 json  a=4\n");
    gives("{\"a\":1}\n{\"Records\":[{\"a\":2},{\"a\":3}]}\n[{\"a\":4}]\n", "#1 json  a=1\n#2 json  a=2\n#2 json  a=3\n#3 json  a=4\n");
}

static void test_broken_lines(void **state)
{
    (void)state;
    gives("{\"a\":1}\n{\"a\":\n{\"a\":3}\n{\"a\":4}}\n{\"a\":\"x\n{\"a\":6}\nnoise\n{\"a\":01}\n{\"a\":9} tail\n{\"a\":10}",
          "#1 json  a=1\n#3 json  a=3\n#6 json  a=6\n#10 json  a=10\n"
          "rejected 1: ends too early\nrejected 2: text after the object\nrejected 1: ends inside a string\n"
          "rejected 1: not a JSON object\nrejected 1: bad number\n");
    gives("{\"a\":\n{\"a\":2}\n", "#2 json  a=2\nrejected 1: ends too early\n"); /* the first line is the broken one */
    gives("x\":1}\n{\"a\":2}\n", "#2 json  a=2\nrejected 1: not a JSON object\n");
}

static void test_arrays(void **state)
{
    (void)state;
    gives("[]", "");
    gives("[{\"a\":1}]", "#1 json  a=1\n");
    gives("[\n {\"a\": 1},\n {\"a\": [1, {\"x\": \"]}\"}]},\n {\"a\": 3}\n]\n",
          "#1 json  a=1\n#2 json  a=1 a.x=]}\n#3 json  a=3\n");
    gives("[{\"a\":1},2,\"x,]\",[{\"b\":1}],null,{\"a\":6}]", "#1 json  a=1\n#6 json  a=6\nrejected 4: not a JSON object\n");
    gives("[{\"a\":1}]\n[{\"a\":2}]", "#1 json  a=1\n#2 json  a=2\n");
    gives("[{\"a\":1},{\"a\":2}", "#1 json  a=1\n#2 json  a=2\n");
}

static void test_documents(void **state)
{
    (void)state;
    gives("{\n  \"a\": 1,\n  \"b\": {\n    \"c\": 2\n  }\n}\n{\n  \"a\": 3\n}\n", "#1 json  a=1 b.c=2\n#2 json  a=3\n");
    gives("{\n  \"a\": \"x\\\"}\\\\\"\n}\n", "#1 json  a=x\"}\\\n");
}

static void test_envelopes(void **state)
{
    (void)state;
    gives("{\"Records\":[{\"a\":1},{\"a\":2}]}", "#1 json  a=1\n#2 json  a=2\n");
    gives("{\"records\":[{\"a\":1}]}\n{\"records\":[{\"a\":2}]}\n", "#1 json  a=1\n#2 json  a=2\n");
    gives("{\"@odata.context\":\"https://x/$metadata\",\"@odata.nextLink\":\"y\",\"value\":[{\"a\":1},{\"a\":2}],\"z\":{\"q\":[1]}}",
          "#1 json  a=1\n#2 json  a=2\n");
    gives("{\"kind\":\"EventList\",\"apiVersion\":\"audit.k8s.io/v1\",\"metadata\":{},\"items\":[{\"a\":1}]}", "#1 json  a=1\n");
    gives("{\"took\":3,\"timed_out\":false,\"_shards\":{\"total\":1},\"hits\":{\"total\":{\"value\":2},\"max_score\":1.0,"
          "\"hits\":[{\"_index\":\"i\",\"_source\":{\"a\":1}},{\"_index\":\"j\",\"_source\":{\"a\":{\"b\":2}}}]}}\n",
          "#1 json  _index=i a=1\n#2 json  _index=j a.b=2\n");
    gives("{\"Records\":[]}", "");
    gives("{\"events\":[{\"a\":1}],\"searchedLogStreams\":[]}", "#1 json  a=1\n");
    /* Not envelopes: other keys before the array, or an array of other things. */
    gives("{\"actor\":\"x\",\"events\":[{\"a\":1}]}", "#1 json  actor=x events.a=1\n");
    gives("{\"value\":[1,2]}", "#1 json  value=1 value=2\n");
    gives("{\"kind\":\"Event\",\"level\":\"x\",\"items\":[{\"a\":1}]}", "#1 json  kind=Event level=x items.a=1\n");
}

static void test_broken_values(void **state)
{
    (void)state;
    gives("[\n{\"a\":1},\n{\"a\":x},\n{\"a\":3}\n]", "#1 json  a=1\n#3 json  a=3\nrejected 1: value expected\n");
    gives("[\n{\"a\":1},\n{\"a\":\"x,\n{\"a\":3},\n{\"a\":4}\n]",
          "#1 json  a=1\n#2 json  a=3\n#2 json  a=4\nrejected 1: control character in a string\n");
    gives("{\n\"a\": 1\n}\n{\n\"a\": 2,\n}\n{\n\"a\": 3\n}\n", "#1 json  a=1\n#3 json  a=3\nrejected 1: key expected\n");
    /* The end of a record that lost its last bracket can't be known: it ends where the next line begins one. */
    gives("[\n{\"a\":{\"b\":1},\n{\"a\":2},\n{\"a\":3}\n]\n", "#1 json  a=2\n#1 json  a=3\nrejected 1: key expected\n");
    gives("[{\"a\":1}]]} garbage {\"a\":2}", "#1 json  a=1\n#4 json  a=2\nrejected 2: not a JSON object\n");
}

static void test_places(void **state)
{
    (void)state;
    fixture_places = true;
    gives("{\"a\":1}\n\n{\"a\":2}\n", "#1 @0:1+7 json  a=1\n#3 @9:3+7 json  a=2\n");
    gives("[\n  {\"a\":1},\n\n  {\"a\":\n2} ]", "#1 @4:2+7 json  a=1\n#2 @16:4+8 json  a=2\n");
    gives("{\"Records\":[{\"a\":1},{\"a\":2}]}\n{\"Records\":[{\"a\":3}]}",
          "#1 @12:1+7 json  a=1\n#2 @20:1+7 json  a=2\n#3 @42:2+7 json  a=3\n");
    fixture_places = false;
}

static void repeat(struct sw_buf *buf, char c, size_t count)
{
    for (size_t i = 0; i < count; i++)
        sw_buf_char(buf, c);
}

/* {"a":"xxx"} of exactly `len` bytes. */
static void long_record(struct sw_buf *buf, size_t len)
{
    SW_BUF_LIT(buf, "{\"a\":\"");
    repeat(buf, 'x', len - 8);
    SW_BUF_LIT(buf, "\"}");
}

static void check_long(const char *before, const char *after, size_t len, const char *expected)
{
    struct sw_buf json;
    sw_buf_init(&json, 1u << 24);
    sw_buf_text(&json, before);
    long_record(&json, len);
    sw_buf_text(&json, after);
    for (size_t step = 1u << 19; step <= 1u << 23; step *= 2) {
        const char *out = fixture_run("json", sw_buf_str(&json), step);
        if (len > SW_MAX_RECORD)
            assert_string_equal(out, expected);
        else
            assert_null(strstr(out, "rejected"));
    }
    sw_buf_fini(&json);
}

static void test_record_limit(void **state)
{
    (void)state;
    for (size_t len = SW_MAX_RECORD; len <= SW_MAX_RECORD + 1; len++) {
        check_long("{\"a\":1}\n", "\n{\"a\":3}\n", len, "#1 json  a=1\n#3 json  a=3\nrejected 1: record longer than the limit\n");
        check_long("[{\"a\":1},", ",{\"a\":3}]", len, "#1 json  a=1\n#3 json  a=3\nrejected 1: record longer than the limit\n");
        check_long("{\"Records\":[", ",{\"a\":2}]}", len, "#2 json  a=2\nrejected 1: record longer than the limit\n");
    }
    check_long("{\"a\":1}\n", "\n{\"a\":3}\n", 5u << 20, "#1 json  a=1\n#3 json  a=3\nrejected 1: record longer than the limit\n");
    check_long("[{\"a\":1},", ",{\"a\":3}]", 5u << 20, "#1 json  a=1\n#3 json  a=3\nrejected 1: record longer than the limit\n");
}

/* A record that never ends costs what is on its line. */
static void test_endless_record(void **state)
{
    (void)state;
    struct sw_buf json;
    sw_buf_init(&json, 1u << 24);
    SW_BUF_LIT(&json, "[\n{\"a\":[1,2,\n");
    for (unsigned i = 0; i < 120000; i++)
        sw_buf_printf(&json, "{\"n\":%u},\n", i);
    for (size_t step = 1u << 19; step <= 1u << 23; step *= 2) {
        const char *out = fixture_run("json", sw_buf_str(&json), step);
        assert_non_null(strstr(out, " n=0\n"));
        assert_non_null(strstr(out, " n=100000\n"));
        assert_non_null(strstr(out, " n=119999\n"));
        assert_non_null(strstr(out, "rejected 1: "));
    }
    sw_buf_fini(&json);
}

static void test_sniff(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool is_json;
    } cases[] = {
        {"{\"a\":1}\n", true}, {"[{\"a\":1}]", true}, {"  [ { \"a\" : 1", true}, {"{}", true}, {"[]", true}, {"\x1e{\"a\":1}\n", true},
        {"[2024-05-06 07:08:09] {\"a\":1}", false}, {"[error] x", false}, {"{a:1}", false}, {"plain text", false},
        {"", false}, {"{", false}, {"{\"a\" x", false}, {"tail\"}\n{\"a\":1}\n{\"a\":1}\n{\"a\":1}\n{\"a\":1}\n", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sw_sniff sniff = {.head = sw_str(cases[i].text), .complete = true, .path = {"", 0}};
        bool is_json = sw_str_is(sw_str(sw_decoder_sniff(&sniff, NULL)->name), "json");
        if (is_json != cases[i].is_json)
            fail_msg("%s", cases[i].text);
    }
}

/* The scan that goes by 64 bytes against the plainest way to say the same. */
static size_t slow_scan(const char *text, size_t len, bool *in_string, bool *escaped, uint32_t *depth)
{
    for (size_t i = 0; i < len; i++) {
        bool was = *escaped;
        *escaped = text[i] == '\\' && !was;
        if (text[i] == '"' && !was)
            *in_string = !*in_string;
        else if (*in_string && text[i] == '\n')
            *in_string = false;
        else if (!*in_string && strchr("{[", text[i]))
            (*depth)++;
        else if (!*in_string && strchr("}]", text[i]) && *depth > 0 && --*depth == 0)
            return i + 1;
    }
    return 0;
}

static void test_scan(void **state)
{
    (void)state;
    static const char bytes[] = "{}[]\"\"\"\\\\\\ab\n,";
    uint64_t seed = 88172645463325252u;
    char text[700];
    for (unsigned round = 0; round < 50000; round++) {
        size_t len = 1 + round % 699;
        for (size_t i = 0; i < len; i++) {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            text[i] = bytes[(seed >> 33) % (sizeof bytes - 1)];
        }
        text[0] = '{';
        bool in_string = false;
        bool escaped = false;
        uint32_t depth = round % 3 * 7;
        struct sw_json_scan scan = {.depth = depth};
        const char *after = sw_json_scan(&scan, text, text + len);
        size_t expected = slow_scan(text, len, &in_string, &escaped, &depth);
        assert_int_equal(after == NULL ? 0 : after - text, expected);
        if (after == NULL) {
            assert_int_equal(scan.depth, depth);
            assert_int_equal(scan.in_string, in_string);
            assert_int_equal(scan.escaped, escaped);
        }
    }
}

static void test_memory_ends(void **state)
{
    (void)state;
    struct sw_str text = SW_STR("{\"log\":\"{\\\"a\\\":\\\"\\u00e9\\\"}\",\"stream\":\"x\"}\n{\"message\":\"<Event><System><EventID>1</EventID>"
                                "</System></Event>\"}\n{\"log\":\"1.2.3.4 - - [06/May/2024:07:08:09 +0200] \\\"GET / HTTP/1.1\\\" 200 1\"}\n");
    for (uint64_t n = 1; n < 120; n++) {
        sw_mem_fail_after(n);
        int rc = fixture_decode("json", text, text.len);
        sw_mem_fail_after(0);
        assert_true(rc == 0 || rc == SW_E_NOMEM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),         cmocka_unit_test(test_broken_lines),   cmocka_unit_test(test_arrays),
        cmocka_unit_test(test_documents),     cmocka_unit_test(test_envelopes),      cmocka_unit_test(test_broken_values),
        cmocka_unit_test(test_places),        cmocka_unit_test(test_record_limit),   cmocka_unit_test(test_endless_record),
        cmocka_unit_test(test_sniff),         cmocka_unit_test(test_scan),           cmocka_unit_test(test_memory_ends),
    };
    return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
