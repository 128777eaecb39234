/* tell.c - quantities as sentences have them. See tell.h. */
#include "behaviour/tell.h"

void sw_buf_span(struct sw_buf *out, double seconds)
{
    if (seconds < 120)
        sw_buf_printf(out, "%.3g s", seconds);
    else if (seconds < 7200)
        sw_buf_printf(out, "%.3g min", seconds / 60);
    else if (seconds < 172800)
        sw_buf_printf(out, "%.3g h", seconds / 3600);
    else
        sw_buf_printf(out, "%.3g days", seconds / 86400);
}

void sw_buf_bytes(struct sw_buf *out, uint64_t bytes)
{
    static const char *const units[] = {"bytes", "KB", "MB", "GB", "TB"};
    double value = (double)bytes;
    unsigned unit = 0;
    while (value >= 1000 && unit < 4) {
        value /= 1000;
        unit++;
    }
    sw_buf_printf(out, "%.3g %s", value, units[unit]);
}
