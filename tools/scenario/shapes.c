/*
 * shapes.c - the flows that most subsystems make: HTTPS, HTTP, DNS, pings, plain TCP and UDP.
 */
#include "flow.h"

#include <stdio.h>

void(flow_https)(struct scenario *s, struct stream *stream, int64_t start, uint32_t client, uint32_t server,
                 const char *name, unsigned tls_client, uint64_t sent, uint64_t received, int64_t duration)
{
    struct tls_detail tls = {.name = name, .client = tls_client, .http2 = tls_client % 3 == 0};
    struct flow flow = {.start = start,
                        .duration = duration,
                        .client = client,
                        .server = server,
                        .server_port = 443,
                        .protocol = PROTOCOL_TCP,
                        .service = "ssl",
                        .sent = sent + 700,
                        .received = received + 3600,
                        .tls = &tls};
    uint64_t end = mix2(stream->chance.state, 5) % 100;
    flow.state = end < 86 ? NULL : end < 92 ? "RSTO" : end < 97 ? "RSTR" : "S1";
    flow_emit(s, stream, &flow);
}

void flow_http(struct scenario *s, struct stream *stream, int64_t start, uint32_t client, uint32_t server,
               const struct http_detail *http)
{
    struct flow flow = {.start = start,
                        .duration = (int64_t)chance_scaled(&stream->chance, 180, 1.5) * 1000000,
                        .client = client,
                        .server = server,
                        .server_port = 80,
                        .protocol = PROTOCOL_TCP,
                        .service = "http",
                        .http = http,
                        .sent = 150 + http->request_length,
                        .received = 260 + http->response_length};
    flow.sent += strlen(http->uri) + (http->agent == NULL ? 0 : strlen(http->agent));
    flow_emit(s, stream, &flow);
}

void(flow_tcp)(struct scenario *s, struct stream *stream, int64_t start, uint32_t client, uint32_t server,
               uint16_t port, const char *service, const char *state, uint64_t sent, uint64_t received,
               int64_t duration)
{
    struct flow flow = {.start = start,
                        .duration = duration,
                        .client = client,
                        .server = server,
                        .server_port = port,
                        .protocol = PROTOCOL_TCP,
                        .service = service,
                        .state = state,
                        .sent = sent,
                        .received = received};
    flow_emit(s, stream, &flow);
}

void(flow_udp)(struct scenario *s, struct stream *stream, int64_t start, uint32_t client, uint32_t server,
               uint16_t port, const char *service, uint64_t sent, uint64_t received, int64_t duration)
{
    struct flow flow = {.start = start,
                        .duration = duration,
                        .client = client,
                        .server = server,
                        .server_port = port,
                        .protocol = PROTOCOL_UDP,
                        .service = service,
                        .state = received == 0 ? "S0" : NULL,
                        .sent = sent,
                        .received = received};
    flow_emit(s, stream, &flow);
}

void flow_ping(struct scenario *s, struct stream *stream, int64_t start, uint32_t client, uint32_t server,
               bool answered)
{
    struct flow flow = {.start = start,
                        .duration = answered ? (int64_t)chance_from(&stream->chance, 100, 4000) * 1000 : -1,
                        .client = client,
                        .server = server,
                        .client_port = 8,
                        .server_port = 0,
                        .protocol = PROTOCOL_ICMP,
                        .state = "OTH",
                        .sent = 56,
                        .received = answered ? 56 : 0};
    flow_emit(s, stream, &flow);
}

void flow_dns(struct scenario *s, struct stream *stream, int64_t start, uint32_t client, uint32_t server,
              const struct dns_detail *dns)
{
    uint64_t question = 18 + strlen(dns->query);
    struct flow flow = {
        .start = start,
        .duration = (int64_t)chance_scaled(&stream->chance, is_inside(server) ? 600 : 14000, 1.5) * 1000,
        .client = client,
        .server = server,
        .server_port = 53,
        .protocol = PROTOCOL_UDP,
        .service = "dns",
        .dns = dns,
        .sent = question,
        .received = dns->code == NULL ? 0 : question + (dns->answers == NULL ? 60 : 16 + strlen(dns->answers))};
    if (dns->code == NULL) {
        flow.state = "S0";
        flow.duration = -1;
    }
    flow_emit(s, stream, &flow);
}

void flow_lookup(struct scenario *s, struct stream *stream, int64_t start, uint32_t client, const char *name,
                 uint32_t address)
{
    char answer[16];
    uint64_t dice = chance_next(&stream->chance);
    struct dns_detail dns = {.query = name,
                             .type = "A",
                             .type_number = 1,
                             .code = "NOERROR",
                             .ttl = 30 + (unsigned)(dice % 570),
                             .answers = address_text(address, answer)};
    uint32_t dc = ADDRESS(10, 20, 1, 10) + (client & 1);
    uint32_t forwarder = dice >> 32 & 1 ? ADDRESS(9, 9, 9, 9) : ADDRESS(1, 1, 1, 1);
    if (client == ADDRESS(10, 20, 1, 10) || client == ADDRESS(10, 20, 1, 11)) { /* the servers themselves */
        flow_dns(s, stream, start, client, forwarder, &dns);
        return;
    }
    if (dice % 5 == 0) { /* the same for IPv6, which most have not */
        struct dns_detail six = dns;
        six.type = "AAAA";
        six.type_number = 28;
        six.answers = NULL;
        flow_dns(s, stream, start - 1000000, client, dc, &six);
    }
    flow_dns(s, stream, start, client, dc, &dns);
    if ((dice >> 16) % 7 == 0) /* not in the server's cache */
        flow_dns(s, stream, start + 400000, dc, forwarder, &dns);
}
