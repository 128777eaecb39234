/* test_source_reader.c - blocks of any size and any cut give the member's bytes, once each and in order. */
#include "base/mem.h"
#include "source/reader.h"
#include "source_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct sw_stream *stream;
static struct sw_reader reader;
static struct sw_buf text, packed, got;

static int setup(void **state)
{
    (void)state;
    stream = sw_stream_new();
    sw_reader_init(&reader);
    sw_buf_init(&text, FIXTURE_MAX);
    sw_buf_init(&packed, FIXTURE_MAX);
    sw_buf_init(&got, FIXTURE_MAX);
    return stream == NULL;
}

static int teardown(void **state)
{
    (void)state;
    sw_reader_fini(&reader);
    sw_stream_free(stream);
    sw_buf_fini(&text);
    sw_buf_fini(&packed);
    sw_buf_fini(&got);
    return 0;
}

static void begin(struct sw_str bytes)
{
    struct sw_member m;
    assert_int_equal(sw_stream_open_fd(stream, fixture_fd(bytes), SW_STR("e"), NULL), 0);
    assert_int_equal(sw_stream_next(stream, &m), 1);
    sw_reader_begin(&reader, stream);
    sw_buf_clear(&got);
}

/* Reads in blocks of `cap`, cut after the last line feed; whole lines must come out, at the offsets that are told. */
static void read_lines(size_t cap)
{
    uint8_t *block = sw_alloc(cap, 1);
    ssize_t n;
    while ((n = sw_reader_fill(&reader, block, cap)) > 0) {
        size_t len = (size_t)n;
        assert_int_equal(reader.offset, got.len);
        assert_true(len == cap || reader.eof);
        size_t cut = len;
        while (!reader.eof && cut > 0 && block[cut - 1] != '\n')
            cut--;
        assert_true(cut > 0);
        sw_buf_add(&got, (const char *)block, cut);
        assert_int_equal(sw_reader_keep(&reader, block + cut, len - cut), 0);
    }
    assert_int_equal(n, 0);
    assert_true(reader.eof);
    assert_int_equal(sw_reader_fill(&reader, block, cap), 0);
    sw_free(block);
}

static void any_block_size_gives_the_same(void **state)
{
    (void)state;
    static const size_t caps[] = {100, 101, 4096, 65535, 65536, 65537, 250000, 1u << 20};
    fixture_log(&text, 250000, 1);
    fixture_pack(&packed, "gzip", sw_buf_str(&text));
    for (size_t i = 0; i < sizeof caps / sizeof caps[0] * 2; i++) {
        begin(i % 2 ? sw_buf_str(&text) : sw_buf_str(&packed));
        read_lines(caps[i / 2]);
        assert_int_equal(reader.error, 0);
        assert_int_equal(got.len, text.len);
        assert_memory_equal(got.data, text.data, text.len);
    }
}

static void nothing_in_an_empty_member(void **state)
{
    (void)state;
    uint8_t block[16];
    begin(SW_STR(""));
    assert_int_equal(sw_reader_fill(&reader, block, sizeof block), 0);
    assert_true(reader.eof);
    assert_int_equal(reader.error, 0);
}

static void what_was_kept_needs_room(void **state)
{
    (void)state;
    uint8_t block[64];
    fixture_log(&text, 1000, 2);
    begin(sw_buf_str(&text));
    assert_int_equal(sw_reader_fill(&reader, block, 32), 32);
    assert_int_equal(sw_reader_keep(&reader, block, 32), 0);
    assert_int_equal(sw_reader_fill(&reader, block, 32), SW_E_LIMIT); /* no byte could be added */
    assert_int_equal(sw_reader_fill(&reader, block, 33), 33);
    assert_int_equal(reader.offset, 0);
    assert_memory_equal(block, text.data, 33);
}

static void at_the_end_what_was_kept_comes_again(void **state)
{
    (void)state;
    uint8_t block[32];
    begin(SW_STR("abcdef"));
    assert_int_equal(sw_reader_fill(&reader, block, sizeof block), 6);
    assert_true(reader.eof);
    assert_int_equal(sw_reader_keep(&reader, block + 4, 2), 0);
    assert_int_equal(sw_reader_fill(&reader, block, 2), 2);
    assert_int_equal(reader.offset, 4);
    assert_memory_equal(block, "ef", 2);
    assert_int_equal(sw_reader_fill(&reader, block, sizeof block), 0);
}

static void a_broken_member_gives_what_there_is(void **state)
{
    (void)state;
    fixture_log(&text, 100000, 3);
    fixture_pack(&packed, "gzip", sw_buf_str(&text));
    begin(sw_str_slice(sw_buf_str(&packed), 0, packed.len / 2));
    read_lines(1u << 20);
    assert_int_equal(reader.error, SW_E_TRUNCATED);
    assert_in_range(got.len, 1000, text.len - 1);
    assert_memory_equal(got.data, text.data, got.len);
    char want[100];
    (void)snprintf(want, sizeof want, "truncated gzip stream after %zu bytes", got.len);
    assert_string_equal(sw_stream_error(stream), want);
}

static void keeping_may_fail(void **state)
{
    (void)state;
    uint8_t block[32];
    begin(SW_STR("abcdef"));
    assert_int_equal(sw_reader_fill(&reader, block, 4), 4);
    sw_mem_fail_after(1);
    assert_int_equal(sw_reader_keep(&reader, block, 4), SW_E_NOMEM);
    assert_int_equal(sw_reader_keep(&reader, block + 4, 0), 0); /* nothing to keep needs no memory */
    sw_mem_fail_after(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        T(any_block_size_gives_the_same),
        T(nothing_in_an_empty_member),
        T(what_was_kept_needs_room),
        T(at_the_end_what_was_kept_comes_again),
        T(a_broken_member_gives_what_there_is),
        T(keeping_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
