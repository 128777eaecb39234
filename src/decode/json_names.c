/* json_names.c - naming JSON paths: a small machine over the keys of a path, its states the parts of the shapes. */
#include "decode/json_names.h"

#include "base/hash.h"

#include <pthread.h>

/* Where in a shape a path is. */
enum space {
    ROOT,      /* the document, or a wrapper that adds nothing to names */
    PLAIN,     /* anything: parent.key */
    DROPPED,   /* an XML name space: no fields in here */
    EVENT,     /* the Event of evtx_dump and of XML turned into JSON */
    SYSTEM,    /* its System */
    TOP_SYSTEM, /* a System at the top (Velociraptor), if its keys say so */
    ELEMENT,   /* an element of System */
    DATA,      /* EventData */
    DATUM,     /* an element of EventData with a name of its own */
    NAMELESS,  /* EventData/Data: a pair of name and value, or just values */
    USER,      /* UserData and what it holds */
    RENDERING, /* RenderingInfo */
    WINLOG,    /* the winlog object of Winlogbeat and Elastic Agent */
    WINLOG_PROCESS,
    WINLOG_THREAD,
    WINLOG_USER,
    DOCUMENT,  /* a detection of chainsaw: document.data.Event */
    DOCUMENT_DATA,
    EXPORT,    /* a `data` object at the top: Google Cloud's log entries as some exports wrap them */
    AUDIT      /* the records of auditd that LAUREL puts into one: their keys are what auditd calls them */
};

struct rule {
    uint8_t space;
    uint8_t to;
    const char *key;
    const char *name; /* NULL: the key as it is */
};

/* What a key means in a space. What is not here follows by the space's own rule in name_key(). */
static const struct rule rules[] = {
    {ROOT, ROOT, "_source", ""},
    {ROOT, EVENT, "Event", NULL},
    {ROOT, DROPPED, "Event_attributes", ""},
    {ROOT, TOP_SYSTEM, "System", NULL},
    {ROOT, DATA, "EventData", NULL},
    {ROOT, USER, "UserData", NULL},
    {ROOT, WINLOG, "winlog", NULL},
    {ROOT, DATA, "event_data", NULL}, /* Winlogbeat before 7 */
    {ROOT, USER, "user_data", NULL},
    {ROOT, DOCUMENT, "document", NULL},
    {ROOT, EXPORT, "data", NULL},
    {EXPORT, PLAIN, "protoPayload", NULL},
    {ROOT, AUDIT, "SYSCALL", NULL},
    {ROOT, AUDIT, "PATH", NULL},
    {ROOT, AUDIT, "CWD", NULL},
    {DOCUMENT, DOCUMENT_DATA, "data", "document.data"},
    {DOCUMENT_DATA, EVENT, "Event", NULL},
    {EVENT, SYSTEM, "System", NULL},
    {EVENT, DATA, "EventData", NULL},
    {EVENT, USER, "UserData", NULL},
    {EVENT, USER, "ProcessingErrorData", NULL},
    {EVENT, USER, "DebugData", NULL},
    {EVENT, RENDERING, "RenderingInfo", NULL},
    {EVENT, DROPPED, "#attributes", ""},
    {EVENT, DROPPED, "@attributes", ""},
    {EVENT, DROPPED, "$", ""},
    {DATA, NAMELESS, "Data", NULL},
    {USER, NAMELESS, "Data", NULL},
    {WINLOG, DATA, "event_data", "EventData"},
    {WINLOG, USER, "user_data", "UserData"},
    {WINLOG, PLAIN, "event_id", "EventID"},
    {WINLOG, PLAIN, "channel", "Channel"},
    {WINLOG, PLAIN, "provider_name", "Provider_Name"},
    {WINLOG, PLAIN, "provider_guid", "Provider_Guid"},
    {WINLOG, PLAIN, "computer_name", "Computer"},
    {WINLOG, PLAIN, "record_id", "EventRecordID"},
    {WINLOG, PLAIN, "task", "Task"},
    {WINLOG, PLAIN, "opcode", "Opcode"},
    {WINLOG, PLAIN, "keywords", "Keywords"},
    {WINLOG, PLAIN, "level", "Level"},
    {WINLOG, PLAIN, "version", "Version"},
    {WINLOG, PLAIN, "time_created", "TimeCreated"},
    {WINLOG, PLAIN, "activity_id", "Correlation_ActivityID"},
    {WINLOG, PLAIN, "related_activity_id", "Correlation_RelatedActivityID"},
    {WINLOG, WINLOG_PROCESS, "process", "winlog.process"},
    {WINLOG, WINLOG_USER, "user", "winlog.user"},
    {WINLOG_PROCESS, PLAIN, "pid", "Execution_ProcessID"},
    {WINLOG_PROCESS, WINLOG_THREAD, "thread", "winlog.process.thread"},
    {WINLOG_THREAD, PLAIN, "id", "Execution_ThreadID"},
    {WINLOG_USER, PLAIN, "identifier", "Security_UserID"},
};

/* --- words ---------------------------------------------------------------------------------------------- */

static bool is_one_of(struct sw_str key, const char *const words[], size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (sw_str_is(key, words[i]))
            return true;
    return false;
}

#define ONE_OF(key, ...) \
    is_one_of((key), (const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static bool is_system_element(struct sw_str key)
{
    return ONE_OF(key, "Provider", "EventID", "Version", "Level", "Task", "Opcode", "Keywords", "TimeCreated", "EventRecordID",
                  "Correlation", "Execution", "Channel", "Computer", "Security");
}

/* The object that holds an element's attributes, in one or the other way to turn XML into JSON. */
static bool is_attributes(struct sw_str key)
{
    return ONE_OF(key, "#attributes", "@attributes", "attributes", "_attributes", "$", "attrs");
}

/* An element's text beside its attributes. */
static bool is_text(struct sw_str key)
{
    return ONE_OF(key, "#text", "_text", "$t", "text", "Text", "_", "Value", "value", "content", "Content", "#content");
}

static struct sw_str without_mark(struct sw_str key) /* @Name, _Name, -Name: an attribute */
{
    return key.len > 1 && (key.ptr[0] == '@' || key.ptr[0] == '_' || key.ptr[0] == '-') ? sw_str_from(key, 1) : key;
}

static bool is_namespace(struct sw_str key)
{
    key = without_mark(key);
    return sw_str_is(key, "xmlns") || sw_str_starts(key, SW_STR("xmlns:"));
}

static struct sw_str joined(struct sw_arena *arena, struct sw_str a, const char *between, struct sw_str b)
{
    return sw_arena_printf(arena, "%.*s%s%.*s", SW_STR_ARG(a), between, SW_STR_ARG(b));
}

static struct sw_str without_spaces(struct sw_arena *arena, struct sw_str text)
{
    if (sw_str_chr(text, ' ') == SW_NPOS)
        return text;
    char *out = sw_arena_bytes(arena, text.len);
    size_t len = 0;
    for (size_t i = 0; i < text.len && out != NULL; i++)
        if (text.ptr[i] != ' ')
            out[len++] = text.ptr[i];
    return (struct sw_str){out, len};
}

/* --- naming --------------------------------------------------------------------------------------------- */

static struct sw_json_name plain(const struct sw_json_name *parent, struct sw_str key, struct sw_arena *arena)
{
    struct sw_json_name name = {.text = key, .space = PLAIN};
    if (parent->text.len > 0)
        name.text = joined(arena, parent->text, ".", key);
    return name;
}

/* An element of System, or of Winlogbeat's copy of it: its text, its attributes. */
static struct sw_json_name name_element(const struct sw_json_name *parent, struct sw_str key, struct sw_arena *arena)
{
    if (is_attributes(key) || is_text(key))
        return (struct sw_json_name){.text = parent->text, .space = ELEMENT};
    struct sw_str attribute = without_mark(key);
    if (sw_str_is(parent->text, "TimeCreated") && sw_str_is(attribute, "SystemTime"))
        return (struct sw_json_name){.text = parent->text, .space = PLAIN};
    return (struct sw_json_name){.text = joined(arena, parent->text, "_", attribute), .space = PLAIN};
}

static struct sw_json_name name_system(struct sw_str key)
{
    static const struct sw_str suffix = SW_STR_INIT("_attributes");
    if (sw_str_ends(key, suffix))
        key.len -= suffix.len;
    return (struct sw_json_name){.text = key, .space = ELEMENT};
}

/* A Data element: {"Name": ..., "#text": ...}, the name among its attributes or beside them. */
static struct sw_json_name name_pair(const struct sw_json_name *parent, struct sw_str key, struct sw_arena *arena)
{
    if (is_attributes(key))
        return (struct sw_json_name){.text = parent->text, .space = NAMELESS};
    if (sw_str_is(without_mark(key), "Name"))
        return (struct sw_json_name){.text = parent->text, .space = PLAIN, .flags = SW_JSON_NAME};
    if (is_text(without_mark(key)) || is_text(key))
        return (struct sw_json_name){.text = parent->text, .space = PLAIN, .flags = SW_JSON_VALUE};
    return plain(parent, key, arena);
}

/* Something of UserData: leaves by their own name, attributes by their element's and their own. */
static struct sw_json_name name_user(const struct sw_json_name *parent, struct sw_str key, struct sw_arena *arena)
{
    if (is_text(key))
        return (struct sw_json_name){.text = parent->text, .space = PLAIN};
    if (is_attributes(key))
        return (struct sw_json_name){.text = parent->text, .space = ELEMENT};
    if (key.len > 1 && key.ptr[0] == '@')
        return (struct sw_json_name){.text = joined(arena, parent->text, "_", sw_str_from(key, 1)), .space = PLAIN};
    return (struct sw_json_name){.text = without_spaces(arena, key), .space = USER};
}

static struct sw_json_name name_rendering(const struct sw_json_name *parent, struct sw_str key, struct sw_arena *arena)
{
    if (is_text(key) || is_attributes(key))
        return (struct sw_json_name){.text = parent->text, .space = RENDERING};
    return (struct sw_json_name){.text = joined(arena, SW_STR("Rendering_"), "", without_mark(key)), .space = RENDERING};
}

static struct sw_json_name name_datum(const struct sw_json_name *parent, struct sw_str key, struct sw_arena *arena)
{
    if (is_text(key) || is_attributes(key))
        return (struct sw_json_name){.text = parent->text, .space = DATUM};
    return plain(parent, key, arena);
}

static struct sw_json_name by_space(const struct sw_json_name *parent, struct sw_str key, struct sw_arena *arena)
{
    switch (parent->space) {
    case DROPPED:
        return (struct sw_json_name){.text = {"", 0}, .space = DROPPED};
    case SYSTEM:
        return name_system(key);
    case TOP_SYSTEM:
        return is_system_element(key) ? name_system(key) : plain(parent, key, arena);
    case ELEMENT:
        return name_element(parent, key, arena);
    case DATA:
        if (is_attributes(key))
            return (struct sw_json_name){.text = SW_STR("EventData"), .space = ELEMENT};
        return (struct sw_json_name){.text = without_spaces(arena, key), .space = DATUM};
    case DATUM:
        return name_datum(parent, key, arena);
    case NAMELESS:
        return name_pair(parent, key, arena);
    case USER:
        return name_user(parent, key, arena);
    case RENDERING:
        return name_rendering(parent, key, arena);
    case AUDIT:
        return (struct sw_json_name){.text = key, .space = PLAIN};
    default:
        return plain(parent, key, arena);
    }
}

static struct sw_json_name name_part(const struct sw_json_name *parent, struct sw_str key, struct sw_arena *arena)
{
    if (parent->space >= EVENT && parent->space <= RENDERING && is_namespace(key))
        return (struct sw_json_name){.text = {"", 0}, .space = DROPPED};
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (rules[i].space == parent->space && sw_str_is(key, rules[i].key))
            return (struct sw_json_name){.text = rules[i].name != NULL ? sw_str(rules[i].name) : key, .space = rules[i].to};
    return by_space(parent, key, arena);
}

/* --- marks ---------------------------------------------------------------------------------------------- */

static const char *const mark_names[SW_JSON_MARK_COUNT] = {
    [SW_JSON_MARK_NONE] = "",
#define SW_JSON_MARK(id, name) [id] = name,
#include "decode/json_marks.def"
#undef SW_JSON_MARK
};

enum { MARK_SLOTS = 1024 };

static uint16_t mark_slots[MARK_SLOTS];
static pthread_once_t marks_once = PTHREAD_ONCE_INIT;

static uint16_t *mark_slot(struct sw_str name)
{
    size_t at = sw_hash(name) % MARK_SLOTS;
    while (mark_slots[at] != SW_JSON_MARK_NONE && !sw_str_is(name, mark_names[mark_slots[at]]))
        at = (at + 1) % MARK_SLOTS;
    return &mark_slots[at];
}

static void fill_marks(void)
{
    for (unsigned mark = SW_JSON_MARK_NONE + 1; mark < SW_JSON_MARK_COUNT; mark++)
        *mark_slot(sw_str(mark_names[mark])) = (uint16_t)mark;
}

/* Objects and arrays whose text rules look into as a whole. */
static bool is_kept_whole(struct sw_str name)
{
    static const struct sw_str prefix = SW_STR_INIT("properties.");
    if (sw_str_starts(name, prefix))
        name = sw_str_from(name, prefix.len);
    return ONE_OF(name, "requestParameters", "responseElements", "additionalEventData", "Parameters", "OperationProperties",
                  "ExtendedProperties", "ModifiedProperties", "targetResources", "targetResources.modifiedProperties",
                  "TargetResources", "TargetResources.ModifiedProperties", "TargetResources.modifiedProperties", "initiatedBy",
                  "InitiatedBy", "additionalDetails", "AdditionalDetails", "networkLocationDetails");
}

static struct sw_json_name name_key(const struct sw_json_name *parent, struct sw_str key, struct sw_arena *arena)
{
    (void)pthread_once(&marks_once, fill_marks);
    struct sw_json_name name;
    struct sw_str rest = key;
    struct sw_str part;
    if (parent->space == ROOT && (sw_str_starts(key, SW_STR("winlog.")) || sw_str_starts(key, SW_STR("Event.")) ||
                                  sw_str_starts(key, SW_STR("_source.")))) {
        /* A flattened document: the path is the key. */
        struct sw_json_name above = *parent;
        while (sw_str_next(&rest, '.', &part)) {
            name = name_part(&above, part, arena);
            above = name;
        }
    } else {
        name = name_part(parent, key, arena);
    }
    if (name.space == NAMELESS && parent->space != NAMELESS)
        name.flags |= SW_JSON_PAIR;
    if (name.space == DROPPED)
        name.flags |= SW_JSON_SKIP;
    if (parent->space == ROOT && sw_str_is(key, "ExtendedProperties"))
        name = (struct sw_json_name){.text = key, .space = NAMELESS, .flags = SW_JSON_PAIR};
    if (is_kept_whole(name.text))
        name.flags |= SW_JSON_RAW;
    if (parent->space == ROOT && sw_str_is(key, "result"))
        name.flags |= SW_JSON_WRAP;
    name.mark = *mark_slot(name.text);
    return name;
}

const struct sw_json_naming sw_json_names = {.name = name_key, .root = {.text = {"", 0}, .space = ROOT}};
