/*
 * logsource.h - event classes: what kind of record an event is, in Sigma's terms of log source.
 *
 * A class is a set of views. A view is one (product, category, service) under which the event can be
 * addressed, with the field names that a rule written for that view must use in place of its own. Example:
 * a Security 4688 event can be seen as {windows, -, security} with its own names, and as
 * {windows, process_creation, security} with Image standing for NewProcessName.
 *
 * A rule's log source applies to a view when each of product, category and service that it states equals the
 * view's (ASCII case folded); what it doesn't state is free. It applies to a class by the first view that fits.
 *
 * The table is built once, from the mapping embedded in the program (knowledge/logsources.yml) and the user's
 * own (--mapping FILE; thor.yml's form is understood too), and never changes afterwards.
 * Threads: any, after loading.
 */
#ifndef SW_EVENT_LOGSOURCE_H
#define SW_EVENT_LOGSOURCE_H

#include "base/arena.h"
#include "base/error.h"
#include "event/event.h"

struct sw_logsource {
    struct sw_str product; /* lower case; empty = not stated */
    struct sw_str category;
    struct sw_str service;
};

/* What a view does with one field name of a rule. */
struct sw_field_map {
    struct sw_str from; /* the rule's name */
    struct sw_str to;   /* the event's name */
};

struct sw_view {
    struct sw_logsource logsource;
    const struct sw_field_map *maps;
    size_t map_count;
};

struct sw_class {
    struct sw_str name; /* stable, unique, for output: "windows/sysmon/process_creation", "webserver/apache" */
    const struct sw_view *views;
    size_t view_count;
};

/* The class every unrecognised event has: one view without product, category and service. */
#define SW_CLASS_NONE 0u

struct sw_classes; /* the table */

/* Builds the table. `user` are paths of the user's mapping files, later ones win. On failure err says where. */
int sw_classes_load(struct sw_classes **classes, const char *const *user, size_t user_count, struct sw_error *err);

/* The same from one text in memory, on top of the embedded mapping or without it; `name` stands for it in errors. */
int sw_classes_parse(struct sw_classes **classes, struct sw_str text, const char *name, bool builtin,
                     struct sw_error *err);
void sw_classes_free(struct sw_classes *classes);

uint32_t sw_classes_count(const struct sw_classes *classes);
const struct sw_class *sw_classes_get(const struct sw_classes *classes, sw_class_id id);

/* The class of a name, or SW_CLASS_NONE. Decoders look theirs up once, when their state is made. */
sw_class_id sw_classes_find(const struct sw_classes *classes, struct sw_str name);

/* Which of the mapping's $path patterns a source's path fits, for its events' path_bits (sw_decode_slice() sets them).
 */
uint64_t sw_classes_path(const struct sw_classes *classes, struct sw_str path);

/* A hash of the whole mapping, part of the key under which compiled rules are cached. */
uint64_t sw_classes_hash(const struct sw_classes *classes);

/* Refines an event's class by its fields: a decoder sets a base class (such as "windows" or "syslog"), and the
 * table's conditions on Channel, EventID and so on choose the final one. May add derived fields that a view
 * promises (User of a 4688 event), whose text is taken from `arena`. */
void sw_classify(const struct sw_classes *classes, struct sw_event *event, struct sw_arena *arena);

/* The first view of the class that the rule's log source applies to, or NULL. */
const struct sw_view *sw_class_view(const struct sw_class *cls, const struct sw_logsource *rule);

#endif
