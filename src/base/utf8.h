/* The structure of UTF-8 sequences (RFC 3629: no overlong forms, no surrogates, nothing above
 * U+10FFFF). Pure; any thread. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

/* Returns how many bytes must follow `lead`: 0 (ASCII) to 3, or -1 if no character begins with
 * it. The first of these bytes must be in [*low, *high], the others in [0x80, 0xbf]. */
static inline int utf8_lead(unsigned char lead, unsigned char *low, unsigned char *high)
{
    *low = 0x80;
    *high = 0xbf;
    if (lead < 0x80)
        return 0;
    if (lead < 0xc2 || lead > 0xf4)
        return -1;
    if (lead < 0xe0)
        return 1;
    if (lead < 0xf0) {
        if (lead == 0xe0)
            *low = 0xa0;
        else if (lead == 0xed)
            *high = 0x9f;
        return 2;
    }
    if (lead == 0xf0)
        *low = 0x90;
    else if (lead == 0xf4)
        *high = 0x8f;
    return 3;
}

#endif
