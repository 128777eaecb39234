/* cache_prune.c - keeps the cache folder small: the entries used last, and no leftovers of runs that were cut short. */
#include "sigma/cache.h"
#include "sigma/cache_priv.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { MOST_ENTRIES = 256, LEFTOVER = 3600 /* seconds after which a .part file belongs to no run any more */ };

struct entry {
    char name[80];
    struct timespec used;
};

struct entries {
    struct entry list[MOST_ENTRIES];
    size_t count;
};

static int latest_first(const void *a, const void *b)
{
    const struct entry *x = a;
    const struct entry *y = b;
    if (x->used.tv_sec != y->used.tv_sec)
        return x->used.tv_sec > y->used.tv_sec ? -1 : 1;
    if (x->used.tv_nsec != y->used.tv_nsec)
        return x->used.tv_nsec > y->used.tv_nsec ? -1 : 1;
    return strcmp(x->name, y->name);
}

static void look_at(int folder, const char *file, struct entries *entries)
{
    struct stat info;
    struct sw_str name = sw_str(file);
    bool part = sw_str_ends(name, SW_STR(".part"));
    if ((!part && !sw_str_ends(name, SW_STR(".rules"))) || name.len >= sizeof entries->list->name ||
        fstatat(folder, file, &info, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(info.st_mode))
        return;
    if (part) {
        if (info.st_mtim.tv_sec + LEFTOVER < time(NULL))
            (void)unlinkat(folder, file, 0);
        return;
    }
    if (entries->count == MOST_ENTRIES)
        return;
    struct entry *entry = &entries->list[entries->count++];
    memcpy(entry->name, name.ptr, name.len + 1);
    entry->used = info.st_mtim;
}

void sw_cache_prune(int folder)
{
    static const struct entries none;
    struct entries entries = none;
    int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    if (dir == NULL) {
        if (fd >= 0)
            (void)close(fd);
        return;
    }
    for (const struct dirent *at = readdir(dir); at != NULL; at = readdir(dir))
        look_at(folder, at->d_name, &entries);
    (void)closedir(dir);
    qsort(entries.list, entries.count, sizeof *entries.list, latest_first);
    for (size_t i = SW_CACHE_KEPT; i < entries.count; i++)
        (void)unlinkat(folder, entries.list[i].name, 0);
}
