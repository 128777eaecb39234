/* test_weberror.c - error logs of Apache, nginx and LiteSpeed. */
#include "probe.h"

extern const struct sw_decoder sw_decoder_weberror;
extern const struct sw_decoder sw_decoder_weblog;

#define LINE(input, expected) probe_assert_line(&sw_decoder_weberror, "error.log", input, expected)

static void apache(void **unused)
{
    (void)unused;
    LINE("[Fri Sep 09 10:42:29.902022 2011] [core:error] [pid 35708:tid 4328636416] [client 72.15.99.187:50229] AH00128: File does not "
         "exist: /usr/local/favicon.ico, referer: http://r/, referer: http://s/",
         "2011-09-09T10:42:29.902022Z module=core | level=error | pid#35708 | tid=4328636416 | c-ip=72.15.99.187 | c-port#50229 | "
         "cs-referer=http://s/ | code=AH00128 | message=AH00128: File does not exist: /usr/local/favicon.ico, referer: http://r/");
    LINE("[Wed Oct 11 14:32:52 2000] [error] [client 2001:db8::1] client denied by server configuration: /x",
         "2000-10-11T14:32:52Z level=error | c-ip=2001:db8::1 | message=client denied by server configuration: /x");
    LINE("[Wed Apr 16 16:09:40.056610 2025] [ssl:info] [pid 12] (70014)End of file found: [client 192.0.2.1:17036] AH02006: stopped",
         "2025-04-16T16:09:40.056610Z module=ssl | level=info | pid#12 | os-error=(70014)End of file found | c-ip=192.0.2.1 | "
         "c-port#17036 | code=AH02006 | message=AH02006: stopped");
    LINE("[Wed Apr 16 16:09:40 2025] [notice] caught SIGTERM [x]", "2025-04-16T16:09:40Z level=notice | message=caught SIGTERM [x]");
    LINE("[Wed Apr 16 16:09:40 2025] [auth_basic:error] [client 192.0.2.1:1] AH01618: user a not found: b not found: /p?q",
         "2025-04-16T16:09:40Z module=auth_basic | level=error | c-ip=192.0.2.1 | c-port#1 | code=AH01618 | "
         "message=AH01618: user a not found: b not found: /p?q | cs-username=a not found: b | cs-uri=/p?q | cs-uri-stem=/p | cs-query=q");
    LINE("[Wed Apr 16 16:09:40 2025] [auth_basic:error] [client 192.0.2.1:1] AH01617: user bob: authentication failure for \"/x\": Password "
         "Mismatch",
         "2025-04-16T16:09:40Z module=auth_basic | level=error | c-ip=192.0.2.1 | c-port#1 | code=AH01617 | message=AH01617: user bob: "
         "authentication failure for \"/x\": Password Mismatch | cs-username=bob | cs-uri=/x | cs-uri-stem=/x");
}

static void nginx(void **unused)
{
    (void)unused;
    LINE("2021/12/01 13:53:33 [error] 31#32: *46 open() \"/usr/html/x\" failed (2: No such file or directory), client: 172.17.0.1, server: "
         "localhost, request: \"GET /x?y HTTP/1.1\", upstream: \"http://10.0.0.1:80/x\", host: \"h.example:8080\", referrer: \"http://r/\"",
         "2021-12-01T13:53:33Z level=error | pid#31 | tid#32 | connection#46 | message=open() \"/usr/html/x\" failed (2: No such file or "
         "directory) | c-ip=172.17.0.1 | server=localhost | cs-method=GET | cs-uri=/x?y | cs-uri-stem=/x | cs-query=y | "
         "cs-version=HTTP/1.1 | upstream=http://10.0.0.1:80/x | cs-host=h.example | s-port#8080 | cs-referer=http://r/");
    LINE("2021/12/01 13:53:33 [notice] 1#1: signal process started", "2021-12-01T13:53:33Z level=notice | pid#1 | tid#1 | "
                                                                      "message=signal process started");
    LINE("2021/12/01 13:53:33 [info] 8#8: *1 client 192.0.2.7:53044 connected to 0.0.0.0:25",
         "2021-12-01T13:53:33Z level=info | pid#8 | tid#8 | connection#1 | message=client 192.0.2.7:53044 connected to 0.0.0.0:25 | "
         "c-ip=192.0.2.7 | c-port#53044");
}

/* A path and a Referer that pretend to be nginx's own words. */
static void forged_client(void **unused)
{
    (void)unused;
    struct probe p;
    const char *input = "2021/12/01 13:53:33 [error] 31#31: *46 open() \"/h/, client: 9.9.9.9, server: x\" failed, client: 192.0.2.1, server: s, "
                        "request: \"GET /h HTTP/1.1\", host: \"h\", referrer: \"a, client: 8.8.8.8, server: y\"\n";
    probe_init(&p, &sw_decoder_weberror, "");
    probe_run(&p, sw_str(input), strlen(input));
    assert_true(sw_str_find(sw_buf_str(&p.out), SW_STR("| c-ip=192.0.2.1 |")) != SW_NPOS);
    assert_true(sw_str_find(sw_buf_str(&p.out), SW_STR("c-ip=9")) == SW_NPOS);
    assert_true(sw_str_find(sw_buf_str(&p.out), SW_STR("c-ip=8")) == SW_NPOS);
    assert_true(sw_str_find(sw_buf_str(&p.out), SW_STR("cs-referer=a, client: 8.8.8.8, server: y")) != SW_NPOS);
    assert_int_equal(p.stats.note_count, 2);
    assert_string_equal(p.stats.notes[1].text, "more than one client in the line");
    probe_fini(&p);
}

static void modsecurity(void **unused)
{
    (void)unused;
    LINE("[Thu Sep 30 13:27:06.009964 2021] [:error] [pid 2560:tid 1404] [client ::1:37752] [client ::1] ModSecurity: Access denied with code "
         "403 (phase 2). Pattern match \"[a \\\"]\" at ARGS:a. [file \"/r/930.conf\"] [line \"47\"] [id \"930100\"] [msg \"Path \\\"]x Traversal\"] "
         "[data \"\"] [severity \"CRITICAL\"] [tag \"a\"] [tag \"b\"] [hostname \"h\"] [uri \"/p\"] [unique_id \"YVW\"]",
         "2021-09-30T13:27:06.009964Z level=error | pid#2560 | tid=1404 | c-ip=::1 | c-port#37752 | message=ModSecurity: Access denied with "
         "code 403 (phase 2). Pattern match \"[a \\\"]\" at ARGS:a. [file \"/r/930.conf\"] [line \"47\"] [id \"930100\"] [msg \"Path \\\"]x "
         "Traversal\"] [data \"\"] [severity \"CRITICAL\"] [tag \"a\"] [tag \"b\"] [hostname \"h\"] [uri \"/p\"] [unique_id \"YVW\"] | "
         "modsecurity-action=Access denied with code 403 (phase 2) | modsecurity-file=/r/930.conf | modsecurity-line=47 | "
         "modsecurity-id=930100 | modsecurity-msg=Path \\\"]x Traversal | modsecurity-severity=CRITICAL | modsecurity-tag=a | "
         "modsecurity-tag=b | cs-host=h | cs-uri-stem=/p | unique-id=YVW");
}

static void litespeed(void **unused)
{
    (void)unused;
    LINE("2022-06-08 22:49:20.774649 [NOTICE] [1226033] [192.0.2.4:45164:HTTP2-41#_AdminVHost] [STDERR] Failed Login Attempt - username:a ip:b "
         "ip:127.0.0.1 url:",
         "2022-06-08T22:49:20.774649Z level=NOTICE | pid#1226033 | c-ip=192.0.2.4 | c-port#45164 | cs-host=_AdminVHost | "
         "message=[STDERR] Failed Login Attempt - username:a ip:b ip:127.0.0.1 url: | cs-username=a ip:b | login-ip=127.0.0.1");
    LINE("2022-06-09 12:22:07.353044 [INFO] [1226038] [192.168.9.163:61120-5#Example] User 'bob' failed to authenticate.",
         "2022-06-09T12:22:07.353044Z level=INFO | pid#1226038 | c-ip=192.168.9.163 | c-port#61120 | cs-host=Example | "
         "message=User 'bob' failed to authenticate. | cs-username=bob");
}

static void mixed_files(void **unused)
{
    (void)unused;
    /* words of a library on standard error keep their place; access lines are read as such */
    LINE("httpd: pthread_mutex_lock.c:312: Assertion failed", "message=httpd: pthread_mutex_lock.c:312: Assertion failed");
    LINE("192.0.2.1 - - [10/Oct/2000:13:55:36 +0000] \"x\" 400 0", "2000-10-10T13:55:36Z c-ip=192.0.2.1 | cs-username~- | cs-uri=x | "
                                                                       "sc-status#400 | sc-bytes#0");
    probe_assert_line(&sw_decoder_weblog, "", "[Wed Oct 11 14:32:52 2000] [error] [client 192.0.2.1] x",
                      "2000-10-11T14:32:52Z level=error | c-ip=192.0.2.1 | message=x");
    probe_assert_line(&sw_decoder_weblog, "", "2021/12/01 13:53:33 [notice] 1#1: x",
                      "2021-12-01T13:53:33Z level=notice | pid#1 | tid#1 | message=x");
    assert_int_equal(probe_sniff(&sw_decoder_weberror, "2021/12/01 13:53:33 [notice] 1#1: x\n"), SW_SURE_YES);
    assert_int_equal(probe_sniff(&sw_decoder_weberror, "[Wed Oct 11 14:32:52 2000] [error] x\n"), SW_SURE_YES);
    assert_int_equal(probe_sniff(&sw_decoder_weberror, "2022-06-08 22:49:20.774649 [NOTICE] [1226033] x\n"), SW_SURE_YES);
    assert_int_equal(probe_sniff(&sw_decoder_weberror, "2022-06-08 22:49:20.774649 [main] INFO started\n"), SW_SURE_NO);
    assert_int_equal(probe_sniff(&sw_decoder_weberror, "[Wed Oct 11 14:32:52 2000] x\n"), SW_SURE_NO);
}

static const char sample[] =
    "[Fri Sep 09 10:42:29.902022 2011] [core:error] [pid 35708:tid 4328636416] [client 72.15.99.187:50229] AH00128: x, referer: http://r/\n"
    "2021/12/01 13:53:33 [error] 31#32: *46 open() \"/usr/html/x\" failed, client: 172.17.0.1, server: l, request: \"GET /x HTTP/1.1\", host: "
    "\"h\"\n"
    "[Thu Sep 30 13:27:06 2021] [:error] [client ::1:3] (2)x: [client ::1] ModSecurity: Warning. [id \"930100\"] [msg \"Path \\\"]x\"]\n"
    "2022-06-08 22:49:20.774649 [NOTICE] [1226033] [192.0.2.4:45164:HTTP2-41#_AdminVHost] [STDERR] x\n"
    "192.0.2.1 - - [10/Oct/2000:13:55:36 +0000] \"x\" 400 0\nplain\n";

static void splits_and_survives(void **unused)
{
    (void)unused;
    probe_assert_splits(&sw_decoder_weberror, "", sw_strn(sample, sizeof sample - 1));
    probe_assert_survives(&sw_decoder_weberror, "", sw_strn(sample, sizeof sample - 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(apache),    cmocka_unit_test(nginx),       cmocka_unit_test(forged_client),       cmocka_unit_test(modsecurity),
        cmocka_unit_test(litespeed), cmocka_unit_test(mixed_files), cmocka_unit_test(splits_and_survives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
