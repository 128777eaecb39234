/*
 * plant.h - what plants share: victims, destinations that nobody else uses, and times. Plants draw everything from
 * their own stream.
 */
#ifndef SW_SCENARIO_PLANT_H
#define SW_SCENARIO_PLANT_H

#include "flow.h"

/* A computer whose address stays; always_on: one that runs through the night. The n-th of a plant. */
const struct host *plant_victim(struct scenario *s, struct stream *stream, unsigned n, bool always_on);
/* A name and an address that only this plant has. */
void plant_destination(struct stream *stream, unsigned n, struct outside *to);
/* A moment near a share of the time, the same for the same share, with no sensor's gap in the four hours after it. */
int64_t plant_moment(const struct scenario *s, double share);
/* The first night at or after a share of the time: between one and four, headquarters' time, on a working day. */
int64_t plant_night(const struct scenario *s, struct stream *stream, double share);
/* Truth with source and destination. */
struct truth_item *plant_truth(struct scenario *s, struct stream *stream, const char *name, const char *kind,
                               const char *expect, uint32_t source, uint32_t destination, const char *destination_name);

/* A channel that calls home. */
struct beacon {
    const char *name, *kind, *expect;
    double period, jitter; /* seconds; share */
    bool by_clock;         /* the jitter is about fixed moments; else each sleep begins when the last has ended */
    bool working_hours, gaps;
    bool poisson; /* no period at all: its rate */
    int64_t from, until;
    uint32_t client, server;
    const char *sni; /* NULL: by bare address */
    uint16_t port;
    const char *service;
    const struct host *host; /* runs only when it does; NULL: always */
    unsigned sent, received;
};
void plant_beacon(struct scenario *s, struct stream *stream, const struct beacon *beacon);

void plant_beacons(struct scenario *s, struct stream *stream);
void plant_beacon_working_hours(struct scenario *s, struct stream *stream);
void plant_beacon_gaps(struct scenario *s, struct stream *stream);
void plant_beacon_inbound(struct scenario *s, struct stream *stream);
void plant_beacon_internal(struct scenario *s, struct stream *stream);
void plant_poisson(struct scenario *s, struct stream *stream);
void plant_long_session(struct scenario *s, struct stream *stream);
void plant_reopening(struct scenario *s, struct stream *stream);
void plant_dns_tunnel(struct scenario *s, struct stream *stream);
void plant_dns_slow(struct scenario *s, struct stream *stream);
void plant_ssh_443(struct scenario *s, struct stream *stream);
void plant_http_53(struct scenario *s, struct stream *stream);
void plant_exfil_night(struct scenario *s, struct stream *stream);
void plant_exfil_slow(struct scenario *s, struct stream *stream);
void plant_staging(struct scenario *s, struct stream *stream);
void plant_web_outbound(struct scenario *s, struct stream *stream);
void plant_db_outbound(struct scenario *s, struct stream *stream);
void plant_new_listener(struct scenario *s, struct stream *stream);
void plant_relay(struct scenario *s, struct stream *stream);
void plant_residential(struct scenario *s, struct stream *stream);
void plant_heavy_pair(struct scenario *s, struct stream *stream);
void plant_heavy_pair_hour(struct scenario *s, struct stream *stream, int64_t hour);

#endif
