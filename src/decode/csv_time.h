/*
 * csv_time.h - times as programs and people write them into tables.
 * Trust: hostile input.
 */
#ifndef SW_DECODE_CSV_TIME_H
#define SW_DECODE_CSV_TIME_H

#include "base/str.h"

#include <stdint.h>

/* What stands first in dates such as 1/2/2024. */
enum csv_order { CSV_ORDER_UNKNOWN, CSV_MONTH_FIRST, CSV_DAY_FIRST };

struct csv_time {
    int64_t time; /* as if it were UTC when it has no zone */
    bool zoned;
    bool date_only;       /* no time of day */
    bool either;          /* day and month could be the other way round: read by the order that was given */
    enum csv_order shows; /* the order that this date can only have, if it has slashes or dashes */
};

/* ISO 8601 in its variants, common log format, epoch seconds to nanoseconds, 1/31/2024 7:08:09 PM, 31/1/2024 19:08:09,
 * 31.01.2024 19:08:09, Jan 31, 2024 @ 19:08:09.123 and 31 Jan 2024 19:08:09, with or without a zone or "UTC" behind. Of
 * a date with slashes or dashes whose numbers don't tell, `order` does; the month comes first when that is unknown too.
 * SW_E_FORMAT: none of these. */
int csv_time_read(struct sw_str text, enum csv_order order, struct csv_time *out);

#endif
