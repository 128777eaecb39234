/* account_store.c - keeps logins by account within a budget, and the names that they refer to. What is kept is decided
 * in account_finish.c. */
#include "behaviour/account_priv.h"

#include "base/hash.h"
#include "base/mem.h"

enum {
    MAX_ACCOUNTS = 1 << 26,
    MAX_NAMES = 1 << 26,
    FEW_ACCOUNTS = 16, /* stay, whatever they hold */
    GIVEN_UP_BYTES = 1 << 17,
    REPEAT_MINUTES = 10,        /* the same login again within these is not kept again */
    REPEAT_SESSION_MINUTES = 1, /* ... of a session, whose networks may alternate */
    REPEAT_LONG_MINUTES = 1440, /* ... of an account that has very many */
    KEPT_FAILURES = 16,         /* so many of the same failure are kept one by one, then sums */
    SPRAYED = 8                 /* a source is remembered for so many accounts that were given up */
};

/* --- life --------------------------------------------------------------------------------------------------- */

static void account_close(void *arg)
{
    struct sw_accounts *accounts = arg;
    sw_roles_fini(&accounts->roles);
    sw_free(accounts->form_of);
    sw_map_fini(&accounts->account_of);
    sw_free(accounts->entries);
    sw_arena_fini(&accounts->shown);
    sw_map_fini(&accounts->name_of);
    sw_free(accounts->names);
    sw_free(accounts->free_names);
    sw_free(accounts->recent);
    sw_given_up_fini(&accounts->given_up);
    sw_free(accounts);
}

static int read_internal(struct sw_accounts *accounts, const struct sw_behaviour_options *options, struct sw_error *err)
{
    for (size_t i = 0; i < options->internal_count; i++)
        if (sw_networks_add(&accounts->internal, sw_str(options->internal[i])) != 0)
            return sw_error_set(err, SW_E_USAGE, 0, 0, "'%s' is no network like 10.0.0.0/8", options->internal[i]);
    accounts->internal_given = options->internal_count > 0;
    return 0;
}

static int account_open(void **out, const struct sw_watch_setup *setup, struct sw_error *err)
{
    struct sw_accounts *accounts = sw_alloc(1, sizeof *accounts);
    if (accounts == NULL)
        return SW_E_NOMEM;
    *out = accounts;
    accounts->memory = setup->memory;
    accounts->ceiling = setup->ceiling;
    accounts->scratch = setup->share;
    accounts->given_up.bytes = sw_given_up_size(setup->ceiling, GIVEN_UP_BYTES);
    accounts->first_ms = INT64_MAX;
    accounts->last_ms = INT64_MIN;
    sw_map_init(&accounts->account_of, MAX_ACCOUNTS, setup->ceiling);
    sw_map_init(&accounts->name_of, MAX_NAMES, setup->ceiling);
    sw_arena_init(&accounts->shown, setup->ceiling);
    sw_series_pool_init(&accounts->pool, setup->store, setup->ceiling);
    int rc = read_internal(accounts, setup->options, err);
    return rc != 0 ? rc : sw_account_notes_open(accounts, setup->classes);
}

static bool account_wants(const void *arg, sw_class_id id)
{
    const struct sw_accounts *accounts = arg;
    return sw_roles_has(&accounts->roles, id) && accounts->form_of[id] != NULL;
}

static int account_look(const void *arg, struct sw_buf *notes, const struct sw_event *event)
{
    return sw_account_note(arg, notes, event);
}

/* --- names -------------------------------------------------------------------------------------------------- */

static int intern_name(struct sw_accounts *accounts, struct sw_str key, uint32_t *number, bool *added)
{
    bool reused = accounts->free_count > 0;
    uint32_t fresh = reused ? accounts->free_names[accounts->free_count - 1] : (uint32_t)accounts->name_count;
    int rc = reused ? 0
                    : sw_grow(&accounts->names, &accounts->name_cap, accounts->name_count, sizeof *accounts->names,
                              MAX_NAMES);
    if (rc == 0)
        rc = sw_map_intern(&accounts->name_of, key, fresh, number, added);
    if (rc != 0 || !*added)
        return rc;
    struct sw_str own = sw_map_key(&accounts->name_of, key);
    if (reused)
        accounts->free_count--;
    else
        accounts->name_count++;
    struct sw_login_name *name = &accounts->names[fresh];
    *name = (struct sw_login_name){.kind = (uint8_t)key.ptr[0],
                                   .network = SW_LOGIN_NONE,
                                   .country = SW_LOGIN_NONE,
                                   .first_ms = INT64_MAX,
                                   .last_ms = INT64_MIN};
    if (name->kind == SW_NAME_ADDRESS || name->kind == SW_NAME_NETWORK)
        memcpy(name->address.bytes, own.ptr + 1, sizeof name->address.bytes);
    else
        name->text = sw_str_from(own, 1);
    return 0;
}

static int describe_address(struct sw_accounts *accounts, uint32_t number)
{
    char key[17] = {SW_NAME_NETWORK};
    struct sw_address network = accounts->names[number].address;
    size_t kept = sw_address_is_v4(&network) ? 15 : 6;
    memset(network.bytes + kept, 0, sizeof network.bytes - kept);
    memcpy(key + 1, network.bytes, sizeof network.bytes);
    uint32_t found;
    bool added;
    int rc = intern_name(accounts, sw_strn(key, sizeof key), &found, &added);
    if (rc != 0)
        return rc;
    struct sw_login_name *name = &accounts->names[number];
    name->network = found;
    name->internal = accounts->internal_given ? sw_networks_has(&accounts->internal, &name->address)
                                              : sw_address_is_private(&name->address);
    accounts->names[found].internal = name->internal;
    return 0;
}

static int describe_location(struct sw_accounts *accounts, uint32_t number)
{
    struct sw_str rest = accounts->names[number].text;
    struct sw_str country;
    struct sw_str part;
    double value[2];
    (void)sw_str_next(&rest, '|', &country);
    bool located = sw_str_next(&rest, '|', &part) && sw_str_double(part, &value[0]) == 0 &&
                   sw_str_next(&rest, '|', &part) && sw_str_double(part, &value[1]) == 0;
    if (located) {
        accounts->names[number].latitude = (float)value[0];
        accounts->names[number].longitude = (float)value[1];
        accounts->names[number].located = true;
    }
    char key[64] = {SW_NAME_COUNTRY};
    if (country.len == 0 || country.len >= sizeof key)
        return 0;
    memcpy(key + 1, country.ptr, country.len);
    uint32_t found;
    bool added;
    int rc = intern_name(accounts, sw_strn(key, 1 + country.len), &found, &added);
    if (rc == 0)
        accounts->names[number].country = found;
    return rc;
}

/* The number of a name + 1; 0 when it has none, or found no room. */
static int name_of(struct sw_accounts *accounts, struct sw_str key, uint32_t *number)
{
    *number = 0;
    if (key.len < 2 || ((key.ptr[0] == SW_NAME_ADDRESS) && key.len != 17))
        return 0;
    uint32_t found;
    bool added;
    int rc = intern_name(accounts, key, &found, &added);
    if (rc == 0 && added && key.ptr[0] == SW_NAME_ADDRESS)
        rc = describe_address(accounts, found);
    if (rc == 0 && added && key.ptr[0] == SW_NAME_LOCATION)
        rc = describe_location(accounts, found);
    if (rc == SW_E_LIMIT) {
        accounts->unnamed++;
        return 0;
    }
    if (rc == 0)
        *number = found + 1;
    return rc;
}

/* --- budget ------------------------------------------------------------------------------------------------- */

static size_t held(const struct sw_accounts *accounts)
{
    return sw_series_pool_used(&accounts->pool) + accounts->account_of.cap * sizeof *accounts->account_of.slots +
           accounts->account_of.keys.held + accounts->entry_cap * sizeof *accounts->entries + accounts->shown.held +
           accounts->name_of.cap * sizeof *accounts->name_of.slots + accounts->name_of.keys.held +
           accounts->name_cap * sizeof *accounts->names + accounts->free_cap * sizeof *accounts->free_names +
           accounts->recent_cap * sizeof *accounts->recent + sw_given_up_held(&accounts->given_up);
}

size_t sw_account_logins_at_once(const struct sw_accounts *accounts)
{
    size_t most = accounts->scratch / (4 * sizeof(struct sw_login));
    return most > 4096 ? most : 4096;
}

/* Accounts that nobody ever came in with tell least, then those with few logins. */
static uint64_t weight(const struct sw_account_entry *entry)
{
    return (entry->successes > 0 ? 1ull << 32 : 0) + entry->series.count;
}

static void release(struct sw_accounts *accounts, uint64_t number)
{
    if (number > 0)
        accounts->names[number - 1].records--;
}

static int give_up(struct sw_accounts *accounts, struct sw_account_entry *entry)
{
    int rc = sw_given_up_add(&accounts->given_up, sw_hash(entry->key));
    if (rc != 0)
        return rc;
    struct sw_series_cursor cursor;
    uint64_t last = 0;
    sw_series_begin(&cursor, &accounts->pool, &entry->series);
    while (sw_series_next(&cursor, SW_ACCOUNT_VALUES)) {
        const uint64_t *value = cursor.record.values;
        uint64_t source = value[SW_ACCOUNT_V_SOURCE];
        if (source != 0 && source != last && entry->successes == 0)
            accounts->names[source - 1].given_up++;
        last = source;
        release(accounts, source);
        release(accounts, value[SW_ACCOUNT_V_TARGET]);
        release(accounts, value[SW_ACCOUNT_V_SERVICE]);
        release(accounts, value[SW_ACCOUNT_V_LOCATION]);
    }
    accounts->evicted += entry->series.count;
    accounts->evicted_keys++;
    sw_series_drop(&accounts->pool, &entry->series);
    return 0;
}

static int give_up_half(struct sw_accounts *accounts)
{
    size_t count = accounts->entry_count;
    uint64_t *weights = sw_alloc(count + 1, sizeof *weights);
    if (weights == NULL)
        return SW_E_NOMEM;
    for (size_t i = 0; i < count; i++)
        weights[i] = weight(&accounts->entries[i]);
    struct sw_half half;
    sw_half_choose(&half, weights, count);
    sw_free(weights);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        struct sw_account_entry *entry = &accounts->entries[i];
        if (!sw_half_goes(&half, weight(entry))) {
            accounts->entries[kept++] = *entry;
            continue;
        }
        int rc = give_up(accounts, entry);
        if (rc != 0)
            return rc;
    }
    accounts->entry_count = kept;
    return 0;
}

/* The keys of the accounts that are left, in a new map. */
static int remap_accounts(struct sw_accounts *accounts)
{
    struct sw_map map;
    struct sw_arena shown;
    sw_map_init(&map, MAX_ACCOUNTS, accounts->ceiling);
    sw_arena_init(&shown, accounts->ceiling);
    int rc = 0;
    for (size_t i = 0; i < accounts->entry_count && rc == 0; i++) {
        struct sw_account_entry *entry = &accounts->entries[i];
        uint32_t number;
        bool added;
        rc = sw_map_intern(&map, entry->key, (uint32_t)i, &number, &added);
        if (rc != 0)
            break;
        bool own = entry->shown.ptr != entry->key.ptr;
        entry->key = sw_map_key(&map, entry->key);
        entry->shown = own ? sw_arena_dup(&shown, entry->shown) : entry->key;
        if (entry->shown.ptr == NULL)
            entry->shown = entry->key;
    }
    if (rc != 0) { /* entries point into both: the run ends */
        sw_map_fini(&map);
        sw_arena_fini(&shown);
        accounts->entry_count = 0;
        return rc;
    }
    sw_map_fini(&accounts->account_of);
    sw_arena_fini(&accounts->shown);
    accounts->account_of = map;
    accounts->shown = shown;
    return 0;
}

/* Names that nothing refers to become free; those that stay keep their numbers. */
static void free_unused(struct sw_accounts *accounts, uint8_t *used)
{
    for (size_t i = 0; i < accounts->name_count; i++) {
        const struct sw_login_name *name = &accounts->names[i];
        bool shared = name->kind == SW_NAME_NETWORK || name->kind == SW_NAME_COUNTRY;
        if (name->kind == 0 || shared || (name->records == 0 && name->given_up < SPRAYED))
            continue;
        used[i] = 1;
        if (name->network != SW_LOGIN_NONE)
            used[name->network] = 1;
        if (name->country != SW_LOGIN_NONE)
            used[name->country] = 1;
    }
    accounts->free_count = 0;
    for (size_t i = accounts->name_count; i-- > 0;)
        if (used[i] == 0) {
            accounts->names[i].kind = 0;
            accounts->free_names[accounts->free_count++] = (uint32_t)i;
        }
}

static struct sw_str key_of_name(const struct sw_login_name *name, char room[17])
{
    if (name->kind != SW_NAME_ADDRESS && name->kind != SW_NAME_NETWORK)
        return (struct sw_str){name->text.ptr - 1, name->text.len + 1}; /* its kind is the first byte of the key */
    room[0] = (char)name->kind;
    memcpy(room + 1, name->address.bytes, sizeof name->address.bytes);
    return sw_strn(room, 17);
}

static int remap_names(struct sw_accounts *accounts)
{
    uint8_t *used = sw_alloc(accounts->name_count + 1, 1);
    uint32_t *places = sw_realloc(accounts->free_names, accounts->name_count + 1, sizeof *places);
    if (places != NULL) {
        accounts->free_names = places;
        accounts->free_cap = accounts->name_count + 1;
    }
    if (used == NULL || places == NULL) {
        sw_free(used);
        return SW_E_NOMEM;
    }
    free_unused(accounts, used);
    sw_free(used);
    struct sw_map map;
    sw_map_init(&map, MAX_NAMES, accounts->ceiling);
    int rc = 0;
    for (size_t i = 0; i < accounts->name_count && rc == 0; i++) {
        struct sw_login_name *name = &accounts->names[i];
        char room[17];
        uint32_t number;
        bool added;
        if (name->kind == 0)
            continue;
        struct sw_str key = key_of_name(name, room);
        rc = sw_map_intern(&map, key, (uint32_t)i, &number, &added);
        if (rc == 0 && name->text.ptr != NULL)
            name->text = sw_str_from(sw_map_key(&map, key), 1);
    }
    if (rc != 0) { /* some names point into a map that dies here: the run ends */
        sw_map_fini(&map);
        accounts->name_count = 0;
        accounts->entry_count = 0;
        return rc;
    }
    sw_map_fini(&accounts->name_of);
    accounts->name_of = map;
    return 0;
}

/* Thins what repeats; only when that isn't enough, half of the accounts go. */
static int make_room(struct sw_accounts *accounts)
{
    accounts->thrift = true;
    int rc = sw_account_thin(accounts);
    if (rc == 0 && held(accounts) > accounts->memory / 4 * 3) {
        rc = give_up_half(accounts);
        if (rc == 0)
            rc = remap_accounts(accounts);
    }
    return rc == 0 ? remap_names(accounts) : rc;
}

/* --- repeats ------------------------------------------------------------------------------------------------ */

/* Whether a login is to be kept, and for how many it then stands. A thousand equal logins an hour tell no more than
 * one; of equal failures the number matters, so sums are kept. */
static bool is_news(struct sw_accounts *accounts, const struct sw_account_note *note, uint64_t hash, bool very_many,
                    uint32_t *stands_for)
{
    struct sw_account_recent *recent = &accounts->recent[hash & (accounts->recent_cap - 1)];
    uint32_t tag = (uint32_t)(hash >> 32) | 1;
    uint32_t minute = (uint32_t)((uint64_t)note->time_ms / 60000);
    uint32_t apart = minute > recent->minute ? minute - recent->minute : recent->minute - minute;
    uint32_t window = note->session != 0 ? REPEAT_SESSION_MINUTES : REPEAT_MINUTES;
    bool counted = note->outcome == SW_LOGIN_FAILURE || note->kind == SW_LOGIN_MFA || note->kind == SW_LOGIN_MFA_CHANGE;
    if ((very_many || (accounts->thrift && note->session == 0)) && !counted)
        window = REPEAT_LONG_MINUTES;
    *stands_for = note->weight;
    if (recent->hash != tag || apart >= window) {
        *recent = (struct sw_account_recent){tag, minute, 1, 0};
        return true;
    }
    recent->seen++;
    if (!counted) {
        accounts->merged++;
        return false;
    }
    if (recent->seen <= KEPT_FAILURES)
        return true;
    recent->held += note->weight;
    if ((recent->seen & (recent->seen - 1)) != 0) {
        accounts->merged++;
        return false;
    }
    *stands_for = recent->held;
    recent->held = 0;
    return true;
}

/* --- taking ------------------------------------------------------------------------------------------------- */

void sw_account_unpack(const struct sw_series_record *record, struct sw_login *login)
{
    const uint64_t *value = record->values;
    uint64_t what = value[SW_ACCOUNT_V_WHAT];
    *login = (struct sw_login){.time_ms = record->time_ms,
                               .place = record->place,
                               .source = (uint32_t)value[SW_ACCOUNT_V_SOURCE] - 1,
                               .target = (uint32_t)value[SW_ACCOUNT_V_TARGET] - 1,
                               .service = (uint32_t)value[SW_ACCOUNT_V_SERVICE] - 1,
                               .location = (uint32_t)value[SW_ACCOUNT_V_LOCATION] - 1,
                               .device = (uint32_t)value[SW_ACCOUNT_V_DEVICE],
                               .session = (uint32_t)value[SW_ACCOUNT_V_SESSION],
                               .weight = (uint32_t)value[SW_ACCOUNT_V_WEIGHT],
                               .kind = what & 31,
                               .outcome = what >> 5 & 3,
                               .flags = what >> 7 & 0xfff,
                               .encryption = what >> 19 & 0xff};
}

static int entry_of(struct sw_accounts *accounts, struct sw_str key, struct sw_str shown,
                    struct sw_account_entry **entry)
{
    uint32_t number;
    bool added;
    int rc = sw_grow(&accounts->entries, &accounts->entry_cap, accounts->entry_count, sizeof *accounts->entries,
                     MAX_ACCOUNTS);
    if (rc == 0)
        rc = sw_map_intern(&accounts->account_of, key, (uint32_t)accounts->entry_count, &number, &added);
    if (rc != 0)
        return rc;
    *entry = &accounts->entries[number];
    if (!added)
        return 0;
    accounts->entry_count++;
    struct sw_str own = sw_map_key(&accounts->account_of, key);
    **entry = (struct sw_account_entry){
        .key = own, .shown = own, .incomplete = sw_given_up_has(&accounts->given_up, sw_hash(key))};
    if (!sw_str_eq(shown, key)) {
        struct sw_str copy = sw_arena_dup(&accounts->shown, shown);
        if (copy.ptr != NULL)
            (*entry)->shown = copy;
    }
    return 0;
}

/* The parts of a note behind its fixed one. */
static bool split(const struct sw_account_note *note, struct sw_str rest, struct sw_str text[SW_ACCOUNT_TEXTS])
{
    size_t at = 0;
    for (unsigned i = 0; i < SW_ACCOUNT_TEXTS; i++) {
        text[i] = sw_str_slice(rest, at, at + note->len[i]);
        at += note->len[i];
    }
    return at <= rest.len;
}

static int take_one(struct sw_accounts *accounts, const struct sw_account_note *note,
                    const struct sw_str text[SW_ACCOUNT_TEXTS], uint64_t hash, uint32_t input)
{
    struct sw_account_entry *entry;
    int rc = entry_of(accounts, text[SW_ACCOUNT_T_KEY], text[SW_ACCOUNT_T_SHOWN], &entry);
    if (rc != 0)
        return rc;
    size_t most = sw_account_logins_at_once(accounts);
    uint32_t stands_for;
    if (!is_news(accounts, note, hash, entry->series.count > most / 2, &stands_for))
        return 0;
    if (entry->series.count >= most) {
        entry->cut++;
        accounts->cut++;
        return 0;
    }
    uint32_t number[4];
    for (unsigned i = 0; i < 4 && rc == 0; i++)
        rc = name_of(accounts, text[SW_ACCOUNT_T_SOURCE + i], &number[i]);
    if (rc != 0)
        return rc;
    const struct sw_series_record record = {.time_ms = note->time_ms,
                                            .place = {input, note->offset},
                                            .values = {(uint64_t)note->encryption << 19 | (uint64_t)note->flags << 7 |
                                                           (uint64_t)note->outcome << 5 | note->kind,
                                                       number[0], number[1], number[2], number[3], note->device,
                                                       note->session, stands_for}};
    rc = sw_series_add(&accounts->pool, &entry->series, &record, SW_ACCOUNT_VALUES);
    if (rc != 0)
        return rc;
    for (unsigned i = 0; i < 4; i++)
        if (number[i] != 0)
            accounts->names[number[i] - 1].records++;
    entry->successes += note->outcome == SW_LOGIN_SUCCESS;
    accounts->logins++;
    if (note->time_ms < accounts->first_ms)
        accounts->first_ms = note->time_ms;
    if (note->time_ms > accounts->last_ms)
        accounts->last_ms = note->time_ms;
    return 0;
}

/* What makes two logins the same: all but time, place and weight. */
static uint64_t login_hash(const struct sw_account_note *note, struct sw_str texts)
{
    uint64_t what =
        (uint64_t)note->flags << 32 | (uint64_t)note->encryption << 16 | (uint64_t)note->kind << 8 | note->outcome;
    return sw_hash_seed(texts, what ^ (uint64_t)note->device << 20 ^ (uint64_t)note->session << 13);
}

static int keep_within_budget(struct sw_accounts *accounts)
{
    int rc = 0;
    for (unsigned round = 0; rc == 0 && round < 32 && held(accounts) > accounts->memory - accounts->memory / 8 &&
                             accounts->entry_count > FEW_ACCOUNTS;
         round++)
        rc = make_room(accounts);
    return rc;
}

static int open_recent(struct sw_accounts *accounts)
{
    accounts->recent_cap = 1024;
    while (accounts->recent_cap < 65536 && accounts->recent_cap * sizeof *accounts->recent * 32 < accounts->scratch)
        accounts->recent_cap *= 2;
    accounts->recent = sw_alloc(accounts->recent_cap, sizeof *accounts->recent);
    return accounts->recent != NULL ? 0 : SW_E_NOMEM;
}

int sw_account_take(struct sw_accounts *accounts, struct sw_str notes, uint32_t input)
{
    if (accounts->recent == NULL && open_recent(accounts) != 0)
        return SW_E_NOMEM;
    size_t at = 0;
    for (uint32_t taken = 0; at + sizeof(struct sw_account_note) <= notes.len; taken++) {
        struct sw_account_note note;
        struct sw_str text[SW_ACCOUNT_TEXTS];
        memcpy(&note, notes.ptr + at, sizeof note);
        at += sizeof note;
        struct sw_str rest = sw_str_from(notes, at);
        if (!split(&note, rest, text))
            break;
        size_t size = 0;
        for (unsigned i = 0; i < SW_ACCOUNT_TEXTS; i++)
            size += note.len[i];
        at += size;
        int rc = take_one(accounts, &note, text, login_hash(&note, sw_str_slice(rest, 0, size)), input);
        if (rc == SW_E_LIMIT) { /* a table is full: told, and the rest goes on */
            accounts->evicted++;
            rc = 0;
        }
        if (rc == 0 && taken % 4096 == 4095)
            rc = keep_within_budget(accounts);
        if (rc != 0)
            return rc;
    }
    return keep_within_budget(accounts);
}

static int account_take(void *arg, struct sw_str notes, uint32_t input)
{
    return sw_account_take(arg, notes, input);
}

static size_t account_held(const void *arg)
{
    return held(arg);
}

static int account_allow(void *arg, size_t memory)
{
    struct sw_accounts *accounts = arg;
    accounts->memory = memory;
    return keep_within_budget(accounts);
}

static int account_finish(void *arg, struct sw_behaviours *all)
{
    return sw_account_decide(arg, all);
}

static void account_stats(const void *arg, struct sw_behaviour_stats *stats)
{
    const struct sw_accounts *accounts = arg;
    stats->evicted += accounts->evicted + accounts->cut + accounts->unnamed;
    stats->evicted_keys += accounts->evicted_keys;
}

const struct sw_watch sw_watch_account = {
    .name = "account",
    .share = 2,
    .open = account_open,
    .close = account_close,
    .wants = account_wants,
    .look = account_look,
    .take = account_take,
    .held = account_held,
    .allow = account_allow,
    .finish = account_finish,
    .stats = account_stats,
};
