/* drive.c - see drive.h. Out of memory ends the program: it is a test. */
#include "drive.h"

#include "base/mem.h"
#include "report/event_json.h"

#include <stdio.h>
#include <stdlib.h>

/* Output beyond this is not compared; no input of a few 100 KiB comes near it but by repeating a field. */
#define OUT_MAX ((size_t)256 << 20)

static void require(bool holds, const char *promise)
{
    if (holds)
        return;
    (void)fprintf(stderr, "broken promise: %s\n", promise);
    abort();
}

/* One run of one decoder. Non-sequential decoders get two states, as if two workers took turns. */
struct drive {
    const struct sw_decoder *decoder;
    struct sw_input input;
    struct sw_read_stats stats;
    struct sw_arena arenas[2];
    struct sw_decode workers[2];
    struct sw_buf header;
    struct sw_buf *out; /* NULL: events are not wanted */
    uint64_t emitted;
    uint64_t touched; /* a sum over all bytes of all values */
};

static struct sw_classes *classes;
static struct sw_event_writer *writer;

static void load_tables(void)
{
    if (classes != NULL)
        return;
    struct sw_error err;
    require(sw_classes_load(&classes, NULL, 0, &err) == 0, "the embedded mapping loads");
    require(sw_event_writer_new(&writer, classes) == 0, "there is memory");
}

/* Reads every byte, so that ASan tells when one can't be. */
static unsigned touch(struct sw_str s)
{
    unsigned sum = 0;
    for (size_t i = 0; i < s.len; i++)
        sum += (unsigned char)s.ptr[i];
    return sum;
}

static int on_event(void *arg, struct sw_event *event)
{
    struct drive *drive = arg;
    drive->emitted++;
    require(event->class_id < sw_classes_count(classes), "an event's class exists");
    require(event->count <= SW_MAX_FIELDS, "an event has at most SW_MAX_FIELDS fields");
    for (uint32_t i = 0; i < event->count; i++) {
        const struct sw_field *field = &event->fields[i];
        require(field->id < sw_field_count() && field->id != SW_FIELD_NONE, "a field's id exists");
        require(field->type <= SW_NULL, "a field's type exists");
        require(field->ptr != NULL || field->len == 0, "a value that has a length has bytes");
        drive->touched += touch(sw_field_value(field));
    }
    drive->touched += touch(event->raw);
    if (drive->out != NULL && drive->out->len < OUT_MAX)
        sw_event_json_line(writer, drive->out, &drive->input, event);
    return 0;
}

static void start(struct drive *drive, const struct sw_decoder *decoder, const struct drive_schedule *schedule,
                  struct sw_buf *out)
{
    load_tables();
    sw_event_json_begin(writer);
    *drive = (struct drive){.decoder = decoder, .out = out};
    drive->input = (struct sw_input){.decoder = decoder,
                                     .info = {.path = SW_STR("fuzz"),
                                              .modified = 1795521600ll * SW_SECOND,
                                              .recover = schedule->recover}};
    sw_read_stats_init(&drive->stats);
    sw_buf_init(&drive->header, SW_MAX_RECORD);
    for (int i = 0; i < 2; i++) {
        sw_arena_init(&drive->arenas[i], SW_MAX_ARENA);
        require(sw_decode_init(&drive->workers[i], decoder, &drive->input.info, classes, &drive->stats, &drive->arenas[i],
                               on_event, drive) == 0,
                "a decoder's state can be made");
    }
}

static void finish(struct drive *drive)
{
    if (drive->decoder->flush != NULL)
        require(drive->decoder->flush(&drive->workers[0]) == 0, "flush() succeeds");
    const struct sw_read_stats *stats = &drive->stats;
    require(stats->read == stats->parsed + stats->rejected, "records read are those parsed and those rejected");
    require(stats->parsed == drive->emitted, "events emitted are counted as parsed");
    uint64_t reasons = 0;
    for (size_t i = 0; i < stats->reason_count; i++)
        reasons += stats->reasons[i].count;
    require(reasons == stats->rejected, "each rejected record has one reason");
    for (int i = 0; i < 2; i++) {
        sw_decode_fini(&drive->workers[i]);
        sw_arena_fini(&drive->arenas[i]);
    }
    sw_buf_fini(&drive->header);
}

/* Decodes one slice from copies that are exactly as long as they are told to be. */
static void decode(struct drive *drive, struct sw_slice slice, unsigned worker)
{
    uint8_t *copy = sw_alloc(slice.len, 1);
    char *header = drive->header.len > 0 ? sw_alloc(drive->header.len, 1) : NULL;
    require(copy != NULL && (header != NULL || drive->header.len == 0), "there is memory");
    memcpy(copy, slice.data, slice.len);
    slice.data = copy;
    if (header != NULL)
        memcpy(header, drive->header.data, drive->header.len);
    slice.header = (struct sw_str){header, header != NULL ? drive->header.len : 0};
    if (drive->decoder->header != NULL)
        drive->decoder->header(&drive->header, &slice);
    bool sequential = (drive->decoder->flags & SW_DECODER_SEQUENTIAL) != 0;
    unsigned i = sequential ? 0 : worker % 2;
    require(sw_decode_slice(&drive->workers[i], &slice) == 0, "decoding succeeds");
    if (!sequential)
        sw_arena_reset(&drive->arenas[i]);
    sw_free(copy);
    sw_free(header);
}

static uint64_t count_lines(const uint8_t *data, size_t len)
{
    uint64_t lines = 0;
    for (size_t i = 0; i < len; i++)
        lines += data[i] == '\n';
    return lines;
}

static size_t step_of(const struct drive_schedule *schedule, size_t turn, size_t left)
{
    static const uint8_t at_once[4] = {0xff, 0xff, 0xff, 0xff};
    if (memcmp(schedule->steps, at_once, sizeof at_once) == 0)
        return left;
    size_t step = schedule->steps[turn % 4];
    step = step * step + 1;
    return step < left ? step : left;
}

/* One source from its start to its end. */
static void drive_source(struct drive *drive, const uint8_t *data, size_t len, const struct drive_schedule *schedule)
{
    const struct sw_decoder *decoder = drive->decoder;
    _Alignas(16) unsigned char split_state[SW_SPLIT_STATE] = {0};
    uint64_t line = 1;
    size_t from = 0;
    size_t to = 0;
    for (size_t turn = 0; from < len; turn++) {
        to += step_of(schedule, turn, len - to);
        struct sw_slice slice = {.data = data + from,
                                 .len = to - from,
                                 .offset = from,
                                 .line = decoder->flags & SW_DECODER_BINARY ? 0 : line};
        size_t given = slice.len;
        if (!sw_split(decoder, split_state, &slice, to == len)) {
            require(to < len, "at the end of the source split() gives out what there is");
            continue;
        }
        require(slice.len > 0 && slice.len <= given, "split() returns between 1 and what it was given");
        decode(drive, slice, (unsigned)turn);
        line += count_lines(slice.data, slice.len);
        from += slice.len;
    }
}

/* The same bytes as another source: of a much earlier time and another name. Nothing of it may be left in a worker's
 * state that shows in the events of the source that follows. */
static void use_before(struct drive *drive, const uint8_t *data, size_t len, const struct drive_schedule *schedule)
{
    struct sw_source_info other = {.path = SW_STR("old/nginx/access.log"), .modified = 1000000000ll * SW_SECOND};
    struct sw_buf *out = drive->out;
    drive->out = NULL;
    for (int i = 0; i < 2; i++)
        drive->workers[i].source = &other;
    drive_source(drive, data, len, schedule);
    for (int i = 0; i < 2; i++)
        drive->workers[i].source = &drive->input.info;
    drive->out = out;
    drive->emitted = 0;
    sw_read_stats_init(&drive->stats);
    sw_buf_clear(&drive->header);
}

void drive_decoder(const struct sw_decoder *decoder, const uint8_t *data, size_t len,
                   const struct drive_schedule *schedule, struct sw_buf *out)
{
    struct drive drive;
    start(&drive, decoder, schedule, out);
    if (schedule->used && (decoder->flags & SW_DECODER_SEQUENTIAL) == 0)
        use_before(&drive, data, len, schedule);
    drive_source(&drive, data, len, schedule);
    finish(&drive);
}

/* Shows the first line that differs. */
static void show_difference(const struct sw_buf *a, const struct sw_buf *b)
{
    size_t at = 0;
    while (at < a->len && at < b->len && a->data[at] == b->data[at])
        at++;
    while (at > 0 && a->data[at - 1] != '\n')
        at--;
    const struct sw_buf *bufs[2] = {a, b};
    for (int i = 0; i < 2; i++) {
        struct sw_str rest = sw_str_from(sw_buf_str(bufs[i]), at);
        size_t end = sw_str_chr(rest, '\n');
        struct sw_str line = sw_str_slice(rest, 0, end);
        (void)fprintf(stderr, "%s: %.*s\n", i == 0 ? "all at once" : "in pieces  ", SW_STR_ARG(line));
    }
}

void drive_compare(const struct sw_decoder *decoder, const uint8_t *data, size_t len,
                   const struct drive_schedule *schedule)
{
    struct drive_schedule at_once = {.steps = {0xff, 0xff, 0xff, 0xff}, .recover = schedule->recover};
    struct sw_buf whole;
    struct sw_buf pieces;
    sw_buf_init(&whole, OUT_MAX * 2);
    sw_buf_init(&pieces, OUT_MAX * 2);
    drive_decoder(decoder, data, len, &at_once, &whole);
    drive_decoder(decoder, data, len, schedule, &pieces);
    bool same = sw_str_eq(sw_buf_str(&whole), sw_buf_str(&pieces));
    if (!same)
        show_difference(&whole, &pieces);
    require(same, "wherever the source is cut, the events are the same");
    sw_buf_fini(&whole);
    sw_buf_fini(&pieces);
}
