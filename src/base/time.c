/* time.c - calendar arithmetic (days_from_civil after Howard Hinnant's published algorithms) and time forms. */
#include "base/time.h"

#include "base/digits.h"
#include "base/error.h"

#include <time.h>

int64_t sw_days_from_civil(int64_t year, unsigned month, unsigned day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t of_era = year - era * 400;
    int64_t of_year = (153 * ((int64_t)month + (month > 2 ? -3 : 9)) + 2) / 5 + (int64_t)day - 1;
    int64_t days = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    return era * 146097 + days - 719468;
}

void sw_civil_from_days(int64_t days, int64_t *year, unsigned *month, unsigned *day)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    uint32_t of_era = (uint32_t)(days - era * 146097);
    uint32_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    uint32_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    uint32_t shifted = (5 * of_year + 2) / 153;
    *day = of_year - (153 * shifted + 2) / 5 + 1;
    *month = shifted < 10 ? shifted + 3 : shifted - 9;
    *year = year_of_era + era * 400 + (*month <= 2);
}

bool sw_civil_valid(int64_t year, unsigned month, unsigned day)
{
    static const unsigned char days[13] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (month < 1 || month > 12 || day < 1)
        return false;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day <= days[month] + (month == 2 && leap ? 1u : 0u);
}

int sw_time_civil(int64_t year, unsigned month, unsigned day, unsigned hour, unsigned minute, unsigned second,
                  uint32_t nanosecond, int32_t offset, int64_t *time)
{
    if (year < 1678 || year > 2261 || !sw_civil_valid(year, month, day))
        return SW_E_FORMAT;
    if (hour > 23 || minute > 59 || second > 60 || nanosecond > 999999999 || offset < -86400 || offset > 86400)
        return SW_E_FORMAT;
    if (second == 60)
        second = 59;
    int64_t seconds = sw_days_from_civil(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - offset;
    *time = seconds * SW_SECOND + nanosecond;
    return 0;
}

/* `count` digits at p as a number; false when one is no digit. */
static bool digits(const char *p, unsigned count, unsigned *value)
{
    unsigned sum = 0;
    for (unsigned i = 0; i < count; i++) {
        if (!sw_is_digit(p[i]))
            return false;
        sum = sum * 10 + (unsigned)(p[i] - '0');
    }
    *value = sum;
    return true;
}

/* A fraction's digits after the point; digits past the ninth are dropped. Returns how many bytes were read. */
static size_t fraction(struct sw_str s, uint32_t *nanosecond)
{
    size_t at = 0;
    uint32_t sum = 0;
    unsigned have = 0;
    while (at < s.len && sw_is_digit(s.ptr[at])) {
        if (have < 9) {
            sum = sum * 10 + (uint32_t)(s.ptr[at] - '0');
            have++;
        }
        at++;
    }
    for (; have < 9; have++)
        sum *= 10;
    *nanosecond = sum;
    return at;
}

/* Z, +hh, +hhmm or +hh:mm at the start of s. Returns how many bytes; 0 when there is no zone. */
static size_t zone(struct sw_str s, int32_t *offset)
{
    *offset = 0;
    if (s.len == 0)
        return 0;
    if (s.ptr[0] == 'Z' || s.ptr[0] == 'z')
        return 1;
    unsigned hours;
    unsigned minutes = 0;
    if ((s.ptr[0] != '+' && s.ptr[0] != '-') || s.len < 3 || !digits(s.ptr + 1, 2, &hours))
        return 0;
    size_t used = 3;
    if (s.len >= 6 && s.ptr[3] == ':' && digits(s.ptr + 4, 2, &minutes))
        used = 6;
    else if (s.len >= 5 && digits(s.ptr + 3, 2, &minutes))
        used = 5;
    *offset = (int32_t)(hours * 3600 + minutes * 60) * (s.ptr[0] == '-' ? -1 : 1);
    return used;
}

/* hh:mm[:ss[.fraction]] at the start of s. Returns how many bytes; 0 when it is no time of day. */
struct clock {
    unsigned hour, minute, second;
    uint32_t nanosecond;
};

static size_t clock_read(struct sw_str s, struct clock *c)
{
    *c = (struct clock){0};
    if (s.len < 5 || !digits(s.ptr, 2, &c->hour) || s.ptr[2] != ':' || !digits(s.ptr + 3, 2, &c->minute))
        return 0;
    if (s.len < 8 || s.ptr[5] != ':' || !digits(s.ptr + 6, 2, &c->second))
        return 5;
    size_t used = 8;
    if (s.len > 9 && (s.ptr[8] == '.' || s.ptr[8] == ',') && sw_is_digit(s.ptr[9]))
        used += 1 + fraction(sw_str_from(s, 9), &c->nanosecond);
    return used;
}

int sw_time_iso_prefix(struct sw_str s, int64_t *time, bool *zoned, size_t *used)
{
    unsigned year;
    unsigned month;
    unsigned day;
    if (s.len < 16 || !digits(s.ptr, 4, &year) || !digits(s.ptr + 5, 2, &month) || !digits(s.ptr + 8, 2, &day))
        return SW_E_FORMAT;
    if ((s.ptr[4] != '-' && s.ptr[4] != '/') || s.ptr[7] != s.ptr[4] || memchr("Tt _", s.ptr[10], 4) == NULL)
        return SW_E_FORMAT;
    struct clock c;
    size_t at = clock_read(sw_str_from(s, 11), &c);
    if (at == 0)
        return SW_E_FORMAT;
    at += 11;
    int32_t offset;
    size_t zone_len = zone(sw_str_from(s, at), &offset);
    *zoned = zone_len > 0;
    *used = at + zone_len;
    return sw_time_civil(year, month, day, c.hour, c.minute, c.second, c.nanosecond, offset, time);
}

int sw_time_iso(struct sw_str s, int64_t *time, bool *zoned)
{
    size_t used;
    int rc = sw_time_iso_prefix(s, time, zoned, &used);
    if (rc == 0 && used != s.len)
        return SW_E_FORMAT;
    return rc;
}

unsigned sw_month(const char *three)
{
    static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";
    for (unsigned i = 0; i < 12; i++)
        if (sw_lower(three[0]) == names[3 * i] && sw_lower(three[1]) == names[3 * i + 1] &&
            sw_lower(three[2]) == names[3 * i + 2])
            return i + 1;
    return 0;
}

int sw_time_clf(struct sw_str s, int64_t *time, bool *zoned)
{
    unsigned day;
    unsigned year;
    if (s.len < 20 || !digits(s.ptr, 2, &day) || s.ptr[2] != '/' || s.ptr[6] != '/' || !digits(s.ptr + 7, 4, &year) ||
        s.ptr[11] != ':')
        return SW_E_FORMAT;
    struct clock c;
    size_t at = clock_read(sw_str_from(s, 12), &c);
    if (at < 8)
        return SW_E_FORMAT;
    at += 12;
    int32_t offset = 0;
    *zoned = false;
    if (at < s.len) {
        if (s.ptr[at] == ' ')
            at++;
        size_t zone_len = zone(sw_str_from(s, at), &offset);
        if (zone_len == 0 || at + zone_len != s.len)
            return SW_E_FORMAT;
        *zoned = true;
    }
    return sw_time_civil(year, sw_month(s.ptr + 3), day, c.hour, c.minute, c.second, c.nanosecond, offset, time);
}

/* The latest year that puts month, day and time of day at or before reference + 1 day. */
static int infer_year(unsigned month, unsigned day, const struct clock *c, int64_t reference, int64_t *time)
{
    int64_t year;
    unsigned ref_month;
    unsigned ref_day;
    sw_civil_from_days((reference + SW_DAY) / SW_DAY, &year, &ref_month, &ref_day);
    /* 29 February may need to go back up to eight years (1900, 2100). */
    for (int back = 0; back <= 8; back++, year--) {
        int rc = sw_time_civil(year, month, day, c->hour, c->minute, c->second, c->nanosecond, 0, time);
        if (rc == 0 && *time <= reference + SW_DAY)
            return 0;
    }
    return SW_E_FORMAT;
}

int sw_time_rfc3164(struct sw_str s, int64_t reference, int64_t *time, bool *year_known, size_t *used)
{
    if (s.len < 15 || s.ptr[3] != ' ')
        return SW_E_FORMAT;
    unsigned month = sw_month(s.ptr);
    if (month == 0)
        return SW_E_FORMAT;
    size_t at = 4;
    if (s.ptr[at] == ' ')
        at++;
    unsigned day;
    if (digits(s.ptr + at, 2, &day))
        at += 2;
    else if (digits(s.ptr + at, 1, &day))
        at += 1;
    else
        return SW_E_FORMAT;
    if (s.ptr[at] != ' ')
        return SW_E_FORMAT;
    at++;
    unsigned year = 0;
    *year_known = false;
    if (s.len - at >= 13 && digits(s.ptr + at, 4, &year) && s.ptr[at + 4] == ' ') {
        *year_known = true;
        at += 5;
    }
    struct clock c;
    size_t clock_len = clock_read(sw_str_from(s, at), &c);
    if (clock_len < 8)
        return SW_E_FORMAT;
    at += clock_len;
    if (!*year_known && s.len - at >= 5 && s.ptr[at] == ' ' && digits(s.ptr + at + 1, 4, &year) && year >= 1990 && year < 2100 &&
        (s.len - at == 5 || !sw_is_digit(s.ptr[at + 5]))) {
        *year_known = true;
        at += 5;
    }
    *used = at;
    if (*year_known)
        return sw_time_civil(year, month, day, c.hour, c.minute, c.second, c.nanosecond, 0, time);
    return infer_year(month, day, &c, reference, time);
}

int sw_time_epoch(struct sw_str s, int64_t *time)
{
    size_t point = sw_str_chr(s, '.');
    struct sw_str whole = point == SW_NPOS ? s : sw_str_slice(s, 0, point);
    int64_t number;
    if (sw_str_i64(whole, &number) != 0 || number < 0)
        return SW_E_FORMAT;
    uint32_t nanosecond = 0;
    if (point != SW_NPOS) {
        struct sw_str rest = sw_str_from(s, point + 1);
        if (fraction(rest, &nanosecond) != rest.len)
            return SW_E_FORMAT;
    }
    /* Sizes up to the year 2286 in each unit. A fraction below whole seconds' precision is dropped. */
    if (number < 10000000000ll) {
        if (number > INT64_MAX / SW_SECOND - 1)
            return SW_E_FORMAT;
        *time = number * SW_SECOND + nanosecond;
    } else if (number < 10000000000000ll) {
        *time = number > INT64_MAX / 1000000 ? SW_TIME_NONE : number * 1000000 + nanosecond / 1000;
    } else if (number < 10000000000000000ll) {
        *time = number > INT64_MAX / 1000 ? SW_TIME_NONE : number * 1000 + nanosecond / 1000000;
    } else {
        *time = number;
    }
    return *time == SW_TIME_NONE ? SW_E_FORMAT : 0;
}

int64_t sw_time_filetime(uint64_t ticks)
{
    const int64_t epoch = 116444736000000000ll; /* 1970-01-01 in ticks */
    if (ticks > (uint64_t)(INT64_MAX / 100) + (uint64_t)epoch)
        return SW_TIME_NONE;
    int64_t since = (int64_t)ticks - epoch;
    if (since < INT64_MIN / 100 + 1)
        return SW_TIME_NONE;
    return since * 100;
}

/* The text of a day, "2024-05-06T", remembered by each thread: records come in order. */
static const char *day_text(int64_t days)
{
    static _Thread_local struct {
        int64_t days;
        char text[12];
    } last = {.days = INT64_MIN};
    if (last.days != days) {
        int64_t year;
        unsigned month;
        unsigned day;
        sw_civil_from_days(days, &year, &month, &day);
        char *out = sw_put_two(last.text, (unsigned)year / 100 % 100);
        out = sw_put_two(out, (unsigned)year % 100);
        *out++ = '-';
        out = sw_put_two(out, month);
        *out++ = '-';
        out = sw_put_two(out, day);
        *out = 'T';
        last.days = days;
    }
    return last.text;
}

char *sw_time_put_second(char *out, int64_t days, unsigned of_day)
{
    memcpy(out, day_text(days), 11);
    out = sw_put_two(out + 11, of_day / 3600);
    *out++ = ':';
    out = sw_put_two(out, of_day / 60 % 60);
    *out++ = ':';
    return sw_put_two(out, of_day % 60);
}

size_t sw_time_format(int64_t time, char out[32])
{
    if (time == SW_TIME_NONE)
        return 0;
    int64_t days = time / SW_DAY - (time % SW_DAY < 0);
    int64_t of_day = time - days * SW_DAY;
    unsigned nanos = (unsigned)(of_day % SW_SECOND);
    char *end = sw_time_put_second(out, days, (unsigned)(of_day / SW_SECOND));
    if (nanos > 0) {
        *end = '.';
        (void)sw_put_eight(end + 1, nanos / 10);
        end[9] = (char)('0' + nanos % 10);
        end += nanos % 1000000 == 0 ? 4 : nanos % 1000 == 0 ? 7 : 10;
    }
    *end++ = 'Z';
    return (size_t)(end - out);
}

void sw_buf_time(struct sw_buf *buf, int64_t time)
{
    char text[32];
    sw_buf_add(buf, text, sw_time_format(time, text));
}

int sw_timespan(struct sw_str s, int64_t *span)
{
    if (s.len < 2)
        return SW_E_FORMAT;
    uint64_t number;
    if (sw_str_u64(sw_str_slice(s, 0, s.len - 1), &number) != 0)
        return SW_E_FORMAT;
    int64_t unit;
    switch (s.ptr[s.len - 1]) {
    case 's':
        unit = SW_SECOND;
        break;
    case 'm':
        unit = 60 * SW_SECOND;
        break;
    case 'h':
        unit = 3600 * SW_SECOND;
        break;
    case 'd':
        unit = SW_DAY;
        break;
    case 'w':
        unit = 7 * SW_DAY;
        break;
    case 'M':
        unit = 30 * SW_DAY;
        break;
    case 'y':
        unit = 365 * SW_DAY;
        break;
    default:
        return SW_E_FORMAT;
    }
    if (number > (uint64_t)(INT64_MAX / unit))
        return SW_E_LIMIT;
    *span = (int64_t)number * unit;
    return 0;
}

int64_t sw_time_now(void)
{
    struct timespec now;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0)
        return 0;
    return (int64_t)now.tv_sec * SW_SECOND + now.tv_nsec;
}
