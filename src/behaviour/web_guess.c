/* web_guess.c - runs of login tries that were answered alike, and the answer that ended them. A log does not say that a
 * login failed: many equal answers and then another one do. Tries are taken in the order of the evidence. */
#include "behaviour/web_access_priv.h"

#include "base/mem.h"
#include "base/order.h"

#include <stdlib.h>

enum {
    GAP_MS = 3600 * 1000, /* a longer pause ends a run: people come back */
    BACK_MS = 60 * 1000,  /* so does a log that begins again earlier */
    WORTH = 8             /* a run that success ended counts from here on */
};

static bool is_refusal(unsigned status)
{
    return status == 400 || status == 401 || status == 403 || status == 407 || status == 422;
}

static bool are_alike(uint32_t a, uint32_t b)
{
    uint32_t more = a > b ? a : b;
    uint32_t less = a > b ? b : a;
    return more - less <= 64 || more - less <= more / 5;
}

/* How an answer looks after `run`. */
static enum sw_access_success success_after(const struct sw_access_tries *run, unsigned status, uint32_t bytes)
{
    bool ok = status >= 200 && status < 300;
    bool moved = status >= 301 && status < 400 && status != 304;
    if (is_refusal(run->status))
        return ok || moved ? SW_ACCESS_BY_STATUS : SW_ACCESS_NO_SUCCESS;
    if (run->status >= 200 && run->status < 300 && moved)
        return SW_ACCESS_BY_STATUS;
    if (run->status == status && (ok || moved) && !are_alike(run->bytes, bytes))
        return SW_ACCESS_BY_SIZE;
    return SW_ACCESS_NO_SUCCESS;
}

static void end_run(struct sw_access_guess *guess, const struct sw_access_note *note, struct sw_place place)
{
    enum sw_access_success kind =
        note != NULL ? success_after(&guess->run, note->status, note->bytes) : SW_ACCESS_NO_SUCCESS;
    if (guess->run.count < WORTH)
        kind = SW_ACCESS_NO_SUCCESS;
    if (kind < guess->success_kind || (kind == guess->success_kind && guess->run.count <= guess->best.count))
        return;
    guess->best = guess->run;
    guess->success_kind = (uint8_t)kind;
    if (kind == SW_ACCESS_NO_SUCCESS)
        return;
    guess->success = place;
    guess->success_ms = note->time_ms;
    guess->success_status = note->status;
    guess->success_bytes = note->bytes;
}

void sw_access_close_guess(struct sw_access_guess *guess)
{
    end_run(guess, NULL, (struct sw_place){0, 0});
}

static void step(struct sw_access_guess *guess, const struct sw_access_note *note, uint32_t input)
{
    struct sw_access_tries *run = &guess->run;
    struct sw_place place = {input, note->offset};
    bool tells = note->status < 400 || is_refusal(note->status); /* not: busy, broken, too many */
    guess->tries += guess->tries < UINT32_MAX;
    if (!tells)
        return;
    bool apart = run->count > 0 && (note->time_ms > run->last_ms + GAP_MS || note->time_ms < run->last_ms - BACK_MS);
    if (apart || (run->count > 0 && (note->status != run->status || !are_alike(note->bytes, run->bytes)))) {
        end_run(guess, apart ? NULL : note, place);
        run->count = 0;
    }
    if (guess->whole_site && !is_refusal(note->status)) /* what a site answers otherwise is no login */
        return;
    if (run->count == 0)
        *run = (struct sw_access_tries){
            .first_ms = note->time_ms, .first = place, .bytes = note->bytes, .status = note->status};
    run->count++;
    run->last_ms = note->time_ms;
    run->last = place;
}

static int make_table(struct sw_access *access, size_t cap)
{
    int rc = sw_access_table_make(&access->guess_table, cap);
    for (size_t i = 0; i < access->guess_count && rc == 0; i++)
        sw_access_table_put(&access->guess_table,
                            sw_access_guess_hash(access->guesses[i].place_hash, access->guesses[i].client), i);
    return rc;
}

int sw_access_rebuild_guesses(struct sw_access *access)
{
    return access->guess_table.cap > 0 ? make_table(access, access->guess_table.cap) : 0;
}

static int add_guess(struct sw_access *access, uint64_t place_hash, uint32_t host, uint32_t visitor, bool whole_site,
                     struct sw_access_guess **guess)
{
    int rc = 0;
    if (access->guess_count >= access->max_guesses)
        rc = sw_access_evict_guesses(access);
    if (rc == 0)
        rc = sw_grow(&access->guesses, &access->guess_cap, access->guess_count, sizeof *access->guesses,
                     access->max_guesses);
    if (rc == 0 && access->guess_table.cap < access->guess_count * 2 + 2)
        rc = make_table(access, access->guess_table.cap > 0 ? access->guess_table.cap * 2 : 1024);
    if (rc != 0)
        return rc;
    *guess = &access->guesses[access->guess_count];
    **guess =
        (struct sw_access_guess){.place_hash = place_hash, .client = visitor, .site = host, .whole_site = whole_site};
    sw_access_table_put(&access->guess_table, sw_access_guess_hash(place_hash, visitor), access->guess_count++);
    return 0;
}

static struct sw_access_guess *find_guess(const struct sw_access *access, uint64_t place_hash, uint32_t visitor)
{
    const struct sw_access_table *table = &access->guess_table;
    if (table->cap == 0)
        return NULL;
    for (size_t at = (size_t)sw_access_guess_hash(place_hash, visitor) & (table->cap - 1); table->slots[at] != 0;
         at = (at + 1) & (table->cap - 1)) {
        struct sw_access_guess *guess = &access->guesses[table->slots[at] - 1];
        if (guess->place_hash == place_hash && guess->client == visitor)
            return guess;
    }
    return NULL;
}

int sw_access_note_guess(struct sw_access *access, const struct sw_access_note *note, uint32_t host, uint32_t visitor,
                         uint32_t input)
{
    bool login = (note->flags & SW_ACCESS_LOGIN) != 0;
    bool refused = !login && note->status == 401;
    bool guesses = access->visitors[visitor].guesses;
    if (!login && !refused && !(guesses && note->status != 0 && note->status < 400))
        return 0;
    uint64_t place = login ? note->path_hash : (uint64_t)note->site_hash << 32 | 401;
    struct sw_access_guess *guess = find_guess(access, place, visitor);
    if (guess == NULL) {
        if (!login && !refused)
            return 0;
        int rc = add_guess(access, place, host, visitor, refused, &guess);
        if (rc != 0)
            return rc;
        access->visitors[visitor].guesses |= refused;
    }
    step(guess, note, input);
    return 0;
}

/* --- room --------------------------------------------------------------------------------------------------- */

/* A short run that ended by its age tells nothing any more: without it all is as before. */
static bool is_over(const struct sw_access *access, const struct sw_access_guess *guess)
{
    return guess->best.count < WORTH && guess->run.count < WORTH && guess->run.last_ms < access->last_ms - GAP_MS;
}

static uint32_t longest(const struct sw_access_guess *guess)
{
    uint32_t count = guess->run.count > guess->best.count ? guess->run.count : guess->best.count;
    return guess->success_kind != SW_ACCESS_NO_SUCCESS ? count + 1000 : count;
}

static void drop_over(struct sw_access *access)
{
    size_t kept = 0;
    for (size_t i = 0; i < access->guess_count; i++)
        if (!is_over(access, &access->guesses[i]))
            access->guesses[kept++] = access->guesses[i];
    access->guess_count = kept;
}

/* What is over goes; if that is not half of it, so do those with the shortest runs. */
int sw_access_evict_guesses(struct sw_access *access)
{
    size_t before = access->guess_count;
    drop_over(access);
    if (access->guess_count <= before / 2)
        return sw_access_rebuild_guesses(access);
    uint32_t *lengths = sw_alloc(access->guess_count + 1, sizeof *lengths);
    if (lengths == NULL)
        return SW_E_NOMEM;
    for (size_t i = 0; i < access->guess_count; i++)
        lengths[i] = longest(&access->guesses[i]);
    qsort(lengths, access->guess_count, sizeof *lengths, sw_order_u32);
    uint32_t bound = lengths[access->guess_count / 2];
    sw_free(lengths);
    size_t most = access->guess_count / 2;
    size_t kept = 0;
    for (size_t i = 0; i < access->guess_count; i++) {
        /* Of equal ones the latest stay: they may still grow. */
        bool rest_fits = access->guess_count - i <= most - (kept < most ? kept : most);
        uint32_t length = longest(&access->guesses[i]);
        if ((length > bound || rest_fits) && kept < most) {
            access->guesses[kept++] = access->guesses[i];
            continue;
        }
        access->evicted += access->guesses[i].tries;
        access->evicted_keys++;
    }
    access->guess_count = kept;
    return sw_access_rebuild_guesses(access);
}
