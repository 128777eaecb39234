/*
 * feed.h - one input path turned into pieces: its members (here: inputs) opened one after the other, recognised, and cut
 * into slices at record boundaries.
 *
 * Owner:   a feed owns its stream; a piece owns its bytes, and shares its input with the pieces around it.
 * Threads: a feed is read by one thread at a time; pieces may be decoded by any.      Trust: hostile input.
 */
#ifndef SW_ENGINE_FEED_H
#define SW_ENGINE_FEED_H

#include "decode/decode.h"
#include "source/stream.h"

/* Whether an input gave what it held. */
enum sw_input_state {
    SW_INPUT_READ,         /* to its end; a script: as far as it is looked at */
    SW_INPUT_UNRECOGNISED, /* binary, of no format known here: not read */
    SW_INPUT_EMPTY,
    SW_INPUT_FAILED        /* could not be read, or only in part: `error` says why */
};

/* One log file, or one file inside an archive. */
struct sw_input {
    struct sw_source_info info;
    const struct sw_decoder *decoder; /* NULL when it was never recognised, and for a script */
    const char *script;  /* a program's text, given out whole instead of being decoded: of what kind; NULL for a log */
    bool cut;            /* a script goes on beyond SW_MAX_SCRIPT: the rest was not looked at */
    enum sw_input_state state;
    bool named;     /* the user named this very path: it was not found inside a directory or an archive */
    uint32_t file;    /* which of the walk's files it comes from; set by the pipeline */
    uint32_t ordinal; /* which of that file's inputs it is, from 0 */
    uint64_t bytes; /* read, after decompression */
    char error[512];
    struct sw_read_stats stats;   /* summed up as pieces are delivered */
    struct sw_decode *sequential; /* the one state of a sequential decoder, made by the worker of its first piece */
    struct sw_arena sequential_arena;
    char *path; /* what info.path points to */
};

/* What an input was read as: the decoder's name or the kind of script; "" when it was not recognised. */
static inline const char *sw_input_format(const struct sw_input *input)
{
    if (input->script != NULL)
        return input->script;
    return input->decoder != NULL ? input->decoder->name : "";
}

struct sw_piece {
    struct sw_piece *next; /* for the holder's lists */
    struct sw_input *input;
    struct sw_slice slice;
    uint8_t *block; /* what slice.data points into */
    char *header;   /* what slice.header points to */
    bool last;      /* of its input (always, if that is a script): whoever handles it frees the input afterwards */
    uint64_t oversize; /* records in front of this slice that were longer than the limit and were passed over */
};

struct sw_feed_options {
    int32_t zone_offset;              /* see struct sw_source_info */
    bool recover;
    const struct sw_decoder *decoder; /* for every input, instead of sniffing; NULL */
    /* The kind of script that an input is ("php", static), by its name and first bytes; NULL: none. Asked first with sureness -1,
     * before any decoder; then, if it said NULL and no decoder is surer than SW_SURE_MAYBE, with what the surest one said.
     * NULL: scripts are read like everything else. */
    const char *(*script)(const struct sw_sniff *sniff, int sureness);
};

struct sw_feed;

/* Opens a path ("-" is standard input). A path that can't be opened is no error here: the feed then has one input in
 * state FAILED. Returns SW_E_NOMEM, else 0. */
int sw_feed_open(struct sw_feed **feed, const char *path, bool named, const struct sw_feed_options *options);
void sw_feed_close(struct sw_feed *feed);

/* The next piece: 1 and *piece is set; 0: there are no more; SW_E_NOMEM. */
int sw_feed_next(struct sw_feed *feed, struct sw_piece **piece);

/* Bytes of the path itself consumed so far (packed bytes, for progress). */
uint64_t sw_feed_position(const struct sw_feed *feed);

void sw_piece_free(struct sw_piece *piece); /* not its input */
void sw_input_free(struct sw_input *input);

#endif
