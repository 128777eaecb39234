/* test_account.c - account behaviours: one story that must be told and a near miss that must not, each; names of
 * accounts; budgets, failing allocations, pieces. */
#include "account_fixture.h"

#include "behaviour/account.h"

#define N(text_, ...) (snprintf(text_, sizeof(text_), __VA_ARGS__), text_)

/* --- names ---------------------------------------------------------------------------------------------------- */

static void expect_key(const char *user, const char *domain, bool windows_name, const char *key)
{
    char room[255];
    size_t len = sw_account_key(sw_str(user), sw_str(domain), windows_name, room, sizeof room);
    assert_int_equal(len, strlen(key));
    assert_memory_equal(room, key, len);
}

static void test_names(void **unused)
{
    (void)unused;
    expect_key("JDoe", "CORP", true, "jdoe@corp");
    expect_key("jdoe@CORP.EXAMPLE", "CORP.EXAMPLE", true, "jdoe@corp");
    expect_key("CORP\\jdoe", "", false, "jdoe@corp");
    expect_key("jdoe@corp.example", "", false, "jdoe@corp.example");
    expect_key("root", "", false, "root");
    expect_key("jdoe", "-", true, "jdoe");
    assert_true(sw_account_alike(SW_STR("CORP\\JDoe"), SW_STR("jdoe@corp.example")));
    assert_true(sw_account_alike(SW_STR("jdoe"), SW_STR("jdoe@corp.example")));
    assert_false(sw_account_alike(SW_STR("OTHER\\jdoe"), SW_STR("jdoe@corp.example")));
    assert_false(sw_account_alike(SW_STR("jdoe"), SW_STR("jdoes")));
    assert_false(sw_account_alike(SW_STR(""), SW_STR("")));
    assert_true(sw_account_is_service_name(SW_STR("CORP\\svc_backup")));
    assert_true(sw_account_is_service_name(SW_STR("sql-svc@corp")));
    assert_false(sw_account_is_service_name(SW_STR("sarah")));
    assert_true(sw_account_is_admin_name(SW_STR("adm-jo")));
    assert_true(sw_account_is_admin_name(SW_STR("Administrator")));
    assert_false(sw_account_is_admin_name(SW_STR("adam")));
}

/* --- spraying, brute force ------------------------------------------------------------------------------------ */

static void people(struct story *story, int count, int days)
{
    char name[48];
    for (int i = 0; i < count; i++)
        habit(story, N(name, "p%03d@corp.example", i), days);
}

static void test_spraying(void **unused)
{
    (void)unused;
    struct story story;
    char name[48];
    story_begin(&story);
    people(&story, 30, 8);
    for (int i = 0; i < 12; i++) /* one guess every two hours */
        sign_in(&story, 200 + i * 2, N(name, "p%03d@corp.example", i), "203.0.113.9", "50126", "NL", NULL, NULL);
    const struct found *found = must_find(&story, "Password Spraying");
    assert_string_equal(found->source, "203.0.113.9");
    assert_int_equal(found->count, 12);
    assert_true(found->value == 12);
    sign_in(&story, 224.5, "p020@corp.example", "203.0.113.9", "0", "NL", NULL, NULL);
    found = must_find(&story, "Password Spraying With A Success");
    assert_string_equal(found->user, "p020@corp.example");
    assert_null(find_title(&story, "Password Spraying"));
    story.count -= 1; /* a password is found, the second factor holds */
    sign_in(&story, 224.5, "p003@corp.example", "203.0.113.9", "50074", "NL", NULL, NULL);
    assert_string_equal(must_find(&story, "Password Spraying With A Success")->user, "p003@corp.example");
    story_end(&story);
}

/* Names that nobody has, from the internet: low; with one that lets in: high. */
static void test_stuffing(void **unused)
{
    (void)unused;
    struct story story;
    char name[48];
    story_begin(&story);
    people(&story, 5, 8);
    for (int i = 0; i < 40; i++)
        sign_in(&story, 200 + i * 0.01, N(name, "leak%d@corp.example", i), "203.0.113.9", "50034", "DE", NULL, NULL);
    must_be_calm(&story);
    assert_non_null(find_title(&story, "Many Account Names Tried From One Source"));
    sign_in(&story, 200.5, "p003@corp.example", "203.0.113.9", "0", "DE", NULL, NULL);
    assert_string_equal(must_find(&story, "Credential Stuffing With A Success")->user, "p003@corp.example");
    story_end(&story);
}

/* Thirty mistype at a new address and then come in; ten have expired passwords. */
static void test_spraying_miss(void **unused)
{
    (void)unused;
    struct story story;
    char name[48];
    story_begin(&story);
    people(&story, 40, 8);
    for (int i = 0; i < 30; i++) {
        sign_in(&story, 200 + i * 0.1, N(name, "p%03d@corp.example", i), "198.51.100.77", "50126", "DE", name, NULL);
        sign_in(&story, 200.05 + i * 0.1, name, "198.51.100.77", "0", "DE", name, NULL);
    }
    for (int i = 30; i < 40; i++)
        sign_in(&story, 200 + i * 0.1, N(name, "p%03d@corp.example", i), "198.51.100.77", "50055", "DE", name, NULL);
    must_be_calm(&story);
    assert_null(find_title(&story, "Many Account Names Tried From One Source"));
    story_end(&story);
}

static void test_spread(void **unused)
{
    (void)unused;
    struct story story;
    char name[48];
    char address[48];
    story_begin(&story);
    people(&story, 40, 8);
    for (int i = 0; i < 14; i++) /* one too few */
        sign_in(&story, 200.2 + i * 0.01, N(name, "p%03d@corp.example", i), N(address, "203.0.%d.9", i), "50126", "NL",
                NULL, NULL);
    must_be_calm(&story);
    sign_in(&story, 200.5, "p030@corp.example", "203.0.99.9", "50126", "NL", NULL, NULL);
    assert_true(must_find(&story, "Password Spraying From Many Sources")->value == 15);
    story_end(&story);
}

static void test_brute_force(void **unused)
{
    (void)unused;
    struct story story;
    story_begin(&story);
    habit(&story, "a@corp.example", 8);
    for (int i = 0; i < 9; i++) /* one too few */
        sign_in(&story, 200 + i * 0.01, "a@corp.example", "203.0.113.9", "50126", "DE", NULL, NULL);
    sign_in(&story, 200.2, "a@corp.example", "203.0.113.9", "0", "DE", NULL, NULL);
    must_be_calm(&story);
    story.count -= 1;
    sign_in(&story, 200.19, "a@corp.example", "203.0.113.9", "50126", "DE", NULL, NULL);
    sign_in(&story, 200.2, "a@corp.example", "203.0.113.9", "0", "DE", NULL, NULL);
    const struct found *found = must_find(&story, "Brute Force, Then A Success");
    assert_true(found->value == 10);
    assert_string_equal(found->source, "203.0.113.9");
    story_end(&story);
}

/* An old password in a phone at home, then the right one: low. */
static void test_brute_force_miss(void **unused)
{
    (void)unused;
    struct story story;
    story_begin(&story);
    habit(&story, "a@corp.example", 8);
    for (int i = 0; i < 40; i++)
        sign_in(&story, 200 + i * 0.01, "a@corp.example", "198.51.100.5", "50126", "DE", "a@corp.example", NULL);
    sign_in(&story, 200.5, "a@corp.example", "198.51.100.5", "0", "DE", "a@corp.example", NULL);
    must_be_calm(&story);
    assert_non_null(find_title(&story, "Many Failures, Then A Success"));
    story_end(&story);
}

/* --- where from ----------------------------------------------------------------------------------------------- */

static void test_unusual(void **unused)
{
    (void)unused;
    struct story story;
    story_begin(&story);
    people(&story, 5, 20);
    sign_in(&story, 500 + 2.5, "p001@corp.example", "203.0.113.9", "0", "BR", "x", NULL);
    const struct found *found = must_find(&story, "Login That Is New In Almost Every Way");
    assert_string_equal(found->user, "p001@corp.example");
    assert_non_null(
        strstr(found->why, "a network it never used, a new country (BR, hardly used by anyone), a new device"));
    story_end(&story);
}

/* The same journey with the laptop that is known. */
static void test_unusual_miss(void **unused)
{
    (void)unused;
    struct story story;
    story_begin(&story);
    people(&story, 5, 20);
    sign_in(&story, 500 + 2.5, "p001@corp.example", "203.0.113.9", "0", "BR", "p001@corp.example", NULL);
    must_be_calm(&story);
    assert_non_null(find_title(&story, "First-Seen Source, Device, Hour Or Country Of An Account"));
    story_end(&story);
}

/* Without a history nothing is new. */
static void test_unusual_young(void **unused)
{
    (void)unused;
    struct story story;
    story_begin(&story);
    habit(&story, "a@corp.example", 4);
    sign_in(&story, 100 + 2.5, "a@corp.example", "203.0.113.9", "0", "BR", "x", NULL);
    must_be_calm(&story);
    assert_null(find_title(&story, "First-Seen Source, Device, Hour Or Country Of An Account"));
    story_end(&story);
}

static void test_travel(void **unused)
{
    (void)unused;
    struct story story;
    story_begin(&story);
    people(&story, 3, 20);
    sign_in(&story, 488.2, "p001@corp.example", "198.51.100.5", "0", "DE", "p001@corp.example", NULL);
    sign_in(&story, 489.2, "p001@corp.example", "203.0.113.9", "0", "BR", "x", NULL);
    const struct found *found = must_find(&story, "Impossible Travel To A Rare Country With A New Device");
    assert_true(found->value > 10000 && found->value < 10500); /* Berlin to Sao Paulo: 10,230 km */
    /* Twenty hours are enough for it. */
    story.count -= 1;
    sign_in(&story, 508.2, "p001@corp.example", "203.0.113.9", "0", "BR", "x", NULL);
    story_run(&story, 1000, 0);
    assert_null(find_title(&story, "Impossible Travel To A Rare Country With A New Device"));
    /* The known laptop comes out of a VPN: low. */
    story.count -= 1;
    sign_in(&story, 489.2, "p001@corp.example", "203.0.113.9", "0", "BR", "p001@corp.example", NULL);
    must_be_calm(&story);
    assert_non_null(find_title(&story, "Impossible Travel"));
    story_end(&story);
}

static void test_session(void **unused)
{
    (void)unused;
    struct story story;
    story_begin(&story);
    habit(&story, "a@corp.example", 8);
    sign_in(&story, 200, "a@corp.example", "198.51.100.5", "0", "DE", "a", "s1"); /* home with the laptop */
    sign_in(&story, 209, "a@corp.example", "192.0.2.8", "0", "DE", "a", "s1");
    must_be_calm(&story);
    assert_null(find_title(&story, "Session Used From Two Countries"));
    sign_in(&story, 220, "a@corp.example", "198.51.100.5", "0", "DE", "a", "s2");
    sign_in(&story, 220.5, "a@corp.example", "203.0.113.9", "0", "DE", "b", "s2");
    must_be_calm(&story); /* a new telephone in the same city */
    assert_non_null(find_title(&story, "Session Used By A New Device In The Same City"));
    story.count -= 1;
    tell(&story, 220.5, "azure/signinlogs", "userPrincipalName", "a@corp.example", "ipAddress", "203.0.113.9",
         "status.errorCode", "0", "deviceDetail.deviceId", "b", "sessionId", "s2", NULL); /* nobody knows where */
    must_find(&story, "Session Used From Two Networks By Two Devices");
    sign_in(&story, 221, "a@corp.example", "198.51.100.5", "0", "DE", "a", "s2");
    const struct found *found = must_find(&story, "Session Used From Two Networks In Turns By Two Devices");
    assert_true(found->value == 2);
    assert_string_equal(found->source, "203.0.113.9");
    story.count -= 3;
    sign_in(&story, 220, "a@corp.example", "198.51.100.5", "0", "DE", "a@corp.example", "s3");
    sign_in(&story, 236, "a@corp.example", "203.0.113.9", "0", "BR", "a@corp.example", "s3"); /* after a flight */
    must_be_calm(&story);
    story.count -= 1;
    sign_in(&story, 220.5, "a@corp.example", "203.0.113.9", "0", "BR", "a@corp.example", "s3");
    must_find(&story, "Session Used From A New Country Too Soon");
    story_end(&story);
}

/* --- second factors ------------------------------------------------------------------------------------------- */

static void test_fatigue(void **unused)
{
    (void)unused;
    struct story story;
    story_begin(&story);
    habit(&story, "a@corp.example", 8);
    for (int i = 0; i < 4; i++) /* one too few */
        sign_in(&story, 200 + i * 0.1, "a@corp.example", "203.0.113.9", "500121", "DE", "a@corp.example", NULL);
    sign_in(&story, 200.6, "a@corp.example", "203.0.113.9", "0", "DE", "a@corp.example", NULL);
    must_be_calm(&story);
    story.count -= 1;
    sign_in(&story, 200.5, "a@corp.example", "203.0.113.9", "500121", "DE", "a@corp.example", NULL);
    must_find(&story, "MFA Push Storm");
    sign_in(&story, 200.6, "a@corp.example", "203.0.113.9", "0", "DE", "a@corp.example", NULL);
    assert_true(must_find(&story, "MFA Fatigue")->value == 5);
    assert_null(find_title(&story, "MFA Push Storm"));
    story_end(&story);
}

/* The phone has no network; the laptop is where it always is. */
static void test_fatigue_miss(void **unused)
{
    (void)unused;
    struct story story;
    story_begin(&story);
    habit(&story, "a@corp.example", 8);
    for (int i = 0; i < 7; i++)
        sign_in(&story, 200 + i * 0.1, "a@corp.example", "198.51.100.5", "500121", "DE", "a@corp.example", NULL);
    sign_in(&story, 200.8, "a@corp.example", "198.51.100.5", "0", "DE", "a@corp.example", NULL);
    must_be_calm(&story);
    assert_non_null(find_title(&story, "Many MFA Challenges"));
    story_end(&story);
}

static void add_method(struct story *story, double hours, const char *user, const char *address)
{
    tell(story, hours, "azure/auditlogs", "activityDisplayName", "User registered security info", "result", "success",
         "initiatedBy.user.userPrincipalName", user, "initiatedBy.user.ipAddress", address, NULL);
}

static void test_method(void **unused)
{
    (void)unused;
    struct story story;
    story_begin(&story);
    habit(&story, "a@corp.example", 8);
    add_method(&story, 200, "a@corp.example", "198.51.100.5"); /* at the office */
    must_be_calm(&story);
    assert_null(find_title(&story, "MFA Method Added From A New Network"));
    sign_in(&story, 250, "a@corp.example", "203.0.113.9", "0", "DE", "a@corp.example", NULL);
    add_method(&story, 250.1, "a@corp.example", "203.0.113.9"); /* on the road, with the known laptop */
    must_be_calm(&story);
    assert_non_null(find_title(&story, "MFA Method Added From A New Network"));
    story.count -= 2;
    sign_in(&story, 250, "a@corp.example", "203.0.113.9", "0", "BR", "x", NULL);
    add_method(&story, 250.1, "a@corp.example", "203.0.113.9");
    sign_in(&story, 251, "a@corp.example", "203.0.113.9", "0", "BR", "x", NULL);
    must_find(&story, "MFA Method Added By A Stranger");
    story_end(&story);
}

/* --- what accounts are for ------------------------------------------------------------------------------------ */

static void test_dormant(void **unused)
{
    (void)unused;
    struct story story;
    story_begin(&story);
    habit(&story, "a@corp.example", 3);
    habit(&story, "b@corp.example", 40);
    sign_in(&story, 30 * 24, "a@corp.example", "198.51.100.5", "0", "DE", "a@corp.example", NULL); /* back from leave */
    must_be_calm(&story);
    assert_non_null(find_title(&story, "Dormant Account Used"));
    story.count -= 1;
    sign_in(&story, 30 * 24, "a@corp.example", "203.0.113.9", "0", "NL", "x", NULL);
    const struct found *found =
        must_find(&story, "Dormant Account Used From A New Place After Failures Or With A New Device");
    assert_true(found->value > 27 && found->value < 28);
    story_end(&story);
}

static void test_service(void **unused)
{
    (void)unused;
    struct story story;
    story_begin(&story);
    for (int hour = 0; hour < 120; hour += 4) {
        windows(&story, hour, "4624", "runner", "app1", "10.20.0.5", "5", NULL);
        windows(&story, hour + 1, "4624", "jo", "app2", "10.20.0.6", "3", NULL); /* a person of whom little is logged */
    }
    windows(&story, 130, "4624", "jo", "app2", "10.20.0.6", "10", NULL);
    must_be_calm(&story);
    windows(&story, 130, "4624", "runner", "app1", "127.0.0.1", "2", NULL);
    must_find(&story, "Service Account Used Interactively");
    story.count -= 1;
    windows(&story, 130, "4624", "runner", "app1", "10.9.9.9", "10", NULL);
    assert_string_equal(must_find(&story, "Service Account Used Interactively From Outside Or A New Network")->user,
                        "CORP\\runner");
    story_end(&story);
}

static void test_fan_out(void **unused)
{
    (void)unused;
    struct story story;
    char host[48];
    story_begin(&story);
    for (int day = 0; day < 6; day++) {
        windows(&story, day * 24 + 8, "4624", "jo", "fs1", "10.1.1.7", "3", NULL);
        for (int i = 0; i < 30; i++) /* a backup goes to the same ones each night */
            windows(&story, day * 24 + 1 + i * 0.01, "4624", "svc_backup", N(host, "h%02d", i), "10.20.0.5", "3", NULL);
    }
    for (int i = 0; i < 9; i++) /* one too few */
        windows(&story, 150 + i * 0.05, "4624", "jo", N(host, "h%02d", i), "10.1.1.7", "3", NULL);
    must_be_calm(&story);
    windows(&story, 150.6, "4624", "jo", "h09", "10.1.1.7", "3", NULL);
    assert_true(must_find(&story, "Fan-Out Of An Account")->value == 10);
    story.count -= 10;
    for (int i = 0; i < 12; i++)
        windows(&story, 150 + i * 0.05, "4625", "jo", N(host, "h%02d", i), "10.1.1.7", "3", "0xc000006d");
    must_find(&story, "Fan-Out Of An Account That Often Fails Or By Remote Desktop");
    story_end(&story);
}

static void ntlm(struct story *story, double hours, const char *user, const char *workstation, const char *status)
{
    tell(story, hours, "windows/security", "EventID", "4776", "TargetUserName", user, "Computer", "dc1.corp.example",
         "Workstation", workstation, "Status", status, NULL);
}

static void test_workstation(void **unused)
{
    (void)unused;
    struct story story;
    char name[48];
    story_begin(&story);
    for (int i = 0; i < 20; i++)
        ntlm(&story, i, "jo", N(name, "PC-%03d", i % 5), "0x0");
    ntlm(&story, 100, "jo", "PC-077", "0x0"); /* a new one of the house */
    must_be_calm(&story);
    assert_null(find_title(&story, "Unknown Workstation Name"));
    ntlm(&story, 101, "jo", "DESKTOP-8F2KQ", "0x0");
    must_be_calm(&story);
    assert_non_null(find_title(&story, "Unknown Workstation Name"));
    ntlm(&story, 101, "al", "DESKTOP-8F2KQ", "0x0");
    ntlm(&story, 101, "bo", "DESKTOP-8F2KQ", "0x0");
    must_find(&story, "Unknown Workstation With Several Accounts Or A Privileged One");
    ntlm(&story, 102, "jo", "kali", "0xc000006a");
    ntlm(&story, 102.1, "jo", "kali", "0x0");
    must_find(&story, "Workstation Called Like An Attacker's System");
    story_end(&story);
}

static void test_many_accounts(void **unused)
{
    (void)unused;
    struct story story;
    char name[48];
    story_begin(&story);
    people(&story, 30, 8);
    for (int i = 0; i < 5; i++) /* one too few */
        sign_in(&story, 200 + i * 0.1, N(name, "p%03d@corp.example", i), "203.0.113.9", "0", "DE", NULL, NULL);
    must_be_calm(&story);
    sign_in(&story, 200.6, "p025@corp.example", "203.0.113.9", "0", "DE", "p025@corp.example", NULL);
    must_be_calm(&story); /* a device that is known to be its own */
    assert_non_null(find_title(&story, "Many Accounts From One Source"));
    sign_in(&story, 200.7, "p026@corp.example", "203.0.113.9", "0", "DE", "x", NULL);
    assert_true(must_find(&story, "Many Accounts From One Unusual Source")->value == 7);
    story_end(&story);
}

/* --- Kerberos ------------------------------------------------------------------------------------------------- */

static void test_kerberoasting(void **unused)
{
    (void)unused;
    struct story story;
    char name[48];
    story_begin(&story);
    for (int day = 0; day < 6; day++) {
        ticket(&story, day * 24 + 8, "jo@CORP.EXAMPLE", "websvc", "0x12");
        ticket(&story, day * 24 + 8.1, "jo@CORP.EXAMPLE", "FS1$", "0x12");
        for (int i = 0; i < 12; i++) /* an inventory asks for all of them each day */
            ticket(&story, day * 24 + 3 + i * 0.001, "inventory@CORP.EXAMPLE", N(name, "s%02d", i), "0x12");
    }
    for (int i = 0; i < 7; i++) /* one too few */
        ticket(&story, 150 + i * 0.01, "jo@CORP.EXAMPLE", N(name, "s%02d", i), "0x12");
    for (int i = 0; i < 20; i++) /* computers are no services */
        ticket(&story, 150.1, "jo@CORP.EXAMPLE", N(name, "PC%02d$", i), "0x12");
    story_run(&story, 1000, 0);
    assert_null(find_title(&story, "Kerberoasting"));
    ticket(&story, 150.08, "jo@CORP.EXAMPLE", "s07", "0x12");
    const struct found *found = must_find(&story, "Kerberoasting");
    assert_true(found->value == 8);
    assert_string_equal(found->source, "10.1.1.7");
    for (int i = 0; i < 5; i++)
        ticket(&story, 200 + i * 0.001, "bo@CORP.EXAMPLE", N(name, "s%02d", i), "0x17");
    assert_string_equal(must_find(&story, "Kerberoasting With RC4 Or Of Very Many Services")->user, "bo@CORP.EXAMPLE");
    story_end(&story);
}

static void bare_login(struct story *story, double hours, const char *user, const char *address)
{
    tell(story, hours, "windows/security", "EventID", "4768", "TargetUserName", user, "TargetDomainName", "CORP",
         "Computer", "dc1.corp.example", "IpAddress", address, "ServiceName", "krbtgt", "TicketEncryptionType", "0x17",
         "PreAuthType", "0", "Status", "0x0", NULL);
}

static void test_as_rep(void **unused)
{
    (void)unused;
    struct story story;
    story_begin(&story);
    for (int day = 0; day < 4; day++) /* an old system's habit */
        bare_login(&story, day * 24, "oldsys", "10.20.0.9");
    must_be_calm(&story);
    bare_login(&story, 100, "oldsys", "10.1.1.66");
    must_find(&story, "AS-REP Roasting Of An Account");
    bare_login(&story, 100.1, "other", "10.1.1.66");
    const struct found *found = must_find(&story, "AS-REP Roasting Of Several Accounts");
    assert_true(found->value == 2);
    assert_string_equal(found->source, "10.1.1.66");
    story_end(&story);
}

/* --- forms of other logs -------------------------------------------------------------------------------------- */

static void test_forms(void **unused)
{
    (void)unused;
    struct story story;
    char user[48];
    story_begin(&story);
    for (int i = 0; i < 12; i++) {
        N(user, "u%d", i);
        tell(&story, i * 0.01, "linux/sshd", "event", "login", "outcome", "failure", "user", user, "src_ip",
             "203.0.113.1", "hostname", "web1", "message", "Failed password for x", NULL);
        tell(&story, i * 0.01, "fortios/sslvpnd", "action", "ssl-login-fail", "user", user, "src_ip", "203.0.113.2",
             NULL);
        tell(&story, i * 0.01, "firewall/asa", "event", "login", "outcome", "failure", "user", user, "src_ip",
             "203.0.113.3", "cisco_mnemonic", "113005", NULL);
        tell(&story, i * 0.01, "paloalto/globalprotect", "event_id", "gateway-auth", "status", "failure", "user", user,
             "src_ip", "203.0.113.4", NULL);
        char text[160];
        tell(&story, i * 0.01, "linux/syslog/netscaler", "message",
             N(text, "AAA LOGIN_FAILED 1 0 :  User %s - Client_ip 203.0.113.5 - F", user), NULL);
        tell(&story, i * 0.01, "linux/syslog/ivanti", "message",
             N(text, "x - ive - [203.0.113.6] %s(Users)[] - Login failed using auth", user), NULL);
        tell(&story, i * 0.01, "aws/cloudtrail", "eventName", "ConsoleLogin", "responseElements.ConsoleLogin",
             "Failure", "userIdentity.userName", user, "sourceIPAddress", "203.0.113.7", NULL);
        tell(&story, i * 0.01, "paloalto/system", "event_id", "globalprotectgateway-auth-fail", "description",
             N(text, "Login from: 203.0.113.10, User name: %s.", user), NULL);
        N(user, "u%d@corp.example", i);
        tell(&story, i * 0.01, "okta/okta", "eventType", "user.session.start", "outcome.result", "FAILURE",
             "actor.alternateId", user, "client.ipAddress", "203.0.113.8", NULL);
        tell(&story, i * 0.01, "m365/audit", "Operation", "UserLoginFailed", "UserId", user, "ClientIP",
             "203.0.113.9:4711", NULL);
        tell(&story, i * 0.01, "azure/signinlogs/diagnostic", "properties.userPrincipalName", user, "callerIpAddress",
             "203.0.113.11", "resultType", "50126", NULL);
        windows(&story, i * 0.01, "4771", user, "dc1.corp.example", "::ffff:203.0.113.12", NULL, "0x18");
    }
    story_run(&story, 1000, 0);
    for (int source = 1; source <= 12; source++) {
        char address[48];
        N(address, "203.0.113.%d", source);
        size_t found = 0;
        for (size_t i = 0; i < story.found_count; i++)
            found += strcmp(story.found[i].source, address) == 0 && story.found[i].value == 12;
        if (found != 1)
            print_message("  of %s: %zu\n", address, found);
        assert_int_equal(found, 1);
    }
    story_end(&story);
}

/* --- budget, failures, pieces --------------------------------------------------------------------------------- */

static void tell_all(struct story *story)
{
    char name[48];
    people(story, 30, 20);
    for (int i = 0; i < 25; i++)
        sign_in(story, 500 + i * 0.1, N(name, "p%03d@corp.example", i), "203.0.113.9", "50126", "NL", NULL, NULL);
    sign_in(story, 503, "p028@corp.example", "203.0.113.9", "0", "BR", "x", NULL);
}

static void test_pieces(void **unused)
{
    (void)unused;
    struct story story;
    story_begin(&story);
    tell_all(&story);
    story_run(&story, 100000, 0);
    struct found *first = sw_alloc(story.found_count, sizeof *first);
    size_t count = story.found_count;
    memcpy(first, story.found, count * sizeof *first);
    assert_true(count > 1);
    static const size_t slices[] = {1, 7, 1000};
    for (size_t k = 0; k < 3; k++) {
        story_run(&story, slices[k], 0);
        assert_int_equal(story.found_count, count);
        for (size_t i = 0; i < count; i++) {
            assert_string_equal(story.found[i].title, first[i].title);
            assert_string_equal(story.found[i].why, first[i].why);
        }
    }
    sw_free(first);
    story_end(&story);
}

/* Names without end, in a budget that holds a hundredth of them: counted, and the spraying is found. */
static void test_budget(void **unused)
{
    (void)unused;
    struct story story;
    char name[48];
    story_begin(&story);
    tell_all(&story);
    for (int i = 0; i < 40000; i++)
        sign_in(&story, 510 + i * 0.0001, N(name, "leak%05d@corp.example", i), "192.0.2.44", "50034", "DE", NULL, NULL);
    story_run(&story, 1000, (size_t)4 << 20);
    assert_int_equal(story.rc, 0);
    assert_true(story.stats.evicted > 0 && story.stats.evicted_keys > 0);
    assert_true(story.stats.held <= (size_t)5 << 20);
    assert_non_null(find_title(&story, "Password Spraying With A Success"));
    const struct found *names = find_title(&story, "Many Account Names Tried From One Source");
    assert_non_null(names);
    assert_non_null(strstr(names->why, "given up for want of memory"));
    story_run(&story, 1000, 1); /* next to nothing */
    assert_int_equal(story.rc, 0);
    story_end(&story);
}

/* One account has most of the records: the others' findings stay. */
static void test_busy_key(void **unused)
{
    (void)unused;
    struct story story;
    char host[48];
    story_begin(&story);
    tell_all(&story);
    for (int i = 0; i < 50000; i++)
        windows(&story, i * 0.01, "4624", "svc_monitor", N(host, "h%04d", i % 2000), "10.20.0.6", "3", NULL);
    story_run(&story, 1000, (size_t)4 << 20);
    assert_int_equal(story.rc, 0);
    assert_non_null(find_title(&story, "Password Spraying With A Success"));
    assert_non_null(find_title(&story, "Login That Is New In Almost Every Way"));
    story_end(&story);
}

static void test_no_memory(void **unused)
{
    (void)unused;
    struct story story;
    story_begin(&story);
    habit(&story, "a@corp.example", 8);
    for (int i = 0; i < 12; i++)
        sign_in(&story, 200 + i * 0.01, "a@corp.example", "203.0.113.9", "50126", "DE", NULL, NULL);
    sign_in(&story, 200.2, "a@corp.example", "203.0.113.9", "0", "DE", NULL, NULL);
    bare_login(&story, 300, "oldsys", "10.1.1.66");
    ntlm(&story, 400, "jo", "kali", "0x0");
    story_run(&story, 1000, 0);
    size_t all = story.found_count;
    uint64_t n = 1;
    for (; n < 100000; n++) {
        sw_mem_fail_after(n);
        story_run(&story, 1000, 0);
        sw_mem_fail_after(0);
        if (story.rc == 0 && story.found_count == all)
            break;
    }
    assert_true(n > 20 && n < 100000);
    story_end(&story);
}

/* Nonsense in every field. */
static void test_hostile(void **unused)
{
    (void)unused;
    struct story story;
    static const char *const values[] = {"",   "-",    "\xff\xfe", "@",     "\\",   "999999999999999999999999",
                                         "::", "[",    "|||",      "user@", "\\\\", "-1",
                                         "0x", "a|b|c"};
    static const char *const classes[] = {"windows/security",    "linux/sshd", "azure/signinlogs", "okta/okta",
                                          "linux/syslog/ivanti", "m365/audit", "fortios/sslvpnd",  "paloalto/system"};
    story_begin(&story);
    for (size_t c = 0; c < 8; c++)
        for (size_t i = 0; i < 14; i++)
            for (size_t k = 0; k < 14; k++) {
                tell(&story, (double)i, classes[c], "EventID", k % 2 ? "4624" : "4769", "TargetUserName", values[i],
                     "IpAddress", values[k], "LogonType", "3", "ServiceName", values[k], "event", "login", "outcome",
                     "success", "user", values[i], "src_ip", values[k], "userPrincipalName", values[i], "ipAddress",
                     values[k], "status.errorCode", "0", "location.countryOrRegion", values[k], "actor.alternateId",
                     values[i], NULL);
                tell(&story, (double)i, classes[c], "eventType", "user.session.start", "outcome.result", "SUCCESS",
                     "actor.alternateId", "a@b", "client.ipAddress", values[k], "message", values[i], "Operation",
                     "UserLoggedIn", "UserId", "a@b", "ClientIP", values[k], "client.geographicalContext.country",
                     values[i], NULL);
            }
    story_run(&story, 10, 0);
    assert_int_equal(story.rc, 0);
    story_end(&story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_spraying),
        cmocka_unit_test(test_stuffing),
        cmocka_unit_test(test_spraying_miss),
        cmocka_unit_test(test_spread),
        cmocka_unit_test(test_brute_force),
        cmocka_unit_test(test_brute_force_miss),
        cmocka_unit_test(test_unusual),
        cmocka_unit_test(test_unusual_miss),
        cmocka_unit_test(test_unusual_young),
        cmocka_unit_test(test_travel),
        cmocka_unit_test(test_session),
        cmocka_unit_test(test_fatigue),
        cmocka_unit_test(test_fatigue_miss),
        cmocka_unit_test(test_method),
        cmocka_unit_test(test_dormant),
        cmocka_unit_test(test_service),
        cmocka_unit_test(test_fan_out),
        cmocka_unit_test(test_workstation),
        cmocka_unit_test(test_many_accounts),
        cmocka_unit_test(test_kerberoasting),
        cmocka_unit_test(test_as_rep),
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_budget),
        cmocka_unit_test(test_busy_key),
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_hostile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
