/* test_web_verdict.c - attempted, blocked or likely succeeded; the same however the evidence is cut. */
#include "web_fixture.h"

#define LINE(client, second, request, status, bytes) \
    client " - - [24/Nov/2026:12:00:" second " +0000] \"" request " HTTP/1.1\" " status " " bytes " \"-\" \"Mozilla/5.0 (X11)\"\n"

static const struct web_found *found_at(const struct web_run *run, uint64_t nth)
{
    assert_true(nth < run->count);
    return &run->found[nth];
}

static void verdict_is(const char *log, enum sw_web_verdict verdict, const char *why)
{
    struct web_run run;
    web_run_log(&run, log, 0);
    const struct web_found *found = found_at(&run, 0);
    if (found->verdict != verdict || strstr(found->why, why) == NULL)
        fail_msg("%s: %s", sw_web_verdict_name(found->verdict), found->why);
    assert_int_equal(found->level >= SW_LEVEL_HIGH, verdict == SW_WEB_SUCCEEDED);
}

static void by_status(void **unused)
{
    (void)unused;
    verdict_is(LINE("192.0.2.1", "01", "GET /?f=../../../etc/passwd", "404", "10"), SW_WEB_ATTEMPTED, "nothing of that name");
    verdict_is(LINE("192.0.2.1", "01", "GET /?f=../../../etc/passwd", "403", "10"), SW_WEB_BLOCKED, "answered 403");
    verdict_is(LINE("192.0.2.1", "01", "GET /?f=../../../etc/passwd", "500", "10"), SW_WEB_ATTEMPTED, "failed");
    verdict_is(LINE("192.0.2.1", "01", "GET /?f=../../../etc/passwd", "200", "10"), SW_WEB_ATTEMPTED, "too few other answers");
    verdict_is(LINE("192.0.2.1", "01", "GET /cgi-bin/.%2e/%2e%2e/x", "200", "10"), SW_WEB_SUCCEEDED, "answered 200");
    verdict_is(LINE("192.0.2.1", "01", "POST /json/setup-restore.action", "405", "10"), SW_WEB_SUCCEEDED, "answered 405");
    verdict_is(LINE("192.0.2.1", "01", "GET /autodiscover/autodiscover.json?@x/powershell/", "401", "10"), SW_WEB_BLOCKED, "answered 401");
    verdict_is(LINE("192.0.2.1", "01", "GET /?x=${jndi:dns://inert.example}", "200", "10"), SW_WEB_ATTEMPTED, "tells nothing");
    verdict_is(LINE("192.0.2.1", "01", "GET /up/c99.php", "200", "10"), SW_WEB_SUCCEEDED, "it is there");
    verdict_is(LINE("192.0.2.1", "01", "GET /up/c99.php", "200", "0"), SW_WEB_ATTEMPTED, "answered 200");
}

#define USUAL(bytes) LINE("198.51.100.1", "00", "GET /view?f=a", "200", bytes)
#define FIVE USUAL("5000") USUAL("5100") USUAL("5050") USUAL("5001") USUAL("5099")

static void by_size(void **unused)
{
    (void)unused;
    verdict_is(FIVE LINE("192.0.2.1", "01", "GET /view?f=../../../etc/passwd", "200", "5020"), SW_WEB_ATTEMPTED, "usually gives 5000 to 5100");
    verdict_is(FIVE LINE("192.0.2.1", "01", "GET /view?f=../../../etc/passwd", "200", "1200"), SW_WEB_SUCCEEDED, "usually gives 5000 to 5100");
    verdict_is(FIVE LINE("192.0.2.1", "01", "GET /view?f=../../../etc/passwd", "200", "90000"), SW_WEB_SUCCEEDED, "usually gives 5000 to 5100");
    /* what comes later counts as well */
    verdict_is(LINE("192.0.2.1", "01", "GET /view?f=../../../etc/passwd", "200", "1200") FIVE, SW_WEB_SUCCEEDED, "usually gives 5000 to 5100");
}

static void served_for_everything(void **unused)
{
    (void)unused;
    verdict_is(LINE("192.0.2.1", "01", "GET /up/c99.php", "200", "777") LINE("192.0.2.1", "02", "GET /.git/config", "200", "777")
                   LINE("192.0.2.1", "03", "GET /cgi-bin/.%2e/%2e%2e/x", "200", "777"),
               SW_WEB_ATTEMPTED, "the same as other attacked paths got");
}

#define PAGE(path, bytes) LINE("198.51.100.1", "00", "GET " path, "200", bytes)

/* Sites that answer everything with a page: one probe is enough to see it. */
static void a_page_for_everything(void **unused)
{
    (void)unused;
    verdict_is(PAGE("/", "8123") LINE("192.0.2.1", "01", "GET /.env", "200", "8123"), SW_WEB_ATTEMPTED, "the same as the start page");
    verdict_is(LINE("192.0.2.1", "01", "GET /.git/config", "200", "92") PAGE("/", "8123"), SW_WEB_SUCCEEDED, "it was served");
    verdict_is(PAGE("/a", "700") PAGE("/b", "700") PAGE("/c", "700") PAGE("/d", "41") LINE("192.0.2.1", "01", "GET /.env", "200", "700"),
               SW_WEB_ATTEMPTED, "the same as many other paths give");
    /* it repeats the address */
    verdict_is(LINE("192.0.2.1", "01", "GET /.env", "200", "5005") LINE("192.0.2.1", "01", "GET /.git/config", "200", "5012")
                   LINE("192.0.2.1", "01", "GET /.git/HEAD", "200", "5010") LINE("192.0.2.1", "01", "GET /.aws/credentials", "200", "5017")
                       LINE("192.0.2.1", "01", "GET /up/c99.php", "200", "5011") LINE("192.0.2.1", "01", "GET /.ssh/id_rsa", "200", "5013"),
               SW_WEB_ATTEMPTED, "nearly the same as other attacked paths got");
}

/* Medium is left to what may have worked. */
static void levels(void **unused)
{
    (void)unused;
    static const struct {
        const char *log;
        enum sw_level level;
        const char *title;
    } of[] = {
        {LINE("192.0.2.1", "01", "GET /?id=1%27%20or%20%271%27=%271", "404", "10"), SW_LEVEL_LOW, "SQL Injection in a Web Request, Without Success"},
        {LINE("192.0.2.1", "01", "GET /?id=1%27%20or%20%271%27=%271", "403", "10"), SW_LEVEL_LOW, "SQL Injection in a Web Request, Without Success"},
        {LINE("192.0.2.1", "01", "GET /?id=1%27%20or%20%271%27=%271", "301", "10"), SW_LEVEL_LOW, "SQL Injection in a Web Request, Without Success"},
        {LINE("192.0.2.1", "01", "GET /?id=1%27%20or%20%271%27=%271", "200", "10"), SW_LEVEL_MEDIUM, "SQL Injection in a Web Request"},
        {LINE("192.0.2.1", "01", "GET /?id=1%27%20or%20%271%27=%271", "500", "10"), SW_LEVEL_MEDIUM, "SQL Injection in a Web Request"},
        {LINE("192.0.2.1", "01", "POST /json/setup-restore.action", "404", "10"), SW_LEVEL_LOW, NULL},
        {LINE("192.0.2.1", "01", "GET /?x=${jndi:dns://inert.example}", "404", "10"), SW_LEVEL_LOW, NULL},
        {LINE("192.0.2.1", "01", "GET /?x=${jndi:dns://inert.example}", "200", "10"), SW_LEVEL_MEDIUM, NULL},
        {LINE("192.0.2.1", "01", "GET /?q=%3Cscript%3Ealert(1)", "404", "10"), SW_LEVEL_LOW, "Cross-Site Scripting in a Web Request, Without Success"},
        /* an injection may work unseen, whatever the answer's size */
        {PAGE("/a", "11") PAGE("/b", "11") PAGE("/c", "11") LINE("192.0.2.1", "01", "GET /d?id=1%27%20or%20%271%27=%271", "200", "11"),
         SW_LEVEL_MEDIUM, "SQL Injection in a Web Request"},
    };
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        struct web_run run;
        web_run_log(&run, of[i].log, 0);
        assert_int_equal(run.count, 1);
        if (run.found[0].level != of[i].level || (of[i].title != NULL && strcmp(run.found[0].title, of[i].title) != 0))
            fail_msg("%zu: %s (%.*s): %s", i, run.found[0].title, SW_STR_ARG(sw_level_name(run.found[0].level)),
                     run.found[0].why);
    }
}

static void by_what_follows(void **unused)
{
    (void)unused;
    verdict_is(LINE("192.0.2.1", "01", "POST /_async/asyncresponseservice", "403", "5") LINE("192.0.2.1", "09", "POST /pub/x7.jsp", "200", "40"),
               SW_WEB_SUCCEEDED, "8 s later the same client was the first to use \"/pub/x7.jsp\"");
    /* another client's, an earlier one, and one that many use */
    verdict_is(LINE("192.0.2.1", "01", "POST /_async/asyncresponseservice", "403", "5") LINE("192.0.2.2", "09", "POST /pub/x7.jsp", "200", "40"),
               SW_WEB_BLOCKED, "answered 403");
    verdict_is(LINE("192.0.2.1", "01", "POST /pub/x7.jsp", "200", "40") LINE("192.0.2.1", "09", "POST /_async/asyncresponseservice", "403", "5"),
               SW_WEB_BLOCKED, "answered 403");
    verdict_is(LINE("192.0.2.1", "01", "POST /_async/asyncresponseservice", "403", "5") LINE("192.0.2.1", "09", "POST /a.jsp", "200", "40")
                   LINE("192.0.2.2", "10", "POST /a.jsp", "200", "40") LINE("192.0.2.3", "11", "POST /a.jsp", "200", "40"),
               SW_WEB_BLOCKED, "answered 403");
}

/* Slices of one line, of three, and all at once give the same. */
static void cuts(void **unused)
{
    (void)unused;
    static const char log[] = FIVE LINE("192.0.2.1", "01", "GET /view?f=../../../etc/passwd", "200", "90000")
        LINE("192.0.2.1", "02", "POST /_async/asyncresponseservice", "403", "5") LINE("192.0.2.1", "03", "GET /?q=%3Cscript%3E", "200", "5")
            LINE("192.0.2.1", "09", "POST /pub/x7.jsp", "200", "40") FIVE;
    struct web_run whole;
    web_run_log(&whole, log, 0);
    assert_int_equal(whole.count, 3);
    for (size_t slice = 1; slice <= 4; slice++) {
        struct web_run cut;
        web_run_log(&cut, log, slice);
        assert_int_equal(cut.count, whole.count);
        for (size_t i = 0; i < cut.count; i++) {
            assert_string_equal(cut.found[i].title, whole.found[i].title);
            assert_string_equal(cut.found[i].why, whole.found[i].why);
        }
    }
}

static void explains(void **unused)
{
    (void)unused;
    struct web_run run;
    web_run_log(&run, LINE("192.0.2.1", "01", "GET /?id=1%2527%20or%201=1--", "200", "10"), 0);
    assert_int_equal(run.count, 1);
    assert_non_null(strstr(run.found[0].why, "SQL injection in an argument"));
    assert_non_null(strstr(run.found[0].why, "repeated percent encoding"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(by_status), cmocka_unit_test(by_size), cmocka_unit_test(served_for_everything),
                                       cmocka_unit_test(a_page_for_everything), cmocka_unit_test(levels),
                                       cmocka_unit_test(by_what_follows), cmocka_unit_test(cuts), cmocka_unit_test(explains)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
