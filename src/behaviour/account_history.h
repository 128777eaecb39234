/*
 * account_history.h - what an account did before, to tell what is new about a login.
 *
 * One history serves a behaviour for all accounts in turn: sw_history_start() begins another account. Logins are judged
 * against what was learnt more than a day before them, so that all logins of a first day look new, not only the first.
 * An account for which new networks, devices or countries are ordinary (a shared account, a phone on the road) gets
 * none. Owner:   sw_history_fini() frees.      Limits: SW_HISTORY_DEVICES; an account with more has no new devices.
 */
#ifndef SW_BEHAVIOUR_ACCOUNT_HISTORY_H
#define SW_BEHAVIOUR_ACCOUNT_HISTORY_H

#include "behaviour/account.h"

#define SW_HISTORY_DEVICES 64u
#define SW_HISTORY_FAILURES 64u

struct sw_history {
    const struct sw_account *account;
    uint32_t *stamp; /* by name: account + 1 */
    int64_t *first_ms;
    size_t room;
    struct {
        uint32_t device;
        int64_t first_ms;
    } devices[SW_HISTORY_DEVICES];
    size_t device_count;
    struct {
        int64_t time_ms;
        uint32_t network;
        uint32_t weight;
    } failures[SW_HISTORY_FAILURES]; /* a ring */
    uint64_t failure_count;
    uint32_t hours[24];
    uint32_t logins;
    uint32_t days;
    int64_t day; /* the latest one */
    uint32_t networks;
    uint32_t countries;
    uint32_t new_networks; /* after the first day */
    int64_t first_login_ms;
    int64_t last_login_ms;
};

struct sw_novelty {
    bool enough; /* there is history to compare with */
    bool network;
    bool country;
    bool device;
    bool known_device; /* seen for more than a day */
    bool hour;
    bool rare_country; /* hardly anyone else of the organisation came from it */
    bool alone;        /* nobody else came from this network */
    uint32_t failures; /* of the last hour, from the same network */
};

int sw_history_start(struct sw_history *history, const struct sw_account *account);
void sw_history_fini(struct sw_history *history);
void sw_history_judge(const struct sw_history *history, const struct sw_login *login, struct sw_novelty *novelty);
void sw_history_learn(struct sw_history *history, const struct sw_login *login);
/* Was the name seen with this account more than a day before? */
bool sw_history_knows(const struct sw_history *history, uint32_t name, int64_t time_ms);
/* ... or at all? */
bool sw_history_has(const struct sw_history *history, uint32_t name);
/* Was the login's device seen with this account more than a day before? */
bool sw_history_knows_device(const struct sw_history *history, const struct sw_login *login);
/* "a new network, a new country (NO), ..."; for sentences. */
void sw_buf_novelty(struct sw_buf *out, const struct sw_account_world *world, const struct sw_login *login,
                    const struct sw_novelty *novelty);

/* end() of a behaviour whose state is a history. */
void sw_history_end(struct sw_behaviour_run *run);

#endif
