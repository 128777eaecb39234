/*
 * plant_acc_cloud.c - hostile sign-ins at Entra ID and Okta.
 */
#include "accounts.h"
#include "plant.h"
#include "plant_acc.h"

static const struct person *somebody(struct scenario *s, struct stream *stream, unsigned n)
{
    const struct world *w = s->world;
    unsigned start = (unsigned)(trait(stream, 0x50b) % w->person_count);
    const struct person *any = &w->people[start];
    for (unsigned i = 0; i < w->person_count; i++) {
        const struct person *p = &w->people[(start + i) % w->person_count];
        if (is_dormant(p) || p->zone != ZONE_HEADQUARTERS || p->from > s->start || p->until < s->end)
            continue;
        any = p;
        if (n-- == 0)
            return p;
    }
    return any;
}

/* A moment of a day on which the person is at work at home or in the office, at an hour of the local day. */
static int64_t when_settled(struct scenario *s, const struct person *p, double share, double hour)
{
    uint32_t address;
    const struct place *place;
    int64_t when = local_hour(p->zone, plant_moment(s, share) / SW_DAY * SW_DAY + 12 * HOUR, hour);
    for (int64_t day = 0; day < 6; day++) {
        int64_t at = when + day * SW_DAY;
        if (at < s->end && is_working_day(p->zone, at) && !is_away(p, at) &&
            where_is(p, at, &address, &place) != WHERE_TRAVEL)
            return at;
    }
    return when;
}

static struct truth_item *open_truth(struct scenario *s, struct stream *stream, const char *name, const char *kind,
                                     const char *expect, const struct person *p, uint32_t source)
{
    char text[16];
    struct truth_item *item = truth_open(s, name, kind, expect);
    if (p != NULL)
        truth_entity(item, "account", "%s@example.org", p->login);
    if (source != 0)
        truth_entity(item, "source", "%s", address_text(source, text));
    stream->truth = item;
    return item;
}

/* What the person does at the same time, which is ordinary: not counted. */
static void as_usual(struct scenario *s, struct stream *stream, const struct person *p, int64_t when, uint64_t session)
{
    struct truth_item *kept = stream->truth;
    struct sign_in in = {.time = when, .person = p, .application = "Office 365 Exchange Online", .session = session};
    (void)where_is(p, when, &in.address, &in.place);
    stream->truth = NULL;
    entra_sign_in(s, stream, &in);
    stream->truth = kept;
}

/* Pairs from a leak: half of the accounts aren't there, one in thirty still has that password. */
void plant_stuffing(struct scenario *s, struct stream *stream)
{
    static const char *const gone[] = {"k.meyer", "webmaster", "j.smith", "office",     "sales",
                                       "p.lange", "marketing", "h.braun", "newsletter", "c.wolf"};
    struct chance *c = &stream->chance;
    struct truth_item *item = open_truth(s, stream, "stuffing", "credential-stuffing", "credential-stuffing", NULL, 0);
    truth_number(item, "addresses", 60);
    int64_t when = plant_moment(s, 0.42);
    for (unsigned i = 0; i < 240; i++, when += chance_from(c, 3, 40) * SW_SECOND) {
        bool there = i % 2 == 0;
        struct sign_in in = {.time = when,
                             .address = residential_address(mix2(trait(stream, 3), i % 60)),
                             .place = &places[PLACE_FAR + i % (PLACE_COUNT - PLACE_FAR)],
                             .application = "Okta Dashboard",
                             .new_device = true,
                             .agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
                                      "Chrome/124.0.0.0 Safari/537.36"};
        if (there)
            in.person = &s->world->people[chance_below(c, s->world->person_count)];
        else
            in.unknown = gone[i / 2 % COUNT(gone)];
        in.error = there && i % 60 == 30 ? 0 : 1;
        okta_event(s, stream, "user.session.start", "User login to Okta", &in,
                   in.error == 0 ? NULL
                   : there       ? "INVALID_CREDENTIALS"
                                 : "VERIFICATION_ERROR");
        if (in.error == 0)
            truth_entity(item, "password-found", "%s@example.org", in.person->login);
    }
}

static void fatigue_entra(struct scenario *s, struct stream *stream)
{
    struct chance *c = &stream->chance;
    const struct person *p = somebody(s, stream, 1);
    uint32_t from = residential_address(trait(stream, 2));
    struct truth_item *item = open_truth(s, stream, "mfa-fatigue", "mfa-fatigue", "mfa-fatigue", p, from);
    unsigned pushes = chance_from(c, 16, 40);
    truth_number(item, "pushes", pushes);
    struct sign_in in = {.time = when_settled(s, p, 0.5, 22.3),
                         .person = p,
                         .address = from,
                         .place = &places[3],
                         .application = "Microsoft Office 365 Portal",
                         .mfa = "Mobile app notification",
                         .new_device = true,
                         .error = 500121};
    for (unsigned n = 0; n < pushes; n++, in.time += chance_from(c, 20, 110) * SW_SECOND)
        entra_sign_in(s, stream, &in);
    in.error = 0;
    entra_sign_in(s, stream, &in);
}

static void fatigue_okta(struct scenario *s, struct stream *stream)
{
    struct chance *c = &stream->chance;
    const struct person *p = somebody(s, stream, 2);
    uint32_t from = hosting_address(trait(stream, 3));
    struct truth_item *item = open_truth(s, stream, "mfa-fatigue", "mfa-fatigue", "mfa-fatigue", p, from);
    unsigned pushes = chance_from(c, 12, 30);
    truth_number(item, "pushes", pushes);
    struct sign_in in = {.time = when_settled(s, p, 0.65, 6.2),
                         .person = p,
                         .address = from,
                         .place = &places[PLACE_TRAVEL + 5],
                         .application = "Okta Dashboard",
                         .new_device = true};
    for (unsigned n = 0; n < pushes; n++, in.time += chance_from(c, 15, 80) * SW_SECOND) {
        in.error = 0;
        okta_event(s, stream, "system.push.send_factor_verify_push", "Send Okta Verify push", &in, NULL);
        in.error = 1;
        in.time += 6 * SW_SECOND;
        okta_event(s, stream, "user.mfa.okta_verify.deny_push", "User rejected Okta push verify", &in, "REJECTED");
    }
    in.error = 0;
    okta_event(s, stream, "user.authentication.auth_via_mfa", "Authentication of user via MFA", &in, NULL);
    in.time += 2 * SW_SECOND;
    okta_event(s, stream, "user.session.start", "User login to Okta", &in, NULL);
}

void plant_mfa_fatigue(struct scenario *s, struct stream *stream)
{
    fatigue_entra(s, stream);
    fatigue_okta(s, stream);
}

/* A sign-in from a hoster, a method added from there, and from then on it alone. */
void plant_mfa_method(struct scenario *s, struct stream *stream)
{
    struct chance *c = &stream->chance;
    const struct person *p = somebody(s, stream, 3);
    uint32_t from = hosting_address(trait(stream, 2));
    (void)open_truth(s, stream, "mfa-method", "mfa-method-added", "mfa-method-added", p, from);
    struct sign_in in = {.time = when_settled(s, p, 0.45, 19.5),
                         .person = p,
                         .address = from,
                         .place = &places[PLACE_TRAVEL],
                         .application = "My Signins",
                         .new_device = true};
    entra_sign_in(s, stream, &in);
    entra_audit(s, stream, in.time + 2 * MINUTE, p, p, from, "User registered security info",
                "User registered Authenticator App with Code");
    in.application = "Office 365 Exchange Online";
    in.mfa = "OATH verification code";
    for (in.time += 9 * MINUTE; in.time < s->end; in.time += (int64_t)(chance_exponential(c) * 11 * (double)HOUR))
        entra_sign_in(s, stream, &in);
}

/* Mornings in the office; in the afternoon the same session is in use from a hoster in another country, without any
 * new authentication. At Okta the same. */
void plant_stolen_session(struct scenario *s, struct stream *stream)
{
    for (unsigned i = 0; i < 2; i++) {
        const struct person *p = somebody(s, stream, 5 + i);
        uint64_t session = trait(stream, 10 + i) | 1;
        uint32_t from = hosting_address(trait(stream, 20 + i));
        int64_t when = when_settled(s, p, 0.4 + 0.2 * i, 13.5);
        struct sign_in in = {.time = when,
                             .person = p,
                             .address = from,
                             .place = &places[PLACE_FAR + 1 + i],
                             .application = i == 0 ? "SharePoint Online" : "Salesforce.com",
                             .session = session};
        struct sign_in own = {
            .time = when - 20 * MINUTE, .person = p, .application = "Okta Dashboard", .session = session};
        (void)where_is(p, own.time, &own.address, &own.place);
        if (i == 0)
            as_usual(s, stream, p, own.time, session);
        else
            okta_event(s, stream, "user.session.start", "User login to Okta", &own, NULL);
        (void)open_truth(s, stream, "stolen-session", "session-two-networks", "session-two-networks", p, from);
        for (unsigned n = 0; n < 5; n++, in.time += 8 * MINUTE) {
            if (i == 0)
                entra_sign_in(s, stream, &in);
            else
                okta_event(s, stream, "user.authentication.sso", "User single sign on to app", &in, NULL);
        }
        stream->truth = NULL;
    }
}

void plant_impossible_travel(struct scenario *s, struct stream *stream)
{
    const struct person *p = somebody(s, stream, 8);
    int64_t when = when_settled(s, p, 0.55, 10.2);
    uint32_t from = residential_address(trait(stream, 2));
    const struct place *place = &places[PLACE_FAR + trait(stream, 3) % (PLACE_COUNT - PLACE_FAR)];
    struct truth_item *item =
        open_truth(s, stream, "impossible-travel", "impossible-travel", "impossible-travel", p, from);
    truth_entity(item, "country", "%s", place->country);
    as_usual(s, stream, p, when - 35 * MINUTE, 0);
    struct sign_in in = {.time = when,
                         .person = p,
                         .address = from,
                         .place = place,
                         .application = "Office 365 Exchange Online",
                         .mfa = "Mobile app notification",
                         .new_device = true};
    entra_sign_in(s, stream, &in);
    as_usual(s, stream, p, when + 25 * MINUTE, 0);
}

void plant_first_seen(struct scenario *s, struct stream *stream)
{
    struct chance *c = &stream->chance;
    const struct person *p = somebody(s, stream, 9);
    uint32_t from = hosting_address(trait(stream, 2));
    struct truth_item *item = open_truth(s, stream, "first-seen", "first-seen",
                                         "first-seen-source,first-seen-country,first-seen-hour", p, from);
    truth_entity(item, "country", "%s", places[PLACE_FAR + 2].country);
    struct sign_in in = {.time = when_settled(s, p, 0.7, 3.1),
                         .person = p,
                         .address = from,
                         .place = &places[PLACE_FAR + 2],
                         .application = "Azure Portal",
                         .new_device = true,
                         .mfa = "Mobile app notification"};
    for (unsigned n = 0; n < 4; n++, in.time += chance_from(c, 60, 900) * SW_SECOND)
        entra_sign_in(s, stream, &in);
}
