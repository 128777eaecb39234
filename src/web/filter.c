/* filter.c - the first look: bytes that stand out, sixteen at a time, and long phrases of ordinary bytes. */
#include "web/filter.h"

#include "web/web_priv.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { DECODE_MAX = 4096 };

/* What a text is: the same bytes are ordinary in one and stand out in another. */
enum kind { TARGET, TARGET_DECODED, REFERER, REFERER_DECODED };

/* What a scan tells besides. */
enum seen {
    ODD = 1,     /* something stands out: the scan ended there */
    PERCENT = 2,
    PLUS = 4,    /* a '+' of a target as it came */
    SPACE = 8,   /* a space of a decoded one */
    COLON = 16,
    EMPTY = 32,  /* a '=' before '&' or the end */
    OPTION = 64, /* "?-" */
    NUMBERS = 128 /* "1=1" */
};

/* --- one byte at a time ------------------------------------------------------------------------------------- */

#define BIT(c) (1ull << ((c) & 63))

static inline bool is_ordinary(unsigned char c, enum kind kind)
{
    if (c >= 0x80) /* overlong forms, full-width forms, typographic punctuation: the rest are letters of some script */
        return c != 0xc0 && c != 0xc1 && c != 0xe2 && c != 0xef && c < 0xf8;
    if (c == '+')
        return kind != TARGET_DECODED;
    if (c == ' ')
        return kind == TARGET_DECODED || kind == REFERER_DECODED;
    static const uint64_t marks[2] = {BIT('=') | BIT('?') | BIT('&') | BIT('%'),
                                      BIT('_') | BIT('@') | BIT('~') | BIT('[') | BIT(']')};
    return sw_is_alpha((char)c) || (c >= ',' && c <= ':') || (marks[c >> 6] >> (c & 63) & 1) != 0;
}

static inline bool is_odd_pair(unsigned char before, unsigned char c, unsigned char two_before, enum kind kind)
{
    if (c == '.')
        return before == '.' || before == '/';
    if (c == '?' || c == ':')
        return before == c;
    if (c == '~')
        return before == '=';
    return kind <= TARGET_DECODED && c == '/' && before == '/' && two_before != ':';
}

/* name[key]= and name[]: the way forms name lists. A bracket anywhere else is a pattern or code. */
static bool is_list_bracket(const unsigned char *at, const unsigned char *end)
{
    const unsigned char *close = at + 1;
    while (close < end && close - at < 40 && (sw_web_is_word((char)*close) || *close == '-' || *close == '.'))
        close++;
    if (close == end || *close != ']')
        return false;
    return close + 1 == end || memchr("=[&%.", close[1], 5) != NULL;
}

static unsigned seen_of(struct sw_str text, size_t at, enum kind kind)
{
    unsigned char c = (unsigned char)text.ptr[at];
    char next = at + 1 < text.len ? text.ptr[at + 1] : '&';
    switch (c) {
    case '%': return PERCENT;
    case '+': return kind == TARGET ? PLUS : 0;
    case ' ': return SPACE;
    case ':': return COLON;
    case '=':
        return next == '&'                                                          ? EMPTY
               : at > 0 && sw_is_digit(text.ptr[at - 1]) && sw_is_digit(next) ? NUMBERS
                                                                                  : 0;
    case '?': return next == '-' ? OPTION : 0;
    default: return 0;
    }
}

/* Judges [at, stop) of the text. */
static inline unsigned scan_bytes(struct sw_str text, size_t at, size_t stop, enum kind kind)
{
    const unsigned char *bytes = (const unsigned char *)text.ptr;
    unsigned seen = 0;
    for (; at < stop; at++) {
        unsigned char before = at > 0 ? bytes[at - 1] : 0;
        unsigned char two_before = at > 1 ? bytes[at - 2] : 0;
        if (!is_ordinary(bytes[at], kind) || is_odd_pair(before, bytes[at], two_before, kind) ||
            (bytes[at] == '[' && !is_list_bracket(bytes + at, bytes + text.len)))
            return seen | ODD;
        seen |= seen_of(text, at, kind);
    }
    return seen;
}

/* --- sixteen at a time -------------------------------------------------------------------------------------- */

#ifdef __SSE2__

/* 0xff where the byte lies in [low, low + span]. */
static inline __m128i in_range(__m128i bytes, char low, char span)
{
    __m128i above = _mm_sub_epi8(bytes, _mm_set1_epi8(low));
    return _mm_cmpeq_epi8(_mm_min_epu8(above, _mm_set1_epi8(span)), above);
}

static inline __m128i is(__m128i bytes, char c)
{
    return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c));
}

/* Places of one block. */
struct places {
    unsigned odd;  /* bytes that are not ordinary, or need a look at what is around them */
    unsigned told; /* ordinary ones that seen_of() asks about */
};

/* *last: whether the byte before the block was a dot (1) and a slash (2). What is_odd_pair() may object to is odd here. */
static inline struct places places_of(__m128i block, enum kind kind, unsigned *last)
{
    __m128i dull = in_range(_mm_or_si128(block, _mm_set1_epi8(32)), 'a', 25);
    dull = _mm_or_si128(dull, in_range(block, ',', '9' - ','));
    dull = _mm_or_si128(dull, _mm_or_si128(is(block, '_'), is(block, '&')));
    unsigned rest = ~(unsigned)_mm_movemask_epi8(dull) & 0xffff;
    unsigned dots = (unsigned)_mm_movemask_epi8(is(block, '.'));
    unsigned slashes = (unsigned)_mm_movemask_epi8(is(block, '/'));
    unsigned pairs = dots & ((dots | slashes) << 1 | (*last != 0));
    if (kind <= TARGET_DECODED)
        pairs |= slashes & (slashes << 1 | *last >> 1);
    *last = dots >> 15 | slashes >> 15 << 1;
    struct places places = {pairs, 0};
    if (rest == 0)
        return places;
    __m128i told =
        _mm_or_si128(_mm_or_si128(is(block, '='), is(block, '?')), _mm_or_si128(is(block, '%'), is(block, ':')));
    told = _mm_or_si128(told, is(block, '~'));
    if (kind != TARGET_DECODED)
        told = _mm_or_si128(told, is(block, '+'));
    if (kind == TARGET_DECODED || kind == REFERER_DECODED)
        told = _mm_or_si128(told, is(block, ' '));
    __m128i quiet = _mm_or_si128(is(block, '@'), is(block, ']'));
    places.told = (unsigned)_mm_movemask_epi8(told);
    places.odd |= rest & ~places.told & ~(unsigned)_mm_movemask_epi8(quiet);
    return places;
}

static inline unsigned scan_block(struct sw_str text, size_t at, enum kind kind, unsigned *last)
{
    struct places places = places_of(_mm_loadu_si128((const __m128i *)(const void *)(text.ptr + at)), kind, last);
    if (places.odd != 0)
        return scan_bytes(text, at, at + 16, kind);
    unsigned seen = 0;
    for (unsigned told = places.told; told != 0; told &= told - 1) {
        size_t place = at + (unsigned)__builtin_ctz(told);
        char c = text.ptr[place];
        char before = place > 0 ? text.ptr[place - 1] : 0;
        if (((c == '?' || c == ':') && before == c) || (c == '~' && before == '='))
            return seen | ODD;
        seen |= seen_of(text, place, kind);
    }
    return seen;
}

static inline unsigned scan(struct sw_str text, enum kind kind)
{
    if (text.len < 16)
        return scan_bytes(text, 0, text.len, kind);
    size_t at = 0;
    unsigned last = 0;
    unsigned seen = 0;
    for (; at + 16 <= text.len && (seen & ODD) == 0; at += 16)
        seen |= scan_block(text, at, kind, &last);
    if ((seen & ODD) != 0 || at == text.len)
        return seen;
    at = text.len - 16; /* the last block overlaps the one before */
    last = text.ptr[at - 1] == '.' ? 1 : text.ptr[at - 1] == '/' ? 2 : 0;
    return seen | scan_block(text, at, kind, &last);
}

#else

static inline unsigned scan(struct sw_str text, enum kind kind)
{
    return scan_bytes(text, 0, text.len, kind);
}

#endif

bool sw_web_is_odd(struct sw_str text)
{
    return (scan(text, TARGET) & (ODD | PLUS)) != 0;
}

/* --- targets ------------------------------------------------------------------------------------------------ */

/* An address as a value, or one of the forms in which the schemes' slashes are left out. */
static bool holds_address(struct sw_str target)
{
    size_t at = 0;
    for (;;) {
        size_t colon = sw_str_chr(sw_str_from(target, at), ':');
        if (colon == SW_NPOS)
            return false;
        at += colon + 1;
        if (at < target.len && (target.ptr[at] == '/' || target.ptr[at] == '[' || sw_is_digit(target.ptr[at])) &&
            at >= 4 && sw_web_is_word(target.ptr[at - 2]))
            return true;
    }
}

/* A value that ends in "=": the padding of Base64. "a=&b=" has empty values, and no such end. */
static bool holds_padding(struct sw_str target)
{
    size_t at = 0;
    bool value = false; /* a '=' was seen in this pair, and something after it */
    size_t length = 0;
    for (at = sw_str_chr(target, '?'); at < target.len; at++) {
        char c = target.ptr[at];
        if (c == '&' || c == '?') {
            value = false;
            length = 0;
        } else if (c != '=') {
            length++;
        } else if (!value) {
            value = true;
            length = 0;
        } else if (length >= 8) {
            return true;
        }
    }
    return false;
}

/* Words that begin a piece of SQL or of a script; sentences too, but they are looked at closely then. */
static bool leads(struct sw_str word)
{
    static const char *const words[] = {"alter",  "and",     "case",  "create", "declare", "delete", "drop",
                                        "except", "exec",    "for",   "having", "if",      "in",     "insert",
                                        "is",     "like",    "not",   "or",     "order",   "select", "union",
                                        "update", "waitfor", "where", "while",  "xor"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (sw_str_ieq(word, sw_str(words[i])))
            return true;
    return false;
}

/* A value that compares numbers: "a=1=1", not the "=" of an argument whose name ends in a digit. */
static bool compares_numbers(struct sw_str target)
{
    struct sw_str rest = sw_str_from(target, sw_str_chr(target, '?'));
    struct sw_str pair;
    while (sw_str_next(&rest, '&', &pair)) {
        size_t first = sw_str_chr(pair, '=');
        size_t second = first == SW_NPOS ? SW_NPOS : sw_str_chr(sw_str_from(pair, first + 1), '=');
        if (second != SW_NPOS && second > 0 && sw_is_digit(pair.ptr[first + second]) && first + second + 2 < pair.len &&
            sw_is_digit(pair.ptr[first + second + 2]))
            return true;
    }
    return false;
}

/* Arguments of plain words, as searches have them: no second '=', nothing but letters, digits and - . , _ between spaces, no
 * command or number in front. Phrases with spaces are looked for besides. */
static bool is_prose(struct sw_str query)
{
    struct sw_str pair;
    while (sw_str_next(&query, '&', &pair)) {
        size_t equals = sw_str_chr(pair, '=');
        struct sw_str value = equals == SW_NPOS ? pair : sw_str_from(pair, equals + 1);
        size_t word = 0;
        while (word < value.len && (sw_web_is_word(value.ptr[word]) || value.ptr[word] == '-'))
            word++;
        bool spaced = false;
        for (size_t i = 0; i < value.len; i++) {
            char c = value.ptr[i];
            spaced |= c == ' ';
            if (!sw_web_is_word(c) && c != ' ' && c != '-' && c != '.' && c != ',' && (unsigned char)c < 0x80)
                return false;
        }
        if (spaced && (leads(sw_str_slice(value, 0, word)) || word == 0 || sw_is_digit(value.ptr[0]) ||
                       sw_web_is_command(sw_str_slice(value, 0, word))))
            return false;
    }
    return true;
}

/* Anything that decoding brings forth and that a server or program might decode once more. */
static bool decoded_stands_out(struct sw_str target)
{
    char text[DECODE_MAX];
    if (target.len > sizeof text)
        return true;
    struct sw_str decoded = {text, sw_web_unpercent(target, true, text)};
    unsigned seen = scan(decoded, TARGET_DECODED);
    if ((seen & (ODD | PERCENT | OPTION)) != 0 || sw_web_phrases_may_hold(decoded))
        return true;
    size_t mark = sw_str_chr(decoded, '?');
    if (sw_str_find(target, SW_STR("%26")) != SW_NPOS) /* a separator of shells, within a value */
        return true;
    if ((seen & SPACE) != 0) {
        struct sw_str path = sw_str_slice(decoded, 0, mark);
        if (mark == SW_NPOS || sw_str_chr(path, ' ') != SW_NPOS || !is_prose(sw_str_from(decoded, mark + 1)))
            return true;
    }
    if ((seen & NUMBERS) != 0 && compares_numbers(decoded))
        return true;
    if (((seen & COLON) != 0 && holds_address(decoded)) || ((seen & EMPTY) != 0 && holds_padding(decoded)))
        return true;
    return mark != SW_NPOS && sw_str_chr(target, '?') == SW_NPOS; /* an encoded question mark */
}

bool sw_web_target_stands_out(struct sw_str target)
{
    unsigned seen = scan(target, TARGET);
    if ((seen & (ODD | OPTION)) != 0)
        return true;
    if ((seen & (PERCENT | PLUS)) != 0)
        return decoded_stands_out(target);
    if (sw_web_phrases_may_hold(target) || ((seen & COLON) != 0 && holds_address(target)) ||
        ((seen & EMPTY) != 0 && holds_padding(target)) || ((seen & NUMBERS) != 0 && compares_numbers(target)))
        return true;
    /* a '?' at the end cuts off what a program appends */
    return target.ptr[target.len - 1] == '?' && sw_str_chr(target, '?') != target.len - 1;
}

/* An address itself, with addresses of searches in it: only bytes and phrases count. */
bool sw_web_referer_stands_out(struct sw_str referer)
{
    char text[DECODE_MAX];
    unsigned seen = scan(referer, REFERER);
    if ((seen & ODD) != 0)
        return true;
    if ((seen & PERCENT) == 0)
        return sw_web_phrases_may_hold(referer);
    if (referer.len > sizeof text)
        return true;
    struct sw_str decoded = {text, sw_web_unpercent(referer, true, text)};
    return (scan(decoded, REFERER_DECODED) & (ODD | PERCENT)) != 0 || sw_web_phrases_may_hold(decoded);
}

/* Other headers: lists of addresses, names. */
bool sw_web_header_stands_out(struct sw_str header)
{
    size_t at = 0;
    while (at < header.len) {
        size_t end = at;
        while (end < header.len && header.ptr[end] != ';' && header.ptr[end] != ' ')
            end++;
        if (sw_web_referer_stands_out(sw_str_slice(header, at, end)))
            return true;
        at = end + 1;
    }
    return false;
}

bool sw_web_agent_stands_out(struct sw_str agent)
{
    if (!sw_str_starts(agent, SW_STR("Mozilla/")))
        return true;
    for (size_t i = 8; i < agent.len; i++) {
        unsigned char c = (unsigned char)agent.ptr[i];
        if (!sw_is_alpha((char)c) && !(c >= '+' && c <= ';') && c != ' ' && c != '(' && c != ')' && c != '_')
            return true;
    }
    return sw_web_phrases_may_hold(agent);
}
