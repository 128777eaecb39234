/*
 * weblog.c - access logs of web servers in the family of the common log format: Apache, nginx, Tomcat, Confluence,
 * Jira, Traefik, LiteSpeed, lighttpd and whatever else writes address, time in brackets, request in quotes, status.
 *
 * Variants are told line by line, so that a file in which they mix loses nothing. Values stay as they were logged
 * (escapes included). Error logs that share a file with an access log go to weberror.c.
 */
#include "decode/weblog.h"

#include "base/error.h"
#include "base/mem.h"
#include "decode/weberror.h"
#include "decode/weblog_priv.h"

struct sw_weblog {
    struct weblog_plan tail;
    struct weblog_plan whole;
    struct sw_web_clock clock;
    sw_class_id plain; /* class of a log whose server is not known */
    sw_class_id tail_class;
    sw_class_id whole_class;
    sw_class_id confluence;
    sw_class_id jira;
    sw_class_id squid;
    uint64_t slice; /* the one that `plain` was chosen for */
};

/* --- values --------------------------------------------------------------------------------------------- */

/* The first address of a list "203.0.113.9, 10.0.0.1". */
static struct sw_str first_address(struct sw_str list)
{
    size_t comma = sw_str_chr(list, ',');
    return comma == SW_NPOS ? list : sw_str_trim(sw_str_slice(list, 0, comma));
}

static void add_client(struct sw_event *event, struct sw_str text)
{
    const struct sw_web_ids *ids = sw_web_ids();
    sw_web_add_address(event, ids->c_ip, ids->c_port, text);
}

/* key=value or key="value". The name of the latest line is tried first: it is mostly the same. */
static bool add_pair(struct sw_event *event, struct weblog_slot *slot, struct sw_str text)
{
    size_t sign = sw_str_chr(text, '=');
    if (sign == SW_NPOS || sign == 0 || sign > 40 || !sw_is_alpha(text.ptr[0]))
        return false;
    struct sw_str key = sw_str_slice(text, 0, sign);
    for (size_t i = 0; i < key.len; i++)
        if (!sw_is_alpha(key.ptr[i]) && !sw_is_digit(key.ptr[i]) && key.ptr[i] != '_' && key.ptr[i] != '-' &&
            key.ptr[i] != '.')
            return false;
    struct sw_str value = sw_str_from(text, sign + 1);
    if (value.len >= 2 && value.ptr[0] == '"' && value.ptr[value.len - 1] == '"')
        value = sw_str_slice(value, 1, value.len - 1);
    const struct sw_web_ids *ids = sw_web_ids();
    if (sw_str_is(key, "rt") || sw_str_is(key, "request_time")) {
        sw_web_add_number(event, ids->time_taken, value);
        return true;
    }
    if (!sw_str_eq(sw_field_name(slot->id), key))
        slot->id = sw_field_intern(key);
    sw_web_add_number(event, slot->id, value);
    return true;
}

/* How long the request took: digits, perhaps with a point and three or more decimals, perhaps with a unit. */
static bool is_duration(struct sw_str text)
{
    size_t at = 0;
    while (at < text.len && sw_is_digit(text.ptr[at]))
        at++;
    if (at == 0)
        return false;
    size_t decimals = 0;
    if (at < text.len && text.ptr[at] == '.') {
        size_t point = at++;
        while (at < text.len && sw_is_digit(text.ptr[at]))
            at++;
        decimals = at - point - 1;
        if (decimals < 3)
            return false; /* nginx's gzip_ratio has two */
    }
    struct sw_str unit = sw_str_from(text, at);
    return unit.len == 0 || sw_str_is(unit, "ms") || sw_str_is(unit, "s") || sw_str_is(unit, "us");
}

/* TCP_MISS:HIER_DIRECT, the end of Squid's combined format. */
static bool is_squid_result(struct sw_str text)
{
    return (sw_str_starts(text, SW_STR("TCP_")) || sw_str_starts(text, SW_STR("UDP_")) ||
            sw_str_starts(text, SW_STR("NONE"))) &&
           sw_str_chr(text, ':') != SW_NPOS;
}

/* A value of no known place. `seen` tells what guesses of this line found already. */
enum { GUESSED_DURATION = 1, GUESSED_FORWARDED = 2, GUESSED_SQUID = 4 };

static void add_guess(struct sw_event *event, struct weblog_slot *slot, struct sw_str text, bool quoted, unsigned *seen)
{
    const struct sw_web_ids *ids = sw_web_ids();
    bool none = text.len == 1 && text.ptr[0] == '-';
    if (quoted && !(*seen & GUESSED_FORWARDED) && (none || sw_web_is_address(first_address(text)))) {
        *seen |= GUESSED_FORWARDED;
        sw_web_add(event, ids->forwarded, text);
    } else if (!quoted && !(*seen & GUESSED_DURATION) && (none || is_duration(text))) {
        *seen |= GUESSED_DURATION;
        sw_web_add_number(event, ids->time_taken, text);
    } else if (!quoted && is_squid_result(text)) {
        *seen |= GUESSED_SQUID;
        sw_web_add(event, ids->action, sw_str_slice(text, 0, sw_str_chr(text, ':')));
        sw_web_add(event, ids->hierarchy, sw_str_from(text, sw_str_chr(text, ':') + 1));
    } else if (quoted || !add_pair(event, slot, text)) {
        sw_web_add(event, ids->extra, text);
    }
}

/* --- the part before the time --------------------------------------------------------------------------- */

static struct sw_str joined(const struct sw_str *from, const struct sw_str *last)
{
    return sw_strn(from->ptr, (size_t)(last->ptr + last->len - from->ptr));
}

/* Jira's request id in identd's place: minute of the day, number, concurrency, as in 600x123x1 or *612x4x1. */
static bool is_jira_request(struct sw_str text)
{
    size_t crosses = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == 'x')
            crosses++;
        else if (!sw_is_digit(text.ptr[i]) && !(i == 0 && text.ptr[i] == '*'))
            return false;
    }
    return crosses == 2 && text.len >= 5;
}

/* What stands in identd's place: nothing, lighttpd's virtual host, or something else. */
static void add_ident(struct sw_event *event, struct sw_str text)
{
    const struct sw_web_ids *ids = sw_web_ids();
    if (text.len == 1 && text.ptr[0] == '-')
        return;
    bool host = sw_str_chr(text, '.') != SW_NPOS && !is_jira_request(text);
    sw_event_add_str(event, host ? ids->host : ids->ident, text);
}

/* A virtual host, an address list in front, or both may come before the client. Returns how many tokens were used. */
static unsigned add_front(struct sw_event *event, const struct weblog_line *line)
{
    const struct sw_web_ids *ids = sw_web_ids();
    const struct sw_str *p = line->prefix;
    if (line->prefix_count < 4 && !line->prefix_quoted[0])
        return 0;
    bool client_next = line->prefix_count > 1 && sw_web_is_address(first_address(p[1]));
    if (!client_next)
        return 0;
    bool list = line->prefix_quoted[0] || sw_str_chr(p[0], ',') != SW_NPOS;
    if (list || (p[0].len == 1 && p[0].ptr[0] == '-'))
        sw_web_add(event, ids->forwarded, p[0]);
    else
        sw_web_add_address(event, ids->host, ids->server_port, p[0]);
    return 1;
}

static void add_prefix(struct sw_event *event, const struct weblog_line *line)
{
    const struct sw_web_ids *ids = sw_web_ids();
    const struct sw_str *p = line->prefix;
    unsigned n = line->prefix_count;
    unsigned at = add_front(event, line);
    /* "host address user" and "host address": the second is the client when it alone is an address. */
    if (at == 0 && n <= 3 && n > 1 && p[1].len > 1 && sw_web_is_address(p[1]) && !sw_web_is_address(p[0])) {
        sw_web_add_address(event, ids->host, ids->server_port, p[0]);
        at = 1;
    }
    struct sw_str client = p[at++];
    if (sw_str_chr(client, ',') != SW_NPOS) {
        sw_web_add(event, ids->forwarded, client);
        client = first_address(client);
    }
    add_client(event, client);
    unsigned left = n - at;
    if (left == 0)
        return;
    if (left == 1) {
        sw_web_add(event, ids->username, p[at]);
        return;
    }
    add_ident(event, p[at]);
    /* Names of users may hold spaces; a lone "-" at the end says that what stands before it is something else. */
    if (left == 3 && p[n - 1].len == 1 && p[n - 1].ptr[0] == '-') {
        sw_web_add(event, ids->extra, p[at + 1]);
        sw_web_add(event, ids->username, p[n - 1]);
        return;
    }
    sw_web_add(event, ids->username, joined(&p[at + 1], &p[n - 1]));
}

/* --- the rest ------------------------------------------------------------------------------------------- */

static struct sw_str without_label(struct sw_str text, struct sw_str label)
{
    return sw_str_starts(text, label) ? sw_str_from(text, label.len) : text;
}

/* Returns what add_guess() found. */
static unsigned add_planned(struct sw_event *event, const struct weblog_line *line, struct weblog_plan *plan)
{
    unsigned seen = 0;
    unsigned count = line->count < plan->count ? line->count : plan->count;
    for (unsigned i = 0; i < count; i++) {
        struct weblog_slot *slot = &plan->slots[i];
        struct sw_str text = line->tokens[i];
        switch ((enum weblog_slot_kind)slot->kind) {
        case WEBLOG_TEXT:
            sw_web_add(event, slot->id, slot->label.len > 0 ? without_label(text, slot->label) : text);
            break;
        case WEBLOG_NUMBER:
            sw_web_add_number(event, slot->id, slot->label.len > 0 ? without_label(text, slot->label) : text);
            break;
        case WEBLOG_REQUEST:
            (void)sw_web_add_request(event, text, true);
            break;
        case WEBLOG_TARGET:
            (void)sw_web_add_target(event, text, false);
            break;
        case WEBLOG_ADDRESS:
            add_client(event, without_label(text, slot->label));
            break;
        case WEBLOG_FORWARDED:
            sw_web_add(event, slot->id, text);
            add_client(event, first_address(text));
            break;
        case WEBLOG_REST:
            sw_web_add(event, slot->id, sw_strn(text.ptr, (size_t)(line->end - text.ptr)));
            break;
        case WEBLOG_SKIP:
            break;
        case WEBLOG_GUESS:
            add_guess(event, slot, text, (line->shape >> (2 * i) & 3) == WEBLOG_QUOTE, &seen);
            break;
        }
    }
    return seen;
}

/* mm/dd/yyyy:hh:mm:ss -zzzz, as cPanel writes it. */
static int read_us_time(struct sw_str text, int64_t *time, bool *zoned)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    char swapped[32];
    if (text.len < 19 || text.len > 30 || !sw_is_digit(text.ptr[0]) || !sw_is_digit(text.ptr[1]))
        return SW_E_FORMAT;
    unsigned month = (unsigned)(text.ptr[0] - '0') * 10 + (unsigned)(text.ptr[1] - '0');
    if (month < 1 || month > 12)
        return SW_E_FORMAT;
    memcpy(swapped, text.ptr + 3, 3);
    memcpy(swapped + 3, months + (month - 1) * (size_t)3, 3);
    memcpy(swapped + 6, text.ptr + 5, text.len - 5);
    return sw_time_clf(sw_strn(swapped, text.len + 1), time, zoned);
}

/* 2022-06-29 14:06:40 +1000: the zone behind a space, as cPanel's login_log has it. */
static int read_iso_time(struct sw_str text, int64_t *time, bool *zoned)
{
    char closed[32];
    if (text.len != 25 || text.ptr[19] != ' ')
        return sw_time_iso(text, time, zoned);
    memcpy(closed, text.ptr, 19);
    memcpy(closed + 19, text.ptr + 20, 5);
    return sw_time_iso(sw_strn(closed, 24), time, zoned);
}

static int read_time(struct sw_decode *d, struct sw_weblog *log, struct sw_str text, int64_t *time)
{
    bool zoned;
    int32_t offset = d->source->zone_offset;
    int rc = sw_web_clock_read(&log->clock, text, offset, time, &zoned);
    if (rc != 0) {
        rc = text.ptr[4] == '-' ? read_iso_time(text, time, &zoned) : read_us_time(text, time, &zoned);
        if (rc != 0)
            return rc;
        if (!zoned)
            *time -= offset * SW_SECOND;
    }
    if (!zoned)
        sw_decode_note(d, "time without zone");
    return 0;
}

/* --- lines ---------------------------------------------------------------------------------------------- */

/* The class of a log by the name that it has on its server; what a line says itself goes before this. */
static const char *class_by_path(struct sw_str path)
{
    static const struct {
        const char *part;
        const char *cls;
    } known[] = {
        {"nginx", "webserver/nginx"},
        {"apache", "webserver/apache"},
        {"httpd", "webserver/apache"},
        {"localhost_access", "webserver/tomcat"},
        {"tomcat", "webserver/tomcat"},
        {"catalina", "webserver/tomcat"},
        {"atlassian-jira", "webserver/jira"},
        {"conf_access_log", "webserver/confluence"},
        {"litespeed", "webserver/litespeed"},
        {"lsws", "webserver/litespeed"},
        {"lighttpd", "webserver/lighttpd"},
        {"traefik", "webserver/traefik"},
        {"squid", "proxy/squid"},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (sw_str_ifind(path, sw_str(known[i].part)) != SW_NPOS)
            return known[i].cls;
    return "webserver";
}

static sw_class_id class_of(const struct sw_classes *classes, const char *name)
{
    return sw_web_class(classes, name, "webserver");
}

struct sw_weblog *sw_weblog_new(const struct sw_classes *classes)
{
    struct sw_weblog *log = sw_alloc(1, sizeof *log);
    if (log == NULL)
        return NULL;
    (void)sw_web_ids();
    log->confluence = class_of(classes, "webserver/confluence");
    log->squid = sw_web_class(classes, "proxy/squid", "proxy");
    log->jira = class_of(classes, "webserver/jira");
    weblog_plan_tail(&log->tail, 0);
    return log;
}

void sw_weblog_free(struct sw_weblog *log)
{
    sw_free(log);
}

static void set_source(struct sw_decode *d, struct sw_weblog *log)
{
    log->slice = d->slices;
    log->plain = class_of(d->classes, class_by_path(d->source->path));
    log->tail_class = log->tail.cls != NULL ? class_of(d->classes, log->tail.cls) : log->plain;
}

/* [time] and then anything else than a request: known forms only. */
static const char *time_first(struct sw_decode *d, struct sw_weblog *log, const struct weblog_line *cut)
{
    struct weblog_plan *plan = &log->whole;
    if (plan->count == 0 || (cut->shape & plan->mask) != plan->shape) {
        plan->count = 0;
        if (weblog_plan_line(plan, cut->shape))
            log->whole_class = class_of(d->classes, plan->cls);
    }
    if (plan->count > 0) {
        d->event.class_id = log->whole_class;
        (void)add_planned(&d->event, cut, plan);
        return NULL;
    }
    if (!weblog_confluence(&d->event, cut))
        return "unknown order of fields";
    d->event.class_id = log->confluence;
    return NULL;
}

static const char *request_first(struct sw_decode *d, struct sw_weblog *log, const struct weblog_line *cut)
{
    if (cut->shape != log->tail.shape) {
        weblog_plan_tail(&log->tail, cut->shape);
        log->tail_class = log->tail.cls != NULL ? class_of(d->classes, log->tail.cls) : log->plain;
    }
    bool jira = cut->prefix_count == 3 && is_jira_request(cut->prefix[1]);
    d->event.class_id = jira ? log->jira : log->tail_class;
    add_prefix(&d->event, cut);
    d->event.whole = sw_web_add_request(&d->event, cut->request, true);
    if (add_planned(&d->event, cut, &log->tail) & GUESSED_SQUID) {
        d->event.class_id = log->squid;
        d->event.whole = false;
    }
    if (cut->request_cut)
        sw_decode_note(d, "line ends inside the request");
    return NULL;
}

const char *sw_weblog_parse(struct sw_decode *d, struct sw_weblog *log, struct sw_str line)
{
    struct weblog_line cut;
    int64_t time;
    if (log->slice != d->slices || log->plain == SW_CLASS_NONE)
        set_source(d, log);
    const char *wrong = weblog_cut(&cut, line);
    if (wrong == NULL && read_time(d, log, cut.time, &time) != 0)
        wrong = "time of no known form";
    if (wrong == NULL)
        wrong = cut.prefix_count == 0 ? time_first(d, log, &cut) : request_first(d, log, &cut);
    if (wrong == NULL)
        d->event.time = time;
    return wrong;
}

/* --- the decoder ---------------------------------------------------------------------------------------- */

struct state {
    struct sw_weblog *access;
    struct sw_weberror errors;
};

static void state_free(void *arg)
{
    struct state *state = arg;
    sw_weblog_free(state->access);
    sw_free(state);
}

static void *state_new(const struct sw_classes *classes)
{
    struct state *state = sw_alloc(1, sizeof *state);
    if (state == NULL)
        return NULL;
    sw_weberror_init(&state->errors, classes);
    state->access = sw_weblog_new(classes);
    if (state->access == NULL) {
        state_free(state);
        return NULL;
    }
    return state;
}

static int decode_line(struct sw_decode *d, struct sw_str line)
{
    struct state *state = d->state;
    const char *wrong = sw_weblog_parse(d, state->access, line);
    if (wrong == NULL || sw_weberror_parse(d, &state->errors, line))
        return sw_decode_emit(d);
    sw_decode_reject(d, wrong);
    return 0;
}

/* Would a person call this line an access log's? */
static bool fits(struct sw_str text)
{
    struct weblog_line cut;
    if (weblog_cut(&cut, text) != NULL || cut.count == 0)
        return false;
    if (cut.prefix_count > 0) {
        struct sw_str status = cut.tokens[0];
        return !cut.request_cut && (cut.shape & 3) == WEBLOG_WORD && (status.len == 3 || status.len == 1);
    }
    struct weblog_plan plan;
    if (weblog_plan_line(&plan, cut.shape))
        return true;
    struct sw_event scratch;
    sw_event_init(&scratch);
    bool confluence = weblog_confluence(&scratch, &cut);
    sw_event_fini(&scratch);
    return confluence;
}

static int sniff(const struct sw_sniff *s)
{
    unsigned share = sw_sniff_lines(s, 40, fits);
    return share >= 80 ? SW_SURE_YES : share >= 40 ? SW_SURE_LIKELY : share >= 10 ? SW_SURE_MAYBE : SW_SURE_NO;
}

const struct sw_decoder sw_decoder_weblog = {
    .name = "weblog",
    .title = "web server access log (common log format and its relatives)",
    .sniff = sniff,
    .state_new = state_new,
    .state_free = state_free,
    .line = decode_line,
};
