/*
 * log.c - daily log files. Records wait in the bucket of the hour in which they are written and are sorted when the
 * hour closes; a sensor's gaps, during which nothing is written, are chosen by the seed.
 */
#include "scenario.h"

#include "base/mem.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define GAPS_MAX 16
#define BUCKET_MAX ((size_t)3 << 30)

struct entry {
    int64_t when;
    uint64_t order;
    size_t at;
    uint32_t len;
};

struct bucket {
    struct sw_buf text;
    struct entry *entries;
    size_t count, cap;
};

struct gap {
    int64_t from, until;
};

struct log {
    struct log *next;
    struct scenario *scenario;
    char path[64];
    void (*head)(struct sw_buf *out, const char *name, int64_t time);
    struct bucket *buckets; /* one an hour */
    size_t hours;
    struct bucket *open; /* between log_begin() and log_end() */
    struct entry pending;
    struct tally *tally; /* of the record that is being written */
    struct gap gaps[GAPS_MAX];
    unsigned gap_count;
    FILE *file;
    int64_t day; /* of the file that is open */
};

/* Gaps in thirty days, by sensor: Zeek's two, Suricata's two, web servers, collectors of accounts, firewalls. */
static const struct {
    unsigned sensor;
    double gaps;
} sensors[] = {{1, 2.5},  {2, 2.5},  {3, 2.5}, {4, 2.5},  {10, 1.5}, {11, 1.5},
               {20, 1.5}, {21, 1.5}, {22, 1},  {30, 1.5}, {31, 1.5}, {32, 1.5}};

static unsigned choose_gaps(const struct scenario *s, unsigned sensor, double gaps, struct gap out[GAPS_MAX])
{
    const struct options *o = &s->options;
    struct chance c = {mix3(o->seed, 0x9a9, sensor)};
    unsigned count = o->days < 2 ? 0 : chance_poisson(&c, gaps * o->days / 30);
    if (count > GAPS_MAX)
        count = GAPS_MAX;
    for (unsigned i = 0; i < count; i++) {
        out[i].from = s->start + (int64_t)(chance_unit(&c) * o->days * 24 * 60) * MINUTE;
        out[i].until = out[i].from + (int64_t)chance_scaled(&c, 150, 1.3) * MINUTE;
    }
    return count;
}

bool is_watched(const struct scenario *s, int64_t from, int64_t until)
{
    struct gap gaps[GAPS_MAX];
    for (size_t k = 0; k < COUNT(sensors); k++) {
        unsigned count = choose_gaps(s, sensors[k].sensor, sensors[k].gaps, gaps);
        for (unsigned i = 0; i < count; i++)
            if (from < gaps[i].until && until > gaps[i].from)
                return false;
    }
    return true;
}

struct log *log_open(struct scenario *s, const char *path, unsigned sensor,
                     void (*head)(struct sw_buf *out, const char *name, int64_t time))
{
    struct log *log = sw_alloc(1, sizeof *log);
    if (log == NULL)
        die("out of memory");
    log->scenario = s;
    (void)snprintf(log->path, sizeof log->path, "%s", path);
    log->head = head;
    log->hours = (size_t)s->options.days * 24;
    log->buckets = sw_alloc(log->hours, sizeof *log->buckets);
    if (log->buckets == NULL)
        die("out of memory");
    log->day = INT64_MIN;
    for (size_t k = 0; k < COUNT(sensors); k++)
        if (sensors[k].sensor == sensor)
            log->gap_count = choose_gaps(s, sensor, sensors[k].gaps, log->gaps);
    log->next = s->logs;
    s->logs = log;
    return log;
}

struct sw_buf *log_begin(struct log *log, struct stream *stream, int64_t when)
{
    if (log == NULL || when < log->scenario->start || when >= log->scenario->end)
        return NULL;
    for (unsigned i = 0; i < log->gap_count; i++)
        if (when >= log->gaps[i].from && when < log->gaps[i].until)
            return NULL;
    /* What is told late (a log is written when the hour is over) comes at the beginning of the next hour. */
    int64_t hour = when < log->scenario->closed ? log->scenario->closed : when;
    struct bucket *bucket = &log->buckets[(hour - log->scenario->start) / HOUR];
    if (bucket->text.max == 0)
        sw_buf_init(&bucket->text, BUCKET_MAX);
    log->open = bucket;
    log->tally = stream->tally;
    log->pending = (struct entry){.when = when, .order = stream->order++, .at = bucket->text.len};
    return &bucket->text;
}

void log_end(struct log *log)
{
    struct bucket *bucket = log->open;
    sw_buf_char(&bucket->text, '\n');
    if (bucket->text.error != 0 ||
        sw_grow(&bucket->entries, &bucket->cap, bucket->count, sizeof *bucket->entries, (size_t)1 << 30) != 0)
        die("%s: too much in one hour", log->path);
    log->pending.len = (uint32_t)(bucket->text.len - log->pending.at);
    bucket->entries[bucket->count++] = log->pending;
    if (log->tally != NULL) {
        unsigned lines = 0;
        for (size_t i = log->pending.at; i < bucket->text.len; i++)
            lines += bucket->text.data[i] == '\n';
        int64_t hour = log->scenario->start + (bucket - log->buckets) * HOUR;
        tally_add(log->tally, log->path, log->pending.when, hour / SW_DAY, lines);
    }
}

static int compare_entries(const void *a, const void *b)
{
    const struct entry *x = a;
    const struct entry *y = b;
    if (x->when != y->when)
        return x->when < y->when ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

void folders_make(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(path, 0777) != 0 && errno != EEXIST)
            die("%s: %s", path, strerror(errno));
        *slash = '/';
    }
}

static void close_file(struct log *log)
{
    if (log->file != NULL && fclose(log->file) != 0)
        die("%s: cannot write", log->path);
    log->file = NULL;
}

static void open_file(struct log *log, int64_t hour)
{
    int64_t day = hour / SW_DAY;
    if (log->day == day)
        return;
    close_file(log);
    log->day = day;
    char date[32];
    (void)sw_time_format(day * SW_DAY, date);
    const char *place = strstr(log->path, "DAY");
    char path[4096];
    int n = snprintf(path, sizeof path, "%s/%.*s%.10s%s", log->scenario->options.out, (int)(place - log->path),
                     log->path, date, place + 3);
    if (n < 0 || (size_t)n >= sizeof path)
        die("%s: too long", log->scenario->options.out);
    folders_make(path);
    log->file = fopen(path, "wb");
    if (log->file == NULL)
        die("%s: %s", path, strerror(errno));
    (void)setvbuf(log->file, NULL, _IOFBF, 1 << 20);
    if (log->head != NULL) {
        struct sw_buf head;
        sw_buf_init(&head, 1 << 16);
        log->head(&head, log->path, hour);
        (void)fwrite(head.data, 1, head.len, log->file);
        sw_buf_fini(&head);
    }
}

static void close_bucket(struct log *log, struct bucket *bucket, int64_t hour)
{
    if (bucket->count > 0) {
        open_file(log, hour);
        qsort(bucket->entries, bucket->count, sizeof *bucket->entries, compare_entries);
        for (size_t i = 0; i < bucket->count; i++)
            (void)fwrite(bucket->text.data + bucket->entries[i].at, 1, bucket->entries[i].len, log->file);
        if (ferror(log->file))
            die("%s: cannot write", log->path);
        log->scenario->lines += bucket->count;
        log->scenario->bytes += bucket->text.len;
    }
    if (bucket->text.max != 0)
        sw_buf_fini(&bucket->text);
    sw_free(bucket->entries);
    *bucket = (struct bucket){0};
}

void logs_close_hour(struct scenario *s, int64_t hour)
{
    size_t index = (size_t)((hour - s->start) / HOUR);
    for (struct log *log = s->logs; log != NULL; log = log->next)
        close_bucket(log, &log->buckets[index], hour);
    s->closed = hour + HOUR;
}

void logs_fini(struct scenario *s)
{
    while (s->logs != NULL) {
        struct log *log = s->logs;
        s->logs = log->next;
        close_file(log);
        sw_free(log->buckets);
        sw_free(log);
    }
}
