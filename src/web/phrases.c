/*
 * phrases.c - the index of texts that say something by themselves: phrases.def, and a key of each exploit's shape.
 *
 * Two uses. A closer look asks at every byte of a text which phrases begin there, by its first four bytes (three for the
 * few short ones). The first look, which every request gets, only asks whether a long phrase of ordinary bytes may be
 * there: of six bytes of such a phrase four at a multiple of three lie within them, so every third place is enough.
 */
#include "web/exploits_priv.h"

#include "base/mem.h"
#include "web/filter.h"

#include <pthread.h>

enum flag { NO_FLAG, WORD = 1, END = 2, CALL = 4, CASED = 8 };

/* Places as phrases.def names them. */
#define SW_WEB_P_ANY (0xffff & ~SW_WEB_WHOLE)
#define SW_WEB_P_PATH SW_WEB_PATH
#define SW_WEB_P_NAME SW_WEB_NAME
#define SW_WEB_P_VALUES SW_WEB_VALUE
#define SW_WEB_P_TARGET (SW_WEB_PATH | SW_WEB_NAME | SW_WEB_VALUE)
#define SW_WEB_P_ARGS (SW_WEB_NAME | SW_WEB_VALUE)
#define SW_WEB_P_COOKIES SW_WEB_COOKIE
#define SW_WEB_P_AGENT SW_WEB_AGENT
#define SW_WEB_P_HEADERS (SW_WEB_AGENT | SW_WEB_REFERER | SW_WEB_COOKIE | SW_WEB_HEADER)

struct phrase {
    struct sw_str text;
    uint16_t class_id;
    uint16_t places;
    uint8_t confidence;
    uint8_t flags;
};

static const struct phrase phrases[] = {
#define SW_WEB_PHRASE(class_id, confidence, places, flags, text) \
    {SW_STR_INIT(text), SW_WEB_CLASS_##class_id, places, SW_WEB_##confidence, flags},
#define ANY SW_WEB_P_ANY
#define TARGET SW_WEB_P_TARGET
#define PATH SW_WEB_P_PATH
#define NAME SW_WEB_P_NAME
#define VALUES SW_WEB_P_VALUES
#define ARGS SW_WEB_P_ARGS
#define HEADERS SW_WEB_P_HEADERS
#define COOKIES SW_WEB_P_COOKIES
#define AGENT SW_WEB_P_AGENT
#include "web/phrases.def"
#undef SW_WEB_PHRASE
};
enum { PHRASES = sizeof phrases / sizeof *phrases };

/* --- the index ---------------------------------------------------------------------------------------------- */

enum {
    BUCKETS = 4096,
    COARSE_BITS = 18,
    GRAM = 4,
    SHORT_GRAM = 3,
    STRIDE = 3,
    SHORTEST_SOUGHT = GRAM + STRIDE - 1,
    MOST_ENTRIES = 1u << 16
};

struct entry {
    uint32_t gram;
    uint32_t number; /* of a phrase, or PHRASES and more: of a shape */
    uint16_t offset; /* of the gram in the text */
};

/* Entries by bucket of their gram: bucket b has entries[first[b] .. first[b + 1]). */
struct table {
    uint32_t first[BUCKETS + 1];
    struct entry *entries;
};

enum { MOST_NUMBERS = 8192 };

static struct index {
    struct sw_str texts[MOST_NUMBERS]; /* by number */

    struct table starts; /* by the first four bytes */
    struct table shorts; /* by the first three, of phrases that have no more */
    struct table sought; /* by the grams of a window, of phrases without a byte that stands out */
    uint64_t coarse[(1u << COARSE_BITS) / 64]; /* grams of `sought` */
    int error;
} web_index;

static pthread_once_t index_once = PTHREAD_ONCE_INIT;

/* Bytes with the bit of lower case set: letters fold, and what else falls together is told apart later. */
static inline uint32_t gram_of(const char *at)
{
    uint32_t gram;
    memcpy(&gram, at, sizeof gram);
    return gram | 0x20202020u;
}

static inline uint32_t short_gram_of(const char *at)
{
    return ((uint32_t)(unsigned char)at[0] | (uint32_t)(unsigned char)at[1] << 8 |
            (uint32_t)(unsigned char)at[2] << 16) |
           0x202020u;
}

static inline uint32_t mixed(uint32_t gram)
{
    return gram * 0x9e3779b1u;
}

static inline struct sw_str text_of(uint32_t number)
{
    return web_index.texts[number];
}

/* Sorts entries into buckets: counting, then placing. */
static int fill(struct table *table, const struct entry *entries, size_t count)
{
    table->entries = sw_alloc(count + 1, sizeof *table->entries);
    if (table->entries == NULL)
        return SW_E_NOMEM;
    for (size_t i = 0; i < count; i++)
        table->first[mixed(entries[i].gram) % BUCKETS + 1]++;
    for (size_t b = 0; b < BUCKETS; b++)
        table->first[b + 1] += table->first[b];
    uint32_t next[BUCKETS];
    memcpy(next, table->first, sizeof next);
    for (size_t i = 0; i < count; i++)
        table->entries[next[mixed(entries[i].gram) % BUCKETS]++] = entries[i];
    return 0;
}

/* Whether the first look must find the phrase by itself. */
static bool is_sought(uint32_t number, struct sw_str text)
{
    if (text.len < SHORTEST_SOUGHT)
        return false;
    char plain[128]; /* a space does not count: prose has them */
    if (text.len > sizeof plain)
        return false;
    for (size_t i = 0; i < text.len; i++)
        plain[i] = text.ptr[i] == ' ' ? '_' : text.ptr[i];
    if (sw_web_is_odd(sw_strn(plain, text.len)))
        return false;
    return number >= PHRASES || (phrases[number].places & SW_WEB_P_TARGET) != 0;
}

/* How often four bytes come in ordinary addresses, roughly: by their letters, and what every site has. */
static unsigned commonness(const char *at)
{
    static const char order[] = "etaoinsrldcmpuhgbfwyv/-.k0123456789xj_q"; /* the commonest first */
    static const char *const usual[] = {
        ".php", ".asp", ".jsp", "inde", "ndex", "admi", "dmin", "/adm", "/wp-", "cont", "tent", "ogin", "logi",
        "http", "user", "/api", "page", "file", "imag", "mage", "/img", "conf", "tion", "html", ".htm", "port",
        "data", "name", "/con", "scri", "ript", "sear", "arch", "down", "load", "uplo", "ploa", "prof", "sett", "ting"};
    unsigned sum = 0;
    for (unsigned i = 0; i < GRAM; i++) {
        const char *found = at[i] != 0 ? strchr(order, sw_lower(at[i])) : NULL;
        sum += found != NULL ? (unsigned)(order + sizeof order - found) : 0;
    }
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        sum += memcmp(at, usual[i], GRAM) == 0 ? 100 : 0;
    return sum;
}

/* The rarest window of a phrase in which every alignment has its gram. */
static uint16_t rarest_window(struct sw_str text)
{
    uint16_t best = 0;
    unsigned least = UINT32_MAX;
    for (uint16_t from = 0; (size_t)from + SHORTEST_SOUGHT <= text.len; from++) {
        unsigned sum = 0;
        for (unsigned i = 0; i < STRIDE; i++)
            sum += commonness(text.ptr + from + i);
        if (sum < least) {
            least = sum;
            best = from;
        }
    }
    return best;
}

static void add_sought(struct entry *entries, size_t *count, uint32_t number, struct sw_str text)
{
    uint16_t from = rarest_window(text);
    for (unsigned offset = from; offset < from + (unsigned)STRIDE; offset++) {
        uint32_t gram = gram_of(text.ptr + offset);
        entries[(*count)++] = (struct entry){gram, number, (uint16_t)offset};
        uint32_t bit = mixed(gram) >> (32 - COARSE_BITS);
        web_index.coarse[bit / 64] |= 1ull << bit % 64;
    }
}

static void build(void)
{
    struct entry *starts = sw_alloc(MOST_ENTRIES, sizeof *starts);
    struct entry *shorts = sw_alloc(MOST_ENTRIES, sizeof *shorts);
    struct entry *sought = sw_alloc(MOST_ENTRIES, sizeof *sought);
    size_t start_count = 0, short_count = 0, sought_count = 0;
    web_index.error = starts == NULL || shorts == NULL || sought == NULL ? SW_E_NOMEM : 0;
    for (uint32_t number = 0; web_index.error == 0 && number < MOST_NUMBERS; number++) {
        struct sw_str text = number < PHRASES ? phrases[number].text : sw_web_shape_key(number - PHRASES);
        if (text.len == 0)
            break;
        web_index.texts[number] = text;
        if (text.len >= GRAM)
            starts[start_count++] = (struct entry){gram_of(text.ptr), number, 0};
        else if (text.len == SHORT_GRAM)
            shorts[short_count++] = (struct entry){short_gram_of(text.ptr), number, 0};
        if (is_sought(number, text))
            add_sought(sought, &sought_count, number, text);
    }
    if (web_index.error == 0)
        web_index.error = fill(&web_index.starts, starts, start_count);
    if (web_index.error == 0)
        web_index.error = fill(&web_index.shorts, shorts, short_count);
    if (web_index.error == 0)
        web_index.error = fill(&web_index.sought, sought, sought_count);
    sw_free(starts);
    sw_free(shorts);
    sw_free(sought);
}

int sw_web_phrases_init(void)
{
    (void)pthread_once(&index_once, build);
    return web_index.error;
}

/* --- the first look ----------------------------------------------------------------------------------------- */

static bool sought_at(struct sw_str text, size_t at)
{
    uint32_t gram = gram_of(text.ptr + at);
    uint32_t bucket = mixed(gram) % BUCKETS;
    for (uint32_t i = web_index.sought.first[bucket]; i < web_index.sought.first[bucket + 1]; i++) {
        const struct entry *entry = &web_index.sought.entries[i];
        struct sw_str sought = text_of(entry->number);
        if (entry->gram == gram && at >= entry->offset && sought.len <= text.len - (at - entry->offset) &&
            sw_str_istarts(sw_str_from(text, at - entry->offset), sought))
            return true;
    }
    return false;
}

bool sw_web_phrases_may_hold(struct sw_str text)
{
    for (size_t at = 0; at + GRAM <= text.len; at += STRIDE) {
        uint32_t bit = mixed(gram_of(text.ptr + at)) >> (32 - COARSE_BITS);
        if (__builtin_expect(web_index.coarse[bit / 64] >> bit % 64 & 1, 0) && sought_at(text, at))
            return true;
    }
    return false;
}

/* --- the closer look ---------------------------------------------------------------------------------------- */

/* An opening bracket behind white space and comments, as PHP allows between a function's name and its arguments. */
static bool is_called(struct sw_str text, size_t at)
{
    for (unsigned step = 0; step < 16 && at < text.len; step++) {
        char c = text.ptr[at];
        if (c == '(')
            return true;
        if (sw_is_space(c)) {
            at = sw_web_skip_space(text, at);
        } else if (c == '/' && at + 1 < text.len && text.ptr[at + 1] == '*') {
            size_t end = sw_str_find(sw_str_slice(text, at + 2, at + 512), SW_STR("*/"));
            if (end == SW_NPOS)
                return false;
            at += end + 4;
        } else if (c == '#' || (c == '/' && at + 1 < text.len && text.ptr[at + 1] == '/')) {
            size_t end = sw_str_chr(sw_str_slice(text, at, at + 512), '\n');
            if (end == SW_NPOS)
                return false;
            at += end + 1;
        } else if ((c == '"' || c == '\'') && step == 0) {
            at++; /* "system"(x) */
        } else {
            return false;
        }
    }
    return false;
}

static bool flags_hold(const struct phrase *phrase, const struct sw_web_text *text, size_t at)
{
    size_t end = at + phrase->text.len;
    if ((phrase->flags & CASED) != 0 && memcmp(text->text.ptr + at, phrase->text.ptr, phrase->text.len) != 0)
        return false;
    if ((phrase->flags & WORD) != 0 && at > 0 && sw_web_is_word(text->low.ptr[at - 1]))
        return false;
    if ((phrase->flags & END) != 0 && end < text->low.len && text->low.ptr[end] != '/')
        return false;
    return (phrase->flags & CALL) == 0 || is_called(text->low, end);
}

static void met(struct sw_web_look *look, const struct sw_web_text *text, size_t at, uint32_t number)
{
    if (number >= PHRASES) {
        sw_web_exploit_shape(look, number - PHRASES);
        return;
    }
    const struct phrase *phrase = &phrases[number];
    if ((phrase->places & text->place) == 0 || !flags_hold(phrase, text, at))
        return;
    enum sw_web_confidence confidence = (enum sw_web_confidence)phrase->confidence;
    /* Words of scripts in a path with nothing that a script is written with: a page about them. */
    if (phrase->class_id == SW_WEB_CLASS_XSS && text->place == SW_WEB_PATH &&
        (text->traits & (SW_WEB_HAS_QUOTE | SW_WEB_HAS_ANGLE | SW_WEB_HAS_PAREN | SW_WEB_HAS_BRACE)) == 0)
        confidence = SW_WEB_HINT;
    sw_web_report(look, (enum sw_web_class_id)phrase->class_id, confidence, text, phrase->text.ptr, at, phrase->text.len);
}

static void look_in(struct sw_web_look *look, const struct sw_web_text *text, const struct table *table, uint32_t gram,
                    size_t at)
{
    uint32_t bucket = mixed(gram) % BUCKETS;
    for (uint32_t i = table->first[bucket]; i < table->first[bucket + 1]; i++) {
        const struct entry *entry = &table->entries[i];
        if (entry->gram != gram)
            continue;
        struct sw_str phrase = text_of(entry->number);
        bool cased = entry->number < PHRASES && (phrases[entry->number].flags & CASED) != 0;
        struct sw_str there = sw_str_slice(text->low, at, at + phrase.len);
        if (cased ? there.len == phrase.len : sw_str_eq(there, phrase))
            met(look, text, at, entry->number);
    }
}

void sw_web_detect_phrases(struct sw_web_look *look, const struct sw_web_text *text)
{
    for (size_t at = 0; at + SHORT_GRAM <= text->low.len; at++) {
        look_in(look, text, &web_index.shorts, short_gram_of(text->low.ptr + at), at);
        if (at + GRAM <= text->low.len)
            look_in(look, text, &web_index.starts, gram_of(text->low.ptr + at), at);
    }
}
