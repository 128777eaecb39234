/* test_squid.c - Squid's native format, and its combined one in the access log decoder. */
#include "probe.h"

extern const struct sw_decoder sw_decoder_squid;
extern const struct sw_decoder sw_decoder_weblog;

#define LINE(input, expected) probe_assert_line(&sw_decoder_squid, "access.log", input, expected)

static void native(void **unused)
{
    (void)unused;
    LINE("1066036250.129   1173 192.0.2.1 TCP_MISS/200 1234 GET http://h.example:81/a?b=c bob HIER_DIRECT/203.0.113.5 text/html",
         "2003-10-13T09:10:50.129Z time-taken#1173 | c-ip=192.0.2.1 | s-action=TCP_MISS | sc-status#200 | sc-bytes#1234 | cs-method=GET | "
         "cs-uri=http://h.example:81/a?b=c | cs-host=h.example | cs-uri-stem=/a | cs-query=b=c | cs-username=bob | "
         "s-hierarchy=HIER_DIRECT | r-ip=203.0.113.5 | rs-content-type=text/html | cs-uri=/a?b=c");
    LINE("1066036250.129      0 192.0.2.1 TCP_DENIED/403 0 CONNECT h.example:443 - HIER_NONE/- - \"UA x\" more",
         "2003-10-13T09:10:50.129Z time-taken#0 | c-ip=192.0.2.1 | s-action=TCP_DENIED | sc-status#403 | sc-bytes#0 | cs-method=CONNECT | "
         "cs-uri=h.example:443 | cs-uri-stem=h.example:443 | cs-username~- | s-hierarchy=HIER_NONE | r-ip~- | rs-content-type~- | "
         "extra=\"UA x\" more");
    LINE("Oct 13 09:10:50 proxy squid[77]: 1066036250.129 1 192.0.2.1 TCP_HIT/200 1 GET http://h/",
         "2003-10-13T09:10:50.129Z time-taken#1 | c-ip=192.0.2.1 | s-action=TCP_HIT | sc-status#200 | sc-bytes#1 | cs-method=GET | "
         "cs-uri=http://h/ | cs-host=h | cs-uri-stem=/ | cs-uri=/");
}

static void combined(void **unused)
{
    (void)unused;
    probe_assert_line(&sw_decoder_weblog, "access.log",
                      "192.0.2.1 - bob [10/Oct/2000:13:55:36 +0000] \"GET http://h/x HTTP/1.1\" 200 5 \"-\" \"UA\" TCP_MISS:HIER_DIRECT",
                      "2000-10-10T13:55:36Z c-ip=192.0.2.1 | cs-username=bob | cs-method=GET | cs-uri=http://h/x | cs-host=h | cs-uri-stem=/x | "
                      "cs-version=HTTP/1.1 | sc-status#200 | sc-bytes#5 | cs-referer~- | cs-user-agent=UA | s-action=TCP_MISS | "
                      "s-hierarchy=HIER_DIRECT | cs-uri=/x");
    probe_assert_line(&sw_decoder_weblog, "access.log",
                      "[10/Oct/2000:13:55:36 +0000] \"bob\" 192.0.2.1 200 \"GET http://h/x HTTP/1.1\" \"News\" \"Minimal Risk\" \"text/html\" 5 "
                      "\"UA\" \"\" \"0\"",
                      "2000-10-10T13:55:36Z cs-username=bob | c-ip=192.0.2.1 | sc-status#200 | cs-method=GET | cs-uri=http://h/x | cs-host=h | "
                      "cs-uri-stem=/x | cs-version=HTTP/1.1 | cs-categories=News | reputation=Minimal Risk | rs-content-type=text/html | "
                      "sc-bytes#5 | cs-user-agent=UA | virus-name= | block-reason=0 | cs-uri=/x");
}

static void refused(void **unused)
{
    (void)unused;
    static const char *const lines[] = {"x", "1066036250.129 1 192.0.2.1", "1066036250.129 1 192.0.2.1 TCP_MISS/20 1 GET http://h/",
                                        "1066036250.129 1 192.0.2.1 TCP_MISS/200 1 GET", "10660362x0.129 1 192.0.2.1 TCP_MISS/200 1 GET http://h/"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        probe_assert_rejected(&sw_decoder_squid, lines[i], "no line of Squid's native format");
    assert_int_equal(probe_sniff(&sw_decoder_squid, "1066036250.129   1173 192.0.2.1 TCP_MISS/200 1234 GET http://h/ - HIER_DIRECT/1.2.3.4 -\n"),
                     SW_SURE_YES);
    assert_int_equal(probe_sniff(&sw_decoder_squid, "1066036250.129 1 2 3 4 5 6 7 8\n"), SW_SURE_NO);
}

static const char sample[] =
    "1066036250.129   1173 192.0.2.1 TCP_MISS/200 1234 GET http://h.example:81/a?b=c bob HIER_DIRECT/203.0.113.5 text/html\n"
    "1066036250.130 0 192.0.2.1 TCP_DENIED/403 0 CONNECT h.example:443 - HIER_NONE/- - x\nx\n";

static void splits_and_survives(void **unused)
{
    (void)unused;
    probe_assert_splits(&sw_decoder_squid, "", sw_strn(sample, sizeof sample - 1));
    probe_assert_survives(&sw_decoder_squid, "", sw_strn(sample, sizeof sample - 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(native), cmocka_unit_test(combined), cmocka_unit_test(refused),
                                       cmocka_unit_test(splits_and_survives)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
