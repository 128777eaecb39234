/*
 * story.c - chooses and tells a story, and what its steps share.
 */
#include "story.h"
#include "plant.h"

#include "base/mem.h"

static const struct {
    const char *name;
    void (*tell)(struct story *t);
} stories[] = {{"none", NULL}, {"webapp", story_webapp}, {"appliance", story_appliance}};

bool story_is_known(const char *name)
{
    for (size_t i = 0; i < COUNT(stories); i++)
        if (strcmp(stories[i].name, name) == 0)
            return true;
    return false;
}

void story_make(struct scenario *s)
{
    if (s->options.story == NULL)
        return;
    struct story *t = sw_alloc(1, sizeof *t);
    if (t == NULL)
        die("out of memory");
    s->story = t;
    t->name = s->options.story;
    t->s = s;
    t->estate = estate_of(s);
    for (unsigned i = 0; i < FACT_COUNT; i++)
        sw_buf_init(&t->facts[i], 1 << 20);
    struct stream stream = {.seed = mix_text(mix2(s->options.seed, 0x5704e), t->name), .order = (uint64_t)1900 << 53};
    stream.chance.state = stream.seed;
    t->stream = &stream;
    for (size_t i = 0; i < COUNT(stories); i++)
        if (strcmp(stories[i].name, t->name) == 0 && stories[i].tell != NULL)
            stories[i].tell(t);
    t->stream = NULL;
}

int64_t story_time(const struct story *t, double share, unsigned minutes)
{
    return plant_moment(t->s, share) + minutes * MINUTE;
}

void story_step(struct story *t, const char *name, enum tactic tactic, const char *what)
{
    if (t->step_count == STEPS_MAX)
        die("too many steps in a story");
    struct tally *step = &t->steps[t->step_count++];
    step->name = name;
    step->what = what;
    step->tactic = tactic;
    t->stream->tally = step;
}

void tally_add(struct tally *tally, const char *path, int64_t when, int64_t day, unsigned lines)
{
    if (tally->lines == 0 || when < tally->first)
        tally->first = when;
    if (tally->lines == 0 || when > tally->last)
        tally->last = when;
    tally->lines += lines;
    unsigned i = 0;
    while (i < tally->file_count && (tally->files[i].path != path || tally->files[i].day != day))
        i++;
    if (i == FILES_MAX)
        die("a step of a story writes to too many files");
    if (i == tally->file_count)
        tally->files[tally->file_count++] = (struct file_count){path, day, 0};
    tally->files[i].lines += lines;
}
