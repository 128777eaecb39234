/*
 * zeek.c - Zeek's conn, dns, http, ssl and ssh logs, tab-separated, as Zeek 6 writes them by default (ssl with the JA3
 * package). Daily files with header; the closing line is left out, as in a copy of a log that is still being written.
 */
#include "flow.h"

#include <stdio.h>

#define TAB(out) sw_buf_char((out), '\t')

static void put_head(struct sw_buf *out, const char *log, int64_t time, const char *fields, const char *types)
{
    char date[32];
    (void)sw_time_format(time, date);
    sw_buf_printf(
        out,
        "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\t%s\n#open\t%.10s-"
        "%.2s-%.2s-%.2s\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\t%s\n"
        "#types\ttime\tstring\taddr\tport\taddr\tport\t%s\n",
        log, date, date + 11, date + 14, date + 17, fields, types);
}

static void head_conn(struct sw_buf *out, const char *name, int64_t time)
{
    (void)name;
    put_head(
        out, "conn", time,
        "proto\tservice\tduration\torig_bytes\tresp_bytes\tconn_state\tlocal_orig\tlocal_resp\tmissed_bytes\thistory"
        "\torig_pkts\torig_ip_bytes\tresp_pkts\tresp_ip_bytes\ttunnel_parents",
        "enum\tstring\tinterval\tcount\tcount\tstring\tbool\tbool\tcount\tstring\tcount\tcount\tcount\tcount"
        "\tset[string]");
}

static void head_dns(struct sw_buf *out, const char *name, int64_t time)
{
    (void)name;
    put_head(out, "dns", time,
             "proto\ttrans_id\trtt\tquery\tqclass\tqclass_name\tqtype\tqtype_name\trcode\trcode_name\tAA\tTC\tRD\tRA\tZ"
             "\tanswers\tTTLs\trejected",
             "enum\tcount\tinterval\tstring\tcount\tstring\tcount\tstring\tcount\tstring\tbool\tbool\tbool\tbool\tcount"
             "\tvector[string]\tvector[interval]\tbool");
}

static void head_http(struct sw_buf *out, const char *name, int64_t time)
{
    (void)name;
    put_head(
        out, "http", time,
        "trans_depth\tmethod\thost\turi\treferrer\tversion\tuser_agent\torigin\trequest_body_len\tresponse_body_len"
        "\tstatus_code\tstatus_msg\tinfo_code\tinfo_msg\ttags\tusername\tpassword\tproxied\torig_fuids"
        "\torig_filenames\torig_mime_types\tresp_fuids\tresp_filenames\tresp_mime_types",
        "count\tstring\tstring\tstring\tstring\tstring\tstring\tstring\tcount\tcount\tcount\tstring\tcount\tstring"
        "\tset[enum]\tstring\tstring\tset[string]\tvector[string]\tvector[string]\tvector[string]\tvector[string]"
        "\tvector[string]\tvector[string]");
}

static void head_ssl(struct sw_buf *out, const char *name, int64_t time)
{
    (void)name;
    put_head(out, "ssl", time,
             "version\tcipher\tcurve\tserver_name\tresumed\tlast_alert\tnext_protocol\testablished\tssl_history"
             "\tcert_chain_fps\tclient_cert_chain_fps\tsni_matches_cert\tvalidation_status\tja3\tja3s",
             "string\tstring\tstring\tstring\tbool\tstring\tstring\tbool\tstring\tvector[string]\tvector[string]\tbool"
             "\tstring\tstring\tstring");
}

static void head_ssh(struct sw_buf *out, const char *name, int64_t time)
{
    (void)name;
    put_head(out, "ssh", time,
             "version\tauth_success\tauth_attempts\tdirection\tclient\tserver\tcipher_alg\tmac_alg\tcompression_alg"
             "\tkex_alg\thost_key_alg\thost_key",
             "count\tbool\tcount\tenum\tstring\tstring\tstring\tstring\tstring\tstring\tstring\tstring");
}

static struct log *open_one(struct scenario *s, const char *place, const char *name, unsigned sensor, bool json,
                            void (*head)(struct sw_buf *out, const char *name, int64_t time))
{
    char path[64];
    (void)snprintf(path, sizeof path, "zeek/%s/%s.DAY.log", place, name);
    return log_open(s, path, sensor, json ? NULL : head);
}

void zeek_open(struct scenario *s, struct sensor_logs *to, const char *place, unsigned sensor)
{
    to->json = (s->options.formats & FORMAT_ZEEK_JSON) != 0;
    to->number = sensor;
    to->conn = open_one(s, place, "conn", sensor, to->json, head_conn);
    to->dns = open_one(s, place, "dns", sensor, to->json, head_dns);
    to->http = open_one(s, place, "http", sensor, to->json, head_http);
    to->ssl = open_one(s, place, "ssl", sensor, to->json, head_ssl);
    to->ssh = open_one(s, place, "ssh", sensor, to->json, head_ssh);
}

/* JA3 of a few hundred kinds of clients; what it is of which version doesn't matter here. */
const char *ja3_of(unsigned client)
{
    static char text[33];
    (void)snprintf(text, sizeof text, "%016llx%016llx", (unsigned long long)mix2(0x3a3, client),
                   (unsigned long long)mix2(0x3a4, client));
    return text;
}

const char *history_of(const struct flow *flow)
{
    const char *state = flow->state == NULL ? "SF" : flow->state;
    if (flow->protocol != PROTOCOL_TCP)
        return flow->received > 0 ? "Dd" : "D";
    if (strcmp(state, "S0") == 0)
        return "S";
    if (strcmp(state, "REJ") == 0)
        return "Sr";
    if (strcmp(state, "RSTO") == 0)
        return "ShADadR";
    if (strcmp(state, "RSTR") == 0)
        return "ShADadr";
    if (strcmp(state, "S1") == 0)
        return "ShADad";
    if (strcmp(state, "OTH") == 0)
        return "DadA";
    return flow->sent == 0 && flow->received == 0 ? "ShAFf" : "ShADadFf";
}

static void put_fraction(struct sw_buf *out, uint64_t microseconds)
{
    char text[7] = ".000000";
    for (int i = 6; i > 0; i--, microseconds /= 10)
        text[i] = (char)('0' + microseconds % 10);
    sw_buf_add(out, text, sizeof text);
}

static void put_seconds(struct sw_buf *out, int64_t ns)
{
    sw_buf_u64(out, (uint64_t)ns / SW_SECOND);
    put_fraction(out, (uint64_t)ns % SW_SECOND / 1000);
}

static void put_id(struct sw_buf *out, const struct flow *flow, const struct seen *seen, int64_t time)
{
    put_seconds(out, time + seen->skew);
    TAB(out);
    sw_buf_add(out, seen->id, 18);
    TAB(out);
    put_address(out, flow->client);
    TAB(out);
    sw_buf_u64(out, flow->client_port);
    TAB(out);
    put_address(out, flow->server);
    TAB(out);
    sw_buf_u64(out, flow->server_port);
    TAB(out);
}

static void put_or_unset(struct sw_buf *out, const char *text)
{
    sw_buf_text(out, text == NULL || text[0] == '\0' ? "-" : text);
    TAB(out);
}

static void put_number(struct sw_buf *out, uint64_t n)
{
    sw_buf_u64(out, n);
    TAB(out);
}

static const char *protocol_name(enum protocol protocol)
{
    return protocol == PROTOCOL_TCP ? "tcp" : protocol == PROTOCOL_UDP ? "udp" : "icmp";
}

static bool write_conn(struct sensor_logs *to, struct stream *stream, const struct flow *flow, const struct seen *seen)
{
    struct sw_buf *out =
        log_begin(to->conn, stream, flow->start + (flow->duration > 0 ? flow->duration : 0) + seen->skew);
    if (out == NULL)
        return false;
    uint64_t header = flow->protocol == PROTOCOL_TCP ? 52 : 28;
    put_id(out, flow, seen, flow->start);
    put_or_unset(out, protocol_name(flow->protocol));
    put_or_unset(out, flow->service);
    if (flow->duration < 0) {
        SW_BUF_LIT(out, "-\t-\t-\t");
    } else {
        put_seconds(out, flow->duration);
        TAB(out);
        put_number(out, flow->sent);
        put_number(out, flow->received);
    }
    put_or_unset(out, flow->state == NULL ? "SF" : flow->state);
    sw_buf_text(out, seen->client_inside ? "T\t" : "F\t");
    sw_buf_text(out, seen->server_inside ? "T\t" : "F\t");
    put_number(out, seen->number % 211 == 0 && flow->received > 50000 ? flow->received / 97 : 0);
    put_or_unset(out, history_of(flow));
    put_number(out, seen->packets_sent);
    put_number(out, flow->sent + seen->packets_sent * header);
    put_number(out, seen->packets_received);
    put_number(out, flow->received + seen->packets_received * header);
    SW_BUF_LIT(out, "-");
    log_end(to->conn);
    return true;
}

static void write_dns(struct sensor_logs *to, struct stream *stream, const struct flow *flow, const struct seen *seen)
{
    struct sw_buf *out = log_begin(to->dns, stream, flow->start + seen->skew);
    if (out == NULL)
        return;
    const struct dns_detail *dns = flow->dns;
    put_id(out, flow, seen, flow->start);
    put_or_unset(out, protocol_name(flow->protocol));
    put_number(out, mix1(seen->number) & 0xffff);
    if (flow->duration > 0) {
        put_seconds(out, flow->duration);
        TAB(out);
    } else {
        SW_BUF_LIT(out, "-\t");
    }
    put_or_unset(out, dns->query);
    SW_BUF_LIT(out, "1\tC_INTERNET\t");
    put_number(out, dns->type_number);
    put_or_unset(out, dns->type);
    if (dns->code == NULL) {
        SW_BUF_LIT(out, "-\t-\t");
    } else {
        put_number(out, dns->code_number);
        put_or_unset(out, dns->code);
    }
    sw_buf_text(out, dns->code == NULL ? "F\tF\tT\tF\t0\t" : "F\tF\tT\tT\t0\t");
    put_or_unset(out, dns->answers);
    if (dns->answers == NULL) {
        SW_BUF_LIT(out, "-");
    } else {
        for (const char *at = dns->answers; at != NULL; at = strchr(at + 1, ','))
            sw_buf_printf(out, "%s%u.000000", at == dns->answers ? "" : ",", dns->ttl);
    }
    SW_BUF_LIT(out, "\tF");
    log_end(to->dns);
}

static void write_http(struct sensor_logs *to, struct stream *stream, const struct flow *flow, const struct seen *seen)
{
    int64_t at = flow->start + 30 * 1000000;
    struct sw_buf *out = log_begin(to->http, stream, at + seen->skew);
    if (out == NULL)
        return;
    const struct http_detail *http = flow->http;
    put_id(out, flow, seen, at);
    SW_BUF_LIT(out, "1\t");
    put_or_unset(out, http->method);
    put_or_unset(out, http->host);
    put_or_unset(out, http->uri);
    put_or_unset(out, http->referrer);
    SW_BUF_LIT(out, "1.1\t");
    put_or_unset(out, http->agent);
    SW_BUF_LIT(out, "-\t");
    put_number(out, http->request_length);
    put_number(out, http->response_length);
    put_number(out, http->status);
    put_or_unset(out, http->status == 404   ? "Not Found"
                      : http->status == 200 ? "OK"
                      : http->status == 302 ? "Found"
                                            : NULL);
    SW_BUF_LIT(out, "-\t-\t(empty)\t-\t-\t-\t-\t-\t-\t-\t-\t");
    sw_buf_text(out, http->response_length > 0 && http->mime != NULL ? http->mime : "-");
    log_end(to->http);
}

static void write_ssl(struct sensor_logs *to, struct stream *stream, const struct flow *flow, const struct seen *seen)
{
    int64_t at = flow->start + 25 * 1000000;
    struct sw_buf *out = log_begin(to->ssl, stream, at + seen->skew);
    if (out == NULL)
        return;
    const struct tls_detail *tls = flow->tls;
    put_id(out, flow, seen, at);
    sw_buf_text(out, tls->client % 5 == 4 ? "TLSv12\tTLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384\tx25519\t"
                                          : "TLSv13\tTLS_AES_128_GCM_SHA256\tx25519\t");
    put_or_unset(out, tls->name);
    sw_buf_text(out, mix1(seen->number) % 4 == 0 ? "T\t-\t" : "F\t-\t");
    sw_buf_text(out, tls->http2 ? "h2\tT\t" : "-\tT\t");
    SW_BUF_LIT(out, "CsxCSit\t-\t-\t");
    sw_buf_text(out, tls->name == NULL ? "-\t" : tls->self_signed ? "F\t" : "T\t");
    sw_buf_text(out, tls->client % 5 != 4 ? "-\t" : tls->self_signed ? "self signed certificate\t" : "ok\t");
    put_or_unset(out, ja3_of(tls->client));
    sw_buf_text(out, ja3_of(1000 + flow->server % 7));
    log_end(to->ssl);
}

static void write_ssh(struct sensor_logs *to, struct stream *stream, const struct flow *flow, const struct seen *seen)
{
    int64_t at = flow->start + 60 * 1000000;
    struct sw_buf *out = log_begin(to->ssh, stream, at + seen->skew);
    if (out == NULL)
        return;
    put_id(out, flow, seen, at);
    sw_buf_printf(out, "2\t%s\t%u\t%s\t", flow->ssh->success ? "T" : "F", flow->ssh->attempts,
                  seen->client_inside == seen->server_inside ? "-"
                  : seen->client_inside                      ? "OUTBOUND"
                                                             : "INBOUND");
    put_or_unset(out, flow->ssh->client);
    put_or_unset(out, flow->ssh->server);
    sw_buf_printf(out, "chacha20-poly1305@openssh.com\thmac-sha2-256\tnone\tcurve25519-sha256\tssh-ed25519\t%.32s",
                  ja3_of(flow->server));
    log_end(to->ssh);
}

const struct zeek_form zeek_tabs = {write_conn, write_dns, write_http, write_ssl, write_ssh};

bool zeek_write(struct sensor_logs *to, struct stream *stream, const struct flow *flow, const struct seen *seen)
{
    const struct zeek_form *form = to->json ? &zeek_json : &zeek_tabs;
    bool written = form->conn(to, stream, flow, seen);
    if (flow->dns != NULL)
        form->dns(to, stream, flow, seen);
    if (flow->http != NULL)
        form->http(to, stream, flow, seen);
    if (flow->tls != NULL)
        form->ssl(to, stream, flow, seen);
    if (flow->ssh != NULL)
        form->ssh(to, stream, flow, seen);
    return written;
}
