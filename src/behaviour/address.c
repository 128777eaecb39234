/* address.c - reading and writing IP addresses. IPv4 is read here, quickly, since every flow has two; IPv6 by
 * inet_pton(). */
#include "behaviour/address.h"

#include "base/error.h"

#include <arpa/inet.h>

static const uint8_t v4_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static bool parse_v4(struct sw_str text, uint8_t out[4])
{
    size_t at = 0;
    for (unsigned part = 0; part < 4; part++) {
        if (part > 0 && (at >= text.len || text.ptr[at++] != '.'))
            return false;
        unsigned value = 0;
        size_t digits = 0;
        while (at < text.len && sw_is_digit(text.ptr[at]) && digits < 4) {
            value = value * 10 + (unsigned)(text.ptr[at] - '0');
            at++;
            digits++;
        }
        if (digits == 0 || digits > 3 || value > 255)
            return false;
        out[part] = (uint8_t)value;
    }
    return at == text.len;
}

int sw_address_parse(struct sw_str text, struct sw_address *address)
{
    if (parse_v4(text, address->bytes + 12)) {
        memcpy(address->bytes, v4_prefix, sizeof v4_prefix);
        return 0;
    }
    text = sw_str_slice(text, 0, sw_str_chr(text, '%'));
    char terminated[INET6_ADDRSTRLEN];
    if (text.len < 2 || text.len >= sizeof terminated || sw_str_chr(text, ':') == SW_NPOS)
        return SW_E_FORMAT;
    memcpy(terminated, text.ptr, text.len);
    terminated[text.len] = '\0';
    return inet_pton(AF_INET6, terminated, address->bytes) == 1 ? 0 : SW_E_FORMAT;
}

bool sw_address_is_v4(const struct sw_address *address)
{
    return memcmp(address->bytes, v4_prefix, sizeof v4_prefix) == 0;
}

void sw_buf_address(struct sw_buf *out, const struct sw_address *address)
{
    char text[INET6_ADDRSTRLEN];
    bool v4 = sw_address_is_v4(address);
    if (inet_ntop(v4 ? AF_INET : AF_INET6, address->bytes + (v4 ? 12 : 0), text, sizeof text) != NULL)
        sw_buf_text(out, text);
}

bool sw_address_is_private(const struct sw_address *address)
{
    const uint8_t *b = address->bytes;
    if (!sw_address_is_v4(address))
        return (b[0] & 0xfe) == 0xfc || (b[0] == 0xfe && (b[1] & 0xc0) == 0x80) ||
               (memcmp(b, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 15) == 0 && b[15] == 1);
    b += 12;
    return b[0] == 10 || (b[0] == 172 && (b[1] & 0xf0) == 16) || (b[0] == 192 && b[1] == 168) || b[0] == 127 ||
           (b[0] == 169 && b[1] == 254) || (b[0] == 100 && (b[1] & 0xc0) == 64);
}

bool sw_address_is_group(const struct sw_address *address)
{
    const uint8_t *b = address->bytes;
    if (!sw_address_is_v4(address)) {
        static const uint8_t none[16] = {0};
        return b[0] == 0xff || memcmp(b, none, sizeof none) == 0;
    }
    return b[12] >= 224 || b[12] == 0;
}

int sw_networks_add(struct sw_networks *networks, struct sw_str text)
{
    if (networks->count == SW_MAX_NETWORKS)
        return SW_E_LIMIT;
    struct sw_network *network = &networks->items[networks->count];
    size_t slash = sw_str_chr(text, '/');
    if (sw_address_parse(sw_str_slice(text, 0, slash), &network->base) != 0)
        return SW_E_FORMAT;
    uint64_t most = sw_address_is_v4(&network->base) ? 32 : 128;
    uint64_t bits = most;
    if (slash != SW_NPOS && (sw_str_u64(sw_str_from(text, slash + 1), &bits) != 0 || bits > most))
        return SW_E_FORMAT;
    network->bits = (uint8_t)(bits + (128 - most));
    networks->count++;
    return 0;
}

static bool in_network(const struct sw_network *network, const struct sw_address *address)
{
    size_t whole = network->bits / 8;
    unsigned rest = network->bits % 8;
    if (memcmp(network->base.bytes, address->bytes, whole) != 0)
        return false;
    return rest == 0 || (network->base.bytes[whole] ^ address->bytes[whole]) >> (8 - rest) == 0;
}

bool sw_networks_has(const struct sw_networks *networks, const struct sw_address *address)
{
    for (size_t i = 0; i < networks->count; i++)
        if (in_network(&networks->items[i], address))
            return true;
    return false;
}
