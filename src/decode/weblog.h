/*
 * weblog.h - access log lines of web servers, for their own decoder and for those that meet them elsewhere (error logs
 * that share a file with them, syslog).
 * Threads: one reader each.      Trust: hostile input.
 */
#ifndef SW_DECODE_WEBLOG_H
#define SW_DECODE_WEBLOG_H

#include "decode/web.h"

struct sw_weblog; /* what is remembered from line to line; no line's event depends on it */

struct sw_weblog *sw_weblog_new(const struct sw_classes *classes); /* NULL: no memory */
void sw_weblog_free(struct sw_weblog *log);

/* Adds the fields of an access log line to d->event, its time and its class, and returns NULL; or returns why the line
 * is none (a static text) and has added nothing. */
const char *sw_weblog_parse(struct sw_decode *d, struct sw_weblog *log, struct sw_str line);

#endif
