package io.fastvif.plan;

import io.fastvif.vif.MacAddress;
import io.fastvif.vif.PciAddress;
import java.util.List;
import java.util.Objects;

/**
 * A link as a snapshot saw it.
 *
 * @param index its interface index
 * @param name its name
 * @param altnames its alternative names
 * @param kind the kernel's word for its kind ({@code veth}, {@code tun}, {@code bridge} ...), empty
 *     for hardware
 * @param mtu in bytes
 * @param address its MAC address, null where it has none or one of another length
 * @param master index of its master, 0 for none
 * @param group the interface group it is in
 * @param up whether it is administratively up
 * @param promiscuous whether it is set promiscuous
 * @param alias its alias, empty for none
 * @param addressGeneration how the kernel makes its own IPv6 addresses; none too where the kernel
 *     has no IPv6
 * @param dormant whether it counts as dormant while it has a carrier
 * @param ipv6Disabled whether IPv6 is switched off for it; true too where the kernel has no IPv6
 * @param arpIgnore {@code arp_ignore}
 * @param arpAnnounce {@code arp_announce}
 * @param lower the device that a VLAN, macvlan or macvtap lies on; null for other kinds
 * @param lowerIndex of the link of this namespace that it lies on, whatever its kind; 0 for none
 * @param device the PCI device that it belongs to; null if it is none's, or the kernel (before
 *     5.14) does not say
 */
public record LinkState(
    int index,
    String name,
    List<String> altnames,
    String kind,
    int mtu,
    MacAddress address,
    int master,
    int group,
    boolean up,
    boolean promiscuous,
    String alias,
    AddressGeneration addressGeneration,
    boolean dormant,
    boolean ipv6Disabled,
    int arpIgnore,
    int arpAnnounce,
    LowerLink lower,
    int lowerIndex,
    PciAddress device) {

  /** Copies the list. */
  public LinkState {
    altnames = List.copyOf(altnames);
  }

  /** Whether the kernel gives it a link-local address. */
  public boolean ipv6AddressGeneration() {
    return addressGeneration.makesLinkLocal();
  }

  /** Whether it is the VIF's of that id: by its alias, or by its group while it is being made. */
  public boolean isOf(String vifId) {
    return alias.isEmpty() ? group == LinkGroups.making(vifId) : alias.equals(Aliases.of(vifId));
  }

  /** Whether it bears the mark of a VIF that is not the one of that id. */
  public boolean isOfAnotherThan(String vifId) {
    boolean isMarked =
        alias.isEmpty() ? LinkGroups.isMaking(group) : Aliases.vifId(alias).isPresent();
    return isMarked && !isOf(vifId);
  }

  /** Whether a process has begun to make it, or to delete it, and has not come to the end. */
  public boolean isUnfinished() {
    return LinkGroups.isPassing(group);
  }

  /** A link that is down, with the kernel's defaults. */
  public static LinkStateBuilder builder(int index, String name, String kind) {
    return new LinkStateBuilder(index, name, kind);
  }

  /** The same link, to be changed. */
  public LinkStateBuilder toBuilder() {
    return new LinkStateBuilder(this);
  }

  /** The same link on another, or of a PCI device. */
  public LinkState on(LowerLink newLower, PciAddress newDevice) {
    return toBuilder().lower(newLower).device(newDevice).build();
  }

  /** The same under other names. */
  public LinkState withNames(String newName, List<String> newAltnames) {
    return toBuilder().name(newName).altnames(newAltnames).build();
  }

  /**
   * By hand: the JVM makes a record's of method handles at its first use, which of twenty
   * components takes as long as a link does to make, and the start of a command waits for it.
   */
  @Override
  public boolean equals(Object other) {
    return other instanceof LinkState link
        && index == link.index
        && mtu == link.mtu
        && master == link.master
        && group == link.group
        && up == link.up
        && promiscuous == link.promiscuous
        && addressGeneration == link.addressGeneration
        && dormant == link.dormant
        && ipv6Disabled == link.ipv6Disabled
        && arpIgnore == link.arpIgnore
        && arpAnnounce == link.arpAnnounce
        && lowerIndex == link.lowerIndex
        && Objects.equals(name, link.name)
        && Objects.equals(kind, link.kind)
        && Objects.equals(alias, link.alias)
        && Objects.equals(address, link.address)
        && Objects.equals(lower, link.lower)
        && Objects.equals(device, link.device)
        && altnames.equals(link.altnames);
  }

  @Override
  public int hashCode() {
    return 31 * index + Objects.hashCode(name);
  }
}
