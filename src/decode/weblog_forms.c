/*
 * weblog_forms.c - what the tokens of an access log line mean: known forms by name, a rule for the rest.
 *
 * Forms are written as their lines look. A name is a word (#name: a number, @name: a client's address, ^name: addresses
 * passed on, /name: a request target, -: a word of no use, *name: all that is left of the line); "name" is the same in
 * quotes, [Label name] in brackets. "request" is the request line, "?" a value whose meaning shows in itself.
 */
#include "decode/weblog_priv.h"

#include <pthread.h>

struct form {
    const char *cls;
    const char *text;
};

/* After the request. */
static const struct form tail_forms[] = {
    /* Traefik, https://doc.traefik.io/traefik/observability/access-logs/ */
    {"webserver/traefik",
     "#sc-status #sc-bytes \"cs-referer\" \"cs-user-agent\" #requests \"router\" \"server-url\" time-taken"},
    /* ingress-nginx, docs/user-guide/nginx-configuration/log-format.md */
    {"webserver/nginx", "#sc-status #sc-bytes \"cs-referer\" \"cs-user-agent\" #cs-bytes #time-taken [upstream-name] "
                        "[upstream-alternative] upstream-addr upstream-bytes upstream-time upstream-status request-id"},
    {"webserver/nginx", "#sc-status #sc-bytes \"cs-referer\" \"cs-user-agent\" #cs-bytes #time-taken [upstream-name] "
                        "upstream-addr upstream-bytes upstream-time upstream-status request-id"},
    /* Sonatype Nexus: conf/logback/logback-access.xml */
    {NULL, "#sc-status #cs-bytes #sc-bytes #time-taken \"cs-user-agent\" [thread]"},
    /* cPanel: after the user agent its session and forwarded address, then the port */
    {NULL, "#sc-status #sc-bytes \"cs-referer\" \"cs-user-agent\" \"auth\" \"x-forwarded-for\" #s-port"},
};

/* After a time that begins the line. */
static const struct form line_forms[] = {
    /* Envoy's default, https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage */
    {"webserver/envoy", "\"request\" #sc-status response-flags #cs-bytes #sc-bytes #time-taken #upstream-time "
                        "\"^x-forwarded-for\" \"cs-user-agent\" \"request-id\" \"cs-host\" \"upstream-host\""},
    /* mod_ssl's ssl_request_log, as Red Hat and SUSE configure it */
    {"webserver/apache", "@c-ip tls-version tls-cipher \"request\" #sc-bytes"},
    /* Nginx Proxy Manager, proxy and standard */
    {"webserver/nginx",
     "cache-status #upstream-status #sc-status - cs-method scheme cs-host \"/cs-uri\" [Client @c-ip] "
     "[Length #sc-bytes] [Gzip gzip-ratio] [Sent-to upstream] \"cs-user-agent\" \"cs-referer\""},
    {"webserver/nginx", "#sc-status - cs-method scheme cs-host \"/cs-uri\" [Client @c-ip] [Length #sc-bytes] "
                        "[Gzip gzip-ratio] \"cs-user-agent\" \"cs-referer\""},
    /* cPanel's login_log */
    {"webserver/cpanel", "level [service] @c-ip - cs-username \"request\" *message"},
    /* McAfee (Skyhigh) Web Gateway's access.log, which names its columns in a comment line */
    {"proxy",
     "\"cs-username\" @c-ip #sc-status \"request\" \"cs-categories\" \"reputation\" \"rs-content-type\" #sc-bytes "
     "\"cs-user-agent\" \"virus-name\" \"block-reason\""},
    {"webserver/nginx",
     "cs-host @c-ip #time-taken \"request\" #sc-status #sc-bytes #cs-bytes cs-referer *cs-user-agent"},
};

enum { TAIL_FORMS = sizeof tail_forms / sizeof tail_forms[0], LINE_FORMS = sizeof line_forms / sizeof line_forms[0] };

static struct weblog_plan tail_plans[TAIL_FORMS];
static struct weblog_plan line_plans[LINE_FORMS];
static sw_field_id guess_id;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* The slot of one name with its sign. */
static struct weblog_slot slot_of(struct sw_str name)
{
    struct weblog_slot slot = {.kind = WEBLOG_TEXT};
    static const struct {
        char sign;
        uint8_t kind;
    } signs[] = {
        {'#', WEBLOG_NUMBER}, {'@', WEBLOG_ADDRESS}, {'^', WEBLOG_FORWARDED}, {'/', WEBLOG_TARGET}, {'*', WEBLOG_REST}};
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        if (name.ptr[0] != signs[i].sign)
            continue;
        slot.kind = signs[i].kind;
        name = sw_str_from(name, 1);
        break;
    }
    if (sw_str_is(name, "-"))
        slot.kind = WEBLOG_SKIP;
    else if (sw_str_is(name, "?"))
        slot.kind = WEBLOG_GUESS;
    else if (sw_str_is(name, "request"))
        slot.kind = WEBLOG_REQUEST;
    slot.id = sw_field_intern(name);
    return slot;
}

static void compile(struct weblog_plan *plan, const struct form *form)
{
    struct sw_str rest = sw_str(form->text);
    struct sw_str word;
    *plan = (struct weblog_plan){.cls = form->cls, .mask = UINT64_MAX};
    while (sw_str_next(&rest, ' ', &word)) {
        uint64_t kind = word.ptr[0] == '"' ? WEBLOG_QUOTE : word.ptr[0] == '[' ? WEBLOG_BRACKET : WEBLOG_WORD;
        struct weblog_slot *slot = &plan->slots[plan->count];
        if (kind == WEBLOG_WORD) {
            *slot = slot_of(word);
        } else if (word.ptr[word.len - 1] == ']' || kind == WEBLOG_QUOTE) {
            *slot = slot_of(sw_str_slice(word, 1, word.len - 1));
        } else {
            struct sw_str label = sw_str_from(word, 1);
            (void)sw_str_next(&rest, ' ', &word);
            *slot = slot_of(sw_str_slice(word, 0, word.len - 1));
            slot->label = sw_strn(label.ptr, label.len + 1);
        }
        if (slot->kind == WEBLOG_REST)
            plan->mask = ((uint64_t)1 << (2 * plan->count)) - 1;
        else
            plan->shape |= kind << (2 * plan->count);
        plan->count++;
    }
}

static void start(void)
{
    guess_id = sw_web_ids()->extra;
    for (size_t i = 0; i < TAIL_FORMS; i++)
        compile(&tail_plans[i], &tail_forms[i]);
    for (size_t i = 0; i < LINE_FORMS; i++)
        compile(&line_plans[i], &line_forms[i]);
}

/* Status and bytes, then words; the first quoted text is the referer, the second the user agent. A single one is the
 * user agent. What else there is shows in its value. */
static void guess(struct weblog_plan *plan, uint64_t shape)
{
    const struct sw_web_ids *ids = sw_web_ids();
    *plan = (struct weblog_plan){.shape = shape, .mask = UINT64_MAX};
    unsigned quotes = 0;
    unsigned words = 0;
    unsigned quoted = 0;
    for (uint64_t left = shape; left != 0; left >>= 2)
        quoted += (left & 3) == WEBLOG_QUOTE;
    for (uint64_t left = shape; left != 0; left >>= 2) {
        struct weblog_slot slot = {.id = guess_id, .kind = WEBLOG_GUESS};
        if ((left & 3) == WEBLOG_WORD && words < 2 && quotes == 0) {
            slot = (struct weblog_slot){.id = words == 0 ? ids->status : ids->bytes, .kind = WEBLOG_NUMBER};
            words++;
        } else if ((left & 3) == WEBLOG_QUOTE && quotes < 2) {
            slot =
                (struct weblog_slot){.id = quotes == 0 && quoted > 1 ? ids->referer : ids->agent, .kind = WEBLOG_TEXT};
            quotes += quoted > 1 ? 1 : 2;
        }
        plan->slots[plan->count++] = slot;
    }
    if (plan->count == WEBLOG_TOKENS)
        plan->slots[plan->count++] = (struct weblog_slot){.id = guess_id, .kind = WEBLOG_TEXT};
}

void weblog_plan_tail(struct weblog_plan *plan, uint64_t shape)
{
    (void)pthread_once(&once, start);
    for (size_t i = 0; i < TAIL_FORMS; i++) {
        if (tail_plans[i].shape == shape) {
            *plan = tail_plans[i];
            return;
        }
    }
    guess(plan, shape);
}

bool weblog_plan_line(struct weblog_plan *plan, uint64_t shape)
{
    (void)pthread_once(&once, start);
    for (size_t i = 0; i < LINE_FORMS; i++) {
        if (line_plans[i].shape == (shape & line_plans[i].mask)) {
            *plan = line_plans[i];
            return true;
        }
    }
    return false;
}
