/*
 * paloalto.c - PAN-OS logs: comma-separated values without a header, whose columns depend on the type in the fourth.
 * Later versions append columns; what a line doesn't have stays absent, what has no name here is left out.
 *
 * Columns after PAN-OS's documented field orders (8.1 to 11). As files, and as the message of syslog.
 */
#include "base/mem.h"
#include "decode/carried.h"

enum { MAX_COLUMNS = 128, COMMON = 7, TIME_RECEIVED = 1, TYPE = 3, TIME_GENERATED = 6 };

/* A column's name: canonical where there is one, else PAN-OS's own; "" for columns of no use. The sign before a name
 * says what it is: @ an address, # a number, ! the action, ~ the protocol. */
static const char *const traffic[] = {
    "@src_ip", "@dst_ip", "@nat_src_ip", "@nat_dst_ip", "rule", "src_user", "dst_user", "app", "vsys", "from_zone",
    "to_zone", "interface_in", "interface_out", "", "", "session_id", "#repeat_count", "#src_port", "#dst_port",
    "#nat_src_port", "#nat_dst_port", "", "~protocol", "!action", "#bytes", "#bytes_sent", "#bytes_received",
    "#packets", "", "#duration", "category", "", "", "", "src_location", "dst_location", "", "#packets_sent",
    "#packets_received", "session_end_reason", "", "", "", "", "", "hostname", "action_source"};
static const char *const threat[] = {
    "@src_ip", "@dst_ip", "@nat_src_ip", "@nat_dst_ip", "rule", "src_user", "dst_user", "app", "vsys", "from_zone",
    "to_zone", "interface_in", "interface_out", "", "", "session_id", "#repeat_count", "#src_port", "#dst_port",
    "#nat_src_port", "#nat_dst_port", "", "~protocol", "!action", "misc", "threat_id", "category", "severity",
    "direction", "", "", "src_location", "dst_location", "", "content_type", "pcap_id", "file_digest", "cloud",
    "url_index", "user_agent", "file_type", "xff", "referer", "sender", "subject", "recipient", "report_id", "", "", "", "", "",
    "hostname"};
static const char *const event[] = {"vsys", "event_id", "object", "", "", "module", "severity", "description"};
static const char *const config[] = {"src_host", "vsys", "command", "user", "client", "outcome", "path"};
static const char *const globalprotect[] = {
    "vsys", "event_id", "stage", "auth_method", "tunnel_type", "user", "src_location", "src_host", "@src_ip",
    "public_ipv6", "private_ip", "private_ipv6", "host_id", "serial_number", "client_version", "client_os",
    "client_os_version", "#repeat_count", "reason", "error", "description", "outcome", "location", "#login_duration",
    "connect_method", "error_code", "portal"};
static const char *const userid[] = {"vsys", "@src_ip", "user", "source_name", "event_id", "#repeat_count", "", "", "",
                                     "source", "source_type"};
static const char *const authentication[] = {
    "vsys", "@src_ip", "user", "normalized_user", "object", "rule", "#repeat_count", "auth_id", "vendor", "",
    "server_profile", "description", "client_type", "outcome"};

#define LAYOUT(type, names, cls) {type, names, sizeof(names) / sizeof *(names), cls}
static const struct layout {
    const char *type;
    const char *const *names;
    size_t count;
    enum sw_log_class cls;
} layouts[] = {
    LAYOUT("TRAFFIC", traffic, SW_LC_PALOALTO),
    LAYOUT("THREAT", threat, SW_LC_PALOALTO_THREAT),
    LAYOUT("SYSTEM", event, SW_LC_PALOALTO_SYSTEM),
    LAYOUT("CONFIG", config, SW_LC_PALOALTO_CONFIG),
    LAYOUT("GLOBALPROTECT", globalprotect, SW_LC_GLOBALPROTECT),
    LAYOUT("USERID", userid, SW_LC_PALOALTO_SYSTEM),
    LAYOUT("AUTHENTICATION", authentication, SW_LC_PALOALTO_SYSTEM),
};

/* The next value: plain, or in quotes with "" for a quote. False at the end. */
static bool next_value(struct sw_decode *d, struct sw_str *rest, struct sw_str *value)
{
    if (rest->ptr == NULL)
        return false;
    if (rest->len == 0 || rest->ptr[0] != '"')
        return sw_str_next(rest, ',', value);
    size_t at = 1;
    size_t doubled = 0;
    for (; at < rest->len; at++) {
        if (rest->ptr[at] != '"')
            continue;
        if (at + 1 >= rest->len || rest->ptr[at + 1] != '"')
            break;
        doubled++;
        at++;
    }
    *value = sw_str_slice(*rest, 1, at);
    char *out = doubled > 0 ? sw_arena_bytes(d->arena, value->len) : NULL;
    if (out != NULL) {
        size_t len = 0;
        for (size_t i = 0; i < value->len; i++) {
            out[len++] = value->ptr[i];
            i += value->ptr[i] == '"' && i + 1 < value->len && value->ptr[i + 1] == '"';
        }
        *value = sw_strn(out, len);
    }
    *rest = at + 1 < rest->len ? sw_str_from(*rest, at + 2) : (struct sw_str){NULL, 0};
    return true;
}

static void add_column(struct sw_decode *d, struct sw_log_state *state, const char *name, struct sw_str value)
{
    if (value.len == 0 || name[0] == '\0')
        return;
    switch (name[0]) {
    case '@':
        sw_add_address(d, sw_names_id(&state->names, sw_str(name + 1)), value);
        break;
    case '#':
        sw_add_number(d, sw_names_id(&state->names, sw_str(name + 1)), value);
        break;
    case '!':
        sw_log_add_action(d, value);
        break;
    case '~':
        sw_log_add_protocol(d, value);
        break;
    default:
        sw_log_add_named(d, state, sw_str(name), value);
    }
}

/* "2021/04/27 10:00:00", in the device's zone. */
static int64_t time_of(const struct sw_decode *d, struct sw_str text)
{
    int64_t time;
    bool zoned;
    if (sw_time_iso(text, &time, &zoned) != 0)
        return SW_TIME_NONE;
    return zoned ? time : time - d->source->zone_offset * SW_SECOND;
}

static const struct layout *layout_of(struct sw_str type)
{
    for (size_t i = 0; i < sizeof layouts / sizeof layouts[0]; i++)
        if (sw_str_is(type, layouts[i].type))
            return &layouts[i];
    return NULL;
}

/* Number, date, serial number, type. */
static const struct layout *recognise(struct sw_str message)
{
    struct sw_str rest = sw_str_slice(message, 0, 96);
    struct sw_str parts[TYPE + 1];
    for (size_t i = 0; i <= TYPE; i++)
        if (!sw_str_next(&rest, ',', &parts[i]))
            return NULL;
    if (parts[TIME_RECEIVED].len != 19 || parts[TIME_RECEIVED].ptr[4] != '/')
        return NULL;
    return layout_of(parts[TYPE]);
}

bool sw_paloalto_parse(struct sw_decode *d, struct sw_log_state *state, struct sw_str message)
{
    const struct layout *layout = recognise(message);
    if (layout == NULL)
        return false;
    static const char *const common[COMMON] = {"", "", "serial", "type", "subtype", "", ""};
    struct sw_str rest = message;
    struct sw_str value;
    int64_t received = SW_TIME_NONE;
    int64_t generated = SW_TIME_NONE;
    for (size_t i = 0; i < COMMON + layout->count && next_value(d, &rest, &value); i++) {
        if (i == TIME_RECEIVED)
            received = time_of(d, value);
        else if (i == TIME_GENERATED)
            generated = time_of(d, value);
        add_column(d, state, i < COMMON ? common[i] : layout->names[i - COMMON], value);
    }
    if (d->event.time == SW_TIME_NONE)
        d->event.time = generated != SW_TIME_NONE ? generated : received;
    sw_log_class(d, state, layout->cls);
    return true;
}

/* --- files of PAN-OS lines -------------------------------------------------------------------------------------- */

static bool looks(struct sw_str line)
{
    return line.len > 30 && sw_is_digit(line.ptr[0]) && recognise(line) != NULL;
}

static int sniff(const struct sw_sniff *s)
{
    return sw_sniff_lines(s, 20, looks) >= 60 ? SW_SURE_YES : SW_SURE_NO;
}

static int line(struct sw_decode *d, struct sw_str text)
{
    if (!sw_paloalto_parse(d, d->state, text)) {
        sw_decode_reject(d, "not a PAN-OS record");
        return 0;
    }
    sw_log_note_zone(d);
    return sw_decode_emit(d);
}

const struct sw_decoder sw_decoder_paloalto = {
    .name = "paloalto",
    .title = "PAN-OS logs (CSV)",
    .sniff = sniff,
    .state_new = sw_log_state_new,
    .state_free = sw_free,
    .line = line,
};
