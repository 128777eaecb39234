/* test_json_read.c - the JSON reader: what each construct becomes, what is refused, and json-c as an independent opinion. */
#include "base/error.h"
#include "base/mem.h"
#include "decode/json_read.h"

#include <json-c/json.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>
#include <cmocka.h>

/* Names are paths joined by dots, nothing else: what the reader does without any shape's knowledge. */
static struct sw_json_name plain_name(const struct sw_json_name *parent, struct sw_str key, struct sw_arena *arena)
{
    struct sw_json_name name = {.text = key};
    if (parent->text.len > 0)
        name.text = sw_arena_printf(arena, "%.*s.%.*s", SW_STR_ARG(parent->text), SW_STR_ARG(key));
    if (sw_str_is(key, "marked"))
        name.mark = 7;
    if (sw_str_is(key, "kept"))
        name.flags = SW_JSON_RAW;
    if (sw_str_is(key, "wrapper"))
        name.flags = SW_JSON_WRAP;
    if (sw_str_is(key, "skipped"))
        name.flags = SW_JSON_SKIP;
    if (sw_str_is(key, "pairs"))
        name.flags = SW_JSON_PAIR;
    if (sw_str_ends(name.text, SW_STR("pairs.Name")))
        name.flags = SW_JSON_NAME;
    if (sw_str_ends(name.text, SW_STR("pairs.Value")))
        name.flags = SW_JSON_VALUE;
    return name;
}

static const struct sw_json_naming plain = {.name = plain_name, .root = {.text = {"", 0}}};

struct fixture {
    struct sw_json_reader reader;
    struct sw_event event;
    struct sw_arena arena;
    struct sw_buf text;
};

static struct fixture *f;

static int setup(void **state)
{
    f = sw_alloc(1, sizeof *f);
    *state = f;
    sw_event_init(&f->event);
    sw_arena_init(&f->arena, SW_MAX_ARENA);
    sw_buf_init(&f->text, 1u << 24);
    return sw_json_reader_init(&f->reader, &plain);
}

static int teardown(void **state)
{
    (void)state;
    sw_json_reader_fini(&f->reader);
    sw_event_fini(&f->event);
    sw_arena_fini(&f->arena);
    sw_buf_fini(&f->text);
    sw_free(f);
    return 0;
}

/* Reads from a copy that ends exactly where the document ends, so that sanitizers see a byte too far. */
static int read_copy(struct sw_str text, size_t *used)
{
    static char *copy;
    sw_free(copy);
    copy = text.len ? sw_alloc(text.len, 1) : NULL;
    if (text.len)
        memcpy(copy, text.ptr, text.len);
    sw_event_clear(&f->event);
    sw_arena_reset(&f->arena);
    sw_json_reader_begin(&f->reader);
    int rc = sw_json_read(&f->reader, sw_strn(copy ? copy : "", text.len), SW_STR(""), &f->event, &f->arena, used);
    if (text.len == 0)
        copy = NULL;
    return rc;
}

/* The event as text: name=type:value; ... */
static const char *shown(struct sw_str text)
{
    static const char types[] = "sifbn";
    size_t used;
    sw_buf_clear(&f->text);
    int rc = read_copy(text, &used);
    if (rc == SW_E_FORMAT)
        sw_buf_printf(&f->text, "! %s at %td", f->reader.reason, f->reader.stop - (f->reader.stop - text.ptr) - text.ptr);
    else if (rc != 0)
        sw_buf_printf(&f->text, "!! %d", rc);
    for (uint32_t i = 0; rc == 0 && i < f->event.count; i++) {
        const struct sw_field *field = &f->event.fields[i];
        sw_buf_str_add(&f->text, sw_field_name(field->id));
        sw_buf_printf(&f->text, "=%c:", types[field->type]);
        sw_buf_str_add(&f->text, sw_field_value(field));
        sw_buf_char(&f->text, ';');
    }
    sw_buf_char(&f->text, '\0');
    return f->text.data;
}

static void gives(const char *json, const char *fields)
{
    assert_string_equal(shown(sw_str(json)), fields);
}

static void refused(struct sw_str json, const char *reason)
{
    size_t used;
    assert_int_equal(read_copy(json, &used), SW_E_FORMAT);
    assert_string_equal(f->reader.reason, reason);
}

static void test_values(void **state)
{
    (void)state;
    gives("{}", "");
    gives("{\"a\":\"x\"}", "a=s:x;");
    gives(" \r\n\t{ \"a\" : \"x\" , \"b\"\n:\ttrue } trailing", "a=s:x;b=b:true;");
    gives("{\"a\":1,\"b\":-0,\"c\":1.50,\"d\":1e5,\"e\":-1E-07,\"f\":false,\"g\":null}",
          "a=i:1;b=i:-0;c=f:1.50;d=f:1e5;e=f:-1E-07;f=b:false;g=n:null;");
    gives("{\"n\":123456789012345678901234567890}", "n=i:123456789012345678901234567890;");
    gives("{\"\":1}", "_more=s:=1;");
    gives("{\"a\":\"\"}", "a=s:;");
}

static void test_nesting(void **state)
{
    (void)state;
    gives("{\"a\":{\"b\":{\"c\":1},\"d\":2},\"e\":3}", "a.b.c=i:1;a.d=i:2;e=i:3;");
    gives("{\"a\":[1,\"x\",[2,[3]],{\"b\":4},{\"b\":5,\"c\":6}]}", "a=i:1;a=s:x;a=i:2;a=i:3;a.b=i:4;a.b=i:5;a.c=i:6;");
    gives("{\"a\":{},\"b\":[],\"c\":[{},[]],\"d\":[ ]}", "a=n:{};b=n:[];c=n:{};c=n:[];d=n:[];");
    gives("{\"a\":1,\"a\":2}", "a=i:1;a=i:2;");
    gives("{\"a.b\":1,\"a\":{\"b\":2}}", "a.b=i:1;a.b=i:2;");
}

static void test_strings(void **state)
{
    (void)state;
    gives("{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"}", "a=s:\"\\/\b\f\n\r\t;");
    gives("{\"a\":\"C:\\\\Windows\\\\System32\\\\drivers\\\\etc\\\\hosts and more than sixteen bytes\"}",
          "a=s:C:\\Windows\\System32\\drivers\\etc\\hosts and more than sixteen bytes;");
    gives("{\"a\":\"\\u0041\\u00e9\\u20AC\\ud83d\\ude00\"}", "a=s:A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80;");
    gives("{\"\\u0061\":1,\"a\":2,\"x\\ny\":3}", "a=i:1;a=i:2;x\ny=i:3;");
    gives("{\"a\":\"\xc3\xa9\xf0\x9f\x98\x80 0123456789abcdef\"}", "a=s:\xc3\xa9\xf0\x9f\x98\x80 0123456789abcdef;");
    assert_int_equal(f->reader.notes, 0);
}

static void test_lenient_strings(void **state)
{
    (void)state;
    gives("{\"a\":\"x\\ud83dy\\ude00\\ud83d\\ud83d\\ude00\"}", "a=s:x\xef\xbf\xbdy\xef\xbf\xbd\xef\xbf\xbd\xf0\x9f\x98\x80;");
    assert_int_equal(f->reader.notes, 0);
    gives("{\"a\":\"x\xff\xc3\"}", "a=s:x\xef\xbf\xbd\xef\xbf\xbd;");
    assert_int_equal(f->reader.notes, SW_JSON_NOTE_UTF8);
    gives("{\"a\xe9\":\"1\"}", "a\xef\xbf\xbd=s:1;");
    gives("{\"a\":\"\\x22\\xc3\\xa9\"}", "a=s:\"\xc3\xa9;");
    assert_int_equal(f->reader.notes, SW_JSON_NOTE_HEX);
    gives("{\"a\":\"\\xff\"}", "a=s:\xef\xbf\xbd;");
    assert_int_equal(f->reader.notes, SW_JSON_NOTE_HEX | SW_JSON_NOTE_UTF8);
}

static void test_refusals(void **state)
{
    (void)state;
    static const struct {
        const char *json, *reason;
    } cases[] = {
        {"", "not a JSON object"}, {"1", "not a JSON object"}, {"[{}]", "not a JSON object"}, {"\"x\"", "not a JSON object"},
        {"{", "ends too early"}, {"{\"a\":", "ends too early"}, {"{\"a\"", "ends too early"}, {"{\"a\":1,", "ends too early"},
        {"{\"a\":[1", "ends too early"}, {"{\"a\":\"x", "ends inside a string"}, {"{\"a", "ends inside a string"},
        {"{\"a\":\"x\\", "ends inside a string"}, {"{a:1}", "key expected"}, {"{\"a\":1,}", "key expected"}, {"{,}", "key expected"},
        {"{\"a\" 1}", "colon expected"}, {"{\"a\"::1}", "value expected"}, {"{\"a\":}", "value expected"},
        {"{\"a\":[1,]}", "value expected"}, {"{\"a\":[,1]}", "value expected"}, {"{\"a\":tru}", "value expected"},
        {"{\"a\":True}", "value expected"}, {"{\"a\":nul", "value expected"}, {"{\"a\":NaN}", "value expected"},
        {"{\"a\":'x'}", "value expected"}, {"{\"a\":+1}", "value expected"}, {"{\"a\":.5}", "value expected"},
        {"{\"a\":01}", "bad number"}, {"{\"a\":-}", "bad number"}, {"{\"a\":1.}", "bad number"}, {"{\"a\":1e}", "bad number"},
        {"{\"a\":1e+}", "bad number"}, {"{\"a\":-01}", "bad number"}, {"{\"a\":1 2}", "comma or bracket expected"},
        {"{\"a\":1x}", "comma or bracket expected"}, {"{\"a\":truex}", "comma or bracket expected"},
        {"{\"a\":[1}", "comma or bracket expected"}, {"{\"a\":{\"b\":1]}", "comma or bracket expected"},
        {"{\"a\":\"\\q\"}", "bad escape"}, {"{\"a\":\"\\u12g4\"}", "bad escape"}, {"{\"a\":\"\\u12", "bad escape"},
        {"{\"a\":\"\\x2\"}", "bad escape"}, {"{\"a\":\"x\ny\"}", "control character in a string"},
        {"{\"a\":\"a tab after more than sixteen\t\"}", "control character in a string"},
        {"{\"a\nb\":1}", "control character in a string"}, {"{/**/\"a\":1}", "key expected"}, {"{\"a\":1;}", "comma or bracket expected"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        refused(sw_str(cases[i].json), cases[i].reason);
    refused(sw_strn("{\"a\":\"\0\"}", 9), "control character in a string");
    refused(sw_strn("{\"a\0\":1}", 8), "control character in a string");
}

/* Once a key is known it is compared, not scanned: a key that only begins like it must still be told apart. */
static void test_known_keys(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        gives("{\"key\":1,\"longer than thirty-two bytes in all\":2}", "key=i:1;longer than thirty-two bytes in all=i:2;");
        gives("{\"key2\":1,\"longer than thirty-two bytes in ALL\":2}", "key2=i:1;longer than thirty-two bytes in ALL=i:2;");
        gives("{\"ke\":1,\"longer than thirty-two bytes in al\":2}", "ke=i:1;longer than thirty-two bytes in al=i:2;");
        gives("{\"longer than thirty-two bytes in all\":2,\"key\":1}", "longer than thirty-two bytes in all=i:2;key=i:1;");
        refused(SW_STR("{\"key:1}"), "ends inside a string");
        refused(SW_STR("{\"key\\\":1}"), "ends inside a string");
        gives("{\"0123456789abcdef0123456789abcde\":1}", "0123456789abcdef0123456789abcde=i:1;");
        gives("{\"0123456789abcdef0123456789abcdef\":1}", "0123456789abcdef0123456789abcdef=i:1;");
        gives("{\"0123456789abcde\":1}", "0123456789abcde=i:1;");
        gives("{\"0123456789abcdef\":1}", "0123456789abcdef=i:1;");
    }
}

static void test_flags(void **state)
{
    (void)state;
    gives("{\"a\":{\"marked\":5}}", "a.marked=i:5;");
    assert_true(sw_json_has(&f->reader, 7));
    assert_int_equal(sw_json_marked(&f->reader, 7) - f->event.fields, 0);
    gives("{\"a\":{\"marked\":{\"x\":5}}}", "a.marked.x=i:5;");
    assert_true(sw_json_has(&f->reader, 7));
    assert_null(sw_json_marked(&f->reader, 7));
    gives("{\"b\":1}", "b=i:1;");
    assert_false(sw_json_has(&f->reader, 7));
    gives("{\"kept\":{\"x\": [1,{\"y\":2}]}}", "kept.x=i:1;kept.x.y=i:2;kept=s:{\"x\": [1,{\"y\":2}]};");
    gives("{\"kept\":[{\"x\":1},{\"x\":2}]}", "kept.x=i:1;kept.x=i:2;kept=s:[{\"x\":1},{\"x\":2}];");
    gives("{\"skipped\":\"x\",\"b\":1}", "b=i:1;");
    gives("{\"x\":0,\"wrapper\":{\"b\":[1]}}", "x=i:0;wrapper.b=i:1;");
    assert_true(sw_str_eq(f->reader.wrapped, SW_STR("{\"b\":[1]}")));
}

static void test_pairs(void **state)
{
    (void)state;
    gives("{\"pairs\":[{\"Name\":\"A\",\"Value\":\"1\"},{\"Value\":2,\"Name\":\"B\"},{\"Name\":\"C\"}]}", "A=s:1;B=i:2;C=s:;");
    gives("{\"pairs\":[{\"Value\":1},{\"x\":2}]}", "pairs.Value=i:1;pairs.x=i:2;");
    gives("{\"pairs\":{\"Name\":\"A\\\"b\",\"Value\":\"1\"},\"A\\\"b\":3}", "A\"b=s:1;A\"b=i:3;");
    gives("{\"pairs\":[{\"Name\":\"N\",\"Value\":\"1\",\"marked\":9}]}", "N=s:1;pairs.marked=i:9;");
    assert_int_equal(sw_json_marked(&f->reader, 7) - f->event.fields, 1);
}

static void test_depth(void **state)
{
    (void)state;
    for (unsigned depth = SW_MAX_JSON_DEPTH - 1; depth <= SW_MAX_JSON_DEPTH + 1; depth++) {
        struct sw_buf json;
        sw_buf_init(&json, 4096);
        SW_BUF_LIT(&json, "{\"a\":");
        for (unsigned i = 1; i < depth; i++)
            sw_buf_char(&json, '[');
        sw_buf_char(&json, '1');
        for (unsigned i = 1; i < depth; i++)
            sw_buf_char(&json, ']');
        sw_buf_char(&json, '}');
        if (depth <= SW_MAX_JSON_DEPTH)
            assert_string_equal(shown(sw_buf_str(&json)), "a=i:1;");
        else
            refused(sw_buf_str(&json), "nested too deep");
        sw_buf_fini(&json);
    }
}

static void many_keys(struct sw_buf *json, const char *prefix, unsigned count)
{
    sw_buf_clear(json);
    for (unsigned i = 0; i < count; i++)
        sw_buf_printf(json, "%s\"%s%u\":{\"x\":%u}", i ? "," : "{", prefix, i, i);
    sw_buf_char(json, '}');
}

/* Keys without end neither break the reader nor make a record depend on the records before it. */
static void test_many_keys(void **state)
{
    (void)state;
    struct sw_buf json;
    sw_buf_init(&json, 1u << 22);
    size_t used;
    for (unsigned round = 0; round < 5; round++) {
        char prefix[16];
        (void)snprintf(prefix, sizeof prefix, "k%u_", round);
        many_keys(&json, prefix, 4000);
        assert_int_equal(read_copy(sw_buf_str(&json), &used), 0);
        assert_int_equal(f->event.count, 4000);
        assert_int_equal(f->event.dropped, 0);
        assert_int_equal(f->event.fields[3999].len, 4);
        assert_true(sw_str_starts(sw_field_name(f->event.fields[3999].id), sw_str(prefix)));
    }
    many_keys(&json, "over", SW_MAX_FIELDS + 100);
    assert_int_equal(read_copy(sw_buf_str(&json), &used), 0);
    assert_int_equal(f->event.count, SW_MAX_FIELDS);
    assert_int_equal(f->event.dropped, 100);
    sw_buf_fini(&json);
}

static void test_long_names(void **state)
{
    (void)state;
    struct sw_buf json;
    sw_buf_init(&json, 1u << 16);
    for (size_t len = SW_MAX_FIELD_NAME - 1; len <= SW_MAX_FIELD_NAME + 1; len++) {
        sw_buf_clear(&json);
        SW_BUF_LIT(&json, "{\"");
        for (size_t i = 0; i < len; i++)
            sw_buf_char(&json, 'k');
        SW_BUF_LIT(&json, "\":\"v\",\"b\":1}");
        size_t used;
        assert_int_equal(read_copy(sw_buf_str(&json), &used), 0);
        assert_int_equal(f->event.count, 2);
        bool fits = len <= SW_MAX_FIELD_NAME;
        assert_int_equal(f->event.fields[0].id == SW_FIELD_MORE, !fits);
        assert_int_equal(f->event.fields[0].len, fits ? 1 : SW_MAX_FIELD_NAME + 2);
        assert_int_equal(f->reader.notes, fits ? 0 : SW_JSON_NOTE_MORE);
    }
    sw_buf_fini(&json);
}

static void test_memory_ends(void **state)
{
    (void)state;
    struct sw_str json = SW_STR("{\"a\":\"x\\ny\",\"b\":{\"c\":[1,2,3]},\"d\":\"\xff\",\"e\":\"\\u20ac\",\"marked\":{\"z\":null}}");
    for (uint64_t n = 1; n < 40; n++) {
        struct sw_json_reader *reader = sw_alloc(1, sizeof *reader);
        struct sw_event event;
        struct sw_arena arena;
        sw_event_init(&event);
        sw_arena_init(&arena, SW_MAX_ARENA);
        sw_mem_fail_after(n);
        if (sw_json_reader_init(reader, &plain) == 0) {
            size_t used;
            sw_json_reader_begin(reader);
            int rc = sw_json_read(reader, json, SW_STR(""), &event, &arena, &used);
            assert_true(rc == 0 || rc == SW_E_NOMEM);
            sw_json_reader_fini(reader);
        }
        sw_mem_fail_after(0);
        sw_arena_fini(&arena);
        sw_event_fini(&event);
        sw_free(reader);
    }
}

/* --- json-c --------------------------------------------------------------------------------------------- */

static uint64_t seed = 0x9e3779b97f4a7c15u;

static unsigned roll(unsigned sides)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (unsigned)((seed >> 32) % sides);
}

static void make_string(struct sw_buf *json)
{
    static const char *const parts[] = {"a", "bc", " ", "\\\\", "\\\"", "\\/", "\\n", "\\t", "\\u0041", "\\u00e9", "\\u20ac",
                                        "\\ud83d\\ude00", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "C:\\\\Windows", "{", "}",
                                        "[", "]", ",", ":", "0123456789abcdef", "\\b\\f\\r", "<>&'"};
    sw_buf_char(json, '"');
    for (unsigned n = roll(4) ? roll(6) : roll(40); n > 0; n--)
        sw_buf_text(json, parts[roll(sizeof parts / sizeof parts[0])]);
    sw_buf_char(json, '"');
}

static void make_space(struct sw_buf *json)
{
    if (roll(6) == 0)
        sw_buf_text(json, &"    \n\t  \r"[roll(8)]);
}

static void make_scalar(struct sw_buf *json)
{
    static const char *const plain_values[] = {"true", "false", "null", "0", "-1", "12", "-10", "1.5", "-2.25e3", "1E5", "0.0",
                                            "9223372036854775807", "-9223372036854775808", "4624", "1714550000.123456"};
    if (roll(2))
        make_string(json);
    else
        sw_buf_text(json, plain_values[roll(sizeof plain_values / sizeof plain_values[0])]);
}

/* A document; keys of one object are distinct. */
static void make_value(struct sw_buf *json, unsigned depth, bool object)
{
    make_space(json);
    unsigned kind = object ? 0 : roll(depth > 6 ? 1 : 4);
    if (!object && kind != 1 && kind != 2) {
        make_scalar(json);
        make_space(json);
        return;
    }
    bool members = object || kind == 1;
    sw_buf_char(json, members ? '{' : '[');
    unsigned count = roll(5);
    for (unsigned i = 0; i < count; i++) {
        if (i > 0)
            sw_buf_char(json, ',');
        make_space(json);
        if (members) {
            sw_buf_printf(json, "\"%s%u\"", roll(8) ? "k" : "a key with \\\"escapes\\\" \xc3\xa9 ", i);
            make_space(json);
            sw_buf_char(json, ':');
        }
        make_value(json, depth + 1, false);
    }
    make_space(json);
    sw_buf_char(json, members ? '}' : ']');
    make_space(json);
}

struct walk {
    uint32_t at;
    bool equal;
};

static void expect_field(struct walk *walk, const char *name, enum sw_type type, const char *text, size_t len)
{
    if (walk->at >= f->event.count) {
        walk->equal = false;
        return;
    }
    const struct sw_field *field = &f->event.fields[walk->at++];
    bool same = sw_str_is(sw_field_name(field->id), name) && (type == SW_NULL || sw_str_eq(sw_field_value(field), sw_strn(text, len)));
    if (type == SW_FLOAT) /* json-c takes an integer too large for 64 bits as the nearest one that fits */
        same = sw_str_is(sw_field_name(field->id), name);
    if (!same || field->type != type) {
        print_error("field %u: %.*s type %u '%.*s', json-c: %s type %u '%.*s'\n", walk->at - 1,
                    SW_STR_ARG(sw_field_name(field->id)), field->type, SW_STR_ARG(sw_field_value(field)), name, type, (int)len, text);
        walk->equal = false;
    }
}

/* Tests may recurse: json-c's own depth is bounded. */
static void walk_value(struct walk *walk, const char *name, struct json_object *value)
{
    const char *text = value ? json_object_get_string(value) : "";
    switch (json_object_get_type(value)) {
    case json_type_null:
        expect_field(walk, name, SW_NULL, "", 0);
        return;
    case json_type_boolean:
        expect_field(walk, name, SW_BOOL, text, strlen(text));
        return;
    case json_type_int:
        expect_field(walk, name, SW_INT, text, strlen(text));
        return;
    case json_type_double:
        expect_field(walk, name, SW_FLOAT, text, strlen(text));
        return;
    case json_type_string:
        expect_field(walk, name, SW_STRING, text, (size_t)json_object_get_string_len(value));
        return;
    case json_type_array:
        if (json_object_array_length(value) == 0)
            expect_field(walk, name, SW_NULL, "", 0);
        for (size_t i = 0; i < json_object_array_length(value); i++)
            walk_value(walk, name, json_object_array_get_idx(value, i));
        return;
    case json_type_object:
        if (json_object_object_length(value) == 0 && *name)
            expect_field(walk, name, SW_NULL, "", 0);
        json_object_object_foreach(value, key, member)
        {
            char path[2048];
            (void)snprintf(path, sizeof path, "%s%s%s", name, *name ? "." : "", key);
            walk_value(walk, path, member);
        }
        return;
    }
}

static struct json_object *oracle(struct sw_str json, size_t *used)
{
    struct json_tokener *tok = json_tokener_new_ex(SW_MAX_JSON_DEPTH + 1);
    json_tokener_set_flags(tok, JSON_TOKENER_STRICT | JSON_TOKENER_ALLOW_TRAILING_CHARS);
    struct json_object *value = json_tokener_parse_ex(tok, json.ptr, (int)json.len);
    *used = json_tokener_get_parse_end(tok);
    if (json_tokener_get_error(tok) != json_tokener_success) {
        json_object_put(value);
        value = NULL;
    }
    json_tokener_free(tok);
    if (value != NULL && json_object_get_type(value) != json_type_object) {
        json_object_put(value);
        value = NULL;
    }
    return value;
}

static void test_same_as_json_c(void **state)
{
    (void)state;
    struct sw_buf json;
    sw_buf_init(&json, 1u << 20);
    for (unsigned round = 0; round < 10000; round++) {
        sw_buf_clear(&json);
        make_value(&json, 0, true);
        size_t used;
        size_t oracle_used;
        struct json_object *value = oracle(sw_buf_str(&json), &oracle_used);
        assert_non_null(value);
        assert_int_equal(read_copy(sw_buf_str(&json), &used), 0);
        struct walk walk = {0, true};
        walk_value(&walk, "", value);
        if (!walk.equal || walk.at != f->event.count)
            fail_msg("%u fields here, %u there: %.*s", f->event.count, walk.at, SW_STR_ARG(sw_buf_str(&json)));
        json_object_put(value);
    }
    sw_buf_fini(&json);
}

/* Where json-c 0.16 in strict mode still accepts what RFC 8259 does not: control characters in strings, and numbers such
 * as 01, 1. or 1e (it reads them by strtod). Where it refuses what we accept: \xHH. */
static bool known_difference(struct sw_str json, int rc)
{
    if (rc == 0)
        return f->reader.notes & SW_JSON_NOTE_HEX;
    static const char *const lax[] = {"control character in a string", "bad number", "value expected"};
    for (size_t i = 0; i < sizeof lax / sizeof lax[0]; i++)
        if (strcmp(f->reader.reason, lax[i]) == 0)
            return true;
    (void)json;
    return false;
}

static void mutate(struct sw_buf *json)
{
    static const char bytes[] = "{}[]\",:\\0123456789eE+-.truefalsnu \n\x80\xff\x01/x";
    for (unsigned n = 1 + roll(3); n > 0 && json->len > 1; n--) {
        size_t at = roll((unsigned)json->len);
        switch (roll(4)) {
        case 0:
            json->data[at] = bytes[roll(sizeof bytes - 1)];
            break;
        case 1:
            memmove(json->data + at, json->data + at + 1, json->len - at - 1);
            json->len--;
            break;
        case 2:
            json->data[at] = (char)(json->data[at] ^ (1 << roll(8)));
            break;
        default:
            json->len = at + 1;
        }
    }
}

static void test_same_verdict_as_json_c(void **state)
{
    (void)state;
    struct sw_buf json;
    sw_buf_init(&json, 1u << 20);
    unsigned agree = 0;
    for (unsigned round = 0; round < 30000; round++) {
        sw_buf_clear(&json);
        make_value(&json, 0, true);
        mutate(&json);
        if (memchr(json.data, '\0', json.len) != NULL)
            continue;
        size_t used;
        size_t oracle_used;
        struct json_object *value = oracle(sw_buf_str(&json), &oracle_used);
        int rc = read_copy(sw_buf_str(&json), &used);
        assert_true(rc == 0 || rc == SW_E_FORMAT);
        if ((rc == 0) == (value != NULL))
            agree++;
        else if (!known_difference(sw_buf_str(&json), rc))
            fail_msg("here %d (%s), json-c %s: %.*s", rc, rc ? f->reader.reason : "", value ? "accepts" : "refuses",
                     SW_STR_ARG(sw_buf_str(&json)));
        json_object_put(value);
    }
    assert_true(agree > 25000);
    sw_buf_fini(&json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_values, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nesting, setup, teardown),
        cmocka_unit_test_setup_teardown(test_strings, setup, teardown),
        cmocka_unit_test_setup_teardown(test_lenient_strings, setup, teardown),
        cmocka_unit_test_setup_teardown(test_refusals, setup, teardown),
        cmocka_unit_test_setup_teardown(test_known_keys, setup, teardown),
        cmocka_unit_test_setup_teardown(test_flags, setup, teardown),
        cmocka_unit_test_setup_teardown(test_pairs, setup, teardown),
        cmocka_unit_test_setup_teardown(test_depth, setup, teardown),
        cmocka_unit_test_setup_teardown(test_many_keys, setup, teardown),
        cmocka_unit_test_setup_teardown(test_long_names, setup, teardown),
        cmocka_unit_test_setup_teardown(test_memory_ends, setup, teardown),
        cmocka_unit_test_setup_teardown(test_same_as_json_c, setup, teardown),
        cmocka_unit_test_setup_teardown(test_same_verdict_as_json_c, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
