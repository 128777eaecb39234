/*
 * sandbox_priv.h - the two halves of the sandbox.
 */
#ifndef SW_ENGINE_SANDBOX_PRIV_H
#define SW_ENGINE_SANDBOX_PRIV_H

#include "engine/sandbox.h"

/* A sanitizer's run-time looks at the process at its end: it reads /proc and stops threads with a tracing child. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SW_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SW_SANITIZED 1
#endif
#endif
#ifndef SW_SANITIZED
#define SW_SANITIZED 0
#endif

/* Both return 0 or a positive errno. no_new_privs is set already. */
int sw_sandbox_landlock(const struct sw_sandbox_rules *rules, struct sw_sandbox_report *report);

/* `may_write`: files may be opened for writing (Landlock says which). */
int sw_sandbox_seccomp(bool may_write);

#endif
