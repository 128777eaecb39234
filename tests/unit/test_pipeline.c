/* test_pipeline.c - order, determinism, long records and failures of the reading pipeline. */
#include "base/mem.h"
#include "engine/pipeline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

/* Collects "path:line:length" of each event, in the order of delivery. */
struct collected {
    struct sw_buf text;
    uint64_t events;
    uint64_t read, parsed, rejected;
    unsigned inputs;
    unsigned failed;
    int fail_event_with;
    char last_error[512];
};

static void *batch_new(void *arg)
{
    (void)arg;
    struct sw_buf *buf = sw_alloc(1, sizeof *buf);
    if (buf != NULL)
        sw_buf_init(buf, 64u << 20);
    return buf;
}

static void batch_reset(void *batch)
{
    sw_buf_clear(batch);
}

static size_t batch_weight(const void *batch)
{
    return ((const struct sw_buf *)batch)->len;
}

static void batch_free(void *batch)
{
    sw_buf_fini(batch);
    sw_free(batch);
}

static void *worker_new(void *arg)
{
    return arg;
}

static int on_event(void *worker, void *batch, const struct sw_input *input, const struct sw_event *event)
{
    const struct collected *all = worker;
    if (all->fail_event_with != 0)
        return all->fail_event_with;
    sw_buf_printf(batch, "%.*s:%llu:%llu:%zu\n", SW_STR_ARG(input->info.path), (unsigned long long)event->line,
                  (unsigned long long)event->offset, event->raw.len);
    return 0;
}

static int deliver(void *arg, void *batch, const struct sw_input *input)
{
    (void)input;
    struct collected *all = arg;
    sw_buf_str_add(&all->text, sw_buf_str(batch));
    return sw_buf_error(&all->text);
}

static int input_done(void *arg, const struct sw_input *input)
{
    struct collected *all = arg;
    all->inputs++;
    all->failed += input->state == SW_INPUT_FAILED;
    all->read += input->stats.read;
    all->parsed += input->stats.parsed;
    all->rejected += input->stats.rejected;
    if (input->error[0] != '\0')
        (void)snprintf(all->last_error, sizeof all->last_error, "%s", input->error);
    return 0;
}

static char folder[64];

static int make_folder(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof folder, "/tmp/seawall-pipeline-XXXXXX");
    return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state)
{
    (void)state;
    char command[128];
    (void)snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static void write_file(const char *name, const char *bytes, size_t len)
{
    char path[128];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

static void remove_file(const char *name)
{
    char path[128];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    (void)unlink(path);
}

static int run(struct collected *all, unsigned threads)
{
    sw_buf_init(&all->text, 256u << 20);
    struct sw_walk walk;
    sw_walk_init(&walk);
    assert_int_equal(sw_walk_add(&walk, folder), 0);
    assert_int_equal(sw_walk_finish(&walk), 0);
    struct sw_classes *classes;
    assert_int_equal(sw_classes_load(&classes, NULL, 0, NULL), 0);
    const struct sw_pipeline_options options = {
        .walk = &walk,
        .threads = threads,
        .classes = classes,
        .feed = {.decoder = sw_decoder_find(SW_STR("text"))},
    };
    const struct sw_consumer consumer = {
        .arg = all,
        .worker_new = worker_new,
        .batch_new = batch_new,
        .batch_reset = batch_reset,
        .batch_weight = batch_weight,
        .batch_free = batch_free,
        .event = on_event,
        .deliver = deliver,
        .input_done = input_done,
    };
    int rc = sw_pipeline_run(&options, &consumer);
    sw_classes_free(classes);
    sw_walk_fini(&walk);
    return rc;
}

/* Lines of very different lengths in several files, more than fits into one slice. */
static void write_lines(void)
{
    for (unsigned f = 0; f < 5; f++) {
        struct sw_buf text;
        sw_buf_init(&text, 64u << 20);
        uint32_t seed = f + 1;
        while (text.len < (f == 2 ? 100 : (size_t)f * 1500000 + 10)) {
            seed = seed * 1664525u + 1013904223u;
            size_t len = seed >> 20 & 0x3ff;
            for (size_t i = 0; i < len; i++)
                sw_buf_char(&text, (char)('a' + (i + seed) % 26));
            sw_buf_text(&text, seed & 1 ? "\r\n" : "\n");
        }
        char name[32];
        (void)snprintf(name, sizeof name, "%u.log", f);
        write_file(name, text.data, text.len);
        sw_buf_fini(&text);
    }
}

static void same_for_any_number_of_threads(void **state)
{
    (void)state;
    write_lines();
    struct collected one = {0};
    assert_int_equal(run(&one, 1), 0);
    assert_int_equal(one.inputs, 5);
    assert_true(one.parsed > 10000);
    static const unsigned counts[] = {2, 3, 8};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        struct collected many = {0};
        assert_int_equal(run(&many, counts[i]), 0);
        assert_int_equal(many.text.len, one.text.len);
        assert_memory_equal(many.text.data, one.text.data, one.text.len);
        assert_int_equal(many.read, one.read);
        sw_buf_fini(&many.text);
    }
    sw_buf_fini(&one.text);
    for (unsigned f = 0; f < 5; f++) {
        char name[32];
        (void)snprintf(name, sizeof name, "%u.log", f);
        remove_file(name);
    }
}

static void a_line_beyond_the_limit_costs_that_line(void **state)
{
    (void)state;
    size_t big = (size_t)5 << 20;
    struct sw_buf text;
    sw_buf_init(&text, 64u << 20);
    SW_BUF_LIT(&text, "first\n");
    for (size_t i = 0; i < big; i++)
        sw_buf_char(&text, 'x');
    SW_BUF_LIT(&text, "\nthird\n");
    write_file("long.log", text.data, text.len);
    struct collected all = {0};
    assert_int_equal(run(&all, 2), 0);
    char want[512];
    (void)snprintf(want, sizeof want, "%s/long.log:1:0:5\n%s/long.log:3:%zu:5\n", folder, folder, 6 + big + 1);
    sw_buf_char(&all.text, '\0');
    assert_string_equal(all.text.data, want);
    assert_int_equal(all.read, 3);
    assert_int_equal(all.rejected, 1);
    sw_buf_fini(&all.text);
    /* ... also when nothing follows it, not even a line feed */
    write_file("long.log", text.data, 6 + big);
    struct collected end = {0};
    assert_int_equal(run(&end, 1), 0);
    assert_int_equal(end.parsed, 1);
    assert_int_equal(end.rejected, 1);
    sw_buf_fini(&end.text);
    sw_buf_fini(&text);
    remove_file("long.log");
}

static void utf16_is_read_as_text(void **state)
{
    (void)state;
    static const char le[] = "\xff\xfeh\0\xe9\0l\0l\0o\0\r\0\n\0=\xd8\0\xde!\0\n\0";
    write_file("le.txt", le, sizeof le - 1);
    struct collected all = {0};
    assert_int_equal(run(&all, 1), 0);
    char want[512];
    /* "hello" with e acute: a mark of 3 bytes, then 6 bytes; an emoji (4 bytes) and an exclamation mark */
    (void)snprintf(want, sizeof want, "%s/le.txt:1:3:6\n%s/le.txt:2:11:5\n", folder, folder);
    sw_buf_char(&all.text, '\0');
    assert_string_equal(all.text.data, want);
    sw_buf_fini(&all.text);
    remove_file("le.txt");
}

static void a_truncated_gzip_gives_what_it_holds_and_says_so(void **state)
{
    (void)state;
    char command[512];
    (void)snprintf(command, sizeof command,
                   "seq 1 200000 | gzip -c > %s/n.gz && truncate -s -5000 %s/n.gz && seq 1 3 > %s/z.log", folder, folder,
                   folder);
    assert_int_equal(system(command), 0);
    struct collected all = {0};
    assert_int_equal(run(&all, 2), 0);
    assert_int_equal(all.inputs, 2);
    assert_int_equal(all.failed, 1);
    assert_true(all.parsed > 100000);
    assert_non_null(strstr(all.last_error, "truncated"));
    sw_buf_fini(&all.text);
    remove_file("n.gz");
    remove_file("z.log");
}

static void what_an_event_returns_ends_the_run(void **state)
{
    (void)state;
    write_lines();
    for (unsigned threads = 1; threads <= 4; threads += 3) {
        struct collected all = {.fail_event_with = SW_E_LIMIT};
        assert_int_equal(run(&all, threads), SW_E_LIMIT);
        sw_buf_fini(&all.text);
    }
}

static void failing_memory_ends_the_run_with_an_error(void **state)
{
    (void)state;
    for (uint64_t n = 1; n < 400; n += 7) {
        struct collected all = {0};
        sw_buf_init(&all.text, 1);
        struct sw_walk walk;
        sw_walk_init(&walk);
        assert_int_equal(sw_walk_add(&walk, folder), 0);
        assert_int_equal(sw_walk_finish(&walk), 0);
        struct sw_classes *classes;
        assert_int_equal(sw_classes_load(&classes, NULL, 0, NULL), 0);
        const struct sw_pipeline_options options = {.walk = &walk, .threads = 1, .classes = classes};
        const struct sw_consumer consumer = {
            .arg = &all,
            .worker_new = worker_new,
            .batch_new = batch_new,
            .batch_reset = batch_reset,
            .batch_weight = batch_weight,
            .batch_free = batch_free,
            .event = on_event,
            .deliver = deliver,
            .input_done = input_done,
        };
        sw_mem_fail_after(n);
        int rc = sw_pipeline_run(&options, &consumer);
        sw_mem_fail_after(0);
        assert_true(rc <= 0);
        sw_buf_fini(&all.text);
        sw_classes_free(classes);
        sw_walk_fini(&walk);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_for_any_number_of_threads),
        cmocka_unit_test(a_line_beyond_the_limit_costs_that_line),
        cmocka_unit_test(utf16_is_read_as_text),
        cmocka_unit_test(a_truncated_gzip_gives_what_it_holds_and_says_so),
        cmocka_unit_test(what_an_event_returns_ends_the_run),
        cmocka_unit_test(failing_memory_ends_the_run_with_an_error),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
