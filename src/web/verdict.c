/*
 * verdict.c - attempted, blocked or likely succeeded: by the answer, by what the path usually answers, and by what the
 * client did afterwards. Never more than the log can carry: a 200 alone says little, and that is said.
 */
#include "base/mem.h"
#include "web/store.h"

#include <stdlib.h>

enum { LAST_DAYS = 7, FEWEST_ANSWERS = 5, SHOWN_MAX = 160 };

/* A page that is served for everything: so many attacked paths got the same, or nearly the same, or one in so many of the
 * ordinary paths give it. */
enum { SAME_ANSWERS = 3, NEAR_ANSWERS = 6, NEAR_BYTES = 128, COMMON_SHARE = 20 };

const char *sw_web_verdict_name(enum sw_web_verdict verdict)
{
    static const char *const names[] = {"attempted", "blocked", "likely succeeded"};
    return names[verdict];
}

/* --- what is known at the end ------------------------------------------------------------------------------- */

/* A size that a path gave: of a page that is served for everything when many paths gave it. */
struct given {
    uint64_t bytes;
    uint64_t stem;
};

/* In order of size, each pair once. */
struct sizes {
    struct given *list;
    size_t count;
};

struct sw_web_judge {
    const struct sw_web_paths *paths;
    const struct sw_web_path **scripts; /* of one or two clients, by client and time */
    size_t script_count;
    struct sizes attacked; /* what attacked paths gave */
    struct sizes steady;   /* what paths give that always give the same */
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

static int by_size(const void *left, const void *right)
{
    const struct given *a = left;
    const struct given *b = right;
    if (a->bytes != b->bytes)
        return a->bytes < b->bytes ? -1 : 1;
    return a->stem < b->stem ? -1 : a->stem > b->stem;
}

static void put_in_order(struct sizes *sizes)
{
    if (sizes->count == 0)
        return;
    qsort(sizes->list, sizes->count, sizeof *sizes->list, by_size);
    size_t kept = 1;
    for (size_t i = 1; i < sizes->count; i++)
        if (by_size(&sizes->list[i], &sizes->list[kept - 1]) != 0)
            sizes->list[kept++] = sizes->list[i];
    sizes->count = kept;
}

static bool is_steady(const struct sw_web_path *path)
{
    return path->stem != 0 && path->least == path->most && path->most > 0;
}

static int collect_sizes(struct sw_web_judge *judge, const struct sw_web_hit *hits, size_t count)
{
    judge->attacked.list = sw_alloc(count + 1, sizeof *judge->attacked.list);
    judge->steady.list = sw_alloc(judge->paths->used + 1, sizeof *judge->steady.list);
    if (judge->attacked.list == NULL || judge->steady.list == NULL)
        return SW_E_NOMEM;
    for (size_t i = 0; i < count; i++)
        if (is_2xx(hits[i].status) && hits[i].bytes >= 0)
            judge->attacked.list[judge->attacked.count++] = (struct given){(uint64_t)hits[i].bytes, hits[i].stem};
    for (size_t i = 0; i < judge->paths->cap; i++)
        if (is_steady(&judge->paths->slots[i]))
            judge->steady.list[judge->steady.count++] =
                (struct given){judge->paths->slots[i].most, judge->paths->slots[i].stem};
    put_in_order(&judge->attacked);
    put_in_order(&judge->steady);
    return 0;
}

/* How many pairs have a size within [least, most], at most `enough` are counted. */
static size_t within(const struct sizes *sizes, uint64_t least, uint64_t most, size_t enough)
{
    size_t low = 0;
    size_t high = sizes->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (sizes->list[middle].bytes < least)
            low = middle + 1;
        else
            high = middle;
    }
    size_t found = 0;
    while (found < enough && low + found < sizes->count && sizes->list[low + found].bytes <= most)
        found++;
    return found;
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
    return rc != 0 ? rc : collect_sizes(judge, hits, count);
}

void sw_web_judge_free(struct sw_web_judge *judge)
{
    if (judge == NULL)
        return;
    sw_free(judge->scripts);
    sw_free(judge->attacked.list);
    sw_free(judge->steady.list);
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

/* Attacks that are after what is served: a page for everything is none of it. Others may work unseen. */
static bool wants_content(const struct sw_web_hit *hit)
{
    return hit->exploit_count > 0 || hit->class_id == SW_WEB_CLASS_PROBE || hit->class_id == SW_WEB_CLASS_WEBSHELL ||
           hit->class_id == SW_WEB_CLASS_FILE;
}

static bool is_start_page(const struct sw_web_judge *judge, const struct sw_web_hit *hit)
{
    uint64_t stem = sw_web_stem_hash(SW_STR("/"));
    const struct sw_web_path *start = hit->stem != stem ? sw_web_paths_find(judge->paths, stem) : NULL;
    return start != NULL && (uint64_t)hit->bytes >= start->least && (uint64_t)hit->bytes <= start->most &&
           start->most - start->least <= NEAR_BYTES;
}

/* What sites answer that have a page for everything: what the start page gives, the size that other attacked paths got, nearly
 * it when the page repeats the address, what a good part of the ordinary paths give. */
static const char *is_everywhere(const struct sw_web_judge *judge, const struct sw_web_hit *hit, bool *vain)
{
    if (hit->bytes <= 0)
        return NULL;
    *vain = true;
    if (is_start_page(judge, hit))
        return ", the same as the start page";
    *vain = wants_content(hit);
    uint64_t bytes = (uint64_t)hit->bytes;
    if (within(&judge->attacked, bytes, bytes, SAME_ANSWERS) == SAME_ANSWERS)
        return ", the same as other attacked paths got";
    uint64_t least = bytes > NEAR_BYTES ? bytes - NEAR_BYTES : 1;
    if (within(&judge->attacked, least, bytes + NEAR_BYTES, NEAR_ANSWERS) == NEAR_ANSWERS)
        return ", nearly the same as other attacked paths got";
    size_t share = judge->paths->used / COMMON_SHARE;
    size_t enough = share > SAME_ANSWERS ? share : SAME_ANSWERS;
    if (within(&judge->steady, bytes, bytes, enough) == enough)
        return ", the same as many other paths give";
    *vain = false;
    return NULL;
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

/* What says that nothing came of it: refusals, nothing there, a way elsewhere (a request of its own, if it is followed). */
static bool is_turned_away(unsigned status)
{
    return is_refused(status) || status == 404 || status == 410 || (status >= 300 && status <= 308 && status != 304);
}

static enum sw_web_verdict by_answer(const struct sw_web_judge *judge, const struct sw_web_hit *hit, struct sw_buf *why,
                                     bool *vain)
{
    if (hit->status == 0) {
        SW_BUF_LIT(why, "the answer is not in the log");
        return SW_WEB_ATTEMPTED;
    }
    put_answer(why, hit);
    *vain = is_turned_away(hit->status);
    if (is_logged_attack(hit)) {
        SW_BUF_LIT(why, ", which tells nothing of what was logged");
        return SW_WEB_ATTEMPTED;
    }
    const char *everywhere = is_2xx(hit->status) ? is_everywhere(judge, hit, vain) : NULL;
    if (everywhere != NULL) {
        sw_buf_text(why, everywhere);
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

enum sw_web_verdict sw_web_judge(const struct sw_web_judge *judge, const struct sw_web_hit *hit, struct sw_buf *why,
                                 bool *vain)
{
    *vain = false;
    enum sw_web_verdict verdict = by_answer(judge, hit, why, vain);
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
