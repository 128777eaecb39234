/*
 * csv_scan.h - where the fields and records of comma separated text end (RFC 4180, and what is written in its name).
 *
 * A quote opens a quoted value where a field begins (one space before it is fine), and a quote closes it before a
 * delimiter or the end of the record; "" inside is one quote. An opening quote that finds no closing one within
 * SW_MAX_RECORD bytes of its record's start is a character like others, so that a stray quote costs its record and not
 * the file. Each byte is looked at a bounded number of times, whatever the text. Threads: one a scan.      Trust:
 * hostile input.
 */
#ifndef SW_DECODE_CSV_SCAN_H
#define SW_DECODE_CSV_SCAN_H

#include "base/str.h"

struct csv_scan {
    const char *end; /* of the bytes at hand */
    char delimiter;
    bool complete;      /* nothing comes after `end` */
    const char *record; /* where the record began; the caller sets it for each */
    /* No closing quote is in [from, to); at `to` there is one if `found`. */
    const char *from;
    const char *to;
    bool found;
};

enum csv_found {
    CSV_FIELD, /* a field, and the record goes on */
    CSV_LAST,  /* the last field of its record */
    CSV_MORE   /* the bytes at hand end before the field does */
};

struct csv_value {
    struct sw_str text;
    bool quoted;
};

void csv_scan_init(struct csv_scan *scan, struct sw_str data, char delimiter, bool complete);

/* Takes the field at *at, which is not past the end; *at goes to what follows it (its delimiter, or the record's line
 * end, not included). A quoted value may still hold doubled quotes. */
enum csv_found csv_scan_field(struct csv_scan *scan, const char **at, struct csv_value *value);

/* Length of the longest prefix of the data that holds whole records. */
size_t csv_scan_records(struct csv_scan *scan, struct sw_str data);

/* Length of the lines before the header record: byte order mark, empty lines, PowerShell's #TYPE, Excel's sep=. Lines
 * that begin so but aren't complete count as not there. */
size_t csv_preamble(struct sw_str data);

/* Length of the record of column names at the start of data, with its line end; 0 when it isn't whole yet. Bounded, and
 * told by quotes alone, since the delimiter is not known yet. */
size_t csv_header_length(struct sw_str data, bool complete);

/* The delimiter of a header record: the one of , ; tab | that stands most often outside quotes; a comma if none. */
char csv_delimiter(struct sw_str header);

#endif
