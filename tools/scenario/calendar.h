/*
 * calendar.h - when people work: time zones with summer time, working hours and lunch, weekends, holidays.
 *
 * Times are nanoseconds since 1970 in UTC, as everywhere in Seawall.      Threads: any.
 */
#ifndef SW_SCENARIO_CALENDAR_H
#define SW_SCENARIO_CALENDAR_H

#include "base/time.h"

#define MINUTE (60 * SW_SECOND)
#define HOUR (3600 * SW_SECOND)

enum zone { ZONE_HEADQUARTERS, ZONE_BRANCH, ZONE_EAST, ZONE_COUNT }; /* Central Europe, New York, Singapore */

/* Nanoseconds east of UTC then. */
int64_t zone_offset(enum zone zone, int64_t time);
/* Days since 1970 of the local date. */
int64_t local_day(enum zone zone, int64_t time);
/* 0 Monday to 6 Sunday, of days since 1970. */
unsigned weekday_of(int64_t day);
bool is_working_day(enum zone zone, int64_t time);
/* How busy people are then: 0 to 1, 1 in the middle of a working morning. */
double busyness(enum zone zone, int64_t time);
/* UTC of an hour of the local date that `time` falls on. */
int64_t local_hour(enum zone zone, int64_t time, double hour);

#endif
