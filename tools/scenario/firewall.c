/*
 * firewall.c - Cisco ASA, FortiGate, AWS VPC flow logs and Squid, each for the portion of the network that it is at.
 */
#include "firewall.h"

#include <stdio.h>

static void head_vpcflow(struct sw_buf *out, const char *name, int64_t time)
{
    (void)name;
    (void)time;
    SW_BUF_LIT(out, "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end "
                    "action log-status\n");
}

void firewalls_open(struct scenario *s, struct firewalls *to)
{
    unsigned formats = s->options.formats;
    if ((formats & FORMAT_ASA) != 0)
        to->asa = log_open(s, "asa/asa1.DAY.log", 30, NULL);
    if ((formats & FORMAT_FORTINET) != 0)
        to->fortinet = log_open(s, "fortinet/fw1-traffic.DAY.log", 31, NULL);
    if ((formats & FORMAT_VPCFLOW) != 0)
        to->vpcflow = log_open(s, "vpcflow/vpc.DAY.log", 0, head_vpcflow);
    if ((formats & FORMAT_SQUID) != 0)
        to->squid = log_open(s, "squid/access.DAY.log", 32, NULL);
}

static bool is_refused(const struct flow *flow)
{
    return flow->state != NULL && (strcmp(flow->state, "S0") == 0 || strcmp(flow->state, "REJ") == 0) &&
           flow->received == 0;
}

static int64_t lasts_of(const struct flow *flow)
{
    return flow->duration > 0 ? flow->duration : 0;
}

/* --- ASA ---------------------------------------------------------------------------------------------------------- */

static struct sw_buf *begin_asa(struct firewalls *to, struct stream *stream, int64_t when, const char *code)
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct sw_buf *out = log_begin(to->asa, stream, when);
    if (out == NULL)
        return NULL;
    char text[32];
    (void)sw_time_format(when / SW_SECOND * SW_SECOND, text);
    unsigned month = (unsigned)((text[5] - '0') * 10 + text[6] - '0') - 1;
    sw_buf_printf(out, "<%u>%s %.2s %.4s %.8s asa1 : %%ASA-%s: ", code[0] == '4' ? 164u : 166u, months[month % 12],
                  text + 8, text, text + 11, code);
    return out;
}

static const char *side_of(uint32_t address)
{
    return is_dmz(address) ? "dmz" : is_inside(address) ? "inside" : "outside";
}

static void put_end(struct sw_buf *out, uint32_t address, unsigned port)
{
    sw_buf_text(out, side_of(address));
    SW_BUF_LIT(out, ":");
    put_address(out, address);
    SW_BUF_LIT(out, "/");
    sw_buf_u64(out, port);
}

/* The DMZ's addresses as the internet has them. */
static uint32_t public_of(uint32_t address)
{
    return is_dmz(address) ? ADDRESS(198, 51, 100, 0) + (address & 0xff) : address;
}

static bool write_asa(struct firewalls *to, struct stream *stream, const struct flow *flow, const struct seen *seen)
{
    const char *protocol = flow->protocol == PROTOCOL_TCP ? "tcp" : "udp";
    bool tcp = flow->protocol == PROTOCOL_TCP;
    char client[16];
    char server[16];
    struct sw_buf *out;
    (void)address_text(public_of(flow->client), client);
    (void)address_text(public_of(flow->server), server);
    if (is_refused(flow)) {
        if ((out = begin_asa(to, stream, flow->start, "4-106023")) == NULL)
            return false;
        sw_buf_printf(out, "Deny %s src ", protocol);
        put_end(out, flow->client, flow->client_port);
        SW_BUF_LIT(out, " dst ");
        put_end(out, flow->server, flow->server_port);
        sw_buf_text(out, is_dmz(flow->client) ? " by access-group \"dmz_in\" [0x0, 0x0]"
                                              : " by access-group \"outside_in\" [0x0, 0x0]");
        log_end(to->asa);
        return true;
    }
    unsigned number = (unsigned)(seen->number & 0x7fffffff);
    bool inbound = !is_inside(flow->client);
    bool written = false;
    if ((out = begin_asa(to, stream, flow->start, tcp ? "6-302013" : "6-302015")) != NULL) {
        sw_buf_printf(out, "Built %s %s connection %u for ", inbound ? "inbound" : "outbound", tcp ? "TCP" : "UDP",
                      number);
        put_end(out, inbound ? flow->client : flow->server, inbound ? flow->client_port : flow->server_port);
        sw_buf_printf(out, " (%s/%u) to ", inbound ? client : server, inbound ? flow->client_port : flow->server_port);
        put_end(out, inbound ? flow->server : flow->client, inbound ? flow->server_port : flow->client_port);
        sw_buf_printf(out, " (%s/%u)", inbound ? server : client, inbound ? flow->server_port : flow->client_port);
        log_end(to->asa);
        written = true;
    }
    int64_t seconds = lasts_of(flow) / SW_SECOND;
    if ((out = begin_asa(to, stream, flow->start + lasts_of(flow), tcp ? "6-302014" : "6-302016")) != NULL) {
        sw_buf_printf(out, "Teardown %s connection %u for ", tcp ? "TCP" : "UDP", number);
        put_end(out, inbound ? flow->client : flow->server, inbound ? flow->client_port : flow->server_port);
        SW_BUF_LIT(out, " to ");
        put_end(out, inbound ? flow->server : flow->client, inbound ? flow->server_port : flow->client_port);
        sw_buf_printf(out, " duration %lld:%02lld:%02lld bytes %llu%s", (long long)(seconds / 3600),
                      (long long)(seconds / 60 % 60), (long long)(seconds % 60),
                      (unsigned long long)(flow->sent + flow->received), tcp ? " TCP FINs" : "");
        log_end(to->asa);
        written = true;
    }
    return written;
}

/* --- FortiGate ---------------------------------------------------------------------------------------------------- */

static bool write_fortinet(struct firewalls *to, struct stream *stream, const struct flow *flow,
                           const struct seen *seen)
{
    int64_t when = flow->start + lasts_of(flow);
    struct sw_buf *out = log_begin(to->fortinet, stream, when);
    if (out == NULL)
        return false;
    char time[32];
    char client[16];
    char server[16];
    char nat[16];
    int64_t offset = zone_offset(ZONE_HEADQUARTERS, when);
    bool leaves = is_inside(flow->client);
    (void)sw_time_format((when + offset) / SW_SECOND * SW_SECOND, time);
    sw_buf_printf(out,
                  "date=%.10s time=%.8s devname=\"fw1\" devid=\"FG200FT920099999\" eventtime=%lld tz=\"+%02u00\" "
                  "logid=\"0000000013\" type=\"traffic\" subtype=\"forward\" "
                  "level=\"notice\" vd=\"root\" srcip=%s srcport=%u srcintf=\"%s\" dstip=%s dstport=%u dstintf=\"%s\" "
                  "sessionid=%u proto=%d action=\"%s\" policyid=%u ",
                  time, time + 11, (long long)when, (unsigned)(offset / HOUR) % 24, address_text(flow->client, client),
                  flow->client_port, leaves ? "lan" : "wan1", address_text(flow->server, server), flow->server_port,
                  leaves ? "wan1" : "lan", (unsigned)(seen->number >> 32), flow->protocol,
                  is_refused(flow) ? leaves ? "timeout" : "deny" : "close", leaves ? 7u : 0u);
    if (leaves)
        sw_buf_printf(out, "trandisp=\"snat\" transip=%s transport=%u ", address_text(PUBLIC_ADDRESS, nat),
                      1024 + (unsigned)(seen->number % 60000));
    sw_buf_printf(out, "duration=%lld sentbyte=%llu rcvdbyte=%llu sentpkt=%llu rcvdpkt=%llu",
                  (long long)(lasts_of(flow) / SW_SECOND), (unsigned long long)(flow->sent + 52 * seen->packets_sent),
                  (unsigned long long)(flow->received + 52 * seen->packets_received),
                  (unsigned long long)seen->packets_sent, (unsigned long long)seen->packets_received);
    log_end(to->fortinet);
    return true;
}

/* --- VPC flow logs: ten minutes at a time, each direction for itself ---------------------------------------------- */

static bool put_vpcflow(struct firewalls *to, struct stream *stream, const struct flow *flow, bool back, int64_t from,
                        int64_t until, uint64_t packets, uint64_t bytes)
{
    struct sw_buf *out = log_begin(to->vpcflow, stream, until + 40 * SW_SECOND);
    if (out == NULL)
        return false;
    SW_BUF_LIT(out, "2 123456789010 eni-0a1b2c3d4e5f60718 ");
    put_address(out, back ? flow->server : flow->client);
    SW_BUF_LIT(out, " ");
    put_address(out, back ? flow->client : flow->server);
    sw_buf_printf(out, " %u %u %d %llu %llu %lld %lld %s OK", back ? flow->server_port : flow->client_port,
                  back ? flow->client_port : flow->server_port, flow->protocol,
                  (unsigned long long)(packets == 0 ? 1 : packets), (unsigned long long)bytes,
                  (long long)(from / SW_SECOND), (long long)(until / SW_SECOND),
                  is_refused(flow) ? "REJECT" : "ACCEPT");
    log_end(to->vpcflow);
    return true;
}

static bool write_vpcflow(struct firewalls *to, struct stream *stream, const struct flow *flow, const struct seen *seen)
{
    const int64_t window = 10 * MINUTE;
    int64_t end = flow->start + lasts_of(flow) + SW_SECOND;
    uint64_t pieces = (uint64_t)((end - flow->start + window - 1) / window);
    bool written = false;
    for (uint64_t i = 0; i < pieces; i++) {
        int64_t from = flow->start + (int64_t)i * window;
        int64_t until = from + window < end ? from + window : end;
        written |= put_vpcflow(to, stream, flow, false, from, until, seen->packets_sent / pieces,
                               (flow->sent + 52 * seen->packets_sent) / pieces);
        if (flow->received > 0)
            written |= put_vpcflow(to, stream, flow, true, from, until, seen->packets_received / pieces,
                                   (flow->received + 52 * seen->packets_received) / pieces);
    }
    return written;
}

/* --- Squid -------------------------------------------------------------------------------------------------------- */

static bool write_squid(struct firewalls *to, struct stream *stream, const struct flow *flow)
{
    int64_t when = flow->start + lasts_of(flow);
    struct sw_buf *out = log_begin(to->squid, stream, when);
    if (out == NULL)
        return false;
    sw_buf_printf(out, "%lld.%03lld %6lld ", (long long)(when / SW_SECOND), (long long)(when % SW_SECOND / 1000000),
                  (long long)(lasts_of(flow) / 1000000));
    put_address(out, flow->client);
    char server[16];
    (void)address_text(flow->server, server);
    if (flow->http != NULL)
        sw_buf_printf(out, " TCP_MISS/%u %llu %s http://%s%s - HIER_DIRECT/%s %s", flow->http->status,
                      (unsigned long long)flow->received, flow->http->method, flow->http->host, flow->http->uri, server,
                      flow->http->mime == NULL ? "-" : flow->http->mime);
    else
        sw_buf_printf(out, " TCP_TUNNEL/200 %llu CONNECT %s:%u - HIER_DIRECT/%s -", (unsigned long long)flow->received,
                      flow->tls->name != NULL ? flow->tls->name : server, flow->server_port, server);
    log_end(to->squid);
    return true;
}

static bool is_linux_server(uint32_t address)
{
    return address >> 8 == ADDRESS(10, 20, 1, 0) >> 8 && (address & 0xff) >= 100;
}

bool firewalls_write(struct scenario *s, struct firewalls *to, struct stream *stream, const struct flow *flow,
                     const struct seen *seen)
{
    bool written = false;
    bool outside = !seen->client_inside || !seen->server_inside;
    /* With the logs of hosts the DMZ's other side is logged, too. */
    bool crosses = (s->options.parts & PART_HOSTS) != 0 && is_dmz(flow->client) != is_dmz(flow->server);
    if (to->asa != NULL && (outside || crosses) && (is_dmz(flow->client) || is_dmz(flow->server)) &&
        flow->protocol != PROTOCOL_ICMP)
        written |= write_asa(to, stream, flow, seen);
    if (to->fortinet != NULL && outside && !is_dmz(flow->client) && !is_dmz(flow->server))
        written |= write_fortinet(to, stream, flow, seen);
    if (to->vpcflow != NULL && (is_linux_server(flow->client) || is_linux_server(flow->server)))
        written |= write_vpcflow(to, stream, flow, seen);
    if (to->squid != NULL && seen->client_inside && !seen->server_inside && flow->client >> 4 & 1 &&
        flow->client >> 5 & 1 && (flow->http != NULL || flow->tls != NULL))
        written |= write_squid(to, stream, flow);
    return written;
}
