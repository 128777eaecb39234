/*
 * access.c - libFuzzer target of the watch over access logs: the bytes are a log. Each request is noted, and all notes are kept in
 * hardly any memory, so that what is given up, and what comes back, is tried as well.
 */
#include "base/mem.h"
#include "behaviour/behaviour.h"
#include "behaviour/web_access_priv.h"
#include "engine/memory.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct feed {
    const struct sw_behaviours *all;
    struct sw_behaviour_batch *batch;
};

static int on_event(void *arg, struct sw_event *event)
{
    struct feed *feed = arg;
    return sw_behaviour_look(feed->all, feed->batch, event);
}

static int on_match(void *arg, const struct sw_behaviour_match *match)
{
    (void)arg;
    return match->explanation.len > 0 ? 0 : SW_E_STATE;
}

static void fold(struct sw_str target)
{
    char out[SW_ACCESS_PATH_MAX];
    enum sw_access_kind kind;
    bool data_dir;
    size_t len = sw_access_fold_path(target, out, &kind, &data_dir);
    if (len == 0 || len > sizeof out || out[0] != '/' || sw_str_find((struct sw_str){out, len}, SW_STR("//")) != SW_NPOS)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct sw_classes *classes;
    static struct sw_arena arena;
    struct sw_error err;
    if (classes == NULL) {
        sw_arena_init(&arena, SW_MAX_ARENA);
        if (sw_classes_load(&classes, NULL, 0, &err) != 0)
            abort();
    }
    char *copy = sw_alloc(size + 1, 1); /* of its own, so that a read past the end is seen */
    memcpy(copy, data, size);
    fold((struct sw_str){copy, size});
    const struct sw_behaviour_options options = {.classes = classes, .memory = 200000};
    struct sw_behaviours *all = NULL;
    struct feed feed = {0};
    if (sw_behaviours_new(&all, &options, &err) != 0 || sw_behaviour_batch_new(&feed.batch) != 0)
        abort();
    feed.all = all;
    const struct sw_memory piece = {.bytes = {copy, size},
                                    .info = {.path = SW_STR("access.log"), .modified = SW_TIME_NONE},
                                    .decoder = sw_decoder_find(SW_STR("weblog")),
                                    .classes = classes};
    struct sw_read_stats stats;
    for (uint32_t round = 0; round < 3; round++) {
        sw_behaviour_batch_reset(feed.batch);
        if (sw_memory_decode(&piece, &arena, &stats, on_event, &feed) != 0 ||
            sw_behaviour_deliver(all, feed.batch, round, round) != 0)
            abort();
    }
    if (sw_behaviour_finish(all, on_match, NULL) != 0)
        abort();
    sw_behaviour_batch_free(feed.batch);
    sw_behaviours_free(all);
    sw_free(copy);
    return 0;
}
