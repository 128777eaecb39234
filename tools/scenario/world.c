/*
 * world.c - builds the organisation from the options, and tells who has which address and is there when.
 */
#include "world.h"

#include "base/mem.h"

#include <stdio.h>

#define GROUP 16 /* hosts that share as many addresses */

static const struct {
    const char *name;
    uint32_t address;
} singles[ROLE_SINGLE] = {
    [ROLE_DC1] = {"dc1", ADDRESS(10, 20, 1, 10)},           [ROLE_DC2] = {"dc2", ADDRESS(10, 20, 1, 11)},
    [ROLE_FILE] = {"files1", ADDRESS(10, 20, 1, 15)},       [ROLE_DATABASE] = {"db1", ADDRESS(10, 20, 1, 20)},
    [ROLE_APPLICATION] = {"app1", ADDRESS(10, 20, 1, 21)},  [ROLE_MAIL] = {"mail1", ADDRESS(10, 20, 1, 25)},
    [ROLE_BACKUP] = {"backup1", ADDRESS(10, 20, 1, 30)},    [ROLE_MONITOR] = {"mon1", ADDRESS(10, 20, 1, 40)},
    [ROLE_SCANNER] = {"vulnscan1", ADDRESS(10, 20, 1, 41)}, [ROLE_JUMP] = {"jump1", ADDRESS(10, 20, 1, 45)},
    [ROLE_UPDATES] = {"wsus1", ADDRESS(10, 20, 1, 50)},     [ROLE_PRINT] = {"print1", ADDRESS(10, 20, 1, 55)},
    [ROLE_PBX] = {"pbx1", ADDRESS(10, 20, 1, 60)},          [ROLE_RECORDER] = {"nvr1", ADDRESS(10, 20, 1, 61)},
    [ROLE_PROXY] = {"proxy1", ADDRESS(10, 20, 1, 80)},      [ROLE_WEB1] = {"www1", ADDRESS(10, 20, 5, 10)},
    [ROLE_WEB2] = {"www2", ADDRESS(10, 20, 5, 11)},         [ROLE_VPN] = {"vpn1", ADDRESS(10, 20, 5, 20)},
    [ROLE_RELAY] = {"mx1", ADDRESS(10, 20, 5, 25)},
};

static struct host *add_host(struct world *w, enum role role, const char *kind, unsigned number, uint32_t address)
{
    struct host *host = &w->hosts[w->host_count];
    host->role = role;
    if (number == 0)
        (void)snprintf(host->name, sizeof host->name, "%s", kind);
    else
        (void)snprintf(host->name, sizeof host->name, "%s%u", kind, number);
    host->address = address;
    host->key = mix3(w->seed, 0x4057, w->host_count);
    host->from = w->start - SW_DAY * 400;
    host->until = w->end + SW_DAY * 400;
    host->person = UINT32_MAX;
    w->host_count++;
    return host;
}

static void add_servers(struct world *w, unsigned hosts)
{
    for (unsigned role = 0; role < ROLE_SINGLE; role++)
        add_host(w, role, singles[role].name, 0, singles[role].address);
    for (unsigned i = 0; i < 3 + hosts / 60; i++)
        add_host(w, ROLE_LINUX, "lnx", i + 1, ADDRESS(10, 20, 1, 0) + 100 + i % 150);
    w->servers = w->host_count;
}

/* One in forty comes new, one in fifty leaves while we watch. */
static void come_and_go(const struct world *w, uint64_t key, int64_t *from, int64_t *until)
{
    int64_t span = w->end - w->start;
    double when = fraction_of(mix2(key, 12));
    if (span < 3 * SW_DAY)
        return;
    if (mix2(key, 10) % 40 == 0)
        *from = w->start + (int64_t)(when * (double)span) / SW_DAY * SW_DAY + 7 * HOUR;
    else if (mix2(key, 11) % 50 == 0)
        *until = w->start + (int64_t)(when * (double)span) / SW_DAY * SW_DAY + 16 * HOUR;
}

static void add_clients(struct world *w, unsigned hosts)
{
    w->clients_from = w->host_count;
    unsigned branch = hosts / 12;
    unsigned shop = hosts / 20;
    for (unsigned i = 0; i < hosts; i++) {
        uint64_t kind = mix3(w->seed, 0xc11e47, i / GROUP);
        bool laptop = kind % 3 == 0;
        struct host *host;
        if (i < branch)
            host = add_host(w, ROLE_BRANCH, "nyc-pc", i + 1, ADDRESS(192, 168, 50, 0) + 10 + i % 200);
        else if (i < branch + shop)
            host = add_host(w, ROLE_SHOP, "shop", i - branch + 1, ADDRESS(192, 168, 20, 0) + 10 + (i - branch) % 1000);
        else
            host = add_host(w, laptop ? ROLE_LAPTOP : ROLE_DESKTOP, laptop ? "lt" : "ws", 1000 + i,
                            ADDRESS(10, 20, 16, 0) + (i / 240) * 256 + 10 + i % 240);
        host->zone = host->role == ROLE_BRANCH ? ZONE_BRANCH : kind % 29 == 7 ? ZONE_EAST : ZONE_HEADQUARTERS;
        host->group = i / GROUP;
        host->member = i % GROUP;
        if (host->role != ROLE_SHOP)
            come_and_go(w, host->key, &host->from, &host->until);
    }
    w->clients_to = w->host_count;
}

static void add_things(struct world *w, unsigned hosts)
{
    static const char *const kinds[] = {"cam",     "cam",    "phone", "phone", "phone",
                                        "printer", "thermo", "tv",    "door",  "ups"};
    for (unsigned i = 0; i < 4 + hosts / 8; i++)
        add_host(w, ROLE_THING, kinds[i % COUNT(kinds)], i + 1, ADDRESS(192, 168, 10, 0) + 5 + i % 1000);
    for (unsigned i = 0; i < hosts / 6; i++)
        add_host(w, ROLE_PHONE, "guest", i + 1, ADDRESS(192, 168, 100, 0) + 10 + i % 1000);
}

static void add_people(struct world *w, unsigned count)
{
    static const char *const given[] = {"anna",  "bjorn", "carla", "david", "elena", "farid",  "grete", "hugo",
                                        "ines",  "jonas", "karin", "lukas", "marta", "nadia",  "oskar", "petra",
                                        "ruben", "sofia", "tomas", "ulla",  "vera",  "willem", "yusuf", "zoe"};
    static const char *const family[] = {"almeida", "berger", "castro", "dupont",  "eriksen", "fischer",
                                         "garcia",  "hansen", "ivanov", "jansen",  "keller",  "larsen",
                                         "moreau",  "novak",  "olsen",  "pereira", "quist",   "rossi",
                                         "schmidt", "tanaka", "urban",  "vogel",   "weber",   "young"};
    unsigned clients = w->clients_to - w->clients_from;
    for (unsigned i = 0; i < count; i++) {
        struct person *p = &w->people[w->person_count++];
        p->key = mix3(w->seed, 0x9e09, i);
        p->host = clients == 0 ? 0 : w->clients_from + i % clients;
        unsigned name = (unsigned)((i * 7919u + w->seed % 576) % 576);
        (void)snprintf(p->given, sizeof p->given, "%s", given[name % 24]);
        (void)snprintf(p->family, sizeof p->family, "%s", family[name / 24]);
        if (i < 576)
            (void)snprintf(p->login, sizeof p->login, "%s.%s", p->given, p->family);
        else
            (void)snprintf(p->login, sizeof p->login, "%s.%s%u", p->given, p->family, i / 576 + 1);
        struct host *host = &w->hosts[p->host];
        p->zone = clients == 0 ? ZONE_HEADQUARTERS : host->zone;
        p->from = host->from;
        p->until = host->until;
        p->home = residential_address(mix2(p->key, 1));
        p->admin = i > 0 && i <= 2 + count / 60;
        if (i < clients)
            host->person = i;
    }
}

struct world *world_make(const struct options *o)
{
    struct world *w = sw_alloc(1, sizeof *w);
    unsigned most = ROLE_SINGLE + 3 + o->hosts / 60 + o->hosts + 4 + o->hosts / 8 + o->hosts / 6;
    if (w == NULL)
        die("out of memory");
    w->hosts = sw_alloc(most, sizeof *w->hosts);
    w->people = sw_alloc(o->accounts + 1, sizeof *w->people);
    if (w->hosts == NULL || w->people == NULL)
        die("out of memory");
    w->seed = mix2(o->seed, 0x30341d);
    w->start = o->start;
    w->end = o->start + o->days * SW_DAY;
    add_servers(w, o->hosts);
    add_clients(w, o->hosts);
    add_things(w, o->hosts);
    add_people(w, o->accounts);
    return w;
}

void world_free(struct world *w)
{
    sw_free(w->hosts);
    sw_free(w->people);
    sw_free(w);
}

uint32_t address_at(const struct world *w, const struct host *host, int64_t time)
{
    if (host->role == ROLE_BRANCH)
        return ADDRESS(10, 20, 250, 2); /* NAT */
    if (host->role != ROLE_LAPTOP)
        return host->address;
    uint64_t group = mix3(w->seed, 0xd4c9, host->group);
    int64_t lease = (3 + (int64_t)(group % 7)) * SW_DAY;
    uint64_t turn = (uint64_t)((time + (int64_t)(group >> 8 & 0xffff) * MINUTE) / lease);
    return host->address - host->member + (host->member + (uint32_t)turn * 5) % GROUP;
}

bool is_present(const struct world *w, const struct host *host, int64_t time)
{
    if (time < host->from || time >= host->until)
        return false;
    if (host->role < ROLE_DESKTOP || host->role == ROLE_SHOP || host->role == ROLE_THING)
        return true;
    uint64_t day = (uint64_t)local_day(host->zone, time);
    (void)w;
    return mix3(host->key, 20, day / 7) % 13 != 0 && mix3(host->key, 21, day) % 25 != 0;
}

bool is_running(const struct world *w, const struct host *host, int64_t time)
{
    if (time < host->from || time >= host->until)
        return false;
    if (host->role < ROLE_DESKTOP || host->role == ROLE_THING || host->role == ROLE_SHOP)
        return true;
    if ((host->role == ROLE_DESKTOP || host->role == ROLE_BRANCH) && host->key % 3 == 0)
        return true;
    if (!is_present(w, host, time) || !is_working_day(host->zone, time))
        return false;
    int64_t late = (int64_t)(fraction_of(mix2(host->key, 22)) * 2 * (double)HOUR);
    return time >= local_hour(host->zone, time, 7) + late && time < local_hour(host->zone, time, 16.5) + late;
}

bool is_inside(uint32_t address)
{
    return address >> 16 == ADDRESS(10, 20, 0, 0) >> 16 || address >> 16 == ADDRESS(192, 168, 0, 0) >> 16;
}

bool is_dmz(uint32_t address)
{
    return address >> 8 == ADDRESS(10, 20, 5, 0) >> 8;
}
