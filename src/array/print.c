/* Text of arrays, as NumPy's array2string() gives it.
 *
 * Three passes over the elements that will be shown: the first decides between positional and
 * scientific notation, the second finds the widths, the third writes. The digits of a float are the
 * shortest that read back as the same value in its own dtype, and no more than eight places,
 * rounded from the exact value (digits.c), unless the options say otherwise. */
#include <ndstream/io.h>

#include <math.h>
#include <string.h>

#include "array/array.h"
#include "array/digits.h"
#include "array/dtype.h"
#include "base/error.h"
#include "base/memory.h"

enum {
    WORD_CAPACITY = 1024, /* a word is below 2 * (places and 400 digits); longer ones are cut off */
    MOST_PLACES = 100,
};

/* ---- Text that grows ------------------------------------------------------------------------- */

enum { TEXT_HEADER = 64 }; /* before the text: its capacity, for nd_text_free() */

struct text {
    char *at; /* after the header */
    size_t length, capacity;
    bool failed;
};

static void text_append(struct text *text, const char *from, size_t length)
{
    if (text->failed)
        return;
    if (text->length + length + 1 > text->capacity) {
        size_t capacity = 2 * (text->length + length) + 192;
        char *memory = ndi_allocate(TEXT_HEADER + capacity);
        if (!memory) {
            text->failed = true;
            return;
        }
        memcpy(memory, &capacity, sizeof capacity);
        if (text->length)
            memcpy(memory + TEXT_HEADER, text->at, text->length);
        nd_text_free(text->at);
        text->at = memory + TEXT_HEADER;
        text->capacity = capacity;
    }
    memcpy(text->at + text->length, from, length);
    text->length += length;
    text->at[text->length] = '\0';
}

static void text_repeat(struct text *text, char letter, int count)
{
    while (count-- > 0)
        text_append(text, &letter, 1);
}

void nd_text_free(char *text)
{
    if (!text)
        return;
    size_t capacity;
    memcpy(&capacity, text - TEXT_HEADER, sizeof capacity);
    ndi_free(text - TEXT_HEADER, TEXT_HEADER + capacity);
}

/* ---- One number as a word -------------------------------------------------------------------- */

struct word {
    int length;
    char at[WORD_CAPACITY];
};

static void word_repeat(struct word *word, char letter, int count)
{
    while (count-- > 0 && word->length < WORD_CAPACITY)
        word->at[word->length++] = letter;
}

static void word_append(struct word *word, const char *from, int length)
{
    for (int i = 0; i < length && word->length < WORD_CAPACITY; i++)
        word->at[word->length++] = from[i];
}

/* What may follow the last digit that is not 0. */
enum trim {
    TRIM_NONE,        /* zeros up to places.least */
    TRIM_ZEROS,       /* the point */
    TRIM_TO_ONE_ZERO, /* the point and one digit */
    TRIM_ZEROS_AND_POINT
};

/* How the floats of one array, or their real or imaginary parts, are written. */
struct float_format {
    ndi_places places;
    enum trim trim;
    bool plus;  /* a sign in any case */
    bool space; /* room for a sign in any case */
    const char *nan, *inf;
    int left, right; /* characters before the point, with the sign, and places after it: padded to
                        these */
    int exponent_digits; /* at least */
};

/* Appends sign, digits, point, exponent and padding. Returns the lengths before and after the
 * point. */
static void put_float(struct word *word, const ndi_float *number, const struct float_format *format)
{
    char digits[NDI_MOST_DIGITS];
    int exponent;
    int count = ndi_digits_of(number, format->places, digits, &exponent);
    const int most = format->places.most;
    if (!format->places.scientific && most != NDI_NO_LIMIT && number->mantissa &&
        exponent < -most) {
        /* Below the last place: it is 0, or rounds up to 1 there. */
        const bool up = fabs(number->value) > 0.5 * pow(10, -most);
        count = 1, digits[0] = up ? '1' : '0', exponent = up ? -most : 0;
    }
    int whole = format->places.scientific ? 1 : exponent >= 0 ? exponent + 1 : 1;
    int leading =
        format->places.scientific || exponent >= 0 ? 0 : -exponent - 1; /* zeros after the point */
    const char *fraction_digits = digits;
    int whole_digits = 0;
    if (format->places.scientific || exponent >= 0) {
        whole_digits = count < whole ? count : whole;
        fraction_digits += whole_digits;
    }
    int fraction = count - whole_digits; /* digits after the point, without `leading` */
    if (format->trim != TRIM_NONE)
        while (fraction && fraction_digits[fraction - 1] == '0')
            fraction--;
    if (!fraction)
        leading = 0;
    int zeros = 0; /* after the digits */
    if (format->trim == TRIM_NONE && format->places.least > leading + fraction)
        zeros = format->places.least - leading - fraction;
    if (format->trim == TRIM_TO_ONE_ZERO && fraction == 0)
        zeros = 1;

    bool sign = number->negative || format->plus || format->space;
    word_repeat(word, ' ', format->left - whole - sign);
    if (sign)
        word_repeat(word, number->negative ? '-' : format->plus ? '+' : ' ', 1);
    word_append(word, digits, whole_digits);
    word_repeat(word, '0', whole - whole_digits);
    if (format->trim != TRIM_ZEROS_AND_POINT || fraction)
        word_repeat(word, '.', 1);
    word_repeat(word, '0', leading);
    word_append(word, fraction_digits, fraction);
    word_repeat(word, '0', zeros);
    if (!format->places.scientific) {
        word_repeat(word, ' ', format->right - leading - fraction - zeros);
        return;
    }
    char reversed[8];
    int length = 0, magnitude = exponent < 0 ? -exponent : exponent;
    for (; magnitude; magnitude /= 10)
        reversed[length++] = (char)('0' + magnitude % 10);
    while (length < format->exponent_digits)
        reversed[length++] = '0';
    word_append(word, exponent < 0 ? "e-" : "e+", 2);
    while (length)
        word_append(word, &reversed[--length], 1);
}

static void put_real(struct word *word, const ndi_float *number, const struct float_format *format)
{
    if (number->finite) {
        put_float(word, number, format);
        return;
    }
    bool nan = isnan(number->value);
    const char *sign = number->negative && !nan ? "-" : format->plus ? "+" : "";
    const char *text = nan ? format->nan : format->inf;
    int length = (int)strlen(text);
    word_repeat(word, ' ', format->left + format->right + 1 - length - (int)strlen(sign));
    word_append(word, sign, (int)strlen(sign));
    word_append(word, text, length);
}

/* ---- Elements -------------------------------------------------------------------------------- */

/* The dtype of the parts that a float or complex element consists of, ND_DTYPE_NONE for other
 * elements. */
static nd_dtype part_dtype(nd_dtype dtype)
{
    switch (nd_dtype_kind(dtype)) {
    case ND_KIND_FLOAT:
        return dtype;
    case ND_KIND_COMPLEX:
        return dtype == ND_COMPLEX64 ? ND_FLOAT32 : ND_FLOAT64;
    default:
        return ND_DTYPE_NONE;
    }
}

/* From here on scientific notation is used; up to eight digits, NumPy gives every digit that the
 * dtype holds. */
static double scientific_from(nd_dtype dtype)
{
    switch (dtype) {
    case ND_BFLOAT16:
        return 1e2;
    case ND_FLOAT16:
        return 1e3;
    case ND_FLOAT32:
        return 1e6;
    default:
        return 1e8;
    }
}

/* `value` rounded to a dtype that computes in its own precision, as NumPy's scalars do. */
static double rounded_to(nd_dtype dtype, double value)
{
    switch (dtype) {
    case ND_BFLOAT16:
        return ndi_bfloat_to_float(ndi_float_to_bfloat((float)value));
    case ND_FLOAT16:
        return ndi_half_to_float(ndi_float_to_half((float)value));
    case ND_FLOAT32:
        return (float)value;
    default:
        return value;
    }
}

/* ---- The whole array ------------------------------------------------------------------------- */

/* What the first two passes find out about one part (real or imaginary) of the elements shown. */
struct part {
    nd_dtype dtype;
    struct float_format format;
    double largest, smallest; /* magnitudes of the finite ones that are not 0; smallest 0: none */
    bool any_finite, any_other, any_minus_infinity;
    int longest_left, longest_right, longest_exponent;
};

struct printer {
    struct text text;
    const nd_array *array;
    nd_text_options options;
    nd_dtype dtype;
    bool summarised;
    struct part part[2]; /* real, imaginary */
    int parts;
    int longest_integer[2]; /* from 0 on, below 0 */
    char integer_sign;      /* before what is not below 0; '-': none */
    int integer_width;
    bool refused; /* by options.word */
    int line;     /* length of the line being written */
};

/* `plus` is what stands before numbers from 0 on: '+', ' ' or '-' for nothing. */
static int integer_word(struct word *word, const char *element, nd_dtype dtype, char plus,
                        int width)
{
    uint64_t magnitude = 0;
    int64_t value = 0;
    switch (dtype) {
#define CASE(name, type, target)                                                                   \
    case name: {                                                                                   \
        type read;                                                                                 \
        memcpy(&read, element, sizeof read);                                                       \
        target = read;                                                                             \
        break;                                                                                     \
    }
        CASE(ND_INT8, int8_t, value)
        CASE(ND_INT16, int16_t, value)
        CASE(ND_INT32, int32_t, value)
        CASE(ND_INT64, int64_t, value)
        CASE(ND_UINT8, uint8_t, magnitude)
        CASE(ND_UINT16, uint16_t, magnitude)
        CASE(ND_UINT32, uint32_t, magnitude)
        CASE(ND_UINT64, uint64_t, magnitude)
#undef CASE
    default:
        break;
    }
    if (nd_dtype_kind(dtype) == ND_KIND_SIGNED)
        magnitude = value < 0 ? -(uint64_t)value : (uint64_t)value;
    char reversed[24];
    int length = 0;
    do
        reversed[length++] = (char)('0' + magnitude % 10);
    while (magnitude /= 10);
    if (value < 0 || plus != '-')
        reversed[length++] = value < 0 ? '-' : plus;
    word_repeat(word, ' ', width - length);
    for (int i = length; i > 0; i--)
        word_append(word, &reversed[i - 1], 1);
    return length;
}

static void element_word(struct printer *printer, const char *element, struct word *word)
{
    word->length = 0;
    if (printer->options.word) {
        const int length =
            printer->options.word(printer->options.context, element, word->at, WORD_CAPACITY);
        printer->refused |= length < 0;
        word->length = length < 0 ? 0 : length < WORD_CAPACITY ? length : WORD_CAPACITY;
    } else if (printer->dtype == ND_BOOL) {
        word_append(word, *element ? " True" : "False", 5);
    } else if (!printer->parts) {
        integer_word(word, element, printer->dtype, printer->integer_sign, printer->integer_width);
    } else {
        size_t size = nd_dtype_size(printer->part[0].dtype);
        for (int i = 0; i < printer->parts; i++) {
            ndi_float number = ndi_float_at(element + (size_t)i * size, printer->part[i].dtype);
            put_real(word, &number, &printer->part[i].format);
        }
        if (printer->parts == 2) { /* the j stands before the padding */
            int padding = 0;
            while (word->at[word->length - 1] == ' ')
                word->length--, padding++;
            word_append(word, "j", 1);
            word_repeat(word, ' ', padding);
        }
    }
}

typedef void element_pass(struct printer *printer, const char *element);

/* Calls `pass` for each element that will be shown. */
static void visit(struct printer *printer, element_pass *pass, int axis, const char *data)
{
    const nd_array *array = printer->array;
    if (axis == array->rank) {
        pass(printer, data);
        return;
    }
    int64_t length = ndi_lengths(array)[axis], stride = ndi_strides(array)[axis];
    const int edge = printer->options.edge_items; /* (of none formats suit all) */
    bool skip = printer->summarised && edge > 0 && length > 2 * edge;
    for (int64_t i = 0; i < length; i++) {
        if (skip && i == edge)
            i = length - edge;
        if (i == length)
            break;
        visit(printer, pass, axis + 1, data + i * stride);
    }
}

static void note_range(struct printer *printer, const char *element)
{
    if (!printer->parts) {
        struct word word = {0};
        const int length = integer_word(&word, element, printer->dtype, '-', 0);
        int *longest = &printer->longest_integer[word.at[0] == '-'];
        *longest = *longest > length ? *longest : length;
    }
    for (int i = 0; i < printer->parts; i++) {
        struct part *part = &printer->part[i];
        ndi_float number =
            ndi_float_at(element + (size_t)i * nd_dtype_size(part->dtype), part->dtype);
        double magnitude = fabs(number.value);
        if (!number.finite) {
            part->any_other = true;
            part->any_minus_infinity |= number.value < 0;
            continue;
        }
        part->any_finite = true;
        if (magnitude > part->largest)
            part->largest = magnitude;
        if (magnitude > 0 && (part->smallest == 0 || magnitude < part->smallest))
            part->smallest = magnitude;
    }
}

static void note_widths(struct printer *printer, const char *element)
{
    for (int i = 0; i < printer->parts; i++) {
        struct part *part = &printer->part[i];
        ndi_float number =
            ndi_float_at(element + (size_t)i * nd_dtype_size(part->dtype), part->dtype);
        if (!number.finite)
            continue;
        struct word word = {0};
        put_float(&word, &number, &part->format);
        int point = 0, end = 0;
        while (word.at[point] != '.')
            point++;
        for (end = point + 1; end < word.length && word.at[end] != 'e';)
            end++;
        int right = end - point - 1, exponent = word.length - end - 2;
        part->longest_left = part->longest_left > point ? part->longest_left : point;
        part->longest_right = part->longest_right > right ? part->longest_right : right;
        part->longest_exponent =
            part->longest_exponent > exponent ? part->longest_exponent : exponent;
    }
}

static void choose_integer_format(struct printer *printer)
{
    const int *longest = printer->longest_integer;
    const char sign = printer->options.sign;
    printer->integer_sign = sign == ' ' && longest[1] ? '-' : sign;
    const int positive = longest[0] ? longest[0] + (printer->integer_sign != '-') : 0;
    printer->integer_width = positive > longest[1] ? positive : longest[1];
}

static void choose_formats(struct printer *printer, const char *data)
{
    nd_dtype dtype = part_dtype(printer->dtype);
    printer->parts = dtype == ND_DTYPE_NONE ? 0 : 1 + (dtype != printer->dtype);
    if (printer->dtype == ND_BOOL || printer->options.word)
        return;
    for (int i = 0; i < printer->parts; i++)
        printer->part[i].dtype = dtype;
    visit(printer, note_range, 0, data);
    for (int i = 0; i < printer->parts; i++) {
        struct part *part = &printer->part[i];
        bool scientific = false;
        if (part->smallest > 0) {
            double ratio = dtype == ND_FLOAT64 ? part->largest / part->smallest
                                               : (float)part->largest / (float)part->smallest;
            scientific =
                part->largest >= scientific_from(dtype) ||
                (!printer->options.suppress_small &&
                 (part->smallest < rounded_to(dtype, 0.0001) || rounded_to(dtype, ratio) > 1000));
        }
        const nd_text_options *o = &printer->options;
        const bool fixed = o->float_mode == ND_FLOAT_FIXED;
        const int places = o->float_mode == ND_FLOAT_UNIQUE ? NDI_NO_LIMIT : o->precision;
        part->format =
            (struct float_format){.places = {scientific, places, fixed ? places : NDI_NO_LIMIT},
                                  .trim = fixed ? TRIM_NONE : TRIM_ZEROS,
                                  .plus = i == 1 || o->sign == '+',
                                  .space = i == 0 && o->sign == ' ',
                                  .nan = o->nan,
                                  .inf = o->inf,
                                  .exponent_digits = 2};
    }
    if (printer->parts)
        visit(printer, note_widths, 0, data);
    else
        choose_integer_format(printer);
    for (int i = 0; i < printer->parts; i++) {
        struct part *part = &printer->part[i];
        struct float_format *format = &part->format;
        format->left = part->longest_left;
        format->right = part->longest_right;
        if (part->any_finite && format->places.scientific) {
            format->trim = TRIM_NONE;
            format->places.most = format->places.least = part->longest_right;
            format->exponent_digits = part->longest_exponent;
            format->right += part->longest_exponent + 2; /* only nan and inf are padded to it */
        } else if (part->any_finite && printer->options.float_mode == ND_FLOAT_FIXED) {
            format->places.least = printer->options.precision;
        } else if (part->any_finite && printer->options.float_mode == ND_FLOAT_EQUAL) {
            format->places.least = part->longest_right;
            format->trim = TRIM_NONE;
        } else if (part->any_finite) {
            format->places.least = 0;
        }
        int nan = (int)strlen(format->nan), inf = (int)strlen(format->inf);
        int other = inf + (format->plus || format->space || part->any_minus_infinity);
        other = (other > nan ? other : nan) - format->right - 1;
        if (part->any_other && format->left < other)
            format->left = other;
    }
}

/* Appends to a line of a last axis, first ending the line where `length` more would not fit. */
static void put_on_line(struct printer *printer, const char *word, int length, int indent,
                        int width)
{
    struct text *text = &printer->text;
    if (printer->line + length > width && printer->line > indent) {
        while (text->length && text->at[text->length - 1] == ' ')
            text->length--;
        text_append(text, "\n", 1);
        text_repeat(text, ' ', indent);
        printer->line = indent;
    }
    text_append(text, word, (size_t)length);
    printer->line += length;
}

static void put_axis(struct printer *printer, int axis, const char *data)
{
    const nd_array *array = printer->array;
    int64_t length = ndi_lengths(array)[axis], stride = ndi_strides(array)[axis];
    const nd_text_options *o = &printer->options;
    const int edge = o->edge_items, separator = (int)strlen(o->separator);
    bool skip = printer->summarised && length > 2 * edge;
    int indent = o->prefix + axis + 1, below = array->rank - axis - 1;
    /* Room for the brackets that close, or for the separator, without the space at its end. */
    const int word_separator = separator - (separator && o->separator[separator - 1] == ' ');
    int width = o->line_width - o->suffix - axis - (word_separator > 1 ? word_separator : 1);
    struct word word;
    text_append(&printer->text, "[", 1);
    printer->line = indent;
    for (int64_t i = 0; i < length && !printer->text.failed && !printer->refused; i++) {
        bool gap = skip && i == edge;
        if (gap) {
            i = length - (edge > 0 ? edge : 1) - 1; /* the last is shown, whatever is asked for */
            skip = false;
        }
        if (below == 0) {
            if (gap)
                put_on_line(printer, "...", 3, indent, width);
            else {
                element_word(printer, data + i * stride, &word);
                put_on_line(printer, word.at, word.length, indent, width);
            }
            if (i + 1 < length) {
                text_append(&printer->text, o->separator, (size_t)separator);
                printer->line += separator;
            }
        } else {
            if (gap)
                text_append(&printer->text, "...", 3);
            else
                put_axis(printer, axis + 1, data + i * stride);
            if (i + 1 < length) {
                text_append(&printer->text, o->separator, (size_t)word_separator);
                text_repeat(&printer->text, '\n', below);
                text_repeat(&printer->text, ' ', indent);
            }
        }
    }
    text_append(&printer->text, "]", 1);
}

/* A 0-d array, which NumPy prints as the scalar: every unique digit, nothing padded. */
static void put_scalar(struct printer *printer, const char *element)
{
    nd_dtype dtype = part_dtype(printer->dtype);
    struct word word = {0};
    if (printer->options.word) {
        element_word(printer, element, &word);
    } else if (printer->dtype == ND_BOOL) {
        word_append(&word, *element ? "True" : "False", *element ? 4 : 5);
    } else if (dtype == ND_DTYPE_NONE) {
        integer_word(&word, element, printer->dtype, '-', 0);
    } else {
        bool complex = dtype != printer->dtype;
        ndi_float part[2] = {ndi_float_at(element, dtype)};
        if (complex)
            part[1] = ndi_float_at(element + nd_dtype_size(dtype), dtype);
        bool imaginary = complex && part[0].value == 0 && !part[0].negative; /* "2j" */
        double limit = dtype == ND_FLOAT64 ? 1e16 : scientific_from(dtype);
        if (complex && !imaginary)
            word_append(&word, "(", 1);
        for (int i = imaginary; i < 1 + complex; i++) {
            double magnitude = fabs(part[i].value);
            bool scientific = magnitude != 0 && !(magnitude >= 1e-4 && magnitude < limit);
            enum trim trim = complex || scientific ? TRIM_ZEROS_AND_POINT : TRIM_TO_ONE_ZERO;
            put_real(&word, &part[i],
                     &(struct float_format){.places = {scientific, NDI_NO_LIMIT, NDI_NO_LIMIT},
                                            .trim = trim,
                                            .plus = i == 1 && !imaginary,
                                            .nan = printer->options.nan,
                                            .inf = printer->options.inf,
                                            .exponent_digits = 2});
        }
        if (complex)
            word_append(&word, imaginary ? "j" : "j)", imaginary ? 1 : 2);
    }
    text_append(&printer->text, word.at, (size_t)word.length);
}

char *nd_to_text(const nd_array *array)
{
    const nd_text_options options = ND_TEXT_OPTIONS;
    return nd_to_text_with(array, &options);
}

char *nd_to_text_with(const nd_array *array, const nd_text_options *options)
{
    if (!array || !ndi_force(array))
        return NULL;
    struct printer printer = {.array = array, .options = *options, .dtype = (nd_dtype)array->dtype};
    if (options->precision < 0 || options->precision > MOST_PLACES || options->edge_items < 0 ||
        options->prefix < 0)
        return ndi_fail(
            ND_ERROR_VALUE,
            "to_text: precision %d is not 0 to %d, or edge_items %d or prefix %d is below 0",
            options->precision, MOST_PLACES, options->edge_items, options->prefix);
    printer.summarised = array->size > options->threshold;
    if (array->rank == 0) {
        put_scalar(&printer, array->data);
    } else if (array->size == 0) {
        text_append(&printer.text, "[]", 2);
    } else {
        choose_formats(&printer, array->data);
        put_axis(&printer, 0, array->data);
    }
    if (printer.text.failed || printer.refused) {
        nd_text_free(printer.text.at);
        return printer.refused ? ndi_fail(ND_ERROR_VALUE, "to_text: an element was not written")
                               : NULL;
    }
    return printer.text.at;
}

void nd_print_to(FILE *stream, const nd_array *array)
{
    char *text = nd_to_text(array);
    if (text)
        fprintf(stream, "%s\n", text);
    else
        fprintf(stream, "error: %s\n",
                nd_error() != ND_OK ? nd_error_message() : "there is no array");
    nd_text_free(text);
}

void nd_print(const nd_array *array)
{
    nd_print_to(stdout, array);
}
