/*
 * budget.h - one amount of memory for several stores, which moves to where it is needed.
 *
 * Each party has a share that is its own whenever it needs it. What the others don't need of theirs it may use as well,
 * until they do: then the party that is furthest above its share gives back. The outcome depends on what is asked and
 * in which order alone, and the order is that of the evidence: the same for any number of threads.
 *
 * Limits:  SW_BUDGET_PARTIES.      Threads: one at a time.      Errors: none.
 */
#ifndef SW_BEHAVIOUR_BUDGET_H
#define SW_BEHAVIOUR_BUDGET_H

#include <stddef.h>

#define SW_BUDGET_PARTIES 8u
#define SW_BUDGET_NOBODY ((size_t)-1)

struct sw_budget {
    size_t total; /* bytes */
    size_t count;
    size_t share[SW_BUDGET_PARTIES]; /* bytes; together the total at most */
    size_t held[SW_BUDGET_PARTIES];  /* bytes, kept up to date by the owner */
};

/* Divides the total by weights. */
void sw_budget_init(struct sw_budget *budget, size_t total, const unsigned *weights, size_t count);

/* What a party may hold now: all but what others hold. A small part of each other's share is left free even when it
 * isn't used, so that a party that comes late finds room to begin. */
size_t sw_budget_allowance(const struct sw_budget *budget, size_t who);

/* Who has to give back, so that `who` comes to its share: SW_BUDGET_NOBODY when it has that, when what it may hold is
 * enough for it, or when nobody else holds more than its share. */
size_t sw_budget_debtor(const struct sw_budget *budget, size_t who);

/* What a debtor may hold from then on: half of what it holds, its share at least. */
size_t sw_budget_reduced(const struct sw_budget *budget, size_t who);

#endif
