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
 * <p>{@link io.fastvif.benchmarks.soak.AgentSoak} does the same to the agent: {@link
 * io.fastvif.benchmarks.soak.AgentWorker}s ask it over its socket, an {@link
 * io.fastvif.benchmarks.soak.AgentDrifter} changes by hand what they were told is there, a {@link
 * io.fastvif.benchmarks.soak.RudeClient} says nonsense, and the agent is ended, killed and started
 * again. An {@link io.fastvif.benchmarks.soak.AgentInspector} reads host, list and metrics between
 * two requests, and an {@link io.fastvif.benchmarks.soak.AgentChecker} compares them.
 *
 * <p>May use: {@code io.fastvif.benchmarks.process}, everything of {@code datapath}, and
 * HdrHistogram.
 */
package io.fastvif.benchmarks.soak;
