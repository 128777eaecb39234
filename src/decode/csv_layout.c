/*
 * csv_layout.c - what the columns of a table are, by their names: fields (the names without spaces), the columns that
 * hold the time, and the tables in which people get Windows events (Get-WinEvent | Export-Csv, the Event Viewer,
 * EvtxECmd). Of the values it looks at times alone, to learn how the table's author writes them.
 */
#include "decode/csv_priv.h"

#include "base/limits.h"

/* --- names ---------------------------------------------------------------------------------------------- */

/* A name without spaces, its case kept; an empty one is named by its number. Returns a view of buffer. */
static struct sw_str plain_name(struct sw_str name, unsigned number, char buffer[SW_MAX_FIELD_NAME])
{
    size_t len = 0;
    for (size_t i = 0; i < name.len && len < SW_MAX_FIELD_NAME; i++)
        if (!sw_is_space(name.ptr[i]) && (unsigned char)name.ptr[i] >= 0x20)
            buffer[len++] = name.ptr[i];
    if (len > 0)
        return sw_strn(buffer, len);
    char digits[8] = {0};
    for (number++; number > 0 && len < sizeof digits; number /= 10)
        digits[len++] = (char)('0' + number % 10);
    memcpy(buffer, "column", 6);
    for (size_t i = 0; i < len; i++)
        buffer[6 + i] = digits[len - 1 - i];
    return sw_strn(buffer, 6 + len);
}

/* Letters and digits only, in lower case: how names are compared here. */
static struct sw_str folded(struct sw_str name, char buffer[64])
{
    size_t len = 0;
    for (size_t i = 0; i < name.len && len < 64; i++)
        if (sw_is_alpha(name.ptr[i]) || sw_is_digit(name.ptr[i]))
            buffer[len++] = sw_lower(name.ptr[i]);
    return sw_strn(buffer, len);
}

/* --- time ----------------------------------------------------------------------------------------------- */

/* How well a column's name says that it holds the record's time; 0: not at all. */
static unsigned time_rank(struct sw_str name)
{
    static const char *const best[] = {
        "timestamp",
        "time",
        "datetime",
        "utctime",
        "eventtime",
        "timecreated",
        "timegenerated",
        "dateandtime",
        "creationdate",
        "creationtime",
        "date",
        "dateutc",
        "systemtime",
        "timeutc",
        "timestamputc",
        "createddatetime",
        "activitydatetime",
        "activitydate",
        "starttime",
        "start",
        "logtime",
        "receivetime",
        "generatedtime",
        "ts",
        "lastwritetimestamp",
        "eventdate",
        "logdate",
        "datecreated",
        "firstseen",
    };
    const unsigned count = sizeof best / sizeof best[0];
    for (unsigned i = 0; i < count; i++)
        if (sw_str_is(name, best[i]))
            return 1000 - i;
    if (sw_str_find(name, SW_STR("timestamp")) != SW_NPOS || sw_str_find(name, SW_STR("datetime")) != SW_NPOS)
        return 200;
    bool time = sw_str_ends(name, SW_STR("time")) || sw_str_starts(name, SW_STR("time"));
    bool date = sw_str_ends(name, SW_STR("date")) || sw_str_starts(name, SW_STR("date"));
    bool zone = sw_str_find(name, SW_STR("zone")) != SW_NPOS || sw_str_find(name, SW_STR("taken")) != SW_NPOS;
    return (time || date) && !zone ? 100 : 0;
}

/* Puts a column among the times, in the order of rank; of equals the one further left comes first. */
static void add_time(struct csv_layout *layout, unsigned ranks[CSV_TIMES], unsigned column, unsigned rank)
{
    unsigned at = layout->time_count;
    while (at > 0 && ranks[at - 1] < rank)
        at--;
    if (at == CSV_TIMES)
        return;
    if (layout->time_count < CSV_TIMES)
        layout->time_count++;
    for (unsigned i = layout->time_count - 1; i > at; i--) {
        layout->times[i] = layout->times[i - 1];
        ranks[i] = ranks[i - 1];
    }
    layout->times[at] = column;
    ranks[at] = rank;
}

/* --- Windows events ------------------------------------------------------------------------------------- */

struct renamed {
    const char *folded;
    const char *name;
    uint8_t kind;
};

static const struct renamed windows_names[] = {
    {"eventid", "EventID", CSV_VALUE},        {"id", "EventID", CSV_VALUE},
    {"channel", "Channel", CSV_VALUE},        {"logname", "Channel", CSV_VALUE},
    {"provider", "Provider_Name", CSV_VALUE}, {"providername", "Provider_Name", CSV_VALUE},
    {"source", "Provider_Name", CSV_VALUE},   {"sourcename", "Provider_Name", CSV_VALUE},
    {"computer", "Computer", CSV_VALUE},      {"machinename", "Computer", CSV_VALUE},
    {"computername", "Computer", CSV_VALUE},  {"eventrecordid", "EventRecordID", CSV_VALUE},
    {"recordid", "EventRecordID", CSV_VALUE}, {"message", "message", CSV_MESSAGE},
    {"payload", "Payload", CSV_PAYLOAD},
};

static const struct renamed *windows_name(struct sw_str name)
{
    for (size_t i = 0; i < sizeof windows_names / sizeof windows_names[0]; i++)
        if (sw_str_is(name, windows_names[i].folded))
            return &windows_names[i];
    return NULL;
}

/* Which of the signs of Windows events the names give. */
struct signs {
    bool id;       /* EventId or Id */
    bool event_id; /* EventId */
    bool log;      /* Channel or LogName */
    bool provider; /* ProviderName, Provider, Source */
    bool task;     /* Task Category: of the Event Viewer */
};

static void look(struct signs *signs, struct sw_str name)
{
    signs->event_id = signs->event_id || sw_str_is(name, "eventid");
    signs->id = signs->id || signs->event_id || sw_str_is(name, "id");
    signs->log = signs->log || sw_str_is(name, "channel") || sw_str_is(name, "logname");
    signs->provider =
        signs->provider || sw_str_is(name, "provider") || sw_str_is(name, "providername") || sw_str_is(name, "source");
    signs->task = signs->task || sw_str_is(name, "taskcategory");
}

/* --- the layout ----------------------------------------------------------------------------------------- */

static void name_column(struct csv_layout *layout, struct csv_column *column, struct sw_str name, struct sw_str lower)
{
    const struct renamed *known = layout->windows ? windows_name(lower) : NULL;
    column->id = sw_field_intern(known != NULL ? sw_str(known->name) : name);
    column->kind = known != NULL ? known->kind : sw_str_is(lower, "auditdata") ? CSV_JSON : CSV_VALUE;
}

void csv_layout_read(struct csv_layout *layout, struct sw_str header)
{
    struct csv_scan scan;
    struct csv_value value;
    struct sw_str names[CSV_COLUMNS];
    struct signs signs = {0};
    unsigned ranks[CSV_TIMES] = {0};
    char buffer[SW_MAX_FIELD_NAME];
    char lower[64];
    *layout = (struct csv_layout){.delimiter = csv_delimiter(header), .clock = CSV_COLUMNS};
    csv_scan_init(&scan, header, layout->delimiter, true);
    const char *at = header.ptr;
    enum csv_found found = CSV_FIELD;
    while (found == CSV_FIELD && layout->count < CSV_COLUMNS) {
        found = csv_scan_field(&scan, &at, &value);
        names[layout->count++] = value.text;
        if (value.text.len > 0)
            layout->required = layout->count;
        look(&signs, folded(value.text, lower));
    }
    layout->wide = found == CSV_FIELD;
    layout->windows = (signs.id && signs.provider && (signs.log || signs.task)) || (signs.event_id && signs.log);
    layout->viewer = layout->windows && signs.task && !signs.log;
    unsigned clock = CSV_COLUMNS;
    for (unsigned i = 0; i < layout->count; i++) {
        struct sw_str low = folded(names[i], lower);
        layout->columns[i].name = names[i];
        name_column(layout, &layout->columns[i], plain_name(names[i], i, buffer), low);
        if (sw_str_is(low, "time"))
            clock = i;
        unsigned rank = time_rank(low);
        if (rank > 0)
            add_time(layout, ranks, i, rank);
    }
    /* "date" and "time" side by side are one time in two columns. */
    for (unsigned i = 0; i < layout->count && clock < CSV_COLUMNS; i++)
        if (sw_str_is(folded(names[i], lower), "date"))
            layout->clock = clock;
}

/* --- what the values tell -------------------------------------------------------------------------------- */

/* Calls `visit` for each whole field. */
static void for_each_field(char delimiter, struct sw_str records, bool complete,
                           void (*visit)(void *arg, unsigned column, struct sw_str text), void *arg)
{
    struct csv_scan scan;
    struct csv_value value;
    unsigned column = 0;
    csv_scan_init(&scan, records, delimiter, complete);
    for (const char *at = records.ptr; at < scan.end;) {
        enum csv_found found = csv_scan_field(&scan, &at, &value);
        if (found == CSV_MORE)
            break;
        visit(arg, column, value.text);
        column = found == CSV_FIELD ? column + 1 : 0;
        if (found == CSV_LAST)
            scan.record = at;
    }
}

struct tally {
    uint16_t values; /* that are not empty; 64 KiB have no more than fit */
    uint16_t times;
};

/* Counts times with a clock. A number alone may be one, and most often isn't. */
static void tally_times(void *arg, unsigned column, struct sw_str text)
{
    struct tally *tally = (struct tally *)arg + column;
    struct csv_time time;
    double number;
    if (column >= CSV_COLUMNS || text.len == 0)
        return;
    tally->values++;
    if (sw_str_double(text, &number) != 0 && csv_time_read(text, CSV_ORDER_UNKNOWN, &time) == 0 && !time.date_only)
        tally->times++;
}

/* The first column three of four values of which are times. */
static unsigned time_column(const struct csv_layout *layout, struct sw_str records, bool complete)
{
    struct tally tallies[CSV_COLUMNS] = {{0}};
    for_each_field(layout->delimiter, records, complete, tally_times, tallies);
    for (unsigned i = 0; i < layout->count; i++)
        if (tallies[i].times > 0 && tallies[i].times * 4 >= tallies[i].values * 3)
            return i;
    return CSV_NO_COLUMN;
}

struct orders {
    const struct csv_layout *layout;
    unsigned time_column;
    bool shown[CSV_DAY_FIRST + 1];
};

static void see_order(void *arg, unsigned column, struct sw_str text)
{
    struct orders *orders = arg;
    struct csv_time time;
    bool holds_time = column == orders->time_column;
    for (unsigned i = 0; i < orders->layout->time_count; i++)
        holds_time = holds_time || orders->layout->times[i] == column;
    if (holds_time && csv_time_read(text, CSV_ORDER_UNKNOWN, &time) == 0)
        orders->shown[time.shows] = true;
}

void csv_layout_learn(const struct csv_layout *layout, struct sw_str records, bool complete, struct csv_learnt *learnt)
{
    *learnt = (struct csv_learnt){.time_column = CSV_NO_COLUMN};
    if (layout->time_count == 0)
        learnt->time_column = time_column(layout, records, complete);
    struct orders orders = {.layout = layout, .time_column = learnt->time_column};
    for_each_field(layout->delimiter, records, complete, see_order, &orders);
    if (orders.shown[CSV_DAY_FIRST] != orders.shown[CSV_MONTH_FIRST])
        learnt->order = orders.shown[CSV_DAY_FIRST] ? CSV_DAY_FIRST : CSV_MONTH_FIRST;
}
