#include "codec/npy/npy_literal.h"

#include <string.h>

#include "base/utf8.h"

bool npy_literal_fail(struct npy_literal *literal, const char *sentence)
{
    literal->error = sentence;
    return false;
}

char npy_literal_peek(struct npy_literal *literal)
{
    while (literal->at < literal->end && *literal->at == ' ')
        literal->at++;
    return literal->at < literal->end ? *literal->at : '\0';
}

bool npy_literal_take(struct npy_literal *literal, char character)
{
    if (npy_literal_peek(literal) != character || literal->at == literal->end)
        return false;
    literal->at++;
    return true;
}

/* --- strings ------------------------------------------------------------------------ */

/* Skips one character of a string. */
static bool skip_character(struct npy_literal *literal)
{
    unsigned char lead = (unsigned char)*literal->at, low, high;
    if (lead < ' ')
        return npy_literal_fail(literal, "a string holds a control character");
    literal->at++;
    if (!literal->utf8)
        return true;
    int more = utf8_lead(lead, &low, &high);
    for (int i = 0; i < more; i++, low = 0x80, high = 0xbf) {
        unsigned char next = literal->at < literal->end ? (unsigned char)*literal->at : 0;
        if (next < low || next > high) {
            more = -1;
            break;
        }
        literal->at++;
    }
    return more >= 0 || npy_literal_fail(literal, "a string is not UTF-8");
}

bool npy_literal_string(struct npy_literal *literal, struct npy_string *string)
{
    char quote = npy_literal_peek(literal);
    if (quote != '\'' && quote != '"')
        return npy_literal_fail(literal, "expected a string in quotes");
    *string = (struct npy_string){.text = ++literal->at};
    while (literal->at < literal->end && *literal->at != quote) {
        if (*literal->at == '\\' && ++literal->at == literal->end)
            break;
        if (!skip_character(literal))
            return false;
    }
    if (literal->at == literal->end)
        return npy_literal_fail(literal, "a string has no end");
    string->length = (size_t)(literal->at++ - string->text);
    return true;
}

bool npy_string_is(const struct npy_string *string, const char *word)
{
    return string->length == strlen(word) && memcmp(string->text, word, string->length) == 0;
}

/* --- other values ------------------------------------------------------------------- */

static bool is_digit(char character)
{
    return character >= '0' && character <= '9';
}

bool npy_literal_integer(struct npy_literal *literal, uint64_t *value)
{
    if (!is_digit(npy_literal_peek(literal)))
        return npy_literal_fail(literal, "expected a whole number");
    *value = 0;
    if (*literal->at == '0') {
        literal->at++;
        return literal->at == literal->end || !is_digit(*literal->at) ||
               npy_literal_fail(literal, "a number begins with 0");
    }
    for (; literal->at < literal->end && is_digit(*literal->at); literal->at++)
        if (__builtin_mul_overflow(*value, 10, value) ||
            __builtin_add_overflow(*value, (uint64_t)(*literal->at - '0'), value))
            *value = UINT64_MAX; /* also with more digits: ten times this value overflows again */
    return true;
}

bool npy_literal_bool(struct npy_literal *literal, bool *value)
{
    static const char *const words[] = {"False", "True"};
    npy_literal_peek(literal);
    size_t left = (size_t)(literal->end - literal->at);
    for (int i = 0; i < 2; i++) {
        size_t length = strlen(words[i]);
        if (left >= length && memcmp(literal->at, words[i], length) == 0) {
            literal->at += length;
            *value = i;
            return true;
        }
    }
    return npy_literal_fail(literal, "expected True or False");
}

static bool skip_sequence(struct npy_literal *literal, unsigned depth)
{
    bool tuple = *literal->at == '(';
    if (depth == NPY_DEPTH_MAX)
        return npy_literal_fail(literal, "too many lists and tuples within each other");
    literal->at++;
    bool comma = true;
    for (size_t items = 0; npy_literal_peek(literal) != (tuple ? ')' : ']'); items++) {
        if (!comma)
            return npy_literal_fail(literal, tuple ? "expected \",\" or \")\" after an item"
                                                   : "expected \",\" or \"]\" after an item");
        if (!npy_literal_skip(literal, depth + 1))
            return false;
        comma = npy_literal_take(literal, ',');
        /* Python reads (1) as the item itself, and only (1,) as a tuple. */
        if (tuple && items == 0 && !comma)
            return npy_literal_fail(literal, "expected \",\" after the first item of a tuple");
    }
    literal->at++;
    return true;
}

bool npy_literal_skip(struct npy_literal *literal, unsigned depth)
{
    struct npy_string string;
    uint64_t integer;
    bool boolean;
    char first = npy_literal_peek(literal);
    if (first == '\'' || first == '"')
        return npy_literal_string(literal, &string);
    if (first == '(' || first == '[')
        return skip_sequence(literal, depth);
    if (is_digit(first))
        return npy_literal_integer(literal, &integer);
    if (first == 'T' || first == 'F')
        return npy_literal_bool(literal, &boolean);
    return npy_literal_fail(literal, "expected a string, a number, True, False, a list or a tuple");
}
