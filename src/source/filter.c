/*
 * filter.c - the layer of one compressed stream, whatever its codec: feeding it, members that follow one another, padding,
 * and saying precisely how a stream broke off.
 */
#include "source/stream_priv.h"

#include "base/mem.h"

#define IN_SIZE (128u << 10)
#define FOLLOW_SIZE 16u /* enough of the input to tell whether a further member begins */

struct filter {
    const struct sw_codec *codec;
    uint8_t *in;
    size_t at;
    size_t len;
    bool below_ended;
    bool between; /* after a complete member */
    void *state;
};

/* Has more input at hand: false at the end of it, or after an error below (then the layer has failed). */
static bool refill(struct sw_layer *layer, struct filter *f)
{
    if (f->below_ended)
        return false;
    if (f->at > 0 && f->at < f->len)
        memmove(f->in, f->in + f->at, f->len - f->at);
    f->len -= f->at;
    f->at = 0;
    ssize_t n = sw_layer_read(layer->below, f->in + f->len, IN_SIZE - f->len);
    if (n < 0)
        (void)sw_layer_fail(layer, (int)n, "%s", layer->below->error.text);
    if (n <= 0) {
        f->below_ended = true;
        return false;
    }
    f->len += (size_t)n;
    return true;
}

/* After a complete member: 1 a further one begins; 0 nothing more; an error when something else follows. */
static int next_member(struct sw_layer *layer, struct filter *f)
{
    bool padded = false;
    for (;;) {
        while (f->at < f->len && f->in[f->at] == 0) {
            f->at++;
            padded = true;
        }
        if (f->len - f->at >= FOLLOW_SIZE || !refill(layer, f))
            if (f->at == f->len || f->in[f->at] != 0)
                break;
    }
    if (layer->error.code != 0)
        return layer->error.code;
    if (f->at == f->len)
        return 0;
    if (!f->codec->follows(f->in + f->at, f->len - f->at))
        return sw_layer_fail(layer, SW_E_FORMAT, "%s stream ends after %llu bytes; %s that follows it is not %s", layer->name,
                             (unsigned long long)layer->out, padded ? "what behind padding" : "data", layer->name);
    int rc = f->codec->start(f->state, false);
    return rc != 0 ? sw_layer_fail(layer, rc, "%s", sw_strerror(rc)) : 1;
}

/* Whether it is the stream's fault or a limit of ours. */
static const char *fault(int code)
{
    return code == SW_E_FORMAT || code == SW_E_CHECKSUM ? "damaged" : "unreadable";
}

/* One step of the codec: bytes written to buf (maybe none), or an error. */
static ssize_t advance(struct sw_layer *layer, struct filter *f, uint8_t *buf, size_t len)
{
    struct sw_codec_io io = {f->in + f->at, f->len - f->at, buf, len};
    const char *why = NULL;
    int rc = f->codec->step(f->state, &io, &why);
    bool idle = io.in_len == f->len - f->at && io.out_len == len;
    f->at = f->len - io.in_len;
    size_t given = len - io.out_len;
    if (rc < 0) {
        (void)sw_layer_fail(layer, rc, "%s %s stream after %llu bytes: %s", fault(rc), layer->name,
                            (unsigned long long)(layer->out + given), why != NULL ? why : sw_strerror(rc));
        return given > 0 ? (ssize_t)given : rc;
    }
    f->between = rc == SW_CODEC_END;
    if (rc == SW_CODEC_MORE && idle && !refill(layer, f) && layer->error.code == 0)
        return sw_layer_fail(layer, SW_E_TRUNCATED, "truncated %s stream after %llu bytes", layer->name,
                             (unsigned long long)layer->out);
    return layer->error.code != 0 && given == 0 ? layer->error.code : (ssize_t)given;
}

static ssize_t filter_read(struct sw_layer *layer, uint8_t *buf, size_t len)
{
    struct filter *f = layer->impl;
    for (;;) {
        if (f->between) {
            int more = next_member(layer, f);
            if (more <= 0)
                return more;
            f->between = false;
        }
        ssize_t n = advance(layer, f, buf, len);
        if (n != 0)
            return n;
    }
}

static void filter_fini(struct sw_layer *layer)
{
    struct filter *f = layer->impl;
    f->codec->end(f->state);
    sw_free(f->state);
    sw_free(f->in);
    sw_free(f);
}

static const struct sw_layer_ops filter_ops = {filter_read, NULL, filter_fini};

int sw_layer_filter(struct sw_layer *layer, const struct sw_codec *codec)
{
    struct filter *f = sw_alloc(1, sizeof *f);
    if (f == NULL)
        return SW_E_NOMEM;
    f->codec = codec;
    f->in = sw_alloc(IN_SIZE, 1);
    f->state = sw_alloc(1, codec->state_size);
    int rc = f->in != NULL && f->state != NULL ? codec->start(f->state, true) : SW_E_NOMEM;
    if (rc != 0) {
        sw_free(f->state);
        sw_free(f->in);
        sw_free(f);
        return rc;
    }
    layer->ops = &filter_ops;
    layer->impl = f;
    layer->name = codec->name;
    return 0;
}
