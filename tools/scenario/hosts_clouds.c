/*
 * hosts_clouds.c - everybody's sign-ins to Entra ID and, from home, to the VPN, a few a day: with few records the
 * accounts' part leaves most people out, and what is strange for somebody can be told only of those who have a past.
 */
#include "hosts.h"

static void from_home(struct scenario *s, struct stream *stream, int64_t when, const struct person *p, uint32_t from,
                      const struct place *place)
{
    struct chance *c = &stream->chance;
    int64_t lasts = (int64_t)chance_scaled(c, 200, 0.6) * MINUTE;
    vpn_login(s, stream, when, p->login, from, place, true);
    vpn_down(s, stream, when + lasts, p->login, from, lasts, (uint64_t)chance_scaled(c, 9e6, 1.5),
             (uint64_t)chance_scaled(c, 8e7, 1.5));
}

void hosts_clouds(struct scenario *s, struct stream *stream, int64_t hour)
{
    static const char *const applications[] = {"Office 365 Exchange Online", "Microsoft Teams", "SharePoint Online",
                                               "Office 365 Portal"};
    const struct world *w = s->world;
    if (s->counting)
        return;
    for (unsigned i = 0; i < w->person_count; i++) {
        const struct person *p = &w->people[i];
        uint32_t from;
        const struct place *place;
        stream_at(stream, i, hour);
        struct chance *c = &stream->chance;
        if (is_away(p, hour) || is_under_way(p, hour) || !is_working_day(p->zone, hour))
            continue;
        enum where where = where_is(p, hour, &from, &place);
        double busy = busyness(p->zone, hour + HOUR / 2);
        if (chance_is(c, 0.16 * busy)) {
            struct sign_in in = {.time = within_hour(stream, hour),
                                 .person = p,
                                 .address = from,
                                 .place = place,
                                 .application = applications[chance_zipf(c, COUNT(applications))]};
            entra_sign_in(s, stream, &in);
        }
        if (where != WHERE_OFFICE && chance_is(c, 0.12 * busy))
            from_home(s, stream, within_hour(stream, hour), p, from, place);
    }
}
