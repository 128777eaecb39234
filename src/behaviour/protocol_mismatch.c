/* protocol_mismatch.c - a protocol on a port that belongs to another one, or none at all where one must be.
 *
 * docs/behaviours/protocol-mismatch.md. */
#include "behaviour/flow.h"

enum { P_BYTES, P_RARE };

static const struct sw_behaviour_parameter parameters[] = {
    [P_BYTES] = {"bytes", 2000, 0, 1e12, "bytes", "bytes each way that an unrecognised protocol must have exchanged"},
    [P_RARE] = {"rare", 0.005, 0, 1, "", "share of the internal hosts that may use the destination (one always may)"},
};

enum { RULE_MISMATCH, RULE_UNRECOGNISED, RULE_ODD_PORT };

static const struct sw_str tags[] = {SW_BEHAVIOUR_TAG("attack.command-and-control"), SW_BEHAVIOUR_TAG("attack.t1571"),
                                     SW_BEHAVIOUR_TAG("attack.t1572"), SW_BEHAVIOUR_TAG("attack.t1095")};

static const struct sw_rule rules[] = {
    [RULE_MISMATCH] =
        SW_BEHAVIOUR_RULE("9c5d1e80-6b7f-4a29-8c30-4e8b2f6d5001", "Protocol On A Port Of Another One",
                          "A connection speaks another protocol than the one that its port is for.", SW_LEVEL_MEDIUM,
                          tags, "Deliberately moved services, proxies that forward by CONNECT"),
    [RULE_UNRECOGNISED] =
        SW_BEHAVIOUR_RULE("9c5d1e80-6b7f-4a29-8c30-4e8b2f6d5002", "Unrecognised Protocol On A Well-Known Port",
                          "Data went both ways on a port of a well-known protocol, and the sensor did "
                          "not recognise that protocol.",
                          SW_LEVEL_LOW, tags, "Captures that began in the middle of a connection, packet loss"),
    [RULE_ODD_PORT] = SW_BEHAVIOUR_RULE(
        "9c5d1e80-6b7f-4a29-8c30-4e8b2f6d5003", "Well-Known Protocol On An Odd Port To A Rare Destination",
        "A connection over the border speaks a well-known protocol on a port that is for "
        "nothing in particular.",
        SW_LEVEL_LOW, tags, "Development servers, services moved away from scanners"),
};

/* The protocols that belong on a port. */
static const struct {
    uint16_t port;
    uint8_t services[4];
} expected[] = {
    {22, {SW_FLOW_SSH}},
    {25, {SW_FLOW_SMTP, SW_FLOW_TLS}},
    {53, {SW_FLOW_DNS}},
    {80, {SW_FLOW_HTTP}},
    {110, {SW_FLOW_POP3, SW_FLOW_TLS}},
    {143, {SW_FLOW_IMAP, SW_FLOW_TLS}},
    {443, {SW_FLOW_TLS, SW_FLOW_QUIC, SW_FLOW_HTTP}}, /* HTTP: CONNECT and redirects */
    {445, {SW_FLOW_SMB, SW_FLOW_RPC}},
    {465, {SW_FLOW_TLS, SW_FLOW_SMTP}},
    {587, {SW_FLOW_SMTP, SW_FLOW_TLS}},
    {993, {SW_FLOW_TLS, SW_FLOW_IMAP}},
    {995, {SW_FLOW_TLS, SW_FLOW_POP3}},
    {3389, {SW_FLOW_RDP, SW_FLOW_TLS}},
};

/* Protocols that are worth a look wherever they are. */
static bool is_telling(uint8_t service)
{
    return service == SW_FLOW_SSH || service == SW_FLOW_RDP || service == SW_FLOW_SMB || service == SW_FLOW_SOCKS ||
           service == SW_FLOW_IRC || service == SW_FLOW_DNS || service == SW_FLOW_FTP || service == SW_FLOW_RFB;
}

/* 1: belongs there, 0: does not, -1: the port is for nothing in particular. */
static int belongs(uint16_t port, uint8_t service)
{
    for (size_t i = 0; i < SW_COUNT_OF(expected); i++) {
        if (expected[i].port != port)
            continue;
        for (size_t k = 0; k < SW_COUNT_OF(expected[i].services); k++)
            if (expected[i].services[k] == service)
                return 1;
        return 0;
    }
    return -1;
}

static int report(struct sw_behaviour_run *run, const struct sw_channel *channel, unsigned rule, uint8_t service)
{
    struct sw_buf text;
    sw_buf_init(&text, SW_BEHAVIOUR_EXPLANATION);
    sw_buf_peer(&text, channel->source);
    SW_BUF_LIT(&text, " to ");
    sw_buf_peer(&text, channel->destination);
    sw_buf_printf(&text, ":%u (%s), %zu connections: ", channel->port,
                  channel->protocol == 6    ? "TCP"
                  : channel->protocol == 17 ? "UDP"
                                            : "IP",
                  channel->count + channel->merged);
    if (service == SW_FLOW_NONE)
        SW_BUF_LIT(&text, "no protocol was recognised");
    else
        sw_buf_printf(&text, "the protocol is %s", sw_flow_service_name((enum sw_flow_service)service));
    SW_BUF_LIT(&text, "; ");
    sw_buf_bytes(&text, channel->out);
    SW_BUF_LIT(&text, " out, ");
    sw_buf_bytes(&text, channel->in);
    SW_BUF_LIT(&text, " in");
    double bytes = (double)(channel->out + channel->in);
    int rc = sw_channel_report(run, channel, rule, channel->count + channel->merged, bytes, sw_buf_str(&text));
    sw_buf_fini(&text);
    return rc;
}

static int on_channel(struct sw_behaviour_run *run, const struct sw_channel *channel)
{
    bool outbound = sw_channel_is_outbound(channel);
    bool inside = channel->source->internal && channel->address->internal;
    if ((!outbound && !inside) || channel->address->group)
        return 0;
    size_t recognised = 0; /* connections in which the sensor recognised anything */
    size_t established = 0;
    uint8_t wrong = SW_FLOW_NONE;
    uint8_t telling = SW_FLOW_NONE;
    for (size_t i = 0; i < channel->count; i++) {
        const struct sw_flow_sample *s = &channel->samples[i];
        recognised += s->service != SW_FLOW_NONE;
        established += s->outcome == SW_FLOW_ESTABLISHED && s->out > 0 && s->in > 0;
        if (s->service <= SW_FLOW_OTHER)
            continue;
        int fits = belongs(s->port, s->service);
        if (fits == 0)
            wrong = s->service;
        else if (fits < 0 && is_telling(s->service))
            telling = s->service;
    }
    if (wrong != SW_FLOW_NONE && (outbound || is_telling(wrong)))
        return report(run, channel, RULE_MISMATCH, wrong);
    if (!outbound || !sw_flow_is_rare(channel->network, channel->destination, run->value[P_RARE]))
        return 0;
    if (telling != SW_FLOW_NONE)
        return report(run, channel, RULE_ODD_PORT, telling);
    bool sensor_names = channel->network->services_seen;
    if (sensor_names && recognised == 0 && established > 0 && belongs(channel->port, SW_FLOW_NONE) == 0 &&
        channel->protocol == 6 && (double)channel->out >= run->value[P_BYTES] &&
        (double)channel->in >= run->value[P_BYTES])
        return report(run, channel, RULE_UNRECOGNISED, SW_FLOW_NONE);
    return 0;
}

const struct sw_behaviour sw_behaviour_protocol_mismatch = {
    .name = "protocol-mismatch",
    .summary = "protocols on ports of other ones",
    .rules = rules,
    .rule_count = SW_COUNT_OF(rules),
    .parameters = parameters,
    .parameter_count = SW_COUNT_OF(parameters),
    .channel = on_channel,
};
