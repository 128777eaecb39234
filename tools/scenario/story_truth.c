/*
 * story_truth.c - the truth of a story as members of the truth's object: facts, steps with their lines by file, phases,
 * and the hosts that it doesn't touch.
 */
#include "story.h"

#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>

static const char *const tactics[TACTIC_COUNT] = {
    "reconnaissance",    "initial-access", "execution",        "persistence", "privilege-escalation", "defense-evasion",
    "credential-access", "discovery",      "lateral-movement", "collection",  "command-and-control",  "exfiltration"};
static const char *const fact_names[FACT_COUNT] = {"entry_points", "reentry_points",     "accounts",
                                                   "hosts",        "external_addresses", "data_out"};

static void put_member(struct sw_buf *out, const char *name, const char *value)
{
    sw_buf_printf(out, "%s\"%s\": ", out->len > 0 && out->data[out->len - 1] == '{' ? "" : ", ", name);
    sw_buf_json(out, sw_str(value));
}

static void put_when(struct sw_buf *out, const char *name, int64_t when)
{
    sw_buf_printf(out, ", \"%s\": \"", name);
    sw_buf_time(out, when);
    SW_BUF_LIT(out, "\"");
}

static struct sw_buf *begin(struct story *t, enum fact fact)
{
    struct sw_buf *out = &t->facts[fact];
    sw_buf_text(out, out->len > 0 ? ",\n    {" : "{");
    return out;
}

void story_entry(struct story *t, const char *host, const char *kind, int64_t when, const char *format, ...)
{
    char value[512];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(value, sizeof value, format, args);
    va_end(args);
    struct sw_buf *out = begin(t, FACT_ENTRY);
    put_member(out, "host", host);
    put_member(out, "kind", kind);
    put_member(out, "value", value);
    put_when(out, "time", when);
    SW_BUF_LIT(out, "}");
}

void story_way_back(struct story *t, const char *kind, const char *host, const char *state, int64_t first, int64_t last,
                    const char *format, ...)
{
    char value[512];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(value, sizeof value, format, args);
    va_end(args);
    struct sw_buf *out = begin(t, FACT_REENTRY);
    put_member(out, "kind", kind);
    put_member(out, "host", host);
    put_member(out, "value", value);
    put_member(out, "state", state);
    put_when(out, "first", first);
    put_when(out, "last", last);
    SW_BUF_LIT(out, "}");
}

void story_account(struct story *t, const char *login, bool domain, const char *host, const char *how)
{
    char text[128];
    struct sw_buf *out = begin(t, FACT_ACCOUNT);
    put_member(out, "name", login);
    put_member(out, "how", how);
    if (host != NULL)
        put_member(out, "host", host);
    if (domain) {
        (void)snprintf(text, sizeof text, "CORP\\%s", login);
        put_member(out, "domain_user", text);
        (void)snprintf(text, sizeof text, "%s@example.org", login);
        put_member(out, "upn", text);
        put_member(out, "sid", account_sid(login, text));
    }
    SW_BUF_LIT(out, "}");
}

void story_host(struct story *t, const struct machine *host, const char *role)
{
    char text[64];
    for (unsigned i = 0; i < t->host_count; i++)
        if (strcmp(t->hosts[i], host->name) == 0)
            return;
    if (t->host_count == COUNT(t->hosts))
        die("a story touches too many hosts");
    (void)memcpy(t->hosts[t->host_count++], host->name, sizeof t->hosts[0]);
    struct sw_buf *out = begin(t, FACT_HOST);
    put_member(out, "name", host->name);
    put_member(out, "role", role);
    (void)snprintf(text, sizeof text, "%s." DOMAIN, host->name);
    put_member(out, "fqdn", text);
    SW_BUF_LIT(out, ", \"addresses\": [");
    sw_buf_json(out, sw_str(address_text(host->address, text)));
    if (is_dmz(host->address)) { /* the internet's side of it */
        SW_BUF_LIT(out, ", ");
        sw_buf_json(out, sw_str(address_text(ADDRESS(198, 51, 100, 0) + (host->address & 0xff), text)));
    }
    SW_BUF_LIT(out, "]}");
}

void story_external(struct story *t, uint32_t address, const char *what)
{
    char text[16];
    struct sw_buf *out = begin(t, FACT_EXTERNAL);
    put_member(out, "address", address_text(address, text));
    put_member(out, "what", what);
    SW_BUF_LIT(out, "}");
}

void story_data_out(struct story *t, const char *destination, uint64_t bytes, int64_t first, int64_t last)
{
    struct sw_buf *out = begin(t, FACT_DATA);
    put_member(out, "destination", destination);
    sw_buf_printf(out, ", \"bytes\": %llu", (unsigned long long)bytes);
    put_when(out, "first", first);
    put_when(out, "last", last);
    SW_BUF_LIT(out, "}");
}

/* --- writing ------------------------------------------------------------------------------------------------------ */

static void put_path(struct sw_buf *out, const struct file_count *file)
{
    char path[128];
    char date[32];
    const char *place = strstr(file->path, "DAY");
    (void)sw_time_format(file->day * SW_DAY, date);
    (void)snprintf(path, sizeof path, "%.*s%.10s%s", (int)(place - file->path), file->path, date, place + 3);
    sw_buf_json(out, sw_str(path));
}

static void put_files(struct sw_buf *out, const struct tally *tally)
{
    SW_BUF_LIT(out, "{");
    for (unsigned i = 0; i < tally->file_count; i++) {
        sw_buf_text(out, i > 0 ? ", " : "");
        put_path(out, &tally->files[i]);
        sw_buf_printf(out, ": %u", tally->files[i].lines);
    }
    SW_BUF_LIT(out, "}");
}

static void put_steps(struct story *t, struct sw_buf *out)
{
    SW_BUF_LIT(out, ",\n   \"steps\": [");
    for (unsigned i = 0; i < t->step_count; i++) {
        const struct tally *step = &t->steps[i];
        sw_buf_text(out, i > 0 ? ",\n    {" : "\n    {");
        put_member(out, "step", step->name);
        put_member(out, "tactic", tactics[step->tactic]);
        put_member(out, "what", step->what);
        if (step->lines > 0) {
            put_when(out, "first", step->first);
            put_when(out, "last", step->last);
        }
        SW_BUF_LIT(out, ", \"records\": ");
        put_files(out, step);
        SW_BUF_LIT(out, "}");
    }
    SW_BUF_LIT(out, "]");
}

/* All steps' lines together, files in the order of the first step that writes to them. */
static void put_records(struct story *t, struct sw_buf *out)
{
    unsigned count = 0;
    SW_BUF_LIT(out, ",\n   \"records\": {");
    for (unsigned i = 0; i < t->step_count; i++)
        for (unsigned k = 0; k < t->steps[i].file_count; k++) {
            const struct file_count *file = &t->steps[i].files[k];
            unsigned lines = 0;
            bool told = false;
            for (unsigned j = 0; j < t->step_count; j++)
                for (unsigned m = 0; m < t->steps[j].file_count; m++)
                    if (t->steps[j].files[m].path == file->path && t->steps[j].files[m].day == file->day) {
                        told |= j < i;
                        lines += t->steps[j].files[m].lines;
                    }
            if (told)
                continue;
            sw_buf_text(out, count++ > 0 ? ",\n    " : "\n    ");
            put_path(out, file);
            sw_buf_printf(out, ": %u", lines);
        }
    SW_BUF_LIT(out, "}");
}

static void put_phases(struct story *t, struct sw_buf *out)
{
    int64_t first = INT64_MAX;
    int64_t last = INT64_MIN;
    bool more = false;
    SW_BUF_LIT(out, ",\n   \"phases\": [");
    for (unsigned tactic = 0; tactic < TACTIC_COUNT; tactic++) {
        int64_t begins = INT64_MAX;
        for (unsigned i = 0; i < t->step_count; i++) {
            const struct tally *step = &t->steps[i];
            if (step->lines == 0)
                continue;
            first = step->first < first ? step->first : first;
            last = step->last > last ? step->last : last;
            if (step->tactic == tactic && step->first < begins)
                begins = step->first;
        }
        if (begins == INT64_MAX)
            continue;
        sw_buf_text(out, more ? ", {" : "{");
        put_member(out, "tactic", tactics[tactic]);
        put_when(out, "first", begins);
        SW_BUF_LIT(out, "}");
        more = true;
    }
    SW_BUF_LIT(out, "]");
    if (more) {
        put_when(out, "first", first);
        put_when(out, "last", last);
    }
}

static void put_ordinary_host(struct story *t, struct sw_buf *out, const char *name, bool *more)
{
    for (unsigned i = 0; i < t->host_count; i++)
        if (strcmp(t->hosts[i], name) == 0)
            return;
    sw_buf_text(out, *more ? ", " : "");
    sw_buf_json(out, sw_str(name));
    *more = true;
}

static void put_ordinary_hosts(struct story *t, struct sw_buf *out)
{
    const struct estate *e = t->estate;
    const struct machine *const machines[] = {&e->app1,         &e->app2,         &e->files,
                                              &e->building,     &e->database,     &e->appliance[0],
                                              &e->appliance[1], &e->appliance[2], &e->gateway};
    bool more = false;
    SW_BUF_LIT(out, ",\n \"ordinary_hosts\": [");
    for (unsigned i = 0; i < t->s->world->host_count; i++)
        put_ordinary_host(t, out, t->s->world->hosts[i].name, &more);
    for (size_t i = 0; i < COUNT(machines); i++)
        put_ordinary_host(t, out, machines[i]->name, &more);
    SW_BUF_LIT(out, "]");
}

void story_write(struct scenario *s, struct sw_buf *out)
{
    struct story *t = s->story;
    if (t == NULL)
        return;
    SW_BUF_LIT(out, ",\n \"stories\": [");
    if (t->step_count > 0) {
        SW_BUF_LIT(out, "\n  {");
        put_member(out, "story", t->name);
        for (unsigned i = 0; i < FACT_COUNT; i++) {
            sw_buf_printf(out, ",\n   \"%s\": [", fact_names[i]);
            sw_buf_str_add(out, sw_buf_str(&t->facts[i]));
            SW_BUF_LIT(out, "]");
        }
        put_phases(t, out);
        put_steps(t, out);
        put_records(t, out);
        SW_BUF_LIT(out, "}\n ");
    }
    SW_BUF_LIT(out, "]");
    put_ordinary_hosts(t, out);
}

void story_free(struct scenario *s)
{
    if (s->story == NULL)
        return;
    for (unsigned i = 0; i < FACT_COUNT; i++)
        sw_buf_fini(&s->story->facts[i]);
    sw_free(s->story);
    s->story = NULL;
}
