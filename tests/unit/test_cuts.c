/*
 * test_cuts.c - every case of tests/cases, cut at many places: the events must not depend on where, nor on what
 * the workers have decoded before.
 *
 * Runs at the root of the source tree. The fuzz targets' driver does the work and aborts when they do, which shows as a failed program.
 */
#include "../../fuzz/drive.c" /* this test is its second user, and Meson makes one program of one file here */

#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define INPUT_MAX ((size_t)4 << 20)

static void read_file(const char *path, struct sw_buf *out)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    sw_buf_clear(out);
    char block[65536];
    for (size_t n; (n = fread(block, 1, sizeof block, file)) > 0;)
        sw_buf_add(out, block, n);
    (void)fclose(file);
    assert_int_equal(sw_buf_error(out), 0);
}

/* The decoder that a run would choose; empty and binary inputs of no format have none. */
static const struct sw_decoder *decoder_of(struct sw_str data)
{
    struct sw_sniff sniff = {.head = sw_str_slice(data, 0, SW_SNIFF_SIZE),
                             .complete = data.len <= SW_SNIFF_SIZE,
                             .path = SW_STR("case")};
    return data.len > 0 ? sw_decoder_sniff(&sniff, NULL) : NULL;
}

/* Small steps for small files; in large ones each would decode everything so far anew. */
static void cut_everywhere(const struct sw_decoder *decoder, const struct sw_buf *data)
{
    static const uint8_t steps[][4] = {{0, 0, 0, 0}, {1, 2, 3, 5}, {9, 0, 14, 4}, {31, 7, 63, 2}, {100, 101, 33, 90}, {255, 254, 200, 3}};
    for (size_t i = data->len > 20000 ? 3 : 0; i < sizeof steps / sizeof steps[0]; i++) {
        struct drive_schedule schedule = {.recover = i % 2 != 0, .used = i % 2 == 0};
        memcpy(schedule.steps, steps[i], sizeof schedule.steps);
        drive_compare(decoder, (const uint8_t *)data->data, data->len, &schedule);
    }
}

static void cases_do_not_depend_on_cuts(void **state)
{
    (void)state;
    glob_t found;
    assert_int_equal(glob("tests/cases/*/*.in", 0, NULL, &found), 0);
    struct sw_buf data;
    sw_buf_init(&data, INPUT_MAX);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        read_file(found.gl_pathv[i], &data);
        const struct sw_decoder *decoder = decoder_of(sw_buf_str(&data));
        if (decoder == NULL)
            continue;
        (void)fprintf(stderr, "%s as %s\n", found.gl_pathv[i], decoder->name);
        cut_everywhere(decoder, &data);
    }
    sw_buf_fini(&data);
    globfree(&found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(cases_do_not_depend_on_cuts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
