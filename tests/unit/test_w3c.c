/* test_w3c.c - logs with #Fields: products, columns that change, what is put together, damage. */
#include "probe.h"

extern const struct sw_decoder sw_decoder_w3c;

static void gives(const char *input, const char *expected)
{
    struct probe p;
    probe_init(&p, &sw_decoder_w3c, "u_ex240110.log");
    probe_run(&p, sw_str(input), strlen(input));
    if (!sw_str_is(sw_buf_str(&p.out), expected))
        fail_msg("%s\n gives\n%.*s\n not\n%s\n(%s)", input, SW_STR_ARG(sw_buf_str(&p.out)), expected,
                 p.stats.reason_count > 0 ? p.stats.reasons[0].text : "not rejected");
    probe_fini(&p);
}

#define IIS_HEAD \
    "#Software: Microsoft Internet Information Services 10.0\r\n#Version: 1.0\r\n#Date: 2024-01-10 00:00:00\r\n" \
    "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status " \
    "sc-substatus sc-win32-status time-taken\r\n"

static void iis(void **unused)
{
    (void)unused;
    gives(IIS_HEAD "2024-01-10 07:08:09 10.0.0.5 GET /a/b.aspx id=1+2 443 CORP\\bob 192.0.2.1 Mozilla/5.0+(X11;+\"x\") - 200 0 64 15\r\n"
                   "2024-01-10 07:08:10 10.0.0.5 POST /c - 443 - fe80::1%2 - http://r/ 404 2 0 3\r\n",
          "5 2024-01-10T07:08:09Z s-ip=10.0.0.5 | cs-method=GET | cs-uri-stem=/a/b.aspx | cs-query=id=1+2 | s-port#443 | "
          "cs-username=CORP\\bob | c-ip=192.0.2.1 | cs-user-agent=Mozilla/5.0 (X11; \"x\") | cs-referer~- | sc-status#200 | "
          "sc-substatus#0 | sc-win32-status#64 | time-taken#15 | cs-uri=/a/b.aspx?id=1+2\n"
          "6 2024-01-10T07:08:10Z s-ip=10.0.0.5 | cs-method=POST | cs-uri-stem=/c | cs-query~- | s-port#443 | cs-username~- | "
          "c-ip=fe80::1%2 | cs-user-agent~- | cs-referer=http://r/ | sc-status#404 | sc-substatus#2 | sc-win32-status#0 | "
          "time-taken#3 | cs-uri=/c\n");
    /* IIS 6: no date column */
    gives("#Software: Microsoft Internet Information Services 6.0\n#Date: 2004-05-24 20:18:01\n#Fields: time c-ip cs-method cs-uri-stem "
          "sc-status\n20:18:05 192.0.2.1 GET /x 200\n",
          "4 2004-05-24T20:18:05Z c-ip=192.0.2.1 | cs-method=GET | cs-uri-stem=/x | sc-status#200 | cs-uri=/x\n");
    /* HTTP.sys: the whole target in one column */
    gives("#Software: Microsoft HTTP Server API 2.0\n#Fields: date time c-ip c-port s-ip s-port cs-version cs-method cs-uri sc-status "
          "s-siteid s-reason s-queuename\n2024-01-10 07:08:09 192.0.2.1 5000 10.0.0.5 80 HTTP/1.1 GET /a?b 400 - URL -\n",
          "3 2024-01-10T07:08:09Z c-ip=192.0.2.1 | c-port#5000 | s-ip=10.0.0.5 | s-port#80 | cs-version=HTTP/1.1 | cs-method=GET | "
          "cs-uri=/a?b | cs-uri-stem=/a | cs-query=b | sc-status#400 | s-siteid~- | s-reason=URL | s-queuename~-\n");
    /* IIS FTP, and the double space of Advanced Logging with its quotes */
    gives("#Software: Microsoft Internet Information Services 10.0\n#Fields: date time c-ip cs-username s-ip s-port cs-method cs-uri-stem "
          "sc-status sc-win32-status sc-substatus x-session x-fullpath\n"
          "2024-01-10 07:08:09 192.0.2.1 - 10.0.0.5 21 USER admin 331 0 0 8a6d -\n",
          "3 2024-01-10T07:08:09Z c-ip=192.0.2.1 | cs-username~- | s-ip=10.0.0.5 | s-port#21 | cs-method=USER | cs-uri-stem=admin | "
          "sc-status#331 | sc-win32-status#0 | sc-substatus#0 | x-session=8a6d | x-fullpath~- | cs-uri=admin\n");
    gives("#Software: IIS Advanced Logging Module\n#Fields:  date time cs-uri-stem cs(User-Agent) cs(Content-Type)\n"
          "2024-01-10 07:08:09.123 /x \"Mozilla/5.0 (X11)\" \"-\"\n",
          "3 2024-01-10T07:08:09.123Z cs-uri-stem=/x | cs-user-agent=Mozilla/5.0 (X11) | cs-content-type~- | cs-uri=/x\n");
}

static void columns_change(void **unused)
{
    (void)unused;
    gives("\xef\xbb\xbf#Fields: date time cs-method\n2024-01-10 07:08:09 GET\n#Software: Microsoft Internet Information Services 10.0\n"
          "#Fields: date time c-ip cs-method\n2024-01-10 07:08:10 192.0.2.1 PUT\n",
          "2 2024-01-10T07:08:09Z cs-method=GET\n5 2024-01-10T07:08:10Z c-ip=192.0.2.1 | cs-method=PUT\n");
    gives("#Fields: date time cs-method sc-status\n2024-01-10 07:08:09 GET\n2024-01-10 07:08:09 GET 200 more\n",
          "2 2024-01-10T07:08:09Z cs-method=GET\n3 2024-01-10T07:08:09Z cs-method=GET | sc-status#200 | extra=more\n");
}

static void exchange(void **unused)
{
    (void)unused;
    gives("DateTime,RequestId,UrlHost,UrlStem,UserAgent,HttpStatus,UrlQuery,GenericErrors\r\n"
          "#Software: Microsoft Exchange Server\r\n#Version: 15.01.2106.002\r\n#Log-type: HttpProxy Logs\r\n"
          "#Date: 2021-03-03T00:00:03.531Z\r\n"
          "#Fields: DateTime,RequestId,UrlHost,UrlStem,UserAgent,HttpStatus,UrlQuery,GenericErrors\r\n"
          "2021-03-03T00:00:03.531Z,8c4b,mail.example.org,/ecp/y.js,\"python-requests, \"\"2\"\"\",200,?a=b,\r\n"
          "2021-03-03T00:00:04.000Z,8c4c,mail.example.org,/owa/,,302,,\"x=1;\"\r\n",
          "7 2021-03-03T00:00:03.531Z RequestId=8c4b | UrlHost=mail.example.org | cs-host=mail.example.org | UrlStem=/ecp/y.js | "
          "cs-uri-stem=/ecp/y.js | UserAgent=python-requests, \"2\" | cs-user-agent=python-requests, \"2\" | HttpStatus#200 | "
          "sc-status#200 | UrlQuery=a=b | cs-query=a=b | cs-uri=/ecp/y.js?a=b\n"
          "8 2021-03-03T00:00:04Z RequestId=8c4c | UrlHost=mail.example.org | cs-host=mail.example.org | UrlStem=/owa/ | "
          "cs-uri-stem=/owa/ | HttpStatus#302 | sc-status#302 | GenericErrors=x=1; | cs-uri=/owa/\n");
    gives("#Software: Microsoft Exchange Server\n#Log-type: Message Tracking Log\n#Fields: date-time,client-ip,event-id,recipient-address\n"
          "2024-01-10T07:08:09.001Z,192.0.2.1,RECEIVE,a@example.org;b@example.org\n",
          "4 2024-01-10T07:08:09.001Z client-ip=192.0.2.1 | event-id=RECEIVE | recipient-address=a@example.org;b@example.org\n");
}

static void proxies_and_others(void **unused)
{
    (void)unused;
    gives("#Version: 1.0\n#Fields: date\ttime\tx-edge-location\tsc-bytes\tc-ip\tcs-method\tcs(Host)\tcs-uri-stem\tsc-status\tcs(Referer)\t"
          "cs(User-Agent)\tcs-uri-query\tcs(Cookie)\n"
          "2024-01-10\t07:08:09\tFRA2\t182\t192.0.2.1\tGET\td111.cloudfront.net\t/v.html\t200\t-\tMozilla/5.0%20(X11)%2520x\ta=b\t-\n",
          "3 2024-01-10T07:08:09Z x-edge-location=FRA2 | sc-bytes#182 | c-ip=192.0.2.1 | cs-method=GET | cs-host=d111.cloudfront.net | "
          "cs-uri-stem=/v.html | sc-status#200 | cs-referer~- | cs-user-agent=Mozilla/5.0 (X11) x | cs-query=a=b | cs-cookie~- | "
          "cs-uri=/v.html?a=b\n");
    gives("#Software: SGOS 6.5.1.5\n#Fields: date time time-taken c-ip cs-categories cs-uri-scheme cs-host cs-uri-port cs-uri-path "
          "cs-uri-query cs-uri-extension cs(User-Agent) s-ip\n"
          "2024-01-10 07:08:09 12 10.1.1.1 \"Suspicious; Web Ads\" http h.example 8080 /a.exe ?x=1 exe \"Mozilla/5.0 (a+b)\" 10.0.0.9\n"
          "2024-01-10 07:08:09 12 10.1.1.1 - tcp h.example 443 / - - - 10.0.0.9\n",
          "3 2024-01-10T07:08:09Z time-taken#12 | c-ip=10.1.1.1 | cs-categories=Suspicious; Web Ads | cs-uri-scheme=http | "
          "cs-host=h.example | cs-uri-port=8080 | cs-uri-stem=/a.exe | cs-query=x=1 | cs-uri-extension=exe | "
          "cs-user-agent=Mozilla/5.0 (a+b) | s-ip=10.0.0.9 | cs-uri=http://h.example:8080/a.exe?x=1 | cs-uri=/a.exe?x=1\n"
          "4 2024-01-10T07:08:09Z time-taken#12 | c-ip=10.1.1.1 | cs-categories~- | cs-uri-scheme=tcp | cs-host=h.example | "
          "cs-uri-port=443 | cs-uri-stem=/ | cs-query~- | cs-uri-extension~- | cs-user-agent~- | s-ip=10.0.0.9 | "
          "cs-uri=tcp://h.example/ | cs-uri=/\n");
    gives("#Version: 1.5\n#Software: Microsoft Windows Firewall\n#Time Format: Local\n#Fields: date time action protocol src-ip dst-ip "
          "src-port dst-port size tcpflags\n2024-01-10 07:08:09 DROP TCP 192.0.2.1 10.0.0.5 5000 445 52 S\n",
          "5 2024-01-10T07:08:09Z action=DROP | protocol=TCP | src_ip=192.0.2.1 | dst_ip=10.0.0.5 | src_port#5000 | dst_port#445 | "
          "size#52 | tcpflags=S\n");
    gives("#Software: Microsoft Forefront Threat Management Gateway\n#Fields: c-ip\tcs-username\tc-agent\tdate\ttime\tr-host\tcs-uri\t"
          "s-operation\tsc-status\n192.0.2.1\tanonymous\tMozilla/4.0 (x)\t2024-01-10\t07:08:09\th.example\thttp://h.example/p?q\tGET\t200\n",
          "3 2024-01-10T07:08:09Z c-ip=192.0.2.1 | cs-username=anonymous | cs-user-agent=Mozilla/4.0 (x) | cs-host=h.example | "
          "cs-uri=http://h.example/p?q | cs-host=h.example | cs-uri-stem=/p | cs-query=q | cs-method=GET | sc-status#200 | cs-uri=/p?q\n");
}

static void local_time_takes_the_zone(void **unused)
{
    (void)unused;
    struct probe p;
    const char *input = "#Software: Microsoft Windows Firewall\n#Time Format: Local\n#Fields: date time action\n2024-01-10 07:08:09 DROP\n";
    probe_init(&p, &sw_decoder_w3c, "");
    p.source.zone_offset = 3600;
    probe_run(&p, sw_str(input), strlen(input));
    assert_true(sw_str_is(sw_buf_str(&p.out), "4 2024-01-10T06:08:09Z action=DROP\n"));
    assert_string_equal(p.stats.notes[0].text, "time without zone");
    probe_fini(&p);
}

static void rejected(void **unused)
{
    (void)unused;
    probe_assert_rejected(&sw_decoder_w3c, "2024-01-10 07:08:09 GET\n", "no #Fields before the record");
    probe_assert_rejected(&sw_decoder_w3c, "#Fields: date time cs-method\nx\n", "one column only");
    probe_assert_rejected(&sw_decoder_w3c, "#Fields: date time cs-method\n2024-13-10 07:08:09 GET\n", "time of no known form");
    probe_assert_rejected(&sw_decoder_w3c, "#Fields: date time cs-method\n2024-11-10 7:08 GET\n", "time of no known form");
    assert_int_equal(probe_sniff(&sw_decoder_w3c, "#Software: x\n#Fields: date time\n"), SW_SURE_YES);
    assert_int_equal(probe_sniff(&sw_decoder_w3c, "\xef\xbb\xbf#Fields: date time\n"), SW_SURE_YES);
    assert_int_equal(probe_sniff(&sw_decoder_w3c, "#separator \\x09\n#fields\tts\n"), SW_SURE_NO);
    assert_int_equal(probe_sniff(&sw_decoder_w3c, ""), SW_SURE_NO);
}

/* Columns without end, and a directive longer than what can be kept. */
static void limits(void **unused)
{
    (void)unused;
    struct sw_buf text;
    sw_buf_init(&text, 4u << 20);
    SW_BUF_LIT(&text, "#Fields: date time");
    for (unsigned i = 0; i < 700; i++)
        sw_buf_printf(&text, " c%u", i);
    SW_BUF_LIT(&text, "\n2024-01-10 07:08:09");
    for (unsigned i = 0; i < 700; i++)
        sw_buf_printf(&text, " v%u", i);
    struct probe p;
    probe_init(&p, &sw_decoder_w3c, "");
    probe_run(&p, sw_buf_str(&text), 100);
    assert_int_equal(p.events, 1);
    assert_true(sw_str_find(sw_buf_str(&p.out), SW_STR("c509=v509 | extra=v510")) != SW_NPOS);
    probe_fini(&p);

    sw_buf_clear(&text);
    SW_BUF_LIT(&text, "#Fields: date time\n#Fields: ");
    for (unsigned i = 0; i < SW_MAX_RECORD; i++)
        sw_buf_char(&text, 'x');
    SW_BUF_LIT(&text, "\n2024-01-10 07:08:09\n");
    probe_init(&p, &sw_decoder_w3c, "");
    probe_run(&p, sw_buf_str(&text), 1000);
    assert_int_equal(p.events, 1);
    probe_fini(&p);
    sw_buf_fini(&text);
}

static const char sample[] =
    IIS_HEAD
    "2024-01-10 07:08:09 10.0.0.5 GET /a/b.aspx id=1+2 443 CORP\\bob 192.0.2.1 Mozilla/5.0+(X11;+x) - 200 0 64 15\r\n\n"
    "#Fields: date time cs-method\n2024-01-10 07:08:09 GET\n# a comment\n"
    "#Software: Microsoft Exchange Server\n#Log-type: HttpProxy Logs\n#Fields: DateTime,UrlStem,UrlQuery,UserAgent\n"
    "2021-03-03T00:00:03.531Z,/a,b,\"c, \"\"d\"\"\"\n2021-03-03T00:00:04Z,/a\n"
    "#Fields: time cs-method\n#Date: 2024-01-10 00:00:00\n07:08:09,GET\n07:08:09 GET\n#x#\n";

static void splits(void **unused)
{
    (void)unused;
    probe_assert_splits(&sw_decoder_w3c, "", sw_strn(sample, sizeof sample - 1));
    /* "#Fields" begins no line here, though a byte order mark would have ended there */
    probe_assert_splits(&sw_decoder_w3c, "", SW_STR("xyz#Fields: a b\n1 b\n2 c\n#Fields: c d\n3 d\n"));
}

static void survives(void **unused)
{
    (void)unused;
    probe_assert_survives(&sw_decoder_w3c, "", sw_strn(sample, sizeof sample - 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(iis),      cmocka_unit_test(columns_change), cmocka_unit_test(exchange),
        cmocka_unit_test(proxies_and_others), cmocka_unit_test(local_time_takes_the_zone), cmocka_unit_test(rejected),
        cmocka_unit_test(limits),   cmocka_unit_test(splits),         cmocka_unit_test(survives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
