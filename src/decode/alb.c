/*
 * alb.c - access logs of AWS load balancers (Application, Classic, Network with TLS) and of S3 buckets.
 *
 * Columns by their order, after AWS's documentation ("Access logs for your Application Load Balancer", "... Classic
 * ...",
 * "... Network ...", "Amazon S3 server access log format"). Columns that AWS adds at the end later are `extra`.
 */
#include "base/error.h"
#include "base/mem.h"
#include "decode/scan.h"
#include "decode/web.h"

#include <pthread.h>

enum { COLUMNS = 48 };

/* A leading sign tells what a value is: '@' an address with a port under two names (before and after the ':' here), '#'
 * a number, '"' the request, '~' the time. */
static const char alb_names[] =
    "type ~time elb @c-ip:c-port @target-ip:target-port #request-processing-time #target-processing-time "
    "#response-processing-time #sc-status #target-status #cs-bytes #sc-bytes \"request cs-user-agent ssl-cipher "
    "ssl-protocol "
    "target-group-arn trace-id ssl-domain chosen-cert-arn matched-rule-priority request-creation-time actions-executed "
    "redirect-url error-reason target-list target-status-list classification classification-reason conn-trace-id "
    "transformed-host transformed-uri request-transform-status";
static const char elb_names[] =
    "~time elb @c-ip:c-port @target-ip:target-port #request-processing-time #target-processing-time "
    "#response-processing-time #sc-status #target-status #cs-bytes #sc-bytes \"request cs-user-agent ssl-cipher "
    "ssl-protocol";
static const char nlb_names[] = "type version ~time elb listener @c-ip:c-port @target-ip:target-port #time-taken "
                                "#tls-handshake-time #cs-bytes #sc-bytes "
                                "incoming-tls-alert chosen-cert-arn chosen-cert-serial ssl-cipher ssl-protocol "
                                "tls-named-group cs-host alpn-fe-protocol "
                                "alpn-be-protocol alpn-client-preference-list request-creation-time";
static const char s3_names[] = "bucket-owner bucket ~time @c-ip:c-port cs-username request-id operation key \"request "
                               "#sc-status error-code #sc-bytes "
                               "#object-size #time-taken #turn-around-time cs-referer cs-user-agent version-id host-id "
                               "signature-version ssl-cipher "
                               "authentication-type cs-host ssl-protocol access-point-arn acl-required";

struct column {
    char sign;
    sw_field_id id;
    sw_field_id port;
};

enum { ALB, ELB, NLB, S3, FORMS };
static struct {
    const char *names;
    const char *cls;
    const char *general;
    unsigned count;
    struct column columns[COLUMNS];
} forms[FORMS] = {
    [ALB] = {.names = alb_names, .cls = "webserver/alb", .general = "webserver"},
    [ELB] = {.names = elb_names, .cls = "webserver/alb", .general = "webserver"},
    [NLB] = {.names = nlb_names, .cls = "aws/nlb", .general = "none"},
    [S3] = {.names = s3_names, .cls = "webserver/s3", .general = "webserver"},
};
static pthread_once_t once = PTHREAD_ONCE_INIT;

struct state {
    struct sw_web_clock iso;
    struct sw_web_clock clf;
    sw_class_id classes[FORMS];
};

static void start(void)
{
    (void)sw_web_ids();
    for (unsigned form = 0; form < FORMS; form++) {
        struct sw_str rest = sw_str(forms[form].names);
        struct sw_str name;
        while (sw_str_next(&rest, ' ', &name)) {
            struct column *column = &forms[form].columns[forms[form].count++];
            if (!sw_is_alpha(name.ptr[0])) {
                column->sign = name.ptr[0];
                name = sw_str_from(name, 1);
            }
            size_t colon = sw_str_chr(name, ':');
            column->id = sw_field_intern(sw_str_slice(name, 0, colon));
            if (colon != SW_NPOS)
                column->port = sw_field_intern(sw_str_from(name, colon + 1));
        }
    }
}

/* --- cutting -------------------------------------------------------------------------------------------- */

/* Where a quoted value ends: at the first quote that a space or the end follows. ALB writes a quote inside as \x22, S3
 * lets it through in keys and user agents. */
static const char *quote_end(const char *at, const char *end)
{
    const char *quote = sw_scan_chr(at, end, '"');
    while (quote < end && quote + 1 < end && quote[1] != ' ')
        quote = sw_scan_chr(quote + 1, end, '"');
    return quote;
}

/* Cuts up to `most` values; returns how many there are, or 0 for more. */
static unsigned cut(struct sw_str line, struct sw_str *values, unsigned most)
{
    const char *at = line.ptr;
    const char *end = at + line.len;
    unsigned count = 0;
    while (at < end) {
        if (count == most)
            return 0;
        char opening = *at;
        const char *start = at + (opening == '"' || opening == '[');
        const char *stop = opening == '"'   ? quote_end(start, end)
                           : opening == '[' ? sw_scan_chr(start, end, ']')
                                            : sw_scan_chr(start, end, ' ');
        values[count++] = sw_strn(start, (size_t)(stop - start));
        at = sw_scan_chr(stop, end, ' ');
        at += at < end;
    }
    return count;
}

static bool is_iso(struct sw_str text)
{
    return text.len >= 19 && text.ptr[4] == '-' && text.ptr[10] == 'T' && text.ptr[13] == ':';
}

/* "192.0.2.1:2817" or "[2001:db8::1]:2817", and no "sshd[812]:" or "11/24/2026:12:00:00" of a syslog line that begins with such a
 * time too. */
static bool is_endpoint(struct sw_str text)
{
    size_t digits = 0;
    while (digits < text.len && sw_is_digit(text.ptr[text.len - 1 - digits]))
        digits++;
    if (digits == 0 || digits > 5 || digits + 1 >= text.len || text.ptr[text.len - 1 - digits] != ':')
        return false;
    for (size_t i = 0; i < text.len - digits - 1; i++)
        if (sw_hex_digit(text.ptr[i]) < 0 && memchr(".:[]", text.ptr[i], 4) == NULL)
            return false;
    return true;
}

/* Which form a line has, FORMS for none. */
static unsigned form_of(const struct sw_str *v, unsigned count)
{
    static const char *const types[] = {"http", "https", "h2", "grpcs", "ws", "wss"};
    if (count >= 12 && is_iso(v[0]) && is_endpoint(v[2]))
        return ELB;
    if (count >= 16 && is_iso(v[2]) && sw_str_is(v[0], "tls"))
        return NLB;
    if (count >= 17 && is_iso(v[1])) {
        for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
            if (sw_str_is(v[0], types[i]))
                return ALB;
    }
    if (count >= 16 && v[2].len == 26 && v[2].ptr[2] == '/' && (v[0].len == 64 || sw_str_is(v[0], "-")) && v[6].len > 4)
        return S3;
    return FORMS;
}

/* --- the decoder ---------------------------------------------------------------------------------------- */

static int read_time(struct state *state, struct sw_str text, int64_t *time)
{
    bool zoned;
    return is_iso(text) ? sw_web_clock_iso(&state->iso, text, 0, time, &zoned)
                        : sw_web_clock_read(&state->clf, text, 0, time, &zoned);
}

static void add(struct sw_event *event, const struct column *column, struct sw_str value)
{
    switch (column->sign) {
    case '~':
        break;
    case '@':
        sw_web_add_address(event, column->id, column->port, value);
        break;
    case '#':
        sw_web_add_number(event, column->id, value);
        break;
    case '"':
        (void)sw_web_add_request(event, value, true);
        break;
    default:
        sw_web_add(event, column->id, value);
    }
}

static int decode_line(struct sw_decode *d, struct sw_str line)
{
    struct state *state = d->state;
    struct sw_str values[COLUMNS];
    unsigned count = cut(line, values, COLUMNS);
    unsigned form = form_of(values, count);
    if (form == FORMS) {
        sw_decode_reject(d, "no form of AWS access logs");
        return 0;
    }
    unsigned at = form == ELB ? 0 : form == ALB ? 1 : 2;
    if (read_time(state, values[at], &d->event.time) != 0) {
        sw_decode_reject(d, "time of no known form");
        return 0;
    }
    d->event.class_id = state->classes[form];
    for (unsigned i = 0; i < count; i++) {
        if (i < forms[form].count)
            add(&d->event, &forms[form].columns[i], values[i]);
        else
            sw_web_add(&d->event, sw_web_ids()->extra, values[i]);
    }
    return sw_decode_emit(d);
}

static bool fits(struct sw_str line)
{
    struct sw_str values[COLUMNS];
    return form_of(values, cut(line, values, COLUMNS)) != FORMS;
}

static int sniff(const struct sw_sniff *s)
{
    unsigned share = sw_sniff_lines(s, 20, fits);
    return share >= 80 ? SW_SURE_YES + 2 : share >= 40 ? SW_SURE_LIKELY : SW_SURE_NO;
}

static void *state_new(const struct sw_classes *classes)
{
    (void)pthread_once(&once, start);
    struct state *state = sw_alloc(1, sizeof *state);
    if (state == NULL)
        return NULL;
    for (unsigned i = 0; i < FORMS; i++)
        state->classes[i] = sw_web_class(classes, forms[i].cls, forms[i].general);
    return state;
}

const struct sw_decoder sw_decoder_alb = {
    .name = "alb",
    .title = "AWS load balancers (ALB, Classic, NLB) and S3 access logs",
    .sniff = sniff,
    .state_new = state_new,
    .state_free = sw_free,
    .line = decode_line,
};
