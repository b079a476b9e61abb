/*
 * The driver of a queue pair of a guest's network device: what all backends are measured with.
 * Buffers are used in order, each of one descriptor. The places are those of Guest.java.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define SIZE 256
#define MEMORY (2 << 20)
#define GUEST 0x100000ull
#define RING_BYTES 0x8000
#define DRIVER_AREA 0x2000
#define DEVICE_AREA 0x4000
#define BUFFERS 0x10000
/* An odd number of cache lines, so that frames do not all begin in the same sets of a cache. */
#define STRIDE 2368
#define BUFFER 2048
/* The same for frames that are to be segmented. */
#define LONG_STRIDE 65600
#define LONG_BUFFER 65536
#define LONG_MEMORY (64 << 20)
#define HEADER 12
#define ETHERNET 14
#define SHORT_FRAME 64
#define BATCH 32

enum { RECEIVE, TRANSMIT };
enum { GUEST_TO_BACKEND, BACKEND_TO_GUEST, FORWARD_BACK };
enum { WRITE = 2, AVAIL = 1 << 7, USED = 1 << 15 };

struct descriptor {
	uint64_t address;
	uint32_t length;
	uint16_t word[2]; /* split: flags, next; packed: id, flags */
};

struct queue {
	bool packed;
	bool receives;
	uint32_t frame; /* bytes, without header */
	uint32_t stride;
	uint32_t buffer;
	uint8_t header[HEADER];
	uint8_t *memory;
	uint64_t guest; /* where the memory is for the guest */
	volatile struct descriptor *descriptors;
	volatile uint16_t *driver;
	volatile uint16_t *device;
	uint16_t given;
	uint16_t taken;
	uint8_t head[SHORT_FRAME]; /* what a frame begins with */
	uint64_t read; /* keeps the compiler from dropping what the guest reads of a frame */
};

struct device {
	int traffic;
	struct queue queues[2];
};

static inline uint64_t nanos(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}

static inline uint32_t place(const struct queue *q, uint16_t slot)
{
	return BUFFERS + (slot + (q->receives ? 0 : SIZE)) * q->stride;
}

static inline void device_init(struct device *d, uint8_t *memory, uint64_t guest, bool packed,
	uint32_t frame, int traffic)
{
	static const uint8_t ethernet[ETHERNET] = { 2, 4, 6, 8, 10, 12, 2, 4, 6, 8, 10, 14, 8 };

	memset(d, 0, sizeof *d);
	d->traffic = traffic;
	for (int i = 0; i < 2; i++) {
		struct queue *q = &d->queues[i];
		uint8_t *ring = memory + i * RING_BYTES;

		q->packed = packed;
		q->receives = i == RECEIVE;
		q->frame = frame;
		q->stride = frame > BUFFER ? LONG_STRIDE : STRIDE;
		q->buffer = frame > BUFFER ? LONG_BUFFER : BUFFER;
		q->memory = memory;
		q->guest = guest;
		q->descriptors = (volatile struct descriptor *) ring;
		q->driver = (volatile uint16_t *) (ring + DRIVER_AREA);
		q->device = (volatile uint16_t *) (ring + DEVICE_AREA);
		memcpy(q->head, ethernet, sizeof ethernet);
		/* No interrupts, as a driver that polls has it. */
		q->driver[packed ? 1 : 0] = 1;
	}
}

/* As a sender fills a buffer: its header, and a frame of which a part changes. */
static inline void fill(struct queue *q, uint16_t slot)
{
	uint8_t *buffer = q->memory + place(q, slot);

	memcpy(buffer, q->header, HEADER);
	memcpy(buffer + HEADER, q->head, SHORT_FRAME);
	buffer[HEADER + SHORT_FRAME - 1] = slot;
}

/* Makes that many buffers available, and publishes them at once. */
static inline void give(struct queue *q, int count)
{
	uint16_t first = q->given % SIZE;
	uint16_t first_flags = 0;

	for (int i = 0; i < count; i++) {
		uint16_t slot = q->given % SIZE;
		uint16_t flags = q->receives ? WRITE : 0;
		volatile struct descriptor *at = q->descriptors + slot;

		if (!q->receives)
			fill(q, slot);
		at->address = q->guest + place(q, slot);
		at->length = q->receives ? q->buffer : HEADER + q->frame;
		if (q->packed) {
			flags |= q->given / SIZE % 2 ? USED : AVAIL;
			at->word[0] = slot;
			if (i == 0)
				first_flags = flags;
			else
				at->word[1] = flags;
		} else {
			at->word[0] = flags;
			at->word[1] = 0;
			q->driver[2 + slot] = slot;
		}
		q->given++;
	}
	if (count > 0 && q->packed)
		__atomic_store_n(&q->descriptors[first].word[1], first_flags, __ATOMIC_RELEASE);
	else if (count > 0)
		__atomic_store_n(&q->driver[1], q->given, __ATOMIC_RELEASE);
}

static inline bool is_used(struct queue *q)
{
	if (q->packed) {
		uint16_t flags = __atomic_load_n(
			&q->descriptors[q->taken % SIZE].word[1], __ATOMIC_ACQUIRE);
		uint16_t wanted = q->taken / SIZE % 2 ? 0 : AVAIL | USED;

		return q->taken != q->given && (flags & (AVAIL | USED)) == wanted;
	}
	return __atomic_load_n(&q->device[1], __ATOMIC_ACQUIRE) != q->taken;
}

/* Takes used buffers back, and looks at their frames; how many, -1 if one is not as expected. */
static inline int take(struct queue *q, int most)
{
	int count = 0;

	for (; count < most && is_used(q); count++) {
		uint16_t slot = q->taken % SIZE;
		volatile uint32_t *used = (volatile uint32_t *) (q->device + 2) + 2 * slot;
		uint32_t id = q->packed ? q->descriptors[slot].word[0] : used[0];
		uint32_t length = q->packed ? q->descriptors[slot].length : used[1];

		if (id != slot || (q->receives && length != HEADER + q->frame))
			return -1;
		if (q->receives) {
			uint64_t word[3];

			memcpy(word, q->memory + place(q, slot), sizeof word);
			q->read += word[0] + word[1] + word[2];
		}
		q->taken++;
	}
	return count;
}

static inline int pending(const struct queue *q)
{
	return (uint16_t) (q->given - q->taken);
}

/*
 * A turn of the driver's: takes everything back, and fills the rings. How many frames there were;
 * -1 if a ring was not emptied.
 */
static inline int device_turn(struct device *d)
{
	int frames = SIZE;

	for (int i = 0; i < 2; i++) {
		struct queue *q = &d->queues[i];
		int there = pending(q);

		if (d->traffic == (i == RECEIVE ? GUEST_TO_BACKEND : BACKEND_TO_GUEST))
			continue;
		if (take(q, SIZE) != there)
			return -1;
		frames = there;
		give(q, SIZE);
	}
	return frames;
}

/* One round of a driver that polls; how many frames it is done with. */
static inline int device_round(struct device *d)
{
	struct queue *receive = &d->queues[RECEIVE];
	struct queue *transmit = &d->queues[TRANSMIT];
	int received = 0;
	int sent = 0;

	if (d->traffic != GUEST_TO_BACKEND) {
		received = take(receive, BATCH);
		if (SIZE - pending(receive) >= BATCH)
			give(receive, BATCH);
	}
	if (d->traffic != BACKEND_TO_GUEST) {
		sent = take(transmit, BATCH);
		if (SIZE - pending(transmit) >= BATCH)
			give(transmit, BATCH);
	}
	if (received < 0 || sent < 0)
		return -1;
	return d->traffic == GUEST_TO_BACKEND ? sent : received;
}

/* Maps the guest's memory, and makes a device of the next arguments: ring, bytes, traffic. */
static inline void device_open(struct device *d, char **arguments)
{
	int file = open(arguments[0], O_RDWR | O_CLOEXEC);
	size_t bytes = atoi(arguments[2]) > BUFFER ? LONG_MEMORY : MEMORY;
	uint8_t *memory = file < 0 ? MAP_FAILED
		: mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);

	if (memory == MAP_FAILED) {
		perror(arguments[0]);
		exit(1);
	}
	close(file);
	device_init(d, memory, GUEST, strcmp(arguments[1], "packed") == 0, atoi(arguments[2]),
		atoi(arguments[3]));
}
