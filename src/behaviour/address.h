/*
 * address.h - IP addresses as 16 bytes, and networks of them.
 *
 * IPv4 addresses are written as IPv6 ones (::ffff:a.b.c.d, RFC 4291 section 2.5.5.2).
 * Threads: any, once made.      Errors: SW_E_FORMAT, SW_E_LIMIT.      Trust: hostile input.
 */
#ifndef SW_BEHAVIOUR_ADDRESS_H
#define SW_BEHAVIOUR_ADDRESS_H

#include "base/buf.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

struct sw_address {
    uint8_t bytes[16];
};

/* The whole text, IPv4 dotted or IPv6 with or without a zone ("%eth0"). */
int sw_address_parse(struct sw_str text, struct sw_address *address);
void sw_buf_address(struct sw_buf *out, const struct sw_address *address);
bool sw_address_is_v4(const struct sw_address *address);

/* Addresses that no router of the internet carries: private, link-local, loopback, shared (RFC 6890, RFC 4193, RFC
 * 6598). */
bool sw_address_is_private(const struct sw_address *address);
/* Multicast, broadcast, unspecified: no host. */
bool sw_address_is_group(const struct sw_address *address);

#define SW_MAX_NETWORKS 1024u

struct sw_network {
    struct sw_address base;
    uint8_t bits; /* of 128 */
};

struct sw_networks {
    struct sw_network items[SW_MAX_NETWORKS];
    size_t count;
};

/* "10.0.0.0/8", "2001:db8::/32", or one address. */
int sw_networks_add(struct sw_networks *networks, struct sw_str text);
bool sw_networks_has(const struct sw_networks *networks, const struct sw_address *address);

#endif
