/* test_journal.c - the journal's export format: fields of both forms, entries cut anywhere, oversized values. */
#include "decode_run.h"

extern const struct sw_decoder sw_decoder_journal;

#define HEAD(micros) "__CURSOR=s=1;i=2\n__REALTIME_TIMESTAMP=" micros "\n_HOSTNAME=h1\n"

static const char entries[] =
    HEAD("1700000000123456") "PRIORITY=6\nSYSLOG_FACILITY=10\nSYSLOG_IDENTIFIER=sshd\n_PID=812\n_COMM=sshd\n"
    "MESSAGE=Failed password for root from 10.0.0.1 port 22 ssh2\n_SOURCE_REALTIME_TIMESTAMP=1700000000000001\n\n"
    HEAD("1700000001000000") "_COMM=app\nMESSAGE\n\x0a\0\0\0\0\0\0\0line 1\n\nx!\n_EXE=/bin/app\n\n"
    "\n"
    HEAD("1700000002000000") "_TRANSPORT=audit\nSYSLOG_IDENTIFIER=audit\n"
    "MESSAGE=SYSCALL arch=c000003e syscall=59 success=yes exit=0 pid=7 exe=\"/bin/id\"\n\n"
    HEAD("1700000003000000") "MESSAGE=last, without its empty line\n";
enum { ENTRIES_LEN = sizeof entries - 1 };

static void test_entries(void **state)
{
    (void)state;
    struct run run;
    run_pieces(&run, &sw_decoder_journal, entries, ENTRIES_LEN, ENTRIES_LEN, 0);
    assert_int_equal(run.events, 4);
    assert_time(&run, 0, "2023-11-14T22:13:20.000001Z");
    assert_field(&run, 0, "hostname", "h1");
    assert_field(&run, 0, "program", "sshd");
    assert_field(&run, 0, "pid", "812");
    assert_field(&run, 0, "facility", "authpriv");
    assert_field(&run, 0, "severity", "info");
    assert_field(&run, 0, "message", "Failed password for root from 10.0.0.1 port 22 ssh2");
    assert_field(&run, 0, "user", "root");
    assert_field(&run, 0, "src_ip", "10.0.0.1");
    assert_field(&run, 0, "_COMM", "sshd");
    assert_field(&run, 1, "program", "app");
    assert_field(&run, 1, "message", "line 1~~x!");
    assert_field(&run, 1, "_EXE", "/bin/app");
    assert_time(&run, 1, "2023-11-14T22:13:21Z");
    assert_field(&run, 2, "type", "SYSCALL");
    assert_field(&run, 2, "Image", "/bin/id");
    assert_time(&run, 2, "2023-11-14T22:13:22Z");
    assert_field(&run, 3, "message", "last, without its empty line");
    assert_int_equal(run.stats.rejected, 0);
    run_free(&run);
}

static void test_broken(void **state)
{
    (void)state;
    struct run run;
    static const char text[] = "__REALTIME_TIMESTAMP=1\nMESSAGE=a\nno name\nMESSAGE=b\n\n"
                               "__REALTIME_TIMESTAMP=2000000\nMESSAGE=c\n\n"
                               "MESSAGE\n\xff\xff\xff\xff\xff\xff\xff\xffx\n\n";
    run_pieces(&run, &sw_decoder_journal, text, sizeof text - 1, 4096, 0);
    assert_int_equal(run.events, 1);
    assert_field(&run, 0, "message", "c");
    assert_int_equal(run.stats.rejected, 2);
    run_free(&run);
}

/* A value past the limit costs its entry, not those behind it. */
static void test_oversized(void **state)
{
    (void)state;
    struct run run;
    struct sw_buf text;
    sw_buf_init(&text, 64u << 20);
    sw_buf_text(&text, "__REALTIME_TIMESTAMP=1000000\nCOREDUMP\n");
    uint64_t size = 3u << 20;
    sw_buf_add(&text, (const char *)&size, 8); /* little-endian, as the tests' machines are */
    for (uint64_t i = 0; i < size; i++)
        sw_buf_char(&text, (char)(i % 7 == 0 ? '\n' : 'A'));
    sw_buf_text(&text, "\nMESSAGE=dumped\n\n__REALTIME_TIMESTAMP=2000000\nMESSAGE=next\n\n");
    static const size_t pieces[] = {64u << 20, 1u << 20, 100000, 4097};
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        run_pieces(&run, &sw_decoder_journal, text.data, text.len, pieces[i], 0);
        assert_int_equal(run.events, 1);
        assert_field(&run, 0, "message", "next");
        assert_int_equal(run.stats.rejected, 1);
        run_free(&run);
    }
    /* An entry without end. */
    sw_buf_clear(&text);
    sw_buf_text(&text, "__REALTIME_TIMESTAMP=1000000\n");
    for (unsigned i = 0; i < 100000; i++)
        sw_buf_text(&text, "FIELD_WITH_TEXT=aaaaaaaaaaaaaaaaa\n");
    sw_buf_text(&text, "\n__REALTIME_TIMESTAMP=2000000\nMESSAGE=next\n\n");
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        run_pieces(&run, &sw_decoder_journal, text.data, text.len, pieces[i], 0);
        assert_int_equal(run.events, 1);
        assert_int_equal(run.stats.rejected, 1);
        run_free(&run);
    }
    sw_buf_fini(&text);
}

/* As many fields as are read, and one more. */
static void test_field_limit(void **state)
{
    (void)state;
    for (unsigned fields = 1024; fields <= 1025; fields++) {
        struct run run;
        struct sw_buf text;
        sw_buf_init(&text, 1u << 20);
        sw_buf_text(&text, "__REALTIME_TIMESTAMP=1000000\n");
        for (unsigned i = 1; i < fields; i++)
            sw_buf_printf(&text, "F%u=%u\n", i, i);
        sw_buf_char(&text, '\n');
        run_pieces(&run, &sw_decoder_journal, text.data, text.len, text.len, 0);
        assert_int_equal(run.events, 1);
        assert_field(&run, 0, "F1023", "1023");
        assert_no_field(&run, 0, "F1024");
        assert_int_equal(run.stats.note_count, fields == 1025);
        run_free(&run);
        sw_buf_fini(&text);
    }
}

static void test_properties(void **state)
{
    (void)state;
    assert_cuts_dont_matter(&sw_decoder_journal, entries, ENTRIES_LEN);
    assert_survives(&sw_decoder_journal, entries, ENTRIES_LEN);
}

static void test_sniff(void **state)
{
    (void)state;
    struct sw_sniff sniff = {.head = sw_strn(entries, ENTRIES_LEN), .complete = true, .path = SW_STR("")};
    assert_string_equal(sw_decoder_sniff(&sniff, NULL)->name, "journal");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_entries),    cmocka_unit_test(test_broken), cmocka_unit_test(test_oversized),
        cmocka_unit_test(test_properties), cmocka_unit_test(test_sniff), cmocka_unit_test(test_field_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
