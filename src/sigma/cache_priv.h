/*
 * cache_priv.h - the parts of a cache file (cache.c tells its layout).
 */
#ifndef SW_SIGMA_CACHE_PRIV_H
#define SW_SIGMA_CACHE_PRIV_H

#include "base/buf.h"
#include "sigma/program_priv.h"

enum { SW_CACHE_KEY = 32 /* SHA-256 */ };

#define SW_MAX_CACHE_FILE ((size_t)512 << 20) /* SigmaHQ's is 17 MB */

/* Whether a program's sections, read from a file, are safe to use (program_check.c). */
bool sw_program_is_sound(const struct sw_program *program);

/* Appends the rules as bytes; the form is the file's and this program's own (cache_rules.c). */
void sw_rules_save(const struct sw_rules *rules, struct sw_buf *out);

/* Makes rules of such bytes. Texts and lists stay in `image`, which is changed in place, lies at a multiple of 8, and must
 * live as long as the rules. SW_E_FORMAT, SW_E_NOMEM; then *rules is to be freed all the same. */
int sw_rules_restore(struct sw_rules *rules, char *image, size_t size);

/* Appends a whole file's bytes; a failure shows as the buffer's error. */
void sw_cache_pack(const struct sw_rules *rules, const struct sw_program *program, const uint8_t key[SW_CACHE_KEY],
                   struct sw_buf *out);

/* Takes rules (fresh, holding the image in their arena) and program out of a file's bytes, which lie at a multiple of 16. NULL, or
 * why the file can't be used; then both are to be freed all the same. */
const char *sw_cache_unpack(char *image, size_t size, const uint8_t key[SW_CACHE_KEY], struct sw_rules *rules,
                            struct sw_program **program);

/* The linker's hash of this build; false when it was built without. */
struct sw_build_id {
    uint8_t bytes[64];
    size_t len;
};
bool sw_build_id(struct sw_build_id *id);

/* Removes old entries of the cache folder. */
void sw_cache_prune(int folder);

#endif
