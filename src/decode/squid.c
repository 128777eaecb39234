/*
 * squid.c - Squid's native access log.
 *
 * Format: "%ts.%03tu %6tr %>a %Ss/%03>Hs %<st %rm %ru %[un %Sh/%<a %mt" (squid.conf, logformat squid). Values that an
 * administrator put after these are `extra`. Squid's "common" and "combined" formats are read as access logs
 * (weblog.c).
 */
#include "decode/squid.h"

#include "base/error.h"
#include "base/mem.h"
#include "decode/scan.h"

enum { TIME, ELAPSED, CLIENT, RESULT, BYTES, METHOD, URL, USER, HIERARCHY, TYPE, WORDS };

struct cut {
    struct sw_str words[WORDS];
    struct sw_str rest; /* after the media type */
};

/* Is it TCP_MISS/200 and alike? */
static bool is_result(struct sw_str text)
{
    size_t slash = sw_str_chr(text, '/');
    if (slash == SW_NPOS || slash < 3 || text.len - slash != 4)
        return false;
    for (size_t i = 0; i < slash; i++)
        if ((unsigned char)(text.ptr[i] - 'A') >= 26 && text.ptr[i] != '_')
            return false;
    return sw_is_digit(text.ptr[slash + 1]) && sw_is_digit(text.ptr[slash + 2]) && sw_is_digit(text.ptr[slash + 3]);
}

/* Digits, a point, three digits or more. */
static bool is_time(struct sw_str text)
{
    size_t point = sw_str_chr(text, '.');
    return text.len >= 12 && text.len < 24 && sw_is_digit(text.ptr[0]) && point != SW_NPOS && point >= 8;
}

static bool cut_line(struct cut *cut, struct sw_str line)
{
    const char *at = line.ptr;
    const char *end = at + line.len;
    for (unsigned i = 0; i < WORDS; i++) {
        while (at < end && *at == ' ')
            at++;
        const char *space = sw_scan_chr(at, end, ' ');
        cut->words[i] = sw_strn(at, (size_t)(space - at));
        at = space;
        /* The first words show whether it is one at all. */
        if ((i == TIME && !is_time(cut->words[TIME])) || (i == RESULT && !is_result(cut->words[RESULT])))
            return false;
    }
    cut->rest = sw_str_trim(sw_strn(at, (size_t)(end - at)));
    return cut->words[URL].len > 0;
}

void sw_squid_init(struct sw_squid *state, const struct sw_classes *classes)
{
    (void)sw_web_ids();
    state->class_id = sw_web_class(classes, "proxy/squid", "proxy");
}

/* The two parts of name/value under two fields. */
static void add_pair(struct sw_event *event, struct sw_str text, sw_field_id first, sw_field_id second)
{
    size_t slash = sw_str_chr(text, '/');
    sw_web_add(event, first, sw_str_slice(text, 0, slash));
    if (slash != SW_NPOS)
        sw_web_add_number(event, second, sw_str_from(text, slash + 1));
}

bool sw_squid_parse(struct sw_decode *d, const struct sw_squid *state, struct sw_str line)
{
    struct cut cut;
    int64_t time;
    if (!cut_line(&cut, line) || sw_time_epoch(cut.words[TIME], &time) != 0)
        return false;
    const struct sw_web_ids *ids = sw_web_ids();
    struct sw_event *event = &d->event;
    event->time = time;
    event->class_id = state->class_id;
    sw_web_add_number(event, ids->time_taken, cut.words[ELAPSED]);
    sw_web_add(event, ids->c_ip, cut.words[CLIENT]);
    add_pair(event, cut.words[RESULT], ids->action, ids->status);
    sw_web_add_number(event, ids->bytes, cut.words[BYTES]);
    sw_web_add(event, ids->method, cut.words[METHOD]);
    (void)sw_web_add_target(event, cut.words[URL], true);
    if (cut.words[USER].len > 0)
        sw_web_add(event, ids->username, cut.words[USER]);
    if (cut.words[HIERARCHY].len > 0)
        add_pair(event, cut.words[HIERARCHY], ids->hierarchy, ids->peer_ip);
    if (cut.words[TYPE].len > 0)
        sw_web_add(event, ids->media_type, cut.words[TYPE]);
    if (cut.rest.len > 0)
        sw_event_add_str(event, ids->extra, cut.rest);
    return true;
}

/* --- the decoder ---------------------------------------------------------------------------------------- */

/* What follows a syslog header: after the first ": ". */
static struct sw_str without_header(struct sw_str text)
{
    size_t at = sw_str_find(sw_str_slice(text, 0, 200), SW_STR(": "));
    return at == SW_NPOS ? text : sw_str_from(text, at + 2);
}

static int decode_line(struct sw_decode *d, struct sw_str line)
{
    if (sw_squid_parse(d, d->state, line) || sw_squid_parse(d, d->state, without_header(line)))
        return sw_decode_emit(d);
    sw_decode_reject(d, "no line of Squid's native format");
    return 0;
}

static bool fits(struct sw_str line)
{
    struct cut cut;
    return cut_line(&cut, line);
}

static int sniff(const struct sw_sniff *s)
{
    unsigned share = sw_sniff_lines(s, 40, fits);
    return share >= 80 ? SW_SURE_YES : share >= 40 ? SW_SURE_LIKELY : SW_SURE_NO;
}

static void *state_new(const struct sw_classes *classes)
{
    struct sw_squid *state = sw_alloc(1, sizeof *state);
    if (state != NULL)
        sw_squid_init(state, classes);
    return state;
}

const struct sw_decoder sw_decoder_squid = {
    .name = "squid",
    .title = "Squid's native access log",
    .sniff = sniff,
    .state_new = state_new,
    .state_free = sw_free,
    .line = decode_line,
};
