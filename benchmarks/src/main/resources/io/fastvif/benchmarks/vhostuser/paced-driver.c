/*
 * Sends frames at a pace and receives them at the other end: the native methods of
 * PacedDriver.java, in plain types so that no header of a JDK is needed. Either end is a guest's
 * ring, or a socket: the stream that QEMU has with passt, a UDP socket of the host.
 *
 * Frames are UDP over IPv4, with a number and the time at which they were due.
 */
#define _GNU_SOURCE
#include "guest-device.h"
#include <arpa/inet.h>
#include <errno.h>
#include <sys/socket.h>
#include <sys/uio.h>

#define METHOD(name) Java_io_fastvif_benchmarks_vhostuser_PacedDriver_##name
#define FRAME 64
#define HEADERS 42 /* Ethernet, IPv4, UDP */
#define IP_BYTES (FRAME - 14)
#define UDP_BYTES (IP_BYTES - 20)
#define NO_NOTIFY 1
#define DRAIN 50000000ull
#define STREAM_LENGTH 4

/* Of the numbers that are handed back, as PacedSample.java has them. */
enum { NANOS, SENT, RECEIVED, OVERTAKEN, KICKS, FIRST, ARRIVAL, NUMBERS = 16 };
#define SUB 32
#define BUCKETS 1024
#define SLOTS 64
#define SLOT 50000ull

struct message {
	uint64_t number;
	uint64_t due;
} __attribute__((packed));

struct driver {
	struct device from; /* a ring's; not used where there is a socket */
	struct device to;
	int stream; /* or -1 */
	int udp; /* or -1 */
	int kick_from;
	int kick_to;
	uint8_t frame[STREAM_LENGTH + FRAME];
	uint64_t number;
	uint64_t expected;
	uint64_t first; /* of this time: what came late of the last one does not count */
};

static uint16_t sum(const uint8_t *bytes, int length)
{
	uint32_t all = 0;

	for (int i = 0; i < length; i += 2)
		all += bytes[i] << 8 | bytes[i + 1];
	all = (all & 0xffff) + (all >> 16);
	return htons(~((all & 0xffff) + (all >> 16)));
}

static void make_frame(uint8_t *frame, const uint8_t *mac, uint32_t to, uint16_t port)
{
	static const uint8_t guest[] = { 2, 0, 0, 0, 0, 9 };
	static const uint8_t headers[] = { 8, 0, 0x45, 0, 0, IP_BYTES, 0, 0, 0, 0, 64, 17, 0, 0,
		192, 0, 2, 2 };
	uint16_t check;

	memcpy(frame, mac, 6);
	memcpy(frame + 6, guest, 6);
	memcpy(frame + 12, headers, sizeof headers);
	memcpy(frame + 30, &to, 4);
	check = sum(frame + 14, 20);
	memcpy(frame + 24, &check, 2);
	/* From the next one: passt binds it on the host. */
	frame[34] = (port + 1) >> 8;
	frame[35] = port + 1;
	frame[36] = port >> 8;
	frame[37] = port;
	frame[39] = UDP_BYTES;
}

int64_t METHOD(open)(void *env, void *self, int64_t from, int64_t to, int64_t guest, int32_t stream,
	int32_t udp, int32_t kick_from, int32_t kick_to, int64_t mac, int32_t address, int32_t port)
{
	struct driver *d = calloc(1, sizeof *d);
	uint32_t length = htonl(FRAME);
	uint8_t bytes[6];

	(void) env;
	(void) self;
	if (d == NULL)
		return 0;
	for (int i = 0; i < 6; i++)
		bytes[i] = mac >> (40 - 8 * i);
	memcpy(d->frame, &length, STREAM_LENGTH);
	make_frame(d->frame + STREAM_LENGTH, bytes, htonl(address), port);
	d->stream = stream;
	d->udp = udp;
	d->kick_from = kick_from;
	d->kick_to = kick_to;
	if (from != 0)
		device_init(&d->from, (uint8_t *) from, guest, false, FRAME, GUEST_TO_BACKEND);
	if (to != 0)
		device_init(&d->to, (uint8_t *) to, guest, false, FRAME, BACKEND_TO_GUEST);
	return (int64_t) d;
}

void METHOD(free)(void *env, void *self, int64_t driver)
{
	(void) env;
	(void) self;
	free((void *) driver);
}

/* Publishes what was put into a ring, and kicks the backend if it asks for that. */
static void publish(struct queue *q, int kick, int64_t *out)
{
	uint64_t one = 1;

	__atomic_store_n(&q->driver[1], q->given, __ATOMIC_RELEASE);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if ((q->device[0] & NO_NOTIFY) == 0) {
		out[KICKS]++;
		if (write(kick, &one, sizeof one) < 0 && errno != EAGAIN)
			out[KICKS] = -1;
	}
}

static void describe(struct queue *q, uint32_t length, uint16_t flags)
{
	uint16_t slot = q->given % SIZE;
	volatile struct descriptor *at = q->descriptors + slot;

	at->address = q->guest + place(q, slot);
	at->length = length;
	at->word[0] = flags;
	at->word[1] = 0;
	q->driver[2 + slot] = slot;
	q->given++;
}

/* Sends some frames, as many as there is room for. */
static int send_ring(struct driver *d, int count, const uint64_t *due, int64_t *out)
{
	struct queue *q = &d->from.queues[TRANSMIT];
	int room = SIZE - pending(q);

	if (room < count) {
		take(q, SIZE);
		room = SIZE - pending(q);
	}
	count = count < room ? count : room;
	for (int i = 0; i < count; i++) {
		uint8_t *buffer = q->memory + place(q, q->given % SIZE);
		struct message message = { d->number++, due[i] };

		memset(buffer, 0, HEADER);
		memcpy(buffer + HEADER, d->frame + STREAM_LENGTH, HEADERS);
		memcpy(buffer + HEADER + HEADERS, &message, sizeof message);
		describe(q, HEADER + FRAME, 0);
	}
	if (count > 0)
		publish(q, d->kick_from, out);
	return count;
}

/* The same into a stream, by one call; the rest of a frame that did not fit is sent at once. */
static int send_stream(struct driver *d, int count, const uint64_t *due)
{
	static uint8_t bytes[BATCH * (STREAM_LENGTH + FRAME)];
	int size = STREAM_LENGTH + FRAME;
	ssize_t done;

	for (int i = 0; i < count; i++) {
		struct message message = { d->number + i, due[i] };

		memcpy(bytes + i * size, d->frame, STREAM_LENGTH + HEADERS);
		memcpy(bytes + i * size + STREAM_LENGTH + HEADERS, &message, sizeof message);
	}
	done = send(d->stream, bytes, count * size, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (done < 0)
		return errno == EAGAIN ? 0 : -1;
	while (done % size != 0) {
		ssize_t rest = send(d->stream, bytes + done, size - done % size, MSG_NOSIGNAL);

		if (rest <= 0)
			return -1;
		done += rest;
	}
	d->number += done / size;
	return done / size;
}

static int bucket(uint64_t nanos)
{
	int power;
	int at;

	if (nanos < 2 * SUB)
		return nanos;
	power = 63 - __builtin_clzll(nanos) - 5;
	at = power * SUB + (nanos >> power);
	return at < BUCKETS ? at : BUCKETS - 1;
}

static void arrived(struct driver *d, const uint8_t *payload, uint64_t now, int64_t *out)
{
	struct message message;
	uint64_t slot = (now - out[FIRST]) / SLOT;

	memcpy(&message, payload, sizeof message);
	if (message.number < d->first)
		return;
	if (out[RECEIVED]++ == 0)
		out[ARRIVAL] = now - out[FIRST];
	if (message.number < d->expected)
		out[OVERTAKEN]++;
	else
		d->expected = message.number + 1;
	out[NUMBERS + bucket(now > message.due ? now - message.due : 0)]++;
	if (slot < SLOTS)
		out[NUMBERS + BUCKETS + slot]++;
}

static int receive_ring(struct driver *d, int64_t *out)
{
	struct queue *q = &d->to.queues[RECEIVE];
	uint64_t now;
	int count = 0;

	if (!is_used(q))
		return 0;
	now = nanos();
	for (; count < BATCH && is_used(q); count++) {
		uint16_t slot = q->taken % SIZE;

		arrived(d, q->memory + place(q, slot) + HEADER + HEADERS, now, out);
		q->taken++;
	}
	return count;
}

static void refill(struct driver *d, int least, int64_t *out)
{
	struct queue *q = &d->to.queues[RECEIVE];

	if (d->udp >= 0 || SIZE - pending(q) < least)
		return;
	while (pending(q) < SIZE)
		describe(q, BUFFER, WRITE);
	publish(q, d->kick_to, out);
}

static int receive_udp(struct driver *d, int64_t *out)
{
	static uint8_t bytes[BATCH][FRAME];
	struct iovec parts[BATCH];
	struct mmsghdr messages[BATCH];
	uint64_t now;
	int count;

	memset(messages, 0, sizeof messages);
	for (int i = 0; i < BATCH; i++) {
		parts[i] = (struct iovec) { bytes[i], FRAME };
		messages[i].msg_hdr.msg_iov = parts + i;
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	count = recvmmsg(d->udp, messages, BATCH, MSG_DONTWAIT, NULL);
	now = nanos();
	for (int i = 0; i < count; i++)
		if (messages[i].msg_len >= sizeof(struct message))
			arrived(d, bytes[i], now, out);
	return count < 0 ? 0 : count;
}

static int receive(struct driver *d, int64_t *out)
{
	int count = d->udp >= 0 ? receive_udp(d, out) : receive_ring(d, out);

	refill(d, BATCH, out);
	return count;
}

/*
 * Sends for that time: so many frames a second, or what goes if that is 0, in bursts of at most 32.
 * 0, or -1 if a socket has failed.
 */
int32_t METHOD(run)(void *env, void *self, int64_t driver, double rate, int64_t time, int64_t result)
{
	struct driver *d = (struct driver *) driver;
	int64_t *out = (int64_t *) result;
	uint64_t begin;
	uint64_t now;
	uint64_t due[BATCH];

	(void) env;
	(void) self;
	memset(out, 0, (NUMBERS + BUCKETS + SLOTS) * sizeof *out);
	out[FIRST] = nanos();
	while (receive(d, out) > 0)
		; /* what came late of the last time */
	refill(d, 1, out);
	memset(out, 0, (NUMBERS + BUCKETS + SLOTS) * sizeof *out);
	d->first = d->number;
	d->expected = d->number;
	begin = nanos();
	out[FIRST] = begin;
	for (now = begin; now - begin < (uint64_t) time; now = nanos()) {
		int count = BATCH;

		if (rate > 0) {
			double wanted = (now - begin) * rate / 1e9 - out[SENT];

			count = wanted > BATCH ? BATCH : (int) wanted;
		}
		for (int i = 0; i < count; i++)
			due[i] = rate > 0 ? begin + (uint64_t) ((out[SENT] + i + 1) * 1e9 / rate) : now;
		if (count > 0) {
			count = d->stream >= 0 ? send_stream(d, count, due) : send_ring(d, count, due, out);
			if (count < 0 || out[KICKS] < 0)
				return -1;
			out[SENT] += count;
		}
		if (receive(d, out) == 0 && count == 0)
			__builtin_ia32_pause();
	}
	out[NANOS] = now - begin;
	/* The rest counts as received, not as lost. */
	for (; now - begin - out[NANOS] < DRAIN && out[RECEIVED] < out[SENT]; now = nanos())
		receive(d, out);
	return 0;
}
