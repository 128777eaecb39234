/* finding.c - findings as JSON, CSV and one sentence. */
#include "report/finding.h"

#include "base/utf.h"
#include "event/entity.h"

#include <math.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { EXPLAIN_DETAIL = 2000, EXPLAIN_VALUE = 160, EXPLAIN_FIELDS = 4, ENTITIES_A_KIND = 16 };

bool sw_technique_of(struct sw_str tag, char out[16])
{
    if (!sw_str_istarts(tag, SW_STR("attack.t")) || tag.len > 7 + 9)
        return false;
    struct sw_str id = sw_str_from(tag, 7); /* t1059.001 */
    if (id.len != 5 && id.len != 9)
        return false;
    for (size_t i = 1; i < id.len; i++)
        if (i == 5 ? id.ptr[i] != '.' : !sw_is_digit(id.ptr[i]))
            return false;
    memcpy(out, id.ptr, id.len);
    out[0] = 'T';
    out[id.len] = '\0';
    return true;
}

/* How many of the first bytes are printable ASCII. */
static size_t printable_run(struct sw_str text)
{
    size_t at = 0;
#ifdef __SSE2__
    for (; text.len - at >= 16; at += 16) { /* as signed numbers the bytes from 0x80 on are below a space as well */
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(text.ptr + at));
        __m128i bad = _mm_or_si128(_mm_cmplt_epi8(bytes, _mm_set1_epi8(' ')), _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7f)));
        unsigned mask = (unsigned)_mm_movemask_epi8(bad);
        if (mask != 0)
            return at + (size_t)__builtin_ctz(mask);
    }
#endif
    while (at < text.len && (unsigned char)text.ptr[at] >= ' ' && (unsigned char)text.ptr[at] < 0x7f)
        at++;
    return at;
}

void sw_show_value(struct sw_buf *out, struct sw_str value, size_t most)
{
    size_t at = 0;
    while (at < value.len && at < most) {
        size_t run = printable_run(sw_str_slice(value, at, (most < value.len ? most : value.len) - at));
        sw_buf_add(out, value.ptr + at, run);
        at += run;
        if (at >= value.len || at >= most)
            break;
        size_t from = at;
        uint32_t code = sw_utf8_next(value, &at);
        bool invalid = code == 0xfffd && at - from == 1;
        /* C0, DEL, C1, and the marks that turn the direction of text (Unicode TR 36). */
        bool hidden = code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0x202a && code <= 0x202e) ||
                      (code >= 0x2066 && code <= 0x2069) || code == 0x2028 || code == 0x2029;
        if (!invalid && !hidden) {
            sw_buf_add(out, value.ptr + from, at - from);
            continue;
        }
        for (size_t i = from; i < at; i++) {
            SW_BUF_LIT(out, "\\x");
            sw_buf_hex(out, (unsigned char)value.ptr[i], 2);
        }
    }
    if (at < value.len)
        SW_BUF_LIT(out, "...");
}

static bool is_matched(const struct sw_finding *finding, uint32_t field)
{
    return finding->matched != NULL && (finding->matched[field / 64] >> (field % 64) & 1);
}

/* The first field that names a host. */
static struct sw_str host_of(const struct sw_event *event)
{
    for (uint32_t i = 0; i < event->count; i++)
        if (event->fields[i].len > 0 && sw_entity_of(event->fields[i].id) == SW_ENTITY_HOST)
            return sw_field_value(&event->fields[i]);
    return (struct sw_str){NULL, 0};
}

static void explain_event(struct sw_buf *out, const struct sw_finding *finding)
{
    const struct sw_event *event = finding->event;
    struct sw_str host = host_of(event);
    if (host.len > 0) {
        SW_BUF_LIT(out, " on ");
        sw_show_value(out, host, EXPLAIN_VALUE);
    }
    unsigned shown = 0;
    unsigned more = 0;
    for (uint32_t i = 0; i < event->count; i++) {
        if (!is_matched(finding, i))
            continue;
        if (shown == EXPLAIN_FIELDS) {
            more++;
            continue;
        }
        sw_buf_text(out, shown == 0 ? ": " : ", ");
        shown++;
        sw_show_value(out, sw_field_name(event->fields[i].id), SW_MAX_FIELD_NAME);
        SW_BUF_LIT(out, " is \"");
        sw_show_value(out, sw_field_value(&event->fields[i]), EXPLAIN_VALUE);
        SW_BUF_LIT(out, "\"");
    }
    if (more > 0)
        sw_buf_printf(out, " and %u more", more);
}

static void put_number(struct sw_buf *out, double number)
{
    if (isfinite(number) && number == floor(number) && fabs(number) < 1e15)
        sw_buf_i64(out, (int64_t)number);
    else if (isfinite(number))
        sw_buf_printf(out, "%.6g", number);
    else
        SW_BUF_LIT(out, "null");
}

/* "14 events within 78 s for src_ip "192.0.2.7"", and the value that the rule looked at where it is not their number. */
static void explain_groups(struct sw_buf *out, const struct sw_finding *finding)
{
    SW_BUF_LIT(out, ": ");
    sw_buf_u64(out, finding->count);
    sw_buf_text(out, finding->count == 1 ? " event" : " events");
    if (finding->time != SW_TIME_NONE && finding->time_last != SW_TIME_NONE)
        sw_buf_printf(out, " within %lld s", (long long)((finding->time_last - finding->time + SW_SECOND - 1) / SW_SECOND));
    for (size_t i = 0; i < finding->group_count; i++) {
        sw_buf_text(out, i == 0 ? " for " : ", ");
        sw_show_value(out, finding->groups[i].name, SW_MAX_FIELD_NAME);
        SW_BUF_LIT(out, " \"");
        sw_show_value(out, finding->groups[i].value, EXPLAIN_VALUE);
        SW_BUF_LIT(out, "\"");
    }
    if (finding->value != (double)finding->count) {
        SW_BUF_LIT(out, ", value ");
        put_number(out, finding->value);
    }
}

void sw_finding_explain(struct sw_buf *out, const struct sw_finding *finding)
{
    sw_show_value(out, finding->rule->title, 512);
    if (finding->detail.len > 0) {
        SW_BUF_LIT(out, ": ");
        sw_show_value(out, finding->detail, EXPLAIN_DETAIL);
    } else if (finding->event != NULL)
        explain_event(out, finding);
    else
        explain_groups(out, finding);
}

/* --- JSON ----------------------------------------------------------------------------------------------- */

static void json_id(struct sw_buf *out, struct sw_hash128 id)
{
    sw_buf_char(out, '"');
    sw_buf_hex(out, id.high, 16);
    sw_buf_hex(out, id.low, 16);
    sw_buf_char(out, '"');
}

static void json_time(struct sw_buf *out, int64_t time)
{
    if (time == SW_TIME_NONE) {
        SW_BUF_LIT(out, "null");
        return;
    }
    sw_buf_char(out, '"');
    sw_buf_time(out, time);
    sw_buf_char(out, '"');
}

static void json_techniques(struct sw_buf *out, const struct sw_rule *rule)
{
    SW_BUF_LIT(out, ",\"techniques\":[");
    bool first = true;
    for (size_t i = 0; i < rule->tag_count; i++) {
        char technique[16];
        if (!sw_technique_of(rule->tags[i], technique))
            continue;
        sw_buf_text(out, first ? "\"" : ",\"");
        sw_buf_text(out, technique);
        sw_buf_char(out, '"');
        first = false;
    }
    sw_buf_char(out, ']');
}

/* The entities of an event: fields by kind, each value once. */
struct entities {
    const struct sw_field *fields[SW_ENTITY_SHOWN][ENTITIES_A_KIND];
    unsigned counts[SW_ENTITY_SHOWN];
};

static void add_entity(struct entities *all, enum sw_entity_kind kind, const struct sw_field *field)
{
    unsigned count = all->counts[kind];
    if (count == ENTITIES_A_KIND)
        return;
    for (unsigned i = 0; i < count; i++)
        if (sw_str_eq(sw_field_value(all->fields[kind][i]), sw_field_value(field)))
            return;
    all->fields[kind][count] = field;
    all->counts[kind]++;
}

static void find_entities(struct entities *all, const struct sw_event *event)
{
    for (uint32_t i = 0; event != NULL && i < event->count; i++) {
        const struct sw_field *field = &event->fields[i];
        enum sw_entity_kind kind = sw_entity_of(field->id);
        if (kind != SW_ENTITY_NONE && kind < SW_ENTITY_SHOWN && field->len > 0 && !(field->len == 1 && field->ptr[0] == '-'))
            add_entity(all, kind, field);
    }
}

static void json_entities(struct sw_buf *out, const struct sw_event *event)
{
    SW_BUF_LIT(out, ",\"entities\":{");
    struct entities all = {0};
    find_entities(&all, event);
    bool first_kind = true;
    for (unsigned kind = SW_ENTITY_NONE + 1; kind < SW_ENTITY_SHOWN; kind++) {
        if (all.counts[kind] == 0)
            continue;
        sw_buf_text(out, first_kind ? "" : ",");
        first_kind = false;
        sw_buf_json(out, sw_entity_name(kind));
        for (unsigned i = 0; i < all.counts[kind]; i++) {
            sw_buf_text(out, i == 0 ? ":[" : ",");
            sw_buf_json(out, sw_field_value(all.fields[kind][i]));
        }
        sw_buf_char(out, ']');
    }
    sw_buf_char(out, '}');
}

/* The same for what several events have in common. */
static void json_group_entities(struct sw_buf *out, const struct sw_finding *finding)
{
    SW_BUF_LIT(out, ",\"entities\":{");
    bool first_kind = true;
    for (unsigned kind = SW_ENTITY_NONE + 1; kind < SW_ENTITY_SHOWN; kind++) {
        unsigned found = 0;
        for (size_t i = 0; i < finding->group_count; i++) {
            const struct sw_group_value *group = &finding->groups[i];
            if (group->value.len == 0 || (unsigned)sw_entity_of(sw_field_find(group->name)) != kind)
                continue;
            if (found == 0) {
                sw_buf_text(out, first_kind ? "" : ",");
                first_kind = false;
                sw_buf_json(out, sw_entity_name((enum sw_entity_kind)kind));
            }
            sw_buf_text(out, found++ == 0 ? ":[" : ",");
            sw_buf_json(out, group->value);
        }
        if (found > 0)
            sw_buf_char(out, ']');
    }
    sw_buf_char(out, '}');
}

static void json_event(struct sw_event_writer *writer, struct sw_buf *out, const struct sw_finding *finding)
{
    const struct sw_event *event = finding->event;
    SW_BUF_LIT(out, ",\"source\":");
    sw_event_json_source(out, finding->input, event);
    SW_BUF_LIT(out, ",\"class\":");
    sw_buf_json(out, finding->event_class->name);
    SW_BUF_LIT(out, ",\"fields\":");
    sw_event_json_fields(writer, out, event, NULL);
    SW_BUF_LIT(out, ",\"matched\":[");
    bool first = true;
    for (uint32_t i = 0; i < event->count; i++) {
        if (!is_matched(finding, i))
            continue;
        if (!first)
            sw_buf_char(out, ',');
        first = false;
        sw_buf_json(out, sw_field_name(event->fields[i].id));
    }
    sw_buf_char(out, ']');
}

static void json_correlation(struct sw_buf *out, const struct sw_finding *finding)
{
    SW_BUF_LIT(out, ",\"value\":");
    put_number(out, finding->value);
    SW_BUF_LIT(out, ",\"fields\":{");
    for (size_t i = 0; i < finding->group_count; i++) {
        if (i > 0)
            sw_buf_char(out, ',');
        sw_buf_json(out, finding->groups[i].name);
        sw_buf_char(out, ':');
        sw_buf_json(out, finding->groups[i].value);
    }
    SW_BUF_LIT(out, "},\"members\":[");
    for (size_t i = 0; i < finding->member_count; i++) {
        const struct sw_finding_member *member = &finding->members[i];
        sw_buf_text(out, i > 0 ? ",{" : "{");
        if (member->rule != NULL) {
            SW_BUF_LIT(out, "\"rule\":");
            sw_buf_json(out, member->rule->id);
            sw_buf_char(out, ',');
        }
        SW_BUF_LIT(out, "\"time\":");
        json_time(out, member->time);
        SW_BUF_LIT(out, ",\"path\":");
        sw_buf_json(out, member->path);
        SW_BUF_LIT(out, ",\"offset\":");
        sw_buf_u64(out, member->offset);
        sw_buf_char(out, '}');
    }
    sw_buf_char(out, ']');
}

void sw_finding_json(struct sw_event_writer *writer, struct sw_buf *out, const struct sw_finding *finding)
{
    const struct sw_rule *rule = finding->rule;
    SW_BUF_LIT(out, "{\"type\":\"finding\",\"id\":");
    json_id(out, finding->id);
    SW_BUF_LIT(out, ",\"kind\":\"");
    sw_buf_text(out, finding->kind);
    SW_BUF_LIT(out, "\",\"rule\":{\"id\":");
    sw_buf_json(out, rule->id);
    SW_BUF_LIT(out, ",\"title\":");
    sw_buf_json(out, rule->title);
    SW_BUF_LIT(out, ",\"level\":");
    sw_buf_json(out, sw_level_name(rule->level));
    SW_BUF_LIT(out, ",\"engine\":\"");
    sw_buf_text(out, finding->engine != NULL ? finding->engine : "sigma");
    SW_BUF_LIT(out, "\"},\"time\":");
    json_time(out, finding->time);
    SW_BUF_LIT(out, ",\"time_last\":");
    json_time(out, finding->time_last);
    SW_BUF_LIT(out, ",\"count\":");
    sw_buf_u64(out, finding->count);
    json_techniques(out, rule);
    if (finding->event != NULL)
        json_entities(out, finding->event);
    else
        json_group_entities(out, finding);
    if (finding->event != NULL)
        json_event(writer, out, finding);
    else
        json_correlation(out, finding);
    if (finding->verdict != NULL) {
        SW_BUF_LIT(out, ",\"verdict\":");
        sw_buf_json(out, sw_str(finding->verdict));
    }
    SW_BUF_LIT(out, ",\"explanation\":");
    struct sw_buf own;
    sw_buf_init(&own, 1u << 20);
    struct sw_buf *sentence = writer != NULL ? sw_event_writer_scratch(writer) : &own;
    sw_finding_explain(sentence, finding);
    sw_buf_json(out, sw_buf_str(sentence));
    if (sw_buf_error(sentence) != 0)
        out->error = sw_buf_error(sentence);
    sw_buf_fini(&own);
    sw_buf_char(out, '}');
}

/* --- CSV ------------------------------------------------------------------------------------------------ */

static void csv_cell(struct sw_buf *out, struct sw_str value)
{
    sw_buf_char(out, '"');
    /* OWASP "CSV injection": a cell that begins so may be run as a formula. */
    if (value.len > 0 && memchr("=+-@\t\r", value.ptr[0], 6) != NULL)
        sw_buf_char(out, '\'');
    for (size_t at = 0; at < value.len;) {
        size_t quote = sw_str_chr(sw_str_from(value, at), '"');
        size_t end = quote == SW_NPOS ? value.len : at + quote + 1;
        sw_buf_add(out, value.ptr + at, end - at);
        if (quote != SW_NPOS)
            sw_buf_char(out, '"');
        at = end;
    }
    sw_buf_char(out, '"');
}

void sw_finding_csv_header(struct sw_buf *out)
{
    SW_BUF_LIT(out, "time,level,title,rule_id,techniques,host,path,format,record,line,count,explanation,id\r\n");
}

static void csv_techniques(struct sw_buf *out, const struct sw_rule *rule)
{
    sw_buf_char(out, '"');
    bool first = true;
    for (size_t i = 0; i < rule->tag_count; i++) {
        char technique[16];
        if (!sw_technique_of(rule->tags[i], technique))
            continue;
        if (!first)
            sw_buf_char(out, ' ');
        first = false;
        sw_buf_text(out, technique);
    }
    SW_BUF_LIT(out, "\",");
}

void sw_finding_csv(struct sw_buf *out, const struct sw_finding *finding)
{
    const struct sw_rule *rule = finding->rule;
    const struct sw_event *event = finding->event;
    sw_buf_time(out, finding->time);
    sw_buf_char(out, ',');
    sw_buf_str_add(out, sw_level_name(rule->level));
    sw_buf_char(out, ',');
    csv_cell(out, rule->title);
    sw_buf_char(out, ',');
    csv_cell(out, rule->id);
    sw_buf_char(out, ',');
    csv_techniques(out, rule);
    csv_cell(out, event ? host_of(event) : SW_STR(""));
    sw_buf_char(out, ',');
    csv_cell(out, event ? finding->input->info.path : SW_STR(""));
    sw_buf_char(out, ',');
    sw_buf_text(out, event ? sw_input_format(finding->input) : "");
    sw_buf_char(out, ',');
    if (event != NULL)
        sw_buf_u64(out, event->record);
    sw_buf_char(out, ',');
    if (event != NULL && event->line > 0)
        sw_buf_u64(out, event->line);
    sw_buf_char(out, ',');
    sw_buf_u64(out, finding->count);
    sw_buf_char(out, ',');
    struct sw_buf sentence;
    sw_buf_init(&sentence, 1u << 20);
    sw_finding_explain(&sentence, finding);
    csv_cell(out, sw_buf_str(&sentence));
    sw_buf_fini(&sentence);
    sw_buf_char(out, ',');
    sw_buf_hex(out, finding->id.high, 16);
    sw_buf_hex(out, finding->id.low, 16);
    SW_BUF_LIT(out, "\r\n");
}
