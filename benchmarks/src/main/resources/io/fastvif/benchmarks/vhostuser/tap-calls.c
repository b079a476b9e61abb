/*
 * What a frame into and out of a tap costs, by a system call for each and by io_uring with one for a burst:
 *
 *   tap-calls MILLIS
 *
 * The tap is in a network namespace of this process. Prints a row for each direction, length and way, and fails where
 * a frame is lost or comes in another order.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <linux/io_uring.h>
#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define BURST 64
#define ENTRIES 128
#define STRIDE 4096
#define HEADER 12
#define NUMBER (HEADER + ETH_HLEN)

struct way {
	const char *name;
	uint8_t write, read;
	bool fixed;
};

static const struct way ways[] = {
	{ "readv, writev", 0, 0, false },
	{ "io_uring", IORING_OP_WRITEV, IORING_OP_READV, false },
	{ "io_uring, registered descriptor", IORING_OP_WRITEV, IORING_OP_READV, true },
	{ "io_uring, registered descriptor and buffers", IORING_OP_WRITE_FIXED, IORING_OP_READ_FIXED, true },
};

static int tap, ring, packets;
static char *memory;
static struct iovec vectors[2 * BURST];
static struct io_uring_sqe *entries;
static struct io_uring_cqe *results;
static unsigned *tail, *submit_mask, *array, *head, *complete_mask;
static long calls;
static uint32_t next_number;

static void check(long result, const char *what)
{
	if (result < 0) {
		perror(what);
		exit(1);
	}
}

static void wrong(const char *what)
{
	fprintf(stderr, "%s\n", what);
	exit(1);
}

static double nanos(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * 1e9 + now.tv_nsec;
}

static void open_tap(void)
{
	struct ifreq request = { .ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR };
	struct sockaddr_ll link = { .sll_family = AF_PACKET };
	int header = HEADER;
	int file;

	check(unshare(CLONE_NEWNET), "unshare");
	check(tap = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC), "/dev/net/tun");
	strcpy(request.ifr_name, "tap0");
	check(ioctl(tap, TUNSETIFF, &request), "TUNSETIFF");
	check(ioctl(tap, TUNSETVNETHDRSZ, &header), "TUNSETVNETHDRSZ");
	/* Or the kernel sends frames of its own. */
	file = open("/proc/sys/net/ipv6/conf/tap0/disable_ipv6", O_WRONLY);
	if (file >= 0)
		check(write(file, "1", 1), "disable_ipv6");
	check(packets = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0), "socket");
	request.ifr_flags = IFF_UP;
	check(ioctl(packets, SIOCSIFFLAGS, &request), "SIOCSIFFLAGS");
	link.sll_ifindex = if_nametoindex("tap0");
	check(bind(packets, (struct sockaddr *) &link, sizeof link), "bind");
}

static void open_ring(void)
{
	struct io_uring_params p = { 0 };
	struct iovec all = { memory, BURST * STRIDE };
	char *rings;

	check(ring = syscall(SYS_io_uring_setup, ENTRIES, &p), "io_uring_setup");
	rings = mmap(NULL, p.cq_off.cqes + p.cq_entries * sizeof *results + ENTRIES * sizeof *array,
		PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQ_RING);
	entries = mmap(NULL, ENTRIES * sizeof *entries, PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQES);
	if (rings == MAP_FAILED || entries == MAP_FAILED)
		check(-1, "mmap");
	tail = (unsigned *) (rings + p.sq_off.tail);
	submit_mask = (unsigned *) (rings + p.sq_off.ring_mask);
	array = (unsigned *) (rings + p.sq_off.array);
	head = (unsigned *) (rings + p.cq_off.head);
	complete_mask = (unsigned *) (rings + p.cq_off.ring_mask);
	results = (struct io_uring_cqe *) (rings + p.cq_off.cqes);
	check(syscall(SYS_io_uring_register, ring, IORING_REGISTER_FILES, &tap, 1), "IORING_REGISTER_FILES");
	check(syscall(SYS_io_uring_register, ring, IORING_REGISTER_BUFFERS, &all, 1), "IORING_REGISTER_BUFFERS");
}

/* One system call for some frames; how many passed. */
static int submit(const struct way *way, bool reads, int count, int length)
{
	unsigned at = *tail;
	unsigned from = *head;
	int passed = 0;

	for (int i = 0; i < count; i++, at++) {
		struct io_uring_sqe *e = entries + (at & *submit_mask);

		memset(e, 0, sizeof *e);
		e->opcode = reads ? way->read : way->write;
		e->fd = way->fixed ? 0 : tap;
		e->flags = way->fixed ? IOSQE_FIXED_FILE : 0;
		e->off = -1;
		e->rw_flags = reads ? RWF_NOWAIT : 0;
		e->user_data = i;
		if (e->opcode == IORING_OP_WRITEV || e->opcode == IORING_OP_READV) {
			e->addr = (uintptr_t) (vectors + 2 * i);
			e->len = 2;
		} else {
			e->addr = (uintptr_t) (memory + i * STRIDE);
			e->len = reads ? STRIDE : length;
		}
		array[at & *submit_mask] = at & *submit_mask;
	}
	__atomic_store_n(tail, at, __ATOMIC_RELEASE);
	calls++;
	check(syscall(SYS_io_uring_enter, ring, count, count, IORING_ENTER_GETEVENTS, NULL, 0), "io_uring_enter");
	for (int i = 0; i < count; i++, from++) {
		struct io_uring_cqe *result = results + (from & *complete_mask);

		if (result->user_data != (unsigned) i)
			wrong("completed in another order");
		if (result->res > 0)
			passed++;
		else if (result->res != -EAGAIN)
			wrong(strerror(-result->res));
	}
	__atomic_store_n(head, from, __ATOMIC_RELEASE);
	return passed;
}

static int write_burst(const struct way *way, int length)
{
	if (way->write != 0)
		return submit(way, false, BURST, length);
	for (int i = 0; i < BURST; i++, calls++)
		check(writev(tap, vectors + 2 * i, 2), "writev");
	return BURST;
}

/* Reads until there are no more, as one that does not know how many there are. */
static int read_burst(const struct way *way)
{
	int count = 0;

	if (way->read != 0)
		return submit(way, true, BURST, 0) + submit(way, true, 1, 0);
	for (;; count++) {
		calls++;
		if (readv(tap, vectors + 2 * (count % BURST), 2) < 0) {
			if (errno != EAGAIN)
				check(-1, "readv");
			return count;
		}
	}
}

static void send_burst(int length)
{
	for (int i = 0; i < BURST; i++) {
		char *frame = memory + i * STRIDE + HEADER;
		uint32_t number = next_number + i;

		memcpy(frame + ETH_HLEN, &number, sizeof number);
		check(send(packets, frame, length, 0), "send");
	}
}

static void check_order(void)
{
	for (int i = 0; i < BURST; i++) {
		uint32_t number;

		memcpy(&number, memory + i * STRIDE + NUMBER, sizeof number);
		if (number != next_number++)
			wrong("read in another order");
	}
}

/* Frames that the tap has taken, as the host counts them. */
static long taken(void)
{
	char line[512];
	long frames = -1;
	FILE *file = fopen("/proc/thread-self/net/dev", "r");

	while (file != NULL && fgets(line, sizeof line, file) != NULL)
		sscanf(line, " tap0: %*d %ld", &frames);
	if (file != NULL)
		fclose(file);
	return frames;
}

static void measure(const struct way *way, bool reads, int length, double time)
{
	double elapsed = 0, processor = 0;
	long frames = 0, before = taken();

	calls = 0;
	while (elapsed < time) {
		double begin, used;

		if (reads)
			send_burst(length);
		begin = nanos(CLOCK_MONOTONIC);
		used = nanos(CLOCK_PROCESS_CPUTIME_ID);
		for (int i = 0; i < (reads ? 1 : 16); i++)
			frames += reads ? read_burst(way) : write_burst(way, HEADER + length);
		processor += nanos(CLOCK_PROCESS_CPUTIME_ID) - used;
		elapsed += nanos(CLOCK_MONOTONIC) - begin;
		if (reads) {
			if (frames % BURST != 0)
				wrong("frames were lost");
			check_order();
		}
	}
	if (!reads && taken() - before != frames)
		wrong("the tap has not taken all frames");
	printf("| %s the tap | %d | %s | %.2f | %.0f | %.0f |\n", reads ? "from" : "to", length, way->name,
		(double) calls / frames, processor / frames, frames / elapsed * 1e6);
}

int main(int argc, char **argv)
{
	double time = argc == 2 ? atof(argv[1]) * 1e6 : 0;

	open_tap();
	memory = mmap(NULL, BURST * STRIDE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		check(-1, "mmap");
	open_ring();
	for (int reads = 0; reads < 2; reads++) {
		for (int length = 64; length <= 1500; length += 1436) {
			for (int i = 0; i < BURST; i++) {
				char *frame = memory + i * STRIDE + HEADER;

				memset(frame - HEADER, 0, HEADER + length);
				/* To somebody else, and of a type that nobody takes. */
				frame[0] = frame[6] = 2;
				frame[12] = (char) 0x88;
				frame[13] = (char) 0xb5;
				vectors[2 * i] = (struct iovec) { frame - HEADER, HEADER };
				vectors[2 * i + 1] = (struct iovec) { frame, reads ? STRIDE - HEADER : length };
			}
			for (unsigned i = 0; i < sizeof ways / sizeof *ways; i++)
				measure(ways + i, reads, length, time);
		}
	}
	return 0;
}
