/**
 * The plugin {@code vhostuser_fp}: a VIFVHostUser whose backend is fastvif's own forwarder. The
 * guest's rings are joined to a tap of the VIF's port name, and the tap is what the port profile
 * says: a port of a Linux bridge (FPBridge), a port of Open vSwitch or of the Linux bridge of a
 * hybrid plug (FPOpenVSwitch, by the plugin {@code ovs}), or a routed link (FPTap).
 *
 * <p>With the option {@code uplink} there is no tap: the port is joined to a link of the host by
 * AF_XDP, which stands for the bridge of FPBridge: a port of a switch ({@link
 * io.fastvif.forward.bridge}) that the VIFs of the link share, in the VLAN of the VIF's network and
 * guarded by its own addresses. The link is open from its first VIF to its last. Nothing of it is
 * on the host when the forwarder has ended, but the socket's file.
 *
 * <p>The device comes first, then its place in the switch, as 6WIND's public plugin for os-vif has
 * it; the socket comes last, so that no guest connects to a port that leads nowhere. Unplugging
 * goes the same way back: the guest is disconnected, the port leaves the switch, the device goes.
 * If the forwarder is another process, that fails before anything was touched.
 *
 * <p>The tap is persistent and bears the VIF's alias: it outlives the forwarder, which finds it
 * again. Sockets cannot be seen by planning; whether a port is open is asked of the forwarder. Of a
 * port whose forwarder was killed nothing but the VIF's {@code path} names the socket's file: the
 * kernel lists open sockets only, and a tap's alias has no room for a path beside the id.
 * Unplugging the VIF removes the file. Unplugging by the id alone takes the tap and leaves the
 * file, which nobody answers on, until a port is opened there again.
 *
 * <p>May use: {@code forward.bridge}, {@code host}, {@code plan}, {@code plugin}, {@code
 * plugin.ovs}, {@code vif}.
 */
package io.fastvif.plugin.fastpath;
