/* auditd_value.c - socket addresses as the kernel logs them: the bytes of a struct sockaddr in hex, in the byte
 * order of the machine that logged (little-endian machines are assumed for the family, which is tried both ways). */
#include "decode/auditd_priv.h"

#include <arpa/inet.h>

enum { FAMILY_LOCAL = 1, FAMILY_INET = 2, FAMILY_INET6 = 10, FAMILY_NETLINK = 16, FAMILY_PACKET = 17, FAMILY_ALG = 38 };

static struct sw_str family_name(struct sw_arena *arena, unsigned family)
{
    switch (family) {
    case FAMILY_LOCAL:
        return SW_STR("local");
    case FAMILY_INET:
        return SW_STR("inet");
    case FAMILY_INET6:
        return SW_STR("inet6");
    case FAMILY_NETLINK:
        return SW_STR("netlink");
    case FAMILY_PACKET:
        return SW_STR("packet");
    case FAMILY_ALG:
        return SW_STR("alg");
    default:
        return sw_arena_printf(arena, "%u", family);
    }
}

static struct sw_str ip_text(struct sw_arena *arena, int family, const char *bytes)
{
    char *out = sw_arena_bytes(arena, INET6_ADDRSTRLEN);
    if (out == NULL || inet_ntop(family, bytes, out, INET6_ADDRSTRLEN) == NULL)
        return (struct sw_str){NULL, 0};
    return sw_str(out);
}

static struct sw_str port_text(struct sw_arena *arena, struct sw_str b)
{
    return sw_arena_printf(arena, "%u", (unsigned)(uint8_t)b.ptr[2] << 8 | (uint8_t)b.ptr[3]);
}

bool sw_audit_address(struct sw_arena *arena, struct sw_str hex, struct sw_audit_address *address)
{
    struct sw_str b;
    *address = (struct sw_audit_address){0};
    if (!sw_audit_unhex(arena, hex, &b) || b.len < 2)
        return false;
    unsigned family = (uint8_t)b.ptr[0] | (unsigned)(uint8_t)b.ptr[1] << 8;
    if (family > 255)
        family = (uint8_t)b.ptr[1] | (unsigned)(uint8_t)b.ptr[0] << 8;
    address->family = family_name(arena, family);
    if (family == FAMILY_INET && b.len >= 8) {
        address->port = port_text(arena, b);
        address->ip = ip_text(arena, AF_INET, b.ptr + 4);
    } else if (family == FAMILY_INET6 && b.len >= 24) {
        address->port = port_text(arena, b);
        address->ip = ip_text(arena, AF_INET6, b.ptr + 8);
    } else if (family == FAMILY_LOCAL && b.len > 2) {
        /* An abstract name begins with a zero byte, shown as @ by custom. */
        bool abstract = b.ptr[2] == '\0' && b.len > 3;
        struct sw_str path = sw_str_from(b, abstract ? 3 : 2);
        path = sw_str_slice(path, 0, sw_str_chr(path, '\0'));
        address->path = abstract ? sw_arena_printf(arena, "@%.*s", SW_STR_ARG(path)) : path;
    }
    return address->family.len > 0;
}
