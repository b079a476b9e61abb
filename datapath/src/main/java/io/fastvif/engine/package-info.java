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
 * executes those before them. Open vSwitch's rows, cards, leases and rules are read on demand and
 * may take seconds, a first reading of the links takes milliseconds, and all plans under way would
 * stand still behind it. A lone operation whose planning asks its arguments alone ({@link
 * io.fastvif.engine.Planning#ofArguments}) the engine's thread plans itself, from what a monitor
 * knows, as far as nothing has to be read: where planning asks for what would have to be, it is
 * begun again on the other thread. Plans that are under way are not in the snapshot; what they take
 * is in {@link io.fastvif.plan.PlanClaims} until they have ended. None is made while a bridge that
 * it would count on is being taken back. Whoever knows that nothing else was submitted for a VIF
 * can have a plug that changes nothing answered by the calling thread ({@link
 * io.fastvif.engine.UnchangedPlugs}), as long as nothing is under way.
 *
 * <p>A port of Open vSwitch and its device neither come nor go in one request, so that another
 * process, which plugs the VIF, may come in between the two that an unplug takes away. So an unplug
 * that changes Open vSwitch is planned once more when it is done ({@code SecondLook}), and again
 * until nothing is left to do.
 *
 * <p>Who waits for one operation may do the engine's work meanwhile, on its own thread ({@link
 * io.fastvif.engine.AwaitedOperations}): while the engine's thread sleeps its part can be borrowed,
 * and it does not go on before that is given back, so there is one writer at any time. A caller
 * does what belongs to no thread, and leaves the rest to the engine's: undoing, deleting, whatever
 * makes a thread, reads for long, or waits. Virtual threads, and those of another network
 * namespace, do not.
 *
 * <p>Operations that end in one round are told of together ({@code EndedOperations}): a caller that
 * waits for all of them is woken once, not once for each.
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
 * <h2>What a lone operation costs</h2>
 *
 * <p>A VIF of linux_bridge that a {@code VifHost} plugs onto a bridge with ports, and nothing else
 * under way. The counts are exact, and {@code LoneOperationTest} asserts them. Receives are those
 * of answers; events are taken in besides, once before planning and once when the plug is answered.
 *
 * <table>
 * <caption>System calls, and threads that are woken, of a lone plug of a veth pair</caption>
 * <tr><th>step</th><th>thread</th><th>calls</th><th>before</th></tr>
 * <tr><td>the request is queued</td><td>caller</td><td>1 wake</td><td>1 wake</td></tr>
 * <tr><td>snapshot, by events</td><td>engine</td><td>1 or 2 receives</td>
 *     <td>the planning thread's, 2 wakes; and up to 2 sends of questions</td></tr>
 * <tr><td>the rules' generation</td><td>engine</td><td>1 send, 1 receive</td>
 *     <td>the same, and 5 calls on files of {@code /proc}</td></tr>
 * <tr><td>the pair is made</td><td>engine</td><td>1 send, 1 receive, 2 ioctls</td>
 *     <td>1 ioctl less; 2 receives of events</td></tr>
 * <tr><td>{@code disable_ipv6} of both ends</td><td>engine</td>
 *     <td>2 times open, write, close</td><td>4 ioctls more</td></tr>
 * <tr><td>both ends are set up</td><td>engine</td><td>1 send, 1 receive, 1 ioctl</td>
 *     <td>2 sends, 2 receives, 2 ioctls, 4 receives of events</td></tr>
 * <tr><td>the caller is woken</td><td>engine</td><td>1 wake</td>
 *     <td>2 wakes: by a callback's thread</td></tr>
 * </table>
 *
 * <p>A caller of {@code VifHost.submitAndWait} does the same calls itself; nobody is woken. It
 * reads the link of its own namespace in {@code /proc} only before it makes a tap, because that is
 * made in the thread's. A step that is there for its undo alone is not sent. A hundred pairs that
 * are submitted together take two sends (all pairs; all their settings), 11 receives of 32 answers
 * each, three ioctls and two files for each, and one wake of the engine and of the caller.
 *
 * <p>A tap takes two sends and receives besides the rules' generation too: its marks, which it has
 * before it persists, and its settings. Five ioctls and two files are opened. An unplug takes the
 * rules' generation on the engine's thread, RTM_DELLINK on a lane (1 wake, 1 send), one question on
 * the thread that hears departures, and wakes the engine once for each of the request, the link's
 * being gone, and the kernel's own answer, which the caller does not wait for.
 *
 * <p>On Open vSwitch a plug is planned on the other thread, since its rows are read there: that,
 * the client's thread and the caller are woken besides. A tap takes three sends and receives, four
 * ioctls and a file, a hybrid VIF six, three and three; the database is sent one transaction. An
 * unplug is planned twice ({@code SecondLook}); nothing of the kernel is asked for either plan.
 *
 * <p>A hybrid VIF that is unplugged and plugged again, with 200 plugged and its bridge kept, takes
 * two transactions, eight sends of changes (the pair deleted, the bridge retired; six to plug) and
 * eight questions, six of them about the kept bridge. By processor time (two processors, a load of
 * 10 to 17) the largest part is not ours: ovs-vswitchd 15 to 30 ms, since it reconfigures itself
 * for each transaction and asks the kernel for every port then; ovsdb-server 1.5. On our side the
 * engine's thread takes 3 to 5 ms, the database's client 1 to 2, planning 1 to 1.5, deletions and
 * the news of them 1.3; and a JVM that has plugged some tens of lone VIFs compiles for 14. What is
 * waited for are the kernel's grace periods under its lock on links: one for each of two renames,
 * one when the bridge goes down, and those of the pair's deletion.
 *
 * <p>With other work on the machine (two processors, a load of 19) the fastest tenth of 200 plugs
 * took at most 2.0 to 2.1 ms, and 2.9 to 3.0 before; unplugs 1.9 to 2.3, and 2.5 to 2.8 before. A
 * caller that carries its plug out itself takes 1.1 to 1.2 times what a C program takes for the
 * same calls (p50; p99 1.1 to 1.4): what is left is Java that is not in the processor's caches when
 * it is called once in 10 ms, a third of it planning. The benchmarks' README has the numbers, and
 * why some take longer: the kernel's lock on links, and waiting for a processor.
 *
 * <p>What is done so that there are no more:
 *
 * <ul>
 *   <li>The engine's thread plans (see above), and wakes the thread that waits in {@code join} or
 *       {@code get}. A callback's thread is only woken where something depends on the stage.
 *   <li>Messages that set up what the plan has just made, and that only its deletion undoes, share
 *       a send ({@code StepsAhead}); what the kernel answers behind a failed one is passed over.
 *   <li>Events are taken in when nothing is under way, and not after each send. After 64 messages
 *       they are all the same, so that the buffer does not overrun.
 *   <li>Files of {@code disable_ipv6} are found from an open folder, which is the engine's
 *       namespace's whatever thread looks, so that no caller has to ask the kernel where it is: 60
 *       us of a plug after a sleep, a socket's cookie instead takes as long as the link.
 *   <li>A link without IPv6 gets no address, so its events are no reason to read its addresses.
 * </ul>
 *
 * <p>What cannot be had: {@code disable_ipv6} by netlink (the kernel shows IFLA_INET6_CONF and
 * takes only the token and the address generation mode, {@code inet6_set_link_af} in
 * net/ipv6/addrconf.c), and the pair and its settings in one send: the second message would go by
 * an index that the first may not have got. Nor would that gain anything: a send costs about a
 * microsecond, the kernel's work on a pair 200 to 400. Where a caller does not wait but is told,
 * the two wakes that are left can be had for processor time: {@link
 * io.fastvif.engine.PlugEngine#start(org.agrona.concurrent.IdleStrategy)} with agrona's
 * BusySpinIdleStrategy takes a whole processor and saves the first; a caller that looks at {@code
 * isDone} instead of waiting saves the second, once a callback's thread has completed the stage.
 *
 * <p>May use: {@code event}, {@code trace}, {@code bindings}, {@code engine.filter}, {@code
 * engine.kernel}, {@code engine.local}, {@code engine.ovs}, {@code engine.side}, {@code lease},
 * {@code netns}, {@code observe}, {@code ovsdb}, {@code plan}, {@code vhostuser.session}, {@code
 * vif}.
 */
package io.fastvif.engine;
