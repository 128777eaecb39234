/*
 * channel_lists.h - the times and sizes of a channel's connections as plain lists, and what RITA makes of them.
 *
 * Owner:   a behaviour keeps one for all its channels; sw_channel_lists_fini() frees it.
 * Errors:  SW_E_NOMEM.      Threads: one at a time.
 */
#ifndef SW_BEHAVIOUR_CHANNEL_LISTS_H
#define SW_BEHAVIOUR_CHANNEL_LISTS_H

#include "behaviour/flow.h"
#include "behaviour/rita.h"

struct sw_channel_lists {
    int64_t *times;
    double *sizes;
    size_t cap;
};

/* Room for `count` connections; what is in the lists may be lost. */
int sw_channel_lists_room(struct sw_channel_lists *lists, size_t count);
void sw_channel_lists_fini(struct sw_channel_lists *lists);

/* RITA's score of the last 24 hours of all evidence, and of how many connections it is. Uses the lists. */
int sw_channel_rita(struct sw_channel_lists *lists, const struct sw_channel *channel, struct sw_rita *rita,
                    size_t *count);

#endif
