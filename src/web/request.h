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

/* Sets the request's parts; false when the event is no web request. A value that says "none" gives no part. */
static inline bool sw_web_request_of(const struct sw_web_roles *roles, const struct sw_event *event,
                                     struct sw_web_request *request)
{
    uint16_t number = event->class_id < roles->class_count ? roles->layout_of[event->class_id] : 0;
    if (number == 0)
        return false;
    const struct sw_web_layout *layout = &roles->layouts[number - 1];
    memset(request, 0, sizeof *request);
    for (uint32_t i = 0; i < event->count; i++) {
        const struct sw_field *field = &event->fields[i];
        uint8_t role = field->id < layout->count ? layout->role_of[field->id] : SW_WEB_NO_ROLE;
        if (role != SW_WEB_NO_ROLE && field->type != SW_NULL && request->part[role].len == 0)
            request->part[role] = sw_field_value(field);
    }
    if (request->part[SW_WEB_ROLE_TARGET].len == 0 && request->part[SW_WEB_ROLE_MESSAGE].len > 0)
        sw_web_request_in_message(request);
    return request->part[SW_WEB_ROLE_TARGET].len > 0;
}

#endif
