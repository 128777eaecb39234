/*
 * progress.h - the bar on standard error: share, rate, time left. Only when standard error is a terminal.
 */
#ifndef SW_CLI_PROGRESS_H
#define SW_CLI_PROGRESS_H

#include "cli/run.h"

void sw_progress_start(struct sw_run *run); /* starts a thread; without one there is just no bar */
void sw_progress_end(struct sw_run *run);   /* clears the bar and joins the thread */

#endif
