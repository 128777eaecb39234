/* run.c - the frame around a reading command. */
#include "cli/run.h"

#include "base/log.h"
#include "base/mem.h"
#include "cli/progress.h"
#include "source/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

static _Atomic bool stop_flag;

const _Atomic bool *sw_run_stop_flag(void)
{
    return &stop_flag;
}

static void on_signal(int number)
{
    (void)number;
    /* A second signal ends the program at once. */
    if (atomic_exchange(&stop_flag, true))
        _exit(128 + number);
}

static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    action.sa_handler = SIG_IGN;
    (void)sigaction(SIGPIPE, &action, NULL);
}

void sw_run_complain(const struct sw_error *err)
{
    if (err->source[0] == '\0')
        sw_error_log("%s", err->text);
    else if (err->line == 0)
        sw_error_log("%s: %s", err->source, err->text);
    else
        sw_error_log("%s:%u:%u: %s", err->source, err->line, err->column, err->text);
}

static int open_output(struct sw_run *run, struct sw_error *err)
{
    const char *path = run->settings->output;
    run->out = STDOUT_FILENO;
    if (path == NULL || strcmp(path, "-") == 0)
        return 0;
    run->out = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (run->out < 0)
        return sw_error_set(err, SW_E_IO, 0, 0, "can't write %s: %s", path, strerror(errno));
    run->out_opened = true;
    return 0;
}

static int list_inputs(struct sw_run *run, struct sw_error *err)
{
    const struct sw_settings *settings = run->settings;
    if (settings->paths.count == 0)
        return sw_error_set(err, SW_E_USAGE, 0, 0, "%s needs at least one path (- for standard input)",
                            settings->command->name);
    int rc = 0;
    for (size_t i = 0; i < settings->excludes.count && rc == 0; i++)
        rc = sw_walk_exclude(&run->walk, settings->excludes.items[i]);
    for (size_t i = 0; i < settings->paths.count && rc == 0; i++)
        rc = sw_walk_add(&run->walk, settings->paths.items[i]);
    if (rc == 0)
        rc = sw_walk_finish(&run->walk);
    if (rc != 0)
        return sw_error_set(err, rc, 0, 0, "can't list the inputs: %s", sw_strerror(rc));
    if (run->walk.count == 0 && run->walk.problem_count > 0)
        return sw_error_set(err, SW_E_NOTFOUND, 0, 0, "%.*s: %s", SW_STR_ARG(run->walk.problems[0].path),
                            run->walk.problems[0].reason);
    return 0;
}

static bool wants_color(const struct sw_settings *settings, int out)
{
    if (settings->color != SW_AUTO)
        return settings->color == SW_ALWAYS;
    const char *term = getenv("TERM");
    return getenv("NO_COLOR") == NULL && isatty(out) && term != NULL && strcmp(term, "dumb") != 0;
}

int sw_run_init(struct sw_run *run, const struct sw_settings *settings, struct sw_error *err)
{
    *run = (struct sw_run){.settings = settings, .out = -1, .started = sw_time_now()};
    sw_walk_init(&run->walk);
    sw_summary_init(&run->summary);
    run->summary.walk = &run->walk;
    int rc = list_inputs(run, err);
    if (rc == 0)
        rc = sw_classes_load(&run->classes, settings->mappings.items, settings->mappings.count, err);
    if (rc == 0)
        rc = open_output(run, err);
    if (rc != 0)
        return rc;
    run->color = wants_color(settings, run->out);
    catch_signals();
    return 0;
}

void sw_run_fini(struct sw_run *run)
{
    if (run->out_opened)
        (void)close(run->out);
    sw_classes_free(run->classes);
    sw_summary_fini(&run->summary);
    sw_walk_fini(&run->walk);
}

int sw_run_write(struct sw_run *run, struct sw_str bytes)
{
    while (bytes.len > 0 && run->write_error == 0) {
        ssize_t n = write(run->out, bytes.ptr, bytes.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            run->write_error = errno;
        else
            bytes = sw_str_from(bytes, (size_t)n);
    }
    return run->write_error == 0 ? 0 : SW_E_IO;
}

bool sw_run_in_time(const struct sw_settings *settings, const struct sw_event *event)
{
    if (settings->since == SW_TIME_NONE && settings->until == SW_TIME_NONE)
        return true;
    if (event->time == SW_TIME_NONE)
        return false;
    return (settings->since == SW_TIME_NONE || event->time >= settings->since) &&
           (settings->until == SW_TIME_NONE || event->time < settings->until);
}

/* Bytes of the largest resident set so far. */
static uint64_t peak_memory(void)
{
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) != 0)
        return 0;
    return (uint64_t)usage.ru_maxrss * 1024;
}

/* From here on the process reads the inputs and writes to what is open, and nothing else. Rules are loaded, the output and
 * the inputs' names are known; no other thread runs yet. */
static void enter_sandbox(struct sw_run *run)
{
    const struct sw_settings *settings = run->settings;
    if (settings->no_sandbox) {
        run->summary.sandbox = "off, as asked for";
        return;
    }
    sw_stream_prepare();
    const struct sw_sandbox_rules rules = {
        .read = (const char *const *)settings->paths.items,
        .read_count = settings->paths.count,
    };
    (void)sw_sandbox_enter(&rules, &run->sandbox); /* what the kernel lacks, the summary tells */
    run->summary.sandbox = run->sandbox.text;
}

int sw_run_pipeline(struct sw_run *run, const struct sw_consumer *consumer)
{
    const struct sw_settings *settings = run->settings;
    enter_sandbox(run);
    struct sw_pipeline_options options = {
        .walk = &run->walk,
        .threads = settings->threads,
        .classes = run->classes,
        .feed = {.zone_offset = settings->zone_offset, .recover = settings->recover, .script = run->script_kind},
        .progress = &run->progress,
        .stop = &stop_flag,
    };
    if (settings->decoder != NULL)
        options.feed.decoder = sw_decoder_find(sw_str(settings->decoder));
    sw_progress_start(run);
    int rc = sw_pipeline_run(&options, consumer);
    sw_progress_end(run);
    run->summary.elapsed = (double)(sw_time_now() - run->started) / (double)SW_SECOND;
    run->summary.peak_memory = peak_memory();
    run->summary.field_names_refused = sw_field_refused();
    return rc;
}

void sw_run_account(struct sw_run *run, bool wanted)
{
    if (!wanted)
        return;
    struct sw_buf text;
    sw_buf_init(&text, 64u << 20);
    sw_summary_text(&text, &run->summary, wants_color(run->settings, STDERR_FILENO), run->settings->verbose);
    struct sw_str rest = sw_buf_str(&text);
    while (rest.len > 0) {
        ssize_t n = write(STDERR_FILENO, rest.ptr, rest.len);
        if (n <= 0)
            break;
        rest = sw_str_from(rest, (size_t)n);
    }
    sw_buf_fini(&text);
}

int sw_run_status(const struct sw_run *run, int rc, bool found)
{
    if (run->write_error != 0 && run->write_error != EPIPE)
        sw_error_log("can't write the results: %s", strerror(run->write_error));
    else if (rc == SW_E_STOP)
        sw_warn("stopped early: the results are incomplete");
    else if (rc != 0 && rc != SW_E_IO)
        sw_error_log("the run ended early: %s", sw_strerror(rc));
    if (run->write_error == EPIPE)
        return SW_EXIT_DONE;
    if (rc != 0)
        return SW_EXIT_PARTIAL;
    if (found)
        return SW_EXIT_FOUND;
    return sw_summary_partial(&run->summary) ? SW_EXIT_PARTIAL : SW_EXIT_DONE;
}
