/* log.c - one line a message, written with one write(2). */
#include "base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

static _Atomic int most_verbose = SW_LOG_WARN;

void sw_log_set_level(enum sw_log_level most)
{
    atomic_store(&most_verbose, (int)most);
}

void sw_log(enum sw_log_level level, const char *format, ...)
{
    if ((int)level > atomic_load(&most_verbose))
        return;
    static const char *const prefix[] = {"error: ", "warning: ", "", "debug: "};
    char line[2048];
    int start = snprintf(line, sizeof line, "seawall: %s", prefix[level]);
    va_list args;
    va_start(args, format);
    int n = vsnprintf(line + start, sizeof line - (size_t)start - 1, format, args);
    va_end(args);
    if (n < 0)
        return;
    size_t len = (size_t)start + (size_t)n;
    if (len > sizeof line - 2)
        len = sizeof line - 2;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
            line[i] = '?';
    line[len++] = '\n';
    ssize_t written = write(STDERR_FILENO, line, len);
    (void)written;
}
