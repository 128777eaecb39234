/* account_reach.c - see account_reach.h. */
#include "behaviour/account_reach.h"

#include "base/mem.h"

enum { DAY_MS = 86400000, HABIT_DAYS = 3 /* names that are reached on so many days are a habit */ };

static int make_room(struct sw_reach *reach, size_t count)
{
    if (reach->room >= count)
        return 0;
    sw_reach_fini(reach);
    reach->stamp = sw_alloc(count, sizeof *reach->stamp);
    reach->days = sw_alloc(count, sizeof *reach->days);
    reach->day = sw_alloc(count, sizeof *reach->day);
    reach->first_ms = sw_alloc(count, sizeof *reach->first_ms);
    if (reach->stamp == NULL || reach->days == NULL || reach->day == NULL || reach->first_ms == NULL)
        return SW_E_NOMEM;
    reach->room = count;
    return 0;
}

int sw_reach_start(struct sw_reach *reach, const struct sw_account *account, sw_reach_pick pick)
{
    int rc = make_room(reach, account->world->name_count);
    if (rc != 0)
        return rc;
    for (size_t i = 0; i < account->count; i++) {
        const struct sw_login *login = &account->logins[i];
        uint32_t name = pick(login);
        if (name >= reach->room)
            continue;
        int64_t day = login->time_ms / DAY_MS;
        if (reach->stamp[name] != account->number + 1) {
            reach->stamp[name] = account->number + 1;
            reach->days[name] = 1;
            reach->first_ms[name] = login->time_ms;
        } else if (reach->day[name] != day) {
            reach->days[name]++;
        }
        reach->day[name] = day;
    }
    return 0;
}

void sw_reach_fini(struct sw_reach *reach)
{
    sw_free(reach->stamp);
    sw_free(reach->days);
    sw_free(reach->day);
    sw_free(reach->first_ms);
    *reach = (struct sw_reach){0};
}

bool sw_reach_is_fresh(const struct sw_reach *reach, const struct sw_account *account, const struct sw_login *login,
                       uint32_t name)
{
    return name < reach->room && reach->stamp[name] == account->number + 1 && reach->days[name] < HABIT_DAYS &&
           reach->first_ms[name] == login->time_ms;
}

/* How many days the account was active before a time, and how many names it reached on the busiest of them. */
static void describe_before(struct sw_reach *reach, const struct sw_account *account, sw_reach_pick pick,
                            struct sw_burst *burst)
{
    int64_t begin_day = account->logins[burst->from].time_ms / DAY_MS;
    int64_t day = INT64_MIN;
    uint32_t names = 0;
    reach->round++;
    for (size_t i = 0; i < burst->from; i++) {
        const struct sw_login *login = &account->logins[i];
        int64_t this_day = login->time_ms / DAY_MS;
        if (this_day == begin_day)
            break;
        if (this_day != day) {
            day = this_day;
            burst->days++;
            names = 0;
        }
        uint32_t name = pick(login);
        if (name >= reach->room)
            continue;
        int64_t mark = reach->round << 32 | (day & 0xffffffff);
        if (reach->day[name] != mark) {
            reach->day[name] = mark;
            names++;
        }
        if (names > burst->usual)
            burst->usual = names;
    }
}

bool sw_reach_next(struct sw_reach *reach, const struct sw_account *account, sw_reach_pick pick, int64_t window_ms,
                   uint32_t least, size_t *at, struct sw_burst *burst)
{
    uint32_t fresh = 0;
    size_t tail = *at;
    for (size_t i = *at; i < account->count; i++) {
        const struct sw_login *login = &account->logins[i];
        for (; account->logins[tail].time_ms < login->time_ms - window_ms; tail++)
            fresh -= sw_reach_is_fresh(reach, account, &account->logins[tail], pick(&account->logins[tail]));
        fresh += sw_reach_is_fresh(reach, account, login, pick(login));
        if (fresh < least)
            continue;
        /* Goes on until a whole window brings nothing fresh. */
        *burst = (struct sw_burst){.from = tail, .to = i + 1, .fresh = fresh};
        int64_t last_ms = login->time_ms;
        for (size_t k = i + 1; k < account->count && account->logins[k].time_ms - last_ms <= window_ms; k++) {
            if (!sw_reach_is_fresh(reach, account, &account->logins[k], pick(&account->logins[k])))
                continue;
            burst->fresh++;
            burst->to = k + 1;
            last_ms = account->logins[k].time_ms;
        }
        describe_before(reach, account, pick, burst);
        *at = burst->to;
        return true;
    }
    *at = account->count;
    return false;
}

void sw_reach_end(struct sw_behaviour_run *run)
{
    sw_reach_fini(run->state);
}
