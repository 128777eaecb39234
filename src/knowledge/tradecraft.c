/* tradecraft.c - reads knowledge/tradecraft.yml: techniques first, then the groups and campaigns that refer to them. */
#include "knowledge/tradecraft.h"

#include "base/limits.h"
#include "base/mem.h"
#include "sigma/yaml.h"

extern const unsigned char sw_embedded_tradecraft_yml[];
extern const size_t sw_embedded_tradecraft_yml_size;

struct reader {
    struct sw_tradecraft *to;
    struct sw_error *err;
};

static int wrong(const struct reader *r, const struct sw_yaml *at, const char *what)
{
    return sw_error_set(r->err, SW_E_FORMAT, at != NULL ? at->line : 0, at != NULL ? at->column : 0, "%s", what);
}

/* The text of a scalar, in the arena; empty when there is no such key. */
static int text_of(const struct reader *r, const struct sw_yaml *map, const char *key, bool needed, struct sw_str *text)
{
    const struct sw_yaml *node = sw_yaml_get(map, key);
    *text = (struct sw_str){"", 0};
    if (node == NULL)
        return needed ? wrong(r, map, "a key is missing") : 0;
    if (!sw_yaml_is_scalar(node))
        return wrong(r, node, "text is expected");
    *text = sw_arena_dup(&r->to->arena, node->text);
    return text->ptr != NULL ? 0 : SW_E_NOMEM;
}

static size_t count_of(const struct sw_yaml *node)
{
    return node != NULL && (node->kind == SW_YAML_LIST || node->kind == SW_YAML_MAP) ? node->count : 0;
}

/* --- techniques ----------------------------------------------------------------------------------------- */

static int index_of(const struct reader *r, const struct sw_yaml *id, uint32_t *index)
{
    for (uint32_t i = 0; i < r->to->technique_count; i++)
        if (sw_str_eq(r->to->techniques[i].id, id->text)) {
            *index = i;
            return 0;
        }
    return wrong(r, id, "no such technique in this file");
}

/* A list of ids as indices. */
static int indices_of(const struct reader *r, const struct sw_yaml *list, const uint32_t **indices, size_t *count)
{
    uint32_t *at = sw_arena_zero(&r->to->arena, count_of(list) + 1, sizeof *at);
    *count = count_of(list);
    if (at == NULL)
        return SW_E_NOMEM;
    *indices = at;
    if (list != NULL && list->kind != SW_YAML_LIST)
        return wrong(r, list, "a list of techniques is expected");
    for (size_t i = 0; i < *count; i++) {
        int rc = index_of(r, list->items[i], &at[i]);
        if (rc != 0)
            return rc;
    }
    return 0;
}

static int read_technique(const struct reader *r, const struct sw_yaml_pair *pair, struct sw_technique *to)
{
    to->id = sw_arena_dup(&r->to->arena, pair->key->text);
    int rc = to->id.ptr != NULL ? text_of(r, pair->value, "name", true, &to->name) : SW_E_NOMEM;
    if (rc == 0)
        rc = text_of(r, pair->value, "tactic", true, &to->tactic);
    if (rc == 0)
        rc = text_of(r, pair->value, "unseen", false, &to->unseen);
    return rc != 0 ? rc : text_of(r, pair->value, "indirect", false, &to->indirect);
}

static int read_techniques(const struct reader *r, const struct sw_yaml *map)
{
    if (count_of(map) == 0 || map->kind != SW_YAML_MAP)
        return wrong(r, map, "techniques are expected");
    r->to->techniques = sw_arena_zero(&r->to->arena, map->count, sizeof *r->to->techniques);
    if (r->to->techniques == NULL)
        return SW_E_NOMEM;
    int rc = 0;
    for (uint32_t i = 0; i < map->count && rc == 0; i++)
        rc = read_technique(r, &map->pairs[i], &r->to->techniques[r->to->technique_count++]);
    for (uint32_t i = 0; i < map->count && rc == 0; i++) {
        struct sw_technique *to = &r->to->techniques[i];
        rc = indices_of(r, sw_yaml_get(map->pairs[i].value, "through"), &to->through, &to->through_count);
        if (rc == 0 && (to->indirect.len > 0) != (to->through_count > 0))
            rc = wrong(r, map->pairs[i].value, "indirect and through go together");
    }
    return rc;
}

/* --- actors --------------------------------------------------------------------------------------------- */

static int read_actor(const struct reader *r, const struct sw_yaml *map, bool is_campaign)
{
    struct sw_actor *to = &r->to->actors[r->to->actor_count++];
    to->is_campaign = is_campaign;
    int rc = text_of(r, map, "id", true, &to->id);
    if (rc == 0)
        rc = text_of(r, map, "name", true, &to->name);
    if (rc == 0)
        rc = indices_of(r, sw_yaml_get(map, "techniques"), &to->techniques, &to->technique_count);
    const struct sw_yaml *aliases = sw_yaml_get(map, "aliases");
    to->alias_count = count_of(aliases);
    struct sw_str *names = sw_arena_zero(&r->to->arena, to->alias_count + 1, sizeof *names);
    to->aliases = names;
    if (rc == 0 && names == NULL)
        rc = SW_E_NOMEM;
    for (size_t i = 0; i < to->alias_count && rc == 0; i++) {
        names[i] = sw_arena_dup(&r->to->arena, aliases->items[i]->text);
        rc = names[i].ptr != NULL ? 0 : SW_E_NOMEM;
    }
    return rc;
}

static int read_actors(const struct reader *r, const struct sw_yaml *root)
{
    static const char *const keys[] = {"campaigns", "groups"};
    size_t count = count_of(sw_yaml_get(root, keys[0])) + count_of(sw_yaml_get(root, keys[1]));
    r->to->actors = sw_arena_zero(&r->to->arena, count + 1, sizeof *r->to->actors);
    if (r->to->actors == NULL)
        return SW_E_NOMEM;
    for (size_t k = 0; k < 2; k++) {
        const struct sw_yaml *list = sw_yaml_get(root, keys[k]);
        for (size_t i = 0; i < count_of(list); i++) {
            int rc = list->kind == SW_YAML_LIST ? read_actor(r, list->items[i], k == 0) : wrong(r, list, "a list is expected");
            if (rc != 0)
                return rc;
        }
    }
    return 0;
}

int sw_tradecraft_parse(struct sw_tradecraft **tradecraft, struct sw_str text, struct sw_error *err)
{
    *tradecraft = NULL;
    struct sw_tradecraft *t = sw_alloc(1, sizeof *t);
    if (t == NULL)
        return sw_error_set(err, SW_E_NOMEM, 0, 0, "out of memory");
    sw_arena_init(&t->arena, SW_MAX_ARENA);
    struct sw_arena parsed;
    sw_arena_init(&parsed, SW_MAX_ARENA);
    const struct reader r = {t, err};
    struct sw_yaml_stream stream;
    struct sw_yaml_document document = {0};
    sw_yaml_open(&stream, text);
    int rc = sw_yaml_next(&stream, &parsed, &document, err);
    if (rc == 1)
        rc = read_techniques(&r, sw_yaml_get(document.root, "techniques"));
    else if (rc == 0)
        rc = wrong(&r, NULL, "nothing but comments");
    if (rc == 0)
        rc = read_actors(&r, document.root);
    sw_arena_fini(&parsed);
    if (rc != 0)
        sw_tradecraft_free(t);
    else
        *tradecraft = t;
    return rc;
}

int sw_tradecraft_load(struct sw_tradecraft **tradecraft, struct sw_error *err)
{
    struct sw_str text = {(const char *)sw_embedded_tradecraft_yml, sw_embedded_tradecraft_yml_size};
    return sw_tradecraft_parse(tradecraft, text, err);
}

void sw_tradecraft_free(struct sw_tradecraft *tradecraft)
{
    if (tradecraft == NULL)
        return;
    sw_arena_fini(&tradecraft->arena);
    sw_free(tradecraft);
}

/* --- asking --------------------------------------------------------------------------------------------- */

/* The next byte of a name that counts, folded; 0 at its end. */
static char next_of(struct sw_str name, size_t *at)
{
    while (*at < name.len && (name.ptr[*at] == ' ' || name.ptr[*at] == '.' || name.ptr[*at] == '-' || name.ptr[*at] == '_'))
        ++*at;
    return *at < name.len ? sw_lower(name.ptr[(*at)++]) : 0;
}

static bool same_name(struct sw_str a, struct sw_str b)
{
    size_t x = 0, y = 0;
    char c;
    do {
        c = next_of(a, &x);
        if (c != next_of(b, &y))
            return false;
    } while (c != 0);
    return true;
}

const struct sw_actor *sw_tradecraft_actor(const struct sw_tradecraft *tradecraft, struct sw_str name)
{
    for (size_t i = 0; i < tradecraft->actor_count; i++) {
        const struct sw_actor *actor = &tradecraft->actors[i];
        bool is = same_name(actor->id, name) || same_name(actor->name, name);
        for (size_t j = 0; j < actor->alias_count && !is; j++)
            is = same_name(actor->aliases[j], name);
        if (is)
            return actor;
    }
    return NULL;
}

bool sw_actor_uses(const struct sw_actor *actor, uint32_t technique)
{
    for (size_t i = 0; i < actor->technique_count; i++)
        if (actor->techniques[i] == technique)
            return true;
    return false;
}

struct sw_str sw_tag_technique(struct sw_str tag)
{
    struct sw_str rest = sw_str_istarts(tag, SW_STR("attack.t")) ? sw_str_from(tag, 7) : (struct sw_str){"", 0};
    return rest.len >= 5 && sw_is_digit(rest.ptr[1]) ? rest : (struct sw_str){"", 0};
}
