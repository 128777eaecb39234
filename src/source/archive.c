/*
 * archive.c - the layer of an archive, by libarchive: one format's reader switched on, no filter, no outside program, and
 * all input through the layer below.
 */
#include "source/stream_priv.h"

#include "base/mem.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdio.h>

#define IN_SIZE (128u << 10)
#define MAX_RETRIES 16  /* headers in a row that libarchive asks to have read again */
#define MAX_RESTARTS 64 /* damaged members of one archive that it is opened again for */

struct archive_layer {
    struct archive *reader;
    const struct sw_container *container;
    uint8_t *in;
    uint64_t headers;  /* read so far */
    uint64_t listed;   /* bytes read for the header that is being read */
    bool listing;      /* a header is being read */
    bool has_header;   /* the reader stands at an entry */
    unsigned restarts;
    bool in_entry;
    bool damaged;      /* the current entry broke the reader */
    bool finished;     /* there are no more entries, or none that can be had */
};

/* --- what libarchive reads from ------------------------------------------------------------------------- */

/* A header's lengths may ask libarchive to gather gigabytes for one name. */
static bool is_header_too_long(struct archive_layer *a, ssize_t n)
{
    if (!a->listing || n <= 0)
        return false;
    a->listed += (uint64_t)n;
    return a->listed > SW_MAX_ARCHIVE_HEADER;
}

static la_ssize_t below_read(struct archive *reader, void *arg, const void **data)
{
    struct sw_layer *layer = arg;
    struct archive_layer *a = layer->impl;
    ssize_t n = sw_layer_read(layer->below, a->in, IN_SIZE);
    *data = a->in;
    if (n < 0)
        archive_set_error(reader, EIO, "%s", layer->below->error.text);
    if (is_header_too_long(a, n)) {
        archive_set_error(reader, EIO, "it is longer than %u MiB", SW_MAX_ARCHIVE_HEADER >> 20);
        return ARCHIVE_FATAL;
    }
    return n < 0 ? ARCHIVE_FATAL : n;
}

static la_int64_t below_seek(struct archive *reader, void *arg, la_int64_t offset, int whence)
{
    (void)reader;
    struct sw_layer *layer = arg;
    int64_t at = sw_layer_seek(layer->below, offset, whence);
    return at < 0 ? ARCHIVE_FATAL : at;
}

static la_int64_t below_skip(struct archive *reader, void *arg, la_int64_t length)
{
    (void)reader;
    struct sw_layer *layer = arg;
    if (length < (la_int64_t)IN_SIZE || !sw_layer_can_seek(layer->below))
        return 0; /* it is read and dropped then */
    int64_t from = sw_layer_seek(layer->below, 0, SEEK_CUR);
    if (from < 0 || (uint64_t)from > layer->below->size)
        return 0;
    int64_t left = (int64_t)(layer->below->size - (uint64_t)from);
    int64_t to = sw_layer_seek(layer->below, length < left ? length : left, SEEK_CUR);
    return to < from ? ARCHIVE_FATAL : to - from;
}

/* --- errors --------------------------------------------------------------------------------------------- */

/* Why libarchive gave up: what broke below explains best. */
static int fail(struct sw_layer *layer, const char *doing)
{
    struct archive_layer *a = layer->impl;
    const struct sw_layer *below = layer->below;
    if (below->error.code != 0)
        return sw_layer_fail(layer, below->error.code, "%s", below->error.text);
    bool recognised = archive_format(a->reader) != 0; /* before that libarchive's question for encryption is a null call */
    if (recognised && archive_read_has_encrypted_entries(a->reader) == 1)
        return sw_layer_fail(layer, SW_E_UNSUPPORTED, "encrypted %s archive", layer->name);
    const char *why = archive_error_string(a->reader);
    if (archive_errno(a->reader) == ENOMEM) /* because of what the archive asks for, so its fault, not the run's */
        return sw_layer_fail(layer, SW_E_LIMIT, "%s archive: %s needs more memory than can be had", layer->name, doing);
    return sw_layer_fail(layer, SW_E_FORMAT, "damaged %s archive: %s: %s", layer->name, doing, why != NULL ? why : "unusable data");
}

/* --- the layer ------------------------------------------------------------------------------------------ */

static ssize_t archive_layer_read(struct sw_layer *layer, uint8_t *buf, size_t len)
{
    struct archive_layer *a = layer->impl;
    if (!a->in_entry)
        return 0;
    la_ssize_t n = ARCHIVE_RETRY;
    for (int tries = 0; n == ARCHIVE_RETRY && tries < MAX_RETRIES; tries++)
        n = archive_read_data(a->reader, buf, len);
    if (n >= 0)
        return n;
    a->damaged = n == ARCHIVE_FATAL;
    return fail(layer, "reading a member");
}

static void archive_layer_fini(struct sw_layer *layer)
{
    struct archive_layer *a = layer->impl;
    (void)archive_read_free(a->reader);
    sw_free(a->in);
    sw_free(a);
}

static const struct sw_layer_ops archive_ops = {archive_layer_read, NULL, archive_layer_fini};

static int open_reader(struct sw_layer *layer, struct archive_layer *a)
{
    a->has_header = false;
    a->reader = archive_read_new();
    if (a->reader == NULL)
        return SW_E_NOMEM;
    if (a->container->support(a->reader) < ARCHIVE_WARN)
        return sw_layer_fail(layer, SW_E_UNSUPPORTED, "%s archives cannot be read here", layer->name);
    /* Files appended to a tar after its end mark are evidence too. */
    if (strcmp(layer->name, "tar") == 0)
        (void)archive_read_set_format_option(a->reader, "tar", "read_concatenated_archives", "1");
    (void)archive_read_set_read_callback(a->reader, below_read);
    if (sw_layer_can_seek(layer->below)) {
        (void)archive_read_set_seek_callback(a->reader, below_seek);
        (void)archive_read_set_skip_callback(a->reader, below_skip);
    }
    (void)archive_read_set_callback_data(a->reader, layer);
    return archive_read_open1(a->reader) < ARCHIVE_WARN ? fail(layer, "opening it") : 0;
}

int sw_layer_archive(struct sw_layer *layer, const struct sw_container *container)
{
    struct archive_layer *a = sw_alloc(1, sizeof *a);
    if (a == NULL)
        return SW_E_NOMEM;
    a->container = container;
    a->in = sw_alloc(IN_SIZE, 1);
    layer->ops = &archive_ops;
    layer->impl = a;
    layer->name = container->name;
    layer->is_archive = true;
    int rc = a->in == NULL ? SW_E_NOMEM : open_reader(layer, a);
    if (rc == 0)
        return 0;
    archive_layer_fini(layer);
    layer->ops = NULL;
    return rc;
}

/* --- entries -------------------------------------------------------------------------------------------- */

/* Whether there is something to read in an entry; counts it if not. A hard link may bring content in cpio. */
static bool has_content(struct sw_layer *layer, struct archive_entry *e)
{
    struct sw_stream_skipped *skipped = &layer->account->skipped;
    if (archive_entry_hardlink(e) != NULL && (!archive_entry_size_is_set(e) || archive_entry_size(e) == 0)) {
        skipped->links++;
        return false;
    }
    switch (archive_entry_filetype(e)) {
    case AE_IFREG:
    case 0:
        return true;
    case AE_IFDIR:
        skipped->folders++;
        return false;
    case AE_IFLNK:
        skipped->links++;
        return false;
    default:
        skipped->devices++;
        return false;
    }
}

static void describe(struct archive_entry *e, struct sw_entry *entry)
{
    const char *name = archive_entry_pathname_utf8(e);
    if (name == NULL)
        name = archive_entry_pathname(e);
    entry->name = name != NULL ? sw_str(name) : SW_STR("(no name)");
    entry->size = SW_SIZE_UNKNOWN;
    if (archive_entry_size_is_set(e) && archive_entry_size(e) >= 0)
        entry->size = (uint64_t)archive_entry_size(e);
    entry->modified = SW_TIME_NONE;
    int64_t ns;
    if (archive_entry_mtime_is_set(e) && !__builtin_mul_overflow((int64_t)archive_entry_mtime(e), SW_SECOND, &ns) &&
        !__builtin_add_overflow(ns, (int64_t)archive_entry_mtime_nsec(e), &ns))
        entry->modified = ns;
    entry->encrypted = archive_entry_is_data_encrypted(e) != 0;
}

/* One header, of whatever kind: 1, 0 at the end, or an error. */
static int read_header(struct sw_layer *layer, struct archive_layer *a, struct archive_entry **e)
{
    if (a->has_header)
        (void)archive_read_data_skip(a->reader); /* what was left unread is not the next header's; errors show there */
    a->listing = true;
    a->listed = 0;
    int rc = ARCHIVE_RETRY;
    for (int tries = 0; rc == ARCHIVE_RETRY && tries < MAX_RETRIES; tries++)
        rc = archive_read_next_header(a->reader, e);
    a->listing = false;
    a->has_header = rc >= ARCHIVE_WARN;
    if (rc == ARCHIVE_EOF)
        return 0;
    return rc < ARCHIVE_WARN ? fail(layer, "reading its list of members") : 1;
}

/* libarchive gives a zip up at the first member that is damaged, though the others are whole: opens it again and goes to
 * where it was. 1 or an error. */
static int restart(struct sw_layer *layer, struct archive_layer *a)
{
    struct sw_layer *below = layer->below;
    if (below->error.code != 0)
        return sw_layer_fail(layer, below->error.code, "%s: the members that follow are lost", below->error.text);
    if (!a->container->restarts || ++a->restarts > MAX_RESTARTS || sw_layer_seek(below, 0, SEEK_SET) != 0)
        return sw_layer_fail(layer, SW_E_FORMAT, "damaged %s archive: the members after the damaged one are lost", layer->name);
    (void)archive_read_free(a->reader);
    int rc = open_reader(layer, a);
    if (rc != 0)
        return rc;
    struct archive_entry *e;
    rc = 1;
    for (uint64_t i = 0; i < a->headers && rc == 1; i++)
        rc = read_header(layer, a, &e);
    return rc;
}

static int next_entry(struct sw_layer *layer, struct archive_layer *a, struct sw_entry *entry)
{
    int rc = a->damaged ? restart(layer, a) : 1;
    a->damaged = false;
    while (rc == 1) {
        struct archive_entry *e;
        rc = read_header(layer, a, &e);
        if (rc != 1)
            break;
        a->headers++;
        if (++layer->account->members > SW_MAX_ARCHIVE_MEMBERS) {
            layer->account->exhausted = true;
            return sw_layer_fail(layer, SW_E_LIMIT, "stopped: more than %u members", SW_MAX_ARCHIVE_MEMBERS);
        }
        if (!has_content(layer, e))
            continue;
        describe(e, entry);
        return 1;
    }
    return rc;
}

int sw_archive_next(struct sw_layer *layer, struct sw_entry *entry)
{
    struct archive_layer *a = layer->impl;
    if (a->finished)
        return 0;
    layer->error.code = 0;
    layer->ended = false;
    layer->member_out = 0;
    locale_t utf8 = layer->account->utf8;
    locale_t before = utf8 != (locale_t)0 ? uselocale(utf8) : (locale_t)0;
    int rc = next_entry(layer, a, entry);
    if (before != (locale_t)0)
        (void)uselocale(before);
    a->in_entry = rc == 1;
    a->finished = rc != 1;
    return rc;
}
