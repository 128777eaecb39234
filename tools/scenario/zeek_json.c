/*
 * zeek_json.c - Zeek's logs as JSON lines (LogAscii::use_json), into the files that zeek.c opened. Unset fields are
 * left out, as Zeek does.
 */
#include "flow.h"

static void put_seconds(struct sw_buf *out, int64_t ns)
{
    sw_buf_printf(out, "%lld.%06lld", (long long)(ns / SW_SECOND), (long long)(ns % SW_SECOND / 1000));
}

static void put_text(struct sw_buf *out, const char *name, const char *value)
{
    if (value == NULL || value[0] == '\0')
        return;
    SW_BUF_LIT(out, ",\"");
    sw_buf_text(out, name);
    SW_BUF_LIT(out, "\":");
    sw_buf_json(out, sw_str(value));
}

static void put_number(struct sw_buf *out, const char *name, uint64_t value)
{
    SW_BUF_LIT(out, ",\"");
    sw_buf_text(out, name);
    SW_BUF_LIT(out, "\":");
    sw_buf_u64(out, value);
}

static void put_bool(struct sw_buf *out, const char *name, bool value)
{
    SW_BUF_LIT(out, ",\"");
    sw_buf_text(out, name);
    sw_buf_text(out, value ? "\":true" : "\":false");
}

static void put_id(struct sw_buf *out, const struct flow *flow, const struct seen *seen, int64_t time)
{
    SW_BUF_LIT(out, "{\"ts\":");
    put_seconds(out, time + seen->skew);
    SW_BUF_LIT(out, ",\"uid\":\"");
    sw_buf_add(out, seen->id, 18);
    SW_BUF_LIT(out, "\",\"id.orig_h\":\"");
    put_address(out, flow->client);
    SW_BUF_LIT(out, "\"");
    put_number(out, "id.orig_p", flow->client_port);
    SW_BUF_LIT(out, ",\"id.resp_h\":\"");
    put_address(out, flow->server);
    SW_BUF_LIT(out, "\"");
    put_number(out, "id.resp_p", flow->server_port);
}

static bool write_conn(struct sensor_logs *to, struct stream *stream, const struct flow *flow, const struct seen *seen)
{
    struct sw_buf *out =
        log_begin(to->conn, stream, flow->start + (flow->duration > 0 ? flow->duration : 0) + seen->skew);
    if (out == NULL)
        return false;
    uint64_t header = flow->protocol == PROTOCOL_TCP ? 52 : 28;
    put_id(out, flow, seen, flow->start);
    put_text(out, "proto", flow->protocol == PROTOCOL_TCP ? "tcp" : flow->protocol == PROTOCOL_UDP ? "udp" : "icmp");
    put_text(out, "service", flow->service);
    if (flow->duration >= 0) {
        SW_BUF_LIT(out, ",\"duration\":");
        put_seconds(out, flow->duration);
        put_number(out, "orig_bytes", flow->sent);
        put_number(out, "resp_bytes", flow->received);
    }
    put_text(out, "conn_state", flow->state == NULL ? "SF" : flow->state);
    put_bool(out, "local_orig", seen->client_inside);
    put_bool(out, "local_resp", seen->server_inside);
    put_number(out, "missed_bytes", seen->number % 211 == 0 && flow->received > 50000 ? flow->received / 97 : 0);
    put_text(out, "history", history_of(flow));
    put_number(out, "orig_pkts", seen->packets_sent);
    put_number(out, "orig_ip_bytes", flow->sent + seen->packets_sent * header);
    put_number(out, "resp_pkts", seen->packets_received);
    put_number(out, "resp_ip_bytes", flow->received + seen->packets_received * header);
    SW_BUF_LIT(out, "}");
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
    put_text(out, "proto", flow->protocol == PROTOCOL_TCP ? "tcp" : "udp");
    put_number(out, "trans_id", mix1(seen->number) & 0xffff);
    if (flow->duration > 0) {
        SW_BUF_LIT(out, ",\"rtt\":");
        put_seconds(out, flow->duration);
    }
    put_text(out, "query", dns->query);
    SW_BUF_LIT(out, ",\"qclass\":1,\"qclass_name\":\"C_INTERNET\"");
    put_number(out, "qtype", dns->type_number);
    put_text(out, "qtype_name", dns->type);
    if (dns->code != NULL) {
        put_number(out, "rcode", dns->code_number);
        put_text(out, "rcode_name", dns->code);
    }
    sw_buf_printf(out, ",\"AA\":false,\"TC\":false,\"RD\":true,\"RA\":%s,\"Z\":0",
                  dns->code == NULL ? "false" : "true");
    if (dns->answers != NULL) {
        struct sw_str rest = sw_str(dns->answers);
        struct sw_str answer;
        unsigned n = 0;
        SW_BUF_LIT(out, ",\"answers\":[");
        for (; rest.len > 0 && sw_str_next(&rest, ',', &answer); n++) {
            sw_buf_text(out, n > 0 ? "," : "");
            sw_buf_json(out, answer);
        }
        SW_BUF_LIT(out, "],\"TTLs\":[");
        for (unsigned i = 0; i < n; i++)
            sw_buf_printf(out, "%s%u.0", i > 0 ? "," : "", dns->ttl);
        SW_BUF_LIT(out, "]");
    }
    SW_BUF_LIT(out, ",\"rejected\":false}");
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
    SW_BUF_LIT(out, ",\"trans_depth\":1");
    put_text(out, "method", http->method);
    put_text(out, "host", http->host);
    put_text(out, "uri", http->uri);
    put_text(out, "referrer", http->referrer);
    put_text(out, "version", "1.1");
    put_text(out, "user_agent", http->agent);
    put_number(out, "request_body_len", http->request_length);
    put_number(out, "response_body_len", http->response_length);
    put_number(out, "status_code", http->status);
    SW_BUF_LIT(out, ",\"tags\":[]");
    if (http->mime != NULL && http->response_length > 0) {
        SW_BUF_LIT(out, ",\"resp_mime_types\":[");
        sw_buf_json(out, sw_str(http->mime));
        SW_BUF_LIT(out, "]");
    }
    SW_BUF_LIT(out, "}");
    log_end(to->http);
}

static void write_ssl(struct sensor_logs *to, struct stream *stream, const struct flow *flow, const struct seen *seen)
{
    int64_t at = flow->start + 25 * 1000000;
    struct sw_buf *out = log_begin(to->ssl, stream, at + seen->skew);
    if (out == NULL)
        return;
    const struct tls_detail *tls = flow->tls;
    bool old = tls->client % 5 == 4;
    put_id(out, flow, seen, at);
    put_text(out, "version", old ? "TLSv12" : "TLSv13");
    put_text(out, "cipher", old ? "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384" : "TLS_AES_128_GCM_SHA256");
    put_text(out, "curve", "x25519");
    put_text(out, "server_name", tls->name);
    put_bool(out, "resumed", mix1(seen->number) % 4 == 0);
    put_text(out, "next_protocol", tls->http2 ? "h2" : NULL);
    put_bool(out, "established", true);
    put_text(out, "ssl_history", "CsxCSit");
    if (tls->name != NULL)
        put_bool(out, "sni_matches_cert", !tls->self_signed);
    put_text(out, "validation_status", !old ? NULL : tls->self_signed ? "self signed certificate" : "ok");
    put_text(out, "ja3", ja3_of(tls->client));
    put_text(out, "ja3s", ja3_of(1000 + flow->server % 7));
    SW_BUF_LIT(out, "}");
    log_end(to->ssl);
}

static void write_ssh(struct sensor_logs *to, struct stream *stream, const struct flow *flow, const struct seen *seen)
{
    int64_t at = flow->start + 60 * 1000000;
    struct sw_buf *out = log_begin(to->ssh, stream, at + seen->skew);
    if (out == NULL)
        return;
    put_id(out, flow, seen, at);
    SW_BUF_LIT(out, ",\"version\":2");
    put_bool(out, "auth_success", flow->ssh->success);
    put_number(out, "auth_attempts", flow->ssh->attempts);
    if (seen->client_inside != seen->server_inside)
        put_text(out, "direction", seen->client_inside ? "OUTBOUND" : "INBOUND");
    put_text(out, "client", flow->ssh->client);
    put_text(out, "server", flow->ssh->server);
    SW_BUF_LIT(out, ",\"cipher_alg\":\"chacha20-poly1305@openssh.com\",\"kex_alg\":\"curve25519-sha256\"}");
    log_end(to->ssh);
}

const struct zeek_form zeek_json = {write_conn, write_dns, write_http, write_ssl, write_ssh};
