/*
 * eve.c - Suricata's EVE: flow when it ends, dns (version 2: question and answer), tls and http. As Suricata 7 writes
 * them with what Seawall's users mostly have switched on; alerts and files are left out.
 */
#include "flow.h"

#include <stdio.h>

void eve_open(struct scenario *s, struct sensor_logs *to, const char *place, unsigned sensor)
{
    char path[64];
    (void)snprintf(path, sizeof path, "suricata/%s/eve.DAY.json", place);
    to->number = sensor;
    to->eve = log_open(s, path, sensor, NULL);
}

static void put_time(struct sw_buf *out, int64_t time)
{
    char text[32];
    (void)sw_time_format(time / SW_SECOND * SW_SECOND, text);
    sw_buf_add(out, text, 19);
    sw_buf_printf(out, ".%06u+0000", (unsigned)(time % SW_SECOND / 1000));
}

static struct sw_buf *begin(struct sensor_logs *to, struct stream *stream, const struct flow *flow,
                            const struct seen *seen, int64_t when, const char *type)
{
    struct sw_buf *out = log_begin(to->eve, stream, when + seen->skew);
    if (out == NULL)
        return NULL;
    SW_BUF_LIT(out, "{\"timestamp\":\"");
    put_time(out, when + seen->skew);
    SW_BUF_LIT(out, "\",\"flow_id\":");
    sw_buf_u64(out, seen->number >> 12);
    SW_BUF_LIT(out, ",\"in_iface\":\"eth1\",\"event_type\":\"");
    sw_buf_text(out, type);
    SW_BUF_LIT(out, "\",\"src_ip\":\"");
    put_address(out, flow->client);
    if (flow->protocol != PROTOCOL_ICMP) {
        SW_BUF_LIT(out, "\",\"src_port\":");
        sw_buf_u64(out, flow->client_port);
        SW_BUF_LIT(out, ",\"dest_ip\":\"");
        put_address(out, flow->server);
        SW_BUF_LIT(out, "\",\"dest_port\":");
        sw_buf_u64(out, flow->server_port);
        sw_buf_text(out, flow->protocol == PROTOCOL_TCP ? ",\"proto\":\"TCP\"" : ",\"proto\":\"UDP\"");
    } else {
        SW_BUF_LIT(out, "\",\"dest_ip\":\"");
        put_address(out, flow->server);
        SW_BUF_LIT(out, "\",\"proto\":\"ICMP\",\"icmp_type\":8,\"icmp_code\":0");
    }
    return out;
}

/* What Suricata calls what Zeek calls so. */
static const char *application(const char *service)
{
    static const char *const names[][2] = {
        {"ssl", "tls"},       {"dns", "dns"},        {"http", "http"},     {"ssh", "ssh"},         {"krb_tcp", "krb5"},
        {"ldap_tcp", "ldap"}, {"smtp", "smtp"},      {"smtp,ssl", "smtp"}, {"snmp", "snmp"},       {"ntp", "ntp"},
        {"sip", "sip"},       {"dce_rpc", "dcerpc"}, {"rdp,ssl", "rdp"},   {"postgresql", "pgsql"}};
    if (service == NULL)
        return "failed";
    for (size_t i = 0; i < COUNT(names); i++)
        if (strcmp(service, names[i][0]) == 0)
            return names[i][1];
    return strstr(service, "smb") != NULL ? "smb" : "failed";
}

static bool write_flow(struct sensor_logs *to, struct stream *stream, const struct flow *flow, const struct seen *seen)
{
    int64_t lasts = flow->duration > 0 ? flow->duration : 0;
    struct sw_buf *out = begin(to, stream, flow, seen, flow->start + lasts + 60 * SW_SECOND, "flow");
    if (out == NULL)
        return false;
    uint64_t header = flow->protocol == PROTOCOL_TCP ? 66 : 42;
    bool established = flow->received > 0;
    if (flow->protocol != PROTOCOL_ICMP)
        sw_buf_printf(out, ",\"app_proto\":\"%s\"", application(flow->service));
    sw_buf_printf(out,
                  ",\"flow\":{\"pkts_toserver\":%llu,\"pkts_toclient\":%llu,\"bytes_toserver\":%llu,\"bytes_toclient\":"
                  "%llu,\"start\":\"",
                  (unsigned long long)seen->packets_sent, (unsigned long long)seen->packets_received,
                  (unsigned long long)(flow->sent + seen->packets_sent * header),
                  (unsigned long long)(flow->received + seen->packets_received * header));
    put_time(out, flow->start + seen->skew);
    SW_BUF_LIT(out, "\",\"end\":\"");
    put_time(out, flow->start + lasts + seen->skew);
    sw_buf_printf(out, "\",\"age\":%lld,\"state\":\"%s\",\"reason\":\"timeout\",\"alerted\":false}",
                  (long long)(lasts / SW_SECOND),
                  established ? flow->protocol == PROTOCOL_TCP ? "closed" : "established" : "new");
    if (flow->protocol == PROTOCOL_TCP)
        sw_buf_text(out, established ? ",\"tcp\":{\"tcp_flags\":\"1b\",\"syn\":true,\"fin\":true,\"psh\":true,\"ack\":"
                                       "true,\"state\":\"closed\"}"
                                     : ",\"tcp\":{\"tcp_flags\":\"02\",\"syn\":true,\"state\":\"syn_sent\"}");
    SW_BUF_LIT(out, "}");
    log_end(to->eve);
    return true;
}

static void write_dns(struct sensor_logs *to, struct stream *stream, const struct flow *flow, const struct seen *seen)
{
    const struct dns_detail *dns = flow->dns;
    struct sw_buf *out = begin(to, stream, flow, seen, flow->start, "dns");
    if (out == NULL)
        return;
    unsigned id = (unsigned)(mix1(seen->number) & 0xffff);
    sw_buf_printf(
        out, ",\"dns\":{\"type\":\"query\",\"id\":%u,\"rrname\":\"%s\",\"rrtype\":\"%s\",\"tx_id\":0,\"opcode\":0}}",
        id, dns->query, dns->type);
    log_end(to->eve);
    if (dns->code == NULL ||
        (out = begin(to, stream, flow, seen, flow->start + (flow->duration > 0 ? flow->duration : 0), "dns")) == NULL)
        return;
    sw_buf_printf(out,
                  ",\"dns\":{\"version\":2,\"type\":\"answer\",\"id\":%u,\"flags\":\"8180\",\"qr\":true,\"rd\":true,"
                  "\"ra\":true,\"opcode\":0,\"rrname\":\"%s\",\"rrtype\":\"%s\",\"rcode\":\"%s\"",
                  id, dns->query, dns->type, dns->code);
    if (dns->answers != NULL) {
        sw_buf_printf(out, ",\"answers\":[{\"rrname\":\"%s\",\"rrtype\":\"%s\",\"ttl\":%u,\"rdata\":", dns->query,
                      dns->type, dns->ttl);
        sw_buf_json(out, sw_str(dns->answers));
        SW_BUF_LIT(out, "}]");
    }
    SW_BUF_LIT(out, "}}");
    log_end(to->eve);
}

static void write_tls(struct sensor_logs *to, struct stream *stream, const struct flow *flow, const struct seen *seen)
{
    struct sw_buf *out = begin(to, stream, flow, seen, flow->start + 25000000, "tls");
    if (out == NULL)
        return;
    const struct tls_detail *tls = flow->tls;
    bool old = tls->client % 5 == 4;
    SW_BUF_LIT(out, ",\"tls\":{");
    if (old)
        sw_buf_printf(out, "\"subject\":\"CN=%s\",\"issuerdn\":\"%s\",", tls->name == NULL ? "localhost" : tls->name,
                      tls->self_signed ? "CN=localhost" : "C=US, O=Let's Encrypt, CN=R11");
    if (tls->name != NULL)
        sw_buf_printf(out, "\"sni\":\"%s\",", tls->name);
    sw_buf_printf(out, "\"version\":\"%s\",\"ja3\":{\"hash\":\"%s\"}", old ? "TLS 1.2" : "TLS 1.3",
                  ja3_of(tls->client));
    sw_buf_printf(out, ",\"ja3s\":{\"hash\":\"%s\"}}}", ja3_of(1000 + flow->server % 7));
    log_end(to->eve);
}

static void write_http(struct sensor_logs *to, struct stream *stream, const struct flow *flow, const struct seen *seen)
{
    struct sw_buf *out = begin(to, stream, flow, seen, flow->start + 30000000, "http");
    if (out == NULL)
        return;
    const struct http_detail *http = flow->http;
    sw_buf_printf(out, ",\"tx_id\":0,\"http\":{\"hostname\":\"%s\",\"url\":", http->host);
    sw_buf_json(out, sw_str(http->uri));
    if (http->agent != NULL) {
        SW_BUF_LIT(out, ",\"http_user_agent\":");
        sw_buf_json(out, sw_str(http->agent));
    }
    sw_buf_printf(out,
                  ",\"http_content_type\":\"%s\",\"http_method\":\"%s\",\"protocol\":\"HTTP/"
                  "1.1\",\"status\":%u,\"length\":%llu}}",
                  http->mime == NULL ? "text/html" : http->mime, http->method, http->status,
                  (unsigned long long)http->response_length);
    log_end(to->eve);
}

bool eve_write(struct sensor_logs *to, struct stream *stream, const struct flow *flow, const struct seen *seen)
{
    bool written = write_flow(to, stream, flow, seen);
    if (flow->dns != NULL)
        write_dns(to, stream, flow, seen);
    if (flow->tls != NULL)
        write_tls(to, stream, flow, seen);
    if (flow->http != NULL)
        write_http(to, stream, flow, seen);
    return written;
}
