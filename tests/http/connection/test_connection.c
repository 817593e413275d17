/* The watcher's verdicts, on socket pairs. */
#include "http/connection/connection.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "../../suite.h"

#define LIMIT_S 60
#define LONG_NS INT64_C(3600000000000)
#define SHORT_NS 100000000

static struct peers *peers;
static struct peer *peer;
static int ours, theirs;

static void open_with(int64_t timeout_ns)
{
    int pair[2];
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    ours = pair[0];
    theirs = pair[1];
    peers = peers_create(timeout_ns, "too slow");
    ck_assert_ptr_nonnull(peers);
    peer = peer_open(peers, ours, NULL);
    ck_assert_ptr_nonnull(peer);
    ck_assert_str_eq(peer->address, "local");
}

static void open_patient(void)
{
    open_with(LONG_NS);
}

static void open_impatient(void)
{
    open_with(SHORT_NS);
}

static void finish(void)
{
    peer_close(peer);
    ck_assert_uint_eq(peers_count(peers), 0);
    peers_destroy(peers);
    close(ours);
    close(theirs);
}

static void await_phase(enum peer_phase phase)
{
    time_t end = time(NULL) + LIMIT_S;
    while (peer_phase(peer) != phase) {
        ck_assert_msg(time(NULL) < end, "the phase stays %d, not %d", peer_phase(peer), phase);
        usleep(1000);
    }
}

/* The phase does not change although the watcher has looked several times. */
static void phase_stays(enum peer_phase phase)
{
    usleep(4000 * PEER_TICK_MS);
    ck_assert_int_eq(peer_phase(peer), phase);
}

START_TEST(ordinary_life)
{
    ck_assert_uint_eq(peers_count(peers), 1);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(peer_phase(peer), PEER_IDLE);
        peer_begin(peer);
        ck_assert_int_eq(peer_phase(peer), PEER_RECEIVING);
        if (i != 1) {
            ck_assert(peer_work(peer));
            ck_assert_int_eq(peer_phase(peer), PEER_WORKING);
            ck_assert(!peer_work(peer));
        }
        ck_assert(peer_answer(peer));
        ck_assert_int_eq(peer_phase(peer), PEER_ANSWERING);
        peer_finish(peer);
    }
    ck_assert_uint_eq(peers_timeouts(peers), 0);
}
END_TEST

START_TEST(stop_touches_jobs_only)
{
    peers_stop_jobs(peers);
    ck_assert_int_eq(peer_phase(peer), PEER_IDLE);
    peer_begin(peer);
    peers_stop_jobs(peers);
    ck_assert_int_eq(peer_phase(peer), PEER_RECEIVING);
    ck_assert(peer_work(peer));
    peers_stop_jobs(peers);
    ck_assert_int_eq(peer_phase(peer), PEER_STOPPED);
    ck_assert(peer_answer(peer));
    peers_stop_jobs(peers);
    ck_assert_int_eq(peer_phase(peer), PEER_ANSWERING);
    peer_finish(peer);
    ck_assert_int_eq(peer_phase(peer), PEER_IDLE);
}
END_TEST

START_TEST(a_client_leaves_its_job)
{
    peer_begin(peer);
    ck_assert(peer_work(peer));
    ck_assert_int_eq(send(theirs, "bytes ahead", 11, 0), 11);
    phase_stays(PEER_WORKING);
    shutdown(theirs, SHUT_WR);
    await_phase(PEER_GONE);
    ck_assert(peer_answer(peer));
    peer_finish(peer);
}
END_TEST

START_TEST(deadline_of_a_job)
{
    peer_begin(peer);
    ck_assert(peer_work(peer));
    await_phase(PEER_LATE);
    ck_assert(peer_answer(peer));
    /* an answer that is on its way is never cut */
    phase_stays(PEER_ANSWERING);
    peer_finish(peer);
    phase_stays(PEER_IDLE);
    ck_assert_uint_eq(peers_timeouts(peers), 0);
}
END_TEST

START_TEST(exempt_from_the_deadline)
{
    peer_begin(peer);
    peer_exempt(peer);
    ck_assert(peer_work(peer));
    phase_stays(PEER_WORKING);
    ck_assert(peer_answer(peer));
    peer_finish(peer);
}
END_TEST

START_TEST(deadline_of_receiving)
{
    peer_begin(peer);
    await_phase(PEER_CUT);
    char text[16] = "";
    ck_assert_int_eq(recv(theirs, text, sizeof text - 1, 0), 8);
    ck_assert_str_eq(text, "too slow");
    ck_assert_int_eq(recv(theirs, text, sizeof text, 0), 0);
    /* nothing revives it */
    ck_assert(!peer_work(peer));
    ck_assert(!peer_answer(peer));
    peer_finish(peer);
    peer_begin(peer);
    ck_assert_int_eq(peer_phase(peer), PEER_CUT);
    ck_assert_uint_eq(peers_timeouts(peers), 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("service/peer");
    TCase *tcase = suite_case(suite, "patient");
    tcase_add_checked_fixture(tcase, open_patient, finish);
    tcase_add_test(tcase, ordinary_life);
    tcase_add_test(tcase, stop_touches_jobs_only);
    tcase_add_test(tcase, a_client_leaves_its_job);
    tcase = suite_case(suite, "impatient");
    tcase_add_checked_fixture(tcase, open_impatient, finish);
    tcase_add_test(tcase, deadline_of_a_job);
    tcase_add_test(tcase, exempt_from_the_deadline);
    tcase_add_test(tcase, deadline_of_receiving);
    return suite_run(suite);
}
