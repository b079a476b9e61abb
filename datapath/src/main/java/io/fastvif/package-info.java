/**
 * Start here: plugs and unplugs virtual network interfaces (VIFs) by {@link io.fastvif.VifHost},
 * which is all that most agents need.
 *
 * <p>Five complete programs follow. They need root (CAP_NET_ADMIN) and, on the class path, the
 * option {@code --enable-native-access=ALL-UNNAMED}.
 *
 * <h2>Plug and unplug</h2>
 *
 * <p>{@link io.fastvif.VifHost#plug plug} and {@link io.fastvif.VifHost#unplug(String) unplug}
 * return futures that never fail: whatever goes wrong is a result with a {@link
 * io.fastvif.engine.PlugFailure}, which names the step, the kernel's error and what is left behind.
 * Submit many without waiting in between, from any thread: VIFs that are ready together go to the
 * kernel in one send, and operations on one VIF are carried out in the order of submission, each
 * planned when the one before it has ended. The plugin is named by the VIF, as in os-vif; {@code
 * io.fastvif.plugin} lists them.
 *
 * {@snippet file="io/fastvif/examples/PlugAndUnplug.java"}
 *
 * <h2>Sync with a desired set</h2>
 *
 * <p>{@link io.fastvif.VifHost#sync sync} plugs what is missing, leaves what is right as it is, and
 * unplugs what nobody wants any more. The host is the only memory, so an agent that was killed just
 * begins anew. {@link io.fastvif.json.PlugRequests} reads os-vif's JSON. Ports of Open vSwitch that
 * do not bear fastvif's mark, such as os-vif's, are left alone.
 *
 * {@snippet file="io/fastvif/examples/Sync.java"}
 *
 * <h2>Open vSwitch</h2>
 *
 * <p>Options of the plugins come from one {@link io.fastvif.config.HostConfiguration}: nova.conf,
 * the environment, or single options as here. With {@code ovs.wait_for=vswitchd} a VIF counts as
 * plugged when ovs-vswitchd has applied it, otherwise when the database has it.
 *
 * {@snippet file="io/fastvif/examples/OpenVSwitch.java"}
 *
 * <h2>Endpoints</h2>
 *
 * <p>A hypervisor that would rather not know of networks asks a {@link
 * io.fastvif.driver.NetworkDriver} for an endpoint on a named network. Here the file of networks
 * says, for example, {@code {"networks": {"blue": {"kind": "bridge", "bridge": "br-blue"}}}};
 * {@code io.fastvif.driver.file} describes its form.
 *
 * {@snippet file="io/fastvif/examples/RequestEndpoint.java"}
 *
 * <h2>A vhost-user datapath</h2>
 *
 * <p>A {@link io.fastvif.forward.FrameHandler} gets the guest's frames in bursts and sends it
 * others. Connect QEMU or DPDK's virtio-user to the socket, with shared memory.
 *
 * {@snippet file="io/fastvif/examples/VhostUserEcho.java"}
 *
 * <h2>Further</h2>
 *
 * <p>Below {@code VifHost} lies {@link io.fastvif.engine.PlugEngine}, for plans of one's own and
 * submission without locks or allocation. A plugin of one's own implements {@link
 * io.fastvif.plugin.VifPluginFactory} and is found by ServiceLoader, also by the thread's context
 * class loader. A full queue is waited for, within a limit, or refused at once by {@link
 * io.fastvif.VifHost#offer offer}. {@link io.fastvif.VifHost#statistics statistics} counts what was
 * done; reading it costs the reader, not the engine.
 *
 * <p>May use: {@code trace}, {@code bindings}, {@code config}, {@code engine}, {@code
 * engine.filter}, {@code netlink.route}, {@code netns}, {@code observe}, {@code plan}, {@code
 * plugin}, {@code switchdev}, {@code lease}, {@code vif}, {@code json}.
 */
package io.fastvif;
