/* Every kernel of the table, on every ISA of this CPU, against the reference kernels and MPFR.
 *
 *     check [--long] [--report FILE] [--seed N] [PART...]
 *
 * --long takes many more samples; --report writes the errors measured, in units in the last place.
 * PART is one of elementwise, mixed, casts, halves, reductions, moves, chains, counts, select,
 * special, annex, accuracy. The last line is "N passed, N failed". */
#include "check.h"

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <ndstream/nd.h>

check_options check_options_given = {.seed = 1};
ndi_kernels check_kernels[NDI_ISA_COUNT];
int check_isas;
_Thread_local check_doing check_now;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int passed, failed;

enum { MOST_PRINTED = 4 };

check_case check_begin(const char *format, ...)
{
    check_case of = {.failures = 0};
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(of.name, sizeof of.name, format, arguments);
    va_end(arguments);
    return of;
}

void check_fail(check_case *of, const char *format, ...)
{
    if (of->failures++ >= MOST_PRINTED)
        return;
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    pthread_mutex_lock(&lock);
    printf("FAILED %s: %s\n", of->name, text);
    pthread_mutex_unlock(&lock);
}

void check_end(const check_case *of)
{
    pthread_mutex_lock(&lock);
    if (of->failures > MOST_PRINTED)
        printf("FAILED %s: %d failures in all\n", of->name, of->failures);
    *(of->failures ? &failed : &passed) += 1;
    pthread_mutex_unlock(&lock);
}

/* ---- Guarded memory -------------------------------------------------------------------------- */

static _Thread_local char *rooms; /* CHECK_OPERANDS times: guard, room; and a last guard */
static size_t page;

static char *room_of(int operand)
{
    if (!rooms) {
        const size_t pitch = page + CHECK_BYTES;
        rooms = mmap(NULL, CHECK_OPERANDS * pitch + page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
                     -1, 0);
        if (rooms == MAP_FAILED)
            abort();
        for (int i = 0; i < CHECK_OPERANDS; i++)
            if (mprotect(rooms + (size_t)i * pitch + page, CHECK_BYTES, PROT_READ | PROT_WRITE) !=
                0)
                abort();
    }
    return rooms + (size_t)operand * (page + CHECK_BYTES) + page;
}

/* Bytes from the first to behind the last element. */
static size_t extent(size_t n, ptrdiff_t stride, size_t size)
{
    return n == 0 ? 0 : (n - 1) * (size_t)llabs((long long)stride) + size;
}

char *check_place(int operand, check_edge edge, size_t n, ptrdiff_t stride, size_t size)
{
    const size_t bytes = extent(n, stride, size);
    if (bytes > CHECK_BYTES)
        abort();
    char *low = room_of(operand) + (edge == CHECK_LOW ? 0 : CHECK_BYTES - bytes);
    return stride < 0 && n > 0 ? low + bytes - size : low;
}

static unsigned char pattern(const char *at)
{
    return (unsigned char)(0xa5 ^ ((uintptr_t)at * 37));
}

static void painted_range(int operand, const char *first, size_t n, ptrdiff_t stride, size_t size,
                          char **begin, char **end)
{
    char *room = room_of(operand);
    const size_t bytes = extent(n, stride, size);
    char *low = (char *)first - (stride < 0 && n > 0 ? bytes - size : 0);
    *begin = low - room > CHECK_MARGIN ? low - CHECK_MARGIN : room;
    *end = room + CHECK_BYTES - (low + bytes) > CHECK_MARGIN ? low + bytes + CHECK_MARGIN
                                                             : room + CHECK_BYTES;
}

void check_paint(int operand, const char *first, size_t n, ptrdiff_t stride, size_t size)
{
    char *begin, *end;
    painted_range(operand, first, n, stride, size, &begin, &end);
    for (char *at = begin; at < end; at++)
        *(unsigned char *)at = pattern(at);
}

bool check_painted(int operand, const char *first, size_t n, ptrdiff_t stride, size_t size)
{
    char *begin, *end;
    painted_range(operand, first, n, stride, size, &begin, &end);
    const ptrdiff_t step = llabs((long long)stride);
    const char *low = stride < 0 && n > 0 ? first - (ptrdiff_t)(n - 1) * step : first;
    bool same = true;
    for (const char *at = begin; at < low; at++)
        same &= *(const unsigned char *)at == pattern(at);
    for (size_t i = 0; i + 1 < n && step > (ptrdiff_t)size; i++)
        for (const char *at = low + (ptrdiff_t)i * step + size;
             at < low + (ptrdiff_t)(i + 1) * step; at++)
            same &= *(const unsigned char *)at == pattern(at);
    for (const char *at = low + extent(n, stride, size); at < end; at++)
        same &= *(const unsigned char *)at == pattern(at);
    return same;
}

static void fault(int signal_number, siginfo_t *info, void *context)
{
    (void)context;
    const check_doing *now = &check_now;
    printf("FAILED %s: %s at %p, in form %s, n = %zu, strides %td %td %td %td\n",
           now->of ? now->of->name : "?",
           signal_number == SIGFPE ? "arithmetic exception" : "access out of bounds", info->si_addr,
           now->form ? now->form : "?", now->n, now->strides[0], now->strides[1], now->strides[2],
           now->strides[3]);
    printf("%d passed, %d failed (stopped by the fault)\n", passed, failed + 1);
    fflush(stdout);
    _exit(1);
}

/* ---- The parts ------------------------------------------------------------------------------- */

static const check_part *const parts[] = {
    &check_accuracy, &check_annex,      &check_elementwise, &check_mixed,  &check_casts,
    &check_halves,   &check_reductions, &check_moves,       &check_chains, &check_counts,
    &check_ranges,   &check_select,     &check_special};
enum { PARTS = sizeof parts / sizeof *parts };

static bool chosen[PARTS];
static atomic_size_t next_task;

static void *work(void *unused)
{
    for (;;) {
        size_t task = atomic_fetch_add(&next_task, 1);
        int part = 0;
        for (; part < PARTS; part++) {
            const size_t count = chosen[part] ? parts[part]->count() : 0;
            if (task < count)
                break;
            task -= count;
        }
        if (part == PARTS)
            return unused;
        parts[part]->run(task);
        check_now = (check_doing){0};
    }
}

static int usage(const char *program)
{
    fprintf(stderr, "usage: %s [--long] [--report FILE] [--seed N] [PART...]; parts:", program);
    for (int part = 0; part < PARTS; part++)
        fprintf(stderr, " %s", parts[part]->name);
    fputs("\n", stderr);
    return 2;
}

int main(int argc, char **argv)
{
    bool any = false;
    for (int i = 1; i < argc; i++) {
        int part = 0;
        while (part < PARTS && strcmp(argv[i], parts[part]->name) != 0)
            part++;
        if (part < PARTS)
            any = chosen[part] = true;
        else if (strcmp(argv[i], "--long") == 0)
            check_options_given.thorough = true;
        else if (strcmp(argv[i], "--report") == 0 && i + 1 < argc)
            check_options_given.report = fopen(argv[++i], "w");
        else if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc)
            check_options_given.seed = strtoull(argv[++i], NULL, 0);
        else
            return usage(argv[0]);
    }
    for (int part = 0; !any && part < PARTS; part++)
        chosen[part] = true;

    page = (size_t)sysconf(_SC_PAGESIZE);
    const struct sigaction action = {.sa_sigaction = fault, .sa_flags = SA_SIGINFO};
    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGBUS, &action, NULL);
    sigaction(SIGFPE, &action, NULL);

    while (check_isas < NDI_ISA_COUNT &&
           ndi_kernels_of((ndi_isa)check_isas, &check_kernels[check_isas]))
        check_isas++;
    printf("kernels of");
    for (int isa = 0; isa < check_isas; isa++)
        printf(" %s", ndi_isa_name((ndi_isa)isa));
    printf("; functions of %s; seed %" PRIu64 "\n", ndi_vector_math_name(),
           check_options_given.seed);
    fflush(stdout);

    enum { MOST_THREADS = 64 };
    pthread_t threads[MOST_THREADS];
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    count = count < 1 ? 1 : count > MOST_THREADS ? MOST_THREADS : count;
    for (long i = 0; i < count; i++)
        if (pthread_create(&threads[i], NULL, work, NULL) != 0)
            abort();
    for (long i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    if (check_options_given.report)
        fclose(check_options_given.report);
    printf("%d passed, %d failed\n", passed, failed);
    return failed != 0;
}
