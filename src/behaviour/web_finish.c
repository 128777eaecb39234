/* web_finish.c - puts the requests of each rare path in order of time and shows them to the behaviours, then logins. */
#include "behaviour/web_access_priv.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

struct work {
    struct sw_access *access;
    struct sw_behaviour_run *runs;
    size_t run_count;
    struct sw_access_sample *samples;
    size_t sample_cap;
    struct sw_access_client clients[SW_ACCESS_CLIENTS];
    struct sw_access_agent agents[SW_ACCESS_AGENTS];
    struct sw_access_probe probes[SW_ACCESS_CLIENTS][SW_ACCESS_PROBES];
};

bool sw_access_is_late(const struct sw_access_site *site, int64_t time_ms)
{
    int64_t span = site->last_ms - site->first_ms;
    int64_t after = time_ms - site->first_ms;
    return span > 2 * (int64_t)86400000 && after > 86400000 && after > span / 10;
}

void sw_buf_access_client(struct sw_buf *out, const struct sw_access_client *client)
{
    if (client->name.len > 0)
        sw_buf_str_add(out, client->name);
    else
        sw_buf_address(out, &client->address);
}

/* --- counting what was seen --------------------------------------------------------------------------------- */

static unsigned bits_in(const uint8_t *map, size_t size)
{
    unsigned count = 0;
    for (size_t i = 0; i < size; i++)
        count += (unsigned)__builtin_popcount(map[i]);
    return count;
}

/* How many different things set `set` of `size` bits (linear counting: Whang, Vander-Zanden and Taylor, 1990). */
static uint32_t distinct(unsigned set, unsigned size)
{
    if (set >= size)
        set = size - 1;
    return (uint32_t)(-(double)size * log(1 - (double)set / (double)size) + 0.5);
}

static void close_sites(struct sw_access *access)
{
    for (size_t i = 0; i < access->host_count; i++) {
        struct sw_access_host *host = &access->hosts[i];
        host->site.clients = distinct(bits_in(host->seen, sizeof host->seen), sizeof host->seen * 8);
    }
}

static void set_agent(const struct sw_access *access, uint32_t hash, struct sw_access_agent *agent)
{
    *agent = (struct sw_access_agent){.hash = hash};
    for (size_t at = (size_t)(hash * 0x9e3779b1u) & (access->agent_cap - 1); hash != 0 && access->agents[at].hash != 0;
         at = (at + 1) & (access->agent_cap - 1)) {
        if (access->agents[at].hash != hash)
            continue;
        agent->requests = access->agents[at].requests;
        agent->clients = distinct((unsigned)__builtin_popcount(access->agents[at].seen), 32);
        return;
    }
}

/* --- clients ------------------------------------------------------------------------------------------------ */

static int by_probe_time(const void *a, const void *b)
{
    const struct sw_access_probe *x = a;
    const struct sw_access_probe *y = b;
    if (x->time_ms != y->time_ms)
        return x->time_ms < y->time_ms ? -1 : 1;
    if (x->place.input != y->place.input)
        return x->place.input < y->place.input ? -1 : 1;
    return (x->place.offset > y->place.offset) - (x->place.offset < y->place.offset);
}

static size_t read_probes(const struct sw_access *access, const struct sw_access_visitor *visitor,
                          struct sw_access_probe *probes)
{
    if (visitor->prober == 0)
        return 0;
    size_t count = 0;
    bool in_order = true;
    struct sw_series_cursor cursor;
    sw_series_begin(&cursor, &access->pool, &access->probers[visitor->prober - 1]);
    while (count < SW_ACCESS_PROBES && sw_series_next(&cursor, SW_ACCESS_PROBE_VALUES)) {
        probes[count++] = (struct sw_access_probe){.time_ms = cursor.record.time_ms,
                                                   .place = cursor.record.place,
                                                   .path = (uint32_t)cursor.record.values[SW_ACCESS_V_PATH]};
        in_order &= count < 2 || by_probe_time(&probes[count - 2], &probes[count - 1]) < 0;
    }
    if (!in_order)
        qsort(probes, count, sizeof *probes, by_probe_time);
    return count;
}

static bool is_loopback(const struct sw_address *address)
{
    static const uint8_t v6[16] = {[15] = 1};
    return sw_address_is_v4(address) ? address->bytes[12] == 127 : memcmp(address->bytes, v6, 16) == 0;
}

static void set_client(const struct sw_access *access, uint32_t index, struct sw_access_client *client,
                       struct sw_access_probe *probes)
{
    const struct sw_access_visitor *visitor = &access->visitors[index];
    *client = (struct sw_access_client){.address = visitor->id,
                                        .incomplete = visitor->incomplete,
                                        .first_s = visitor->first_s,
                                        .last_s = visitor->last_s,
                                        .requests = visitor->requests,
                                        .assets = visitor->assets,
                                        .missing = visitor->missing,
                                        .probes = probes};
    if (visitor->name != 0)
        client->name = access->names[visitor->name - 1];
    else
        client->is_local = is_loopback(&visitor->id);
    client->probe_count = read_probes(access, visitor, probes);
}

/* --- paths -------------------------------------------------------------------------------------------------- */

static int by_time(const void *a, const void *b)
{
    const struct sw_access_sample *x = a;
    const struct sw_access_sample *y = b;
    if (x->time_ms != y->time_ms)
        return x->time_ms < y->time_ms ? -1 : 1;
    if (x->place.input != y->place.input)
        return x->place.input < y->place.input ? -1 : 1;
    return (x->place.offset > y->place.offset) - (x->place.offset < y->place.offset);
}

static int read_samples(struct work *w, const struct sw_access_entry *entry, size_t *count)
{
    if (w->sample_cap < entry->series.count) {
        struct sw_access_sample *samples = sw_realloc(w->samples, entry->series.count, sizeof *samples);
        if (samples == NULL)
            return SW_E_NOMEM;
        w->samples = samples;
        w->sample_cap = entry->series.count;
    }
    struct sw_series_cursor cursor;
    *count = 0;
    bool in_order = true;
    sw_series_begin(&cursor, &w->access->pool, &entry->series);
    while (sw_series_next(&cursor, SW_ACCESS_VALUES)) {
        const uint64_t *values = cursor.record.values;
        struct sw_access_sample *sample = &w->samples[(*count)++];
        *sample = (struct sw_access_sample){.time_ms = cursor.record.time_ms,
                                            .place = cursor.record.place,
                                            .bytes = (uint32_t)values[SW_ACCESS_V_BYTES],
                                            .status = (uint16_t)(values[SW_ACCESS_V_STATUS] >> 8),
                                            .query = (uint16_t)values[SW_ACCESS_V_QUERY],
                                            .client = (uint8_t)(values[SW_ACCESS_V_WHO] & 15),
                                            .agent = (uint8_t)(values[SW_ACCESS_V_WHO] >> 4),
                                            .flags = (uint8_t)values[SW_ACCESS_V_STATUS]};
        in_order &= *count < 2 || by_time(sample - 1, sample) < 0;
    }
    if (!in_order)
        qsort(w->samples, *count, sizeof *w->samples, by_time);
    return 0;
}

static int show_path(struct work *w, const struct sw_access_entry *entry)
{
    const struct sw_access *access = w->access;
    size_t count;
    int rc = read_samples(w, entry, &count);
    if (rc != 0 || count == 0)
        return rc;
    for (unsigned i = 0; i < entry->client_count; i++)
        set_client(access, entry->clients[i], &w->clients[i], w->probes[i]);
    for (unsigned i = 0; i < entry->agent_count; i++)
        set_agent(access, entry->agents[i], &w->agents[i]);
    const struct sw_access_path path = {.site = &access->hosts[entry->site].site,
                                        .path = {entry->key + entry->host_len, entry->path_len},
                                        .hash = (uint32_t)entry->hash,
                                        .kind = (enum sw_access_kind)entry->kind,
                                        .incomplete = entry->incomplete,
                                        .ok = entry->ok,
                                        .failed = entry->failed,
                                        .posts = entry->posts,
                                        .first_ms = entry->first_ms,
                                        .last_ms = entry->last_ms,
                                        .samples = w->samples,
                                        .count = count,
                                        .cut = entry->cut,
                                        .clients = w->clients,
                                        .client_count = entry->client_count,
                                        .agents = w->agents,
                                        .agent_count = entry->agent_count,
                                        .more_agents = entry->more_agents};
    for (size_t i = 0; i < w->run_count && rc == 0; i++)
        if (w->runs[i].behaviour->path != NULL)
            rc = w->runs[i].behaviour->path(&w->runs[i], &path);
    return rc;
}

/* --- logins ------------------------------------------------------------------------------------------------- */

static struct sw_str path_by_hash(const struct sw_access *access, uint64_t hash)
{
    const struct sw_access_table *table = &access->path_table;
    for (size_t at = (size_t)hash & (table->cap - 1); table->cap > 0 && table->slots[at] != 0;
         at = (at + 1) & (table->cap - 1)) {
        const struct sw_access_entry *entry = &access->paths[table->slots[at] - 1];
        if (entry->hash == hash)
            return (struct sw_str){entry->key + entry->host_len, entry->path_len};
    }
    return SW_STR("(a path that was given up)");
}

static int show_login(struct work *w, struct sw_access_guess *guess)
{
    const struct sw_access *access = w->access;
    sw_access_close_guess(guess);
    set_client(access, guess->client, &w->clients[0], w->probes[0]);
    const struct sw_access_tries *best = &guess->best;
    struct sw_str path = {NULL, 0};
    if (!guess->whole_site)
        path = path_by_hash(access, guess->place_hash);
    const struct sw_access_login login = {.site = &access->hosts[guess->site].site,
                                          .path = path,
                                          .client = &w->clients[0],
                                          .tries = guess->tries,
                                          .failures = best->count,
                                          .first_ms = best->first_ms,
                                          .last_ms = best->last_ms,
                                          .first = best->first,
                                          .last = best->last,
                                          .status = best->status,
                                          .bytes = best->bytes,
                                          .succeeded = guess->success_kind != SW_ACCESS_NO_SUCCESS,
                                          .by_size = guess->success_kind == SW_ACCESS_BY_SIZE,
                                          .success_ms = guess->success_ms,
                                          .success = guess->success,
                                          .success_status = guess->success_status,
                                          .success_bytes = guess->success_bytes};
    int rc = 0;
    for (size_t i = 0; i < w->run_count && rc == 0; i++)
        if (w->runs[i].behaviour->login != NULL)
            rc = w->runs[i].behaviour->login(&w->runs[i], &login);
    return rc;
}

/* --- the whole ---------------------------------------------------------------------------------------------- */

int sw_access_show(struct sw_access *access, struct sw_behaviours *all)
{
    if (access->taken == 0)
        return 0;
    struct work *w = sw_alloc(1, sizeof *w);
    if (w == NULL)
        return SW_E_NOMEM;
    w->access = access;
    w->runs = sw_behaviour_runs(all, &w->run_count);
    close_sites(access);
    struct sw_access_world world = {.requests = access->taken,
                                    .sites = access->host_count,
                                    .paths = access->path_count,
                                    .clients = access->visitor_count,
                                    .first_ms = access->first_ms,
                                    .last_ms = access->last_ms};
    int rc = 0;
    for (size_t i = 0; i < access->path_count && rc == 0; i++) {
        if (access->paths[i].popular)
            continue;
        world.shown++;
        rc = show_path(w, &access->paths[i]);
    }
    for (size_t i = 0; i < access->guess_count && rc == 0; i++)
        rc = show_login(w, &access->guesses[i]);
    for (size_t i = 0; i < w->run_count && rc == 0; i++)
        if (w->runs[i].behaviour->accesses != NULL)
            rc = w->runs[i].behaviour->accesses(&w->runs[i], &world);
    sw_free(w->samples);
    sw_free(w);
    return rc;
}
