/* test_evtx_binxml.c - what BinXML becomes: elements, attributes, templates, nesting, arrays, and what is refused. */
#include "evtx_fixture.h"

static struct evtx *e;

static int setup(void **state)
{
    (void)state;
    e = calloc(1, sizeof *e);
    return e == NULL;
}

static int teardown(void **state)
{
    (void)state;
    free(e);
    return 0;
}

/* A file with one record, whose template's elements the caller writes between begin() and values(). */
static uint32_t definition;

static void begin(void)
{
    evtx_file(e);
    evtx_chunk(e);
    evtx_record(e);
    x_fragment(e);
    definition = x_template(e, 7);
    x_open(e, "Event", true);
    x_attribute(e, "xmlns");
    x_text(e, "http://schemas.microsoft.com/win/2004/08/events/event");
    x_content(e);
}

static void values(const struct value *v, size_t count)
{
    x_close(e);
    x_template_end(e, definition);
    x_values(e, v, count);
    x_end(e);
    evtx_record_end(e);
    evtx_seal(e);
}

#define VALUES(...) \
    values((const struct value[]){__VA_ARGS__}, sizeof((const struct value[]){__VA_ARGS__}) / sizeof(struct value))

static const struct value v_null = {SW_EVTX_NULL, "", 0};
static const struct value v_text = {SW_EVTX_STRING, "h\0i\0", 4};
static const struct value v_empty = {SW_EVTX_STRING, "", 0};
static const struct value v_seven = {SW_EVTX_UINT32, "\7\0\0\0", 4};

static void test_system(void **state)
{
    (void)state;
    begin();
    x_open(e, "System", false);
    x_content(e);
    x_open(e, "Provider", true);
    put8(e, 0x46);
    x_name(e, "Name");
    x_text(e, "Prov");
    x_attribute(e, "Guid");
    x_optional(e, 1, SW_EVTX_GUID);
    x_close_empty(e);
    x_open(e, "EventID", true);
    x_attribute(e, "Qualifiers");
    x_optional(e, 2, SW_EVTX_UINT16);
    x_content(e);
    x_optional(e, 0, SW_EVTX_UINT16);
    x_close(e);
    x_open(e, "TimeCreated", true);
    x_attribute(e, "SystemTime");
    x_optional(e, 3, SW_EVTX_FILETIME);
    x_close_empty(e);
    x_leaf(e, "EventRecordID", 4, SW_EVTX_UINT64);
    x_open(e, "Correlation", true);
    x_attribute(e, "ActivityID");
    x_optional(e, 1, SW_EVTX_GUID);
    x_close_empty(e);
    x_open(e, "Security", false);
    x_close_empty(e);
    x_leaf(e, "Computer", 5, SW_EVTX_STRING);
    x_leaf(e, "Channel", 1, SW_EVTX_STRING);
    x_close(e);
    VALUES({SW_EVTX_UINT16, "\x10\x12", 2}, v_null, {SW_EVTX_UINT16, "\x01\0", 2},
           {SW_EVTX_FILETIME, "\x01\x80\x3e\xd5\xde\xb1\x9d\x01", 8}, {SW_EVTX_UINT64, "\x05\0\0\0\1\0\0\0", 8},
           v_empty);
    struct decoded r;
    decode_file(&r, e);
    assert_string_equal(
        r.out.data, "4294967301 1970-01-01T00:00:00.000000100Z|Provider_Name=Prov|EventID_Qualifiers=1|EventID=4624|"
                    "TimeCreated=1970-01-01T00:00:00.000000100Z|EventRecordID=4294967301|Computer=\n");
    assert_int_equal(r.stats.note_count, 0);
    decoded_free(&r);
}

static void test_system_as_text(void **state)
{
    (void)state;
    begin();
    x_open(e, "System", false);
    x_content(e);
    x_open(e, "TimeCreated", true);
    x_attribute(e, "SystemTime");
    x_text(e, "2024-05-06T07:08:09.5Z");
    x_close_empty(e);
    x_open(e, "EventRecordID", false);
    x_content(e);
    x_text(e, "77");
    x_close(e);
    x_close(e);
    VALUES(v_null);
    struct decoded r;
    decode_file(&r, e);
    assert_string_equal(r.out.data,
                        "77 2024-05-06T07:08:09.500Z|TimeCreated=2024-05-06T07:08:09.5Z|EventRecordID=77\n");
    decoded_free(&r);
}

/* Without a time or number of its own, the event has its record's. */
static void test_header_only(void **state)
{
    (void)state;
    begin();
    VALUES(v_null);
    struct decoded r;
    decode_file(&r, e);
    assert_string_equal(r.out.data, "1 2022-06-18T04:26:40Z\n");
    decoded_free(&r);
}

static void test_event_data(void **state)
{
    (void)state;
    begin();
    x_open(e, "EventData", true);
    x_attribute(e, "Name");
    x_text(e, "KIND");
    x_content(e);
    x_data(e, "Process Name", 0, SW_EVTX_STRING);
    x_data(e, "Empty", 1, SW_EVTX_STRING);
    x_data(e, "Null", 2, SW_EVTX_STRING);
    x_data(e, " ", 3, SW_EVTX_UINT32);
    x_leaf(e, "Data", 0, SW_EVTX_STRING);
    x_leaf(e, "Data", 3, SW_EVTX_UINT32);
    x_open(e, "Data", false);
    x_close_empty(e);
    x_leaf(e, "Binary", 4, SW_EVTX_BINARY);
    x_leaf(e, "Missing", 9, SW_EVTX_STRING);
    x_close(e);
    VALUES(v_text, v_empty, v_null, v_seven, {SW_EVTX_BINARY, "\xd9\x06", 2});
    assert_event(e,
                 "|EventData_Name=KIND|ProcessName=hi|Empty=|Null=|Data=7|Data=hi|Data=7|Data=|Binary=D906|Missing=");
}

static void test_optional(void **state)
{
    (void)state;
    begin();
    x_open(e, "EventData", false);
    x_content(e);
    x_open(e, "Data", true); /* left out, attribute and all */
    x_attribute(e, "Type");
    x_value(e, 1, SW_EVTX_STRING);
    x_content(e);
    x_optional(e, 0, SW_EVTX_STRING);
    x_close(e);
    x_open(e, "Mixed", false); /* left out: one of its optional values is null */
    x_content(e);
    x_text(e, "a");
    x_optional(e, 1, SW_EVTX_STRING);
    x_optional(e, 0, SW_EVTX_STRING);
    x_close(e);
    x_open(e, "Kept", true); /* only the attribute is left out */
    x_attribute(e, "Gone");
    x_optional(e, 0, SW_EVTX_STRING);
    x_content(e);
    x_optional(e, 1, SW_EVTX_STRING);
    x_close(e);
    x_open_after(e, "Dependent", false, 0); /* left out: it depends on value 0 */
    x_content(e);
    x_value(e, 1, SW_EVTX_STRING);
    x_close(e);
    x_open_after(e, "Independent", false, 1);
    x_content(e);
    x_value(e, 1, SW_EVTX_STRING);
    x_close(e);
    x_close(e);
    VALUES(v_null, v_text);
    assert_event(e, "|Kept=hi|Independent=hi");
}

static void test_joined_text(void **state)
{
    (void)state;
    begin();
    x_open(e, "UserData", false);
    x_content(e);
    x_open(e, "A", false);
    x_content(e);
    x_text(e, "x<");
    put8(e, 0x08); /* &#8364; */
    put16(e, 0x20ac);
    put8(e, 0x09);
    x_name(e, "amp");
    put8(e, 0x49);
    x_name(e, "odd");
    put8(e, 0x07); /* CDATA */
    put16(e, 3);
    put_utf16(e, "<c>");
    put8(e, 0x0a); /* <?pi data?> */
    x_name(e, "pi");
    put8(e, 0x0b);
    put16(e, 4);
    put_utf16(e, "data");
    x_close(e);
    x_open(e, "B", true);
    x_attribute(e, "At");
    x_text(e, "<");
    x_value(e, 0, SW_EVTX_STRING);
    x_text(e, ">");
    x_content(e);
    x_value(e, 1, SW_EVTX_UINT32);
    x_text(e, "/");
    x_value(e, 2, SW_EVTX_UINT16 | SW_EVTX_ARRAY);
    x_close(e);
    x_close(e);
    VALUES(v_text, v_seven, {SW_EVTX_UINT16 | SW_EVTX_ARRAY, "\1\0\2\0", 4});
    assert_event(e, "|A=x<\xe2\x82\xac&&odd;<c>|B_At=<hi>|B=7/1|B=7/2");
}

static void test_arrays(void **state)
{
    (void)state;
    begin();
    x_open(e, "EventData", false);
    x_content(e);
    x_leaf(e, "Data", 0, SW_EVTX_STRING | SW_EVTX_ARRAY);
    x_data(e, "Numbers", 1, SW_EVTX_UINT16 | SW_EVTX_ARRAY);
    x_data(e, "None", 2, SW_EVTX_UINT16 | SW_EVTX_ARRAY);
    x_close(e);
    VALUES({SW_EVTX_STRING | SW_EVTX_ARRAY, "a\0\0\0b\0\0\0", 8}, {SW_EVTX_UINT16 | SW_EVTX_ARRAY, "\1\0\2\0", 4},
           {SW_EVTX_UINT16 | SW_EVTX_ARRAY, "", 0});
    assert_event(e, "|Data=a|Data=b|Numbers=1|Numbers=2|None=");
}

static void test_user_data(void **state)
{
    (void)state;
    begin();
    x_open(e, "UserData", false);
    x_content(e);
    x_open(e, "Failure", true);
    x_attribute(e, "xmlns:auto-ns2");
    x_text(e, "urn:x");
    x_content(e);
    x_open(e, "Error", true);
    x_attribute(e, "Code");
    x_value(e, 0, SW_EVTX_UINT32);
    x_close_empty(e);
    x_leaf(e, "Leaf", 1, SW_EVTX_STRING);
    x_open(e, "Empty", false);
    x_close_empty(e);
    x_data(e, "Named", 1, SW_EVTX_STRING);
    x_open(e, "Both", false); /* holds an element, and text */
    x_content(e);
    x_leaf(e, "Inner", 0, SW_EVTX_UINT32);
    x_text(e, "text");
    x_close(e);
    x_close(e);
    x_close(e);
    x_open(e, "RenderingInfo", true);
    x_attribute(e, "Culture");
    x_text(e, "en-US");
    x_content(e);
    x_leaf(e, "Message", 1, SW_EVTX_STRING);
    x_open(e, "Keywords", false);
    x_content(e);
    x_leaf(e, "Keyword", 1, SW_EVTX_STRING);
    x_close(e);
    x_close(e);
    x_open(e, "ProcessingErrorData", false);
    x_content(e);
    x_leaf(e, "ErrorCode", 0, SW_EVTX_UINT32);
    x_close(e);
    VALUES(v_seven, v_text);
    assert_event(e,
                 "|Error_Code=7|Leaf=hi|Empty=|Named=hi|Inner=7|Both=text|Rendering_Culture=en-US|Rendering_Message=hi|"
                 "Rendering_Keyword=hi|ErrorCode=7");
}

/* Found by fuzzing: a field must have a name. */
static void test_empty_name(void **state)
{
    (void)state;
    begin();
    x_leaf(e, "", 0, SW_EVTX_STRING);
    VALUES(v_text);
    assert_event(e, "|Data=hi");
}

static void test_name_from_value(void **state)
{
    (void)state;
    begin();
    x_open(e, "EventData", false);
    x_content(e);
    for (unsigned i = 0; i < 2; i++) {
        x_open(e, "Data", true);
        x_attribute(e, "Name");
        x_text(e, "My ");
        x_value(e, i, SW_EVTX_STRING);
        x_content(e);
        x_value(e, 2, SW_EVTX_UINT32);
        x_close(e);
    }
    x_open(e, "Data", true);
    x_attribute(e, "Name");
    x_value(e, 1, SW_EVTX_STRING);
    x_content(e);
    x_text(e, "constant");
    x_close(e);
    x_close(e);
    VALUES(v_text, v_empty, v_seven);
    assert_event(e, "|Myhi=7|My=7|Data=constant");
}

/* A value that is a template instance, another that is bare elements, a third that is nothing. */
static void test_nested(void **state)
{
    (void)state;
    begin();
    x_optional(e, 0, SW_EVTX_BINXML);
    x_optional(e, 1, SW_EVTX_BINXML);
    x_optional(e, 2, SW_EVTX_BINXML);
    x_close(e);
    x_template_end(e, definition);
    put32(e, 3);
    size_t descriptors = e->len;
    for (unsigned i = 0; i < 3; i++)
        put32(e, SW_EVTX_BINXML << 16);
    size_t start = e->len;
    x_fragment(e);
    uint32_t inner = x_template(e, 8);
    x_open(e, "EventData", false);
    x_content(e);
    x_data(e, "Inner", 0, SW_EVTX_UINT32);
    x_close(e);
    x_template_end(e, inner);
    x_values(e, &v_seven, 1);
    x_end(e);
    put_at32(e, descriptors, (uint32_t)(e->len - start) | SW_EVTX_BINXML << 16);
    start = e->len;
    x_open_plain(e, "UserData", false);
    x_content(e);
    x_open_plain(e, "Bare", false);
    x_content(e);
    x_text(e, "text");
    x_close(e);
    x_fragment(e);
    x_instance(e, 8, inner);
    x_values(e, &v_text, 1);
    x_close(e);
    x_end(e);
    put_at32(e, descriptors + 4, (uint32_t)(e->len - start) | SW_EVTX_BINXML << 16);
    put_at32(e, descriptors + 8, SW_EVTX_BINXML << 16);
    x_end(e);
    evtx_record_end(e);
    evtx_seal(e);
    assert_event(e, "|Inner=7|Bare=text|Inner=hi");
}

static void test_fragments(void **state)
{
    (void)state;
    evtx_file(e);
    evtx_chunk(e);
    evtx_record(e);
    for (unsigned i = 0; i < 2; i++) {
        x_fragment(e);
        x_open_plain(e, "Event", false);
        x_content(e);
        x_open_plain(e, i == 0 ? "First" : "Second", false);
        x_content(e);
        x_text(e, "x");
        x_close(e);
        x_close(e);
    }
    x_end(e);
    evtx_record_end(e);
    evtx_seal(e);
    assert_event(e, "|First=x|Second=x");
}

/* The same template in a second chunk, where its names stand elsewhere, and twins that differ in a name only. */
static void test_cache(void **state)
{
    (void)state;
    evtx_file(e);
    for (unsigned chunk = 0; chunk < 4; chunk++) {
        evtx_chunk(e);
        evtx_record(e);
        x_fragment(e);
        x_open_plain(e, "Event", false);
        x_content(e);
        if (chunk == 1) { /* names get written out before the template */
            x_open_plain(e, "Field", false);
            x_close_empty(e);
        }
        if (chunk >= 2) { /* and in others of the same length, at the same place */
            x_open_plain(e, chunk == 2 ? "Fiel2" : "Fiel3", false);
            x_close_empty(e);
        }
        x_fragment(e);
        uint32_t there = x_template(e, 9);
        x_open(e, "UserData", false);
        x_content(e);
        x_leaf(e, chunk < 2 ? "Field" : chunk == 2 ? "Fiel2" : "Fiel3", 0, SW_EVTX_UINT32);
        x_close(e);
        x_template_end(e, there);
        x_values(e, &v_seven, 1);
        x_close(e);
        x_end(e);
        evtx_record_end(e);
        evtx_seal(e);
    }
    struct decoded r;
    decode_file(&r, e);
    assert_string_equal(r.out.data, "1 2022-06-18T04:26:40Z|Field=7\n2 2022-06-18T04:26:40Z|Field=|Field=7\n"
                                    "3 2022-06-18T04:26:40Z|Fiel2=|Fiel2=7\n4 2022-06-18T04:26:40Z|Fiel3=|Fiel3=7\n");
    decoded_free(&r);
}

/* --- limits and broken things ----------------------------------------------------------------------------- */

static void assert_reject(const char *reason)
{
    struct decoded r;
    decode_file(&r, e);
    assert_int_equal(r.stats.read, 1);
    assert_int_equal(r.stats.parsed, 0);
    assert_rejected(&r, reason, 1);
    decoded_free(&r);
}

static void deep(unsigned depth)
{
    begin();
    for (unsigned i = 1; i < depth; i++) {
        x_open(e, "N", false);
        x_content(e);
    }
    x_text(e, "x");
    for (unsigned i = 1; i < depth; i++)
        x_close(e);
    VALUES(v_null);
}

static void test_depth(void **state)
{
    (void)state;
    deep(SW_MAX_XML_DEPTH);
    assert_event(e, "|N=x");
    deep(SW_MAX_XML_DEPTH + 1);
    assert_reject("BinXML nested too deeply");
}

/* Values that hold instances of the same template, which ask for their value many times. */
static void multiply(unsigned levels, unsigned times)
{
    begin();
    for (unsigned i = 0; i < times; i++)
        x_value(e, 0, SW_EVTX_BINXML);
    x_close(e);
    x_template_end(e, definition);
    size_t sizes[32];
    size_t starts[32];
    for (unsigned i = 0; i < levels; i++) {
        put32(e, 1);
        sizes[i] = e->len;
        put32(e, SW_EVTX_BINXML << 16);
        starts[i] = e->len;
        x_instance(e, 7, definition);
    }
    x_values(e, &v_text, 1);
    for (unsigned i = 0; i < levels; i++)
        put_at32(e, sizes[i], (uint32_t)(e->len - starts[i]) | SW_EVTX_BINXML << 16);
    x_end(e);
    evtx_record_end(e);
    evtx_seal(e);
}

static void test_multiplication(void **state)
{
    (void)state;
    multiply(2, 2);
    assert_event(e, "|Event=hihi|Event=hihi|Event=hihi|Event=hihi");
    multiply(31, 10);
    assert_reject("record expands beyond the limit");
}

static void test_text_limit(void **state)
{
    (void)state;
    begin();
    for (unsigned i = 0; i < 100; i++)
        x_leaf(e, "Data", 0, SW_EVTX_BINARY);
    static uint8_t blob[30000];
    VALUES({SW_EVTX_BINARY, blob, sizeof blob});
    assert_reject("record expands beyond the limit");
}

static void test_broken(void **state)
{
    (void)state;
    begin();
    put8(e, 0x73); /* no token */
    VALUES(v_null);
    assert_reject("broken BinXML");
    begin();
    x_open(e, "Open", false);
    x_content(e);
    VALUES(v_null);
    assert_reject("broken BinXML");
    begin();
    x_close(e);
    x_close(e);
    VALUES(v_null);
    assert_reject("broken BinXML");
    begin();
    x_attribute(e, "NotInTag");
    VALUES(v_null);
    assert_reject("broken BinXML");
    begin();
    put8(e, 0x01);
    put16(e, 0xffff);
    put32(e, 0);
    put32(e, 0xfffffff0); /* a name beyond the chunk */
    VALUES(v_null);
    assert_reject("name out of bounds");
    begin();
    VALUES({0x16, "\0\0\0\0", 4});
    assert_reject("value of unknown type");
    begin();
    VALUES(v_text);
    /* before the copy of the size: the end token, the text, and its descriptor with the length */
    e->bytes[e->record + sw_evtx_u32(e->bytes + e->record + 4) - 4 - 1 - 4 - 4] = 0xff;
    assert_reject("values longer than the record");
}

static void test_bad_definition(void **state)
{
    (void)state;
    static const uint32_t offsets[] = {0xffffffff, 65536, 65530, 65520};
    for (size_t i = 0; i < sizeof offsets / sizeof offsets[0]; i++) {
        evtx_file(e);
        evtx_chunk(e);
        evtx_record(e);
        x_fragment(e);
        x_instance(e, 1, offsets[i]);
        x_values(e, &v_text, 1);
        x_end(e);
        evtx_record_end(e);
        evtx_seal(e);
        assert_reject("template out of bounds");
    }
}

/* An element size at the place where the other writers have the dependency. */
static void test_dependency_guess(void **state)
{
    (void)state;
    evtx_file(e);
    evtx_chunk(e);
    evtx_record(e);
    x_fragment(e);
    size_t at = e->len;
    x_open(e, "Event", false); /* with a dependency, outside of a template */
    x_content(e);
    x_open_plain(e, "Leaf", false);
    x_content(e);
    x_text(e, "x");
    x_close(e);
    x_close(e);
    put_at32(e, at + 3, (uint32_t)(e->len - at - 7));
    x_end(e);
    evtx_record_end(e);
    evtx_seal(e);
    assert_event(e, "|Leaf=x");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_system),
        cmocka_unit_test(test_system_as_text),
        cmocka_unit_test(test_header_only),
        cmocka_unit_test(test_event_data),
        cmocka_unit_test(test_optional),
        cmocka_unit_test(test_joined_text),
        cmocka_unit_test(test_arrays),
        cmocka_unit_test(test_user_data),
        cmocka_unit_test(test_name_from_value),
        cmocka_unit_test(test_empty_name),
        cmocka_unit_test(test_nested),
        cmocka_unit_test(test_fragments),
        cmocka_unit_test(test_cache),
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_multiplication),
        cmocka_unit_test(test_text_limit),
        cmocka_unit_test(test_broken),
        cmocka_unit_test(test_bad_definition),
        cmocka_unit_test(test_dependency_guess),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
