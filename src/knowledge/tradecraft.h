/*
 * tradecraft.h - who does what, in ATT&CK's terms: the techniques of the group that Seawall is measured against, and why some of
 * them can't be seen. From knowledge/tradecraft.yml, which is part of the program and names its sources.
 *
 * Owner:   everything lives in the object; free it when nothing of it is used any more.
 * Threads: any, after loading.      Errors: SW_E_NOMEM, SW_E_FORMAT (the file is ours: a test loads it).
 * Trust:   internal.
 */
#ifndef SW_KNOWLEDGE_TRADECRAFT_H
#define SW_KNOWLEDGE_TRADECRAFT_H

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

struct sw_technique {
    struct sw_str id;     /* "T1505.003" */
    struct sw_str name;
    struct sw_str tactic; /* the one it is shown under: "persistence" */
    struct sw_str unseen;   /* why no evidence of a victim shows it; empty if some does */
    struct sw_str indirect; /* why it shows only through others; empty if it shows itself */
    const uint32_t *through; /* those others, by index */
    size_t through_count;
};

/* A group or one of its campaigns. */
struct sw_actor {
    struct sw_str id; /* "G0065", "C0049" */
    struct sw_str name;
    const struct sw_str *aliases;
    size_t alias_count;
    const uint32_t *techniques; /* by index */
    size_t technique_count;
    bool is_campaign;
};

struct sw_tradecraft {
    struct sw_arena arena;
    struct sw_technique *techniques; /* in the order of the tactics */
    size_t technique_count;
    struct sw_actor *actors; /* campaigns first */
    size_t actor_count;
};

int sw_tradecraft_load(struct sw_tradecraft **tradecraft, struct sw_error *err);
/* The same from one text in memory. */
int sw_tradecraft_parse(struct sw_tradecraft **tradecraft, struct sw_str text, struct sw_error *err);
void sw_tradecraft_free(struct sw_tradecraft *tradecraft);

/* The group or campaign of an id, name or alias (ASCII case folded; spaces, dots and hyphens don't count), or NULL. */
const struct sw_actor *sw_tradecraft_actor(const struct sw_tradecraft *tradecraft, struct sw_str name);

/* Whether the actor uses the technique, by index. */
bool sw_actor_uses(const struct sw_actor *actor, uint32_t technique);

/* The ATT&CK technique that a Sigma tag names ("attack.t1059.001" gives "t1059.001"); empty if it names none. */
struct sw_str sw_tag_technique(struct sw_str tag);

#endif
