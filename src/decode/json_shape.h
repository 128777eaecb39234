/*
 * json_shape.h - what kind of record a JSON document is, told by which fields it has; its class, its time, and the
 * fields that rules know by other names.
 *
 * A shape is a line in a table: marks (json_marks.def) that must all be there, marks of which one must, its class, and where
 * its time stands. The first shape that fits is taken. Some have a function that looks at values as well.
 * What is found for one combination of marks is remembered, so a stream of like records costs one comparison each.
 * Threads: one state a worker.      Trust: hostile input.
 */
#ifndef SW_DECODE_JSON_SHAPE_H
#define SW_DECODE_JSON_SHAPE_H

#include "decode/decode.h"
#include "decode/json_names.h"
#include "decode/json_read.h"

/* id, class name (knowledge/logsources.yml), the class where the mapping has no such name. */
#define SW_JSON_CLASSES(X) \
    X(JC_JSON, "json", JC_JSON) \
    X(JC_TEXT, "text", JC_JSON) \
    X(JC_WINDOWS, "windows", JC_JSON) \
    X(JC_RPC_FIREWALL, "rpc_firewall", JC_WINDOWS) \
    X(JC_CLOUDTRAIL, "aws/cloudtrail", JC_JSON) \
    X(JC_AZ_ACTIVITY, "azure/activitylogs", JC_JSON) \
    X(JC_AZ_AUDIT, "azure/auditlogs", JC_JSON) \
    X(JC_AZ_SIGNIN, "azure/signinlogs", JC_JSON) \
    X(JC_AZ_RISK, "azure/riskdetection", JC_JSON) \
    X(JC_AZ_PIM, "azure/pim", JC_JSON) \
    X(JC_OKTA, "okta/okta", JC_JSON) \
    X(JC_M365, "m365/audit", JC_JSON) \
    X(JC_M365_EXCHANGE, "m365/exchange", JC_M365) \
    X(JC_M365_THREAT, "m365/threat_management", JC_M365) \
    X(JC_GCP, "gcp/audit", JC_JSON) \
    X(JC_GWS_ADMIN, "google_workspace/admin", JC_GCP) \
    X(JC_GWS_LOGIN, "google_workspace/login", JC_GCP) \
    X(JC_GITHUB, "github/audit", JC_JSON) \
    X(JC_BITBUCKET, "bitbucket/audit", JC_JSON) \
    X(JC_KUBERNETES, "kubernetes/audit", JC_JSON) \
    X(JC_ZEEK, "zeek", JC_JSON) \
    X(JC_SURICATA, "suricata", JC_JSON) \
    X(JC_OPENCANARY, "opencanary", JC_JSON) \
    X(JC_DUO, "cisco/duo", JC_JSON) \
    X(JC_ONELOGIN, "onelogin/events", JC_JSON) \
    X(JC_JOURNALD, "linux/journald", JC_JSON) \
    X(JC_SYSLOG, "linux/syslog", JC_JSON) \
    X(JC_AUDITD, "linux/auditd", JC_JSON) \
    X(JC_AUDITD_EXECVE, "linux/auditd/execve", JC_AUDITD) \
    X(JC_WEBSERVER, "webserver", JC_JSON) \
    X(JC_CADDY, "webserver/caddy", JC_WEBSERVER) \
    X(JC_TRAEFIK, "webserver/traefik", JC_WEBSERVER) \
    X(JC_ENVOY, "webserver/envoy", JC_WEBSERVER) \
    X(JC_NGINX, "webserver/nginx", JC_WEBSERVER)

enum sw_json_class {
#define SW_JSON_CLASS_ENUM(id, name, otherwise) id,
    SW_JSON_CLASSES(SW_JSON_CLASS_ENUM)
#undef SW_JSON_CLASS_ENUM
    JC_COUNT
};

struct sw_json_shape;

struct sw_json_shapes {
    const struct sw_classes *classes;
    sw_class_id class_of[JC_COUNT];
    struct sw_log_state *log; /* for messages of programs (programs.h); made when the first one comes */
    struct {
        uint64_t marks[SW_JSON_MARKS / 64];
        const struct sw_json_shape *shape; /* NULL: free */
    } known[64];
};

void sw_json_shapes_init(struct sw_json_shapes *shapes, const struct sw_classes *classes);
void sw_json_shapes_fini(struct sw_json_shapes *shapes);

/* Sets class and time of d->event, whose fields `reader` has just read, and adds what the shape calls for. False: no
 * shape fits but the last, "some JSON". */
bool sw_json_shape_apply(struct sw_json_shapes *shapes, struct sw_json_reader *reader, struct sw_decode *d);

/* The class of "prefix/name", or `otherwise`. Only letters, digits, '_', '-' and '.' make a name. */
sw_class_id sw_json_class_named(const struct sw_json_shapes *shapes, const char *prefix, struct sw_str name,
                                sw_class_id otherwise);

/* Value of a mark's field; ptr NULL when it isn't there or is null. */
struct sw_str sw_json_value(const struct sw_json_reader *reader, unsigned mark);

/* --- for the shapes themselves -------------------------------------------------------------------------- */

enum { SW_JSON_SHAPE_ALL = 4, SW_JSON_SHAPE_ANY = 6, SW_JSON_SHAPE_TIMES = 6 };

struct sw_json_shape {
    const char *name;
    uint16_t all[SW_JSON_SHAPE_ALL]; /* marks, all of them */
    uint16_t any[SW_JSON_SHAPE_ANY]; /* one of them, unless there are none */
    uint16_t times[SW_JSON_SHAPE_TIMES]; /* the first that can be read */
    uint8_t class_id; /* enum sw_json_class */
    bool is_utc; /* its times are UTC by definition, whether they say so or not */
    void (*finish)(struct sw_json_shapes *shapes, struct sw_json_reader *reader, struct sw_decode *d);
};

/* Adds a copy of a mark's field under another name. */
void sw_json_copy(struct sw_json_reader *reader, struct sw_decode *d, unsigned mark, sw_field_id id);

extern const struct sw_json_shape sw_json_web_shapes[]; /* json_web.c; the last has no name */

#endif
