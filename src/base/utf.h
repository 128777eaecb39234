/*
 * utf.h - UTF-8 and UTF-16, for bytes that nobody has checked.
 */
#ifndef SW_BASE_UTF_H
#define SW_BASE_UTF_H

#include "base/arena.h"
#include "base/str.h"

/* Length of the valid UTF-8 prefix of s (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF). */
size_t sw_utf8_valid(struct sw_str s);

/* One code point at s.ptr[*at]; advances *at. A byte that starts no valid sequence gives U+FFFD and
 * advances by one. *at must be below s.len. */
uint32_t sw_utf8_next(struct sw_str s, size_t *at);

/* Writes a code point (not a surrogate, <= 0x10FFFF) into out; returns 1 to 4. */
unsigned sw_utf8_put(uint32_t code, char out[4]);

/* UTF-16 to UTF-8. `units` 16-bit units at bytes (any alignment), little or big endian. `out` must have
 * room for 3 * units bytes; returns how many were written. A lone surrogate becomes U+FFFD. */
size_t sw_utf16le_to_utf8(const uint8_t *bytes, size_t units, char *out);
size_t sw_utf16be_to_utf8(const uint8_t *bytes, size_t units, char *out);

/* Simple (one to one) lower case of a code point beyond ASCII and within it; others unchanged. */
uint32_t sw_fold_code(uint32_t code);

/* A copy with simple lower case applied to every code point; invalid bytes are kept as they are. ptr NULL on no room. */
struct sw_str sw_utf8_fold(struct sw_arena *arena, struct sw_str s);

/* A copy in which invalid bytes are replaced by U+FFFD, or s itself when it is valid. */
struct sw_str sw_utf8_clean(struct sw_arena *arena, struct sw_str s);

#endif
