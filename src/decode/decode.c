/* decode.c - what all decoders share: the registry, sniffing, the loop over lines, and the accounts of records. */
#include "decode/decode.h"

#include "base/error.h"

#define SW_DECODER(name) extern const struct sw_decoder sw_decoder_##name;
#include "decode/decoders.def"
#undef SW_DECODER

const struct sw_decoder *const sw_decoders[] = {
#define SW_DECODER(name) &sw_decoder_##name,
#include "decode/decoders.def"
#undef SW_DECODER
};
const size_t sw_decoder_count = sizeof sw_decoders / sizeof sw_decoders[0];

const struct sw_decoder *sw_decoder_find(struct sw_str name)
{
    for (size_t i = 0; i < sw_decoder_count; i++)
        if (sw_str_is(name, sw_decoders[i]->name))
            return sw_decoders[i];
    return NULL;
}

const struct sw_decoder *sw_decoder_sniff(const struct sw_sniff *sniff, int *sureness)
{
    const struct sw_decoder *best = NULL;
    int best_sure = SW_SURE_NO;
    for (size_t i = 0; i < sw_decoder_count && best_sure < SW_SURE_MAGIC; i++) {
        int sure = sw_decoders[i]->sniff(sniff);
        if (sure > best_sure) {
            best = sw_decoders[i];
            best_sure = sure;
        }
    }
    if (best == NULL)
        best = sw_decoder_find(SW_STR("text"));
    if (sureness != NULL)
        *sureness = best_sure;
    return best;
}

int sw_decode_init(struct sw_decode *d, const struct sw_decoder *decoder, const struct sw_source_info *source,
                   const struct sw_classes *classes, struct sw_read_stats *stats, struct sw_arena *arena, sw_emit_fn emit,
                   void *emit_arg)
{
    *d = (struct sw_decode){.decoder = decoder,
                            .source = source,
                            .classes = classes,
                            .stats = stats,
                            .arena = arena,
                            .emit = emit,
                            .emit_arg = emit_arg};
    sw_event_init(&d->event);
    if (decoder->state_new == NULL)
        return 0;
    d->state = decoder->state_new(classes);
    return d->state == NULL ? SW_E_NOMEM : 0;
}

void sw_decode_fini(struct sw_decode *d)
{
    if (d->decoder->state_free != NULL && d->state != NULL)
        d->decoder->state_free(d->state);
    d->state = NULL;
    sw_event_fini(&d->event);
}

/* --- accounts ------------------------------------------------------------------------------------------- */

void sw_read_stats_init(struct sw_read_stats *stats)
{
    *stats = (struct sw_read_stats){.first = SW_TIME_NONE, .last = SW_TIME_NONE};
}

static void count_reason(struct sw_reason *reasons, size_t *count, const char *text, uint64_t times, uint64_t offset)
{
    size_t i = 0;
    while (i < *count && strcmp(reasons[i].text, text) != 0)
        i++;
    if (i == *count) {
        if (*count == SW_MAX_REASONS - 1) {
            i = SW_MAX_REASONS - 1;
            text = "other";
        }
        if (i == *count) {
            reasons[i] = (struct sw_reason){text, 0, offset};
            (*count)++;
        } else if (reasons[i].count == 0) {
            reasons[i] = (struct sw_reason){text, 0, offset};
            *count = SW_MAX_REASONS;
        }
    }
    reasons[i].count += times;
    if (offset < reasons[i].first_offset)
        reasons[i].first_offset = offset;
}

static void widen(struct sw_read_stats *stats, int64_t time)
{
    if (time == SW_TIME_NONE)
        return;
    if (stats->first == SW_TIME_NONE || time < stats->first)
        stats->first = time;
    if (stats->last == SW_TIME_NONE || time > stats->last)
        stats->last = time;
}

void sw_read_stats_reject(struct sw_read_stats *stats, const char *reason, uint64_t records, uint64_t offset)
{
    stats->read += records;
    stats->rejected += records;
    count_reason(stats->reasons, &stats->reason_count, reason, records, offset);
}

void sw_read_stats_note(struct sw_read_stats *stats, const char *note)
{
    count_reason(stats->notes, &stats->note_count, note, 1, 0);
}

void sw_read_stats_add(struct sw_read_stats *sum, const struct sw_read_stats *more)
{
    sum->read += more->read;
    sum->parsed += more->parsed;
    sum->rejected += more->rejected;
    for (size_t i = 0; i < more->reason_count; i++)
        count_reason(sum->reasons, &sum->reason_count, more->reasons[i].text, more->reasons[i].count,
                     more->reasons[i].first_offset);
    for (size_t i = 0; i < more->note_count; i++)
        count_reason(sum->notes, &sum->note_count, more->notes[i].text, more->notes[i].count, more->notes[i].first_offset);
    widen(sum, more->first);
    widen(sum, more->last);
}

void sw_decode_begin(struct sw_decode *d, struct sw_str raw, uint64_t offset, uint64_t line)
{
    sw_event_clear(&d->event);
    d->record_mark = sw_arena_mark(d->arena);
    d->event.raw = raw;
    d->event.raw_is_value = d->decoder->line != NULL;
    d->event.offset = offset;
    d->event.line = line;
    d->event.record = d->record++;
    d->stats->read++;
}

int sw_decode_emit(struct sw_decode *d)
{
    sw_classify(d->classes, &d->event, d->arena);
    d->stats->parsed++;
    widen(d->stats, d->event.time);
    if (d->event.dropped > 0)
        sw_decode_note(d, "fields beyond the limit dropped");
    int rc = d->emit(d->emit_arg, &d->event);
    sw_arena_rewind(d->arena, d->record_mark);
    return rc;
}

void sw_decode_reject(struct sw_decode *d, const char *reason)
{
    d->stats->rejected++;
    count_reason(d->stats->reasons, &d->stats->reason_count, reason, 1, d->event.offset);
    sw_arena_rewind(d->arena, d->record_mark);
}

void sw_decode_note(struct sw_decode *d, const char *note)
{
    count_reason(d->stats->notes, &d->stats->note_count, note, 1, d->event.offset);
}

/* --- lines ---------------------------------------------------------------------------------------------- */

bool sw_next_line(struct sw_str data, size_t *at, struct sw_str *line)
{
    if (*at >= data.len)
        return false;
    const char *start = data.ptr + *at;
    const char *end = memchr(start, '\n', data.len - *at);
    size_t len = end ? (size_t)(end - start) : data.len - *at;
    *at += len + (end != NULL);
    if (len > 0 && start[len - 1] == '\r')
        len--;
    *line = (struct sw_str){start, len};
    return true;
}

unsigned sw_sniff_lines(const struct sw_sniff *sniff, unsigned most, bool (*fits)(struct sw_str line))
{
    size_t at = 0;
    unsigned seen = 0;
    unsigned good = 0;
    struct sw_str line;
    while (seen < most && sw_next_line(sniff->head, &at, &line)) {
        bool cut = at == sniff->head.len && sniff->head.ptr[at - 1] != '\n' && !sniff->complete;
        if (cut)
            break;
        if (sw_str_trim(line).len == 0)
            continue;
        seen++;
        good += fits(line);
    }
    return seen == 0 ? 0 : good * 100 / seen;
}

static int decode_lines(struct sw_decode *d, const struct sw_slice *slice)
{
    struct sw_str data = {(const char *)slice->data, slice->len};
    size_t at = 0;
    uint64_t number = slice->line;
    struct sw_str line;
    for (size_t from = 0; sw_next_line(data, &at, &line); from = at, number++) {
        d->record = number;
        if (line.len == 0)
            continue;
        sw_decode_begin(d, line, slice->offset + from, number);
        if (line.len > SW_MAX_RECORD) {
            sw_decode_reject(d, "line longer than the limit");
            continue;
        }
        int rc = d->decoder->line(d, line);
        if (rc != 0)
            return rc;
    }
    return 0;
}

bool sw_split(const struct sw_decoder *decoder, void *state, struct sw_slice *slice, bool eof)
{
    size_t cut = 0;
    if (decoder->split != NULL) {
        cut = decoder->split(state, slice->data, slice->len, slice->offset, eof);
    } else if (slice->len > 0) {
        const uint8_t *end = memrchr(slice->data, '\n', slice->len);
        cut = end != NULL ? (size_t)(end - slice->data) + 1 : 0;
    }
    if (cut == 0 && !eof)
        return false;
    if (cut != 0 && cut < slice->len)
        slice->len = cut;
    struct sw_split_head head;
    memcpy(&head, state, sizeof head);
    slice->record = head.record != 0 ? head.record : slice->line;
    slice->context = head.context;
    return true;
}

int sw_decode_slice(struct sw_decode *d, const struct sw_slice *slice)
{
    d->record = slice->record;
    d->slices++;
    /* Here, since a worker uses one decoder's state for many sources. */
    d->event.path_bits = sw_classes_path(d->classes, d->source->path);
    if (d->decoder->decode != NULL)
        return d->decoder->decode(d, slice);
    return decode_lines(d, slice);
}
