/*
 * syslog.c - log files of syslog daemons, network devices and journalctl: the envelope (syslog_header.c), then the
 * message (programs.c). A line without an envelope is kept as a message of its own. Sockets are the source floor's.
 */
#include "base/error.h"
#include "base/mem.h"
#include "decode/carried.h"
#include "decode/syslog_line.h"

void *sw_syslog_state_new(const struct sw_classes *classes)
{
    struct sw_syslog_state *state = sw_alloc(1, sizeof *state);
    if (state == NULL)
        return NULL;
    state->log.carried = sw_carried_new(classes);
    if (state->log.carried == NULL || sw_log_state_init(&state->log, classes) != 0) {
        sw_syslog_state_free(state);
        state = NULL;
    }
    return state;
}

void sw_syslog_state_free(void *arg)
{
    struct sw_syslog_state *state = arg;
    sw_carried_free(state->log.carried);
    sw_free(state);
}

/* A worker's slices come from many sources, each with a time of its own to infer years from. */
static void set_clock(struct sw_decode *d, struct sw_syslog_state *state)
{
    int64_t reference = d->source->modified != SW_TIME_NONE ? d->source->modified : sw_time_now();
    state->clock = (struct sw_syslog_clock){.reference = reference, .zone_offset = d->source->zone_offset};
    state->slice = d->slices;
    state->clock_set = true;
}

/* Says once a line what was not in the line. */
static void note_time(struct sw_decode *d, const struct sw_syslog_line *line)
{
    if (line->time == SW_TIME_NONE) {
        sw_decode_note(d, "line without a time");
        return;
    }
    bool dated = d->source->modified != SW_TIME_NONE;
    if (!line->year_known)
        sw_decode_note(d, dated ? "year inferred from the file's time" : "year inferred from today");
    if (!line->zoned)
        sw_log_note_zone(d);
}

/* "a\"b\]c" without its backslashes; text itself when it has none. */
static struct sw_str unescape(struct sw_decode *d, struct sw_str text)
{
    if (sw_str_chr(text, '\\') == SW_NPOS)
        return text;
    char *out = sw_arena_bytes(d->arena, text.len);
    if (out == NULL)
        return text;
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        bool escape = text.ptr[i] == '\\' && i + 1 < text.len && memchr("\"\\]", text.ptr[i + 1], 3) != NULL;
        out[len++] = text.ptr[i + escape];
        i += escape;
    }
    return sw_strn(out, len);
}

/* One name="value" of an element; false at its end. */
static bool next_param(struct sw_str *rest, struct sw_str *name, struct sw_str *value)
{
    *rest = sw_str_trim(*rest);
    size_t equal = sw_str_find(*rest, SW_STR("=\""));
    if (equal == SW_NPOS)
        return false;
    *name = sw_str_slice(*rest, 0, equal);
    size_t from = equal + 2;
    size_t at = from;
    while (at < rest->len && rest->ptr[at] != '"')
        at += rest->ptr[at] == '\\' ? 2 : 1;
    *value = sw_str_slice(*rest, from, at);
    *rest = sw_str_from(*rest, at < rest->len ? at + 1 : rest->len);
    return true;
}

/* Structured data as fields "sd_id.param". */
static void add_data(struct sw_decode *d, struct sw_log_state *state, struct sw_str data)
{
    while (data.len > 2 && data.ptr[0] == '[') {
        size_t end = 1;
        for (bool quoted = false; end < data.len && (quoted || data.ptr[end] != ']'); end++) {
            if (data.ptr[end] == '\\' && quoted)
                end++;
            else if (data.ptr[end] == '"')
                quoted = !quoted;
        }
        struct sw_str element = sw_str_slice(data, 1, end);
        data = sw_str_from(data, end + 1);
        struct sw_str id = sw_str_slice(element, 0, sw_str_chr(element, ' '));
        struct sw_str rest = sw_str_from(element, id.len);
        struct sw_str param;
        struct sw_str value;
        while (next_param(&rest, &param, &value)) {
            char name[SW_MAX_FIELD_NAME];
            if (id.len + 1 + param.len > sizeof name) {
                sw_decode_note(d, "structured data with a name too long dropped");
                continue;
            }
            memcpy(name, id.ptr, id.len);
            name[id.len] = '.';
            memcpy(name + id.len + 1, param.ptr, param.len);
            sw_log_add_named(d, state, sw_strn(name, id.len + 1 + param.len), unescape(d, value));
        }
    }
}

static void add_envelope(struct sw_decode *d, struct sw_log_state *state, const struct sw_syslog_line *line)
{
    d->event.time = line->time;
    if (line->hostname.len > 0)
        sw_log_add(d, SW_LF_HOSTNAME, line->hostname);
    if (line->program.len > 0)
        sw_log_add(d, SW_LF_PROGRAM, line->program);
    if (line->pid.len > 0)
        sw_log_add_number(d, SW_LF_PID, line->pid);
    if (line->priority >= 0) {
        sw_log_add(d, SW_LF_FACILITY, sw_syslog_facility(line->priority));
        sw_log_add(d, SW_LF_SEVERITY, sw_syslog_severity(line->priority));
    }
    if (line->msgid.len > 0)
        sw_log_add(d, SW_LF_MSGID, line->msgid);
    if (line->data.len > 0)
        add_data(d, state, line->data);
}

static const struct sw_program *program_of(struct sw_syslog_state *state, struct sw_str name)
{
    if (name.len == 0)
        return NULL;
    if (name.len == state->name_len && memcmp(name.ptr, state->name, name.len) == 0)
        return state->program;
    const struct sw_program *program = sw_program_find(name);
    if (name.len <= sizeof state->name) {
        memcpy(state->name, name.ptr, name.len);
        state->name_len = name.len;
        state->program = program;
    }
    return program;
}

/* "message repeated 3 times: [ text]": the text, and the number as a field. "last message repeated 3 times" has no
 * text. */
static struct sw_str take_repetition(struct sw_decode *d, struct sw_str message)
{
    struct sw_str s = message;
    if (sw_str_starts(s, SW_STR("last ")))
        s = sw_str_from(s, 5);
    if (!sw_str_starts(s, SW_STR("message repeated ")))
        return message;
    s = sw_str_from(s, 17);
    size_t digits = 0;
    while (digits < s.len && sw_is_digit(s.ptr[digits]))
        digits++;
    struct sw_str rest = sw_str_from(s, digits);
    if (digits == 0 || !sw_str_starts(rest, SW_STR(" time")))
        return message;
    sw_log_add_number(d, SW_LF_REPEATED, sw_str_slice(s, 0, digits));
    size_t open = sw_str_find(rest, SW_STR(": ["));
    if (open == SW_NPOS || rest.ptr[rest.len - 1] != ']')
        return (struct sw_str){NULL, 0};
    return sw_str_trim(sw_str_slice(rest, open + 3, rest.len - 1));
}

/* Solaris puts "[ID 800047 auth.info] " before the text. */
static struct sw_str take_solaris_id(struct sw_decode *d, struct sw_str message)
{
    size_t close = sw_str_starts(message, SW_STR("[ID ")) ? sw_str_find(message, SW_STR("] ")) : SW_NPOS;
    if (close == SW_NPOS || close > 48)
        return message;
    struct sw_str inside = sw_str_slice(message, 4, close);
    size_t space = sw_str_chr(inside, ' ');
    int priority = space == SW_NPOS ? -1 : sw_syslog_priority(sw_str_from(inside, space + 1));
    if (priority < 0)
        return message;
    sw_log_add(d, SW_LF_MSGID, sw_str_slice(inside, 0, space));
    sw_log_add(d, SW_LF_FACILITY, sw_syslog_facility(priority));
    sw_log_add(d, SW_LF_SEVERITY, sw_syslog_severity(priority));
    return sw_str_from(message, close + 2);
}

static bool all_zero(struct sw_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] != '\0')
            return false;
    return true;
}

int sw_syslog_line(struct sw_decode *d, struct sw_str text)
{
    struct sw_syslog_state *state = d->state;
    if (!state->clock_set || state->slice != d->slices)
        set_clock(d, state);
    if (text.len > 0 && text.ptr[0] == '\0' && all_zero(text)) {
        sw_decode_reject(d, "binary data");
        return 0;
    }
    struct sw_syslog_line line;
    sw_syslog_header(text, &state->clock, &line);
    add_envelope(d, &state->log, &line);
    sw_event_add_str(&d->event, SW_FIELD_MESSAGE, line.message);
    note_time(d, &line);
    struct sw_str message = line.message;
    if (message.len > 0 && (message.ptr[0] == 'm' || message.ptr[0] == 'l'))
        message = take_repetition(d, message);
    else if (message.len > 0 && message.ptr[0] == '[')
        message = take_solaris_id(d, message);
    sw_message_parse(d, &state->log, program_of(state, line.program), line.program, message);
    return sw_decode_emit(d);
}

/* --- sniffing --------------------------------------------------------------------------------------------------- */

/* What named writes into its own files; Tomcat's times look the same. */
static bool looks_named(struct sw_str message)
{
    if (sw_str_starts(message, SW_STR("client ")))
        return true;
    bool lower = message.ptr[0] >= 'a' && message.ptr[0] <= 'z';
    return lower && sw_str_find(sw_str_slice(message, 0, 40), SW_STR(": ")) != SW_NPOS;
}

bool sw_syslog_looks(struct sw_str text)
{
    struct sw_syslog_clock clock = {.reference = 0};
    struct sw_syslog_line line;
    sw_syslog_header(text, &clock, &line);
    switch (line.form) {
    case SW_SYSLOG_NONE:
        return false;
    case SW_SYSLOG_PRI:
        return line.has_tag;
    case SW_SYSLOG_BSD:
        return line.has_tag || line.hostname.len > 0 || line.priority >= 0 || sw_str_starts(line.message, SW_STR("%"));
    case SW_SYSLOG_ISO:
        return line.has_tag && line.hostname.len > 0;
    case SW_SYSLOG_5424:
        return true;
    case SW_SYSLOG_CTIME:
        return line.has_tag;
    case SW_SYSLOG_BIND:
        return line.has_tag && looks_named(sw_str_from(line.message, 25));
    }
    return false;
}

static int sniff(const struct sw_sniff *s)
{
    unsigned share = sw_sniff_lines(s, 50, sw_syslog_looks);
    if (share >= 80)
        return SW_SURE_LIKELY + 15;
    return share >= 40 ? SW_SURE_LIKELY : share >= 20 ? SW_SURE_MAYBE : SW_SURE_NO;
}

const struct sw_decoder sw_decoder_syslog = {
    .name = "syslog",
    .title = "syslog (RFC 3164, RFC 5424, ISO times) of servers and network devices",
    .sniff = sniff,
    .state_new = sw_syslog_state_new,
    .state_free = sw_syslog_state_free,
    .line = sw_syslog_line,
};
