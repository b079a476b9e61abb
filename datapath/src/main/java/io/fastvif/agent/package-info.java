/**
 * The agent: fastvif as a resident service of a host. It plugs what it is told over a unix socket,
 * keeps on disk what was declared, and holds the host against that.
 *
 * <ol>
 *   <li>{@link io.fastvif.agent.VifKeeper} is the middle: one {@link io.fastvif.VifHost}, the
 *       declared VIFs, and the events. {@code agent.keeper} is how it works; whoever asks ({@code
 *       agent.http}) knows no more than the interface.
 *   <li>A plug is declared on disk and plugged at the same time; the answer comes when both are
 *       done. A plug that fails is undone on the host, and what was declared before is declared
 *       again.
 *   <li>An unplug first marks the VIF on disk as one to unplug; only then is the host touched, and
 *       last the mark goes. Whatever ends the process, the next one goes on with it.
 *   <li>The host's own events tell of drift. What differs is plugged again, which leaves alone what
 *       is right; with a growing pause where that does not help.
 *   <li>{@code agent.http} speaks HTTP/1.1 and JSON, {@code agent.systemd} speaks to the service
 *       manager, {@code agent.client} is what the command uses to ask an agent.
 *   <li>Nothing here waits on a thread of its own for a VIF: all answers are futures.
 * </ol>
 *
 * <p>May use: {@code io.fastvif}, {@code agent.api}, {@code agent.http}, {@code agent.keeper},
 * {@code agent.metrics}, {@code bindings}, {@code config}, {@code engine}, {@code fastpath}, {@code
 * files}, {@code forward}, {@code handover}, {@code json}, {@code lease}, {@code netns}, {@code
 * plan}, {@code trace}, {@code vif}.
 */
package io.fastvif.agent;
