/**
 * Switchdev: which link stands for which virtual function or subfunction of a network card, and the
 * mode of the card's switch.
 *
 * <p>The kernel tells it in two ways, and drivers in one or both: devlink's ports name the function
 * that each link stands for; and a link has the id of its switch and a port name in one of some
 * forms ({@link io.fastvif.switchdev.PortName}). {@link io.fastvif.switchdev.RepresentorIndex}
 * takes the first and then the second, sees to it that PFs which share a switch keep their own, and
 * asks {@code pci} for what belongs to the PCI bus alone: which PF a VF belongs to and its number.
 * {@link io.fastvif.switchdev.SwitchdevMonitor} keeps the index current by events and is what
 * planning is shown ({@link io.fastvif.plan.SriovSnapshot}). Links are read by netlink, not from
 * sysfs, which shows those of the namespace that mounted it.
 *
 * <p>May use: {@code bindings}, {@code netlink}, {@code netlink.generic.devlink}, {@code
 * netlink.route}, {@code netns}, {@code pci}, {@code plan}, {@code lease}, {@code vif}.
 *
 * @see <a href="https://docs.kernel.org/networking/representors.html">Network function
 *     representors</a>
 */
package io.fastvif.switchdev;
