/*
 * accounts.c - the part's logs, the places of the world that it needs, and where people are.
 */
#include "accounts.h"

#include "base/mem.h"

const struct place places[PLACE_COUNT] = {
    {"Hamburg", "Hamburg", "Germany", "DE", 53.5511, 9.9937},
    {"Bremen", "Bremen", "Germany", "DE", 53.0793, 8.8017},
    {"Luebeck", "Schleswig-Holstein", "Germany", "DE", 53.8655, 10.6866},
    {"Kiel", "Schleswig-Holstein", "Germany", "DE", 54.3233, 10.1228},
    {"Hannover", "Niedersachsen", "Germany", "DE", 52.3759, 9.7320},
    {"New York", "New York", "United States", "US", 40.7128, -74.0060},
    {"Newark", "New Jersey", "United States", "US", 40.7357, -74.1724},
    {"Singapore", "Singapore", "Singapore", "SG", 1.3521, 103.8198},
    {"London", "England", "United Kingdom", "GB", 51.5074, -0.1278},
    {"Paris", "Ile-de-France", "France", "FR", 48.8566, 2.3522},
    {"Lisbon", "Lisboa", "Portugal", "PT", 38.7223, -9.1393},
    {"Oslo", "Oslo", "Norway", "NO", 59.9139, 10.7522},
    {"Copenhagen", "Hovedstaden", "Denmark", "DK", 55.6761, 12.5683},
    {"Rotterdam", "Zuid-Holland", "Netherlands", "NL", 51.9244, 4.4777},
    {"Boston", "Massachusetts", "United States", "US", 42.3601, -71.0589},
    {"Lagos", "Lagos", "Nigeria", "NG", 6.5244, 3.3792},
    {"Sao Paulo", "Sao Paulo", "Brazil", "BR", -23.5505, -46.6333},
    {"Hanoi", "Ha Noi", "Vietnam", "VN", 21.0278, 105.8342},
    {"Chisinau", "Chisinau", "Moldova", "MD", 47.0105, 28.8638},
    {"Kuala Lumpur", "Kuala Lumpur", "Malaysia", "MY", 3.1390, 101.6869},
};

void accounts_open(struct scenario *s)
{
    struct directory *d = sw_alloc(1, sizeof *d);
    unsigned formats = s->options.formats;
    if (d == NULL)
        die("out of memory");
    s->directory = d;
    d->nxlog = (formats & FORMAT_NXLOG) != 0;
    if ((formats & (FORMAT_WINDOWS | FORMAT_NXLOG)) != 0)
        d->windows = log_open(s, "windows/security.DAY.ndjson", 20, NULL);
    if ((formats & FORMAT_SYSLOG) != 0)
        d->syslog = log_open(s, "syslog/auth.DAY.log", 21, NULL);
    if ((formats & FORMAT_ENTRA) != 0)
        d->entra = log_open(s, "entra/sign-ins.DAY.ndjson", 0, NULL);
    if ((formats & FORMAT_OKTA) != 0)
        d->okta = log_open(s, "okta/system.DAY.ndjson", 0, NULL);
    if ((formats & FORMAT_VPN) != 0)
        d->vpn = log_open(s, "vpn/fortigate-event.DAY.log", 22, NULL);
}

void accounts_close(struct scenario *s)
{
    sw_free(s->directory);
    s->directory = NULL;
}

bool is_dormant(const struct person *person)
{
    return !person->admin && mix2(person->key, 70) % 37 == 0;
}

const struct place *home_of(const struct person *p)
{
    return &places[p->zone == ZONE_BRANCH ? PLACE_NEW_YORK + p->key % 2
                   : p->zone == ZONE_EAST ? PLACE_SINGAPORE
                                          : PLACE_HOME + p->key % 5];
}

bool is_away(const struct person *p, int64_t time)
{
    uint64_t day = (uint64_t)local_day(p->zone, time);
    return time < p->from || time >= p->until || is_dormant(p) || mix3(p->key, 20, day / 7) % 13 == 0 ||
           mix3(p->key, 21, day) % 25 == 0;
}

static bool travels(const struct person *p, uint64_t day)
{
    return mix3(p->key, 71, (day + 3) / 7) % 20 == 0 && weekday_of((int64_t)day) < 5;
}

/* One week in twenty on a journey; else a quarter of the days at home. Who travels does so from Monday to Friday. */
enum where where_is(const struct person *p, int64_t time, uint32_t *address, const struct place **place)
{
    uint64_t day = (uint64_t)local_day(p->zone, time);
    uint64_t week = mix3(p->key, 71, (day + 3) / 7);
    if (travels(p, day)) {
        *place = &places[PLACE_TRAVEL + week / 20 % (PLACE_FAR - PLACE_TRAVEL)];
        *address = residential_address(mix2(week, 1));
        return WHERE_TRAVEL;
    }
    *place = home_of(p);
    if (mix3(p->key, 50, day) % 4 == 0 || !is_working_day(p->zone, time)) {
        *address = p->home + (mix3(p->key, 72, day / 9) % 3 == 0); /* providers change it */
        return WHERE_HOME;
    }
    *address = p->zone == ZONE_HEADQUARTERS ? PUBLIC_ADDRESS
               : p->zone == ZONE_BRANCH     ? ADDRESS(198, 51, 100, 77)
                                            : ADDRESS(198, 51, 100, 140);
    return WHERE_OFFICE;
}

bool is_under_way(const struct person *p, int64_t time)
{
    uint64_t day = (uint64_t)local_day(p->zone, time);
    return travels(p, day) != travels(p, day - 1) && time < local_hour(p->zone, time, 14);
}

/* Of the telephone, behind its operator's NAT: another every few hours, out of one network. */
uint32_t mobile_address(const struct person *p, int64_t time)
{
    uint64_t operator= p->zone * 3 + p->key % 3;
    return (residential_address(mix2(0x0b11e, operator)) & 0xffff0000u) |
           (uint32_t)(mix3(p->key, 73, (uint64_t)(time / (5 * HOUR))) & 0xfffeu) | 1;
}
