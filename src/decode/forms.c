/* forms.c - compiling and matching the patterns of forms.h. Linear in the message for each form; no backtracking. */
#include "decode/forms.h"

#include "base/error.h"
#include "base/log.h"
#include "base/mem.h"
#include "decode/logfields.h"

enum kind { TEXT, WORD, NUM, ADDR };
enum { MAX_SLOTS = 12 };

/* A placeholder and the literal text behind it. */
struct slot {
    sw_field_id field; /* SW_FIELD_NONE: not kept */
    uint8_t kind;
    bool may_be_empty;
    struct sw_str after;
};

/* The first bytes of a form's prefix, apart from the rest: most forms are told apart by them. */
struct head {
    uint64_t bytes;
    uint64_t mask;
};

struct form {
    struct sw_str prefix; /* literal text before the first placeholder */
    struct sw_str event;
    struct sw_str outcome;
    struct slot slots[MAX_SLOTS];
    uint8_t count;
    uint8_t greedy; /* index of the {+name} slot, or beyond count */
};

struct sw_form_ready {
    struct head *heads;
    struct form *forms;
};

/* --- compiling -------------------------------------------------------------------------------------------- */

/* Reads "{...}" at the start of *rest. */
static int compile_slot(struct sw_str *rest, struct slot *slot, bool *greedy)
{
    size_t close = sw_str_chr(*rest, '}');
    if (close == SW_NPOS)
        return SW_E_FORMAT;
    struct sw_str name = sw_str_slice(*rest, 1, close);
    *rest = sw_str_from(*rest, close + 1);
    *greedy = name.len > 0 && name.ptr[0] == '+';
    if (*greedy)
        name = sw_str_from(name, 1);
    slot->may_be_empty = name.len > 0 && name.ptr[name.len - 1] == '?';
    if (slot->may_be_empty)
        name.len--;
    size_t colon = sw_str_chr(name, ':');
    struct sw_str kind = colon == SW_NPOS ? SW_STR("text") : sw_str_from(name, colon + 1);
    name = sw_str_slice(name, 0, colon);
    static const char *const kinds[] = {"text", "word", "num", "addr"};
    for (slot->kind = TEXT; slot->kind <= ADDR && !sw_str_is(kind, kinds[slot->kind]);)
        slot->kind++;
    if (slot->kind > ADDR || name.len == 0)
        return SW_E_FORMAT;
    slot->field = sw_str_is(name, "_") ? SW_FIELD_NONE : sw_field_intern(name);
    size_t open = sw_str_chr(*rest, '{');
    slot->after = sw_str_slice(*rest, 0, open);
    *rest = sw_str_from(*rest, slot->after.len);
    return 0;
}

static uint64_t first_bytes(struct sw_str s)
{
    uint64_t bytes = 0;
    memcpy(&bytes, s.ptr, s.len < sizeof bytes ? s.len : sizeof bytes);
    return bytes;
}

static struct head head_of(struct sw_str prefix)
{
    char mask[8] = {0};
    memset(mask, 0xff, prefix.len < sizeof mask ? prefix.len : sizeof mask);
    struct head head = {.bytes = prefix.len > 0 ? first_bytes(prefix) : 0};
    memcpy(&head.mask, mask, sizeof head.mask);
    return head;
}

static int compile(const struct sw_form *form, struct form *ready)
{
    struct sw_str rest = sw_str(form->pattern);
    ready->prefix = sw_str_slice(rest, 0, sw_str_chr(rest, '{'));
    rest = sw_str_from(rest, ready->prefix.len);
    ready->event = sw_str(form->event ? form->event : "");
    ready->outcome = sw_str(form->outcome ? form->outcome : "");
    ready->greedy = MAX_SLOTS;
    for (ready->count = 0; rest.len > 0; ready->count++) {
        bool greedy;
        if (ready->count == MAX_SLOTS || compile_slot(&rest, &ready->slots[ready->count], &greedy) != 0)
            return SW_E_FORMAT;
        if (greedy)
            ready->greedy = ready->count;
        /* Two placeholders side by side have no border, but where digits end. */
        const struct slot *slot = &ready->slots[ready->count];
        if (rest.len > 0 && slot->after.len == 0 && (slot->kind != NUM || ready->greedy < MAX_SLOTS))
            return SW_E_FORMAT;
    }
    return 0;
}

int sw_forms_compile(struct sw_forms *forms)
{
    if (forms->ready != NULL)
        return 0;
    struct sw_form_ready *ready = sw_alloc(1, sizeof *ready);
    struct head *heads = sw_alloc(forms->count, sizeof *heads);
    struct form *compiled = sw_alloc(forms->count, sizeof *compiled);
    int rc = ready == NULL || heads == NULL || compiled == NULL ? SW_E_NOMEM : 0;
    for (size_t i = 0; rc == 0 && i < forms->count; i++) {
        rc = compile(&forms->forms[i], &compiled[i]);
        if (rc != 0)
            sw_error_log("a message form of this program is wrong: %s", forms->forms[i].pattern);
        heads[i] = head_of(compiled[i].prefix);
    }
    if (rc != 0) {
        sw_free(ready);
        sw_free(heads);
        sw_free(compiled);
        return rc;
    }
    *ready = (struct sw_form_ready){heads, compiled};
    forms->ready = ready;
    return 0;
}

/* --- matching --------------------------------------------------------------------------------------------- */

static size_t find_last(struct sw_str s, struct sw_str needle)
{
    if (needle.len > s.len)
        return SW_NPOS;
    for (size_t at = s.len - needle.len + 1; at-- > 0;)
        if (s.ptr[at] == needle.ptr[0] && memcmp(s.ptr + at, needle.ptr, needle.len) == 0)
            return at;
    return SW_NPOS;
}

static bool fits(const struct slot *slot, struct sw_str value)
{
    if (value.len == 0)
        return slot->may_be_empty;
    if (slot->kind == TEXT)
        return true;
    for (size_t i = 0; i < value.len; i++)
        if (slot->kind == NUM ? !sw_is_digit(value.ptr[i]) : sw_is_space(value.ptr[i]))
            return false;
    return true;
}

static size_t digits(struct sw_str s)
{
    size_t len = 0;
    while (len < s.len && sw_is_digit(s.ptr[len]))
        len++;
    return len;
}

/* Takes slots before the greedy one from the front of *text. */
static bool match_front(const struct form *form, struct sw_str *text, struct sw_str *values, uint8_t until)
{
    for (uint8_t i = 0; i < until; i++) {
        const struct slot *slot = &form->slots[i];
        size_t len = slot->after.len > 0 ? sw_str_find(*text, slot->after) : text->len;
        if (len == SW_NPOS)
            return false;
        if (slot->after.len == 0 && i + 1u < form->count)
            len = digits(*text);
        values[i] = sw_str_slice(*text, 0, len);
        if (!fits(slot, values[i]))
            return false;
        *text = sw_str_from(*text, len + slot->after.len);
    }
    return true;
}

/* Takes the slots behind the greedy one from the end of *text, last first; what remains is the greedy one's. */
static bool match_back(const struct form *form, struct sw_str text, struct sw_str *values)
{
    uint8_t last = (uint8_t)(form->count - 1);
    if (!sw_str_ends(text, form->slots[last].after))
        return false;
    text.len -= form->slots[last].after.len;
    for (uint8_t i = last; i > form->greedy; i--) {
        struct sw_str before = form->slots[i - 1].after;
        size_t at = find_last(text, before);
        if (at == SW_NPOS)
            return false;
        values[i] = sw_str_from(text, at + before.len);
        if (!fits(&form->slots[i], values[i]))
            return false;
        text.len = at;
    }
    values[form->greedy] = text;
    return fits(&form->slots[form->greedy], text);
}

static bool match(const struct form *form, struct sw_str text, struct sw_str *values)
{
    text = sw_str_from(text, form->prefix.len);
    if (form->greedy < form->count)
        return match_front(form, &text, values, form->greedy) && match_back(form, text, values);
    return match_front(form, &text, values, form->count) && text.len == 0;
}

static void add(const struct form *form, struct sw_decode *d, const struct sw_str *values)
{
    if (form->event.len > 0)
        sw_log_add(d, SW_LF_EVENT, form->event);
    if (form->outcome.len > 0)
        sw_log_add(d, SW_LF_OUTCOME, form->outcome);
    for (uint8_t i = 0; i < form->count; i++) {
        const struct slot *slot = &form->slots[i];
        if (slot->field == SW_FIELD_NONE || values[i].len == 0)
            continue;
        if (slot->kind == NUM)
            sw_add_number(d, slot->field, values[i]);
        else if (slot->kind == ADDR)
            sw_add_address(d, slot->field, values[i]);
        else
            sw_event_add_str(&d->event, slot->field, values[i]);
    }
}

bool sw_forms_apply(const struct sw_forms *forms, struct sw_decode *d, struct sw_str message)
{
    if (message.len == 0)
        return false;
    struct sw_str values[MAX_SLOTS];
    uint64_t first = first_bytes(message);
    for (size_t i = 0; i < forms->count; i++) {
        const struct head *head = &forms->ready->heads[i];
        if (((first ^ head->bytes) & head->mask) != 0)
            continue;
        const struct form *form = &forms->ready->forms[i];
        if (!sw_str_starts(message, form->prefix) || !match(form, message, values))
            continue;
        add(form, d, values);
        return true;
    }
    return false;
}
