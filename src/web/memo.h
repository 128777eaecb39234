/*
 * memo.h - texts that were looked at and had nothing: user agents and referers come again and again.
 *
 * Only hashes are kept, of 128 bits and under a seed that nobody can know: a hostile text can't be made to look like another.
 * Owner: one worker.      Limits: 32,768 texts; a new one pushes out the older of its pair.
 */
#ifndef SW_WEB_MEMO_H
#define SW_WEB_MEMO_H

#include "base/str.h"

struct sw_web_memo;

struct sw_web_memo *sw_web_memo_new(void); /* NULL when memory ends */
void sw_web_memo_free(struct sw_web_memo *memo);
bool sw_web_memo_has(struct sw_web_memo *memo, struct sw_str text);
void sw_web_memo_add(struct sw_web_memo *memo, struct sw_str text);

#endif
