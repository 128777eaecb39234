/* test_json_put.c - JSON strings as they are written, against an implementation byte by byte. */
#include "base/buf.h"
#include "base/utf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void expected(struct sw_buf *out, struct sw_str s)
{
    sw_buf_char(out, '"');
    for (size_t at = 0; at < s.len;) {
        uint32_t code = sw_utf8_next(s, &at);
        char text[8];
        if (code == '"' || code == '\\')
            sw_buf_printf(out, "\\%c", (int)code);
        else if (code == '\n' || code == '\r' || code == '\t')
            sw_buf_text(out, code == '\n' ? "\\n" : code == '\r' ? "\\r" : "\\t");
        else if (code < 0x20 || code == 0x7f)
            sw_buf_printf(out, "\\u%04x", code);
        else
            sw_buf_add(out, text, sw_utf8_put(code, text));
    }
    sw_buf_char(out, '"');
}

static void every_byte_at_every_place(void **state)
{
    (void)state;
    struct sw_buf got;
    struct sw_buf want;
    sw_buf_init(&got, 1u << 20);
    sw_buf_init(&want, 1u << 20);
    for (size_t len = 0; len < 40; len++)
        for (size_t place = 0; place < (len ? len : 1); place++)
            for (unsigned byte = 0; byte < 256; byte++) {
                char text[40];
                memset(text, 'a', sizeof text);
                text[place] = (char)byte;
                sw_buf_clear(&got);
                sw_buf_clear(&want);
                sw_buf_json(&got, sw_strn(text, len));
                expected(&want, sw_strn(text, len));
                assert_int_equal(got.len, want.len);
                assert_memory_equal(got.data, want.data, want.len);
            }
    sw_buf_fini(&got);
    sw_buf_fini(&want);
}

static void mixtures(void **state)
{
    (void)state;
    static const char *const parts[] = {"\"", "\\", "\n", "\x01", "\xc3\xa9", "\xe2\x80\xae", "\xf0\x9f\x98\x80", "\xff", "\xc3", "plain", "x"};
    struct sw_buf text;
    struct sw_buf got;
    struct sw_buf want;
    sw_buf_init(&text, 1u << 20);
    sw_buf_init(&got, 1u << 20);
    sw_buf_init(&want, 1u << 20);
    uint32_t seed = 1;
    for (unsigned round = 0; round < 20000; round++) {
        sw_buf_clear(&text);
        sw_buf_clear(&got);
        sw_buf_clear(&want);
        seed = seed * 1664525u + 1013904223u;
        for (unsigned i = 0; i < (seed >> 24) % 20; i++) {
            seed = seed * 1664525u + 1013904223u;
            sw_buf_text(&text, parts[(seed >> 16) % (sizeof parts / sizeof parts[0])]);
        }
        sw_buf_json(&got, sw_buf_str(&text));
        expected(&want, sw_buf_str(&text));
        assert_int_equal(got.len, want.len);
        assert_memory_equal(got.data, want.data, want.len);
    }
    sw_buf_fini(&text);
    sw_buf_fini(&got);
    sw_buf_fini(&want);
}

static void the_limit_is_sticky(void **state)
{
    (void)state;
    struct sw_buf out;
    sw_buf_init(&out, 64);
    sw_buf_json(&out, SW_STR("01234567890123456789"));
    assert_int_not_equal(sw_buf_error(&out), 0);
    sw_buf_text(&out, "x");
    assert_int_equal(out.len, 0);
    sw_buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_byte_at_every_place),
        cmocka_unit_test(mixtures),
        cmocka_unit_test(the_limit_is_sticky),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
