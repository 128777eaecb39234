/* seawall.c - libseawall: the public interface over the floors below. See include/seawall/seawall.h. */
#include "seawall/seawall.h"

#include "base/log.h"
#include "base/mem.h"
#include "engine/feed.h"
#include "engine/memory.h"
#include "sigma/load.h"
#include "sigma/program.h"

#include <stdio.h>

struct seawall_rules {
    struct sw_rules *rules;
    struct sw_program *program;
    struct sw_classes *classes;
};

struct seawall_scanner {
    const struct seawall_rules *rules;
    struct sw_matcher *matcher;
    struct sw_arena arena;
    /* of the call under way: */
    seawall_callback callback;
    void *arg;
    struct seawall_field *fields;
    size_t field_cap;
    struct seawall_span *tags;
    size_t tag_cap;
};

static struct seawall_span span_of(struct sw_str s)
{
    return (struct seawall_span){s.ptr, s.len};
}

static int explain(const struct sw_error *err, int rc, char *error, size_t error_len)
{
    if (error == NULL || error_len == 0)
        return rc;
    const char *text = err->text[0] != '\0' ? err->text : sw_strerror(rc);
    if (err->source[0] == '\0')
        (void)snprintf(error, error_len, "%s", text);
    else
        (void)snprintf(error, error_len, "%s:%u:%u: %s", err->source, err->line, err->column, text);
    return rc;
}

int seawall_rules_load(struct seawall_rules **out, const struct seawall_options *options, char *error, size_t error_len)
{
    struct sw_error err = {0};
    *out = NULL;
    size_t least = offsetof(struct seawall_options, builtin_rules); /* what the first version had */
    bool builtin = options != NULL && options->size >= sizeof *options && options->builtin_rules != 0;
    if (options == NULL || options->size < least || (options->rule_path_count == 0 && !builtin)) {
        (void)sw_error_set(&err, SW_E_USAGE, 0, 0, "no rules were given");
        return explain(&err, SW_E_USAGE, error, error_len);
    }
    struct seawall_rules *rules = sw_alloc(1, sizeof *rules);
    if (rules == NULL)
        return explain(&err, SW_E_NOMEM, error, error_len);
    const struct sw_load_options load = {
        .paths = options->rule_paths,
        .path_count = options->rule_path_count,
        .builtin = builtin,
        .placeholder_files = options->placeholder_paths,
        .placeholder_count = options->placeholder_path_count,
    };
    int rc = sw_classes_load(&rules->classes, options->mapping_paths, options->mapping_path_count, &err);
    if (rc == 0)
        rc = sw_rules_load(&rules->rules, &load, &err);
    if (rc == 0)
        rc = sw_program_compile(&rules->program, rules->rules, rules->classes, options->threads ? options->threads : 1, &err);
    if (rc != 0) {
        seawall_rules_free(rules);
        return explain(&err, rc, error, error_len);
    }
    *out = rules;
    return SEAWALL_OK;
}

void seawall_rules_free(struct seawall_rules *rules)
{
    if (rules == NULL)
        return;
    sw_program_free(rules->program);
    sw_rules_free(rules->rules);
    sw_classes_free(rules->classes);
    sw_free(rules);
}

size_t seawall_rules_count(const struct seawall_rules *rules)
{
    return rules->rules->rule_count;
}

size_t seawall_rules_rejected(const struct seawall_rules *rules)
{
    return rules->rules->reject_count;
}

struct seawall_span seawall_rules_reason(const struct seawall_rules *rules, size_t index)
{
    if (index >= rules->rules->reject_count)
        return (struct seawall_span){NULL, 0};
    return span_of(rules->rules->rejects[index].reason);
}

int seawall_scanner_new(struct seawall_scanner **out, const struct seawall_rules *rules)
{
    struct seawall_scanner *scanner = sw_alloc(1, sizeof *scanner);
    *out = scanner;
    if (scanner == NULL)
        return SW_E_NOMEM;
    scanner->rules = rules;
    sw_arena_init(&scanner->arena, SW_MAX_ARENA);
    int rc = sw_matcher_new(&scanner->matcher, rules->program);
    if (rc != 0) {
        seawall_scanner_free(scanner);
        *out = NULL;
    }
    return rc;
}

void seawall_scanner_free(struct seawall_scanner *scanner)
{
    if (scanner == NULL)
        return;
    sw_matcher_free(scanner->matcher);
    sw_arena_fini(&scanner->arena);
    sw_free(scanner->fields);
    sw_free(scanner->tags);
    sw_free(scanner);
}

/* --- scanning ------------------------------------------------------------------------------------------- */

/* Makes room for at least `count` elements in a heap array. */
static int reserve(void *array, size_t *cap, size_t count, size_t size)
{
    if (count <= *cap)
        return 0;
    void **slot = array;
    void *grown = sw_realloc(*slot, count, size);
    if (grown == NULL)
        return SW_E_NOMEM;
    *slot = grown;
    *cap = count;
    return 0;
}

static int report(struct seawall_scanner *scanner, const struct sw_rule *rule, const struct sw_event *event)
{
    int rc = reserve(&scanner->tags, &scanner->tag_cap, rule->tag_count, sizeof *scanner->tags);
    if (rc != 0)
        return rc;
    for (size_t i = 0; i < rule->tag_count; i++)
        scanner->tags[i] = span_of(rule->tags[i]);
    const struct seawall_finding finding = {
        .rule_id = span_of(rule->id),
        .title = span_of(rule->title),
        .level = span_of(sw_level_name(rule->level)),
        .tags = scanner->tags,
        .tag_count = rule->tag_count,
        .time = event->time,
        .record = event->record,
        .offset = event->offset,
        .raw = span_of(event->raw),
        .fields = scanner->fields,
        .field_count = event->count,
    };
    return scanner->callback(scanner->arg, &finding) == 0 ? 0 : SW_E_STOP;
}

static int on_event(void *arg, struct sw_event *event)
{
    struct seawall_scanner *scanner = arg;
    const uint32_t *matches;
    int count = sw_matcher_run(scanner->matcher, event, &matches);
    if (count <= 0)
        return count;
    int rc = reserve(&scanner->fields, &scanner->field_cap, event->count, sizeof *scanner->fields);
    if (rc != 0)
        return rc;
    for (uint32_t i = 0; i < event->count; i++)
        scanner->fields[i] = (struct seawall_field){span_of(sw_field_name(event->fields[i].id)),
                                                    span_of(sw_field_value(&event->fields[i]))};
    for (int i = 0; i < count && rc == 0; i++) {
        const struct sw_rule *rule = &scanner->rules->rules->rules[matches[i]];
        if (!rule->silent)
            rc = report(scanner, rule, event);
    }
    return rc;
}

/* Decodes pieces of one input with one state, in order. */
struct decoding {
    struct sw_decode decode;
    struct sw_read_stats stats;
    bool open;
};

static int decoding_open(struct decoding *d, struct seawall_scanner *scanner, const struct sw_decoder *decoder,
                         const struct sw_source_info *info)
{
    sw_read_stats_init(&d->stats);
    int rc = sw_decode_init(&d->decode, decoder, info, scanner->rules->classes, &d->stats, &scanner->arena, on_event, scanner);
    d->open = true;
    return rc;
}

static void decoding_close(struct decoding *d, struct seawall_scanner *scanner)
{
    if (d->open)
        sw_decode_fini(&d->decode);
    d->open = false;
    sw_arena_reset(&scanner->arena);
}

int seawall_scan_buffer(struct seawall_scanner *scanner, const void *bytes, size_t len, const char *format,
                        seawall_callback callback, void *arg)
{
    struct sw_memory memory = {
        .bytes = sw_strn(bytes, len),
        .info = {.path = SW_STR("memory"), .modified = SW_TIME_NONE},
        .decoder = format != NULL ? sw_decoder_find(sw_str(format)) : NULL,
        .classes = scanner->rules->classes,
    };
    if (format != NULL && memory.decoder == NULL)
        return SW_E_NOTFOUND;
    scanner->callback = callback;
    scanner->arg = arg;
    struct sw_read_stats stats;
    int rc = sw_memory_decode(&memory, &scanner->arena, &stats, on_event, scanner);
    sw_arena_reset(&scanner->arena);
    return rc;
}

/* The next piece's input may be another one than the last piece's. */
static int scan_piece(struct seawall_scanner *scanner, struct decoding *d, struct sw_piece *piece)
{
    struct sw_input *input = piece->input;
    int rc = 0;
    if (input->decoder != NULL && !d->open)
        rc = decoding_open(d, scanner, input->decoder, &input->info);
    if (rc == 0 && d->open && piece->slice.len > 0)
        rc = sw_decode_slice(&d->decode, &piece->slice);
    if (rc == 0 && d->open && piece->last && input->decoder->flush != NULL)
        rc = input->decoder->flush(&d->decode);
    if (rc == 0 && input->state == SW_INPUT_FAILED && piece->last)
        rc = SW_E_IO;
    if (piece->last) {
        decoding_close(d, scanner);
        sw_input_free(input);
    }
    sw_piece_free(piece);
    return rc;
}

int seawall_scan_path(struct seawall_scanner *scanner, const char *path, seawall_callback callback, void *arg)
{
    scanner->callback = callback;
    scanner->arg = arg;
    const struct sw_feed_options options = {0};
    struct sw_feed *feed;
    int rc = sw_feed_open(&feed, path, true, &options);
    if (rc != 0)
        return rc;
    struct decoding d = {.open = false};
    int first_error = 0;
    struct sw_piece *piece;
    while ((rc = sw_feed_next(feed, &piece)) == 1) {
        rc = scan_piece(scanner, &d, piece);
        if (rc == SW_E_IO && first_error == 0)
            first_error = rc; /* one member failed: the rest goes on */
        else if (rc != 0)
            break;
    }
    decoding_close(&d, scanner);
    sw_feed_close(feed);
    return rc != 0 ? rc : first_error;
}

/* The first class that the log source applies to. */
static sw_class_id class_of(const struct sw_classes *classes, const struct sw_logsource *logsource)
{
    for (sw_class_id id = 0; id < sw_classes_count(classes); id++)
        if (sw_class_view(sw_classes_get(classes, id), logsource) != NULL)
            return id;
    return SW_CLASS_NONE;
}

int seawall_scan_event(struct seawall_scanner *scanner, const char *product, const char *category, const char *service,
                       const struct seawall_field *fields, size_t field_count, seawall_callback callback, void *arg)
{
    const struct sw_logsource logsource = {
        .product = product != NULL ? sw_str(product) : SW_STR(""),
        .category = category != NULL ? sw_str(category) : SW_STR(""),
        .service = service != NULL ? sw_str(service) : SW_STR(""),
    };
    struct sw_event event;
    sw_event_init(&event);
    sw_event_clear(&event);
    event.record = 1;
    event.class_id = class_of(scanner->rules->classes, &logsource);
    for (size_t i = 0; i < field_count; i++)
        sw_event_add(&event, sw_field_intern(sw_strn(fields[i].name.ptr, fields[i].name.len)), SW_STRING, fields[i].value.ptr,
                     fields[i].value.len);
    scanner->callback = callback;
    scanner->arg = arg;
    int rc = on_event(scanner, &event);
    sw_event_fini(&event);
    return rc;
}
