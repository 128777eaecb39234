/*
 * request.h - from an event to its request: which field of which class of events has which role.
 * Owner:   sw_web_roles_fini() frees.      Threads: any, after sw_web_roles_init().      Errors: SW_E_NOMEM.
 */
#ifndef SW_WEB_REQUEST_H
#define SW_WEB_REQUEST_H

#include "web/web_priv.h"

/* One way in which fields are named: the role of each field id below `count`. */
struct sw_web_layout {
    uint8_t *role_of;
    uint32_t count;
};

struct sw_web_roles {
    struct sw_web_layout *layouts;
    size_t layout_count;
    uint16_t *layout_of; /* by class; 0: not a web server's, else a layout's number + 1 */
    uint32_t class_count;
};

int sw_web_roles_init(struct sw_web_roles *roles, const struct sw_classes *classes);
void sw_web_roles_fini(struct sw_web_roles *roles);

/* Takes the request that an error log's message quotes: "Invalid URI in request GET /x HTTP/1.1". */
void sw_web_request_in_message(struct sw_web_request *request);

/* A sequence of fields that events had, with their roles, and the request of the last one: the next event of its class
 * mostly has the same fields, and then only what it holds changes. */
#define SW_WEB_SHAPES 32u
#define SW_WEB_SHAPE_FIELDS 40u

struct sw_web_fields {
    uint32_t layout; /* number + 1; 0: none yet */
    uint32_t count;
    sw_field_id ids[SW_WEB_SHAPE_FIELDS];
    uint8_t roles[SW_WEB_SHAPE_FIELDS];
    uint64_t again; /* bit by field: one before it has the same role, and counts unless it is empty */
    struct sw_web_request request;
};

/* Of one worker. */
struct sw_web_shapes {
    struct sw_web_fields seen[SW_WEB_SHAPES];
};

/* The event's request, valid until the next call; NULL when the event is none. A value that says "none" gives no part. */
const struct sw_web_request *sw_web_request_of(const struct sw_web_roles *roles, struct sw_web_shapes *shapes,
                                               const struct sw_event *event);

#endif
