/*
 * plant_beacon.c - channels that call home at a period, and some that only look as if: Poisson traffic, which no test
 * may take for periodic.
 */
#include "plant.h"

#define WANT "periodicity"

static bool is_awake(const struct scenario *s, const struct beacon *b, const struct stream *stream, int64_t when)
{
    if (b->host != NULL && !is_running(s->world, b->host, when))
        return false;
    if (b->working_hours && busyness(ZONE_HEADQUARTERS, when) < 0.4)
        return false;
    /* Gaps: a third of the half days, from a time of the beacon's own. */
    return !b->gaps || when < b->from + 12 * HOUR ||
           mix3(stream->seed, 0x9a9, (uint64_t)((when - b->from) / (12 * HOUR))) % 3 != 0;
}

static void call_home(struct scenario *s, struct stream *stream, const struct beacon *b, int64_t when)
{
    struct chance *c = &stream->chance;
    bool task = chance_is(c, 0.02);
    uint64_t sent = b->sent + chance_below(c, task ? 60000 : 24);
    uint64_t received = b->received + chance_below(c, task ? 9000 : 16);
    struct tls_detail tls = {.name = b->sni, .client = 99, .self_signed = b->sni == NULL};
    struct flow flow = {.start = when,
                        .duration = (int64_t)chance_scaled(c, 350, 0.6) * 1000000,
                        .client = b->client,
                        .server = b->server,
                        .server_port = b->port,
                        .protocol = PROTOCOL_TCP,
                        .service = b->service,
                        .sent = sent,
                        .received = received};
    if (b->service != NULL && strcmp(b->service, "ssl") == 0)
        flow.tls = &tls;
    if (b->sni != NULL && is_inside(b->client) && chance_is(c, 0.6)) {
        struct truth_item *truth = stream->truth;
        stream->truth = NULL; /* the truth counts connections, not look-ups */
        flow_lookup(s, stream, when - 60000000, b->client, b->sni, b->server);
        stream->truth = truth;
    }
    flow_emit(s, stream, &flow);
}

void plant_beacon(struct scenario *s, struct stream *stream, const struct beacon *b)
{
    struct chance *c = &stream->chance;
    int64_t period = (int64_t)(b->period * 1e9);
    int64_t base = b->from;
    while (base < b->until) {
        double move = b->jitter * (2 * chance_unit(c) - 1);
        int64_t when = base;
        if (b->by_clock) {
            when += period + (int64_t)(move * (double)period / 2);
            base += period;
        } else {
            base += b->poisson ? (int64_t)(chance_exponential(c) * (double)period)
                               : (int64_t)((1 + move) * (double)period) + chance_below(c, 700) * 1000000;
            when = base;
        }
        if (when >= b->from && when < b->until && is_awake(s, b, stream, when))
            call_home(s, stream, b, when);
    }
    stream->truth = NULL;
}

static void fill_in(struct scenario *s, struct stream *stream, struct beacon *b, const struct outside *to, bool by_name)
{
    struct truth_item *item =
        plant_truth(s, stream, b->name, b->kind, b->expect, b->client, to->address, by_name ? to->name : NULL);
    b->server = to->address;
    b->sni = by_name ? to->name : NULL;
    b->port = b->port == 0 ? 443 : b->port;
    b->service = b->service == NULL ? "ssl" : b->service;
    b->sent = b->sent == 0 ? 900 + chance_below(&stream->chance, 1500) : b->sent;
    b->received = b->received == 0 ? 3500 + chance_below(&stream->chance, 2000) : b->received;
    if (b->until == 0)
        b->until = s->end;
    truth_number(item, "period", b->period);
    truth_number(item, "jitter", b->jitter);
    truth_number(item, "by_clock", b->by_clock);
    truth_number(item, "working_hours", b->working_hours);
    truth_number(item, "gaps", b->gaps);
    if (b->poisson)
        truth_negative(item);
}

/* Eight periods by four jitters, by name and by bare address in turns, each from a computer of its own. */
void plant_beacons(struct scenario *s, struct stream *stream)
{
    static const double periods[] = {60, 300, 900, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 24 * 3600};
    static const double jitters[] = {0, 0.1, 0.25, 0.5};
    for (unsigned i = 0; i < COUNT(periods) * COUNT(jitters); i++) {
        struct outside to;
        plant_destination(stream, i, &to);
        const struct host *victim = plant_victim(s, stream, i, true);
        struct beacon b = {.name = "beacons",
                           .kind = "beacon",
                           .expect = WANT,
                           .period = periods[i / 4],
                           .jitter = jitters[i % 4],
                           .by_clock = i % 3 == 2,
                           .client = victim->address,
                           .from = plant_moment(s, 0.1 * chance_unit(&stream->chance))};
        fill_in(s, stream, &b, &to, i % 2 == 0);
        plant_beacon(s, stream, &b);
    }
}

void plant_beacon_working_hours(struct scenario *s, struct stream *stream)
{
    static const double periods[] = {120, 600, 2700};
    for (unsigned i = 0; i < COUNT(periods); i++) {
        struct outside to;
        plant_destination(stream, i, &to);
        const struct host *victim = plant_victim(s, stream, i, false);
        struct beacon b = {.name = "beacon-working-hours",
                           .kind = "beacon",
                           .expect = WANT,
                           .period = periods[i],
                           .jitter = 0.2,
                           .working_hours = true,
                           .client = victim->address,
                           .host = victim,
                           .from = s->start};
        fill_in(s, stream, &b, &to, i != 1);
        plant_beacon(s, stream, &b);
    }
}

void plant_beacon_gaps(struct scenario *s, struct stream *stream)
{
    static const double periods[] = {300, 1800, 7200};
    for (unsigned i = 0; i < COUNT(periods); i++) {
        struct outside to;
        plant_destination(stream, i, &to);
        struct beacon b = {.name = "beacon-gaps",
                           .kind = "beacon",
                           .expect = WANT,
                           .period = periods[i],
                           .jitter = 0.3,
                           .gaps = true,
                           .client = plant_victim(s, stream, i, true)->address,
                           .from = s->start};
        fill_in(s, stream, &b, &to, i != 2);
        plant_beacon(s, stream, &b);
    }
}

/* Somebody outside polls a web shell: many small requests from one address, among the visitors. */
void plant_beacon_inbound(struct scenario *s, struct stream *stream)
{
    struct outside web = {.name = "www.example.org", .address = the(s->world, ROLE_WEB1)->address};
    struct beacon b = {.name = "beacon-inbound",
                       .kind = "beacon",
                       .expect = WANT ",inbound-beacon",
                       .period = 600,
                       .jitter = 0.2,
                       .client = residential_address(trait(stream, 1)),
                       .from = plant_moment(s, 0.2)};
    fill_in(s, stream, &b, &web, true);
    plant_beacon(s, stream, &b);
}

/* Between two computers inside, over SMB as a named pipe would be. */
void plant_beacon_internal(struct scenario *s, struct stream *stream)
{
    struct outside to = {.name = "", .address = plant_victim(s, stream, 1, true)->address};
    struct beacon b = {.name = "beacon-internal",
                       .kind = "beacon",
                       .expect = WANT ",internal-beacon",
                       .period = 420,
                       .jitter = 0.15,
                       .client = plant_victim(s, stream, 0, true)->address,
                       .port = 445,
                       .service = "gssapi,smb",
                       .from = plant_moment(s, 0.15)};
    fill_in(s, stream, &b, &to, false);
    plant_beacon(s, stream, &b);
}

/* No period at any rate: from one in ten hours to two a minute. */
void plant_poisson(struct scenario *s, struct stream *stream)
{
    static const double means[] = {36000, 3600, 720, 180, 30};
    for (unsigned i = 0; i < COUNT(means); i++) {
        struct outside to;
        plant_destination(stream, i, &to);
        struct beacon b = {.name = "poisson",
                           .kind = "poisson",
                           .expect = "",
                           .period = means[i],
                           .poisson = true,
                           .client = plant_victim(s, stream, i, true)->address,
                           .from = s->start};
        fill_in(s, stream, &b, &to, i % 2 == 0);
        plant_beacon(s, stream, &b);
    }
}
