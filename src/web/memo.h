/*
 * memo.h - texts that were looked at closely and had nothing: user agents and referers come again and again.
 * Owner: one worker.      Limits: 4096 texts of at most 512 bytes; a text pushes another out.      Trust: hostile texts: the
 * bytes are compared, not only hashes.
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
