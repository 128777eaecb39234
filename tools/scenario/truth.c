/*
 * truth.c - what was planted, as one JSON file: entities, first and last record, counts, and which behaviours should
 * tell of it. Counts are of records that were written: what fell into a sensor's gap is not in them.
 */
#include "scenario.h"

#include "base/mem.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

struct truth_item {
    struct truth_item *next;
    char name[48];
    const char *kind, *expect;
    bool negative;
    struct sw_buf entities, numbers;
    int64_t first, last;
    uint64_t count, bytes;
};

struct truth_item *truth_open(struct scenario *s, const char *name, const char *kind, const char *expect)
{
    struct truth_item *item = sw_alloc(1, sizeof *item);
    if (item == NULL)
        die("out of memory");
    (void)snprintf(item->name, sizeof item->name, "%s", name);
    item->kind = kind;
    item->expect = expect;
    sw_buf_init(&item->entities, 1 << 20);
    sw_buf_init(&item->numbers, 1 << 16);
    *s->truth_end = item;
    s->truth_end = &item->next;
    return item;
}

void truth_negative(struct truth_item *item)
{
    item->negative = true;
}

void truth_entity(struct truth_item *item, const char *role, const char *format, ...)
{
    if (item == NULL)
        return;
    char text[512];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    sw_buf_text(&item->entities, item->entities.len > 0 ? ", " : "");
    SW_BUF_LIT(&item->entities, "{\"role\": ");
    sw_buf_json(&item->entities, sw_str(role));
    SW_BUF_LIT(&item->entities, ", \"value\": ");
    sw_buf_json(&item->entities, sw_strn(text, n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1));
    SW_BUF_LIT(&item->entities, "}");
}

void truth_number(struct truth_item *item, const char *name, double value)
{
    sw_buf_text(&item->numbers, item->numbers.len > 0 ? ", " : "");
    sw_buf_json(&item->numbers, sw_str(name));
    sw_buf_printf(&item->numbers, ": %.10g", value);
}

void truth_count(struct truth_item *item, int64_t when, uint64_t bytes)
{
    if (item == NULL)
        return;
    if (item->count == 0 || when < item->first)
        item->first = when;
    if (item->count == 0 || when > item->last)
        item->last = when;
    item->count++;
    item->bytes += bytes;
}

static void put_words(struct sw_buf *out, const char *list)
{
    struct sw_str rest = sw_str(list);
    struct sw_str word;
    bool more = false;
    while (rest.len > 0 && sw_str_next(&rest, ',', &word)) {
        sw_buf_text(out, more ? ", " : "");
        sw_buf_json(out, word);
        more = true;
    }
}

static void put_item(struct sw_buf *out, const struct truth_item *item)
{
    SW_BUF_LIT(out, "  {\"name\": ");
    sw_buf_json(out, sw_str(item->name));
    SW_BUF_LIT(out, ", \"kind\": ");
    sw_buf_json(out, sw_str(item->kind));
    sw_buf_printf(out, ", \"negative\": %s, \"expect\": [", item->negative ? "true" : "false");
    put_words(out, item->expect);
    SW_BUF_LIT(out, "], \"entities\": [");
    sw_buf_str_add(out, sw_buf_str(&item->entities));
    SW_BUF_LIT(out, "]");
    if (item->count > 0) {
        SW_BUF_LIT(out, ", \"first\": \"");
        sw_buf_time(out, item->first);
        SW_BUF_LIT(out, "\", \"last\": \"");
        sw_buf_time(out, item->last);
        SW_BUF_LIT(out, "\"");
    }
    sw_buf_printf(out, ", \"count\": %llu, \"bytes\": %llu, \"parameters\": {", (unsigned long long)item->count,
                  (unsigned long long)item->bytes);
    sw_buf_str_add(out, sw_buf_str(&item->numbers));
    SW_BUF_LIT(out, "}}");
}

void truth_write(struct scenario *s)
{
    struct sw_buf out;
    sw_buf_init(&out, (size_t)1 << 30);
    sw_buf_printf(&out, "{\"seed\": %llu, \"days\": %u, \"hosts\": %u, \"accounts\": %u, \"start\": \"",
                  (unsigned long long)s->options.seed, s->options.days, s->options.hosts, s->options.accounts);
    sw_buf_time(&out, s->start);
    SW_BUF_LIT(&out, "\",\n \"internal\": [\"10.20.0.0/16\", \"192.168.0.0/16\"],\n \"items\": [\n");
    while (s->truth != NULL) {
        struct truth_item *item = s->truth;
        s->truth = item->next;
        put_item(&out, item);
        sw_buf_text(&out, s->truth != NULL ? ",\n" : "\n");
        sw_buf_fini(&item->entities);
        sw_buf_fini(&item->numbers);
        sw_free(item);
    }
    s->truth_end = &s->truth;
    SW_BUF_LIT(&out, " ]");
    story_write(s, &out);
    SW_BUF_LIT(&out, "}\n");
    FILE *file = fopen(s->options.truth, "wb");
    if (file == NULL || fwrite(out.data, 1, out.len, file) != out.len || fclose(file) != 0)
        die("%s: %s", s->options.truth, strerror(errno));
    sw_buf_fini(&out);
}
