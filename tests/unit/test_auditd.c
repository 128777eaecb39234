/* test_auditd.c - audit records: encodings, joining by serial number, and the fields that rules ask for. */
#include "decode_run.h"

extern const struct sw_decoder sw_decoder_auditd;
extern const struct sw_decoder sw_decoder_syslog;

#define ID(serial) "msg=audit(1684329817.579:" serial "): "
#define SYSCALL(serial, more) \
    "type=SYSCALL " ID(serial) "arch=c000003e " more " items=2 ppid=26843 pid=27032 auid=1000 uid=33 gid=33 euid=33 " \
    "tty=pts2 ses=106 "

static void read_all(struct run *run, const char *text, size_t events)
{
    run_text(run, &sw_decoder_auditd, text);
    if (run->events != events)
        print_error("%s", run->out.data);
    assert_int_equal(run->events, events);
}

/* Class of the n-th event. */
static void assert_class(const struct run *run, size_t n, const char *name)
{
    const char *line = run->out.data;
    for (; n > 0; n--)
        line = strchr(line, '\n') + 1;
    line = strchr(line, ' ') + 1;
    size_t len = strcspn(line, "|");
    if (len != strlen(name) || memcmp(line, name, len) != 0)
        print_error("class is %.*s, not %s\n", (int)len, line, name);
    assert_int_equal(len, strlen(name));
    assert_memory_equal(line, name, len);
}

static const char exec_event[] =
    SYSCALL("2995", "syscall=59 success=yes exit=0 a0=237f568 a1=237f368") "comm=\"perl\" exe=\"/usr/bin/perl\" "
            "key=\"web\"\n"
    "type=EXECVE " ID("2995") "argc=3 a0=\"perl\" a1=\"-e\" a2=7072696E742022686922\n"
    "type=CWD " ID("2995") "cwd=\"/var/www\"\n"
    "type=PATH " ID("2995") "item=0 name=\"/usr/bin/perl\" inode=1 nametype=NORMAL\n"
    "type=PATH " ID("2995") "item=1 name=\"/lib64/ld-linux-x86-64.so.2\" inode=2 nametype=NORMAL\n"
    "type=PROCTITLE " ID("2995") "proctitle=7065726C002D65007072696E742022686922\n";

static void test_exec(void **state)
{
    (void)state;
    struct run run;
    read_all(&run, exec_event, 4);
    assert_time(&run, 0, "2023-05-17T13:23:37.579Z");
    /* The system call, with what is there once. */
    assert_field(&run, 0, "type", "SYSCALL,CWD,PROCTITLE");
    assert_field(&run, 0, "serial", "2995");
    assert_field(&run, 0, "SYSCALL", "execve");
    assert_field(&run, 0, "ARCH", "x86_64");
    assert_field(&run, 0, "a0", "237f568");
    assert_field(&run, 0, "key", "web");
    assert_field(&run, 0, "euid", "33");
    assert_field(&run, 0, "proctitle", "perl -e print \"hi\"");
    assert_class(&run, 0, "linux/auditd");
    /* The arguments: process creation. */
    assert_field(&run, 1, "type", "EXECVE");
    assert_field(&run, 1, "a0", "perl");
    assert_field(&run, 1, "a2", "print \"hi\"");
    assert_field(&run, 1, "CommandLine", "perl -e print \"hi\"");
    assert_field(&run, 1, "Image", "/usr/bin/perl");
    assert_field(&run, 1, "CurrentDirectory", "/var/www");
    assert_field(&run, 1, "ProcessId", "27032");
    assert_field(&run, 1, "ParentProcessId", "26843");
    assert_field(&run, 1, "User", "33");
    assert_class(&run, 1, "linux/auditd/execve");
    assert_no_field(&run, 1, "key");
    /* Each path by itself. */
    assert_field(&run, 2, "name", "/usr/bin/perl");
    assert_field(&run, 3, "name", "/lib64/ld-linux-x86-64.so.2");
    assert_class(&run, 3, "linux/auditd");
    assert_int_equal(run.stats.read, 4);
    run_free(&run);
}

static void test_failed_exec(void **state)
{
    (void)state;
    struct run run;
    read_all(&run, SYSCALL("1", "syscall=59 success=no exit=-2") "exe=\"/usr/bin/perl\" key=(null)\n"
                   "type=EXECVE " ID("1") "argc=1 a0=\"nope\"\n", 2);
    assert_class(&run, 1, "linux/auditd");
    assert_field(&run, 1, "a0", "nope");
    run_free(&run);
    /* Only the SYSCALL was logged: it is the process creation. */
    read_all(&run, SYSCALL("1", "syscall=221 success=yes exit=0") "exe=\"/bin/rm\"\n", 1);
    assert_class(&run, 0, "linux/auditd");
    run_free(&run);
    read_all(&run, SYSCALL("1", "syscall=59 success=yes exit=0") "exe=\"/bin/rm\"\n"
                   "type=PROCTITLE " ID("1") "proctitle=\"rm\"\n", 1);
    assert_class(&run, 0, "linux/auditd/execve");
    assert_field(&run, 0, "Image", "/bin/rm");
    assert_field(&run, 0, "CommandLine", "rm");
    run_free(&run);
}

static void test_interleaved(void **state)
{
    (void)state;
    struct run run;
    read_all(&run,
             SYSCALL("10", "syscall=59 success=yes exit=0") "exe=\"/bin/a\"\n"
             SYSCALL("11", "syscall=59 success=yes exit=0") "exe=\"/bin/b\"\n"
             "type=EXECVE " ID("11") "argc=1 a0=\"b\"\n"
             "type=EXECVE " ID("10") "argc=1 a0=\"a\"\n"
             "type=PROCTITLE " ID("10") "proctitle=\"a\"\n"
             "type=EOE " ID("10") "\n"
             "type=PROCTITLE " ID("11") "proctitle=\"b\"\n", 4);
    assert_field(&run, 0, "serial", "10");
    assert_field(&run, 1, "Image", "/bin/a");
    assert_field(&run, 3, "Image", "/bin/b");
    run_free(&run);
    /* The same serial number of two machines. */
    read_all(&run, "node=x " SYSCALL("10", "syscall=59 success=yes exit=0") "exe=\"/bin/a\"\n"
                   "node=y type=EXECVE " ID("10") "argc=1 a0=\"b\"\n", 2);
    assert_field(&run, 0, "node", "x");
    assert_no_field(&run, 1, "Image");
    run_free(&run);
}

static void test_window(void **state)
{
    (void)state;
    struct run run;
    /* Two seconds later the event is over: the late record stands alone. */
    read_all(&run, "type=SYSCALL msg=audit(100.000:1): arch=c000003e syscall=59 success=yes exit=0 exe=\"/bin/a\"\n"
                   "type=SYSCALL msg=audit(103.000:2): arch=c000003e syscall=2 success=yes exit=3 exe=\"/bin/b\"\n"
                   "type=EXECVE msg=audit(100.000:1): argc=1 a0=\"a\"\n", 3);
    assert_field(&run, 0, "exe", "/bin/a");
    assert_class(&run, 0, "linux/auditd/execve");
    run_free(&run);
    /* Many open events: the oldest go. */
    struct sw_buf text;
    sw_buf_init(&text, 1u << 20);
    for (int i = 0; i < 200; i++)
        sw_buf_printf(&text, "type=SYSCALL msg=audit(100.000:%d): arch=c000003e syscall=2 success=yes\n", i);
    run_pieces(&run, &sw_decoder_auditd, text.data, text.len, 1000, 0);
    assert_int_equal(run.events, 200);
    assert_field(&run, 199, "serial", "199");
    run_free(&run);
    sw_buf_fini(&text);
}

static void test_long_arguments(void **state)
{
    (void)state;
    struct run run;
    read_all(&run, SYSCALL("7", "syscall=59 success=yes exit=0") "exe=\"/bin/sh\"\n"
                   "type=EXECVE " ID("7") "argc=4 a0=\"sh\" a1_len=12 a1[0]=6563686F20\n"
                   "type=EXECVE " ID("7") "a1[1]=\"hello\" a1[2]=2121\n"
                   "type=EXECVE " ID("7") "a2=\"\" a3=\"x\"\n", 2);
    assert_field(&run, 1, "a1", "echo hello!!");
    assert_field(&run, 1, "a3", "x");
    assert_field(&run, 1, "CommandLine", "sh echo hello!!  x");
    run_free(&run);
}

static void test_files_and_sockets(void **state)
{
    (void)state;
    struct run run;
    read_all(&run, SYSCALL("5", "syscall=257 success=yes exit=3") "exe=\"/bin/touch\" \x1d" "UID=\"www-data\" "
                           "SYSCALL=openat\n"
                   "type=CWD " ID("5") "cwd=\"/etc\"\n"
                   "type=PATH " ID("5") "item=0 name=\"/etc/\" nametype=PARENT\n"
                   "type=PATH " ID("5") "item=1 name=\"./ld.so.preload\" nametype=CREATE\n"
                   "type=PROCTITLE " ID("5") "proctitle=\"touch\"\n", 3);
    assert_class(&run, 1, "linux/auditd");
    assert_class(&run, 2, "linux/auditd/file");
    assert_field(&run, 2, "TargetFilename", "/etc/ld.so.preload");
    assert_field(&run, 2, "Image", "/bin/touch");
    assert_field(&run, 2, "User", "www-data");
    assert_field(&run, 0, "SYSCALL", "openat");
    run_free(&run);
    read_all(&run, SYSCALL("6", "syscall=42 success=no exit=-115") "exe=\"/usr/bin/nc\"\n"
                   "type=SOCKADDR " ID("6") "saddr=0200115C0A0000050000000000000000\n"
                   "type=PROCTITLE " ID("6") "proctitle=\"nc\"\n", 1);
    assert_class(&run, 0, "linux/auditd/network");
    assert_field(&run, 0, "saddr_fam", "inet");
    assert_field(&run, 0, "laddr", "10.0.0.5");
    assert_field(&run, 0, "DestinationIp", "10.0.0.5");
    assert_field(&run, 0, "DestinationPort", "4444");
    assert_field(&run, 0, "Initiated", "true");
    assert_field(&run, 0, "Image", "/usr/bin/nc");
    run_free(&run);
    read_all(&run, "type=SOCKADDR " ID("6") "saddr=0A0001BB0000000020010DB800000000000000000000000100000000\n"
                   "type=SOCKADDR " ID("8") "saddr=01002F72756E2F78\n"
                   "type=SOCKADDR " ID("9") "saddr=01\n", 3);
    assert_field(&run, 0, "laddr", "2001:db8::1");
    assert_field(&run, 0, "lport", "443");
    assert_field(&run, 1, "path", "/run/x");
    assert_no_field(&run, 2, "saddr_fam");
    run_free(&run);
}

static void test_parent(void **state)
{
    (void)state;
    struct run run;
    read_all(&run, "type=SYSCALL msg=audit(1.1:1): arch=c000003e syscall=59 success=yes ppid=1 pid=50 "
                   "exe=\"/usr/sbin/apache2\"\n"
                   "type=EXECVE msg=audit(1.1:1): argc=2 a0=\"apache2\" a1=\"-k\"\n"
                   "type=PROCTITLE msg=audit(1.1:1): proctitle=\"x\"\n"
                   "type=SYSCALL msg=audit(1.2:2): arch=c000003e syscall=59 success=yes ppid=50 pid=51 "
                   "exe=\"/bin/dash\"\n"
                   "type=EXECVE msg=audit(1.2:2): argc=1 a0=\"sh\"\n", 4);
    assert_no_field(&run, 1, "ParentImage");
    assert_field(&run, 3, "ParentImage", "/usr/sbin/apache2");
    assert_field(&run, 3, "ParentCommandLine", "apache2 -k");
    run_free(&run);
}

static void test_user_records(void **state)
{
    (void)state;
    struct run run;
    read_all(&run, "type=USER_LOGIN " ID("3") "pid=1 uid=0 auid=1000 ses=1 msg='op=login acct=\"bob\" "
                   "exe=\"/usr/sbin/sshd\" "
                   "hostname=10.0.0.9 addr=10.0.0.9 terminal=sshd res=failed'\x1d" "UID=\"root\" AUID=\"ann\"\n"
                   "type=USER_CMD " ID("4") "pid=1 msg='cwd=\"/root\" cmd=6C73202D6C terminal=pts/0 res=success'\n"
                   "type=USER_START " ID("5") "msg='PAM: session open acct=root : exe=\"/usr/sbin/crond\" "
                   "(hostname=?, addr=?, "
                   "terminal=cron res=success)'\n"
                   "type=AVC " ID("6") "avc:  denied  { read write } for  pid=1 comm=\"x\" name=\"y\" tclass=file\n"
                   "type=UNKNOWN[1340] " ID("7") "prog-id=12\n", 5);
    assert_field(&run, 0, "acct", "bob");
    assert_field(&run, 0, "user", "bob");
    assert_field(&run, 0, "src_ip", "10.0.0.9");
    assert_field(&run, 0, "outcome", "failure");
    assert_field(&run, 0, "event", "login");
    assert_field(&run, 0, "AUID", "ann");
    assert_field(&run, 1, "cmd", "ls -l");
    assert_field(&run, 2, "terminal", "cron");
    assert_field(&run, 2, "res", "success");
    assert_field(&run, 3, "seresult", "denied");
    assert_field(&run, 3, "seperms", "read write");
    assert_field(&run, 4, "prog-id", "12");
    run_free(&run);
}

static void test_forms(void **state)
{
    (void)state;
    struct run run;
    read_all(&run, "----\ntime->Wed May 17 13:23:37 2023\n"
                   "type=PATH msg=audit(05/17/2023 13:23:37.579:12) : item=0 name=/etc/passwd nametype=NORMAL\n"
                   "type=1302 audit(1684329817.579:13): item=0 name=\"/etc/shadow\"\n"
                   "garbage\n"
                   "type=PATH msg=audit(x:1): name=\"a\"\n", 2);
    assert_time(&run, 0, "2023-05-17T13:23:37.579Z");
    assert_field(&run, 0, "name", "/etc/passwd");
    assert_field(&run, 1, "type", "PATH");
    assert_int_equal(run.stats.rejected, 2);
    run_free(&run);
    /* Several keys, and hex that is no text. */
    read_all(&run, SYSCALL("1", "syscall=2 success=yes") "exe=\"/a\" key=6162016364\n", 1);
    assert_field(&run, 0, "key", "ab,cd");
    run_free(&run);
}

static void test_syslog(void **state)
{
    (void)state;
    struct run run;
    run_text(&run, &sw_decoder_syslog,
             "Mar  1 10:00:00 h audispd: node=h type=EXECVE " ID("5") "argc=2 a0=\"wget\" a1=68747470\n"
             "Mar  1 10:00:00 h kernel: [1.5] audit: type=1326 audit(1684329817.579:6): auid=0 uid=0 comm=\"x\" "
             "sig=31\n"
             "Mar  1 10:00:00 h audit[77]: SYSCALL arch=c000003e syscall=59 success=yes exit=0 ppid=1 pid=2 "
             "exe=\"/bin/a\"\n");
    assert_int_equal(run.events, 3);
    assert_class(&run, 0, "linux/auditd/execve");
    assert_field(&run, 0, "type", "EXECVE");
    assert_field(&run, 0, "a1", "http");
    assert_field(&run, 0, "CommandLine", "wget http");
    assert_field(&run, 0, "hostname", "h");
    assert_time(&run, 0, "2023-05-17T13:23:37.579Z");
    assert_field(&run, 1, "type", "SECCOMP");
    assert_field(&run, 2, "type", "SYSCALL");
    assert_field(&run, 2, "Image", "/bin/a");
    run_free(&run);
}

static char mixed[4096];

static size_t make_mixed(void)
{
    int len = snprintf(mixed, sizeof mixed, "%s%s", exec_event,
                       "type=SOCKADDR msg=audit(1684329817.579:6): "
                       "saddr=0A0001BB0000000020010DB8000000000000000000000001\n"
                       "type=AVC msg=audit(1684329817.580:7): avc:  denied  { read } for  pid=1 comm=\"x\"\n"
                       "type=USER_LOGIN msg=audit(1684329817.581:8): pid=1 msg='op=login acct=\"bob\" "
                       "addr=10.0.0.9 res=failed'\n"
                       "type=PATH msg=audit(1684329817.581:9): item=0 name=2F746D702F612062 nametype=CREATE");
    return (size_t)len;
}

static void test_properties(void **state)
{
    (void)state;
    size_t len = make_mixed();
    assert_cuts_dont_matter(&sw_decoder_auditd, mixed, len);
    assert_survives(&sw_decoder_auditd, mixed, len);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exec),          cmocka_unit_test(test_failed_exec),
        cmocka_unit_test(test_interleaved),   cmocka_unit_test(test_window),
        cmocka_unit_test(test_long_arguments), cmocka_unit_test(test_files_and_sockets),
        cmocka_unit_test(test_parent),        cmocka_unit_test(test_user_records),
        cmocka_unit_test(test_forms),         cmocka_unit_test(test_syslog),
        cmocka_unit_test(test_properties),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
