/*
 * haproxy.c - HAProxy's default HTTP, HTTPS and TCP log formats and its connection errors, with or without a syslog
 * header.
 *
 * Formats: HAProxy's configuration manual, section 8.2. Custom formats are not read unless they go in the same order.
 * Captured headers have no names in the log: what can be told by its form (a user agent, a host, addresses) gets a name
 * as well.
 */
#include "decode/haproxy.h"

#include "base/error.h"
#include "base/mem.h"
#include "decode/scan.h"

#include <pthread.h>

#define HAPROXY_FIELDS(X) \
    X(frontend, "frontend") \
    X(backend, "backend") \
    X(server, "server") \
    X(time_request, "time-request") \
    X(time_queue, "time-queue") \
    X(time_connect, "time-connect") \
    X(time_response, "time-response") \
    X(request_cookie, "captured-request-cookie") \
    X(response_cookie, "captured-response-cookie") \
    X(termination, "termination-state") \
    X(active, "connections-active") \
    X(front, "connections-frontend") \
    X(back, "connections-backend") \
    X(served, "connections-server") \
    X(retries, "retries") \
    X(server_queue, "queue-server") \
    X(backend_queue, "queue-backend") \
    X(request_header, "captured-request-header") \
    X(response_header, "captured-response-header") \
    X(tls, "tls-status") \
    X(tls_session, "tls-session") \
    X(listener, "listener") /* name of the bind line on which a connection failed */ \
    X(error, "error")

static struct {
#define HAPROXY_MEMBER(member, name) sw_field_id member;
    HAPROXY_FIELDS(HAPROXY_MEMBER)
#undef HAPROXY_MEMBER
} own;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void start(void)
{
#define HAPROXY_INTERN(member, name) own.member = sw_field_intern(SW_STR(name));
    HAPROXY_FIELDS(HAPROXY_INTERN)
#undef HAPROXY_INTERN
}

/* A line, cut up. Absent parts have no pointer. */
struct cut {
    struct sw_str client;
    struct sw_str date;
    struct sw_str frontend;
    struct sw_str server; /* backend/server */
    struct sw_str timers;
    struct sw_str status;
    struct sw_str bytes;
    struct sw_str cookies[2];
    struct sw_str termination;
    struct sw_str connections;
    struct sw_str queues;
    struct sw_str headers[2];
    struct sw_str request;
    struct sw_str tls[2];
    struct sw_str error;
};

/* --- cutting -------------------------------------------------------------------------------------------- */

static bool take_word(struct sw_str *rest, struct sw_str *word)
{
    const char *end = rest->ptr + rest->len;
    const char *space = sw_scan_chr(rest->ptr, end, ' ');
    *word = sw_strn(rest->ptr, (size_t)(space - rest->ptr));
    *rest = space < end ? sw_strn(space + 1, (size_t)(end - space - 1)) : sw_strn(end, 0);
    return word->len > 0;
}

static unsigned slashes(struct sw_str text)
{
    unsigned count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += text.ptr[i] == '/';
    return count;
}

/* Numbers and slashes only; "-1" and "+1" occur among them. */
static bool is_counters(struct sw_str text, unsigned parts)
{
    for (size_t i = 0; i < text.len; i++)
        if (!sw_is_digit(text.ptr[i]) && text.ptr[i] != '/' && text.ptr[i] != '-' && text.ptr[i] != '+')
            return false;
    return text.len > 0 && slashes(text) == parts - 1;
}

/* {a|b}, HAProxy writes braces inside as #7B and #7D. */
static void take_braces(struct sw_str *rest, struct sw_str *inside)
{
    if (rest->len < 2 || rest->ptr[0] != '{')
        return;
    size_t close = sw_str_chr(*rest, '}');
    if (close == SW_NPOS)
        return;
    *inside = sw_str_slice(*rest, 1, close);
    *rest = sw_str_from(*rest, close + 1);
    if (rest->len > 0 && rest->ptr[0] == ' ')
        *rest = sw_str_from(*rest, 1);
}

/* The end of the line: headers, the request, and what the HTTPS format has after it. */
static bool cut_request(struct cut *cut, struct sw_str rest)
{
    take_braces(&rest, &cut->headers[0]);
    take_braces(&rest, &cut->headers[1]);
    if (rest.len == 0 || rest.ptr[0] != '"')
        return false;
    /* A quote inside is written as #22. The line may be cut before the closing one. */
    size_t close = sw_str_chr(sw_str_from(rest, 1), '"');
    cut->request = close == SW_NPOS ? sw_str_from(rest, 1) : sw_str_slice(rest, 1, close + 1);
    rest = close == SW_NPOS ? sw_strn(rest.ptr, 0) : sw_str_trim(sw_str_from(rest, close + 2));
    if (rest.len > 0 && take_word(&rest, &cut->tls[0]) && rest.len > 0)
        cut->tls[1] = rest;
    return true;
}

static bool cut_traffic(struct cut *cut, struct sw_str rest)
{
    if (!take_word(&rest, &cut->server) || sw_str_chr(cut->server, '/') == SW_NPOS || !take_word(&rest, &cut->timers))
        return false;
    bool http = is_counters(cut->timers, 5);
    if (!http && !is_counters(cut->timers, 3))
        return false;
    if (http && !take_word(&rest, &cut->status))
        return false;
    if (!take_word(&rest, &cut->bytes))
        return false;
    if (http && (!take_word(&rest, &cut->cookies[0]) || !take_word(&rest, &cut->cookies[1])))
        return false;
    if (!take_word(&rest, &cut->termination) || !take_word(&rest, &cut->connections) ||
        !is_counters(cut->connections, 5) || !take_word(&rest, &cut->queues) || !is_counters(cut->queues, 2))
        return false;
    return !http || cut_request(cut, rest);
}

static bool cut_line(struct cut *cut, struct sw_str message)
{
    struct sw_str rest = message;
    *cut = (struct cut){.client = {NULL, 0}};
    if (!take_word(&rest, &cut->client) || sw_str_chr(cut->client, ':') == SW_NPOS || rest.len < 22 ||
        rest.ptr[0] != '[')
        return false;
    size_t close = sw_str_chr(rest, ']');
    if (close == SW_NPOS || close < 21 || close > 40 || !sw_is_digit(rest.ptr[1]) || rest.ptr[3] != '/')
        return false;
    cut->date = sw_str_slice(rest, 1, close);
    rest = sw_str_from(rest, close + 1);
    if (rest.len < 2 || rest.ptr[0] != ' ')
        return false;
    rest = sw_str_from(rest, 1);
    if (!take_word(&rest, &cut->frontend))
        return false;
    if (cut->frontend.ptr[cut->frontend.len - 1] == ':') { /* frontend/bind: what went wrong */
        cut->frontend.len--;
        cut->error = rest;
        return rest.len > 0;
    }
    return cut_traffic(cut, rest);
}

/* --- fields --------------------------------------------------------------------------------------------- */

static void add_parts(struct sw_event *event, struct sw_str text, const sw_field_id *ids, size_t count)
{
    struct sw_str part;
    for (size_t i = 0; i < count && sw_str_next(&text, '/', &part); i++)
        sw_web_add_number(event, ids[i], part);
}

static bool is_agent(struct sw_str text)
{
    static const struct sw_str starts[] = {
        SW_STR_INIT("Mozilla/"),        SW_STR_INIT("curl/"),  SW_STR_INIT("python-"), SW_STR_INIT("Wget/"),
        SW_STR_INIT("Go-http-client/"), SW_STR_INIT("Opera/"), SW_STR_INIT("Java/")};
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++)
        if (sw_str_starts(text, starts[i]))
            return true;
    return false;
}

static bool is_host(struct sw_str text)
{
    bool dot = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        dot = dot || c == '.';
        if (!sw_is_alpha(c) && !sw_is_digit(c) && c != '.' && c != '-' && c != ':')
            return false;
    }
    return dot && text.len < 256;
}

/* Captured headers have no names: those that can be told get one too. */
static void add_headers(struct sw_event *event, struct sw_str list, sw_field_id id)
{
    const struct sw_web_ids *ids = sw_web_ids();
    struct sw_str text;
    while (list.ptr != NULL && sw_str_next(&list, '|', &text)) {
        if (text.len == 0)
            continue;
        sw_event_add_str(event, id, text);
        if (id != own.request_header)
            continue;
        size_t comma = sw_str_chr(text, ',');
        if (sw_web_is_address(comma == SW_NPOS ? text : sw_str_slice(text, 0, comma)))
            sw_event_add_str(event, ids->forwarded, text);
        else if (is_agent(text))
            sw_event_add_str(event, ids->agent, text);
        else if (is_host(text))
            sw_event_add_str(event, ids->host, text);
        else if (sw_str_starts(text, SW_STR("http://")) || sw_str_starts(text, SW_STR("https://")))
            sw_event_add_str(event, ids->referer, text);
    }
}

static void add_fields(struct sw_event *event, const struct cut *cut)
{
    const struct sw_web_ids *ids = sw_web_ids();
    sw_web_add_address(event, ids->c_ip, ids->c_port, cut->client);
    if (cut->error.ptr != NULL) {
        size_t bind = sw_str_chr(cut->frontend, '/');
        sw_event_add_str(event, own.frontend, sw_str_slice(cut->frontend, 0, bind));
        if (bind != SW_NPOS)
            sw_event_add_str(event, own.listener, sw_str_from(cut->frontend, bind + 1));
        sw_event_add_str(event, own.error, cut->error);
        return;
    }
    sw_event_add_str(event, own.frontend, cut->frontend);
    size_t slash = sw_str_chr(cut->server, '/');
    sw_event_add_str(event, own.backend, sw_str_slice(cut->server, 0, slash));
    sw_event_add_str(event, own.server, sw_str_from(cut->server, slash + 1));
    const sw_field_id http_timers[] = {own.time_request, own.time_queue, own.time_connect, own.time_response,
                                       ids->time_taken};
    const sw_field_id tcp_timers[] = {own.time_queue, own.time_connect, ids->time_taken};
    bool http = cut->status.ptr != NULL;
    add_parts(event, cut->timers, http ? http_timers : tcp_timers, http ? 5 : 3);
    if (http)
        sw_web_add_number(event, ids->status, cut->status);
    sw_web_add_number(event, ids->bytes, cut->bytes.ptr[0] == '+' ? sw_str_from(cut->bytes, 1) : cut->bytes);
    if (http) {
        sw_web_add(event, own.request_cookie, cut->cookies[0]);
        sw_web_add(event, own.response_cookie, cut->cookies[1]);
    }
    sw_event_add_str(event, own.termination, cut->termination);
    const sw_field_id connections[] = {own.active, own.front, own.back, own.served, own.retries};
    add_parts(event, cut->connections, connections, 5);
    const sw_field_id queues[] = {own.server_queue, own.backend_queue};
    add_parts(event, cut->queues, queues, 2);
    add_headers(event, cut->headers[0], own.request_header);
    add_headers(event, cut->headers[1], own.response_header);
    if (http)
        (void)sw_web_add_request(event, cut->request, true);
    if (cut->tls[0].ptr != NULL)
        sw_event_add_str(event, own.tls, cut->tls[0]);
    if (cut->tls[1].ptr != NULL)
        sw_event_add_str(event, own.tls_session, cut->tls[1]);
}

/* 06/May/2024:07:08:09.123, local to the proxy, or with a zone. */
static bool read_date(struct sw_decode *d, struct sw_haproxy *state, struct sw_str text, int64_t *time)
{
    bool zoned;
    int64_t fraction = 0;
    if (text.len == 24 && text.ptr[20] == '.' && sw_is_digit(text.ptr[21]) && sw_is_digit(text.ptr[22]) &&
        sw_is_digit(text.ptr[23])) {
        fraction = ((text.ptr[21] - '0') * 100 + (text.ptr[22] - '0') * 10 + (text.ptr[23] - '0')) * 1000000ll;
        text.len = 20;
    }
    if (sw_web_clock_read(&state->clock, text, d->source->zone_offset, time, &zoned) != 0)
        return false;
    *time += fraction;
    if (!zoned)
        sw_decode_note(d, "time without zone");
    return true;
}

void sw_haproxy_init(struct sw_haproxy *state, const struct sw_classes *classes)
{
    (void)sw_web_ids();
    (void)pthread_once(&once, start);
    *state = (struct sw_haproxy){.class_id = sw_web_class(classes, "webserver/haproxy", "webserver")};
}

bool sw_haproxy_parse(struct sw_decode *d, struct sw_haproxy *state, struct sw_str message)
{
    struct cut cut;
    int64_t time;
    if (!cut_line(&cut, message) || !read_date(d, state, cut.date, &time))
        return false;
    d->event.time = time;
    d->event.class_id = state->class_id;
    add_fields(&d->event, &cut);
    return true;
}

/* --- the decoder ---------------------------------------------------------------------------------------- */

/* What follows a syslog header: after the first "]: " or "haproxy: ". The whole text where there is none. */
static struct sw_str without_header(struct sw_str text)
{
    struct sw_str head = sw_str_slice(text, 0, 200);
    size_t at = sw_str_find(head, SW_STR("]: "));
    if (at != SW_NPOS)
        return sw_str_from(text, at + 3);
    at = sw_str_find(head, SW_STR("haproxy: "));
    return at == SW_NPOS ? text : sw_str_from(text, at + 9);
}

static int decode_line(struct sw_decode *d, struct sw_str text)
{
    struct sw_haproxy *state = d->state;
    if (sw_haproxy_parse(d, state, text) || sw_haproxy_parse(d, state, without_header(text)))
        return sw_decode_emit(d);
    sw_decode_reject(d, "no HAProxy format");
    return 0;
}

static bool fits(struct sw_str text)
{
    struct cut cut;
    return cut_line(&cut, text);
}

static bool fits_behind_header(struct sw_str text)
{
    struct cut cut;
    return cut_line(&cut, without_header(text));
}

/* Behind syslog headers the syslog decoder is the surer one: it reads the other programs' lines too. */
static int sniff(const struct sw_sniff *s)
{
    unsigned share = sw_sniff_lines(s, 40, fits);
    if (share >= 40)
        return share >= 80 ? SW_SURE_YES : SW_SURE_LIKELY;
    return sw_sniff_lines(s, 40, fits_behind_header) >= 80 ? SW_SURE_LIKELY : SW_SURE_NO;
}

static void *state_new(const struct sw_classes *classes)
{
    struct sw_haproxy *state = sw_alloc(1, sizeof *state);
    if (state != NULL)
        sw_haproxy_init(state, classes);
    return state;
}

const struct sw_decoder sw_decoder_haproxy = {
    .name = "haproxy",
    .title = "HAProxy (HTTP, HTTPS and TCP formats, connection errors)",
    .sniff = sniff,
    .state_new = state_new,
    .state_free = sw_free,
    .line = decode_line,
};
