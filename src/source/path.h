/*
 * path.h - names of files and archive members, made fit to be shown.
 *
 * A name is any bytes. Shown, it is valid UTF-8 on one line that cannot drive a terminal: control characters, bytes that
 * are not UTF-8, and the characters that reorder or break text (U+2028, U+2029, U+202A-202E, U+2066-2069) become \xNN, a byte
 * each. Backslashes stay single, since names from Windows are full of them. To open a file its raw name is used.
 * Limits: a name longer than SW_MAX_PATH_SHOWN shows its beginning, its end and a hash of the whole between them.
 * Threads: any.      Errors: sticky in the buffer.      Trust: hostile input.
 */
#ifndef SW_SOURCE_PATH_H
#define SW_SOURCE_PATH_H

#include "base/buf.h"
#include "base/str.h"

/* Appends `raw` as it is shown. */
void sw_path_show(struct sw_buf *out, struct sw_str raw);

/* Whether it is shown as it is. */
bool sw_path_is_plain(struct sw_str raw);

#endif
