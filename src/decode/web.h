/*
 * web.h - what the decoders of web, proxy and load balancer logs share: the names of their fields, reading a request
 * line and a client's address, and times that repeat from line to line.
 *
 * Field names are those of W3C extended logs as Sigma uses them. A value that a log writes as "-" says that there is
 * none: it is added as SW_NULL with the text "-". Nothing here copies: values are views of the line.
 * Trust: hostile input.
 */
#ifndef SW_DECODE_WEB_H
#define SW_DECODE_WEB_H

#include "decode/decode.h"

/* name in C, name of the field */
#define SW_WEB_FIELDS(X) \
    X(c_ip, "c-ip") /* who connected; the first of a list that a proxy passed on */ \
    X(c_port, "c-port") \
    X(ident, "cs-ident") /* identd's word, or what servers put in its place; left out when "-" */ \
    X(username, "cs-username") \
    X(host, "cs-host") /* virtual host or Host header */ \
    X(method, "cs-method") \
    X(uri, "cs-uri")         /* the whole request target as logged; of a request that is no HTTP, all of it */ \
    X(stem, "cs-uri-stem")   /* path: before the "?", without scheme and authority */ \
    X(query, "cs-query")     /* after the "?" */ \
    X(extension, "c-uri-extension") /* of the path: "php" */ \
    X(version, "cs-version") /* "HTTP/1.1" */ \
    X(status, "sc-status") \
    X(bytes, "sc-bytes") \
    X(request_bytes, "cs-bytes") \
    X(referer, "cs-referer") \
    X(agent, "cs-user-agent") \
    X(cookie, "cs-cookie") \
    X(forwarded, "x-forwarded-for") \
    X(time_taken, "time-taken") /* in the unit of the log */ \
    X(server_ip, "s-ip") \
    X(server_port, "s-port") \
    X(computer, "s-computername") \
    X(site, "s-sitename") \
    X(action, "s-action")       /* a proxy's: TCP_MISS */ \
    X(hierarchy, "s-hierarchy") /* HIER_DIRECT */ \
    X(peer_ip, "r-ip")          /* address that a proxy connected to */ \
    X(media_type, "rs-content-type") \
    X(extra, "extra") /* values whose meaning the format doesn't tell, in their order */

struct sw_web_ids {
#define SW_WEB_MEMBER(member, name) sw_field_id member;
    SW_WEB_FIELDS(SW_WEB_MEMBER)
#undef SW_WEB_MEMBER
};

/* The ids of the names above; interned at the first call, which every decoder makes before it calls what follows. */
const struct sw_web_ids *sw_web_ids(void);

/* Adds text, SW_NULL when it is "-". */
static inline void sw_web_add(struct sw_event *event, sw_field_id id, struct sw_str text)
{
    bool none = text.len == 1 && text.ptr[0] == '-';
    sw_event_add(event, id, none ? SW_NULL : SW_STRING, text.ptr, text.len);
}

/* SW_INT or SW_FLOAT when text is written as a JSON number is, SW_NULL for "-", else SW_STRING. */
enum sw_type sw_web_number_type(struct sw_str text);
void sw_web_add_number(struct sw_event *event, sw_field_id id, struct sw_str text);

/* Adds method, uri, stem, query and version of "GET /a?b HTTP/1.1". HTTP/0.9 has no version. A request that is none
 * (TLS bytes, an empty line, another protocol) is the uri as it stands, and "-" is SW_NULL. An absolute target gives
 * the stem from its path on, and its host when `host` is true. Returns what sw_web_add_target() returns. */
bool sw_web_add_request(struct sw_event *event, struct sw_str request, bool host);

/* Adds uri, stem, extension and query of a request target. True: it has a path, so that these are all there is to have. */
bool sw_web_add_target(struct sw_event *event, struct sw_str target, bool host);

/* Is it a method's name: 3 to 20 upper case letters, '-' or '_'? */
bool sw_web_is_method(struct sw_str word);

/* Does the text have the form of an IPv4 or IPv6 address, also with a port, in brackets or with a zone? */
bool sw_web_is_address(struct sw_str text);

/* Adds an address written as 192.0.2.1, 192.0.2.1:80, 2001:db8::1, [2001:db8::1]:80 or name:80 under the two ids. */
void sw_web_add_address(struct sw_event *event, sw_field_id ip, sw_field_id port, struct sw_str text);

/* A reader of common log format times that remembers the latest date and zone: the next line mostly has the same. All
 * zero at the start. */
struct sw_web_clock {
    char text[32];
    size_t len;
    int64_t midnight; /* of text's date, in its zone */
    int32_t zone;     /* the zone_offset that `midnight` was read with */
};

/* 06/May/2024:07:08:09 +0200, with a fraction or without zone as sw_time_clf() allows; without one `zone_offset`
 * holds. */
int sw_web_clock_read(struct sw_web_clock *clock, struct sw_str text, int32_t zone_offset, int64_t *time, bool *zoned);

/* The same for 2024-05-06T07:08:09[.fraction][Z], also with a space for the T: at most 9 digits of fraction. Other
 * forms go through sw_time_iso(). */
int sw_web_clock_iso(struct sw_web_clock *clock, struct sw_str text, int32_t zone_offset, int64_t *time, bool *zoned);

/* Seconds of the day of the eight bytes hh:mm:ss, or -1. */
int32_t sw_web_time_of_day(const char *clock);

/* The class of a name, else the general one given. */
sw_class_id sw_web_class(const struct sw_classes *classes, const char *name, const char *general);

#endif
