/*
 * The guests of one backend and what is at the other end of its path, in one thread:
 *
 *   path-guests PROCESSOR BACKEND RING BYTES TRAFFIC FRAMES OTHER-END GUEST...
 *
 * BACKEND is a process, which runs only while it is measured: it is stopped before and after. It
 * may be several, with commas between; the first is measured. At the end of the input, and of this
 * process for any reason of its own, all are killed, so that none is left stopped.
 * FRAMES is "plain", "udp", or "tcp": to be segmented by who needs that; OTHER-END is "guests", "from LINK": frames that arrive at a link of
 * this network namespace, "to LINK": frames that are sent there, or "socket PORT": datagrams to a
 * socket of this namespace. Of each GUEST it needs the memory's file and, as PROCESS:DESCRIPTOR, the event that the
 * backend is woken by; or "stream" and a stream socket, to which frames go with their lengths.
 *
 * Of each line that it reads, a number of nanoseconds, it prints a line: frames that arrived in that
 * time, the nanoseconds that it was, the nanoseconds of processor time that the backend took in it,
 * and frames that were sent and that arrived until nothing moved any more, with those of a tenth of
 * that time before, in which the backend begins. It fails if a frame arrives that is not as sent.
 *
 * To send a frame to a card takes the kernel longer than a backend to move it on. So with "to LINK"
 * the backend is stopped while the card's ring is filled, and then empties it. The first two numbers
 * are of frames behind the first ones of each such turn, and of the median turn's time; the third
 * one is the second: a backend that has frames before it does not rest.
 */
#define _GNU_SOURCE
#include "guest-device.h"
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <linux/sock_diag.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

#define GUESTS 16
#define ROUNDS 16
#define NO_NOTIFY 1
#define NICE (-20)
#define TCPV4 1
#define QUIET_NANOS 3000000
#define PATIENCE_NANOS 500000000ull
#define PORT 5001
#define RECEIVE_BUFFER (8 << 20)
/* Less than any backend's ring by default. */
#define FILLED (12 * BATCH)
#define TURNS 4096

static struct {
	struct device device;
	int kick;
	int stream; /* where frames go instead, if it is not 0 */
	uint8_t *batch; /* of frames with their lengths */
	size_t bytes;
	size_t written;
} guests[GUESTS];

static int count;
static pid_t backend;
static pid_t backends[GUESTS];
static const char *arrives; /* the link where frames are counted */
static int sender = -1;     /* the socket that sends to the card */
static int receiver = -1;   /* the socket that datagrams come to */
static struct mmsghdr messages[BATCH];
static struct iovec pieces[BATCH];
static uint8_t frame[BUFFER];
static uint8_t dropped[BATCH][BUFFER];
static uint64_t sent;
static uint64_t received;

static void kill_backends(void)
{
	for (int i = 0; i < GUESTS && backends[i] > 0; i++)
		kill(backends[i], SIGKILL);
}

static void fail(const char *what)
{
	perror(what);
	kill_backends();
	exit(1);
}

/* Frames that a link has received, by the kernel's count. */
static uint64_t link_count(const char *link)
{
	FILE *file = fopen("/proc/self/net/dev", "re");
	char line[512];
	unsigned long long bytes;
	unsigned long long frames;

	if (file == NULL)
		fail("/proc/self/net/dev");
	while (fgets(line, sizeof line, file) != NULL) {
		char *colon = strchr(line, ':');
		char *name = line + strspn(line, " ");

		if (colon == NULL)
			continue;
		*colon = 0;
		if (strcmp(name, link) == 0 && sscanf(colon + 1, "%llu %llu", &bytes, &frames) == 2) {
			fclose(file);
			return frames;
		}
	}
	errno = ENODEV;
	fail(link);
	return 0;
}

/* Datagrams for which the socket had no room: they arrived, and this process was too slow. */
static uint64_t refused(void)
{
	uint32_t about[SK_MEMINFO_VARS] = { 0 };
	socklen_t bytes = sizeof about;

	if (receiver >= 0 && getsockopt(receiver, SOL_SOCKET, SO_MEMINFO, about, &bytes) != 0)
		fail("SO_MEMINFO");
	return about[SK_MEMINFO_DROPS];
}

static uint64_t arrived(void)
{
	return arrives != NULL ? link_count(arrives) : received + refused();
}

/* Nanoseconds of all of the backend's threads. */
static uint64_t processor_time(void)
{
	char name[320];
	DIR *folder;
	struct dirent *thread;
	uint64_t sum = 0;

	snprintf(name, sizeof name, "/proc/%d/task", (int) backend);
	folder = opendir(name);
	if (folder == NULL)
		fail(name);
	while ((thread = readdir(folder)) != NULL) {
		unsigned long long nanoseconds;
		FILE *file;

		snprintf(name, sizeof name, "/proc/%d/task/%s/schedstat", (int) backend, thread->d_name);
		file = thread->d_name[0] == '.' ? NULL : fopen(name, "re");
		if (file == NULL)
			continue; /* it has ended */
		if (fscanf(file, "%llu", &nanoseconds) == 1)
			sum += nanoseconds;
		fclose(file);
	}
	closedir(folder);
	return sum;
}

/* Makes buffers available, and wakes the backend if it waits for that. */
static void offer(int guest, int ring, int buffers)
{
	struct queue *q = &guests[guest].device.queues[ring];
	uint64_t one = 1;
	bool waits;

	give(q, buffers);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	waits = q->packed ? q->device[1] != NO_NOTIFY : (q->device[0] & NO_NOTIFY) == 0;
	if (waits && write(guests[guest].kick, &one, sizeof one) < 0 && errno != EAGAIN)
		fail("write to an event");
}

static void to_card(void)
{
	int done = sendmmsg(sender, messages, BATCH, MSG_DONTWAIT);

	if (done > 0)
		sent += done;
	else if (errno != EAGAIN && errno != ENOBUFS)
		fail("sendmmsg");
}

static void from_host(void)
{
	int done = recvmmsg(receiver, messages, BATCH, MSG_DONTWAIT, NULL);

	if (done > 0)
		received += done;
	else if (done < 0 && errno != EAGAIN)
		fail("recvmmsg");
}

/* Sends the next frames of a batch that a stream takes, and forgets what comes. */
static bool stream_round(int guest, bool sends)
{
	size_t *written = &guests[guest].written;
	ssize_t done;

	while (recv(guests[guest].stream, dropped, sizeof dropped, MSG_DONTWAIT) > 0)
		continue;
	if (!sends && *written == 0)
		return false;
	done = send(guests[guest].stream, guests[guest].batch + *written,
		guests[guest].bytes - *written, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (done < 0 && errno == EAGAIN)
		return false;
	if (done < 0)
		fail("a stream");
	*written += done;
	if (*written == guests[guest].bytes) {
		*written = 0;
		sent += BATCH;
	}
	return true;
}

/* Whether the last frame taken is to be segmented still. */
static bool is_whole(const struct queue *q)
{
	return q->memory[place(q, (uint16_t) (q->taken - 1) % SIZE) + 1] == TCPV4;
}

/* One round of all guests, which send or not; whether anything moved. */
static bool round_of_all(bool sends)
{
	bool moved = false;

	if (receiver >= 0)
		from_host();
	for (int i = 0; i < count; i++) {
		if (guests[i].stream > 0) {
			moved = stream_round(i, sends) || moved;
			continue;
		}
		struct device *d = &guests[i].device;
		struct queue *transmit = &d->queues[TRANSMIT];
		struct queue *receive = &d->queues[RECEIVE];
		int done = take(transmit, SIZE);
		int came = d->traffic == GUEST_TO_BACKEND ? 0 : take(receive, SIZE);

		if (came > 0 && transmit->header[1] == TCPV4 && !is_whole(receive)) {
			fprintf(stderr, "a frame came without its header for segmentation\n");
			kill_backends();
			exit(1);
		}
		if (done < 0 || came < 0) {
			fprintf(stderr, "a buffer came back that is not as expected\n");
			kill_backends();
			exit(1);
		}
		sent += done;
		received += came;
		moved = moved || done > 0 || came > 0;
		if (d->traffic != GUEST_TO_BACKEND && SIZE - pending(receive) >= BATCH)
			offer(i, RECEIVE, BATCH);
		if (d->traffic != BACKEND_TO_GUEST && sends && SIZE - pending(transmit) >= BATCH)
			offer(i, TRANSMIT, BATCH);
	}
	return moved;
}

static uint64_t run(uint64_t time)
{
	uint64_t begin = nanos();
	uint64_t now = begin;

	while (now - begin < time) {
		for (int i = 0; i < ROUNDS; i++)
			if (!round_of_all(true))
				__builtin_ia32_pause();
		now = nanos();
	}
	return now - begin;
}

/* Until nothing has moved for a while, and the backend has all buffers back that it was to send. */
static void settle(void)
{
	uint64_t begin = nanos();
	uint64_t last = begin;
	uint64_t before = sent + arrived();

	while (nanos() - last < QUIET_NANOS && nanos() - begin < PATIENCE_NANOS) {
		uint64_t now;

		round_of_all(false);
		now = sent + arrived();
		if (now != before)
			last = nanos();
		before = now;
	}
}

/* Has the backend stop, and waits until all of its threads have. */
static void stop(void)
{
	uint64_t begin = nanos();
	char name[320];
	bool runs = true;

	if (kill(backend, SIGSTOP) != 0)
		fail("SIGSTOP");
	snprintf(name, sizeof name, "/proc/%d/task", (int) backend);
	while (runs && nanos() - begin < PATIENCE_NANOS) {
		DIR *folder = opendir(name);
		struct dirent *thread;

		if (folder == NULL)
			fail(name);
		runs = false;
		while (!runs && (thread = readdir(folder)) != NULL) {
			char file[640];
			char state[512];
			char *after;
			int opened;
			ssize_t length;

			snprintf(file, sizeof file, "%s/%s/stat", name, thread->d_name);
			opened = thread->d_name[0] == '.' ? -1 : open(file, O_RDONLY | O_CLOEXEC);
			if (opened < 0)
				continue;
			length = read(opened, state, sizeof state - 1);
			close(opened);
			state[length < 0 ? 0 : length] = 0;
			after = strrchr(state, ')');
			runs = after != NULL && after[2] != 'T';
		}
		closedir(folder);
	}
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *) a;
	double y = *(const double *) b;

	return (x > y) - (x < y);
}

/* Fills the card's ring and has the backend empty it; nanoseconds of a frame, 0 if too few came. */
static double turn(long long *measured)
{
	uint64_t target = received;
	uint64_t sent_before = sent;
	uint64_t first = 0;
	uint64_t last;
	uint64_t seen = 0;

	while (sent - sent_before < FILLED)
		to_card();
	target += FILLED;
	if (kill(backend, SIGCONT) != 0)
		fail("SIGCONT");
	last = nanos();
	while (received < target && nanos() - last < QUIET_NANOS) {
		if (!round_of_all(false))
			continue;
		last = nanos();
		if (first == 0) {
			first = last;
			seen = received;
		}
	}
	stop();
	if (first == 0 || received <= seen + BATCH)
		return 0;
	*measured += received - seen;
	return (double) (last - first) / (received - seen);
}

/* As sample, but from a full ring. */
static void sample_turns(uint64_t wanted)
{
	static double costs[TURNS];
	uint64_t sent_before = sent;
	uint64_t received_before = received;
	uint64_t begin = nanos();
	long long measured = 0;
	int turns = 0;
	double nanoseconds;

	while (turns < TURNS && nanos() - begin < (turns == 0 ? PATIENCE_NANOS : wanted)) {
		costs[turns] = turn(&measured);
		turns += costs[turns] > 0;
	}
	kill(backend, SIGCONT);
	settle();
	stop();
	qsort(costs, turns, sizeof costs[0], ascending);
	nanoseconds = turns == 0 ? 0 : costs[turns / 2] * measured;
	printf("%lld %.0f %.0f %llu %llu\n", measured, nanoseconds, nanoseconds,
		(unsigned long long) (sent - sent_before),
		(unsigned long long) (received - received_before));
	fflush(stdout);
}

static void sample(uint64_t wanted)
{
	uint64_t sent_before = sent;
	uint64_t arrived_before = arrived();
	uint64_t begin;
	uint64_t processor;
	uint64_t time;

	if (kill(backend, SIGCONT) != 0)
		fail("SIGCONT");
	run(wanted / 10);
	begin = arrived();
	processor = processor_time();
	/* Where others have the processors, none may have come yet. */
	for (time = run(wanted); arrived() == begin && time < PATIENCE_NANOS;)
		time += run(wanted);
	processor = processor_time() - processor;
	begin = arrived() - begin;
	settle();
	stop();
	printf("%llu %llu %llu %llu %llu\n", (unsigned long long) begin, (unsigned long long) time,
		(unsigned long long) processor, (unsigned long long) (sent - sent_before),
		(unsigned long long) (arrived() - arrived_before));
	fflush(stdout);
}

/* Other work on the machine is to disturb as little as can be; without the right to it, it does. */
static void go_first(void)
{
	char name[320];
	DIR *folder;
	struct dirent *thread;

	snprintf(name, sizeof name, "/proc/%d/task", (int) backend);
	folder = opendir(name);
	if (folder == NULL)
		fail(name);
	while ((thread = readdir(folder)) != NULL)
		if (thread->d_name[0] != '.')
			setpriority(PRIO_PROCESS, atoi(thread->d_name), NICE);
	closedir(folder);
	setpriority(PRIO_PROCESS, 0, NICE);
}

static void mac(uint8_t *at, int last)
{
	static const uint8_t local[5] = { 2, 0, 0, 0, 1 };

	memcpy(at, local, sizeof local);
	at[5] = last;
}

static uint16_t checksum(const uint8_t *header, int bytes)
{
	uint32_t sum = 0;

	for (int i = 0; i < bytes; i += 2)
		sum += header[i] << 8 | header[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

/* One buffer's worth of a TCP stream, with the header that has whoever needs it segment it. */
static void tcp(struct queue *q, int to, int from)
{
	static const uint8_t packet[] = { 8, 0, 0x45, 0, 0, 0, 0, 0, 0x40, 0, 64, 6, 0, 0, 10, 99, 0, 2,
		10, 99, 0, 1, 0x13, 0x88, PORT >> 8, PORT & 0xff, 0, 0, 0, 1, 0, 0, 0, 1, 0x50, 0x10, 0x40,
		0, 0, 0, 0, 0 };
	/* The checksum is to be completed, TCPv4, 54 bytes of headers, 1,448 of each segment. */
	static const uint8_t offload[HEADER] = { 1, TCPV4, 54, 0, 1448 & 0xff, 1448 >> 8, 34, 0, 16, 0 };
	int bytes = q->frame - ETHERNET;

	mac(q->head, to);
	mac(q->head + 6, from);
	memcpy(q->head + 12, packet, sizeof packet);
	q->head[16] = bytes >> 8;
	q->head[17] = bytes;
	*(uint16_t *) (q->head + 24) = htons(checksum(q->head + 14, 20));
	memcpy(q->header, offload, sizeof offload);
}

/* Ethernet, and a datagram from 10.99.0.2 to 10.99.0.1 if that is asked for. */
static void head(uint8_t *at, int bytes, int to, int from, bool udp)
{
	static const uint8_t datagram[] = { 8, 0, 0x45, 0, 0, 0, 0, 0, 0x40, 0, 64, 17, 0, 0, 10, 99, 0,
		2, 10, 99, 0, 1, 0x13, 0x88, PORT >> 8, PORT & 0xff, 0, 0, 0, 0 };
	int packet = bytes - ETHERNET;

	memset(at, 0, SHORT_FRAME);
	mac(at, to);
	mac(at + 6, from);
	at[12] = 0x88; /* for local experiments: the host has nobody who would read it */
	at[13] = 0xb5;
	if (!udp)
		return;
	memcpy(at + 12, datagram, sizeof datagram);
	at[16] = packet >> 8;
	at[17] = packet;
	at[38] = (packet - 20) >> 8;
	at[39] = packet - 20;
	*(uint16_t *) (at + 24) = htons(checksum(at + 14, 20));
}

/* The descriptor of another process that is named PROCESS:DESCRIPTOR. */
static int foreign(const char *name)
{
	const char *colon = strchr(name, ':');
	int process = (int) syscall(SYS_pidfd_open, atoi(name), 0);
	int file = process < 0 || colon == NULL ? -1
		: (int) syscall(SYS_pidfd_getfd, process, atoi(colon + 1), 0);

	if (file < 0)
		fail(name);
	close(process);
	return file;
}

static void open_sender(const char *link, int bytes)
{
	struct sockaddr_ll address = { .sll_family = AF_PACKET, .sll_ifindex = if_nametoindex(link) };
	int one = 1;

	sender = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (sender < 0 || address.sll_ifindex == 0
			|| bind(sender, (struct sockaddr *) &address, sizeof address) != 0
			|| setsockopt(sender, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof one) != 0)
		fail(link);
	head(frame, bytes, 0, 0xfe, false);
	for (int i = 0; i < BATCH; i++) {
		pieces[i] = (struct iovec) { frame, bytes };
		messages[i].msg_hdr.msg_iov = &pieces[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
}

/* So that switches know where the rest of the world is. */
static void announce_card(const char *link, int bytes)
{
	open_sender(link, bytes);
	to_card();
	close(sender);
	sender = -1;
}

static void open_receiver(int port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port) };
	int bytes = RECEIVE_BUFFER;

	receiver = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (receiver < 0 || bind(receiver, (struct sockaddr *) &address, sizeof address) != 0
			|| setsockopt(receiver, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) != 0)
		fail("a socket for datagrams");
	for (int i = 0; i < BATCH; i++) {
		pieces[i] = (struct iovec) { dropped[i], BUFFER };
		messages[i].msg_hdr.msg_iov = &pieces[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
}

/* A guest whose frames a stream socket takes. */
static void open_stream(int number, const char *path, int bytes, bool udp)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	uint32_t length = htonl(bytes);

	strncpy(address.sun_path, path, sizeof address.sun_path - 1);
	guests[number].stream = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connect(guests[number].stream, (struct sockaddr *) &address, sizeof address) != 0)
		fail(path);
	guests[number].bytes = BATCH * (sizeof length + bytes);
	guests[number].batch = calloc(1, guests[number].bytes);
	for (int i = 0; i < BATCH; i++) {
		uint8_t *at = guests[number].batch + i * (sizeof length + bytes);

		memcpy(at, &length, sizeof length);
		head(at + sizeof length, bytes, 0xfe, number, udp);
	}
}

static void open_guest(int number, char **arguments, const char *memory, const char *event,
	const char *frames, bool alone)
{
	char *device[] = { (char *) memory, arguments[0], arguments[1], arguments[2] };
	struct queue *transmit = &guests[number].device.queues[TRANSMIT];

	if (strcmp(memory, "stream") == 0) {
		open_stream(number, event, atoi(arguments[1]), strcmp(frames, "udp") == 0);
		return;
	}
	device_open(&guests[number].device, device);
	if (strcmp(frames, "tcp") == 0)
		tcp(transmit, alone ? 0xfe : number ^ 1, number);
	else
		head(transmit->head, atoi(arguments[1]), alone ? 0xfe : number ^ 1, number,
			strcmp(frames, "udp") == 0);
	guests[number].kick = foreign(event);
}

int main(int argc, char **argv)
{
	cpu_set_t processors;
	unsigned long long wanted;
	int processes = 0;
	int first;
	bool alone;

	if (argc < 9)
		return 2;
	signal(SIGPIPE, SIG_IGN); /* who asks may be gone before the answer */
	CPU_ZERO(&processors);
	CPU_SET(atoi(argv[1]), &processors);
	if (sched_setaffinity(0, sizeof processors, &processors) != 0)
		fail("sched_setaffinity");
	for (char *each = strtok(argv[2], ","); each != NULL && processes < GUESTS - 1;
			each = strtok(NULL, ","))
		backends[processes++] = atoi(each);
	backend = backends[0];
	alone = strcmp(argv[7], "guests") != 0;
	first = alone ? 9 : 8;
	if (strcmp(argv[7], "from") == 0)
		arrives = argv[8];
	else if (strcmp(argv[7], "to") == 0)
		open_sender(argv[8], atoi(argv[4]));
	else if (alone)
		open_receiver(atoi(argv[8]));
	for (; first + 1 < argc && count < GUESTS; first += 2, count++)
		open_guest(count, argv + 3, argv[first], argv[first + 1], argv[6], alone);
	/* So that switches know where each guest is. */
	for (int i = 0; i < count; i++)
		if (guests[i].stream == 0)
			offer(i, TRANSMIT, 1);
	if (arrives != NULL)
		announce_card(argv[8], atoi(argv[4]));
	settle();
	stop();
	go_first();
	puts("ready");
	fflush(stdout);
	while (scanf("%llu", &wanted) == 1)
		if (sender >= 0)
			sample_turns(wanted);
		else
			sample(wanted);
	kill_backends();
	return 0;
}
