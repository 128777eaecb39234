/*
 * account_priv.h - between noting logins (account_notes.c, account_forms.c), keeping them (account_store.c) and
 * deciding (account_finish.c).
 */
#ifndef SW_BEHAVIOUR_ACCOUNT_PRIV_H
#define SW_BEHAVIOUR_ACCOUNT_PRIV_H

#include "base/map.h"
#include "behaviour/account.h"
#include "behaviour/evict.h"
#include "behaviour/roles.h"
#include "behaviour/series.h"

#define SW_ACCOUNT_ROLES(X) \
    X(EVENT) \
    X(USER) \
    X(DOMAIN) \
    X(ACTOR) \
    X(SOURCE) \
    X(TARGET) \
    X(SERVER) \
    X(WORKSTATION) \
    X(SERVICE) \
    X(TYPE) \
    X(STATUS) \
    X(REASON) \
    X(ENCRYPTION) \
    X(PREAUTH) \
    X(PACKAGE) X(DEVICE) X(AGENT) X(SYSTEM) X(SESSION) X(COUNTRY) X(LATITUDE) X(LONGITUDE) X(REPEATED) X(FACTOR) \
        X(MESSAGE)

enum sw_account_role {
    SW_ACCOUNT_ROLE_NONE,
#define SW_ACCOUNT_ROLE(name) SW_ACCOUNT_ROLE_##name,
    SW_ACCOUNT_ROLES(SW_ACCOUNT_ROLE)
#undef SW_ACCOUNT_ROLE
        SW_ACCOUNT_ROLE_COUNT
};

/* What a record says, before it is packed. */
struct sw_account_saying {
    struct sw_str user;
    struct sw_str domain;
    struct sw_str source; /* an address or a host */
    struct sw_str target;
    struct sw_str service;
    struct sw_str workstation;
    struct sw_str country;
    struct sw_str latitude;
    struct sw_str longitude;
    struct sw_str device;
    struct sw_str session;
    uint32_t weight;
    uint16_t flags;
    uint8_t kind;
    uint8_t outcome;
    uint8_t encryption;
    bool windows;
};

/* Turns the parts of one class of records into a saying; false: nothing that matters here. */
typedef bool (*sw_account_form)(const struct sw_str *part, struct sw_account_saying *say);

/* The form of a class, or NULL. */
sw_account_form sw_account_form_of(struct sw_str class_name);

/* As it goes through a batch: this, then the texts of its names, one after the other. */
enum sw_account_text {
    SW_ACCOUNT_T_KEY,
    SW_ACCOUNT_T_SHOWN,
    SW_ACCOUNT_T_SOURCE, /* from here on each with its kind of name in front */
    SW_ACCOUNT_T_TARGET,
    SW_ACCOUNT_T_SERVICE,
    SW_ACCOUNT_T_LOCATION,
    SW_ACCOUNT_TEXTS
};

struct sw_account_note {
    int64_t time_ms;
    uint64_t offset;
    uint32_t device;
    uint32_t session;
    uint32_t weight;
    uint16_t flags;
    uint8_t kind;
    uint8_t outcome;
    uint8_t encryption;
    uint8_t len[SW_ACCOUNT_TEXTS];
    uint8_t unused;
};

#define SW_ACCOUNT_TEXT_MAX 255u

/* Numbers that a series keeps of a login. */
enum {
    SW_ACCOUNT_V_WHAT,   /* kind, outcome, flags, encryption */
    SW_ACCOUNT_V_SOURCE, /* names + 1 */
    SW_ACCOUNT_V_TARGET,
    SW_ACCOUNT_V_SERVICE,
    SW_ACCOUNT_V_LOCATION,
    SW_ACCOUNT_V_DEVICE,
    SW_ACCOUNT_V_SESSION,
    SW_ACCOUNT_V_WEIGHT,
    SW_ACCOUNT_VALUES
};

struct sw_account_entry {
    struct sw_str key;   /* the map's own copy */
    struct sw_str shown; /* in `shown`, or equal to the key */
    struct sw_series series;
    uint32_t successes;
    bool incomplete;
    uint64_t cut;
};

/* Logins that repeat within a while are not kept again: hash of the login, its minute, how often. */
struct sw_account_recent {
    uint32_t hash;
    uint32_t minute;
    uint32_t seen;
    uint32_t held; /* weight that wasn't noted yet */
};

struct sw_accounts {
    struct sw_roles roles;
    sw_account_form *form_of; /* by class */
    struct sw_networks internal;
    bool internal_given;
    size_t memory;            /* allowed now */
    size_t ceiling;           /* ... ever */
    size_t scratch;           /* for what lies unpacked while it is decided */
    struct sw_map account_of; /* key -> entries */
    struct sw_account_entry *entries;
    size_t entry_count;
    size_t entry_cap;
    struct sw_arena shown;       /* names of accounts as first written */
    struct sw_map name_of;       /* kind and text -> names */
    struct sw_login_name *names; /* kind 0: free; `records` counts what refers to it */
    uint32_t *free_names;
    size_t free_count;
    size_t free_cap;
    size_t name_count;
    size_t name_cap;
    struct sw_series_pool pool;
    struct sw_account_recent *recent;
    size_t recent_cap;
    struct sw_given_up given_up; /* accounts */
    uint64_t logins;
    uint64_t merged;  /* the same again within a while */
    bool thrift;      /* equal logins were thinned for the budget, and are from now on */
    uint64_t unnamed; /* logins whose source, target or service found no room */
    uint64_t evicted;
    uint64_t evicted_keys;
    uint64_t cut;
    int64_t first_ms;
    int64_t last_ms;
};

int sw_account_note(const struct sw_accounts *accounts, struct sw_buf *notes, const struct sw_event *event);
int sw_account_notes_open(struct sw_accounts *accounts, const struct sw_classes *classes);

int sw_account_take(struct sw_accounts *accounts, struct sw_str notes, uint32_t input);
/* A record of a series as a login. */
void sw_account_unpack(const struct sw_series_record *record, struct sw_login *login);
/* Bytes of logins that may lie unpacked at once, as their number. */
size_t sw_account_logins_at_once(const struct sw_accounts *accounts);

/* Thins logins that repeat: of equal successes one a day stays. */
int sw_account_thin(struct sw_accounts *accounts);

int sw_account_decide(struct sw_accounts *accounts, struct sw_behaviours *all);

#endif
