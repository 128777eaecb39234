/*
 * squid.h - lines of Squid's native access log, for its own decoder and for those whose messages they are.
 * Trust: hostile input.
 */
#ifndef SW_DECODE_SQUID_H
#define SW_DECODE_SQUID_H

#include "decode/web.h"

struct sw_squid {
    sw_class_id class_id;
};

void sw_squid_init(struct sw_squid *state, const struct sw_classes *classes);

/* Adds the fields of a line to d->event, its time and its class. False: it is none, and nothing was added. */
bool sw_squid_parse(struct sw_decode *d, const struct sw_squid *state, struct sw_str line);

#endif
