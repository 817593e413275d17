/* The byte queue of a streamed response, between two threads. */
#include "http/message/byte_queue.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../../suite.h"

#define LIMIT_S 60

static struct byte_queue *queue;

/* The reader sleeps until it is woken; counts how often. */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t woken = PTHREAD_COND_INITIALIZER;
static bool asleep;
static int sleeps;

static void fall_asleep(void *context)
{
    ck_assert_ptr_eq(context, &sleeps);
    pthread_mutex_lock(&mutex);
    ck_assert(!asleep);
    asleep = true;
    sleeps++;
    pthread_mutex_unlock(&mutex);
}

static void resume(void *context)
{
    ck_assert_ptr_eq(context, &sleeps);
    pthread_mutex_lock(&mutex);
    ck_assert(asleep);
    asleep = false;
    pthread_cond_signal(&woken);
    pthread_mutex_unlock(&mutex);
}

static void wait_until_woken(void)
{
    pthread_mutex_lock(&mutex);
    while (asleep)
        pthread_cond_wait(&woken, &mutex);
    pthread_mutex_unlock(&mutex);
}

static bool is_asleep(void)
{
    pthread_mutex_lock(&mutex);
    bool is = asleep;
    pthread_mutex_unlock(&mutex);
    return is;
}

static void set_up(void)
{
    const struct byte_queue_reader reader = {fall_asleep, resume, &sleeps};
    queue = byte_queue_create(&reader);
    ck_assert_ptr_nonnull(queue);
}

static void tear_down(void)
{
    byte_queue_destroy(queue);
}

/* A waiting producer calls stop. */
static atomic_bool stopped;
static atomic_int stop_calls;

static bool stop(void *context)
{
    ck_assert_ptr_eq(context, &stopped);
    atomic_fetch_add(&stop_calls, 1);
    return atomic_load(&stopped);
}

static bool put(const char *bytes, size_t size)
{
    return byte_queue_write(queue, bytes, size, stop, &stopped);
}

/* The byte at a position of the data. */
static char byte_at(size_t position)
{
    return (char)(position * 2654435761u >> 13);
}

#define TOTAL (3 * BYTE_QUEUE_BYTES + 12345)

/* --- everything arrives, in order ------------------------------------------------------------ */

/* The most bytes that one call writes and reads; one row for each turn of the loop test. */
static const struct {
    size_t written, read;
} turns[] = {{13, 97},
             {3, 65536},
             {7, 13},
             {65536, 97},
             {BYTE_QUEUE_BYTES, 999},
             {2 * BYTE_QUEUE_BYTES, 32768},
             {100, 32768}};

static void *produce(void *context)
{
    size_t most = *(const size_t *)context, done = 0;
    char *bytes = malloc(most);
    ck_assert_ptr_nonnull(bytes);
    for (size_t turn = 0; done < TOTAL; turn++) {
        size_t size = most - turn % (most < 5 ? most : 5);
        size = size < TOTAL - done ? size : TOTAL - done;
        for (size_t i = 0; i < size; i++)
            bytes[i] = byte_at(done + i);
        ck_assert(put(bytes, size));
        done += size;
    }
    free(bytes);
    byte_queue_end(queue);
    return NULL;
}

START_TEST(all_bytes_arrive_in_order)
{
    pthread_t thread;
    size_t written = turns[_i].written, most = turns[_i].read, done = 0;
    char *bytes = malloc(most);
    ck_assert_ptr_nonnull(bytes);
    ck_assert_int_eq(pthread_create(&thread, NULL, produce, &written), 0);
    for (;;) {
        ssize_t size = byte_queue_read(queue, bytes, most);
        if (size == BYTE_QUEUE_END)
            break;
        ck_assert_int_ge(size, 0);
        ck_assert_uint_le((size_t)size, most);
        bool same = true;
        for (ssize_t i = 0; i < size; i++)
            same &= bytes[i] == byte_at(done + (size_t)i);
        ck_assert(same);
        done += (size_t)size;
        if (size == 0)
            wait_until_woken();
    }
    ck_assert_uint_eq(done, TOTAL);
    ck_assert_int_eq(byte_queue_read(queue, bytes, most), BYTE_QUEUE_END);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert(!is_asleep());
    free(bytes);
}
END_TEST

/* --- sleeping and waking --------------------------------------------------------------------- */

START_TEST(an_empty_queue_suspends_and_a_byte_resumes)
{
    char bytes[8];
    for (int i = 1; i <= 3; i++) {
        ck_assert_int_eq(byte_queue_read(queue, bytes, sizeof bytes), 0);
        ck_assert(is_asleep());
        ck_assert(put("", 0)); /* no bytes: does not wake */
        ck_assert(is_asleep());
        ck_assert(put("abc", 3));
        ck_assert(!is_asleep());
        ck_assert(put("de", 2));
        ck_assert_int_eq(sleeps, i);
        ck_assert_int_eq(byte_queue_read(queue, bytes, sizeof bytes), 5);
        ck_assert_int_eq(memcmp(bytes, "abcde", 5), 0);
    }
}
END_TEST

START_TEST(the_end_resumes)
{
    char bytes[8];
    ck_assert_int_eq(byte_queue_read(queue, bytes, sizeof bytes), 0);
    if (_i)
        byte_queue_abort(queue, NULL, 0);
    else
        byte_queue_end(queue);
    ck_assert(!is_asleep());
    ck_assert_int_eq(byte_queue_read(queue, bytes, sizeof bytes),
                     _i ? BYTE_QUEUE_ABORTED : BYTE_QUEUE_END);
    ck_assert_int_eq(sleeps, 1);
}
END_TEST

/* --- a full queue --------------------------------------------------------------------------- */

static const char full[BYTE_QUEUE_BYTES];

static void *write_one_more(void *context)
{
    *(bool *)context = put("x", 1);
    return NULL;
}

static void await_stop_calls(int more)
{
    time_t end = time(NULL) + LIMIT_S;
    int before = atomic_load(&stop_calls);
    while (atomic_load(&stop_calls) < before + more) {
        ck_assert_msg(time(NULL) < end, "a waiting producer does not call stop");
        usleep(1000);
    }
}

/* Starts a producer that waits to write one byte into a full queue. */
static void start_waiting(pthread_t *thread, bool *written)
{
    ck_assert(put(full, sizeof full));
    ck_assert_int_eq(atomic_load(&stop_calls), 0);
    ck_assert_int_eq(pthread_create(thread, NULL, write_one_more, written), 0);
    await_stop_calls(3);
}

START_TEST(a_full_queue_blocks_the_producer)
{
    static char bytes[BYTE_QUEUE_BYTES];
    pthread_t thread;
    bool written = false;
    start_waiting(&thread, &written);
    ck_assert_int_eq(byte_queue_read(queue, bytes, 1), 1);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert(written);
    /* There was space for this byte only. */
    ck_assert_int_eq(byte_queue_read(queue, bytes, sizeof bytes), BYTE_QUEUE_BYTES);
    ck_assert_int_eq(bytes[BYTE_QUEUE_BYTES - 1], 'x');
    ck_assert_int_eq(sleeps, 0);
}
END_TEST

START_TEST(a_waiting_producer_can_be_stopped)
{
    pthread_t thread;
    bool written = true;
    start_waiting(&thread, &written);
    atomic_store(&stopped, true);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert(!written);
}
END_TEST

START_TEST(closing_ends_a_waiting_producer)
{
    pthread_t thread;
    bool written = true;
    start_waiting(&thread, &written);
    ck_assert(!byte_queue_is_closed(queue));
    byte_queue_close(queue);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert(!written);
    ck_assert(byte_queue_is_closed(queue));
    ck_assert(!put("x", 1));
    byte_queue_abort(queue, "late\n", 5);
}
END_TEST

/* --- final error ----------------------------------------------------------------------------- */

static void expect_bytes(const char *text, ssize_t end)
{
    static char bytes[BYTE_QUEUE_BYTES + BYTE_QUEUE_FINAL_ERROR_BYTES];
    size_t size = strlen(text);
    ck_assert_int_eq(byte_queue_read(queue, bytes, sizeof bytes), (ssize_t)size);
    ck_assert_int_eq(memcmp(bytes, text, size), 0);
    ck_assert_int_eq(byte_queue_read(queue, bytes, sizeof bytes), end);
    ck_assert_int_eq(byte_queue_read(queue, bytes, sizeof bytes), end);
}

START_TEST(the_final_error_has_its_own_line)
{
    static const char *const before[] = {"a line\n", "half a li", ""};
    static const char *const after[] = {"a line\nwhy\n", "half a li\nwhy\n", "why\n"};
    ck_assert(put(before[_i], strlen(before[_i])));
    byte_queue_abort(queue, "why\n", 4);
    expect_bytes(after[_i], BYTE_QUEUE_ABORTED);
}
END_TEST

/* A final error fits into a full queue, up to its limit. */
START_TEST(a_full_queue_has_space_for_the_final_error)
{
    static char final_error[BYTE_QUEUE_FINAL_ERROR_BYTES],
        bytes[BYTE_QUEUE_BYTES + BYTE_QUEUE_FINAL_ERROR_BYTES];
    size_t size = BYTE_QUEUE_FINAL_ERROR_BYTES - 1 + (size_t)_i;
    memset(final_error, 'w', sizeof final_error);
    ck_assert(put(full, sizeof full));
    byte_queue_abort(queue, final_error, size);
    ck_assert_int_eq(byte_queue_read(queue, bytes, sizeof bytes),
                     (ssize_t)(_i ? BYTE_QUEUE_BYTES : BYTE_QUEUE_BYTES + 1 + size));
    ck_assert_int_eq(byte_queue_read(queue, bytes, sizeof bytes), BYTE_QUEUE_ABORTED);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("http/message/byte_queue");
    TCase *tcase = suite_case(suite, "queue");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_loop_test(tcase, all_bytes_arrive_in_order, 0, sizeof turns / sizeof *turns);
    tcase_add_test(tcase, an_empty_queue_suspends_and_a_byte_resumes);
    tcase_add_loop_test(tcase, the_end_resumes, 0, 2);
    tcase_add_test(tcase, a_full_queue_blocks_the_producer);
    tcase_add_test(tcase, a_waiting_producer_can_be_stopped);
    tcase_add_test(tcase, closing_ends_a_waiting_producer);
    tcase_add_loop_test(tcase, the_final_error_has_its_own_line, 0, 3);
    tcase_add_loop_test(tcase, a_full_queue_has_space_for_the_final_error, 0, 2);
    return suite_run(suite);
}
