/*
 * plant_heavy.c - one key that holds half of all records: a load for the tool under test, not an attack. As much again
 * as --records asks for, or 100,000 a day.
 */
#include "plant.h"
#include "web.h"

static unsigned an_hour(const struct scenario *s)
{
    uint64_t all = s->options.records != 0 ? s->options.records : 100000ull * s->options.days;
    uint64_t hours = 24ull * s->options.days;
    return (unsigned)((all + hours - 1) / hours);
}

void plant_heavy_pair(struct scenario *s, struct stream *stream)
{
    struct truth_item *item = plant_truth(s, stream, "heavy-pair", "load", "", the(s->world, ROLE_APPLICATION)->address,
                                          the(s->world, ROLE_PROXY)->address, NULL);
    truth_negative(item);
    truth_number(item, "an_hour", an_hour(s));
}

void plant_heavy_pair_hour(struct scenario *s, struct stream *stream, int64_t hour)
{
    for (unsigned n = an_hour(s); n > 0; n--)
        flow_tcp(s, stream, within_hour(stream, hour), the(s->world, ROLE_APPLICATION)->address,
                 the(s->world, ROLE_PROXY)->address, 6379, NULL, NULL, 200 + chance_below(&stream->chance, 900),
                 90 + chance_below(&stream->chance, 4000), chance_from(&stream->chance, 200, 9000) * 1000);
}

static uint32_t heavy_client(const struct stream *stream)
{
    return hosting_address(trait(stream, 1));
}

void plant_heavy_client(struct scenario *s, struct stream *stream)
{
    char text[16];
    struct truth_item *item = truth_open(s, "heavy-client", "load", "");
    truth_negative(item);
    truth_entity(item, "client", "%s", address_text(heavy_client(stream), text));
    truth_number(item, "an_hour", an_hour(s));
}

void plant_heavy_client_hour(struct scenario *s, struct stream *stream, int64_t hour)
{
    for (unsigned n = an_hour(s); n > 0; n--) {
        struct request r = {.time = within_hour(stream, hour),
                            .client = heavy_client(stream),
                            .method = "GET",
                            .uri = "/api/v1/tides/query",
                            .agent = "tide-mirror/2.1",
                            .status = 200,
                            .bytes = 2400 + chance_below(&stream->chance, 200)};
        web_emit(s, stream, &r);
    }
}
