/* account_thin.c - when the budget is full, thins what repeats before whole accounts are given up: failures, second
 * factors and what an account does for the first time stay, so that little evidence is lost. Accounts that were thinned
 * are marked incomplete. */
#include "behaviour/account_priv.h"

#include "base/mem.h"

struct set {
    uint64_t *slots; /* 0: free */
    size_t cap;      /* a power of two */
};

/* Whether the number is new to the set. */
static bool add(struct set *set, uint64_t number)
{
    number |= 1;
    size_t at = (size_t)(number >> 17) & (set->cap - 1);
    while (set->slots[at] != 0 && set->slots[at] != number)
        at = (at + 1) & (set->cap - 1);
    bool added = set->slots[at] == 0;
    set->slots[at] = number;
    return added;
}

/* Empties the set, with room for `count`. */
static int make_room(struct set *set, size_t count)
{
    size_t cap = 64;
    while (cap < 2 * count)
        cap *= 2;
    sw_free(set->slots);
    set->slots = sw_alloc(cap, sizeof *set->slots);
    set->cap = set->slots != NULL ? cap : 0;
    return set->slots != NULL ? 0 : SW_E_NOMEM;
}

static uint64_t mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * 0x9e3779b97f4a7c15ull;
    return hash ^ hash >> 29;
}

/* Failures and second factors are what attacks are made of. */
static bool is_precious(const struct sw_login *login)
{
    return login->outcome != SW_LOGIN_SUCCESS || login->kind == SW_LOGIN_MFA || login->kind == SW_LOGIN_MFA_CHANGE;
}

/* Equal logins of one day. */
static uint64_t hash_of(const struct sw_login *login)
{
    uint64_t hash = mix(0x51, (uint64_t)login->kind << 16 | login->flags);
    hash = mix(hash, (uint64_t)login->session << 32 | login->source);
    hash = mix(hash, (uint64_t)login->target << 32 | login->location);
    hash = mix(hash, (uint64_t)login->device << 8 | login->encryption);
    if (login->kind == SW_LOGIN_TICKET || (login->flags & SW_LOGIN_F_WORKSTATION) != 0)
        hash = mix(hash, login->service);
    return mix(hash, (uint64_t)(login->time_ms / 86400000));
}

static void release(struct sw_accounts *accounts, uint32_t name)
{
    if (name < accounts->name_count)
        accounts->names[name].records--;
}

/* What is left out no longer refers to names. */
static int release_rest(struct sw_accounts *accounts, const struct sw_account_entry *entry, struct set *set)
{
    int rc = make_room(set, entry->series.count);
    struct sw_series_cursor cursor;
    sw_series_begin(&cursor, &accounts->pool, &entry->series);
    while (rc == 0 && sw_series_next(&cursor, SW_ACCOUNT_VALUES)) {
        struct sw_login login;
        sw_account_unpack(&cursor.record, &login);
        if (is_precious(&login) || add(set, hash_of(&login)))
            continue;
        release(accounts, login.source);
        release(accounts, login.target);
        release(accounts, login.service);
        release(accounts, login.location);
    }
    return rc;
}

static int thin_entry(struct sw_accounts *accounts, struct sw_account_entry *entry, struct set *set)
{
    struct sw_series thinned = {0};
    struct sw_series_cursor cursor;
    int rc = make_room(set, entry->series.count);
    sw_series_begin(&cursor, &accounts->pool, &entry->series);
    while (rc == 0 && sw_series_next(&cursor, SW_ACCOUNT_VALUES)) {
        struct sw_login login;
        sw_account_unpack(&cursor.record, &login);
        if (is_precious(&login) || add(set, hash_of(&login)))
            rc = sw_series_add(&accounts->pool, &thinned, &cursor.record, SW_ACCOUNT_VALUES);
    }
    if (rc == 0 && thinned.count < entry->series.count)
        rc = release_rest(accounts, entry, set);
    if (rc != 0 || thinned.count == entry->series.count) {
        sw_series_drop(&accounts->pool, &thinned);
        return rc == SW_E_LIMIT ? 0 : rc; /* no room to thin it: it stays as it is */
    }
    accounts->evicted += entry->series.count - thinned.count;
    sw_series_drop(&accounts->pool, &entry->series);
    entry->series = thinned;
    entry->incomplete = true;
    return 0;
}

int sw_account_thin(struct sw_accounts *accounts)
{
    struct set set = {0};
    int rc = 0;
    for (size_t i = 0; i < accounts->entry_count && rc == 0; i++)
        if (accounts->entries[i].series.count > 1)
            rc = thin_entry(accounts, &accounts->entries[i], &set);
    sw_free(set.slots);
    return rc;
}
