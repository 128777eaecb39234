/*
 * logsource_priv.h - the table of classes while it is built, and the form it has for deciding.
 *
 * logsource_yaml.c reads YAML into a tree of nodes; logsource_form.c (our form) and logsource_thor.c (thor.yml's form)
 * turn trees into builder classes; logsource.c resolves inheritance and freezes; logsource_decide.c decides;
 * logsource_derive.c makes derived fields. All memory is one arena that dies with the table.
 */
#ifndef SW_EVENT_LOGSOURCE_PRIV_H
#define SW_EVENT_LOGSOURCE_PRIV_H

#include "base/buf.h"
#include "base/limits.h"
#include "base/map.h"
#include "event/logsource.h"

/* Bounds on mapping files: the embedded one has about 400 classes. */
#define LS_MAX_CLASSES 16384u
#define LS_MAX_NODES   262144u
#define LS_MAX_PATHS   64u   /* distinct $path patterns: one bit each in an event */
#define LS_MAX_LEVELS  16u   /* refinements of one event */
#define LS_MAX_SLOTS   128u  /* fields that the conditions and derived fields of one root class and all below it name */
#define LS_MAX_EXPAND  4096u /* single conditions that lists of a thor.yml entry expand to */

/* --- YAML ------------------------------------------------------------------------------------------------ */

enum ls_node_kind { LS_SCALAR, LS_LIST, LS_MAP };

/* A map's children alternate key and value. */
struct ls_node {
    enum ls_node_kind kind;
    struct sw_str text; /* scalars */
    uint32_t line;
    uint32_t column;
    struct ls_node *first;
    struct ls_node *next;
    size_t count; /* children; of a map: keys and values */
};

/* The first document of the text as a tree in the arena; *root is NULL when there is none. */
int ls_yaml_read(struct sw_arena *arena, struct sw_str text, struct ls_node **root, struct sw_error *err);

/* The value of a key, exactly; NULL when there is none or the node is no map. */
struct ls_node *ls_yaml_get(const struct ls_node *map, const char *key);

/* --- conditions ------------------------------------------------------------------------------------------ */

enum ls_op { LS_EQUAL, LS_NOT, LS_STARTS, LS_ENDS, LS_CONTAINS, LS_EXISTS, LS_ABSENT, LS_PATH };

/* One test of a field's first value, ASCII case folded. */
struct ls_cond {
    enum ls_op op;
    sw_field_id field;           /* none for LS_PATH */
    uint8_t slot;                /* of the field: see struct ls_need */
    uint64_t path_bits;          /* LS_PATH: one of these */
    const struct sw_str *values; /* one of these (LS_NOT: none of these); as the LS_PATH patterns */
    size_t value_count;
};

/* All of these must hold. */
struct ls_conj {
    struct ls_cond *conds;
    size_t count;
};

/* One of these must hold. */
struct ls_when {
    struct ls_conj *alts;
    size_t count;
    size_t cap;
};

/* --- derived fields -------------------------------------------------------------------------------------- */

enum ls_conv {
    LS_AS_IS,
    LS_DECIMAL,
    LS_HEX,
    LS_DWORD,
    LS_QWORD,
    LS_REGISTRY,
    LS_TARGET,
    LS_EXTENSION,
    LS_LOWER,
    LS_JOIN
};

struct ls_piece {
    struct sw_str literal; /* when field is none */
    sw_field_id field;
    uint8_t slot;
    enum ls_conv conv;
};

struct ls_derive {
    sw_field_id field;
    uint8_t slot;
    bool also;           /* even when the event has the field already: one more value */
    struct ls_when when; /* no alternatives: always */
    struct ls_piece *pieces;
    size_t piece_count;
};

/* --- looking fields up ----------------------------------------------------------------------------------- */

/* The fields that a root class and all classes below it look at, numbered: where many are wanted, one pass over the
 * event finds them all. */
struct ls_need {
    sw_field_id ids[LS_MAX_SLOTS];
    size_t count;
    uint8_t *slot_of; /* by field id: slot + 1, or 0 */
    uint32_t limit;   /* ids from here on have none */
};

/* One event being decided. */
struct ls_look {
    const struct sw_event *event;
    const struct ls_need *need;
    bool taken;                   /* `first` is filled */
    uint16_t first[LS_MAX_SLOTS]; /* index into the event's fields + 1, or 0 */
};

/* First field of this name, exactly or else but for case; NULL when there is none or it is null. */
const struct sw_field *ls_field(const struct sw_event *event, sw_field_id id);

/* Fills `first` by one pass. */
void ls_look_take(struct ls_look *look);

static inline const struct sw_field *ls_look_get(const struct ls_look *look, sw_field_id id, uint8_t slot)
{
    if (!look->taken)
        return ls_field(look->event, id);
    if (look->first[slot] == 0)
        return sw_field_has_twins(id) ? ls_field(look->event, id) : NULL;
    const struct sw_field *field = &look->event->fields[look->first[slot] - 1];
    return field->type != SW_NULL ? field : NULL;
}

/* --- classes --------------------------------------------------------------------------------------------- */

/* A field map of a view: named ones are shared. */
struct ls_view {
    struct sw_logsource logsource;
    struct sw_field_map *maps;
    size_t map_count;
    size_t map_cap;
};

/* A way from a class to a finer one. */
struct ls_arm {
    struct ls_conj conj;
    sw_class_id to;
};

struct ls_slot {
    uint64_t hash; /* 0: free */
    struct sw_str value;
    const struct ls_arm **arms;
    size_t arm_count;
};

/* How a class is refined: by the value of one field through a hash, the rest in order. */
struct ls_switch {
    sw_field_id field;
    uint8_t field_slot;
    struct ls_slot *slots;
    size_t slot_count;          /* a power of two, or 0 */
    const struct ls_arm **rest; /* the arms that do not look at `field` */
    size_t rest_count;
    bool many; /* so many fields are looked at that a pass over the event pays */
};

struct ls_class {
    struct sw_str name;
    sw_class_id base; /* itself if it has none */
    bool refines;     /* has conditions: reached from its base */
    uint32_t rank;    /* refinements of a higher rank are tried first: the number of the user's file, 0 for the rest */
    bool link;        /* has no name and no views: stands for the class `to` under `base` */
    sw_class_id to;
    struct ls_when when;
    struct ls_view *views; /* own ones */
    size_t view_count;
    size_t view_cap;
    struct ls_derive *derives; /* own ones; after freezing all of the bases' as well */
    size_t derive_count;
    size_t derive_cap;
    struct ls_switch sw;
    struct ls_need *need; /* the root class's */
};

struct ls_fieldset {
    struct sw_str name;
    struct ls_node *node;
};

struct sw_classes {
    struct sw_arena arena;
    struct ls_class *classes;
    size_t count;
    size_t cap;
    struct sw_class *frozen; /* the public face, by class id */
    struct sw_map names;
    struct ls_fieldset *sets;
    size_t set_count;
    size_t set_cap;
    struct sw_str paths[LS_MAX_PATHS]; /* $path patterns; the index is the bit */
    size_t path_count;
    uint64_t hash;
    uint32_t rank; /* of classes made now */
};

/* Makes a class with a copy of the name. NULL on no memory or too many. The pointer is good until the next call. */
struct ls_class *ls_class_new(struct sw_classes *t, struct sw_str name, struct sw_error *err);

/* Adds a view to a class, or replaces the one of the same log source. NULL on no memory. */
struct ls_view *ls_view_put(struct sw_classes *t, struct ls_class *cls, const struct sw_logsource *logsource);
int ls_view_map(struct sw_classes *t, struct ls_view *view, struct sw_str from, struct sw_str to);
bool ls_logsource_equal(const struct sw_logsource *a, const struct sw_logsource *b);

/* Grows an array that lives in the arena (old copies stay there: tables are small). */
int ls_grow(struct sw_arena *arena, void *array, size_t *cap, size_t used, size_t size);

int ls_when_add(struct sw_classes *t, struct ls_when *when, struct ls_conj conj);

/* The bit of a $path pattern; SW_E_LIMIT when there are too many. */
int ls_path_bit(struct sw_classes *t, struct sw_str pattern, uint64_t *bit);

/* Is `text` matched by the pattern (`*` any, `?` one character; ASCII case folded; '/' is nothing special)? */
bool ls_glob(struct sw_str pattern, struct sw_str text);

/* Adds what a document says to the table. */
int ls_form_add(struct sw_classes *t, const struct ls_node *root, struct sw_error *err);
int ls_thor_add(struct sw_classes *t, const struct ls_node *root, struct sw_error *err);

/* Builds the switches of all classes. */
int ls_decide_build(struct sw_classes *t);
bool ls_when_holds(const struct ls_when *when, const struct ls_look *look);

/* Numbers the fields that each root class needs; before ls_decide_build(). SW_E_LIMIT: more than LS_MAX_SLOTS. */
int ls_look_build(struct sw_classes *t);

/* Parses "{Field} text {Field:conv}" into pieces. */
int ls_derive_parse(struct sw_arena *arena, const struct ls_node *text, struct ls_derive *derive, struct sw_error *err);
void ls_derive_run(const struct ls_derive *derives, size_t count, struct ls_look *look, struct sw_event *event,
                   struct sw_arena *arena);

#endif
