/*
 * web_ranking.h - the best few of many candidates, copied, until all have been seen.
 *
 * Owner:   sw_ranking_fini() frees; slots belong to the ranking.      Limits: SW_RANKING_MAX.
 * Threads: one at a time.      Errors: SW_E_NOMEM.
 */
#ifndef SW_BEHAVIOUR_WEB_RANKING_H
#define SW_BEHAVIOUR_WEB_RANKING_H

#include "base/buf.h"
#include "behaviour/web_access.h"

#define SW_RANKING_MAX 50u
#define SW_RANKED_CLIENTS 6u
#define SW_RANKED_TEXT 104u
#define SW_RANKED_PATH 512u

struct sw_ranked {
    double order; /* decides the rank */
    double score; /* is told */
    uint64_t owner;
    unsigned rule;
    uint64_t count;
    int64_t first_ms;
    int64_t last_ms;
    size_t client_count;
    size_t member_count;
    size_t host_len;
    size_t path_len;
    size_t client_len[SW_RANKED_CLIENTS];
    char clients[SW_RANKED_CLIENTS][SW_RANKED_TEXT];
    char host[SW_RANKED_TEXT];
    char path[SW_RANKED_PATH];
    struct sw_place_at members[SW_BEHAVIOUR_MEMBERS];
    struct sw_buf text; /* the explanation */
};

struct sw_ranking {
    struct sw_ranked *best[SW_RANKING_MAX]; /* best first */
    size_t count;
    uint64_t candidates;
};

/* An emptied slot with this order (and score, unless it is set) among the `most` best, to be filled; *slot is NULL when
 * it is not one of them. Equal ones stay in the order in which they came. Of candidates with the same owner (unless it
 * is 0) the best stays. */
int sw_ranking_add(struct sw_ranking *ranking, size_t most, double order, uint64_t owner, struct sw_ranked **slot);
void sw_ranking_fini(struct sw_ranking *ranking);
/* end() of a behaviour whose state is a ranking. */
void sw_ranking_end(struct sw_behaviour_run *run);

void sw_ranked_path(struct sw_ranked *slot, const struct sw_access_site *site, struct sw_str path);
void sw_ranked_client(struct sw_ranked *slot, const struct sw_access_client *client);
/* Some of the samples of client `client`, or of all with SW_ACCESS_CLIENTS; and what came before stays. */
void sw_ranked_members(struct sw_ranked *slot, const struct sw_access_sample *samples, size_t count, unsigned client);
void sw_ranked_member(struct sw_ranked *slot, int64_t time_ms, struct sw_place place);

uint64_t sw_access_client_hash(const struct sw_access_client *client); /* never 0 */

/* Reports all; their explanations after "Candidate 1 of 7, score 0.50: " with `numbered`. Of those that are not of rule
 * `low` only the `grave` best are; the others become `low`. */
int sw_ranking_report(const struct sw_ranking *ranking, struct sw_behaviour_run *run, bool numbered, unsigned low,
                      double grave);

#endif
