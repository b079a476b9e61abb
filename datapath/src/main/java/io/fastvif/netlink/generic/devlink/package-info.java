/**
 * devlink: what a network card is beyond its links. Its embedded switch with the switch's mode, and
 * its ports, which say of a link what it stands for: the uplink, a virtual function, a subfunction.
 *
 * <p>{@link io.fastvif.netlink.generic.devlink.DevlinkRequest} writes messages, {@link
 * io.fastvif.netlink.generic.devlink.DevlinkPort} and {@link
 * io.fastvif.netlink.generic.devlink.Eswitch} read them, {@link
 * io.fastvif.netlink.generic.devlink.DevlinkSocket} sends one request at a time and {@link
 * io.fastvif.netlink.generic.devlink.DevlinkMonitor} follows the kernel's events. A host has some
 * tens of ports and asks seldom, so what is read becomes records.
 *
 * <p>May use: {@code bindings}, {@code netlink}, {@code netlink.generic}.
 *
 * @see <a href="https://docs.kernel.org/networking/devlink/index.html">devlink</a>
 */
package io.fastvif.netlink.generic.devlink;
