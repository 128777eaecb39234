/*
 * test_sandbox.c - what a process in the sandbox can and cannot do. Each check runs in a child, which enters and tries.
 *
 * Checks of files are skipped, by name, where the kernel has no Landlock.
 */
#include "base/error.h"
#include "engine/sandbox_priv.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
/* after the above */
#include <cmocka.h>

static char root[64]; /* in/a.log, in/deep/b.log, out/, secret.txt */
static char in_dir[96], in_file[96], deep_file[96], out_dir[96], secret[96];

static void make_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void name(char out[96], const char *rest)
{
    (void)snprintf(out, 96, "%s/%s", root, rest);
}

static int setup(void **state)
{
    (void)state;
    char deep_dir[96];
    (void)snprintf(root, sizeof root, "/tmp/seawall-sandbox-XXXXXX");
    assert_non_null(mkdtemp(root));
    name(in_dir, "in");
    name(deep_dir, "in/deep");
    name(out_dir, "out");
    name(in_file, "in/a.log");
    name(deep_file, "in/deep/b.log");
    name(secret, "secret.txt");
    assert_int_equal(mkdir(in_dir, 0700) + mkdir(deep_dir, 0700) + mkdir(out_dir, 0700), 0);
    make_file(in_file, "one\n");
    make_file(deep_file, "two\n");
    make_file(secret, "no\n");
    return 0;
}

static int teardown(void **state)
{
    static const char *const names[] = {"in/a.log", "in/deep/b.log", "secret.txt", "out/c.txt", "out/d.txt"};
    static const char *const folders[] = {"in/deep", "in", "out", ""};
    (void)state;
    char path[96];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        name(path, names[i]);
        (void)unlink(path);
    }
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        name(path, folders[i]);
        (void)rmdir(path);
    }
    return 0;
}

/* --- a child's life -------------------------------------------------------------------------------------- */

/* What a check returns: 0 as expected, else the number of the expectation that failed. */
typedef int (*check_fn)(void);

enum { KILLED = 1000, NOT_ENTERED = 99 };

static bool enter(bool with_output)
{
    const char *const reads[] = {in_dir, "/no/such/path"};
    const char *const writes[] = {out_dir};
    const struct sw_sandbox_rules rules = {reads, 2, writes, with_output ? 1 : 0};
    struct sw_sandbox_report report;
    int rc = sw_sandbox_enter(&rules, &report);
    return rc == 0 && report.seccomp && report.passed_over == 1 && report.landlock_abi > 0;
}

/* Runs a check in a child; its exit status, or KILLED and the signal. */
static int in_child(check_fn check)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(check());
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) ? KILLED + WTERMSIG(status) : WEXITSTATUS(status);
}

static void need_landlock(const char *test)
{
    if (sw_sandbox_landlock_abi() > 0)
        return;
    print_message("%s: skipped, this kernel has no Landlock\n", test);
    skip();
}

static bool can_read(const char *path)
{
    char byte;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool got = fd >= 0 && read(fd, &byte, 1) == 1;
    if (fd >= 0)
        (void)close(fd);
    return got;
}

static int try_open(const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC, 0600);
    if (fd < 0)
        return errno;
    (void)close(fd);
    return 0;
}

/* --- files ----------------------------------------------------------------------------------------------- */

static int check_reading(void)
{
    if (!enter(false))
        return NOT_ENTERED;
    if (!can_read(in_file) || !can_read(deep_file))
        return 1;
    if (can_read(secret) || can_read("/etc/passwd"))
        return 2;
    if (try_open("/etc", O_RDONLY | O_DIRECTORY) == 0)
        return 3;
    char around[256]; /* out of the folder and back is fine, out of it is not */
    (void)snprintf(around, sizeof around, "%s/../secret.txt", in_dir);
    return can_read(around) ? 4 : 0;
}

static int check_no_writing(void)
{
    if (!enter(false))
        return NOT_ENTERED;
    char path[96];
    name(path, "in/new.log");
    if (try_open(path, O_WRONLY | O_CREAT) == 0 || try_open(in_file, O_WRONLY) == 0 || try_open(in_file, O_RDWR) == 0)
        return 1;
    name(path, "out/c.txt");
    if (try_open(path, O_WRONLY | O_CREAT) == 0)
        return 2;
    if (unlink(in_file) == 0 || rename(in_file, secret) == 0 || truncate(in_file, 0) == 0 || chmod(in_file, 0666) == 0)
        return 3;
    name(path, "in/folder");
    return mkdir(path, 0700) == 0 ? 4 : 0;
}

static int check_writing_where_allowed(void)
{
    if (!enter(true))
        return NOT_ENTERED;
    char from[96], to[96];
    name(from, "out/c.txt");
    name(to, "out/d.txt");
    if (try_open(from, O_RDWR | O_CREAT | O_TRUNC) != 0)
        return 1;
    if (rename(from, to) != 0 || unlink(to) != 0)
        return 2;
    if (try_open(in_file, O_WRONLY) == 0 || unlink(in_file) == 0)
        return 3;
    name(to, "out/link");
    return symlink(secret, to) == 0 || try_open("/tmp/seawall-sandbox-elsewhere", O_WRONLY | O_CREAT) == 0 ? 4 : 0;
}

static int check_open_descriptors_go_on(void)
{
    int pipes[2];
    int fd = open(secret, O_RDONLY | O_CLOEXEC);
    char byte;
    if (fd < 0 || pipe(pipes) != 0 || !enter(false))
        return NOT_ENTERED;
    if (read(fd, &byte, 1) != 1 || write(pipes[1], "x", 1) != 1 || read(pipes[0], &byte, 1) != 1)
        return 1;
    char path[64]; /* a pipe that the shell made: <(command) */
    (void)snprintf(path, sizeof path, "/dev/fd/%d", pipes[0]);
    const char *const reads[] = {path};
    const struct sw_sandbox_rules rules = {reads, 1, NULL, 0};
    struct sw_sandbox_report report;
    (void)sw_sandbox_enter(&rules, &report);
    return write(pipes[1], "y", 1) != 1 ? 2 : 0;
}

/* A named pipe's descriptor given as a path, as shells do, is no reason not to enter. */
static int check_a_pipe_as_input(void)
{
    int pipes[2];
    char path[64];
    char byte;
    if (pipe(pipes) != 0)
        return 1;
    (void)snprintf(path, sizeof path, "/dev/fd/%d", pipes[0]);
    const char *const reads[] = {path};
    const struct sw_sandbox_rules rules = {reads, 1, NULL, 0};
    struct sw_sandbox_report report;
    if (sw_sandbox_enter(&rules, &report) != 0 || report.passed_over != 0)
        return 2;
    return write(pipes[1], "x", 1) != 1 || read(pipes[0], &byte, 1) != 1 ? 3 : 0;
}

static int check_one_file_only(void)
{
    const char *const reads[] = {in_file};
    const struct sw_sandbox_rules rules = {reads, 1, NULL, 0};
    struct sw_sandbox_report report;
    if (sw_sandbox_enter(&rules, &report) != 0)
        return NOT_ENTERED;
    return !can_read(in_file) || can_read(deep_file) ? 1 : 0;
}

static void files(void **state)
{
    (void)state;
    need_landlock("files");
    assert_int_equal(in_child(check_reading), 0);
    assert_int_equal(in_child(check_no_writing), 0);
    assert_int_equal(in_child(check_writing_where_allowed), 0);
    assert_int_equal(in_child(check_open_descriptors_go_on), 0);
    assert_int_equal(in_child(check_a_pipe_as_input), 0);
    assert_int_equal(in_child(check_one_file_only), 0);
    assert_true(can_read(secret)); /* this process is as it was */
}

/* --- calls ----------------------------------------------------------------------------------------------- */

static const struct sw_sandbox_rules nothing;

static int entered(void)
{
    struct sw_sandbox_report report;
    (void)sw_sandbox_enter(&nothing, &report);
    return report.seccomp ? 0 : NOT_ENTERED;
}

static int check_inet_socket(void)
{
    return entered() || (socket(AF_INET, SOCK_STREAM, 0) >= 0);
}

static int check_inet6_socket(void)
{
    return entered() || (socket(AF_INET6, SOCK_DGRAM, 0) >= 0);
}

static int check_netlink_socket(void)
{
    return entered() || (socket(AF_NETLINK, SOCK_RAW, 0) >= 0);
}

static int check_exec(void)
{
    char *const args[] = {(char[]){"true"}, NULL};
    if (entered())
        return NOT_ENTERED;
    (void)execv("/bin/true", args);
    return 1;
}

static int check_connect(void)
{
    const struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(9)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || entered())
        return NOT_ENTERED;
    (void)connect(fd, (const struct sockaddr *)&address, sizeof address);
    return 1;
}

static int check_open_by_handle(void)
{
    return entered() || syscall(SYS_open_by_handle_at, AT_FDCWD, NULL, O_RDONLY) == 0;
}

static int check_unshare(void)
{
    return entered() || unshare(CLONE_NEWUSER) == 0;
}

static int check_ptrace(void)
{
    return entered() || ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0;
}

static void calls_that_kill(void **state)
{
    static const check_fn checks[] = {check_inet_socket, check_inet6_socket,   check_netlink_socket, check_exec,
                                      check_connect,     check_open_by_handle, check_unshare};
    (void)state;
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++)
        if (in_child(checks[i]) != KILLED + SIGSYS)
            fail_msg("check %zu was not killed", i);
    if (!SW_SANITIZED)
        assert_int_equal(in_child(check_ptrace), KILLED + SIGSYS);
}

/* Things that libraries try, and that fail without harm. */
static int check_refusals(void)
{
    if (entered())
        return NOT_ENTERED;
    if (socket(AF_UNIX, SOCK_STREAM, 0) >= 0 || errno != EPERM)
        return 1;
    if (ioctl(0, TIOCSTI, "x") == 0)
        return 2;
    if (!SW_SANITIZED) {
        if (mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED || errno != EPERM)
            return 3;
        if (fork() >= 0 || errno != EPERM)
            return 4;
        if (kill(getppid(), 0) == 0)
            return 5;
    }
    return socketpair(AF_UNIX, SOCK_STREAM, 0, (int[2]){0, 0}) == 0 ? 6 : 0;
}

static void calls_that_fail(void **state)
{
    (void)state;
    assert_int_equal(in_child(check_refusals), 0);
}

static int check_abort(void)
{
    if (entered())
        return NOT_ENTERED;
    abort();
}

static void abort_is_still_an_abort(void **state)
{
    (void)state;
    if (!SW_SANITIZED)
        assert_int_equal(in_child(check_abort), KILLED + SIGABRT);
}

/* --- threads --------------------------------------------------------------------------------------------- */

static _Atomic int stage;

static void *work(void *arg)
{
    char *memory = malloc(1 << 22); /* an arena of its own, and mapped memory */
    memset(memory, 1, 1 << 22);
    free(memory);
    struct timespec nap = {0, 1000};
    (void)nanosleep(&nap, NULL);
    *(bool *)arg = can_read(secret);
    return NULL;
}

static int check_threads_after(void)
{
    if (!enter(false))
        return NOT_ENTERED;
    pthread_t threads[4];
    bool read_secret[4] = {true, true, true, true};
    for (size_t i = 0; i < 4; i++)
        if (pthread_create(&threads[i], NULL, work, &read_secret[i]) != 0)
            return 1;
    for (size_t i = 0; i < 4; i++)
        if (pthread_join(threads[i], NULL) != 0 || read_secret[i])
            return 2;
    return 0;
}

static void *early(void *arg)
{
    (void)arg;
    atomic_store(&stage, 1);
    while (atomic_load(&stage) != 2)
        (void)sched_yield();
    (void)socket(AF_INET, SOCK_STREAM, 0);
    return NULL;
}

/* Threads besides this one: a sanitizer may have its own. */
static size_t other_threads(void)
{
    size_t count = 0;
    DIR *tasks = opendir("/proc/self/task");
    for (const struct dirent *entry = tasks ? readdir(tasks) : NULL; entry != NULL; entry = readdir(tasks))
        count += entry->d_name[0] != '.';
    if (tasks != NULL)
        (void)closedir(tasks);
    return count > 0 ? count - 1 : 0;
}

/* seccomp holds for a thread that was there before. */
static int check_thread_before(void)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, early, NULL) != 0)
        return 1;
    while (atomic_load(&stage) != 1)
        (void)sched_yield();
    struct sw_sandbox_report report;
    size_t others = other_threads();
    (void)sw_sandbox_enter(&nothing, &report);
    if (others == 0 || report.threads != others)
        return 2;
    if (report.landlock_abi > 0 && strstr(report.text, "threads") == NULL)
        return 3;
    atomic_store(&stage, 2);
    (void)pthread_join(thread, NULL);
    return 4;
}

static void threads(void **state)
{
    (void)state;
    assert_int_equal(in_child(check_thread_before), KILLED + SIGSYS);
    need_landlock("threads started in the sandbox");
    assert_int_equal(in_child(check_threads_after), 0);
}

/* --- the report ------------------------------------------------------------------------------------------ */

static int check_report(void)
{
    struct sw_sandbox_report report;
    size_t others = other_threads();
    int rc = sw_sandbox_enter(&nothing, &report);
    int abi = report.landlock_abi;
    if (abi == 0)
        return rc == SW_E_UNSUPPORTED && report.landlock_error != 0 && strstr(report.text, "seccomp only") ? 0 : 1;
    if (rc != 0 || !report.seccomp || report.landlock_tcp != (abi >= 4) || report.landlock_ipc != (abi >= 6))
        return 2;
    if (report.threads != others || strstr(report.text, "Landlock") == NULL || strstr(report.text, "seccomp") == NULL)
        return 3;
    (void)fprintf(stderr, "%s\n", report.text);
    return 0;
}

static void report(void **state)
{
    (void)state;
    assert_int_equal(in_child(check_report), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files),           cmocka_unit_test(calls_that_kill),
        cmocka_unit_test(calls_that_fail), cmocka_unit_test(abort_is_still_an_abort),
        cmocka_unit_test(threads),         cmocka_unit_test(report),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
