/* test_source_walk.c - the list of files: its order, what is left out and why, and what can't be read. */
#include "base/limits.h"
#include "base/mem.h"
#include "source/path.h"
#include "source/walk.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[64];
static struct sw_walk walk;

static int setup(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof folder, "/tmp/seawall-walk-XXXXXX");
    if (mkdtemp(folder) == NULL || chdir(folder) != 0)
        return 1;
    sw_walk_init(&walk);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    sw_walk_fini(&walk);
    char command[2 * sizeof folder + 40];
    (void)snprintf(command, sizeof command, "chmod -R u+rwx %s; rm -rf %s", folder, folder);
    return chdir("/") != 0 || system(command) != 0;
}

static void put(const char *path, const char *content)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, content, strlen(content)), strlen(content));
    (void)close(fd);
}

/* The list as one text, a path a line. */
static void expect_list(const char *want)
{
    struct sw_buf all, path;
    sw_buf_init(&all, 1u << 20);
    sw_buf_init(&path, 1u << 16);
    for (size_t i = 0; i < walk.count; i++) {
        assert_int_equal(sw_walk_path(&walk, i, &path), 0);
        sw_buf_str_add(&all, sw_buf_str(&path));
        sw_buf_char(&all, '\n');
    }
    sw_buf_char(&all, '\0');
    assert_string_equal(all.data, want);
    sw_buf_fini(&all);
    sw_buf_fini(&path);
}

static void walk_paths(const char *a, const char *b)
{
    assert_int_equal(sw_walk_add(&walk, a), 0);
    if (b != NULL)
        assert_int_equal(sw_walk_add(&walk, b), 0);
    assert_int_equal(sw_walk_finish(&walk), 0);
}

static void order_is_that_of_the_bytes_of_the_path(void **state)
{
    (void)state;
    assert_int_equal(mkdir("d", 0700), 0);
    assert_int_equal(mkdir("d/a", 0700), 0);
    assert_int_equal(mkdir("d/.git", 0700), 0);
    put("d/a/x", "1");
    put("d/a.b", "22"); /* '.' sorts before '/' */
    put("d/a0", "333"); /* and '0' after it */
    put("d/.git/config", "4444");
    put("d/B", "");
    put("d/\xc3\xa9", "");
    walk_paths("d", NULL);
    expect_list("d/.git/config\nd/B\nd/a.b\nd/a/x\nd/a0\nd/\xc3\xa9\n");
    assert_int_equal(walk.bytes, 10);
    assert_int_equal(walk.files[0].size, 4);
    assert_true(walk.files[0].modified > 0);
}

static void a_file_is_listed_once(void **state)
{
    (void)state;
    assert_int_equal(mkdir("d", 0700), 0);
    assert_int_equal(mkdir("d/sub", 0700), 0);
    put("d/sub/x", "1");
    put("d/y", "1");
    assert_int_equal(link("d/y", "d/z"), 0);
    assert_int_equal(sw_walk_add(&walk, "d/sub/x"), 0);
    assert_int_equal(sw_walk_add(&walk, "-"), 0);
    assert_int_equal(sw_walk_add(&walk, "-"), 0);
    walk_paths("./d", "d/");
    expect_list("-\n./d/sub/x\n./d/y\n");
    assert_int_equal(walk.skipped[SW_SKIP_DUPLICATE], 1 + 1 + 1 + 3);
}

static void links_count_only_on_the_command_line(void **state)
{
    (void)state;
    assert_int_equal(mkdir("d", 0700), 0);
    put("d/x", "1");
    assert_int_equal(symlink(".", "d/loop"), 0);
    assert_int_equal(symlink("/etc/passwd", "d/passwd"), 0);
    assert_int_equal(symlink("nowhere", "d/dangling"), 0);
    assert_int_equal(symlink("d", "link"), 0);
    assert_int_equal(symlink("d/x", "filelink"), 0);
    walk_paths("link", NULL);
    expect_list("link/x\n");
    assert_int_equal(walk.skipped[SW_SKIP_LINK], 3);
    assert_int_equal(walk.problem_count, 0);
}

static void only_regular_files_inside_directories(void **state)
{
    (void)state;
    assert_int_equal(mkdir("d", 0700), 0);
    put("d/x", "1");
    assert_int_equal(mkfifo("d/fifo", 0600), 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)snprintf(address.sun_path, sizeof address.sun_path, "d/socket");
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    (void)close(fd);
    walk_paths("d", NULL);
    expect_list("d/x\n");
    assert_int_equal(walk.skipped[SW_SKIP_PIPE], 1);
    assert_int_equal(walk.skipped[SW_SKIP_SOCKET], 1);
}

static void given_pipes_are_read_and_sockets_are_not(void **state)
{
    (void)state;
    assert_int_equal(mkfifo("fifo", 0600), 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)snprintf(address.sun_path, sizeof address.sun_path, "socket");
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    (void)close(fd);
    walk_paths("fifo", "socket");
    expect_list("fifo\n");
    assert_true(walk.files[0].size == SW_SIZE_UNKNOWN);
    assert_int_equal(walk.problem_count, 1);
    assert_string_equal(walk.problems[0].path.ptr, "socket");
    assert_string_equal(walk.problems[0].reason, "it is a socket");
}

static void what_cannot_be_had_is_told(void **state)
{
    (void)state;
    put("x", "1");
    walk_paths("x", "missing\n");
    expect_list("x\n");
    assert_int_equal(walk.problem_count, 1);
    assert_string_equal(walk.problems[0].path.ptr, "missing\n");
    assert_string_equal(walk.problems[0].reason, "No such file or directory");
}

static void unreadable_folders_are_told(void **state)
{
    (void)state;
    bool root = geteuid() == 0; /* root reads everything, so don't be root */
    assert_int_equal(chmod(".", 0755), 0);
    assert_int_equal(mkdir("d", 0700), 0);
    assert_int_equal(mkdir("d/closed", 0), 0);
    put("d/x", "1");
    assert_int_equal(chmod("d", 0755), 0);
    assert_int_equal(root ? seteuid(65534) : 0, 0);
    walk_paths("d", NULL);
    assert_int_equal(root ? seteuid(0) : 0, 0);
    expect_list("d/x\n");
    assert_int_equal(walk.problem_count, 1);
    assert_string_equal(walk.problems[0].path.ptr, "d/closed/");
    assert_string_equal(walk.problems[0].reason, "Permission denied");
}

static void excludes_hold_for_names_and_for_paths(void **state)
{
    (void)state;
    assert_int_equal(mkdir("d", 0700), 0);
    assert_int_equal(mkdir("d/cache", 0700), 0);
    assert_int_equal(mkdir("d/keep", 0700), 0);
    put("d/cache/x", "1");
    put("d/keep/a.tmp", "1");
    put("d/keep/b.log", "1");
    put("d/keep/c.log", "1");
    put("e.tmp", "1");
    assert_int_equal(sw_walk_exclude(&walk, "cache"), 0);
    assert_int_equal(sw_walk_exclude(&walk, "*.tmp"), 0);
    assert_int_equal(sw_walk_exclude(&walk, "*/keep/c*"), 0);
    walk_paths("d", "e.tmp"); /* what is given by name is not excluded */
    expect_list("d/keep/b.log\ne.tmp\n");
    assert_int_equal(walk.skipped[SW_SKIP_EXCLUDED], 3);
}

static void depth_costs_neither_stack_nor_descriptors(void **state)
{
    (void)state;
    assert_int_equal(mkdir("d", 0700), 0);
    assert_int_equal(chdir("d"), 0);
    for (int i = 0; i < 1500; i++) {
        assert_int_equal(mkdir("ab", 0700), 0);
        assert_int_equal(chdir("ab"), 0);
    }
    put("deep", "1");
    assert_int_equal(chdir(folder), 0);
    walk_paths("d", NULL); /* the path is longer than the system opens: told, not lost */
    assert_int_equal(walk.count, 0);
    assert_int_equal(walk.problem_count, 1);
    assert_string_equal(walk.problems[0].reason, "File name too long");
}

static void failing_allocations_are_errors(void **state)
{
    (void)state;
    assert_int_equal(mkdir("d", 0700), 0);
    for (char name[] = "d/a"; name[2] <= 'z'; name[2]++)
        put(name, "1");
    for (uint64_t n = 1;; n++) {
        sw_walk_fini(&walk);
        sw_walk_init(&walk);
        sw_mem_fail_after(n);
        int rc = sw_walk_exclude(&walk, "x");
        rc = rc != 0 ? rc : sw_walk_add(&walk, "d");
        rc = rc != 0 ? rc : sw_walk_finish(&walk);
        sw_mem_fail_after(0);
        if (rc == 0)
            break;
        assert_int_equal(rc, SW_E_NOMEM);
        assert_true(n < 1000);
    }
    assert_int_equal(walk.count, 25);
}

static void expect_shown(struct sw_str raw, const char *want)
{
    struct sw_buf out;
    sw_buf_init(&out, 1u << 16);
    sw_path_show(&out, raw);
    sw_buf_char(&out, '\0');
    assert_string_equal(out.data, want);
    sw_buf_fini(&out);
}

static void names_are_shown_harmless(void **state)
{
    (void)state;
    expect_shown(SW_STR("../../etc/passwd"), "../../etc/passwd");
    expect_shown(SW_STR("C:\\Windows\\x.evtx"), "C:\\Windows\\x.evtx");
    expect_shown(SW_STR("a\nb\x1b[31m\x7f"), "a\\x0ab\\x1b[31m\\x7f");
    expect_shown(SW_STR("nul\0byte"), "nul\\x00byte");
    expect_shown(SW_STR("\xc3\xa9\xff\xc3"), "\xc3\xa9\\xff\\xc3");
    expect_shown(SW_STR("c1\xc2\x9b"), "c1\\xc2\\x9b");
    expect_shown(SW_STR("\xe2\x80\xaegpj.exe"), "\\xe2\\x80\\xaegpj.exe");
    expect_shown(SW_STR("\xef\xbf\xbd"), "\xef\xbf\xbd"); /* U+FFFD itself is fine */
    assert_true(sw_path_is_plain(SW_STR("a b")));
    assert_false(sw_path_is_plain(SW_STR("a\tb")));
}

static void long_names_are_cut_with_a_hash(void **state)
{
    (void)state;
    char name[5000];
    memset(name, 'x', sizeof name);
    struct sw_buf a, b;
    sw_buf_init(&a, 1u << 16);
    sw_buf_init(&b, 1u << 16);
    sw_path_show(&a, sw_strn(name, SW_MAX_PATH_SHOWN));
    assert_int_equal(a.len, SW_MAX_PATH_SHOWN);
    sw_buf_clear(&a);
    sw_path_show(&a, sw_strn(name, sizeof name));
    assert_in_range(a.len, SW_MAX_PATH_SHOWN, SW_MAX_PATH_SHOWN + 32);
    name[2500] = 'y'; /* names that differ in what is cut stay apart */
    sw_path_show(&b, sw_strn(name, sizeof name));
    assert_false(sw_str_eq(sw_buf_str(&a), sw_buf_str(&b)));
    sw_buf_fini(&a);
    sw_buf_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        T(order_is_that_of_the_bytes_of_the_path),
        T(a_file_is_listed_once),
        T(links_count_only_on_the_command_line),
        T(only_regular_files_inside_directories),
        T(given_pipes_are_read_and_sockets_are_not),
        T(what_cannot_be_had_is_told),
        T(unreadable_folders_are_told),
        T(excludes_hold_for_names_and_for_paths),
        T(depth_costs_neither_stack_nor_descriptors),
        T(failing_allocations_are_errors),
        cmocka_unit_test(names_are_shown_harmless),
        cmocka_unit_test(long_names_are_cut_with_a_hash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
