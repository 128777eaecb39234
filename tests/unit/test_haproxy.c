/* test_haproxy.c - HAProxy's formats, with and without a syslog header. */
#include "probe.h"

#include "decode/haproxy.h"

#include <stdio.h>

extern const struct sw_decoder sw_decoder_haproxy;

#define LINE(input, expected) probe_assert_line(&sw_decoder_haproxy, "haproxy.log", input, expected)

#define HTTP_LINE \
    "10.0.1.2:33317 [06/Feb/2009:12:14:14.655] http-in static/srv1 10/0/30/69/109 200 2750 - sid=1 ---- 1/2/3/4/0 5/6 " \
    "{1wt.eu|Mozilla/5.0 (X11; x)|203.0.113.9, 10.0.0.1|http://ref/|other} {} \"GET /index.html?a HTTP/1.1\""
#define HTTP_EVENT \
    "2009-02-06T12:14:14.655Z c-ip=10.0.1.2 | c-port#33317 | frontend=http-in | backend=static | server=srv1 | time-request#10 | " \
    "time-queue#0 | time-connect#30 | time-response#69 | time-taken#109 | sc-status#200 | sc-bytes#2750 | " \
    "captured-request-cookie~- | captured-response-cookie=sid=1 | termination-state=---- | connections-active#1 | " \
    "connections-frontend#2 | connections-backend#3 | connections-server#4 | retries#0 | queue-server#5 | queue-backend#6 | " \
    "captured-request-header=1wt.eu | cs-host=1wt.eu | captured-request-header=Mozilla/5.0 (X11; x) | cs-user-agent=Mozilla/5.0 (X11; x) | " \
    "captured-request-header=203.0.113.9, 10.0.0.1 | x-forwarded-for=203.0.113.9, 10.0.0.1 | captured-request-header=http://ref/ | " \
    "cs-referer=http://ref/ | captured-request-header=other | cs-method=GET | cs-uri=/index.html?a | cs-uri-stem=/index.html | " \
    "cs-query=a | cs-version=HTTP/1.1"

static void http(void **unused)
{
    (void)unused;
    LINE(HTTP_LINE, HTTP_EVENT);
    LINE("Feb  6 12:14:14 lb haproxy[14389]: " HTTP_LINE, HTTP_EVENT);
    LINE("haproxy: " HTTP_LINE, HTTP_EVENT);
    LINE("[2001:db8::1]:5000 [06/Feb/2009:12:14:14.655] fe~ be/<NOSRV> -1/-1/-1/-1/+0 400 +187 - - PR-- 0/0/0/0/+3 0/0 \"<BADREQ>\"",
         "2009-02-06T12:14:14.655Z c-ip=2001:db8::1 | c-port#5000 | frontend=fe~ | backend=be | server=<NOSRV> | time-request#-1 | "
         "time-queue#-1 | time-connect#-1 | time-response#-1 | time-taken=+0 | sc-status#400 | sc-bytes#187 | "
         "captured-request-cookie~- | captured-response-cookie~- | termination-state=PR-- | connections-active#0 | "
         "connections-frontend#0 | connections-backend#0 | connections-server#0 | retries=+3 | queue-server#0 | queue-backend#0 | "
         "cs-uri=<BADREQ>");
}

static void https(void **unused)
{
    (void)unused;
    LINE("10.0.1.2:33317 [06/Feb/2009:12:14:14.655] fe~ be/s 1/0/3/6/9 200 27 - - ---- 1/1/1/1/0 0/0 \"GET / HTTP/1.1\" 0/0/0/0/0 "
         "h.example/TLSv1.3/TLS_AES_256_GCM_SHA384",
         "2009-02-06T12:14:14.655Z c-ip=10.0.1.2 | c-port#33317 | frontend=fe~ | backend=be | server=s | time-request#1 | time-queue#0 | "
         "time-connect#3 | time-response#6 | time-taken#9 | sc-status#200 | sc-bytes#27 | captured-request-cookie~- | "
         "captured-response-cookie~- | termination-state=---- | connections-active#1 | connections-frontend#1 | "
         "connections-backend#1 | connections-server#1 | retries#0 | queue-server#0 | queue-backend#0 | cs-method=GET | cs-uri=/ | "
         "cs-uri-stem=/ | cs-version=HTTP/1.1 | tls-status=0/0/0/0/0 | tls-session=h.example/TLSv1.3/TLS_AES_256_GCM_SHA384");
}

static void tcp_and_errors(void **unused)
{
    (void)unused;
    LINE("10.0.1.2:33313 [06/Feb/2009:12:12:51.443] fnt bck/srv1 0/0/5007 212 -- 0/0/0/0/3 0/0",
         "2009-02-06T12:12:51.443Z c-ip=10.0.1.2 | c-port#33313 | frontend=fnt | backend=bck | server=srv1 | time-queue#0 | "
         "time-connect#0 | time-taken#5007 | sc-bytes#212 | termination-state=-- | connections-active#0 | connections-frontend#0 | "
         "connections-backend#0 | connections-server#0 | retries#3 | queue-server#0 | queue-backend#0");
    LINE("127.0.0.1:56059 [03/Dec/2012:17:35:10.380] frt/f1: Connection error during SSL handshake",
         "2012-12-03T17:35:10.380Z c-ip=127.0.0.1 | c-port#56059 | frontend=frt | listener=f1 | error=Connection error during SSL handshake");
}

static void zone_of_the_source(void **unused)
{
    (void)unused;
    struct probe p;
    probe_init(&p, &sw_decoder_haproxy, "");
    p.source.zone_offset = -3600;
    const char *input = "127.0.0.1:56059 [03/Dec/2012:17:35:10.380] frt/f1: x\n127.0.0.1:56059 [03/Dec/2012:17:35:11.381] frt/f1: x\n";
    probe_run(&p, sw_str(input), strlen(input));
    assert_true(sw_str_is(sw_buf_str(&p.out), "1 2012-12-03T18:35:10.380Z c-ip=127.0.0.1 | c-port#56059 | frontend=frt | listener=f1 | error=x\n"
                                              "2 2012-12-03T18:35:11.381Z c-ip=127.0.0.1 | c-port#56059 | frontend=frt | listener=f1 | error=x\n"));
    assert_int_equal(p.stats.notes[0].count, 2);
    probe_fini(&p);
}

static void others_are_refused(void **unused)
{
    (void)unused;
    static const char *const lines[] = {
        "Proxy http-in started.",
        "Server app/web1 is DOWN, reason: Layer4 timeout.",
        "10.0.1.2:33313 [06/Feb/2009:12:12:51.443] fnt bck/srv1 0/0/0/5007 212 -- 0/0/0/0/3 0/0",
        "10.0.1.2:33313 [06/Feb/2009:12:12:51.443] fnt",
        "10.0.1.2:33313 [06/Feb/2009:12:12:51.443]",
        "10.0.1.2:33313 [99/Feb/2009:12:12:51.443] frt/f1: x",
        "10.0.1.2 [06/Feb/2009:12:12:51.443] frt/f1: x",
        "",
    };
    for (size_t i = 0; i + 1 < sizeof lines / sizeof lines[0]; i++)
        probe_assert_rejected(&sw_decoder_haproxy, lines[i], "no HAProxy format");
    assert_int_equal(probe_sniff(&sw_decoder_haproxy, HTTP_LINE "\n"), SW_SURE_YES);
    assert_int_equal(probe_sniff(&sw_decoder_haproxy, "Feb  6 12:14:14 lb haproxy[14389]: " HTTP_LINE "\n"), SW_SURE_LIKELY);
    assert_int_equal(probe_sniff(&sw_decoder_haproxy, "Feb  6 12:14:14 lb cron[14389]: x\n"), SW_SURE_NO);
    assert_int_equal(probe_sniff(&sw_decoder_haproxy, "192.0.2.1 - - [10/Oct/2000:13:55:36 +0000] \"x\" 400 0\n"), SW_SURE_NO);
}

static const char sample[] = HTTP_LINE "\nFeb  6 12:14:14 lb haproxy[14389]: " HTTP_LINE "\nnothing\n"
                                       "10.0.1.2:33313 [06/Feb/2009:12:12:51.443] fnt bck/srv1 0/0/5007 212 -- 0/0/0/0/3 0/0\n";

static void splits_and_survives(void **unused)
{
    (void)unused;
    probe_assert_splits(&sw_decoder_haproxy, "", sw_strn(sample, sizeof sample - 1));
    probe_assert_survives(&sw_decoder_haproxy, "", sw_strn(sample, sizeof sample - 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(http),
        cmocka_unit_test(https),
        cmocka_unit_test(tcp_and_errors),
        cmocka_unit_test(zone_of_the_source),
        cmocka_unit_test(others_are_refused),
        cmocka_unit_test(splits_and_survives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
