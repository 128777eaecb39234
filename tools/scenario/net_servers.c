/*
 * net_servers.c - inside: logons and group policy at the domain controllers, the file server, databases, mail,
 * printing, nightly backups, monitoring of every host, and the weekly scan for vulnerabilities.
 */
#include "flow.h"
#include "net.h"

#define SERVER(role) (the(s->world, (role))->address)

static bool covered(const struct scenario *s, const struct host *host)
{
    return s->coverage[0] >= 1 || host->role < ROLE_DESKTOP || fraction_of(mix2(host->key, 6)) < s->coverage[0];
}

/* Group policy each 90 to 120 minutes; tickets; directory look-ups. */
void net_directory(struct scenario *s, struct stream *stream, int64_t hour)
{
    for (unsigned i = s->world->clients_from; i < s->world->clients_to; i++) {
        const struct host *host = &s->world->hosts[i];
        if (!covered(s, host) || host->role == ROLE_BRANCH)
            continue;
        stream_at(stream, i, hour);
        struct chance *c = &stream->chance;
        int64_t when = within_hour(stream, hour);
        if (!is_running(s->world, host, when))
            continue;
        uint32_t client = address_at(s->world, host, when);
        uint32_t dc = SERVER(host->key & 1 ? ROLE_DC1 : ROLE_DC2);
        unsigned tickets = chance_poisson(c, 0.5 + 2.5 * busyness(host->zone, when) * is_present(s->world, host, when));
        for (unsigned n = 0; n < tickets; n++)
            flow_tcp(s, stream, when + n * chance_from(c, 1, 600) * SW_SECOND, client, dc, 88, "krb_tcp", NULL,
                     (uint64_t)chance_scaled(c, 1700, .3), (uint64_t)chance_scaled(c, 1650, .3),
                     chance_from(c, 2, 40) * 1000000ll);
        if (chance_is(c, 0.57)) {
            flow_tcp(s, stream, when, client, dc, 389, "ldap_tcp", NULL, (uint64_t)chance_scaled(c, 2900, .6),
                     (uint64_t)chance_scaled(c, 5200, 1), chance_from(c, 50, 900) * 1000000ll);
            flow_tcp(s, stream, when + 300000000, client, dc, 445, "gssapi,smb", NULL,
                     (uint64_t)chance_scaled(c, 6500, .3), (uint64_t)chance_scaled(c, 11000, .6),
                     chance_from(c, 10, 15) * SW_SECOND);
        }
    }
}

/* Each client has a session or two with the file server; what moves is mostly little, at times a folder. */
void net_files(struct scenario *s, struct stream *stream, int64_t hour)
{
    for (unsigned i = s->world->clients_from; i < s->world->clients_to; i++) {
        const struct host *host = &s->world->hosts[i];
        if (host->role == ROLE_BRANCH || !is_present(s->world, host, hour))
            continue;
        stream_at(stream, i, hour);
        struct chance *c = &stream->chance;
        for (unsigned n = chance_poisson(c, 1.6 * busyness(host->zone, hour + HOUR / 2) * s->activity[0]); n > 0; n--) {
            int64_t when = within_hour(stream, hour);
            double bytes = chance_is(c, 0.01) ? chance_scaled(c, 250e6, 1.2) : chance_scaled(c, 900e3, 2.4);
            bool down = chance_is(c, 0.7);
            flow_tcp(s, stream, when, address_at(s->world, host, when), SERVER(ROLE_FILE), 445, "gssapi,smb,ntlm", NULL,
                     (uint64_t)(down ? bytes / 30 : bytes), (uint64_t)(down ? bytes : bytes / 25),
                     (int64_t)chance_scaled(c, 700, 1.5) * SW_SECOND);
            if (chance_is(c, 0.12))
                flow_tcp(s, stream, when + 40 * SW_SECOND, address_at(s->world, host, when), SERVER(ROLE_PRINT), 9100,
                         NULL, NULL, (uint64_t)chance_scaled(c, 700000, 1.5), 400, chance_from(c, 3, 30) * SW_SECOND);
        }
    }
}

/* The application asks its database all day, more when people work; the web servers ask the application. */
void net_tiers(struct scenario *s, struct stream *stream, int64_t hour)
{
    static const struct {
        enum role from, to;
        uint16_t port;
        const char *service;
        double a_working_hour;
    } pairs[] = {
        {ROLE_APPLICATION, ROLE_DATABASE, 5432, "postgresql", 90},
        {ROLE_WEB1, ROLE_APPLICATION, 8443, "ssl", 140},
        {ROLE_WEB2, ROLE_APPLICATION, 8443, "ssl", 130},
        {ROLE_MAIL, ROLE_DC1, 389, "ldap_tcp", 60},
        {ROLE_FILE, ROLE_DC2, 88, "krb_tcp", 25},
        {ROLE_VPN, ROLE_DC1, 636, "ssl", 15},
        {ROLE_RELAY, ROLE_MAIL, 25, "smtp", 40},
        {ROLE_MAIL, ROLE_RELAY, 25, "smtp", 18},
        {ROLE_JUMP, ROLE_DC1, 88, "krb_tcp", 6},
        {ROLE_DC1, ROLE_DC2, 135, "dce_rpc", 4},
        {ROLE_DC2, ROLE_DC1, 135, "dce_rpc", 4},
        {ROLE_PROXY, ROLE_DC2, 389, "ldap_tcp", 12},
    };
    double busy = 0.25 + busyness(ZONE_HEADQUARTERS, hour + HOUR / 2);
    for (unsigned p = 0; p < COUNT(pairs); p++) {
        stream_at(stream, p, hour);
        struct chance *c = &stream->chance;
        double share = s->coverage[0] < 1 ? s->coverage[0] : 1;
        for (unsigned n = chance_poisson(c, pairs[p].a_working_hour * busy * share); n > 0; n--)
            flow_tcp(s, stream, within_hour(stream, hour), SERVER(pairs[p].from), SERVER(pairs[p].to), pairs[p].port,
                     pairs[p].service, chance_is(c, 0.97) ? NULL : "RSTO", (uint64_t)chance_scaled(c, 2400, 1.2),
                     (uint64_t)chance_scaled(c, 9000, 2), (int64_t)(chance_scaled(c, 0.4, 2) * 1e9));
    }
}

/* From half past nine in the evening, server after server, growing by a third of a percent a day, five times as much on
 * Sundays; now and then one breaks off and is run again in the morning. At three the store goes to a cloud. */
static void backup_server(struct scenario *s, struct stream *stream, unsigned i, int64_t midnight)
{
    const struct host *host = &s->world->hosts[i];
    struct chance *c = &stream->chance;
    int64_t day = midnight / SW_DAY;
    double grown = 1 + 0.0033 * (double)((midnight - s->start) / SW_DAY);
    double usual = 2e9 * (double)(1 + mix2(host->key, 30) % 12) * (host->role == ROLE_FILE ? 4 : 1);
    double bytes = chance_scaled(c, usual * grown * (weekday_of(day) == 6 ? 5 : 1), 0.12);
    int64_t start = midnight - 150 * MINUTE + i % 24 * 6 * MINUTE + chance_from(c, 0, 40) * SW_SECOND;
    bool fails = chance_is(c, 0.02);
    double done = fails ? bytes * chance_unit(c) : bytes;
    flow_tcp(s, stream, start, host->address, SERVER(ROLE_BACKUP), 13724, "ssl", fails ? "RSTR" : NULL, (uint64_t)done,
             (uint64_t)(done / 900), (int64_t)(done / 95e6) * SW_SECOND);
    if (fails)
        flow_tcp(s, stream, midnight + 6 * HOUR + i % 24 * 3 * MINUTE, host->address, SERVER(ROLE_BACKUP), 13724, "ssl",
                 NULL, (uint64_t)bytes, (uint64_t)(bytes / 900), (int64_t)(bytes / 95e6) * SW_SECOND);
}

void net_backups(struct scenario *s, struct stream *stream, int64_t hour)
{
    if (hour == s->start && !s->counting) {
        struct truth_item *item = truth_open(s, "ordinary-backup", "ordinary", "");
        char text[16];
        truth_negative(item);
        truth_entity(item, "source", "%s", address_text(SERVER(ROLE_BACKUP), text));
        truth_entity(item, "destination", "%s", "corporg-backup.s3.eu-central-1.amazonaws.com");
    }
    int64_t midnight = (hour + 3 * HOUR) / SW_DAY * SW_DAY; /* the night's */
    if (hour != midnight - 3 * HOUR)
        return;
    for (unsigned i = 0; i < s->world->servers; i++) {
        stream_at(stream, i, midnight);
        if (s->world->hosts[i].role != ROLE_BACKUP)
            backup_server(s, stream, i, midnight);
    }
    stream_at(stream, 100000, midnight);
    struct chance *c = &stream->chance;
    double left = chance_scaled(c, 24e9 * (1 + 0.0033 * (double)((midnight - s->start) / SW_DAY)), 0.2);
    int64_t when = midnight + 3 * HOUR + chance_from(c, 0, 90) * SW_SECOND;
    const char *name = "corporg-backup.s3.eu-central-1.amazonaws.com";
    flow_lookup(s, stream, when - SW_SECOND, SERVER(ROLE_BACKUP), name, address_of_name(name, 1));
    for (; left > 0; left -= 5e9) { /* several connections at once */
        double part = left < 5e9 ? left : 5e9;
        flow_https(s, stream, when, SERVER(ROLE_BACKUP), address_of_name(name, chance_below(c, 4)), name, 22,
                   (uint64_t)part, (uint64_t)(part / 700), (int64_t)(part / chance_scaled(c, 20e6, .3)) * SW_SECOND);
        when += chance_from(c, 1, 200) * SW_SECOND;
    }
    if (chance_is(c, 0.05)) /* again in the morning */
        flow_https(s, stream, midnight + 7 * HOUR, SERVER(ROLE_BACKUP), address_of_name(name, 2), name, 22, 9000000000u,
                   12000000, 560 * SW_SECOND);
}

static void probe_host(struct scenario *s, struct stream *stream, const struct host *host, int64_t when,
                       uint32_t address)
{
    struct chance *c = &stream->chance;
    bool up = is_running(s->world, host, when);
    flow_ping(s, stream, when, SERVER(ROLE_MONITOR), address, up);
    if (host->role >= ROLE_DESKTOP)
        return;
    flow_udp(s, stream, when + 40000000, SERVER(ROLE_MONITOR), address, 161, "snmp", 43 + chance_below(c, 4),
             60 + chance_below(c, 90), chance_from(c, 1, 30) * 1000000ll);
    if (host->role == ROLE_WEB1 || host->role == ROLE_WEB2 || host->role == ROLE_APPLICATION)
        flow_https(s, stream, when + 90000000, SERVER(ROLE_MONITOR), address, "www.example.org", 23, 500, 1400,
                   120000000);
}

/* Each server and device each minute, everybody's computer each five. */
void net_monitoring(struct scenario *s, struct stream *stream, int64_t hour)
{
    for (unsigned i = 0; i < s->world->host_count; i++) {
        const struct host *host = &s->world->hosts[i];
        bool often = i < s->world->servers || host->role == ROLE_THING;
        if (host->role == ROLE_MONITOR || host->role == ROLE_PHONE || host->role == ROLE_BRANCH ||
            fraction_of(mix2(host->key, 6)) >= s->coverage[0])
            continue;
        stream_at(stream, i, hour);
        int64_t phase = (int64_t)(mix2(host->key, 40) % 60000) * 1000000;
        for (int64_t when = hour + phase; when < hour + HOUR; when += often ? MINUTE : 5 * MINUTE)
            probe_host(s, stream, host, when + chance_from(&stream->chance, 0, 40) * 1000000,
                       address_at(s->world, host, when));
    }
}

/* Sundays at two: every host, a list of ports, in the order of addresses. */
void net_own_scan(struct scenario *s, struct stream *stream, int64_t hour)
{
    static const uint16_t ports[] = {21,  22,  23,   25,   80,   110,  111,  135,  139,  143,  389, 443,
                                     445, 993, 1433, 3306, 3389, 5432, 5900, 5985, 8080, 8443, 9100};
    if (weekday_of(hour / SW_DAY) != 6 || hour % SW_DAY != 2 * HOUR)
        return;
    stream_at(stream, 0, hour);
    int64_t when = hour;
    for (unsigned i = 0; i < s->world->host_count; i++) {
        const struct host *host = &s->world->hosts[i];
        if (!covered(s, host) || host->role == ROLE_BRANCH)
            continue;
        for (unsigned p = 0; p < COUNT(ports); p++) {
            bool up = is_running(s->world, host, when);
            bool listens = up && mix3(host->role, host->role >= ROLE_DESKTOP ? 1 : host->key, ports[p]) % 5 == 0;
            flow_tcp(s, stream, when, SERVER(ROLE_SCANNER), address_at(s->world, host, when), ports[p], NULL,
                     listens ? "RSTO"
                     : up    ? "REJ"
                             : "S0",
                     listens ? 300 : 0, listens ? 900 : 0,
                     listens ? 400000000
                     : up    ? 300000
                             : -1);
            when += chance_from(&stream->chance, 4, 30) * 1000000;
        }
    }
}

/* Administrators: from the jump host by RDP and SSH. Servers: the few things that they fetch from outside. */
void net_administration(struct scenario *s, struct stream *stream, int64_t hour)
{
    stream_at(stream, 0, hour);
    struct chance *c = &stream->chance;
    for (unsigned n = chance_poisson(c, 5 * busyness(ZONE_HEADQUARTERS, hour + HOUR / 2)); n > 0; n--) {
        int64_t when = within_hour(stream, hour);
        const struct host *to = &s->world->hosts[chance_below(c, s->world->servers)];
        int64_t length = (int64_t)chance_scaled(c, 900, 1.5) * SW_SECOND;
        if (to->role >= ROLE_WEB1) {
            struct ssh_detail ssh = {.client = "SSH-2.0-OpenSSH_9.6",
                                     .server = "SSH-2.0-OpenSSH_9.6p1 Ubuntu-3ubuntu13",
                                     .success = true,
                                     .attempts = 1};
            struct flow flow = {.start = when,
                                .duration = length,
                                .client = SERVER(ROLE_JUMP),
                                .server = to->address,
                                .server_port = 22,
                                .protocol = PROTOCOL_TCP,
                                .service = "ssh",
                                .sent = (uint64_t)chance_scaled(c, 14000, 1),
                                .received = (uint64_t)chance_scaled(c, 60000, 2),
                                .ssh = &ssh};
            flow_emit(s, stream, &flow);
        } else {
            flow_tcp(s, stream, when, SERVER(ROLE_JUMP), to->address, chance_is(c, 0.75) ? 3389 : 5985,
                     chance_is(c, 0.75) ? "rdp,ssl" : "http", NULL, (uint64_t)chance_scaled(c, 900000, 1.2),
                     (uint64_t)chance_scaled(c, 9e6, 1.5), length);
        }
    }
    if (chance_is(c, 0.3)) { /* the shop's web server and its payment service, around the clock */
        int64_t when = within_hour(stream, hour);
        flow_lookup(s, stream, when, SERVER(ROLE_WEB1), "api.stripe.com", address_of_name("api.stripe.com", 0));
    }
    for (unsigned n = chance_poisson(c, 8); n > 0; n--)
        flow_https(s, stream, within_hour(stream, hour), SERVER(chance_is(c, .5) ? ROLE_WEB1 : ROLE_WEB2),
                   address_of_name("api.stripe.com", chance_below(c, 2)), "api.stripe.com", 24,
                   (uint64_t)chance_scaled(c, 2500, .4), (uint64_t)chance_scaled(c, 3000, .4), 700000000);
}
