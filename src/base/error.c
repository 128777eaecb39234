/* error.c - texts of the error numbers, and filling of struct sw_error. */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *sw_strerror(int code)
{
    switch (code) {
#define SW_ERROR_CASE(name, number, text) \
    case number: \
        return text;
        SW_ERRORS(SW_ERROR_CASE)
#undef SW_ERROR_CASE
    default:
        return "unknown error";
    }
}

int sw_error_set(struct sw_error *err, int code, uint32_t line, uint32_t column, const char *format, ...)
{
    if (err == NULL)
        return code;
    err->code = code;
    err->line = line;
    err->column = column;
    err->source[0] = '\0';
    va_list args;
    va_start(args, format);
    int n = vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    if (n <= 0)
        (void)snprintf(err->text, sizeof err->text, "%s", sw_strerror(code));
    return code;
}

void sw_error_source(struct sw_error *err, const char *source)
{
    if (err == NULL || err->source[0] != '\0')
        return;
    (void)snprintf(err->source, sizeof err->source, "%s", source);
}
