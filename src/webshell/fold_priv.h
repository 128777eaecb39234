/*
 * fold_priv.h - the parts of folding among themselves. Only for src/webshell/.
 */
#ifndef SW_WEBSHELL_FOLD_PRIV_H
#define SW_WEBSHELL_FOLD_PRIV_H

#include "webshell/fold.h"

/* Decoders: the decoded text, ptr NULL when it can't be (wrong form, too long, no room). */
struct sw_str sw_codec_base64(struct sw_arena *arena, struct sw_str text);
struct sw_str sw_codec_base64_encode(struct sw_arena *arena, struct sw_str text);
struct sw_str sw_codec_hex(struct sw_arena *arena, struct sw_str text);
struct sw_str sw_codec_hex_encode(struct sw_arena *arena, struct sw_str text);
struct sw_str sw_codec_inflate(struct sw_arena *arena, struct sw_str text,
                               int window_bits); /* zlib's: negative: raw, 31: gzip */
struct sw_str sw_codec_rot13(struct sw_arena *arena, struct sw_str text);
struct sw_str sw_codec_url(struct sw_arena *arena, struct sw_str text);
struct sw_str sw_codec_uu(struct sw_arena *arena, struct sw_str text);

/* Functions on arrays; false: not known. */
bool sw_fold_array(struct sw_arena *arena, enum sw_fold function, const struct sw_value *args, size_t count,
                   struct sw_value *result);
/* Functions on texts. */
bool sw_fold_text(struct sw_arena *arena, enum sw_fold function, const struct sw_value *args, size_t count,
                  struct sw_value *result);

#endif
