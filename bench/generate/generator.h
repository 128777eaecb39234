/*
 * generator.h - what the makers of records share: chance, and templates that they fill.
 *
 * A template is text in which % and a letter stand for a value:
 *     %w word         %W name of a person    %n number below 100,000   %d number below 100     %k number below 10,000
 *     %x 4 hex digits %h 8 hex digits        %L 32 hex digits          %g GUID
 *     %i inside address  %e outside address  %p port above 1023        %u account              %c computer
 *     %6 digit below 6  %v version of a browser
 *     %z whole seconds of the time           %t time as ISO 8601       %% percent sign
 * Letters not in this list go to the maker's own function (generator.special), which may fill another template.
 *
 * Owner:   the caller of generator_init().
 * Threads: one.      Errors: those of sw_buf stick in `out`.      Trust: internal.
 */
#ifndef SW_BENCH_GENERATOR_H
#define SW_BENCH_GENERATOR_H

#include "base/buf.h"
#include "base/time.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

struct generator {
    struct sw_buf out;   /* records that wait to be written */
    struct sw_buf value; /* the value being made, where it has to be escaped */
    struct sw_buf message; /* the text of an event, made of its values */
    uint64_t random;
    uint64_t number; /* of the record, from 1 */
    int64_t time;
    void (*special)(struct generator *, struct sw_buf *to, char letter);
    unsigned host; /* whose record it is; %c */
    unsigned user; /* %u */
};

/* A choice by share: the shares of a table add up to what pick_share() is given. */
struct share {
    unsigned share;
    const char *text;
};

uint64_t next_random(struct generator *g);
unsigned below(struct generator *g, unsigned n);
bool one_in(struct generator *g, unsigned n);
/* As in most logs: the k-th of n is seen about 1/k as often as the first. */
unsigned zipf(struct generator *g, unsigned n);
/* A value that is always the same for the same seed: hashes of a file, the id of a process. */
uint64_t fixed_random(uint64_t seed);

void fill(struct generator *g, struct sw_buf *to, const char *template);
/* One of `ways` ways to fill it, of which the first come most often: values that return. */
void fill_again(struct generator *g, struct sw_buf *to, const char *template, unsigned ways);
void put_guid(struct sw_buf *to, uint64_t high, uint64_t low);
/* The template's text as a JSON string with its quotes, appended to `out`. */
void fill_json(struct generator *g, const char *template);
/* One of the templates of a table with shares. */
const char *choose(struct generator *g, const struct share *table, size_t count);

/* The makers: each appends one record, or the records of one event, to `out`. */
void make_winlogbeat(struct generator *g);
void make_flat(struct generator *g);
void make_access(struct generator *g);
void make_iis(struct generator *g);
void make_syslog(struct generator *g);
void make_auditd(struct generator *g);
void make_zeek(struct generator *g);
void make_zeek_conn(struct generator *g);
void make_zeek_http(struct generator *g);
void make_zeek_dns(struct generator *g);
void make_eve(struct generator *g);

/* Shared by access logs, IIS, Zeek and Suricata. */
const char *user_agent(struct generator *g);
void put_target(struct generator *g, struct sw_buf *to); /* path and, in a third, a query */
void put_domain(struct generator *g, struct sw_buf *to);

#endif
