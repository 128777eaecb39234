/* web_ranking.c - keeps and reports the best candidates of a behaviour over access logs. */
#include "behaviour/web_ranking.h"

#include "base/error.h"
#include "base/hash.h"
#include "base/mem.h"

void sw_ranking_fini(struct sw_ranking *ranking)
{
    for (size_t i = 0; i < SW_RANKING_MAX; i++) {
        if (ranking->best[i] != NULL)
            sw_buf_fini(&ranking->best[i]->text);
        sw_free(ranking->best[i]);
    }
    *ranking = (struct sw_ranking){0};
}

void sw_ranking_end(struct sw_behaviour_run *run)
{
    sw_ranking_fini(run->state);
}

/* The slot to be given up for a new one: that of the same owner, else a fresh one, else the last. */
static int find_slot(struct sw_ranking *ranking, size_t most, double order, uint64_t owner, size_t *at)
{
    for (size_t i = 0; i < ranking->count && owner != 0; i++)
        if (ranking->best[i]->owner == owner) {
            *at = order > ranking->best[i]->order ? i : SW_RANKING_MAX;
            return 0;
        }
    ranking->candidates++;
    if (ranking->count == most) {
        *at = order > ranking->best[most - 1]->order ? most - 1 : SW_RANKING_MAX;
        return 0;
    }
    struct sw_ranked *fresh = sw_alloc(1, sizeof *fresh);
    if (fresh == NULL)
        return SW_E_NOMEM;
    sw_buf_init(&fresh->text, SW_BEHAVIOUR_EXPLANATION);
    *at = ranking->count;
    ranking->best[ranking->count++] = fresh;
    return 0;
}

int sw_ranking_add(struct sw_ranking *ranking, size_t most, double order, uint64_t owner, struct sw_ranked **slot)
{
    *slot = NULL;
    if (most > SW_RANKING_MAX)
        most = SW_RANKING_MAX;
    size_t at;
    int rc = most > 0 ? find_slot(ranking, most, order, owner, &at) : 0;
    if (rc != 0 || most == 0 || at == SW_RANKING_MAX)
        return rc;
    struct sw_ranked *c = ranking->best[at];
    struct sw_buf text = c->text;
    sw_buf_clear(&text);
    *c = (struct sw_ranked){.order = order, .score = order, .owner = owner, .text = text};
    for (; at > 0 && ranking->best[at - 1]->order < order; at--)
        ranking->best[at] = ranking->best[at - 1];
    ranking->best[at] = c;
    *slot = c;
    return 0;
}

/* --- filling ------------------------------------------------------------------------------------------------ */

static size_t copy_text(char *to, size_t room, struct sw_str text)
{
    size_t len = text.len < room ? text.len : room;
    if (len > 0)
        memcpy(to, text.ptr, len);
    return len;
}

void sw_ranked_path(struct sw_ranked *slot, const struct sw_access_site *site, struct sw_str path)
{
    slot->host_len = copy_text(slot->host, sizeof slot->host, site->name);
    slot->path_len = copy_text(slot->path, sizeof slot->path, path);
}

void sw_ranked_client(struct sw_ranked *slot, const struct sw_access_client *client)
{
    if (slot->client_count == SW_RANKED_CLIENTS)
        return;
    struct sw_buf text;
    sw_buf_init(&text, SW_RANKED_TEXT);
    sw_buf_access_client(&text, client);
    size_t number = slot->client_count++;
    slot->client_len[number] = copy_text(slot->clients[number], SW_RANKED_TEXT, sw_buf_str(&text));
    sw_buf_fini(&text);
}

void sw_ranked_member(struct sw_ranked *slot, int64_t time_ms, struct sw_place place)
{
    if (slot->member_count < SW_BEHAVIOUR_MEMBERS)
        slot->members[slot->member_count++] = (struct sw_place_at){time_ms * 1000000, place};
}

void sw_ranked_members(struct sw_ranked *slot, const struct sw_access_sample *samples, size_t count, unsigned client)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        n += client == SW_ACCESS_CLIENTS || samples[i].client == client;
    size_t room = SW_BEHAVIOUR_MEMBERS - slot->member_count;
    size_t wanted = n < room ? n : room;
    size_t seen = 0;
    size_t taken = 0;
    for (size_t i = 0; i < count && taken < wanted; i++) {
        if (client != SW_ACCESS_CLIENTS && samples[i].client != client)
            continue;
        if (seen++ == (wanted < 2 ? 0 : taken * (n - 1) / (wanted - 1))) {
            sw_ranked_member(slot, samples[i].time_ms, samples[i].place);
            taken++;
        }
    }
}

uint64_t sw_access_client_hash(const struct sw_access_client *client)
{
    struct sw_str key = {(const char *)client->address.bytes, sizeof client->address.bytes};
    return sw_hash(client->name.len > 0 ? client->name : key) | 1;
}

/* --- reporting ---------------------------------------------------------------------------------------------- */

static int report(struct sw_behaviour_run *run, const struct sw_ranked *c, unsigned rule, struct sw_str text)
{
    struct sw_behaviour_group groups[SW_RANKED_CLIENTS + 2];
    size_t count = 0;
    if (c->host_len > 0)
        groups[count++] = (struct sw_behaviour_group){SW_STR("cs-host"), {c->host, c->host_len}};
    if (c->path_len > 0)
        groups[count++] = (struct sw_behaviour_group){SW_STR("cs-uri-stem"), {c->path, c->path_len}};
    for (size_t i = 0; i < c->client_count; i++)
        groups[count++] = (struct sw_behaviour_group){SW_STR("c-ip"), {c->clients[i], c->client_len[i]}};
    const struct sw_behaviour_report r = {.rule = rule,
                                          .first = c->first_ms * 1000000,
                                          .last = c->last_ms * 1000000,
                                          .count = c->count,
                                          .value = c->score,
                                          .groups = groups,
                                          .group_count = count,
                                          .members = c->members,
                                          .member_count = c->member_count,
                                          .explanation = text};
    return sw_behaviour_report(run, &r);
}

int sw_ranking_report(const struct sw_ranking *ranking, struct sw_behaviour_run *run, bool numbered, unsigned low,
                      double grave)
{
    int rc = 0;
    double graver = 0;
    for (size_t i = 0; i < ranking->count && rc == 0; i++) {
        const struct sw_ranked *c = ranking->best[i];
        unsigned rule = graver < grave ? c->rule : low;
        graver += rule != low;
        struct sw_buf text;
        sw_buf_init(&text, SW_BEHAVIOUR_EXPLANATION);
        if (numbered)
            sw_buf_printf(&text, "Candidate %zu of %llu, score %.2f: ", i + 1, (unsigned long long)ranking->candidates,
                          c->score);
        sw_buf_str_add(&text, sw_buf_str(&c->text));
        rc = report(run, c, rule, sw_buf_str(&text));
        sw_buf_fini(&text);
    }
    return rc;
}
