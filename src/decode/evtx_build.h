/*
 * evtx_build.h - from a stream of XML items to the operations that emit an event's fields; for evtx_compile.c only.
 *
 * The builder follows elements with a stack and decides what each becomes:
 *   System/X           field X; its attributes X_Attribute, but TimeCreated/@SystemTime is TimeCreated
 *   EventData/Data     field as its Name says, without spaces; `Data` when it has none
 *   RenderingInfo/X    field Rendering_X
 *   anything else      leaves by their own name, attributes as Element_Attribute; a Data with a Name by that
 * xmlns attributes are dropped. An element that holds elements has a field only if it has text as well.
 *
 * Limits:  SW_MAX_XML_DEPTH elements deep.       Errors: as in evtx_priv.h.
 */
#ifndef SW_DECODE_EVTX_BUILD_H
#define SW_DECODE_EVTX_BUILD_H

#include "decode/evtx_priv.h"

enum { SW_EVTX_NO_DEPENDENCY = 0xffff };

/* A part of the text of an attribute or an element. */
struct sw_evtx_piece {
    struct sw_str text;
    uint16_t index; /* of the value */
    bool is_value;
    bool is_optional;
};

struct sw_evtx_element {
    struct sw_str name;
    struct sw_str label; /* what its field is called, when its Name attribute says so */
    uint32_t first_op;
    uint32_t first_piece;
    uint16_t dependency; /* the element is left out when this value is null */
    uint8_t context;     /* where it stands */
    uint8_t inner;       /* where its content stands */
    bool structural;     /* Event, System, EventData and so on: has no field of its own */
    bool is_parent;
    bool has_attributes;
    bool named_by_value; /* the Name attribute holds values: its field is known at run time only */
};

struct sw_evtx_builder {
    struct sw_map ids; /* names of fields -> ids, kept over programs: the program-wide table has a lock */
    struct sw_arena *arena;
    struct sw_evtx_op *ops;
    size_t op_cap;
    size_t op_count;
    struct sw_evtx_piece *pieces;
    size_t piece_cap;
    size_t piece_count;
    struct sw_evtx_element stack[SW_MAX_XML_DEPTH];
    uint32_t depth; /* elements open; the innermost is stack[depth - 1] */
    uint32_t deepest;
    uint8_t context; /* of the outermost elements */
    bool in_tag;     /* between an element's start and its content */
    bool in_attribute;
    struct sw_str attribute;
    size_t attribute_piece; /* its first piece */
};

void sw_evtx_build_init(struct sw_evtx_builder *b);
void sw_evtx_build_fini(struct sw_evtx_builder *b);

sw_field_id sw_evtx_build_field(struct sw_evtx_builder *b, struct sw_str name);

/* Begins a program whose outermost elements stand in `context`. Texts and operations are taken from `arena`. */
void sw_evtx_build_start(struct sw_evtx_builder *b, enum sw_evtx_context context, struct sw_arena *arena);

const char *sw_evtx_build_open(struct sw_evtx_builder *b, struct sw_str name, uint16_t dependency);
const char *sw_evtx_build_attribute(struct sw_evtx_builder *b, struct sw_str name);
const char *sw_evtx_build_piece(struct sw_evtx_builder *b, const struct sw_evtx_piece *piece);
const char *sw_evtx_build_instance(struct sw_evtx_builder *b, size_t start, size_t end);
const char *sw_evtx_build_content(struct sw_evtx_builder *b); /* the start tag ends */
const char *sw_evtx_build_close(struct sw_evtx_builder *b);   /* the element ends */
const char *sw_evtx_build_finish(struct sw_evtx_builder *b, struct sw_evtx_program *program);

#endif
