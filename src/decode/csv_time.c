/* csv_time.c - reading times of tables. Forms are told by what stands in them; nothing is guessed from the locale. */
#include "decode/csv_time.h"

#include "base/error.h"
#include "base/time.h"

/* What is left of the text. */
struct reader {
    const char *at;
    const char *end;
};

static bool take(struct reader *r, char c)
{
    if (r->at == r->end || *r->at != c)
        return false;
    r->at++;
    return true;
}

static void spaces(struct reader *r)
{
    while (r->at < r->end && *r->at == ' ')
        r->at++;
}

/* One to `most` digits. */
static bool number(struct reader *r, unsigned most, unsigned *value)
{
    unsigned count = 0;
    *value = 0;
    while (r->at < r->end && count < most && sw_is_digit(*r->at)) {
        *value = *value * 10 + (unsigned)(*r->at++ - '0');
        count++;
    }
    return count > 0;
}

static bool month_name(struct reader *r, unsigned *month)
{
    if (r->end - r->at < 3 || (*month = sw_month(r->at)) == 0)
        return false;
    while (r->at < r->end && (sw_is_alpha(*r->at) || *r->at == '.'))
        r->at++;
    return true;
}

struct civil {
    unsigned year, month, day;
    unsigned hour, minute, second;
    uint32_t nanosecond;
    int32_t offset;
};

/* :08[:09[.123]] [AM|PM], after the hour. */
static bool clock_rest(struct reader *r, struct civil *c)
{
    if (!take(r, ':') || !number(r, 2, &c->minute))
        return false;
    if (take(r, ':') && !number(r, 2, &c->second))
        return false;
    if (r->at < r->end && (*r->at == '.' || *r->at == ',')) {
        r->at++;
        uint32_t unit = 100000000;
        unsigned digit;
        while (number(r, 1, &digit)) {
            c->nanosecond += digit * unit;
            unit /= 10;
        }
    }
    spaces(r);
    if (r->end - r->at < 2 || (r->at[1] | 32) != 'm' || ((r->at[0] | 32) != 'a' && (r->at[0] | 32) != 'p'))
        return true;
    if (c->hour < 1 || c->hour > 12)
        return false;
    c->hour = c->hour % 12 + ((r->at[0] | 32) == 'p' ? 12 : 0);
    r->at += 2;
    return true;
}

/* Z, UTC, GMT, +02:00, +0200 at the end; nothing else may be left. */
static bool zone(struct reader *r, struct civil *c, bool *zoned)
{
    spaces(r);
    struct sw_str rest = {r->at, (size_t)(r->end - r->at)};
    *zoned = rest.len > 0;
    if (rest.len == 0 || sw_str_is(rest, "Z") || sw_str_is(rest, "UTC") || sw_str_is(rest, "GMT"))
        return true;
    bool negative = take(r, '-');
    if (!negative && !take(r, '+'))
        return false;
    unsigned hours;
    unsigned minutes = 0;
    if (!number(r, 2, &hours))
        return false;
    (void)take(r, ':');
    if (r->at < r->end && !number(r, 2, &minutes))
        return false;
    c->offset = (int32_t)(hours * 3600 + minutes * 60) * (negative ? -1 : 1);
    return r->at == r->end;
}

/* What comes after a date: nothing, or a time of day and a zone. */
static int finish(struct reader *r, struct civil *c, struct csv_time *out)
{
    spaces(r);
    (void)take(r, ',');
    spaces(r);
    (void)take(r, '@');
    (void)take(r, 'T');
    spaces(r);
    out->date_only = r->at == r->end;
    if (!out->date_only && (!number(r, 2, &c->hour) || !clock_rest(r, c)))
        return SW_E_FORMAT;
    if (!zone(r, c, &out->zoned))
        return SW_E_FORMAT;
    if (c->year < 100)
        c->year += c->year < 70 ? 2000 : 1900;
    return sw_time_civil(c->year, c->month, c->day, c->hour, c->minute, c->second, c->nanosecond, c->offset,
                         &out->time);
}

/* 1/31/2024, 31/1/2024, 31.01.2024, 2024/01/31, 2024-1-31 */
static int numeric_date(struct reader *r, enum csv_order order, struct csv_time *out)
{
    struct civil c = {0};
    unsigned first;
    unsigned second;
    unsigned third;
    const char *start = r->at;
    if (!number(r, 4, &first) || r->at == r->end)
        return SW_E_FORMAT;
    bool year_first = r->at - start == 4;
    char sign = *r->at;
    if ((sign != '/' && sign != '.' && sign != '-') || !take(r, sign) || !number(r, 2, &second) || !take(r, sign) ||
        !number(r, year_first ? 2 : 4, &third))
        return SW_E_FORMAT;
    if (year_first) {
        c = (struct civil){.year = first, .month = second, .day = third};
    } else {
        out->either = sign != '.' && first <= 12 && second <= 12 && first != second;
        bool day_first = sign == '.' || first > 12 || (out->either && order == CSV_DAY_FIRST);
        c = (struct civil){.year = third, .month = day_first ? second : first, .day = day_first ? first : second};
        if (sign != '.' && !out->either && first != second)
            out->shows = day_first ? CSV_DAY_FIRST : CSV_MONTH_FIRST;
    }
    return finish(r, &c, out);
}

/* 31 Jan 2024, 31-Jan-2024, 31/Jan/2024; Jan 31, 2024; with a week day before it */
static int named_date(struct reader *r, struct csv_time *out)
{
    struct civil c = {0};
    if (r->end - r->at > 4 && sw_is_alpha(*r->at) && sw_month(r->at) == 0) {
        while (r->at < r->end && sw_is_alpha(*r->at))
            r->at++;
        (void)take(r, ',');
        spaces(r);
    }
    if (r->at < r->end && sw_is_digit(*r->at)) {
        if (!number(r, 2, &c.day) || r->at == r->end || memchr(" -/", *r->at, 3) == NULL)
            return SW_E_FORMAT;
        char sign = *r->at++;
        if (!month_name(r, &c.month) || !take(r, sign) || !number(r, 4, &c.year))
            return SW_E_FORMAT;
        (void)(sign == '/' && take(r, ':')); /* common log format */
        return finish(r, &c, out);
    }
    if (r->end - r->at < 3 || !month_name(r, &c.month))
        return SW_E_FORMAT;
    spaces(r);
    if (!number(r, 2, &c.day))
        return SW_E_FORMAT;
    (void)take(r, ',');
    spaces(r);
    if (!number(r, 4, &c.year))
        return SW_E_FORMAT;
    return finish(r, &c, out);
}

int csv_time_read(struct sw_str text, enum csv_order order, struct csv_time *out)
{
    text = sw_str_trim(text);
    *out = (struct csv_time){.zoned = true};
    if (text.len < 8 || text.len > 64)
        return SW_E_FORMAT;
    if (sw_time_iso(text, &out->time, &out->zoned) == 0)
        return 0;
    size_t point = sw_str_chr(text, '.');
    size_t digits = point == SW_NPOS ? text.len : point;
    out->zoned = true;
    if (digits >= 9 && sw_time_epoch(text, &out->time) == 0)
        return 0;
    struct reader r = {text.ptr, text.ptr + text.len};
    if (numeric_date(&r, order, out) == 0)
        return 0;
    *out = (struct csv_time){.zoned = true};
    r.at = text.ptr;
    return named_date(&r, out);
}
