/* gen_rules.c - random rules as YAML text. */
#include "gen_priv.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>

const char *const gen_words[] = {"cmd.exe",
                                 "powershell",
                                 "PowerShell.EXE",
                                 "\\\\",
                                 "\\",
                                 "C:\\Windows\\System32\\",
                                 "\\temp\\",
                                 "-enc",
                                 "/c",
                                 "-nop -w hidden",
                                 " /add",
                                 "--flag",
                                 "-",
                                 "/",
                                 "whoami",
                                 "net user",
                                 "abc",
                                 "a",
                                 "B",
                                 "x1",
                                 "0",
                                 "1",
                                 "42",
                                 "4688",
                                 "0x1F",
                                 "http://",
                                 "evil.com",
                                 ".php",
                                 "?id=",
                                 "%27",
                                 "../..",
                                 "admin",
                                 "Administrator",
                                 "SYSTEM",
                                 "NT AUTHORITY\\",
                                 "Ünï",
                                 "ÄÖÜ",
                                 "straße",
                                 "ПРИВЕТ",
                                 "привет",
                                 "日本",
                                 "\xe2\x80\x93x",
                                 "\xe2\x80\x94y",
                                 "\xe2\x80\x95z",
                                 "İ",
                                 "ı",
                                 "ſ",
                                 "K",
                                 "ǅ",
                                 "😀",
                                 "'",
                                 "\"",
                                 "it's",
                                 " ",
                                 "  ",
                                 "\t",
                                 "#",
                                 ": ",
                                 "{",
                                 "}",
                                 "[",
                                 "&",
                                 "!",
                                 "@",
                                 "$(",
                                 "`",
                                 "|",
                                 "aaaa",
                                 "aaab",
                                 "abab",
                                 "lsass",
                                 "mimikatz",
                                 "sekurlsa::",
                                 "hash",
                                 "true",
                                 "null",
                                 "\x7f",
                                 "é",
                                 "É",
                                 "e\xcc\x81",
                                 "end",
                                 "start",
                                 "10.0.0.1",
                                 "::1"};
const size_t gen_word_count = GEN_COUNT(gen_words);

const struct gen_regex gen_regexes[] = {
    {"^[a-z]+\\d{2,4}$", {"abc12", "ABC12", "x99999", "q1234"}},
    {"foo.*bar", {"xfoo--barx", "foo\nbar", "fobar", "FOOBAR"}},
    {"(?i)mimi(katz|dogz)", {"MimiKatz.exe", "mimidogz", "mimicats", "MIMIKATZ"}},
    {"\\\\\\\\[^\\\\]+\\\\pipe\\\\", {"\\\\host\\pipe\\x", "\\\\.\\PIPE\\", "\\host\\pipe\\", "\\\\a\\pipe\\"}},
    {"^a?b+c*$", {"ab", "bbb", "aab", "abcc"}},
    {"\\bcmd\\b", {"run cmd now", "xcmd", "cmd", "cmd_"}},
    {"[^\\x00-\\x7F]", {"ascii", "Ünï", "日本", ""}},
    {"(a|b)\\1", {"aa", "ab", "bb", "ba"}},
    {"(?<!x)y", {"xy", "y", "zy", "xxy"}},
    {"^$", {"", "\n", "x", " "}},
    {"\\s{2,}-\\w", {"a  -b", "a -b", "a \t-b", "  -"}},
    {"^.{3}$", {"abc", "日本語", "ab", "ÄÖ"}},
    {"line$", {"line", "line\n", "line\nx", "deadline"}},
    {"ÄÖ", {"xÄÖx", "äö", "ÄO", "ÄÖÜ"}}};
const size_t gen_regex_count = GEN_COUNT(gen_regexes);

const char *const gen_fields[] = {"Image",         "CommandLine",    "ParentImage", "User",         "EventID",
                                  "DestinationIp", "TargetFilename", "Details",     "cs-uri-query", "sc-status",
                                  "cs-user-agent", "c-ip",           "FieldA",      "FieldB",       "fieldc",
                                  "IpAddress",     "NewProcessName", "LogonId",     "Größe",        "nested.field"};
const size_t gen_field_count = GEN_COUNT(gen_fields);

static const char *const networks[] = {"10.0.0.0/8", "192.168.1.0/24", "0.0.0.0/0", "127.0.0.1/32", "10.1.2.0/23",
                                       "fe80::/10", "fd00::/8", "::/0", "::1/128", "2001:db8::/33", "172.16.0.0/12"};

static const char *const logsources[] = {
    "    product: windows\n    category: process_creation\n",
    "    product: windows\n    service: security\n",
    "    product: windows\n",
    "    category: process_creation\n",
    "    category: webserver\n",
    "    product: linux\n",
    "    category: proxy\n",
    "    product: windows\n    category: registry_set\n"};

/* --- random numbers ---------------------------------------------------------------------------------------- */

uint64_t sw_gen_random(struct sw_gen *gen, uint64_t below)
{
    /* SplitMix64 (public domain, S. Vigna). */
    uint64_t z = (gen->state += 0x9e3779b97f4a7c15ull);
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ z >> 27) * 0x94d049bb133111ebull;
    z ^= z >> 31;
    return below == 0 ? 0 : z % below;
}

struct sw_gen *sw_gen_new(uint64_t seed)
{
    struct sw_gen *gen = sw_alloc(1, sizeof *gen);
    if (gen == NULL)
        abort();
    gen->state = seed;
    sw_arena_init(&gen->arena, (size_t)1 << 28);
    return gen;
}

void sw_gen_free(struct sw_gen *gen)
{
    if (gen == NULL)
        return;
    sw_free(gen->preds);
    sw_free(gen->todo);
    sw_arena_fini(&gen->arena);
    sw_free(gen);
}

/* --- values ------------------------------------------------------------------------------------------------ */

/* A double-quoted YAML scalar with any bytes of valid UTF-8. */
static void quoted(struct sw_buf *out, const char *text)
{
    sw_buf_char(out, '"');
    for (const char *p = text; *p != '\0'; p++) {
        unsigned char c = (unsigned char)*p;
        if (c == '"' || c == '\\')
            sw_buf_char(out, '\\');
        if (c < 0x20 || c == 0x7f)
            sw_buf_printf(out, "\\x%02x", c);
        else
            sw_buf_char(out, *p);
    }
    sw_buf_char(out, '"');
}

/* Words with wildcards and escapes between them. `plain`: no wildcards (base64 can't have any). Never empty. */
static void pattern_text(struct sw_gen *gen, struct sw_buf *out, bool plain)
{
    static const char *const joints[] = {"*",       "?",  "*",  "\\*", "\\?", "\\\\*", "\\\\?",
                                         "\\\\\\*", "**", "?*", "*?",  "\\",  "\\\\",  ""};
    unsigned parts = 1 + (unsigned)sw_gen_random(gen, 3);
    if (!plain && gen_chance(gen, 12))
        sw_buf_text(out, GEN_PICK(gen, joints));
    for (unsigned i = 0; i < parts; i++) {
        if (i > 0 && !plain && gen_chance(gen, 35))
            sw_buf_text(out, GEN_PICK(gen, joints));
        sw_buf_text(out, gen_words[sw_gen_random(gen, gen_word_count)]);
    }
    if (!plain && gen_chance(gen, 12))
        sw_buf_text(out, GEN_PICK(gen, joints));
}

static void pattern_value(struct sw_gen *gen, struct sw_buf *out, bool plain)
{
    struct sw_buf text;
    sw_buf_init(&text, 1 << 16);
    pattern_text(gen, &text, plain);
    if (plain)
        sw_buf_text(&text, "pad"); /* long enough for base64offset */
    sw_buf_char(&text, '\0');
    /* A wildcard that came in with a word. */
    for (size_t i = 0; plain && i < text.len; i++)
        if (text.data[i] == '?' || text.data[i] == '*')
            text.data[i] = '+';
    quoted(out, text.data);
    sw_buf_fini(&text);
}

static void scalar_value(struct sw_gen *gen, struct sw_buf *out)
{
    static const char *const odd[] = {"''",
                                      "'*'",
                                      "'?'",
                                      ("'?"
                                       "?'"),
                                      "'**'",
                                      "'?*'",
                                      "4688",
                                      "0x10",
                                      "017",
                                      "-5",
                                      "1.5",
                                      "200",
                                      "true",
                                      "false",
                                      "'true'",
                                      "42",
                                      "9007199254740993",
                                      "1_000",
                                      "'4688'",
                                      "0"};
    if (gen_chance(gen, 20))
        sw_buf_text(out, GEN_PICK(gen, odd));
    else
        pattern_value(gen, out, false);
}

/* --- items ------------------------------------------------------------------------------------------------- */

enum value_kind {
    ANY_VALUE,
    TEXT_VALUE,
    PLAIN_VALUE,
    DASH_VALUE,
    REGEX_VALUE,
    NETWORK_VALUE,
    NUMBER_VALUE,
    HOUR_VALUE,
    BOOL_VALUE,
    FIELD_VALUE,
    NULL_VALUE
};

struct chain {
    const char *modifiers;
    enum value_kind kind;
    unsigned weight;
    bool keyword; /* makes sense without a field */
};

static const struct chain chains[] = {{"", ANY_VALUE, 24, true},
                                      {"|contains", TEXT_VALUE, 24, true},
                                      {"|endswith", TEXT_VALUE, 14, true},
                                      {"|startswith", TEXT_VALUE, 14, true},
                                      {"|contains|all", TEXT_VALUE, 10, true},
                                      {"|cased", TEXT_VALUE, 4, true},
                                      {"|contains|cased", TEXT_VALUE, 4, true},
                                      {"|cased|startswith", TEXT_VALUE, 3, false},
                                      {"|endswith|cased", TEXT_VALUE, 3, false},
                                      {"|neq", ANY_VALUE, 4, false},
                                      {"|contains|neq", TEXT_VALUE, 2, false},
                                      {"|windash", DASH_VALUE, 3, false},
                                      {"|contains|windash", DASH_VALUE, 6, false},
                                      {"|windash|contains|all", DASH_VALUE, 2, false},
                                      {"|re", REGEX_VALUE, 8, true},
                                      {"|re|i", REGEX_VALUE, 4, true},
                                      {"|re|m", REGEX_VALUE, 2, false},
                                      {"|re|s", REGEX_VALUE, 2, false},
                                      {"|re|i|s", REGEX_VALUE, 1, false},
                                      {"|cidr", NETWORK_VALUE, 6, true},
                                      {"|cidr|neq", NETWORK_VALUE, 1, false},
                                      {"|base64offset|contains", PLAIN_VALUE, 3, false},
                                      {"|base64|contains", PLAIN_VALUE, 2, false},
                                      {"|wide|base64offset|contains", PLAIN_VALUE, 2, false},
                                      {"|utf16|base64|startswith", PLAIN_VALUE, 1, false},
                                      {"|utf16le|contains", PLAIN_VALUE, 2, false},
                                      {"|utf16be|contains|cased", PLAIN_VALUE, 1, false},
                                      {"|lt", NUMBER_VALUE, 2, false},
                                      {"|lte", NUMBER_VALUE, 2, false},
                                      {"|gt", NUMBER_VALUE, 2, false},
                                      {"|gte", NUMBER_VALUE, 2, false},
                                      {"|hour", HOUR_VALUE, 2, false},
                                      {"|hour|gte", HOUR_VALUE, 1, false},
                                      {"|day", HOUR_VALUE, 1, false},
                                      {"|minute|lt", HOUR_VALUE, 1, false},
                                      {"|exists", BOOL_VALUE, 4, false},
                                      {"|fieldref", FIELD_VALUE, 3, false},
                                      {"|fieldref|contains", FIELD_VALUE, 2, false},
                                      {"|fieldref|endswith|cased", FIELD_VALUE, 1, false},
                                      {"|fieldref|neq", FIELD_VALUE, 1, false},
                                      {"|fieldref|startswith", FIELD_VALUE, 1, false},
                                      {"", NULL_VALUE, 4, false}};

static const struct chain *pick_chain(struct sw_gen *gen, bool keyword)
{
    unsigned total = 0;
    for (size_t i = 0; i < GEN_COUNT(chains); i++)
        total += chains[i].keyword || !keyword ? chains[i].weight : 0;
    uint64_t at = sw_gen_random(gen, total);
    for (size_t i = 0;; i++) {
        unsigned weight = chains[i].keyword || !keyword ? chains[i].weight : 0;
        if (at < weight)
            return &chains[i];
        at -= weight;
    }
}

static void value(struct sw_gen *gen, struct sw_buf *out, enum value_kind kind, bool keyword)
{
    static const char *const dashed[] = {"-enc", " -x",    "a -b /c", "/add",         "x-y",
                                         "--f",  "dir*-s", "-a*/b?",  "\xe2\x80\x93q"};
    switch (kind) {
    case ANY_VALUE:
        if (keyword)
            pattern_value(gen, out, false);
        else
            scalar_value(gen, out);
        break;
    case TEXT_VALUE:
        pattern_value(gen, out, false);
        break;
    case PLAIN_VALUE:
        pattern_value(gen, out, true);
        break;
    case DASH_VALUE:
        quoted(out, GEN_PICK(gen, dashed));
        break;
    case REGEX_VALUE:
        quoted(out, gen_regexes[sw_gen_random(gen, gen_regex_count)].pattern);
        break;
    case NETWORK_VALUE:
        sw_buf_printf(out, "'%s'", GEN_PICK(gen, networks));
        break;
    case NUMBER_VALUE:
        sw_buf_printf(out, gen_chance(gen, 30) ? "%d.5" : "%d", (int)sw_gen_random(gen, 9) * 100 - 300);
        break;
    case HOUR_VALUE:
        sw_buf_u64(out, 1 + sw_gen_random(gen, 23));
        break;
    case BOOL_VALUE:
        sw_buf_text(out, gen_chance(gen, 60) ? "true" : "false");
        break;
    case FIELD_VALUE:
        quoted(out, gen_fields[sw_gen_random(gen, gen_field_count)]);
        break;
    case NULL_VALUE:
        sw_buf_text(out, "null");
        break;
    }
}

static bool takes_list(enum value_kind kind)
{
    return kind != BOOL_VALUE && kind != NULL_VALUE;
}

/* The value or values after a key, at an indentation. */
static void values(struct sw_gen *gen, struct sw_buf *out, const struct chain *chain, bool keyword, const char *indent)
{
    unsigned count = takes_list(chain->kind) && gen_chance(gen, 55) ? 1 + (unsigned)sw_gen_random(gen, 5) : 0;
    if (takes_list(chain->kind) && gen_chance(gen, 2))
        count = 40;
    if (count == 0) {
        sw_buf_char(out, ' ');
        value(gen, out, chain->kind, keyword);
        sw_buf_char(out, '\n');
        return;
    }
    sw_buf_char(out, '\n');
    for (unsigned i = 0; i < count; i++) {
        sw_buf_printf(out, "%s- ", indent);
        value(gen, out, chain->kind, keyword);
        sw_buf_char(out, '\n');
    }
}

/* One or more `field|modifiers: values`, never the same key twice. */
static void map(struct sw_gen *gen, struct sw_buf *out, const char *first, const char *rest)
{
    char used[8][96];
    unsigned count = 1 + (unsigned)sw_gen_random(gen, 3);
    unsigned made = 0;
    while (made < count) {
        const struct chain *chain = pick_chain(gen, false);
        (void)snprintf(used[made], sizeof used[made], "%s%s", gen_fields[sw_gen_random(gen, gen_field_count)],
                       chain->modifiers);
        bool again = false;
        for (unsigned i = 0; i < made; i++)
            again = again || strcmp(used[i], used[made]) == 0;
        if (again) {
            count--;
            continue;
        }
        sw_buf_printf(out, "%s%s:", made == 0 ? first : rest, used[made]);
        values(gen, out, chain, false, "                ");
        made++;
    }
}

static void keywords(struct sw_gen *gen, struct sw_buf *out)
{
    const struct chain *chain = pick_chain(gen, true);
    if (chain->modifiers[0] == '\0') {
        unsigned count = 1 + (unsigned)sw_gen_random(gen, 4);
        for (unsigned i = 0; i < count; i++) {
            sw_buf_text(out, "        - ");
            value(gen, out, chain->kind, true);
            sw_buf_char(out, '\n');
        }
        return;
    }
    sw_buf_printf(out, "        '%s':", chain->modifiers);
    values(gen, out, chain, true, "            ");
}

static void selection(struct sw_gen *gen, struct sw_buf *out, const char *name)
{
    sw_buf_printf(out, "    %s:\n", name);
    if (gen_chance(gen, 12)) {
        keywords(gen, out);
    } else if (gen_chance(gen, 25)) {
        unsigned count = 1 + (unsigned)sw_gen_random(gen, 3);
        for (unsigned i = 0; i < count; i++)
            map(gen, out, "        - ", "          ");
    } else {
        map(gen, out, "        ", "        ");
    }
}

/* --- conditions and rules ------------------------------------------------------------------------------------- */

static const char *const selection_names[] = {"selection_a", "selection_b", "filter_x",
                                              "filter_y",    "keywords",    "_hidden"};

/* A random expression over the first `count` selections, `depth` brackets at most. */
static void expression(struct sw_gen *gen, struct sw_buf *out, unsigned count, unsigned depth)
{
    unsigned terms = 1 + (unsigned)sw_gen_random(gen, depth == 0 ? 2 : 3);
    for (unsigned i = 0; i < terms; i++) {
        if (i > 0)
            sw_buf_text(out, gen_chance(gen, 60) ? " and " : " or ");
        if (gen_chance(gen, 25))
            sw_buf_text(out, "not ");
        if (depth > 0 && gen_chance(gen, 25)) {
            sw_buf_char(out, '(');
            expression(gen, out, count, depth - 1);
            sw_buf_char(out, ')');
        } else if (gen_chance(gen, 20)) {
            static const char *const selectors[] = {"1 of selection_*", "all of selection_*", "any of selection*",
                                                    "1 of them",        "all of them",        "1 of *_a"};
            sw_buf_text(out, GEN_PICK(gen, selectors));
        } else if (count >= 2 && gen_chance(gen, 10)) {
            sw_buf_text(out, "2 of them");
        } else {
            sw_buf_text(out, selection_names[sw_gen_random(gen, count)]);
        }
    }
}

void sw_gen_rules(struct sw_gen *gen, struct sw_buf *yaml, unsigned count)
{
    static const char *const levels[] = {"informational", "low", "medium", "high", "critical"};
    for (unsigned i = 0; i < count; i++) {
        uint64_t number = gen->rules_made++;
        unsigned selections = 1 + (unsigned)sw_gen_random(gen, GEN_COUNT(selection_names));
        sw_buf_printf(
            yaml,
            "---\ntitle: Generated %llu\nid: 00000000-0000-4000-8000-%012llx\nlevel: %s\nlogsource:\n%sdetection:\n",
            (unsigned long long)number, (unsigned long long)number, GEN_PICK(gen, levels), GEN_PICK(gen, logsources));
        for (unsigned j = 0; j < selections; j++)
            selection(gen, yaml, selection_names[j]);
        sw_buf_text(yaml, "    condition: ");
        expression(gen, yaml, selections, 2);
        sw_buf_char(yaml, '\n');
    }
}
