/*
 * account_reach.h - on how many days an account reached each name (a host, a service), and which it reached suddenly.
 *
 * What kerberoasting and fan-out share: names that an account reaches on one or two days only, never before, many of
 * them within a window. Names that it comes back to are its habit. Owner:   sw_reach_fini() frees.      Threads: one at
 * a time.      Errors: SW_E_NOMEM.
 */
#ifndef SW_BEHAVIOUR_ACCOUNT_REACH_H
#define SW_BEHAVIOUR_ACCOUNT_REACH_H

#include "behaviour/account.h"

struct sw_reach {
    uint32_t *stamp; /* by name: account + 1 */
    uint32_t *days;
    int64_t *day; /* the latest; then marks of what was counted */
    int64_t *first_ms;
    int64_t round; /* of counting */
    size_t room;
};

/* Names suddenly reached: of the account's logins from `from` to before `to`. */
struct sw_burst {
    size_t from;
    size_t to;
    uint32_t fresh; /* names that were new */
    uint32_t usual; /* most names that it reached on any day before */
    uint32_t days;  /* that the account was active before */
};

/* Which name of a login counts; SW_LOGIN_NONE: none. */
typedef uint32_t (*sw_reach_pick)(const struct sw_login *login);

int sw_reach_start(struct sw_reach *reach, const struct sw_account *account, sw_reach_pick pick);
void sw_reach_fini(struct sw_reach *reach);
/* The next burst of at least `least` fresh names within window_ms, from *at on; false: no more. */
bool sw_reach_next(struct sw_reach *reach, const struct sw_account *account, sw_reach_pick pick, int64_t window_ms,
                   uint32_t least, size_t *at, struct sw_burst *burst);
/* Is it the account's first login at this name, and one that it doesn't make a habit of? */
bool sw_reach_is_fresh(const struct sw_reach *reach, const struct sw_account *account, const struct sw_login *login,
                       uint32_t name);

void sw_reach_end(struct sw_behaviour_run *run);

#endif
