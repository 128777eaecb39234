/* test_cache.c - the cache of compiled rules: what comes out is what went in; files that are damaged, foreign or made up are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/log.h"
#include "base/mem.h"
#include "evaluator.h"
#include "generate.h"
#include "sigma/cache.h"
#include "sigma/cache_priv.h"
#include "sigma/program_priv.h"

#include <dirent.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static struct sw_classes *classes;
static char base[64];   /* a scratch folder */
static char folder[96]; /* the cache in it */
static char rule_file[96];

static void write_text(const char *path, struct sw_str text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text.ptr, 1, text.len, file), text.len);
    assert_int_equal(fclose(file), 0);
}

static void write_rules(uint64_t seed, unsigned count)
{
    struct sw_gen *gen = sw_gen_new(seed);
    struct sw_buf yaml;
    sw_buf_init(&yaml, 16u << 20);
    sw_gen_rules(gen, &yaml, count);
    write_text(rule_file, sw_buf_str(&yaml));
    sw_buf_fini(&yaml);
    sw_gen_free(gen);
}

/* Removes the files of a folder and the folder. */
static void remove_folder(const char *path)
{
    DIR *dir = opendir(path);
    for (const struct dirent *at = dir ? readdir(dir) : NULL; at != NULL; at = readdir(dir))
        (void)unlinkat(dirfd(dir), at->d_name, 0);
    if (dir != NULL)
        (void)closedir(dir);
    (void)rmdir(path);
}

static int start(void **state)
{
    (void)state;
    (void)snprintf(base, sizeof base, "/tmp/seawall-cache-XXXXXX");
    if (mkdtemp(base) == NULL)
        return -1;
    (void)snprintf(folder, sizeof folder, "%s/cache", base);
    (void)snprintf(rule_file, sizeof rule_file, "%s/rules.yml", base);
    write_rules(7, 30);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    remove_folder(folder);
    remove_folder(base);
    return 0;
}

struct loaded {
    struct sw_rules *rules;
    struct sw_program *program;
    bool cached;
};

static struct loaded load(void)
{
    struct loaded l = {0};
    struct sw_error err;
    const char *paths[] = {rule_file};
    struct sw_load_options options = {.paths = paths, .path_count = 1};
    if (sw_program_load(&l.rules, &l.program, &options, classes, 1, folder, &l.cached, &err) != 0)
        fail_msg("%s", err.text);
    return l;
}

static void unload(struct loaded *l)
{
    sw_program_free(l->program);
    sw_rules_free(l->rules);
}

static void expect(bool cached)
{
    struct loaded l = load();
    assert_int_equal(l.cached, cached);
    unload(&l);
}

/* The only entry's path. */
static void entry_path(char path[320])
{
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    path[0] = '\0';
    for (const struct dirent *at = readdir(dir); at != NULL; at = readdir(dir))
        if (sw_str_ends(sw_str(at->d_name), SW_STR(".rules")))
            (void)snprintf(path, 320, "%s/%.200s", folder, at->d_name);
    (void)closedir(dir);
    assert_true(path[0] != '\0');
}

/* --- what comes out is what went in --------------------------------------------------------------------------- */

static void same_rules(const struct sw_rules *a, const struct sw_rules *b)
{
    struct sw_buf x, y;
    sw_buf_init(&x, 64u << 20);
    sw_buf_init(&y, 64u << 20);
    sw_rules_save(a, &x);
    sw_rules_save(b, &y);
    assert_int_equal(sw_buf_error(&x), 0);
    assert_int_equal(x.len, y.len);
    assert_int_equal(a->rule_count, b->rule_count);
    for (size_t i = 0; i < a->rule_count; i++) {
        assert_true(sw_str_eq(a->rules[i].title, b->rules[i].title));
        assert_true(sw_str_eq(a->rules[i].condition, b->rules[i].condition));
        assert_int_equal(a->rules[i].tag_count, b->rules[i].tag_count);
        assert_int_equal(a->rules[i].root, b->rules[i].root);
    }
    for (size_t i = 0; i < a->pred_count; i++) {
        assert_true(sw_str_eq(a->preds[i].literal, b->preds[i].literal));
        assert_int_equal(a->preds[i].field, b->preds[i].field);
        assert_int_equal(a->preds[i].token_count, b->preds[i].token_count);
    }
    sw_buf_fini(&x);
    sw_buf_fini(&y);
}

static void same_matches(const struct loaded *a, const struct loaded *b)
{
    struct sw_gen *gen = sw_gen_new(3);
    struct sw_matcher *x, *y;
    struct sw_event event;
    size_t matches = 0;
    sw_event_init(&event);
    sw_gen_use(gen, b->rules, classes);
    assert_int_equal(sw_matcher_new(&x, a->program), 0);
    assert_int_equal(sw_matcher_new(&y, b->program), 0);
    for (int i = 0; i < 3000; i++) {
        const uint32_t *one, *two;
        (void)sw_gen_event(gen, &event);
        int count = sw_matcher_run(x, &event, &one);
        assert_int_equal(sw_matcher_run(y, &event, &two), count);
        assert_true(count >= 0);
        if (count > 0)
            assert_memory_equal(one, two, (size_t)count * sizeof *one);
        matches += (size_t)count;
    }
    assert_true(matches > 100);
    sw_matcher_free(x);
    sw_matcher_free(y);
    sw_event_fini(&event);
    sw_gen_free(gen);
}

/* Byte for byte, but for the databases, which are in the file only. */
static void same_sections(const struct sw_program *a, const struct sw_program *b)
{
    size_t bytes = 0;
#define SAME_SECTION(type, name) \
    if ((const void *)&a->name != (const void *)&a->databases && (const void *)&a->name != (const void *)&a->blobs) { \
        assert_int_equal(a->name.count, b->name.count); \
        if (a->name.count > 0) \
            assert_memory_equal(a->name.at, b->name.at, a->name.count * sizeof(type)); \
        bytes += a->name.count * sizeof(type); \
    }
    SW_SECTIONS(SAME_SECTION)
#undef SAME_SECTION
    assert_true(bytes > 10000);
}

static void test_round_trip(void **state)
{
    (void)state;
    struct loaded fresh = load();
    struct loaded cached = load();
    assert_false(fresh.cached);
    assert_true(cached.cached);
    same_rules(fresh.rules, cached.rules);
    same_sections(fresh.program, cached.program);
    same_matches(&fresh, &cached);
    struct sw_buf x, y;
    sw_buf_init(&x, 1u << 20);
    sw_buf_init(&y, 1u << 20);
    for (uint32_t i = 0; i < fresh.rules->rule_count; i++) {
        sw_program_explain(fresh.program, classes, i, &x);
        sw_program_explain(cached.program, classes, i, &y);
    }
    assert_true(sw_str_eq(sw_buf_str(&x), sw_buf_str(&y)));
    sw_buf_fini(&x);
    sw_buf_fini(&y);
    unload(&fresh);
    unload(&cached);
}

static const char correlations[] =
    "title: A\nname: a\nid: 11111111-1111-4111-8111-111111111111\nlogsource: {product: x}\n"
    "detection: {s: {f|contains: [one, two]}, condition: s}\n---\n"
    "title: B\nname: b\nid: 22222222-2222-4222-8222-222222222222\nlogsource: {product: x}\n"
    "detection: {s: {g|re: 'x+y'}, condition: s}\n---\n"
    "title: C\nid: 33333333-3333-4333-8333-333333333333\nstatus: test\nlevel: high\ntags: [attack.t1110]\n"
    "correlation: {type: temporal, rules: [a, b], group-by: [user], timespan: 5m, aliases: {user: {a: f, b: g}}}\n---\n"
    "title: broken\nlogsource: {product: x}\ndetection: {condition: nothing}\n";

static void test_correlations(void **state)
{
    (void)state;
    write_text(rule_file, SW_STR(correlations));
    struct loaded fresh = load();
    struct loaded cached = load();
    assert_true(cached.cached);
    same_rules(fresh.rules, cached.rules);
    assert_int_equal(fresh.rules->correlation_count, 1);
    const struct sw_correlation *a = &fresh.rules->correlations[0];
    const struct sw_correlation *b = &cached.rules->correlations[0];
    assert_int_equal(b->ref_count, 2);
    assert_int_equal(a->alias_count, b->alias_count);
    assert_int_equal(a->aliases[1].field, b->aliases[1].field);
    assert_int_equal(a->group_by[0], b->group_by[0]);
    assert_int_equal(a->timespan, b->timespan);
    assert_true(sw_str_is(b->meta.tags[0], "attack.t1110"));
    assert_int_equal(fresh.rules->reject_count, cached.rules->reject_count);
    assert_true(cached.rules->reject_count > 0);
    assert_true(sw_str_eq(fresh.rules->rejects[0].reason, cached.rules->rejects[0].reason));
    unload(&fresh);
    unload(&cached);
}

/* --- when it is used -------------------------------------------------------------------------------------------- */

static void test_changes(void **state)
{
    (void)state;
    expect(false);
    expect(true);
    write_rules(8, 30);
    expect(false);
    expect(true);
    write_rules(7, 30);
    expect(true); /* by content, not by time */
}

static void test_no_folder(void **state)
{
    (void)state;
    struct loaded l = {0};
    struct sw_error err;
    const char *paths[] = {rule_file};
    struct sw_load_options options = {.paths = paths, .path_count = 1};
    for (int i = 0; i < 2; i++) {
        assert_int_equal(sw_program_load(&l.rules, &l.program, &options, classes, 1, NULL, &l.cached, &err), 0);
        assert_false(l.cached);
        unload(&l);
        /* A file where the folder should be. */
        assert_int_equal(sw_program_load(&l.rules, &l.program, &options, classes, 1, rule_file, &l.cached, &err), 0);
        assert_false(l.cached);
        unload(&l);
    }
    paths[0] = "/nonexistent/rules";
    assert_int_not_equal(sw_program_load(&l.rules, &l.program, &options, classes, 1, folder, &l.cached, &err), 0);
    assert_null(l.rules);
}

static void test_owner_and_mode(void **state)
{
    (void)state;
    char path[320];
    expect(false);
    entry_path(path);
    assert_int_equal(chmod(path, 0660), 0);
    expect(false);
    expect(true); /* made anew */
    assert_int_equal(chmod(folder, 0777), 0);
    expect(false);
    assert_int_equal(chmod(folder, 0700), 0);
    expect(true);
    char moved[400];
    (void)snprintf(moved, sizeof moved, "%s/elsewhere", base);
    assert_int_equal(rename(path, moved), 0);
    assert_int_equal(symlink(moved, path), 0);
    expect(false);
}

static void flip(const char *path, long at)
{
    int fd = open(path, O_RDWR);
    struct stat info;
    char byte;
    assert_true(fd >= 0);
    assert_int_equal(fstat(fd, &info), 0);
    off_t where = at >= 0 ? at : info.st_size + at;
    assert_int_equal(pread(fd, &byte, 1, where), 1);
    byte = (char)(byte ^ 1);
    assert_int_equal(pwrite(fd, &byte, 1, where), 1);
    assert_int_equal(close(fd), 0);
}

static void test_damage(void **state)
{
    (void)state;
    static const long places[] = {0, 9, 20, 60, 5000, -5000, -1};
    char path[320];
    expect(false);
    entry_path(path);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        flip(path, places[i]);
        expect(false);
        expect(true);
    }
    for (int i = 0; i < 3; i++) {
        assert_int_equal(truncate(path, i == 0 ? 0 : i == 1 ? 100 : 9000), 0);
        expect(false);
        expect(true);
    }
}

static void test_prune(void **state)
{
    (void)state;
    char path[320];
    for (uint64_t seed = 20; seed < 20 + SW_CACHE_KEPT + 3; seed++) {
        write_rules(seed, 2);
        expect(false);
    }
    (void)snprintf(path, sizeof path, "%s/0123.part", folder);
    write_text(path, SW_STR("left over"));
    struct timespec old[2] = {{1000000, 0}, {1000000, 0}};
    assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
    write_rules(99, 2);
    expect(false);
    DIR *dir = opendir(folder);
    unsigned count = 0;
    for (const struct dirent *at = readdir(dir); at != NULL; at = readdir(dir))
        count += at->d_name[0] != '.';
    (void)closedir(dir);
    assert_int_equal(count, SW_CACHE_KEPT);
    expect(true);
}

static void *load_some(void *arg)
{
    (void)arg;
    for (int i = 0; i < 5; i++) {
        struct loaded l = load();
        unload(&l);
    }
    return NULL;
}

static void test_together(void **state)
{
    (void)state;
    pthread_t threads[4];
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, load_some, NULL), 0);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    expect(true);
}

/* --- files that somebody made ----------------------------------------------------------------------------------- */

static void seal(char *image, size_t size)
{
    unsigned len;
    assert_int_equal(EVP_Digest(image, size - SW_CACHE_KEY, (uint8_t *)image + size - SW_CACHE_KEY, &len, EVP_sha256(), NULL), 1);
}

/* Unpacks; if the image is accepted, uses what came out. */
static bool try_image(const char *image, size_t size, const uint8_t *key, struct sw_gen *gen)
{
    struct sw_rules *rules = sw_alloc(1, sizeof *rules);
    struct sw_program *program = NULL;
    struct sw_event event;
    sw_arena_init(&rules->arena, SW_MAX_CACHE_FILE);
    sw_event_init(&event);
    char *copy = sw_arena_raw(&rules->arena, size, 16);
    memcpy(copy, image, size);
    bool taken = sw_cache_unpack(copy, size, key, rules, &program) == NULL;
    struct sw_matcher *matcher = NULL;
    if (taken && sw_matcher_new(&matcher, program) == 0) {
        static uint64_t bits[SW_MAX_FIELDS / 64 + 1];
        struct sw_buf out;
        const uint32_t *hits;
        sw_buf_init(&out, 1u << 20);
        for (int i = 0; i < 20; i++) {
            (void)sw_gen_event(gen, &event);
            int count = sw_matcher_run(matcher, &event, &hits);
            for (int j = 0; j < count; j++)
                assert_true(hits[j] < rules->rule_count);
            sw_matcher_fields(matcher, &event, 1, bits);
        }
        for (uint32_t i = 0; i < rules->rule_count; i++)
            sw_program_explain(program, classes, i, &out);
        sw_buf_fini(&out);
    }
    sw_matcher_free(matcher);
    sw_program_free(program);
    sw_rules_free(rules);
    sw_event_fini(&event);
    return taken;
}

/* Changes bytes anywhere, with the right checksum: refused, or at least harmless. (Without expressions: the bytes of a
 * Vectorscan database are beyond checking; that is what the owner check is for.) */
static void test_made_up(void **state)
{
    (void)state;
    static const char text[] =
        "title: A\nlogsource: {product: x}\ndetection: {s: {f|contains: [one two, three, four], g|endswith: '.exe', h: 5},\n"
        "  t: {k|cidr: 10.0.0.0/8, l|gt: 5, m|fieldref: f}, u: ['key words', other], condition: 's and not t or u'}\n---\n"
        "title: B\nlogsource: {category: y}\ndetection: {s: {f|startswith: [Ä, bcd], g: 'a*b?c', n: null}, condition: s}\n";
    uint8_t key[SW_CACHE_KEY] = {1, 2, 3};
    struct sw_rules *rules;
    struct sw_program *program;
    struct sw_error err;
    struct sw_buf image;
    struct sw_gen *gen = sw_gen_new(11);
    assert_int_equal(sw_rules_parse(&rules, SW_STR(text), "text", NULL, &err), 0);
    assert_int_equal(rules->rule_count, 2);
    assert_int_equal(sw_program_compile(&program, rules, classes, 1, &err), 0);
    sw_gen_use(gen, rules, classes);
    sw_buf_init(&image, SW_MAX_CACHE_FILE);
    sw_cache_pack(rules, program, key, &image);
    assert_int_equal(sw_buf_error(&image), 0);
    assert_true(try_image(image.data, image.len, key, gen));
    unsigned refused = 0;
    unsigned rounds = 6000;
    for (unsigned i = 0; i < rounds; i++) {
        size_t at = (size_t)sw_gen_random(gen, image.len - SW_CACHE_KEY);
        char old[8];
        size_t len = image.len - at < 8 ? 1 : 1 + (size_t)sw_gen_random(gen, 4);
        memcpy(old, image.data + at, len);
        uint64_t noise = sw_gen_random(gen, 4) == 0 ? UINT64_MAX : sw_gen_random(gen, UINT64_MAX);
        memcpy(image.data + at, &noise, len);
        seal(image.data, image.len);
        refused += !try_image(image.data, image.len, key, gen);
        memcpy(image.data + at, old, len);
    }
    assert_true(refused > rounds / 20);
    seal(image.data, image.len);
    assert_true(try_image(image.data, image.len, key, gen));
    key[0] = 9;
    assert_false(try_image(image.data, image.len, key, gen));
    sw_buf_fini(&image);
    sw_program_free(program);
    sw_rules_free(rules);
    sw_gen_free(gen);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_round_trip), TEST(test_correlations), TEST(test_changes), TEST(test_no_folder), TEST(test_owner_and_mode),
        TEST(test_damage), TEST(test_prune), TEST(test_together), TEST(test_made_up),
    };
    struct sw_error err;
    sw_log_set_level(SW_LOG_ERROR);
    if (sw_classes_load(&classes, NULL, 0, &err) != 0)
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    sw_classes_free(classes);
    return failed;
}
