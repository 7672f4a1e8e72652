/* Parsing a stream for samples of a ziggurat in one type. The includer defines:
 *   NAME(x)          names for this type
 *   REAL             a sample
 *   UNIT, UNITS      what an attempt begins with: an unsigned integer, so many in a draw
 *   UNIFORM(unit)    the number on [0, 1) of a unit
 *   NEXT(generator)  the generator's next unit
 *   ATTEMPT          the first attempt with one unit, and
 *   ATTEMPTS         the kernel that makes it with many
 *   NAME(decide)     the function that goes on where an attempt is not decided by its unit:
 *                    (first unit, its value, next, reader), with `next(reader)` giving further
 *                    units; false if there is no sample */

#define READER NAME(reader)

/* Units of the stream with their first attempts, a block at a time. */
typedef struct NAME(reader) {
    const ndi_draw_kernels *kernels;
    ndi_uint128 state, increment;
    size_t base, length, at; /* unit of the block's first; units in it; index of the next */
    uint64_t slow[NDI_DRAWS * UNITS / 64];
    uint64_t draws[NDI_DRAWS];
    REAL values[NDI_DRAWS * UNITS];
} READER;

/* Reads the next block: at least some, at most about `wanted` units. */
static void NAME(refill)(READER *reader, size_t wanted)
{
    size_t draws = (wanted / UNITS + 64) / 64 * 64;
    if (draws > NDI_DRAWS)
        draws = NDI_DRAWS;
    reader->state = reader->kernels->block(reader->state, reader->increment, reader->draws, draws);
    reader->base += reader->length;
    reader->length = draws * UNITS;
    reader->at = 0;
    ATTEMPTS(reader->kernels, (const UNIT *)reader->draws, reader->length, reader->values,
             reader->slow);
}

static void NAME(start)(READER *reader, const ndi_source *source, size_t unit, size_t wanted)
{
    reader->kernels = ndi_draw_kernels_in_use();
    reader->state = ndi_pcg64_jump(source->state, source->increment, unit / UNITS);
    reader->increment = source->increment;
    reader->base = unit / UNITS * UNITS;
    reader->length = 0;
    NAME(refill)(reader, wanted);
    reader->at = unit % UNITS;
}

static UNIT NAME(unit)(const READER *reader, size_t index)
{
    return ((const UNIT *)reader->draws)[index];
}

static UNIT NAME(read)(void *context)
{
    READER *reader = context;
    if (reader->at == reader->length)
        NAME(refill)(reader, 1);
    return NAME(unit)(reader, reader->at++);
}

/* One attempt; false if it gives no sample. */
static bool NAME(attempt)(READER *reader, REAL *value)
{
    if (reader->at == reader->length)
        NAME(refill)(reader, 1);
    const size_t at = reader->at++;
    *value = reader->values[at];
    return !(reader->slow[at / 64] >> at % 64 & 1) ||
           NAME(decide)(NAME(unit)(reader, at), value, NAME(read), reader);
}

/* Index of the first attempt from `at` on that is slow, or `end`. */
static size_t NAME(next_slow)(const READER *reader, size_t at, size_t end)
{
    size_t word = at / 64;
    uint64_t bits = reader->slow[word] & ~(uint64_t)0 << at % 64;
    while (!bits) {
        if (++word * 64 >= end)
            return end;
        bits = reader->slow[word];
    }
    at = word * 64 + (size_t)__builtin_ctzll(bits);
    return at < end ? at : end;
}

static void NAME(parse)(const ndi_source *source, ndi_segment *segment)
{
    READER reader;
    REAL *out = segment->values;
    size_t count = 0, unit = segment->begin;
    NAME(start)(&reader, source, unit, segment->end - unit);

    segment->begun = segment->gave = 0;
    while (unit < segment->end && unit - segment->begin < NDI_RECORDED_UNITS) {
        const uint64_t bit = (uint64_t)1 << (unit - segment->begin);
        segment->begun |= bit;
        if (NAME(attempt)(&reader, &out[count])) {
            segment->gave |= bit;
            count++;
        }
        unit = reader.base + reader.at;
    }
    while (unit < segment->end) {
        if (reader.at == reader.length)
            NAME(refill)(&reader, segment->end - unit);
        size_t end = segment->end - reader.base;
        if (end > reader.length)
            end = reader.length;
        const size_t slow = NAME(next_slow)(&reader, reader.at, end), run = slow - reader.at;
        memcpy(out + count, reader.values + reader.at, run * sizeof(REAL));
        count += run;
        reader.at = slow;
        if (slow < end) {
            REAL value;
            if (NAME(attempt)(&reader, &value))
                out[count++] = value;
        }
        unit = reader.base + reader.at;
    }
    segment->stop = unit;
    segment->count = count;
}

static void NAME(bridge)(const ndi_source *source, ndi_segment *segment, const ndi_segment *other)
{
    READER reader;
    REAL *out = segment->values;
    size_t count = 0, unit = segment->begin;
    NAME(start)(&reader, source, unit, 1);
    while (unit < segment->end && !(other->begun >> (unit - other->begin) & 1)) {
        if (NAME(attempt)(&reader, &out[count]))
            count++;
        unit = reader.base + reader.at;
    }
    segment->stop = unit;
    segment->count = count;
}

static UNIT NAME(read_generator)(void *generator)
{
    return NEXT(generator);
}

/* One attempt on the generator itself: 1 sample or 0. */
static size_t NAME(scalar)(ndi_pcg64 *generator, REAL *out)
{
    const UNIT first = NEXT(generator);
    return ATTEMPT(first, out) || NAME(decide)(first, out, NAME(read_generator), generator);
}

static void NAME(fill)(ndi_pcg64 *generator, REAL *out, size_t n)
{
    size_t done = 0;
    ndi_ziggurat_prepare();
    if (UNITS > 1)
        while (done < n && generator->has_word)
            done += NAME(scalar)(generator, out + done);
    if (n - done >= NDI_SCALAR_SAMPLES) {
        const ndi_source source = {
            .state = generator->state,
            .increment = generator->increment,
            .units = UNITS,
            .item = sizeof(REAL),
            .parse = NAME(parse),
            .bridge = NAME(bridge),
        };
        size_t units;
        done += ndi_source_fill(&source, out + done, n - done, &units);
        ndi_source_leave(&source, units, generator);
    }
    while (done < n)
        done += NAME(scalar)(generator, out + done);
}

#undef READER
#undef NAME
#undef REAL
#undef UNIT
#undef UNITS
#undef ATTEMPTS
#undef ATTEMPT
#undef NEXT
