/* stream.c - the stack of layers: goes down into containers and back up, from member to member. */
#include "source/stream.h"

#include "base/mem.h"
#include "source/path.h"
#include "source/stream_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

/* The file, and for each container the layer and perhaps a spool under it. */
#define MAX_LAYERS (1 + 2 * SW_MAX_ARCHIVE_DEPTH)
#define MAX_PATH_BYTES ((size_t)1 << 20)

struct sw_stream {
    struct sw_layer layers[MAX_LAYERS];
    size_t count;
    unsigned depth;
    bool started; /* the file itself was looked at */
    bool readable;
    bool taken;   /* of the current member some was read */
    int64_t modified;
    struct sw_buf path;
    struct sw_account account;
    struct sw_error error; /* of the member that can't be read */
};

static locale_t utf8_locale; /* for the names in archives, whatever the process's locale; (locale_t)0: there is none */

static void load_locale(void)
{
    utf8_locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
}

void sw_stream_prepare(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, load_locale);
}

struct sw_stream *sw_stream_new(void)
{
    sw_stream_prepare();
    struct sw_stream *stream = sw_alloc(1, sizeof *stream);
    if (stream == NULL)
        return NULL;
    sw_buf_init(&stream->path, MAX_PATH_BYTES);
    return stream;
}

void sw_stream_free(struct sw_stream *stream)
{
    if (stream == NULL)
        return;
    sw_stream_close(stream);
    for (size_t i = 0; i < MAX_LAYERS; i++)
        sw_free(stream->layers[i].head);
    sw_buf_fini(&stream->path);
    sw_free(stream);
}

/* --- the stack ------------------------------------------------------------------------------------------ */

static struct sw_layer *top(struct sw_stream *stream)
{
    return stream->count > 0 ? &stream->layers[stream->count - 1] : NULL;
}

static void pop(struct sw_stream *stream)
{
    struct sw_layer *layer = top(stream);
    if (layer->ops != NULL)
        layer->ops->fini(layer);
    layer->ops = NULL;
    stream->count--;
    if (layer->unpacks)
        stream->depth--;
}

/* A blank layer on top; its setting up follows. */
static struct sw_layer *push(struct sw_stream *stream)
{
    struct sw_layer *below = top(stream);
    struct sw_layer *layer = &stream->layers[stream->count++];
    *layer = (struct sw_layer){.account = &stream->account, .below = below, .head = layer->head, .size = SW_SIZE_UNKNOWN};
    return layer;
}

void sw_stream_close(struct sw_stream *stream)
{
    while (stream->count > 0)
        pop(stream);
    stream->depth = 0;
    stream->started = false;
    stream->readable = false;
    sw_buf_clear(&stream->path);
}

/* --- opening -------------------------------------------------------------------------------------------- */

static int begin(struct sw_stream *stream, int fd, bool close_fd, struct sw_str name, struct sw_error *err)
{
    sw_stream_close(stream);
    stream->account = (struct sw_account){.file = &stream->layers[0], .utf8 = utf8_locale};
    struct sw_layer *file = push(stream);
    int rc = sw_layer_file(file, fd, close_fd, &stream->modified);
    if (rc != 0) {
        const char *why = file->error.code != 0 ? file->error.text : sw_strerror(rc);
        (void)sw_error_set(err, rc, 0, 0, "%s", why);
        if (close_fd)
            (void)close(fd);
        pop(stream);
        return rc;
    }
    sw_path_show(&stream->path, name);
    if (sw_buf_error(&stream->path) != 0) {
        rc = sw_error_set(err, SW_E_NOMEM, 0, 0, "%s", sw_strerror(SW_E_NOMEM));
        sw_stream_close(stream);
    }
    return rc;
}

int sw_stream_open_fd(struct sw_stream *stream, int fd, struct sw_str name, struct sw_error *err)
{
    return begin(stream, fd, false, name, err);
}

int sw_stream_open(struct sw_stream *stream, const char *path, struct sw_error *err)
{
    if (strcmp(path, "-") == 0)
        return begin(stream, STDIN_FILENO, false, SW_STR("-"), err);
    int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY;
    int fd = open(path, flags | O_NOATIME); /* looking at evidence should not change it; only its owner may ask for that */
    if (fd < 0 && errno == EPERM)
        fd = open(path, flags);
    if (fd < 0) {
        int number = errno;
        char text[128];
        sw_stream_close(stream);
        return sw_error_set(err,
                            number == ENOENT   ? SW_E_NOTFOUND
                            : number == EACCES ? SW_E_DENIED
                                               : SW_E_IO,
                            0, 0, "%s", strerror_r(number, text, sizeof text));
    }
    return begin(stream, fd, true, sw_str(path), err);
}

/* --- members -------------------------------------------------------------------------------------------- */

static int describe(struct sw_stream *stream, struct sw_member *member)
{
    sw_buf_char(&stream->path, '\0');
    if (sw_buf_error(&stream->path) != 0)
        return SW_E_NOMEM;
    stream->path.len--;
    member->path = sw_buf_str(&stream->path);
    member->depth = stream->depth;
    const struct sw_layer *layer = top(stream);
    member->container = layer != NULL ? layer->name : "";
    return 1;
}

/* A member that can't be read. What the layer `failed` says is copied, since the layer goes. */
static int report(struct sw_stream *stream, struct sw_member *member, int code, const char *text)
{
    struct sw_buf shown;
    sw_buf_init(&shown, sizeof stream->error.text);
    sw_path_show(&shown, sw_str(text)); /* libarchive may quote names from the archive */
    (void)sw_error_set(&stream->error, code, 0, 0, "%.*s", SW_STR_ARG(sw_buf_str(&shown)));
    sw_buf_fini(&shown);
    member->error = code;
    member->reason = stream->error.text;
    stream->readable = false;
    return describe(stream, member);
}

static int report_layer(struct sw_stream *stream, struct sw_member *member, const struct sw_layer *layer, int code)
{
    return report(stream, member, code, layer->error.code != 0 ? layer->error.text : sw_strerror(code));
}

/* Puts the layers of a container on the stack. 0, or 1 when its failure was reported in member. */
static int enter(struct sw_stream *stream, const struct sw_container *container, struct sw_member *member)
{
    if (stream->depth >= SW_MAX_ARCHIVE_DEPTH)
        return report(stream, member, SW_E_LIMIT, "containers are nested too deep");
    if (container->wants_seek && !sw_layer_can_seek(top(stream))) {
        struct sw_layer *spool = push(stream);
        int rc = sw_layer_spool(spool);
        if (rc != 0) {
            stream->count--;
            return rc;
        }
        if (container->needs_seek && !sw_layer_can_seek(spool))
            return report(stream, member, SW_E_LIMIT, "a 7z archive in another container or a pipe is too large: unpack it first");
    }
    struct sw_layer *layer = push(stream);
    int rc = container->codec != NULL ? sw_layer_filter(layer, container->codec) : sw_layer_archive(layer, container);
    layer->path_len = stream->path.len;
    if (rc != 0) {
        stream->count--;
        return rc == SW_E_NOMEM ? rc : report_layer(stream, member, layer, rc);
    }
    layer->unpacks = true;
    stream->depth++;
    return 0;
}

/* From bytes at the top of the stack down into the containers that they are, as far as an archive (0) or a plain
 * member (1). */
static int descend(struct sw_stream *stream, struct sw_member *member)
{
    for (;;) {
        struct sw_layer *layer = top(stream);
        if (sw_layer_peek(layer) != 0)
            return SW_E_NOMEM;
        const struct sw_container *container = sw_container_recognise(layer->head, layer->head_len);
        if (container == NULL) {
            stream->readable = true;
            return describe(stream, member);
        }
        member->size = SW_SIZE_UNKNOWN;
        int rc = enter(stream, container, member);
        if (rc != 0 || top(stream)->is_archive)
            return rc;
    }
}

/* The next entry of the archive on top of the stack. 0: it has no more, and is off the stack. */
static int next_entry(struct sw_stream *stream, struct sw_member *member)
{
    struct sw_layer *archive = top(stream);
    struct sw_entry entry;
    stream->path.len = archive->path_len;
    int rc = sw_archive_next(archive, &entry);
    if (rc == 0) {
        pop(stream);
        return 0;
    }
    if (rc < 0)
        return rc == SW_E_NOMEM ? rc : report_layer(stream, member, archive, rc);
    sw_buf_char(&stream->path, '!');
    sw_path_show(&stream->path, entry.name);
    member->modified = entry.modified != SW_TIME_NONE ? entry.modified : stream->modified;
    member->size = entry.size;
    if (entry.encrypted)
        return report(stream, member, SW_E_UNSUPPORTED, "encrypted");
    return descend(stream, member);
}

int sw_stream_next(struct sw_stream *stream, struct sw_member *member)
{
    if (stream->count == 0 && !stream->started)
        return SW_E_STATE;
    stream->readable = false;
    stream->taken = false;
    for (;;) {
        *member = (struct sw_member){.modified = stream->modified, .size = SW_SIZE_UNKNOWN, .container = "", .reason = ""};
        int rc;
        if (!stream->started) {
            stream->started = true;
            member->size = stream->layers[0].size;
            rc = descend(stream, member);
        } else {
            while (stream->count > 0 && (stream->account.exhausted || !top(stream)->is_archive))
                pop(stream);
            if (stream->count == 0)
                return 0;
            rc = next_entry(stream, member);
        }
        if (rc != 0)
            return rc;
    }
}

const uint8_t *sw_stream_peek(struct sw_stream *stream, size_t *len, bool *complete)
{
    *len = 0;
    *complete = true;
    if (!stream->readable || stream->taken)
        return NULL;
    const struct sw_layer *layer = top(stream);
    *len = layer->head_len;
    *complete = layer->head_len < SW_STREAM_PEEK;
    return layer->head;
}

ssize_t sw_stream_read(struct sw_stream *stream, void *buf, size_t len)
{
    if (!stream->readable)
        return stream->error.code != 0 ? stream->error.code : SW_E_STATE;
    stream->taken = true;
    return sw_layer_read(top(stream), buf, len);
}

const char *sw_stream_error(const struct sw_stream *stream)
{
    if (!stream->readable)
        return stream->error.text;
    return stream->layers[stream->count - 1].error.text;
}

uint64_t sw_stream_position(const struct sw_stream *stream)
{
    return stream->layers[0].out;
}

struct sw_stream_skipped sw_stream_skipped(const struct sw_stream *stream)
{
    return stream->account.skipped;
}
