/*
 * plant_data.c - data that leaves.
 */
#include "plant.h"

static void upload(struct scenario *s, struct stream *stream, int64_t when, uint32_t client, const struct outside *to,
                   double bytes, double speed)
{
    flow_https(s, stream, when, client, to->address, to->name, 99, (uint64_t)bytes, (uint64_t)(bytes / 400),
               (int64_t)(bytes / speed) * SW_SECOND);
}

/* 1 GiB in one night, in some dozen connections, to a place that nobody has talked to. */
void plant_exfil_night(struct scenario *s, struct stream *stream)
{
    struct outside to;
    plant_destination(stream, 0, &to);
    const struct host *victim = plant_victim(s, stream, 0, true);
    (void)plant_truth(s, stream, "exfil-night", "exfiltration", "exfiltration,new-destination", victim->address,
                      to.address, to.name);
    struct chance *c = &stream->chance;
    int64_t when = plant_night(s, stream, 0.6);
    flow_lookup(s, stream, when - SW_SECOND, victim->address, to.name, to.address);
    for (double left = 1024.0 * 1024 * 1024; left > 0;) {
        double part = chance_scaled(c, 60e6, 0.7);
        part = part > left ? left : part;
        upload(s, stream, when, victim->address, &to, part, 2.5e6);
        when += (int64_t)(part / 2.5e6) * SW_SECOND + chance_from(c, 5, 240) * SW_SECOND;
        left -= part;
    }
}

/* 50 MB a day for up to thirty days, at working hours, in two to five connections. */
void plant_exfil_slow(struct scenario *s, struct stream *stream)
{
    struct outside to;
    plant_destination(stream, 0, &to);
    const struct host *victim = plant_victim(s, stream, 0, true);
    struct truth_item *item =
        plant_truth(s, stream, "exfil-slow", "exfiltration", "exfiltration", victim->address, to.address, to.name);
    struct chance *c = &stream->chance;
    unsigned days = s->options.days < 30 ? s->options.days : 30;
    truth_number(item, "days", days);
    for (unsigned day = 0; day < days; day++) {
        unsigned parts = chance_from(c, 2, 5);
        for (unsigned i = 0; i < parts; i++) {
            int64_t when = local_hour(ZONE_HEADQUARTERS, s->start + day * SW_DAY + 12 * HOUR, 9 + 8 * chance_unit(c));
            upload(s, stream, when, victim->address, &to, chance_scaled(c, 50e6, 0.1) / parts, 1.2e6);
        }
    }
}

/* In the evening one computer takes far more from the file server than ever, and sends nearly as much out at night. */
void plant_staging(struct scenario *s, struct stream *stream)
{
    struct outside to;
    plant_destination(stream, 0, &to);
    const struct host *victim = plant_victim(s, stream, 0, true);
    struct truth_item *item =
        plant_truth(s, stream, "staging", "staging", "staging,exfiltration", victim->address, to.address, to.name);
    struct chance *c = &stream->chance;
    int64_t night = plant_night(s, stream, 0.7);
    char text[16];
    truth_entity(item, "server", "%s", address_text(the(s->world, ROLE_FILE)->address, text));
    double pulled = 0;
    for (unsigned i = 0; i < 14; i++) {
        double bytes = chance_scaled(c, 280e6, 0.6);
        pulled += bytes;
        flow_tcp(s, stream, night - 5 * HOUR + i * 7 * MINUTE, victim->address, the(s->world, ROLE_FILE)->address, 445,
                 "gssapi,smb,ntlm", NULL, (uint64_t)(bytes / 40), (uint64_t)bytes, (int64_t)(bytes / 6e6) * SW_SECOND);
    }
    truth_number(item, "pulled", pulled);
    double packed = pulled * 0.45;
    truth_number(item, "sent", packed);
    for (unsigned i = 0; i < 4; i++)
        upload(s, stream, night + i * 9 * MINUTE, victim->address, &to, packed / 4, 4e6);
}
