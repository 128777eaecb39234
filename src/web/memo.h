/*
 * memo.h - texts that were looked at and had nothing: user agents, referers and targets come again and again.
 *
 * Only hashes are kept, 77 bits of each and under a seed that nobody can know: a hostile text can't be made to look like
 * another. A text is known for the role it was seen in, no other.
 * Owner: one worker.      Limits: 16,384 texts and as many targets; a new one pushes out the older of its pair.
 */
#ifndef SW_WEB_MEMO_H
#define SW_WEB_MEMO_H

#include "web/web_priv.h"

struct sw_web_memo;

/* A text as the memo knows it. */
struct sw_web_key {
    uint64_t tag;
    size_t place;
};

struct sw_web_memo *sw_web_memo_new(void); /* NULL when memory ends */
void sw_web_memo_free(struct sw_web_memo *memo);

/* The key of a text in a role other than the target's. Its place is fetched from memory meanwhile. */
struct sw_web_key sw_web_memo_key(const struct sw_web_memo *memo, enum sw_web_role role, struct sw_str text);
bool sw_web_memo_has(struct sw_web_memo *memo, struct sw_web_key key);
void sw_web_memo_add(struct sw_web_memo *memo, struct sw_web_key key);

/* Targets: with each its stem, the hash of its path (never 0). */
struct sw_web_key sw_web_memo_target_key(const struct sw_web_memo *memo, struct sw_str target);
uint64_t sw_web_memo_stem(struct sw_web_memo *memo, struct sw_web_key key); /* 0: not known */
void sw_web_memo_add_target(struct sw_web_memo *memo, struct sw_web_key key, uint64_t stem);

#endif
