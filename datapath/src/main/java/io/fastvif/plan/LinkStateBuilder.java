package io.fastvif.plan;

import io.fastvif.vif.MacAddress;
import io.fastvif.vif.PciAddress;
import java.util.List;

/** Sets a {@link LinkState} together: its parameters by name. */
public final class LinkStateBuilder {
  private static final int DEFAULT_MTU = 1500;

  private final int index;
  private String name;
  private List<String> altnames = List.of();
  private final String kind;
  private int mtu = DEFAULT_MTU;
  private MacAddress address;
  private int master;
  private int group;
  private boolean up;
  private boolean promiscuous;
  private String alias = "";
  private AddressGeneration addressGeneration = AddressGeneration.EUI64;
  private boolean dormant;
  private boolean ipv6Disabled;
  private int arpIgnore;
  private int arpAnnounce;
  private LowerLink lower;
  private int lowerIndex;
  private PciAddress device;

  LinkStateBuilder(int index, String name, String kind) {
    this.index = index;
    this.name = name;
    this.kind = kind;
  }

  LinkStateBuilder(LinkState link) {
    index = link.index();
    name = link.name();
    altnames = link.altnames();
    kind = link.kind();
    mtu = link.mtu();
    address = link.address();
    master = link.master();
    group = link.group();
    up = link.up();
    promiscuous = link.promiscuous();
    alias = link.alias();
    addressGeneration = link.addressGeneration();
    dormant = link.dormant();
    ipv6Disabled = link.ipv6Disabled();
    arpIgnore = link.arpIgnore();
    arpAnnounce = link.arpAnnounce();
    lower = link.lower();
    lowerIndex = link.lowerIndex();
    device = link.device();
  }

  /** Its name. */
  public LinkStateBuilder name(String value) {
    name = value;
    return this;
  }

  /** Its alternative names; none by default. */
  public LinkStateBuilder altnames(List<String> value) {
    altnames = value;
    return this;
  }

  /** In bytes; 1500 by default. */
  public LinkStateBuilder mtu(int value) {
    mtu = value;
    return this;
  }

  /** Its MAC address; null, the default, where it has none. */
  public LinkStateBuilder address(MacAddress value) {
    address = value;
    return this;
  }

  /** Index of its master; 0, the default, for none. */
  public LinkStateBuilder master(int value) {
    master = value;
    return this;
  }

  /** The interface group it is in; 0 by default. */
  public LinkStateBuilder group(int value) {
    group = value;
    return this;
  }

  /** Whether it is administratively up; down by default. */
  public LinkStateBuilder up(boolean value) {
    up = value;
    return this;
  }

  /** Whether it is set promiscuous; not by default. */
  public LinkStateBuilder promiscuous(boolean value) {
    promiscuous = value;
    return this;
  }

  /** Its alias; empty by default. */
  public LinkStateBuilder alias(String value) {
    alias = value;
    return this;
  }

  /** Whether the kernel gives it a link-local address; it does by default. */
  public LinkStateBuilder ipv6AddressGeneration(boolean value) {
    return addressGeneration(value ? AddressGeneration.EUI64 : AddressGeneration.NONE);
  }

  /** How the kernel makes its own IPv6 addresses; of its MAC address by default. */
  public LinkStateBuilder addressGeneration(AddressGeneration value) {
    addressGeneration = value;
    return this;
  }

  /** Whether it counts as dormant while it has a carrier; not by default. */
  public LinkStateBuilder dormant(boolean value) {
    dormant = value;
    return this;
  }

  /** Whether IPv6 is switched off for it; not by default. */
  public LinkStateBuilder ipv6Disabled(boolean value) {
    ipv6Disabled = value;
    return this;
  }

  /** {@code arp_ignore}; 0 by default. */
  public LinkStateBuilder arpIgnore(int value) {
    arpIgnore = value;
    return this;
  }

  /** {@code arp_announce}; 0 by default. */
  public LinkStateBuilder arpAnnounce(int value) {
    arpAnnounce = value;
    return this;
  }

  /** The device that it lies on, and its index; null, the default, for none. */
  public LinkStateBuilder lower(LowerLink value) {
    lower = value;
    lowerIndex = value == null ? 0 : value.index();
    return this;
  }

  /** The index of the link that it lies on, whatever its kind; 0, the default, for none. */
  public LinkStateBuilder lowerIndex(int value) {
    lowerIndex = value;
    return this;
  }

  /** The PCI device that it belongs to; null, the default, for none. */
  public LinkStateBuilder device(PciAddress value) {
    device = value;
    return this;
  }

  /** The link as it was described. */
  public LinkState build() {
    return new LinkState(
        index,
        name,
        altnames,
        kind,
        mtu,
        address,
        master,
        group,
        up,
        promiscuous,
        alias,
        addressGeneration,
        dormant,
        ipv6Disabled,
        arpIgnore,
        arpAnnounce,
        lower,
        lowerIndex,
        device);
  }
}
