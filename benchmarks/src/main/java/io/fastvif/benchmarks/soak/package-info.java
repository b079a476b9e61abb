/**
 * The soak: hours of work in minutes, with everything going wrong that can, and a check of what the
 * kernel then has.
 *
 * <p>{@link io.fastvif.benchmarks.soak.Soak} makes a private network namespace. {@link
 * io.fastvif.benchmarks.soak.Worker}s plug, change and unplug their VIFs through one engine; each
 * VIF has a model of what was last acknowledged ({@link io.fastvif.benchmarks.soak.SoakVif}). A
 * {@link io.fastvif.benchmarks.soak.SecondActor} changes devices under them: either it claims the
 * VIF and tells the model, which stays exact, or it races, and the VIF's state is unknown until it
 * is unplugged. The engine is closed with work queued and started anew all the time.
 *
 * <p>Every few seconds all stop between two operations, and the {@link
 * io.fastvif.benchmarks.soak.Inspector} compares the models with a dump of its own, and counts
 * descriptors, threads, operations and memory. The first {@link
 * io.fastvif.benchmarks.soak.Violation} ends the run. Checks are functions of what was read, so
 * that unit tests can show each of them a wrong host.
 *
 * <p>May use: everything of {@code datapath}, and HdrHistogram.
 */
package io.fastvif.benchmarks.soak;
