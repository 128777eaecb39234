/*
 * syslog_line.h - one syslog line into d->event; shared by the decoders of files and of framed streams.
 */
#ifndef SW_DECODE_SYSLOG_LINE_H
#define SW_DECODE_SYSLOG_LINE_H

#include "decode/programs.h"
#include "decode/syslog_header.h"

/* The state of both decoders. `log` comes first, so that a parser that is given the state finds it. */
struct sw_syslog_state {
    struct sw_log_state log;
    struct sw_syslog_clock clock;
    uint64_t slice; /* for which the clock was set */
    bool clock_set;
    /* The last program seen and its row: lines of one program come in runs. */
    char name[64];
    size_t name_len;
    const struct sw_program *program;
};

void *sw_syslog_state_new(const struct sw_classes *classes);
void sw_syslog_state_free(void *state);

/* Parses the record that sw_decode_begin() began and emits or rejects it. */
int sw_syslog_line(struct sw_decode *d, struct sw_str line);

/* Whether a line surely has a syslog envelope; for sniffing. */
bool sw_syslog_looks(struct sw_str line);

#endif
