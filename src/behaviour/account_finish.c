/* account_finish.c - shows the stored logins to the behaviours: account by account, then source by source, then all. */
#include "behaviour/account_priv.h"

#include "base/mem.h"

#include <stdlib.h>

/* An account that got privileges on so many hosts is an administrator's. */
enum { PRIVILEGED_HOSTS = 3 };

/* Of one source's attempts, while they are put together. */
struct gathered {
    struct sw_login_attempt attempt;
    uint32_t source;
};

struct work {
    struct sw_accounts *accounts;
    struct sw_behaviour_run *runs;
    size_t run_count;
    struct sw_account_brief *briefs;
    struct sw_account_world world;
    struct sw_login *logins;
    size_t login_cap;
    uint32_t *stamp; /* by name: account + 1 that was counted for it last */
    uint32_t *tried_stamp;
    struct gathered *gathered;
    size_t gathered_count;
    size_t gathered_cap;
    uint32_t *group_of; /* by name: which round its attempts are gathered in, from 1; 0: in none */
};

/* --- what is known beforehand ------------------------------------------------------------------------------- */

static void count_name(struct work *w, uint32_t number, uint32_t account, bool success, int64_t time_ms)
{
    if (number >= w->accounts->name_count)
        return;
    struct sw_login_name *name = &w->accounts->names[number];
    if (w->tried_stamp[number] != account + 1) {
        w->tried_stamp[number] = account + 1;
        name->tried++;
    }
    if (success && w->stamp[number] != account + 1) {
        w->stamp[number] = account + 1;
        name->accounts++;
    }
    if (time_ms < name->first_ms)
        name->first_ms = time_ms;
    if (time_ms > name->last_ms)
        name->last_ms = time_ms;
}

static void describe_login(struct work *w, uint32_t account, const struct sw_login *login)
{
    struct sw_login_name *names = w->accounts->names;
    size_t count = w->accounts->name_count;
    struct sw_account_brief *brief = &w->briefs[account];
    bool success = login->outcome == SW_LOGIN_SUCCESS;
    count_name(w, login->source, account, success, login->time_ms);
    count_name(w, login->target, account, success, login->time_ms);
    count_name(w, login->service, account, success, login->time_ms);
    count_name(w, sw_login_network(&w->world, login), account, success, login->time_ms);
    count_name(w, sw_login_country(&w->world, login), account, success, login->time_ms);
    if (login->target < count)
        names[login->target].computer = true;
    if (login->kind == SW_LOGIN_TICKET) {
        w->world.tickets++;
        w->world.rc4_tickets += login->encryption == 0x17 || login->encryption == 0x18;
    }
    brief->service_use |= success && (login->kind == SW_LOGIN_SERVICE || login->kind == SW_LOGIN_BATCH);
    brief->privileged |= (login->flags & SW_LOGIN_F_PRIVILEGED) != 0;
    if (!success || login->kind == SW_LOGIN_MFA_CHANGE)
        return;
    brief->exists = true;
    if (login->time_ms < brief->first_ms)
        brief->first_ms = login->time_ms;
    if (login->time_ms > brief->last_ms)
        brief->last_ms = login->time_ms;
}

/* Distinct hosts that gave an account privileges; stops counting at PRIVILEGED_HOSTS. */
static bool is_privileged(const struct sw_accounts *accounts, const struct sw_series *series)
{
    uint32_t hosts[PRIVILEGED_HOSTS];
    size_t count = 0;
    struct sw_series_cursor cursor;
    sw_series_begin(&cursor, &accounts->pool, series);
    while (sw_series_next(&cursor, SW_ACCOUNT_VALUES)) {
        struct sw_login login;
        sw_account_unpack(&cursor.record, &login);
        bool seen = login.kind != SW_LOGIN_PRIVILEGE || login.target == SW_LOGIN_NONE;
        for (size_t i = 0; i < count; i++)
            seen |= hosts[i] == login.target;
        if (seen)
            continue;
        hosts[count++] = login.target;
        if (count == PRIVILEGED_HOSTS)
            return true;
    }
    return false;
}

/* "user@label", "user@" for names without a domain, "user@*" for any, in lower case. */
static struct sw_str alike_key(struct sw_str name, bool any, char *room, size_t size)
{
    struct sw_str user;
    struct sw_str domain;
    sw_account_split(name, &user, &domain);
    domain = any ? SW_STR("*") : sw_str_slice(domain, 0, sw_str_chr(domain, '.'));
    size_t len = 0;
    for (size_t i = 0; i < user.len && len < size - 1; i++)
        room[len++] = sw_lower(user.ptr[i]);
    room[len++] = '@';
    for (size_t i = 0; i < domain.len && len < size; i++)
        room[len++] = sw_lower(domain.ptr[i]);
    return sw_strn(room, len);
}

static bool has_alike(const struct sw_map *map, struct sw_str name)
{
    char room[SW_ACCOUNT_TEXT_MAX];
    uint32_t unused;
    struct sw_str user;
    struct sw_str domain;
    sw_account_split(name, &user, &domain);
    if (domain.len == 0)
        return sw_map_get(map, alike_key(name, true, room, sizeof room), &unused);
    return sw_map_get(map, alike_key(name, false, room, sizeof room), &unused) ||
           sw_map_get(map, alike_key(user, false, room, sizeof room), &unused);
}

/* Which names may be those of accounts that exist in another form. */
static int find_alike(struct work *w)
{
    struct sw_map map;
    sw_map_init(&map, SIZE_MAX / 2, w->accounts->ceiling);
    int rc = 0;
    for (size_t i = 0; i < w->world.account_count && (rc == 0 || rc == SW_E_LIMIT); i++) {
        char room[SW_ACCOUNT_TEXT_MAX];
        if (!w->briefs[i].exists)
            continue;
        rc = sw_map_put(&map, alike_key(w->briefs[i].key, false, room, sizeof room), 1);
        if (rc == 0)
            rc = sw_map_put(&map, alike_key(w->briefs[i].key, true, room, sizeof room), 1);
    }
    for (size_t i = 0; i < w->world.account_count; i++)
        w->briefs[i].named = w->briefs[i].exists || has_alike(&map, w->briefs[i].key);
    sw_map_fini(&map);
    return rc == SW_E_LIMIT ? 0 : rc;
}

static int describe(struct work *w)
{
    struct sw_accounts *accounts = w->accounts;
    w->briefs = sw_alloc(accounts->entry_count + 1, sizeof *w->briefs);
    w->stamp = sw_alloc(accounts->name_count + 1, sizeof *w->stamp);
    w->tried_stamp = sw_alloc(accounts->name_count + 1, sizeof *w->tried_stamp);
    if (w->briefs == NULL || w->stamp == NULL || w->tried_stamp == NULL)
        return SW_E_NOMEM;
    w->world = (struct sw_account_world){.names = accounts->names,
                                         .name_count = accounts->name_count,
                                         .accounts = w->briefs,
                                         .account_count = accounts->entry_count,
                                         .first_ms = accounts->first_ms,
                                         .last_ms = accounts->last_ms};
    for (size_t i = 0; i < accounts->entry_count; i++) {
        const struct sw_account_entry *entry = &accounts->entries[i];
        struct sw_account_brief *brief = &w->briefs[i];
        *brief = (struct sw_account_brief){.name = entry->shown,
                                           .key = entry->key,
                                           .incomplete = entry->incomplete || entry->cut > 0,
                                           .service_name = sw_account_is_service_name(entry->shown),
                                           .privileged = sw_account_is_admin_name(entry->shown) ||
                                                         is_privileged(accounts, &entry->series),
                                           .first_ms = INT64_MAX,
                                           .last_ms = INT64_MIN};
        struct sw_series_cursor cursor;
        sw_series_begin(&cursor, &accounts->pool, &entry->series);
        while (sw_series_next(&cursor, SW_ACCOUNT_VALUES)) {
            struct sw_login login;
            sw_account_unpack(&cursor.record, &login);
            describe_login(w, (uint32_t)i, &login);
        }
        w->world.existing += brief->exists;
    }
    return find_alike(w);
}

/* --- accounts ----------------------------------------------------------------------------------------------- */

static int compare_places(int64_t a_ms, const struct sw_place *a, int64_t b_ms, const struct sw_place *b)
{
    if (a_ms != b_ms)
        return a_ms < b_ms ? -1 : 1;
    if (a->input != b->input)
        return a->input < b->input ? -1 : 1;
    return (a->offset > b->offset) - (a->offset < b->offset);
}

static int by_time(const void *a, const void *b)
{
    const struct sw_login *x = a;
    const struct sw_login *y = b;
    return compare_places(x->time_ms, &x->place, y->time_ms, &y->place);
}

static int unpack_account(struct work *w, const struct sw_account_entry *entry, size_t *count)
{
    if (w->login_cap < entry->series.count) {
        struct sw_login *logins = sw_realloc(w->logins, entry->series.count, sizeof *logins);
        if (logins == NULL)
            return SW_E_NOMEM;
        w->logins = logins;
        w->login_cap = entry->series.count;
    }
    bool sorted = true;
    *count = 0;
    struct sw_series_cursor cursor;
    sw_series_begin(&cursor, &w->accounts->pool, &entry->series);
    while (sw_series_next(&cursor, SW_ACCOUNT_VALUES)) {
        sw_account_unpack(&cursor.record, &w->logins[*count]);
        sorted &= *count == 0 || by_time(&w->logins[*count - 1], &w->logins[*count]) <= 0;
        (*count)++;
    }
    if (!sorted)
        qsort(w->logins, *count, sizeof *w->logins, by_time);
    return 0;
}

static int show_accounts(struct work *w)
{
    for (size_t i = 0; i < w->accounts->entry_count; i++) {
        const struct sw_account_entry *entry = &w->accounts->entries[i];
        struct sw_account account = {
            .brief = &w->briefs[i], .number = (uint32_t)i, .cut = entry->cut, .world = &w->world};
        int rc = unpack_account(w, entry, &account.count);
        account.logins = w->logins;
        for (size_t k = 0; k < w->run_count && rc == 0 && account.count > 0; k++)
            if (w->runs[k].behaviour->account != NULL)
                rc = w->runs[k].behaviour->account(&w->runs[k], &account);
        if (rc != 0)
            return rc;
    }
    return 0;
}

/* --- sources ------------------------------------------------------------------------------------------------ */

static int by_source(const void *a, const void *b)
{
    const struct gathered *x = a;
    const struct gathered *y = b;
    if (x->source != y->source)
        return x->source < y->source ? -1 : 1;
    if (x->attempt.account != y->attempt.account)
        return x->attempt.account < y->attempt.account ? -1 : 1;
    return compare_places(x->attempt.time_ms, &x->attempt.place, y->attempt.time_ms, &y->attempt.place);
}

static int by_attempt_time(const void *a, const void *b)
{
    const struct gathered *x = a;
    const struct gathered *y = b;
    int order = compare_places(x->attempt.time_ms, &x->attempt.place, y->attempt.time_ms, &y->attempt.place);
    return order != 0 ? order : (x->attempt.account > y->attempt.account) - (x->attempt.account < y->attempt.account);
}

/* Which round each source's attempts are gathered in, so that a round fits into memory. Returns the number of rounds.
 */
static uint32_t plan_rounds(struct work *w, size_t at_once)
{
    uint32_t round = 0;
    uint64_t planned = at_once; /* the first source opens round 1 */
    for (size_t i = 0; i < w->accounts->name_count; i++) {
        const struct sw_login_name *name = &w->accounts->names[i];
        if ((name->kind != SW_NAME_ADDRESS && name->kind != SW_NAME_HOST) ||
            name->tried + name->given_up < SW_LOGIN_SOURCE_ACCOUNTS)
            continue;
        if (planned > 0 && planned + name->records > at_once) {
            round++;
            planned = 0;
        }
        planned += name->records;
        w->group_of[i] = round;
    }
    return round;
}

/* Who tries to come in. A challenge of a second factor is one as well: the password was right. */
static bool is_attempt(const struct sw_login *login)
{
    switch (login->kind) {
    case SW_LOGIN_MFA:
        return login->source != SW_LOGIN_NONE;
    case SW_LOGIN_TICKET:
    case SW_LOGIN_PRIVILEGE:
    case SW_LOGIN_USE:
    case SW_LOGIN_SUDO:
    case SW_LOGIN_SERVICE:
    case SW_LOGIN_BATCH:
    case SW_LOGIN_MFA_CHANGE:
        return false;
    default:
        return login->source != SW_LOGIN_NONE && login->outcome != SW_LOGIN_UNKNOWN;
    }
}

static bool is_success(const struct sw_login_attempt *attempt)
{
    return attempt->outcome == SW_LOGIN_SUCCESS && attempt->kind != SW_LOGIN_MFA;
}

static int gather(struct work *w, uint32_t round, size_t at_once, uint64_t *cut)
{
    w->gathered_count = 0;
    for (size_t i = 0; i < w->accounts->entry_count; i++) {
        struct sw_series_cursor cursor;
        sw_series_begin(&cursor, &w->accounts->pool, &w->accounts->entries[i].series);
        while (sw_series_next(&cursor, SW_ACCOUNT_VALUES)) {
            struct sw_login login;
            sw_account_unpack(&cursor.record, &login);
            if (!is_attempt(&login) || login.source >= w->accounts->name_count || w->group_of[login.source] != round)
                continue;
            if (w->gathered_count >= at_once) {
                (*cut)++;
                continue;
            }
            int rc = sw_grow(&w->gathered, &w->gathered_cap, w->gathered_count, sizeof *w->gathered, UINT32_MAX);
            if (rc != 0)
                return rc;
            w->gathered[w->gathered_count++] = (struct gathered){{.time_ms = login.time_ms,
                                                                  .place = login.place,
                                                                  .account = (uint32_t)i,
                                                                  .weight = login.weight,
                                                                  .flags = login.flags,
                                                                  .kind = login.kind,
                                                                  .outcome = login.outcome,
                                                                  .encryption = login.encryption},
                                                                 login.source};
        }
    }
    return 0;
}

/* By account and time: whether it had come in from here before, and does so soon after. */
static void mark_known(struct gathered *from, size_t count)
{
    int64_t next_ms = INT64_MAX;
    for (size_t i = count; i-- > 0;) {
        struct sw_login_attempt *attempt = &from[i].attempt;
        if (i + 1 < count && attempt->account != from[i + 1].attempt.account)
            next_ms = INT64_MAX;
        attempt->later = next_ms != INT64_MAX && next_ms - attempt->time_ms < 86400000;
        if (is_success(attempt))
            next_ms = attempt->time_ms;
    }
    bool known = false;
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && from[i].attempt.account != from[i - 1].attempt.account)
            known = false;
        from[i].attempt.known = known;
        known |= is_success(&from[i].attempt);
    }
}

static int show_source(struct work *w, struct gathered *from, size_t count, uint64_t cut)
{
    mark_known(from, count);
    qsort(from, count, sizeof *from, by_attempt_time);
    struct sw_login_attempt *attempts = sw_alloc(count, sizeof *attempts);
    if (attempts == NULL)
        return SW_E_NOMEM;
    for (size_t i = 0; i < count; i++)
        attempts[i] = from[i].attempt;
    const struct sw_login_source source = {
        .name = from[0].source, .attempts = attempts, .count = count, .cut = cut, .world = &w->world};
    int rc = 0;
    for (size_t k = 0; k < w->run_count && rc == 0; k++)
        if (w->runs[k].behaviour->login_source != NULL)
            rc = w->runs[k].behaviour->login_source(&w->runs[k], &source);
    sw_free(attempts);
    return rc;
}

static int show_sources(struct work *w)
{
    size_t at_once = w->accounts->scratch / (4 * sizeof(struct gathered));
    if (at_once < 4096)
        at_once = 4096;
    w->group_of = sw_alloc(w->accounts->name_count + 1, sizeof *w->group_of);
    if (w->group_of == NULL)
        return SW_E_NOMEM;
    uint32_t rounds = plan_rounds(w, at_once);
    int rc = 0;
    for (uint32_t round = 1; round <= rounds && rc == 0; round++) {
        uint64_t cut = 0;
        rc = gather(w, round, at_once, &cut);
        w->accounts->cut += cut;
        if (rc == 0 && w->gathered_count > 1)
            qsort(w->gathered, w->gathered_count, sizeof *w->gathered, by_source);
        for (size_t from = 0; from < w->gathered_count && rc == 0;) {
            size_t to = from + 1;
            while (to < w->gathered_count && w->gathered[to].source == w->gathered[from].source)
                to++;
            rc = show_source(w, &w->gathered[from], to - from, cut);
            from = to;
        }
    }
    return rc;
}

/* --- the whole ---------------------------------------------------------------------------------------------- */

int sw_account_decide(struct sw_accounts *accounts, struct sw_behaviours *all)
{
    if (accounts->entry_count == 0)
        return 0;
    struct work w = {.accounts = accounts};
    w.runs = sw_behaviour_runs(all, &w.run_count);
    int rc = describe(&w);
    if (rc == 0)
        rc = show_accounts(&w);
    if (rc == 0)
        rc = show_sources(&w);
    for (size_t i = 0; i < w.run_count && rc == 0; i++)
        if (w.runs[i].behaviour->accounts != NULL)
            rc = w.runs[i].behaviour->accounts(&w.runs[i], &w.world);
    sw_free(w.briefs);
    sw_free(w.logins);
    sw_free(w.stamp);
    sw_free(w.tried_stamp);
    sw_free(w.gathered);
    sw_free(w.group_of);
    return rc;
}
