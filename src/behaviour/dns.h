/*
 * dns.h - what behaviours see of name lookups: everything one client asked below one registered name.
 */
#ifndef SW_BEHAVIOUR_DNS_H
#define SW_BEHAVIOUR_DNS_H

#include "behaviour/address.h"
#include "behaviour/behaviour_priv.h"

/* Types of records that can carry much, in the order of struct sw_dns_zone.types. */
enum sw_dns_type { SW_DNS_A, SW_DNS_AAAA, SW_DNS_CNAME, SW_DNS_TXT, SW_DNS_NULL, SW_DNS_MX, SW_DNS_OTHER, SW_DNS_TYPES };

struct sw_dns_zone {
    struct sw_str client; /* address or name, as logged */
    struct sw_str domain; /* the registered name, lower case */
    uint64_t queries;
    double distinct;         /* estimated number of different names below it */
    uint64_t sub_bytes;      /* of the parts in front of the domain, over all queries */
    uint64_t letters[4];     /* of those parts: letters a-z, digits, '-' and '_', others */
    uint64_t types[SW_DNS_TYPES];
    uint64_t refused;        /* NXDOMAIN and other failures */
    uint32_t clients;        /* clients that ask below this domain */
    int64_t first_ms;
    int64_t last_ms;
    struct sw_place_at places[SW_BEHAVIOUR_MEMBERS]; /* some of the queries */
    size_t place_count;
    bool incomplete;
};

#endif
