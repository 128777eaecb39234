/* test_weblog.c - the access log decoder: each variant, what is missing or malformed, splits and damage. */
#include "probe.h"

#include "decode/web.h"

#include <stdio.h>

extern const struct sw_decoder sw_decoder_weblog;

#define LINE(input, expected) probe_assert_line(&sw_decoder_weblog, "access.log", input, expected)
#define LINE_OF(path, input, expected) probe_assert_line(&sw_decoder_weblog, path, input, expected)

static void common_and_combined(void **unused)
{
    (void)unused;
    LINE("192.0.2.1 - frank [10/Oct/2000:13:55:36 -0700] \"GET /apache_pb.gif HTTP/1.0\" 200 2326",
         "2000-10-10T20:55:36Z c-ip=192.0.2.1 | cs-username=frank | cs-method=GET | cs-uri=/apache_pb.gif | "
         "cs-uri-stem=/apache_pb.gif | cs-version=HTTP/1.0 | sc-status#200 | sc-bytes#2326");
    LINE("2001:db8::7 ident - [10/Oct/2000:13:55:36 +0200] \"POST /a.php?id=1&b=?2 HTTP/1.1\" 304 - \"http://ref/\" \"curl/8\"",
         "2000-10-10T11:55:36Z c-ip=2001:db8::7 | cs-ident=ident | cs-username~- | cs-method=POST | cs-uri=/a.php?id=1&b=?2 | "
         "cs-uri-stem=/a.php | cs-query=id=1&b=?2 | cs-version=HTTP/1.1 | sc-status#304 | sc-bytes~- | cs-referer=http://ref/ | "
         "cs-user-agent=curl/8");
    /* a name in place of the address, with a port; empty quotes are empty, not absent */
    LINE("host.example.com:5000 - - [10/Oct/2000:13:55:36 +0000] \"GET / HTTP/2\" 200 5 \"\" \"\"",
         "2000-10-10T13:55:36Z c-ip=host.example.com | c-port#5000 | cs-username~- | cs-method=GET | cs-uri=/ | cs-uri-stem=/ | "
         "cs-version=HTTP/2 | sc-status#200 | sc-bytes#5 | cs-referer= | cs-user-agent=");
    LINE("[2001:db8::1]:443 - - [10/Oct/2000:13:55:36 +0000] \"GET / HTTP/2\" 200 5",
         "2000-10-10T13:55:36Z c-ip=2001:db8::1 | c-port#443 | cs-username~- | cs-method=GET | cs-uri=/ | cs-uri-stem=/ | "
         "cs-version=HTTP/2 | sc-status#200 | sc-bytes#5");
}

static void what_stands_in_front(void **unused)
{
    (void)unused;
    const char *tail = " [10/Oct/2000:13:55:36 +0000] \"GET / HTTP/1.1\" 200 5";
    const char *event = "cs-method=GET | cs-uri=/ | cs-uri-stem=/ | cs-version=HTTP/1.1 | sc-status#200 | sc-bytes#5";
    static const char *const fronts[][2] = {
        {"www.example.org 192.0.2.1 - -", "cs-host=www.example.org | c-ip=192.0.2.1 | cs-username~-"},
        {"www.example.org:8443 192.0.2.1 - bob", "cs-host=www.example.org | s-port#8443 | c-ip=192.0.2.1 | cs-username=bob"},
        {"www.example.org 192.0.2.1 bob", "cs-host=www.example.org | c-ip=192.0.2.1 | cs-username=bob"},
        {"192.0.2.1 www.example.org bob", "c-ip=192.0.2.1 | cs-host=www.example.org | cs-username=bob"},
        {"192.0.2.1 - John Q Public", "c-ip=192.0.2.1 | cs-username=John Q Public"},
        {"192.0.2.1 - CORP\\fred", "c-ip=192.0.2.1 | cs-username=CORP\\fred"},
        {"192.0.2.1 -", "c-ip=192.0.2.1 | cs-username~-"},
        {"192.0.2.1", "c-ip=192.0.2.1"},
        {"203.0.113.9, 10.0.0.1 - -", "x-forwarded-for=203.0.113.9, 10.0.0.1 | c-ip=203.0.113.9 | cs-username~-"},
        {"203.0.113.9, 10.0.0.1 10.0.0.2 - -", "x-forwarded-for=203.0.113.9, 10.0.0.1 | c-ip=10.0.0.2 | cs-username~-"},
        {"\"203.0.113.9, 10.0.0.1\" 10.0.0.2 - -", "x-forwarded-for=203.0.113.9, 10.0.0.1 | c-ip=10.0.0.2 | cs-username~-"},
        {"- 10.0.0.2 - -", "x-forwarded-for~- | c-ip=10.0.0.2 | cs-username~-"},
        {"example.com 192.0.2.1 - req001 -", "cs-host=example.com | c-ip=192.0.2.1 | extra=req001 | cs-username~-"},
        {"192.0.2.1 600x123x1 admin", "c-ip=192.0.2.1 | cs-ident=600x123x1 | cs-username=admin"},
    };
    for (size_t i = 0; i < sizeof fronts / sizeof fronts[0]; i++) {
        char input[256];
        char expected[512];
        (void)snprintf(input, sizeof input, "%s%s", fronts[i][0], tail);
        (void)snprintf(expected, sizeof expected, "2000-10-10T13:55:36Z %s | %s", fronts[i][1], event);
        LINE(input, expected);
    }
}

static void what_follows(void **unused)
{
    (void)unused;
    const char *head = "192.0.2.1 - - [10/Oct/2000:13:55:36 +0000] \"GET / HTTP/1.1\" ";
    const char *event = "2000-10-10T13:55:36Z c-ip=192.0.2.1 | cs-username~- | cs-method=GET | cs-uri=/ | cs-uri-stem=/ | "
                        "cs-version=HTTP/1.1 | ";
    static const char *const tails[][2] = {
        {"200 5 \"-\" \"UA\" \"203.0.113.9, 10.0.0.1\"",
         "sc-status#200 | sc-bytes#5 | cs-referer~- | cs-user-agent=UA | x-forwarded-for=203.0.113.9, 10.0.0.1"},
        {"200 5 \"-\" \"UA\" \"-\"", "sc-status#200 | sc-bytes#5 | cs-referer~- | cs-user-agent=UA | x-forwarded-for~-"},
        {"200 5 \"-\" \"UA\" \"SESSION=1; b=2\"", "sc-status#200 | sc-bytes#5 | cs-referer~- | cs-user-agent=UA | "
                                                 "extra=SESSION=1; b=2"},
        {"200 5 \"-\" \"UA\" 0.123", "sc-status#200 | sc-bytes#5 | cs-referer~- | cs-user-agent=UA | time-taken#0.123"},
        {"200 5 \"-\" \"UA\" 2.10", "sc-status#200 | sc-bytes#5 | cs-referer~- | cs-user-agent=UA | extra=2.10"},
        {"200 5 \"-\" \"UA\" 815", "sc-status#200 | sc-bytes#5 | cs-referer~- | cs-user-agent=UA | time-taken#815"},
        {"200 5 815 \"-\" \"UA\"", "sc-status#200 | sc-bytes#5 | time-taken#815 | cs-referer~- | cs-user-agent=UA"},
        {"200 5 815", "sc-status#200 | sc-bytes#5 | time-taken#815"},
        {"200 5 \"UA\"", "sc-status#200 | sc-bytes#5 | cs-user-agent=UA"},
        {"200 5 \"-\" \"UA\" rt=0.002 urt=\"0.001, 0.002\" cs=-",
         "sc-status#200 | sc-bytes#5 | cs-referer~- | cs-user-agent=UA | time-taken#0.002 | urt=0.001, 0.002 | cs~-"},
        {"200 5 \"-\" \"UA\" 500 \"r@docker\" \"http://10.0.0.3:80\" 12ms",
         "sc-status#200 | sc-bytes#5 | cs-referer~- | cs-user-agent=UA | requests#500 | router=r@docker | "
         "server-url=http://10.0.0.3:80 | time-taken=12ms"},
        {"200 5 \"-\" \"UA\" 312 0.002 [ns-app-80] [] 10.0.0.4:80, 10.0.0.5:80 0, 5 0.001, 0.001 502, 200 8f1c",
         "sc-status#200 | sc-bytes#5 | cs-referer~- | cs-user-agent=UA | cs-bytes#312 | time-taken#0.002 | upstream-name=ns-app-80 | "
         "upstream-alternative= | upstream-addr=10.0.0.4:80, 10.0.0.5:80 | upstream-bytes=0, 5 | upstream-time=0.001, 0.001 | "
         "upstream-status=502, 200 | request-id=8f1c"},
        {"200 - 5 17 \"UA\" [qtp-12]",
         "sc-status#200 | cs-bytes~- | sc-bytes#5 | time-taken#17 | cs-user-agent=UA | thread=qtp-12"},
        {"- -", "sc-status~- | sc-bytes~-"},
        {"200", "sc-status#200"},
        {"200 5 \"a \\\"quoted\\\" ref\" \"back\\\\\"",
         "sc-status#200 | sc-bytes#5 | cs-referer=a \\\"quoted\\\" ref | cs-user-agent=back\\\\"},
        {"200 5 \"-\" \"an \"unescaped\" agent\"",
         "sc-status#200 | sc-bytes#5 | cs-referer~- | cs-user-agent=an \"unescaped | extra=agent\""},
        {"200 5 \"-\" \"cut off", "sc-status#200 | sc-bytes#5 | cs-referer~- | cs-user-agent=cut off"},
    };
    for (size_t i = 0; i < sizeof tails / sizeof tails[0]; i++) {
        char input[512];
        char expected[1024];
        (void)snprintf(input, sizeof input, "%s%s", head, tails[i][0]);
        (void)snprintf(expected, sizeof expected, "%s%s", event, tails[i][1]);
        LINE(input, expected);
    }
}

static void requests(void **unused)
{
    (void)unused;
    static const char *const cases[][2] = {
        {"GET /old", "cs-method=GET | cs-uri=/old | cs-uri-stem=/old"},
        {"GET /a b c?d e HTTP/1.1", "cs-method=GET | cs-uri=/a b c?d e | cs-uri-stem=/a b c | cs-query=d e | cs-version=HTTP/1.1"},
        {"GET http://h.example:81/p?q HTTP/1.1",
         "cs-method=GET | cs-uri=http://h.example:81/p?q | cs-host=h.example | cs-uri-stem=/p | cs-query=q | cs-version=HTTP/1.1"},
        {"CONNECT h.example:443 HTTP/1.1",
         "cs-method=CONNECT | cs-uri=h.example:443 | cs-uri-stem=h.example:443 | cs-version=HTTP/1.1"},
        {"OPTIONS * RTSP/1.0", "cs-method=OPTIONS | cs-uri=* | cs-uri-stem=* | cs-version=RTSP/1.0"},
        {"\\x16\\x03\\x01\\x02", "cs-uri=\\x16\\x03\\x01\\x02"},
        {"-", "cs-uri~-"},
        {"", "cs-uri="},
        {"HELP", "cs-uri=HELP"},
        {"GET ", "cs-method=GET | cs-uri="},
        {"GET HTTP/1.1", "cs-method=GET | cs-uri=HTTP/1.1 | cs-uri-stem=HTTP/1.1"},
        {"get / HTTP/1.1", "cs-uri=get / HTTP/1.1"},
        {"GET /x\" y\" z HTTP/1.1", "cs-method=GET | cs-uri=/x\" y\" z | cs-uri-stem=/x\" y\" z | cs-version=HTTP/1.1"},
        {"GET /\\\"x HTTP/1.1", "cs-method=GET | cs-uri=/\\\"x | cs-uri-stem=/\\\"x | cs-version=HTTP/1.1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char input[256];
        char expected[512];
        (void)snprintf(input, sizeof input, "192.0.2.1 - - [10/Oct/2000:13:55:36 +0000] \"%s\" 400 0", cases[i][0]);
        (void)snprintf(expected, sizeof expected,
                       "2000-10-10T13:55:36Z c-ip=192.0.2.1 | cs-username~- | %s | sc-status#400 | sc-bytes#0", cases[i][1]);
        LINE(input, expected);
    }
}

static void time_first(void **unused)
{
    (void)unused;
    LINE("[18/Dec/2020:12:57:26 +1100] tester http-nio-8090-exec-6 0:0:0:0:0:0:0:1 GET /index.action?a=b HTTP/1.1 200 1020ms 7881 "
         "http://localhost:8090/login.action Mozilla/5.0 (Macintosh; x \"y\" z)",
         "2020-12-18T01:57:26Z c-ip=0:0:0:0:0:0:0:1 | cs-username=tester | thread=http-nio-8090-exec-6 | cs-method=GET | "
         "cs-uri=/index.action?a=b | cs-uri-stem=/index.action | cs-query=a=b | cs-version=HTTP/1.1 | sc-status#200 | "
         "time-taken=1020ms | sc-bytes#7881 | cs-referer=http://localhost:8090/login.action | "
         "cs-user-agent=Mozilla/5.0 (Macintosh; x \"y\" z)");
    LINE("[18/Dec/2020:12:57:26 +1100] 203.0.113.5, 10.0.0.1 - http-nio-8090-exec-6 10.0.0.2 GET /${(a HTTP/1.0 b)} HTTP/1.1 302 1ms - - -",
         "2020-12-18T01:57:26Z x-forwarded-for=203.0.113.5, 10.0.0.1 | c-ip=10.0.0.2 | cs-username~- | thread=http-nio-8090-exec-6 | "
         "cs-method=GET | cs-uri=/${(a HTTP/1.0 b)} | cs-uri-stem=/${(a HTTP/1.0 b)} | cs-version=HTTP/1.1 | sc-status#302 | "
         "time-taken=1ms | sc-bytes~- | cs-referer~- | cs-user-agent~-");
    LINE("[2016-04-15T20:17:00.310Z] \"POST /v1 HTTP/2\" 204 - 154 0 226 100 \"10.0.35.28, 10.0.0.9\" \"ua\" \"id\" \"locations\" "
         "\"tcp://10.0.2.1:80\"",
         "2016-04-15T20:17:00.310Z cs-method=POST | cs-uri=/v1 | cs-uri-stem=/v1 | cs-version=HTTP/2 | sc-status#204 | "
         "response-flags~- | cs-bytes#154 | sc-bytes#0 | time-taken#226 | upstream-time#100 | x-forwarded-for=10.0.35.28, 10.0.0.9 | "
         "c-ip=10.0.35.28 | cs-user-agent=ua | request-id=id | cs-host=locations | upstream-host=tcp://10.0.2.1:80");
    LINE("[10/Oct/2000:13:55:36 +0000] 192.0.2.1 TLSv1.2 ECDHE-RSA \"GET / HTTP/1.1\" 1234",
         "2000-10-10T13:55:36Z c-ip=192.0.2.1 | tls-version=TLSv1.2 | tls-cipher=ECDHE-RSA | cs-method=GET | cs-uri=/ | cs-uri-stem=/ | "
         "cs-version=HTTP/1.1 | sc-bytes#1234");
    LINE("[10/Oct/2000:13:55:36 +0000] - 200 200 - GET https h.example \"/p?q\" [Client 192.0.2.1] [Length 12] [Gzip -] "
         "[Sent-to 10.0.0.1] \"UA\" \"-\"",
         "2000-10-10T13:55:36Z cache-status~- | upstream-status#200 | sc-status#200 | cs-method=GET | scheme=https | cs-host=h.example | "
         "cs-uri=/p?q | cs-uri-stem=/p | cs-query=q | c-ip=192.0.2.1 | sc-bytes#12 | gzip-ratio~- | upstream=10.0.0.1 | "
         "cs-user-agent=UA | cs-referer~-");
    LINE("[10/Oct/2000:13:55:36 +0000] h.example 192.0.2.1 0.227 \"GET / HTTP/2.0\" 207 125 440 - Mozilla/5.0 (X11; \"x\")",
         "2000-10-10T13:55:36Z cs-host=h.example | c-ip=192.0.2.1 | time-taken#0.227 | cs-method=GET | cs-uri=/ | cs-uri-stem=/ | "
         "cs-version=HTTP/2.0 | sc-status#207 | sc-bytes#125 | cs-bytes#440 | cs-referer~- | cs-user-agent=Mozilla/5.0 (X11; \"x\")");
}

static void cpanel(void **unused)
{
    (void)unused;
    LINE("[2022-06-29 14:06:40 +1000] info [cpaneld] 192.0.2.4 - root \"POST /login/?login_only=1 HTTP/1.1\" FAILED LOGIN cpaneld: x",
         "2022-06-29T04:06:40Z level=info | service=cpaneld | c-ip=192.0.2.4 | cs-username=root | cs-method=POST | "
         "cs-uri=/login/?login_only=1 | cs-uri-stem=/login/ | cs-query=login_only=1 | cs-version=HTTP/1.1 | "
         "message=FAILED LOGIN cpaneld: x");
    LINE("192.0.2.4 - bob [06/10/2021:11:19:31 -0100] \"GET / HTTP/1.0\" 200 0 \"-\" \"UA\" \"s\" \"-\" 2087",
         "2021-06-10T12:19:31Z c-ip=192.0.2.4 | cs-username=bob | cs-method=GET | cs-uri=/ | cs-uri-stem=/ | cs-version=HTTP/1.0 | "
         "sc-status#200 | sc-bytes#0 | cs-referer~- | cs-user-agent=UA | auth=s | x-forwarded-for~- | s-port#2087");
}

static void times(void **unused)
{
    (void)unused;
    const char *rest = "c-ip=192.0.2.1 | cs-username~- | cs-uri=x | sc-status#400 | sc-bytes#0";
    static const char *const cases[][2] = {
        {"31/Dec/1999:23:59:60 -0130", "2000-01-01T01:29:59Z"},
        {"10/Oct/2000:13:55:36.123 +0000", "2000-10-10T13:55:36.123Z"},
        {"06/10/2021:11:19:31 -0000", "2021-06-10T11:19:31Z"},
        {"2024-02-29T07:08:09+01:00", "2024-02-29T06:08:09Z"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char input[256];
        char expected[256];
        (void)snprintf(input, sizeof input, "192.0.2.1 - - [%s] \"x\" 400 0", cases[i][0]);
        (void)snprintf(expected, sizeof expected, "%s %s", cases[i][1], rest);
        LINE(input, expected);
    }
    probe_assert_rejected(&sw_decoder_weblog, "192.0.2.1 - - [10/Foo/2000:13:55:36 +0000] \"x\" 400 0", "time of no known form");
    probe_assert_rejected(&sw_decoder_weblog, "192.0.2.1 - - [30/Feb/2000:13:55:36 +0000] \"x\" 400 0", "time of no known form");

    struct probe p; /* without a zone the one of the source holds, and a note says so */
    probe_init(&p, &sw_decoder_weblog, "");
    p.source.zone_offset = 7200;
    const char *input = "192.0.2.1 - - [10/Oct/2000:13:55:36] \"x\" 400 0\n192.0.2.1 - - [10/Oct/2000:13:55:37] \"x\" 400 0\n";
    probe_run(&p, sw_str(input), strlen(input));
    assert_true(sw_str_find(sw_buf_str(&p.out), SW_STR("1 2000-10-10T11:55:36Z")) == 0);
    assert_true(sw_str_find(sw_buf_str(&p.out), SW_STR("2 2000-10-10T11:55:37Z")) != SW_NPOS);
    assert_int_equal(p.stats.note_count, 1);
    assert_int_equal(p.stats.notes[0].count, 2);
    probe_fini(&p);
}

/* The remembered date and zone never give another time than reading afresh does. */
static void clock_agrees_with_reading_afresh(void **unused)
{
    (void)unused;
    static const char *const texts[] = {
        "10/Oct/2000:13:55:36 +0000", "10/Oct/2000:13:55:36 +0000", "10/Oct/2000:23:59:60 +0000", "10/Oct/2000:24:00:00 +0000",
        "10/Oct/2000:13:55:37 +0100", "11/Oct/2000:13:55:37 +0100", "11/Oct/2000:13:55:37",       "11/Oct/2000:13:55:38",
        "11/Oct/2000:13:55:38 +0100", "11/Oct/2000:13:55:38.5",     "11/Oct/2000:1a:55:38 +0100", "11/Oct/2000:13:55:39 +01000",
        "11/Oct/2000:00:00:00 +0100",
    };
    struct sw_web_clock clock = {.len = 0};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct sw_web_clock fresh = {.len = 0};
        int32_t zone = i == 7 ? 7200 : -3600;
        int64_t a = 0;
        int64_t b = 0;
        bool za = false;
        bool zb = false;
        int ra = sw_web_clock_read(&clock, sw_str(texts[i]), zone, &a, &za);
        int rb = sw_web_clock_read(&fresh, sw_str(texts[i]), zone, &b, &zb);
        assert_int_equal(ra, rb);
        if (ra == 0) {
            assert_int_equal(a, b);
            assert_int_equal(za, zb);
        }
    }
}

static void addresses(void **unused)
{
    (void)unused;
    static const char *const good[] = {"1.2.3.4", "255.255.255.255:65535", "::", "::1", "2001:db8::1", "fe80::1%eth0", "::ffff:1.2.3.4",
                                       "[::1]", "[2001:db8::1]:80"};
    static const char *const bad[] = {"", "-", "1", "1.2.3", "1.2.3.4.5", "1.2.3.4:", "1.2.3.4:x", "a:b", "host", "12:34", "[::1", "x::1"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(sw_web_is_address(sw_str(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(sw_web_is_address(sw_str(bad[i])));
    static const struct {
        const char *text;
        enum sw_type type;
    } numbers[] = {{"0", SW_INT},       {"200", SW_INT},    {"-5", SW_INT},    {"-", SW_NULL},    {"", SW_STRING},    {"007", SW_STRING},
                   {"1.5", SW_FLOAT},   {"1.", SW_STRING},  {".5", SW_STRING}, {"1e5", SW_STRING}, {"1.5.2", SW_STRING}, {"--1", SW_STRING},
                   {"99999999999999999999", SW_STRING}};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        assert_int_equal(sw_web_number_type(sw_str(numbers[i].text)), numbers[i].type);
}

static void not_an_access_log(void **unused)
{
    (void)unused;
    probe_assert_rejected(&sw_decoder_weblog, "nothing here", "no time in brackets");
    probe_assert_rejected(&sw_decoder_weblog, "a b c d e f g h i j k l m [10/Oct/2000:13:55:36 +0000] \"x\" 1", "no time in brackets");
    probe_assert_rejected(&sw_decoder_weblog, "192.0.2.1 - - [10/Oct/2000:13:55:36 +0000]", "no quoted request");
    probe_assert_rejected(&sw_decoder_weblog, "[10/Oct/2000:13:55:36 +0000] some text", "unknown order of fields");
    probe_assert_rejected(&sw_decoder_weblog, "[10/Oct/2000:13:55:36 +0000]", "unknown order of fields");
    assert_int_equal(probe_sniff(&sw_decoder_weblog, "192.0.2.1 - - [10/Oct/2000:13:55:36 +0000] \"x\" 400 0\n"), SW_SURE_YES);
    assert_int_equal(probe_sniff(&sw_decoder_weblog, "Jan  1 00:00:00 host app: text\n"), SW_SURE_NO);
    assert_int_equal(probe_sniff(&sw_decoder_weblog, "[10/Oct/2000:13:55:36 +0000] started\n"), SW_SURE_NO);
    assert_int_equal(probe_sniff(&sw_decoder_weblog, ""), SW_SURE_NO);
}

static const char sample[] =
    "192.0.2.1 - - [10/Oct/2000:13:55:36 +0000] \"GET /a HTTP/1.1\" 200 5 \"-\" \"UA \\\"x\\\"\"\r\n"
    "\n"
    "garbage\n"
    "www.example.org 192.0.2.2 - - [10/Oct/2000:13:55:37 +0000] \"GET /b HTTP/1.1\" 200 5 \"-\" \"UA\" rt=0.1 k=\"v w\"\n"
    "www.example.org 192.0.2.2 - - [10/Oct/2000:13:55:37 +0000] \"GET /b HTTP/1.1\" 200 5 \"-\" \"UA\" 312 0.002 [n] [] - - - - id\n"
    "203.0.113.9, 10.0.0.1 - - [10/Oct/2000:13:55:38] \"POST /c?d HTTP/1.1\" 200 5\n"
    "[18/Dec/2020:12:57:26 +1100] u http-nio-8090-exec-6 ::1 GET / HTTP/1.1 200 1ms 7 - Mozilla/5.0 (M)\n"
    "[10/Oct/2000:13:55:36 +0000] h.example 192.0.2.1 0.227 \"GET / HTTP/2.0\" 207 125 440 - Mozilla/5.0\n"
    "192.0.2.1 - - [10/Oct/2000:13:55:36 +0000] \"GET /a HTTP/1.1\" 200 5 \"-\" \"UA\"";

static void splits(void **unused)
{
    (void)unused;
    probe_assert_splits(&sw_decoder_weblog, "", sw_strn(sample, sizeof sample - 1));
}

static void survives(void **unused)
{
    (void)unused;
    probe_assert_survives(&sw_decoder_weblog, "", sw_strn(sample, sizeof sample - 1));
}

/* Lines made to take long: each is read in one pass, so this ends at once. */
static void no_slow_lines(void **unused)
{
    (void)unused;
    static const char *const units[] = {"\"", "x\"", "\" ", "=\"", "a=\"b ", "\\\"", "[", "] ", ",", "a, ", "- ", " HTTP/1.1", "\t"};
    static const char head[] = "192.0.2.1 - - [10/Oct/2000:13:55:36 +0000] \"";
    size_t len = SW_MAX_RECORD;
    char *text = sw_alloc(len, 1);
    assert_non_null(text);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        for (size_t with_head = 0; with_head < 2; with_head++) {
            size_t unit = strlen(units[i]);
            for (size_t at = 0; at < len; at++)
                text[at] = units[i][at % unit];
            if (with_head == 1)
                memcpy(text, head, sizeof head - 1);
            struct probe p;
            probe_init(&p, &sw_decoder_weblog, "");
            probe_run(&p, sw_strn(text, len), len);
            assert_int_equal(p.stats.read, 1);
            probe_fini(&p);
        }
    }
    sw_free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(common_and_combined),
        cmocka_unit_test(what_stands_in_front),
        cmocka_unit_test(what_follows),
        cmocka_unit_test(requests),
        cmocka_unit_test(time_first),
        cmocka_unit_test(cpanel),
        cmocka_unit_test(times),
        cmocka_unit_test(clock_agrees_with_reading_afresh),
        cmocka_unit_test(addresses),
        cmocka_unit_test(not_an_access_log),
        cmocka_unit_test(splits),
        cmocka_unit_test(survives),
        cmocka_unit_test(no_slow_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
