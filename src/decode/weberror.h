/*
 * weberror.h - error log lines of Apache, nginx and LiteSpeed, for their own decoder and for those that meet them
 * elsewhere (access logs that share a file with them, syslog).
 * Trust: hostile input.
 */
#ifndef SW_DECODE_WEBERROR_H
#define SW_DECODE_WEBERROR_H

#include "decode/web.h"

struct sw_weberror {
    sw_class_id apache;
    sw_class_id nginx;
    sw_class_id litespeed;
};

void sw_weberror_init(struct sw_weberror *state, const struct sw_classes *classes);

/* Adds the fields of an error log line to d->event, its time and its class. False: it is none, and nothing was
 * added. */
bool sw_weberror_parse(struct sw_decode *d, const struct sw_weberror *state, struct sw_str line);

/* Does the line begin as an error log's? Cheap. */
bool sw_weberror_looks(struct sw_str line);

#endif
