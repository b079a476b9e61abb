/**
 * CNI: plugs pods for container runtimes, as the plugin of the specification 0.3.0 to 1.1.0 that
 * they execute. {@link io.fastvif.cni.CniPlugin} has the verbs; the agent serves them at {@code
 * /v1/cni}, and {@code fastvif cni} does the same alone.
 *
 * <ol>
 *   <li>An attachment is a VIF whose id, {@code cni/NETWORK/CONTAINER/INTERFACE}, is its link's
 *       alias: the host itself is the memory, beside the files of IPAM.
 *   <li>ADD gets addresses, then has the engine carry out one plan: links in the engine's batches,
 *       what is the pod's own by steps of this package. A failed step undoes the plan, and the
 *       addresses are freed.
 *   <li>The pod's end is made in the pod's namespace, named and addressed there; nothing is moved
 *       but devices of the host's own.
 *   <li>What wakes another thread takes as long as some steps: an ADD visits the pod's namespace
 *       once and has all its sockets from there, the engine's thread plans it, and what only the
 *       pod has is set up in one step. {@code LoneAddTest} counts.
 *   <li>DEL needs the id alone: it deletes by the alias, hundreds behind one wait, then frees.
 *   <li>GC compares aliases, rules' comments and address files with the list of the runtime.
 *   <li>{@code host-local} and {@code static} are built in, with the reference plugins' files; any
 *       other IPAM plugin is run by the specification's delegation.
 *   <li>Masquerading and the check of source addresses are rules of nf_tables in tables of our own.
 *   <li>A key that is not supported is refused, whatever the version: nothing is silently left out.
 *   <li>The agent's orphan search leaves attachments alone: their runtime says when they end.
 *   <li>What is in the pod's namespace alone, as macvlans and taps are, bears an alias of its own
 *       that also says whose host made it. It is looked for where the runtime says that the pod is;
 *       DEL without a namespace, and GC, look into every namespace that has a path or of which a
 *       process has a descriptor.
 *   <li>Of an attachment by vhost-user a record says before anything is made which socket and files
 *       it has: DEL and GC find them by it, and an agent that starts opens the ports again.
 *   <li>A port of Open vSwitch bears the VIF's mark, by which DEL and GC find it when its link is
 *       gone already.
 *   <li>A device of the host's own that a pod has bears an alias of yet another form: it is given
 *       back, and never deleted. How it was is written down before it is touched, and then which
 *       number it has in the pod, by which it is found without the alias; a PCI device is leased.
 *   <li>There are the attachments {@code bridge}, {@code host-device}, {@code macvlan}, {@code
 *       ovs}, {@code ptp}, {@code sriov}, {@code tap} and, by fastvif's own forwarder or Open
 *       vSwitch with DPDK, {@code vhostuser}.
 *   <li>A bridge stays when its pods are gone, and so does the host's link in a VLAN of it. What
 *       limits what a pod sends is a link that bears the VIF's alias, and goes with the host's end;
 *       its name tells the network while it has no alias. On Open vSwitch it is the port's
 *       policing.
 * </ol>
 *
 * <p>May use: {@code bindings}, {@code engine}, {@code files}, {@code io.fastvif}, {@code json},
 * {@code netlink}, {@code netlink.netfilter}, {@code netlink.route}, {@code netlink.route.kind},
 * {@code netns}, {@code plan}, {@code plugin}, {@code plugin.hostdev}, {@code plugin.ovs}, {@code
 * trace}, {@code tuntap}, {@code vif}.
 */
package io.fastvif.cni;
