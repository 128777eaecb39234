/*
 * plant_server.c - servers that act like clients, listen on new ports, or pass things on.
 */
#include "plant.h"

static void outbound(struct scenario *s, struct stream *stream, const char *name, enum role role, uint16_t port)
{
    struct outside to;
    plant_destination(stream, 0, &to);
    uint32_t server = the(s->world, role)->address;
    struct truth_item *item =
        plant_truth(s, stream, name, "server-outbound", "server-outbound", server, to.address, NULL);
    struct chance *c = &stream->chance;
    truth_number(item, "port", port);
    for (int64_t when = plant_night(s, stream, 0.4); when < s->end;
         when += (int64_t)(chance_exponential(c) * 9 * (double)HOUR)) {
        struct tls_detail tls = {.client = 99, .self_signed = true};
        struct flow flow = {.start = when,
                            .duration = (int64_t)chance_scaled(c, 200, 1.5) * SW_SECOND,
                            .client = server,
                            .server = to.address,
                            .server_port = port,
                            .protocol = PROTOCOL_TCP,
                            .service = port == 443 ? "ssl" : NULL,
                            .tls = port == 443 ? &tls : NULL,
                            .sent = (uint64_t)chance_scaled(c, 60000, 1.5),
                            .received = (uint64_t)chance_scaled(c, 40000, 1.5)};
        flow_emit(s, stream, &flow);
    }
}

void plant_web_outbound(struct scenario *s, struct stream *stream)
{
    outbound(s, stream, "web-outbound", ROLE_WEB2, 4444);
}

void plant_db_outbound(struct scenario *s, struct stream *stream)
{
    outbound(s, stream, "db-outbound", ROLE_DATABASE, 443);
}

/* A port that was always closed answers from some day on, to one address. */
void plant_new_listener(struct scenario *s, struct stream *stream)
{
    uint32_t from = hosting_address(trait(stream, 1));
    uint32_t server = the(s->world, ROLE_WEB1)->address;
    uint16_t port = (uint16_t)(20000 + trait(stream, 2) % 20000);
    struct truth_item *item =
        plant_truth(s, stream, "new-listener", "new-listener", "new-listener", from, server, NULL);
    truth_number(item, "port", port);
    struct chance *c = &stream->chance;
    for (int64_t when = plant_moment(s, 0.55); when < s->end;
         when += (int64_t)(chance_exponential(c) * 7 * (double)HOUR))
        flow_tcp(s, stream, when, from, server, port, NULL, NULL, (uint64_t)chance_scaled(c, 4000, 1),
                 (uint64_t)chance_scaled(c, 30000, 1.5), (int64_t)chance_scaled(c, 90, 1.5) * SW_SECOND);
}

/* The mail relay in the DMZ passes sessions on to the inside's application server: what comes in goes on, byte for byte
 * but for a little, a moment later. */
void plant_relay(struct scenario *s, struct stream *stream)
{
    uint32_t from = residential_address(trait(stream, 1));
    uint32_t middle = the(s->world, ROLE_VPN)->address;
    uint32_t to = the(s->world, ROLE_FILE)->address;
    char text[16];
    struct truth_item *item = plant_truth(s, stream, "relay", "relay", "relay", from, middle, NULL);
    truth_entity(item, "target", "%s", address_text(to, text));
    struct chance *c = &stream->chance;
    for (int64_t when = plant_moment(s, 0.35); when < s->end;
         when += (int64_t)(chance_exponential(c) * 6 * (double)HOUR)) {
        uint64_t sent = (uint64_t)chance_scaled(c, 400000, 1.5);
        uint64_t received = (uint64_t)chance_scaled(c, 3e6, 1.5);
        int64_t lasts = (int64_t)chance_scaled(c, 600, 1) * SW_SECOND;
        flow_https(s, stream, when, from, middle, NULL, 99, sent, received, lasts);
        flow_tcp(s, stream, when + 400000000, middle, to, 445, "gssapi,smb,ntlm", NULL, sent * 98 / 100,
                 received * 97 / 100, lasts - SW_SECOND);
    }
}
