/*
 * csv_priv.h - between the parts of the decoder of tables: csv_layout.c tells what the columns are, csv.c reads the
 * records.
 */
#ifndef SW_DECODE_CSV_PRIV_H
#define SW_DECODE_CSV_PRIV_H

#include "decode/csv_scan.h"
#include "decode/csv_time.h"
#include "decode/decode.h"

enum {
    CSV_COLUMNS = 512, /* further columns are left out, with a note */
    CSV_TIMES = 6      /* columns that may hold the time, most likely first */
};

enum csv_kind {
    CSV_VALUE,
    CSV_JSON,    /* a record of its own in JSON: AuditData of Microsoft 365 */
    CSV_PAYLOAD, /* fields of the record in JSON: Payload of EvtxECmd */
    CSV_MESSAGE  /* a Windows event's rendered text */
};

struct csv_column {
    struct sw_str name; /* as the header has it */
    sw_field_id id;     /* SW_FIELD_MORE: there is no room for its name */
    uint8_t kind; /* enum csv_kind */
};

struct csv_layout {
    struct csv_column columns[CSV_COLUMNS];
    unsigned count;
    unsigned required; /* columns that a record has to have: up to the last one that has a name */
    bool wide;         /* the header has more than CSV_COLUMNS */
    char delimiter;
    unsigned times[CSV_TIMES];
    unsigned time_count;
    unsigned clock; /* column of a time of day that belongs to times[0], a date; CSV_COLUMNS if there is none */
    bool windows;   /* Windows events in tables: names are those of EVTX */
    bool viewer;    /* of the Event Viewer, whose last column, the message, has no name */
};

/* Makes the layout of a header record (without preamble), which has to outlive it. */
void csv_layout_read(struct csv_layout *layout, struct sw_str header);

/* What a table's first records tell that its names don't. */
struct csv_learnt {
    enum csv_order order; /* what stands first in dates, if it is the same wherever it can be told */
    unsigned time_column; /* where no name tells of a time: the first column that holds times; CSV_NO_COLUMN if none */
};
#define CSV_NO_COLUMN 0xffffu

/* A last field that may be cut off (not complete) doesn't count. */
void csv_layout_learn(const struct csv_layout *layout, struct sw_str records, bool complete, struct csv_learnt *learnt);

#endif
