/* pattern.c - escapes and wildcards of string values, and their canonical form. */
#include "sigma/pattern.h"

/* A literal under construction, and the pieces before it. */
struct cutter {
    struct sw_piece *pieces;
    size_t count;
    char *text; /* unescaped bytes of the whole value */
    size_t used;
    size_t start; /* of the present literal in text */
};

static void end_literal(struct cutter *c)
{
    if (c->used > c->start)
        c->pieces[c->count++] = (struct sw_piece){SW_PIECE_LITERAL, {c->text + c->start, c->used - c->start}};
    c->start = c->used;
}

/* The length of a `%name%` at the start of s, or 0. */
static size_t hole_length(struct sw_str s)
{
    size_t end = sw_str_chr(sw_str_from(s, 1), '%');
    return end == SW_NPOS || end == 0 ? 0 : end + 2;
}

static bool is_wildcard(char c, enum sw_glob_mode mode)
{
    return mode != SW_GLOB_RAW && (c == '*' || c == '?');
}

static bool escapes(char next, enum sw_glob_mode mode)
{
    return is_wildcard(next, mode) || (mode != SW_GLOB_RAW && next == '\\') || (mode != SW_GLOB_TEXT && next == '%');
}

int sw_glob_parse(struct sw_arena *arena, struct sw_str text, enum sw_glob_mode mode, struct sw_glob *glob)
{
    bool holes = mode != SW_GLOB_TEXT;
    size_t special = 0;
    for (size_t i = 0; i < text.len; i++)
        special += text.ptr[i] == '*' || text.ptr[i] == '?' || (holes && text.ptr[i] == '%');
    struct cutter c = {0};
    c.pieces = sw_arena_raw(arena, (2 * special + 1) * sizeof *c.pieces, 8);
    c.text = sw_arena_bytes(arena, text.len + 1);
    if (c.pieces == NULL || c.text == NULL)
        return SW_E_NOMEM;
    for (size_t i = 0; i < text.len; i++) {
        char byte = text.ptr[i];
        size_t hole = holes && byte == '%' ? hole_length(sw_str_from(text, i)) : 0;
        if (byte == '\\' && i + 1 < text.len && escapes(text.ptr[i + 1], mode)) {
            c.text[c.used++] = text.ptr[++i];
        } else if (is_wildcard(byte, mode)) {
            end_literal(&c);
            c.pieces[c.count++] = (struct sw_piece){byte == '*' ? SW_PIECE_MANY : SW_PIECE_ONE, {NULL, 0}};
        } else if (hole > 0) {
            end_literal(&c);
            c.pieces[c.count++] = (struct sw_piece){SW_PIECE_HOLE, sw_str_slice(text, i + 1, i + hole - 1)};
            i += hole - 1;
        } else {
            c.text[c.used++] = byte;
        }
    }
    end_literal(&c);
    *glob = (struct sw_glob){c.pieces, c.count};
    return 0;
}

bool sw_glob_has(const struct sw_glob *glob, enum sw_piece_kind kind)
{
    for (size_t i = 0; i < glob->count; i++)
        if (glob->pieces[i].kind == kind)
            return true;
    return false;
}

struct sw_str sw_glob_text(struct sw_arena *arena, const struct sw_glob *glob)
{
    size_t len = 0;
    for (size_t i = 0; i < glob->count; i++)
        len += glob->pieces[i].text.len;
    char *text = sw_arena_bytes(arena, len + 1);
    if (text == NULL)
        return (struct sw_str){NULL, 0};
    size_t used = 0;
    for (size_t i = 0; i < glob->count; i++) {
        memcpy(text + used, glob->pieces[i].text.ptr, glob->pieces[i].text.len);
        used += glob->pieces[i].text.len;
    }
    text[used] = '\0';
    return sw_strn(text, used);
}

int sw_glob_surround(struct sw_arena *arena, struct sw_glob *glob, bool before, bool after)
{
    struct sw_piece *pieces = sw_arena_raw(arena, (glob->count + 2) * sizeof *pieces, 8);
    if (pieces == NULL)
        return SW_E_NOMEM;
    size_t count = 0;
    if (before)
        pieces[count++] = (struct sw_piece){SW_PIECE_MANY, {NULL, 0}};
    for (size_t i = 0; i < glob->count; i++)
        pieces[count++] = glob->pieces[i];
    if (after)
        pieces[count++] = (struct sw_piece){SW_PIECE_MANY, {NULL, 0}};
    *glob = (struct sw_glob){pieces, count};
    return 0;
}

int sw_glob_splice(struct sw_arena *arena, const struct sw_glob *glob, size_t at, const struct sw_glob *in,
                   struct sw_glob *out)
{
    struct sw_piece *pieces = sw_arena_raw(arena, (glob->count + in->count) * sizeof *pieces, 8);
    if (pieces == NULL)
        return SW_E_NOMEM;
    size_t count = 0;
    for (size_t i = 0; i < at; i++)
        pieces[count++] = glob->pieces[i];
    for (size_t i = 0; i < in->count; i++)
        pieces[count++] = in->pieces[i];
    for (size_t i = at + 1; i < glob->count; i++)
        pieces[count++] = glob->pieces[i];
    *out = (struct sw_glob){pieces, count};
    return 0;
}

/* The glob's pieces with neighbouring literals joined and each run of wildcards as its `?`s, then at most one `*`. */
static int canonical(struct sw_arena *arena, const struct sw_glob *glob, struct sw_token **tokens, size_t *count)
{
    size_t bytes = 0;
    for (size_t i = 0; i < glob->count; i++)
        bytes += glob->pieces[i].text.len;
    struct sw_token *out = sw_arena_raw(arena, glob->count * sizeof *out, 8);
    char *text = sw_arena_bytes(arena, bytes + 1);
    if (out == NULL || text == NULL)
        return SW_E_NOMEM;
    size_t n = 0;
    size_t used = 0;
    bool many = false;
    for (size_t i = 0; i < glob->count; i++) {
        const struct sw_piece *piece = &glob->pieces[i];
        if (piece->kind == SW_PIECE_MANY) {
            many = true;
            continue;
        }
        if (piece->kind == SW_PIECE_ONE) {
            out[n++] = (struct sw_token){SW_TOKEN_ONE, {NULL, 0}};
            continue;
        }
        if (many)
            out[n++] = (struct sw_token){SW_TOKEN_MANY, {NULL, 0}};
        many = false;
        memcpy(text + used, piece->text.ptr, piece->text.len);
        if (n > 0 && out[n - 1].kind == SW_TOKEN_LITERAL)
            out[n - 1].text.len += piece->text.len;
        else
            out[n++] = (struct sw_token){SW_TOKEN_LITERAL, {text + used, piece->text.len}};
        used += piece->text.len;
    }
    if (many)
        out[n++] = (struct sw_token){SW_TOKEN_MANY, {NULL, 0}};
    text[used] = '\0';
    *tokens = out;
    *count = n;
    return 0;
}

int sw_glob_finish(struct sw_arena *arena, const struct sw_glob *glob, struct sw_pred *pred)
{
    struct sw_token *tokens;
    size_t count;
    int rc = canonical(arena, glob, &tokens, &count);
    if (rc != 0)
        return rc;
    bool first = count > 0 && tokens[0].kind == SW_TOKEN_MANY;
    bool last = count > 1 && tokens[count - 1].kind == SW_TOKEN_MANY;
    size_t inner = count - first - last;
    const struct sw_token *literal = &tokens[first ? 1 : 0];
    pred->kind = SW_PRED_PATTERN;
    pred->literal = SW_STR("");
    if (inner > 1 || (inner == 1 && literal->kind != SW_TOKEN_LITERAL)) {
        pred->form = SW_FORM_WILD;
        pred->tokens = tokens;
        pred->token_count = count;
        return 0;
    }
    if (inner == 0) {
        pred->form = first ? SW_FORM_ANY : SW_FORM_EXACT;
        return 0;
    }
    pred->literal = literal->text;
    pred->form = first && last ? SW_FORM_CONTAINS : first ? SW_FORM_ENDS : last ? SW_FORM_STARTS : SW_FORM_EXACT;
    return 0;
}
