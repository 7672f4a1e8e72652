/* The vocabulary of the unit tests: one program for each file of tests.
 *
 *     TEST(sum_of_no_elements_is_zero)
 *     {
 *         ...
 *         assert_int_equal(...);                        cmocka's own assertions
 *         assert_null(nd_add(a, b));
 *         assert_error(ND_ERROR_SHAPE, "(3, 4)");
 *     }
 *
 * A test registers itself; main() is here and runs all, or those that match the pattern given as
 * argument (test_base 'pool_*'). Every test must end without a kept error, and with as many bytes
 * in use as when it began; define UNIT_KEEPS_MEMORY before the #include for tests whose subject
 * keeps something on purpose. Assertions belong on the thread that runs the test: elsewhere, note
 * what was seen and assert it after the join. */
#ifndef NDSTREAM_UNIT_H
#define NDSTREAM_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <ndstream/base.h>

#if defined(__has_feature)
#define UNIT_HAS_FEATURE(name) __has_feature(name)
#else
#define UNIT_HAS_FEATURE(name) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || UNIT_HAS_FEATURE(address_sanitizer)
#define UNDER_ASAN 1
#else
#define UNDER_ASAN 0
#endif
#if defined(__SANITIZE_THREAD__) || UNIT_HAS_FEATURE(thread_sanitizer)
#define UNDER_TSAN 1
#else
#define UNDER_TSAN 0
#endif

enum { UNIT_MOST_TESTS = 1024 };

static struct CMUnitTest unit_tests[UNIT_MOST_TESTS];
static size_t unit_test_count;
static size_t unit_used_before;

static int unit_setup(void **state)
{
    (void)state;
    nd_error_clear();
    nd_memory_trim(); /* objects kept for reuse count as used */
    unit_used_before = nd_memory().used;
    return 0;
}

static int unit_teardown(void **state)
{
    int wrong = 0;
    (void)state;
    if (nd_error() != ND_OK) {
        print_error("error left behind: %s: %s\n", nd_status_text(nd_error()), nd_error_message());
        nd_error_clear();
        wrong = 1;
    }
#if !defined(UNIT_KEEPS_MEMORY)
    nd_memory_trim();
    if (nd_memory().used != unit_used_before) {
        print_error("bytes in use: %zu before, %zu after\n", unit_used_before, nd_memory().used);
        wrong = 1;
    }
#endif
    return wrong;
}

static void unit_register(const char *name, CMUnitTestFunction function)
{
    if (unit_test_count < UNIT_MOST_TESTS)
        unit_tests[unit_test_count] = (struct CMUnitTest){.name = name,
                                                          .test_func = function,
                                                          .setup_func = unit_setup,
                                                          .teardown_func = unit_teardown};
    unit_test_count++;
}

#define TEST(name)                                                                                 \
    static void name(void **unit_state);                                                           \
    __attribute__((constructor)) static void register_##name(void)                                 \
    {                                                                                              \
        unit_register(#name, name);                                                                \
    }                                                                                              \
    static void name(void **unit_state __attribute__((unused)))

/* The kept error has this code, and a message with this text in it; it is then cleared. */
#define assert_error(code, text) unit_assert_error(code, text, __FILE__, __LINE__)

static inline void unit_assert_error(nd_status code, const char *text, const char *file, int line)
{
    char message[1024];
    const nd_status found = nd_error();
    snprintf(message, sizeof message, "%s", nd_error_message());
    nd_error_clear();
    if (found != code) {
        print_error("error: expected \"%s\", found \"%s\": %s\n", nd_status_text(code),
                    nd_status_text(found), message);
        _fail(file, line);
    }
    if (!strstr(message, text)) {
        print_error("error message: expected \"%s\" in \"%s\"\n", text, message);
        _fail(file, line);
    }
}

/* The call returns ND_OK; otherwise the message is shown, and forgotten. */
#define assert_ok(call) unit_assert_ok(call, #call, __FILE__, __LINE__)

static inline void unit_assert_ok(nd_status status, const char *call, const char *file, int line)
{
    if (status != ND_OK) {
        print_error("%s: %s: %s\n", call, nd_status_text(status), nd_error_message());
        nd_error_clear();
        _fail(file, line);
    }
}

/* No error is kept; otherwise its message is shown, and forgotten. */
#define assert_no_error() unit_assert_ok(nd_error(), "no error expected", __FILE__, __LINE__)

/* Computes `made`, an array or NULL, with little memory and more and more of it until it is not
 * NULL: at first it fails, always with ND_ERROR_MEMORY. */
#define assert_needs_memory(made)                                                                  \
    do {                                                                                           \
        bool unit_done = false;                                                                    \
        int unit_failures = 0;                                                                     \
        for (size_t more = 64; !unit_done && more < 1 << 22; more += more / 8 + 64) {              \
            nd_memory_trim();                                                                      \
            nd_set_memory_budget(nd_memory().used + more);                                         \
            ND_SCOPE {                                                                             \
                unit_done = (made) != NULL;                                                        \
            }                                                                                      \
            nd_set_memory_budget(0);                                                               \
            if (!unit_done) {                                                                      \
                unit_failures++;                                                                   \
                assert_error(ND_ERROR_MEMORY, "");                                                 \
            }                                                                                      \
        }                                                                                          \
        assert_true(unit_done &&unit_failures > 0);                                                \
    } while (0)

int main(int argc, char **argv)
{
    if (unit_test_count > UNIT_MOST_TESTS)
        return 1;
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return _cmocka_run_group_tests(argv[0], unit_tests, unit_test_count, NULL, NULL);
}

#endif
