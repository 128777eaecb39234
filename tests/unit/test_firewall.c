/* test_firewall.c - what firewalls and network devices write: Cisco, FortiOS, PAN-OS, pfSense, CEF, LEEF. */
#include "decode_run.h"

extern const struct sw_decoder sw_decoder_syslog;
extern const struct sw_decoder sw_decoder_cef;
extern const struct sw_decoder sw_decoder_leef;
extern const struct sw_decoder sw_decoder_fortinet;
extern const struct sw_decoder sw_decoder_paloalto;

static void one(struct run *run, const struct sw_decoder *decoder, const char *line)
{
    run_text(run, decoder, line);
    assert_int_equal(run->events, 1);
}

static void assert_class(const struct run *run, const char *name)
{
    const char *space = strchr(run->out.data, ' ');
    assert_non_null(space);
    size_t len = strcspn(space + 1, "|");
    if (len != strlen(name) || memcmp(space + 1, name, len) != 0)
        print_error("class is %.*s, not %s\n", (int)len, space + 1, name);
    assert_int_equal(len, strlen(name));
    assert_memory_equal(space + 1, name, len);
}

static void flow(const struct run *run, const char *src, const char *sport, const char *dst, const char *dport)
{
    assert_field(run, 0, "src_ip", src);
    assert_field(run, 0, "src_port", sport);
    assert_field(run, 0, "dst_ip", dst);
    assert_field(run, 0, "dst_port", dport);
}

static void test_asa(void **state)
{
    (void)state;
    struct run run;
    one(&run, &sw_decoder_syslog,
        "Apr 15 2021 12:00:00 fw01 : %ASA-4-106023: Deny tcp src outside:10.1.1.1/123 dst inside:10.2.2.2/80 by "
        "access-group \"out_in\" [0x0, 0x0]\n");
    assert_class(&run, "firewall/asa");
    flow(&run, "10.1.1.1", "123", "10.2.2.2", "80");
    assert_field(&run, 0, "protocol", "tcp");
    assert_field(&run, 0, "rule", "out_in");
    assert_field(&run, 0, "interface_in", "outside");
    assert_field(&run, 0, "action", "deny");
    assert_field(&run, 0, "blocked", "true");
    assert_field(&run, 0, "cisco_mnemonic", "106023");
    assert_field(&run, 0, "severity", "warning");
    run_free(&run);
    one(&run, &sw_decoder_syslog,
        "<166>Apr 15 12:00:00 fw01 %ASA-6-302013: Built outbound TCP connection 77 for outside:10.9.9.9/443 "
        "(10.9.9.9/443) "
        "to inside:192.168.1.5/50000 (10.0.0.1/50000)\n");
    flow(&run, "192.168.1.5", "50000", "10.9.9.9", "443");
    assert_field(&run, 0, "blocked", "false");
    run_free(&run);
    one(&run, &sw_decoder_syslog,
        "Apr 15 12:00:00 10.0.0.1 Apr 15 2021 12:00:00 fw01 : %ASA-6-302014: Teardown TCP connection 77 for "
        "outside:fe80::1/443 to inside:192.168.1.5/50000 duration 0:00:30 bytes 1234 TCP FINs\n");
    flow(&run, "fe80::1", "443", "192.168.1.5", "50000");
    assert_field(&run, 0, "bytes", "1234");
    assert_no_field(&run, 0, "blocked");
    run_free(&run);
    one(&run, &sw_decoder_syslog,
        "Apr 15 12:00:00 fw01 %ASA-6-106100: access-list acl permitted tcp inside/10.1.1.1(1234) -> "
        "outside/10.3.3.3(23) "
        "hit-cnt 1 first hit [0x0, 0x0]\n");
    flow(&run, "10.1.1.1", "1234", "10.3.3.3", "23");
    assert_field(&run, 0, "action", "permitted");
    assert_field(&run, 0, "blocked", "false");
    run_free(&run);
    one(&run, &sw_decoder_syslog, "Apr 15 12:00:00 fw01 %ASA-5-111010: User 'admin', running 'CLI' from IP 10.0.0.9, "
                                  "executed 'no logging enable'\n");
    assert_field(&run, 0, "user", "admin");
    assert_field(&run, 0, "command", "no logging enable");
    run_free(&run);
    one(&run, &sw_decoder_syslog, "Apr 15 12:00:00 fw01 %ASA-6-113005: AAA user authentication Rejected : reason = AAA "
                                  "failure : server = 10.1.1.1 : user = bob : user IP = 10.7.7.7\n");
    assert_field(&run, 0, "user", "bob");
    assert_field(&run, 0, "outcome", "failure");
    assert_field(&run, 0, "src_ip", "10.7.7.7");
    run_free(&run);
    one(&run, &sw_decoder_syslog, "Apr 15 12:00:00 fw01 %FTD-1-430003: EventPriority: Low, "
                                  "AccessControlRuleAction: Block, "
                                  "SrcIP: 10.1.1.1, DstIP: 10.2.2.2, SrcPort: 5, DstPort: 23, Protocol: tcp, "
                                  "User: No\n");
    flow(&run, "10.1.1.1", "5", "10.2.2.2", "23");
    assert_field(&run, 0, "blocked", "true");
    run_free(&run);
}

static void test_cisco(void **state)
{
    (void)state;
    struct run run;
    one(&run, &sw_decoder_syslog, "<189>29: *Apr 15 12:00:00.123: %SYS-5-CONFIG_I: Configured from console by admin on "
                                  "vty0 (10.0.0.1)\n");
    assert_class(&run, "cisco/syslog");
    assert_field(&run, 0, "cisco_facility", "SYS");
    assert_field(&run, 0, "cisco_mnemonic", "CONFIG_I");
    assert_field(&run, 0, "user", "admin");
    assert_field(&run, 0, "src_ip", "10.0.0.1");
    assert_field(&run, 0, "severity", "notice");
    run_free(&run);
    one(&run, &sw_decoder_syslog, "Apr 15 12:00:01 10.1.1.1 30: *Apr 15 12:00:00.123: %PARSER-5-CFGLOG_LOGGEDCMD: "
                                  "User:admin  logged command:no logging\n");
    assert_class(&run, "cisco/aaa");
    assert_field(&run, 0, "command", "no logging");
    run_free(&run);
    one(&run, &sw_decoder_syslog, "Apr 15 12:00:01 r1 31: %TCP-6-BADAUTH: No MD5 digest from 10.0.0.2(179) to "
                                  "10.0.0.1(11000)\n");
    assert_class(&run, "cisco/bgp");
    flow(&run, "10.0.0.2", "179", "10.0.0.1", "11000");
    run_free(&run);
    one(&run, &sw_decoder_syslog, "Apr 15 12:00:01 r1 32: %SEC-6-IPACCESSLOGP: list 101 denied tcp 10.0.0.1(1234) -> "
                                  "10.0.0.2(80), 1 packet\n");
    flow(&run, "10.0.0.1", "1234", "10.0.0.2", "80");
    assert_field(&run, 0, "blocked", "true");
    run_free(&run);
    one(&run, &sw_decoder_syslog, "Nov  7 2013 00:08:11 HW1 %%01BGP/3/BGP_AUTH_FAILED(l)[0]:BGP session authentication "
                                  "failed. (PeerAddress=10.1.1.2:179)\n");
    assert_class(&run, "huawei/bgp");
    assert_field(&run, 0, "mnemonic", "BGP_AUTH_FAILED");
    run_free(&run);
    one(&run, &sw_decoder_syslog, "Nov  7 00:08:11 mx1 /kernel: tcp_auth_ok: Packet from 10.1.1.2:179 missing MD5 "
                                  "digest\n");
    assert_class(&run, "juniper/bgp");
    run_free(&run);
}

static void test_fortinet(void **state)
{
    (void)state;
    struct run run;
    one(&run, &sw_decoder_fortinet,
        "date=2019-05-10 time=11:37:47 logid=\"0000000013\" type=\"traffic\" subtype=\"forward\" level=\"notice\" "
        "vd=\"v1\" eventtime=1557513467369913239 srcip=10.1.100.11 srcport=58012 srcintf=\"port12\" dstip=10.2.2.2 "
        "dstport=23 dstintf=\"port11\" policyid=1 action=\"close\" proto=6 devname=\"FG \\\"A\\\"\" sentbyte=10 "
        "rcvdbyte=20\n");
    assert_class(&run, "firewall/fortigate");
    assert_time(&run, 0, "2019-05-10T18:37:47.369913239Z");
    flow(&run, "10.1.100.11", "58012", "10.2.2.2", "23");
    assert_field(&run, 0, "action", "close");
    assert_field(&run, 0, "blocked", "false");
    assert_field(&run, 0, "protocol", "tcp");
    assert_field(&run, 0, "hostname", "FG \"A\"");
    assert_field(&run, 0, "bytes_received", "20");
    run_free(&run);
    one(&run, &sw_decoder_syslog,
        "<189>date=2024-01-02 time=03:04:05 tz=\"+0100\" devname=\"FG1\" logid=\"0100044547\" type=\"event\" "
        "subtype=\"system\" user=\"admin\" cfgpath=\"system.admin\" action=\"Add\" msg=\"Add system.admin eve\"\n");
    assert_class(&run, "fortigate/event");
    assert_time(&run, 0, "2024-01-02T02:04:05Z");
    assert_field(&run, 0, "cfgpath", "system.admin");
    assert_field(&run, 0, "action", "Add");
    run_free(&run);
}

static void test_paloalto(void **state)
{
    (void)state;
    struct run run;
    one(&run, &sw_decoder_paloalto,
        "1,2021/04/27 10:00:00,0018010,TRAFFIC,end,2305,2021/04/27 09:59:58,10.1.1.1,10.2.2.2,0.0.0.0,0.0.0.0,\"a "
        "\"\"b\"\", c\","
        "corp\\eve,,ssl,vsys1,trust,untrust,eth1/1,eth1/2,log,x,1234,1,50000,443,0,0,0x0,tcp,allow,100,60,40,5,"
        "2021/04/27 09:59:00,30,any,0,1,0x0,10.0.0.0-10.255.255.255,US,0,3,2,tcp-fin,0,0,0,0,,PA-1,from-policy\n");
    assert_class(&run, "firewall/paloalto");
    assert_time(&run, 0, "2021-04-27T09:59:58Z");
    flow(&run, "10.1.1.1", "50000", "10.2.2.2", "443");
    assert_field(&run, 0, "rule", "a \"b\", c");
    assert_field(&run, 0, "src_user", "corp\\eve");
    assert_field(&run, 0, "blocked", "false");
    assert_field(&run, 0, "bytes_sent", "60");
    assert_field(&run, 0, "duration", "30");
    assert_field(&run, 0, "session_end_reason", "tcp-fin");
    assert_field(&run, 0, "hostname", "PA-1");
    run_free(&run);
    one(&run, &sw_decoder_syslog,
        "<14>Apr 27 10:00:00 PA-1 1,2021/04/27 10:00:00,0018010,SYSTEM,auth,0,2021/04/27 "
        "10:00:00,,auth-fail,,0,0,general,"
        "medium,\"failed authentication for user 'eve'. From: 10.1.1.1.\",1,0x0\n");
    assert_class(&run, "paloalto/system");
    assert_field(&run, 0, "event_id", "auth-fail");
    assert_field(&run, 0, "description", "failed authentication for user 'eve'. From: 10.1.1.1.");
    run_free(&run);
}

static void test_pfsense(void **state)
{
    (void)state;
    struct run run;
    one(&run, &sw_decoder_syslog,
        "Sep 30 14:35:50 pfSense filterlog: 53,,,1000102631,em0,match,block,in,4,0x0,,64,892,0,none,6,tcp,44,10.0.2.2,"
        "10.0.2.15,59576,22,0,S,17536001,,65535,,mss\n");
    assert_class(&run, "firewall/pfsense");
    flow(&run, "10.0.2.2", "59576", "10.0.2.15", "22");
    assert_field(&run, 0, "action", "block");
    assert_field(&run, 0, "blocked", "true");
    assert_field(&run, 0, "tcp_flags", "S");
    run_free(&run);
    one(&run, &sw_decoder_syslog,
        "<134>1 2025-11-06T11:42:14.270789+00:00 fw.lan filterlog 92653 - - "
        "621,,,1644,vtnet0,match,pass,in,6,0x00,0x07c63,"
        "64,TCP,6,44,fdfd:ace::69,fdfd:ace:5::6,65382,443,0,S,1927530165,,0,,mss\n");
    flow(&run, "fdfd:ace::69", "65382", "fdfd:ace:5::6", "443");
    assert_field(&run, 0, "blocked", "false");
    run_free(&run);
}

static void test_cef(void **state)
{
    (void)state;
    struct run run;
    one(&run, &sw_decoder_cef,
        "CEF:0|Acme\\|Co|Wall|1.0|100|Port \\\\ scan|7|rt=1424252535000 src=10.1.1.1 spt=5 dst=10.2.2.2 dpt=80 "
        "act=Blocked "
        "request=http://x/?a=b&c=d msg=line one\\nline \\= two cs1Label=Policy name cs1=Default deny\n");
    assert_class(&run, "firewall");
    assert_time(&run, 0, "2015-02-18T09:42:15Z");
    flow(&run, "10.1.1.1", "5", "10.2.2.2", "80");
    assert_field(&run, 0, "deviceVendor", "Acme");
    assert_field(&run, 0, "deviceEventClassId", "100");
    assert_field(&run, 0, "name", "Port \\ scan");
    assert_field(&run, 0, "src", "10.1.1.1");
    assert_field(&run, 0, "blocked", "true");
    assert_field(&run, 0, "request", "http://x/?a=b&c=d");
    assert_field(&run, 0, "cs1Label", "Policy name");
    assert_field(&run, 0, "cs1", "Default deny");
    run_free(&run);
    one(&run, &sw_decoder_syslog, "Oct 26 20:01:31 host1 CEF:0|V|P|1|2|N|3|duser=bob outcome=failure\n");
    assert_class(&run, "cef");
    assert_field(&run, 0, "user", "bob");
    assert_field(&run, 0, "outcome", "failure");
    assert_field(&run, 0, "hostname", "host1");
    run_free(&run);
    /* The receipt's time before the start's, wherever they stand; a time without a zone is told. */
    one(&run, &sw_decoder_cef, "CEF:0|V|P|1|2|N|3|start=1424252535000 rt=Feb 18 2015 10:42:15 UTC\n");
    assert_time(&run, 0, "2015-02-18T10:42:15Z");
    assert_int_equal(run.stats.note_count, 0);
    run_free(&run);
    one(&run, &sw_decoder_cef, "CEF:0|V|P|1|2|N|3|start=Feb 18 2015 10:42:15\n");
    assert_time(&run, 0, "2015-02-18T10:42:15Z");
    assert_string_equal(run.stats.notes[0].text, "no zone given, UTC assumed");
    run_free(&run);
    run_text(&run, &sw_decoder_cef, "CEF:0|V|P|1\nCEF:0|V|P|1|2|N|3|\n");
    assert_int_equal(run.events, 1);
    assert_int_equal(run.stats.rejected, 1);
    run_free(&run);
}

static void test_leef(void **state)
{
    (void)state;
    struct run run;
    one(&run, &sw_decoder_leef, "LEEF:1.0|V|P|4.0|41|src=10.0.1.8\tdst=10.0.0.5\tsev=5\tdstPort=22\tusrName=joe "
                                "black\n");
    assert_field(&run, 0, "src_ip", "10.0.1.8");
    assert_field(&run, 0, "user", "joe black");
    assert_field(&run, 0, "eventId", "41");
    run_free(&run);
    one(&run, &sw_decoder_leef,
        "LEEF:2.0|V|P|4.0|41|x5E|devTime=2024-01-02T03:04:05Z^src=10.0.1.8^url=http://a/?b=c^action=allow\n");
    assert_time(&run, 0, "2024-01-02T03:04:05Z");
    assert_field(&run, 0, "url", "http://a/?b=c");
    assert_field(&run, 0, "blocked", "false");
    run_free(&run);
    one(&run, &sw_decoder_leef, "LEEF:2.0|V|P|4.0|41|^|a=1^b=2\n");
    assert_field(&run, 0, "b", "2");
    run_free(&run);
    one(&run, &sw_decoder_syslog, "Oct 26 20:01:31 h LEEF:1.0|V|P|4|41|src=10.0.1.8 usrName=joe black sev=5\n");
    assert_field(&run, 0, "user", "joe black");
    run_free(&run);
}

static const char cef_lines[] = "CEF:0|Acme|Wall|1.0|100|Port \\| scan|7|src=10.1.1.1 msg=a\\=b c=d e act=deny\n"
                                "CEF:0|Acme|Wall|1.0|100|x|7|\nbroken\n";
static const char leef_lines[] = "LEEF:2.0|V|P|4.0|41|x5E|devTime=2024-01-02T03:04:05Z^src=10.0.1.8^url=http://a/?b=c\n"
                                 "LEEF:1.0|V|P|4.0|41|src=10.0.1.8\tdst=10.0.0.5\n";
static const char fortinet_lines[] = "date=2019-05-10 time=11:37:47 logid=\"1\" type=\"traffic\" a=\"x \\\" y\" b= c\n"
                                     "logid=1 type=event msg=\"unclosed\n";
static const char paloalto_lines[] =
    "1,2021/04/27 10:00:00,0018010,TRAFFIC,end,2305,2021/04/27 09:59:58,10.1.1.1,10.2.2.2,,,\"a \"\"b\"\"\",e\n"
    "1,2021/04/27 10:00:00,0018010,SYSTEM,auth,0,2021/04/27 10:00:00,,auth-fail,,0,0,general,medium,\"x\",1,0x0\n";
static const char device_lines[] =
    "<189>29: *Apr 15 12:00:00.123: %SYS-5-CONFIG_I: Configured from console by admin on vty0 (10.0.0.1)\n"
    "Apr 15 12:00:00 fw01 %ASA-6-106100: access-list acl permitted tcp in/10.1.1.1(1234) -> out/10.3.3.3(23) "
    "hit-cnt 1 x\n"
    "Sep 30 14:35:50 p filterlog: "
    "53,,,1,em0,match,block,in,4,0x0,,64,892,0,none,6,tcp,44,10.0.2.2,10.0.2.15,5,22,0,S\n";

static void test_properties(void **state)
{
    (void)state;
    static const struct {
        const struct sw_decoder *decoder;
        const char *text;
        size_t len;
    } all[] = {{&sw_decoder_cef, cef_lines, sizeof cef_lines - 1},
               {&sw_decoder_leef, leef_lines, sizeof leef_lines - 1},
               {&sw_decoder_fortinet, fortinet_lines, sizeof fortinet_lines - 1},
               {&sw_decoder_paloalto, paloalto_lines, sizeof paloalto_lines - 1},
               {&sw_decoder_syslog, device_lines, sizeof device_lines - 1}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        assert_cuts_dont_matter(all[i].decoder, all[i].text, all[i].len);
        assert_survives(all[i].decoder, all[i].text, all[i].len);
    }
}

static void test_sniff(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *name;
    } all[] = {{cef_lines, "cef"}, {leef_lines, "leef"}, {fortinet_lines, "fortinet"}, {paloalto_lines, "paloalto"},
               {device_lines, "syslog"}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        struct sw_sniff sniff = {.head = sw_str(all[i].text), .complete = true, .path = SW_STR("")};
        assert_string_equal(sw_decoder_sniff(&sniff, NULL)->name, all[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_asa),      cmocka_unit_test(test_cisco),   cmocka_unit_test(test_fortinet),
        cmocka_unit_test(test_paloalto), cmocka_unit_test(test_pfsense), cmocka_unit_test(test_cef),
        cmocka_unit_test(test_leef),     cmocka_unit_test(test_properties), cmocka_unit_test(test_sniff),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
