/* web.c - field names, requests, addresses and times of web logs. Knows no log's layout: those are in the decoders. */
#include "decode/web.h"

#include "base/error.h"
#include "decode/scan.h"

#include <pthread.h>

static struct sw_web_ids ids;
static pthread_once_t ids_once = PTHREAD_ONCE_INIT;

static void intern_ids(void)
{
#define SW_WEB_INTERN(member, name) ids.member = sw_field_intern(SW_STR(name));
    SW_WEB_FIELDS(SW_WEB_INTERN)
#undef SW_WEB_INTERN
}

const struct sw_web_ids *sw_web_ids(void)
{
    (void)pthread_once(&ids_once, intern_ids);
    return &ids;
}

/* --- numbers -------------------------------------------------------------------------------------------- */

enum sw_type sw_web_number_type(struct sw_str text)
{
    if (text.len == 1 && text.ptr[0] == '-')
        return SW_NULL;
    size_t at = text.len > 1 && text.ptr[0] == '-';
    size_t first = at;
    while (at < text.len && sw_is_digit(text.ptr[at]))
        at++;
    size_t digits = at - first;
    if (digits == 0 || digits > 18 || (digits > 1 && text.ptr[first] == '0'))
        return SW_STRING;
    if (at == text.len)
        return SW_INT;
    if (text.ptr[at] != '.' || at + 1 == text.len || text.len > 40)
        return SW_STRING;
    for (at++; at < text.len; at++)
        if (!sw_is_digit(text.ptr[at]))
            return SW_STRING;
    return SW_FLOAT;
}

void sw_web_add_number(struct sw_event *event, sw_field_id id, struct sw_str text)
{
    sw_event_add(event, id, sw_web_number_type(text), text.ptr, text.len);
}

/* --- requests ------------------------------------------------------------------------------------------- */

bool sw_web_is_method(struct sw_str word)
{
    if (word.len < 3 || word.len > 20)
        return false;
    for (size_t i = 0; i < word.len; i++)
        if ((unsigned char)(word.ptr[i] - 'A') >= 26 && word.ptr[i] != '-' && word.ptr[i] != '_')
            return false;
    return true;
}

/* Length of "scheme://" at the start of a target, 0 if there is none. */
static size_t scheme_length(struct sw_str target)
{
    size_t at = 0;
    while (at < target.len && at < 16 && (sw_is_alpha(target.ptr[at]) || target.ptr[at] == '-'))
        at++;
    return at > 0 && sw_str_starts(sw_str_from(target, at), SW_STR("://")) ? at + 3 : 0;
}

/* Where the port of "name:80" begins, SW_NPOS when there is none. An IPv6 address without brackets has none. */
static size_t port_at(struct sw_str text)
{
    size_t at = text.len;
    while (at > 0 && text.len - at < 5 && sw_is_digit(text.ptr[at - 1]))
        at--;
    if (at == text.len || at < 2 || text.ptr[at - 1] != ':')
        return SW_NPOS;
    return sw_str_chr(text, ':') == at - 1 || text.ptr[at - 2] == ']' ? at : SW_NPOS;
}

/* The host of an authority: without user and port. */
static struct sw_str host_of(struct sw_str authority)
{
    size_t at = sw_str_chr(authority, '@');
    if (at != SW_NPOS)
        authority = sw_str_from(authority, at + 1);
    size_t port = port_at(authority);
    return port == SW_NPOS ? authority : sw_str_slice(authority, 0, port - 1);
}

/* The extension of the path's last segment, as rules for proxies ask for it; nothing if there is none. */
static void add_extension(struct sw_event *event, const char *path, const char *end)
{
    const char *stop = sw_scan_any(path, end, ';', '#', '#');
    for (const char *at = stop; at > path && at[-1] != '/'; at--) {
        if (at[-1] != '.')
            continue;
        if (at < stop)
            sw_event_add(event, ids.extension, SW_STRING, at, (size_t)(stop - at));
        return;
    }
}

bool sw_web_add_target(struct sw_event *event, struct sw_str target, bool host)
{
    sw_web_add(event, ids.uri, target);
    if (target.len == 0 || (target.len == 1 && target.ptr[0] == '-'))
        return false;
    const char *end = target.ptr + target.len;
    const char *path = target.ptr;
    if (*path != '/') {
        size_t scheme = scheme_length(target);
        if (scheme > 0) {
            const char *authority = path + scheme;
            path = sw_scan_any(authority, end, '/', '?', '?');
            if (host)
                sw_event_add_str(event, ids.host, host_of(sw_strn(authority, (size_t)(path - authority))));
        }
    }
    const char *mark = sw_scan_chr(path, end, '?');
    sw_event_add(event, ids.stem, SW_STRING, path, (size_t)(mark - path));
    bool has_path = path < mark && *path == '/';
    if (has_path)
        add_extension(event, path, mark);
    if (mark < end)
        sw_event_add(event, ids.query, SW_STRING, mark + 1, (size_t)(end - mark - 1));
    return has_path;
}

/* Length of the version at the end of a request with the space before it: " HTTP/1.1". 0 if there is none. */
static size_t version_length(struct sw_str request)
{
    if (request.len > 9 && memcmp(request.ptr + request.len - 9, " HTTP/", 6) == 0)
        return 9;
    /* Names of protocols that servers accept are short: RTSP/1.0, HTTP/2, http/1.1. */
    for (size_t back = 1; back <= 10 && back < request.len; back++) {
        if (request.ptr[request.len - back] != ' ')
            continue;
        struct sw_str word = sw_str_from(request, request.len - back + 1);
        return sw_str_istarts(word, SW_STR("HTTP/")) || sw_str_starts(word, SW_STR("RTSP/")) ? back : 0;
    }
    return 0;
}

bool sw_web_add_request(struct sw_event *event, struct sw_str request, bool host)
{
    const char *end = request.ptr + request.len;
    const char *space = sw_scan_chr(request.ptr, end, ' ');
    struct sw_str method = {request.ptr, (size_t)(space - request.ptr)};
    if (space == end || !sw_web_is_method(method)) {
        sw_web_add(event, ids.uri, request);
        return false;
    }
    sw_event_add_str(event, ids.method, method);
    struct sw_str target = {space + 1, (size_t)(end - space - 1)};
    size_t version = version_length(sw_strn(space, (size_t)(end - space)));
    target.len -= version > target.len ? target.len : version;
    bool has_path = sw_web_add_target(event, target, host);
    if (version > 0)
        sw_event_add(event, ids.version, SW_STRING, end - version + 1, version - 1);
    return has_path;
}

/* --- addresses ------------------------------------------------------------------------------------------ */

/* IPv4 in decimal form at the start of text: its length, or 0. */
static size_t ipv4_length(struct sw_str text)
{
    size_t at = 0;
    for (unsigned part = 0; part < 4; part++) {
        size_t digits = 0;
        while (at < text.len && digits < 3 && sw_is_digit(text.ptr[at]))
            at++, digits++;
        if (digits == 0)
            return 0;
        if (part == 3)
            return at;
        if (at == text.len || text.ptr[at] != '.')
            return 0;
        at++;
    }
    return 0;
}

/* Only the form: hexadecimal digits, dots of an embedded IPv4, at least two colons, perhaps a zone. */
static bool ipv6_form(struct sw_str text)
{
    size_t colons = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '%')
            return colons >= 2;
        if (text.ptr[i] == ':')
            colons++;
        else if (sw_hex_digit(text.ptr[i]) < 0 && text.ptr[i] != '.')
            return false;
    }
    return colons >= 2 && text.len <= 45;
}

static bool port_form(struct sw_str text)
{
    if (text.len < 1 || text.len > 5)
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (!sw_is_digit(text.ptr[i]))
            return false;
    return true;
}

bool sw_web_is_address(struct sw_str text)
{
    if (text.len < 2)
        return false;
    size_t v4 = ipv4_length(text);
    if (v4 > 0)
        return v4 == text.len || (text.ptr[v4] == ':' && port_form(sw_str_from(text, v4 + 1)));
    if (text.ptr[0] == '[') {
        size_t close = sw_str_chr(text, ']');
        return close != SW_NPOS && ipv6_form(sw_str_slice(text, 1, close));
    }
    return ipv6_form(text);
}

void sw_web_add_address(struct sw_event *event, sw_field_id ip, sw_field_id port, struct sw_str text)
{
    size_t number = port_at(text);
    struct sw_str address = number == SW_NPOS ? text : sw_str_slice(text, 0, number - 1);
    if (address.len > 2 && address.ptr[0] == '[' && address.ptr[address.len - 1] == ']')
        address = sw_str_slice(address, 1, address.len - 1);
    sw_web_add(event, ip, address);
    if (number != SW_NPOS)
        sw_web_add_number(event, port, sw_str_from(text, number));
}

/* --- times ---------------------------------------------------------------------------------------------- */

enum {
    CLF_ZONED = 26,
    CLF_BARE = 20,
    CLF_CLOCK = 12
}; /* 06/May/2024:07:08:09 +0200: lengths, and where the clock is */

int32_t sw_web_time_of_day(const char *p)
{
    unsigned d[8];
    for (unsigned i = 0; i < 8; i++)
        d[i] = (unsigned)(unsigned char)p[i] - '0';
    if (p[2] != ':' || p[5] != ':' || d[0] > 9 || d[1] > 9 || d[3] > 5 || d[4] > 9 || d[6] > 5 || d[7] > 9)
        return -1;
    unsigned hour = d[0] * 10 + d[1];
    return hour > 23 ? -1 : (int32_t)(hour * 3600 + (d[3] * 10 + d[4]) * 60 + d[6] * 10 + d[7]);
}

/* The same date and zone as last time? */
static bool same_day(const struct sw_web_clock *clock, struct sw_str text)
{
    return memcmp(text.ptr, clock->text, CLF_CLOCK) == 0 &&
           (text.len == CLF_BARE || memcmp(text.ptr + CLF_BARE, clock->text + CLF_BARE, CLF_ZONED - CLF_BARE) == 0);
}

static void remember(struct sw_web_clock *clock, struct sw_str text, int64_t time, bool zoned)
{
    clock->len = 0;
    if ((text.len != CLF_ZONED && text.len != CLF_BARE) || zoned != (text.len == CLF_ZONED))
        return;
    int32_t seconds = sw_web_time_of_day(text.ptr + CLF_CLOCK);
    if (seconds < 0)
        return;
    memcpy(clock->text, text.ptr, text.len);
    clock->len = text.len;
    clock->midnight = time - seconds * SW_SECOND;
}

int sw_web_clock_read(struct sw_web_clock *clock, struct sw_str text, int32_t zone_offset, int64_t *time, bool *zoned)
{
    if (text.len == clock->len && clock->len > 0 && clock->zone == zone_offset && same_day(clock, text)) {
        int32_t seconds = sw_web_time_of_day(text.ptr + CLF_CLOCK);
        if (seconds >= 0) {
            *zoned = text.len == CLF_ZONED;
            *time = clock->midnight + seconds * SW_SECOND;
            return 0;
        }
    }
    int rc = sw_time_clf(text, time, zoned);
    if (rc != 0)
        return rc;
    if (!*zoned)
        *time -= zone_offset * SW_SECOND;
    remember(clock, text, *time, *zoned);
    clock->zone = zone_offset;
    return 0;
}

enum { ISO_DATE = 11 }; /* 2024-05-06T */

int sw_web_clock_iso(struct sw_web_clock *clock, struct sw_str text, int32_t zone_offset, int64_t *time, bool *zoned)
{
    if (text.len < 19 || text.len > 30)
        return SW_E_FORMAT;
    bool utc = text.ptr[text.len - 1] == 'Z';
    if (clock->len == ISO_DATE && clock->zone == zone_offset && (clock->text[ISO_DATE] == 'Z') == utc &&
        memcmp(clock->text, text.ptr, ISO_DATE) == 0) {
        int32_t seconds = sw_web_time_of_day(text.ptr + ISO_DATE);
        size_t at = 19;
        int64_t fraction = 0;
        if (at < text.len && text.ptr[at] == '.') {
            int64_t unit = SW_SECOND;
            for (at++; at < text.len && sw_is_digit(text.ptr[at]) && unit > 1; at++) {
                unit /= 10;
                fraction += (text.ptr[at] - '0') * unit;
            }
        }
        if (seconds >= 0 && at + utc == text.len && text.ptr[at - 1] != '.') {
            *zoned = utc;
            *time = clock->midnight + seconds * SW_SECOND + fraction;
            return 0;
        }
    }
    int rc = sw_time_iso(text, time, zoned);
    if (rc != 0)
        return rc;
    if (!*zoned)
        *time -= zone_offset * SW_SECOND;
    int32_t seconds = sw_web_time_of_day(text.ptr + ISO_DATE);
    clock->len = 0;
    if (seconds >= 0 && *zoned == utc) {
        memcpy(clock->text, text.ptr, ISO_DATE);
        clock->text[ISO_DATE] = utc ? 'Z' : ' ';
        clock->len = ISO_DATE;
        clock->zone = zone_offset;
        int64_t whole = *time - *time % SW_SECOND - (*time % SW_SECOND < 0 ? SW_SECOND : 0);
        clock->midnight = whole - seconds * SW_SECOND;
    }
    return 0;
}

sw_class_id sw_web_class(const struct sw_classes *classes, const char *name, const char *general)
{
    sw_class_id id = sw_classes_find(classes, sw_str(name));
    return id != SW_CLASS_NONE ? id : sw_classes_find(classes, sw_str(general));
}
