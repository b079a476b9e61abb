package io.fastvif.observe.reader;

import static io.fastvif.bindings.linux.linux_h.AF_INET;
import static io.fastvif.bindings.linux.linux_h.AF_INET6;
import static io.fastvif.bindings.linux.linux_h.IFLA_VLAN_ID;
import static io.fastvif.bindings.linux.linux_h.RTN_UNICAST;
import static io.fastvif.bindings.linux.linux_h.RTPROT_KERNEL;
import static io.fastvif.bindings.linux.linux_h.RT_TABLE_MAIN;

import io.fastvif.netlink.AttributeIterator;
import io.fastvif.netlink.MessageDecoder;
import io.fastvif.netlink.route.AddressGenerationMode;
import io.fastvif.netlink.route.AddressMessage;
import io.fastvif.netlink.route.InetConf;
import io.fastvif.netlink.route.LinkMessage;
import io.fastvif.netlink.route.RouteMessage;
import io.fastvif.netlink.route.kind.MacvlanInfo;
import io.fastvif.netlink.route.kind.MacvlanMode;
import io.fastvif.plan.AddressGeneration;
import io.fastvif.plan.AddressState;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.LowerLink;
import io.fastvif.plan.MacvtapMode;
import io.fastvif.plan.RouteState;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.PciAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * What a snapshot keeps of the kernel's messages. Allocates what is kept and no more. One thread at
 * a time may use it.
 */
public final class HostStates {
  /** More kinds than a kernel has are not kept. */
  private static final int MAX_KINDS = 64;

  private final LinkMessage link = new LinkMessage();
  private final AddressMessage address = new AddressMessage();
  private final RouteMessage route = new RouteMessage();
  private final AttributeIterator options = new AttributeIterator();
  private final MacvlanInfo macvlan = new MacvlanInfo();
  private final String[] kinds = new String[MAX_KINDS];
  private int kindCount;

  /** The reader of links, on a message. */
  public LinkMessage link(MessageDecoder message) {
    return link.wrap(message);
  }

  /** The reader of addresses, on a message. */
  public AddressMessage address(MessageDecoder message) {
    return address.wrap(message);
  }

  /** The reader of routes, on a message. */
  public RouteMessage route(MessageDecoder message) {
    return route.wrap(message);
  }

  /** The link that the reader of links is on. */
  public LinkState linkState() {
    long mac = link.address();
    AddressGenerationMode mode = link.addressGenerationMode();
    return LinkState.builder(link.index(), link.name(), kind())
        .altnames(link.alternativeNames())
        .mtu(link.mtu())
        .address(mac == 0 ? null : new MacAddress(mac))
        .master(link.master())
        .group(link.group())
        .up(link.isUp())
        .promiscuous(link.isPromiscuous())
        .alias(nonNull(link.alias()))
        .addressGeneration(generation(mode))
        .dormant(link.isDormant())
        .ipv6Disabled(link.isIpv6Disabled())
        .arpIgnore(link.inetConf(InetConf.ARP_IGNORE, 0))
        .arpAnnounce(link.inetConf(InetConf.ARP_ANNOUNCE, 0))
        .lower(lower())
        .lowerIndex(LinkUse.lower(link, options))
        .device(device())
        .build();
  }

  private static AddressGeneration generation(AddressGenerationMode mode) {
    if (mode == null) { // not a case: a switch with null is made at its first use, for milliseconds
      return AddressGeneration.NONE;
    }
    return switch (mode) {
      case EUI64 -> AddressGeneration.EUI64;
      case STABLE_PRIVACY -> AddressGeneration.STABLE_SECRET;
      case RANDOM -> AddressGeneration.RANDOM;
      case NONE -> AddressGeneration.NONE;
    };
  }

  private PciAddress device() {
    if (!link.parentBusEquals("pci")) {
      return null;
    }
    try {
      return PciAddress.parse(link.parentDeviceName());
    } catch (InvalidInputException wide) {
      return null; // a domain of more than 16 bits, as virtual machines may have; os-vif knows none
    }
  }

  /** Of other kinds the kernel's IFLA_LINK may mean something else: a veth's is its peer. */
  private LowerLink lower() {
    if (link.link() == 0 || link.linkNamespace() != -1) {
      return null;
    }
    if (link.kindEquals("vlan")) {
      int id = link.kindOptions(options) && options.find(IFLA_VLAN_ID) ? options.getShort() : 0;
      return new LowerLink(link.link(), id, null);
    }
    if (link.kindEquals("macvtap")) {
      return new LowerLink(link.link(), 0, mode(macvlan.wrap(link).mode()));
    }
    return link.kindEquals("macvlan") ? new LowerLink(link.link(), 0, null) : null;
  }

  private static MacvtapMode mode(MacvlanMode mode) {
    return switch (mode) {
      case VEPA -> MacvtapMode.VEPA;
      case BRIDGE -> MacvtapMode.BRIDGE;
      case PRIVATE -> MacvtapMode.PRIVATE;
      case PASSTHRU -> MacvtapMode.PASSTHRU;
      case SOURCE -> null;
      case null -> null;
    };
  }

  /** The address that the reader of addresses is on. */
  public AddressState addressState() {
    byte[] local = address.local();
    return new AddressState(
        internet(local == null ? address.address() : local),
        address.prefixLength(),
        internet(address.broadcast()),
        address.scope(),
        address.flags(),
        nonNull(address.label()));
  }

  /** Whether the route that the reader of routes is on is one that snapshots have. */
  public boolean isKept() {
    boolean isOfAnAddress = route.family() == AF_INET6 && route.protocol() == RTPROT_KERNEL;
    return (route.family() == AF_INET || route.family() == AF_INET6)
        && !isOfAnAddress
        && route.table() == RT_TABLE_MAIN
        && route.type() == RTN_UNICAST
        && !route.isMultipath();
  }

  /** The route that the reader of routes is on. */
  public RouteState routeState() {
    byte[] destination = route.destination();
    return new RouteState(
        internet(destination == null ? wildcard(route.family()) : destination),
        route.destinationLength(),
        internet(route.gateway()),
        internet(route.preferredSource()),
        route.priority(),
        route.protocol(),
        route.scope());
  }

  private static byte[] wildcard(int family) {
    return new byte[family == AF_INET6 ? 16 : 4];
  }

  /** Thousands of links are of the same few kinds. */
  private String kind() {
    for (int i = 0; i < kindCount; i++) {
      if (link.kindEquals(kinds[i])) {
        return kinds[i];
      }
    }
    String kind = link.kind();
    if (kind != null && kindCount < MAX_KINDS) {
      kinds[kindCount++] = kind;
    }
    return nonNull(kind);
  }

  private static InetAddress internet(byte[] bytes) {
    try {
      return bytes == null ? null : InetAddress.getByAddress(bytes);
    } catch (UnknownHostException wrongLength) {
      throw new IllegalArgumentException("an address of " + bytes.length + " bytes", wrongLength);
    }
  }

  private static String nonNull(String text) {
    return text == null ? "" : text;
  }
}
