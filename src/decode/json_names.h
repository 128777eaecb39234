/*
 * json_names.h - what JSON paths are called: Windows events by the names that rules use, all else by its path.
 *
 * The many JSON forms of a Windows event put the same things under different paths. They are renamed when a path is first
 * met, so that renaming costs nothing per record:
 *   Event.System.Provider.#attributes.Name  (evtx_dump), winlog.provider_name  (Winlogbeat)  ->  Provider_Name
 *   Event.EventData.Image, winlog.event_data.Image                                           ->  Image
 * System, EventData, UserData and RenderingInfo are named as by the EVTX decoder: attributes as Element_Attribute,
 * data by their names without spaces, xmlns dropped.
 * A path's name never depends on other paths of a record, nor on records before it.
 *
 * Marks number the names that the shapes (json_shape.h) ask for after a record was read.
 */
#ifndef SW_DECODE_JSON_NAMES_H
#define SW_DECODE_JSON_NAMES_H

#include "decode/json_path.h"

enum sw_json_marks {
    SW_JSON_MARK_NONE = 0,
#define SW_JSON_MARK(id, name) id,
#include "decode/json_marks.def"
#undef SW_JSON_MARK
    SW_JSON_MARK_COUNT
};

_Static_assert(SW_JSON_MARK_COUNT <= SW_JSON_MARKS, "every mark has a bit in the reader");

extern const struct sw_json_naming sw_json_names;

#endif
