/* suggest.c - keeps the candidate with the smallest edit distance. */
#include "sigma/suggest.h"

enum { LONGEST = 64 };

void sw_suggest_init(struct sw_suggest *suggest, struct sw_str word)
{
    size_t third = word.len / 3;
    unsigned most = third < 1 ? 1 : third > 3 ? 3 : (unsigned)third;
    *suggest = (struct sw_suggest){word, {NULL, 0}, most + 1};
}

static struct sw_str lower(struct sw_str s, char out[LONGEST])
{
    size_t len = s.len < LONGEST ? s.len : LONGEST;
    for (size_t i = 0; i < len; i++)
        out[i] = sw_lower(s.ptr[i]);
    return sw_strn(out, len);
}

void sw_suggest_offer(struct sw_suggest *suggest, struct sw_str candidate)
{
    char a[LONGEST];
    char b[LONGEST];
    unsigned distance = sw_str_distance(lower(suggest->word, a), lower(candidate, b));
    if (distance >= suggest->distance)
        return;
    suggest->distance = distance;
    suggest->best = candidate;
}
