/*
 * stream_priv.h - the layers a stream is a stack of, for this floor only.
 *
 * The lowest layer is the file; above it each container found by its first bytes: a filter (one compressed stream in, its
 * bytes out) or an archive (its current member's bytes out). Each reads from the one below. A spool is a layer as well:
 * it holds what is below in memory so that the layer above can seek.
 */
#ifndef SW_SOURCE_STREAM_PRIV_H
#define SW_SOURCE_STREAM_PRIV_H

#include "base/buf.h"
#include "source/stream.h"

#include <locale.h>

struct archive;
struct sw_codec;
struct sw_container;
struct sw_layer;

/* What one file's layers have done together. */
struct sw_account {
    const struct sw_layer *file;
    uint64_t unpacked; /* bytes that all containers gave */
    uint64_t members;  /* headers of archives seen */
    size_t spooled;    /* bytes held in memory */
    struct sw_stream_skipped skipped;
    bool exhausted;    /* a limit of the whole file was reached */
    locale_t utf8;     /* the stream's: members' names become UTF-8 whatever the process's locale; may be 0 */
};

struct sw_layer_ops {
    /* > 0, 0 at the end, or what sw_layer_fail() returned. Is not called again after 0 or an error. */
    ssize_t (*read)(struct sw_layer *layer, uint8_t *buf, size_t len);
    /* As lseek; the new place or a negative SW_E_*. NULL: can't. */
    int64_t (*seek)(struct sw_layer *layer, int64_t offset, int whence);
    void (*fini)(struct sw_layer *layer);
};

struct sw_layer {
    const struct sw_layer_ops *ops;
    struct sw_account *account;
    struct sw_layer *below; /* NULL for the file */
    void *impl;
    const char *name;       /* "gzip" */
    uint8_t *head;          /* SW_STREAM_PEEK bytes; kept from use to use of the slot */
    size_t head_at;
    size_t head_len;
    uint64_t size;          /* all bytes that it can give, if known before; SW_SIZE_UNKNOWN else */
    uint64_t out;           /* bytes given by ops->read, over all members */
    uint64_t member_out;    /* the same of an archive's current member */
    bool ended;             /* ops->read returned 0 */
    bool is_archive;
    bool unpacks;           /* a filter or an archive: the limits on unpacking apply */
    size_t path_len;        /* archives: of the stream's path, that of the archive itself */
    struct sw_error error;  /* code 0: none */
};

/* Marks the layer as failed with an explanation; returns code. The first explanation stays. */
int sw_layer_fail(struct sw_layer *layer, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Reads from a layer, its peeked bytes first, keeping the accounts and the limits. Repeats its end and its error. */
ssize_t sw_layer_read(struct sw_layer *layer, uint8_t *buf, size_t len);

/* Fills the head as far as it goes. SW_E_NOMEM; an error of reading shows on the read that meets it. */
int sw_layer_peek(struct sw_layer *layer);

/* Moves the place where sw_layer_read() goes on. SW_E_STATE when the layer can't. */
int64_t sw_layer_seek(struct sw_layer *layer, int64_t offset, int whence);
bool sw_layer_can_seek(const struct sw_layer *layer);

/* The bytes that a layer above this one has to unpack: all of them if known, else those read so far. */
uint64_t sw_layer_base(const struct sw_layer *layer);

/* --- kinds of layers ------------------------------------------------------------------------------------ */

/* Each sets up a layer whose account and below are set. 0, SW_E_NOMEM, or what sw_layer_fail() returned. */
int sw_layer_file(struct sw_layer *layer, int fd, bool close_fd, int64_t *modified);
int sw_layer_filter(struct sw_layer *layer, const struct sw_codec *codec);
int sw_layer_archive(struct sw_layer *layer, const struct sw_container *container);
int sw_layer_spool(struct sw_layer *layer); /* layer->size is known afterwards if all of it is held */

/* An entry of an archive that has content. */
struct sw_entry {
    struct sw_str name; /* raw; valid until the next entry */
    int64_t modified;
    uint64_t size;
    bool encrypted;
};

/* Goes to the archive's next entry with content: 1, 0 at the end, or a negative SW_E_* (layer->error explains). */
int sw_archive_next(struct sw_layer *layer, struct sw_entry *entry);

/* --- recognition ---------------------------------------------------------------------------------------- */

struct sw_container {
    const char *name;
    bool (*fits)(const uint8_t *head, size_t len);
    const struct sw_codec *codec;    /* filters */
    int (*support)(struct archive *a); /* archives: switches libarchive's reader of the format on */
    bool wants_seek;                 /* better read with seeking */
    bool needs_seek;                 /* can't be read without */
    bool restarts;                   /* after damage in a member the others can be had by opening it again */
};

/* The container that begins with these bytes; NULL: none, a plain file. */
const struct sw_container *sw_container_recognise(const uint8_t *head, size_t len);

/* --- codecs --------------------------------------------------------------------------------------------- */

enum sw_codec_result {
    SW_CODEC_MORE = 0, /* goes on, with more input or more room */
    SW_CODEC_END = 1   /* a member (frame, stream) is complete; a further one may follow */
};

struct sw_codec_io {
    const uint8_t *in;
    size_t in_len;
    uint8_t *out;
    size_t out_len;
};

struct sw_codec {
    const char *name;
    size_t state_size;
    /* Sets up or sets back for a new member. 0, SW_E_NOMEM. `fresh`: the state is zeroed memory. */
    int (*start)(void *state, bool fresh);
    /* Advances io by what was taken and given. enum sw_codec_result, or SW_E_NOMEM, SW_E_LIMIT, SW_E_FORMAT, SW_E_CHECKSUM,
     * SW_E_UNSUPPORTED with *why a static text. */
    int (*step)(void *state, struct sw_codec_io *io, const char **why);
    void (*end)(void *state);
    /* Whether a further member begins with these bytes (at least 4 unless the input ends). */
    bool (*follows)(const uint8_t *in, size_t len);
};

extern const struct sw_codec sw_codec_gzip;
extern const struct sw_codec sw_codec_zstd;
extern const struct sw_codec sw_codec_xz;
extern const struct sw_codec sw_codec_lzip;
extern const struct sw_codec sw_codec_bzip2;
extern const struct sw_codec sw_codec_lz4;

#endif
