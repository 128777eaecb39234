/*
 * net_internet.c - what comes in: visitors of the site, crawlers, monitors that customers pay for, mail, people who
 * work from elsewhere, and the scanners that never stop.
 */
#include "flow.h"
#include "net.h"

#include <stdio.h>

#define SERVER(role) (the(s->world, (role))->address)

static double at_most_one(double x)
{
    return x < 1 ? x : 1;
}

/* As regular as a beacon from outside, and known to be harmless. */
static void tell_of_poll(struct scenario *s, int64_t hour, uint32_t from, const char *what, double period)
{
    if (hour != s->start || s->counting)
        return;
    char text[16];
    struct truth_item *item = truth_open(s, "ordinary-poll", "ordinary", "");
    truth_negative(item);
    truth_entity(item, "source", "%s", address_text(from, text));
    truth_entity(item, "what", "%s", what);
    truth_number(item, "period", period);
}

static void visit(struct scenario *s, struct stream *stream, int64_t when, uint32_t client, unsigned tls_client)
{
    struct chance *c = &stream->chance;
    flow_https(s, stream, when, client, SERVER(client & 4 ? ROLE_WEB1 : ROLE_WEB2), "www.example.org", tls_client,
               (uint64_t)chance_scaled(c, 2600, 1), (uint64_t)chance_scaled(c, 90000, 2),
               (int64_t)chance_scaled(c, 12, 1.6) * SW_SECOND);
}

/* Visitors come at all hours of the world, most in Europe's day and evening. */
void net_visitors(struct scenario *s, struct stream *stream, int64_t hour)
{
    stream_at(stream, 0, hour);
    struct chance *c = &stream->chance;
    unsigned local = (unsigned)((hour + zone_offset(ZONE_HEADQUARTERS, hour)) / HOUR % 24);
    double curve = local < 6 ? 0.25 : local < 9 ? 0.6 : local < 23 ? 1 : 0.5;
    unsigned people = chance_poisson(c, 1.2 * s->options.hosts * curve * s->activity[0]);
    for (unsigned n = 0; n < people; n++) {
        uint64_t who = mix2(0x7151, chance_zipf(c, 400000));
        int64_t when = within_hour(stream, hour);
        for (unsigned pages = 1 + chance_zipf(c, 6); pages > 0;
             pages--, when += (int64_t)(chance_exponential(c) * 30e9))
            visit(s, stream, when, who % 3 == 0 ? any_address(who) : residential_address(who), (unsigned)(who % 6));
    }
    static const uint32_t crawlers[] = {ADDRESS(66, 249, 66, 0), ADDRESS(40, 77, 167, 0), ADDRESS(54, 36, 148, 0),
                                        ADDRESS(77, 88, 5, 0)};
    double share = at_most_one(s->coverage[0]);
    for (unsigned n = chance_poisson(c, 220 * share); n > 0; n--) {
        uint32_t from = CHANCE_OF(c, crawlers);
        from += 1 + chance_zipf(c, 60);
        visit(s, stream, within_hour(stream, hour), from, 25);
    }
}

/* Two companies look each minute whether the site is up, from three places each. */
void net_uptime(struct scenario *s, struct stream *stream, int64_t hour)
{
    for (unsigned i = 0; i < 6; i++) {
        uint32_t from = ADDRESS(63, 143, 42, 240) + i;
        tell_of_poll(s, hour, from, "uptime monitor", i < 3 ? 60 : 300);
        if (fraction_of(mix2(7, i)) >= s->coverage[0])
            continue;
        stream_at(stream, i, hour);
        for (int64_t when = hour + (i * 9700 + 300) * 1000000ll; when < hour + HOUR; when += (i < 3 ? 1 : 5) * MINUTE)
            flow_https(s, stream, when + chance_from(&stream->chance, 0, 900) * 1000000, from,
                       SERVER(i & 1 ? ROLE_WEB1 : ROLE_WEB2), "www.example.org", 26, 420, 900, 160000000);
    }
}

static void probe(struct scenario *s, struct stream *stream, int64_t when, uint32_t from, uint32_t to, uint16_t port)
{
    struct chance *c = &stream->chance;
    bool web = to == SERVER(ROLE_WEB1) || to == SERVER(ROLE_WEB2);
    bool open = (web && (port == 80 || port == 443)) || (to == SERVER(ROLE_VPN) && port == 443) ||
                (to == SERVER(ROLE_RELAY) && port == 25);
    if (!open) {
        flow_tcp(s, stream, when, from, to, port, NULL, chance_is(c, 0.8) ? "S0" : "REJ", 0, 0, -1);
    } else if (port == 80) {
        static const char *const uris[] = {"/",
                                           "/",
                                           "/.env",
                                           "/wp-login.php",
                                           "/cgi-bin/luci/;stok=/locale",
                                           "/boaform/admin/formLogin",
                                           "/.git/config",
                                           "/actuator/health",
                                           "/solr/admin/info/system",
                                           "/phpmyadmin/",
                                           "/vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php"};
        struct http_detail http = {.method = "GET",
                                   .host = "198.51.100.10",
                                   .uri = CHANCE_OF(c, uris),
                                   .mime = "text/html",
                                   .status = 404,
                                   .agent = chance_is(c, 0.5) ? "Mozilla/5.0 zgrab/0.x" : NULL,
                                   .response_length = 153};
        flow_http(s, stream, when, from, to, &http);
    } else {
        flow_tcp(s, stream, when, from, to, port, port == 25 ? "smtp" : "ssl", chance_is(c, .5) ? "RSTO" : NULL,
                 300 + chance_below(c, 400), 1500 + chance_below(c, 3000), chance_from(c, 50, 4000) * 1000000ll);
    }
}

/* Most probe once and go on; research projects come back each day or each hour from the same addresses, as regular as
 * any beacon; some hammer one port for hours. */
void net_scanners(struct scenario *s, struct stream *stream, int64_t hour)
{
    static const uint16_t ports[] = {22,   23,   23,   23,   80,   80,   443, 443, 445,  445,   3389, 3389, 8080,
                                     5900, 6379, 1433, 5060, 2375, 9200, 25,  110, 8443, 37215, 5555, 21};
    static const enum role targets[] = {ROLE_WEB1, ROLE_WEB2, ROLE_VPN, ROLE_RELAY};
    stream_at(stream, 0, hour);
    struct chance *c = &stream->chance;
    double share = at_most_one(s->coverage[0]);
    for (unsigned n = chance_poisson(c, 350 * share); n > 0; n--) {
        uint32_t from = hosting_address(mix2(0x5ca, chance_zipf(c, 900000)));
        int64_t when = within_hour(stream, hour);
        uint16_t port = CHANCE_OF(c, ports);
        unsigned wide = chance_is(c, 0.3) ? 4 : 1;
        for (unsigned t = 0; t < wide; t++)
            probe(s, stream, when + t * 900000, from, SERVER(wide == 1 ? CHANCE_OF(c, targets) : targets[t]), port);
    }
    for (unsigned i = 0; i < 12; i++) { /* research: each its own period, from an hour to a day */
        int64_t period = (1 + (int64_t)(trait(stream, i) % 24)) * HOUR;
        tell_of_poll(s, hour, ADDRESS(71, 6, 135, 100) + i, "research scanner", (double)(period / SW_SECOND));
        int64_t at = hour + (int64_t)(trait(stream, i + 50) % 3600) * SW_SECOND;
        if (hour / HOUR % (period / HOUR) != 0 || fraction_of(mix2(9, i)) >= s->coverage[0])
            continue;
        stream_at(stream, i + 1, hour);
        for (unsigned t = 0; t < 4; t++)
            probe(s, stream, at + chance_from(c, 0, 30) * SW_SECOND, ADDRESS(71, 6, 135, 100) + i, SERVER(targets[t]),
                  ports[i]);
    }
    stream_at(stream, 100, hour);
    if (chance_is(c, 0.04)) { /* one that goes on and on: 2000 tries at the VPN's portal */
        uint32_t from = hosting_address(chance_next(c));
        int64_t when = hour;
        for (unsigned n = (unsigned)(2000 * share); n > 0; n--, when += chance_from(c, 800, 2600) * 1000000ll)
            flow_https(s, stream, when, from, SERVER(ROLE_VPN), "vpn.example.org", 27, 900 + chance_below(c, 60), 2100,
                       300000000);
    }
}

/* Mail from and to the world. */
void net_internet_mail(struct scenario *s, struct stream *stream, int64_t hour)
{
    stream_at(stream, 0, hour);
    struct chance *c = &stream->chance;
    double busy = 0.3 + busyness(ZONE_HEADQUARTERS, hour + HOUR / 2);
    double rate = 0.5 * s->options.hosts * busy * s->activity[0];
    for (unsigned n = chance_poisson(c, rate); n > 0; n--)
        flow_tcp(s, stream, within_hour(stream, hour), hosting_address(mix2(0x3a11, chance_zipf(c, 5000))),
                 SERVER(ROLE_RELAY), 25, "smtp,ssl", NULL, (uint64_t)chance_scaled(c, 30000, 2.2), 900,
                 chance_from(c, 300, 9000) * 1000000ll);
    for (unsigned n = chance_poisson(c, rate / 4); n > 0; n--)
        flow_tcp(s, stream, within_hour(stream, hour), SERVER(ROLE_RELAY),
                 hosting_address(mix2(0x3a11, chance_zipf(c, 5000))), 25, "smtp,ssl", NULL,
                 (uint64_t)chance_scaled(c, 40000, 2.2), 1100, chance_from(c, 300, 9000) * 1000000ll);
}

/* People who work from home or a hotel: a tunnel for hours, looked after each 30 s inside. At times a provider fails
 * and they all come back within two minutes, some of them thrice. */
void net_remote_workers(struct scenario *s, struct stream *stream, int64_t hour)
{
    const struct world *w = s->world;
    bool storm = mix3(stream->seed, 77, (uint64_t)hour) % 90 == 0 && is_working_day(ZONE_HEADQUARTERS, hour);
    for (unsigned i = 0; i < w->person_count; i++) {
        const struct person *p = &w->people[i];
        stream_at(stream, i, hour);
        struct chance *c = &stream->chance;
        uint64_t today = mix3(p->key, 50, (uint64_t)(hour / SW_DAY));
        if (today % 4 != 0 || hour < p->from || hour >= p->until || fraction_of(mix2(p->key, 6)) >= s->coverage[0])
            continue;
        double busy = busyness(p->zone, hour + HOUR / 2);
        unsigned tunnels = chance_is(c, busy * 0.25) ? 1 : 0;
        if (storm && busy > 0.3)
            tunnels += 1 + chance_below(c, 3);
        uint32_t from = today / 4 % 9 == 0 ? residential_address(today) : p->home; /* a hotel */
        for (unsigned n = 0; n < tunnels; n++) {
            int64_t when = storm ? hour + (20 * 60 + chance_below(c, 120)) * SW_SECOND : within_hour(stream, hour);
            int64_t length = (int64_t)chance_scaled(c, 9000, 1) * SW_SECOND;
            double bytes = chance_scaled(c, 60e6, 1.5);
            flow_https(s, stream, when, from, SERVER(ROLE_VPN), "vpn.example.org", 28, (uint64_t)(bytes / 4),
                       (uint64_t)bytes, length);
        }
    }
}
