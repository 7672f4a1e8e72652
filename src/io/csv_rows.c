/* Rows of CSV text into columns.
 *
 * A column begins as what it is believed to be. A field that does not fit makes it more general:
 * int64 becomes float64 on the spot, because every int64 read so far converts to the double its
 * text means; when a number column becomes text, the rows before have lost their text, and the
 * chunk is read once more when all chunks are known. */
#include <math.h>
#include <string.h>

#include "io/csv.h"

/* The slot of a text, while reading: offset of the field (with its quote), whether it has doubled
 * quotes, and the length of its contents where that is short. */
enum { LENGTH_BITS = 16, LONG = (1 << LENGTH_BITS) - 1 };

static uint64_t pack(const ndi_csv *csv, const ndi_csv_field *field)
{
    uint64_t offset = (uint64_t)(field->begin - field->quoted - csv->text.at);
    uint64_t length = (uint64_t)(field->end - field->begin);
    return offset << (LENGTH_BITS + 1) | (uint64_t)field->escaped << LENGTH_BITS |
           (length < LONG ? length : LONG);
}

/* First separator or '\n' at or after `at`; there is one, with 8 bytes of padding behind it. */
static inline const char *find_stop(const char *at, char separator)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;
    const uint64_t separators = ones * (unsigned char)separator, newlines = ones * '\n';
    for (;; at += 8) {
        uint64_t eight;
        memcpy(&eight, at, 8);
        uint64_t x = eight ^ separators, y = eight ^ newlines; /* bytes that are 0 are found */
        uint64_t found = (((x - ones) & ~x) | ((y - ones) & ~y)) & tops;
        if (found)
            return at + __builtin_ctzll(found) / 8;
    }
#else
    while (*at != separator && *at != '\n')
        at++;
    return at;
#endif
}

static inline bool is_newline(const char *at)
{
    return *at == '\n' || (*at == '\r' && at[1] == '\n');
}

ndi_csv_fault ndi_csv_find_field(const ndi_csv *csv, const char *at, ndi_csv_field *field)
{
    field->quoted = *at == '"';
    field->escaped = false;
    if (!field->quoted) {
        field->begin = at;
        field->stop = field->end = find_stop(at, csv->separator);
        if (*field->stop == '\n' && field->end > at && field->end[-1] == '\r')
            field->end--;
        return NDI_CSV_NO_FAULT;
    }
    field->begin = ++at;
    for (;; at += 2, field->escaped = true) {
        at = memchr(at, '"', (size_t)(csv->end - at));
        if (!at)
            return NDI_CSV_UNCLOSED;
        if (at[1] != '"')
            break;
    }
    field->end = at++;
    if (*at != csv->separator && !is_newline(at))
        return NDI_CSV_AFTER_QUOTE;
    field->stop = *at == '\r' && *at != csv->separator ? at + 1 : at;
    return NDI_CSV_NO_FAULT;
}

bool ndi_csv_is_missing(const ndi_csv *csv, const char *begin, const char *end)
{
    size_t length = (size_t)(end - begin);
    if (!csv->missing_first[length ? (unsigned char)*begin : 0])
        return false;
    for (const char *const *text = csv->missing; *text; text++)
        if (strlen(*text) == length && memcmp(*text, begin, length) == 0)
            return true;
    return false;
}

size_t ndi_csv_copy_text(const ndi_csv_field *field, char *to)
{
    char *at = to;
    if (!field->escaped) {
        memmove(to, field->begin, (size_t)(field->end - field->begin));
        at += field->end - field->begin;
    } else {
        for (const char *from = field->begin; from < field->end; from++) {
            *at++ = *from;
            from += *from == '"';
        }
    }
    *at = '\0';
    return (size_t)(at - to);
}

static inline uint64_t slot_of_double(double value)
{
    uint64_t slot;
    memcpy(&slot, &value, sizeof slot);
    return slot;
}

ndi_number ndi_csv_number_in(const ndi_csv *csv, const ndi_csv_field *field)
{
    const char *begin = field->begin, *end = field->end;
    ndi_number number = {.kind = NDI_NO_NUMBER};
    while (begin < end && (*begin == ' ' || *begin == '\t'))
        begin++;
    while (begin < end && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    if (begin < end && ndi_scan_number(begin, csv->locale, &number) != end)
        number.kind = NDI_NO_NUMBER;
    return number;
}

static bool is_digit(char letter)
{
    return letter >= '0' && letter <= '9';
}

/* A number as Python writes them, with a `_` between digits here and there: 1_000. */
static ndi_number number_in_groups(const ndi_csv *csv, const ndi_csv_field *field)
{
    char plain[80];
    const size_t length = (size_t)(field->end - field->begin);
    ndi_number number = {.kind = NDI_NO_NUMBER};
    if (length >= sizeof plain || !memchr(field->begin, '_', length))
        return number;
    size_t kept = 0;
    for (size_t i = 0; i < length; i++)
        if (field->begin[i] != '_')
            plain[kept++] = field->begin[i];
        else if (i == 0 || i + 1 == length || !is_digit(field->begin[i - 1]) ||
                 !is_digit(field->begin[i + 1]))
            return number;
    plain[kept] = '\0'; /* where scanning stops */
    const ndi_csv_field whole = {.begin = plain, .end = plain + kept};
    return ndi_csv_number_in(csv, &whole);
}

static uint64_t *slots_of(const ndi_csv *csv, const ndi_csv_chunk *chunk, int column)
{
    return (uint64_t *)csv->column[column].array->data + chunk->first_row;
}

static void int64_to_float64(uint64_t *slots, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        slots[i] = slot_of_double((double)(int64_t)slots[i]);
}

void ndi_csv_widen(const ndi_csv *csv, const ndi_csv_chunk *chunk, int column)
{
    int64_to_float64(slots_of(csv, chunk, column), chunk->rows);
}

/* Stores a field that the fast ways of read_rows do not take, and makes the column more general if
 * it must be. */
static void store_field(const ndi_csv *csv, ndi_csv_chunk *chunk, int column,
                        const ndi_csv_field *field)
{
    uint8_t *type = &chunk->types[column];
    uint64_t *slots = slots_of(csv, chunk, column);
    bool missing = ndi_csv_is_missing(csv, field->begin, field->end);
    chunk->missing[column] += missing;
    if (*type != NDI_CSV_TEXT) {
        ndi_number number = {.kind = NDI_REAL, .real = NAN};
        if (!missing)
            number = ndi_csv_number_in(csv, field);
        if (number.kind == NDI_NO_NUMBER && csv->lenient)
            number = number_in_groups(csv, field);
        if (number.kind == NDI_NO_NUMBER && csv->lenient) {
            number = (ndi_number){.kind = NDI_REAL, .real = NAN};
            chunk->missing[column]++;
        }
        if (number.kind == NDI_REAL && *type == NDI_CSV_INT64) {
            int64_to_float64(slots, chunk->rows);
            *type = NDI_CSV_FLOAT64;
        }
        if (number.kind != NDI_NO_NUMBER) {
            slots[chunk->rows] =
                *type == NDI_CSV_INT64 ? (uint64_t)number.whole : slot_of_double(number.real);
            return;
        }
        *type = NDI_CSV_TEXT;
        chunk->again = true;
    }
    slots[chunk->rows] = missing ? NDI_CSV_MISSING : pack(csv, field);
}

static void set_fault(ndi_csv_chunk *chunk, ndi_csv_fault fault, const char *at, int column)
{
    chunk->fault = fault;
    chunk->fault_at = at;
    chunk->fault_column = column;
}

/* Reads the field at `at` in the general way. Returns where it stops, NULL after a fault. */
static const char *read_field(const ndi_csv *csv, ndi_csv_chunk *chunk, int column, const char *at)
{
    ndi_csv_field field;
    ndi_csv_fault fault = ndi_csv_find_field(csv, at, &field);
    if (fault == NDI_CSV_NO_FAULT && column + 1 < csv->columns && *field.stop == '\n')
        fault = NDI_CSV_TOO_FEW, at = field.stop;
    if (fault == NDI_CSV_NO_FAULT && column + 1 == csv->columns && *field.stop != '\n')
        fault = NDI_CSV_TOO_MANY, at = field.stop;
    if (fault != NDI_CSV_NO_FAULT) {
        set_fault(chunk, fault, at, column);
        return NULL;
    }
    if (chunk->types[column] != NDI_CSV_SKIPPED)
        store_field(csv, chunk, column, &field);
    return field.stop;
}

/* The fast ways of reading a field, for what most fields are. Returns where it stops, NULL if it
 * takes read_field. */
static inline const char *read_quickly(const ndi_csv *csv, ndi_csv_chunk *chunk, int column,
                                       const char *at)
{
    const char *stop = at;
    uint64_t slot;
    switch (chunk->types[column]) {
    case NDI_CSV_INT64: {
        uint64_t value = 0;
        unsigned digit;
        bool negative = *at == '-';
        stop += negative;
        const char *digits = stop;
        for (; (digit = (unsigned)*stop - '0') < 10; stop++)
            value = value * 10 + digit;
        if (stop == digits || stop - digits > 18 || (negative && value == 0) ||
            csv->missing_numbers)
            return NULL;
        slot = negative ? -value : value;
        break;
    }
    case NDI_CSV_FLOAT64: {
        ndi_number number;
        stop = ndi_scan_number(at, csv->locale, &number);
        if (number.kind == NDI_NO_NUMBER || isnan(number.real) || csv->missing_numbers)
            return NULL;
        slot = slot_of_double(number.real);
        break;
    }
    case NDI_CSV_TEXT: {
        if (*at == '"' || csv->missing_first[(unsigned char)*at])
            return NULL;
        stop = find_stop(at, csv->separator);
        ndi_csv_field field = {.begin = at,
                               .end = stop - (*stop == '\n' && stop > at && stop[-1] == '\r')};
        if (field.end == at)
            return NULL;
        slot = pack(csv, &field);
        break;
    }
    default:
        return NULL;
    }
    if (column + 1 < csv->columns) {
        if (*stop != csv->separator)
            return NULL;
    } else if (!is_newline(stop)) {
        return NULL;
    }
    slots_of(csv, chunk, column)[chunk->rows] = slot;
    return stop + (*stop == '\r' && *stop != csv->separator);
}

void ndi_csv_read_rows(const ndi_csv *csv, ndi_csv_chunk *chunk, int64_t limit)
{
    const char *at = chunk->begin;
    chunk->rows = 0;
    chunk->again = false;
    memset(chunk->missing, 0, (size_t)csv->columns * sizeof *chunk->missing);
    while (at < chunk->end && chunk->rows < limit) {
        if ((csv->columns > 1 || csv->skip_blank) &&
            is_newline(at)) { /* a blank line; in a single column it is a missing value */
            at += 1 + (*at == '\r');
            continue;
        }
        for (int column = 0; column < csv->columns; column++) {
            const char *stop = read_quickly(csv, chunk, column, at);
            if (!stop)
                stop = read_field(csv, chunk, column, at);
            if (!stop)
                return;
            at = stop + 1;
        }
        chunk->rows++;
    }
}

void ndi_csv_finish_texts(ndi_csv *csv, uint64_t *slots, int64_t first, int64_t last)
{
    for (int64_t i = first; i < last; i++) {
        if (slots[i] == NDI_CSV_MISSING)
            continue;
        char *text = csv->text.at + (slots[i] >> (LENGTH_BITS + 1));
        size_t length = slots[i] & LONG;
        bool escaped = slots[i] >> LENGTH_BITS & 1;
        bool quoted = *text == '"';
        if (quoted && (escaped || length == LONG)) {
            ndi_csv_field field = {0}; /* it was found before, so it will be again */
            ndi_csv_find_field(csv, text, &field);
            ndi_csv_copy_text(&field, ++text);
        } else {
            text += quoted;
            if (length ==
                LONG) { /* not find_stop, which looks at bytes that another thread may be writing */
                while (text[length] != csv->separator && text[length] != '\n')
                    length++;
                length -= text[length] == '\n' && text[length - 1] == '\r';
            }
            text[length] = '\0';
        }
        slots[i] = (uint64_t)(text - csv->text.at);
    }
}
