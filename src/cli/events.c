/* events.c - `seawall events`: every event of the evidence, one JSON object a line. */
#include "base/mem.h"
#include "cli/run.h"
#include "report/event_json.h"

/* Output of one piece: 256 KiB of evidence make little more of JSON; hostile ones at most this. */
#define BATCH_MAX (256u << 20)

static void *worker_new(void *arg)
{
    const struct sw_run *run = arg;
    struct sw_event_writer *writer;
    return sw_event_writer_new(&writer, run->classes) == 0 ? writer : NULL;
}

static void worker_free(void *worker)
{
    sw_event_writer_free(worker);
}

struct batch {
    struct sw_buf out;
    const struct sw_settings *settings;
};

static void *batch_new(void *arg)
{
    const struct sw_run *run = arg;
    struct batch *batch = sw_alloc(1, sizeof *batch);
    if (batch != NULL) {
        sw_buf_init(&batch->out, BATCH_MAX);
        batch->settings = run->settings;
    }
    return batch;
}

static void batch_reset(void *arg)
{
    struct batch *batch = arg;
    sw_buf_clear(&batch->out);
}

static size_t batch_weight(const void *arg)
{
    const struct batch *batch = arg;
    return batch->out.cap;
}

static void batch_free(void *arg)
{
    struct batch *batch = arg;
    sw_buf_fini(&batch->out);
    sw_free(batch);
}

static int on_event(void *worker, void *arg, const struct sw_input *input, const struct sw_event *event)
{
    struct batch *batch = arg;
    if (!sw_run_in_time(batch->settings, event))
        return 0;
    if (batch->out.len == 0)
        sw_event_json_begin(worker);
    sw_event_json_line(worker, &batch->out, input, event);
    return sw_buf_error(&batch->out);
}

static int deliver(void *arg, void *batch, const struct sw_input *input)
{
    (void)input;
    return sw_run_write(arg, sw_buf_str(&((struct batch *)batch)->out));
}

static int input_done(void *arg, const struct sw_input *input)
{
    return sw_summary_add(&((struct sw_run *)arg)->summary, input);
}

int sw_cmd_events(struct sw_settings *settings)
{
    struct sw_run run;
    struct sw_error err = {0};
    int status = SW_EXIT_USAGE;
    int rc = sw_run_init(&run, settings, &err);
    if (rc != 0) {
        sw_run_complain(&err);
    } else {
        const struct sw_consumer consumer = {
            .arg = &run,
            .worker_new = worker_new,
            .worker_free = worker_free,
            .batch_new = batch_new,
            .batch_reset = batch_reset,
            .batch_weight = batch_weight,
            .batch_free = batch_free,
            .event = on_event,
            .deliver = deliver,
            .input_done = input_done,
        };
        rc = sw_run_pipeline(&run, &consumer);
        sw_run_account(&run, settings->stats || sw_summary_partial(&run.summary));
        status = sw_run_status(&run, rc, false);
    }
    sw_run_fini(&run);
    return status;
}
