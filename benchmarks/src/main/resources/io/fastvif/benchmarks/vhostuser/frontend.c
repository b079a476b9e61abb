/*
 * A guest that polls its rings on a processor of its own, for as long as it is told to:
 *
 *   frontend PROCESSOR MEMORY RING BYTES TRAFFIC
 *
 * Of each line that it reads, a number of nanoseconds, it prints how many frames it was done with
 * in that time, and how many nanoseconds that was. A tenth of that time before does not count: the
 * backend begins then.
 */
#define _GNU_SOURCE
#include "guest-device.h"
#include <sched.h>

#define ROUNDS 64

static long long run(struct device *device, uint64_t *time)
{
	uint64_t begin = nanos();
	uint64_t now = begin;
	long long frames = 0;

	while (now - begin < *time) {
		for (int i = 0; i < ROUNDS; i++) {
			int done = device_round(device);

			if (done < 0) {
				fprintf(stderr, "a buffer came back that is not as expected\n");
				exit(1);
			}
			frames += done;
			if (done == 0)
				__builtin_ia32_pause();
		}
		now = nanos();
	}
	*time = now - begin;
	return frames;
}

int main(int argc, char **argv)
{
	struct device device;
	cpu_set_t processors;
	unsigned long long wanted;

	if (argc != 6)
		return 2;
	CPU_ZERO(&processors);
	CPU_SET(atoi(argv[1]), &processors);
	if (sched_setaffinity(0, sizeof processors, &processors) != 0) {
		perror("sched_setaffinity");
		return 1;
	}
	device_open(&device, argv + 2);
	puts("ready");
	fflush(stdout);
	while (scanf("%llu", &wanted) == 1) {
		uint64_t before = wanted / 10;
		uint64_t time = wanted;
		long long frames;

		run(&device, &before);
		frames = run(&device, &time);
		printf("%lld %llu\n", frames, (unsigned long long) time);
		fflush(stdout);
	}
	return 0;
}
