/*
 * leef.c - QRadar's Log Event Extended Format, versions 1.0 (tabs between attributes) and 2.0 (a delimiter of its own):
 * LEEF:2.0|vendor|product|version|event id|^|key=value^key=value. As files, and as the message of syslog.
 */
#include "base/mem.h"
#include "decode/carried.h"

static const char *const header_names[] = {"deviceVendor", "deviceProduct", "deviceVersion", "eventId"};
enum { HEADER_COUNT = sizeof header_names / sizeof header_names[0] };

static void add_attribute(struct sw_decode *d, struct sw_log_state *state, struct sw_str key, struct sw_str value)
{
    sw_log_add_named(d, state, key, value);
    if (sw_str_is(key, "src"))
        sw_log_add_address(d, SW_LF_SRC_IP, value);
    else if (sw_str_is(key, "dst"))
        sw_log_add_address(d, SW_LF_DST_IP, value);
    else if (sw_str_is(key, "srcPort"))
        sw_log_add_number(d, SW_LF_SRC_PORT, value);
    else if (sw_str_is(key, "dstPort"))
        sw_log_add_number(d, SW_LF_DST_PORT, value);
    else if (sw_str_is(key, "proto"))
        sw_log_add_protocol(d, value);
    else if (sw_str_is(key, "usrName"))
        sw_log_add(d, SW_LF_USER, value);
    else if (sw_str_is(key, "action") || sw_str_is(key, "act"))
        sw_log_add_action(d, value);
    else if (sw_str_is(key, "srcBytes"))
        sw_log_add_number(d, SW_LF_BYTES_SENT, value);
    else if (sw_str_is(key, "dstBytes"))
        sw_log_add_number(d, SW_LF_BYTES_RECEIVED, value);
    else if (sw_str_is(key, "srcPostNAT"))
        sw_log_add_address(d, SW_LF_NAT_SRC_IP, value);
    else if (sw_str_is(key, "dstPostNAT"))
        sw_log_add_address(d, SW_LF_NAT_DST_IP, value);
}

/* devTime: epoch, ISO, or LEEF's default "Mmm dd yyyy HH:mm:ss". */
static void take_time(struct sw_decode *d, struct sw_str value)
{
    int64_t time;
    bool flag = false;
    size_t used;
    if (sw_time_epoch(value, &time) == 0 || (sw_time_iso_prefix(value, &time, &flag, &used) == 0 && flag))
        d->event.time = time;
    else if (sw_time_iso_prefix(value, &time, &flag, &used) == 0 ||
             (sw_time_rfc3164(value, 0, &time, &flag, &used) == 0 && flag)) {
        d->event.time = time - d->source->zone_offset * SW_SECOND;
        sw_log_note_zone(d);
    }
}

static void add_all(struct sw_decode *d, struct sw_log_state *state, struct sw_str s, char delimiter)
{
    struct sw_str part;
    while (sw_str_next(&s, delimiter, &part)) {
        size_t equal = sw_str_chr(part, '=');
        if (equal == SW_NPOS || equal == 0 || equal == part.len - 1)
            continue;
        struct sw_str key = sw_str_trim(sw_str_slice(part, 0, equal));
        struct sw_str value = sw_str_from(part, equal + 1);
        if (key.len == 0)
            continue;
        if (d->event.time == SW_TIME_NONE && sw_str_is(key, "devTime"))
            take_time(d, value);
        add_attribute(d, state, key, value);
    }
}

/* "^", "x5E" or "0x5E". */
static bool read_delimiter(struct sw_str s, char *delimiter)
{
    uint64_t code;
    if (s.len == 1) {
        *delimiter = s.ptr[0];
        return true;
    }
    size_t x = sw_str_chr(s, 'x');
    if (s.len > 4 || x > 1 || sw_str_hex64(sw_str_from(s, x + 1), &code) != 0 || code == 0 || code > 255)
        return false;
    *delimiter = (char)code;
    return true;
}

bool sw_leef_parse(struct sw_decode *d, struct sw_log_state *state, struct sw_str message)
{
    if (!sw_str_starts(message, SW_STR("LEEF:")) || message.len < 9 || !sw_is_digit(message.ptr[5]))
        return false;
    bool second = message.ptr[5] == '2';
    struct sw_str rest = sw_str_from(message, 5);
    struct sw_str part;
    struct sw_str header[HEADER_COUNT];
    if (!sw_str_next(&rest, '|', &part))
        return false;
    for (size_t i = 0; i < HEADER_COUNT; i++)
        if (!sw_str_next(&rest, '|', &header[i]))
            return false;
    char delimiter = '\t';
    if (second && rest.ptr != NULL) {
        struct sw_str all = rest;
        if (!sw_str_next(&rest, '|', &part) || (part.len > 0 && !read_delimiter(part, &delimiter)))
            rest = all; /* no delimiter given */
    }
    for (size_t i = 0; i < HEADER_COUNT; i++)
        if (header[i].len > 0)
            sw_log_add_named(d, state, sw_str(header_names[i]), header[i]);
    if (rest.ptr == NULL)
        rest = SW_STR("");
    /* Relays turn tabs into spaces; then the pairs have CEF's form. */
    if (delimiter == '\t' && sw_str_chr(rest, '\t') == SW_NPOS)
        sw_cef_extensions(d, state, rest, add_attribute);
    else
        add_all(d, state, rest, delimiter);
    bool flow = sw_event_find(&d->event, sw_log_ids[SW_LF_SRC_IP]) != NULL &&
                sw_event_find(&d->event, sw_log_ids[SW_LF_DST_IP]) != NULL &&
                sw_event_find(&d->event, sw_log_ids[SW_LF_DST_PORT]) != NULL;
    sw_log_class(d, state, flow ? SW_LC_FIREWALL : SW_LC_LEEF);
    return true;
}

/* --- files of LEEF lines ---------------------------------------------------------------------------------------- */

static bool looks(struct sw_str line)
{
    return line.len > 9 && sw_str_starts(line, SW_STR("LEEF:")) && sw_is_digit(line.ptr[5]) &&
           sw_str_chr(line, '|') != SW_NPOS;
}

static int sniff(const struct sw_sniff *s)
{
    return sw_sniff_lines(s, 20, looks) >= 60 ? SW_SURE_YES : SW_SURE_NO;
}

static int line(struct sw_decode *d, struct sw_str text)
{
    if (!sw_leef_parse(d, d->state, text)) {
        sw_decode_reject(d, "not a LEEF record");
        return 0;
    }
    if (d->event.time == SW_TIME_NONE)
        sw_decode_note(d, "line without a time");
    return sw_decode_emit(d);
}

const struct sw_decoder sw_decoder_leef = {
    .name = "leef",
    .title = "Log Event Extended Format (LEEF 1.0, 2.0), a record a line",
    .sniff = sniff,
    .state_new = sw_log_state_new,
    .state_free = sw_free,
    .line = line,
};
