/*
 * normalise.h - undoes what hides an attack from the eye: encodings of a web request, layer by layer.
 *
 * Percent (also %uXXXX, and several times over), '+' for a space, overlong UTF-8, full-width and circled letters, HTML
 * entities, \x and \u escapes, null bytes; for paths the dots, slashes and parameters; for shells quotes and variables.
 * Which layers were there is told: an ordinary client needs no second layer.
 * Owner:   results lie in the arena given, or are the argument itself when nothing had to be undone.
 * Limits:  SW_WEB_TEXT_MAX bytes of a text, SW_WEB_ROUNDS rounds. No result is longer than what it came from.
 * Errors:  ptr NULL when the arena has no room.      Trust: hostile input.
 */
#ifndef SW_WEB_NORMALISE_H
#define SW_WEB_NORMALISE_H

#include "base/arena.h"

/* A request's part is looked at up to here; servers take at most 8 to 64 KiB. */
#define SW_WEB_TEXT_MAX 65536u
#define SW_WEB_ROUNDS 4u

/* bit, words for people */
#define SW_WEB_LAYERS(X) \
    X(PERCENT, "percent encoding") \
    X(TWICE, "repeated percent encoding") \
    X(UNICODE, "%u encoding") \
    X(OVERLONG, "overlong UTF-8") \
    X(WIDE, "full-width or circled letters") \
    X(ENTITY, "HTML entities") \
    X(ESCAPE, "string escapes") \
    X(NUL, "null bytes") \
    X(LOOKUP, "nested lookups") \
    X(BASE64, "Base64") \
    X(DOTS, "path climbing") \
    X(QUOTING, "shell quoting")

enum sw_web_layer_number {
#define SW_WEB_NUMBER(name, text) SW_WEB_LAYER_##name,
    SW_WEB_LAYERS(SW_WEB_NUMBER)
#undef SW_WEB_NUMBER
    SW_WEB_LAYER_COUNT
};

enum sw_web_layer {
#define SW_WEB_BIT(name, text) SW_WEB_##name = 1 << SW_WEB_LAYER_##name,
    SW_WEB_LAYERS(SW_WEB_BIT)
#undef SW_WEB_BIT
};

/* Layers that no ordinary client makes. */
#define SW_WEB_EVASIVE (SW_WEB_TWICE | SW_WEB_UNICODE | SW_WEB_OVERLONG | SW_WEB_WIDE | SW_WEB_LOOKUP | SW_WEB_NUL)

const char *sw_web_layer_name(unsigned number);

/* Undoes all encodings; `plus`: '+' stands for a space (form data). Adds to *layers what was undone. */
struct sw_str sw_web_undo(struct sw_arena *arena, struct sw_str raw, bool plus, uint32_t *layers);

/* One round of percent decoding alone, for a quick look: writes at most raw.len bytes to `out`, returns how many. */
size_t sw_web_unpercent(struct sw_str raw, bool plus, char *out);

/* The text with ASCII letters in lower case. */
struct sw_str sw_web_low(struct sw_arena *arena, struct sw_str text);

/* A path as a server takes it: '\' as '/', without ";parameters", "//", "/./", and with "/../" resolved. *layers gets
 * SW_WEB_DOTS when it climbed; *above tells whether it left the root. */
struct sw_str sw_web_fold_path(struct sw_arena *arena, struct sw_str path, uint32_t *layers, bool *above);

/* A command as a Unix shell takes it, roughly: without quotes, backslashes, empty expansions and comments; $IFS, tabs and
 * line ends as spaces; {a,b} as "a b". *layers gets SW_WEB_QUOTING when a word was pieced together. */
struct sw_str sw_web_unquote(struct sw_arena *arena, struct sw_str text, uint32_t *layers);

/* HTML entities, string escapes and Unicode forms, one function each: they work in place, return the new length and
 * add their layer. For sw_web_undo() and the tests. */
size_t sw_web_undo_entities(char *text, size_t len, uint32_t *layers);
size_t sw_web_undo_escapes(char *text, size_t len, uint32_t *layers);
size_t sw_web_undo_unicode(char *text, size_t len, uint32_t *layers);

/* What Log4j would make of ${...} lookups: their defaults and the text of lower, upper and date. Lookups that reach out or
 * that only the victim can resolve stay as they are. *layers gets SW_WEB_LOOKUP when something was resolved. */
struct sw_str sw_web_resolve_lookups(struct sw_arena *arena, struct sw_str text, uint32_t *layers);

/* The bytes that `text` is the Base64 of (standard or URL alphabet, with or without padding), if they are mostly printable;
 * ptr NULL when it is none. `phase` (0 to 2): how many bytes of something else came before, in the same group of three. */
struct sw_str sw_web_base64(struct sw_arena *arena, struct sw_str text, unsigned phase);

#endif
