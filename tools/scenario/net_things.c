/*
 * net_things.c - devices and guests: cameras, telephones, thermostats, printers, televisions, and visitors' phones on
 * the guests' network.
 */
#include "flow.h"
#include "net.h"

#include <stdio.h>

#define SERVER(role) (the(s->world, (role))->address)

struct device {
    const char *kind;
    const char *name; /* of a cloud; NULL: `to` inside */
    enum role to;
    uint16_t port;
    const char *service;
    double period, sent, received, lasts;
};

static const struct device devices[] = {
    {"cam", NULL, ROLE_RECORDER, 554, NULL, 3600, 400e6, 2e6, 3590},
    {"cam", "p2p.camera-maker.example", ROLE_DC1, 8443, "ssl", 60, 240, 180, .4},
    {"phone", NULL, ROLE_PBX, 5060, "sip", 300, 620, 540, .03},
    {"printer", "events.print-maker.example", ROLE_DC1, 443, "ssl", 86400, 5200, 3100, 2},
    {"printer", NULL, ROLE_PRINT, 161, "snmp", 600, 90, 150, .01},
    {"thermo", "mqtt.building-cloud.example", ROLE_DC1, 8883, "ssl", 7200, 42000, 16000, 7150},
    {"tv", "lcprd1.samsungcloudsolution.net", ROLE_DC1, 443, "ssl", 1800, 1500, 2900, 1.5},
    {"door", NULL, ROLE_APPLICATION, 8443, "ssl", 30, 310, 220, .1},
    {"ups", "ups-monitor.power-maker.example", ROLE_DC1, 443, "ssl", 300, 800, 400, .6},
};

static void use_device(struct scenario *s, struct stream *stream, const struct device *d, const struct host *host,
                       int64_t when)
{
    struct chance *c = &stream->chance;
    uint64_t sent = (uint64_t)chance_scaled(c, d->sent, 0.15);
    uint64_t received = (uint64_t)chance_scaled(c, d->received, 0.1);
    int64_t lasts = (int64_t)(d->lasts * chance_scaled(c, 1, 0.05) * 1e9);
    if (d->name == NULL) {
        if (d->port == 5060 || d->port == 161)
            flow_udp(s, stream, when, d->port == 161 ? SERVER(d->to) : host->address,
                     d->port == 161 ? host->address : SERVER(d->to), d->port, d->service, sent, received, lasts);
        else
            flow_tcp(s, stream, when, host->address, SERVER(d->to), d->port, d->service, NULL, sent, received, lasts);
        return;
    }
    struct tls_detail tls = {.name = d->name, .client = 94, .self_signed = d->port == 8443};
    struct flow flow = {.start = when,
                        .duration = lasts,
                        .client = host->address,
                        .server = address_of_name(d->name, host->key),
                        .server_port = d->port,
                        .protocol = PROTOCOL_TCP,
                        .service = d->service,
                        .sent = sent,
                        .received = received,
                        .tls = &tls};
    flow_emit(s, stream, &flow);
}

static void tell_of_devices(struct scenario *s, int64_t hour)
{
    for (unsigned d = 0; d < COUNT(devices) && hour == s->start && !s->counting; d++) {
        if (devices[d].name == NULL)
            continue;
        struct truth_item *item = truth_open(s, "ordinary-poll", "ordinary", "");
        truth_negative(item);
        truth_entity(item, "source", "192.168.10.0/22");
        truth_entity(item, "destination", "%s", devices[d].name);
        truth_entity(item, "what", "%s", devices[d].kind);
        truth_number(item, "period", devices[d].period);
    }
}

void net_things(struct scenario *s, struct stream *stream, int64_t hour)
{
    tell_of_devices(s, hour);
    for (unsigned i = s->world->clients_to; i < s->world->host_count; i++) {
        const struct host *host = &s->world->hosts[i];
        if (host->role != ROLE_THING || fraction_of(mix2(host->key, 6)) >= s->coverage[0])
            continue;
        for (unsigned d = 0; d < COUNT(devices); d++) {
            if (strncmp(host->name, devices[d].kind, strlen(devices[d].kind)) != 0)
                continue;
            stream_at(stream, i * 16 + d, hour);
            int64_t period = (int64_t)(devices[d].period * 1e9);
            int64_t phase = (int64_t)(fraction_of(mix2(host->key, 60 + d)) * (double)period);
            for (int64_t when = (hour - phase + period - 1) / period * period + phase; when < hour + HOUR;
                 when += period)
                if (when >= hour && chance_is(&stream->chance, 0.998))
                    use_device(s, stream, &devices[d], host, when + chance_from(&stream->chance, 0, 250) * 1000000);
        }
    }
}

/* Guests' phones: what phones do. */
void net_guests(struct scenario *s, struct stream *stream, int64_t hour)
{
    static const char *const names[] = {
        "gateway.icloud.com", "mtalk.google.com",    "web.whatsapp.com",  "i.instagram.com",     "www.youtube.com",
        "graph.facebook.com", "app-measurement.com", "captive.apple.com", "play.googleapis.com", "open.spotify.com"};
    for (unsigned i = s->world->clients_to; i < s->world->host_count; i++) {
        const struct host *host = &s->world->hosts[i];
        if (host->role != ROLE_PHONE)
            continue;
        if (mix3(host->key, 61, (uint64_t)(hour / SW_DAY)) % 2 == 0)
            continue;
        stream_at(stream, i, hour);
        struct chance *c = &stream->chance;
        for (unsigned n = chance_poisson(c, 40 * busyness(ZONE_HEADQUARTERS, hour + HOUR / 2) * s->activity[0]); n > 0;
             n--) {
            int64_t when = within_hour(stream, hour);
            const char *name = names[chance_zipf(c, COUNT(names))];
            uint32_t server = address_of_name(name, host->key);
            if (chance_is(c, 0.4)) { /* the guests' network asks a resolver outside */
                char answer[16];
                struct dns_detail dns = {.query = name,
                                         .type = "A",
                                         .type_number = 1,
                                         .code = "NOERROR",
                                         .ttl = 60,
                                         .answers = address_text(server, answer)};
                flow_dns(s, stream, when, host->address, ADDRESS(8, 8, 8, 8), &dns);
            }
            flow_https(s, stream, when + 90000000, host->address, server, name, 95 + (unsigned)(host->key % 4),
                       (uint64_t)chance_scaled(c, 1800, 1.2), (uint64_t)chance_scaled(c, 25000, 2.5),
                       (int64_t)chance_scaled(c, 30, 2) * SW_SECOND);
        }
    }
}

/* Names that aren't there: mistyped, searched with every suffix, dead entries in configurations. */
void net_failed_lookups(struct scenario *s, struct stream *stream, int64_t hour)
{
    static const char *const dead[] = {"wpad." DOMAIN,        "isatap." DOMAIN, "oldfiles." DOMAIN,
                                       "printer-3og." DOMAIN, "local",          "telemetry.old-tool.example"};
    for (unsigned i = s->world->clients_from; i < s->world->clients_to; i++) {
        const struct host *host = &s->world->hosts[i];
        if (fraction_of(mix2(host->key, 6)) >= s->coverage[0] || !is_running(s->world, host, hour))
            continue;
        stream_at(stream, i, hour);
        struct chance *c = &stream->chance;
        for (unsigned n = chance_poisson(c, 3); n > 0; n--) {
            char name[128];
            char base[64];
            invented_name(mix2(0x51e, chance_zipf(c, 60000)), base, sizeof base);
            if (chance_is(c, 0.4)) { /* a reputation service asks by names made of hashes: not a tunnel */
                uint64_t hash = chance_next(c);
                (void)snprintf(name, sizeof name, "%016llx%08x.avqs.reputation-vendor.example",
                               (unsigned long long)hash, (unsigned)mix1(hash));
            } else {
                (void)snprintf(name, sizeof name, "%s", chance_is(c, .7) ? dead[chance_zipf(c, COUNT(dead))] : base);
            }
            bool found = strstr(name, "avqs") != NULL;
            struct dns_detail dns = {.query = name,
                                     .type = "A",
                                     .type_number = 1,
                                     .code = found ? "NOERROR" : "NXDOMAIN",
                                     .code_number = found ? 0 : 3,
                                     .answers = found ? "127.0.0.128" : NULL,
                                     .ttl = 300};
            int64_t when = within_hour(stream, hour);
            uint32_t dc = ADDRESS(10, 20, 1, 10) + (host->key & 1);
            flow_dns(s, stream, when, address_at(s->world, host, when), dc, &dns);
            if (found)
                flow_dns(s, stream, when + 300000, dc, ADDRESS(9, 9, 9, 9), &dns);
        }
    }
}
