/*
 * acc_services.c - accounts that no person is behind, administrators and what they do from the jump host, and the
 * internet's tries at the one SSH server that faces it.
 */
#include "accounts.h"

#include <stdio.h>

static double share(const struct scenario *s)
{
    return s->coverage[2] < 1 ? s->coverage[2] : 1;
}

static bool runs_windows(const struct host *host)
{
    return host->role < ROLE_WEB1 && host->role != ROLE_PROXY && host->role != ROLE_MONITOR &&
           host->role != ROLE_SCANNER && host->role != ROLE_PBX;
}

static void nightly(struct scenario *s, struct stream *stream, int64_t hour)
{
    if (hour % SW_DAY / HOUR != 21)
        return;
    for (unsigned i = 0; i < s->world->servers; i++) {
        const struct host *host = &s->world->hosts[i];
        int64_t when = hour + 30 * MINUTE + i % 24 * 6 * MINUTE;
        stream_at(stream, 1000 + i, hour);
        if (runs_windows(host)) {
            kerberos_ticket(s, stream, when, "svc-backup", the(s->world, ROLE_BACKUP)->address, "0x12", true, NULL);
            windows_logon(s, stream, when + SW_SECOND, host->name, "svc-backup", LOGON_NETWORK, NULL,
                          the(s->world, ROLE_BACKUP)->address, NULL);
            windows_privileges(s, stream, when + SW_SECOND, host->name, "svc-backup");
        } else {
            ssh_login(s, stream, when, host->name, "backup", the(s->world, ROLE_BACKUP)->address, "publickey", true);
        }
    }
}

/* On Sundays the scanner for vulnerabilities tries every server, with a good account and then with guesses. */
static void weekly_scan(struct scenario *s, struct stream *stream, int64_t hour)
{
    static const char *const guesses[] = {"administrator", "guest", "admin", "test"};
    if (weekday_of(hour / SW_DAY) != 6 || hour % SW_DAY != 2 * HOUR)
        return;
    for (unsigned i = 0; i < s->world->servers; i++) {
        const struct host *host = &s->world->hosts[i];
        stream_at(stream, 2000 + i, hour);
        int64_t when = hour + i * 70 * SW_SECOND;
        for (unsigned g = 0; g < COUNT(guesses); g++) {
            if (runs_windows(host))
                windows_logon(s, stream, when + g * SW_SECOND, host->name, guesses[g], LOGON_NETWORK, "VULNSCAN1",
                              the(s->world, ROLE_SCANNER)->address, "0xc0000064");
            else
                ssh_login(s, stream, when + g * SW_SECOND, host->name, "?admin", the(s->world, ROLE_SCANNER)->address,
                          "password", false);
        }
        if (runs_windows(host))
            windows_logon(s, stream, when + 9 * SW_SECOND, host->name, "svc-scan", LOGON_NETWORK, "VULNSCAN1",
                          the(s->world, ROLE_SCANNER)->address, NULL);
    }
}

/* Monitoring logs on everywhere each five minutes; services start; tasks run. */
void acc_services(struct scenario *s, struct stream *stream, int64_t hour)
{
    uint32_t monitor = the(s->world, ROLE_MONITOR)->address;
    for (unsigned i = 0; i < s->world->servers; i++) {
        const struct host *host = &s->world->hosts[i];
        if (fraction_of(mix2(host->key, 8)) >= share(s))
            continue;
        stream_at(stream, i, hour);
        struct chance *c = &stream->chance;
        for (int64_t when = hour + (int64_t)(host->key % 300) * SW_SECOND; when < hour + HOUR; when += 5 * MINUTE) {
            if (!runs_windows(host))
                continue;
            ntlm_check(s, stream, when, "svc-monitor", "MON1", "0x0");
            windows_logon(s, stream, when + 40000000, host->name, "svc-monitor", LOGON_NETWORK, "MON1", monitor, NULL);
            windows_logoff(s, stream, when + 2 * SW_SECOND, host->name, "svc-monitor", LOGON_NETWORK);
        }
        if (runs_windows(host) && hour % SW_DAY / HOUR == (int64_t)(host->key % 6))
            windows_logon(s, stream, hour + 17 * MINUTE, host->name,
                          host->role == ROLE_DATABASE ? "svc-sql" : "svc-task",
                          host->role == ROLE_DATABASE ? LOGON_SERVICE : LOGON_BATCH, host->name, 0, NULL);
        if (!runs_windows(host))
            for (unsigned q = 0; q < 4; q++) {
                int64_t when = hour + (q * 15 * 60 + 1) * SW_SECOND + chance_below(c, 900) * 1000000ll;
                syslog_line(s, stream, when, host->name, "CRON", chance_from(c, 900, 400000),
                            "pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)");
            }
        if (host->role == ROLE_LINUX && chance_is(c, 0.15))
            ssh_login(s, stream, within_hour(stream, hour), host->name, "deploy",
                      the(s->world, ROLE_APPLICATION)->address, "publickey", true);
    }
    nightly(s, stream, hour);
    weekly_scan(s, stream, hour);
}

/* By RDP and SSH from the jump host, by day; sometimes at night when something has failed. */
void acc_administrators(struct scenario *s, struct stream *stream, int64_t hour)
{
    static const char *const commands[] = {"/usr/bin/systemctl status nginx", "/usr/bin/apt upgrade",
                                           "/usr/bin/journalctl -u app", "/usr/bin/tail -f /var/log/syslog",
                                           "/usr/bin/less /etc/nginx/nginx.conf"};
    const struct world *w = s->world;
    uint32_t jump = the(w, ROLE_JUMP)->address;
    for (unsigned i = 0; i < w->person_count; i++) {
        const struct person *p = &w->people[i];
        if (!p->admin || is_away(p, hour))
            continue;
        stream_at(stream, i, hour);
        struct chance *c = &stream->chance;
        char user[64];
        (void)snprintf(user, sizeof user, "adm-%s", p->given);
        for (unsigned n = chance_poisson(c, 1.2 * busyness(p->zone, hour + HOUR / 2) + 0.01); n > 0; n--) {
            int64_t when = within_hour(stream, hour);
            const struct host *to = &w->hosts[chance_zipf(c, w->servers)];
            if (runs_windows(to)) {
                if (chance_is(c, 0.06))
                    windows_logon(s, stream, when - 8 * SW_SECOND, to->name, user, LOGON_REMOTE, "JUMP1", jump,
                                  "0xc000006a");
                windows_explicit(s, stream, when, "jump1", p->login, user, to->name);
                kerberos_ticket(s, stream, when + 100000000, user, jump, "0x12", true, NULL);
                windows_logon(s, stream, when + SW_SECOND, to->name, user, LOGON_REMOTE, "JUMP1", jump, NULL);
                windows_privileges(s, stream, when + SW_SECOND, to->name, user);
                windows_logoff(s, stream, when + (int64_t)chance_scaled(c, 900, 1) * SW_SECOND, to->name, user,
                               LOGON_REMOTE);
            } else {
                ssh_login(s, stream, when, to->name, user, jump, "publickey", true);
                for (unsigned k = chance_below(c, 4); k > 0; k--)
                    syslog_line(s, stream, when + k * 40 * SW_SECOND, to->name, "sudo", 0,
                                "%s : TTY=pts/0 ; PWD=/home/%s ; USER=root ; COMMAND=%s", user, user,
                                CHANCE_OF(c, commands));
            }
        }
    }
}

/* The file drop for suppliers has SSH on the internet: it is guessed at all day. */
void acc_internet(struct scenario *s, struct stream *stream, int64_t hour)
{
    static const char *const guesses[] = {"root",  "?admin", "?test", "?ubuntu", "?oracle",  "?postgres",
                                          "?user", "?git",   "?pi",   "root",    "?ftpuser", "?deploy"};
    stream_at(stream, 0, hour);
    struct chance *c = &stream->chance;
    for (unsigned n = chance_poisson(c, 12 * share(s)); n > 0; n--) {
        uint32_t from = hosting_address(mix2(0x55b, chance_zipf(c, 20000)));
        int64_t when = within_hour(stream, hour);
        for (unsigned k = 1 + chance_zipf(c, 30); k > 0; k--, when += chance_from(c, 2, 40) * SW_SECOND)
            ssh_login(s, stream, when, "drop1", CHANCE_OF(c, guesses), from, "password", false);
    }
    for (unsigned n = chance_poisson(c, 3 * share(s)); n > 0; n--) {
        uint64_t supplier = chance_below(c, 12);
        char user[32];
        (void)snprintf(user, sizeof user, "supplier%02u", (unsigned)supplier);
        int64_t when = within_hour(stream, hour);
        if (chance_is(c, 0.05))
            ssh_login(s, stream, when - 7 * SW_SECOND, "drop1", user, hosting_address(mix2(0x5a9, supplier)),
                      "password", false);
        ssh_login(s, stream, when, "drop1", user, hosting_address(mix2(0x5a9, supplier)), "password", true);
    }
}
