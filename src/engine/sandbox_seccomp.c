/*
 * sandbox_seccomp.c - the system calls that are left: those of reading, threads, memory, time and output.
 *
 * Three answers to a call. Allowed: the lists below. Killed: what only an intruder would try here, so that nothing goes
 * on after a decoder was taken over. EPERM: all the rest, since libraries probe for things and live without them.
 */
#include "engine/sandbox_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef PR_SET_VMA
#define PR_SET_VMA 0x53564d41
#endif

/* By name, since an older libseccomp doesn't have the numbers of all; a name that it doesn't know is left out. */
static const char *const allowed[] = {
    /* reading and output, on what is open */
    "read",
    "pread64",
    "readv",
    "preadv",
    "preadv2",
    "write",
    "pwrite64",
    "writev",
    "pwritev",
    "lseek",
    "_llseek",
    "close",
    "close_range",
    "dup",
    "dup2",
    "dup3",
    "fcntl",
    "fcntl64",
    "fadvise64",
    "readahead",
    "sendfile",
    "copy_file_range",
    "fsync",
    "fdatasync",
    "ftruncate",
    "fallocate",
    "flock",
    "pipe",
    "pipe2",
    "poll",
    "ppoll",
    "select",
    "pselect6",
    /* names of files: which of them, Landlock says */
    "stat",
    "lstat",
    "fstat",
    "newfstatat",
    "statx",
    "statfs",
    "fstatfs",
    "access",
    "faccessat",
    "faccessat2",
    "readlink",
    "readlinkat",
    "getdents",
    "getdents64",
    "getcwd",
    "unlink",
    "unlinkat",
    "rename",
    "renameat",
    "renameat2",
    "mkdir",
    "mkdirat",
    "umask",
    "fchmod",
    /* memory */
    "brk",
    "munmap",
    "mremap",
    "madvise",
    "mincore",
    "membarrier",
    "msync",
    /* threads */
    "futex",
    "set_robust_list",
    "set_tid_address",
    "rseq",
    "sched_yield",
    "sched_getaffinity",
    "getcpu",
    "gettid",
    "getpid",
    "getppid",
    "exit",
    "exit_group",
    "restart_syscall",
    "sigaltstack",
    "rt_sigaction",
    "rt_sigprocmask",
    "rt_sigreturn",
    "rt_sigpending",
    "rt_sigtimedwait",
    "rt_sigsuspend",
    "pause",
    /* time, chance, the state of the process and the machine */
    "clock_gettime",
    "clock_getres",
    "clock_nanosleep",
    "nanosleep",
    "gettimeofday",
    "time",
    "times",
    "getrandom",
    "getrusage",
    "getrlimit",
    "sysinfo",
    "uname",
    "getuid",
    "geteuid",
    "getgid",
    "getegid",
    "capget",
    "eventfd2",
};

/* Programs, other processes, networks, the kernel: nothing in a hunt comes near these. */
static const char *const killed[] = {
    "execve",
    "execveat",
    "ptrace",
    "process_vm_readv",
    "process_vm_writev",
    "pidfd_getfd",
    "open_by_handle_at",
    "connect",
    "bind",
    "listen",
    "accept",
    "accept4",
    "sendmmsg",
    "bpf",
    "userfaultfd",
    "perf_event_open",
    "io_uring_setup",
    "io_uring_enter",
    "io_uring_register",
    "keyctl",
    "add_key",
    "request_key",
    "mount",
    "umount2",
    "move_mount",
    "open_tree",
    "fsopen",
    "fsmount",
    "pivot_root",
    "chroot",
    "setns",
    "unshare",
    "init_module",
    "finit_module",
    "delete_module",
    "kexec_load",
    "kexec_file_load",
    "setuid",
    "setgid",
    "setresuid",
    "setresgid",
    "setreuid",
    "setregid",
    "setgroups",
    "capset",
    "reboot",
    "swapon",
    "swapoff",
    "acct",
    "modify_ldt",
    "iopl",
    "ioperm",
};

/* Calls that the run-time of a sanitizer makes, however; allowed in such builds only, whatever the other lists say. */
static const char *const sanitizer[] = {
    "clone",  "clone3", "fork",       "wait4", "waitid",   "ptrace",    "process_vm_readv", "prctl",
    "tgkill", "kill",   "arch_prctl", "mmap",  "mprotect", "prlimit64", "setrlimit",
};

struct builder {
    scmp_filter_ctx filter;
    int error; /* the first one, positive */
};

/* Is the call free already, because a sanitizer needs it? */
static bool is_free(const char *name)
{
    for (size_t i = 0; SW_SANITIZED && i < sizeof sanitizer / sizeof sanitizer[0]; i++)
        if (strcmp(name, sanitizer[i]) == 0)
            return true;
    return false;
}

static void add(struct builder *b, uint32_t action, const char *name, unsigned count, const struct scmp_arg_cmp *args)
{
    int number = seccomp_syscall_resolve_name(name);
    if (b->error != 0 || number == __NR_SCMP_ERROR || number < 0)
        return;
    if (is_free(name)) {
        action = SCMP_ACT_ALLOW;
        count = 0;
    }
    int rc = seccomp_rule_add_array(b->filter, action, number, count, args);
    if (rc != 0)
        b->error = -rc;
}

static void add_names(struct builder *b, uint32_t action, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        add(b, action, names[i], 0, NULL);
}

static void allow_masked(struct builder *b, const char *name, unsigned arg, uint64_t mask, uint64_t value)
{
    const struct scmp_arg_cmp test = {arg, SCMP_CMP_MASKED_EQ, mask, value};
    add(b, SCMP_ACT_ALLOW, name, 1, &test);
}

static void allow_equal(struct builder *b, const char *name, unsigned arg, uint64_t value)
{
    const struct scmp_arg_cmp test = {arg, SCMP_CMP_EQ, value, 0};
    add(b, SCMP_ACT_ALLOW, name, 1, &test);
}

/* Opening: where nothing may be written, only for reading, so that this holds without Landlock as well. */
static void allow_open(struct builder *b, bool may_write)
{
    const uint64_t writing = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC;
    allow_masked(b, "openat", 2, may_write ? 0 : writing, 0);
    allow_masked(b, "open", 1, may_write ? 0 : writing, 0);
}

/* Calls that depend on an argument. */
static void allow_some(struct builder *b)
{
    /* Memory that can be executed is how injected code runs; nothing here makes any. */
    allow_masked(b, "mmap", 2, PROT_EXEC, 0);
    allow_masked(b, "mmap2", 2, PROT_EXEC, 0);
    allow_masked(b, "mprotect", 2, PROT_EXEC, 0);
    /* Threads, not processes. clone3 hides its flags in memory: the C library takes clone when it isn't there. */
    allow_masked(b, "clone", 0, CLONE_THREAD, CLONE_THREAD);
    add(b, SCMP_ACT_ERRNO(ENOSYS), "clone3", 0, NULL);
    add(b, SCMP_ACT_ERRNO(ENOSYS), "openat2", 0, NULL);
    /* A terminal's kind and size; no typing into it (TIOCSTI). */
    allow_equal(b, "ioctl", 1, TCGETS);
    allow_equal(b, "ioctl", 1, TIOCGWINSZ);
    allow_equal(b, "ioctl", 1, FIONREAD);
    /* abort() */
    allow_equal(b, "tgkill", 0, (uint64_t)getpid());
    allow_equal(b, "prctl", 0, PR_SET_NAME);
    allow_equal(b, "prctl", 0, PR_GET_NAME);
    allow_equal(b, "prctl", 0, PR_SET_VMA);
    allow_equal(b, "prlimit64", 2, 0);
    /* A name service asks a local socket first and goes on without it; any other socket is no accident. */
    const struct scmp_arg_cmp remote = {0, SCMP_CMP_NE, AF_UNIX, 0};
    add(b, SCMP_ACT_KILL_PROCESS, "socket", 1, &remote);
}

int sw_sandbox_seccomp(bool may_write)
{
    struct builder b = {seccomp_init(SCMP_ACT_ERRNO(EPERM)), 0};
    if (b.filter == NULL)
        return ENOSYS;
    int rc = seccomp_attr_set(b.filter, SCMP_FLTATR_CTL_TSYNC, 1); /* all threads that exist */
    /* Calls of another architecture (32 bits on 64) are killed: their numbers mean other things. */
    if (rc == 0)
        rc = seccomp_attr_set(b.filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    b.error = -rc;
    add_names(&b, SCMP_ACT_ALLOW, allowed, sizeof allowed / sizeof allowed[0]);
    add_names(&b, SCMP_ACT_KILL_PROCESS, killed, sizeof killed / sizeof killed[0]);
    if (SW_SANITIZED)
        add_names(&b, SCMP_ACT_ALLOW, sanitizer, sizeof sanitizer / sizeof sanitizer[0]);
    allow_open(&b, may_write);
    allow_some(&b);
    if (b.error == 0)
        b.error = -seccomp_load(b.filter);
    seccomp_release(b.filter);
    return b.error;
}
