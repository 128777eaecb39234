/*
 * syslog_header.c - see syslog_header.h. RFC 5424 section 6, RFC 3164 section 4, and the forms that devices and files
 * really have. It does not look into the message.
 */
#include "decode/syslog_header.h"

#include "base/time.h"

/* --- priorities ------------------------------------------------------------------------------------------- */

static const char *const facilities[] = {
    "kern", "user",     "mail", "daemon", "auth",  "syslog", "lpr",    "news",   "uucp",   "cron",   "authpriv", "ftp",
    "ntp",  "audit",    "alert", "clock", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7"};
static const char *const severities[] = {"emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"};

struct sw_str sw_syslog_facility(int priority)
{
    return priority < 0 || priority > 191 ? SW_STR("") : sw_str(facilities[priority / 8]);
}

struct sw_str sw_syslog_severity(int priority)
{
    return priority < 0 || priority > 191 ? SW_STR("") : sw_str(severities[priority % 8]);
}

/* Index of a name, or a number below count; -1. */
static int index_of(struct sw_str name, const char *const *names, int count)
{
    for (int i = 0; i < count; i++)
        if (sw_str_is(name, names[i]))
            return i;
    uint64_t number;
    return sw_str_u64(name, &number) == 0 && number < (uint64_t)count ? (int)number : -1;
}

int sw_syslog_priority(struct sw_str dotted)
{
    size_t dot = sw_str_chr(dotted, '.');
    if (dot == SW_NPOS)
        return -1;
    struct sw_str level = sw_str_from(dotted, dot + 1);
    int facility = index_of(sw_str_slice(dotted, 0, dot), facilities, 24);
    int severity = index_of(level, severities, 8);
    if (severity < 0 && sw_str_is(level, "warn"))
        severity = 4;
    else if (severity < 0 && sw_str_is(level, "error"))
        severity = 3;
    return facility < 0 || severity < 0 ? -1 : facility * 8 + severity;
}

/* "<34>" at the start of *s. */
static int take_priority(struct sw_str *s)
{
    if (s->len < 3 || s->ptr[0] != '<')
        return -1;
    int value = 0;
    size_t at = 1;
    while (at < s->len && at < 4 && sw_is_digit(s->ptr[at]))
        value = value * 10 + (s->ptr[at++] - '0');
    if (at == 1 || at == s->len || s->ptr[at] != '>' || value > 191)
        return -1;
    *s = sw_str_from(*s, at + 1);
    return value;
}

/* --- small steps ------------------------------------------------------------------------------------------ */

static struct sw_str skip_spaces(struct sw_str s)
{
    size_t at = 0;
    while (at < s.len && s.ptr[at] == ' ')
        at++;
    return sw_str_from(s, at);
}

/* The text up to the next space; *s goes on behind it (and behind one space). */
static struct sw_str take_word(struct sw_str *s)
{
    size_t len = sw_str_chr(*s, ' ');
    struct sw_str word = sw_str_slice(*s, 0, len);
    *s = sw_str_from(*s, len == SW_NPOS ? s->len : len + 1);
    return word;
}

static struct sw_str without_nil(struct sw_str s)
{
    return s.len == 1 && s.ptr[0] == '-' ? (struct sw_str){NULL, 0} : s;
}

/* What a host name or address may be made of. */
static bool host_char(char c)
{
    return sw_is_digit(c) || sw_is_alpha(c) || c == '.' || c == '-' || c == '_' || c == ':' || c == '/' || c == '%' ||
           c == '@' || (unsigned char)c >= 0x80;
}

static bool is_host(struct sw_str s)
{
    if (s.len == 0 || s.len > 255 || s.ptr[0] == '%')
        return false;
    for (size_t i = 0; i < s.len; i++)
        if (!host_char(s.ptr[i]))
            return false;
    return s.ptr[s.len - 1] != ':' || sw_str_ends(s, SW_STR("::"));
}

/* Inside the brackets of "program[pid]". */
static bool pid_char(char c)
{
    return sw_is_digit(c) || sw_is_alpha(c) || c == '-' || c == '_' || c == '.' || c == ':' || c == '/' || c == '#';
}

static size_t tag_end(struct sw_str s)
{
    size_t at = 0;
    while (at < s.len && at < 128 && s.ptr[at] != ':' && s.ptr[at] != '[' && (unsigned char)s.ptr[at] > ' ')
        at++;
    return at;
}

bool sw_syslog_tag(struct sw_str *text, struct sw_str *program, struct sw_str *pid)
{
    struct sw_str s = *text;
    size_t end = tag_end(s);
    if (end == 0 || end == s.len || s.ptr[0] == '%' || s.ptr[0] == '{' || s.ptr[0] == '"' || s.ptr[0] == '<')
        return false;
    size_t at = end;
    struct sw_str id = {NULL, 0};
    if (s.ptr[at] == '[') {
        size_t from = ++at;
        while (at < s.len && pid_char(s.ptr[at]))
            at++;
        if (at == s.len || s.ptr[at] != ']')
            return false;
        id = sw_str_slice(s, from, at++);
        /* "com.apple.xpc.launchd[1] (com.apple.mdworker[123]): ": the part in brackets belongs to the message. */
        if (at < s.len && s.ptr[at] == ':')
            at++;
    } else if (s.ptr[at] == ':') {
        at++;
    } else {
        return false;
    }
    if (at < s.len && s.ptr[at] != ' ')
        return false;
    *program = sw_str_slice(s, 0, end);
    *pid = id;
    *text = sw_str_from(s, at + 1);
    return true;
}

/* --- times ------------------------------------------------------------------------------------------------ */

static bool two_digits(const char *p)
{
    return sw_is_digit(p[0]) && sw_is_digit(p[1]);
}

/* "Mmm dd hh:mm:ss" and no more to it: by far the most frequent form, with the minute remembered. The year is
 * inferred for the minute, so that a line's time does not depend on which lines came before. */
static bool plain_time(struct sw_str s, struct sw_syslog_clock *clock, int64_t *time)
{
    if (s.len < 16 || s.ptr[12] != ':' || !two_digits(s.ptr + 13) || (s.ptr[15] != ' ' && s.ptr[15] != ':'))
        return false;
    /* A year may follow the clock. */
    if (s.len > 20 && s.ptr[20] == ' ' && two_digits(s.ptr + 16) && two_digits(s.ptr + 18))
        return false;
    if (!clock->has_minute || memcmp(clock->minute, s.ptr, sizeof clock->minute) != 0) {
        char text[15];
        bool year_known;
        size_t used;
        memcpy(text, s.ptr, 13);
        memcpy(text + 13, "00", 2);
        clock->has_minute = false;
        if (sw_time_rfc3164(sw_strn(text, 15), clock->reference, &clock->minute_time, &year_known, &used) != 0 ||
            used != 15)
            return false;
        memcpy(clock->minute, s.ptr, sizeof clock->minute);
        clock->has_minute = true;
    }
    int second = (s.ptr[13] - '0') * 10 + (s.ptr[14] - '0');
    if (second > 60)
        return false;
    *time = clock->minute_time + (second == 60 ? 59 : second) * SW_SECOND;
    return true;
}

static int64_t to_utc(int64_t local, const struct sw_syslog_clock *clock)
{
    int64_t utc;
    return __builtin_sub_overflow(local, clock->zone_offset * SW_SECOND, &utc) ? local : utc;
}

/* A BSD time at the start of s; the bytes it takes, or 0. */
static size_t bsd_time(struct sw_str s, struct sw_syslog_clock *clock, struct sw_syslog_line *out)
{
    size_t used = 15;
    int64_t local;
    if (!plain_time(s, clock, &local)) {
        if (sw_time_rfc3164(s, clock->reference, &local, &out->year_known, &used) != 0)
            return 0;
        if (used < s.len && s.ptr[used] != ' ' && s.ptr[used] != ':')
            return 0;
    }
    out->time = to_utc(local, clock);
    return used;
}

static size_t iso_time(struct sw_str s, const struct sw_syslog_clock *clock, struct sw_syslog_line *out)
{
    size_t used;
    int64_t time;
    bool zoned;
    if (s.len < 20 || (s.ptr[10] != 'T' && s.ptr[10] != ' ') || sw_time_iso_prefix(s, &time, &zoned, &used) != 0)
        return 0;
    out->year_known = true;
    out->zoned = zoned;
    out->time = zoned ? time : to_utc(time, clock);
    return used;
}

/* "19-Oct-2022 05:34:02.425" */
static size_t bind_time(struct sw_str s, const struct sw_syslog_clock *clock, struct sw_syslog_line *out)
{
    if (s.len < 25 || s.ptr[2] != '-' || s.ptr[6] != '-' || s.ptr[11] != ' ' || s.ptr[20] != '.')
        return 0;
    /* The same time as "Oct 19 2022 05:34:02.425". */
    char text[24];
    memcpy(text, s.ptr + 3, 3);
    text[3] = ' ';
    memcpy(text + 4, s.ptr, 2);
    text[6] = ' ';
    memcpy(text + 7, s.ptr + 7, 17);
    size_t used;
    int64_t local;
    if (sw_time_rfc3164(sw_strn(text, 24), 0, &local, &out->year_known, &used) != 0 || used != 24 || !out->year_known)
        return 0;
    out->time = to_utc(local, clock);
    return 24;
}

/* --- RFC 5424 --------------------------------------------------------------------------------------------- */

/* Length of "[id k="v" ...][...]" at the start of s; 0 when it is broken. */
static size_t data_length(struct sw_str s)
{
    size_t at = 0;
    while (at < s.len && s.ptr[at] == '[') {
        bool quoted = false;
        for (at++; at < s.len && (quoted || s.ptr[at] != ']'); at++) {
            if (s.ptr[at] == '\\' && quoted && at + 1 < s.len)
                at++;
            else if (s.ptr[at] == '"')
                quoted = !quoted;
        }
        if (at >= s.len)
            return 0;
        at++;
    }
    return at;
}

/* Behind "<PRI>1 ". */
static bool parse_5424(struct sw_str s, struct sw_syslog_clock *clock, struct sw_syslog_line *out)
{
    struct sw_str stamp = take_word(&s);
    size_t used = iso_time(stamp, clock, out);
    if (used != stamp.len && !(stamp.len == 1 && stamp.ptr[0] == '-'))
        return false;
    out->hostname = without_nil(take_word(&s));
    out->program = without_nil(take_word(&s));
    out->pid = without_nil(take_word(&s));
    out->msgid = without_nil(take_word(&s));
    out->has_tag = true;
    out->form = SW_SYSLOG_5424;
    if (s.len > 0 && s.ptr[0] == '[') {
        size_t len = data_length(s);
        out->data = sw_str_slice(s, 0, len);
        s = sw_str_from(s, len);
    } else if (s.len > 0 && s.ptr[0] == '-') {
        s = sw_str_from(s, 1);
    }
    if (s.len > 0 && s.ptr[0] == ' ')
        s = sw_str_from(s, 1);
    if (sw_str_starts(s, SW_STR("\xef\xbb\xbf")))
        s = sw_str_from(s, 3);
    out->message = s;
    return true;
}

/* --- BSD and ISO ------------------------------------------------------------------------------------------ */

/* "<auth.info> " and "<4.6> " that BSD's syslogd -v puts behind the time. */
static void take_bsd_priority(struct sw_str *s, struct sw_syslog_line *out)
{
    if (s->len == 0 || s->ptr[0] != '<')
        return;
    size_t close = sw_str_chr(*s, '>');
    int priority = close == SW_NPOS || close > 24 ? -1 : sw_syslog_priority(sw_str_slice(*s, 1, close));
    if (priority < 0)
        return;
    out->priority = priority;
    *s = skip_spaces(sw_str_from(*s, close + 1));
}

/* " UTC: " or " CEST: " between a Cisco clock and its message; takes it. */
static bool take_cisco_zone(struct sw_str *s, struct sw_syslog_line *out)
{
    size_t colon = 0;
    while (colon < s->len && colon < 6 && s->ptr[colon] >= 'A' && s->ptr[colon] <= 'Z')
        colon++;
    if (colon < 2 || colon == s->len || s->ptr[colon] != ':')
        return false;
    struct sw_str zone = sw_str_slice(*s, 0, colon);
    if (!sw_str_is(zone, "UTC") && !sw_str_is(zone, "GMT") && (colon + 2 >= s->len || s->ptr[colon + 2] != '%'))
        return false;
    out->zoned = sw_str_is(zone, "UTC") || sw_str_is(zone, "GMT");
    *s = skip_spaces(sw_str_from(*s, colon + 1));
    return true;
}

static bool all_digits(struct sw_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!sw_is_digit(s.ptr[i]))
            return false;
    return s.len > 0;
}

static void take_tag(struct sw_str s, struct sw_syslog_line *out)
{
    struct sw_str whole = s;
    out->has_tag = sw_syslog_tag(&s, &out->program, &out->pid);
    /* "29: *Apr 15 12:00:00: %SYS-..": a Cisco sequence number, not a program. */
    if (out->has_tag && out->pid.ptr == NULL && all_digits(out->program)) {
        out->program = (struct sw_str){NULL, 0};
        out->has_tag = false;
        s = whole;
    }
    out->message = s;
}

/* Behind the time. */
static void host_and_tag(struct sw_str s, struct sw_syslog_clock *clock, struct sw_syslog_line *out)
{
    if (s.len > 0 && s.ptr[0] == ':') {
        out->message = skip_spaces(sw_str_from(s, 1));
        return;
    }
    s = skip_spaces(s);
    take_bsd_priority(&s, out);
    bool zoned = out->zoned;
    if (take_cisco_zone(&s, out)) {
        if (out->zoned && !zoned) /* the clock's own zone was not used after all */
            out->time += clock->zone_offset * SW_SECOND;
        out->message = s;
        return;
    }
    struct sw_str rest = s;
    struct sw_str host = take_word(&rest);
    if (!is_host(host)) {
        take_tag(s, out);
        return;
    }
    out->hostname = host;
    s = skip_spaces(rest);
    if (sw_str_starts(s, SW_STR(": %"))) /* "fw01 : %ASA-" */
        out->message = sw_str_from(s, 2);
    else
        take_tag(s, out);
}

/* "29: ", "000123: ", "*", "." and ":" that Cisco puts before the time. */
static struct sw_str skip_cisco_prefix(struct sw_str s)
{
    size_t at = 0;
    while (at < s.len && at < 12 && sw_is_digit(s.ptr[at]))
        at++;
    if (at > 0 && at + 2 < s.len && s.ptr[at] == ':' && s.ptr[at + 1] == ' ')
        s = sw_str_from(s, at + 2);
    if (s.len > 1 && (s.ptr[0] == '*' || s.ptr[0] == '.' || s.ptr[0] == ':'))
        s = sw_str_from(s, 1);
    return s;
}

/* "R1: " between a Cisco sequence number and the time (logging origin-id). */
static struct sw_str cisco_origin(struct sw_str *s)
{
    size_t colon = sw_str_chr(sw_str_slice(*s, 0, 64), ':');
    if (colon == SW_NPOS || colon == 0 || colon + 5 > s->len || s->ptr[colon + 1] != ' ')
        return (struct sw_str){NULL, 0};
    struct sw_str name = sw_str_slice(*s, 0, colon);
    struct sw_str rest = skip_cisco_prefix(sw_str_from(*s, colon + 2));
    if (!is_host(name) || rest.len < 4 || sw_month(rest.ptr) == 0 || rest.ptr[3] != ' ')
        return (struct sw_str){NULL, 0};
    *s = rest;
    return name;
}

/* --- ctime ------------------------------------------------------------------------------------------------ */

static bool is_weekday(struct sw_str s)
{
    static const char names[] = "MonTueWedThuFriSatSun";
    if (s.len < 4 || s.ptr[3] != ' ')
        return false;
    for (size_t i = 0; i < 7; i++)
        if (memcmp(s.ptr, names + 3 * i, 3) == 0)
            return true;
    return false;
}

/* "[pid 27244] [user] FAIL LOGIN: ..." */
static bool vsftpd_rest(struct sw_str s, struct sw_syslog_line *out)
{
    size_t close = sw_str_chr(s, ']');
    if (!sw_str_starts(s, SW_STR("[pid ")) || close == SW_NPOS)
        return false;
    out->program = SW_STR("vsftpd");
    out->pid = sw_str_slice(s, 5, close);
    out->message = skip_spaces(sw_str_from(s, close + 1));
    return true;
}

/* Behind "Mon ": a BSD time with a year, or an ISO one (journalctl's short-full). */
static bool parse_ctime(struct sw_str s, struct sw_syslog_clock *clock, struct sw_syslog_line *out)
{
    out->form = SW_SYSLOG_CTIME;
    if (s.len > 20 && sw_is_digit(s.ptr[0])) {
        size_t iso = iso_time(s, clock, out);
        if (iso == 0)
            return false;
        struct sw_str rest = skip_spaces(sw_str_from(s, iso));
        struct sw_str zone = take_word(&rest);
        out->zoned = sw_str_is(zone, "UTC");
        if (out->zoned)
            out->time += clock->zone_offset * SW_SECOND;
        host_and_tag(rest, clock, out);
        return out->has_tag;
    }
    size_t used = bsd_time(s, clock, out);
    if (used == 0 || !out->year_known)
        return false;
    s = skip_spaces(sw_str_from(s, used));
    out->message = s;
    if (vsftpd_rest(s, out))
        return out->has_tag = true;
    if (sw_str_starts(s, SW_STR("-> "))) {
        out->program = SW_STR("clamd");
        out->message = sw_str_from(s, 3);
        return out->has_tag = true;
    }
    struct sw_str rest = s;
    out->priority = sw_syslog_priority(take_word(&rest));
    if (out->priority >= 0)
        take_tag(rest, out);
    return true;
}

/* --- all of it -------------------------------------------------------------------------------------------- */

/* Zero bytes that a crash leaves at the start of a line, and a byte order mark. */
static struct sw_str skip_noise(struct sw_str s)
{
    size_t at = 0;
    while (at < s.len && s.ptr[at] == '\0')
        at++;
    s = sw_str_from(s, at);
    return sw_str_starts(s, SW_STR("\xef\xbb\xbf")) ? sw_str_from(s, 3) : s;
}

static bool parse_dated(struct sw_str s, struct sw_syslog_clock *clock, struct sw_syslog_line *out)
{
    if (s.len < 16)
        return false;
    size_t used;
    if (sw_is_digit(s.ptr[0]) && (used = iso_time(s, clock, out)) > 0) {
        out->form = SW_SYSLOG_ISO;
    } else if (sw_is_digit(s.ptr[0]) && (used = bind_time(s, clock, out)) > 0) {
        out->form = SW_SYSLOG_BIND;
        out->program = SW_STR("named");
        out->message = s; /* with its time, as where syslog carries it */
        out->has_tag = skip_spaces(sw_str_from(s, used)).len > 0;
        return true;
    } else {
        s = skip_cisco_prefix(s);
        out->hostname = cisco_origin(&s);
        if ((used = bsd_time(s, clock, out)) == 0)
            return false;
        out->form = SW_SYSLOG_BSD;
    }
    struct sw_str origin = out->hostname;
    host_and_tag(sw_str_from(s, used), clock, out);
    if (origin.len > 0)
        out->hostname = origin;
    return true;
}

static void clear(struct sw_syslog_line *out, struct sw_str message, int priority)
{
    *out = (struct sw_syslog_line){.form = priority < 0 ? SW_SYSLOG_NONE : SW_SYSLOG_PRI,
                                   .time = SW_TIME_NONE,
                                   .priority = priority,
                                   .message = message};
}

void sw_syslog_header(struct sw_str line, struct sw_syslog_clock *clock, struct sw_syslog_line *out)
{
    struct sw_str s = skip_noise(line);
    int priority = take_priority(&s);
    clear(out, s, priority);
    bool versioned = priority >= 0 && s.len > 2 && sw_is_digit(s.ptr[0]) && s.ptr[1] == ' ';
    if (versioned && parse_5424(sw_str_from(s, 2), clock, out))
        return;
    clear(out, s, priority);
    if (is_weekday(s) && parse_ctime(sw_str_from(s, 4), clock, out))
        return;
    clear(out, s, priority);
    if (parse_dated(s, clock, out))
        return;
    clear(out, s, priority);
    if (priority >= 0)
        take_tag(s, out);
}
