/*
 * decode.h - the contract between the reading pipeline and a decoder, one decoder a format.
 *
 * The pipeline reads a source (decompressed), shows its first bytes to every decoder's sniff(), gives the source to the
 * decoder that is surest, cuts the source into slices at record boundaries with split(), and hands slices to
 * decode(), which pushes events into emit. Slices of one source are decoded by any thread in any order, unless the
 * decoder is sequential. Hence: whatever decode() needs to know from before its slice must be in slice->header.
 *
 * A new decoder is one .c file and one line in decoders.def (docs/adding-a-decoder.md).
 * Trust: hostile input. A bad record costs that record: call sw_decode_reject() and go on.
 */
#ifndef SW_DECODE_DECODE_H
#define SW_DECODE_DECODE_H

#include "base/arena.h"
#include "base/buf.h"
#include "event/event.h"
#include "event/logsource.h"

#include <stdbool.h>
#include <stdint.h>

/* What is known of a source before its bytes are read. Lives as long as the run. */
struct sw_source_info {
    struct sw_str path;  /* as shown: "logs/web.tar.gz!var/log/nginx/access.log", "-" for standard input */
    int64_t modified;    /* ns; SW_TIME_NONE if unknown. The reference for years that a format leaves out */
    int32_t zone_offset; /* seconds east of UTC for times without a zone (--zone), default 0 */
    bool recover;        /* --recover: also records from slack space */
};

/* A piece of a source that holds whole records. */
struct sw_slice {
    const uint8_t *data;
    size_t len;
    uint64_t offset; /* of data[0] in the source */
    uint64_t line;   /* number of the first line, from 1; 0 for binary formats */
    uint64_t record; /* number of the first record, where split() counts them; else the line */
    uint64_t context; /* what split() tells decode() of the place where the slice begins; 0 where it has nothing to tell */
    struct sw_str header; /* header text in force where the slice begins (formats with has_header) */
};

/* Why records were not parsed. Reasons are static strings; their addresses are not compared, their texts are. */
#define SW_MAX_REASONS 24
struct sw_reason {
    const char *text;
    uint64_t count;
    uint64_t first_offset;
};

/* What a decoder did with its slices. Sums over slices give the summary's line for a source. */
struct sw_read_stats {
    uint64_t read;     /* records seen */
    uint64_t parsed;   /* events emitted */
    uint64_t rejected; /* records that gave no event; sum of the reasons' counts */
    struct sw_reason reasons[SW_MAX_REASONS]; /* the last one collects what finds no room: "other" */
    size_t reason_count;
    struct sw_reason notes[SW_MAX_REASONS]; /* things worth telling that cost no record: "year inferred", "value cut" */
    size_t note_count;
    int64_t first; /* earliest and latest event time; SW_TIME_NONE if none */
    int64_t last;
};

void sw_read_stats_init(struct sw_read_stats *stats);
void sw_read_stats_reject(struct sw_read_stats *stats, const char *reason, uint64_t records, uint64_t offset);
void sw_read_stats_note(struct sw_read_stats *stats, const char *note);
void sw_read_stats_add(struct sw_read_stats *sum, const struct sw_read_stats *more);

struct sw_decoder;

/* Receives each event; what it points to dies when the callback returns. Non-zero stops decoding of the slice. */
typedef int (*sw_emit_fn)(void *arg, struct sw_event *event);

/* One worker's decoding of one source. The pipeline makes it; a decoder uses it. */
struct sw_decode {
    const struct sw_decoder *decoder;
    const struct sw_source_info *source;
    const struct sw_classes *classes;
    struct sw_read_stats *stats;
    struct sw_arena *arena;  /* for values; rewound by sw_decode_emit() to where the record began */
    struct sw_arena_mark record_mark;
    struct sw_event event;   /* scratch that decoders fill */
    void *state;             /* what the decoder's state_new() made */
    uint64_t record;         /* the number the next record gets; sw_decode_begin() counts it up */
    uint64_t slices;         /* given so far. State kept for a source is made anew when this changes: a worker decodes slices
                                of many sources with one state, and `source` may have the address of one that is gone */
    sw_emit_fn emit;
    void *emit_arg;
};

/* The first bytes of a source. */
struct sw_sniff {
    struct sw_str head;  /* at most SW_SNIFF_SIZE bytes, from the start */
    bool complete;       /* head is all there is */
    struct sw_str path;  /* a hint of last resort only: content decides */
};
#define SW_SNIFF_SIZE (64u * 1024)

/* How sure a decoder is. In a tie the one earlier in decoders.def wins. */
enum sw_sureness {
    SW_SURE_NO = 0,
    SW_SURE_FALLBACK = 1, /* plain text: takes what nobody wants */
    SW_SURE_MAYBE = 30,   /* looks alike */
    SW_SURE_LIKELY = 60,  /* most of the first lines parse */
    SW_SURE_YES = 90,     /* a form that nothing else has */
    SW_SURE_MAGIC = 100   /* magic number */
};

enum sw_decoder_flags {
    SW_DECODER_BINARY = 1,     /* has no lines: must have split() */
    SW_DECODER_SEQUENTIAL = 2, /* slices are decoded in order, by one worker, with one state for the source */
    SW_DECODER_HEADER = 4      /* has header(): later slices need text from earlier ones */
};

struct sw_decoder {
    const char *name;  /* "evtx": in output, docs and fuzz target names */
    const char *title; /* "Windows event log (EVTX)" */
    uint32_t flags;

    /* How sure it is that the source is of its format: enum sw_sureness or anything between. */
    int (*sniff)(const struct sw_sniff *sniff);

    /* Length of the longest prefix of data that holds whole records (0: more bytes needed). At the end of the source
     * (eof) the rest is given out as it is. `state` is 64 bytes, zero at the start of the source, for the splitter's own
     * use (see struct sw_split_head); `offset` is that of data[0]. NULL: cut after the last line feed. */
    size_t (*split)(void *state, const uint8_t *data, size_t len, uint64_t offset, bool eof);

    /* Called for each slice in order before it is decoded: updates *header to be what the slice after this one needs.
     * Must be fast: it runs on the one thread that reads the source. Called as well for the first slice. */
    void (*header)(struct sw_buf *header, const struct sw_slice *slice);

    /* State of one worker for this decoder (of one source, if sequential). May be NULL. */
    void *(*state_new)(const struct sw_classes *classes);
    void (*state_free)(void *state);

    /* Text formats: parses one line (without its end) into d->event and emits it, or rejects it. When decode is NULL
     * the common loop calls this for each line that is not empty. Other decoders may call it for a message they carry. */
    int (*line)(struct sw_decode *d, struct sw_str line);

    /* Decodes a whole slice. Returns 0, or what emit returned, or SW_E_NOMEM. */
    int (*decode)(struct sw_decode *d, const struct sw_slice *slice);

    /* Sequential decoders that hold records back (joining): gives out what is left at the source's end. May be NULL. */
    int (*flush)(struct sw_decode *d);
};

#define SW_SPLIT_STATE 64

/* What every splitter's state begins with: what split() tells of the slice that it has just cut. A splitter that neither
 * counts nor has a context leaves it zero. */
struct sw_split_head {
    uint64_t record;  /* becomes slice.record; 0: the number of the line */
    uint64_t context; /* becomes slice.context */
};

/* Cuts the next slice off the bytes at hand: slice->data, len, offset and line describe them. Sets slice->record and
 * slice->context, and slice->len to the cut. False: more bytes are needed (never at the end of the source). */
bool sw_split(const struct sw_decoder *decoder, void *state, struct sw_slice *slice, bool eof);

/* All decoders, in order of precedence. */
extern const struct sw_decoder *const sw_decoders[];
extern const size_t sw_decoder_count;

const struct sw_decoder *sw_decoder_find(struct sw_str name);

/* The surest decoder for the first bytes; never NULL (plain text takes the rest). *sureness may be NULL. */
const struct sw_decoder *sw_decoder_sniff(const struct sw_sniff *sniff, int *sureness);

/* Sets d up for one source and makes the decoder's state; `stats`, `arena` and the rest stay the caller's. SW_E_NOMEM. */
int sw_decode_init(struct sw_decode *d, const struct sw_decoder *decoder, const struct sw_source_info *source,
                   const struct sw_classes *classes, struct sw_read_stats *stats, struct sw_arena *arena, sw_emit_fn emit,
                   void *emit_arg);
void sw_decode_fini(struct sw_decode *d);

/* Decodes a slice with the decoder's decode(), or line by line. */
int sw_decode_slice(struct sw_decode *d, const struct sw_slice *slice);

/* --- for decoders ------------------------------------------------------------------------------------- */

/* Starts a record: clears d->event, marks the arena, counts the record, sets raw, offset, line and record number. */
void sw_decode_begin(struct sw_decode *d, struct sw_str raw, uint64_t offset, uint64_t line);

/* Ends the record that was begun: classifies d->event, counts it, emits it, rewinds the arena. */
int sw_decode_emit(struct sw_decode *d);

/* Ends the record that was begun without an event. reason is a static string of a few words. */
void sw_decode_reject(struct sw_decode *d, const char *reason);

/* Tells something that cost no record, once for each time it happens. */
void sw_decode_note(struct sw_decode *d, const char *note);

/* Takes the next line (without CR LF or LF) off the front of data[*at..len); false at the end. */
bool sw_next_line(struct sw_str data, size_t *at, struct sw_str *line);

/* The share (0-100) of the first complete lines of the head, at most `most` and empty ones not counted, that `fits`
 * accepts. A last line that may be cut is not asked unless the head is complete. 0 when there is no line. */
unsigned sw_sniff_lines(const struct sw_sniff *sniff, unsigned most, bool (*fits)(struct sw_str line));

#endif
