/*
 * cef.c - ArcSight's Common Event Format: CEF:0|vendor|product|version|class id|name|severity|key=value ...
 *
 * As files of such lines, and as the message of syslog. Header fields have ArcSight's names (deviceVendor, ...),
 * extensions keep theirs; those that every firewall has (src, dst, spt, act, ...) are given under the canonical names
 * as well.
 */
#include "base/mem.h"
#include "decode/carried.h"

static const char *const header_names[] = {"deviceVendor",       "deviceProduct", "deviceVersion",
                                           "deviceEventClassId", "name",          "deviceSeverity"};
enum { HEADER_COUNT = sizeof header_names / sizeof header_names[0] };

enum how { AS_TEXT, AS_NUMBER, AS_ADDRESS, AS_ACTION, AS_PROTOCOL };

static const struct {
    struct sw_str key;
    enum sw_log_field field;
    enum how how;
} canonical[] = {
    {SW_STR_INIT("src"), SW_LF_SRC_IP, AS_ADDRESS},
    {SW_STR_INIT("dst"), SW_LF_DST_IP, AS_ADDRESS},
    {SW_STR_INIT("spt"), SW_LF_SRC_PORT, AS_NUMBER},
    {SW_STR_INIT("dpt"), SW_LF_DST_PORT, AS_NUMBER},
    {SW_STR_INIT("proto"), SW_LF_PROTOCOL, AS_PROTOCOL},
    {SW_STR_INIT("act"), SW_LF_ACTION, AS_ACTION},
    {SW_STR_INIT("shost"), SW_LF_SRC_HOST, AS_TEXT},
    {SW_STR_INIT("dhost"), SW_LF_DST_HOST, AS_TEXT},
    {SW_STR_INIT("suser"), SW_LF_SRC_USER, AS_TEXT},
    {SW_STR_INIT("duser"), SW_LF_USER, AS_TEXT},
    {SW_STR_INIT("outcome"), SW_LF_OUTCOME, AS_TEXT},
    {SW_STR_INIT("reason"), SW_LF_REASON, AS_TEXT},
    {SW_STR_INIT("deviceInboundInterface"), SW_LF_INTERFACE_IN, AS_TEXT},
    {SW_STR_INIT("deviceOutboundInterface"), SW_LF_INTERFACE_OUT, AS_TEXT},
    {SW_STR_INIT("sourceTranslatedAddress"), SW_LF_NAT_SRC_IP, AS_ADDRESS},
    {SW_STR_INIT("sourceTranslatedPort"), SW_LF_NAT_SRC_PORT, AS_NUMBER},
    {SW_STR_INIT("destinationTranslatedAddress"), SW_LF_NAT_DST_IP, AS_ADDRESS},
    {SW_STR_INIT("destinationTranslatedPort"), SW_LF_NAT_DST_PORT, AS_NUMBER},
    {SW_STR_INIT("out"), SW_LF_BYTES_SENT, AS_NUMBER},
    {SW_STR_INIT("in"), SW_LF_BYTES_RECEIVED, AS_NUMBER},
};

static void add_canonical(struct sw_decode *d, struct sw_str key, struct sw_str value)
{
    for (size_t i = 0; i < sizeof canonical / sizeof canonical[0]; i++) {
        if (!sw_str_eq(key, canonical[i].key))
            continue;
        enum sw_log_field field = canonical[i].field;
        switch (canonical[i].how) {
        case AS_TEXT:
            /* outcome and reason have the same name on both sides. */
            if (!sw_str_eq(key, sw_field_name(sw_log_ids[field])))
                sw_log_add(d, field, value);
            break;
        case AS_NUMBER:
            sw_log_add_number(d, field, value);
            break;
        case AS_ADDRESS:
            sw_log_add_address(d, field, value);
            break;
        case AS_ACTION:
            sw_log_add_action(d, value);
            break;
        case AS_PROTOCOL:
            sw_log_add_protocol(d, value);
            break;
        }
        return;
    }
}

/* Text without its backslashes: \| \= \\ stand for the character, \n and \r for line ends. */
static struct sw_str unescape(struct sw_decode *d, struct sw_str text)
{
    if (sw_str_chr(text, '\\') == SW_NPOS)
        return text;
    char *out = sw_arena_bytes(d->arena, text.len);
    if (out == NULL)
        return text;
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        char next = i + 1 < text.len ? text.ptr[i + 1] : '\0';
        if (c == '\\' && next != '\0' && memchr("|=\\nr", next, 5) != NULL) {
            c = next == 'n' ? '\n' : next == 'r' ? '\r' : next;
            i++;
        }
        out[len++] = c;
    }
    return sw_strn(out, len);
}

/* The next place of `c` from `at` on that no backslash is before. */
static size_t find_bare(struct sw_str s, size_t at, char c)
{
    while (at < s.len) {
        if (s.ptr[at] == '\\')
            at++;
        else if (s.ptr[at] == c)
            return at;
        at++;
    }
    return SW_NPOS;
}

enum { MAX_KEY = 128 };

static bool is_key(struct sw_str s)
{
    if (s.len == 0 || s.len > MAX_KEY)
        return false;
    for (size_t i = 0; i < s.len; i++)
        if (!sw_is_alpha(s.ptr[i]) && !sw_is_digit(s.ptr[i]) && memchr("_.-[]", s.ptr[i], 5) == NULL)
            return false;
    return true;
}

/* Where the key before the '=' at `equal` begins: behind the last space. SW_NPOS when that is no key. */
static size_t key_start(struct sw_str s, size_t from, size_t equal)
{
    size_t start = equal;
    while (start > from && equal - start <= MAX_KEY && s.ptr[start - 1] != ' ')
        start--;
    return is_key(sw_str_slice(s, start, equal)) ? start : SW_NPOS;
}

void sw_cef_extensions(struct sw_decode *d, struct sw_log_state *state, struct sw_str s,
                       void (*add)(struct sw_decode *d, struct sw_log_state *state, struct sw_str key,
                                   struct sw_str value))
{
    size_t equal = find_bare(s, 0, '=');
    size_t key = equal == SW_NPOS ? SW_NPOS : key_start(s, 0, equal);
    while (key != SW_NPOS) {
        size_t from = equal + 1;
        /* The value ends before the space that the next key follows. */
        size_t next_equal = from;
        size_t next_key = SW_NPOS;
        for (size_t at = from; next_key == SW_NPOS; at = next_equal + 1) {
            next_equal = find_bare(s, at, '=');
            if (next_equal == SW_NPOS)
                break;
            next_key = key_start(s, from, next_equal);
            if (next_key == from)
                next_key = SW_NPOS; /* no space yet: part of the value, as in url=http://x?a=b */
        }
        struct sw_str value = sw_str_trim(sw_str_slice(s, from, next_key));
        if (value.len > 0)
            add(d, state, sw_str_slice(s, key, equal), unescape(d, value));
        key = next_key;
        equal = next_equal;
    }
}

static bool has_field(const struct sw_decode *d, enum sw_log_field field)
{
    return sw_event_find(&d->event, sw_log_ids[field]) != NULL;
}

/* "rt=1424252535000" or "rt=Feb 18 2015 10:42:15.000 UTC". */
static void take_time(struct sw_decode *d, struct sw_str value)
{
    int64_t time;
    bool year_known;
    size_t used;
    if (sw_time_epoch(value, &time) == 0) {
        d->event.time = time;
    } else if (sw_time_rfc3164(value, 0, &time, &year_known, &used) == 0 && year_known) {
        bool utc = sw_str_is(sw_str_trim(sw_str_from(value, used)), "UTC");
        d->event.time = utc ? time : time - d->source->zone_offset * SW_SECOND;
        if (!utc)
            sw_log_note_zone(d);
    }
}

static void add_extension(struct sw_decode *d, struct sw_log_state *state, struct sw_str key, struct sw_str value)
{
    sw_log_add_named(d, state, key, value);
    if (d->event.time == SW_TIME_NONE && (sw_str_is(key, "rt") || sw_str_is(key, "end")))
        take_time(d, value);
    else if (sw_str_is(key, "dvchost") && !has_field(d, SW_LF_HOSTNAME))
        sw_log_add(d, SW_LF_HOSTNAME, value);
    else
        add_canonical(d, key, value);
}

bool sw_cef_parse(struct sw_decode *d, struct sw_log_state *state, struct sw_str message)
{
    if (message.len < 7 || !sw_str_starts(message, SW_STR("CEF:")) || !sw_is_digit(message.ptr[4]))
        return false;
    size_t bars[HEADER_COUNT + 1];
    size_t at = 5;
    for (size_t i = 0; i < HEADER_COUNT + 1; i++, at++) {
        at = find_bare(message, at, '|');
        if (at == SW_NPOS && i < HEADER_COUNT)
            return false;
        bars[i] = at == SW_NPOS ? message.len : at;
        if (at == SW_NPOS)
            break;
    }
    for (size_t i = 0; i < HEADER_COUNT; i++) {
        struct sw_str value = unescape(d, sw_str_slice(message, bars[i] + 1, bars[i + 1]));
        if (value.len > 0)
            sw_log_add_named(d, state, sw_str(header_names[i]), value);
    }
    sw_cef_extensions(d, state, sw_str_from(message, bars[HEADER_COUNT] + 1), add_extension);
    if (d->event.time == SW_TIME_NONE)
        take_time(d, sw_event_get(&d->event, sw_names_id(&state->names, SW_STR("start"))));
    bool flow = has_field(d, SW_LF_SRC_IP) && has_field(d, SW_LF_DST_IP) && has_field(d, SW_LF_DST_PORT);
    sw_log_class(d, state, flow ? SW_LC_FIREWALL : SW_LC_CEF);
    return true;
}

/* --- files of CEF lines ----------------------------------------------------------------------------------------- */

static bool looks(struct sw_str line)
{
    return line.len > 7 && sw_str_starts(line, SW_STR("CEF:")) && sw_is_digit(line.ptr[4]) &&
           sw_str_chr(line, '|') != SW_NPOS;
}

static int sniff(const struct sw_sniff *s)
{
    return sw_sniff_lines(s, 20, looks) >= 60 ? SW_SURE_YES : SW_SURE_NO;
}

static int line(struct sw_decode *d, struct sw_str text)
{
    if (!sw_cef_parse(d, d->state, text)) {
        sw_decode_reject(d, "not a CEF record");
        return 0;
    }
    if (d->event.time == SW_TIME_NONE)
        sw_decode_note(d, "line without a time");
    return sw_decode_emit(d);
}

const struct sw_decoder sw_decoder_cef = {
    .name = "cef",
    .title = "Common Event Format (CEF), a record a line",
    .sniff = sniff,
    .state_new = sw_log_state_new,
    .state_free = sw_free,
    .line = line,
};
