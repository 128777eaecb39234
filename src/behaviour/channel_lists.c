/* channel_lists.c - see channel_lists.h. */
#include "behaviour/channel_lists.h"

#include "base/mem.h"

int sw_channel_lists_room(struct sw_channel_lists *lists, size_t count)
{
    if (lists->cap >= count)
        return 0;
    int64_t *times = sw_realloc(lists->times, count, sizeof *times);
    if (times != NULL)
        lists->times = times;
    double *sizes = sw_realloc(lists->sizes, count, sizeof *sizes);
    if (sizes != NULL)
        lists->sizes = sizes;
    if (times == NULL || sizes == NULL)
        return SW_E_NOMEM;
    lists->cap = count;
    return 0;
}

void sw_channel_lists_fini(struct sw_channel_lists *lists)
{
    sw_free(lists->times);
    sw_free(lists->sizes);
    *lists = (struct sw_channel_lists){0};
}

int sw_channel_rita(struct sw_channel_lists *lists, const struct sw_channel *channel, struct sw_rita *rita,
                    size_t *count)
{
    *rita = (struct sw_rita){0};
    *count = 0;
    int64_t to = channel->network->last_ms / 1000;
    int64_t from = channel->network->first_ms / 1000;
    if (from < to - 86400)
        from = to - 86400;
    int64_t since = from - from % 3600; /* RITA takes whole hours */
    if (channel->last_ms / 1000 < since)
        return 0;
    int rc = sw_channel_lists_room(lists, channel->count);
    if (rc != 0)
        return rc;
    size_t n = 0;
    for (size_t i = 0; i < channel->count; i++) {
        const struct sw_flow_sample *sample = &channel->samples[i];
        if (sample->reply || sample->open || sample->time_ms / 1000 < since)
            continue;
        lists->times[n] = sample->time_ms / 1000;
        lists->sizes[n++] = (double)(sample->out_ip > 0 ? sample->out_ip : sample->out);
    }
    *count = n;
    return sw_rita_score(lists->times, lists->sizes, n, from, to, rita);
}
