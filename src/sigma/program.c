/* program.c - a program's sections, and what is made from them when it starts. Compiling: compile.c; cache files: cache.c. */
#include "base/mem.h"
#include "sigma/program_priv.h"

int sw_section_add(void *any, const void *from, size_t count, size_t size, uint32_t *index)
{
    struct sw_section *section = any;
    *index = (uint32_t)section->count;
    if (count == 0)
        return 0;
    if (count > SW_MAX_SECTION - section->count)
        return SW_E_LIMIT;
    if (section->count + count > section->cap) {
        size_t cap = section->cap < 64 ? 64 : section->cap * 2;
        while (cap < section->count + count)
            cap *= 2;
        void *grown = sw_realloc(section->at, cap, size);
        if (grown == NULL)
            return SW_E_NOMEM;
        section->at = grown;
        section->cap = cap;
    }
    char *to = (char *)section->at + section->count * size;
    if (from != NULL)
        memcpy(to, from, count * size);
    else
        memset(to, 0, count * size);
    section->count += count;
    return 0;
}

/* --- start -------------------------------------------------------------------------------------------------- */

static int start_fields(struct sw_program *p)
{
    p->field_of_key_count = 0;
    sw_field_id *keys = sw_alloc(p->fields.count + 1, sizeof *keys);
    if (keys == NULL)
        return SW_E_NOMEM;
    for (size_t i = SW_ANY_FIELD + 1; i < p->fields.count; i++) {
        keys[i] = sw_field_key(sw_field_intern(sw_program_text(p, p->fields.at[i])));
        if (keys[i] >= p->field_of_key_count)
            p->field_of_key_count = keys[i] + 1;
    }
    p->field_of_key = sw_alloc(p->field_of_key_count + 1, sizeof *p->field_of_key);
    if (p->field_of_key != NULL) {
        for (size_t i = 0; i < p->field_of_key_count; i++)
            p->field_of_key[i] = (uint16_t)p->fields.count;
        for (size_t i = SW_ANY_FIELD + 1; i < p->fields.count; i++)
            if (keys[i] != SW_FIELD_MORE)
                p->field_of_key[keys[i]] = (uint16_t)i;
    }
    sw_free(keys);
    return p->field_of_key != NULL ? 0 : SW_E_NOMEM;
}

static int start_regexes(struct sw_program *p, struct sw_error *err)
{
    p->codes = sw_alloc(p->regexes.count + 1, sizeof *p->codes);
    if (p->codes == NULL)
        return SW_E_NOMEM;
    for (size_t i = 0; i < p->regexes.count; i++) {
        const struct sw_program_regex *regex = &p->regexes.at[i];
        struct sw_pred pred = {
            .kind = SW_PRED_REGEX,
            .regex_i = regex->caseless,
            .regex_m = regex->multiline,
            .regex_s = regex->dotall,
            .literal = sw_program_text(p, regex->text),
        };
        int rc = sw_regex_compile(&p->codes[i], &pred, err);
        if (rc != 0)
            return rc;
    }
    return 0;
}

static int start_scratch(struct sw_program *p)
{
    for (size_t i = 0; i < p->databases.count; i++)
        if (hs_alloc_scratch(p->live[i], &p->scratch) != HS_SUCCESS)
            return SW_E_NOMEM;
    return 0;
}

static void raise_to(uint32_t *most, size_t count)
{
    if (count > *most)
        *most = (uint32_t)count;
}

static void measure(struct sw_program *p)
{
    for (size_t i = 0; i < p->plans.count; i++) {
        raise_to(&p->most_groups, p->plans.at[i].groups.count);
        raise_to(&p->most_slots, p->plans.at[i].slots.count);
        raise_to(&p->most_rules, p->plans.at[i].rules.count);
    }
    for (size_t i = 0; i < p->lookups.count; i++) {
        raise_to(&p->most_hits, p->lookups.at[i].hits.count);
        raise_to(&p->most_locals, p->lookups.at[i].sets.count);
    }
    for (size_t i = 0; i < p->ops.count; i++)
        if (p->ops.at[i].kind != SW_OP_TEST)
            raise_to(&p->most_counters, (size_t)p->ops.at[i].counter + 1);
}

int sw_program_start(struct sw_program *p, struct sw_error *err)
{
    measure(p);
    int rc = start_fields(p);
    if (rc == 0)
        rc = start_regexes(p, err);
    if (rc == 0)
        rc = start_scratch(p);
    return rc;
}

size_t sw_program_regexes(const struct sw_program *p)
{
    return p->regexes.count;
}

struct sw_str sw_program_regex(const struct sw_program *p, size_t number)
{
    return sw_program_text(p, p->regexes.at[number].text);
}

void sw_program_free(struct sw_program *p)
{
    if (p == NULL)
        return;
    (void)hs_free_scratch(p->scratch);
    for (size_t i = 0; i < p->databases.count && p->live != NULL; i++)
        (void)hs_free_database(p->live[i]);
    for (size_t i = 0; i < p->regexes.count && p->codes != NULL; i++)
        pcre2_code_free(p->codes[i]);
    sw_free(p->live);
    sw_free(p->codes);
    sw_free(p->field_of_key);
#define SW_SECTION_FREE(type, name) \
    if (p->name.cap > 0) \
        sw_free(p->name.at);
    SW_SECTIONS(SW_SECTION_FREE)
#undef SW_SECTION_FREE
    sw_free(p);
}
