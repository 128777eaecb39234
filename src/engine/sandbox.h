/*
 * sandbox.h - after the inputs and outputs are known: no network, no new programs, reads only the inputs.
 *
 * Landlock takes away the file system but for the paths given; seccomp takes away the system calls that reading,
 * threads, memory, time and output don't need. Neither can be undone. What the kernel can't do is left out and told.
 * docs/sandbox.md lists what is allowed, what fails and what kills.
 *
 * Before:  load rules, mappings and what libraries load late (sw_stream_prepare()); set TZ and call tzset(); open
 * outputs. Threads: enter before starting any. seccomp covers all threads of the process, Landlock the calling thread
 * and what it starts from then on; other threads that exist are counted in the report. Errors:  entering never fails a
 * run: the report says what holds. SW_E_NOMEM and SW_E_IO only for a caller that insists. Trust:   the paths come from
 * the command line.
 */
#ifndef SW_ENGINE_SANDBOX_H
#define SW_ENGINE_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

/* Symbolic links given are followed. A path that isn't there is passed over: it could not be read before either. */
struct sw_sandbox_rules {
    const char *const *read; /* files and directories; of a directory all that is beneath */
    size_t read_count;
    const char *const *write; /* existing files, and directories beneath which files may be made, written and removed */
    size_t write_count;
};

struct sw_sandbox_report {
    int landlock_abi;   /* version of the kernel's interface that was used; 0: the file system is not restricted */
    int landlock_error; /* errno when it is not */
    bool landlock_tcp;  /* binding and connecting TCP is denied by Landlock too (ABI 4) */
    bool landlock_ipc;  /* signals and abstract sockets out of the sandbox are denied (ABI 6) */
    bool seccomp;
    int seccomp_error;  /* errno when it is not */
    size_t passed_over; /* paths that could not be opened */
    size_t threads;     /* threads that were running before and that Landlock doesn't cover */
    char text[192];     /* all of this in one sentence, for the summary */
};

/* Enters. The report is filled in any case. Returns 0 when both hold, SW_E_UNSUPPORTED when the kernel lacks one or
 * both, SW_E_NOMEM or SW_E_IO when one could not be set up though the kernel has it; whoever doesn't insist goes on. */
int sw_sandbox_enter(const struct sw_sandbox_rules *rules, struct sw_sandbox_report *report);

/* The version of Landlock that the running kernel has; 0 when it has none or it is switched off. */
int sw_sandbox_landlock_abi(void);

#endif
