/*
 * analysis.c - the way of a request: first look, closer look, findings into the batch; and delivery. What the detectors
 * see is look.c's and detect_*.c's, the verdict verdict.c's.
 */
#include "web/analysis.h"

#include "base/mem.h"
#include "web/filter.h"
#include "web/memo.h"
#include "web/request.h"
#include "web/store.h"

enum { LOOK_ARENA = 16u << 20, BATCH_ARENA = 256u << 20, EXPLANATION_MAX = 1u << 16 };

/* --- the analysis ------------------------------------------------------------------------------------------- */

/* Decoded fields: under which name, of which role, with '+' for a space. */
static const struct {
    const char *name;
    enum sw_web_role role;
    bool plus;
} decoded_fields[] = {
    {"cs-uri-decoded", SW_WEB_ROLE_TARGET, false},
    {"cs-uri-stem-decoded", SW_WEB_ROLE_STEM, false},
    {"cs-user-agent-decoded", SW_WEB_ROLE_AGENT, false},
    {"cs-referer-decoded", SW_WEB_ROLE_REFERER, false},
    {"cs-cookie-decoded", SW_WEB_ROLE_COOKIE, false},
};
enum { DECODED = sizeof decoded_fields / sizeof *decoded_fields };

struct sw_web {
    struct sw_web_roles roles;
    enum sw_level min_level;
    sw_field_id decoded[DECODED]; /* SW_FIELD_NONE: no rule asks for it */
    bool wants_decoded;
    struct sw_arena pending; /* copies of hits */
    struct sw_web_hit *hits;
    size_t count;
    size_t cap;
    struct sw_web_paths paths;
    struct sw_web_stats stats;
};

/* Which decoded fields the rules' predicates name. */
static void find_wanted(struct sw_web *web, const struct sw_rules *rules)
{
    for (size_t i = 0; i < DECODED; i++) {
        sw_field_id id = sw_field_intern(sw_str(decoded_fields[i].name));
        sw_field_id key = sw_field_key(id);
        for (size_t p = 0; rules != NULL && p < rules->pred_count && web->decoded[i] == SW_FIELD_NONE; p++)
            if (rules->preds[p].field != SW_FIELD_NONE && sw_field_key(rules->preds[p].field) == key)
                web->decoded[i] = id;
        web->wants_decoded |= web->decoded[i] != SW_FIELD_NONE;
    }
}

int sw_web_new(struct sw_web **out, const struct sw_web_options *options)
{
    struct sw_web *web = sw_alloc(1, sizeof *web);
    *out = web;
    if (web == NULL)
        return SW_E_NOMEM;
    web->min_level = options->min_level;
    sw_arena_init(&web->pending, SW_WEB_MAX_PENDING);
    find_wanted(web, options->rules);
    int rc = sw_web_phrases_init();
    if (rc == 0)
        rc = sw_web_roles_init(&web->roles, options->classes);
    if (rc == 0)
        rc = sw_web_paths_init(&web->paths, SW_WEB_MAX_PATHS);
    if (rc != 0) {
        sw_web_free(web);
        *out = NULL;
    }
    return rc;
}

void sw_web_free(struct sw_web *web)
{
    if (web == NULL)
        return;
    sw_web_roles_fini(&web->roles);
    sw_arena_fini(&web->pending);
    sw_free(web->hits);
    sw_web_paths_fini(&web->paths);
    sw_free(web);
}

void sw_web_stats(const struct sw_web *web, struct sw_web_stats *stats)
{
    *stats = web->stats;
    stats->paths_dropped = web->paths.dropped;
}

/* --- workers and batches ------------------------------------------------------------------------------------ */

struct sw_web_worker {
    const struct sw_web *web;
    struct sw_arena arena;       /* of a closer look */
    struct sw_arena field_arena; /* of decoded fields */
    struct sw_web_memo *memo;
    struct sw_web_shapes shapes;
    struct sw_event with; /* the event with its decoded fields */
    struct sw_field *fields;
    size_t field_cap;
};

int sw_web_worker_new(struct sw_web_worker **out, const struct sw_web *web)
{
    struct sw_web_worker *worker = sw_alloc(1, sizeof *worker);
    *out = worker;
    if (worker == NULL)
        return SW_E_NOMEM;
    worker->web = web;
    sw_arena_init(&worker->arena, LOOK_ARENA);
    sw_arena_init(&worker->field_arena, LOOK_ARENA);
    worker->memo = sw_web_memo_new();
    if (worker->memo != NULL)
        return 0;
    sw_web_worker_free(worker);
    *out = NULL;
    return SW_E_NOMEM;
}

void sw_web_worker_free(struct sw_web_worker *worker)
{
    if (worker == NULL)
        return;
    sw_arena_fini(&worker->arena);
    sw_arena_fini(&worker->field_arena);
    sw_web_memo_free(worker->memo);
    sw_free(worker->fields);
    sw_free(worker);
}

int sw_web_batch_new(struct sw_web_batch **out)
{
    struct sw_web_batch *batch = sw_alloc(1, sizeof *batch);
    *out = batch;
    if (batch == NULL)
        return SW_E_NOMEM;
    sw_arena_init(&batch->arena, BATCH_ARENA);
    sw_web_answers_init(&batch->answers);
    return 0;
}

void sw_web_batch_reset(struct sw_web_batch *batch)
{
    sw_arena_reset(&batch->arena);
    sw_web_answers_reset(&batch->answers);
    batch->count = 0;
    batch->looked = 0;
    batch->cut = 0;
}

size_t sw_web_batch_weight(const struct sw_web_batch *batch)
{
    return batch->arena.held + batch->cap * sizeof *batch->hits + sw_web_answers_weight(&batch->answers);
}

bool sw_web_batch_is_empty(const struct sw_web_batch *batch)
{
    return batch->count == 0;
}

void sw_web_batch_free(struct sw_web_batch *batch)
{
    if (batch == NULL)
        return;
    sw_arena_fini(&batch->arena);
    sw_free(batch->hits);
    sw_web_answers_fini(&batch->answers);
    sw_free(batch);
}

/* --- decoded fields ----------------------------------------------------------------------------------------- */

static bool room_for_fields(struct sw_web_worker *worker, size_t count)
{
    if (count <= worker->field_cap)
        return true;
    struct sw_field *grown = sw_realloc(worker->fields, count * 2, sizeof *grown);
    if (grown == NULL)
        return false;
    worker->fields = grown;
    worker->field_cap = count * 2;
    return true;
}

const struct sw_event *sw_web_decoded(struct sw_web_worker *worker, const struct sw_event *event)
{
    const struct sw_web *web = worker->web;
    if (!web->wants_decoded || !room_for_fields(worker, (size_t)event->count + DECODED))
        return event;
    const struct sw_web_request *request = sw_web_request_of(&web->roles, &worker->shapes, event);
    if (request == NULL)
        return event;
    sw_arena_reset(&worker->field_arena);
    if (event->count > 0)
        memcpy(worker->fields, event->fields, event->count * sizeof *worker->fields);
    worker->with = *event;
    worker->with.fields = worker->fields;
    worker->with.cap = (uint32_t)worker->field_cap;
    for (size_t i = 0; i < DECODED; i++) {
        struct sw_str raw = request->part[decoded_fields[i].role];
        if (web->decoded[i] == SW_FIELD_NONE || raw.len == 0)
            continue;
        uint32_t layers = 0;
        struct sw_str text = sw_web_undo(&worker->field_arena, raw, decoded_fields[i].plus, &layers);
        text = sw_web_resolve_lookups(&worker->field_arena, text, &layers);
        if (text.ptr != NULL)
            sw_event_add_str(&worker->with, web->decoded[i], text);
    }
    return &worker->with;
}

/* --- looking ------------------------------------------------------------------------------------------------ */

/* The keys by which the worker's memory knows the request's longer texts; all are made before the first is looked up. */
struct keys {
    struct sw_web_key target;
    struct sw_web_key agent;
    struct sw_web_key referer;
    uint64_t stem; /* of a target that is known to be ordinary, else 0 */
    bool looked;   /* which took a closer look */
};

static void make_keys(const struct sw_web_worker *worker, const struct sw_str *part, struct keys *keys)
{
    keys->target = sw_web_memo_target_key(worker->memo, part[SW_WEB_ROLE_TARGET]);
    if (part[SW_WEB_ROLE_AGENT].len > 0)
        keys->agent = sw_web_memo_key(worker->memo, SW_WEB_ROLE_AGENT, part[SW_WEB_ROLE_AGENT]);
    if (part[SW_WEB_ROLE_REFERER].len > 0)
        keys->referer = sw_web_memo_key(worker->memo, SW_WEB_ROLE_REFERER, part[SW_WEB_ROLE_REFERER]);
}

/* An ordinary target is remembered, with its stem. */
static uint32_t look_at_target(struct sw_web_worker *worker, struct sw_str target, struct keys *keys)
{
    uint64_t known = sw_web_memo_stem(worker->memo, keys->target);
    keys->stem = known & ~(uint64_t)SW_WEB_STEM_LOOKED;
    keys->looked = (known & SW_WEB_STEM_LOOKED) != 0;
    if (known != 0)
        return 0;
    if (sw_web_target_stands_out(target))
        return 1u << SW_WEB_ROLE_TARGET;
    keys->stem = sw_web_stem_hash(target);
    sw_web_memo_add_target(worker->memo, keys->target, keys->stem);
    return 0;
}

static bool is_known(struct sw_web_worker *worker, struct sw_web_key key, bool (*stands_out)(struct sw_str),
                     struct sw_str text)
{
    if (text.len == 0 || sw_web_memo_has(worker->memo, key))
        return true;
    if (stands_out(text))
        return false;
    sw_web_memo_add(worker->memo, key);
    return true;
}

/* Few logs have more headers. Cookies hold Base64 and JSON: looked at closely, once each. */
static uint32_t look_at_headers(struct sw_web_worker *worker, const struct sw_str *part)
{
    static const enum sw_web_role headers[] = {SW_WEB_ROLE_FORWARDED, SW_WEB_ROLE_EXTRA, SW_WEB_ROLE_MAILBOX,
                                               SW_WEB_ROLE_HOST};
    uint32_t parts = 0;
    struct sw_str cookie = part[SW_WEB_ROLE_COOKIE];
    if (cookie.len > 0 && !sw_web_memo_has(worker->memo, sw_web_memo_key(worker->memo, SW_WEB_ROLE_COOKIE, cookie)))
        parts |= 1u << SW_WEB_ROLE_COOKIE;
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        struct sw_str text = part[headers[i]];
        if (text.len > 0 && !is_known(worker, sw_web_memo_key(worker->memo, headers[i], text),
                                      sw_web_header_stands_out, text))
            parts |= 1u << headers[i];
    }
    return parts;
}

/* Which parts of the request need a closer look: bits by role. */
static uint32_t first_look(struct sw_web_worker *worker, const struct sw_web_request *request, struct keys *keys)
{
    const struct sw_str *part = request->part;
    make_keys(worker, part, keys);
    uint32_t parts = look_at_target(worker, part[SW_WEB_ROLE_TARGET], keys);
    if (!is_known(worker, keys->agent, sw_web_agent_stands_out, part[SW_WEB_ROLE_AGENT]))
        parts |= 1u << SW_WEB_ROLE_AGENT;
    if (!is_known(worker, keys->referer, sw_web_referer_stands_out, part[SW_WEB_ROLE_REFERER]))
        parts |= 1u << SW_WEB_ROLE_REFERER;
    parts |= look_at_headers(worker, part);
    if (sw_web_may_fix_session(request))
        parts |= 1u << SW_WEB_ROLE_TARGET;
    /* Methods that write; POST and GET begin otherwise. */
    struct sw_str method = part[SW_WEB_ROLE_METHOD];
    if (method.len > 2 && (method.ptr[0] | 32) != 'g' && (method.ptr[0] | 32) != 'h' && (method.ptr[0] | 32) != 'o' &&
        !sw_str_ieq(method, SW_STR("POST")))
        parts |= 1u << SW_WEB_ROLE_METHOD;
    return parts;
}

/* Whether what was found, nothing, would be found in the target in any other request as well. */
static bool is_for_all(const struct sw_web_look *look, uint32_t parts)
{
    uint64_t tried = 0;
    for (size_t i = 0; i < sizeof look->tried / sizeof *look->tried; i++)
        tried |= look->tried[i];
    return parts == 1u << SW_WEB_ROLE_TARGET && tried == 0 && !look->by_host;
}

/* The memory of texts that had nothing. */
static void remember(struct sw_web_worker *worker, const struct sw_web_look *look, uint32_t parts, struct keys *keys)
{
    static const enum sw_web_role roles[] = {SW_WEB_ROLE_AGENT, SW_WEB_ROLE_REFERER, SW_WEB_ROLE_COOKIE};
    const struct sw_str *part = look->request->part;
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        if ((parts & 1u << roles[i]) != 0)
            sw_web_memo_add(worker->memo, sw_web_memo_key(worker->memo, roles[i], part[roles[i]]));
    if (!is_for_all(look, parts) || part[SW_WEB_ROLE_TARGET].len > SW_WEB_TEXT_MAX)
        return;
    keys->stem = sw_web_stem_hash(part[SW_WEB_ROLE_TARGET]);
    sw_web_memo_add_target(worker->memo, keys->target, keys->stem | SW_WEB_STEM_LOOKED);
}

static uint64_t number_of(struct sw_str text, uint64_t none)
{
    uint64_t value;
    return sw_str_u64(text, &value) == 0 ? value : none;
}

/* An ordinary answer tells what the path usually gives. `stem`: 0 when it is not known yet. */
static int note_answer(struct sw_web_batch *batch, const struct sw_web_request *request, uint64_t stem, int64_t time)
{
    struct sw_str status = request->part[SW_WEB_ROLE_STATUS];
    if (status.len != 3 || status.ptr[0] != '2')
        return 0;
    uint64_t bytes = number_of(request->part[SW_WEB_ROLE_BYTES], UINT64_MAX);
    if (bytes == UINT64_MAX)
        return 0;
    struct sw_str target = request->part[SW_WEB_ROLE_TARGET];
    if (stem == 0)
        stem = sw_web_stem_hash(target);
    int rc = sw_web_answers_note(&batch->answers, stem, bytes);
    if (rc != 0 || (stem & SW_WEB_STEM_SCRIPT) == 0)
        return rc;
    struct sw_str path = sw_str_slice(target, 0, sw_str_chr(target, '?'));
    return sw_web_answers_script(&batch->answers, path, request->part[SW_WEB_ROLE_CLIENT], time,
                                 sw_str_is(request->part[SW_WEB_ROLE_METHOD], "POST"));
}

/* Which of the event's fields show it: those of the reports' places. */
static uint64_t matched_fields(const struct sw_event *event, const struct sw_web_request *request, uint32_t places)
{
    static const struct {
        uint16_t places;
        enum sw_web_role role;
    } shown[] = {
        {SW_WEB_PATH | SW_WEB_NAME | SW_WEB_VALUE | SW_WEB_WHOLE, SW_WEB_ROLE_TARGET},
        {SW_WEB_AGENT, SW_WEB_ROLE_AGENT},
        {SW_WEB_REFERER, SW_WEB_ROLE_REFERER},
        {SW_WEB_COOKIE, SW_WEB_ROLE_COOKIE},
        {SW_WEB_HEADER, SW_WEB_ROLE_FORWARDED},
        {SW_WEB_HEADER, SW_WEB_ROLE_EXTRA},
        {SW_WEB_PATH | SW_WEB_NAME | SW_WEB_VALUE | SW_WEB_WHOLE, SW_WEB_ROLE_MESSAGE},
    };
    uint64_t bits = 0;
    for (size_t s = 0; s < sizeof shown / sizeof *shown; s++)
        for (uint32_t i = 0; (places & shown[s].places) != 0 && i < event->count && i < 64; i++)
            if (event->fields[i].ptr == request->part[shown[s].role].ptr && event->fields[i].ptr != NULL)
                bits |= 1ull << i;
    return bits;
}

/* The gravest class among the surest reports. */
static void choose_class(const struct sw_web_look *look, struct sw_web_hit *hit)
{
    hit->class_id = SW_WEB_CLASS_COUNT;
    for (unsigned i = 0; i < SW_WEB_CLASS_COUNT; i++) {
        const struct sw_web_report *report = &look->reports[i];
        if (report->confidence > hit->confidence) {
            hit->confidence = report->confidence;
            hit->class_id = (uint16_t)i;
        }
        if (report->confidence == SW_WEB_ATTEMPT)
            hit->others |= 1u << i;
    }
    if (hit->class_id == SW_WEB_CLASS_COUNT)
        return;
    const struct sw_web_report *report = &look->reports[hit->class_id];
    hit->others &= ~(1u << hit->class_id);
    hit->place = report->place;
    hit->layers = report->layers;
    hit->what = report->what;
    hit->shown = report->shown;
}

static int keep(struct sw_web_batch *batch, const struct sw_web_look *look, const struct sw_event *event,
                struct sw_web_origin origin)
{
    const struct sw_web_request *request = look->request;
    struct sw_web_hit hit = {
        .event = *event,
        .origin = origin,
        .client = sw_web_client_hash(request->part[SW_WEB_ROLE_CLIENT]),
        .stem = sw_web_stem_hash(request->part[SW_WEB_ROLE_TARGET]),
        .status = (uint16_t)(number_of(request->part[SW_WEB_ROLE_STATUS], 0) & 0x3ff),
        .bytes = (int64_t)(number_of(request->part[SW_WEB_ROLE_BYTES], UINT64_MAX) & INT64_MAX),
        .exploit_count = (uint8_t)look->exploit_count,
    };
    if (number_of(request->part[SW_WEB_ROLE_BYTES], UINT64_MAX) == UINT64_MAX)
        hit.bytes = -1;
    memcpy(hit.exploits, look->exploits, sizeof hit.exploits);
    choose_class(look, &hit);
    hit.matched = matched_fields(event, request, hit.place != 0 ? hit.place : SW_WEB_WHOLE);
    int rc = sw_grow(&batch->hits, &batch->cap, batch->count, sizeof *batch->hits, SIZE_MAX / 1024);
    if (rc != 0)
        return rc;
    if (!sw_web_hit_copy(&batch->arena, &hit, &batch->hits[batch->count]))
        return SW_E_NOMEM;
    batch->count++;
    return 0;
}

int sw_web_look(struct sw_web_worker *worker, struct sw_web_batch *batch, const struct sw_event *event,
                struct sw_web_origin origin)
{
    const struct sw_web_request *request = sw_web_request_of(&worker->web->roles, &worker->shapes, event);
    if (request == NULL)
        return 0;
    struct keys keys = {0};
    uint32_t parts = first_look(worker, request, &keys);
    if (parts == 0) {
        batch->looked += keys.looked; /* counted as if it was looked at again: another worker may have to */
        return note_answer(batch, request, keys.stem, event->time);
    }
    sw_arena_reset(&worker->arena);
    struct sw_web_look look = {.arena = &worker->arena, .request = request};
    batch->looked++;
    batch->cut += request->part[SW_WEB_ROLE_TARGET].len > SW_WEB_TEXT_MAX;
    sw_web_request_detect(&look, parts);
    bool found = look.exploit_count > 0;
    for (unsigned i = 0; i < SW_WEB_CLASS_COUNT; i++)
        found |= look.reports[i].confidence != SW_WEB_NOTHING;
    if (!found) {
        remember(worker, &look, parts, &keys);
        return note_answer(batch, request, keys.stem, event->time);
    }
    return keep(batch, &look, event, origin);
}

/* --- delivery ----------------------------------------------------------------------------------------------- */

static uint32_t rule_of(const struct sw_web_hit *hit, enum sw_web_verdict verdict, bool vain)
{
    enum sw_web_outcome outcome = verdict == SW_WEB_SUCCEEDED                                     ? SW_WEB_RULE_SUCCESS
                                  : hit->exploit_count == 0 && hit->confidence != SW_WEB_ATTEMPT ? SW_WEB_RULE_HINT
                                  : vain                                                         ? SW_WEB_RULE_VAIN
                                                                                                 : SW_WEB_RULE_ATTEMPT;
    if (hit->exploit_count > 0)
        return sw_web_exploit_rule(hit->exploits[0], outcome);
    return sw_web_class_rule((enum sw_web_class_id)hit->class_id, outcome);
}

static int emit_hit(const struct sw_web *web, const struct sw_web_judge *judge, const struct sw_web_hit *hit,
                    struct sw_buf *text, sw_web_emit_fn emit, void *arg)
{
    sw_buf_clear(text);
    sw_web_describe(hit, text);
    if (text->len > 0)
        SW_BUF_LIT(text, "; ");
    struct sw_buf why;
    sw_buf_init(&why, EXPLANATION_MAX);
    bool vain;
    enum sw_web_verdict verdict = sw_web_judge(judge, hit, &why, &vain);
    sw_buf_text(text, sw_web_verdict_name(verdict));
    SW_BUF_LIT(text, ": ");
    sw_buf_str_add(text, sw_buf_str(&why));
    int rc = sw_buf_error(text) != 0 ? sw_buf_error(text) : sw_buf_error(&why);
    sw_buf_fini(&why);
    size_t count;
    uint32_t index = rule_of(hit, verdict, vain);
    const struct sw_rule *rule = &sw_web_rules(&count)[index];
    if (rc != 0 || rule->level < web->min_level)
        return rc;
    uint64_t matched[SW_MAX_FIELDS / 64] = {hit->matched};
    const struct sw_web_match match = {
        .rule = rule,
        .rule_index = index,
        .origin = hit->origin,
        .event = &hit->event,
        .matched = matched,
        .verdict = verdict,
        .explanation = sw_buf_str(text),
    };
    return emit(arg, &match);
}

static int judge_pending(struct sw_web *web, sw_web_emit_fn emit, void *arg)
{
    struct sw_web_judge *judge;
    struct sw_buf text;
    sw_buf_init(&text, EXPLANATION_MAX);
    int rc = sw_web_judge_new(&judge, &web->paths, web->hits, web->count);
    for (size_t i = 0; rc == 0 && i < web->count; i++)
        rc = emit_hit(web, judge, &web->hits[i], &text, emit, arg);
    sw_web_judge_free(judge);
    sw_buf_fini(&text);
    web->count = 0;
    sw_arena_reset(&web->pending);
    return rc;
}

int sw_web_deliver(struct sw_web *web, struct sw_web_batch *batch, sw_web_emit_fn emit, void *arg)
{
    web->stats.looked += batch->looked;
    web->stats.texts_cut += batch->cut;
    int rc = 0;
    sw_web_paths_add(&web->paths, &batch->answers);
    for (size_t i = 0; rc == 0 && i < batch->count; i++) {
        rc = sw_grow(&web->hits, &web->cap, web->count, sizeof *web->hits, SIZE_MAX / 1024);
        if (rc != 0)
            break;
        if (!sw_web_hit_copy(&web->pending, &batch->hits[i], &web->hits[web->count])) {
            web->stats.judged_early += web->count;
            rc = judge_pending(web, emit, arg);
            if (rc == 0 && !sw_web_hit_copy(&web->pending, &batch->hits[i], &web->hits[web->count]))
                rc = SW_E_NOMEM;
        }
        web->count++;
    }
    return rc;
}

int sw_web_finish(struct sw_web *web, sw_web_emit_fn emit, void *arg)
{
    return judge_pending(web, emit, arg);
}
