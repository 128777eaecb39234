/*
 * net_polls.c - what software does by itself, at its own periods, from most hosts to the same names: time, updates,
 * telemetry, certificates, presence. And a few applications that only one or two hosts have: as regular as a beacon,
 * and nothing wrong with them. The truth names those as ordinary.
 */
#include "flow.h"
#include "net.h"

#include <stdio.h>

enum who { WHO_WINDOWS, WHO_LINUX, WHO_ALL, WHO_SERVERS };
enum how { HOW_HTTPS, HOW_HTTP, HOW_NTP };

struct poll {
    const char *name;
    enum who who;
    enum how how;
    unsigned share;                /* of those hosts, in 100 */
    double period;                 /* seconds */
    double jitter;                 /* share of the period */
    double sent, received, spread; /* bytes, octaves */
    unsigned heavy_one_in;         /* a poll that fetches something large */
    double heavy;
    const char *uri;
};

static const struct poll polls[] = {
    {"time.windows.com", WHO_WINDOWS, HOW_NTP, 55, 3600, .02, 48, 48, 0, 0, 0, NULL},
    {"ntp.ubuntu.com", WHO_LINUX, HOW_NTP, 90, 2048, .01, 48, 48, 0, 0, 0, NULL},
    {"v10.events.data.microsoft.com", WHO_WINDOWS, HOW_HTTPS, 95, 900, .3, 5200, 900, 1.2, 0, 0, NULL},
    {"settings-win.data.microsoft.com", WHO_WINDOWS, HOW_HTTPS, 95, 3600, .1, 900, 3900, .3, 0, 0, NULL},
    {"fe3cr.delivery.mp.microsoft.com", WHO_WINDOWS, HOW_HTTPS, 90, 22 * 3600, .2, 9000, 14000, .4, 3, 180e6, NULL},
    {"ctldl.windowsupdate.com", WHO_WINDOWS, HOW_HTTP, 95, 43200, .05, 0, 70000, .1, 0, 0,
     "/msdownload/update/v3/static/trustedr/en/disallowedcertstl.cab"},
    {"au.download.windowsupdate.com", WHO_WINDOWS, HOW_HTTP, 60, 86400, .5, 0, 4000, 1, 4, 300e6,
     "/c/msdownload/update/software/secu/2026/09/windows10.0-kb5031356-x64.cab"},
    {"wdcp.microsoft.com", WHO_WINDOWS, HOW_HTTPS, 95, 3600, .15, 3000, 1200, 1, 0, 0, NULL},
    {"definitionupdates.microsoft.com", WHO_WINDOWS, HOW_HTTPS, 95, 4 * 3600, .1, 900, 2e6, 1.3, 6, 90e6, NULL},
    {"update.googleapis.com", WHO_WINDOWS, HOW_HTTPS, 75, 5 * 3600, .1, 1600, 1900, .2, 30, 110e6, NULL},
    {"safebrowsing.googleapis.com", WHO_WINDOWS, HOW_HTTPS, 75, 1800, .05, 900, 7000, 1, 0, 0, NULL},
    {"edge.microsoft.com", WHO_WINDOWS, HOW_HTTPS, 90, 4 * 3600, .3, 1300, 9000, 1, 0, 0, NULL},
    {"ocsp.digicert.com", WHO_ALL, HOW_HTTP, 80, 5400, .8, 80, 471, 0, 0, 0, "/MFEwTzBNMEswSTAJBgUrDgMCGgUABBQ50otx"},
    {"r3.o.lencr.org", WHO_ALL, HOW_HTTP, 60, 9000, .8, 85, 503, 0, 0, 0, "/MFMwUTBPME0wSzAJBgUrDgMCGgUABBRI2smg"},
    {"presence.teams.microsoft.com", WHO_WINDOWS, HOW_HTTPS, 90, 300, .03, 1400, 1100, .2, 0, 0, NULL},
    {"outlook.office365.com", WHO_WINDOWS, HOW_HTTPS, 90, 900, .02, 2100, 2600, .4, 0, 0, NULL},
    {"edr-eu1.sentry-agent.example", WHO_ALL, HOW_HTTPS, 98, 180, .1, 1200, 700, .5, 0, 0, NULL},
    {"edr-upload.sentry-agent.example", WHO_ALL, HOW_HTTPS, 98, 3600, .5, 60000, 900, 1.5, 0, 0, NULL},
    {"inventory.fleet-manager.example", WHO_ALL, HOW_HTTPS, 97, 7200, .02, 18000, 2400, .3, 0, 0, NULL},
    {"www.msftconnecttest.com", WHO_WINDOWS, HOW_HTTP, 90, 4 * 3600, .9, 0, 22, 0, 0, 0, "/connecttest.txt"},
    {"connectivity-check.ubuntu.com", WHO_LINUX, HOW_HTTP, 60, 300, .01, 0, 0, 0, 0, 0, "/"},
    {"archive.ubuntu.com", WHO_LINUX, HOW_HTTP, 95, 43200, .5, 0, 250000, .5, 4, 60e6,
     "/ubuntu/dists/noble-updates/InRelease"},
    {"security.ubuntu.com", WHO_LINUX, HOW_HTTP, 95, 43200, .5, 0, 120000, .5, 4, 30e6,
     "/ubuntu/dists/noble-security/InRelease"},
    {"motd.ubuntu.com", WHO_LINUX, HOW_HTTPS, 90, 43200, .9, 700, 3000, .1, 0, 0, NULL},
    {"api.snapcraft.io", WHO_LINUX, HOW_HTTPS, 80, 6 * 3600, .2, 5000, 9000, .5, 10, 70e6, NULL},
    {"wss-primary.slack.com", WHO_WINDOWS, HOW_HTTPS, 30, 1500, .6, 4000, 9000, 1, 0, 0, NULL},
    {"clients4.google.com", WHO_WINDOWS, HOW_HTTPS, 60, 3700, .3, 900, 1300, .6, 0, 0, NULL},
    {"nexus.officeapps.live.com", WHO_WINDOWS, HOW_HTTPS, 90, 10800, .4, 3000, 4000, 1, 0, 0, NULL},
    {"license.cad-vendor.example", WHO_WINDOWS, HOW_HTTPS, 4, 600, .01, 800, 640, .05, 0, 0, NULL},
    {"push.services.mozilla.com", WHO_WINDOWS, HOW_HTTPS, 20, 1790, .02, 1200, 900, .3, 0, 0, NULL},
};

static bool has_it(const struct stream *stream, const struct scenario *s, const struct poll *poll, unsigned index,
                   unsigned i)
{
    const struct host *host = &s->world->hosts[i];
    bool linux_host = host->role >= ROLE_WEB1 ? host->role <= ROLE_LINUX : host->key % 3 == 0;
    bool client = i >= s->world->clients_from && i < s->world->clients_to;
    uint64_t own = mix2(trait(stream, i), index);
    if (host->role > ROLE_BRANCH || own % 100 >= poll->share || fraction_of(mix2(host->key, 6)) >= s->coverage[0])
        return false;
    if (poll->who == WHO_WINDOWS)
        return client || (host->role < ROLE_SINGLE && !linux_host && mix1(own) % 2 == 0);
    return poll->who == WHO_ALL || (poll->who == WHO_LINUX && !client && linux_host) ||
           (poll->who == WHO_SERVERS && !client);
}

static void emit_poll(struct scenario *s, struct stream *stream, const struct poll *poll, const struct host *host,
                      int64_t when)
{
    struct chance *c = &stream->chance;
    uint32_t client = address_at(s->world, host, when);
    uint32_t server = address_of_name(poll->name, mix2(host->key, (uint64_t)(when / SW_DAY) / 3));
    double received = chance_scaled(c, poll->received, poll->spread);
    if (poll->heavy_one_in > 0 && chance_below(c, poll->heavy_one_in) == 0)
        received += chance_scaled(c, poll->heavy, 1);
    if (chance_is(c, 0.25))
        flow_lookup(s, stream, when - 20000000, client, poll->name, server);
    if (poll->how == HOW_NTP) {
        flow_udp(s, stream, when, client, server, 123, "ntp", 48, chance_is(c, 0.98) ? 48 : 0,
                 chance_from(c, 12, 60) * 1000000ll);
    } else if (poll->how == HOW_HTTP) {
        struct http_detail http = {.method = "GET",
                                   .host = poll->name,
                                   .uri = poll->uri,
                                   .response_length = (uint64_t)received,
                                   .agent = poll->who == WHO_LINUX ? "Debian APT-HTTP/1.3 (2.7.14)"
                                                                   : "Microsoft-CryptoAPI/10.0",
                                   .status = received > 0 ? 200 : 204,
                                   .mime = "application/octet-stream"};
        flow_http(s, stream, when, client, server, &http);
    } else {
        flow_https(s, stream, when, client, server, poll->name, 30 + (unsigned)(mix_text(1, poll->name) % 64),
                   (uint64_t)chance_scaled(c, poll->sent, poll->spread), (uint64_t)received,
                   (int64_t)(chance_scaled(c, 1.5, 1) * 1e9 + received / 6e-3));
    }
}

/* The moments of a host's period that fall into the hour, each moved by its own jitter. */
static void poll_host(struct scenario *s, struct stream *stream, const struct poll *poll, unsigned index, unsigned i,
                      int64_t hour)
{
    const struct host *host = &s->world->hosts[i];
    uint64_t own = mix2(trait(stream, i), index);
    int64_t period = (int64_t)(poll->period * 1e9);
    int64_t phase = (int64_t)(fraction_of(mix2(own, 1)) * (double)period);
    int64_t k = (hour - phase) / period - 1;
    for (;; k++) {
        int64_t at = k * period + phase;
        uint64_t move = mix2(own, (uint64_t)k);
        at += (int64_t)((fraction_of(move) - 0.5) * poll->jitter * (double)period) + (int64_t)(move % 900000) * 1000;
        if (k * period + phase >= hour + HOUR + period)
            return;
        if (at < hour || at >= hour + HOUR || !is_running(s->world, host, at))
            continue;
        stream->chance.state = mix2(move, 3);
        emit_poll(s, stream, poll, host, at);
    }
}

void net_polls(struct scenario *s, struct stream *stream, int64_t hour)
{
    for (unsigned p = 0; p < COUNT(polls); p++)
        for (unsigned i = 0; i < s->world->host_count; i++)
            if (has_it(stream, s, &polls[p], p, i))
                poll_host(s, stream, &polls[p], p, i, hour);
}

/* --- what only one host has -------------------------------------------------------------------------------------- */

static const struct {
    const char *what;
    double period, jitter;
} singles[] = {{"printer driver's ink service", 21600, .05},
               {"weather gadget", 1800, .02},
               {"share prices", 300, .1},
               {"backup agent of one person", 3600, .01},
               {"music player", 180, .3},
               {"sensor vendor's portal", 600, .0},
               {"time recording", 900, .05},
               {"chess club", 120, .4}};

/* One in 150 hosts, and at least two. */
static bool has_single(const struct scenario *s, const struct stream *stream, unsigned i)
{
    const struct world *w = s->world;
    unsigned step = 150;
    unsigned clients = w->clients_to - w->clients_from;
    if (clients < 300)
        step = clients / 2 + 1;
    return i >= w->clients_from && i < w->clients_to && (i + trait(stream, 1)) % step == 0;
}

static void describe_single(const struct scenario *s, const struct stream *stream, unsigned i, struct poll *poll,
                            char name[80])
{
    uint64_t own = trait(stream, i + 100);
    unsigned kind = (unsigned)(own % COUNT(singles));
    char base[64];
    (void)s;
    invented_name(mix1(own), base, sizeof base);
    (void)snprintf(name, 80, "api.%s", base);
    *poll = (struct poll){.name = name,
                          .how = HOW_HTTPS,
                          .period = singles[kind].period,
                          .jitter = singles[kind].jitter,
                          .sent = 400 + (double)(own >> 8 & 1023),
                          .received = 300 + (double)(own >> 20 & 8191),
                          .spread = .3};
}

void net_singles(struct scenario *s, struct stream *stream, int64_t hour)
{
    for (unsigned i = s->world->clients_from; i < s->world->clients_to; i++) {
        if (!has_single(s, stream, i))
            continue;
        struct poll poll;
        char name[80];
        describe_single(s, stream, i, &poll, name);
        if (hour == s->start && !s->counting) {
            const struct host *host = &s->world->hosts[i];
            char text[16];
            struct truth_item *item = truth_open(s, "ordinary-poll", "ordinary", "");
            truth_negative(item);
            truth_entity(item, "source", "%s", address_text(address_at(s->world, host, hour), text));
            truth_entity(item, "destination", "%s", name);
            truth_entity(item, "what", "%s", singles[trait(stream, i + 100) % COUNT(singles)].what);
            truth_number(item, "period", poll.period);
            truth_number(item, "jitter", poll.jitter);
        }
        poll_host(s, stream, &poll, 0, i, hour);
    }
}
