/*
 * net_people.c - what people do on the network in working hours: pages, calls, mail, synced files, downloads.
 */
#include "flow.h"
#include "net.h"

#include <stdio.h>

/* How many of these the host's person does in this hour. */
static unsigned how_often(struct scenario *s, struct stream *stream, const struct host *host, int64_t hour, double rate)
{
    double busy = busyness(host->zone, hour + HOUR / 2);
    if (!is_present(s->world, host, hour + HOUR / 2) || (host->role == ROLE_SHOP && host->key % 3 != 0))
        return 0;
    double eager = 0.4 + 1.6 * fraction_of(mix2(host->key, 5)); /* some people browse, some don't */
    return chance_poisson(&stream->chance, rate * busy * eager * s->activity[0]);
}

static unsigned browser_of(const struct host *host)
{
    return (unsigned)(mix2(host->key, 7) % 6);
}

/* A page: its host, a few others that it takes things from, now and then one without TLS. */
static void visit_page(struct scenario *s, struct stream *stream, const struct host *host, int64_t when)
{
    struct chance *c = &stream->chance;
    uint32_t client = address_at(s->world, host, when);
    unsigned parts = 1 + chance_below(c, 4);
    for (unsigned i = 0; i < parts; i++) {
        struct outside site;
        site_of_rank(chance_zipf(c, i == 0 ? 60000 : 3000), mix2(host->key, (uint64_t)(when / SW_DAY)), &site);
        if (chance_is(c, 0.45))
            flow_lookup(s, stream, when, client, site.name, site.address);
        when += chance_from(c, 5, 400) * 1000000ll;
        uint64_t received = (uint64_t)chance_scaled(c, i == 0 ? 45000 : 16000, 2.2);
        if (chance_is(c, 0.03)) {
            struct http_detail http = {.method = "GET",
                                       .host = site.name,
                                       .uri = "/",
                                       .mime = "text/html",
                                       .status = 200,
                                       .agent =
                                           "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like "
                                           "Gecko) Chrome/139.0.0.0 Safari/537.36",
                                       .response_length = received};
            flow_http(s, stream, when, client, site.address, &http);
        } else {
            flow_https(s, stream, when, client, site.address, site.name, browser_of(host),
                       (uint64_t)chance_scaled(c, 2400, 1.2), received, (int64_t)chance_scaled(c, 20, 2) * SW_SECOND);
        }
    }
}

void net_browsing(struct scenario *s, struct stream *stream, int64_t hour)
{
    for (unsigned i = s->world->clients_from; i < s->world->clients_to; i++) {
        const struct host *host = &s->world->hosts[i];
        stream_at(stream, i, hour);
        for (unsigned n = how_often(s, stream, host, hour, 4); n > 0; n--) { /* a sitting: pages one after the other */
            int64_t when = within_hour(stream, hour);
            for (unsigned pages = 1 + chance_zipf(&stream->chance, 12); pages > 0; pages--) {
                visit_page(s, stream, host, when);
                when += (int64_t)(chance_exponential(&stream->chance) * 25e9);
            }
        }
    }
}

/* Calls: media over UDP both ways for the length of a meeting, to the next of a service's relays. */
void net_calls(struct scenario *s, struct stream *stream, int64_t hour)
{
    for (unsigned i = s->world->clients_from; i < s->world->clients_to; i++) {
        const struct host *host = &s->world->hosts[i];
        stream_at(stream, i, hour);
        if (how_often(s, stream, host, hour, 0.35) == 0)
            continue;
        struct chance *c = &stream->chance;
        int64_t start = hour + chance_below(c, 2) * 30 * MINUTE; /* at the hour or half past, a little late */
        start += chance_below(c, 240) * SW_SECOND;
        int64_t duration = (int64_t)chance_scaled(c, 1900, 0.5) * SW_SECOND;
        uint32_t client = address_at(s->world, host, start);
        uint32_t relay = ADDRESS(52, 112 + host->key % 3, 20, 0) + chance_below(c, 40) * 256;
        relay += 1 + chance_below(c, 250);
        double rate = chance_scaled(c, 90000, 0.5); /* bytes a second */
        double seconds = (double)duration / 1e9;
        flow_lookup(s, stream, start - SW_SECOND, client, "worldaz.tr.teams.microsoft.com", relay);
        for (unsigned media = 0; media < 2 + chance_below(c, 2); media++)
            flow_udp(s, stream, start + media * 300000000ll, client, relay, (uint16_t)(3478 + media),
                     media == 0 ? "stun" : NULL, (uint64_t)(rate * seconds * chance_scaled(c, 0.4, 0.3)) + 1000,
                     (uint64_t)(rate * seconds * chance_scaled(c, 0.55, 0.3)) + 1000, duration);
    }
}

/* Mail is synced all day; attachments go up now and then. */
void net_mail(struct scenario *s, struct stream *stream, int64_t hour)
{
    for (unsigned i = s->world->clients_from; i < s->world->clients_to; i++) {
        const struct host *host = &s->world->hosts[i];
        stream_at(stream, i, hour);
        struct chance *c = &stream->chance;
        for (unsigned n = how_often(s, stream, host, hour, 3); n > 0; n--) {
            int64_t when = within_hour(stream, hour);
            uint64_t sent =
                chance_is(c, 0.06) ? (uint64_t)chance_scaled(c, 4e6, 1.5) : (uint64_t)chance_scaled(c, 6000, 1.2);
            flow_https(s, stream, when, address_at(s->world, host, when),
                       address_of_name("outlook.office365.com", host->key), "outlook.office365.com", 20, sent,
                       (uint64_t)chance_scaled(c, 20000, 2), (int64_t)chance_scaled(c, 60, 1.5) * SW_SECOND);
        }
    }
}

/* Folders in the cloud: many small changes, sometimes a folder of photographs. A few people send large files out. */
void net_sync(struct scenario *s, struct stream *stream, int64_t hour)
{
    static const char *const services[] = {"corporg-my.sharepoint.com", "corporg.sharepoint.com",
                                           "corporg.sharepoint.com", "content.dropboxapi.com"};
    for (unsigned i = s->world->clients_from; i < s->world->clients_to; i++) {
        const struct host *host = &s->world->hosts[i];
        stream_at(stream, i, hour);
        struct chance *c = &stream->chance;
        const char *name = services[mix2(host->key, 9) % COUNT(services)];
        for (unsigned n = how_often(s, stream, host, hour, 1.2); n > 0; n--) {
            int64_t when = within_hour(stream, hour);
            bool big = chance_is(c, 0.012);
            double bytes = big ? chance_scaled(c, 120e6, 1) : chance_scaled(c, 300e3, 2.2);
            bool up = chance_is(c, 0.4);
            flow_https(s, stream, when, address_at(s->world, host, when), address_of_name(name, 0), name, 21,
                       (uint64_t)(up ? bytes : bytes / 60), (uint64_t)(up ? bytes / 80 : bytes),
                       (int64_t)(2 + bytes / chance_scaled(c, 3e6, 0.7)) * SW_SECOND);
        }
        /* The designers: gigabytes to a printing house, on some afternoons. */
        if (host->key % 61 == 3 && chance_is(c, 0.04) && how_often(s, stream, host, hour, 3) > 0) {
            double bytes = chance_scaled(c, 1.4e9, 0.8);
            int64_t when = within_hour(stream, hour);
            flow_https(s, stream, when, address_at(s->world, host, when), address_of_name("upload.wetransfer.com", 0),
                       "upload.wetransfer.com", browser_of(host), (uint64_t)bytes, 400000,
                       (int64_t)(bytes / 4e6) * SW_SECOND);
        }
    }
}

void net_downloads(struct scenario *s, struct stream *stream, int64_t hour)
{
    static const char *const places[] = {
        "dl.google.com",       "download.visualstudio.microsoft.com",  "releases.ubuntu.com",
        "download.docker.com", "software.download.prss.microsoft.com", "cdn.zoom.us"};
    for (unsigned i = s->world->clients_from; i < s->world->clients_to; i++) {
        const struct host *host = &s->world->hosts[i];
        stream_at(stream, i, hour);
        struct chance *c = &stream->chance;
        for (unsigned n = how_often(s, stream, host, hour, 0.03); n > 0; n--) {
            int64_t when = within_hour(stream, hour);
            const char *name = CHANCE_OF(c, places);
            double bytes = chance_scaled(c, 200e6, 2);
            uint32_t client = address_at(s->world, host, when);
            flow_lookup(s, stream, when - SW_SECOND, client, name, address_of_name(name, 0));
            flow_https(s, stream, when, client, address_of_name(name, 0), name, browser_of(host),
                       (uint64_t)(bytes / 70), (uint64_t)bytes, (int64_t)(1 + bytes / 9e6) * SW_SECOND);
        }
    }
}
