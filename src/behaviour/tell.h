/*
 * tell.h - quantities in the words of explanations, to three digits.
 * Threads: one buffer at a time.      Errors: the buffer's.
 */
#ifndef SW_BEHAVIOUR_TELL_H
#define SW_BEHAVIOUR_TELL_H

#include "base/buf.h"

void sw_buf_span(struct sw_buf *out, double seconds);  /* "3.5 min", "2.1 days" */
void sw_buf_bytes(struct sw_buf *out, uint64_t bytes); /* "4.2 MB" */

#endif
