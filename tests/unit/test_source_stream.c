/* test_source_stream.c - every container alone and nested, damaged, hostile and empty, through the stream. */
#include "base/mem.h"
#include "source_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct sw_stream *stream;
static struct sw_buf packed, text, got;

static int setup(void **state)
{
    (void)state;
    stream = sw_stream_new();
    sw_buf_init(&packed, FIXTURE_MAX);
    sw_buf_init(&text, FIXTURE_MAX);
    sw_buf_init(&got, FIXTURE_MAX);
    return stream == NULL;
}

static int teardown(void **state)
{
    (void)state;
    sw_stream_free(stream);
    sw_buf_fini(&packed);
    sw_buf_fini(&text);
    sw_buf_fini(&got);
    return 0;
}

static void open_bytes(struct sw_str data)
{
    int fd = fixture_fd(data);
    assert_int_equal(sw_stream_open_fd(stream, fd, SW_STR("evidence"), NULL), 0);
}

static void expect_member(const char *path, struct sw_str content)
{
    struct sw_member m;
    assert_int_equal(sw_stream_next(stream, &m), 1);
    assert_string_equal(m.path.ptr, path);
    assert_int_equal(m.error, 0);
    sw_buf_clear(&got);
    assert_int_equal(fixture_read(stream, &got, 4096), 0);
    assert_int_equal(got.len, content.len);
    assert_memory_equal(got.data == NULL ? "" : got.data, content.ptr, content.len);
}

static void expect_end(void)
{
    struct sw_member m;
    assert_int_equal(sw_stream_next(stream, &m), 0);
    assert_int_equal(sw_stream_next(stream, &m), 0);
}

static const char *const filters[] = {"gzip", "zstd", "xz", "lzip", "bzip2", "lz4"};
static const char *const formats[] = {"zip", "7zip", "ustar", "pax", "cpio", "newc", "iso9660"};
#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static void plain_file_is_its_own_member(void **state)
{
    (void)state;
    fixture_log(&text, 3000000, 1);
    open_bytes(sw_buf_str(&text));
    struct sw_member m;
    assert_int_equal(sw_stream_next(stream, &m), 1);
    assert_int_equal(m.size, 3000000);
    assert_int_equal(m.depth, 0);
    assert_string_equal(m.container, "");
    size_t len;
    bool complete;
    const uint8_t *head = sw_stream_peek(stream, &len, &complete);
    assert_int_equal(len, SW_STREAM_PEEK);
    assert_false(complete);
    assert_memory_equal(head, text.data, len);
    assert_int_equal(fixture_read(stream, &got, 100000), 0);
    assert_int_equal(got.len, text.len);
    assert_memory_equal(got.data, text.data, text.len);
    assert_int_equal(sw_stream_read(stream, &m, 1), 0);
    expect_end();
}

static void empty_file_is_an_empty_member(void **state)
{
    (void)state;
    open_bytes(SW_STR(""));
    expect_member("evidence", SW_STR(""));
    expect_end();
}

static void each_filter(void **state)
{
    (void)state;
    fixture_log(&text, 500000, 2);
    for (size_t i = 0; i < COUNT(filters); i++) {
        sw_buf_clear(&packed);
        fixture_pack(&packed, filters[i], sw_buf_str(&text));
        open_bytes(sw_buf_str(&packed));
        expect_member("evidence", sw_buf_str(&text));
        expect_end();
    }
}

static void concatenated_streams_are_one(void **state)
{
    (void)state;
    fixture_log(&text, 100000, 3);
    for (size_t i = 0; i < COUNT(filters); i++) {
        sw_buf_clear(&packed);
        fixture_pack(&packed, filters[i], sw_str_slice(sw_buf_str(&text), 0, 40000));
        fixture_pack(&packed, filters[i], sw_str_slice(sw_buf_str(&text), 40000, 100000));
        open_bytes(sw_buf_str(&packed));
        expect_member("evidence", sw_buf_str(&text));
        expect_end();
    }
}

static void what_follows_a_stream_is_told(void **state)
{
    (void)state;
    struct sw_member m;
    fixture_log(&text, 100000, 4);
    for (size_t i = 0; i < COUNT(filters); i++) {
        sw_buf_clear(&packed);
        fixture_pack(&packed, filters[i], sw_buf_str(&text));
        sw_buf_add(&packed, "\0\0\0\0", 4);
        open_bytes(sw_buf_str(&packed)); /* zero padding, as tapes leave it, is fine */
        expect_member("evidence", sw_buf_str(&text));
        SW_BUF_LIT(&packed, "something else");
        open_bytes(sw_buf_str(&packed));
        assert_int_equal(sw_stream_next(stream, &m), 1);
        sw_buf_clear(&got);
        assert_int_equal(fixture_read(stream, &got, 4096), SW_E_FORMAT);
        assert_int_equal(got.len, text.len);
        assert_non_null(strstr(sw_stream_error(stream), "ends after 100000 bytes"));
    }
}

static void truncated_streams_give_what_is_there(void **state)
{
    (void)state;
    struct sw_member m;
    fixture_log(&text, 300000, 5);
    for (size_t i = 0; i < COUNT(filters); i++) {
        sw_buf_clear(&packed);
        fixture_pack(&packed, filters[i], sw_buf_str(&text));
        size_t before = 0;
        for (size_t cut = 16; cut < packed.len; cut += 997) {
            open_bytes(sw_str_slice(sw_buf_str(&packed), 0, cut));
            assert_int_equal(sw_stream_next(stream, &m), 1);
            sw_buf_clear(&got);
            assert_int_equal(fixture_read(stream, &got, 8192), SW_E_TRUNCATED);
            char want[100];
            (void)snprintf(want, sizeof want, "truncated %s stream after %zu bytes", filters[i], got.len);
            assert_string_equal(sw_stream_error(stream), want);
            assert_true(got.len >= before);
            before = got.len;
            assert_memory_equal(got.data == NULL ? "" : got.data, text.data, got.len);
        }
    }
}

static const struct fixture_file two[] = {
    {"logs/a.log", SW_STR_INIT("first\nsecond\n")},
    {"logs/b.log", SW_STR_INIT("third\n")},
};

static void each_archive(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(formats); i++) {
        bool iso = strcmp(formats[i], "iso9660") == 0;
        sw_buf_clear(&packed);
        fixture_archive(&packed, formats[i], "none", two, 2);
        open_bytes(sw_buf_str(&packed));
        expect_member("evidence!logs/a.log", two[0].data);
        expect_member("evidence!logs/b.log", two[1].data);
        expect_end();
        assert_int_equal(sw_stream_skipped(stream).folders, iso ? 2 : 0);
    }
}

static void each_archive_in_each_filter(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(formats); i++)
        for (size_t k = 0; k < COUNT(filters); k++) {
            struct sw_buf inner;
            sw_buf_init(&inner, FIXTURE_MAX);
            fixture_archive(&inner, formats[i], "none", two, 2);
            sw_buf_clear(&packed);
            fixture_pack(&packed, filters[k], sw_buf_str(&inner));
            sw_buf_fini(&inner);
            open_bytes(sw_buf_str(&packed));
            expect_member("evidence!logs/a.log", two[0].data);
            expect_member("evidence!logs/b.log", two[1].data);
            expect_end();
        }
}

static void each_archive_in_each_archive(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(formats); i++)
        for (size_t k = 0; k < COUNT(formats); k++) {
            struct sw_buf inner, gz;
            sw_buf_init(&inner, FIXTURE_MAX);
            sw_buf_init(&gz, FIXTURE_MAX);
            fixture_archive(&inner, formats[i], "none", two, 2);
            fixture_pack(&gz, "gzip", SW_STR("zipped\n"));
            struct fixture_file files[] = {{"in.x", sw_buf_str(&inner)}, {"out.gz", sw_buf_str(&gz)}};
            sw_buf_clear(&packed);
            fixture_archive(&packed, formats[k], "none", files, 2);
            sw_buf_fini(&inner);
            sw_buf_fini(&gz);
            open_bytes(sw_buf_str(&packed));
            expect_member("evidence!in.x!logs/a.log", two[0].data);
            expect_member("evidence!in.x!logs/b.log", two[1].data);
            expect_member("evidence!out.gz", SW_STR("zipped\n"));
            expect_end();
        }
}

static void members_may_be_left_unread(void **state)
{
    (void)state;
    struct sw_member m;
    fixture_log(&text, 400000, 6);
    struct fixture_file files[] = {{"a", sw_buf_str(&text)}, {"b", SW_STR("rest\n")}};
    for (size_t i = 0; i < COUNT(formats); i++) {
        sw_buf_clear(&packed);
        fixture_archive(&packed, formats[i], "none", files, 2);
        open_bytes(sw_buf_str(&packed));
        assert_int_equal(sw_stream_next(stream, &m), 1);
        expect_member("evidence!b", SW_STR("rest\n"));
        expect_end();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        T(plain_file_is_its_own_member),
        T(empty_file_is_an_empty_member),
        T(each_filter),
        T(concatenated_streams_are_one),
        T(what_follows_a_stream_is_told),
        T(truncated_streams_give_what_is_there),
        T(each_archive),
        T(each_archive_in_each_filter),
        T(each_archive_in_each_archive),
        T(members_may_be_left_unread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
