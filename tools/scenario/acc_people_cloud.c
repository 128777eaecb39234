/*
 * acc_people_cloud.c - people at cloud services and the VPN: from the office, from home, with a telephone whose address
 * changes, from hotels and abroad; typos, lost telephones and the helpdesk; and the world's tries at their names.
 */
#include "accounts.h"

#include <stdio.h>

static const char *const applications[] = {
    "Office 365 Exchange Online",  "Microsoft Teams Services", "SharePoint Online",
    "Microsoft Office 365 Portal", "Windows Sign In",          "Azure Portal"};
static const char *const okta_applications[] = {"Personio", "Salesforce.com", "Atlassian Cloud", "Zoom"};

static bool is_covered(const struct scenario *s, uint64_t key)
{
    return s->coverage[2] >= 1 || fraction_of(mix2(key, 6)) < s->coverage[2];
}

static void sign_in_once(struct scenario *s, struct stream *stream, struct sign_in *in)
{
    struct chance *c = &stream->chance;
    unsigned wrong = chance_is(c, 0.035) ? chance_from(c, 1, 2) : 0;
    int64_t when = in->time;
    for (; wrong > 0; wrong--) {
        in->time = when - wrong * chance_from(c, 5, 15) * SW_SECOND;
        in->error = 50126;
        entra_sign_in(s, stream, in);
    }
    in->time = when;
    in->error = 0;
    if (chance_is(c, 0.12)) { /* asked for the second factor, which is sometimes not at hand */
        in->mfa = "Mobile app notification";
        in->error = chance_is(c, 0.04) ? 500121 : 50074;
        in->time = when - 14 * SW_SECOND;
        entra_sign_in(s, stream, in);
        in->time = when;
        in->error = 0;
    }
    entra_sign_in(s, stream, in);
}

static void use_okta(struct scenario *s, struct stream *stream, struct sign_in *in)
{
    struct chance *c = &stream->chance;
    if (chance_is(c, 0.05)) {
        in->error = 1;
        okta_event(s, stream, "user.session.start", "User login to Okta", in, "INVALID_CREDENTIALS");
        in->time += 9 * SW_SECOND;
        in->error = 0;
    }
    okta_event(s, stream, "user.session.start", "User login to Okta", in, NULL);
    in->time += 6 * SW_SECOND;
    okta_event(s, stream, "user.authentication.auth_via_mfa", "Authentication of user via MFA", in, NULL);
    for (unsigned n = chance_from(c, 1, 3); n > 0; n--) {
        in->time += chance_from(c, 2, 900) * SW_SECOND;
        in->application = CHANCE_OF(c, okta_applications);
        okta_event(s, stream, "user.authentication.sso", "User single sign on to app", in, NULL);
    }
}

void acc_clouds(struct scenario *s, struct stream *stream, int64_t hour)
{
    const struct world *w = s->world;
    for (unsigned i = 0; i < w->person_count; i++) {
        const struct person *p = &w->people[i];
        if (is_away(p, hour) || is_under_way(p, hour) || !is_covered(s, p->key))
            continue;
        stream_at(stream, i, hour);
        struct chance *c = &stream->chance;
        double busy = busyness(p->zone, hour + HOUR / 2);
        for (unsigned n = chance_poisson(c, 1.1 * busy * s->activity[2]); n > 0; n--) {
            struct sign_in in = {.time = within_hour(stream, hour),
                                 .person = p,
                                 .application = applications[chance_zipf(c, COUNT(applications))]};
            (void)where_is(p, in.time, &in.address, &in.place);
            if (chance_is(c, 0.22)) { /* the telephone, on its way; a third of them carry the session with them */
                in.session = chance_is(c, 0.33) ? mix3(p->key, (uint64_t)(in.time / SW_DAY), in.address) : 0;
                in.address = mobile_address(p, in.time);
                in.agent = p->key % 2 == 0 ? "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) "
                                             "AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148"
                                           : "Mozilla/5.0 (Linux; Android 15; Pixel 8) AppleWebKit/537.36 (KHTML, like "
                                             "Gecko) Chrome/139.0.0.0 Mobile Safari/537.36";
            }
            if (chance_is(c, 0.18))
                use_okta(s, stream, &in);
            else
                sign_in_once(s, stream, &in);
        }
    }
    /* All the world tries the names of those who work here, a few times an hour, from everywhere. */
    stream_at(stream, 1u << 30, hour);
    struct chance *c = &stream->chance;
    for (unsigned n = chance_poisson(c, 0.004 * w->person_count * s->activity[2]); n > 0; n--) {
        struct sign_in in = {.time = within_hour(stream, hour),
                             .person = &w->people[chance_below(c, w->person_count)],
                             .application = "Office 365 Exchange Online",
                             .error = 50126,
                             .agent = "BAV2ROPC",
                             .new_device = true,
                             .place = &places[PLACE_FAR + chance_below(c, PLACE_COUNT - PLACE_FAR)],
                             .address = hosting_address(chance_next(c))};
        entra_sign_in(s, stream, &in);
    }
}

/* Somebody has a new telephone: the helpdesk clears the old method, the person adds the new one, mostly from where they
 * usually are; so do the new ones in their first days. */
void acc_helpdesk(struct scenario *s, struct stream *stream, int64_t hour)
{
    const struct world *w = s->world;
    if (!is_working_day(ZONE_HEADQUARTERS, hour))
        return;
    for (unsigned i = 0; i < w->person_count; i++) {
        const struct person *p = &w->people[i];
        bool is_new = hour >= p->from && hour < p->from + SW_DAY;
        stream_at(stream, i, hour);
        struct chance *c = &stream->chance;
        if (is_away(p, hour) || !is_covered(s, p->key) ||
            !chance_is(c, (is_new ? 0.15 : 0.0006) * busyness(ZONE_HEADQUARTERS, hour)))
            continue;
        struct sign_in in = {.time = within_hour(stream, hour),
                             .person = p,
                             .application = "Microsoft Office 365 Portal",
                             .mfa = "Mobile app notification"};
        (void)where_is(p, in.time, &in.address, &in.place);
        const struct person *helper = &w->people[w->person_count > 1 ? 1 : 0];
        entra_audit(s, stream, in.time - 9 * MINUTE, helper, p, PUBLIC_ADDRESS, "Admin deleted security info",
                    "Admin deleted phone app notification");
        entra_audit(s, stream, in.time, p, p, in.address, "User registered security info",
                    "User registered Authenticator App with Notification and Code");
        in.time += 3 * MINUTE;
        entra_sign_in(s, stream, &in);
    }
}

/* Tunnels of those who aren't in the office; a storm, when the provider fails and all come back at once. */
void acc_vpn(struct scenario *s, struct stream *stream, int64_t hour)
{
    const struct world *w = s->world;
    bool storm = mix3(stream->seed, 77, (uint64_t)hour) % 90 == 0 && is_working_day(ZONE_HEADQUARTERS, hour);
    for (unsigned i = 0; i < w->person_count; i++) {
        const struct person *p = &w->people[i];
        uint32_t address;
        const struct place *place;
        if (is_away(p, hour) || is_under_way(p, hour) || !is_covered(s, p->key) ||
            where_is(p, hour, &address, &place) == WHERE_OFFICE)
            continue;
        stream_at(stream, i, hour);
        struct chance *c = &stream->chance;
        double busy = busyness(p->zone, hour + HOUR / 2);
        unsigned tunnels = chance_is(c, 0.25 * busy);
        if (storm && busy > 0.3)
            tunnels += 1 + chance_below(c, 3);
        for (unsigned n = 0; n < tunnels; n++) {
            int64_t when = storm ? hour + (20 * 60 + chance_below(c, 120)) * SW_SECOND : within_hour(stream, hour);
            int64_t lasts = (int64_t)chance_scaled(c, storm && n + 1 < tunnels ? 30 : 9000, 1) * SW_SECOND;
            if (chance_is(c, 0.06))
                vpn_login(s, stream, when - 11 * SW_SECOND, p->login, address, place, false);
            vpn_login(s, stream, when, p->login, address, place, true);
            uint64_t sent = (uint64_t)chance_scaled(c, 9e6, 1.5);
            uint64_t received = (uint64_t)chance_scaled(c, 60e6, 1.5);
            vpn_down(s, stream, when + lasts, p->login, address, lasts, sent, received);
        }
    }
    stream_at(stream, 1u << 30, hour);
    struct chance *c = &stream->chance;
    for (unsigned n = chance_poisson(c, 1.5 * (s->coverage[2] < 1 ? s->coverage[2] : 1)); n > 0; n--) {
        static const char *const guesses[] = {"admin", "test", "vpn", "guest", "user", "support", "info"};
        int64_t when = within_hour(stream, hour);
        uint32_t from = hosting_address(chance_next(c));
        const struct place *place = &places[PLACE_FAR + chance_below(c, PLACE_COUNT - PLACE_FAR)];
        vpn_login(s, stream, when, CHANCE_OF(c, guesses), from, place, false);
    }
}
