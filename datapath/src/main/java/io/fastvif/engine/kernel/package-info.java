/**
 * The engine's kernel side: steps as netlink messages, the sockets that carry them, and what the
 * kernel's answers mean.
 *
 * <p>{@code Transport} is a kernel with all that an engine asks of it, in parts: {@code
 * LinkTransport} for netlink steps and deletions, {@code LocalActions} for local steps, {@code
 * DeviceActions} for slow steps on devices, {@code HostObservation} for planning. {@code
 * KernelTransport} is a real one, {@code NullTransport} none at all, to measure the engine; {@code
 * MonitoredObservation} has snapshots that a monitor keeps current, and hears from each round what
 * it changed. {@code StepEncoder} writes a step behind the others' of its round, {@code Refusals}
 * judges what the kernel refuses, {@code Renaming} is the way of a link to a name that another link
 * leaves.
 *
 * <p>Links to delete are moved into an interface group that nobody else uses and leave with one
 * RTM_DELLINK: the kernel waits once for all of them instead of once for each. It lets such waits
 * overlap, so each is left to one of a few threads ({@code DeletionLane}), and neither plugs nor
 * other deletions stand behind it: four threads that each delete one link take 21 ms, one 17.
 *
 * <p>Nor does the plan wait for all of it. The kernel tells everybody that a link is gone ({@code
 * Departures}) before it waits for readers that may still look at it: of 15 deletions of a veth
 * pair on a bridge, most were told after 0.8 ms and answered after 9 to 21. A plan that deletes
 * ends with the former, once the kernel's lock on links was free again, so that the other end of a
 * pair and the files in {@code /sys/class/net} are gone too; the lane is busy until the latter. If
 * this process is killed meanwhile, the kernel goes on.
 *
 * <p>Bridges are another matter. The kernel waits for RCU once for each, in a group too, and keeps
 * everybody from changing links meanwhile: {@code br_multicast_dev_del} ends with {@code
 * rcu_barrier}, and removing each bridge's own kobject queues the callbacks that the next one waits
 * for. 4 to 32 threads bring what one link after another takes (42 ms with other work on the
 * machine) down to 27, not below; links that are down or were never up, or snooping switched off,
 * gain nothing, and a bridge cannot be moved to another namespace. So the bridge of a hybrid plug
 * is retired ({@code RetiredBridges}): unplugging gives it another name and answers; it is deleted
 * when nobody wants anything else, by this engine or, if it ends before, by the next one; one by
 * one, because a group of them holds the kernel's lock for as much longer (the table of what was
 * tried is in the benchmarks' README). Before Linux 6.9 a rename waits as long, and bridges are
 * deleted at once.
 *
 * <p>An engine that lives long can keep some of them ({@code KeptBridges}), so that VIFs that come
 * and go cost neither a deletion nor a creation. A kept bridge is down and without ports; its alias
 * names the engine by the inode of its netlink socket, so that every other can tell whether the
 * keeper is alive, and collects the bridges of one that is not. A plug's {@code CreateBridge}
 * becomes one message that gives a kept bridge the plug's name and the marks of one that was just
 * made; from there on nothing can tell them apart, in undo and after a kill. Before, it is compared
 * with what the kernel says of a new one ({@code BridgeComparison}); one that differs is deleted,
 * and one that has a port or another alias is left. That no link is its port or lies on it is known
 * by a monitor's events; without a monitor all links of the host are read for it.
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
 * <p>May use: {@code bindings}, {@code engine.filter}, {@code engine.local}, {@code engine.side},
 * {@code event}, {@code files}, {@code lease}, {@code netlink}, {@code netlink.netfilter}, {@code
 * netlink.route}, {@code netlink.route.kind}, {@code netns}, {@code observe}, {@code
 * observe.reader}, {@code pci}, {@code plan}, {@code switchdev}, {@code trace}, {@code tuntap}.
 */
package io.fastvif.engine.kernel;
