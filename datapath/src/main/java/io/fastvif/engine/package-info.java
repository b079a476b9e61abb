/**
 * The engine: a lock-free queue of operations, their planning in turn, batched execution, undo,
 * completions.
 *
 * <p>One engine serves one network namespace with one thread, which alone changes it. It takes all
 * plans that have gathered and works in rounds: in each, every plan's next step is encoded behind
 * the others' and all go to the kernel in one send. rtnetlink runs a send's messages before the
 * send returns, so while the kernel is busy the next plans gather by themselves, join at the next
 * round, and no timer delays a lone plan. A plan's step is sent only when the one before it was
 * acknowledged, because a message after a failed one could change somebody else's link.
 *
 * <p>A plan that fails goes back step by step in the same rounds while the others go on. Steps on
 * what VIFs share (a bridge and its uplink) are taken back last, and only when no other VIF uses
 * it. Operations on one VIF follow one another; those on others pass them.
 *
 * <p>An operation that brings no plan is planned when the one before it on the same VIF has ended.
 * One thread of its own ({@code PlanningThread}) takes all whose turn has come, plans them from one
 * snapshot and hands them back together, so that they go in one send; meanwhile the engine's thread
 * executes those before them. It could plan with what is at hand itself only where nothing has to
 * be read, and nobody knows that before a plugin asks: Open vSwitch's rows, cards, leases and rules
 * are read on demand and may take seconds, a first reading of the links takes milliseconds, and all
 * plans under way would stand still behind it. The thread hop costs some 20 us an exchange, far
 * below what the kernel takes for one link. Plans that are under way are not in the snapshot; what
 * they take is in {@link io.fastvif.plan.PlanClaims} until they have ended. None is made while a
 * bridge that it would count on is being taken back.
 *
 * <p>Links to delete are moved into an interface group that nobody else uses and leave with one
 * RTM_DELLINK: the kernel waits once for all of them instead of once for each. It lets such waits
 * overlap, so each is left to one of a few threads ({@code DeletionLane}), and neither plugs nor
 * other deletions stand behind it: four threads that each delete one link take 21 ms, one 17.
 *
 * <p>Bridges are another matter. The kernel waits for RCU once for each, in a group too, and keeps
 * everybody from changing links meanwhile: {@code br_multicast_dev_del} ends with {@code
 * rcu_barrier}, and removing each bridge's own kobject queues the callbacks that the next one waits
 * for. 4 to 32 threads bring what one link after another takes (42 ms with other work on the
 * machine) down to 27, not below; links that are down or were never up, or snooping switched off,
 * gain nothing, and a bridge cannot be moved to another namespace. So the bridge of a hybrid plug
 * is retired ({@code RetiredBridges}): unplugging gives it another name and answers; it is deleted
 * when nobody wants anything else, by this engine or, if it ends before, by the next one. Before
 * Linux 6.9 a rename waits as long, and bridges are deleted at once.
 *
 * <p>Reading 10,000 links takes the kernel some 6 us each, and the reader next to nothing more. An
 * agent that plans often has a {@link io.fastvif.engine.HostMonitor} instead, with {@code
 * monitorHost()}: callers take in waiting events under a lock, and so does the engine after each
 * exchange; there is no thread for it. Link events replace what was known; addresses and routes are
 * read again where an event hints at a change, because the kernel drops IPv4 routes without one.
 * After a loss the buffer is emptied, everything read again, and what came in meanwhile applied.
 *
 * <p>Open vSwitch is changed through its database, which answers later. What plans want of it
 * gathers while a transaction is under way and makes up the next one; a plan that waits for it
 * keeps nobody else waiting. A change says what is to be, and is held against the monitored rows
 * just before it is sent; one whose fate is unknown after a lost connection is simply looked at
 * again.
 *
 * <p>Rules on what a bridge forwards are another socket's: all steps on them that have gathered in
 * a round are one batch of nf_tables ({@code FilterBatch}), a transaction that the kernel refuses
 * when anybody has changed a rule since it was read. So there is no instant at which a rule is
 * there without its owner's comment, or without the note of the VIF that wants it.
 *
 * <p>A vhost-user port needs a process that goes on moving its frames, so the engine has none of
 * its own: an agent gives it a forwarder ({@link io.fastvif.engine.VhostUserPorts}). Opening a port
 * and waiting for another process's backend are slow steps, on threads of their own.
 *
 * <h2>Where the kernel's time goes</h2>
 *
 * <p>Measured with a C program and perf on Linux 6.18, two cores, 1,000 veth pairs on one bridge,
 * both ends up; microseconds per VIF. Absolute figures are that machine's, the ratios hold.
 *
 * <ul>
 *   <li>Registering the two links of a pair takes 300 of 600: sysfs files (a third of it), the
 *       tables of {@code net.ipv4.conf}, {@code net.ipv6.conf} and {@code neigh}, uevents. No
 *       request keeps the kernel from it.
 *   <li>Without IFLA_NUM_TX_QUEUES and IFLA_NUM_RX_QUEUES a veth end is registered with a queue of
 *       each sort for every processor, and all but one are taken away again: 150 to 250 on two
 *       processors, more on more. So both are 1.
 *   <li>A port that comes up with IPv6 joins multicast groups, and the bridge floods its reports to
 *       every other port: 13,000 to 17,000 with both ends so, 5,000 with one, 800 with none of them
 *       generating addresses, 600 with IPv6 off. Netlink has no attribute for that; writing {@code
 *       disable_ipv6} takes 20 for each link.
 *   <li>Joining the bridge takes 100 to 200 and grows with the ports: for each new one the kernel
 *       walks all for features, MTU, promiscuity, headroom and spanning tree. Leaving is the same.
 *       That is what still grows from 1 to 1,023 ports; several bridges do not.
 *   <li>Promiscuity set on the port, as os-vif has it, takes 50 to plug and 60 to unplug.
 *   <li>These gained nothing: IFLA_MASTER in the creating message (slower), coming up before
 *       joining, the guest's end first once IPv6 is off, indexes chosen by the sender, larger sends
 *       than 8 messages.
 *   <li>Moving links into a group takes 15 a link where they have no IPv6, and 100 to 1,000 where
 *       they have, because each move is announced to every other.
 *   <li>Deleting one link waits 17 ms. Of 2, 4 and 8 threads that each delete one, all wait 19, 21
 *       and 28 ms: the waits overlap.
 * </ul>
 *
 * <p>May use: {@code bindings}, {@code files}, {@code macvtap}, {@code netlink}, {@code
 * netlink.netfilter}, {@code netlink.route}, {@code netlink.route.kind}, {@code netns}, {@code
 * ovsdb}, {@code pci}, {@code plan}, {@code portprofile}, {@code switchdev}, {@code
 * switchdev.pool}, {@code tuntap}, {@code vhostuser.protocol}, {@code vhostuser.session}, {@code
 * vif}.
 */
package io.fastvif.engine;
