/* value.c - arrays and conversions of followed values. */
#include "webshell/value.h"

#include <stdio.h>

struct sw_array *sw_array_new(struct sw_arena *arena)
{
    return sw_arena_zero(arena, 1, sizeof(struct sw_array));
}

static bool grow(struct sw_arena *arena, struct sw_array *array)
{
    if (array->count < array->cap)
        return true;
    if (array->count >= SW_MAX_ARRAY_ENTRIES)
        return false;
    uint32_t cap = array->cap == 0 ? 8 : array->cap * 2;
    struct sw_entry *entries = sw_arena_zero(arena, cap, sizeof *entries);
    if (entries == NULL)
        return false;
    if (array->count > 0)
        memcpy(entries, array->entries, array->count * sizeof *entries);
    array->entries = entries;
    array->cap = cap;
    return true;
}

const struct sw_entry *sw_array_find(const struct sw_array *array, struct sw_str key)
{
    for (uint32_t i = 0; i < array->count; i++)
        if (sw_str_eq(array->entries[i].key, key))
            return &array->entries[i];
    return NULL;
}

bool sw_array_set(struct sw_arena *arena, struct sw_array *array, struct sw_str key, struct sw_value value)
{
    for (uint32_t i = 0; i < array->count; i++) {
        if (sw_str_eq(array->entries[i].key, key)) {
            array->entries[i].value = sw_value_content(value);
            return true;
        }
    }
    if (!grow(arena, array))
        return false;
    array->entries[array->count++] = (struct sw_entry){key, sw_value_content(value)};
    int64_t number;
    if (sw_str_i64(key, &number) == 0 && number >= array->next && number < INT64_MAX)
        array->next = number + 1;
    return true;
}

bool sw_array_push(struct sw_arena *arena, struct sw_array *array, struct sw_value value)
{
    char digits[24];
    int n = snprintf(digits, sizeof digits, "%lld", (long long)array->next);
    struct sw_str key = sw_arena_dup(arena, sw_strn(digits, (size_t)n));
    if (key.ptr == NULL || !grow(arena, array))
        return false;
    array->entries[array->count++] = (struct sw_entry){key, sw_value_content(value)};
    array->next++;
    return true;
}

bool sw_value_as_text(struct sw_arena *arena, const struct sw_value *value, struct sw_str *text)
{
    switch (value->kind) {
    case SW_VALUE_TEXT:
        *text = value->text;
        return true;
    case SW_VALUE_NUMBER:
        *text = sw_arena_printf(arena, "%lld", (long long)value->number);
        return text->ptr != NULL;
    case SW_VALUE_ARRAY:
        *text = SW_STR("Array");
        return true;
    default:
        return false;
    }
}

/* As PHP does it: the number that a text begins with, else 0. */
static int64_t leading_number(struct sw_str text)
{
    size_t at = 0;
    while (at < text.len && sw_is_space(text.ptr[at]))
        at++;
    bool minus = at < text.len && text.ptr[at] == '-';
    at += at < text.len && (text.ptr[at] == '-' || text.ptr[at] == '+');
    int64_t number = 0;
    while (at < text.len && sw_is_digit(text.ptr[at]) && number < INT64_MAX / 16)
        number = number * 10 + (text.ptr[at++] - '0');
    return minus ? -number : number;
}

bool sw_value_as_number(const struct sw_value *value, int64_t *number)
{
    if (value->kind == SW_VALUE_NUMBER) {
        *number = value->number;
        return true;
    }
    if (value->kind == SW_VALUE_TEXT) {
        *number = leading_number(value->text);
        return true;
    }
    if (value->kind == SW_VALUE_ARRAY) {
        *number = value->array->count > 0;
        return true;
    }
    return false;
}
