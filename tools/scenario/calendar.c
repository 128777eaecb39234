/*
 * calendar.c - calendar.h's rules: summer time of the EU and the USA, a table of holidays, a profile of the day.
 * Easter and what hangs on it is left out.
 */
#include "calendar.h"

#include "chance.h"

/* The day of the n-th Sunday of a month, or of its last one (n = 0). */
static int64_t sunday(int64_t year, unsigned month, unsigned n)
{
    if (n == 0) {
        int64_t last = sw_days_from_civil(month == 12 ? year + 1 : year, month == 12 ? 1 : month + 1, 1) - 1;
        return last - (weekday_of(last) + 1) % 7;
    }
    int64_t first = sw_days_from_civil(year, month, 1);
    return first + (6 - weekday_of(first)) + (n - 1) * 7;
}

int64_t zone_offset(enum zone zone, int64_t time)
{
    if (zone == ZONE_EAST)
        return 8 * HOUR;
    int64_t year;
    unsigned month;
    unsigned day;
    sw_civil_from_days(time / SW_DAY, &year, &month, &day);
    if (zone == ZONE_BRANCH) {
        bool summer = time >= sunday(year, 3, 2) * SW_DAY + 7 * HOUR && time < sunday(year, 11, 1) * SW_DAY + 6 * HOUR;
        return summer ? -4 * HOUR : -5 * HOUR;
    }
    bool summer = time >= sunday(year, 3, 0) * SW_DAY + HOUR && time < sunday(year, 10, 0) * SW_DAY + HOUR;
    return summer ? 2 * HOUR : HOUR;
}

int64_t local_day(enum zone zone, int64_t time)
{
    return (time + zone_offset(zone, time)) / SW_DAY;
}

unsigned weekday_of(int64_t day)
{
    return (unsigned)((day + 3) % 7);
}

static bool is_holiday(enum zone zone, int64_t local)
{
    static const struct {
        enum zone zone;
        unsigned month, day;
    } holidays[] = {
        {ZONE_HEADQUARTERS, 1, 1},  {ZONE_HEADQUARTERS, 5, 1},   {ZONE_HEADQUARTERS, 10, 3},
        {ZONE_HEADQUARTERS, 11, 1}, {ZONE_HEADQUARTERS, 12, 25}, {ZONE_HEADQUARTERS, 12, 26},
        {ZONE_BRANCH, 1, 1},        {ZONE_BRANCH, 7, 4},         {ZONE_BRANCH, 9, 7},
        {ZONE_BRANCH, 11, 26},      {ZONE_BRANCH, 12, 25},       {ZONE_EAST, 1, 1},
        {ZONE_EAST, 8, 9},          {ZONE_EAST, 12, 25},         {ZONE_HEADQUARTERS, 9, 18}, /* the company's outing */
    };
    int64_t year;
    unsigned month;
    unsigned day;
    sw_civil_from_days(local, &year, &month, &day);
    for (size_t i = 0; i < COUNT(holidays); i++)
        if (holidays[i].zone == zone && holidays[i].month == month && holidays[i].day == day)
            return true;
    return false;
}

bool is_working_day(enum zone zone, int64_t time)
{
    int64_t day = local_day(zone, time);
    return weekday_of(day) < 5 && !is_holiday(zone, day);
}

double busyness(enum zone zone, int64_t time)
{
    static const double working[24] = {.01, .005, .005, .005, .01, .02, .10, .42, .85, 1.0, 1.0, .90,
                                       .45, .80,  .95,  .95,  .85, .60, .25, .12, .10, .08, .05, .02};
    static const double idle[24] = {.01, .005, .005, .005, .005, .01, .01, .02, .03, .05, .05, .05,
                                    .04, .04,  .05,  .05,  .04,  .04, .04, .05, .05, .04, .03, .02};
    int64_t local = time + zone_offset(zone, time);
    double hour = (double)(local % SW_DAY) / (double)HOUR;
    const double *profile = is_working_day(zone, time) ? working : idle;
    unsigned now = (unsigned)hour % 24;
    double share = hour - (double)now;
    return profile[now] * (1 - share) + profile[(now + 1) % 24] * share;
}

int64_t local_hour(enum zone zone, int64_t time, double hour)
{
    int64_t midnight = local_day(zone, time) * SW_DAY;
    return midnight - zone_offset(zone, time) + (int64_t)(hour * (double)HOUR);
}
