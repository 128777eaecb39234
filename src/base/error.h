/*
 * error.h - error numbers, and the one struct that carries an explained error to a person.
 *
 * Functions that can fail return 0 or a negative SW_E_*. Parsers of what people write also fill a
 * struct sw_error. Errors caused by evidence are ordinary: they are counted by reason, not thrown upwards.
 */
#ifndef SW_BASE_ERROR_H
#define SW_BASE_ERROR_H

#include <stdint.h>

/* name, number, text: this table is the only place where an error is defined. */
#define SW_ERRORS(X) \
    X(SW_OK, 0, "no error") \
    X(SW_E_NOMEM, -1, "out of memory") \
    X(SW_E_LIMIT, -2, "a limit was reached") \
    X(SW_E_IO, -3, "reading or writing failed") \
    X(SW_E_FORMAT, -4, "the data does not have the form it should have") \
    X(SW_E_TRUNCATED, -5, "the data ends too early") \
    X(SW_E_UNSUPPORTED, -6, "a feature that is not supported") \
    X(SW_E_NOTFOUND, -7, "not found") \
    X(SW_E_EXISTS, -8, "exists already") \
    X(SW_E_USAGE, -9, "wrong usage") \
    X(SW_E_STATE, -10, "called in the wrong state") \
    X(SW_E_DENIED, -11, "permission denied") \
    X(SW_E_CHECKSUM, -12, "a checksum does not match") \
    X(SW_E_STOP, -13, "stopped on request")

enum sw_errno {
#define SW_ERROR_ENUM(name, number, text) name = number,
    SW_ERRORS(SW_ERROR_ENUM)
#undef SW_ERROR_ENUM
};

/* An explained error. text is always terminated and never empty after sw_error_set(). line and column
 * count from 1; 0 means that there is none. source names the file ("" if none). */
struct sw_error {
    int code;
    uint32_t line;
    uint32_t column;
    char source[256];
    char text[512];
};

/* Text of an error number; "unknown error" for a number that is not in the table. Never NULL. */
const char *sw_strerror(int code);

/* Fills err (may be NULL) and returns code, so that a parser can say `return sw_error_set(...)`. */
int sw_error_set(struct sw_error *err, int code, uint32_t line, uint32_t column, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Names the source of an error that has none yet. */
void sw_error_source(struct sw_error *err, const char *source);

#endif
