/*
 * plant_common.c - victims, destinations, moments and truth for the plants.
 */
#include "plant.h"

#include <stdio.h>

const struct host *plant_victim(struct scenario *s, struct stream *stream, unsigned n, bool always_on)
{
    const struct world *w = s->world;
    unsigned clients = w->clients_to - w->clients_from;
    struct chance c = {trait(stream, 0x71c)};
    const struct host *any = &w->hosts[w->clients_from];
    if (clients == 0)
        return the(w, ROLE_APPLICATION);
    unsigned start = chance_below(&c, clients);
    for (unsigned i = 0, found = 0; i < clients; i++) {
        const struct host *host = &w->hosts[w->clients_from + (start + i) % clients];
        if (host->role != ROLE_DESKTOP || host->from > s->start || host->until < s->end ||
            (always_on && host->key % 3 != 0))
            continue;
        any = host;
        if (found++ == n)
            return host;
    }
    return any;
}

void plant_destination(struct stream *stream, unsigned n, struct outside *to)
{
    char base[64];
    uint64_t own = trait(stream, 0xde57 + n);
    invented_name(own, base, sizeof base);
    (void)snprintf(to->name, sizeof to->name, "%s%u.%s", own % 2 == 0 ? "cdn" : "app", (unsigned)(own >> 32) % 90,
                   base);
    to->address = hosting_address(mix1(own));
}

int64_t plant_moment(const struct scenario *s, double share)
{
    uint64_t own = mix2(s->options.seed, (uint64_t)(share * 1e6));
    if (share > 0.02 && share < 0.98)
        share += 0.04 * (fraction_of(own) - 0.5);
    int64_t moment = s->start + (int64_t)(share * (double)(s->end - s->start) / 1e9) * SW_SECOND;
    for (int64_t later = moment; later < moment + SW_DAY && later + 4 * HOUR < s->end; later += HOUR / 2)
        if (is_watched(s, later - HOUR, later + 4 * HOUR))
            return later;
    return moment;
}

int64_t plant_night(const struct scenario *s, struct stream *stream, double share)
{
    int64_t first = plant_moment(s, share) / SW_DAY * SW_DAY;
    double hour = 1 + 2 * chance_unit(&stream->chance);
    int64_t night = local_hour(ZONE_HEADQUARTERS, first + 12 * HOUR, hour);
    for (int64_t day = first; day < first + 6 * SW_DAY && day + SW_DAY < s->end; day += SW_DAY) {
        int64_t at = local_hour(ZONE_HEADQUARTERS, day + 12 * HOUR, hour);
        if (is_working_day(ZONE_HEADQUARTERS, at) && at > s->start + 6 * HOUR &&
            is_watched(s, at - 6 * HOUR, at + 4 * HOUR))
            return at;
    }
    return night;
}

struct truth_item *plant_truth(struct scenario *s, struct stream *stream, const char *name, const char *kind,
                               const char *expect, uint32_t source, uint32_t destination, const char *destination_name)
{
    char text[16];
    struct truth_item *item = truth_open(s, name, kind, expect);
    truth_entity(item, "source", "%s", address_text(source, text));
    truth_entity(item, "destination", "%s", address_text(destination, text));
    if (destination_name != NULL)
        truth_entity(item, "name", "%s", destination_name);
    stream->truth = item;
    return item;
}
