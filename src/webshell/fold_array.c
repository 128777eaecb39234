/* fold_array.c - functions on arrays, computed. */
#include "webshell/fold_priv.h"

static bool set_array(struct sw_value *result, struct sw_array *array)
{
    if (array == NULL)
        return false;
    *result = (struct sw_value){.kind = SW_VALUE_ARRAY, .array = array};
    for (uint32_t i = 0; i < array->count; i++)
        result->origin |= array->entries[i].value.origin;
    return true;
}

static bool set_entry(struct sw_value *result, const struct sw_array *array, uint32_t index)
{
    if (index >= array->count)
        return false;
    *result = array->entries[index].value;
    return true;
}

static bool implode(struct sw_arena *arena, const struct sw_value *args, size_t count, struct sw_value *result)
{
    struct sw_str glue = SW_STR("");
    const struct sw_value *list = &args[0];
    if (count > 1 && args[0].kind == SW_VALUE_ARRAY) {
        if (!sw_value_as_text(arena, &args[1], &glue))
            return false;
    } else if (count > 1) {
        list = &args[1];
        if (!sw_value_as_text(arena, &args[0], &glue))
            return false;
    }
    if (list->kind != SW_VALUE_ARRAY)
        return false;
    struct sw_value joined = sw_value_text(SW_STR(""), 0);
    struct sw_value between = sw_value_text(glue, 0);
    for (uint32_t i = 0; i < list->array->count; i++) {
        if (i > 0 && glue.len > 0)
            joined = sw_fold_join(arena, &joined, &between);
        joined = sw_fold_join(arena, &joined, &list->array->entries[i].value);
    }
    *result = joined;
    return joined.kind == SW_VALUE_TEXT;
}

static bool explode(struct sw_arena *arena, const struct sw_value *args, size_t count, struct sw_value *result)
{
    struct sw_str by;
    struct sw_str text;
    if (count < 2 || !sw_value_as_text(arena, &args[0], &by) || !sw_value_as_text(arena, &args[1], &text) ||
        by.len == 0)
        return false;
    struct sw_array *array = sw_array_new(arena);
    for (;;) {
        size_t found = sw_str_find(text, by);
        struct sw_str part = sw_str_slice(text, 0, found);
        if (array == NULL || !sw_array_push(arena, array, sw_value_text(part, 0)))
            return false;
        if (found == SW_NPOS)
            return set_array(result, array);
        text = sw_str_from(text, found + by.len);
    }
}

static bool split(struct sw_arena *arena, struct sw_str text, size_t width, struct sw_value *result)
{
    struct sw_array *array = sw_array_new(arena);
    if (array == NULL || width == 0)
        return false;
    for (size_t at = 0; at < text.len; at += width)
        if (!sw_array_push(arena, array, sw_value_text(sw_str_slice(text, at, at + width), 0)))
            return false;
    return set_array(result, array);
}

static bool range(struct sw_arena *arena, const struct sw_value *args, size_t count, struct sw_value *result)
{
    if (count < 2)
        return false;
    bool letters = args[0].kind == SW_VALUE_TEXT && args[1].kind == SW_VALUE_TEXT && args[0].text.len == 1 &&
                   args[1].text.len == 1 && !sw_is_digit(args[0].text.ptr[0]);
    int64_t from;
    int64_t to;
    if (letters) {
        from = (unsigned char)args[0].text.ptr[0];
        to = (unsigned char)args[1].text.ptr[0];
    } else if (!sw_value_as_number(&args[0], &from) || !sw_value_as_number(&args[1], &to)) {
        return false;
    }
    struct sw_array *array = sw_array_new(arena);
    int64_t step = from <= to ? 1 : -1;
    if (array == NULL || from < -100000 || from > 100000 || to < -100000 || to > 100000 || (to - from) * step > 1024)
        return false;
    for (int64_t i = from; i != to + step; i += step) {
        struct sw_value value = sw_value_number(i);
        if (letters)
            value = sw_value_text(sw_arena_dup(arena, sw_strn((char[]){(char)i}, 1)), 0);
        if (!sw_array_push(arena, array, value))
            return false;
    }
    return set_array(result, array);
}

static bool holds(struct sw_arena *arena, const struct sw_value *list, struct sw_str text)
{
    for (uint32_t i = 0; list->kind == SW_VALUE_ARRAY && i < list->array->count; i++) {
        struct sw_str other;
        if (sw_value_as_text(arena, &list->array->entries[i].value, &other) && sw_str_eq(other, text))
            return true;
    }
    return false;
}

/* Functions whose result is an array made of one. */
static bool remade(struct sw_arena *arena, enum sw_fold function, const struct sw_value *args, size_t count,
                   struct sw_value *result)
{
    const struct sw_array *from = args[0].array;
    struct sw_array *to = sw_array_new(arena);
    if (to == NULL)
        return false;
    int64_t first = 0;
    int64_t length = from->count;
    if (function == SW_FOLD_ARRAY_SLICE && count > 1) {
        (void)sw_value_as_number(&args[1], &first);
        if (count > 2)
            (void)sw_value_as_number(&args[2], &length);
        first = first < 0 ? first + from->count : first;
    }
    for (uint32_t i = 0; i < from->count; i++) {
        const struct sw_entry *entry = &from->entries[function == SW_FOLD_ARRAY_REVERSE ? from->count - 1 - i : i];
        struct sw_str text;
        bool kept = true;
        switch (function) {
        case SW_FOLD_ARRAY_FLIP:
            kept = sw_value_as_text(arena, &entry->value, &text) &&
                   sw_array_set(arena, to, text, sw_value_text(entry->key, 0));
            break;
        case SW_FOLD_ARRAY_KEYS:
            kept = sw_array_push(arena, to, sw_value_text(entry->key, 0));
            break;
        case SW_FOLD_ARRAY_DIFF:
            if (!sw_value_as_text(arena, &entry->value, &text))
                return false;
            if (count < 2 || !holds(arena, &args[1], text))
                kept = sw_array_set(arena, to, entry->key, entry->value);
            break;
        case SW_FOLD_ARRAY_COMBINE:
            kept = count > 1 && args[1].kind == SW_VALUE_ARRAY && i < args[1].array->count &&
                   sw_value_as_text(arena, &entry->value, &text) &&
                   sw_array_set(arena, to, text, args[1].array->entries[i].value);
            break;
        case SW_FOLD_ARRAY_SLICE:
            if (i >= first && i - first < length)
                kept = sw_array_push(arena, to, entry->value);
            break;
        default:
            kept = sw_array_push(arena, to, entry->value);
            break;
        }
        if (!kept)
            return false;
    }
    return set_array(result, to);
}

static bool merge(struct sw_arena *arena, const struct sw_value *args, size_t count, struct sw_value *result)
{
    struct sw_array *to = sw_array_new(arena);
    for (size_t n = 0; n < count; n++) {
        if (to == NULL || args[n].kind != SW_VALUE_ARRAY)
            return false;
        for (uint32_t i = 0; i < args[n].array->count; i++) {
            const struct sw_entry *entry = &args[n].array->entries[i];
            int64_t number;
            bool kept = sw_str_i64(entry->key, &number) == 0 ? sw_array_push(arena, to, entry->value)
                                                             : sw_array_set(arena, to, entry->key, entry->value);
            if (!kept)
                return false;
        }
    }
    return set_array(result, to);
}

bool sw_fold_array(struct sw_arena *arena, enum sw_fold function, const struct sw_value *args, size_t count,
                   struct sw_value *result)
{
    struct sw_str text;
    int64_t width = 1;
    const struct sw_array *array = args[0].kind == SW_VALUE_ARRAY ? args[0].array : NULL;
    switch (function) {
    case SW_FOLD_IMPLODE:
        return implode(arena, args, count, result);
    case SW_FOLD_EXPLODE:
        return explode(arena, args, count, result);
    case SW_FOLD_EXPLODE_IN:
        if (count < 2)
            return false;
        return explode(arena, (const struct sw_value[]){args[1], args[0]}, 2, result);
    case SW_FOLD_ARRAY_OF: {
        struct sw_array *made = sw_array_new(arena);
        for (size_t i = 0; made != NULL && i < count; i++)
            if (!sw_array_push(arena, made, args[i]))
                return false;
        return set_array(result, made);
    }
    case SW_FOLD_SPLIT:
        if (count > 1 && !sw_value_as_number(&args[1], &width))
            return false;
        return sw_value_as_text(arena, &args[0], &text) && width > 0 && split(arena, text, (size_t)width, result);
    case SW_FOLD_SPLIT_CHARS:
        return count > 1 && args[0].kind == SW_VALUE_TEXT && args[0].text.len == 2 &&
               sw_value_as_text(arena, &args[1], &text) && split(arena, text, 1, result);
    case SW_FOLD_RANGE:
        return range(arena, args, count, result);
    case SW_FOLD_ARRAY_MERGE:
        return merge(arena, args, count, result);
    case SW_FOLD_ARRAY_REVERSE:
    case SW_FOLD_ARRAY_DIFF:
    case SW_FOLD_ARRAY_FLIP:
    case SW_FOLD_ARRAY_KEYS:
    case SW_FOLD_ARRAY_VALUES:
    case SW_FOLD_ARRAY_COMBINE:
    case SW_FOLD_ARRAY_SLICE:
        return array != NULL && remade(arena, function, args, count, result);
    case SW_FOLD_ARRAY_FIRST:
        return array != NULL && set_entry(result, array, 0);
    case SW_FOLD_ARRAY_SECOND:
        return array != NULL && set_entry(result, array, 1);
    case SW_FOLD_ARRAY_LAST:
        return array != NULL && array->count > 0 && set_entry(result, array, array->count - 1);
    case SW_FOLD_ARRAY_KEY:
        if (array == NULL || array->count == 0)
            return false;
        *result = sw_value_text(array->entries[0].key, 0);
        return true;
    default:
        return false;
    }
}
