/*
 * time.h - points in time: signed 64-bit nanoseconds since 1970-01-01T00:00:00Z, UTC, no leap seconds.
 *
 * Reading is strict about what a form allows and bounded; it never calls mktime or the locale.
 * Errors: SW_E_FORMAT.      Trust: hostile input.
 */
#ifndef SW_BASE_TIME_H
#define SW_BASE_TIME_H

#include "base/buf.h"
#include "base/str.h"

#include <stdint.h>

#define SW_TIME_NONE INT64_MIN /* no time known */
#define SW_SECOND 1000000000ll
#define SW_DAY (86400ll * SW_SECOND)

/* Days from 1970-01-01 to a date of the proleptic Gregorian calendar; month 1-12, day 1-31 unchecked. */
int64_t sw_days_from_civil(int64_t year, unsigned month, unsigned day);
void sw_civil_from_days(int64_t days, int64_t *year, unsigned *month, unsigned *day);
bool sw_civil_valid(int64_t year, unsigned month, unsigned day);

/* A date and a time of day, checked (year 1678-2261, second 60 is taken as 59); offset in seconds east of UTC. */
int sw_time_civil(int64_t year, unsigned month, unsigned day, unsigned hour, unsigned minute, unsigned second,
                  uint32_t nanosecond, int32_t offset, int64_t *time);

/* ISO 8601 / RFC 3339: 2024-05-06T07:08:09[.fraction][Z|+hh:mm|+hhmm|+hh]; a space or '_' may stand for T, '/' for
 * '-', a comma for the point, seconds may be absent. No zone: *zoned is false and UTC is taken. The whole string. */
int sw_time_iso(struct sw_str s, int64_t *time, bool *zoned);
/* The same, reading as far as it fits; *used tells how many bytes. */
int sw_time_iso_prefix(struct sw_str s, int64_t *time, bool *zoned, size_t *used);

/* Common log format: 06/May/2024:07:08:09 +0200 (the zone may be absent: UTC). The whole string. */
int sw_time_clf(struct sw_str s, int64_t *time, bool *zoned);

/* Syslog RFC 3164: "May  6 07:08:09" without year or zone. *used tells how many bytes. The year is the latest
 * that puts the time at or before `reference` + 1 day; a "May  6 2024 07:08:09" or "May  6 07:08:09 2024" form (Cisco) has
 * its own year: *year_known. UTC is taken. */
int sw_time_rfc3164(struct sw_str s, int64_t reference, int64_t *time, bool *year_known, size_t *used);

/* Epoch seconds, milliseconds, microseconds or nanoseconds, told apart by size; a fraction is allowed. */
int sw_time_epoch(struct sw_str s, int64_t *time);

/* Windows FILETIME: 100 ns ticks since 1601-01-01. SW_TIME_NONE when it is outside what 64-bit ns can hold. */
int64_t sw_time_filetime(uint64_t ticks);

/* English month abbreviation (3 letters, any case) to 1-12; 0 if it is none. */
unsigned sw_month(const char *three);

/* 2024-05-06T07:08:09.123456789Z, with as many fraction digits as needed out of 0, 3, 6, 9. Writes at most 30 bytes,
 * not terminated; returns how many. SW_TIME_NONE gives 0 bytes. */
size_t sw_time_format(int64_t time, char out[32]);
void sw_buf_time(struct sw_buf *buf, int64_t time);

/* "2024-05-06T07:08:09", 19 bytes, from days since 1970 and seconds of the day; years 0 to 9999. Returns the end. */
char *sw_time_put_second(char *out, int64_t days, unsigned of_day);

/* Sigma and command line time spans: a number and s, m, h, d, w (month M and year y as 30 and 365 days); in ns. */
int sw_timespan(struct sw_str s, int64_t *span);

/* Now, UTC. */
int64_t sw_time_now(void);

#endif
