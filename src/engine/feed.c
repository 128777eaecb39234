/* feed.c - opens a path's inputs, recognises them, and cuts their bytes into pieces at record boundaries. */
#include "engine/feed.h"

#include "base/mem.h"
#include "base/utf.h"

#include <stdio.h>

/* A block grows to this for a record that does not fit into a slice; a record beyond it is passed over. */
enum { BLOCK_MAX = SW_SLICE_SIZE + SW_MAX_RECORD };

/* UTF-16 is read in pieces of so many units; a block with less room than their UTF-8 form may take counts as full. */
enum { UTF16_UNITS = 16 * 1024, UTF16_ROOM = 3 * UTF16_UNITS };

/* How the bytes of a text are encoded. */
enum encoding { ENCODING_BYTES, ENCODING_UTF16LE, ENCODING_UTF16BE };

struct sw_feed {
    const struct sw_feed_options *options;
    struct sw_stream *stream;
    char *path;
    bool named;
    bool ended;
    uint32_t opened; /* inputs so far */
    char open_error[512]; /* the path itself could not be opened */

    struct sw_input *input; /* being read; NULL between inputs */
    enum encoding encoding;
    unsigned char odd[4]; /* UTF-16 bytes that wait for their rest */
    size_t odd_len;
    uint8_t *block; /* bytes read and not yet given out */
    size_t have;
    size_t cap;
    bool at_end;   /* the stream has no more bytes of the input */
    bool skipping; /* inside a line that is longer than the limit */
    uint64_t offset; /* of block[0] */
    uint64_t line;
    uint64_t oversize; /* records passed over since the last piece */
    struct sw_buf header;
    _Alignas(16) unsigned char split_state[SW_SPLIT_STATE];
};

void sw_piece_free(struct sw_piece *piece)
{
    if (piece == NULL)
        return;
    sw_free(piece->block);
    sw_free(piece->header);
    sw_free(piece);
}

void sw_input_free(struct sw_input *input)
{
    if (input == NULL)
        return;
    if (input->sequential != NULL) {
        sw_decode_fini(input->sequential);
        sw_free(input->sequential);
        sw_arena_fini(&input->sequential_arena);
    }
    sw_free(input->path);
    sw_free(input);
}

int sw_feed_open(struct sw_feed **out, const char *path, bool named, const struct sw_feed_options *options)
{
    struct sw_feed *feed = sw_alloc(1, sizeof *feed);
    *out = feed;
    if (feed == NULL)
        return SW_E_NOMEM;
    feed->options = options;
    feed->named = named;
    sw_buf_init(&feed->header, SW_MAX_RECORD);
    feed->stream = sw_stream_new();
    feed->path = sw_strdup(path);
    if (feed->stream == NULL || feed->path == NULL) {
        sw_feed_close(feed);
        *out = NULL;
        return SW_E_NOMEM;
    }
    struct sw_error err;
    int rc = sw_stream_open(feed->stream, path, &err);
    if (rc != 0)
        (void)snprintf(feed->open_error, sizeof feed->open_error, "%s", err.text);
    return 0;
}

void sw_feed_close(struct sw_feed *feed)
{
    if (feed == NULL)
        return;
    sw_input_free(feed->input);
    sw_stream_free(feed->stream);
    sw_buf_fini(&feed->header);
    sw_free(feed->block);
    sw_free(feed->path);
    sw_free(feed);
}

uint64_t sw_feed_position(const struct sw_feed *feed)
{
    return sw_stream_position(feed->stream);
}

/* --- opening an input ----------------------------------------------------------------------------------- */

static struct sw_input *input_new(struct sw_feed *feed, struct sw_str path, int64_t modified)
{
    struct sw_input *input = sw_alloc(1, sizeof *input);
    if (input == NULL)
        return NULL;
    input->path = sw_strndup(path.ptr, path.len);
    if (input->path == NULL) {
        sw_free(input);
        return NULL;
    }
    input->info = (struct sw_source_info){
        .path = sw_strn(input->path, path.len),
        .modified = modified,
        .zone_offset = feed->options->zone_offset,
        .recover = feed->options->recover,
    };
    input->ordinal = feed->opened++;
    sw_read_stats_init(&input->stats);
    return input;
}

static void input_fail(struct sw_input *input, const char *reason)
{
    input->state = SW_INPUT_FAILED;
    (void)snprintf(input->error, sizeof input->error, "%s", reason);
}

/* UTF-16 by its byte order mark, or by the zero bytes of its ASCII characters. */
static enum encoding encoding_of(const uint8_t *head, size_t len)
{
    if (len >= 2 && head[0] == 0xff && head[1] == 0xfe)
        return ENCODING_UTF16LE;
    if (len >= 2 && head[0] == 0xfe && head[1] == 0xff)
        return ENCODING_UTF16BE;
    size_t pairs = len / 2 < 256 ? len / 2 : 256;
    size_t little = 0;
    size_t big = 0;
    for (size_t i = 0; i < pairs; i++) {
        little += head[2 * i] >= 9 && head[2 * i] < 0x7f && head[2 * i + 1] == 0;
        big += head[2 * i + 1] >= 9 && head[2 * i + 1] < 0x7f && head[2 * i] == 0;
    }
    if (pairs < 8)
        return ENCODING_BYTES;
    if (little * 10 >= pairs * 9)
        return ENCODING_UTF16LE;
    return big * 10 >= pairs * 9 ? ENCODING_UTF16BE : ENCODING_BYTES;
}

static size_t to_utf8(enum encoding encoding, const uint8_t *bytes, size_t units, char *out)
{
    return encoding == ENCODING_UTF16LE ? sw_utf16le_to_utf8(bytes, units, out) : sw_utf16be_to_utf8(bytes, units, out);
}

/* NUL bytes in what nobody recognised: binary, and no use in reading it line by line. */
static bool looks_binary(struct sw_str head)
{
    return head.len > 0 && memchr(head.ptr, '\0', head.len) != NULL;
}

/* The decoder that is surest of the input; NULL when it is a script, which input->script then names. */
static const struct sw_decoder *sniff_input(struct sw_feed *feed, const struct sw_sniff *sniff, int *sureness)
{
    struct sw_input *input = feed->input;
    if (feed->options->script != NULL && (input->script = feed->options->script(sniff, -1)) != NULL)
        return NULL;
    const struct sw_decoder *decoder = sw_decoder_sniff(sniff, sureness);
    if (feed->options->script != NULL && *sureness <= SW_SURE_MAYBE)
        input->script = feed->options->script(sniff, *sureness);
    return input->script != NULL ? NULL : decoder;
}

static int recognise(struct sw_feed *feed)
{
    struct sw_input *input = feed->input;
    size_t len;
    bool complete;
    const uint8_t *head = sw_stream_peek(feed->stream, &len, &complete);
    if (len == 0) {
        input->state = complete ? SW_INPUT_EMPTY : SW_INPUT_READ;
        return 0;
    }
    feed->encoding = encoding_of(head, len);
    char *text = NULL;
    struct sw_sniff sniff = {.head = {(const char *)head, len}, .complete = complete, .path = input->info.path};
    if (feed->encoding != ENCODING_BYTES) {
        text = sw_realloc(NULL, len / 2 + 1, 3);
        if (text == NULL)
            return SW_E_NOMEM;
        sniff.head = sw_strn(text, to_utf8(feed->encoding, head, len / 2, text));
    }
    if (sw_str_starts(sniff.head, SW_STR("\xef\xbb\xbf")))
        sniff.head = sw_str_from(sniff.head, 3);
    int sureness = SW_SURE_MAGIC;
    input->decoder = feed->options->decoder;
    if (input->decoder == NULL)
        input->decoder = sniff_input(feed, &sniff, &sureness);
    if (input->script != NULL) {
        if (feed->encoding != ENCODING_BYTES)
            sw_read_stats_note(&input->stats, "UTF-16 text; offsets count its UTF-8 form");
    } else if (sureness <= SW_SURE_FALLBACK && looks_binary(sniff.head)) {
        input->decoder = NULL;
        input->state = SW_INPUT_UNRECOGNISED;
    } else if (feed->encoding != ENCODING_BYTES) {
        if (input->decoder->flags & SW_DECODER_BINARY)
            feed->encoding = ENCODING_BYTES;
        else
            sw_read_stats_note(&input->stats, "UTF-16 text; offsets count its UTF-8 form");
    }
    sw_free(text);
    return 0;
}

static void begin_bytes(struct sw_feed *feed)
{
    feed->odd_len = 0;
    feed->have = 0;
    feed->at_end = false;
    feed->skipping = false;
    feed->offset = 0;
    feed->line = 1;
    feed->oversize = 0;
    sw_buf_clear(&feed->header);
    memset(feed->split_state, 0, sizeof feed->split_state);
}

/* 1: feed->input is set; 0: there are no more; SW_E_NOMEM. */
static int open_next(struct sw_feed *feed)
{
    if (feed->ended)
        return 0;
    if (feed->open_error[0] != '\0') {
        feed->ended = true;
        feed->input = input_new(feed, sw_str(feed->path), SW_TIME_NONE);
        if (feed->input == NULL)
            return SW_E_NOMEM;
        feed->input->named = feed->named;
        input_fail(feed->input, feed->open_error);
        return 1;
    }
    struct sw_member member;
    int rc = sw_stream_next(feed->stream, &member);
    if (rc <= 0) {
        feed->ended = true;
        return rc;
    }
    feed->input = input_new(feed, member.path, member.modified);
    if (feed->input == NULL)
        return SW_E_NOMEM;
    feed->input->named = feed->named && member.depth == 0;
    begin_bytes(feed);
    if (member.error != 0) {
        input_fail(feed->input, member.reason);
        return 1;
    }
    rc = recognise(feed);
    return rc < 0 ? rc : 1;
}

/* --- bytes ---------------------------------------------------------------------------------------------- */

static int block_reserve(struct sw_feed *feed, size_t cap)
{
    if (feed->block != NULL && feed->cap >= cap)
        return 0;
    uint8_t *block = sw_realloc(feed->block, cap, 1);
    if (block == NULL)
        return SW_E_NOMEM;
    feed->block = block;
    feed->cap = cap;
    return 0;
}

static void read_ended(struct sw_feed *feed, ssize_t n)
{
    feed->at_end = true;
    if (n < 0)
        input_fail(feed->input, sw_stream_error(feed->stream));
}

/* Reads UTF-16 and appends it as UTF-8: a third of the free room in units, so that it always fits. */
static void fill_utf16(struct sw_feed *feed)
{
    uint8_t raw[2 * UTF16_UNITS];
    while (!feed->at_end && feed->cap - feed->have >= UTF16_ROOM) {
        memcpy(raw, feed->odd, feed->odd_len);
        ssize_t n = sw_stream_read(feed->stream, raw + feed->odd_len, sizeof raw - feed->odd_len);
        if (n <= 0)
            read_ended(feed, n);
        else
            feed->input->bytes += (uint64_t)n;
        size_t len = feed->odd_len + (n > 0 ? (size_t)n : 0);
        size_t units = len / 2;
        /* A high surrogate at the end waits for the low one. */
        size_t high_byte = feed->encoding == ENCODING_UTF16LE ? 1 : 0;
        if (!feed->at_end && units > 0 && (raw[2 * (units - 1) + high_byte] & 0xfc) == 0xd8)
            units--;
        feed->have += to_utf8(feed->encoding, raw, units, (char *)feed->block + feed->have);
        feed->odd_len = feed->at_end ? 0 : len - 2 * units;
        memcpy(feed->odd, raw + 2 * units, feed->odd_len);
    }
}

/* Fills the block to its end, or to the end of the input. */
static void fill(struct sw_feed *feed)
{
    if (feed->encoding != ENCODING_BYTES) {
        fill_utf16(feed);
        return;
    }
    while (!feed->at_end && feed->have < feed->cap) {
        ssize_t n = sw_stream_read(feed->stream, feed->block + feed->have, feed->cap - feed->have);
        if (n <= 0) {
            read_ended(feed, n);
            return;
        }
        feed->have += (size_t)n;
        feed->input->bytes += (uint64_t)n;
    }
}

static void drop_front(struct sw_feed *feed, size_t len)
{
    memmove(feed->block, feed->block + len, feed->have - len);
    feed->have -= len;
    feed->offset += len;
}

/* A UTF-8 byte order mark at the very start is no part of the first record. */
static void drop_mark(struct sw_feed *feed)
{
    if (feed->offset == 0 && feed->have >= 3 && memcmp(feed->block, "\xef\xbb\xbf", 3) == 0 && feed->input->decoder != NULL &&
        !(feed->input->decoder->flags & SW_DECODER_BINARY))
        drop_front(feed, 3);
}

/* Passes over the rest of a line that is longer than the limit, as far as it is in the block. */
static void skip_long_line(struct sw_feed *feed)
{
    const uint8_t *end = feed->have > 0 ? memchr(feed->block, '\n', feed->have) : NULL;
    if (end == NULL) {
        drop_front(feed, feed->have);
        return;
    }
    drop_front(feed, (size_t)(end - feed->block) + 1);
    feed->line++;
    feed->skipping = false;
}

static uint64_t count_lines(const uint8_t *data, size_t len)
{
    uint64_t lines = 0;
    const uint8_t *end = data + len;
    while (data < end && (data = memchr(data, '\n', (size_t)(end - data))) != NULL) {
        lines++;
        data++;
    }
    return lines;
}

/* Where to cut the block; the slice describes it. False: it holds no whole record, and there is more to read. */
static bool cut(struct sw_feed *feed, struct sw_slice *slice)
{
    const struct sw_decoder *decoder = feed->input->decoder;
    *slice = (struct sw_slice){
        .data = feed->block,
        .len = feed->have,
        .offset = feed->offset,
        .line = decoder->flags & SW_DECODER_BINARY ? 0 : feed->line,
    };
    if (sw_split(decoder, feed->split_state, slice, feed->at_end))
        return true;
    if (feed->have < BLOCK_MAX - UTF16_ROOM)
        return false;
    if (decoder->split != NULL) {
        /* The splitter's own decoder knows how to say that a record was too long. */
        slice->len = feed->have;
        return sw_split(decoder, feed->split_state, slice, true);
    }
    feed->skipping = true;
    feed->oversize++;
    return false;
}

/* Moves the cut slice out of the feed into a piece; what follows it stays, in a new block. */
static int give_out(struct sw_feed *feed, const struct sw_slice *slice, struct sw_piece *piece)
{
    size_t rest = feed->have - slice->len;
    uint8_t *next = NULL;
    size_t cap = rest > SW_SLICE_SIZE / 2 ? BLOCK_MAX : SW_SLICE_SIZE;
    if (rest > 0) {
        next = sw_realloc(NULL, cap, 1);
        if (next == NULL)
            return SW_E_NOMEM;
        memcpy(next, feed->block + slice->len, rest);
    }
    piece->slice = *slice;
    piece->block = feed->block;
    feed->block = next;
    feed->cap = next != NULL ? cap : 0;
    feed->have = rest;
    feed->offset += slice->len;
    if (slice->line > 0)
        feed->line += count_lines(slice->data, slice->len);
    if (feed->input->decoder->header == NULL)
        return 0;
    if (feed->header.len > 0) {
        piece->header = sw_strndup(feed->header.data, feed->header.len);
        if (piece->header == NULL)
            return SW_E_NOMEM;
        piece->slice.header = sw_strn(piece->header, feed->header.len);
    }
    feed->input->decoder->header(&feed->header, &piece->slice);
    return 0;
}

/* Whether the input goes on behind what the block holds; the bytes are lost. */
static bool goes_on(struct sw_feed *feed)
{
    uint8_t more[256];
    ssize_t n = feed->at_end ? 0 : sw_stream_read(feed->stream, more, sizeof more);
    if (n < 0)
        read_ended(feed, n);
    return n > 0;
}

/* Reads a script as a whole, or its first SW_MAX_SCRIPT bytes, and puts it into the piece. */
static int read_script(struct sw_feed *feed, struct sw_piece *piece)
{
    size_t cap = SW_SCRIPT_BLOCK;
    do {
        int rc = block_reserve(feed, cap);
        if (rc != 0)
            return rc;
        fill(feed);
        cap *= 2;
    } while (!feed->at_end && cap <= SW_MAX_SCRIPT);
    feed->input->cut = goes_on(feed);
    piece->slice = (struct sw_slice){.data = feed->block, .len = feed->have, .line = 1};
    piece->block = feed->block;
    feed->block = NULL;
    feed->have = feed->cap = 0;
    return 0;
}

/* Reads until a slice can be cut, and puts it into the piece. */
static int read_slice(struct sw_feed *feed, struct sw_piece *piece)
{
    struct sw_slice slice;
    for (;;) {
        int rc = block_reserve(feed, feed->have < SW_SLICE_SIZE - UTF16_ROOM ? SW_SLICE_SIZE : BLOCK_MAX);
        if (rc != 0)
            return rc;
        fill(feed);
        drop_mark(feed);
        if (feed->skipping)
            skip_long_line(feed);
        if (feed->have == 0 && !feed->at_end)
            continue;
        if (feed->have == 0)
            break;
        if (!cut(feed, &slice))
            continue;
        rc = give_out(feed, &slice, piece);
        if (rc != 0)
            return rc;
        break;
    }
    piece->oversize = feed->oversize;
    feed->oversize = 0;
    return 0;
}

int sw_feed_next(struct sw_feed *feed, struct sw_piece **out)
{
    if (feed->input == NULL) {
        int rc = open_next(feed);
        if (rc <= 0)
            return rc;
    }
    struct sw_piece *piece = sw_alloc(1, sizeof *piece);
    if (piece == NULL)
        return SW_E_NOMEM;
    piece->input = feed->input;
    int rc = 0;
    if (feed->input->script != NULL)
        rc = read_script(feed, piece);
    else if (feed->input->decoder != NULL)
        rc = read_slice(feed, piece);
    if (rc != 0) {
        sw_piece_free(piece);
        return rc;
    }
    if (feed->input->decoder == NULL || (feed->at_end && feed->have == 0)) {
        piece->last = true;
        feed->input = NULL;
    }
    *out = piece;
    return 1;
}
