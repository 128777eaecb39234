/*
 * main.c - scenario: seeded logs of an organisation, ordinary and ugly, with hostile activity planted where asked.
 *
 * Plans nothing itself: opens the parts' logs, measures how much the ordinary part would be when a volume is asked for,
 * lets the plants write ahead, then makes hour after hour.
 */
#include "options.h"
#include "world.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static const struct {
    enum part part;
    unsigned index;
    const struct subsystem *subsystems;
    const struct plant *plants;
    void (*open)(struct scenario *s);
    void (*close)(struct scenario *s);
} parts[] = {
    {PART_NETWORK, 0, network_subsystems, network_plants, network_open, network_close},
    {PART_WEB, 1, web_subsystems, web_plants, web_open, web_close},
    {PART_ACCOUNTS, 2, account_subsystems, account_plants, accounts_open, accounts_close},
    {PART_HOSTS, 3, host_subsystems, host_plants, hosts_open, hosts_close},
};

void die(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)fputs("scenario: ", stderr);
    (void)vfprintf(stderr, format, args);
    va_end(args);
    (void)fputc('\n', stderr);
    exit(1);
}

/* Orders records of equal time: by stream, then by the hour that made them, then as they were made. */
static uint64_t order_of(const struct scenario *s, unsigned number, int64_t hour)
{
    return (uint64_t)number << 53 | (uint64_t)((hour - s->start) / HOUR) << 36;
}

static void make_hour(struct scenario *s, size_t part, int64_t hour)
{
    s->counted_part = parts[part].index;
    unsigned number = 1;
    for (const struct subsystem *sub = parts[part].subsystems; sub->name != NULL; sub++, number++) {
        struct stream stream = {.seed = mix_text(mix2(s->options.seed, sub->part), sub->name),
                                .order = order_of(s, number, hour)};
        stream_at(&stream, 0, hour);
        s->counted_kind = sub->people;
        sub->hour(s, &stream, hour);
    }
}

/* How much it would be as it comes, by a sample of hours; then how busy people have to be, or which share of hosts has
 * to be there. */
static void measure(struct scenario *s, size_t part)
{
    unsigned index = parts[part].index;
    unsigned step = s->options.days > 1 ? 7 : 1;
    s->counting = true;
    for (unsigned h = 0; h < s->options.days * 24; h += step)
        make_hour(s, part, s->start + h * HOUR);
    s->counting = false;
    double fixed = (double)(s->counted[index][0] * step);
    double people = (double)(s->counted[index][1] * step);
    double wanted = (double)s->options.records;
    if (wanted > fixed + people) {
        s->activity[index] = people > 0 ? (wanted - fixed) / people : 1;
        return;
    }
    s->activity[index] = s->coverage[index] = fixed + people > 0 ? wanted / (fixed + people) : 1;
}

static struct stream stream_of_plant(const struct scenario *s, const struct plant *p, unsigned number, int64_t hour)
{
    struct stream stream = {.seed = mix_text(mix2(s->options.seed, 0x91a47), p->name),
                            .order = order_of(s, 1000 + number, hour)};
    stream.chance.state = stream.seed;
    return stream;
}

static void make_plants(struct scenario *s, size_t part)
{
    unsigned number = 0;
    for (const struct plant *p = parts[part].plants; p->name != NULL; p++) {
        struct stream stream = stream_of_plant(s, p, ++number, s->start);
        if (plant_is_wanted(&s->options, p))
            p->make(s, &stream);
    }
}

static void make_plants_hour(struct scenario *s, size_t part, int64_t hour)
{
    unsigned number = 0;
    for (const struct plant *p = parts[part].plants; p->name != NULL; p++) {
        struct stream stream = stream_of_plant(s, p, ++number, hour);
        stream_at(&stream, 1, hour);
        if (p->hour != NULL && plant_is_wanted(&s->options, p))
            p->hour(s, &stream, hour);
    }
}

int main(int argc, char **argv)
{
    struct scenario s = {.activity = {1, 1, 1, 1}, .coverage = {1, 1, 1, 1}};
    options_read(&s.options, argc, argv);
    s.start = s.options.start;
    s.end = s.start + s.options.days * SW_DAY;
    s.truth_end = &s.truth;
    s.closed = s.start;
    char out[4096];
    if (snprintf(out, sizeof out, "%s/", s.options.out) >= (int)sizeof out)
        die("%s: too long", s.options.out);
    folders_make(out);
    s.world = world_make(&s.options);
    for (size_t i = 0; i < COUNT(parts); i++) {
        if ((s.options.parts & parts[i].part) == 0)
            continue;
        parts[i].open(&s);
        if (s.options.records > 0)
            measure(&s, i);
    }
    for (size_t i = 0; i < COUNT(parts); i++) /* a plant may write to the logs of every part */
        if ((s.options.parts & parts[i].part) != 0)
            make_plants(&s, i);
    story_make(&s);
    for (int64_t hour = s.start; hour < s.end; hour += HOUR) {
        for (size_t i = 0; i < COUNT(parts); i++) {
            if ((s.options.parts & parts[i].part) == 0)
                continue;
            make_hour(&s, i, hour);
            make_plants_hour(&s, i, hour);
        }
        logs_close_hour(&s, hour);
    }
    truth_write(&s);
    story_free(&s);
    logs_fini(&s);
    for (size_t i = 0; i < COUNT(parts); i++)
        if ((s.options.parts & parts[i].part) != 0)
            parts[i].close(&s);
    world_free(s.world);
    (void)fprintf(stderr, "%llu records, %llu bytes\n", (unsigned long long)s.lines, (unsigned long long)s.bytes);
    return 0;
}
