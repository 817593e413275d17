#include "codec/json/json_string.h"

#include <string.h>

#include "base/utf8.h"

#define LONE_SURROGATE "a lone surrogate: \\uD800 to \\uDBFF and \\uDC00 to \\uDFFF come in pairs"

void json_string_init(struct json_string *string)
{
    memset(string, 0, sizeof *string);
    string->state = STRING_PLAIN;
}

/* Keeps a whole character. After the first one that does not fit, keeps nothing more. */
static void keep(struct json_string *string, const void *character, size_t size)
{
    if (string->truncated || size > sizeof string->kept - string->length) {
        string->truncated = true;
        return;
    }
    memcpy(string->kept + string->length, character, size);
    string->length += size;
}

static void keep_code(struct json_string *string, uint32_t code)
{
    unsigned char c[4];
    if (code < 0x80) {
        c[0] = (unsigned char)code;
        keep(string, c, 1);
    } else if (code < 0x800) {
        c[0] = (unsigned char)(0xc0 | code >> 6);
        c[1] = (unsigned char)(0x80 | (code & 0x3f));
        keep(string, c, 2);
    } else if (code < 0x10000) {
        c[0] = (unsigned char)(0xe0 | code >> 12);
        c[1] = (unsigned char)(0x80 | (code >> 6 & 0x3f));
        c[2] = (unsigned char)(0x80 | (code & 0x3f));
        keep(string, c, 3);
    } else {
        c[0] = (unsigned char)(0xf0 | code >> 18);
        c[1] = (unsigned char)(0x80 | (code >> 12 & 0x3f));
        c[2] = (unsigned char)(0x80 | (code >> 6 & 0x3f));
        c[3] = (unsigned char)(0x80 | (code & 0x3f));
        keep(string, c, 4);
    }
}

static const char *plain(struct json_string *string, unsigned char byte)
{
    if (byte == '\\') {
        string->state = STRING_ESCAPE;
        return NULL;
    }
    if (byte < 0x20)
        return "a control character in a string must be escaped";
    int following = utf8_lead(byte, &string->low, &string->high);
    if (following < 0)
        return "not UTF-8";
    if (following == 0) {
        keep(string, &byte, 1);
        return NULL;
    }
    string->character[0] = byte;
    string->size = 1;
    string->following = (unsigned char)following;
    string->state = STRING_CONTINUATION;
    return NULL;
}

static const char *continuation(struct json_string *string, unsigned char byte)
{
    if (byte < string->low || byte > string->high)
        return "not UTF-8";
    string->low = 0x80;
    string->high = 0xbf;
    string->character[string->size++] = byte;
    if (--string->following == 0) {
        keep(string, string->character, string->size);
        string->state = STRING_PLAIN;
    }
    return NULL;
}

static const char *escape(struct json_string *string, unsigned char byte)
{
    static const char letters[] = "\"\\/bfnrt";
    static const char characters[] = "\"\\/\b\f\n\r\t";
    if (byte == 'u') {
        string->state = STRING_HEX;
        string->following = 4;
        string->code = 0;
        return NULL;
    }
    const char *letter = byte ? strchr(letters, byte) : NULL;
    if (!letter)
        return "unknown escape: after \"\\\" comes one of \" \\ / b f n r t u";
    keep(string, characters + (letter - letters), 1);
    string->state = STRING_PLAIN;
    return NULL;
}

static const char *code_complete(struct json_string *string)
{
    uint32_t code = string->code;
    bool is_low = code >= 0xdc00 && code <= 0xdfff;
    string->state = STRING_PLAIN;
    if (string->high_surrogate) {
        if (!is_low)
            return LONE_SURROGATE;
        keep_code(string, 0x10000 + ((string->high_surrogate - 0xd800) << 10) + (code - 0xdc00));
        string->high_surrogate = 0;
        return NULL;
    }
    if (is_low)
        return LONE_SURROGATE;
    if (code >= 0xd800 && code <= 0xdbff) {
        string->high_surrogate = code;
        string->state = STRING_NEED_BACKSLASH;
        return NULL;
    }
    keep_code(string, code);
    return NULL;
}

static const char *hex(struct json_string *string, unsigned char byte)
{
    uint32_t digit;
    if (byte >= '0' && byte <= '9')
        digit = byte - '0';
    else if (byte >= 'a' && byte <= 'f')
        digit = byte - 'a' + 10u;
    else if (byte >= 'A' && byte <= 'F')
        digit = byte - 'A' + 10u;
    else
        return "\\u needs four hexadecimal digits";
    string->code = string->code << 4 | digit;
    return --string->following ? NULL : code_complete(string);
}

const char *json_string_step(struct json_string *string, unsigned char byte)
{
    switch (string->state) {
    case STRING_PLAIN:
        return plain(string, byte);
    case STRING_CONTINUATION:
        return continuation(string, byte);
    case STRING_ESCAPE:
        return escape(string, byte);
    case STRING_HEX:
        return hex(string, byte);
    case STRING_NEED_BACKSLASH:
        if (byte != '\\')
            return LONE_SURROGATE;
        string->state = STRING_NEED_U;
        return NULL;
    case STRING_NEED_U:
        if (byte != 'u')
            return LONE_SURROGATE;
        string->state = STRING_HEX;
        string->following = 4;
        string->code = 0;
        return NULL;
    }
    return NULL;
}
