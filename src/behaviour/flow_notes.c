/* flow_notes.c - from events to notes of flows, on the workers: which fields of which logs say what, and reading them.
 */
#include "behaviour/flow_priv.h"

#include "base/hash.h"
#include "base/mem.h"

const char *sw_flow_service_name(enum sw_flow_service service)
{
    static const char *const names[] = {
#define SW_FLOW_SERVICE(name, text) text,
        SW_FLOW_SERVICES(SW_FLOW_SERVICE)
#undef SW_FLOW_SERVICE
    };
    return names[service];
}

/* --- fields ------------------------------------------------------------------------------------------------- */

#define R(class_name, field, role) {class_name, field, SW_FLOW_ROLE_##role},
#define ZEEK_ENDS(class_name) \
    R(class_name, "uid", UID) \
    R(class_name, "id.orig_h", SOURCE) R(class_name, "id.resp_h", DESTINATION) R(class_name, "id.resp_p", PORT)
#define ZEEK_CONN(class_name) \
    ZEEK_ENDS(class_name) \
    R(class_name, "id.orig_p", SOURCE_PORT) R(class_name, "proto", PROTOCOL) R(class_name, "service", SERVICE) \
        R(class_name, "duration", DURATION) R(class_name, "orig_bytes", OUT) R(class_name, "resp_bytes", IN) \
            R(class_name, "orig_ip_bytes", OUT_IP) R(class_name, "conn_state", STATE) \
                R(class_name, "local_orig", LOCAL_SOURCE) R(class_name, "local_resp", LOCAL_DESTINATION)
#define EVE_ENDS(class_name) \
    R(class_name, "flow_id", UID) \
    R(class_name, "src_ip", SOURCE) R(class_name, "dest_ip", DESTINATION) R(class_name, "src_port", SOURCE_PORT) \
        R(class_name, "dest_port", PORT) R(class_name, "proto", PROTOCOL)
#define WALL_ENDS(class_name) \
    R(class_name, "src_ip", SOURCE) \
    R(class_name, "dst_ip", DESTINATION) R(class_name, "src_port", SOURCE_PORT) R(class_name, "dst_port", PORT) \
        R(class_name, "protocol", PROTOCOL) R(class_name, "action", STATE)

static const struct sw_role_line lines[] = {
    ZEEK_CONN("zeek/conn") ZEEK_CONN("zeek/open_conn") ZEEK_ENDS("zeek/http") R("zeek/http", "host", NAME) ZEEK_ENDS(
        "zeek/open_http") R("zeek/open_http", "host", NAME) ZEEK_ENDS("zeek/ssl") R("zeek/ssl", "server_name", NAME)
        ZEEK_ENDS("zeek/open_ssl") R("zeek/open_ssl", "server_name", NAME) ZEEK_ENDS("zeek/quic") R(
            "zeek/quic", "server_name", NAME) EVE_ENDS("suricata/flow") R("suricata/flow", "app_proto", SERVICE)
            R("suricata/flow", "flow.bytes_toserver", OUT_IP) R("suricata/flow", "flow.bytes_toclient", IN) R(
                "suricata/flow", "flow.start", START) R("suricata/flow", "flow.end", END)
                R("suricata/flow", "flow.state", STATE) EVE_ENDS("suricata/netflow") R(
                    "suricata/netflow", "netflow.bytes", BYTES) R("suricata/netflow", "netflow.start",
                                                                  START) R("suricata/netflow", "netflow.end", END)
                    EVE_ENDS("suricata/http") R("suricata/http", "http.hostname", NAME) EVE_ENDS("suricata/tls") R(
                        "suricata/tls",
                        "tls.sni", NAME) WALL_ENDS("firewall/asa") R("firewall/asa", "duration", DURATION)
                        R("firewall/asa", "bytes", BYTES) R("firewall/asa", "event_id", KIND) WALL_ENDS(
                            "firewall/fortigate") R("firewall/fortigate", "duration", DURATION)
                            R("firewall/fortigate", "bytes_sent", OUT) R("firewall/fortigate", "bytes_received", IN) R(
                                "firewall/fortigate",
                                "service", SERVICE) R("firewall/fortigate", "hostname", NAME)
                                WALL_ENDS("firewall/paloalto") R("firewall/paloalto", "duration", DURATION) R(
                                    "firewall/paloalto", "bytes_sent",
                                    OUT) R("firewall/paloalto", "bytes_received", IN)
                                    R("firewall/paloalto", "app", SERVICE) R("firewall/paloalto", "subtype", KIND)
                                        WALL_ENDS("firewall/iptables") WALL_ENDS("firewall/nftables") WALL_ENDS(
                                            "firewall/pfsense") WALL_ENDS("firewall/windows") WALL_ENDS("firewall")
                                            WALL_ENDS("netflow") R("netflow", "bytes", BYTES) R(
                                                "netflow", "duration", DURATION) R("aws/vpcflow", "srcaddr", SOURCE)
                                                R("aws/vpcflow", "dstaddr", DESTINATION) R(
                                                    "aws/vpcflow", "srcport",
                                                    SOURCE_PORT) R("aws/vpcflow", "dstport", PORT)
                                                    R("aws/vpcflow", "protocol", PROTOCOL) R(
                                                        "aws/vpcflow", "bytes",
                                                        BYTES) R("aws/vpcflow", "start",
                                                                 START) R("aws/vpcflow", "end", END)
                                                        R("aws/vpcflow", "action", STATE) R("proxy/", "c-ip", SOURCE) R(
                                                            "proxy/",
                                                            "cs-host", NAME) R("proxy/", "r-ip",
                                                                               DESTINATION) R("proxy/", "sc-bytes", IN)
                                                            R("proxy/", "cs-bytes", OUT) R(
                                                                "proxy/",
                                                                "cs-uri-stem",
                                                                URL) R("proxy/", "cs-method",
                                                                       METHOD) R("windows/sysmon/network_connection",
                                                                                 "SourceIp", SOURCE)
                                                                R("windows/sysmon/network_connection", "DestinationIp",
                                                                  DESTINATION) R("windows/sysmon/network_connection",
                                                                                 "DestinationPort", PORT)
                                                                    R("windows/sysmon/network_connection", "SourcePort",
                                                                      SOURCE_PORT)
                                                                        R("windows/sysmon/network_connection",
                                                                          "Protocol", PROTOCOL) R("linux/sysmon/"
                                                                                                  "network_connection",
                                                                                                  "SourceIp", SOURCE)
                                                                            R("linux/sysmon/network_connection",
                                                                              "DestinationIp", DESTINATION)
                                                                                R("linux/sysmon/network_connection",
                                                                                  "DestinationPort", PORT)
                                                                                    R("linux/sysmon/network_connection",
                                                                                      "SourcePort", SOURCE_PORT)
                                                                                        R("linux/sysmon/"
                                                                                          "network_connection",
                                                                                          "Protocol", PROTOCOL)};
#undef R

static const struct {
    const char *class_name;
    enum sw_flow_form form;
    bool ends; /* the event's time is that of the connection's end */
} forms[] = {
    {"zeek/http", SW_FLOW_FORM_NAME, false},
    {"zeek/ssl", SW_FLOW_FORM_NAME, false},
    {"zeek/open_http", SW_FLOW_FORM_NAME, false},
    {"zeek/open_ssl", SW_FLOW_FORM_NAME, false},
    {"zeek/quic", SW_FLOW_FORM_NAME, false},
    {"suricata/http", SW_FLOW_FORM_NAME, false},
    {"suricata/tls", SW_FLOW_FORM_NAME, false},
    {"aws/vpcflow", SW_FLOW_FORM_HALF, false},
    {"suricata/netflow", SW_FLOW_FORM_HALF, false},
    {"netflow", SW_FLOW_FORM_HALF, true},
    {"firewall/asa", SW_FLOW_FORM_CONNECTION, true},
    {"firewall/fortigate", SW_FLOW_FORM_CONNECTION, true},
    {"firewall/paloalto", SW_FLOW_FORM_CONNECTION, true},
    {"proxy/", SW_FLOW_FORM_PROXY, false},
};

enum { FORM_ENDS = 0x80, FORM_OPEN = 0x40, FORM_MASK = 0x0f };

static uint8_t form_of_class(struct sw_str name)
{
    uint8_t form = SW_FLOW_FORM_CONNECTION;
    for (size_t i = 0; i < SW_COUNT_OF(forms); i++) {
        struct sw_str of = sw_str(forms[i].class_name);
        bool prefix = of.ptr[of.len - 1] == '/';
        if (prefix ? sw_str_starts(name, of) : sw_str_eq(name, of))
            form = (uint8_t)((unsigned)forms[i].form | (forms[i].ends ? FORM_ENDS : 0u));
    }
    return sw_str_starts(name, SW_STR("zeek/open_")) ? form | FORM_OPEN : form;
}

int sw_flow_notes_open(struct sw_flow *flow, const struct sw_classes *classes)
{
    int rc = sw_roles_init(&flow->roles, classes, lines, SW_COUNT_OF(lines));
    if (rc != 0)
        return rc;
    uint32_t count = sw_classes_count(classes);
    flow->form_of = sw_alloc((size_t)count + 1, 1);
    if (flow->form_of == NULL)
        return SW_E_NOMEM;
    for (sw_class_id id = 0; id < count; id++)
        flow->form_of[id] = form_of_class(sw_classes_get(classes, id)->name);
    return 0;
}

/* --- values ------------------------------------------------------------------------------------------------- */

static uint64_t number_of(struct sw_str text)
{
    uint64_t value;
    if (sw_str_u64(text, &value) == 0)
        return value;
    double real;
    return sw_str_double(text, &real) == 0 && real >= 0 && real < 1e18 ? (uint64_t)real : 0;
}

/* Seconds with a fraction, or h:mm:ss as Cisco writes it; in milliseconds. */
static uint32_t duration_of(struct sw_str text)
{
    double seconds = 0;
    if (sw_str_chr(text, ':') != SW_NPOS) {
        struct sw_str part;
        while (sw_str_next(&text, ':', &part))
            seconds = seconds * 60 + (double)number_of(part);
    } else if (sw_str_double(text, &seconds) != 0) {
        return 0;
    }
    if (!(seconds > 0))
        return 0;
    return seconds * 1000 >= (double)UINT32_MAX ? UINT32_MAX : (uint32_t)(seconds * 1000 + 0.5);
}

static uint8_t protocol_of(struct sw_str text)
{
    static const struct {
        const char *name;
        uint8_t number;
    } known[] = {{"tcp", 6},        {"udp", 17}, {"icmp", 1}, {"icmp6", 58},
                 {"ipv6-icmp", 58}, {"gre", 47}, {"esp", 50}, {"sctp", 132}};
    for (size_t i = 0; i < SW_COUNT_OF(known); i++)
        if (sw_str_ieq(text, sw_str(known[i].name)))
            return known[i].number;
    uint64_t number;
    return sw_str_u64(text, &number) == 0 && number < 256 ? (uint8_t)number : 0;
}

/* Zeek's `service` may name several ("gssapi,smb,dce_rpc"): the first that says what it is counts. */
static uint8_t service_of(struct sw_str text)
{
    static const struct {
        const char *name;
        uint8_t service;
    } other[] = {{"ssl", SW_FLOW_TLS},          {"smb", SW_FLOW_SMB},           {"krb", SW_FLOW_KERBEROS},
                 {"krb_tcp", SW_FLOW_KERBEROS}, {"krb5", SW_FLOW_KERBEROS},     {"ldap_tcp", SW_FLOW_LDAP},
                 {"ldap_udp", SW_FLOW_LDAP},    {"dcerpc", SW_FLOW_RPC},        {"https", SW_FLOW_TLS},
                 {"http2", SW_FLOW_HTTP},       {"web-browsing", SW_FLOW_HTTP}, {"ms-rdp", SW_FLOW_RDP},
                 {"ms-ds-smb", SW_FLOW_SMB},    {"vnc", SW_FLOW_RFB},           {"failed", SW_FLOW_NONE}};
    struct sw_str part;
    uint8_t got = SW_FLOW_NONE;
    while (sw_str_next(&text, ',', &part)) {
        if (part.len == 0 || sw_str_is(part, "-") || sw_str_ieq(part, SW_STR("gssapi")) ||
            sw_str_ieq(part, SW_STR("ntlm")) || sw_str_ieq(part, SW_STR("unknown")))
            continue;
        for (size_t i = 0; i < SW_COUNT_OF(other); i++)
            if (sw_str_ieq(part, sw_str(other[i].name)))
                return other[i].service;
        for (unsigned s = SW_FLOW_HTTP; s < SW_FLOW_SERVICE_COUNT; s++)
            if (sw_str_ieq(part, sw_str(sw_flow_service_name((enum sw_flow_service)s))))
                return (uint8_t)s;
        got = SW_FLOW_OTHER;
    }
    return got;
}

/* Zeek's conn_state, Suricata's flow.state, and the words of firewalls. */
static uint8_t outcome_of(struct sw_str text)
{
    static const char *const established[] = {"SF", "S1", "S2", "S3", "RSTO", "RSTR", "established", "closed"};
    static const char *const failed[] = {"REJ",     "S0",     "RSTOS0",     "RSTRH",        "SH",           "SHR",
                                         "new",     "deny",   "denied",     "drop",         "dropped",      "block",
                                         "blocked", "REJECT", "reset-both", "reset-client", "reset-server", "timeout"};
    for (size_t i = 0; i < SW_COUNT_OF(established); i++)
        if (sw_str_ieq(text, sw_str(established[i])))
            return SW_FLOW_ESTABLISHED;
    for (size_t i = 0; i < SW_COUNT_OF(failed); i++)
        if (sw_str_ieq(text, sw_str(failed[i])))
            return SW_FLOW_FAILED;
    return SW_FLOW_UNKNOWN;
}

static size_t key_of(struct sw_str text, uint8_t key[SW_FLOW_KEY_MAX])
{
    struct sw_address address = {{0}};
    if (sw_address_parse(text, &address) == 0) {
        key[0] = 'a';
        memcpy(key + 1, address.bytes, sizeof address.bytes);
        return 1 + sizeof address.bytes;
    }
    if (text.len > 1 && text.ptr[text.len - 1] == '.')
        text.len--;
    size_t len = text.len < SW_FLOW_KEY_MAX - 1 ? text.len : SW_FLOW_KEY_MAX - 1;
    key[0] = 'n';
    for (size_t i = 0; i < len; i++)
        key[1 + i] = (uint8_t)sw_lower(text.ptr[i]);
    return 1 + len;
}

/* A host out of "host:port", "[v6]:port", "scheme://host/..."; empty when there is none. */
static struct sw_str host_in(struct sw_str text)
{
    size_t scheme = sw_str_find(text, SW_STR("://"));
    if (scheme != SW_NPOS)
        text = sw_str_from(text, scheme + 3);
    text = sw_str_slice(text, 0, sw_str_chr(text, '/'));
    if (text.len > 0 && text.ptr[0] == '[')
        return sw_str_slice(text, 1, sw_str_chr(text, ']'));
    size_t colon = sw_str_chr(text, ':');
    if (colon != SW_NPOS && sw_str_chr(sw_str_from(text, colon + 1), ':') == SW_NPOS)
        text = sw_str_slice(text, 0, colon);
    if (sw_str_is(text, "-"))
        text.len = 0;
    return text;
}

static uint64_t port_of(struct sw_str text)
{
    uint64_t port = number_of(text);
    return port <= UINT16_MAX ? port : 0;
}

/* A port that servers listen on: in a log of single directions the end that has it is the server. */
static bool is_service_port(uint64_t port)
{
    return port > 0 && (port < 1024 || port == 1433 || port == 1521 || port == 3306 || port == 3389 || port == 5432 ||
                        port == 5985 || port == 5986 || port == 8080 || port == 8443);
}

/* --- notes -------------------------------------------------------------------------------------------------- */

static void put_note(struct sw_buf *notes, struct sw_flow_note *note, struct sw_str source, struct sw_str destination,
                     struct sw_str name)
{
    uint8_t keys[3][SW_FLOW_KEY_MAX];
    size_t source_len = key_of(source, keys[0]);
    size_t destination_len = key_of(destination, keys[1]);
    size_t name_len = name.len > 0 ? key_of(name, keys[2]) : 0;
    if (name_len > 0 && keys[2][0] == 'a') /* a Host header that only repeats an address names nothing */
        name_len = 0;
    note->source_len = (uint8_t)source_len;
    note->destination_len = (uint8_t)destination_len;
    note->name_len = (uint8_t)name_len;
    sw_buf_add(notes, (const char *)note, sizeof *note);
    sw_buf_add(notes, (const char *)keys[0], source_len);
    sw_buf_add(notes, (const char *)keys[1], destination_len);
    sw_buf_add(notes, (const char *)keys[2], name_len);
}

static void set_times(struct sw_flow_note *note, const struct sw_str *part, int64_t time, bool ends)
{
    int64_t start = SW_TIME_NONE;
    int64_t end = SW_TIME_NONE;
    bool zoned;
    note->duration_ms = duration_of(part[SW_FLOW_ROLE_DURATION]);
    struct sw_str text = part[SW_FLOW_ROLE_START];
    if (text.len > 0 && sw_time_iso(text, &start, &zoned) != 0 && sw_time_epoch(text, &start) != 0)
        start = SW_TIME_NONE;
    text = part[SW_FLOW_ROLE_END];
    if (text.len > 0 && sw_time_iso(text, &end, &zoned) != 0 && sw_time_epoch(text, &end) != 0)
        end = SW_TIME_NONE;
    if (start != SW_TIME_NONE && end != SW_TIME_NONE && end > start && note->duration_ms == 0) {
        int64_t length = (end - start) / 1000000;
        note->duration_ms = length < (int64_t)UINT32_MAX ? (uint32_t)length : UINT32_MAX;
    }
    note->time_ms = (start != SW_TIME_NONE ? start : time) / 1000000;
    if (start == SW_TIME_NONE && ends)
        note->time_ms -= note->duration_ms;
}

static void set_sensor_flags(struct sw_flow_note *note, const struct sw_str *part)
{
    struct sw_str local = part[SW_FLOW_ROLE_LOCAL_SOURCE];
    if (sw_str_is(local, "true") || sw_str_is(local, "T"))
        note->flags |= SW_FLOW_F_LOCAL_SOURCE;
    else if (sw_str_is(local, "false") || sw_str_is(local, "F"))
        note->flags |= SW_FLOW_F_REMOTE_SOURCE;
    local = part[SW_FLOW_ROLE_LOCAL_DESTINATION];
    if (sw_str_is(local, "true") || sw_str_is(local, "T"))
        note->flags |= SW_FLOW_F_LOCAL_DESTINATION;
}

/* The halves of a connection: both are noted as of the client, the server's as a reply. */
static void turn_half(struct sw_flow_note *note, const struct sw_str *part, struct sw_str *source,
                      struct sw_str *destination)
{
    uint64_t from = port_of(part[SW_FLOW_ROLE_SOURCE_PORT]);
    note->out = number_of(part[SW_FLOW_ROLE_BYTES]);
    if (!is_service_port(from) || (is_service_port(note->port) && note->port <= from))
        return;
    struct sw_str turned = *source;
    *source = *destination;
    *destination = turned;
    note->port = (uint16_t)from;
    note->in = note->out;
    note->out = 0;
    note->flags |= SW_FLOW_F_REPLY;
}

/* Records that tell of the same connection twice: its beginning, in logs that also tell its end. */
static bool is_beginning(const struct sw_str *part)
{
    struct sw_str kind = part[SW_FLOW_ROLE_KIND];
    return sw_str_is(kind, "start") || sw_str_is(kind, "302013") || sw_str_is(kind, "302015") ||
           sw_str_is(kind, "302020") || sw_str_is(kind, "305011") || sw_str_is(kind, "305012");
}

int sw_flow_note(const struct sw_flow *flow, struct sw_buf *notes, const struct sw_event *event)
{
    struct sw_str part[SW_FLOW_ROLE_COUNT];
    if (!sw_roles_get(&flow->roles, event, part, SW_FLOW_ROLE_COUNT))
        return 0;
    uint8_t form = flow->form_of[event->class_id];
    struct sw_str source = part[SW_FLOW_ROLE_SOURCE];
    struct sw_str destination = part[SW_FLOW_ROLE_DESTINATION];
    struct sw_str name = host_in(part[SW_FLOW_ROLE_NAME]);
    struct sw_flow_note note = {.offset = event->offset,
                                .port = (uint16_t)port_of(part[SW_FLOW_ROLE_PORT]),
                                .protocol = protocol_of(part[SW_FLOW_ROLE_PROTOCOL]),
                                .service = service_of(part[SW_FLOW_ROLE_SERVICE]),
                                .outcome = outcome_of(part[SW_FLOW_ROLE_STATE])};
    if (part[SW_FLOW_ROLE_UID].len > 0)
        note.uid = (sw_hash(part[SW_FLOW_ROLE_UID]) & ((1ull << SW_FLOW_UID_BITS) - 1)) | 1;
    note.flags = (form & FORM_OPEN) != 0 ? SW_FLOW_F_OPEN : 0;
    switch (form & FORM_MASK) {
    case SW_FLOW_FORM_NAME:
        if (name.len == 0 || note.uid == 0)
            return 0;
        note.is_name = 1;
        note.time_ms = event->time / 1000000;
        break;
    case SW_FLOW_FORM_PROXY:
        if (name.len == 0)
            name = host_in(part[SW_FLOW_ROLE_URL]);
        if (name.len == 0)
            return 0;
        destination = name;
        name = (struct sw_str){0};
        note.protocol = 6;
        break;
    case SW_FLOW_FORM_HALF:
        turn_half(&note, part, &source, &destination);
        break;
    default:
        if (is_beginning(part))
            return 0;
        note.out = number_of(part[SW_FLOW_ROLE_OUT]);
        if (part[SW_FLOW_ROLE_BYTES].len > 0) /* both ways in one number */
            note.in = number_of(part[SW_FLOW_ROLE_BYTES]);
        break;
    }
    if (source.len == 0 || destination.len == 0)
        return 0;
    if (note.is_name == 0) {
        set_times(&note, part, event->time, (form & FORM_ENDS) != 0);
        set_sensor_flags(&note, part);
        note.out_ip = number_of(part[SW_FLOW_ROLE_OUT_IP]);
        if (part[SW_FLOW_ROLE_OUT].len > 0)
            note.out = number_of(part[SW_FLOW_ROLE_OUT]);
        else if (note.out == 0)
            note.out = note.out_ip;
        if (part[SW_FLOW_ROLE_IN].len > 0)
            note.in = number_of(part[SW_FLOW_ROLE_IN]);
    }
    put_note(notes, &note, source, destination, name);
    return 0;
}
