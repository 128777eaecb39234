/*
 * hosts_linux.c - the audit log of Linux servers and appliances (log_format = ENRICHED, node names), what ordinarily
 * happens on them, and the leases that the DHCP server gives.
 */
#include "hosts.h"

#include <stdio.h>

static struct log *audit_log(const struct scenario *s, const char *name)
{
    const struct estate *e = estate_of(s);
    for (unsigned i = 0; i < e->audited_count; i++)
        if (strcmp(e->audited[i].name, name) == 0)
            return e->audited[i].log;
    return NULL;
}

static void put_stamp(struct sw_buf *out, const struct scenario *s, const struct machine *on, const char *type,
                      int64_t when)
{
    sw_buf_printf(out, "node=%s type=%s msg=audit(%lld.%03lld:%llu): ", on->name, type, (long long)(when / SW_SECOND),
                  (long long)(when % SW_SECOND / 1000000), (unsigned long long)((when - s->start) / 1000000 + 1000));
}

static void put_hex(struct sw_buf *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        sw_buf_printf(out, "%02X", (unsigned)(unsigned char)text[i]);
}

/* As auditd does: in quotes, or in hexadecimal digits when there are blanks or quotes in it. */
static void put_text(struct sw_buf *out, const char *text)
{
    if (strpbrk(text, " \"\n\t") != NULL) {
        put_hex(out, text, strlen(text));
        return;
    }
    SW_BUF_LIT(out, "\"");
    sw_buf_text(out, text);
    SW_BUF_LIT(out, "\"");
}

static void put_who(struct sw_buf *out, const struct unix_user *user, const char *syscall)
{
    sw_buf_printf(out,
                  "\x1d"
                  "ARCH=x86_64 SYSCALL=%s AUID=\"%s\" UID=\"%s\" GID=\"%s\" EUID=\"%s\"",
                  syscall, user->login == NULL ? "unset" : user->login, user->name, user->name, user->name);
}

static void put_call(struct sw_buf *out, struct scenario *s, const struct machine *on, const struct unix_user *user,
                     int64_t when, unsigned number, unsigned parent, unsigned pid, const char *exe, const char *key)
{
    const char *base = strrchr(exe, '/');
    put_stamp(out, s, on, "SYSCALL", when);
    sw_buf_printf(
        out,
        "arch=c000003e syscall=%u success=yes exit=%u a0=55a1c0 a1=55b2d0 a2=241 a3=1b6 items=2 ppid=%u pid=%u "
        "auid=%u uid=%u gid=%u euid=%u suid=%u fsuid=%u egid=%u sgid=%u fsgid=%u tty=%s ses=%u comm=\"%.15s\" "
        "exe=\"%s\" key=\"%s\"",
        number, number == 59 ? 0u : 3u, parent, pid,
        user->login == NULL ? 4294967295u : 1000 + (unsigned)(mix_text(3, user->login) % 400), user->id, user->id,
        user->id, user->id, user->id, user->id, user->id, user->id, user->login == NULL ? "(none)" : "pts0",
        user->login == NULL ? 4294967295u : 1 + (unsigned)(mix_text(4, user->login) % 900),
        base == NULL ? exe : base + 1, exe, key);
}

void audit_exec_as(struct scenario *s, struct stream *stream, int64_t when, const struct machine *on,
                   const struct unix_user *user, unsigned parent, unsigned pid, const char *exe,
                   const char *const *arguments, const char *folder)
{
    if (s->counting)
        return;
    struct log *log = audit_log(s, on->name);
    struct sw_buf *out = log_begin(log, stream, when);
    unsigned count = 0;
    if (out == NULL)
        return;
    while (arguments[count] != NULL)
        count++;
    put_call(out, s, on, user, when, 59, parent, pid, exe, "exec");
    put_who(out, user, "execve");
    SW_BUF_LIT(out, "\n");
    put_stamp(out, s, on, "EXECVE", when);
    sw_buf_printf(out, "argc=%u", count);
    for (unsigned i = 0; i < count; i++) {
        sw_buf_printf(out, " a%u=", i);
        put_text(out, arguments[i]);
    }
    SW_BUF_LIT(out, "\n");
    put_stamp(out, s, on, "CWD", when);
    sw_buf_printf(out, "cwd=\"%s\"\n", folder);
    put_stamp(out, s, on, "PROCTITLE", when);
    SW_BUF_LIT(out, "proctitle=");
    for (unsigned i = 0; i < count; i++)
        put_hex(out, arguments[i], strlen(arguments[i]) + (i + 1 < count));
    log_end(log);
}

unsigned audit_exec(struct scenario *s, struct stream *stream, int64_t when, const struct machine *on,
                    const struct unix_user *user, unsigned parent, const char *exe, const char *const *arguments,
                    const char *folder)
{
    unsigned pid = chance_from(&stream->chance, 30000, 400000);
    audit_exec_as(s, stream, when, on, user, parent, pid, exe, arguments, folder);
    return pid;
}

unsigned appliance_java(const struct machine *on, int64_t when)
{
    return 3000 + (unsigned)(mix2(on->key, (uint64_t)((when - 4 * HOUR - 5 * MINUTE) / SW_DAY)) % 20000);
}

unsigned audit_shell(struct scenario *s, struct stream *stream, int64_t when, const struct machine *on,
                     const struct unix_user *user, unsigned parent, const char *command, const char *folder)
{
    const char *const arguments[] = {"/bin/sh", "-c", command, NULL};
    return audit_exec(s, stream, when, on, user, parent, "/usr/bin/dash", arguments, folder);
}

void audit_file(struct scenario *s, struct stream *stream, int64_t when, const struct machine *on,
                const struct unix_user *user, unsigned pid, const char *exe, const char *path, const char *change)
{
    if (s->counting)
        return;
    struct log *log = audit_log(s, on->name);
    struct sw_buf *out = log_begin(log, stream, when);
    if (out == NULL)
        return;
    bool removed = strcmp(change, "DELETE") == 0;
    const char *base = strrchr(path, '/');
    put_call(out, s, on, user, when, removed ? 263 : 257, 1, pid, exe, "files");
    put_who(out, user, removed ? "unlinkat" : "openat");
    SW_BUF_LIT(out, "\n");
    put_stamp(out, s, on, "CWD", when);
    SW_BUF_LIT(out, "cwd=\"/\"\n");
    put_stamp(out, s, on, "PATH", when);
    sw_buf_printf(out,
                  "item=0 name=\"%.*s/\" inode=%u dev=fd:00 mode=040755 ouid=%u ogid=%u rdev=00:00 nametype=PARENT\n",
                  (int)(base - path), path, (unsigned)(mix_text(5, path) % 900000), user->id, user->id);
    put_stamp(out, s, on, "PATH", when);
    SW_BUF_LIT(out, "item=1 name=");
    put_text(out, path);
    sw_buf_printf(out, " inode=%u dev=fd:00 mode=0100644 ouid=%u ogid=%u rdev=00:00 nametype=%s\n",
                  (unsigned)(mix_text(6, path) % 900000), user->id, user->id, change);
    put_stamp(out, s, on, "PROCTITLE", when);
    SW_BUF_LIT(out, "proctitle=");
    put_hex(out, exe, strlen(exe));
    log_end(log);
}

void audit_user(struct scenario *s, struct stream *stream, int64_t when, const struct machine *on, const char *type,
                const char *operation, const char *account, const char *exe, uint32_t from, bool success)
{
    if (s->counting)
        return;
    struct log *log = audit_log(s, on->name);
    struct sw_buf *out = log_begin(log, stream, when);
    char address[16] = "?";
    if (out == NULL)
        return;
    if (from != 0)
        (void)address_text(from, address);
    put_stamp(out, s, on, type, when);
    sw_buf_printf(out,
                  "pid=%u uid=0 auid=4294967295 ses=4294967295 msg='op=%s acct=\"%s\" exe=\"%s\" hostname=%s addr=%s "
                  "terminal=%s res=%s'",
                  chance_from(&stream->chance, 2000, 400000), operation, account, exe, address, address,
                  from == 0 ? "?" : "ssh", success ? "success" : "failed");
    log_end(log);
}

/* --- ordinary ----------------------------------------------------------------------------------------------------- */

static const struct unix_user root = {"root", 0, NULL};

static void by_cron(struct scenario *s, struct stream *stream, const struct machine *on, int64_t hour)
{
    static const char *const jobs[] = {
        "cd / && run-parts --report /etc/cron.hourly",  "command -v debian-sa1 > /dev/null && debian-sa1 1 1",
        "/usr/sbin/logrotate /etc/logrotate.conf",      "[ -x /usr/lib/php/sessionclean ] && /usr/lib/php/sessionclean",
        "/usr/local/bin/backup-config >/dev/null 2>&1", "tar -czf /var/backups/etc.tgz /etc"};
    for (unsigned i = 0; i < 2; i++) {
        int64_t when = hour + i * 30 * MINUTE + (int64_t)(on->key % 60) * SW_SECOND;
        unsigned job = i == 0 ? 0 : (unsigned)(mix2(on->key, (uint64_t)(hour / HOUR)) % COUNT(jobs));
        if (!counted(s))
            audit_shell(s, stream, when, on, &root, 812, jobs[job], "/root");
    }
}

/* Checks of the monitoring system, updates by night, and administrators by day. */
static void by_agents(struct scenario *s, struct stream *stream, const struct machine *on, int64_t hour)
{
    struct unix_user agent = {"nagios", 112, NULL};
    struct chance *c = &stream->chance;
    const char *const disk[] = {"/usr/lib/nagios/plugins/check_disk", "-w", "10%", "-c", "5%", "/", NULL};
    const char *const load[] = {"/usr/lib/nagios/plugins/check_load", "-w", "8,6,4", "-c", "20,15,10", NULL};
    const char *const apt[] = {"/usr/bin/apt-get", "-qq", "-y", "upgrade", NULL};
    audit_exec(s, stream, within_hour(stream, hour), on, &agent, 970, disk[0], chance_is(c, 0.5) ? disk : load, "/");
    if (hour % SW_DAY / HOUR != 5 || !chance_is(c, 0.4))
        return;
    int64_t when = within_hour(stream, hour);
    unsigned pid = audit_exec(s, stream, when, on, &root, 1, apt[0], apt, "/");
    audit_file(s, stream, when + 20 * SW_SECOND, on, &root, pid, "/usr/bin/dpkg", "/usr/bin/curl.dpkg-new", "CREATE");
    audit_file(s, stream, when + 25 * SW_SECOND, on, &root, pid, "/usr/bin/dpkg",
               "/usr/lib/systemd/system/ssh.service.dpkg-new", "CREATE");
}

static void by_administrator(struct scenario *s, struct stream *stream, const struct machine *on, int64_t hour,
                             const struct person *p)
{
    static const char *const commands[] = {"journalctl -u ssh --since today",
                                           "ss -tlnp",
                                           "df -h",
                                           "tcpdump -ni eth0 -c 200 port 53",
                                           "tar czf /root/etc-before.tgz /etc",
                                           "curl -sI https://localhost/",
                                           "id",
                                           "less /var/log/syslog",
                                           "htop",
                                           "ufw status verbose",
                                           "cat /etc/passwd",
                                           "netstat -an",
                                           "ip addr"};
    struct chance *c = &stream->chance;
    char login[64];
    (void)snprintf(login, sizeof login, "adm-%s", p->given);
    struct unix_user user = {login, 1000 + (unsigned)(mix_text(3, login) % 400), login};
    struct unix_user as_root = {"root", 0, login};
    int64_t when = within_hour(stream, hour);
    ssh_login(s, stream, when, on->name, login, the(s->world, ROLE_JUMP)->address, "publickey", true);
    unsigned shell = chance_from(c, 2000, 400000);
    for (unsigned n = chance_from(c, 2, 7); n > 0; n--) {
        when += chance_from(c, 8, 240) * SW_SECOND;
        audit_shell(s, stream, when, on, chance_is(c, 0.4) ? &as_root : &user, shell, CHANCE_OF(c, commands), "/root");
    }
    if (chance_is(c, 0.05)) { /* a colleague's new key */
        char path[96];
        (void)snprintf(path, sizeof path, "/home/%s/.ssh/authorized_keys", login);
        audit_file(s, stream, when + 30 * SW_SECOND, on, &user, shell, "/usr/bin/vim.basic", path, "CREATE");
    }
    if (chance_is(c, 0.04)) {
        syslog_line(s, stream, when + 60 * SW_SECOND, on->name, "passwd", chance_from(c, 2000, 400000),
                    "pam_unix(passwd:chauthtok): password changed for %s", login);
        audit_user(s, stream, when + 60 * SW_SECOND, on, "USER_CHAUTHTOK", "PAM:chauthtok", login, "/usr/bin/passwd", 0,
                   true);
        audit_file(s, stream, when + 60 * SW_SECOND, on, &as_root, shell, "/usr/bin/passwd", "/etc/shadow", "NORMAL");
    }
}

/* Each night after its own backup the service of an appliance is started anew. */
static void by_service(struct scenario *s, struct stream *stream, const struct machine *on, int64_t hour)
{
    const struct estate *e = estate_of(s);
    struct unix_user user = {e->access_user, 998, NULL};
    char base[96];
    char java[96];
    (void)snprintf(base, sizeof base, "-Dcatalina.base=%s", e->access_root);
    (void)snprintf(java, sizeof java, "%.*s/jre/bin/java", (int)(strrchr(e->access_root, '/') - e->access_root),
                   e->access_root);
    const char *const arguments[] = {java, "-Xmx4g", base, "org.apache.catalina.startup.Bootstrap", "start", NULL};
    int64_t when = hour + 5 * MINUTE;
    if (hour % SW_DAY / HOUR == 4)
        audit_exec_as(s, stream, when, on, &user, 1, appliance_java(on, when), java, arguments, "/");
}

static void machine_named(const struct scenario *s, const char *name, struct machine *m)
{
    const struct estate *e = estate_of(s);
    for (unsigned i = 0; i < APPLIANCES; i++)
        if (strcmp(e->appliance[i].name, name) == 0)
            *m = e->appliance[i];
    if (strcmp(e->gateway.name, name) == 0)
        *m = e->gateway;
    for (unsigned i = 0; i < s->world->servers; i++)
        if (strcmp(s->world->hosts[i].name, name) == 0)
            *m = machine_of(s, &s->world->hosts[i], s->start);
}

void hosts_linux(struct scenario *s, struct stream *stream, int64_t hour)
{
    const struct estate *e = estate_of(s);
    for (unsigned i = 0; i < e->audited_count; i++) {
        struct machine on = {.address = 0};
        machine_named(s, e->audited[i].name, &on);
        stream_at(stream, i, hour);
        by_cron(s, stream, &on, hour);
        by_agents(s, stream, &on, hour);
        if (i < APPLIANCES)
            by_service(s, stream, &on, hour);
        for (unsigned k = 0; k < s->world->person_count; k++) {
            const struct person *p = &s->world->people[k];
            if (p->admin && !is_away(p, hour) && chance_is(&stream->chance, 0.05 * busyness(p->zone, hour + HOUR / 2)))
                by_administrator(s, stream, &on, hour, p);
        }
    }
}

/* --- leases ------------------------------------------------------------------------------------------------------- */

static void lease_line(struct scenario *s, struct stream *stream, int64_t when, const char *kind,
                       const struct host *host, uint32_t address)
{
    if (s->counting)
        return;
    struct log *log = estate_of(s)->dhcp;
    struct sw_buf *out = log_begin(log, stream, when);
    char time[32];
    char text[16];
    if (out == NULL)
        return;
    (void)sw_time_format(when / SW_SECOND * SW_SECOND, time);
    sw_buf_printf(out, "%.19s.%06u+00:00 lnx1 dhcpd[733]: %s %s %s %02x:%02x:%02x:%02x:%02x:%02x (%s) via eth0", time,
                  (unsigned)(when % SW_SECOND / 1000), kind, address_text(address, text),
                  strcmp(kind, "DHCPACK on") == 0 ? "to" : "from", 0x3c, 0x52, (unsigned)(host->key & 0xff),
                  (unsigned)(host->key >> 8 & 0xff), (unsigned)(host->key >> 16 & 0xff),
                  (unsigned)(host->key >> 24 & 0xff), host->name);
    log_end(log);
}

/* When a computer is switched on, each eight hours, and when its group's lease has moved on. */
void hosts_leases(struct scenario *s, struct stream *stream, int64_t hour)
{
    const struct world *w = s->world;
    for (unsigned i = w->clients_from; i < w->clients_to; i++) {
        const struct host *host = &w->hosts[i];
        if (host->role == ROLE_BRANCH || host->role == ROLE_SHOP || !is_running(w, host, hour))
            continue;
        bool fresh = !is_running(w, host, hour - HOUR) || address_at(w, host, hour) != address_at(w, host, hour - HOUR);
        if (!fresh && (uint64_t)(hour / HOUR) % 8 != host->key % 8)
            continue;
        stream_at(stream, i, hour);
        int64_t when = hour + (int64_t)(host->key % 200) * SW_SECOND;
        lease_line(s, stream, when, "DHCPREQUEST for", host, address_at(w, host, when));
        lease_line(s, stream, when + 3000000, "DHCPACK on", host, address_at(w, host, when));
    }
}
