/* files.c - rule files under the given paths, whole in memory, one after the other. Walking and unpacking are the
 * source floor's; here is what counts as a rule file: what is named outright, and *.yml and *.yaml in directories and
 * archives, but for *.tests.yml, the tests of rules (sigma/tests.h). */
#include "sigma/loader_priv.h"

#include "base/limits.h"
#include "base/mem.h"
#include "source/path.h"
#include "source/stream.h"
#include "source/walk.h"

#include <stdlib.h>

/* A file of an archive, held until all its members can be taken in the order of their names. */
struct held {
    char *path;
    char *bytes;
    size_t len;
    char *error; /* why it can't be read; NULL: it was */
};

struct walker {
    sw_file_fn *each;
    void *context;
    struct sw_stream *stream;
    struct held *held;
    size_t held_count, held_cap, held_bytes;
    struct sw_buf shown; /* the present file's path as it is shown */
    struct sw_buf bytes;
};

static bool is_rule_name(struct sw_str path)
{
    if (sw_str_iends(path, SW_STR(".tests.yml")))
        return false;
    return sw_str_iends(path, SW_STR(".yml")) || sw_str_iends(path, SW_STR(".yaml"));
}

/* Reads the present member into w->bytes; an explanation in *why when that fails. SW_E_NOMEM ends the run. */
static int read_member(struct walker *w, const char **why)
{
    enum { PIECE = 64 * 1024 };
    sw_buf_clear(&w->bytes);
    *why = NULL;
    for (;;) {
        if (w->bytes.len > SW_MAX_RULE_FILE) {
            *why = "the file is too large for rules";
            return 0;
        }
        if (sw_buf_reserve(&w->bytes, PIECE) != 0)
            return SW_E_NOMEM;
        ssize_t n = sw_stream_read(w->stream, w->bytes.data + w->bytes.len, PIECE);
        if (n == 0)
            return 0;
        if (n < 0) {
            *why = sw_stream_error(w->stream);
            return n == SW_E_NOMEM ? SW_E_NOMEM : 0;
        }
        w->bytes.len += (size_t)n;
    }
}

static void drop_held(struct walker *w)
{
    for (size_t i = 0; i < w->held_count; i++) {
        sw_free(w->held[i].path);
        sw_free(w->held[i].bytes);
        sw_free(w->held[i].error);
    }
    w->held_count = 0;
    w->held_bytes = 0;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct held *)a)->path, ((const struct held *)b)->path);
}

static int deliver_held(struct walker *w)
{
    int rc = 0;
    if (w->held_count > 1)
        qsort(w->held, w->held_count, sizeof *w->held, by_path);
    for (size_t i = 0; rc == 0 && i < w->held_count; i++)
        rc = w->each(w->context, sw_str(w->held[i].path), sw_strn(w->held[i].bytes, w->held[i].len), w->held[i].error);
    drop_held(w);
    return rc;
}

/* Puts a member aside. `why` not NULL: it couldn't be read. */
static int hold(struct walker *w, struct sw_str path, const char *why)
{
    int rc = sw_grow(&w->held, &w->held_cap, w->held_count, sizeof *w->held, SW_MAX_ARCHIVE_MEMBERS);
    if (rc != 0)
        return rc;
    bool full = w->held_bytes + w->bytes.len > SW_MAX_RULE_ARCHIVE;
    if (full && why == NULL)
        why = "the archive's rules are too large together";
    struct held *held = &w->held[w->held_count];
    *held = (struct held){.path = sw_strndup(path.ptr, path.len)};
    if (why != NULL)
        held->error = sw_strdup(why);
    else
        held->bytes = sw_strndup(w->bytes.data, w->bytes.len);
    w->held_count++;
    if (held->path == NULL || (held->error == NULL && held->bytes == NULL))
        return SW_E_NOMEM;
    if (why == NULL) {
        held->len = w->bytes.len;
        w->held_bytes += held->len;
    }
    return 0;
}

static int take_members(struct walker *w)
{
    struct sw_member member;
    int rc;
    while ((rc = sw_stream_next(w->stream, &member)) == 1) {
        const char *why = member.reason;
        bool inner = sw_str_chr(member.path, '!') != SW_NPOS;
        if (member.error == 0 && inner && !is_rule_name(member.path))
            continue;
        sw_buf_clear(&w->bytes);
        int failed = member.error == 0 ? read_member(w, &why) : 0;
        if (failed == 0)
            failed = hold(w, member.path, why);
        if (failed != 0)
            return failed;
    }
    return rc;
}

static int take_file(struct walker *w, const char *path, struct sw_error *err)
{
    struct sw_error why = {0};
    sw_buf_clear(&w->shown);
    sw_path_show(&w->shown, sw_str(path));
    if (sw_buf_error(&w->shown) != 0)
        return SW_E_NOMEM;
    int rc = sw_stream_open(w->stream, path, &why);
    if (rc == SW_E_NOMEM)
        return sw_error_set(err, rc, 0, 0, "no memory for a rule file");
    if (rc != 0)
        return w->each(w->context, sw_buf_str(&w->shown), (struct sw_str){NULL, 0}, why.text);
    rc = take_members(w);
    if (rc == 0)
        rc = deliver_held(w);
    drop_held(w);
    sw_stream_close(w->stream);
    return rc;
}

/* A path that was asked for and isn't there ends loading: a misspelt --rules must not look like an empty rule set. */
static int check_problems(struct walker *w, const struct sw_walk *walk, const char *const *paths, size_t count,
                          struct sw_error *err)
{
    for (size_t i = 0; i < walk->problem_count; i++) {
        struct sw_str path = walk->problems[i].path;
        sw_buf_clear(&w->shown);
        sw_path_show(&w->shown, path);
        for (size_t j = 0; j < count; j++) {
            if (!sw_str_is(path, paths[j]))
                continue;
            (void)sw_error_set(err, SW_E_IO, 0, 0, "can't read rules: %s", walk->problems[i].reason);
            sw_error_source(err, paths[j]);
            return SW_E_IO;
        }
        int rc = w->each(w->context, sw_buf_str(&w->shown), (struct sw_str){NULL, 0}, walk->problems[i].reason);
        if (rc != 0)
            return rc;
    }
    return 0;
}

static int list_files(struct sw_walk *walk, const char *const *paths, size_t count)
{
    int rc = sw_walk_exclude(walk, ".*"); /* .git, .github and the like */
    for (size_t i = 0; rc == 0 && i < count; i++)
        rc = sw_walk_add(walk, paths[i]);
    return rc != 0 ? rc : sw_walk_finish(walk);
}

int sw_files_walk(const char *const *paths, size_t count, sw_file_fn *each, void *context, struct sw_error *err)
{
    struct sw_walk walk;
    struct walker w = {.each = each, .context = context, .stream = sw_stream_new()};
    struct sw_buf path;
    sw_walk_init(&walk);
    sw_buf_init(&path, SW_MAX_RULE_FILE);
    sw_buf_init(&w.shown, SW_MAX_RULE_FILE);
    sw_buf_init(&w.bytes, (size_t)2 * SW_MAX_RULE_FILE);
    int rc = w.stream != NULL ? list_files(&walk, paths, count) : SW_E_NOMEM;
    if (rc == 0)
        rc = check_problems(&w, &walk, paths, count, err);
    for (size_t i = 0; rc == 0 && i < walk.count; i++) {
        if (!walk.files[i].named && !is_rule_name(sw_strn(walk.files[i].name, walk.files[i].name_len)))
            continue;
        rc = sw_walk_path(&walk, i, &path);
        if (rc == 0)
            rc = take_file(&w, path.data, err);
    }
    drop_held(&w);
    sw_free(w.held);
    sw_stream_free(w.stream);
    sw_buf_fini(&w.bytes);
    sw_buf_fini(&w.shown);
    sw_buf_fini(&path);
    sw_walk_fini(&walk);
    return rc;
}
