/**
 * The engine: a lock-free queue of operations, their planning in turn, batched execution, undo,
 * completions.
 *
 * <p>One engine serves one network namespace on one thread; what takes long is done on others. It
 * takes all plans that have gathered and works in rounds: in each, every plan's next step is
 * encoded behind the others' and all go to the kernel in one send. rtnetlink runs a send's messages
 * before the send returns, so while the kernel is busy the next plans gather by themselves, join at
 * the next round, and no timer delays a lone plan. A plan's step is sent only when the one before
 * it was acknowledged, because a message after a failed one could change somebody else's link.
 *
 * <p>Of many namespaces, each may have an engine that is only state and sockets, and belongs to a
 * group ({@link io.fastvif.engine.EngineGroup}) with a few threads. An offer puts its engine into
 * the ready queue of one of the group's threads, unless it is in it; the thread takes the engines
 * in turn, has each do one round, and puts those that have more to do behind the others. So an idle
 * engine costs no wake-up, and a busy one keeps the others waiting for one round, which in a group
 * has 128 messages at most. Netlink sockets work in the namespace that they were opened in; a
 * thread changes its own, for some 2 us, when it takes an engine of another, because taps are made
 * and {@code /proc/sys/net} is read and written by the thread's. Plans are made, links deleted and
 * slow steps done on threads that the group shares ({@code GroupThreads}), the last of them in the
 * engine's namespace for the time of the step; they end when they have nothing to do, and sockets
 * that only they use are closed then. What an engine throws is reported and ends that engine.
 * {@code EngineWork} is the same for a lone engine, an agent on a caller's thread, and a group's.
 *
 * <p>A plan that fails goes back step by step in the same rounds while the others go on. Steps on
 * what VIFs share (a bridge and its uplink) are taken back last, and only when no other VIF uses
 * it. Operations on one VIF follow one another; those on others pass them.
 *
 * <p>An operation that brings no plan is planned when the one before it on the same VIF has ended.
 * Another thread ({@code PlanningThread}) takes all whose turn has come, plans them from one
 * snapshot and hands them back together, so that they go in one send; meanwhile the engine's thread
 * executes those before them. It could plan with what is at hand itself only where nothing has to
 * be read, and nobody knows that before a plugin asks: Open vSwitch's rows, cards, leases and rules
 * are read on demand and may take seconds, a first reading of the links takes milliseconds, and all
 * plans under way would stand still behind it. The thread hop costs some 20 us an exchange, far
 * below what the kernel takes for one link. Plans that are under way are not in the snapshot; what
 * they take is in {@link io.fastvif.plan.PlanClaims} until they have ended. None is made while a
 * bridge that it would count on is being taken back. Whoever knows that nothing else was submitted
 * for a VIF can have a plug that changes nothing answered by the calling thread ({@link
 * io.fastvif.engine.UnchangedPlugs}), as long as nothing is under way.
 *
 * <p>A port of Open vSwitch and its device neither come nor go in one request, so that another
 * process, which plugs the VIF, may come in between the two that an unplug takes away. So an unplug
 * that changes Open vSwitch is planned once more when it is done ({@code SecondLook}), and again
 * until nothing is left to do.
 *
 * <p>What changes the host is in the sides, which know nothing of queues, turns and other plans: to
 * them a plan is a {@code PlanUnderWay} that wants a step done. {@code engine.kernel} has links,
 * addresses and routes, {@code engine.filter} the packet filter, {@code engine.ovs} Open vSwitch,
 * {@code engine.local} files, devices and other processes. A side depends on {@code engine.side}
 * and on what it needs outside the engine, and never on this package. Only the kernel side depends
 * on other sides: its {@code Transport} is all of a kernel, with the packet filter and the devices.
 *
 * <p>Waiting takes no thread. What the kernel or its hardware takes long for is a slow step, on one
 * of a few threads of its own ({@code SlowSteps}). What waits for somebody else, a backend, lldpad,
 * a switch, is looked at now and then ({@code WaitingSteps}) by threads that do nothing else, so
 * that neither any number of waits keeps a slow step waiting nor slow steps keep a wait from ending
 * in time. When the engine is to be closed and its time is up, waits fail and are taken back.
 *
 * <p>A vhost-user port needs a process that goes on moving its frames, so the engine has none of
 * its own: an agent gives it a forwarder ({@link io.fastvif.engine.VhostUserPorts}). Opening a port
 * is a slow step.
 *
 * <p>May use: {@code event}, {@code trace}, {@code bindings}, {@code engine.filter}, {@code
 * engine.kernel}, {@code engine.local}, {@code engine.ovs}, {@code engine.side}, {@code lease},
 * {@code netns}, {@code observe}, {@code ovsdb}, {@code plan}, {@code vhostuser.session}, {@code
 * vif}.
 */
package io.fastvif.engine;
