/*
 * firewall.h - what firewalls, a cloud's network and a proxy log of the same flows.
 *
 * Owner:   network.c.      Threads: one.
 */
#ifndef SW_SCENARIO_FIREWALL_H
#define SW_SCENARIO_FIREWALL_H

#include "flow.h"

struct firewalls {
    struct log *asa;      /* between the internet and the DMZ */
    struct log *fortinet; /* between inside and the internet, with NAT */
    struct log *vpcflow;  /* of the Linux servers, which are a cloud's */
    struct log *squid;    /* of a quarter of the clients */
};

void firewalls_open(struct scenario *s, struct firewalls *to);
/* True when one of them has written it. */
bool firewalls_write(struct scenario *s, struct firewalls *to, struct stream *stream, const struct flow *flow,
                     const struct seen *seen);

#endif
