/*
 * acc_people.c - people at computers of the domain: logons in the morning, tickets, unlocking, shares, typos, passwords
 * that expire on Mondays, and the shared accounts of the shop floor.
 */
#include "accounts.h"

#include <stdio.h>

#define AES "0x12"
#define RC4 "0x17"

static bool is_covered(const struct scenario *s, uint64_t key)
{
    return s->coverage[2] >= 1 || fraction_of(mix2(key, 6)) < s->coverage[2];
}

/* A logon as the domain sees it: a ticket, some service tickets, the computer's own event, the file server's. */
static void log_on(struct scenario *s, struct stream *stream, const struct person *p, const struct host *host,
                   int64_t when, enum logon type)
{
    static const char *const services[] = {"files1$", "dc1$",    "print1$", "app1$",
                                           "mail1$",  "svc-sql", "svc-web", "dc2$"};
    struct chance *c = &stream->chance;
    uint32_t address = address_at(s->world, host, when);
    char own[32];
    (void)snprintf(own, sizeof own, "%s$", host->name);
    if (type != LOGON_UNLOCK || chance_is(c, 0.3))
        kerberos_ticket(s, stream, when, p->login, address, AES, true, NULL);
    kerberos_service(s, stream, when + 30000000, p->login, address, own, AES);
    for (unsigned n = type == LOGON_UNLOCK ? chance_below(c, 2) : 2 + chance_below(c, 3); n > 0; n--) {
        const char *service = services[chance_zipf(c, COUNT(services))];
        /* The old print server still has no AES keys. */
        kerberos_service(s, stream, when + chance_from(c, 1, 30) * SW_SECOND, p->login, address, service,
                         strcmp(service, "print1$") == 0 ? RC4 : AES);
    }
    windows_logon(s, stream, when + 60000000, host->name, p->login, type, host->name, 0, NULL);
    if (type != LOGON_UNLOCK) {
        windows_logon(s, stream, when + 5 * SW_SECOND, "files1", p->login, LOGON_NETWORK, NULL, address, NULL);
        windows_logoff(s, stream, when + chance_from(c, 600, 3000) * SW_SECOND, "files1", p->login, LOGON_NETWORK);
    }
}

static void mistype(struct scenario *s, struct stream *stream, const struct person *p, const struct host *host,
                    int64_t when, enum logon type)
{
    kerberos_ticket(s, stream, when, p->login, address_at(s->world, host, when), AES, true, "0x18");
    windows_logon(s, stream, when + 15000000, host->name, p->login, type, host->name, 0, "0xc000006a");
}

void acc_computers(struct scenario *s, struct stream *stream, int64_t hour)
{
    const struct world *w = s->world;
    for (unsigned i = 0; i < w->person_count; i++) {
        const struct person *p = &w->people[i];
        const struct host *host = &w->hosts[p->host];
        stream_at(stream, i, hour);
        struct chance *c = &stream->chance;
        uint32_t address;
        const struct place *place;
        if (is_dormant(p) ? hour >= s->start + SW_DAY : is_away(p, hour))
            continue;
        if (!is_covered(s, p->key) || host->role == ROLE_SHOP || !is_working_day(p->zone, hour) ||
            where_is(p, hour, &address, &place) == WHERE_TRAVEL)
            continue;
        double early = 7.2 + 1.8 * fraction_of(mix2(p->key, 23));
        int64_t begins = local_hour(p->zone, hour, early) + (int64_t)(chance_normal(c) * 8) * MINUTE;
        if (begins / HOUR == hour / HOUR) {
            for (unsigned wrong =
                     chance_is(c, weekday_of(local_day(p->zone, hour)) == 0 ? 0.12 : 0.05) ? chance_from(c, 1, 3) : 0;
                 wrong > 0; wrong--)
                mistype(s, stream, p, host, begins - wrong * chance_from(c, 4, 12) * SW_SECOND, LOGON_INTERACTIVE);
            log_on(s, stream, p, host, begins, LOGON_INTERACTIVE);
        }
        double busy = busyness(p->zone, hour + HOUR / 2);
        for (unsigned n = is_dormant(p) ? 0 : chance_poisson(c, 0.9 * busy * s->activity[2]); n > 0; n--) {
            int64_t when = within_hour(stream, hour);
            if (chance_is(c, 0.06))
                mistype(s, stream, p, host, when - 6 * SW_SECOND, LOGON_UNLOCK);
            log_on(s, stream, p, host, when, LOGON_UNLOCK);
        }
    }
}

/* Each password lasts thirteen weeks and ends on a Monday: refused at eight, changed, and the telephone goes on with
 * the old one until somebody remembers it in the afternoon. */
void acc_passwords(struct scenario *s, struct stream *stream, int64_t hour)
{
    const struct world *w = s->world;
    for (unsigned i = 0; i < w->person_count; i++) {
        const struct person *p = &w->people[i];
        int64_t day = local_day(p->zone, hour);
        if (weekday_of(day) != 0 || (uint64_t)(day / 7) % 13 != mix2(p->key, 75) % 13 || is_away(p, hour) ||
            !is_covered(s, p->key))
            continue;
        stream_at(stream, i, hour);
        struct chance *c = &stream->chance;
        const struct host *host = &w->hosts[p->host];
        int64_t local = (hour + zone_offset(p->zone, hour)) % SW_DAY / HOUR;
        if (local == 8) {
            int64_t when = within_hour(stream, hour);
            const char *pairs[] = {"TargetUserName",
                                   p->login,
                                   "TargetDomainName",
                                   "CORP",
                                   "SubjectUserName",
                                   p->login,
                                   "SubjectDomainName",
                                   "CORP",
                                   NULL};
            kerberos_ticket(s, stream, when, p->login, address_at(w, host, when), AES, true, "0x17");
            windows_event(s, stream, when + 70 * SW_SECOND, "dc1", 4723, pairs);
            if (chance_is(c, 0.3))
                mistype(s, stream, p, host, when + 300 * SW_SECOND, LOGON_UNLOCK);
        }
        if (local >= 9 && local < 9 + (int64_t)(mix2(p->key, 76) % 6) && mix2(p->key, 77) % 2 == 0)
            for (unsigned n = 0; n < 6; n++)
                ntlm_check(s, stream, hour + n * 10 * MINUTE + chance_from(c, 0, 30) * SW_SECOND, p->login, "mail1",
                           "0xc000006a");
    }
}

/* Three accounts for everybody: in shifts, at several machines at once. */
void acc_shop_floor(struct scenario *s, struct stream *stream, int64_t hour)
{
    const struct world *w = s->world;
    int64_t local = (hour + zone_offset(ZONE_HEADQUARTERS, hour)) % SW_DAY / HOUR;
    if (weekday_of(local_day(ZONE_HEADQUARTERS, hour)) == 6 || (local != 5 && local != 13 && local != 21))
        return;
    for (unsigned i = w->clients_from; i < w->clients_to; i++) {
        const struct host *host = &w->hosts[i];
        if (host->role != ROLE_SHOP || !is_covered(s, host->key))
            continue;
        stream_at(stream, i, hour);
        char user[16];
        (void)snprintf(user, sizeof user, "shop%u", (unsigned)(host->key % 3) + 1);
        int64_t when = hour + chance_from(&stream->chance, 50, 59) * MINUTE;
        for (unsigned wrong = chance_below(&stream->chance, 6) == 0 ? 2 : 0; wrong > 0; wrong--)
            windows_logon(s, stream, when - wrong * 9 * SW_SECOND, host->name, user, LOGON_INTERACTIVE, host->name, 0,
                          "0xc000006a");
        kerberos_ticket(s, stream, when, user, host->address, AES, true, NULL);
        kerberos_service(s, stream, when + 90000000, user, host->address, "app1$", AES);
        windows_logon(s, stream, when + 100000000, host->name, user, LOGON_INTERACTIVE, host->name, 0, NULL);
    }
}
