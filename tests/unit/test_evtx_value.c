/* test_evtx_value.c - the text of every type of BinXML value, at its edges, and the items of arrays. */
#include "base/buf.h"
#include "decode/evtx_priv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

/* A text called plain must need no escaping. */
static void assert_plain(const char *text, struct sw_evtx_text written)
{
    struct sw_buf json;
    size_t len = (size_t)(written.end - text);
    if ((written.flags & SW_FIELD_PLAIN) == 0)
        return;
    sw_buf_init(&json, 1u << 20);
    sw_buf_json(&json, sw_strn(text, len));
    assert_int_equal(json.len, len + 2);
    assert_memory_equal(json.data + 1, text, len);
    sw_buf_fini(&json);
}

/* With `more` bytes in the chunk behind the value. */
static void assert_text_within(unsigned type, const void *bytes, size_t len, size_t more, const char *expected,
                               enum sw_type kind)
{
    char *out = malloc(len * 3 + SW_EVTX_VALUE_LEAST);
    uint8_t *chunk = malloc(len + more + 1); /* on the heap, where ASan sees a byte too much */
    assert_non_null(out);
    assert_non_null(chunk);
    chunk[0] = 0xee;
    memcpy(chunk + 1, bytes, len);
    memset(chunk + 1 + len, 0xee, more);
    struct sw_evtx_value value = sw_evtx_value(1, (uint16_t)len, (uint8_t)type);
    assert_true(sw_evtx_value_room(value) == len * 3 + SW_EVTX_VALUE_LEAST);
    struct sw_evtx_text written = sw_evtx_value_put(out, chunk, len + more + 1, value);
    assert_int_equal(written.end - out, strlen(expected));
    assert_memory_equal(out, expected, strlen(expected));
    assert_int_equal(written.type, kind);
    assert_plain(out, written);
    free(chunk);
    free(out);
}

static void assert_text(unsigned type, const void *bytes, size_t len, const char *expected, enum sw_type kind)
{
    assert_text_within(type, bytes, len, 0, expected, kind);
    assert_text_within(type, bytes, len, 64, expected, kind);
}

#define TEXT(type, bytes, expected) assert_text((type), (bytes), sizeof(bytes) - 1, (expected), SW_STRING)
#define NUMBER(type, bytes, expected) assert_text((type), (bytes), sizeof(bytes) - 1, (expected), SW_INT)

static void test_integers(void **state)
{
    (void)state;
    NUMBER(SW_EVTX_INT8, "\x80", "-128");
    NUMBER(SW_EVTX_INT8, "\x7f", "127");
    NUMBER(SW_EVTX_UINT8, "\xff", "255");
    NUMBER(SW_EVTX_INT16, "\x00\x80", "-32768");
    NUMBER(SW_EVTX_UINT16, "\xff\xff", "65535");
    NUMBER(SW_EVTX_INT32, "\x00\x00\x00\x80", "-2147483648");
    NUMBER(SW_EVTX_UINT32, "\xff\xff\xff\xff", "4294967295");
    NUMBER(SW_EVTX_UINT32, "\x00\x00\x00\x00", "0");
    NUMBER(SW_EVTX_UINT32, "\x64\x00\x00\x00", "100");
    NUMBER(SW_EVTX_UINT32, "\x09\x00\x00\x00", "9");
    NUMBER(SW_EVTX_INT64, "\x00\x00\x00\x00\x00\x00\x00\x80", "-9223372036854775808");
    NUMBER(SW_EVTX_UINT64, "\xff\xff\xff\xff\xff\xff\xff\xff", "18446744073709551615");
    NUMBER(SW_EVTX_UINT64, "\x00\x00\x00\x00\x01\x00\x00\x00", "4294967296");
    NUMBER(SW_EVTX_UINT64, "\x00\x00\x64\xa7\xb3\xb6\xe0\x0d", "1000000000000000000");
    NUMBER(SW_EVTX_UINT32, "\x01\x00\x00\x00more", "1"); /* longer than its type: the type counts */
}

static void test_hex(void **state)
{
    (void)state;
    TEXT(SW_EVTX_HEX32, "\x00\x00\x00\x00", "0x0");
    TEXT(SW_EVTX_HEX32, "\xe7\x03\x00\x00", "0x3e7");
    TEXT(SW_EVTX_HEX32, "\x6d\x00\x00\xc0", "0xc000006d");
    TEXT(SW_EVTX_HEX64, "\x00\x00\x00\x00\x00\x00\x20\x80", "0x8020000000000000");
    TEXT(SW_EVTX_HEX64, "\x0f\x00\x00\x00\x00\x00\x00\x00", "0xf");
    TEXT(SW_EVTX_SIZE, "\x10\x00\x00\x00", "0x10");
    TEXT(SW_EVTX_SIZE, "\x10\x00\x00\x00\x01\x00\x00\x00", "0x100000010");
    TEXT(SW_EVTX_SIZE, "\x10\x00", "1000");
    TEXT(SW_EVTX_HANDLE, "\xab\x00\x00\x00", "0xab");
    TEXT(SW_EVTX_BINARY, "\x00\x9f\xa0\xff\x12", "009FA0FF12");
    TEXT(SW_EVTX_BINARY, "", "");
}

static void test_short_values(void **state)
{
    (void)state;
    TEXT(SW_EVTX_UINT32, "", "");
    TEXT(SW_EVTX_UINT32, "\x01\x02\xab", "0102AB");
    TEXT(SW_EVTX_GUID, "\x01", "01");
    TEXT(SW_EVTX_SID, "\x01\x05\x00", "010500");
    TEXT(SW_EVTX_FILETIME, "\x01\x05\x00", "010500");
    TEXT(SW_EVTX_BOOL, "", "");
}

static void test_texts(void **state)
{
    (void)state;
    TEXT(SW_EVTX_STRING, "", "");
    TEXT(SW_EVTX_STRING, "a\0b\0c\0", "abc");
    TEXT(SW_EVTX_STRING, "a\0\0\0\0\0", "a"); /* zeros at the end are none of it */
    TEXT(SW_EVTX_STRING, "\0\0", "");
    TEXT(SW_EVTX_STRING, "a\0x", "a"); /* half a unit */
    TEXT(SW_EVTX_STRING, "\xe9\x00\xac\x20", "\xc3\xa9\xe2\x82\xac");
    TEXT(SW_EVTX_STRING, "\x3d\xd8\x00\xde", "\xf0\x9f\x98\x80");
    TEXT(SW_EVTX_STRING, "\x3d\xd8z\0", "\xef\xbf\xbdz");
    TEXT(SW_EVTX_STRING, "\x00\xde", "\xef\xbf\xbd");
    TEXT(SW_EVTX_ANSI, "caf\xe9 \x80\x81\0", "caf\xc3\xa9 \xe2\x82\xac\xc2\x81");
}

/* Every length and every place of a letter that is not ASCII, against one unit at a time. */
static void test_text_lengths(void **state)
{
    (void)state;
    for (size_t len = 1; len <= 40; len++) {
        for (size_t odd = 0; odd <= len; odd++) {
            uint8_t units[80];
            char expected[120];
            size_t at = 0;
            for (size_t i = 0; i < len; i++) {
                units[2 * i] = i == odd ? 0xe9 : (uint8_t)('a' + i % 26);
                units[2 * i + 1] = 0;
                if (i == odd)
                    expected[at++] = '\xc3';
                expected[at++] = i == odd ? '\xa9' : (char)('a' + i % 26);
            }
            expected[at] = '\0';
            assert_text(SW_EVTX_STRING, units, 2 * len, expected, SW_STRING);
        }
    }
}

static void test_compounds(void **state)
{
    (void)state;
    TEXT(SW_EVTX_GUID, "\x25\x96\x84\x54\x78\x54\x94\x49\xa5\xba\x3e\x3b\x03\x28\xc3\x0d",
         "{54849625-5478-4994-A5BA-3E3B0328C30D}");
    TEXT(SW_EVTX_SID, "\x01\x01\x00\x00\x00\x00\x00\x05\x12\x00\x00\x00", "S-1-5-18");
    TEXT(SW_EVTX_SID, "\x01\x00\x00\x00\x00\x00\x00\x00", "S-1-0");
    TEXT(SW_EVTX_SID, "\x01\x01\x01\x02\x03\x04\x05\x06\xff\xff\xff\xff", "S-1-1108152157446-4294967295");
    TEXT(SW_EVTX_SID, "\x01\x05\x00\x00\x00\x00\x00\x05\x15\x00\x00\x00\x07", "S-1-5-21"); /* cut off */
    assert_text(SW_EVTX_BOOL, "\x00\x00\x00\x00", 4, "false", SW_BOOL);
    assert_text(SW_EVTX_BOOL, "\x01\x00\x00\x00", 4, "true", SW_BOOL);
    assert_text(SW_EVTX_BOOL, "\x00\x00\x80\x00", 4, "true", SW_BOOL);
    assert_text(SW_EVTX_BOOL, "\x01", 1, "true", SW_BOOL);
}

static void test_times(void **state)
{
    (void)state;
    TEXT(SW_EVTX_FILETIME, "\x00\x00\x00\x00\x00\x00\x00\x00", "1601-01-01T00:00:00.000000000Z");
    TEXT(SW_EVTX_FILETIME, "\x00\x80\x3e\xd5\xde\xb1\x9d\x01", "1970-01-01T00:00:00.000000000Z");
    TEXT(SW_EVTX_FILETIME, "\x01\x80\x3e\xd5\xde\xb1\x9d\x01", "1970-01-01T00:00:00.000000100Z");
    TEXT(SW_EVTX_FILETIME, "\xff\xff\xff\xff\xff\xff\xff\xff", "60056-05-28T05:36:10.955161500Z");
    TEXT(SW_EVTX_SYSTEMTIME, "\xe8\x07\x02\x00\x04\x00\x1d\x00\x17\x00\x3b\x00\x3a\x00\xe7\x03",
         "2024-02-29T23:59:58.999Z");
}

static void test_reals(void **state)
{
    (void)state;
    assert_text(SW_EVTX_REAL32, &(float){0.1f}, 4, "0.1", SW_FLOAT);
    assert_text(SW_EVTX_REAL32, &(float){16777216.0f}, 4, "16777216", SW_FLOAT);
    assert_text(SW_EVTX_REAL64, &(double){0.1}, 8, "0.1", SW_FLOAT);
    assert_text(SW_EVTX_REAL64, &(double){1.0 / 3}, 8, "0.3333333333333333", SW_FLOAT);
    assert_text(SW_EVTX_REAL64, &(double){-2.5e300}, 8, "-2.5e+300", SW_FLOAT);
    assert_text(SW_EVTX_REAL64, "\x00\x00\x00\x00\x00\x00\xf0\x7f", 8, "INF", SW_FLOAT);
    assert_text(SW_EVTX_REAL64, "\x00\x00\x00\x00\x00\x00\xf0\xff", 8, "-INF", SW_FLOAT);
    assert_text(SW_EVTX_REAL64, "\x00\x00\x00\x00\x00\x00\xf8\x7f", 8, "NaN", SW_FLOAT);
}

static void assert_items(unsigned type, const void *bytes, size_t len, const char *expected)
{
    char text[256];
    size_t done = 0;
    size_t used = 0;
    struct sw_evtx_value array = sw_evtx_value(0, (uint16_t)len, (uint8_t)(type | SW_EVTX_ARRAY));
    struct sw_evtx_value item;
    while (sw_evtx_array_next(bytes, array, &done, &item)) {
        assert_true(used + sw_evtx_value_room(item) < sizeof text);
        used = (size_t)(sw_evtx_value_put(text + used, bytes, len, item).end - text);
        text[used++] = ',';
    }
    text[used] = '\0';
    assert_string_equal(text, expected);
}

static void test_arrays(void **state)
{
    (void)state;
    assert_items(SW_EVTX_UINT16, "\x01\x00\x02\x00\x03\x00", 6, "1,2,3,");
    assert_items(SW_EVTX_UINT16, "\x01\x00\x02", 3, "1,02,");
    assert_items(SW_EVTX_UINT16, "", 0, ",");
    assert_items(SW_EVTX_STRING, "a\0\0\0b\0c\0\0\0", 10, "a,bc,");
    assert_items(SW_EVTX_STRING, "a\0\0\0b\0", 6, "a,b,");
    assert_items(SW_EVTX_STRING, "\0\0\0\0", 4, ",,");
    assert_items(SW_EVTX_STRING, "a\0b", 3, "a,");
    assert_items(SW_EVTX_ANSI, "x\0yz\0", 5, "x,yz,");
    assert_items(SW_EVTX_SID, "\x01\x00\x00\x00\x00\x00\x00\x05\x01\x01\x00\x00\x00\x00\x00\x05\x12\x00\x00\x00", 20,
                 "S-1-5,S-1-5-18,");
    assert_items(SW_EVTX_SIZE, "\x01\x00\x00\x00\x02\x00\x00\x00", 8, "0x200000001,");
    assert_items(SW_EVTX_SIZE, "\x01\x00\x00\x00", 4, "0x1,");
    assert_items(SW_EVTX_BOOL, "\x01\x00\x00\x00\x00\x00\x00\x00", 8, "true,false,");
}

static void test_known_types(void **state)
{
    (void)state;
    assert_true(sw_evtx_type_known[SW_EVTX_NULL]);
    assert_true(sw_evtx_type_known[SW_EVTX_HEX64]);
    assert_true(sw_evtx_type_known[SW_EVTX_BINXML]);
    assert_true(sw_evtx_type_known[SW_EVTX_ARRAY | SW_EVTX_STRING]);
    assert_false(sw_evtx_type_known[SW_EVTX_ARRAY]);
    assert_false(sw_evtx_type_known[SW_EVTX_ARRAY | SW_EVTX_BINXML]);
    assert_false(sw_evtx_type_known[0x16]);
    assert_false(sw_evtx_type_known[0x22]);
    assert_false(sw_evtx_type_known[0x7f]);
}

static void test_checksum(void **state)
{
    (void)state;
    assert_int_equal(sw_evtx_crc(0, (const uint8_t *)"123456789", 9), 0xcbf43926u);
    /* Any cut and any length gives the same: the fast way and the tables agree. */
    uint8_t data[1000];
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * 131 + (i >> 3));
    for (size_t len = 0; len <= sizeof data; len += len < 200 ? 1 : 37) {
        uint32_t slow = 0;
        for (size_t i = 0; i < len; i++)
            slow = sw_evtx_crc(slow, data + i, 1);
        assert_int_equal(sw_evtx_crc(0, data, len), slow);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_integers),    cmocka_unit_test(test_hex),          cmocka_unit_test(test_short_values),
        cmocka_unit_test(test_texts),       cmocka_unit_test(test_text_lengths), cmocka_unit_test(test_compounds),
        cmocka_unit_test(test_times),       cmocka_unit_test(test_reals),        cmocka_unit_test(test_arrays),
        cmocka_unit_test(test_known_types), cmocka_unit_test(test_checksum),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
