/* The chapters' helper: the stopwatch and the report. See tour.h. */
#define _GNU_SOURCE
#include "tour.h"

#include "limit.h"

#include <stdarg.h>
#include <string.h>
#include <time.h>

enum { MOST_MEMORY = 64, MOST_ARGUMENTS = 4, MOST_STREAMS = 16 };

static struct {
    const char *folder; /* NULL: run by hand */
    bool quick;
    const char *arguments[MOST_ARGUMENTS];
    int argument_count;
    void *memory[MOST_MEMORY];
    int memory_count;
    double rate64, rate32; /* operations a second, once measured */
    struct stream {
        size_t read, written;
        bool in_place;
        double seconds;
    } streams[MOST_STREAMS]; /* measured already */
    int stream_count;
} tour;

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* How long the runs of one measurement go on. */
static double budget(void)
{
    return tour.quick ? 0.1 : 0.6;
}

static void print_json_text(const char *text)
{
    putchar('"');
    for (; *text; text++) {
        const unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            printf("\\%c", c);
        else if (c < 0x20)
            printf("\\u%04x", c);
        else
            putchar(c);
    }
    putchar('"');
}

/* Begins a line of the report: @{"kind": "...", "name": "..." */
static void report_start(const char *kind, const char *name)
{
    printf("@{\"kind\": \"%s\", \"name\": ", kind);
    print_json_text(name);
}

static void report_end(void)
{
    puts("}");
    fflush(stdout);
}

void tour_begin(int count, char **arguments, const char *title)
{
    for (int i = 1; i < count; i++) {
        if (strcmp(arguments[i], "--quick") == 0)
            tour.quick = true;
        else if (strcmp(arguments[i], "--report") == 0 && i + 1 < count)
            tour.folder = arguments[++i];
        else if (tour.argument_count < MOST_ARGUMENTS)
            tour.arguments[tour.argument_count++] = arguments[i];
    }
    if (!tour.folder) {
        printf("%s\n\n", title);
        return;
    }
    const nd_configuration config = nd_config();
    report_start("machine", title);
    printf(
        ", \"version\": \"%s\", \"isa\": \"%s\", \"isa_best\": \"%s\", \"threads\": %d, \"blas\": ",
        config.version, config.isa, config.isa_best, config.threads);
    print_json_text(config.blas ? config.blas : "none");
    printf(", \"vector_math\": ");
    print_json_text(config.vector_math ? config.vector_math : "none");
    printf(", \"compiler\": ");
#ifdef __clang__
    print_json_text(__VERSION__);
#else
    print_json_text("gcc " __VERSION__);
#endif
    report_end();
}

int tour_end(void)
{
    while (tour.memory_count > 0)
        free(tour.memory[--tour.memory_count]);
    fflush(stdout);
    if (nd_error() == ND_OK)
        return EXIT_SUCCESS;
    fprintf(stderr, "%s: %s\n", nd_status_text(nd_error()), nd_error_message());
    return EXIT_FAILURE;
}

const char *tour_argument(int position, const char *what)
{
    if (position < tour.argument_count)
        return tour.arguments[position];
    fprintf(stderr, "This chapter needs an argument: %s.\n", what);
    exit(EXIT_FAILURE);
}

tour_timer tour_timer_start(const char *way, const char *work)
{
    if (tour.folder) {
        report_start("begin", work);
        printf(", \"way\": \"%s\"", way);
        report_end();
    }
    return (tour_timer){.way = way, .work = work, .best = 1e300, .left = 0};
}

static void report_time(const tour_timer *timer)
{
    const bool ours = strcmp(timer->way, "ndstream") == 0;
    if (tour.folder) {
        report_start("time", timer->work);
        printf(", \"way\": \"%s\", \"seconds\": %.6g, \"runs\": %lld", timer->way, timer->best,
               (long long)timer->batches * (long long)timer->batch);
        if (ours)
            printf(", \"allocated\": %zu, \"peak\": %zu", timer->allocated, timer->peak);
        report_end();
        return;
    }
    printf("  %-34s %-9s %11.4f ms", timer->work, timer->way, 1e3 * timer->best);
    if (ours)
        printf("   %.1f MB allocated", 1e-6 * (double)timer->allocated);
    putchar('\n');
}

bool tour_next_batch(tour_timer *timer)
{
    const double elapsed = seconds_now() - timer->started;
    if (timer->batch == 0) { /* before the warm-up run: its memory is measured, not its time */
        timer->batch = -1;
        nd_memory_reset_peak();
        timer->allocated = nd_memory().total;
        timer->peak = nd_memory().used;
    } else if (timer->batch < 0) {
        timer->allocated = nd_memory().total - timer->allocated;
        timer->peak = nd_memory().peak - timer->peak;
        timer->batch = elapsed < 2e-5 ? (int64_t)(2e-5 / (elapsed + 1e-9)) + 1 : 1;
        timer->spent = elapsed;
    } else {
        const double one = elapsed / (double)timer->batch;
        timer->best = one < timer->best ? one : timer->best;
        timer->spent += elapsed;
        timer->batches++;
        const bool enough = timer->batches >= (tour.quick ? 2 : 5) && timer->spent > budget();
        if (enough || timer->spent > 5 * budget() || nd_error() != ND_OK) {
            report_time(timer);
            return false;
        }
    }
    timer->left = timer->batch > 0 ? timer->batch : 1;
    timer->started = seconds_now();
    return true;
}

/* limit_stream(), once for each combination: equal work gets an equal limit. */
static double stream_seconds(struct stream wanted)
{
    for (int i = 0; i < tour.stream_count; i++) {
        const struct stream *known = &tour.streams[i];
        if (known->read == wanted.read && known->written == wanted.written &&
            known->in_place == wanted.in_place)
            return known->seconds;
    }
    wanted.seconds =
        limit_stream(wanted.read, wanted.written, wanted.in_place, nd_num_threads(), budget() / 2);
    if (tour.stream_count < MOST_STREAMS)
        tour.streams[tour.stream_count++] = wanted;
    return wanted.seconds;
}

void tour_limit(const char *work, tour_least least)
{
    const int threads = nd_num_threads();
    const double time = budget() / 2, bytes = least.read + least.written;
    double memory = 0, arithmetic = 0;
    if (least.flops64 > 0 && tour.rate64 == 0)
        tour.rate64 = limit_arithmetic(false, threads, time);
    if (least.flops32 > 0 && tour.rate32 == 0)
        tour.rate32 = limit_arithmetic(true, threads, time);
    if (least.flops64 > 0)
        arithmetic += least.flops64 / tour.rate64;
    if (least.flops32 > 0)
        arithmetic += least.flops32 / tour.rate32;
    if (bytes > 0)
        memory = stream_seconds(
            (struct stream){(size_t)least.read, (size_t)least.written, least.in_place, 0});
    const double limit = memory > arithmetic ? memory : arithmetic;
    const char *bound = memory > arithmetic ? "memory" : "arithmetic";
    const double flops = least.flops64 + least.flops32;
    if (tour.folder) {
        report_start("limit", work);
        printf(", \"seconds\": %.6g, \"bound\": \"%s\", \"read\": %.0f, \"written\": %.0f, "
               "\"flops\": %.0f",
               limit, bound, least.read, least.written, flops);
        report_end();
    } else if (memory > arithmetic) {
        printf("  %-34s %-9s %11.4f ms   %.1f MB at %.1f GB/s\n", work, "limit", 1e3 * limit,
               1e-6 * bytes, 1e-9 * bytes / limit);
    } else {
        printf("  %-34s %-9s %11.4f ms   %.1f Mflop at %.1f Gflop/s\n", work, "limit", 1e3 * limit,
               1e-6 * flops, 1e-9 * flops / limit);
    }
}

void tour_result(const char *name, const nd_array *array)
{
    if (!array || !tour.folder)
        return;
    char path[4096];
    snprintf(path, sizeof path, "%s/%s.npy", tour.folder, name);
    nd_save_npy(path, array);
}

void tour_picture(const char *name, const nd_array *array)
{
    if (!array || !tour.folder)
        return;
    char path[4096];
    snprintf(path, sizeof path, "%s/%s.png", tour.folder, name);
    nd_save_png(path, array);
}

void tour_fact(const char *name, const char *format, ...)
{
    char text[4096];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (!tour.folder)
        return;
    report_start("fact", name);
    printf(", \"text\": ");
    print_json_text(text);
    report_end();
}

/* What `explainer` says of the array, in memory that the caller frees. */
static char *explained(size_t (*explainer)(const nd_array *, char *, size_t), const nd_array *array)
{
    const size_t size = explainer(array, NULL, 0) + 1;
    char *text = malloc(size);
    if (text)
        explainer(array, text, size);
    return text;
}

static void save_text(const char *name, const char *ending, const char *text)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s.%s", tour.folder, name, ending);
    FILE *file = fopen(path, "w");
    if (file) {
        fputs(text, file);
        fclose(file);
    }
}

void tour_plan(const char *name, const nd_array *array)
{
    static const char traffic[] = "through memory: ",
                      stepwise[] = "one operation after the other: ";
    if (!array)
        return;
    char *text = explained(nd_explain, array), *drawing = explained(nd_explain_svg, array);
    if (text && drawing && tour.folder) {
        const char *plan = strstr(text, traffic), *steps = strstr(text, stepwise);
        save_text(name, "svg", drawing);
        if (plan && steps) {
            plan += strlen(traffic);
            steps += strlen(stepwise);
            const char *temporaries = strstr(steps, " and ");
            if (temporaries)
                tour_fact(name, "%.*s;%.*s;%d", (int)strcspn(plan, ";"), plan,
                          (int)(temporaries - steps), steps, atoi(temporaries + 5));
        }
    } else if (text) {
        printf("%s:\n%s\n", name, text);
    }
    free(text);
    free(drawing);
}

void *tour_memory(size_t bytes)
{
    void *memory = malloc(bytes);
    if (!memory || tour.memory_count == MOST_MEMORY) {
        fputs("The naive loop has no memory.\n", stderr);
        exit(EXIT_FAILURE);
    }
    tour.memory[tour.memory_count++] = memory;
    return memset(memory, 1, bytes);
}
