/*
 * fortinet.c - FortiOS logs: key=value pairs, values quoted where they have spaces. As files, and as the message of
 * syslog. Fields keep FortiOS's names; what every firewall has is given under the canonical names instead.
 */
#include "base/mem.h"
#include "decode/carried.h"

/* What the class and the time depend on. */
struct seen {
    struct sw_str type, subtype, date, time, zone, event_time;
    bool sslvpn;
};

static bool is_key_char(char c)
{
    return sw_is_alpha(c) || sw_is_digit(c) || c == '_' || c == '-' || c == '.';
}

/* The next "key=" of *rest, which goes on behind it; words that are none are passed over. False at the end. */
static bool next_key(struct sw_str *rest, struct sw_str *key)
{
    for (size_t at = 0; at < rest->len;) {
        size_t from = at;
        while (at < rest->len && is_key_char(rest->ptr[at]))
            at++;
        if (at > from && at < rest->len && rest->ptr[at] == '=') {
            *key = sw_str_slice(*rest, from, at);
            *rest = sw_str_from(*rest, at + 1);
            return true;
        }
        while (at < rest->len && rest->ptr[at] != ' ' && rest->ptr[at] != ',')
            at++;
        at++;
    }
    return false;
}

/* Takes the next pair off *rest; false at the end. A value in quotes may hold \" and \\. */
static bool next_pair(struct sw_str *rest, struct sw_str *key, struct sw_str *value)
{
    if (!next_key(rest, key))
        return false;
    size_t at = 0;
    size_t start = 0;
    if (at < rest->len && rest->ptr[at] == '"') {
        for (start = ++at; at < rest->len && rest->ptr[at] != '"'; at++)
            at += rest->ptr[at] == '\\' && at + 1 < rest->len;
        *value = sw_str_slice(*rest, start, at);
        *rest = sw_str_from(*rest, at < rest->len ? at + 1 : rest->len);
        return true;
    }
    while (at < rest->len && rest->ptr[at] != ' ')
        at++;
    *value = sw_str_slice(*rest, start, at);
    *rest = sw_str_from(*rest, at);
    return true;
}

static struct sw_str unescape(struct sw_decode *d, struct sw_str text)
{
    char *out = sw_str_chr(text, '\\') == SW_NPOS ? NULL : sw_arena_bytes(d->arena, text.len);
    if (out == NULL)
        return text;
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        i += text.ptr[i] == '\\' && i + 1 < text.len && (text.ptr[i + 1] == '"' || text.ptr[i + 1] == '\\');
        out[len++] = text.ptr[i];
    }
    return sw_strn(out, len);
}

enum how { AS_TEXT, AS_NUMBER, AS_ADDRESS };
static const struct {
    struct sw_str key;
    enum sw_log_field field;
    enum how how;
} canonical[] = {
    {SW_STR_INIT("srcip"), SW_LF_SRC_IP, AS_ADDRESS},
    {SW_STR_INIT("dstip"), SW_LF_DST_IP, AS_ADDRESS},
    {SW_STR_INIT("srcport"), SW_LF_SRC_PORT, AS_NUMBER},
    {SW_STR_INIT("dstport"), SW_LF_DST_PORT, AS_NUMBER},
    {SW_STR_INIT("srcintf"), SW_LF_INTERFACE_IN, AS_TEXT},
    {SW_STR_INIT("dstintf"), SW_LF_INTERFACE_OUT, AS_TEXT},
    {SW_STR_INIT("sentbyte"), SW_LF_BYTES_SENT, AS_NUMBER},
    {SW_STR_INIT("rcvdbyte"), SW_LF_BYTES_RECEIVED, AS_NUMBER},
    {SW_STR_INIT("policyid"), SW_LF_RULE, AS_TEXT},
    {SW_STR_INIT("duration"), SW_LF_DURATION, AS_NUMBER},
    {SW_STR_INIT("transip"), SW_LF_NAT_SRC_IP, AS_ADDRESS},
    {SW_STR_INIT("transport"), SW_LF_NAT_SRC_PORT, AS_NUMBER},
    {SW_STR_INIT("tranip"), SW_LF_NAT_DST_IP, AS_ADDRESS},
    {SW_STR_INIT("tranport"), SW_LF_NAT_DST_PORT, AS_NUMBER},
    {SW_STR_INIT("remip"), SW_LF_SRC_IP, AS_ADDRESS},
    {SW_STR_INIT("devname"), SW_LF_HOSTNAME, AS_TEXT},
};

static bool add_canonical(struct sw_decode *d, struct sw_str key, struct sw_str value)
{
    for (size_t i = 0; i < sizeof canonical / sizeof canonical[0]; i++) {
        if (!sw_str_eq(key, canonical[i].key))
            continue;
        if (canonical[i].how == AS_ADDRESS)
            sw_log_add_address(d, canonical[i].field, value);
        else if (canonical[i].how == AS_NUMBER)
            sw_log_add_number(d, canonical[i].field, value);
        else
            sw_log_add(d, canonical[i].field, value);
        return true;
    }
    return false;
}

static void add_pair(struct sw_decode *d, struct sw_log_state *state, struct sw_str key, struct sw_str value,
                     struct seen *seen)
{
    if (sw_str_is(key, "type"))
        seen->type = value;
    else if (sw_str_is(key, "subtype"))
        seen->subtype = value;
    else if (sw_str_is(key, "date"))
        seen->date = value;
    else if (sw_str_is(key, "time"))
        seen->time = value;
    else if (sw_str_is(key, "tz"))
        seen->zone = value;
    else if (sw_str_is(key, "eventtime"))
        seen->event_time = value;
    if (sw_str_ifind(value, SW_STR("sslvpn")) != SW_NPOS)
        seen->sslvpn = true;
    if (value.len == 0)
        return;
    if (sw_str_is(key, "action"))
        sw_log_add_action(d, value);
    else if (sw_str_is(key, "proto"))
        sw_log_add_protocol(d, value);
    else if (!add_canonical(d, key, value))
        sw_log_add_named(d, state, key, value);
}

/* eventtime is UTC (s, ms or ns by version); else date and time with tz, or in the source's zone. */
static int64_t time_of(struct sw_decode *d, const struct seen *seen)
{
    int64_t time;
    if (seen->event_time.len > 0 && sw_time_epoch(seen->event_time, &time) == 0)
        return time;
    if (seen->date.len != 10 || seen->time.len != 8 || seen->zone.len > 6)
        return SW_TIME_NONE;
    char text[32];
    memcpy(text, seen->date.ptr, 10);
    text[10] = 'T';
    memcpy(text + 11, seen->time.ptr, 8);
    if (seen->zone.len > 0)
        memcpy(text + 19, seen->zone.ptr, seen->zone.len);
    bool zoned;
    if (sw_time_iso(sw_strn(text, 19 + seen->zone.len), &time, &zoned) != 0)
        return SW_TIME_NONE;
    if (zoned)
        return time;
    sw_log_note_zone(d);
    return time - d->source->zone_offset * SW_SECOND;
}

static enum sw_log_class class_of(const struct seen *seen)
{
    if (sw_str_is(seen->type, "traffic"))
        return SW_LC_FORTIGATE;
    if (seen->sslvpn)
        return SW_LC_FORTIOS_SSLVPND;
    return sw_str_is(seen->type, "utm") ? SW_LC_FORTIGATE_UTM : SW_LC_FORTIGATE_EVENT;
}

/* Every FortiOS record has a log id, and a type. */
static bool looks(struct sw_str line)
{
    struct sw_str head = sw_str_slice(line, 0, 400);
    size_t equal = sw_str_chr(sw_str_slice(head, 0, 24), '=');
    if (equal == SW_NPOS)
        return false;
    bool id = sw_str_find(head, SW_STR("logid=")) != SW_NPOS || sw_str_find(head, SW_STR("log_id=")) != SW_NPOS;
    return id && sw_str_find(head, SW_STR("type=")) != SW_NPOS;
}

bool sw_fortinet_parse(struct sw_decode *d, struct sw_log_state *state, struct sw_str message)
{
    if (!looks(message))
        return false;
    struct seen seen = {0};
    struct sw_str rest = message;
    struct sw_str key;
    struct sw_str value;
    while (next_pair(&rest, &key, &value))
        add_pair(d, state, key, unescape(d, value), &seen);
    int64_t time = time_of(d, &seen);
    if (time != SW_TIME_NONE)
        d->event.time = time;
    sw_log_class(d, state, class_of(&seen));
    return true;
}

/* --- files of FortiOS lines ------------------------------------------------------------------------------------- */

static int sniff(const struct sw_sniff *s)
{
    return sw_sniff_lines(s, 20, looks) >= 60 ? SW_SURE_YES : SW_SURE_NO;
}

static int line(struct sw_decode *d, struct sw_str text)
{
    /* The device's own export puts the priority before the pairs. */
    struct sw_str pairs = text;
    size_t close = text.len > 0 && text.ptr[0] == '<' ? sw_str_chr(text, '>') : SW_NPOS;
    if (close != SW_NPOS && close < 5)
        pairs = sw_str_from(text, close + 1);
    if (!sw_fortinet_parse(d, d->state, pairs)) {
        sw_decode_reject(d, "not a FortiOS record");
        return 0;
    }
    if (d->event.time == SW_TIME_NONE)
        sw_decode_note(d, "line without a time");
    return sw_decode_emit(d);
}

const struct sw_decoder sw_decoder_fortinet = {
    .name = "fortinet",
    .title = "FortiOS logs (key=value)",
    .sniff = sniff,
    .state_new = sw_log_state_new,
    .state_free = sw_free,
    .line = line,
};
