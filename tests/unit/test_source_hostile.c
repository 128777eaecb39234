/* test_source_hostile.c - damaged, hostile and oversized containers: each ends, is explained, and costs no more than itself. */
#include "base/mem.h"
#include "source_fixture.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const char *const filters[] = {"gzip", "zstd", "xz", "lzip", "bzip2", "lz4"};
static const char *const formats[] = {"zip", "7zip", "ustar", "pax", "cpio", "newc", "iso9660", "arbsd"};
#define COUNT(a) (sizeof(a) / sizeof(a)[0])

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
    assert_int_equal(sw_stream_open_fd(stream, fd, SW_STR("e"), NULL), 0);
}

/* What came out of a whole file. */
struct outcome {
    unsigned members; /* readable ones */
    unsigned errors;  /* of members and of reading */
    uint64_t bytes;
    int last_error;
    char last_text[512];
};

static struct outcome read_all(void)
{
    static char block[1 << 16];
    struct outcome o = {.members = 0};
    struct sw_member m;
    int rc;
    while ((rc = sw_stream_next(stream, &m)) == 1) {
        assert_int_equal(m.path.ptr[m.path.len], '\0');
        ssize_t n = m.error;
        while (m.error == 0 && (n = sw_stream_read(stream, block, sizeof block)) > 0)
            o.bytes += (uint64_t)n;
        o.members += m.error == 0;
        if (n == 0)
            continue;
        o.errors++;
        o.last_error = (int)n;
        (void)snprintf(o.last_text, sizeof o.last_text, "%s", m.error != 0 ? m.reason : sw_stream_error(stream));
        assert_true(o.last_text[0] != '\0');
    }
    assert_int_equal(rc, 0);
    return o;
}

static void make_sample(const char *format, const char *filter)
{
    struct sw_buf gz;
    sw_buf_init(&gz, FIXTURE_MAX);
    sw_buf_clear(&text);
    fixture_log(&text, 20000, 7);
    fixture_pack(&gz, "gzip", sw_buf_str(&text));
    struct fixture_file files[] = {{"a.log", sw_buf_str(&text)}, {"b.gz", sw_buf_str(&gz)}, {"c", SW_STR("short\n")}};
    sw_buf_clear(&packed);
    fixture_archive(&packed, format, filter, files, 3);
    sw_buf_fini(&gz);
}

static void truncated_archives(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(formats); i++) {
        make_sample(formats[i], "none");
        for (size_t cut = 600; cut < packed.len; cut += 997) {
            open_bytes(sw_str_slice(sw_buf_str(&packed), 0, cut));
            struct outcome o = read_all();
            assert_true(o.members + o.errors > 0);
            assert_true(o.bytes <= text.len * 2 + packed.len);
        }
    }
}

static void a_truncated_tar_gz_says_where(void **state)
{
    (void)state;
    make_sample("ustar", "gzip");
    open_bytes(sw_str_slice(sw_buf_str(&packed), 0, packed.len / 2));
    struct outcome o = read_all();
    assert_true(o.members >= 1);
    assert_true(o.errors >= 1);
    assert_int_equal(o.last_error, SW_E_TRUNCATED);
    assert_non_null(strstr(o.last_text, "truncated gzip stream after"));
}

static void flipped_bits_end(void **state)
{
    (void)state;
    uint32_t x = 1;
    for (size_t i = 0; i < COUNT(formats) * 2; i++) {
        make_sample(formats[i / 2], i % 2 ? filters[i / 2 % COUNT(filters)] : "none");
        size_t stride = packed.len > 100000 ? 9973 : 211;
        for (size_t at = 0; at < packed.len; at += at < 2048 ? 17 : stride) {
            x = x * 1664525 + 1013904223;
            char bit = (char)(1u << (x >> 29));
            packed.data[at] ^= bit;
            open_bytes(sw_buf_str(&packed));
            (void)read_all();
            packed.data[at] ^= bit;
        }
    }
}

static void a_damaged_member_costs_that_member(void **state)
{
    (void)state;
    struct fixture_file files[] = {{"a", SW_STR("")}, {"b", SW_STR("fine\n")}};
    fixture_log(&text, 100000, 8);
    files[0].data = sw_buf_str(&text);
    fixture_archive(&packed, "zip", "none", files, 2);
    for (size_t i = 2000; i < 2100; i++)
        packed.data[i] ^= 0x55;
    open_bytes(sw_buf_str(&packed));
    struct outcome o = read_all();
    assert_int_equal(o.members, 2);
    assert_int_equal(o.errors, 1);
    assert_true(o.bytes >= 5);
}

static void hostile_names(void **state)
{
    (void)state;
    static char long_name[70000];
    memset(long_name, 'n', sizeof long_name - 1);
    const struct fixture_file files[] = {
        {"../../etc/passwd", SW_STR("1")}, {"/abs", SW_STR("2")},      {"a\nb\x1b[2J", SW_STR("3")},
        {"bad\xff\xfe", SW_STR("4")},      {long_name, SW_STR("5")},   {"C:\\x", SW_STR("6")},
        {"caf\xc3\xa9", SW_STR("7")},      {"x!y", SW_STR("8")},
    };
    static const char *const shown[] = {"e!../../etc/passwd", "e!/abs", "e!a\\x0ab\\x1b[2J", "e!bad\\xff\\xfe", NULL,
                                        "e!C:\\x",             "e!caf\xc3\xa9", "e!x!y"};
    for (int zip = 0; zip < 2; zip++) {
        sw_buf_clear(&packed);
        if (zip)
            long_name[60000] = '\0'; /* its lengths have 16 bits */
        fixture_archive(&packed, zip ? "zip" : "gnutar", "none", files, COUNT(files));
        open_bytes(sw_buf_str(&packed));
        for (size_t i = 0; i < COUNT(files); i++) {
            struct sw_member m;
            assert_int_equal(sw_stream_next(stream, &m), 1);
            assert_int_equal(m.error, 0);
            if (zip && i == 5)
                assert_string_equal(m.path.ptr, "e!C:/x"); /* libarchive takes these for separators in zip */
            else if (shown[i] != NULL)
                assert_string_equal(m.path.ptr, shown[i]);
            else
                assert_true(m.path.len < SW_MAX_PATH_SHOWN + 40);
            char digit;
            assert_int_equal(sw_stream_read(stream, &digit, 1), 1);
            assert_int_equal(digit, '1' + (int)i);
        }
    }
}

static void only_files_have_content(void **state)
{
    (void)state;
    struct archive *a = archive_write_new();
    (void)archive_write_set_format_pax(a);
    assert_int_equal(archive_write_open(a, &packed, NULL, fixture_write, NULL), ARCHIVE_OK);
    fixture_entry(a, "dir", AE_IFDIR, SW_STR(""));
    fixture_entry(a, "link", AE_IFLNK, SW_STR(""));
    fixture_entry(a, "fifo", AE_IFIFO, SW_STR(""));
    fixture_entry(a, "dev", AE_IFCHR, SW_STR(""));
    fixture_entry(a, "file", AE_IFREG, SW_STR("x"));
    (void)archive_write_free(a);
    open_bytes(sw_buf_str(&packed));
    struct outcome o = read_all();
    assert_int_equal(o.members, 1);
    assert_int_equal(o.errors, 0);
    assert_int_equal(sw_stream_skipped(stream).folders, 1);
    assert_int_equal(sw_stream_skipped(stream).links, 1);
    assert_int_equal(sw_stream_skipped(stream).devices, 2);
}

static void encrypted_members_are_named(void **state)
{
    (void)state;
    struct archive *a = archive_write_new();
    (void)archive_write_set_format_zip(a);
    if (archive_write_set_options(a, "zip:encryption=traditional") != ARCHIVE_OK ||
        archive_write_set_passphrase(a, "secret") != ARCHIVE_OK)
        skip();
    assert_int_equal(archive_write_open(a, &packed, NULL, fixture_write, NULL), ARCHIVE_OK);
    fixture_entry(a, "locked.log", AE_IFREG, SW_STR("x\n"));
    (void)archive_write_free(a);
    open_bytes(sw_buf_str(&packed));
    struct sw_member m;
    assert_int_equal(sw_stream_next(stream, &m), 1);
    assert_string_equal(m.path.ptr, "e!locked.log");
    assert_int_equal(m.error, SW_E_UNSUPPORTED);
    assert_string_equal(m.reason, "encrypted");
    assert_int_equal(sw_stream_next(stream, &m), 0);
}

static void empty_archives_have_no_members(void **state)
{
    (void)state;
    static const char *const kinds[] = {"zip", "cpio", "newc", "7zip", "iso9660"};
    for (size_t i = 0; i < COUNT(kinds); i++) {
        sw_buf_clear(&packed);
        fixture_archive(&packed, kinds[i], "none", NULL, 0);
        open_bytes(sw_buf_str(&packed));
        struct outcome o = read_all();
        assert_int_equal(o.members, 0);
        assert_int_equal(o.errors, 0);
    }
}

static void empty_members(void **state)
{
    (void)state;
    const struct fixture_file files[] = {{"a", SW_STR("")}, {"b", SW_STR("")}, {"c", SW_STR("x")}, {"d", SW_STR("")}};
    for (size_t i = 0; i + 1 < COUNT(formats); i++) {
        sw_buf_clear(&packed);
        fixture_archive(&packed, formats[i], "none", files, 4);
        open_bytes(sw_buf_str(&packed));
        struct outcome o = read_all();
        assert_int_equal(o.members, 4);
        assert_int_equal(o.errors, 0);
        assert_int_equal(o.bytes, 1);
    }
}

static void tars_one_after_the_other(void **state)
{
    (void)state;
    make_sample("ustar", "none");
    size_t first = packed.len;
    struct sw_buf twice;
    sw_buf_init(&twice, FIXTURE_MAX);
    sw_buf_add(&twice, packed.data, first);
    sw_buf_add(&twice, packed.data, first);
    open_bytes(sw_buf_str(&twice));
    struct outcome o = read_all();
    assert_int_equal(o.members, 6);
    assert_int_equal(o.errors, 0);
    sw_buf_fini(&twice);
}

static void ten_thousand_members(void **state)
{
    (void)state;
    enum { MANY = 10000 };
    struct fixture_file *files = sw_alloc(MANY, sizeof *files);
    char(*names)[16] = sw_alloc(MANY, sizeof *names);
    for (int i = 0; i < MANY; i++) {
        (void)snprintf(names[i], sizeof names[i], "m%d", i);
        files[i] = (struct fixture_file){names[i], SW_STR("line\n")};
    }
    for (int zip = 0; zip < 2; zip++) {
        sw_buf_clear(&packed);
        fixture_archive(&packed, zip ? "zip" : "ustar", "none", files, MANY);
        open_bytes(sw_buf_str(&packed));
        struct outcome o = read_all();
        assert_int_equal(o.members, MANY);
        assert_int_equal(o.errors, 0);
        assert_int_equal(o.bytes, 5 * MANY);
    }
    sw_free(files);
    sw_free(names);
}

static void no_more_members_than_the_limit(void **state)
{
    (void)state;
#define ZERO "00000000"
#define NEWC(mode, name_size) "070701" ZERO mode ZERO ZERO "00000001" ZERO ZERO ZERO ZERO ZERO ZERO name_size ZERO
    static const char header[] = NEWC("00008124", "00000002") "a"; /* with the name's NUL */
    static const char trailer[] = NEWC(ZERO, "0000000B") "TRAILER!!!\0\0\0";
    struct sw_buf entry;
    sw_buf_init(&entry, 256);
    sw_buf_add(&entry, header, sizeof header);
    while (entry.len % 4 != 0)
        sw_buf_char(&entry, '\0');
    for (size_t i = 0; i < SW_MAX_ARCHIVE_MEMBERS; i++)
        sw_buf_str_add(&packed, sw_buf_str(&entry));
    for (int over = 0; over < 2; over++) {
        size_t before = packed.len;
        sw_buf_add(&packed, trailer, sizeof trailer);
        open_bytes(sw_buf_str(&packed));
        struct outcome o = read_all();
        assert_int_equal(o.members, SW_MAX_ARCHIVE_MEMBERS);
        assert_int_equal(o.errors, over);
        if (over)
            assert_string_equal(o.last_text, "stopped: more than 1000000 members");
        packed.len = before;
        sw_buf_str_add(&packed, sw_buf_str(&entry));
    }
    sw_buf_fini(&entry);
}

static void nesting_is_bounded(void **state)
{
    (void)state;
    sw_buf_add(&packed, "deep\n", 5);
    for (unsigned depth = 1; depth <= SW_MAX_ARCHIVE_DEPTH + 1; depth++) {
        sw_buf_clear(&text);
        fixture_archive(&text, depth % 2 ? "zip" : "ustar", "none", &(struct fixture_file){"x", sw_buf_str(&packed)}, 1);
        sw_buf_clear(&packed);
        sw_buf_str_add(&packed, sw_buf_str(&text));
        open_bytes(sw_buf_str(&packed));
        struct outcome o = read_all();
        assert_int_equal(o.members, depth <= SW_MAX_ARCHIVE_DEPTH);
        assert_int_equal(o.errors, depth > SW_MAX_ARCHIVE_DEPTH);
    }
}

static void zeros(struct sw_buf *out, size_t size)
{
    assert_int_equal(sw_buf_reserve(out, size), 0);
    memset(out->data + out->len, 0, size);
    out->len += size;
}

static void a_bomb_stops_at_the_ratio(void **state)
{
    (void)state;
    static const char *const kinds[] = {"zstd", "xz", "bzip2"};
    zeros(&text, (size_t)(SW_ARCHIVE_RATIO_FLOOR + (64u << 20)));
    for (size_t i = 0; i < COUNT(kinds); i++) {
        sw_buf_clear(&packed);
        fixture_pack(&packed, kinds[i], sw_buf_str(&text));
        open_bytes(sw_buf_str(&packed));
        struct outcome o = read_all();
        assert_int_equal(o.errors, 1);
        assert_int_equal(o.last_error, SW_E_LIMIT);
        assert_non_null(strstr(o.last_text, "unpacks to more than 1000 times its size"));
        assert_true(o.bytes <= SW_ARCHIVE_RATIO_FLOOR + (1u << 20));
    }
}

/* A cpio header that gives its name 4 GiB, packed so that the ratio alone would let 256 MiB of it be gathered. */
static void a_header_is_not_gathered_without_bound(void **state)
{
    (void)state;
    sw_buf_add(&text, NEWC("00008124", "FFFFFFFF"), 110);
    zeros(&text, SW_MAX_ARCHIVE_HEADER + (32u << 20));
    fixture_pack(&packed, "zstd", sw_buf_str(&text));
    open_bytes(sw_buf_str(&packed));
    struct outcome o = read_all();
    assert_int_equal(o.members, 0);
    assert_int_equal(o.errors, 1);
    assert_string_equal(o.last_text, "damaged cpio archive: reading its list of members: it is longer than 128 MiB");
}

/* As 42.zip: each level holds sixteen of the next, and no single one exceeds a ratio. */
static void a_bomb_of_many_levels_stops(void **state)
{
    (void)state;
    zeros(&text, 64u << 20);
    fixture_archive(&packed, "zip", "none", &(struct fixture_file){"0", sw_buf_str(&text)}, 1);
    for (int level = 0; level < 4; level++) {
        struct fixture_file files[16];
        for (int i = 0; i < 16; i++)
            files[i] = (struct fixture_file){"in.zip", sw_buf_str(&packed)};
        sw_buf_clear(&text);
        fixture_archive(&text, "zip", "none", files, 16);
        sw_buf_clear(&packed);
        sw_buf_str_add(&packed, sw_buf_str(&text));
    }
    open_bytes(sw_buf_str(&packed));
    struct outcome o = read_all();
    assert_int_equal(o.last_error, SW_E_LIMIT);
    assert_true(o.bytes <= SW_ARCHIVE_RATIO_FLOOR + (uint64_t)packed.len * SW_MAX_ARCHIVE_RATIO + (1u << 20));
}

static void archives_too_large_to_hold(void **state)
{
    (void)state;
    zeros(&text, SW_MAX_SPOOL);
    for (int seven = 0; seven < 2; seven++) {
        struct sw_buf inner;
        sw_buf_init(&inner, FIXTURE_MAX);
        struct archive *a = archive_write_new();
        assert_int_equal(archive_write_set_format_by_name(a, seven ? "7zip" : "zip"), ARCHIVE_OK);
        assert_int_equal(archive_write_set_options(a, "compression=store"), ARCHIVE_OK);
        assert_int_equal(archive_write_open(a, &inner, NULL, fixture_write, NULL), ARCHIVE_OK);
        fixture_entry(a, "zeros", AE_IFREG, sw_buf_str(&text));
        (void)archive_write_free(a);
        struct fixture_file files[] = {{"in", sw_buf_str(&inner)}, {"after", SW_STR("x")}};
        sw_buf_clear(&packed);
        fixture_archive(&packed, "ustar", "none", files, 2);
        sw_buf_fini(&inner);
        open_bytes(sw_buf_str(&packed));
        struct outcome o = read_all();
        assert_int_equal(o.errors, seven);
        assert_int_equal(o.members, seven ? 1 : 2); /* zip is read as it comes, and what follows is read in any case */
        assert_int_equal(o.bytes, seven ? 1 : text.len + 1);
    }
}

static void seeking_formats_from_a_pipe(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(formats); i++) {
        const struct fixture_file file = {"x", SW_STR("piped\n")};
        sw_buf_clear(&packed);
        fixture_archive(&packed, formats[i], "none", &file, 1);
        sw_buf_clear(&text);
        fixture_pack(&text, "zstd", sw_buf_str(&packed)); /* so that it fits a pipe */
        int ends[2];
        assert_int_equal(pipe(ends), 0);
        assert_int_equal(write(ends[1], text.data, text.len), text.len);
        (void)close(ends[1]);
        assert_int_equal(sw_stream_open_fd(stream, ends[0], SW_STR("-"), NULL), 0);
        struct outcome o = read_all();
        assert_int_equal(o.members, 1);
        assert_int_equal(o.errors, 0);
        assert_int_equal(o.bytes, 6);
        (void)close(ends[0]);
    }
}

static void a_file_that_changes_while_it_is_read(void **state)
{
    (void)state;
    fixture_log(&text, 500000, 9);
    int fd = fixture_fd(sw_buf_str(&text));
    assert_int_equal(sw_stream_open_fd(stream, fd, SW_STR("e"), NULL), 0);
    assert_int_equal(pwrite(fd, "more", 4, 500000), 4);
    struct outcome o = read_all();
    assert_int_equal(o.errors, 0);
    assert_int_equal(o.bytes, 500000); /* what came after the opening is not read */
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    assert_int_equal(sw_stream_open_fd(stream, fd, SW_STR("e"), NULL), 0);
    assert_int_equal(ftruncate(fd, 200000), 0);
    o = read_all();
    assert_int_equal(o.last_error, SW_E_TRUNCATED);
    assert_string_equal(o.last_text, "the file became shorter while it was read: ends after 200000 of 500004 bytes");
}

static void what_cannot_be_opened(void **state)
{
    (void)state;
    struct sw_error err;
    struct sw_member m;
    assert_int_equal(sw_stream_open(stream, "/nonexistent/x", &err), SW_E_NOTFOUND);
    assert_string_equal(err.text, "No such file or directory");
    assert_int_equal(sw_stream_open(stream, "/tmp", &err), SW_E_USAGE);
    assert_int_equal(sw_stream_next(stream, &m), SW_E_STATE);
}

static void failing_allocations_are_errors(void **state)
{
    (void)state;
    static const char *const kinds[] = {"zip", "ustar"};
    for (size_t i = 0; i < COUNT(kinds) * COUNT(filters); i++) {
        make_sample(kinds[i % 2], filters[i / 2]);
        int fd = fixture_fd(sw_buf_str(&packed));
        for (uint64_t n = 1;; n++) {
            sw_mem_fail_after(n);
            struct sw_stream *s = sw_stream_new();
            bool failed = s == NULL;
            struct sw_member m;
            char block[4096];
            assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
            int rc = failed ? SW_E_NOMEM : sw_stream_open_fd(s, fd, SW_STR("e"), NULL);
            while (rc == 0 && (rc = sw_stream_next(s, &m)) == 1) {
                ssize_t got_now = m.error;
                while (m.error == 0 && (got_now = sw_stream_read(s, block, sizeof block)) > 0)
                    continue;
                failed = failed || got_now < 0;
                rc = 0;
            }
            failed = failed || rc < 0;
            sw_stream_free(s);
            sw_mem_fail_after(0);
            if (!failed)
                break;
            assert_true(n < 1000);
        }
        (void)close(fd);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        T(truncated_archives),
        T(a_truncated_tar_gz_says_where),
        T(flipped_bits_end),
        T(a_damaged_member_costs_that_member),
        T(hostile_names),
        T(only_files_have_content),
        T(encrypted_members_are_named),
        T(empty_archives_have_no_members),
        T(empty_members),
        T(tars_one_after_the_other),
        T(ten_thousand_members),
        T(no_more_members_than_the_limit),
        T(nesting_is_bounded),
        T(a_bomb_stops_at_the_ratio),
        T(a_header_is_not_gathered_without_bound),
        T(a_bomb_of_many_levels_stops),
        T(archives_too_large_to_hold),
        T(seeking_formats_from_a_pipe),
        T(a_file_that_changes_while_it_is_read),
        T(what_cannot_be_opened),
        T(failing_allocations_are_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
