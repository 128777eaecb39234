/* walk.c - walks directories with a list of those still to do, so that depth costs neither stack nor descriptors. */
#include "source/walk.h"

#include "base/limits.h"
#include "base/mem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_NAME_BYTES ((size_t)1 << 30)

void sw_walk_init(struct sw_walk *walk)
{
    *walk = (struct sw_walk){.count = 0};
    sw_arena_init(&walk->names, MAX_NAME_BYTES);
}

void sw_walk_fini(struct sw_walk *walk)
{
    sw_free(walk->files);
    sw_free(walk->folders);
    sw_free(walk->problems);
    sw_free(walk->excludes);
    sw_arena_fini(&walk->names);
    *walk = (struct sw_walk){.count = 0};
}

/* The pieces put together, terminated, in the list's arena; ptr NULL when there is no room. */
static struct sw_str join(struct sw_walk *walk, struct sw_str a, struct sw_str b, struct sw_str c)
{
    size_t len = a.len + b.len + c.len;
    char *copy = sw_arena_bytes(&walk->names, len + 1);
    if (copy == NULL)
        return (struct sw_str){NULL, 0};
    char *at = copy;
    at = a.len > 0 ? (char *)mempcpy(at, a.ptr, a.len) : at;
    at = b.len > 0 ? (char *)mempcpy(at, b.ptr, b.len) : at;
    at = c.len > 0 ? (char *)mempcpy(at, c.ptr, c.len) : at;
    *at = '\0';
    return (struct sw_str){copy, len};
}

static struct sw_str keep(struct sw_walk *walk, struct sw_str s)
{
    return join(walk, s, SW_STR(""), SW_STR(""));
}

int sw_walk_exclude(struct sw_walk *walk, const char *glob)
{
    int rc = sw_grow(&walk->excludes, &walk->exclude_cap, walk->exclude_count, sizeof walk->excludes[0], SIZE_MAX);
    if (rc != 0)
        return rc;
    struct sw_str copy = keep(walk, sw_str(glob));
    if (copy.ptr == NULL)
        return SW_E_NOMEM;
    walk->excludes[walk->exclude_count++] = copy;
    return 0;
}

static bool is_excluded(const struct sw_walk *walk, struct sw_str path, const char *name)
{
    for (size_t i = 0; i < walk->exclude_count; i++) {
        struct sw_str glob = walk->excludes[i];
        bool whole = sw_str_chr(glob, '/') != SW_NPOS;
        if (fnmatch(glob.ptr, whole ? path.ptr : name, 0) == 0)
            return true;
    }
    return false;
}

static int add_problem(struct sw_walk *walk, struct sw_str path, const char *reason)
{
    int rc = sw_grow(&walk->problems, &walk->problem_cap, walk->problem_count, sizeof walk->problems[0], SIZE_MAX);
    if (rc != 0)
        return rc;
    struct sw_str copy = keep(walk, path);
    struct sw_str why = keep(walk, sw_str(reason));
    if (copy.ptr == NULL || why.ptr == NULL)
        return SW_E_NOMEM;
    walk->problems[walk->problem_count++] = (struct sw_walk_problem){copy, why.ptr};
    return 0;
}

static int add_errno(struct sw_walk *walk, struct sw_str path, int number)
{
    if (number == ENOMEM)
        return SW_E_NOMEM;
    char text[128];
    const char *reason = strerror_r(number, text, sizeof text);
    return add_problem(walk, path, reason);
}

/* A folder by the three pieces of its path, the last "/" or "". */
static int add_folder(struct sw_walk *walk, struct sw_str prefix, struct sw_str name, struct sw_str slash)
{
    int rc = sw_grow(&walk->folders, &walk->folder_cap, walk->folder_count, sizeof walk->folders[0], UINT32_MAX);
    if (rc != 0)
        return rc;
    struct sw_str path = join(walk, prefix, name, slash);
    if (path.ptr == NULL)
        return SW_E_NOMEM;
    walk->folders[walk->folder_count++] = path;
    return 0;
}

static int64_t mtime_of(const struct stat *st)
{
    int64_t ns;
    if (__builtin_mul_overflow((int64_t)st->st_mtim.tv_sec, SW_SECOND, &ns) ||
        __builtin_add_overflow(ns, (int64_t)st->st_mtim.tv_nsec, &ns))
        return SW_TIME_NONE;
    return ns;
}

/* A file in the folder of that index. st NULL: neither size nor time is known. */
static int add_file(struct sw_walk *walk, uint32_t folder, struct sw_str name, const struct stat *st)
{
    if (walk->count >= SW_MAX_FILES) {
        walk->skipped[SW_SKIP_LIMIT]++;
        return 0;
    }
    int rc = sw_grow(&walk->files, &walk->cap, walk->count, sizeof walk->files[0], SW_MAX_FILES);
    if (rc != 0)
        return rc;
    struct sw_str copy = keep(walk, name);
    if (copy.ptr == NULL || copy.len > UINT32_MAX)
        return SW_E_NOMEM;
    struct sw_walk_file *file = &walk->files[walk->count++];
    *file = (struct sw_walk_file){.folder = folder,
                                  .name_len = (uint32_t)copy.len,
                                  .name = copy.ptr,
                                  .size = SW_SIZE_UNKNOWN,
                                  .modified = SW_TIME_NONE};
    if (st != NULL) {
        file->size = (uint64_t)st->st_size;
        file->modified = mtime_of(st);
        file->device = st->st_dev;
        file->inode = st->st_ino;
    }
    return 0;
}

/* 1 when an entry is to be left out. */
static int check_excluded(struct sw_walk *walk, struct sw_str prefix, const char *name)
{
    if (walk->exclude_count == 0)
        return 0;
    struct sw_arena_mark mark = sw_arena_mark(&walk->names);
    struct sw_str path = join(walk, prefix, sw_str(name), SW_STR(""));
    if (path.ptr == NULL)
        return SW_E_NOMEM;
    bool excluded = is_excluded(walk, path, name);
    sw_arena_rewind(&walk->names, mark);
    walk->skipped[SW_SKIP_EXCLUDED] += excluded;
    return excluded;
}

static int add_entry_errno(struct sw_walk *walk, struct sw_str prefix, const char *name, int number)
{
    if (number == ENOENT) /* gone since it was listed */
        return 0;
    struct sw_str path = join(walk, prefix, sw_str(name), SW_STR(""));
    return path.ptr == NULL ? SW_E_NOMEM : add_errno(walk, path, number);
}

static enum sw_walk_skip skip_kind(mode_t mode)
{
    if (S_ISLNK(mode))
        return SW_SKIP_LINK;
    if (S_ISFIFO(mode))
        return SW_SKIP_PIPE;
    return S_ISSOCK(mode) ? SW_SKIP_SOCKET : SW_SKIP_DEVICE;
}

/* One entry of a directory. `folder` is the directory's index; fd the open directory. */
static int take_entry(struct sw_walk *walk, uint32_t folder, int fd, const char *name)
{
    struct sw_str prefix = walk->folders[folder];
    int excluded = check_excluded(walk, prefix, name);
    if (excluded != 0)
        return excluded < 0 ? excluded : 0;
    struct stat st;
    if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return add_entry_errno(walk, prefix, name, errno);
    if (S_ISREG(st.st_mode))
        return add_file(walk, folder, sw_str(name), &st);
    if (S_ISDIR(st.st_mode))
        return add_folder(walk, prefix, sw_str(name), SW_STR("/"));
    walk->skipped[skip_kind(st.st_mode)]++;
    return 0;
}

/* Lists the directory folders[folder]; its directories are appended to the folders. `follow`: it was given by name. */
static int list_folder(struct sw_walk *walk, uint32_t folder, bool follow)
{
    struct sw_str path = walk->folders[folder];
    int fd = open(path.ptr, O_RDONLY | O_DIRECTORY | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW));
    if (fd < 0)
        return add_errno(walk, path, errno);
    DIR *dir = fdopendir(fd);
    if (dir == NULL) {
        int number = errno;
        (void)close(fd);
        return add_errno(walk, path, number);
    }
    int rc = 0;
    while (rc == 0) {
        errno = 0;
        const struct dirent *entry = readdir(dir);
        if (entry == NULL) {
            if (errno != 0)
                rc = add_errno(walk, path, errno);
            break;
        }
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            rc = take_entry(walk, folder, fd, entry->d_name);
    }
    (void)closedir(dir);
    return rc;
}

static int add_tree(struct sw_walk *walk, struct sw_str path)
{
    size_t first = walk->folder_count;
    struct sw_str slash = sw_str_ends(path, SW_STR("/")) ? SW_STR("") : SW_STR("/");
    int rc = add_folder(walk, path, SW_STR(""), slash);
    for (size_t i = first; rc == 0 && i < walk->folder_count; i++)
        rc = list_folder(walk, (uint32_t)i, i == first);
    return rc;
}

int sw_walk_add(struct sw_walk *walk, const char *path)
{
    struct sw_str whole = sw_str(path);
    struct stat st;
    bool is_stdin = strcmp(path, "-") == 0;
    if (!is_stdin && stat(path, &st) != 0)
        return add_errno(walk, whole, errno);
    if (!is_stdin && S_ISDIR(st.st_mode))
        return add_tree(walk, whole);
    if (!is_stdin && S_ISSOCK(st.st_mode))
        return add_problem(walk, whole, "it is a socket");
    if (!is_stdin && S_ISBLK(st.st_mode))
        return add_problem(walk, whole, "it is a block device");
    if (walk->folder_count >= UINT32_MAX)
        return SW_E_LIMIT;
    size_t name_at = whole.len;
    while (name_at > 0 && path[name_at - 1] != '/')
        name_at--;
    int rc = add_folder(walk, sw_str_slice(whole, 0, name_at), SW_STR(""), SW_STR(""));
    if (rc != 0)
        return rc;
    bool regular = !is_stdin && S_ISREG(st.st_mode);
    size_t before = walk->count;
    rc = add_file(walk, (uint32_t)(walk->folder_count - 1), sw_str_slice(whole, name_at, whole.len), regular ? &st : NULL);
    if (walk->count > before)
        walk->files[before].named = true;
    return rc;
}

/* --- order ---------------------------------------------------------------------------------------------- */

/* Compares two paths, each in two pieces (folder, name), without putting them together. */
static int compare_pieces(const struct sw_str a[2], const struct sw_str b[2])
{
    size_t i = 0, j = 0; /* the piece */
    size_t x = 0, y = 0; /* the place in it */
    for (;;) {
        for (; i < 2 && x == a[i].len; i++)
            x = 0;
        for (; j < 2 && y == b[j].len; j++)
            y = 0;
        if (i == 2 || j == 2)
            return (j == 2) - (i == 2);
        size_t n = a[i].len - x < b[j].len - y ? a[i].len - x : b[j].len - y;
        int order = memcmp(a[i].ptr + x, b[j].ptr + y, n);
        if (order != 0)
            return order;
        x += n;
        y += n;
    }
}

static struct sw_str name_of(const struct sw_walk_file *file)
{
    return (struct sw_str){file->name, file->name_len};
}

static int compare_files(const struct sw_walk *walk, const struct sw_walk_file *x, const struct sw_walk_file *y)
{
    return compare_pieces((const struct sw_str[]){walk->folders[x->folder], name_of(x)},
                          (const struct sw_str[]){walk->folders[y->folder], name_of(y)});
}

static int by_path(const void *a, const void *b, void *walk)
{
    return compare_files(walk, a, b);
}

static int by_problem_path(const void *a, const void *b)
{
    const struct sw_walk_problem *x = a;
    const struct sw_walk_problem *y = b;
    int order = sw_str_cmp(x->path, y->path);
    return order != 0 ? order : strcmp(x->reason, y->reason);
}

/* Indices of files in order of identity, and of place among the same. */
static int by_identity(const void *a, const void *b, void *arg)
{
    const struct sw_walk *walk = arg;
    uint32_t i = *(const uint32_t *)a;
    uint32_t j = *(const uint32_t *)b;
    const struct sw_walk_file *x = &walk->files[i];
    const struct sw_walk_file *y = &walk->files[j];
    if (x->device != y->device)
        return x->device < y->device ? -1 : 1;
    if (x->inode != y->inode)
        return x->inode < y->inode ? -1 : 1;
    return i < j ? -1 : i > j;
}

static bool is_same(const struct sw_walk *walk, size_t i, size_t j)
{
    const struct sw_walk_file *x = &walk->files[i];
    const struct sw_walk_file *y = &walk->files[j];
    if (x->inode == 0 && y->inode == 0) /* pipes and standard input: the same path */
        return compare_files(walk, x, y) == 0;
    return x->inode == y->inode && x->device == y->device;
}

static int drop_duplicates(struct sw_walk *walk)
{
    uint32_t *order = sw_alloc(walk->count + 1, sizeof *order);
    if (order == NULL)
        return SW_E_NOMEM;
    for (size_t i = 0; i < walk->count; i++)
        order[i] = (uint32_t)i;
    qsort_r(order, walk->count, sizeof order[0], by_identity, walk);
    for (size_t i = 0, first = 0; i < walk->count; i++) {
        if (i > 0 && is_same(walk, order[first], order[i])) {
            walk->files[order[first]].named |= walk->files[order[i]].named;
            walk->files[order[i]].name = NULL;
            walk->skipped[SW_SKIP_DUPLICATE]++;
        } else {
            first = i;
        }
    }
    sw_free(order);
    size_t kept = 0;
    for (size_t i = 0; i < walk->count; i++)
        if (walk->files[i].name != NULL)
            walk->files[kept++] = walk->files[i];
    walk->count = kept;
    return 0;
}

int sw_walk_finish(struct sw_walk *walk)
{
    if (walk->count > 1) {
        qsort_r(walk->files, walk->count, sizeof walk->files[0], by_path, walk);
        int rc = drop_duplicates(walk);
        if (rc != 0)
            return rc;
    }
    if (walk->problem_count > 1)
        qsort(walk->problems, walk->problem_count, sizeof walk->problems[0], by_problem_path);
    walk->bytes = 0;
    for (size_t i = 0; i < walk->count; i++)
        if (walk->files[i].size != SW_SIZE_UNKNOWN)
            walk->bytes += walk->files[i].size;
    return 0;
}

int sw_walk_path(const struct sw_walk *walk, size_t index, struct sw_buf *path)
{
    const struct sw_walk_file *file = &walk->files[index];
    sw_buf_clear(path);
    sw_buf_str_add(path, walk->folders[file->folder]);
    sw_buf_str_add(path, name_of(file));
    sw_buf_char(path, '\0');
    if (path->len > 0)
        path->len--;
    return sw_buf_error(path);
}

const char *sw_walk_skip_text(enum sw_walk_skip kind)
{
    static const char *const texts[SW_SKIP_KINDS] = {
        [SW_SKIP_LINK] = "symbolic links inside directories",
        [SW_SKIP_DEVICE] = "devices",
        [SW_SKIP_PIPE] = "named pipes",
        [SW_SKIP_SOCKET] = "sockets",
        [SW_SKIP_EXCLUDED] = "excluded by pattern",
        [SW_SKIP_DUPLICATE] = "the same file under another path",
        [SW_SKIP_LIMIT] = "files beyond the limit of one run",
    };
    return kind < SW_SKIP_KINDS ? texts[kind] : "unknown";
}
