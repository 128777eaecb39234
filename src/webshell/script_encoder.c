/*
 * script_encoder.c - what Microsoft's Script Encoder made of a script ("VBScript.Encode"), made readable again.
 *
 * The encoder is a substitution by one of three alphabets, chosen by the position modulo 64. The alphabets were held against the
 * checksums that encoded scripts carry.
 */
#include "webshell/plain.h"

#include "base/utf.h"

/* What the tab and then the characters from the space to ~ become in each alphabet. The escaped ones (<, >, @) stand
 * as "?", which what is rightly encoded so comes behind. */
static const char *const alphabets[3] = {
    "dP\"Ja^][B`#e_~ORz!F &c*vG%,)i\?'\?g\?bAZf2sMCq9|SH1rnpI\?Kj.\177(5}$-T7{=l4mN+0otkL3V:xWw;D/YE\\h6Xy\tu8U",
    "7~ZE:yY'vcbMQSR &Tq+f*X\177{01lI\?x\?_\?)$/93o!u(BFJ\\H6K}]jPi#\tpet,wD\?m|C8^[nWL4r%VshUG25.dO;-Aaz\"`kN=",
    "i,er[fuLEv*C3B cJZ8y2Wl+FRO=p\?{\?Q\?z~;GAwV_&xndtg}h5\"U:`jqoI\\]'Y%|#m(19\1776T4bN0^s\tKa$MkD!7SXH.P-)\?",
};

/* The alphabet for each position, modulo 64. */
static const char choice[] = "1201202002021020102011200210200211020201011201021020112001120102";

/* "#@~^" and eight characters of length stand before, eight of checksum and "^#~@" behind. */
enum { LEAD = 12, TAIL = 12 };

static void make_table(char table[3][128])
{
    for (unsigned a = 0; a < 3; a++) {
        for (unsigned c = 0; c < 128; c++)
            table[a][c] = (char)c;
        for (unsigned i = 0; i < 96; i++)
            table[a][(unsigned char)alphabets[a][i]] = i == 0 ? '\t' : (char)(i + 31);
    }
}

/* "@#" and its kind stand for what could not be substituted. */
static char escaped(char c)
{
    static const char from[] = "#&!*$";
    static const char to[] = "\r\n<>@";
    const char *found = c != '\0' ? strchr(from, c) : NULL;
    return found != NULL ? to[found - from] : '\0';
}

/* How many bytes the character has that begins with `first`: of UTF-8 or of a double-byte code page such as GBK. The
 * encoder leaves such characters alone and doesn't count them. */
static size_t bytes_of(struct sw_str text, size_t at, bool utf8)
{
    unsigned char first = (unsigned char)text.ptr[at];
    size_t bytes = first < 0x81 ? 1 : !utf8 ? 2 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
    return bytes < text.len - at ? bytes : text.len - at;
}

static struct sw_str decode(struct sw_arena *arena, struct sw_str text)
{
    char table[3][128];
    char *out = sw_arena_bytes(arena, text.len + 1);
    if (out == NULL)
        return (struct sw_str){NULL, 0};
    make_table(table);
    bool utf8 = sw_utf8_valid(text) == text.len;
    size_t len = 0;
    size_t position = 0;
    for (size_t at = 0; at < text.len;) {
        unsigned char c = (unsigned char)text.ptr[at];
        char plain = c == '@' && at + 1 < text.len ? escaped(text.ptr[at + 1]) : '\0';
        size_t bytes = plain != '\0' ? 2 : bytes_of(text, at, utf8);
        if (plain != '\0') {
            out[len++] = plain;
        } else if (c < 128) {
            out[len++] = table[choice[position % 64] - '0'][c];
        } else {
            memcpy(out + len, text.ptr + at, bytes);
            len += bytes;
        }
        at += bytes;
        position += plain != '\0' || c < 128;
    }
    return sw_strn(out, len);
}

size_t sw_plain_encoded(struct sw_arena *arena, struct sw_str text, struct sw_plain_part *parts, size_t most)
{
    size_t count = 0;
    for (size_t at = 0; count < most;) {
        size_t found = sw_str_find(sw_str_from(text, at), SW_STR("#@~^"));
        if (found == SW_NPOS)
            break;
        size_t from = at + found + LEAD;
        if (from >= text.len)
            break;
        size_t end = sw_str_find(sw_str_from(text, from), SW_STR("^#~@"));
        if (end == SW_NPOS) /* cut off: what there is */
            end = text.len - from;
        struct sw_str inside = sw_str_slice(text, from, from + (end > TAIL - 4 ? end - (TAIL - 4) : 0));
        parts[count] = (struct sw_plain_part){decode(arena, inside), (uint32_t)(at + found), (uint32_t)(from + end)};
        count += parts[count].text.ptr != NULL;
        at = from + end;
    }
    return count;
}
