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
 * @param addressGeneration how the kernel makes the link's own IPv6 addresses
 * @param dormancy whether the link counts as dormant once it has a carrier
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
    AddressGeneration addressGeneration,
    Dormancy dormancy,
    Integer arpIgnore,
    Integer arpAnnounce) {

  /** Nothing is changed. */
  public static final LinkSettings NONE =
      new LinkSettings(null, null, null, null, null, null, null, null, null, null);

  /** Whether these settings change nothing. */
  public boolean isEmpty() {
    return mtu == null
        && address == null
        && master == null
        && up == null
        && promiscuous == null
        && alias == null
        && addressGeneration == null
        && dormancy == null
        && arpIgnore == null
        && arpAnnounce == null;
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
        addressGeneration,
        dormancy,
        arpIgnore,
        arpAnnounce);
  }

  /** The same with a MAC address. */
  public LinkSettings withAddress(MacAddress value) {
    return new LinkSettings(
        mtu,
        value,
        master,
        up,
        promiscuous,
        alias,
        addressGeneration,
        dormancy,
        arpIgnore,
        arpAnnounce);
  }

  /** The same with a master; the empty string takes the link out of its master. */
  public LinkSettings withMaster(String value) {
    return new LinkSettings(
        mtu,
        address,
        value,
        up,
        promiscuous,
        alias,
        addressGeneration,
        dormancy,
        arpIgnore,
        arpAnnounce);
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
        addressGeneration,
        dormancy,
        arpIgnore,
        arpAnnounce);
  }

  /** The same with promiscuity. */
  public LinkSettings withPromiscuous(Boolean value) {
    return new LinkSettings(
        mtu,
        address,
        master,
        up,
        value,
        alias,
        addressGeneration,
        dormancy,
        arpIgnore,
        arpAnnounce);
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
        addressGeneration,
        dormancy,
        arpIgnore,
        arpAnnounce);
  }

  /** The same with IPv6 address generation by the MAC address, or none. */
  public LinkSettings withIpv6AddressGeneration(Boolean value) {
    AddressGeneration given = Boolean.TRUE.equals(value) ? AddressGeneration.EUI64 : null;
    return withAddressGeneration(Boolean.FALSE.equals(value) ? AddressGeneration.NONE : given);
  }

  /** The same with a way of IPv6 address generation. */
  public LinkSettings withAddressGeneration(AddressGeneration value) {
    return new LinkSettings(
        mtu, address, master, up, promiscuous, alias, value, dormancy, arpIgnore, arpAnnounce);
  }

  /** The same with a dormancy. */
  public LinkSettings withDormancy(Dormancy value) {
    return new LinkSettings(
        mtu,
        address,
        master,
        up,
        promiscuous,
        alias,
        addressGeneration,
        value,
        arpIgnore,
        arpAnnounce);
  }

  /** The same with the two ARP settings that os-vif gives its bridges. */
  public LinkSettings withArp(Integer ignore, Integer announce) {
    return new LinkSettings(
        mtu,
        address,
        master,
        up,
        promiscuous,
        alias,
        addressGeneration,
        dormancy,
        ignore,
        announce);
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
    word(text, "addrgenmode", addressGeneration);
    word(text, "mode", dormancy);
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
