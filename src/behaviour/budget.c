/* budget.c - see budget.h. */
#include "behaviour/budget.h"

enum { RESERVE = 8 /* part of a share that is left free for its owner */ };

void sw_budget_init(struct sw_budget *budget, size_t total, const unsigned *weights, size_t count)
{
    *budget = (struct sw_budget){.total = total, .count = count < SW_BUDGET_PARTIES ? count : SW_BUDGET_PARTIES};
    size_t sum = 0;
    for (size_t i = 0; i < budget->count; i++)
        sum += weights[i];
    for (size_t i = 0; i < budget->count; i++)
        budget->share[i] = total / (sum > 0 ? sum : 1) * weights[i];
}

size_t sw_budget_allowance(const struct sw_budget *budget, size_t who)
{
    size_t others = 0;
    for (size_t i = 0; i < budget->count; i++) {
        size_t reserve = budget->share[i] / RESERVE;
        if (i != who)
            others += budget->held[i] > reserve ? budget->held[i] : reserve;
    }
    size_t least = budget->share[who] / RESERVE;
    return budget->total > others + least ? budget->total - others : least;
}

size_t sw_budget_debtor(const struct sw_budget *budget, size_t who)
{
    size_t allowance = sw_budget_allowance(budget, who);
    if (allowance >= budget->share[who] || budget->held[who] < allowance - allowance / 4)
        return SW_BUDGET_NOBODY;
    size_t debtor = SW_BUDGET_NOBODY;
    size_t most = 0;
    for (size_t i = 0; i < budget->count; i++) {
        size_t above = budget->held[i] > budget->share[i] ? budget->held[i] - budget->share[i] : 0;
        if (i != who && above > most) {
            most = above;
            debtor = i;
        }
    }
    return debtor;
}

size_t sw_budget_reduced(const struct sw_budget *budget, size_t who)
{
    size_t half = budget->held[who] / 2;
    return half > budget->share[who] ? half : budget->share[who];
}
