/*
 * world.h - the organisation: its hosts, people and addresses, and the names outside that it talks to.
 *
 * Owner:   world_make(), world_free().      Threads: any, once made.
 *
 * Networks: servers 10.20.1.0/24, DMZ 10.20.5.0/24, clients 10.20.16.0/20 and up, branch office behind one address
 * (10.20.250.2), things 192.168.10.0/22, shop floor 192.168.20.0/24, guests 192.168.100.0/22.
 */
#ifndef SW_SCENARIO_WORLD_H
#define SW_SCENARIO_WORLD_H

#include "scenario.h"

#define ADDRESS(a, b, c, d) ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))
#define DOMAIN "corp.example.org"
#define PUBLIC_ADDRESS ADDRESS(198, 51, 100, 10) /* of the firewall, before NAT */

enum role {
    ROLE_DC1,
    ROLE_DC2,
    ROLE_FILE,
    ROLE_DATABASE,
    ROLE_APPLICATION,
    ROLE_MAIL,
    ROLE_BACKUP,
    ROLE_MONITOR,
    ROLE_SCANNER, /* their own, for vulnerabilities */
    ROLE_JUMP,
    ROLE_UPDATES,
    ROLE_PRINT,
    ROLE_PBX,
    ROLE_RECORDER, /* of the cameras */
    ROLE_PROXY,
    ROLE_WEB1,
    ROLE_WEB2,
    ROLE_VPN,
    ROLE_RELAY,  /* of mail, in the DMZ */
    ROLE_SINGLE, /* those before are there once, in this order */
    ROLE_LINUX = ROLE_SINGLE,
    ROLE_DESKTOP,
    ROLE_LAPTOP,
    ROLE_SHOP, /* shop floor: shared accounts */
    ROLE_BRANCH,
    ROLE_THING,
    ROLE_PHONE,
};

struct host {
    char name[24];
    enum role role;
    enum zone zone;
    uint32_t address;       /* the first it has; see address_at() */
    unsigned group, member; /* of those that share addresses by DHCP */
    uint64_t key;           /* its own hash */
    int64_t from, until;    /* when it is there */
    unsigned person;        /* index of an account */
};

struct person {
    char login[48]; /* given.family */
    char given[16], family[16];
    enum zone zone;
    uint64_t key;
    unsigned host;       /* its computer */
    int64_t from, until; /* of the employment */
    uint32_t home;       /* address at home, and its network */
    bool admin;
};

struct world {
    struct host *hosts;
    unsigned host_count;
    unsigned clients_from, clients_to; /* indices of people's computers */
    unsigned servers;                  /* hosts before this index are servers */
    struct person *people;
    unsigned person_count;
    uint64_t seed;
    int64_t start, end;
};

struct world *world_make(const struct options *options);
void world_free(struct world *world);

static inline const struct host *the(const struct world *world, enum role role)
{
    return &world->hosts[role];
}

/* Its address then: laptops' leases change every three to nine days. */
uint32_t address_at(const struct world *world, const struct host *host, int64_t time);
/* Is anybody at it? Vacations, illness, laptops that stay closed. */
bool is_present(const struct world *world, const struct host *host, int64_t time);
/* Switched on: present, or a desktop that runs through the night. */
bool is_running(const struct world *world, const struct host *host, int64_t time);

bool is_inside(uint32_t address);
bool is_dmz(uint32_t address);

/* --- outside (names.c) --- */

struct outside {
    char name[80];
    uint32_t address;
};

/* The place that stands for a name: popular ones are served from a few addresses each, which others share. */
uint32_t address_of_name(const char *name, uint64_t choice);
/* The rank-th site of the web, popular ones first. */
void site_of_rank(unsigned rank, uint64_t choice, struct outside *site);
/* An address of the internet that belongs to nobody in particular; residential: of an access network. */
uint32_t any_address(uint64_t hash);
uint32_t residential_address(uint64_t hash);
uint32_t hosting_address(uint64_t hash);
/* A name that only this hash has: rare-word.tld */
void invented_name(uint64_t hash, char *name, size_t size);

void put_address(struct sw_buf *out, uint32_t address);
const char *address_text(uint32_t address, char text[16]);

#endif
