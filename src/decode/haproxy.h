/*
 * haproxy.h - HAProxy's log lines, for its own decoder and for those whose messages they are (syslog, the journal).
 * Trust: hostile input.
 */
#ifndef SW_DECODE_HAPROXY_H
#define SW_DECODE_HAPROXY_H

#include "decode/web.h"

struct sw_haproxy {
    struct sw_web_clock clock;
    sw_class_id class_id;
};

void sw_haproxy_init(struct sw_haproxy *state, const struct sw_classes *classes);

/* Adds the fields of a line of HAProxy's HTTP, HTTPS, TCP or connection error format to d->event, its time and its
 * class. False: the message is none, and nothing was added. */
bool sw_haproxy_parse(struct sw_decode *d, struct sw_haproxy *state, struct sw_str message);

#endif
