/*
 * pfsense.c - filterlog of pfSense and OPNsense: the packet filter's decisions as comma-separated values whose meaning
 * depends on the IP version and the protocol.
 */
#include "decode/carried.h"

enum { MAX_PARTS = 40 };

/* Positions that all lines share, and where the parts of each IP version begin. */
enum { RULE = 0, TRACKER = 3, INTERFACE = 4, REASON = 5, ACTION = 6, DIRECTION = 7, VERSION = 8, REST = 9 };

static size_t split(struct sw_str s, struct sw_str *parts)
{
    size_t count = 0;
    struct sw_str part;
    while (count < MAX_PARTS && sw_str_next(&s, ',', &part))
        parts[count++] = part;
    return count;
}

static void add_ports(struct sw_decode *d, struct sw_log_state *state, const struct sw_str *parts, size_t count,
                      size_t at)
{
    if (at + 2 > count)
        return;
    sw_log_add_number(d, SW_LF_SRC_PORT, parts[at]);
    sw_log_add_number(d, SW_LF_DST_PORT, parts[at + 1]);
    if (at + 3 < count && parts[at + 3].len > 0)
        sw_log_add_named(d, state, SW_STR("tcp_flags"), parts[at + 3]);
}

bool sw_pfsense_parse(struct sw_decode *d, struct sw_log_state *state, struct sw_str message)
{
    struct sw_str parts[MAX_PARTS];
    size_t count = split(message, parts);
    if (count <= REST)
        return false;
    bool v4 = sw_str_is(parts[VERSION], "4");
    /* v4: tos,ecn,ttl,id,offset,flags,protocol id,protocol,length,src,dst; v6:
     * class,flow,hops,protocol,id,length,src,dst */
    size_t name = REST + (v4 ? 7 : 3);
    size_t source = REST + (v4 ? 9 : 6);
    if ((!v4 && !sw_str_is(parts[VERSION], "6")) || count < source + 2)
        return false;
    sw_log_class(d, state, SW_LC_PFSENSE);
    if (parts[RULE].len > 0)
        sw_log_add(d, SW_LF_RULE, parts[RULE]);
    if (parts[TRACKER].len > 0)
        sw_log_add_named(d, state, SW_STR("tracker"), parts[TRACKER]);
    sw_log_add(d, SW_LF_INTERFACE_IN, parts[INTERFACE]);
    sw_log_add(d, SW_LF_REASON, parts[REASON]);
    sw_log_add_action(d, parts[ACTION]);
    sw_log_add(d, SW_LF_DIRECTION, parts[DIRECTION]);
    sw_log_add(d, SW_LF_PROTOCOL, parts[name]);
    sw_log_add_address(d, SW_LF_SRC_IP, parts[source]);
    sw_log_add_address(d, SW_LF_DST_IP, parts[source + 1]);
    if (sw_str_ieq(parts[name], SW_STR("tcp")) || sw_str_ieq(parts[name], SW_STR("udp")))
        add_ports(d, state, parts, count, source + 2);
    return true;
}
