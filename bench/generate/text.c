/*
 * text.c - chance and templates of bench-generate. No tables of any one format.
 */
#include "generator.h"

static const char *const words[] = {
    "alpha",   "atlas",  "amber",  "basin",  "birch",  "cobalt",  "coral",  "delta",   "drift",   "ember",
    "fable",   "falcon", "garnet", "grove",  "harbor", "hazel",   "indigo", "island",  "jasper",  "juniper",
    "kestrel", "lagoon", "linden", "maple",  "meadow", "nickel",  "north",  "oasis",   "orchid",  "pebble",
    "pine",    "quartz", "quill",  "raven",  "ridge",  "saffron", "summit", "tundra",  "umber",   "valley",
    "velvet",  "willow", "winter", "yarrow", "zephyr", "report",  "budget", "invoice", "draft",   "review",
    "minutes", "agenda", "survey", "roster", "ledger", "manual",  "sketch", "outline", "summary", "backlog",
};
static const char *const names[] = {
    "anna",  "bjorn", "carla", "david", "elena", "farid", "grete", "hugo", "ines", "jonas",  "karin", "lukas",
    "marta", "nadia", "oskar", "petra", "ruben", "sofia", "tomas", "ulla", "vera", "willem", "yusuf", "zoe",
};
static const char *const families[] = {
    "almeida", "berger", "castro",  "dupont", "eriksen", "fischer", "garcia", "hansen",
    "ivanov",  "jansen", "keller",  "larsen", "moreau",  "novak",   "olsen",  "pereira",
    "quist",   "rossi",  "schmidt", "tanaka", "urban",   "vogel",   "weber",  "young",
};

/* SplitMix64 (Steele, Lea, Flood 2014): one state word, good enough to vary text. */
uint64_t fixed_random(uint64_t seed)
{
    uint64_t z = seed + 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

uint64_t next_random(struct generator *g)
{
    uint64_t value = fixed_random(g->random);
    g->random += 0x9e3779b97f4a7c15u;
    return value;
}

unsigned below(struct generator *g, unsigned n)
{
    return (unsigned)((next_random(g) >> 32) * n >> 32);
}

bool one_in(struct generator *g, unsigned n)
{
    return below(g, n) == 0;
}

/* An octave of ranks by chance, then a rank in it: 1/k in steps, without logarithms. */
unsigned zipf(struct generator *g, unsigned n)
{
    unsigned octaves = 0;
    while (n >> octaves != 0)
        octaves++;
    for (;;) {
        unsigned first = (1u << below(g, octaves)) - 1;
        unsigned rank = first + below(g, first + 1);
        if (rank < n)
            return rank;
    }
}

const char *choose(struct generator *g, const struct share *table, size_t count)
{
    unsigned sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += table[i].share;
    unsigned dice = below(g, sum);
    while (dice >= table->share)
        dice -= (table++)->share;
    return table->text;
}

void put_guid(struct sw_buf *to, uint64_t high, uint64_t low)
{
    sw_buf_hex(to, high >> 32, 8);
    SW_BUF_LIT(to, "-");
    sw_buf_hex(to, high >> 16 & 0xffff, 4);
    SW_BUF_LIT(to, "-");
    sw_buf_hex(to, high & 0xffff, 4);
    SW_BUF_LIT(to, "-");
    sw_buf_hex(to, low >> 48, 4);
    SW_BUF_LIT(to, "-");
    sw_buf_hex(to, low & 0xffffffffffff, 12);
}

static void put_address(struct sw_buf *to, unsigned a, uint64_t rest)
{
    sw_buf_u64(to, a);
    for (int i = 0; i < 3; i++, rest >>= 8) {
        SW_BUF_LIT(to, ".");
        sw_buf_u64(to, i < 2 ? rest & 255 : 1 + (rest & 255) % 254);
    }
}

static void put_outside(struct sw_buf *to, uint64_t seed)
{
    static const unsigned char nets[] = {23, 34, 45, 51, 62, 77, 80, 91, 104, 142, 151, 178, 185, 188, 193, 203};
    put_address(to, nets[seed >> 40 & (COUNT(nets) - 1)], seed);
}

/* Computers and accounts: a few hundred of each, the account mostly at its own computer. */
static void put_computer(struct generator *g, struct sw_buf *to)
{
    static const char *const kinds[] = {"ws", "ws", "ws", "lt", "lt", "srv"};
    sw_buf_text(to, kinds[g->host % COUNT(kinds)]);
    sw_buf_u64(to, 1000 + g->host);
    SW_BUF_LIT(to, ".corp.example.org");
}

static void put_account(unsigned user, struct sw_buf *to)
{
    sw_buf_text(to, names[user % COUNT(names)]);
    SW_BUF_LIT(to, ".");
    sw_buf_text(to, families[user / COUNT(names) % COUNT(families)]);
}

static void put_value(struct generator *g, struct sw_buf *to, char letter)
{
    switch (letter) {
    case '%': sw_buf_char(to, '%'); break;
    case 'w': sw_buf_text(to, words[below(g, COUNT(words))]); break;
    case 'W': put_account(below(g, 400), to); break;
    case 'n': sw_buf_u64(to, below(g, 100000)); break;
    case 'd': sw_buf_u64(to, below(g, 100)); break;
    case 'k': sw_buf_u64(to, below(g, 10000)); break;
    case '6': sw_buf_u64(to, below(g, 6)); break;
    case 'v': sw_buf_u64(to, 109 + below(g, 24)); break;
    case 'x': sw_buf_hex(to, next_random(g) & 0xffff, 4); break;
    case 'h': sw_buf_hex(to, next_random(g) & 0xffffffff, 8); break;
    case 'L':
        sw_buf_hex(to, next_random(g), 16);
        sw_buf_hex(to, next_random(g), 16);
        break;
    case 'g': put_guid(to, next_random(g), next_random(g)); break;
    case 'i': put_address(to, 10, zipf(g, 2000) * 0x1fffu); break;
    case 'e': put_outside(to, fixed_random(zipf(g, 20000))); break;
    case 'p': sw_buf_u64(to, 1024 + below(g, 64512)); break;
    case 'u': put_account(g->user, to); break;
    case 'c': put_computer(g, to); break;
    case 't': sw_buf_time(to, g->time); break;
    case 'z': sw_buf_u64(to, (uint64_t)(g->time / SW_SECOND)); break;
    default: g->special(g, to, letter);
    }
}

void fill(struct generator *g, struct sw_buf *to, const char *template)
{
    for (;;) {
        size_t plain = strcspn(template, "%");
        sw_buf_add(to, template, plain);
        template += plain;
        if (template[0] == '\0' || template[1] == '\0')
            return;
        put_value(g, to, template[1]);
        template += 2;
    }
}

void fill_again(struct generator *g, struct sw_buf *to, const char *template, unsigned ways)
{
    uint64_t way = fixed_random(zipf(g, ways));
    uint64_t kept = g->random;
    g->random = way;
    fill(g, to, template);
    g->random = kept;
}

void fill_json(struct generator *g, const char *template)
{
    sw_buf_clear(&g->value);
    fill(g, &g->value, template);
    sw_buf_json(&g->out, sw_buf_str(&g->value));
}
