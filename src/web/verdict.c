/*
 * verdict.c - attempted, blocked or likely succeeded: by the answer, by what the path usually answers, and by what the
 * client did afterwards. Never more than the log can carry: a 200 alone says little, and that is said.
 */
#include "base/mem.h"
#include "web/store.h"

#include <stdlib.h>

enum { LAST_DAYS = 7, FEWEST_ANSWERS = 5, SAME_ANSWERS = 3, SHOWN_MAX = 160 };

const char *sw_web_verdict_name(enum sw_web_verdict verdict)
{
    static const char *const names[] = {"attempted", "blocked", "likely succeeded"};
    return names[verdict];
}

/* --- what is known at the end ------------------------------------------------------------------------------- */

/* An answer that different attacked paths got: of a page that is served for everything. */
struct common {
    uint64_t bytes_plus; /* size + 1; 0: free */
    uint64_t stems[SAME_ANSWERS];
    uint8_t count;
};

struct sw_web_judge {
    const struct sw_web_paths *paths;
    const struct sw_web_path **scripts; /* of one or two clients, by client and time */
    size_t script_count;
    struct common *common;
    size_t common_cap;
};

static bool is_entrance(struct sw_str path)
{
    static const char *const names[] = {
        "/index.", "/default.", "/login.", "/home.", "/main.", "/wp-", "/admin.", "/search."};
    size_t slash = path.len;
    while (slash > 0 && path.ptr[slash - 1] != '/')
        slash--;
    struct sw_str name = sw_str_from(path, slash > 0 ? slash - 1 : 0);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (sw_str_istarts(name, sw_str(names[i])))
            return true;
    return false;
}

/* What an intruder would come back to: a script that hardly anyone asks for, and that is spoken to. */
static bool is_lonely_script(const struct sw_web_path *path)
{
    return path->stem != 0 && path->name != NULL && path->other_client != SW_WEB_MANY_CLIENTS &&
           path->first_client != 0 && path->first_time != SW_TIME_NONE && (path->posted || path->answers > 1) &&
           !is_entrance(sw_strn(path->name, path->name_len));
}

static int by_client(const void *left, const void *right)
{
    const struct sw_web_path *a = *(const struct sw_web_path *const *)left;
    const struct sw_web_path *b = *(const struct sw_web_path *const *)right;
    if (a->first_client != b->first_client)
        return a->first_client < b->first_client ? -1 : 1;
    if (a->first_time != b->first_time)
        return a->first_time < b->first_time ? -1 : 1;
    return a->stem < b->stem ? -1 : a->stem > b->stem;
}

static int collect_scripts(struct sw_web_judge *judge)
{
    size_t count = 0;
    for (size_t i = 0; i < judge->paths->cap; i++)
        count += is_lonely_script(&judge->paths->slots[i]);
    judge->scripts = sw_alloc(count + 1, sizeof *judge->scripts);
    if (judge->scripts == NULL)
        return SW_E_NOMEM;
    for (size_t i = 0; i < judge->paths->cap; i++)
        if (is_lonely_script(&judge->paths->slots[i]))
            judge->scripts[judge->script_count++] = &judge->paths->slots[i];
    qsort(judge->scripts, count, sizeof *judge->scripts, by_client);
    return 0;
}

static bool is_2xx(unsigned status)
{
    return status >= 200 && status < 300;
}

static struct common *common_of(const struct sw_web_judge *judge, uint64_t bytes)
{
    size_t at = (size_t)(bytes * 0x9e3779b97f4a7c15ull >> 32) & (judge->common_cap - 1);
    while (judge->common[at].bytes_plus != 0 && judge->common[at].bytes_plus != bytes + 1)
        at = (at + 1) & (judge->common_cap - 1);
    return &judge->common[at];
}

static int collect_common(struct sw_web_judge *judge, const struct sw_web_hit *hits, size_t count)
{
    judge->common_cap = 64;
    while (judge->common_cap < count * 2)
        judge->common_cap *= 2;
    judge->common = sw_alloc(judge->common_cap, sizeof *judge->common);
    if (judge->common == NULL)
        return SW_E_NOMEM;
    for (size_t i = 0; i < count; i++) {
        if (!is_2xx(hits[i].status) || hits[i].bytes < 0)
            continue;
        struct common *common = common_of(judge, (uint64_t)hits[i].bytes);
        common->bytes_plus = (uint64_t)hits[i].bytes + 1;
        bool known = false;
        for (unsigned s = 0; s < common->count; s++)
            known |= common->stems[s] == hits[i].stem;
        if (!known && common->count < SAME_ANSWERS)
            common->stems[common->count++] = hits[i].stem;
    }
    return 0;
}

int sw_web_judge_new(struct sw_web_judge **out, const struct sw_web_paths *paths, const struct sw_web_hit *hits,
                     size_t count)
{
    struct sw_web_judge *judge = sw_alloc(1, sizeof *judge);
    *out = judge;
    if (judge == NULL)
        return SW_E_NOMEM;
    judge->paths = paths;
    int rc = collect_scripts(judge);
    return rc != 0 ? rc : collect_common(judge, hits, count);
}

void sw_web_judge_free(struct sw_web_judge *judge)
{
    if (judge == NULL)
        return;
    sw_free(judge->scripts);
    sw_free(judge->common);
    sw_free(judge);
}

/* --- judging ------------------------------------------------------------------------------------------------ */

static bool is_refused(unsigned status)
{
    static const uint16_t refusals[] = {400, 401, 403, 405, 406, 407, 411, 412, 413, 414, 415, 418,
                                        421, 422, 429, 431, 444, 451, 495, 496, 501};
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++)
        if (refusals[i] == status)
            return true;
    return false;
}

static bool is_everywhere(const struct sw_web_judge *judge, const struct sw_web_hit *hit)
{
    return hit->bytes >= 0 && common_of(judge, (uint64_t)hit->bytes)->count == SAME_ANSWERS;
}

/* A script that the client spoke to after this request, and nobody before. */
static const struct sw_web_path *follow_up(const struct sw_web_judge *judge, const struct sw_web_hit *hit)
{
    if (hit->client == 0 || hit->event.time == SW_TIME_NONE)
        return NULL;
    size_t low = 0;
    size_t high = judge->script_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct sw_web_path *at = judge->scripts[middle];
        if (at->first_client < hit->client || (at->first_client == hit->client && at->first_time <= hit->event.time))
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < judge->script_count && judge->scripts[low]->first_client == hit->client; low++) {
        const struct sw_web_path *at = judge->scripts[low];
        if (at->first_time - hit->event.time > LAST_DAYS * SW_DAY)
            return NULL;
        if (at->stem != hit->stem)
            return at;
    }
    return NULL;
}

/* Attacks after which something may lie on the server. */
static bool may_leave_something(const struct sw_web_hit *hit)
{
    return hit->exploit_count > 0 || (hit->confidence == SW_WEB_ATTEMPT && hit->class_id <= SW_WEB_CLASS_UPLOAD);
}

/* The answer as such: "answered 200 with 512 bytes". */
static void put_answer(struct sw_buf *why, const struct sw_web_hit *hit)
{
    sw_buf_printf(why, "answered %u", (unsigned)hit->status);
    if (hit->bytes >= 0)
        sw_buf_printf(why, " with %lld bytes", (long long)hit->bytes);
}

/* Whether an answer of 2xx to a class of attack means success. */
static bool speaks(const struct sw_web_judge *judge, const struct sw_web_hit *hit, struct sw_buf *why)
{
    const struct sw_web_path *usual = sw_web_paths_find(judge->paths, hit->stem);
    bool known = usual != NULL && usual->answers >= FEWEST_ANSWERS && hit->bytes >= 0;
    switch (hit->class_id) {
    case SW_WEB_CLASS_WEBSHELL:
        SW_BUF_LIT(why, ": it is there");
        return hit->bytes != 0;
    case SW_WEB_CLASS_PROBE:
        SW_BUF_LIT(why, ": it was served");
        return hit->bytes != 0;
    case SW_WEB_CLASS_UPLOAD:
        return hit->status == 201 || hit->status == 204;
    case SW_WEB_CLASS_FILE:
        if (hit->place == SW_WEB_PATH) {
            SW_BUF_LIT(why, " where servers refuse");
            return hit->bytes != 0;
        }
        break;
    case SW_WEB_CLASS_SQL: case SW_WEB_CLASS_SHELL: case SW_WEB_CLASS_PHP: case SW_WEB_CLASS_INCLUDE:
    case SW_WEB_CLASS_EXPRESSION:
        break;
    default:
        return false;
    }
    if (!known) {
        SW_BUF_LIT(why, ", with too few other answers of this path to compare");
        return false;
    }
    uint64_t bytes = (uint64_t)hit->bytes;
    bool large = bytes > usual->most + usual->most / 2 + 512;
    bool small = hit->class_id == SW_WEB_CLASS_FILE && bytes > 0 && bytes < usual->least / 2;
    sw_buf_printf(why, ", which usually gives %llu to %llu", (unsigned long long)usual->least,
                  (unsigned long long)usual->most);
    return large || small;
}

/* A lookup works, if it does, when the request is written to a log: whatever the answer. */
static bool is_logged_attack(const struct sw_web_hit *hit)
{
    return hit->class_id == SW_WEB_CLASS_JNDI;
}

static enum sw_web_verdict by_answer(const struct sw_web_judge *judge, const struct sw_web_hit *hit, struct sw_buf *why)
{
    if (hit->status == 0) {
        SW_BUF_LIT(why, "the answer is not in the log");
        return SW_WEB_ATTEMPTED;
    }
    put_answer(why, hit);
    if (is_logged_attack(hit)) {
        SW_BUF_LIT(why, ", which tells nothing of what was logged");
        return SW_WEB_ATTEMPTED;
    }
    bool everywhere = is_2xx(hit->status) && is_everywhere(judge, hit);
    if (everywhere) {
        SW_BUF_LIT(why, ", the same as other attacked paths got");
        return SW_WEB_ATTEMPTED;
    }
    for (unsigned i = 0; i < hit->exploit_count; i++)
        if (sw_web_exploit_succeeds(hit->exploits[i], hit->status))
            return SW_WEB_SUCCEEDED;
    if (is_refused(hit->status))
        return SW_WEB_BLOCKED;
    if (hit->status == 404 || hit->status == 410) {
        SW_BUF_LIT(why, ", so there is nothing of that name");
        return SW_WEB_ATTEMPTED;
    }
    if (hit->status >= 500) {
        SW_BUF_LIT(why, ", so something failed on it");
        return SW_WEB_ATTEMPTED;
    }
    if (hit->exploit_count == 0 && is_2xx(hit->status) && hit->confidence == SW_WEB_ATTEMPT && speaks(judge, hit, why))
        return SW_WEB_SUCCEEDED;
    return SW_WEB_ATTEMPTED;
}

enum sw_web_verdict sw_web_judge(const struct sw_web_judge *judge, const struct sw_web_hit *hit, struct sw_buf *why)
{
    enum sw_web_verdict verdict = by_answer(judge, hit, why);
    const struct sw_web_path *after = may_leave_something(hit) ? follow_up(judge, hit) : NULL;
    if (after == NULL)
        return verdict;
    sw_buf_printf(why, "; %lld s later the same client was the first to use \"",
                  (long long)((after->first_time - hit->event.time) / SW_SECOND));
    sw_buf_str_add(why, sw_str_slice(sw_strn(after->name, after->name_len), 0, SHOWN_MAX));
    SW_BUF_LIT(why, "\", and got it");
    return SW_WEB_SUCCEEDED;
}

/* --- saying it ---------------------------------------------------------------------------------------------- */

static const char *place_name(unsigned place)
{
    switch (place) {
    case SW_WEB_PATH: return "the path";
    case SW_WEB_NAME: return "an argument's name";
    case SW_WEB_VALUE: return "an argument";
    case SW_WEB_AGENT: return "the user agent";
    case SW_WEB_REFERER: return "the referer";
    case SW_WEB_COOKIE: return "a cookie";
    case SW_WEB_HEADER: return "a header";
    default: return "the request";
    }
}

static void put_layers(struct sw_buf *out, uint32_t layers)
{
    if ((layers & SW_WEB_TWICE) != 0)
        layers &= ~(uint32_t)SW_WEB_PERCENT;
    bool first = true;
    for (unsigned i = 0; i < SW_WEB_LAYER_COUNT; i++) {
        if ((layers >> i & 1) == 0 || (i == SW_WEB_LAYER_PERCENT && layers == SW_WEB_PERCENT))
            continue;
        sw_buf_text(out, first ? ", under " : ", ");
        sw_buf_text(out, sw_web_layer_name(i));
        first = false;
    }
}

void sw_web_describe(const struct sw_web_hit *hit, struct sw_buf *out)
{
    if (hit->class_id < SW_WEB_CLASS_COUNT) {
        sw_buf_printf(out, "%s in %s (\"", sw_web_classes[hit->class_id].name, place_name(hit->place));
        sw_buf_str_add(out, sw_str_slice(hit->shown, 0, SHOWN_MAX));
        SW_BUF_LIT(out, "\")");
        if (hit->what != NULL && sw_str_ifind(hit->shown, sw_str(hit->what)) == SW_NPOS)
            sw_buf_printf(out, ": %s", hit->what);
        put_layers(out, hit->layers);
    }
    for (unsigned i = 1; i < hit->exploit_count; i++) {
        sw_buf_text(out, out->len > 0 ? ", also like " : "also like ");
        sw_buf_str_add(out, sw_web_exploit_name(hit->exploits[i]));
    }
    bool first = true;
    for (unsigned i = 0; i < SW_WEB_CLASS_COUNT; i++) {
        if ((hit->others >> i & 1) == 0)
            continue;
        sw_buf_text(out, first ? "; also " : ", ");
        sw_buf_text(out, sw_web_classes[i].name);
        first = false;
    }
}
