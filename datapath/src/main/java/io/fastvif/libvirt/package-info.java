/**
 * What libvirt is told of a VIF: the {@code <interface>} element of a domain.
 *
 * <p>{@link io.fastvif.libvirt.VifForms} turns each VIF with its port profile into one of the five
 * forms that libvirt is configured by (bridge, ethernet, vhostuser, hostdev, direct) or a plain
 * {@code <hostdev>}; {@link io.fastvif.libvirt.HistoricalVifType} does so for the VIF type names
 * from before os-vif. {@link io.fastvif.libvirt.InterfaceOptions} is what all forms have in common;
 * {@link io.fastvif.libvirt.LibvirtInterface} joins both, refuses what a form does not allow, and
 * writes the XML. An operator's {@link io.fastvif.libvirt.Template} takes the place of a form, with
 * values from a {@link io.fastvif.libvirt.VifDriver}.
 *
 * <p>What is written passes libvirt's own schema, or is refused before it is written. The XML is
 * written by a class of this package: loading the JDK's would cost every start of the command.
 *
 * <p>May use: {@code vif}.
 */
package io.fastvif.libvirt;
