package io.fastvif.plan;

import io.fastvif.vif.MacAddress;

/**
 * Settings of a link that a step changes; a null component is left as it is. Built from {@link
 * #NONE} by the {@code with} methods.
 *
 * @param mtu in bytes
 * @param address the link's own MAC address
 * @param master name of the bridge (or other master) to enslave the link to; empty for none
 * @param up whether the link is administratively up
 * @param promiscuous whether the link is set to take every frame
 * @param alias text kept with the link, at most 255 bytes
 * @param ipv6AddressGeneration whether the kernel gives the link an IPv6 link-local address of its
 *     own ({@code addrgenmode}: false is none, true eui64)
 * @param arpIgnore {@code net.ipv4.conf.NAME.arp_ignore}
 * @param arpAnnounce {@code net.ipv4.conf.NAME.arp_announce}
 */
public record LinkSettings(
    Integer mtu,
    MacAddress address,
    String master,
    Boolean up,
    Boolean promiscuous,
    String alias,
    Boolean ipv6AddressGeneration,
    Integer arpIgnore,
    Integer arpAnnounce) {

  /** Nothing is changed. */
  public static final LinkSettings NONE =
      new LinkSettings(null, null, null, null, null, null, null, null, null);

  /** Whether these settings change nothing. */
  public boolean isEmpty() {
    return equals(NONE);
  }

  /** The same with an MTU, in bytes. */
  public LinkSettings withMtu(Integer value) {
    return new LinkSettings(
        value == null || value == 0 ? null : value,
        address,
        master,
        up,
        promiscuous,
        alias,
        ipv6AddressGeneration,
        arpIgnore,
        arpAnnounce);
  }

  /** The same with a MAC address. */
  public LinkSettings withAddress(MacAddress value) {
    return new LinkSettings(
        mtu, value, master, up, promiscuous, alias, ipv6AddressGeneration, arpIgnore, arpAnnounce);
  }

  /** The same with a master; the empty string takes the link out of its master. */
  public LinkSettings withMaster(String value) {
    return new LinkSettings(
        mtu, address, value, up, promiscuous, alias, ipv6AddressGeneration, arpIgnore, arpAnnounce);
  }

  /** The same with an administrative state. */
  public LinkSettings withUp(Boolean value) {
    return new LinkSettings(
        mtu,
        address,
        master,
        value,
        promiscuous,
        alias,
        ipv6AddressGeneration,
        arpIgnore,
        arpAnnounce);
  }

  /** The same with promiscuity. */
  public LinkSettings withPromiscuous(Boolean value) {
    return new LinkSettings(
        mtu, address, master, up, value, alias, ipv6AddressGeneration, arpIgnore, arpAnnounce);
  }

  /** The same with an alias. */
  public LinkSettings withAlias(String value) {
    return new LinkSettings(
        mtu,
        address,
        master,
        up,
        promiscuous,
        value,
        ipv6AddressGeneration,
        arpIgnore,
        arpAnnounce);
  }

  /** The same with IPv6 address generation on or off. */
  public LinkSettings withIpv6AddressGeneration(Boolean value) {
    return new LinkSettings(
        mtu, address, master, up, promiscuous, alias, value, arpIgnore, arpAnnounce);
  }

  /** The same with the two ARP settings that os-vif gives its bridges. */
  public LinkSettings withArp(Integer ignore, Integer announce) {
    return new LinkSettings(
        mtu, address, master, up, promiscuous, alias, ipv6AddressGeneration, ignore, announce);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    word(text, "mtu", mtu);
    word(text, "address", address);
    if (master != null) {
      text.append(master.isEmpty() ? " nomaster" : " master " + master);
    }
    if (promiscuous != null) {
      text.append(promiscuous ? " promisc on" : " promisc off");
    }
    if (ipv6AddressGeneration != null) {
      text.append(ipv6AddressGeneration ? " addrgenmode eui64" : " addrgenmode none");
    }
    word(text, "arp_ignore", arpIgnore);
    word(text, "arp_announce", arpAnnounce);
    word(text, "alias", alias);
    if (up != null) {
      text.append(up ? " up" : " down");
    }
    return text.isEmpty() ? "nothing" : text.substring(1);
  }

  private static void word(StringBuilder text, String name, Object value) {
    if (value != null) {
      text.append(' ').append(name).append(' ').append(value);
    }
  }
}
