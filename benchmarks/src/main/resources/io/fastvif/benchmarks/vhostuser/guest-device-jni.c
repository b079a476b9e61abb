/*
 * The driver for fastvif's own loop: the native methods of GuestDevice.java, in plain types so that
 * no header of a JDK is needed.
 */
#include "guest-device.h"

#define METHOD(name) Java_io_fastvif_benchmarks_vhostuser_GuestDevice_##name

int64_t METHOD(open)(void *env, void *self, int64_t memory, int64_t guest, uint8_t packed,
	int32_t frame, int32_t traffic)
{
	struct device *d = malloc(sizeof *d);

	(void) env;
	(void) self;
	if (d != NULL)
		device_init(d, (uint8_t *) memory, guest, packed, frame, traffic);
	return (int64_t) d;
}

int32_t METHOD(turn)(void *env, void *self, int64_t device)
{
	(void) env;
	(void) self;
	return device_turn((struct device *) device);
}

void METHOD(free)(void *env, void *self, int64_t device)
{
	(void) env;
	(void) self;
	free((void *) device);
}
