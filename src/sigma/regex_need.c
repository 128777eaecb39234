/*
 * regex_need.c - one pass over an expression that keeps, for each open group, the best literals its branches need.
 * It knows enough syntax to skip what it doesn't understand in detail, and gives up on the rest.
 */
#include "sigma/regex_need.h"

#include "base/limits.h"

enum { MOST_RUN = 64, DEPTH = 32 };

/* Literals that a part of the expression needs. */
struct need {
    struct sw_regex_need set;
    double cost; /* only if set.count > 0 */
};

struct frame {
    struct need best;  /* of the branch being read */
    struct need all;   /* of the branches before it, together */
    bool branches;     /* there were some */
    bool hopeless;     /* one of them needs nothing */
    bool caseless;
    bool dropped;      /* a look-around: says nothing about the text found */
};

struct reader {
    struct sw_arena *arena;
    struct sw_str pattern;
    size_t at;
    sw_literal_cost cost;
    void *cost_arg;
    bool gave_up;
    struct frame frames[DEPTH];
    unsigned depth; /* frames in use - 1 */
    char run[MOST_RUN]; /* literal characters that follow each other */
    size_t run_len;
};

struct repeat {
    unsigned least;
    bool once; /* exactly one time */
    bool fixed; /* exactly `least` times */
};

static bool more(const struct reader *r)
{
    return !r->gave_up && r->at < r->pattern.len;
}

static char peek(const struct reader *r, size_t ahead)
{
    return r->pattern.len - r->at > ahead ? r->pattern.ptr[r->at + ahead] : '\0';
}

static void offer(struct frame *frame, const struct need *need)
{
    if (need->set.count > 0 && (frame->best.set.count == 0 || need->cost < frame->best.cost))
        frame->best = *need;
}

static void end_run(struct reader *r)
{
    if (r->run_len >= SW_LEAST_NEEDED) {
        struct need need = {.set.count = 1};
        need.set.literals[0] = sw_arena_dup(r->arena, sw_strn(r->run, r->run_len));
        if (need.set.literals[0].ptr == NULL)
            r->gave_up = true;
        need.cost = r->cost(r->cost_arg, need.set.literals[0]);
        if (!r->gave_up)
            offer(&r->frames[r->depth], &need);
    }
    r->run_len = 0;
}

/* --- quantifiers -------------------------------------------------------------------------------------------- */

/* {n}, {n,}, {n,m}: its length, or 0 if the brace is a literal one. */
static size_t braces(const struct reader *r, unsigned *least, bool *fixed)
{
    size_t i = 1;
    unsigned low = 0;
    size_t digits = 0;
    for (; sw_is_digit(peek(r, i)); i++, digits++)
        low = low < 1000 ? low * 10 + (unsigned)(peek(r, i) - '0') : low;
    if (digits == 0)
        return 0;
    *fixed = true;
    if (peek(r, i) == ',') {
        *fixed = false;
        i++;
        while (sw_is_digit(peek(r, i)))
            i++;
    }
    *least = low;
    return peek(r, i) == '}' ? i + 1 : 0;
}

/* Takes the quantifier that follows, if one does. */
static struct repeat take_repeat(struct reader *r)
{
    struct repeat repeat = {1, true, true};
    size_t len = 1;
    switch (peek(r, 0)) {
    case '*':
    case '?':
        repeat = (struct repeat){0, false, false};
        break;
    case '+':
        repeat = (struct repeat){1, false, false};
        break;
    case '{':
        len = braces(r, &repeat.least, &repeat.fixed);
        if (len == 0)
            return (struct repeat){1, true, true};
        repeat.once = repeat.fixed && repeat.least == 1;
        break;
    default:
        return repeat;
    }
    r->at += len;
    if (peek(r, 0) == '?' || peek(r, 0) == '+') /* lazy, possessive */
        r->at++;
    return repeat;
}

/* --- what stands for characters ----------------------------------------------------------------------------- */

static void take_char(struct reader *r, unsigned char c)
{
    bool caseless = r->frames[r->depth].caseless;
    char low = sw_lower((char)c);
    struct repeat repeat = take_repeat(r);
    /* The Kelvin sign and the long s are equal to k and s when case doesn't count, and aren't ASCII. */
    if (c >= 0x80 || (caseless && (low == 'k' || low == 's')) || repeat.least == 0) {
        end_run(r);
        return;
    }
    unsigned times = repeat.fixed ? repeat.least : 1;
    for (unsigned i = 0; i < times; i++) {
        if (r->run_len == MOST_RUN)
            end_run(r);
        r->run[r->run_len++] = low;
    }
    if (!repeat.fixed)
        end_run(r);
}

static void take_some_char(struct reader *r)
{
    end_run(r);
    (void)take_repeat(r);
}

/* \x41, \x{41}: after the x. */
static void take_hex(struct reader *r)
{
    unsigned value = 0;
    bool braced = peek(r, 0) == '{';
    size_t i = braced ? 1 : 0;
    size_t most = braced ? 9 : 2;
    while (i < most && sw_hex_digit(peek(r, i)) >= 0)
        value = value << 4 | (unsigned)sw_hex_digit(peek(r, i++));
    if (braced && peek(r, i++) != '}') {
        r->gave_up = true;
        return;
    }
    r->at += i;
    take_char(r, value < 0x80 ? (unsigned char)value : 0x80);
}

static void take_escape(struct reader *r)
{
    char c = peek(r, 1);
    r->at += 2;
    static const char controls[] = "t\tn\nr\rf\fa\ae\033";
    const char *control = c != '\0' ? strchr(controls, c) : NULL;
    if (control != NULL && (control - controls) % 2 == 0)
        take_char(r, (unsigned char)control[1]);
    else if (c == 'x')
        take_hex(r);
    else if (c != '\0' && strchr("dDwWsShHvVN", c) != NULL && !(c == 'N' && peek(r, 0) == '{'))
        take_some_char(r);
    else if (c != '\0' && strchr("bBAzZ", c) != NULL)
        r->gave_up |= peek(r, 0) != '\0' && strchr("*+?{", peek(r, 0)) != NULL;
    else if (c != '\0' && !sw_is_alpha(c) && !sw_is_digit(c))
        take_char(r, (unsigned char)c);
    else
        r->gave_up = true;
}

/* One member of a class; -1 when it is more than one character or not a plain one. */
static int class_member(struct reader *r)
{
    char c = peek(r, 0);
    r->at++;
    if (c == '[' && (peek(r, 0) == ':' || peek(r, 0) == '.' || peek(r, 0) == '=')) {
        r->gave_up = true;
        return -1;
    }
    if (c != '\\')
        return (unsigned char)c < 0x80 ? sw_lower(c) : -1;
    c = peek(r, 0);
    r->at++;
    if (sw_is_alpha(c) || sw_is_digit(c)) {
        r->gave_up |= c == 'Q' || c == 'E' || c == 'c' || c == 'o' || c == 'N';
        return -1;
    }
    return (unsigned char)c < 0x80 ? c : -1;
}

/* [...]: counts as a character when all its members are the same letter in another case. */
static void take_class(struct reader *r)
{
    r->at++;
    bool plain = peek(r, 0) != '^';
    if (!plain)
        r->at++;
    int only = -2;
    for (bool first = true; more(r); first = false) {
        if (peek(r, 0) == ']' && !first) {
            r->at++;
            if (plain && only >= 0)
                take_char(r, (unsigned char)only);
            else
                take_some_char(r);
            return;
        }
        int member = class_member(r);
        if (only == -2)
            only = member;
        else if (only != member)
            only = -1;
    }
    r->gave_up = true;
}

/* --- groups ------------------------------------------------------------------------------------------------- */

static void end_branch(struct reader *r)
{
    end_run(r);
    struct frame *frame = &r->frames[r->depth];
    if (frame->best.set.count == 0 || frame->all.set.count + frame->best.set.count > SW_MOST_NEEDED) {
        frame->hopeless = true;
    } else {
        for (uint32_t i = 0; i < frame->best.set.count; i++)
            frame->all.set.literals[frame->all.set.count++] = frame->best.set.literals[i];
        frame->all.cost += frame->best.cost;
    }
    frame->best.set.count = 0;
    frame->branches = true;
}

/* What the group as a whole needs; its last branch has ended. */
static struct need group_need(const struct frame *frame)
{
    struct need need = frame->all;
    if (frame->hopeless || frame->dropped)
        need.set.count = 0;
    return need;
}

/* The flags of (?i) or (?i: after the question mark; *group: a group opens. */
static bool take_flags(struct reader *r, bool *caseless, bool *group)
{
    bool on = true;
    for (;; r->at++) {
        char c = peek(r, 0);
        if (c == ')' || c == ':') {
            *group = c == ':';
            r->at++;
            return true;
        }
        if (c == '-' && on)
            on = false;
        else if (c == 'i')
            *caseless = on;
        else if (c != 'm' && c != 's')
            return false;
    }
}

static void open_group(struct reader *r)
{
    end_run(r);
    r->at++;
    bool caseless = r->frames[r->depth].caseless;
    bool dropped = false;
    if (peek(r, 0) == '*') {
        r->gave_up = true;
        return;
    }
    if (peek(r, 0) == '?') {
        r->at++;
        char c = peek(r, 0);
        bool behind = c == '<' && (peek(r, 1) == '=' || peek(r, 1) == '!');
        bool group = true;
        if (c == '=' || c == '!' || behind) {
            r->at += behind ? 2 : 1;
            dropped = true;
        } else if (!take_flags(r, &caseless, &group)) {
            r->gave_up = true;
            return;
        }
        if (!group) {
            r->frames[r->depth].caseless = caseless;
            return;
        }
    }
    if (r->depth + 1 == DEPTH) {
        r->gave_up = true;
        return;
    }
    r->frames[++r->depth] = (struct frame){.caseless = caseless, .dropped = dropped};
}

static void close_group(struct reader *r)
{
    if (r->depth == 0) {
        r->gave_up = true;
        return;
    }
    r->at++;
    end_branch(r);
    struct need need = group_need(&r->frames[r->depth--]);
    if (take_repeat(r).least > 0)
        offer(&r->frames[r->depth], &need);
}

static void take(struct reader *r)
{
    char c = peek(r, 0);
    switch (c) {
    case '\\':
        take_escape(r);
        break;
    case '[':
        take_class(r);
        break;
    case '(':
        open_group(r);
        break;
    case ')':
        close_group(r);
        break;
    case '|':
        r->at++;
        end_branch(r);
        break;
    case '.':
        r->at++;
        take_some_char(r);
        break;
    case '^':
    case '$':
        r->at++;
        r->gave_up |= peek(r, 0) != '\0' && strchr("*+?{", peek(r, 0)) != NULL;
        break;
    case '*':
    case '+':
    case '?':
        r->gave_up = true; /* a quantifier of nothing */
        break;
    default:
        r->at++;
        take_char(r, (unsigned char)c);
    }
}

void sw_regex_needs(struct sw_arena *arena, struct sw_str pattern, bool caseless, sw_literal_cost cost, void *arg,
                    struct sw_regex_need *need)
{
    struct reader r = {.arena = arena, .pattern = pattern, .cost = cost, .cost_arg = arg};
    r.frames[0].caseless = caseless;
    need->count = 0;
    while (more(&r))
        take(&r);
    if (r.gave_up || r.depth != 0)
        return;
    end_branch(&r);
    if (!r.gave_up)
        *need = group_need(&r.frames[0]).set;
}

/* --- plain patterns ----------------------------------------------------------------------------------------- */

static bool plain_escape(struct sw_str pattern, size_t at)
{
    char c = at + 1 < pattern.len ? pattern.ptr[at + 1] : '\0';
    if (c == 'x')
        return at + 2 < pattern.len && sw_hex_digit(pattern.ptr[at + 2]) >= 0;
    return c != '\0' && (strchr("dDwWsStnrfbBA", c) != NULL || (!sw_is_alpha(c) && !sw_is_digit(c)));
}

static bool plain_group(struct sw_str pattern, size_t at)
{
    struct sw_str rest = sw_str_from(pattern, at);
    if (!sw_str_starts(rest, SW_STR("(?")))
        return !sw_str_starts(rest, SW_STR("(*"));
    size_t i = 2;
    while (i < rest.len && strchr("ims-", rest.ptr[i]) != NULL && rest.ptr[i] != '\0')
        i++;
    return i < rest.len && (rest.ptr[i] == ':' || rest.ptr[i] == ')');
}

static bool has_flag_i(struct sw_str pattern, size_t at)
{
    while (at < pattern.len && sw_is_alpha(pattern.ptr[at]))
        if (pattern.ptr[at++] == 'i')
            return true;
    return false;
}

/* A quantifier may be followed by a ? for "lazy" (which changes nothing here), but not by a +. */
static bool plain_quantifier(struct sw_str pattern, size_t at)
{
    char next = at + 1 < pattern.len ? pattern.ptr[at + 1] : '\0';
    return next != '+';
}

/* Characters beyond ASCII are several bytes to Vectorscan: a quantifier would count for the last one only, and their
 * other cases (the Kelvin sign's is k) are unknown to it. They do no harm in a class where case counts. */
bool sw_regex_is_plain(struct sw_str pattern, bool caseless)
{
    bool in_class = false;
    bool beyond_ascii = false;
    for (size_t i = 0; i < pattern.len; i++) {
        char c = pattern.ptr[i];
        char next = i + 1 < pattern.len ? pattern.ptr[i + 1] : '\0';
        bool plain = c != '\0' && ((unsigned char)c < 0x80 || in_class);
        beyond_ascii |= (unsigned char)c >= 0x80;
        if (c == '\\') {
            plain = plain_escape(pattern, i) && !(in_class && (next == 'b' || next == 'B' || next == 'A'));
            i++;
        } else if (in_class) {
            plain = !(c == '[' && (next == ':' || next == '.' || next == '='));
            in_class = c != ']';
        } else if (c == '[') {
            in_class = true;
            size_t first = next == '^' ? i + 2 : i + 1;
            plain = first < pattern.len && pattern.ptr[first] != ']'; /* a bracket that comes first is a member */
            i = first - 1;
        } else if (c == '(') {
            plain = plain_group(pattern, i);
            caseless |= next == '?' && has_flag_i(pattern, i + 2);
        } else if (c == '*' || c == '+' || c == '?' || c == '}') {
            plain = plain_quantifier(pattern, i);
        } else if (c == '{') {
            plain = sw_is_digit(next);
        }
        if (!plain)
            return false;
    }
    return !in_class && !(beyond_ascii && caseless);
}
