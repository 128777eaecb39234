/* progress.c - a thread that draws the bar five times a second. */
#include "cli/progress.h"

#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

static unsigned terminal_width(void)
{
    struct winsize size;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 40)
        return 80;
    return size.ws_col < 200 ? size.ws_col : 200;
}

/* "1:02:03" or "02:03". */
static void put_duration(char *out, size_t len, double seconds)
{
    unsigned long whole = seconds > 0 && seconds < 1e7 ? (unsigned long)seconds : 0;
    if (whole >= 3600)
        (void)snprintf(out, len, "%lu:%02lu:%02lu", whole / 3600, whole / 60 % 60, whole % 60);
    else
        (void)snprintf(out, len, "%02lu:%02lu", whole / 60, whole % 60);
}

static void draw(const struct sw_run *run)
{
    double elapsed = (double)(sw_time_now() - run->started) / (double)SW_SECOND;
    double done = (double)atomic_load_explicit(&run->progress.bytes, memory_order_relaxed);
    double events = (double)atomic_load_explicit(&run->progress.events, memory_order_relaxed);
    double total = (double)run->walk.bytes;
    double share = total > 0 && done < total ? done / total : total > 0 ? 1 : 0;
    char left[32] = "--:--";
    if (share > 0.001 && elapsed > 0.5)
        put_duration(left, sizeof left, elapsed * (1 - share) / share);
    char text[256];
    int n = snprintf(text, sizeof text, " %3.0f%%  %.1f MB/s  %.0f events/s  %s left", share * 100,
                     elapsed > 0 ? done / elapsed / 1e6 : 0, elapsed > 0 ? events / elapsed : 0, left);
    unsigned width = terminal_width();
    unsigned bar = n > 0 && width > (unsigned)n + 12 ? width - (unsigned)n - 3 : 0;
    if (bar > 50)
        bar = 50;
    char line[512] = "\r\033[K";
    size_t at = strlen(line);
    if (bar > 0) {
        line[at++] = '[';
        for (unsigned i = 0; i < bar; i++)
            line[at++] = i < (unsigned)(share * bar) ? '#' : '.';
        line[at++] = ']';
    }
    for (int i = 0; i < n && at < sizeof line; i++)
        line[at++] = text[i];
    ssize_t written = write(STDERR_FILENO, line, at);
    (void)written;
}

static void *bar_main(void *arg)
{
    struct sw_run *run = arg;
    const struct timespec pause = {.tv_nsec = 50000000};
    for (unsigned tick = 1; !atomic_load(&run->bar_stop); tick++) {
        (void)nanosleep(&pause, NULL);
        if (tick % 4 == 0)
            draw(run);
    }
    return NULL;
}

void sw_progress_start(struct sw_run *run)
{
    if (run->settings->no_progress || !isatty(STDERR_FILENO))
        return;
    atomic_store(&run->bar_stop, false);
    run->bar_running = pthread_create(&run->bar, NULL, bar_main, run) == 0;
}

void sw_progress_end(struct sw_run *run)
{
    if (!run->bar_running)
        return;
    atomic_store(&run->bar_stop, true);
    (void)pthread_join(run->bar, NULL);
    run->bar_running = false;
    ssize_t written = write(STDERR_FILENO, "\r\033[K", 4);
    (void)written;
}
