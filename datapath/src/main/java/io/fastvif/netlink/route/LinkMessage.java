package io.fastvif.netlink.route;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.netlink.AttributeIterator;
import io.fastvif.netlink.AttributeTable;
import io.fastvif.netlink.MessageDecoder;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads RTM_NEWLINK and RTM_DELLINK. A flyweight: valid until the next message is received. What
 * the kernel left out is 0 or null.
 */
public final class LinkMessage {
  private static final int MAC_LENGTH = 6;

  /** Of linux/ipv6.h. */
  static final int DEVCONF_DISABLE_IPV6 = 26;

  private final AttributeTable attributes = new AttributeTable(IFLA_MAX_KNOWN);
  private final AttributeIterator outer = new AttributeIterator();
  private final AttributeIterator inner = new AttributeIterator();
  private int index;
  private int flags;
  private int family;
  private boolean removed;

  /** The highest attribute that is read, IFLA_PARENT_DEV_NAME, with room for newer ones. */
  private static final int IFLA_MAX_KNOWN = 80;

  /** Makes a message that has nothing to read. */
  public LinkMessage() {}

  /**
   * Reads a message.
   *
   * @param message RTM_NEWLINK or RTM_DELLINK
   */
  public LinkMessage wrap(MessageDecoder message) {
    int type = message.type();
    if (type != RTM_NEWLINK && type != RTM_DELLINK) {
      throw new IllegalArgumentException("message type " + type + " is not a link's");
    }
    attributes.wrap(message, InterfaceInfo.LENGTH);
    removed = type == RTM_DELLINK;
    family = message.getByte(InterfaceInfo.FAMILY);
    index = message.getInt(InterfaceInfo.INDEX);
    flags = message.getInt(InterfaceInfo.FLAGS);
    return this;
  }

  /** Whether the message says that the link is gone (RTM_DELLINK). */
  public boolean isRemoved() {
    return removed;
  }

  /**
   * The address family: AF_BRIDGE for messages of a bridge about one of its ports, which carry only
   * some of the link's attributes, else AF_UNSPEC.
   *
   * @return ifi_family
   */
  public int family() {
    return family;
  }

  /**
   * The link's index.
   *
   * @return a positive number
   */
  public int index() {
    return index;
  }

  /**
   * The link's flags.
   *
   * @return IFF_… of linux/if.h
   */
  public int flags() {
    return flags;
  }

  /**
   * Whether the link is up (administratively).
   *
   * @return IFF_UP
   */
  public boolean isUp() {
    return (flags & IFF_UP) != 0;
  }

  /**
   * Whether the link was told to receive all frames.
   *
   * @return IFF_PROMISC
   */
  public boolean isPromiscuous() {
    return (flags & IFF_PROMISC) != 0;
  }

  /**
   * How many users made the link receive all frames, a bridge it is enslaved to included.
   *
   * @return IFLA_PROMISCUITY
   */
  public int promiscuity() {
    return attributes.getInt(IFLA_PROMISCUITY, 0);
  }

  /**
   * The link's name.
   *
   * @return IFLA_IFNAME
   */
  public String name() {
    return attributes.getString(IFLA_IFNAME);
  }

  /**
   * The kind of a virtual link.
   *
   * @return such as {@code veth}; null for a physical one and the loopback
   */
  public String kind() {
    return linkInfo(IFLA_INFO_KIND) ? inner.getString() : null;
  }

  /**
   * Compares the link's kind without making a string.
   *
   * @param kind such as {@code veth}
   * @return whether it is the link's
   */
  public boolean kindEquals(CharSequence kind) {
    return linkInfo(IFLA_INFO_KIND) && inner.stringEquals(kind);
  }

  /**
   * Points an iterator at the options of the link's kind.
   *
   * @param iterator the one to use
   * @return whether there are any (IFLA_INFO_DATA)
   */
  public boolean kindOptions(AttributeIterator iterator) {
    return linkInfo(IFLA_INFO_DATA) && inner.nested(iterator) != null;
  }

  /**
   * Points an iterator at what the link has as a port of its master.
   *
   * @param iterator the one to use
   * @return whether there is anything (IFLA_INFO_SLAVE_DATA)
   */
  public boolean portOptions(AttributeIterator iterator) {
    return linkInfo(IFLA_INFO_SLAVE_DATA) && inner.nested(iterator) != null;
  }

  /**
   * The VLANs of a bridge or its port, if they were asked for: {@link BridgeVlanRequest#dump()}.
   */
  public List<BridgeVlan> bridgeVlans() {
    return family == AF_BRIDGE && attributes.nested(IFLA_AF_SPEC, inner)
        ? BridgeVlan.read(inner)
        : List.of();
  }

  /**
   * Whether the link is a tap (or tun) that goes with the last process that has a queue of it.
   *
   * @return whether IFLA_TUN_PERSIST is 0
   */
  public boolean isPassingTap() {
    AttributeIterator options = new AttributeIterator();
    return kindEquals("tun")
        && kindOptions(options)
        && options.find(IFLA_TUN_PERSIST)
        && options.getByte() == 0;
  }

  /**
   * The MTU.
   *
   * @return bytes
   */
  public int mtu() {
    return attributes.getInt(IFLA_MTU, 0);
  }

  /**
   * The MAC address.
   *
   * @return the 48 bits, the first byte on the wire in bits 47 to 40; 0 if the link has none
   */
  public long address() {
    return hasMac() ? attributes.get(IFLA_ADDRESS).getMacAddress() : 0;
  }

  /**
   * The index of the bridge, bond or team that the link is a port of.
   *
   * @return its index, or 0
   */
  public int master() {
    return attributes.getInt(IFLA_MASTER, 0);
  }

  /**
   * The index of the link it lies on; for a veth that of its peer.
   *
   * @return its index, or 0. If {@link #linkNamespace()} is not -1 it is one of that namespace
   */
  public int link() {
    return attributes.getInt(IFLA_LINK, 0);
  }

  /**
   * The namespace that {@link #link()} is in.
   *
   * @return its id in this namespace, or -1 if it is this one
   */
  public int linkNamespace() {
    return attributes.getInt(IFLA_LINK_NETNSID, -1);
  }

  /**
   * The link's group.
   *
   * @return 0 for the default one
   */
  public int group() {
    return attributes.getInt(IFLA_GROUP, 0);
  }

  /**
   * The link's alias.
   *
   * @return the text or null
   */
  public String alias() {
    return attributes.getString(IFLA_IFALIAS);
  }

  /**
   * The link's alternative names.
   *
   * @return a list of its own; the empty one if there are none
   */
  public List<String> alternativeNames() {
    if (!attributes.nested(IFLA_PROP_LIST, outer)) {
      return List.of();
    }
    List<String> names = new ArrayList<>();
    while (outer.next()) {
      if (outer.type() == IFLA_ALT_IFNAME) {
        names.add(outer.getString());
      }
    }
    return names;
  }

  /**
   * Whether the link counts as dormant while it has a carrier.
   *
   * @return IFLA_LINKMODE
   */
  public boolean isDormant() {
    return attributes.getByte(IFLA_LINKMODE, IF_LINK_MODE_DEFAULT) == IF_LINK_MODE_DORMANT;
  }

  /**
   * How the link makes its own IPv6 addresses.
   *
   * @return the way; null if the kernel has no IPv6 or the link none
   */
  public AddressGenerationMode addressGenerationMode() {
    return family(AF_INET6) && inner.find(IFLA_INET6_ADDR_GEN_MODE)
        ? AddressGenerationMode.of(inner.getByte())
        : null;
  }

  /**
   * One of the link's IPv4 options.
   *
   * @param option one of {@link InetConf}
   * @param absent what to return if the kernel did not say
   * @return its value, or {@code absent}
   */
  public int inetConf(int option, int absent) {
    return family(AF_INET) && inner.find(IFLA_INET_CONF) ? element(option - 1, absent) : absent;
  }

  /**
   * One of the link's IPv6 options.
   *
   * @param option DEVCONF_… of linux/ipv6.h
   * @param absent what to return if the kernel did not say
   * @return its value, or {@code absent}
   */
  public int inet6Conf(int option, int absent) {
    return family(AF_INET6) && inner.find(IFLA_INET6_CONF) ? element(option, absent) : absent;
  }

  /**
   * Whether IPv6 is off on the link ({@code net.ipv6.conf.DEV.disable_ipv6}).
   *
   * @return true also if the kernel has no IPv6 or the link none
   */
  public boolean isIpv6Disabled() {
    return inet6Conf(DEVCONF_DISABLE_IPV6, 1) != 0;
  }

  /**
   * The XDP program that is attached to the link.
   *
   * @return its id, of one of them if there are several; 0 for none
   */
  public int xdpProgram() {
    if (!attributes.nested(IFLA_XDP, outer)) {
      return 0;
    }
    int program = 0;
    while (outer.next()) {
      switch (outer.type()) {
        case IFLA_XDP_PROG_ID, IFLA_XDP_DRV_PROG_ID, IFLA_XDP_SKB_PROG_ID, IFLA_XDP_HW_PROG_ID ->
            program = outer.getInt();
        default -> {} // how it is attached
      }
    }
    return program;
  }

  /**
   * The name of the physical port, as {@code p0} or {@code pf0vf3}.
   *
   * @return IFLA_PHYS_PORT_NAME or null
   */
  public String physicalPortName() {
    return attributes.getString(IFLA_PHYS_PORT_NAME);
  }

  /**
   * The id of the switch that the link is a port of.
   *
   * @return IFLA_PHYS_SWITCH_ID or null
   */
  public byte[] physicalSwitchId() {
    return attributes.getBytes(IFLA_PHYS_SWITCH_ID);
  }

  /**
   * The device that the link belongs to, as {@code 0000:03:00.0}.
   *
   * @return IFLA_PARENT_DEV_NAME or null
   */
  public String parentDeviceName() {
    return attributes.getString(IFLA_PARENT_DEV_NAME);
  }

  /**
   * The bus of that device, as {@code pci}.
   *
   * @return IFLA_PARENT_DEV_BUS_NAME or null
   */
  public String parentBusName() {
    return attributes.getString(IFLA_PARENT_DEV_BUS_NAME);
  }

  /**
   * Compares that bus's name without making a string.
   *
   * @param bus such as {@code pci}
   * @return whether it is the name of the bus that the link's device is on
   */
  public boolean parentBusEquals(CharSequence bus) {
    return attributes.has(IFLA_PARENT_DEV_BUS_NAME)
        && attributes.has(IFLA_PARENT_DEV_NAME)
        && attributes.get(IFLA_PARENT_DEV_BUS_NAME).stringEquals(bus);
  }

  private boolean hasMac() {
    return attributes.has(IFLA_ADDRESS)
        && attributes.get(IFLA_ADDRESS).payloadLength() == MAC_LENGTH;
  }

  private boolean linkInfo(int type) {
    return attributes.nested(IFLA_LINKINFO, inner) && inner.find(type);
  }

  private boolean family(int addressFamily) {
    if (!attributes.nested(IFLA_AF_SPEC, outer) || !outer.find(addressFamily)) {
      return false;
    }
    outer.nested(inner);
    return true;
  }

  /** The kernel writes options as one array; an older kernel's is shorter. */
  private int element(int position, int absent) {
    int offset = position * Integer.BYTES;
    return position >= 0 && offset + Integer.BYTES <= inner.payloadLength()
        ? inner.getInt(offset)
        : absent;
  }
}
