/* flow_judge.c - what network behaviours ask alike of channels and hosts, and how they tell of them. */
#include "behaviour/flow.h"

#include "base/mem.h"

#include <math.h>

/* Of fewer internal hosts none can be said to be the only one that uses a destination. */
enum { FEW_HOSTS = 5 };

bool sw_channel_is_outbound(const struct sw_channel *channel)
{
    return channel->source->internal && !channel->address->internal && !channel->address->group;
}

bool sw_flow_is_rare(const struct sw_flow_network *network, const struct sw_peer *peer, double share)
{
    if (network->internal_hosts < FEW_HOSTS)
        return false;
    return peer->sources <= fmax(1, floor(share * network->internal_hosts));
}

bool sw_flow_is_fresh(const struct sw_flow_network *network, int64_t first_ms)
{
    int64_t span = network->last_ms - network->first_ms;
    int64_t since = first_ms - network->first_ms;
    return span > 0 && since > 86400000 && since > span / 10;
}

const struct sw_flow_served *sw_flow_served_by(const struct sw_flow_network *network, const struct sw_peer *peer,
                                               size_t *count)
{
    uint32_t number = (uint32_t)(peer - network->peers);
    size_t low = 0;
    size_t high = network->served_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (network->served[middle].peer < number)
            low = middle + 1;
        else
            high = middle;
    }
    *count = 0;
    while (low + *count < network->served_count && network->served[low + *count].peer == number)
        ++*count;
    return network->served + low;
}

bool sw_flow_is_housekeeping(uint8_t protocol, uint16_t port)
{
    return (protocol == 17 && (port == 123 || port == 53 || port == 67 || port == 5353)) || protocol == 1 ||
           protocol == 58;
}

/* --- texts -------------------------------------------------------------------------------------------------- */

void sw_buf_peer(struct sw_buf *out, const struct sw_peer *peer)
{
    if (peer->is_address)
        sw_buf_address(out, &peer->address);
    else
        sw_buf_str_add(out, peer->name);
}

int sw_channel_report(struct sw_behaviour_run *run, const struct sw_channel *channel, unsigned rule, uint64_t number,
                      double value, struct sw_str explanation)
{
    struct sw_buf source;
    struct sw_buf destination;
    struct sw_buf address;
    struct sw_buf port;
    sw_buf_init(&source, 512);
    sw_buf_init(&destination, 512);
    sw_buf_init(&address, 512);
    sw_buf_init(&port, 64);
    sw_buf_peer(&source, channel->source);
    sw_buf_peer(&destination, channel->destination);
    sw_buf_peer(&address, channel->address);
    sw_buf_u64(&port, channel->port);
    struct sw_behaviour_group groups[4];
    size_t count = 0;
    groups[count++] = (struct sw_behaviour_group){SW_STR("src_ip"), sw_buf_str(&source)};
    if (!channel->destination->is_address)
        groups[count++] = (struct sw_behaviour_group){SW_STR("dst_host"), sw_buf_str(&destination)};
    if (channel->address->is_address)
        groups[count++] = (struct sw_behaviour_group){SW_STR("dst_ip"), sw_buf_str(&address)};
    if (channel->port != 0)
        groups[count++] = (struct sw_behaviour_group){SW_STR("dst_port"), sw_buf_str(&port)};
    size_t kept = channel->samples == NULL ? 0 : channel->count < 4096 ? channel->count : 4096;
    struct sw_place_at *members = sw_alloc(kept + 1, sizeof *members);
    int rc = members != NULL ? 0 : SW_E_NOMEM;
    for (size_t i = 0; rc == 0 && i < kept; i++) {
        const struct sw_flow_sample *sample = &channel->samples[kept < 2 ? 0 : i * (channel->count - 1) / (kept - 1)];
        members[i] = (struct sw_place_at){sample->time_ms * 1000000, sample->place};
    }
    if (rc == 0) {
        const struct sw_behaviour_report report = {.rule = rule,
                                                   .first = channel->first_ms * 1000000,
                                                   .last = channel->last_ms * 1000000,
                                                   .count = number,
                                                   .value = value,
                                                   .groups = groups,
                                                   .group_count = count,
                                                   .members = members,
                                                   .member_count = kept,
                                                   .explanation = explanation};
        rc = sw_behaviour_report(run, &report);
    }
    sw_free(members);
    sw_buf_fini(&source);
    sw_buf_fini(&destination);
    sw_buf_fini(&address);
    sw_buf_fini(&port);
    return rc;
}
