/* server_as_client.c - servers that begin connections to the outside they never made before, and ports that servers
 * begin to serve.
 *
 * docs/behaviours/server-as-client.md. What a host serves is seen in the evidence: ports on which several others got
 * answers. */
#include "behaviour/flow.h"

#include "base/mem.h"

enum { P_CLIENTS, P_RARE };

static const struct sw_behaviour_parameter parameters[] = {
    [P_CLIENTS] = {"clients", 5, 1, 1000000, "",
                   "different hosts that must have got an answer on a port that makes a server"},
    [P_RARE] = {"rare", 0.005, 0, 1, "", "share of the internal hosts that may use the destination (one always may)"},
};

/* Less, either way, is no exchange: the rest of a scan, a refused connection. */
enum { LEAST_BYTES = 60 };

enum { RULE_NAMED, RULE_OUTBOUND, RULE_INNER, RULE_LISTENER, RULE_LISTENER_OUTSIDE };

static const struct sw_str tags[] = {SW_BEHAVIOUR_TAG("attack.command-and-control"), SW_BEHAVIOUR_TAG("attack.t1105"),
                                     SW_BEHAVIOUR_TAG("attack.t1071"), SW_BEHAVIOUR_TAG("attack.t1190")};
static const struct sw_str listener_tags[] = {SW_BEHAVIOUR_TAG("attack.persistence"),
                                              SW_BEHAVIOUR_TAG("attack.command-and-control"),
                                              SW_BEHAVIOUR_TAG("attack.t1205"), SW_BEHAVIOUR_TAG("attack.t1090.001")};

static const struct sw_rule rules[] = {
    [RULE_NAMED] =
        SW_BEHAVIOUR_RULE("a4b8d2c6-1e9f-4d73-b5a0-6c2e8f4a3005", "Server Fetches From A New Destination Outside",
                          "A host that serves others fetched from a named destination outside that no host of "
                          "this network had used before.",
                          SW_LEVEL_LOW, tags, "Updates"),
    [RULE_OUTBOUND] =
        SW_BEHAVIOUR_RULE("a4b8d2c6-1e9f-4d73-b5a0-6c2e8f4a3001", "Server Connects To A New Destination Outside",
                          "A host that serves others connected to a destination outside that no host of this "
                          "network had used before.",
                          SW_LEVEL_MEDIUM, tags, "Updates from new mirrors, new interfaces to partners"),
    [RULE_INNER] =
        SW_BEHAVIOUR_RULE("a4b8d2c6-1e9f-4d73-b5a0-6c2e8f4a3002",
                          "Database Server Or Domain Controller Connects To A New Destination Outside",
                          "A host that only serves others inside, with databases or directories, connected to a "
                          "destination outside that no host of this network had used before.",
                          SW_LEVEL_HIGH, tags, "Cloud services of the database's vendor, new replication"),
    [RULE_LISTENER] = SW_BEHAVIOUR_RULE("a4b8d2c6-1e9f-4d73-b5a0-6c2e8f4a3003", "New Listener On A Server",
                                        "A server began to answer on a port that it had not answered on before.",
                                        SW_LEVEL_LOW, listener_tags, "New services, dynamic ports"),
    [RULE_LISTENER_OUTSIDE] =
        SW_BEHAVIOUR_RULE("a4b8d2c6-1e9f-4d73-b5a0-6c2e8f4a3004", "New Listener On A Server, Reached From Outside",
                          "A server began to answer hosts outside on a port that it had not answered "
                          "on before.",
                          SW_LEVEL_MEDIUM, listener_tags, "New services"),
};

/* Ports that only servers of the inner network have. */
static bool is_inner(uint16_t port)
{
    return port == 88 || port == 389 || port == 636 || port == 1433 || port == 1521 || port == 3306 || port == 5432 ||
           port == 27017;
}

/* The most used port that makes this host a server; 0: it is none. */
static uint16_t role_of(const struct sw_behaviour_run *run, const struct sw_flow_network *network,
                        const struct sw_peer *peer)
{
    size_t count;
    const struct sw_flow_served *served = sw_flow_served_by(network, peer, &count);
    uint16_t port = 0;
    uint32_t most = 0;
    for (size_t i = 0; i < count; i++) {
        double enough = is_inner(served[i].port) ? 1 : run->value[P_CLIENTS]; /* databases may have one client */
        if (served[i].sources < enough || served[i].port >= 32768 ||
            sw_flow_is_housekeeping(served[i].protocol, served[i].port))
            continue;
        uint32_t weight = served[i].sources + (is_inner(served[i].port) ? 1000000 : 0);
        if (weight > most) {
            most = weight;
            port = served[i].port;
        }
    }
    return port;
}

/* Whether a host answers on this port itself; where it does, it may well be the client of others as well. */
static bool serves(const struct sw_flow_network *network, const struct sw_peer *peer, uint16_t port)
{
    if (port == 80 || port == 443) /* every host is a client of the web */
        return false;
    size_t count;
    const struct sw_flow_served *served = sw_flow_served_by(network, peer, &count);
    for (size_t i = 0; i < count; i++)
        if (served[i].port == port && served[i].sources > 1)
            return true;
    return false;
}

static int on_channel(struct sw_behaviour_run *run, const struct sw_channel *channel)
{
    if (!sw_channel_is_outbound(channel) || sw_flow_is_housekeeping(channel->protocol, channel->port))
        return 0;
    if (!sw_flow_is_fresh(channel->network, channel->destination->first_ms) ||
        !sw_flow_is_rare(channel->network, channel->destination, run->value[P_RARE]))
        return 0;
    bool answered = false;
    for (size_t i = 0; i < channel->count && !answered; i++)
        answered = channel->samples[i].out >= LEAST_BYTES && channel->samples[i].in >= LEAST_BYTES;
    uint16_t role = answered ? role_of(run, channel->network, channel->source) : 0;
    if (role == 0 ||
        serves(channel->network, channel->source, channel->port)) /* mail and name servers speak to their like */
        return 0;
    struct sw_buf text;
    sw_buf_init(&text, SW_BEHAVIOUR_EXPLANATION);
    sw_buf_peer(&text, channel->source);
    sw_buf_printf(&text, ", which serves port %u, connected to ", role);
    sw_buf_peer(&text, channel->destination);
    sw_buf_printf(&text, ":%u %zu times, first at ", channel->port, channel->count + (size_t)channel->merged);
    sw_buf_time(&text, channel->first_ms * 1000000);
    SW_BUF_LIT(&text, "; no host of this network used that destination before; ");
    sw_buf_bytes(&text, channel->out);
    SW_BUF_LIT(&text, " out, ");
    sw_buf_bytes(&text, channel->in);
    SW_BUF_LIT(&text, " in");
    bool fetches = !channel->destination->is_address && channel->in > 4 * channel->out;
    unsigned rule = fetches ? RULE_NAMED : is_inner(role) ? RULE_INNER : RULE_OUTBOUND;
    double bytes = (double)(channel->out + channel->in);
    int rc = sw_channel_report(run, channel, rule, channel->count + channel->merged, bytes, sw_buf_str(&text));
    sw_buf_fini(&text);
    return rc;
}

static int report_listener(struct sw_behaviour_run *run, const struct sw_flow_network *network,
                           const struct sw_flow_served *port)
{
    const struct sw_peer *peer = &network->peers[port->peer];
    struct sw_buf text;
    struct sw_buf host;
    struct sw_buf number;
    sw_buf_init(&text, SW_BEHAVIOUR_EXPLANATION);
    sw_buf_init(&host, 512);
    sw_buf_init(&number, 64);
    sw_buf_peer(&host, peer);
    sw_buf_u64(&number, port->port);
    sw_buf_str_add(&text, sw_buf_str(&host));
    sw_buf_printf(&text, " answers on port %u since ", port->port);
    sw_buf_time(&text, port->first_ms * 1000000);
    sw_buf_printf(&text, ", %u different host%s%s; it served other ports before", port->sources,
                  port->sources == 1 ? "" : "s", port->external ? ", also outside" : "");
    const struct sw_behaviour_group groups[] = {{SW_STR("dst_ip"), sw_buf_str(&host)},
                                                {SW_STR("dst_port"), sw_buf_str(&number)}};
    const struct sw_behaviour_report report = {.rule = port->external ? RULE_LISTENER_OUTSIDE : RULE_LISTENER,
                                               .first = port->first_ms * 1000000,
                                               .last = port->first_ms * 1000000,
                                               .count = port->sources,
                                               .value = port->sources,
                                               .groups = groups,
                                               .group_count = 2,
                                               .explanation = sw_buf_str(&text)};
    int rc = sw_behaviour_report(run, &report);
    sw_buf_fini(&text);
    sw_buf_fini(&host);
    sw_buf_fini(&number);
    return rc;
}

/* Ports from 32768 on are given out to clients and to RPC services by turns (RFC 6056): no listener is told of there.
 */
static int on_network(struct sw_behaviour_run *run, const struct sw_flow_network *network)
{
    for (size_t i = 0; i < network->served_count; i++) {
        const struct sw_flow_served *port = &network->served[i];
        const struct sw_peer *peer = &network->peers[port->peer];
        if (port->port >= 32768 || port->protocol != 6 || !peer->internal ||
            !sw_flow_is_fresh(network, port->first_ms) || sw_flow_is_fresh(network, peer->first_ms) ||
            role_of(run, network, peer) == 0)
            continue;
        int rc = report_listener(run, network, port);
        if (rc != 0)
            return rc;
    }
    return 0;
}

const struct sw_behaviour sw_behaviour_server_as_client = {
    .name = "server-as-client",
    .summary = "servers that begin to connect outside, or to serve new ports",
    .rules = rules,
    .rule_count = SW_COUNT_OF(rules),
    .parameters = parameters,
    .parameter_count = SW_COUNT_OF(parameters),
    .channel = on_channel,
    .network = on_network,
};
