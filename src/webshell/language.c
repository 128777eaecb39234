/* language.c - the languages' tables of names, and looking up in them. */
#include "webshell/language.h"

#include "base/error.h"
#include "base/hash.h"

/* A power of two, more than twice the names of the largest language; names above that length are none of the tables'.
 */
enum { SLOTS = 2048, NAME_MAX_LEN = 48 };

#define X(name, role, arg) {name, SW_ROLE_##role, arg},
static const struct sw_name php_names[] = {
#include "webshell/php.def"
};
static const struct sw_name asp_names[] = {
#include "webshell/asp.def"
};
static const struct sw_name net_names[] = {
#include "webshell/net.def"
};
static const struct sw_name java_names[] = {
#include "webshell/java.def"
};
static const struct sw_name cfml_names[] = {
#include "webshell/cfml.def"
};
#undef X

const struct sw_language sw_language_php = {
    .kind = "php",
    .names = php_names,
    .name_count = sizeof php_names / sizeof php_names[0],
    .folds_case = true,
    .sigils = true,
};

const struct sw_language sw_language_asp = {
    .kind = "asp",
    .names = asp_names,
    .name_count = sizeof asp_names / sizeof asp_names[0],
    .folds_case = true,
    .folds_variables = true,
    .add_joins = true,
};

const struct sw_language sw_language_net = {
    .kind = "aspx",
    .names = net_names,
    .name_count = sizeof net_names / sizeof net_names[0],
    .folds_case = true,
    .folds_variables = true,
    .add_joins = true,
};

const struct sw_language sw_language_java = {
    .kind = "jsp",
    .names = java_names,
    .name_count = sizeof java_names / sizeof java_names[0],
    .add_joins = true,
};

const struct sw_language sw_language_cfml = {
    .kind = "cfm",
    .names = cfml_names,
    .name_count = sizeof cfml_names / sizeof cfml_names[0],
    .folds_case = true,
    .folds_variables = true,
    .add_joins = false,
};

static const struct sw_language *const languages[] = {&sw_language_php, &sw_language_asp, &sw_language_net,
                                                    &sw_language_java, &sw_language_cfml};
enum { LANGUAGE_COUNT = sizeof languages / sizeof languages[0] };

static uint16_t slots[LANGUAGE_COUNT][SLOTS]; /* number of the name + 1 */

static uint64_t hash_of(struct sw_str name, char *folded)
{
    for (size_t i = 0; i < name.len; i++)
        folded[i] = sw_lower(name.ptr[i]);
    return sw_hash(sw_strn(folded, name.len));
}

int sw_languages_prepare(void)
{
    char folded[NAME_MAX_LEN];
    for (size_t n = 0; n < LANGUAGE_COUNT; n++) {
        const struct sw_language *language = languages[n];
        if (language->name_count * 2 > SLOTS)
            return SW_E_LIMIT;
        memset(slots[n], 0, sizeof slots[n]);
        for (size_t i = 0; i < language->name_count; i++) {
            struct sw_str name = sw_str(language->names[i].name);
            if (name.len > NAME_MAX_LEN || sw_language_find(language, name) != NULL)
                return SW_E_EXISTS;
            size_t at = hash_of(name, folded) % SLOTS;
            while (slots[n][at] != 0)
                at = (at + 1) % SLOTS;
            slots[n][at] = (uint16_t)(i + 1);
        }
    }
    return 0;
}

const struct sw_language *sw_language_of(const char *kind)
{
    for (size_t i = 0; i < LANGUAGE_COUNT; i++)
        if (strcmp(languages[i]->kind, kind) == 0)
            return languages[i];
    return NULL;
}

const struct sw_name *sw_language_find(const struct sw_language *language, struct sw_str name)
{
    if (name.len == 0 || name.len > NAME_MAX_LEN)
        return NULL;
    size_t n = 0;
    while (languages[n] != language)
        n++;
    char folded[NAME_MAX_LEN];
    for (size_t at = hash_of(name, folded) % SLOTS; slots[n][at] != 0; at = (at + 1) % SLOTS) {
        const struct sw_name *found = &language->names[slots[n][at] - 1];
        struct sw_str have = sw_str(found->name);
        if (language->folds_case ? sw_str_ieq(have, name) : sw_str_eq(have, name))
            return found;
    }
    return NULL;
}
