/* dns_tunnel.c - data carried in name lookups: very many different, long, letter-salad names below one domain that
 * hardly anyone uses.
 *
 * docs/behaviours/dns-tunnel.md. */
#include "behaviour/dns.h"
#include "behaviour/flow.h"

#include <math.h>

enum { P_NAMES, P_LENGTH, P_CLIENTS };

static const struct sw_behaviour_parameter parameters[] = {
    [P_NAMES] = {"names", 200, 10, 1e9, "", "different names below the domain"},
    [P_LENGTH] = {"length", 10, 1, 253, "", "bytes in front of the domain, on average"},
    [P_CLIENTS] = {"clients", 4, 1, 1e6, "",
                   "clients that may ask below the domain: one, and the resolvers it goes through"},
};

enum { RULE_TUNNEL, RULE_TUNNEL_HIGH, RULE_MANY };

static const struct sw_str tags[] = {SW_BEHAVIOUR_TAG("attack.command-and-control"),
                                     SW_BEHAVIOUR_TAG("attack.exfiltration"), SW_BEHAVIOUR_TAG("attack.t1071.004"),
                                     SW_BEHAVIOUR_TAG("attack.t1048.003"), SW_BEHAVIOUR_TAG("attack.t1572")};

#define NOTE "Virus scanners' and block lists' lookups, content networks, telemetry with hashes in names"

static const struct sw_rule rules[] = {
    [RULE_TUNNEL] =
        SW_BEHAVIOUR_RULE("b7e4a9d0-2c5f-4e61-9b83-5d1f7c3e6001", "Names That Carry Data",
                          "A client asked for very many different, long names below a domain that hardly any "
                          "other client uses.",
                          SW_LEVEL_MEDIUM, tags, NOTE),
    [RULE_TUNNEL_HIGH] =
        SW_BEHAVIOUR_RULE("b7e4a9d0-2c5f-4e61-9b83-5d1f7c3e6002", "DNS Tunnel",
                          "A client asked for thousands of different long names below a domain that hardly "
                          "any other client uses, mostly by types that carry much.",
                          SW_LEVEL_HIGH, tags, NOTE),
    [RULE_MANY] = SW_BEHAVIOUR_RULE("b7e4a9d0-2c5f-4e61-9b83-5d1f7c3e6003", "Very Many Names Below One Domain",
                                    "A client asked for a thousand or more different names below one domain.",
                                    SW_LEVEL_LOW, tags, NOTE),
};

/* Share of digits, dashes and odd bytes: words have few; encodings (hex, base32, base64) have many. */
static double odd_share(const struct sw_dns_zone *zone)
{
    double sum = (double)(zone->letters[0] + zone->letters[1] + zone->letters[2] + zone->letters[3]);
    return sum > 0 ? 1 - (double)zone->letters[0] / sum : 0;
}

static int on_zone(struct sw_behaviour_run *run, const struct sw_dns_zone *zone)
{
    double length = zone->queries > 0 ? (double)zone->sub_bytes / (double)zone->queries : 0;
    uint64_t wide =
        zone->types[SW_DNS_TXT] + zone->types[SW_DNS_NULL] + zone->types[SW_DNS_CNAME] + zone->types[SW_DNS_MX];
    bool mostly_new = zone->distinct * 2 >= (double)zone->queries; /* a tunnel never asks the same twice */
    if (zone->distinct < run->value[P_NAMES])
        return 0;
    bool few = zone->clients <= run->value[P_CLIENTS];
    bool tunnel = few && mostly_new && length >= run->value[P_LENGTH] && odd_share(zone) >= 0.08;
    unsigned rule = RULE_MANY;
    if (tunnel)
        rule = zone->distinct >= 1000 && wide * 2 >= zone->queries ? RULE_TUNNEL_HIGH : RULE_TUNNEL;
    else if (zone->distinct < 1000)
        return 0;
    struct sw_buf text;
    sw_buf_init(&text, SW_BEHAVIOUR_EXPLANATION);
    sw_buf_str_add(&text, zone->client);
    sw_buf_printf(&text, " asked %llu times for about %.0f different names below ", (unsigned long long)zone->queries,
                  zone->distinct);
    sw_buf_str_add(&text, zone->domain);
    sw_buf_printf(&text, ", %.0f bytes long on average (", length);
    sw_buf_bytes(&text, zone->sub_bytes);
    sw_buf_printf(
        &text,
        " in all), %.0f %% of their letters digits and marks; %llu by TXT, NULL, CNAME or MX; %u client%s below it",
        odd_share(zone) * 100, (unsigned long long)wide, zone->clients, zone->clients == 1 ? " asks" : "s ask");
    if (zone->incomplete)
        SW_BUF_LIT(&text, "; possibly incomplete: domains were given up for want of memory");
    const struct sw_behaviour_group groups[] = {{SW_STR("src_ip"), zone->client}, {SW_STR("query"), zone->domain}};
    const struct sw_behaviour_report report = {.rule = rule,
                                               .first = zone->first_ms * 1000000,
                                               .last = zone->last_ms * 1000000,
                                               .count = zone->queries,
                                               .value = zone->distinct,
                                               .groups = groups,
                                               .group_count = 2,
                                               .members = zone->places,
                                               .member_count = zone->place_count,
                                               .explanation = sw_buf_str(&text)};
    int rc = sw_behaviour_report(run, &report);
    sw_buf_fini(&text);
    return rc;
}

const struct sw_behaviour sw_behaviour_dns_tunnel = {
    .name = "dns-tunnel",
    .summary = "data carried in name lookups",
    .rules = rules,
    .rule_count = SW_COUNT_OF(rules),
    .parameters = parameters,
    .parameter_count = SW_COUNT_OF(parameters),
    .zone = on_zone,
};
