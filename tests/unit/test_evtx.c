/*
 * test_evtx.c - files and chunks of EVTX: recognising, cutting, damage of every kind, slack space, failing memory; and
 * the corner files of the corpora, where they are at hand.
 */
#include "evtx_fixture.h"

#include <unistd.h>

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

/* A record with a template (written out in the chunk's first record) and a number and a text in it. */
static uint32_t definition;

static void add_record(void)
{
    evtx_record(e);
    x_fragment(e);
    if (definition == 0) {
        definition = x_template(e, 5);
        x_open(e, "Event", false);
        x_content(e);
        x_open(e, "System", false);
        x_content(e);
        x_leaf(e, "EventRecordID", 0, SW_EVTX_UINT64);
        x_close(e);
        x_open(e, "EventData", false);
        x_content(e);
        x_data(e, "Text", 1, SW_EVTX_STRING);
        x_close(e);
        x_close(e);
        x_template_end(e, definition);
    } else {
        x_instance(e, 5, definition);
    }
    uint64_t id = e->id - 1;
    x_values(e, (const struct value[]){{SW_EVTX_UINT64, &id, 8}, {SW_EVTX_STRING, "a\0\xe9\0", 4}}, 2);
    x_end(e);
    evtx_record_end(e);
}

static void add_chunk(unsigned records)
{
    definition = 0;
    evtx_chunk(e);
    for (unsigned i = 0; i < records; i++)
        add_record();
    evtx_seal(e);
}

static void make_file(unsigned chunks, unsigned records)
{
    evtx_file(e);
    for (unsigned i = 0; i < chunks; i++)
        add_chunk(records);
}

static void assert_counts(const struct decoded *r, uint64_t parsed, uint64_t rejected)
{
    assert_int_equal(r->stats.parsed, parsed);
    assert_int_equal(r->stats.rejected, rejected);
    assert_int_equal(r->stats.read, parsed + rejected);
}

/* --- recognising and cutting ------------------------------------------------------------------------------ */

static int sniffed(size_t from, size_t len)
{
    struct sw_sniff sniff = {.head = {(const char *)e->bytes + from, len < SW_SNIFF_SIZE ? len : SW_SNIFF_SIZE}};
    return sw_decoder_evtx.sniff(&sniff);
}

static void test_sniff(void **state)
{
    (void)state;
    make_file(2, 3);
    assert_int_equal(sniffed(0, e->len), SW_SURE_MAGIC);
    assert_int_equal(sniffed(0, 8), SW_SURE_MAGIC);
    assert_int_equal(sniffed(0, 7), SW_SURE_NO);
    assert_int_equal(sniffed(4096, e->len - 4096), SW_SURE_YES);
    e->bytes[0] = 'X';
    assert_int_equal(sniffed(0, e->len), SW_SURE_YES);
    assert_int_equal(sniffed(512, e->len - 512), SW_SURE_LIKELY);
    assert_int_equal(sniffed(4097, 60000), SW_SURE_NO);
    e->bytes[4096] = 'X';
    assert_int_equal(sniffed(0, 65536), SW_SURE_NO);
}

static void test_any_cut_gives_the_same(void **state)
{
    (void)state;
    make_file(4, 20);
    memset(e->bytes + 4096 + 65536, 0, 65536); /* an empty chunk */
    e->bytes[4096 + 2 * 65536] = 'X';          /* one without its signature */
    struct decoded whole;
    decode_file(&whole, e);
    assert_counts(&whole, 40, 1);
    for (size_t piece = 1000; piece < 3 * 65536; piece += 9973) {
        struct decoded r;
        decode_bytes(&r, e->bytes, e->len, piece, false, false);
        assert_string_equal(r.out.data, whole.out.data);
        assert_counts(&r, 40, 1);
        decoded_free(&r);
    }
    decoded_free(&whole);
}

static void test_header_block_size(void **state)
{
    (void)state;
    make_file(1, 2);
    memmove(e->bytes + 8192, e->bytes + 4096, 65536);
    memset(e->bytes + 4096, 0xee, 4096);
    e->bytes[41] = 8192 >> 8;
    struct decoded r;
    decode_bytes(&r, e->bytes, e->len + 4096, 1u << 20, false, false);
    assert_counts(&r, 2, 0);
    decoded_free(&r);
}

static void test_parts_of_files(void **state)
{
    (void)state;
    make_file(3, 2);
    struct decoded r;
    decode_bytes(&r, e->bytes + 4096, e->len - 4096, 1u << 20, false, false); /* no header */
    assert_counts(&r, 6, 0);
    decoded_free(&r);
    memset(e->bytes, 0xee, 4096); /* a bad one */
    decode_file(&r, e);
    assert_counts(&r, 6, 0);
    assert_noted(&r, "file header damaged", 1);
    decoded_free(&r);
    decode_bytes(&r, e->bytes + 4096 + 512, e->len - 4096 - 512, 1u << 20, false, false); /* begins within a chunk */
    assert_counts(&r, 4, 1);
    assert_rejected(&r, "chunk without its signature", 1);
    decoded_free(&r);
}

/* Two files one behind the other. */
static void test_concatenated(void **state)
{
    (void)state;
    make_file(1, 2);
    static uint8_t twice[2 * (4096 + 65536)];
    memcpy(twice, e->bytes, e->len);
    memcpy(twice + e->len, e->bytes, e->len);
    struct decoded r;
    decode_bytes(&r, twice, 2 * e->len, 1u << 20, false, false);
    assert_counts(&r, 4, 0);
    decoded_free(&r);
}

/* --- damage ----------------------------------------------------------------------------------------------- */

static void test_checksums(void **state)
{
    (void)state;
    make_file(1, 3);
    struct decoded r;
    decode_file(&r, e);
    assert_counts(&r, 3, 0);
    assert_int_equal(r.stats.note_count, 0);
    decoded_free(&r);
    e->bytes[4096 + 20] ^= 1;
    e->bytes[e->record + 20] ^= 1;
    decode_file(&r, e);
    assert_counts(&r, 3, 0);
    assert_noted(&r, "checksum of a chunk's header is wrong", 1);
    assert_noted(&r, "checksum of a chunk's records is wrong", 1);
    decoded_free(&r);
    e->bytes[4096 + 120] |= 4; /* the flag that there are none */
    decode_file(&r, e);
    assert_int_equal(r.stats.note_count, 0);
    decoded_free(&r);
}

static void test_free_space_offset(void **state)
{
    (void)state;
    struct decoded r;
    static const uint32_t wrong[] = {0, 511, 65537, 0xffffffff};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        make_file(1, 3);
        put_at32(e, 4096 + 48, wrong[i]);
        decode_file(&r, e);
        assert_counts(&r, 3, 0);
        assert_noted(&r, "free-space offset of a chunk is wrong", 1);
        decoded_free(&r);
    }
    make_file(1, 3); /* it says that the third record is stale */
    put_at32(e, 4096 + 48, (uint32_t)(e->record - 4096));
    decode_file(&r, e);
    assert_counts(&r, 2, 0);
    decoded_free(&r);
}

/* A record of size zero ended other readers' lives. */
static void test_record_sizes(void **state)
{
    (void)state;
    static const uint32_t sizes[] = {0, 1, 27, 0x10000, 0xffffffff};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        make_file(2, 3);
        put_at32(e, e->record + 4, sizes[i]);
        struct decoded r;
        decode_file(&r, e);
        assert_counts(&r, 5, 1);
        assert_rejected(&r, "record size out of bounds", 1);
        decoded_free(&r);
    }
    make_file(1, 3);
    put_at32(e, e->record, 0x12345678);
    struct decoded r;
    decode_file(&r, e);
    assert_counts(&r, 2, 1);
    assert_rejected(&r, "not a record", 1);
    decoded_free(&r);
    make_file(1, 3);
    memset(e->bytes + e->record, 0, 4096 + 65536 - e->record);
    decode_file(&r, e);
    assert_counts(&r, 2, 0);
    assert_noted(&r, "zeros where records should be", 1);
    decoded_free(&r);
    make_file(1, 3);
    uint32_t size = sw_evtx_u32(e->bytes + e->record + 4);
    put_at32(e, e->record + size - 4, size + 1);
    decode_file(&r, e);
    assert_counts(&r, 3, 0);
    assert_noted(&r, "the two sizes of a record differ", 1);
    decoded_free(&r);
}

/* Wherever a file ends, the records before it are read and no more than one is cut. */
static void test_truncation(void **state)
{
    (void)state;
    make_file(2, 8);
    size_t end = e->record + sw_evtx_u32(e->bytes + e->record + 4);
    struct decoded r;
    uint64_t before = 0;
    for (size_t len = 0; len<end + 600; len += len> end - 700 || (len > 4000 && len < 6500) ? 1 : 61) {
        uint8_t *copy = malloc(len + 1);
        assert_non_null(copy);
        memcpy(copy, e->bytes, len);
        decode_bytes(&r, copy, len, 1u << 20, false, false);
        assert_true(r.stats.rejected <= 1);
        assert_true(r.stats.parsed >= before);
        before = r.stats.parsed;
        decoded_free(&r);
        free(copy);
    }
    assert_int_equal(before, 16);
    decode_bytes(&r, e->bytes, e->record + 40, 1u << 20, false, false);
    assert_counts(&r, 15, 1);
    assert_rejected(&r, "record cut off by the end of the file", 1);
    assert_noted(&r, "chunk cut off by the end of the file", 1);
    decoded_free(&r);
}

/* Each bit of a chunk's head and records turned, one after the other: it ends, and the accounts hold. */
static void test_bit_flips(void **state)
{
    (void)state;
    make_file(1, 4);
    size_t end = e->record + sw_evtx_u32(e->bytes + e->record + 4);
    for (size_t at = 4096; at < end; at++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            e->bytes[at] ^= (uint8_t)(1u << bit);
            struct decoded r;
            decode_bytes(&r, e->bytes, e->len, 1u << 20, bit & 1, false);
            assert_int_equal(r.stats.read, r.stats.parsed + r.stats.rejected);
            decoded_free(&r);
            e->bytes[at] ^= (uint8_t)(1u << bit);
        }
    }
}

/* --- slack space ------------------------------------------------------------------------------------------ */

static void test_recovery(void **state)
{
    (void)state;
    make_file(2, 4);
    struct decoded r;
    put_at32(e, 4096 + 65536 + 48,
             (uint32_t)(e->record - 4096 - 65536)); /* the fourth record of the second chunk is stale */
    decode_bytes(&r, e->bytes, e->len, 1u << 20, false, false);
    assert_counts(&r, 7, 0);
    decoded_free(&r);
    decode_bytes(&r, e->bytes, e->len, 1u << 20, true, false);
    assert_counts(&r, 8, 0);
    assert_noted(&r, "record recovered from slack space", 1);
    assert_non_null(strstr(r.out.data, "EventRecordID=8|Text=a\xc3\xa9|_recovered=true\n"));
    decoded_free(&r);
    uint32_t size = sw_evtx_u32(e->bytes + e->record + 4);
    put_at32(e, e->record + size - 4, 0); /* its sizes differ: not taken for a record */
    decode_bytes(&r, e->bytes, e->len, 1u << 20, true, false);
    assert_counts(&r, 7, 0);
    decoded_free(&r);
}

/* A chunk whose head is lost: its records can still be had, if asked for. */
static void test_recovery_of_a_chunk(void **state)
{
    (void)state;
    make_file(2, 4);
    memset(e->bytes + 4096, 0, 512);
    struct decoded r;
    decode_bytes(&r, e->bytes, e->len, 1u << 20, true, false);
    assert_counts(&r, 8, 1);
    assert_noted(&r, "record recovered from slack space", 4);
    decoded_free(&r);
}

/* --- memory ----------------------------------------------------------------------------------------------- */

static void test_failing_memory(void **state)
{
    (void)state;
    make_file(2, 4);
    (void)fixture_classes();
    bool failed = true;
    for (uint64_t n = 1; failed; n++) {
        assert_true(n < 1000);
        struct decoded r;
        sw_mem_fail_after(n);
        decode_bytes(&r, e->bytes, e->len, 1u << 20, false, true);
        sw_mem_fail_after(0);
        assert_true(r.rc == 0 || r.rc == SW_E_NOMEM);
        assert_int_equal(r.stats.read, r.stats.parsed + r.stats.rejected);
        failed = r.rc != 0 || sw_buf_error(&r.out) != 0 || r.stats.parsed != 8 || r.stats.note_count != 0;
        decoded_free(&r);
    }
}

/* --- corpora ---------------------------------------------------------------------------------------------- */

static char *corpora_path(const char *name)
{
    const char *root = getenv("SEAWALL_CORPORA");
    char *path = NULL;
    if (asprintf(&path, "%s/evtx-corner/%s", root != NULL ? root : "../shared/corpora", name) < 0)
        path = NULL;
    assert_non_null(path);
    return path;
}

static uint8_t *read_file(const char *path, size_t *len)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return NULL;
    uint8_t *data = malloc(4u << 20);
    assert_non_null(data);
    *len = fread(data, 1, 4u << 20, file);
    fclose(file);
    return data;
}

static void test_corner_files(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint64_t parsed;
        uint64_t rejected;
    } files[] = {
        {"2-vss_0-Microsoft-Windows-RemoteDesktopServices-RdpCoreTS%4Operational.evtx", 1910, 4},
        {"2-vss_7-System.evtx", 1160, 0},
        {"sample_with_a_bad_chunk_magic.evtx", 270, 2},
        {"Microsoft-Windows-HelloForBusiness%4Operational.evtx", 6, 0},
        {"E_Windows_system32_winevt_logs_Microsoft-Windows-CAPI2%4Operational.evtx", 340, 0},
        {"Application_no_crc32.evtx", 17, 0},
        {"post-Security.evtx", 126, 0},
        {"sample-with-zero-data-size-event.evtx", 335, 1},
        {"security.evtx", 2261, 0},
        {"Security_with_size_t.evtx", 636, 0},
    };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char *path = corpora_path(files[i].name);
        size_t len = 0;
        uint8_t *data = read_file(path, &len);
        if (data == NULL) {
            printf("skipped: test_corner_files: no %s\n", path);
            free(path);
            skip();
        }
        struct decoded r;
        decode_bytes(&r, data, len, 1u << 20, false, false);
        assert_counts(&r, files[i].parsed, files[i].rejected);
        struct decoded again;
        decode_bytes(&again, data, len, 70001, false, false);
        assert_string_equal(r.out.data, again.out.data);
        decoded_free(&again);
        decoded_free(&r);
        free(data);
        free(path);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sniff),
        cmocka_unit_test(test_any_cut_gives_the_same),
        cmocka_unit_test(test_header_block_size),
        cmocka_unit_test(test_parts_of_files),
        cmocka_unit_test(test_concatenated),
        cmocka_unit_test(test_checksums),
        cmocka_unit_test(test_free_space_offset),
        cmocka_unit_test(test_record_sizes),
        cmocka_unit_test(test_truncation),
        cmocka_unit_test(test_bit_flips),
        cmocka_unit_test(test_recovery),
        cmocka_unit_test(test_recovery_of_a_chunk),
        cmocka_unit_test(test_failing_memory),
        cmocka_unit_test(test_corner_files),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
