/*
 * scenario.h - what the parts of the generator share: options, streams of chance, logs, truth.
 *
 * Everything is made hour by hour. Each subsystem has a stream, whose chance is set anew for every hour (and mostly for
 * every host) from the seed, the subsystem's name and the hour: so no subsystem changes another, and hours can be made
 * on their own. Plants are made once, before the first hour; their records wait in the logs for their time.
 *
 * Owner:   main.c.      Threads: one.      Errors: die() ends the program with a message.      Trust: internal.
 */
#ifndef SW_SCENARIO_SCENARIO_H
#define SW_SCENARIO_SCENARIO_H

#include "base/buf.h"
#include "calendar.h"
#include "chance.h"

enum part { PART_NETWORK = 1, PART_WEB = 2, PART_ACCOUNTS = 4, PART_HOSTS = 8 };
#define PART_COUNT 4

enum format {
    FORMAT_ZEEK = 1,
    FORMAT_ZEEK_JSON = 2,
    FORMAT_EVE = 4,
    FORMAT_ASA = 8,
    FORMAT_FORTINET = 16,
    FORMAT_VPCFLOW = 32,
    FORMAT_SQUID = 64,
    FORMAT_NGINX = 128,
    FORMAT_IIS = 256,
    FORMAT_WINDOWS = 512,
    FORMAT_NXLOG = 1024,
    FORMAT_SYSLOG = 2048,
    FORMAT_ENTRA = 4096,
    FORMAT_OKTA = 8192,
    FORMAT_VPN = 16384,
};

struct options {
    uint64_t seed;
    unsigned days, hosts, accounts;
    uint64_t records; /* of each part's main log; 0: as it comes */
    int64_t start;
    unsigned parts;   /* of enum part */
    unsigned formats; /* of enum format */
    const char *out, *truth;
    const char *plants; /* "all", "none", or names with commas */
    const char *story;  /* NULL: no --story; "none": its logs without it */
};

struct truth_item;
struct world;
struct log;
struct site;
struct sensors;
struct directory;
struct estate;
struct tally;
struct story;

struct scenario {
    struct options options;
    struct world *world;
    int64_t start, end;
    double activity[PART_COUNT]; /* of people, by part: 1 as it comes */
    double coverage[PART_COUNT]; /* share of hosts, visitors, accounts that are there at all */
    struct log *logs;
    int64_t closed;                  /* hours before this are written */
    bool counting;                   /* nothing is written: how much would it be? */
    uint64_t counted[PART_COUNT][2]; /* by part: what doesn't depend on people's activity, what does */
    unsigned counted_part, counted_kind;
    struct truth_item *truth, **truth_end;
    struct sensors *sensors;     /* network.c */
    struct site *site;           /* web.c */
    struct directory *directory; /* accounts.c */
    struct estate *estate;       /* hosts.c */
    struct story *story;         /* story.c */
    uint64_t lines, bytes;       /* written */
};

/* One source of records. Records of equal time are ordered by stream, then as they were made. */
struct stream {
    struct chance chance;
    uint64_t seed;
    uint64_t order;
    struct truth_item *truth; /* of a plant: counts what the logs took */
    struct tally *tally;      /* of a story's step: the same by file; NULL: none */
};

void die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

/* Sets the stream's chance to that of a thing at a time. */
static inline void stream_at(struct stream *stream, uint64_t what, int64_t when)
{
    stream->chance.state = mix3(stream->seed, what, (uint64_t)when);
}

/* A chance of its own, for traits that stay: which server a host prefers. */
static inline uint64_t trait(const struct stream *stream, uint64_t what)
{
    return mix2(stream->seed ^ 0x5eed, what);
}

/* Some moment of the hour that begins at `hour`. */
static inline int64_t within_hour(struct stream *stream, int64_t hour)
{
    return hour + (int64_t)(chance_unit(&stream->chance) * 3600e6) * 1000;
}

/* --- logs (log.c) --- */

/* A daily file. `path` holds DAY, which becomes the date; `head` (may be NULL) writes what each file begins with.
 * Logs of one sensor have the same gaps; sensor 0 has none. */
struct log *log_open(struct scenario *s, const char *path, unsigned sensor,
                     void (*head)(struct sw_buf *out, const char *name, int64_t time));
/* No sensor has a gap then, whatever parts and formats are asked for. */
bool is_watched(const struct scenario *s, int64_t from, int64_t until);
/* A place for a record that is written at `when`; NULL when the log has a gap then or the time is outside. */
struct sw_buf *log_begin(struct log *log, struct stream *stream, int64_t when);
void log_end(struct log *log); /* after the record's last byte; adds the line feed */
/* Writes everything before the hour's end. */
void logs_close_hour(struct scenario *s, int64_t hour);
void logs_fini(struct scenario *s);
/* Every folder on the way to a path; the path stays as it was. */
void folders_make(char *path);

/* Counts one record of a part's main log; what is counted is all that happens while s->counting. */
static inline bool counted(struct scenario *s)
{
    s->counted[s->counted_part][s->counted_kind] += s->counting;
    return s->counting;
}

/* --- truth (truth.c) --- */

/* Opens an item of the truth. `expect` names behaviours that should tell of it, with commas; negative: must not be
 * found. */
struct truth_item *truth_open(struct scenario *s, const char *name, const char *kind, const char *expect);
void truth_negative(struct truth_item *item);
void truth_entity(struct truth_item *item, const char *role, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void truth_number(struct truth_item *item, const char *name, double value);
void truth_count(struct truth_item *item, int64_t when, uint64_t bytes);
void truth_write(struct scenario *s);
/* story_truth.c: lines of a daily file that a step has written; the story as members of the truth. */
void tally_add(struct tally *tally, const char *path, int64_t when, int64_t day, unsigned lines);
void story_make(struct scenario *s);
void story_write(struct scenario *s, struct sw_buf *out);
void story_free(struct scenario *s);
bool story_is_known(const char *name);

/* --- tables --- */

struct subsystem {
    const char *name;
    enum part part;
    bool people; /* grows with people's activity; else only with the number of hosts */
    void (*hour)(struct scenario *s, struct stream *stream, int64_t hour);
};
extern const struct subsystem network_subsystems[], web_subsystems[], account_subsystems[], host_subsystems[];

struct plant {
    const char *name;
    enum part part;
    const char *what;                                        /* one line, for --help */
    void (*make)(struct scenario *s, struct stream *stream); /* all at once, before the first hour */
    /* For what is too much to wait in memory, hour by hour like a subsystem. Such a plant is made only when it is
     * named. */
    void (*hour)(struct scenario *s, struct stream *stream, int64_t hour);
};
extern const struct plant network_plants[], web_plants[], account_plants[], host_plants[];

void network_open(struct scenario *s);
void network_close(struct scenario *s);
void web_open(struct scenario *s);
void web_close(struct scenario *s);
void accounts_open(struct scenario *s);
void accounts_close(struct scenario *s);
void hosts_open(struct scenario *s);
void hosts_close(struct scenario *s);

#endif
