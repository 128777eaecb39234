/* powers.c - finds the names of powers.def in a unit's tokens, and weighs what was found. */
#include "webshell/powers.h"

#include "base/error.h"
#include "base/hash.h"

#include <stdio.h>

/* Longer texts of code are data; names have their place in short ones. */
enum { POWER_TEXT_MAX = 4096, LAST_MAX_LEN = 48, SLOTS = 1024, NOWHERE = 0xffff, FILTER_PARTS = 8 };

enum owner { OWNER_ASP, OWNER_NET, OWNER_JAVA, OWNERS };
enum form { FORM_NAME, FORM_VALUE, FORM_NEW };

struct power_name {
    const char *name;
    enum owner owner;
    enum sw_power power;
    enum form form;
    uint8_t weight;
};

static const struct power_name names[] = {
#define X(owner, name, power, weight) {name, OWNER_##owner, SW_POWER_##power, FORM_NAME, weight},
#define V(owner, name, power, weight) {name, OWNER_##owner, SW_POWER_##power, FORM_VALUE, weight},
#define N(owner, name, power, weight) {name, OWNER_##owner, SW_POWER_##power, FORM_NEW, weight},
#define T(owner, name, power, weight)
#include "webshell/powers.def"
#undef T
#undef N
#undef V
#undef X
};

static const struct power_name texts[] = {
#define X(owner, name, power, weight)
#define V(owner, name, power, weight)
#define N(owner, name, power, weight)
#define T(owner, name, power, weight) {name, OWNER_##owner, SW_POWER_##power, FORM_NAME, weight},
#include "webshell/powers.def"
#undef T
#undef N
#undef V
#undef X
};

enum { NAME_COUNT = sizeof names / sizeof names[0], TEXT_COUNT = sizeof texts / sizeof texts[0] };

static const char *const words[SW_POWERS] = {
    [SW_POWER_PROGRAMS] = "starts programs",
    [SW_POWER_SHELL] = "names a command shell",
    [SW_POWER_CODE] = "makes code while it runs",
    [SW_POWER_LOADER] = "loads classes by itself",
    [SW_POWER_OBJECTS] = "makes objects of bytes",
    [SW_POWER_NATIVE] = "calls native code",
    [SW_POWER_MEMORY] = "changes how the server handles requests",
    [SW_POWER_REFLECTION] = "calls by reflection",
    [SW_POWER_LIST] = "lists directories",
    [SW_POWER_READ] = "reads files",
    [SW_POWER_WRITE] = "writes files",
    [SW_POWER_DELETE] = "removes files",
    [SW_POWER_MOVE] = "moves or copies files",
    [SW_POWER_FOLDERS] = "makes directories",
    [SW_POWER_TIMES] = "sets or shows the times of files",
    [SW_POWER_ATTRIBUTES] = "handles attributes of files",
    [SW_POWER_ARCHIVE] = "packs files",
    [SW_POWER_DRIVES] = "looks for drives and system folders",
    [SW_POWER_REGISTRY] = "reads the registry",
    [SW_POWER_PROCESSES] = "lists processes or services",
    [SW_POWER_ACCOUNTS] = "asks for accounts or the web server's sites",
    [SW_POWER_WMI] = "asks WMI",
    [SW_POWER_IDENTITY] = "handles identities of users",
    [SW_POWER_CONNECT] = "opens connections",
    [SW_POWER_FETCH] = "fetches from addresses",
    [SW_POWER_SQL] = "opens databases",
    [SW_POWER_SQL_SYSTEM] = "reaches the database server's system",
    [SW_POWER_UPLOAD] = "takes uploads",
    [SW_POWER_MACHINE] = "asks about the machine",
    [SW_POWER_SCREEN] = "takes pictures of the screen",
    [SW_POWER_DECODE] = "decodes or decrypts",
    [SW_POWER_SECRETS] = "reads secrets of the configuration",
};

/* Names by the hash of their last part; those of one slot are chained. */
static uint16_t slots[SLOTS];
static uint16_t chain[NAME_COUNT];

static size_t slot_of(struct sw_str last)
{
    char folded[LAST_MAX_LEN];
    for (size_t i = 0; i < last.len; i++)
        folded[i] = sw_lower(last.ptr[i]);
    return sw_hash(sw_strn(folded, last.len)) % SLOTS;
}

/* What stands behind the last point, and before it. */
static struct sw_str last_of(const char *name, struct sw_str *before)
{
    const char *point = strrchr(name, '.');
    *before = point != NULL ? sw_strn(name, (size_t)(point - name)) : (struct sw_str){NULL, 0};
    return sw_str(point != NULL ? point + 1 : name);
}

int sw_powers_prepare(void)
{
    memset(slots, 0xff, sizeof slots);
    for (size_t i = 0; i < NAME_COUNT; i++) {
        struct sw_str before;
        struct sw_str last = last_of(names[i].name, &before);
        if (last.len == 0 || last.len > LAST_MAX_LEN)
            return SW_E_LIMIT;
        size_t slot = slot_of(last);
        chain[i] = slots[slot];
        slots[slot] = (uint16_t)i;
    }
    return 0;
}

static enum owner owner_of(const struct sw_language *language)
{
    return language == &sw_language_asp    ? OWNER_ASP
           : language == &sw_language_net  ? OWNER_NET
           : language == &sw_language_java ? OWNER_JAVA
                                           : OWNERS;
}

static void note(struct sw_powers *powers, const struct power_name *found, uint32_t at)
{
    if (powers->weight[found->power] >= found->weight)
        return;
    powers->weight[found->power] = found->weight;
    powers->name[found->power] = found->name;
    powers->at[found->power] = at;
}

/* A list of words that an application keeps out of what its users type names what it fears. */
static bool is_filter(struct sw_str text)
{
    unsigned parts = 0;
    for (size_t i = 0; i < text.len; i++)
        parts += text.ptr[i] == '|' || text.ptr[i] == ',';
    return parts >= FILTER_PARTS;
}

void sw_powers_of_text(struct sw_powers *powers, const struct sw_language *language, struct sw_str text, uint32_t at)
{
    enum owner owner = owner_of(language);
    if (owner == OWNERS || text.len < 4 || text.len > POWER_TEXT_MAX || is_filter(text))
        return;
    for (size_t i = 0; i < TEXT_COUNT; i++)
        if (texts[i].owner == owner && sw_str_ifind(text, sw_str(texts[i].name)) != SW_NPOS)
            note(powers, &texts[i], at);
}

static bool is_name(const struct sw_tok *token)
{
    return token->kind == SW_TOK_NAME || token->kind == SW_TOK_WORD;
}

/* eval, handed on: `x = eval;`, `{e: eval}`. */
static bool is_handed_on(const struct sw_unit *unit, uint32_t i)
{
    if (i + 1 < unit->count && sw_tok_is(&unit->tokens[i + 1], SW_OP_MEMBER)) /* eval.call(...) */
        return true;
    if (i == 0 || i + 1 >= unit->count)
        return false;
    const struct sw_tok *before = &unit->tokens[i - 1];
    const struct sw_tok *behind = &unit->tokens[i + 1];
    return before->kind == SW_TOK_OP && behind->kind == SW_TOK_OP &&
           (before->op == SW_OP_ASSIGN || before->op == SW_OP_COLON || before->op == SW_OP_COMMA) &&
           (behind->op == SW_OP_SEMI || behind->op == SW_OP_COMMA || behind->op == SW_OP_RBRACE ||
            behind->op == SW_OP_RPAREN);
}

/* The token at `i` is the last part of a name: whether the part before it fits. */
static bool fits(const struct sw_unit *unit, uint32_t i, const struct power_name *name)
{
    struct sw_str before;
    (void)last_of(name->name, &before);
    if (name->form == FORM_VALUE)
        return is_handed_on(unit, i);
    if (name->form == FORM_NEW)
        return i > 0 && unit->tokens[i - 1].kind == SW_TOK_WORD && unit->tokens[i - 1].op == SW_WORD_NEW;
    bool member = i > 0 && sw_tok_is(&unit->tokens[i - 1], SW_OP_MEMBER);
    if (before.ptr == NULL)
        return true;
    if (!member || before.len == 0)
        return member;
    return i > 1 && is_name(&unit->tokens[i - 2]) && sw_str_ieq(sw_tok_text(unit, &unit->tokens[i - 2]), before);
}

void sw_powers_of_unit(struct sw_powers *powers, const struct sw_unit *unit)
{
    enum owner owner = owner_of(unit->language);
    if (owner == OWNERS)
        return;
    for (uint32_t i = 0; i < unit->count; i++) {
        const struct sw_tok *token = &unit->tokens[i];
        uint32_t at = unit->inner ? unit->inner_at : token->at;
        if (token->kind == SW_TOK_TEXT)
            sw_powers_of_text(powers, unit->language, sw_tok_text(unit, token), at);
        if (!is_name(token) || token->len == 0 || token->len > LAST_MAX_LEN)
            continue;
        struct sw_str text = sw_tok_text(unit, token);
        for (uint16_t n = slots[slot_of(text)]; n != NOWHERE; n = chain[n]) {
            struct sw_str before;
            if (names[n].owner == owner && sw_str_ieq(text, last_of(names[n].name, &before)) &&
                fits(unit, i, &names[n]))
                note(powers, &names[n], at);
        }
    }
}

/* Powers named in a reason: the weightiest. */
enum { SHOWN = 6, SENTENCE_MAX = 400, MOST = 80, JAVA_TENTHS = 14 };

static enum sw_power weightiest(const struct sw_powers *powers, uint64_t without)
{
    enum sw_power best = SW_POWERS;
    for (unsigned p = 0; p < SW_POWERS; p++)
        if (powers->weight[p] > 0 && !(without >> p & 1) &&
            (best == SW_POWERS || powers->weight[p] > powers->weight[best]))
            best = (enum sw_power)p;
    return best;
}

void sw_powers_judge(const struct sw_powers *powers, const struct sw_language *language, bool alone,
                     struct sw_shell_report *report)
{
    unsigned sum = 0;
    for (unsigned p = 0; p < SW_POWERS; p++)
        sum += powers->weight[p];
    if (language == &sw_language_java) /* pages of Java leave such things to classes */
        sum = sum * JAVA_TENTHS / 10;
    if (!alone)
        sum = sum / 2;
    if (sum < 20)
        return;
    char text[SENTENCE_MAX];
    size_t len = 0;
    uint64_t seen = 0;
    for (unsigned shown = 0; shown < SHOWN; shown++) {
        enum sw_power power = weightiest(powers, seen);
        if (power == SW_POWERS)
            break;
        seen |= UINT64_C(1) << power;
        int n = snprintf(text + len, sizeof text - len, "%s%s (%s)", shown > 0 ? ", " : "", words[power],
                         powers->name[power]);
        len += n > 0 && (size_t)n < sizeof text - len ? (size_t)n : 0;
        text[len] = '\0';
    }
    sw_shell_report_add(report, SW_SHELL_POWERS, sum < MOST ? sum : MOST, powers->at[weightiest(powers, 0)],
                        "the page %s", text);
}
