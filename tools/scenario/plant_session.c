/*
 * plant_session.c - sessions that last, protocols on ports that aren't theirs, and tunnels in DNS.
 */
#include "plant.h"

#include <stdio.h>

/* Three days, or six tenths of what is watched. */
void plant_long_session(struct scenario *s, struct stream *stream)
{
    struct outside to;
    plant_destination(stream, 0, &to);
    const struct host *victim = plant_victim(s, stream, 0, true);
    struct truth_item *item =
        plant_truth(s, stream, "long-session", "long-session", "long-session", victim->address, to.address, NULL);
    double lasts = 0.6 * (double)(s->end - s->start) / 1e9;
    lasts = lasts > 3 * 86400 ? 3 * 86400 : lasts;
    int64_t start = plant_moment(s, 0.15);
    while (lasts > 3600 &&
           !is_watched(s, start + (int64_t)(lasts - 900) * SW_SECOND, start + (int64_t)(lasts + 900) * SW_SECOND))
        lasts -= 1800; /* it is logged when it ends */
    truth_number(item, "duration", lasts);
    flow_https(s, stream, start, victim->address, to.address, NULL, 99, 8400000, 2700000, (int64_t)lasts * SW_SECOND);
}

/* A session of some hours that opens again a few minutes after it has closed, for as long as we watch. */
void plant_reopening(struct scenario *s, struct stream *stream)
{
    struct outside to;
    plant_destination(stream, 0, &to);
    const struct host *victim = plant_victim(s, stream, 0, true);
    (void)plant_truth(s, stream, "reopening", "reopening-session", "long-session,reopening-session", victim->address,
                      to.address, to.name);
    struct chance *c = &stream->chance;
    for (int64_t when = plant_moment(s, 0.1); when < s->end;) {
        int64_t lasts = (int64_t)chance_scaled(c, 5.5 * 3600, 0.4) * SW_SECOND;
        flow_https(s, stream, when, victim->address, to.address, to.name, 99, (uint64_t)chance_scaled(c, 900000, .5),
                   (uint64_t)chance_scaled(c, 350000, .5), lasts);
        when += lasts + chance_from(c, 60, 1500) * SW_SECOND;
    }
}

static void put_label(struct chance *c, char *to, unsigned len, const char *alphabet, unsigned letters)
{
    for (unsigned i = 0; i < len; i++)
        to[i] = alphabet[chance_below(c, letters)];
    to[len] = '\0';
}

/* A lookup that a name server of the organisation passes on; the truth counts it once. */
static void ask_through(struct scenario *s, struct stream *stream, int64_t when, uint32_t client, uint32_t server,
                        struct dns_detail *dns)
{
    flow_dns(s, stream, when, client, server, dns);
    struct truth_item *kept = stream->truth;
    stream->truth = NULL;
    flow_dns(s, stream, when + 500000, server, ADDRESS(9, 9, 9, 9), dns);
    stream->truth = kept;
}

/* As iodine does it: base32 in labels of up to 57, NULL records, or TXT when those don't get through. */
void plant_dns_tunnel(struct scenario *s, struct stream *stream)
{
    static const char base32[] = "abcdefghijklmnopqrstuvwxyz012345";
    const struct host *victim = plant_victim(s, stream, 0, true);
    uint32_t dc = the(s->world, ROLE_DC1)->address;
    char base[64];
    invented_name(trait(stream, 2), base, sizeof base);
    struct truth_item *item =
        plant_truth(s, stream, "dns-tunnel", "dns-tunnel", "dns-tunnel", victim->address, dc, base);
    int64_t when = plant_moment(s, 0.3);
    int64_t until = when + 3 * HOUR;
    struct chance *c = &stream->chance;
    unsigned queries = 0;
    for (; when < until; when += (int64_t)(chance_exponential(c) * 1.4e9), queries++) {
        char query[256];
        char a[64];
        char b[64];
        char answer[160];
        put_label(c, a, 57, base32, 32);
        put_label(c, b, chance_from(c, 20, 50), base32, 32);
        bool text = queries % 3 == 0;
        (void)snprintf(query, sizeof query, "%s.%s.t.%s", a, b, base);
        put_label(c, a, 60, base32, 32);
        (void)snprintf(answer, sizeof answer, "TXT 60 %s", a);
        struct dns_detail dns = {.query = query,
                                 .type = text ? "TXT" : "NULL",
                                 .type_number = text ? 16 : 10,
                                 .code = "NOERROR",
                                 .answers = text ? answer : NULL,
                                 .ttl = 0};
        ask_through(s, stream, when, victim->address, dc, &dns);
    }
    truth_number(item, "subdomains", queries);
}

/* Commands in addresses: one short name each minute and a half. */
void plant_dns_slow(struct scenario *s, struct stream *stream)
{
    static const char hex[] = "0123456789abcdef";
    const struct host *victim = plant_victim(s, stream, 0, true);
    uint32_t dc = the(s->world, ROLE_DC2)->address;
    char base[64];
    invented_name(trait(stream, 2), base, sizeof base);
    struct truth_item *item = plant_truth(s, stream, "dns-slow", "dns-tunnel", "dns-tunnel", victim->address, dc, base);
    struct chance *c = &stream->chance;
    unsigned queries = 0;
    for (int64_t when = plant_moment(s, 0.2); when < s->end;
         when += (60 + chance_below(c, 60)) * SW_SECOND, queries++) {
        char query[160];
        char label[32];
        char answer[16];
        put_label(c, label, chance_from(c, 12, 22), hex, 16);
        (void)snprintf(query, sizeof query, "%s.%s", label, base);
        struct dns_detail dns = {.query = query,
                                 .type = "A",
                                 .type_number = 1,
                                 .code = "NOERROR",
                                 .ttl = 1,
                                 .answers = address_text(ADDRESS(100, 64, 0, 0) + chance_below(c, 65536), answer)};
        ask_through(s, stream, when, victim->address, dc, &dns);
    }
    truth_number(item, "subdomains", queries);
}

void plant_ssh_443(struct scenario *s, struct stream *stream)
{
    struct outside to;
    plant_destination(stream, 0, &to);
    const struct host *victim = plant_victim(s, stream, 0, true);
    (void)plant_truth(s, stream, "ssh-443", "protocol-mismatch", "protocol-mismatch", victim->address, to.address,
                      NULL);
    struct chance *c = &stream->chance;
    for (unsigned i = 0; i < 6; i++) {
        struct ssh_detail ssh = {
            .client = "SSH-2.0-Go", .server = "SSH-2.0-OpenSSH_8.9p1", .success = true, .attempts = 1};
        struct flow flow = {.start = plant_moment(s, 0.2 + 0.12 * i),
                            .duration = (int64_t)chance_scaled(c, 3000, 1) * SW_SECOND,
                            .client = victim->address,
                            .server = to.address,
                            .server_port = 443,
                            .protocol = PROTOCOL_TCP,
                            .service = "ssh",
                            .ssh = &ssh,
                            .sent = (uint64_t)chance_scaled(c, 300000, 1),
                            .received = (uint64_t)chance_scaled(c, 200000, 1)};
        flow_emit(s, stream, &flow);
    }
}

void plant_http_53(struct scenario *s, struct stream *stream)
{
    struct outside to;
    plant_destination(stream, 0, &to);
    const struct host *victim = plant_victim(s, stream, 0, true);
    (void)plant_truth(s, stream, "http-53", "protocol-mismatch", "protocol-mismatch", victim->address, to.address,
                      NULL);
    struct chance *c = &stream->chance;
    for (unsigned i = 0; i < 12; i++) {
        char host[16];
        struct http_detail http = {.method = i % 3 == 0 ? "GET" : "POST",
                                   .host = address_text(to.address, host),
                                   .uri = "/dns-query",
                                   .status = 200,
                                   .agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)",
                                   .mime = "application/octet-stream",
                                   .request_length = i % 3 == 0 ? 0 : (uint64_t)chance_scaled(c, 9000, 1),
                                   .response_length = (uint64_t)chance_scaled(c, 700, 1)};
        struct flow flow = {.start = plant_moment(s, 0.2 + 0.06 * i),
                            .duration = 900000000,
                            .client = victim->address,
                            .server = to.address,
                            .server_port = 53,
                            .protocol = PROTOCOL_TCP,
                            .service = "http",
                            .http = &http,
                            .sent = http.request_length + 240,
                            .received = http.response_length + 260};
        flow_emit(s, stream, &flow);
    }
}

/* A home router as last hop: a few sessions a day to it, on a high port, with a certificate of its own; now and then
 * somebody's log analysis looks its name up. */
void plant_residential(struct scenario *s, struct stream *stream)
{
    const struct host *victim = plant_victim(s, stream, 0, true);
    uint32_t router = residential_address(trait(stream, 2));
    char name[80];
    char reverse[80];
    (void)snprintf(name, sizeof name, "pool-%u-%u-%u-%u.dsl.access-provider.example", router >> 24, router >> 16 & 255,
                   router >> 8 & 255, router & 255);
    (void)snprintf(reverse, sizeof reverse, "%u.%u.%u.%u.in-addr.arpa", router & 255, router >> 8 & 255,
                   router >> 16 & 255, router >> 24);
    (void)plant_truth(s, stream, "residential", "residential-hop", "residential-hop", victim->address, router, NULL);
    struct chance *c = &stream->chance;
    for (int64_t when = plant_moment(s, 0.2); when < s->end;
         when += (int64_t)(chance_exponential(c) * 4 * (double)HOUR)) {
        struct tls_detail tls = {.client = 99, .self_signed = true};
        struct flow flow = {.start = when,
                            .duration = (int64_t)chance_scaled(c, 400, 1) * SW_SECOND,
                            .client = victim->address,
                            .server = router,
                            .server_port = 8443,
                            .protocol = PROTOCOL_TCP,
                            .service = "ssl",
                            .tls = &tls,
                            .sent = (uint64_t)chance_scaled(c, 150000, 1),
                            .received = (uint64_t)chance_scaled(c, 60000, 1)};
        flow_emit(s, stream, &flow);
        struct dns_detail dns = {
            .query = reverse, .type = "PTR", .type_number = 12, .code = "NOERROR", .answers = name, .ttl = 3600};
        struct truth_item *kept = stream->truth;
        stream->truth = NULL;
        if (chance_is(c, 0.3))
            flow_dns(s, stream, when + 3 * SW_SECOND, the(s->world, ROLE_PROXY)->address,
                     the(s->world, ROLE_DC1)->address, &dns);
        stream->truth = kept;
    }
}
