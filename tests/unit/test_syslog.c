/* test_syslog.c - envelopes of every form, and the messages of the programs that matter for detection. */
#include "decode_run.h"

extern const struct sw_decoder sw_decoder_syslog;

static void one(struct run *run, const char *line)
{
    run_text(run, &sw_decoder_syslog, line);
    assert_int_equal(run->events, 1);
}

static bool has_note(const struct run *run, const char *note)
{
    for (size_t i = 0; i < run->stats.note_count; i++)
        if (strcmp(run->stats.notes[i].text, note) == 0)
            return true;
    return false;
}

/* --- envelopes -------------------------------------------------------------------------------------------------- */

static void test_bsd(void **state)
{
    (void)state;
    struct run run;
    one(&run, "<38>Feb 12 14:10:21 web1 sshd[16378]: hello there\n");
    assert_time(&run, 0, "2024-02-12T14:10:21Z");
    assert_field(&run, 0, "hostname", "web1");
    assert_field(&run, 0, "program", "sshd");
    assert_field(&run, 0, "pid", "16378");
    assert_field(&run, 0, "facility", "auth");
    assert_field(&run, 0, "severity", "info");
    assert_field(&run, 0, "message", "hello there");
    assert_true(has_note(&run, "year inferred from the file's time"));
    assert_true(has_note(&run, "no zone given, UTC assumed"));
    run_free(&run);

    /* Later in the year than the file's time and a day: last year's. */
    one(&run, "Dec 31 23:59:60 web1 app: leap\n");
    assert_time(&run, 0, "2023-12-31T23:59:59Z");
    assert_no_field(&run, 0, "facility");
    assert_no_field(&run, 0, "pid");
    run_free(&run);

    one(&run, "Feb  2 04:05:06 web1 app with no tag\n");
    assert_field(&run, 0, "message", "app with no tag");
    assert_no_field(&run, 0, "program");
    run_free(&run);

    one(&run, "Feb 29 04:05:06 kernel: no host\n");
    assert_field(&run, 0, "program", "kernel");
    assert_no_field(&run, 0, "hostname");
    run_free(&run);
}

static void test_years_and_zones(void **state)
{
    (void)state;
    struct run run;
    one(&run, "Feb 12 2019 14:10:21 fw1 app: year inside\n");
    assert_time(&run, 0, "2019-02-12T14:10:21Z");
    assert_field(&run, 0, "hostname", "fw1");
    assert_false(has_note(&run, "year inferred from the file's time"));
    run_free(&run);
    one(&run, "Feb 12 14:10:21 2018 fw1 app: year behind\n");
    assert_time(&run, 0, "2018-02-12T14:10:21Z");
    assert_field(&run, 0, "hostname", "fw1");
    run_free(&run);
    one(&run, "Feb 12 14:10:21.250 fw1 app: fraction\n");
    assert_time(&run, 0, "2024-02-12T14:10:21.250Z");
    run_free(&run);
    /* --zone +02:00 */
    const char *line = "Feb 12 14:10:21 web1 app: x\n";
    run_pieces(&run, &sw_decoder_syslog, line, strlen(line), 100, 7200);
    assert_time(&run, 0, "2024-02-12T12:10:21Z");
    assert_true(has_note(&run, "no zone given, --zone taken"));
    run_free(&run);
    one(&run, "2023-11-14T00:20:42.738197+01:00 web1 app[12]: iso\n");
    assert_time(&run, 0, "2023-11-13T23:20:42.738197Z");
    assert_field(&run, 0, "program", "app");
    assert_int_equal(run.stats.note_count, 0);
    run_free(&run);
    one(&run, "2021-05-28 18:08:34,399 mantis proftpd[498819] mantis (10.0.0.2[10.0.0.2]): USER seb (Login "
              "failed): Incorrect password\n");
    assert_time(&run, 0, "2021-05-28T18:08:34.399Z");
    assert_field(&run, 0, "pid", "498819");
    assert_field(&run, 0, "user", "seb");
    assert_field(&run, 0, "outcome", "failure");
    run_free(&run);
}

static void test_rfc5424(void **state)
{
    (void)state;
    struct run run;
    one(&run, "<165>1 2003-10-11T22:14:15.003Z host.example.com evntslog 8710 ID47 "
              "[ex@32473 iut=\"3\" eventSource=\"App \\\"x\\\" [a\\]\"][meta sequenceId=\"4\"] \xef\xbb\xbf" "An "
              "event\n");
    assert_time(&run, 0, "2003-10-11T22:14:15.003Z");
    assert_field(&run, 0, "facility", "local4");
    assert_field(&run, 0, "severity", "notice");
    assert_field(&run, 0, "hostname", "host.example.com");
    assert_field(&run, 0, "program", "evntslog");
    assert_field(&run, 0, "pid", "8710");
    assert_field(&run, 0, "msgid", "ID47");
    assert_field(&run, 0, "ex@32473.iut", "3");
    assert_field(&run, 0, "ex@32473.eventSource", "App \"x\" [a]");
    assert_field(&run, 0, "meta.sequenceId", "4");
    assert_field(&run, 0, "message", "An event");
    run_free(&run);
    one(&run, "<34>1 - - - - - -\n");
    assert_no_field(&run, 0, "hostname");
    assert_field(&run, 0, "message", "");
    run_free(&run);
    one(&run, "<34>1 2003-10-11T22:14:15Z h a - - [broken x=\"1 text\n");
    assert_field(&run, 0, "message", "[broken x=\"1 text");
    run_free(&run);
}

static void test_devices(void **state)
{
    (void)state;
    struct run run;
    one(&run, "<189>29: *Apr 15 12:00:00.123: %SYS-5-CONFIG_I: Configured from console by vty0 (10.0.0.1)\n");
    assert_time(&run, 0, "2024-04-15T12:00:00.123Z");
    assert_field(&run, 0, "message", "%SYS-5-CONFIG_I: Configured from console by vty0 (10.0.0.1)");
    assert_no_field(&run, 0, "hostname");
    run_free(&run);
    one(&run, "<189>29: R1: Apr 15 2021 12:00:00 UTC: %SYS-5-CONFIG_I: x\n");
    assert_time(&run, 0, "2021-04-15T12:00:00Z");
    assert_field(&run, 0, "hostname", "R1");
    assert_false(has_note(&run, "no zone given, UTC assumed"));
    run_free(&run);
    one(&run, "<166>Apr 15 2021 12:00:00 fw01 : %ASA-6-302013: Built\n");
    assert_field(&run, 0, "hostname", "fw01");
    assert_field(&run, 0, "message", "%ASA-6-302013: Built");
    run_free(&run);
    one(&run, "<166>Apr 15 2021 12:00:00: %ASA-6-302013: Built\n");
    assert_field(&run, 0, "message", "%ASA-6-302013: Built");
    run_free(&run);
    one(&run, "Oct 11 22:14:15 <auth.info> bsd1 su: ok\n");
    assert_field(&run, 0, "facility", "auth");
    assert_field(&run, 0, "hostname", "bsd1");
    run_free(&run);
    one(&run, "Oct 11 22:14:15 sun1 sshd[7]: [ID 800047 auth.crit] Accepted password for ann from 10.1.1.1 port 5 "
              "ssh2\n");
    assert_field(&run, 0, "msgid", "800047");
    assert_field(&run, 0, "severity", "crit");
    assert_field(&run, 0, "user", "ann");
    run_free(&run);
    one(&run, "Thu Jan 14 12:00:00 2021 daemon.info dnsmasq[123]: query[A] example.org from 10.0.0.9\n");
    assert_field(&run, 0, "program", "dnsmasq");
    assert_field(&run, 0, "facility", "daemon");
    assert_field(&run, 0, "query", "example.org");
    run_free(&run);
}

static void test_no_envelope(void **state)
{
    (void)state;
    struct run run;
    one(&run, "\tat com.example.Main(Main.java:12)\n");
    assert_field(&run, 0, "message", "\tat com.example.Main(Main.java:12)");
    assert_true(has_note(&run, "line without a time"));
    run_free(&run);
    one(&run, "<13>only a priority\n");
    assert_field(&run, 0, "facility", "user");
    assert_field(&run, 0, "message", "only a priority");
    run_free(&run);
    one(&run, "<999>not a priority\n");
    assert_field(&run, 0, "message", "<999>not a priority");
    run_free(&run);
    static const char zeros[] = "\0\0\0\0\0\0\n\0\0\0Feb 12 14:10:21 web1 app: after a crash\n";
    run_pieces(&run, &sw_decoder_syslog, zeros, sizeof zeros - 1, 4096, 0);
    assert_int_equal(run.stats.rejected, 1);
    assert_int_equal(run.events, 1);
    assert_field(&run, 0, "message", "after a crash");
    run_free(&run);
}

/* --- programs --------------------------------------------------------------------------------------------------- */

static void test_sshd(void **state)
{
    (void)state;
    struct run run;
    one(&run, "Sep  6 09:57:21 h sshd[581]: Accepted publickey for vagrant from 10.0.0.5 port 56296 ssh2: RSA "
              "SHA256:1M4Rzh\n");
    assert_field(&run, 0, "event", "login");
    assert_field(&run, 0, "outcome", "success");
    assert_field(&run, 0, "user", "vagrant");
    assert_field(&run, 0, "src_ip", "10.0.0.5");
    assert_field(&run, 0, "src_port", "56296");
    assert_field(&run, 0, "auth_method", "publickey");
    assert_field(&run, 0, "key_fingerprint", "SHA256:1M4Rzh");
    run_free(&run);
    /* A user name made to look like the rest of the line: what sshd wrote last counts. */
    one(&run, "Sep  6 09:57:21 h sshd[581]: Failed password for invalid user a from 1.1.1.1 port 2 ssh2 from "
              "10.9.9.9 port 333 ssh2\n");
    assert_field(&run, 0, "user", "a from 1.1.1.1 port 2 ssh2");
    assert_field(&run, 0, "src_ip", "10.9.9.9");
    assert_field(&run, 0, "src_port", "333");
    run_free(&run);
    one(&run, "Sep  6 09:57:21 h sshd[581]: Failed none for invalid user  from 10.9.9.9 port 333 ssh2\n");
    assert_field(&run, 0, "src_ip", "10.9.9.9");
    assert_no_field(&run, 0, "user");
    run_free(&run);
    one(&run, "Sep  6 09:57:21 h sshd[581]: error: maximum authentication attempts exceeded for root from "
              "::ffff:10.2.3.4 port 7 ssh2 "
              "[preauth]\n");
    assert_field(&run, 0, "user", "root");
    assert_field(&run, 0, "src_ip", "10.2.3.4");
    run_free(&run);
    one(&run, "Sep  6 09:57:21 h sshd[581]: Invalid user bob from box.example.org port 9\n");
    assert_field(&run, 0, "src_host", "box.example.org");
    assert_no_field(&run, 0, "src_ip");
    run_free(&run);
    one(&run, "Sep  6 09:57:21 h sshd[581]: message repeated 5 times: [ Failed password for root from 10.0.0.8 "
              "port 22 ssh2]\n");
    assert_field(&run, 0, "repeated", "5");
    assert_field(&run, 0, "user", "root");
    assert_field(&run, 0, "src_ip", "10.0.0.8");
    run_free(&run);
    one(&run, "Sep  6 09:57:21 h last message repeated 2 times\n");
    assert_field(&run, 0, "repeated", "2");
    run_free(&run);
}

static void test_sudo_su(void **state)
{
    (void)state;
    struct run run;
    one(&run, "Oct 14 20:11:01 h sudo:    alice : TTY=pts/0 ; PWD=/home/alice ; USER=#-1 ; COMMAND=/bin/sh -c "
              "echo a ; echo b\n");
    assert_field(&run, 0, "src_user", "alice");
    assert_field(&run, 0, "TTY", "pts/0");
    assert_field(&run, 0, "PWD", "/home/alice");
    assert_field(&run, 0, "USER", "#-1");
    assert_field(&run, 0, "COMMAND", "/bin/sh -c echo a ; echo b");
    assert_field(&run, 0, "outcome", "success");
    run_free(&run);
    one(&run, "Oct 14 20:11:01 h sudo:  bob : user NOT in sudoers ; TTY=pts/1 ; PWD=/ ; USER=root ; COMMAND=/bin/ls\n");
    assert_field(&run, 0, "reason", "user NOT in sudoers");
    assert_field(&run, 0, "outcome", "failure");
    run_free(&run);
    one(&run, "Oct 14 20:11:01 h su[12]: FAILED SU (to root) bob on pts/3\n");
    assert_field(&run, 0, "user", "root");
    assert_field(&run, 0, "src_user", "bob");
    assert_field(&run, 0, "outcome", "failure");
    run_free(&run);
    one(&run, "Oct 14 20:11:01 h pkexec[12]: eve: The value for the SHELL variable was not found the /etc/shells "
              "file [USER=root] "
              "[TTY=/dev/pts/3] [CWD=/tmp] [COMMAND=x [y] z]\n");
    assert_field(&run, 0, "src_user", "eve");
    assert_field(&run, 0, "USER", "root");
    assert_field(&run, 0, "CWD", "/tmp");
    assert_field(&run, 0, "COMMAND", "x [y] z");
    run_free(&run);
}

static void test_pam(void **state)
{
    (void)state;
    struct run run;
    one(&run, "Nov 2 15:40:14 h sshd[1]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 "
              "tty=ssh ruser= "
              "rhost=10.3.3.3  user=root\n");
    assert_field(&run, 0, "pam_module", "pam_unix");
    assert_field(&run, 0, "pam_service", "sshd");
    assert_field(&run, 0, "pam_type", "auth");
    assert_field(&run, 0, "src_ip", "10.3.3.3");
    assert_field(&run, 0, "user", "root");
    assert_field(&run, 0, "tty", "ssh");
    assert_no_field(&run, 0, "logname");
    run_free(&run);
    one(&run, "Nov 2 15:40:14 h CRON[1]: pam_unix(cron:session): session opened for user www-data(uid=33) by "
              "(uid=0)\n");
    assert_field(&run, 0, "event", "session-open");
    assert_field(&run, 0, "user", "www-data");
    run_free(&run);
    one(&run, "Nov 2 15:40:14 h su(pam_unix)[7]: session closed for user root\n");
    assert_field(&run, 0, "event", "session-close");
    assert_field(&run, 0, "user", "root");
    run_free(&run);
    one(&run, "Nov 2 15:40:14 h sshd[1]: PAM 2 more authentication failures; logname= uid=0 euid=0 tty=ssh ruser= "
              "rhost=10.3.3.4\n");
    assert_field(&run, 0, "repeated", "2");
    assert_field(&run, 0, "src_ip", "10.3.3.4");
    run_free(&run);
}

static void test_daemons(void **state)
{
    (void)state;
    struct run run;
    one(&run, "Nov 2 15:40:14 h CRON[1]: (root) CMD (/bin/sh -c (date) > /tmp/x)\n");
    assert_field(&run, 0, "user", "root");
    assert_field(&run, 0, "CommandLine", "/bin/sh -c (date) > /tmp/x");
    run_free(&run);
    one(&run, "Nov 2 15:40:14 h crontab[1]: (bob) REPLACE (bob)\n");
    assert_field(&run, 0, "event", "crontab-replace");
    run_free(&run);
    one(&run, "Nov 2 15:40:14 h useradd[1337]: new user: name=john, UID=0, GID=0, home=/home/john, shell=/bin/bash\n");
    assert_field(&run, 0, "event", "user-add");
    assert_field(&run, 0, "uid", "0");
    run_free(&run);
    one(&run, "Nov 2 15:40:14 h usermod[1]: add 'eve' to group 'sudo'\n");
    assert_field(&run, 0, "user", "eve");
    assert_field(&run, 0, "group", "sudo");
    run_free(&run);
    one(&run, "Nov 2 15:40:14 h named[1]: client @0x7f65 10.1.1.2#3076 (a.example): query: a.example IN TXT + "
              "(10.0.0.1)\n");
    assert_field(&run, 0, "query", "a.example");
    assert_field(&run, 0, "record_type", "TXT");
    assert_field(&run, 0, "src_port", "3076");
    run_free(&run);
    one(&run, "Mon Jun 8 12:08:53 2020 -> /srv/up: load: Php.Webshell-1 FOUND\n");
    assert_field(&run, 0, "program", "clamd");
    assert_field(&run, 0, "path", "/srv/up: load");
    assert_field(&run, 0, "signature", "Php.Webshell-1");
    run_free(&run);
    one(&run, "Mon Jun 8 12:08:53 2020 [pid 27244] [bob] FAIL LOGIN: Client \"::ffff:10.4.4.4\"\n");
    assert_time(&run, 0, "2020-06-08T12:08:53Z");
    assert_field(&run, 0, "user", "bob");
    assert_field(&run, 0, "src_ip", "10.4.4.4");
    run_free(&run);
    one(&run, "May 11 04:02:36 h postfix/smtpd[26897]: warning: unknown[10.5.5.5]: SASL LOGIN authentication failed: "
              "authentication failure\n");
    assert_field(&run, 0, "auth_method", "LOGIN");
    assert_field(&run, 0, "src_ip", "10.5.5.5");
    run_free(&run);
    one(&run, "Sep 8 07:16:27 h dovecot[7508]: imap-login: Disconnected (auth failed, 1 attempts in 6 secs): "
              "user=<t@t.com>, "
              "method=PLAIN, rip=10.1.1.1, lip=10.7.7.7, TLS, session=<az>\n");
    assert_field(&run, 0, "user", "t@t.com");
    assert_field(&run, 0, "src_ip", "10.1.1.1");
    assert_field(&run, 0, "dst_ip", "10.7.7.7");
    assert_field(&run, 0, "outcome", "failure");
    run_free(&run);
}

static void test_iptables(void **state)
{
    (void)state;
    struct run run;
    one(&run, "Sep 30 10:09:23 gw kernel: [19955416.516358] [UFW BLOCK] IN=ens2 OUT= MAC=de:1c SRC=10.34.17.168 "
              "DST=10.73.140.49 LEN=44 "
              "TTL=43 ID=25313 DF PROTO=TCP SPT=52220 DPT=23 WINDOW=1024 RES=0x00 ACK SYN URGP=0\n");
    assert_field(&run, 0, "rule", "[UFW BLOCK]");
    assert_field(&run, 0, "action", "block");
    assert_field(&run, 0, "blocked", "true");
    assert_field(&run, 0, "interface_in", "ens2");
    assert_no_field(&run, 0, "interface_out");
    assert_field(&run, 0, "src_ip", "10.34.17.168");
    assert_field(&run, 0, "dst_port", "23");
    assert_field(&run, 0, "protocol", "TCP");
    assert_field(&run, 0, "tcp_flags", "ACK SYN");
    run_free(&run);
    /* The packet inside an ICMP error does not overwrite the outer one. */
    one(&run, "Sep 30 10:09:23 gw kernel: IN=a OUT=b SRC=10.0.0.1 DST=10.0.0.2 PROTO=ICMP TYPE=3 CODE=3 "
              "[SRC=10.0.0.2 DST=10.0.0.1 PROTO=UDP SPT=1 DPT=2 ]\n");
    assert_field(&run, 0, "src_ip", "10.0.0.1");
    assert_field(&run, 0, "protocol", "ICMP");
    run_free(&run);
}

/* --- messages of other formats ------------------------------------------------------------------------------------ */

static void test_carried(void **state)
{
    (void)state;
    struct run run;
    one(&run, "Sep 15 16:13:46 h nginx[2869]: 10.1.1.1 - - [15/Sep/2021:16:13:46 +0000] \"POST /wp-login.php "
              "HTTP/1.1\" 200 "
              "5364 \"-\" \"Mozilla/5.0\"\n");
    assert_time(&run, 0, "2021-09-15T16:13:46Z");
    assert_field(&run, 0, "c-ip", "10.1.1.1");
    assert_field(&run, 0, "cs-uri", "/wp-login.php");
    run_free(&run);
    one(&run, "Sep 15 16:13:46 h web-1[9]: 10.1.1.1 - - [15/Sep/2021:16:13:46 +0000] \"GET /x HTTP/1.1\" 404 5\n");
    assert_field(&run, 0, "sc-status", "404");
    run_free(&run);
    one(&run, "Sep 15 16:13:46 h haproxy[14]: 10.0.1.2:33317 [06/Feb/2009:12:14:14.655] http-in static/srv1 "
              "10/0/30/69/109 200 "
              "2750 - - ---- 1/1/1/1/0 0/0 \"GET /index.html HTTP/1.1\"\n");
    assert_field(&run, 0, "backend", "static");
    run_free(&run);
    one(&run, "Sep 15 16:13:46 h app[1]: @cee: {\"level\":\"warn\",\"src\":{\"ip\":\"10.9.9.9\"}}\n");
    assert_field(&run, 0, "level", "warn");
    assert_field(&run, 0, "src.ip", "10.9.9.9");
    run_free(&run);
    one(&run, "Sep 15 16:13:46 h app[1]: {\"level\":\"warn\"\n");
    assert_no_field(&run, 0, "level");
    assert_true(has_note(&run, "broken JSON in a message"));
    run_free(&run);
    one(&run, "Mar  1 10:00:00 h sysmon: <Event><System><Provider Name=\"Linux-Sysmon\"/><EventID>1</EventID>"
              "<TimeCreated SystemTime=\"2024-02-01T00:00:00.5Z\"/><Channel>Linux-Sysmon/Operational</Channel></System>"
              "<EventData><Data Name=\"Image\">/usr/bin/id</Data></EventData></Event>\n");
    assert_field(&run, 0, "Image", "/usr/bin/id");
    assert_time(&run, 0, "2024-02-01T00:00:00.500Z");
    assert_non_null(strstr(run.out.data, " linux/sysmon/process_creation|"));
    run_free(&run);
}

/* --- properties ------------------------------------------------------------------------------------------------- */

static const char mixed[] =
    "<38>Feb 12 14:10:21 web1 sshd[16378]: Failed password for invalid user a from 10.0.0.1 port 2 ssh2\n"
    "\n"
    "2023-11-14T00:20:42.738197+01:00 web1 app[12]: iso\r\n"
    "<165>1 2003-10-11T22:14:15.003Z h.example evntslog 8710 ID47 [ex@1 a=\"3\" b=\"\\\"\\]\"] text\n"
    "Oct 14 20:11:01 h sudo:    alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/bin/sh\n"
    "Feb 12 14:10:22 web1 CRON[1]: pam_unix(cron:session): session opened for user root by (uid=0)\n"
    "no envelope\n"
    "Sep 30 10:09:23 gw kernel: [1.5] DROP IN=ens2 OUT= SRC=10.34.17.168 DST=10.73.140.49 PROTO=TCP SPT=5 DPT=23 "
    "SYN URGP=0\n"
    "Feb 12 14:10:22 web1 x: last";

static void test_cuts(void **state)
{
    (void)state;
    assert_cuts_dont_matter(&sw_decoder_syslog, mixed, sizeof mixed - 1);
}

static void test_damage(void **state)
{
    (void)state;
    assert_survives(&sw_decoder_syslog, mixed, sizeof mixed - 1);
}

static int sureness(const char *text)
{
    struct sw_sniff sniff = {.head = sw_str(text), .complete = true, .path = SW_STR("")};
    return sw_decoder_syslog.sniff(&sniff);
}

static void test_sniff(void **state)
{
    (void)state;
    assert_true(sureness("Feb 12 14:10:21 web1 sshd[16378]: x\nFeb 12 14:10:21 web1 a b\n") >= SW_SURE_LIKELY);
    assert_true(sureness("<34>1 2003-10-11T22:14:15.003Z h a - - - x\n") >= SW_SURE_LIKELY);
    assert_true(sureness("19-Oct-2022 05:34:02.425 client @0x7f 10.0.0.1#3076 (a): query 'a/ANY/IN' "
                         "denied\n") >= SW_SURE_LIKELY);
    /* Times alone don't make syslog. */
    assert_int_equal(sureness("2024-03-12T04:31:44Z [AUTH] WARN: Incorrect username. IP=10.0.0.1\n"), SW_SURE_NO);
    assert_int_equal(sureness("2025-12-31T17:37:40.493035218+01:00 stdout F {\"a\":1}\n"), SW_SURE_NO);
    assert_int_equal(sureness("19-Oct-2022 05:34:02.425 INFO [main] org.apache.catalina.startup.Catalina.start "
                              "x\n"), SW_SURE_NO);
    assert_int_equal(sureness("10.0.0.1 - - [29/Sep/2021:12:37:05 +0000] \"GET / HTTP/1.1\" 404 196\n"), SW_SURE_NO);
    assert_int_equal(sureness("{\"a\": 1}\n"), SW_SURE_NO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bsd),     cmocka_unit_test(test_years_and_zones), cmocka_unit_test(test_rfc5424),
        cmocka_unit_test(test_devices), cmocka_unit_test(test_no_envelope),     cmocka_unit_test(test_sshd),
        cmocka_unit_test(test_sudo_su), cmocka_unit_test(test_pam),             cmocka_unit_test(test_daemons),
        cmocka_unit_test(test_carried),
        cmocka_unit_test(test_iptables), cmocka_unit_test(test_cuts),           cmocka_unit_test(test_damage),
        cmocka_unit_test(test_sniff),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
