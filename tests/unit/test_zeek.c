/* test_zeek.c - Zeek's tab separated logs: types, headers that change, escapes, damage. */
#include "probe.h"

#include "decode/directives.h"

extern const struct sw_decoder sw_decoder_zeek;

#define HEAD "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n"

static void gives(const char *input, const char *expected)
{
    struct probe p;
    probe_init(&p, &sw_decoder_zeek, "x.log");
    probe_run(&p, sw_str(input), strlen(input));
    if (!sw_str_is(sw_buf_str(&p.out), expected))
        fail_msg("%s\n gives\n%.*s\n not\n%s\n(%s)", input, SW_STR_ARG(sw_buf_str(&p.out)), expected,
                 p.stats.reason_count > 0 ? p.stats.reasons[0].text : "not rejected");
    probe_fini(&p);
}

static void types(void **unused)
{
    (void)unused;
    gives(HEAD "#path\tx\n#open\t2024-04-19-00-00-00\n"
               "#fields\tts\tuid\tid.orig_h\tid.orig_p\tseen\tn\tduration\tnames\tports\tnote\n"
               "#types\ttime\tstring\taddr\tport\tbool\tcount\tinterval\tset[string]\tvector[port]\tstring\n"
               "1713484800.123456\tCa\t2001:db8::1\t443\tT\t7\t0.500000\ta,b\\x2cc,-,(empty)\t1,2\ta\\x09b\\\\c\\\n"
               "1713484801.000000\t-\t192.0.2.1\t-\tF\t-\t-\t(empty)\t-\t(empty)\n"
               "#close\t2024-04-19-01-00-00\n",
          "9 2024-04-19T00:00:00.123456Z ts#1713484800.123456 | uid=Ca | id.orig_h=2001:db8::1 | id.orig_p#443 | seen#true | n#7 | "
          "duration#0.500000 | names=a | names=b,c | names= | ports#1 | ports#2 | note=a\tb\\c\\\n"
          "10 2024-04-19T00:00:01Z ts#1713484801.000000 | id.orig_h=192.0.2.1 | seen#false | note=\n");
}

static void headers_change(void **unused)
{
    (void)unused;
    gives(HEAD "#path\tconn\n#fields\tts\tuid\n#types\ttime\tstring\n1713484800.0\tCa\n#close\t2024-04-19-01-00-00\n"
               "#separator \\x7c\n#set_separator|;\n#empty_field|EMPTY\n#unset_field|NONE\n#path|dns\n#fields|uid|ts|answers|q\n"
               "#types|string|time|vector[string]|string\nNONE|1713484801.0|a;b|EMPTY\n",
          "8 2024-04-19T00:00:00Z ts#1713484800.0 | uid=Ca\n"
          "17 2024-04-19T00:00:01Z ts#1713484801.0 | answers=a | answers=b | q=\n");
    /* without types, and with a record that has fewer and one that has more columns */
    gives("#fields\tts\ta\tb\n1713484800.0\tx\n1713484800.0\tx\ty\tz\n",
          "2 2024-04-19T00:00:00Z ts#1713484800.0 | a=x\n3 2024-04-19T00:00:00Z ts#1713484800.0 | a=x | b=y | extra=z\n");
}

static void rejected(void **unused)
{
    (void)unused;
    probe_assert_rejected(&sw_decoder_zeek, "1713484800.0\tx\n", "no #fields before the record");
    probe_assert_rejected(&sw_decoder_zeek, "#fields\tts\ta\nx\ty\n", "time of no known form");
    probe_assert_rejected(&sw_decoder_zeek, "#fields\ta\tts\nx\n", "one column only");
    assert_int_equal(probe_sniff(&sw_decoder_zeek, HEAD), SW_SURE_YES + 5);
    assert_int_equal(probe_sniff(&sw_decoder_zeek, "#fields\tts\n"), SW_SURE_YES);
    assert_int_equal(probe_sniff(&sw_decoder_zeek, "#Fields: date time\n"), SW_SURE_NO);
    assert_int_equal(probe_sniff(&sw_decoder_zeek, "# comment\n1\t2\n"), SW_SURE_NO);
}

static const char sample[] =
    HEAD "#path\tconn\n#fields\tts\tuid\tnames\tok\n#types\ttime\tstring\tset[string]\tbool\n"
         "1713484800.123456\tCa\ta,b\\x2cc\tT\n#close\t2024\n\n"
         "#separator \\x7c\n#path|dns\n#fields|uid|ts|answers\n#types|string|time|vector[string]\nx|1713484801.0|a,b\n"
         "#fields|\n#types\nx|y\n#\n#fields\tts\n1713484802.5\n";

/* A "#separator" that begins no line is none, also where a byte order mark would end. */
static void a_directive_begins_a_line(void **unused)
{
    (void)unused;
    static const char *const cases[] = {
        "xyz#separator \\x3b\n#fields\tts;uid\n#path\tconn\n1;b;c\n2;d;e\n",
        "#se#separator \\x3b\n#fields\tts;uid\n1;b;c\n2;d;e\n",
        "\xef\xbb\xbf#separator \\x3b\n#fields;ts;uid\n1;b\n#separator \\x09\n2;d\n#fields\tts\tx\n3\td\n4\te\n",
        "\xef\xbb\xbfxyz\n#fields\tts\n1\n\xef\xbb\xbf#fields\tuid\n2\n",
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        probe_assert_splits(&sw_decoder_zeek, "", sw_str(cases[i]));
    gives(cases[0], "4  ts;uid=1;b;c\n5  ts;uid=2;d;e\n");
}

/* The longest directive there is, and one that is too long to be one: wherever the source is cut. */
static void directive_limit(void **unused)
{
    (void)unused;
    for (size_t past = 0; past < 2; past++) {
        struct sw_buf text;
        sw_buf_init(&text, 4u << 20);
        for (char c = 'a'; c < 'a' + 20; c++) {
            size_t start = text.len;
            sw_buf_printf(&text, "#fields\tts\t%c", c);
            while (text.len - start < SW_MAX_DIRECTIVE + past)
                sw_buf_char(&text, c);
            SW_BUF_LIT(&text, "\n1\tx\n");
        }
        struct probe whole;
        struct sw_str expected = probe_text(&whole, &sw_decoder_zeek, "", sw_buf_str(&text), text.len);
        assert_int_equal(whole.stats.rejected, past == 0 ? 0 : 20);
        assert_int_equal(whole.stats.note_count, past);
        for (size_t step = 1000; step < text.len; step *= 7) {
            struct probe cut;
            assert_true(sw_str_eq(probe_text(&cut, &sw_decoder_zeek, "", sw_buf_str(&text), step), expected));
            probe_fini(&cut);
        }
        probe_fini(&whole);
        sw_buf_fini(&text);
    }
}

static void splits_and_survives(void **unused)
{
    (void)unused;
    probe_assert_splits(&sw_decoder_zeek, "", sw_strn(sample, sizeof sample - 1));
    probe_assert_survives(&sw_decoder_zeek, "", sw_strn(sample, sizeof sample - 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(types), cmocka_unit_test(headers_change), cmocka_unit_test(rejected),
                                       cmocka_unit_test(a_directive_begins_a_line), cmocka_unit_test(directive_limit),
                                       cmocka_unit_test(splits_and_survives)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
