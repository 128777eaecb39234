/*
 * weberror.c - error logs of Apache (2.0 to 2.4), nginx and LiteSpeed, with ModSecurity's lines in them.
 *
 * None of these formats has a zone, and nginx puts names that a client chose (path, Referer) unescaped around its own:
 * of several ", client: " the last before the referrer is taken, and a note tells that there were more.
 */
#include "decode/weberror.h"

#include "base/error.h"
#include "base/mem.h"
#include "decode/scan.h"
#include "decode/weblog.h"

#include <pthread.h>

#define WEBERROR_FIELDS(X) \
    X(level, "level") \
    X(module, "module") \
    X(pid, "pid") \
    X(tid, "tid") \
    X(code, "code") /* AH01618 */ \
    X(os_error, "os-error") \
    X(connection, "connection") \
    X(server, "server") \
    X(subrequest, "subrequest") \
    X(upstream, "upstream") \
    X(login, "login") \
    X(login_ip, "login-ip") \
    X(action, "modsecurity-action") \
    X(rule_file, "modsecurity-file") \
    X(rule_line, "modsecurity-line") \
    X(rule_id, "modsecurity-id") \
    X(rule_message, "modsecurity-msg") \
    X(rule_data, "modsecurity-data") \
    X(rule_severity, "modsecurity-severity") \
    X(rule_version, "modsecurity-ver") \
    X(rule_tag, "modsecurity-tag") \
    X(unique_id, "unique-id")

static struct {
#define WEBERROR_MEMBER(member, name) sw_field_id member;
    WEBERROR_FIELDS(WEBERROR_MEMBER)
#undef WEBERROR_MEMBER
} own;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void start(void)
{
#define WEBERROR_INTERN(member, name) own.member = sw_field_intern(SW_STR(name));
    WEBERROR_FIELDS(WEBERROR_INTERN)
#undef WEBERROR_INTERN
}

void sw_weberror_init(struct sw_weberror *state, const struct sw_classes *classes)
{
    (void)sw_web_ids();
    (void)pthread_once(&once, start);
    *state = (struct sw_weberror){.apache = sw_web_class(classes, "apache/error", "none"),
                                  .nginx = sw_web_class(classes, "nginx/error", "none"),
                                  .litespeed = sw_web_class(classes, "litespeed/error", "none")};
}

/* --- cutting -------------------------------------------------------------------------------------------- */

/* Takes "[text] " off the front. */
static bool take_brackets(struct sw_str *rest, struct sw_str *text)
{
    if (rest->len < 2 || rest->ptr[0] != '[')
        return false;
    size_t close = sw_str_chr(*rest, ']');
    if (close == SW_NPOS)
        return false;
    *text = sw_str_slice(*rest, 1, close);
    *rest = sw_str_from(*rest, close + 1);
    if (rest->len > 0 && rest->ptr[0] == ' ')
        *rest = sw_str_from(*rest, 1);
    return true;
}

/* Position of the last `needle` in s[0..limit), SW_NPOS if there is none. *count tells how many there are. */
static size_t find_last(struct sw_str s, struct sw_str needle, size_t limit, unsigned *count)
{
    size_t last = SW_NPOS;
    size_t at = 0;
    *count = 0;
    for (;;) {
        size_t found = sw_str_find(sw_str_from(s, at), needle);
        if (found == SW_NPOS || at + found >= limit)
            return last;
        last = at + found;
        at = last + needle.len;
        (*count)++;
    }
}

static void set_local_time(struct sw_decode *d, int64_t time)
{
    d->event.time = time - d->source->zone_offset * SW_SECOND;
    sw_decode_note(d, "time without zone");
}

/* --- ModSecurity ---------------------------------------------------------------------------------------- */

struct tag_name {
    const char *name;
    sw_field_id id;
};

/* Where the value of [name "value"] ends: at a quote before a bracket that no backslash escapes. */
static size_t value_end(struct sw_str s, size_t from)
{
    for (size_t at = from; at + 1 < s.len; at++) {
        if (s.ptr[at] == '\\')
            at++;
        else if (s.ptr[at] == '"' && s.ptr[at + 1] == ']')
            return at;
    }
    return SW_NPOS;
}

static void add_tag(struct sw_event *event, struct sw_str name, struct sw_str value)
{
    const struct sw_web_ids *ids = sw_web_ids();
    const struct tag_name names[] = {
        {"file", own.rule_file},   {"line", own.rule_line},      {"id", own.rule_id},
        {"msg", own.rule_message}, {"data", own.rule_data},      {"severity", own.rule_severity},
        {"ver", own.rule_version}, {"tag", own.rule_tag},        {"hostname", ids->host},
        {"uri", ids->stem},        {"unique_id", own.unique_id},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (sw_str_is(name, names[i].name) && value.len > 0)
            sw_event_add_str(event, names[i].id, value);
}

/* "ModSecurity: Access denied with code 403 (phase 2). ... [id "930100"] [msg "..."] ..." */
static void add_modsecurity(struct sw_event *event, struct sw_str message)
{
    size_t found = sw_str_find(message, SW_STR("ModSecurity: "));
    if (found == SW_NPOS)
        return;
    struct sw_str s = sw_str_from(message, found + 13);
    size_t stop = sw_str_find(s, SW_STR(". "));
    if (stop != SW_NPOS && stop < 80)
        sw_event_add_str(event, own.action, sw_str_slice(s, 0, stop));
    size_t at = 0;
    for (;;) {
        size_t open = sw_str_find(sw_str_from(s, at), SW_STR(" ["));
        if (open == SW_NPOS)
            return;
        size_t name = at + open + 2;
        at = name;
        while (at < s.len && at - name < 16 && (sw_is_alpha(s.ptr[at]) || s.ptr[at] == '_'))
            at++;
        if (at == name || !sw_str_starts(sw_str_from(s, at), SW_STR(" \"")))
            continue;
        size_t end = value_end(s, at + 2);
        if (end == SW_NPOS)
            return;
        add_tag(event, sw_str_slice(s, name, at), sw_str_slice(s, at + 2, end));
        at = end + 1;
    }
}

/* --- Apache --------------------------------------------------------------------------------------------- */

/* Thu Sep 30 13:27:06.009964 2021, or 2021-09-30 13:27:06.009964 */
static bool apache_time(struct sw_str text, int64_t *time)
{
    bool known;
    size_t used;
    if (text.len > 4 && text.ptr[3] == ' ')
        return sw_time_rfc3164(sw_str_from(text, 4), 0, time, &known, &used) == 0 && known && used == text.len - 4;
    return sw_time_iso(text, time, &known) == 0;
}

/* "AH01618: user sss not found: /path", "AH01617: user sss: authentication failure for "/path": Password Mismatch" */
static void add_apache_login(struct sw_event *event, struct sw_str message)
{
    const struct sw_web_ids *ids = sw_web_ids();
    size_t at = sw_str_find(message, SW_STR("user "));
    if (at == SW_NPOS || at > 16)
        return;
    struct sw_str rest = sw_str_from(message, at + 5);
    unsigned count;
    size_t missing = find_last(rest, SW_STR(" not found: "), rest.len, &count);
    size_t wrong = find_last(rest, SW_STR(": authentication failure for \""), rest.len, &count);
    if (missing != SW_NPOS) {
        sw_event_add_str(event, ids->username, sw_str_slice(rest, 0, missing));
        (void)sw_web_add_target(event, sw_str_from(rest, missing + 12), false);
    } else if (wrong != SW_NPOS) {
        struct sw_str target = sw_str_from(rest, wrong + 30);
        size_t quote = find_last(target, SW_STR("\":"), target.len, &count);
        sw_event_add_str(event, ids->username, sw_str_slice(rest, 0, wrong));
        (void)sw_web_add_target(event, sw_str_slice(target, 0, quote), false);
    }
}

/* 2.4 writes the port of an IPv6 client behind a colon too, without brackets around the address. */
static void add_apache_client(struct sw_event *event, struct sw_str text, bool has_port)
{
    const struct sw_web_ids *ids = sw_web_ids();
    const char *colon = has_port && text.len > 0 ? memrchr(text.ptr, ':', text.len) : NULL;
    struct sw_str port =
        colon == NULL ? (struct sw_str){NULL, 0} : sw_strn(colon + 1, (size_t)(text.ptr + text.len - colon - 1));
    if (sw_web_number_type(port) != SW_INT) {
        sw_web_add_address(event, ids->c_ip, ids->c_port, text);
        return;
    }
    sw_event_add_str(event, ids->c_ip, sw_strn(text.ptr, (size_t)(colon - text.ptr)));
    sw_web_add_number(event, ids->c_port, port);
}

/* The bracketed parts between the time and the message. */
static struct sw_str add_apache_head(struct sw_event *event, struct sw_str rest, bool has_port)
{
    struct sw_str text;
    bool client = false;
    for (;;) {
        struct sw_str before = rest;
        if (rest.len > 2 && rest.ptr[0] == '(' && !client) { /* (70014)End of file found: [client ...] */
            size_t open = sw_str_find(rest, SW_STR(": [client "));
            if (open == SW_NPOS)
                return rest;
            sw_event_add_str(event, own.os_error, sw_str_slice(rest, 0, open));
            rest = sw_str_from(rest, open + 2);
        }
        if (!take_brackets(&rest, &text))
            return before;
        if (sw_str_starts(text, SW_STR("pid "))) {
            size_t colon = sw_str_chr(text, ':');
            sw_web_add_number(event, own.pid, sw_str_slice(text, 4, colon));
            if (colon != SW_NPOS && sw_str_starts(sw_str_from(text, colon), SW_STR(":tid ")))
                sw_web_add(event, own.tid, sw_str_from(text, colon + 5));
        } else if (sw_str_starts(text, SW_STR("client ")) || sw_str_starts(text, SW_STR("remote "))) {
            if (!client)
                add_apache_client(event, sw_str_from(text, 7), has_port);
            client = true;
        } else {
            return before;
        }
    }
}

static bool apache(struct sw_decode *d, const struct sw_weberror *state, struct sw_str line)
{
    struct sw_str rest = line;
    struct sw_str date;
    struct sw_str level;
    int64_t time;
    if (!take_brackets(&rest, &date) || !take_brackets(&rest, &level) || level.len == 0 || level.len > 40 ||
        !apache_time(date, &time))
        return false;
    struct sw_event *event = &d->event;
    event->class_id = state->apache;
    set_local_time(d, time);
    size_t colon = sw_str_chr(level, ':');
    if (colon != SW_NPOS && colon > 0)
        sw_event_add_str(event, own.module, sw_str_slice(level, 0, colon));
    sw_event_add_str(event, own.level, colon == SW_NPOS ? level : sw_str_from(level, colon + 1));
    struct sw_str message = add_apache_head(event, rest, colon != SW_NPOS);
    unsigned count;
    size_t referer = find_last(message, SW_STR(", referer: "), message.len, &count);
    if (referer != SW_NPOS) {
        sw_event_add_str(event, sw_web_ids()->referer, sw_str_from(message, referer + 11));
        message = sw_str_slice(message, 0, referer);
    }
    if (message.len > 8 && message.ptr[0] == 'A' && message.ptr[1] == 'H' && message.ptr[7] == ':')
        sw_event_add_str(event, own.code, sw_str_slice(message, 0, 7));
    sw_event_add_str(event, SW_FIELD_MESSAGE, message);
    add_apache_login(event, message);
    add_modsecurity(event, message);
    return true;
}

/* --- nginx ---------------------------------------------------------------------------------------------- */

/* 2021/12/01 13:53:33 */
static bool slash_date(struct sw_str line)
{
    return line.len > 24 && line.ptr[4] == '/' && line.ptr[7] == '/' && line.ptr[10] == ' ' && line.ptr[13] == ':' &&
           line.ptr[19] == ' ' && line.ptr[20] == '[';
}

/* ", name: value" pairs after the message; values in quotes or up to the next comma. */
static void add_nginx_context(struct sw_event *event, struct sw_str rest)
{
    const struct sw_web_ids *ids = sw_web_ids();
    while (sw_str_starts(rest, SW_STR(", "))) {
        size_t colon = sw_str_find(rest, SW_STR(": "));
        if (colon == SW_NPOS || colon > 24)
            return;
        struct sw_str name = sw_str_slice(rest, 2, colon);
        struct sw_str value = sw_str_from(rest, colon + 2);
        size_t end;
        bool quoted = value.len > 0 && value.ptr[0] == '"';
        if (quoted) {
            value = sw_str_from(value, 1);
            end = sw_str_find(value, SW_STR("\", "));
            if (end == SW_NPOS)
                end = value.len > 0 && value.ptr[value.len - 1] == '"' ? value.len - 1 : value.len;
        } else {
            end = sw_str_find(value, SW_STR(", "));
            if (end == SW_NPOS)
                end = value.len;
        }
        rest = sw_str_from(value, end + quoted);
        value = sw_str_slice(value, 0, end);
        if (sw_str_is(name, "client"))
            sw_web_add_address(event, ids->c_ip, ids->c_port, sw_str_slice(value, 0, sw_str_chr(value, ' ')));
        else if (sw_str_is(name, "request"))
            (void)sw_web_add_request(event, value, false);
        else if (sw_str_is(name, "host"))
            sw_web_add_address(event, ids->host, ids->server_port, value);
        else if (sw_str_is(name, "referrer"))
            sw_event_add_str(event, ids->referer, value);
        else if (sw_str_is(name, "server"))
            sw_event_add_str(event, own.server, value);
        else if (sw_str_is(name, "upstream"))
            sw_event_add_str(event, own.upstream, value);
        else if (sw_str_is(name, "subrequest"))
            sw_event_add_str(event, own.subrequest, value);
        else if (sw_str_is(name, "login"))
            sw_event_add_str(event, own.login, value);
        else
            sw_event_add_str(event, ids->extra, sw_str_trim(value));
    }
}

/* "client 192.0.2.1:53044 connected to 0.0.0.0:25", from nginx as a mail proxy. */
static void add_mail_client(struct sw_event *event, struct sw_str message)
{
    if (!sw_str_starts(message, SW_STR("client ")))
        return;
    struct sw_str address = sw_str_from(message, 7);
    address = sw_str_slice(address, 0, sw_str_chr(address, ' '));
    if (sw_web_is_address(address))
        sw_web_add_address(event, sw_web_ids()->c_ip, sw_web_ids()->c_port, address);
}

static bool nginx(struct sw_decode *d, const struct sw_weberror *state, struct sw_str line)
{
    bool zoned;
    int64_t time;
    struct sw_str level;
    struct sw_str rest = sw_str_from(line, 20);
    if (sw_time_iso(sw_str_slice(line, 0, 19), &time, &zoned) != 0 || !take_brackets(&rest, &level))
        return false;
    size_t hash = sw_str_chr(rest, '#');
    size_t colon = sw_str_find(rest, SW_STR(": "));
    if (hash == SW_NPOS || colon == SW_NPOS || hash > colon || colon > 40)
        return false;
    struct sw_event *event = &d->event;
    event->class_id = state->nginx;
    set_local_time(d, time);
    sw_event_add_str(event, own.level, level);
    sw_web_add_number(event, own.pid, sw_str_slice(rest, 0, hash));
    sw_web_add_number(event, own.tid, sw_str_slice(rest, hash + 1, colon));
    rest = sw_str_from(rest, colon + 2);
    size_t space = sw_str_chr(rest, ' ');
    if (rest.len > 2 && rest.ptr[0] == '*' && space != SW_NPOS) {
        sw_web_add_number(event, own.connection, sw_str_slice(rest, 1, space));
        rest = sw_str_from(rest, space + 1);
    }
    size_t referrer = sw_str_find(rest, SW_STR(", referrer: \""));
    unsigned count;
    size_t client = find_last(rest, SW_STR(", client: "), referrer, &count);
    if (client == SW_NPOS)
        client = find_last(rest, SW_STR(", client: "), rest.len, &count);
    if (count > 1)
        sw_decode_note(d, "more than one client in the line");
    struct sw_str message = sw_str_slice(rest, 0, client);
    sw_event_add_str(event, SW_FIELD_MESSAGE, message);
    if (client != SW_NPOS)
        add_nginx_context(event, sw_str_from(rest, client));
    else
        add_mail_client(event, message);
    add_modsecurity(event, message);
    return true;
}

/* --- LiteSpeed ------------------------------------------------------------------------------------------ */

/* "User 'bob' failed to authenticate.", "Failed Login Attempt - username:bob ip:192.0.2.1 url:" */
static void add_litespeed_login(struct sw_event *event, struct sw_str message)
{
    unsigned count;
    size_t end = find_last(message, SW_STR("' failed to authenticate"), message.len, &count);
    if (sw_str_starts(message, SW_STR("User '")) && end != SW_NPOS) {
        sw_event_add_str(event, sw_web_ids()->username, sw_str_slice(message, 6, end));
        return;
    }
    size_t name = sw_str_find(message, SW_STR("Failed Login Attempt - username:"));
    size_t ip = find_last(message, SW_STR(" ip:"), message.len, &count);
    if (name == SW_NPOS || ip == SW_NPOS || ip < name + 32)
        return;
    sw_event_add_str(event, sw_web_ids()->username, sw_str_slice(message, name + 32, ip));
    struct sw_str address = sw_str_from(message, ip + 4);
    sw_event_add_str(event, own.login_ip, sw_str_slice(address, 0, sw_str_chr(address, ' ')));
}

/* 2022-06-08 22:49:20.774649 [NOTICE] [1226033] [192.0.2.1:45164:HTTP2-41#vhost] message */
static bool litespeed(struct sw_decode *d, const struct sw_weberror *state, struct sw_str line)
{
    bool zoned;
    int64_t time;
    size_t used;
    struct sw_str level;
    struct sw_str pid;
    struct sw_str peer;
    if (sw_time_iso_prefix(line, &time, &zoned, &used) != 0 || zoned || used + 1 >= line.len)
        return false;
    struct sw_str rest = sw_str_from(line, used + 1);
    if (!take_brackets(&rest, &level) || !take_brackets(&rest, &pid) || sw_web_number_type(pid) != SW_INT ||
        level.len > 16)
        return false;
    struct sw_event *event = &d->event;
    event->class_id = state->litespeed;
    set_local_time(d, time);
    sw_event_add_str(event, own.level, level);
    sw_web_add_number(event, own.pid, pid);
    struct sw_str before = rest;
    if (take_brackets(&rest, &peer)) {
        size_t vhost = sw_str_chr(peer, '#');
        size_t colon = sw_str_chr(peer, ':');
        const struct sw_web_ids *ids = sw_web_ids();
        if (vhost != SW_NPOS && colon != SW_NPOS && colon < vhost) {
            size_t end = colon + 1;
            while (end < peer.len && sw_is_digit(peer.ptr[end]))
                end++;
            sw_web_add_address(event, ids->c_ip, ids->c_port, sw_str_slice(peer, 0, end));
            sw_event_add_str(event, ids->host, sw_str_from(peer, vhost + 1));
        } else {
            rest = before;
        }
    }
    sw_event_add_str(event, SW_FIELD_MESSAGE, rest);
    add_litespeed_login(event, rest);
    return true;
}

/* --- the decoder ---------------------------------------------------------------------------------------- */

bool sw_weberror_looks(struct sw_str line)
{
    if (line.len < 25)
        return false;
    if (line.ptr[0] == '[')
        return (sw_is_alpha(line.ptr[1]) && line.ptr[4] == ' ' && line.ptr[8] == ' ') ||
               (line.ptr[5] == '-' && line.ptr[11] == ' ');
    return slash_date(line) || (line.ptr[4] == '-' && line.ptr[7] == '-' && line.ptr[10] == ' ' && line.ptr[13] == ':');
}

bool sw_weberror_parse(struct sw_decode *d, const struct sw_weberror *state, struct sw_str line)
{
    if (!sw_weberror_looks(line))
        return false;
    if (line.ptr[0] == '[')
        return apache(d, state, line);
    return slash_date(line) ? nginx(d, state, line) : litespeed(d, state, line);
}

struct state {
    struct sw_weberror errors;
    struct sw_weblog *access; /* access logs that share the file */
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

/* What a library or a script wrote to standard error stands among the lines as it is. */
static int decode_line(struct sw_decode *d, struct sw_str line)
{
    struct state *state = d->state;
    if (sw_weberror_parse(d, &state->errors, line) || sw_weblog_parse(d, state->access, line) == NULL)
        return sw_decode_emit(d);
    if (memchr(line.ptr, '\0', line.len) != NULL) {
        sw_decode_reject(d, "binary data");
        return 0;
    }
    bool nginx_file = sw_str_ifind(d->source->path, SW_STR("nginx")) != SW_NPOS;
    d->event.class_id = nginx_file ? state->errors.nginx : state->errors.apache;
    sw_event_add_str(&d->event, SW_FIELD_MESSAGE, line);
    sw_decode_note(d, "line without time");
    return sw_decode_emit(d);
}

static bool fits(struct sw_str line)
{
    if (!sw_weberror_looks(line))
        return false;
    struct sw_str rest = line;
    struct sw_str text;
    if (line.ptr[0] == '[') {
        int64_t time;
        return take_brackets(&rest, &text) && apache_time(text, &time) && take_brackets(&rest, &text) &&
               text.len < 40 && text.len > 2;
    }
    rest = sw_str_from(line, slash_date(line) ? 20 : 19);
    if (!slash_date(line) && rest.len > 0 && rest.ptr[0] == '.')
        rest = sw_str_from(rest, 1 + (size_t)(sw_scan_chr(rest.ptr, rest.ptr + rest.len, ' ') - rest.ptr));
    if (!take_brackets(&rest, &text) || text.len < 4 || text.len > 8)
        return false;
    return slash_date(line) ? sw_str_chr(rest, '#') < 12
                            : take_brackets(&rest, &text) && sw_web_number_type(text) == SW_INT;
}

static int sniff(const struct sw_sniff *s)
{
    unsigned share = sw_sniff_lines(s, 40, fits);
    return share >= 80 ? SW_SURE_YES : share >= 40 ? SW_SURE_LIKELY : share >= 10 ? SW_SURE_MAYBE : SW_SURE_NO;
}

const struct sw_decoder sw_decoder_weberror = {
    .name = "weberror",
    .title = "error logs of Apache, nginx and LiteSpeed, with ModSecurity",
    .sniff = sniff,
    .state_new = state_new,
    .state_free = state_free,
    .line = decode_line,
};
