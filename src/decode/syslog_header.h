/*
 * syslog_header.h - the envelope of a syslog line: priority, time, host, program, process id, and where the message
 * begins.
 *
 * Understood: RFC 5424; RFC 3164 with or without <PRI> and with the years, fractions, sequence numbers and zones that
 * Cisco, BSD, Solaris and AIX add; ISO 8601 times as rsyslog and journalctl write them; the ctime form of logread,
 * vsftpd and clamd; the form of BIND's own files. Reading is a single pass; nothing is copied, all strings are views of
 * the line.
 * Threads: any, each with a clock of its own.      Trust: hostile input.
 */
#ifndef SW_DECODE_SYSLOG_HEADER_H
#define SW_DECODE_SYSLOG_HEADER_H

#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

enum sw_syslog_form {
    SW_SYSLOG_NONE,  /* no envelope: the line is all message */
    SW_SYSLOG_PRI,   /* <PRI> and nothing else that is known */
    SW_SYSLOG_BSD,   /* RFC 3164 and its variants */
    SW_SYSLOG_ISO,   /* ISO time, host, tag */
    SW_SYSLOG_5424,
    SW_SYSLOG_CTIME, /* "Mon Jun  8 12:08:53 2020 ..." */
    SW_SYSLOG_BIND   /* "19-Oct-2022 05:34:02.425 ..." */
};

/* Gives lines without year and zone their time, and remembers the last minute it saw. All zero but the first two at
 * first. */
struct sw_syslog_clock {
    int64_t reference;   /* ns: the year is the latest that is not a day after this */
    int32_t zone_offset; /* seconds east of UTC for times without a zone */
    char minute[13];     /* "May  6 07:08:" */
    bool has_minute;
    int64_t minute_time; /* of its second 0, local */
};

struct sw_syslog_line {
    enum sw_syslog_form form;
    int64_t time;         /* ns, UTC; SW_TIME_NONE */
    bool year_known;
    bool zoned;
    bool has_tag;         /* "program:" or "program[pid]" was there */
    int priority;         /* 0-191, -1 if not given */
    struct sw_str hostname, program, pid, msgid;
    struct sw_str data;   /* RFC 5424 structured data with its brackets; empty if none */
    struct sw_str message;
};

/* Takes a line apart. Always succeeds: what can't be told is left empty, and the rest is message. */
void sw_syslog_header(struct sw_str line, struct sw_syslog_clock *clock, struct sw_syslog_line *out);

/* Names of a priority's parts; "" if out of range. */
struct sw_str sw_syslog_facility(int priority);
struct sw_str sw_syslog_severity(int priority);

/* "auth.info" or "4.6" to a priority; -1 if it is none. */
int sw_syslog_priority(struct sw_str dotted);

/* Takes the tag ("program[pid]: ") off the front of text; false, and nothing taken, when there is none. */
bool sw_syslog_tag(struct sw_str *text, struct sw_str *program, struct sw_str *pid);

#endif
