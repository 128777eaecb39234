/*
 * json_web.c - access logs in JSON: Caddy, Traefik, Envoy, nginx and alike, load balancers and content networks.
 *
 * The names of the record's own JSON stay; what the taxonomy of web logs (web.h) knows is added under its names.
 */
#include "decode/json_shape_priv.h"
#include "decode/web.h"

#include <pthread.h>

static sw_json_finish_fn finish_caddy, finish_traefik, finish_envoy, finish_flat, finish_cloudflare, finish_http_request;

const struct sw_json_shape sw_json_web_shapes[] = {
    {"caddy", .all = {J_REQUEST_URI_CADDY, J_REQUEST_METHOD_CADDY, J_STATUS}, .times = {J_TS, J_TIME, J_TIMESTAMP},
     .class_id = JC_CADDY, .finish = finish_caddy},
    {"traefik", .all = {J_REQUEST_PATH_TRAEFIK, J_REQUEST_METHOD_TRAEFIK}, .times = {J_START_UTC, J_TIME}, .class_id = JC_TRAEFIK,
     .finish = finish_traefik},
    {"envoy", .all = {J_RESPONSE_CODE, J_METHOD}, .any = {J_ENVOY_ORIGIN_PATH, J_ENVOY_ORIGINAL_PATH, J_PATH, J_ENVOY_FLAGS},
     .times = {J_START_TIME, J_AT_TIMESTAMP, J_TIME}, .class_id = JC_ENVOY, .finish = finish_envoy},
    {"cloudflare", .all = {J_CLOUDFLARE_URI}, .times = {J_CLOUDFLARE_START, J_TIMESTAMP}, .class_id = JC_WEBSERVER, .is_utc = true,
     .finish = finish_cloudflare},
    {"http_request", .any = {J_GCP_REQUEST_URL, J_WAF_URI}, .times = {J_TIMESTAMP}, .class_id = JC_WEBSERVER, .is_utc = true,
     .finish = finish_http_request},
    {"nginx", .all = {J_REMOTE_ADDR, J_STATUS}, .any = {J_REQUEST, J_REQUEST_URI, J_URI, J_URL, J_PATH},
     .times = {J_TIME_ISO, J_MSEC, J_AT_TIMESTAMP, J_TIMESTAMP, J_TIME_LOCAL, J_TIME}, .class_id = JC_NGINX, .finish = finish_flat},
    {"request", .all = {J_REQUEST_METHOD}, .any = {J_REQUEST_URI, J_URI, J_URL, J_PATH},
     .times = {J_TIME_ISO, J_AT_TIMESTAMP, J_TIMESTAMP, J_TIME_LOCAL, J_TIME, J_TS}, .class_id = JC_WEBSERVER,
     .finish = finish_flat},
    {"request", .all = {J_METHOD, J_STATUS}, .any = {J_REQUEST_URI, J_URI, J_URL, J_PATH},
     .times = {J_AT_TIMESTAMP, J_TIMESTAMP, J_TIME_LOCAL, J_TIME, J_TS}, .class_id = JC_WEBSERVER, .finish = finish_flat},
    {.name = NULL},
};

/* What a field of an access log is. */
enum role { END, METHOD, TARGET, PATH, ARGUMENTS, REQUEST, HOST, STATUS, BYTES, REQUEST_BYTES, AGENT, REFERER, COOKIE, ADDRESS,
            USER, VERSION, FORWARDED, TAKEN };

struct part {
    uint16_t mark;
    uint8_t role;
};

/* In the order of the taxonomy; of several marks with one role the first that is there counts. */
static const struct part caddy[] = {
    {J_CADDY_CLIENT_IP, ADDRESS}, {J_CADDY_REMOTE_IP, ADDRESS}, {J_CADDY_REMOTE_ADDR, ADDRESS}, {J_CADDY_USER, USER},
    {J_REQUEST_METHOD_CADDY, METHOD}, {J_REQUEST_URI_CADDY, TARGET}, {J_CADDY_PROTO, VERSION}, {J_CADDY_HOST, HOST},
    {J_STATUS, STATUS}, {J_SIZE, BYTES}, {J_BYTES_READ, REQUEST_BYTES}, {J_CADDY_AGENT, AGENT}, {J_CADDY_REFERER, REFERER},
    {J_CADDY_COOKIE, COOKIE}, {J_CADDY_FORWARDED, FORWARDED}, {J_DURATION, TAKEN}, {0, END}};
static const struct part traefik[] = {
    {J_TRAEFIK_HOST, ADDRESS}, {J_TRAEFIK_ADDR, ADDRESS}, {J_TRAEFIK_USER, USER}, {J_REQUEST_METHOD_TRAEFIK, METHOD},
    {J_REQUEST_PATH_TRAEFIK, TARGET}, {J_TRAEFIK_PROTOCOL, VERSION}, {J_TRAEFIK_REQUEST_HOST, HOST},
    {J_TRAEFIK_DOWNSTREAM_STATUS, STATUS}, {J_TRAEFIK_ORIGIN_STATUS, STATUS}, {J_TRAEFIK_DOWNSTREAM_SIZE, BYTES},
    {J_TRAEFIK_REQUEST_SIZE, REQUEST_BYTES}, {J_TRAEFIK_AGENT, AGENT}, {J_TRAEFIK_REFERER, REFERER},
    {J_TRAEFIK_FORWARDED, FORWARDED}, {J_TRAEFIK_DURATION, TAKEN}, {0, END}};
static const struct part envoy[] = {
    {J_ENVOY_REMOTE, ADDRESS}, {J_METHOD, METHOD}, {J_ENVOY_ORIGIN_PATH, TARGET}, {J_ENVOY_ORIGINAL_PATH, TARGET},
    {J_PATH, TARGET}, {J_PROTOCOL, VERSION}, {J_ENVOY_AUTHORITY, HOST}, {J_AUTHORITY, HOST}, {J_RESPONSE_CODE, STATUS},
    {J_BYTES_SENT, BYTES}, {J_BYTES_RECEIVED, REQUEST_BYTES}, {J_USER_AGENT, AGENT}, {J_USER_AGENT_DASH, AGENT},
    {J_REFERER, REFERER}, {J_FORWARDED_DASH, FORWARDED}, {J_FORWARDED, FORWARDED}, {J_DURATION, TAKEN}, {0, END}};
static const struct part cloudflare[] = {
    {J_CLOUDFLARE_IP, ADDRESS}, {J_CLOUDFLARE_METHOD, METHOD}, {J_CLOUDFLARE_URI, TARGET}, {J_CLOUDFLARE_PROTOCOL, VERSION},
    {J_CLOUDFLARE_HOST, HOST}, {J_CLOUDFLARE_STATUS, STATUS}, {J_CLOUDFLARE_BYTES, BYTES}, {J_CLOUDFLARE_AGENT, AGENT},
    {J_CLOUDFLARE_REFERER, REFERER}, {0, END}};
static const struct part http_request[] = {
    {J_GCP_REMOTE_IP, ADDRESS}, {J_WAF_CLIENT_IP, ADDRESS}, {J_GCP_REQUEST_METHOD, METHOD}, {J_WAF_METHOD, METHOD},
    {J_GCP_REQUEST_URL, TARGET}, {J_WAF_URI, PATH}, {J_WAF_ARGS, ARGUMENTS}, {J_GCP_STATUS, STATUS},
    {J_GCP_SIZE, BYTES}, {J_GCP_USER_AGENT, AGENT}, {J_GCP_REFERER, REFERER}, {0, END}};
/* nginx has no JSON form of its own: people name the variables, mostly by their names. */
static const struct part flat[] = {
    {J_REMOTE_ADDR, ADDRESS}, {J_CLIENT_IP, ADDRESS}, {J_CLIENTIP, ADDRESS}, {J_REMOTE_IP, ADDRESS}, {J_REMOTE_USER, USER},
    {J_REQUEST_METHOD, METHOD}, {J_METHOD, METHOD}, {J_REQUEST_URI, TARGET}, {J_URL, TARGET}, {J_URI, PATH}, {J_PATH, PATH},
    {J_ARGS, ARGUMENTS}, {J_QUERY_STRING, ARGUMENTS}, {J_REQUEST, REQUEST}, {J_SERVER_PROTOCOL, VERSION},
    {J_REQUEST_PROTOCOL, VERSION}, {J_HTTP_HOST, HOST}, {J_HOST, HOST}, {J_SERVER_NAME, HOST}, {J_STATUS, STATUS},
    {J_RESPONSE_STATUS, STATUS}, {J_BODY_BYTES_SENT, BYTES}, {J_BYTES_SENT, BYTES}, {J_RESPONSE_BODY_SIZE, BYTES}, {J_SIZE, BYTES},
    {J_REQUEST_LENGTH, REQUEST_BYTES}, {J_HTTP_USER_AGENT, AGENT}, {J_USER_AGENT, AGENT}, {J_USER_AGENT_DASH, AGENT},
    {J_REQUEST_USER_AGENT, AGENT}, {J_UA, AGENT}, {J_HTTP_REFERER, REFERER}, {J_HTTP_REFERRER, REFERER}, {J_REFERER, REFERER},
    {J_REQUEST_REFERER, REFERER}, {J_HTTP_COOKIE, COOKIE}, {J_HTTP_FORWARDED, FORWARDED}, {J_REQUEST_TIME, TAKEN}, {0, END}};

static void add_number(struct sw_event *event, sw_field_id id, struct sw_field field)
{
    if (field.type == SW_STRING)
        sw_web_add_number(event, id, sw_field_value(&field));
    else
        sw_event_add(event, id, (enum sw_type)field.type, field.ptr, field.len);
}

/* The path and the arguments of a request that are logged apart, as one target. */
static struct sw_str whole_target(struct sw_arena *arena, struct sw_str path, struct sw_str arguments)
{
    if (arguments.len == 0 || sw_str_is(arguments, "-") || sw_str_chr(path, '?') != SW_NPOS)
        return path;
    const char *mark = arguments.ptr[0] == '?' ? "" : "?";
    struct sw_str whole = sw_arena_printf(arena, "%.*s%s%.*s", SW_STR_ARG(path), mark, SW_STR_ARG(arguments));
    return whole.ptr != NULL ? whole : path;
}

static void add_role(struct sw_event *event, enum role role, struct sw_field field)
{
    const struct sw_web_ids *ids = sw_web_ids();
    const sw_field_id plain[] = {[METHOD] = ids->method, [HOST] = ids->host,       [AGENT] = ids->agent, [REFERER] = ids->referer,
                                 [COOKIE] = ids->cookie, [USER] = ids->username, [VERSION] = ids->version,
                                 [FORWARDED] = ids->forwarded};
    const sw_field_id numbers[] = {[STATUS] = ids->status, [BYTES] = ids->bytes, [REQUEST_BYTES] = ids->request_bytes,
                                [TAKEN] = ids->time_taken};
    struct sw_str text = sw_field_value(&field);
    if (role < sizeof plain / sizeof plain[0] && plain[role] == field.id && field.id != SW_FIELD_NONE)
        return; /* has that name already */
    switch (role) {
    case TARGET:
        (void)sw_web_add_target(event, text, false);
        break;
    case REQUEST:
        (void)sw_web_add_request(event, text, false);
        break;
    case ADDRESS:
        sw_web_add_address(event, ids->c_ip, ids->c_port, text);
        break;
    case STATUS:
    case BYTES:
    case REQUEST_BYTES:
    case TAKEN:
        add_number(event, numbers[role], field);
        break;
    case HOST: {
        size_t port = text.len > 0 && text.ptr[0] != '[' ? sw_str_chr(text, ':') : SW_NPOS;
        sw_web_add(event, ids->host, sw_str_slice(text, 0, port));
        break;
    }
    default:
        if (text.len > 0)
            sw_web_add(event, plain[role], text);
    }
}

static void add_parts(struct sw_json_reader *reader, struct sw_decode *d, const struct part *parts)
{
    uint32_t had = 0; /* bit: role */
    struct sw_str path = {NULL, 0};
    struct sw_str arguments = {NULL, 0};
    for (; parts->role != END; parts++) {
        const struct sw_field *field = sw_json_marked(reader, parts->mark);
        enum role role = (enum role)parts->role;
        if (field == NULL || field->type == SW_NULL || (had >> role & 1))
            continue;
        if (role == REQUEST && (had & (1u << METHOD)) && (had & (1u << TARGET | 1u << PATH)))
            continue;
        had |= 1u << role;
        if (role == PATH)
            path = sw_field_value(field);
        else if (role == ARGUMENTS)
            arguments = sw_field_value(field);
        else
            add_role(&d->event, role, *field);
    }
    if (path.ptr != NULL && !(had & (1u << TARGET | 1u << REQUEST)))
        (void)sw_web_add_target(&d->event, whole_target(d->arena, path, arguments), false);
}

static void finish_caddy(struct sw_json_shapes *s, struct sw_json_reader *reader, struct sw_decode *d)
{
    (void)s;
    add_parts(reader, d, caddy);
}

static void finish_traefik(struct sw_json_shapes *s, struct sw_json_reader *reader, struct sw_decode *d)
{
    (void)s;
    add_parts(reader, d, traefik);
}

static void finish_envoy(struct sw_json_shapes *s, struct sw_json_reader *reader, struct sw_decode *d)
{
    (void)s;
    add_parts(reader, d, envoy);
}

static void finish_cloudflare(struct sw_json_shapes *s, struct sw_json_reader *reader, struct sw_decode *d)
{
    (void)s;
    add_parts(reader, d, cloudflare);
}

static void finish_http_request(struct sw_json_shapes *s, struct sw_json_reader *reader, struct sw_decode *d)
{
    (void)s;
    add_parts(reader, d, http_request);
}

static void finish_flat(struct sw_json_shapes *s, struct sw_json_reader *reader, struct sw_decode *d)
{
    (void)s;
    add_parts(reader, d, flat);
}
