/**
 * Shows what fastvif says to the kernel, to Open vSwitch's database, to lldpad and to vhost-user
 * peers, and what they answer: each exchange decoded, with its time, like strace for a person. Of
 * the kernel that is netlink, the control calls of taps, and what is written to its settings.
 *
 * <p>A {@link io.fastvif.trace.Tracer} is given to {@code VifHostOptions}, or to a thread with
 * {@link io.fastvif.trace.Tracing}. A connection looks for its tracer once, when it is opened by
 * such a thread, and keeps it; one that found none pays for a null check.
 *
 * <p>May use: {@code bindings}.
 */
package io.fastvif.trace;
