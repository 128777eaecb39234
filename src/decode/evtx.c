/*
 * evtx.c - Windows event logs (EVTX): the file's header, its chunks, and the records in them.
 *
 * Chunks are looked for, not counted: the header's numbers are wrong in files that were copied while in use, and parts
 * of files come without a header. Records are read up to the chunk's free-space offset; what lies behind it is stale,
 * and is read with --recover only. A wrong checksum is told but costs nothing. Needs evtx_run.c for what is in a
 * record.
 */
#include "base/error.h"
#include "base/mem.h"
#include "decode/evtx_priv.h"

enum {
    FILE_HEADER = 4096,
    FILE_HEADER_LEAST = 128,
    SECTOR = 512, /* chunks of parts of files begin at a multiple of this */
};

static const uint8_t file_magic[8] = "ElfFile";
static const uint8_t chunk_magic[8] = "ElfChnk";
static const uint8_t record_magic[4] = "**";

struct state {
    struct sw_evtx_runner *runner;
    sw_class_id class_id;
};

static void state_free(void *memory)
{
    struct state *s = memory;
    sw_evtx_runner_free(s->runner);
    sw_free(s);
}

static void *state_new(const struct sw_classes *classes)
{
    struct state *s = sw_alloc(1, sizeof *s);
    if (s == NULL)
        return NULL;
    s->runner = sw_evtx_runner_new();
    if (s->runner == NULL) {
        sw_free(s);
        return NULL;
    }
    s->class_id = sw_classes_find(classes, SW_STR("windows"));
    return s;
}

/* --- parts of the file ------------------------------------------------------------------------------------ */

enum part { PART_HEADER, PART_CHUNK, PART_GAP };

static bool starts_with(const uint8_t *data, size_t len, const uint8_t magic[8])
{
    return len >= 8 && memcmp(data, magic, 8) == 0;
}

static int sniff(const struct sw_sniff *s)
{
    const uint8_t *data = (const uint8_t *)s->head.ptr;
    size_t len = s->head.len;
    if (starts_with(data, len, file_magic))
        return SW_SURE_MAGIC;
    if (starts_with(data, len, chunk_magic))
        return SW_SURE_YES;
    if (len > FILE_HEADER && starts_with(data + FILE_HEADER, len - FILE_HEADER, chunk_magic))
        return SW_SURE_YES;
    for (size_t at = SECTOR; at < len; at += SECTOR)
        if (starts_with(data + at, len - at, chunk_magic))
            return SW_SURE_LIKELY;
    return SW_SURE_NO;
}

static size_t header_size(const uint8_t *data, size_t len)
{
    size_t size = len >= FILE_HEADER_LEAST ? sw_evtx_u16(data + 40) : 0;
    return size >= FILE_HEADER_LEAST ? size : FILE_HEADER;
}

/* The next part of a file: a header, a chunk, or a gap up to the next of them, at most as long as a chunk. Returns its
 * length; 0 when that can't be told without more bytes. At the end of the bytes a part may be cut. */
static size_t next_part(const uint8_t *data, size_t len, bool end, enum part *part)
{
    size_t size = SW_EVTX_CHUNK;
    *part = PART_CHUNK;
    if (starts_with(data, len, file_magic)) {
        *part = PART_HEADER;
        if (len < FILE_HEADER_LEAST && !end)
            return 0;
        size = header_size(data, len);
    } else if (!starts_with(data, len, chunk_magic)) {
        *part = PART_GAP;
        for (size_t at = SECTOR; at < size && at < len; at += SECTOR)
            if (starts_with(data + at, len - at, chunk_magic) || starts_with(data + at, len - at, file_magic))
                return at;
    }
    if (len >= size)
        return size;
    return end ? len : 0;
}

static size_t split(void *state, const uint8_t *data, size_t len, uint64_t offset, bool eof)
{
    (void)state;
    (void)offset;
    size_t at = 0;
    while (at < len) {
        enum part part;
        size_t size = next_part(data + at, len - at, eof, &part);
        if (size == 0)
            break;
        at += size;
    }
    return at;
}

/* --- records ---------------------------------------------------------------------------------------------- */

struct walk {
    struct sw_decode *d;
    const uint8_t *chunk;
    size_t len;
    uint64_t offset;   /* of the chunk in the source */
    uint64_t first_id; /* of the records read */
    uint64_t last_id;
    uint64_t count;
};

static void begin(struct walk *w, size_t at, size_t size)
{
    struct sw_str raw = {(const char *)w->chunk + at, size};
    sw_decode_begin(w->d, raw, w->offset + at, 0);
}

/* Tells something about a place in the chunk that is no record. */
static void note(struct walk *w, size_t at, const char *text)
{
    w->d->event.offset = w->offset + at;
    sw_decode_note(w->d, text);
}

static void reject(struct walk *w, size_t at, size_t size, const char *why)
{
    begin(w, at, size);
    sw_decode_reject(w->d, why);
}

/* Decodes the record at chunk[at..at + size). Emits it if all went well, else says why in *why. */
static int decode_record(struct walk *w, size_t at, size_t size, const char **why)
{
    struct sw_decode *d = w->d;
    const struct state *s = d->state;
    const uint8_t *record = w->chunk + at;
    begin(w, at, size);
    d->event.class_id = s->class_id;
    d->event.record = sw_evtx_u64(record + 8);
    d->event.time = sw_time_filetime(sw_evtx_u64(record + 16));
    *why = sw_evtx_run(s->runner, d, at + SW_EVTX_RECORD_HEADER, at + size - 4);
    return *why == sw_evtx_no_memory ? SW_E_NOMEM : 0;
}

static int take_record(struct walk *w, size_t at, size_t size)
{
    uint64_t id = sw_evtx_u64(w->chunk + at + 8);
    if (w->count++ == 0)
        w->first_id = id;
    w->last_id = id;
    const char *why;
    int rc = decode_record(w, at, size, &why);
    if (why == NULL) {
        if (sw_evtx_u32(w->chunk + at + size - 4) != size)
            sw_decode_note(w->d, "the two sizes of a record differ");
        return sw_decode_emit(w->d);
    }
    sw_decode_reject(w->d, why);
    return rc;
}

static bool is_zero(const uint8_t *p, size_t len)
{
    return len == 0 || (p[0] == 0 && memcmp(p, p + 1, len - 1) == 0);
}

/* Reads records from `*at` up to `end`, where the chunk's free space begins. Stops at the first place that is no
 * record. */
static int walk_records(struct walk *w, size_t *at, size_t end)
{
    while (*at < end) {
        const uint8_t *p = w->chunk + *at;
        size_t left = w->len - *at;
        if (is_zero(p, left < SW_EVTX_RECORD_LEAST ? left : 4)) {
            note(w, *at, "zeros where records should be");
            return 0;
        }
        if (left < SW_EVTX_RECORD_LEAST || memcmp(p, record_magic, sizeof record_magic) != 0) {
            reject(w, *at, left,
                   w->len < SW_EVTX_CHUNK && left < SW_EVTX_RECORD_LEAST ? "record cut off by the end of the file"
                                                                         : "not a record");
            return 0;
        }
        size_t size = sw_evtx_u32(p + 4);
        if (size < SW_EVTX_RECORD_LEAST || size > left) {
            bool cut = size >= SW_EVTX_RECORD_LEAST && size <= SW_EVTX_CHUNK - *at;
            reject(w, *at, left, cut ? "record cut off by the end of the file" : "record size out of bounds");
            return 0;
        }
        int rc = take_record(w, *at, size);
        *at += size;
        if (rc != 0)
            return rc;
    }
    return 0;
}

/* --- recovery --------------------------------------------------------------------------------------------- */

static sw_field_id recovered_field(void)
{
    return sw_field_intern(SW_STR("_recovered"));
}

/* A candidate in slack space: both sizes agree and it can be decoded. Sets *size to 0 if it is none. */
static int recover_record(struct walk *w, size_t at, size_t *size)
{
    const uint8_t *p = w->chunk + at;
    size_t left = w->len - at;
    size_t stated = left >= SW_EVTX_RECORD_LEAST ? sw_evtx_u32(p + 4) : 0;
    *size = 0;
    if (stated < SW_EVTX_RECORD_LEAST || stated > left || sw_evtx_u32(p + stated - 4) != stated)
        return 0;
    uint64_t id = sw_evtx_u64(p + 8);
    if (w->count > 0 && id >= w->first_id && id <= w->last_id)
        return 0; /* an older copy of a record that is there */
    const char *why;
    int rc = decode_record(w, at, stated, &why);
    if (why != NULL) {
        sw_decode_reject(w->d, rc != 0 ? why : "record in slack space is not readable");
        return rc;
    }
    *size = stated;
    sw_event_add_str(&w->d->event, recovered_field(), SW_STR("true"));
    sw_decode_note(w->d, "record recovered from slack space");
    return sw_decode_emit(w->d);
}

static int recover(struct walk *w, size_t at)
{
    while (at < w->len) {
        const uint8_t *next = memmem(w->chunk + at, w->len - at, record_magic, sizeof record_magic);
        if (next == NULL)
            return 0;
        at = (size_t)(next - w->chunk);
        size_t size;
        int rc = recover_record(w, at, &size);
        if (rc != 0)
            return rc;
        at += size > 0 ? size : 1;
    }
    return 0;
}

/* --- chunks ----------------------------------------------------------------------------------------------- */

static void check_sums(struct walk *w, size_t free_space)
{
    enum { CHUNK_FLAGS = 120, NO_CHECKSUMS = 4 };
    if (sw_evtx_u32(w->chunk + CHUNK_FLAGS) & NO_CHECKSUMS)
        return;
    uint32_t sum = sw_evtx_crc(0, w->chunk, 120);
    sum = sw_evtx_crc(sum, w->chunk + 128, SW_EVTX_CHUNK_HEADER - 128);
    if (sum != sw_evtx_u32(w->chunk + 124))
        note(w, 0, "checksum of a chunk's header is wrong");
    if (sw_evtx_crc(0, w->chunk + SW_EVTX_CHUNK_HEADER, free_space - SW_EVTX_CHUNK_HEADER) !=
        sw_evtx_u32(w->chunk + 52))
        note(w, 0, "checksum of a chunk's records is wrong");
}

static int decode_chunk(struct walk *w)
{
    const struct state *s = w->d->state;
    if (w->len <= SW_EVTX_CHUNK_HEADER) {
        note(w, 0, "chunk cut off by the end of the file");
        return 0;
    }
    sw_evtx_runner_chunk(s->runner, w->chunk, w->len);
    size_t free_space = sw_evtx_u32(w->chunk + 48);
    if (free_space < SW_EVTX_CHUNK_HEADER || free_space > SW_EVTX_CHUNK) {
        note(w, 0, "free-space offset of a chunk is wrong");
        free_space = SW_EVTX_CHUNK;
    }
    if (w->len < SW_EVTX_CHUNK)
        note(w, 0, "chunk cut off by the end of the file");
    else
        check_sums(w, free_space);
    size_t at = SW_EVTX_CHUNK_HEADER;
    int rc = walk_records(w, &at, free_space < w->len ? free_space : w->len);
    if (rc == 0 && w->d->source->recover)
        rc = recover(w, at);
    return rc;
}

/* Bytes that belong to no chunk. */
static int decode_gap(struct walk *w)
{
    const struct state *s = w->d->state;
    if (is_zero(w->chunk, w->len))
        return 0;
    if (w->offset == 0 && w->len <= FILE_HEADER) {
        note(w, 0, "file header damaged");
        return 0;
    }
    reject(w, 0, w->len, "chunk without its signature");
    if (!w->d->source->recover)
        return 0;
    sw_evtx_runner_chunk(s->runner, w->chunk, w->len);
    return recover(w, 0);
}

static int decode(struct sw_decode *d, const struct sw_slice *slice)
{
    size_t at = 0;
    int rc = 0;
    while (at < slice->len && rc == 0) {
        enum part part;
        size_t size = next_part(slice->data + at, slice->len - at, true, &part);
        struct walk w = {.d = d, .chunk = slice->data + at, .len = size, .offset = slice->offset + at};
        if (part == PART_CHUNK)
            rc = decode_chunk(&w);
        else if (part == PART_GAP)
            rc = decode_gap(&w);
        at += size;
    }
    return rc;
}

const struct sw_decoder sw_decoder_evtx = {
    .name = "evtx",
    .title = "Windows event log (EVTX)",
    .flags = SW_DECODER_BINARY,
    .sniff = sniff,
    .split = split,
    .state_new = state_new,
    .state_free = state_free,
    .decode = decode,
};
