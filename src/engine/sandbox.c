/*
 * sandbox.c - entering the sandbox and saying what it holds. The halves are in sandbox_landlock.c and
 * sandbox_seccomp.c.
 */
#include "engine/sandbox.h"

#include "base/error.h"
#include "engine/sandbox_priv.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>

/* Threads besides the calling one: each is a folder in /proc/self/task. 0 when that can't be told. */
static size_t other_threads(void)
{
    struct stat status;
    if (stat("/proc/self/task", &status) != 0 || status.st_nlink < 3)
        return 0;
    return (size_t)status.st_nlink - 3;
}

static const char *landlock_reason(int error)
{
    if (error == ENOSYS)
        return "this kernel has no Landlock";
    if (error == EOPNOTSUPP)
        return "Landlock is switched off in this kernel";
    return strerror(error);
}

static void describe(struct sw_sandbox_report *r)
{
    const char *tcp = r->landlock_tcp ? ", TCP" : "";
    const char *ipc = r->landlock_ipc ? ", signals" : "";
    const char *threads = r->landlock_abi > 0 && r->threads > 0 ? "; threads started before are not restricted" : "";
    if (r->landlock_abi > 0 && r->seccomp)
        (void)snprintf(r->text, sizeof r->text, "Landlock (ABI %d: files%s%s) and seccomp%s", r->landlock_abi, tcp, ipc,
                       threads);
    else if (r->landlock_abi > 0)
        (void)snprintf(r->text, sizeof r->text, "Landlock (ABI %d: files%s%s) only: no seccomp: %s%s", r->landlock_abi,
                       tcp, ipc, strerror(r->seccomp_error), threads);
    else if (r->seccomp)
        (void)snprintf(r->text, sizeof r->text, "seccomp only, files are not restricted: %s",
                       landlock_reason(r->landlock_error));
    else
        (void)snprintf(r->text, sizeof r->text, "none: %s; no seccomp: %s", landlock_reason(r->landlock_error),
                       strerror(r->seccomp_error));
}

static int code_of(int error)
{
    switch (error) {
    case 0:
        return 0;
    case ENOMEM:
        return SW_E_NOMEM;
    case ENOSYS:
    case EOPNOTSUPP:
    case EINVAL:
    case EPERM: /* an outer sandbox, such as a container's, forbids the call */
        return SW_E_UNSUPPORTED;
    default:
        return SW_E_IO;
    }
}

int sw_sandbox_enter(const struct sw_sandbox_rules *rules, struct sw_sandbox_report *report)
{
    *report = (struct sw_sandbox_report){.threads = other_threads()};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        report->landlock_error = report->seccomp_error = errno;
    } else {
        /* Landlock first: its system calls are not among those that seccomp leaves. */
        report->landlock_error = sw_sandbox_landlock(rules, report);
        report->seccomp_error = sw_sandbox_seccomp(rules->write_count > 0);
        report->seccomp = report->seccomp_error == 0;
    }
    describe(report);
    return code_of(report->landlock_error != 0 ? report->landlock_error : report->seccomp_error);
}
