/*
 * DPDK's librte_vhost as the backend of a guest, on one processor:
 *
 *   dpdk-backend SOCKET PROCESSOR MEMORY RING BYTES TRAFFIC
 *
 * It says "listening", then "ready" once the guest's rings are started. Then it reads lines:
 *
 *   turns N      N times the driver of guest-device.h fills the rings in this very thread, and
 *                librte_vhost empties them; prints the median nanoseconds of emptying
 *   serve NANOS  serves a driver elsewhere for that time; prints how many frames it moved
 */
#include "guest-device.h"
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_vhost.h>

#define MBUFS 4096
#define CACHE 256
#define BURST 32
#define MAX_TURNS 4096
#define ROUNDS 64

static struct rte_mempool *pool;
static struct rte_mbuf *mbufs[BURST];
static volatile int guest = -1;
static struct device device;

static int new_device(int vid)
{
	rte_vhost_enable_guest_notification(vid, RECEIVE, 0);
	rte_vhost_enable_guest_notification(vid, TRANSMIT, 0);
	guest = vid;
	return 0;
}

static void destroy_device(int vid)
{
	(void) vid;
	guest = -1;
}

static const struct rte_vhost_device_ops callbacks = {
	.new_device = new_device,
	.destroy_device = destroy_device,
};

static void fail(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, rte_strerror(rte_errno));
	exit(1);
}

/* At most a burst; how many frames. */
static int move(void)
{
	int count;

	if (device.traffic == BACKEND_TO_GUEST)
		/* The same frames over and over. */
		return rte_vhost_enqueue_burst(guest, RECEIVE, mbufs, BURST);
	count = rte_vhost_dequeue_burst(guest, TRANSMIT, pool, mbufs, BURST);
	if (count == 0)
		return 0;
	if (device.traffic == FORWARD_BACK) {
		int sent = rte_vhost_enqueue_burst(guest, RECEIVE, mbufs, count);

		rte_pktmbuf_free_bulk(mbufs, count);
		return sent;
	}
	rte_pktmbuf_free_bulk(mbufs, count);
	return count;
}

static int ascending(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *) a;
	uint64_t y = *(const uint64_t *) b;

	return (x > y) - (x < y);
}

static void turns(int count)
{
	static uint64_t taken[MAX_TURNS];

	for (int i = 0; i < count; i++) {
		uint64_t begin;
		int done = 0;

		if (device_turn(&device) < 0) {
			fprintf(stderr, "a ring was not emptied as expected\n");
			exit(1);
		}
		begin = nanos();
		while (done < SIZE) {
			int moved = move();

			if (moved == 0) {
				fprintf(stderr, "librte_vhost moved %d of %d frames\n", done, SIZE);
				exit(1);
			}
			done += moved;
		}
		taken[i] = nanos() - begin;
	}
	qsort(taken, count, sizeof taken[0], ascending);
	printf("%llu\n", (unsigned long long) taken[count / 2]);
}

static void serve(uint64_t wanted)
{
	uint64_t begin = nanos();
	long long frames = 0;

	while (nanos() - begin < wanted)
		for (int i = 0; i < ROUNDS; i++)
			frames += move();
	printf("%lld\n", frames);
}

int main(int argc, char **argv)
{
	char *eal[] = { argv[0], "-l", argv[2], "--no-huge", "--no-shconf", "-m", "64", "--no-pci",
		"--no-telemetry", "--log-level=3", NULL };
	char word[16];
	unsigned long long number;

	if (argc != 7)
		return 2;
	if (rte_eal_init(sizeof eal / sizeof *eal - 1, eal) < 0)
		fail("rte_eal_init");
	device_open(&device, argv + 3);
	pool = rte_pktmbuf_pool_create("frames", MBUFS, CACHE, 0, RTE_MBUF_DEFAULT_BUF_SIZE, 0);
	if (pool == NULL)
		fail("rte_pktmbuf_pool_create");
	if (device.traffic == BACKEND_TO_GUEST) {
		if (rte_pktmbuf_alloc_bulk(pool, mbufs, BURST) != 0)
			fail("rte_pktmbuf_alloc_bulk");
		for (int i = 0; i < BURST; i++)
			memset(rte_pktmbuf_append(mbufs[i], device.queues[0].frame), 2,
				device.queues[0].frame);
	}
	if (rte_vhost_driver_register(argv[1], 0) != 0
			|| rte_vhost_driver_callback_register(argv[1], &callbacks) != 0
			|| rte_vhost_driver_start(argv[1]) != 0)
		fail(argv[1]);
	puts("listening");
	fflush(stdout);
	while (guest < 0)
		usleep(1000);
	puts("ready");
	fflush(stdout);
	while (scanf("%15s %llu", word, &number) == 2) {
		if (strcmp(word, "turns") == 0 && number >= 1 && number <= MAX_TURNS)
			turns(number);
		else if (strcmp(word, "serve") == 0)
			serve(number);
		else
			return 2;
		fflush(stdout);
	}
	return 0;
}
