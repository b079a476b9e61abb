/**
 * The plugin {@code vhostuser}, for a VIFVHostUser whose backend is another process, such as a DPDK
 * application or a switch that is configured by somebody else. It prepares the socket: creates its
 * folder, waits for the backend's socket, probes it and gives it to the hypervisor's user;
 * unplugging removes a socket that a hypervisor left behind.
 *
 * <p>The VIF's mode is the hypervisor's: {@code client} means that the hypervisor connects to the
 * backend, {@code server} that the backend connects to the hypervisor, at any time later.
 *
 * <p>With the option {@code uplink} fastvif's own forwarder is the backend: the port is joined to a
 * link of the host, as with the plugin {@code vhostuser_fp}, and nothing is waited for.
 *
 * <p>Planning does not read files, so a plan always has the same steps. Steps that find everything
 * in place change nothing, and the outcome says so.
 *
 * <p>May use: {@code forward.bridge}, {@code host}, {@code plan}, {@code plugin}, {@code vif}.
 */
package io.fastvif.plugin.vhostuser;
