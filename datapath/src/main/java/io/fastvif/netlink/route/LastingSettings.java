package io.fastvif.netlink.route;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.netlink.AttributeIterator;
import io.fastvif.netlink.MessageDecoder;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Set;

/**
 * What somebody has set of a bridge, or may have, as far as RTM_NEWLINK tells: all attributes but
 * those that change by themselves. Two bridges of which it is the same were set alike. An attribute
 * that is not known here counts as set.
 */
public final class LastingSettings {
  /** Names, what the caller looks at itself, counters, and what ports have left behind. */
  private static final Set<Integer> PASSING =
      Set.of(
          IFLA_IFNAME,
          IFLA_IFALIAS,
          IFLA_ADDRESS,
          IFLA_GROUP,
          IFLA_STATS,
          IFLA_STATS64,
          IFLA_OPERSTATE,
          IFLA_CARRIER,
          IFLA_CARRIER_CHANGES,
          IFLA_CARRIER_UP_COUNT,
          IFLA_CARRIER_DOWN_COUNT,
          IFLA_TSO_MAX_SIZE,
          IFLA_TSO_MAX_SEGS);

  /** Its own identity is that of its ports, or random. */
  private static final Set<Integer> PASSING_OF_BRIDGE =
      Set.of(
          IFLA_BR_ROOT_ID,
          IFLA_BR_BRIDGE_ID,
          IFLA_BR_HELLO_TIMER,
          IFLA_BR_TCN_TIMER,
          IFLA_BR_TOPOLOGY_CHANGE_TIMER,
          IFLA_BR_GC_TIMER);

  private static final Set<Integer> PASSING_OF_IPV6 =
      Set.of(IFLA_INET6_FLAGS, IFLA_INET6_CACHEINFO, IFLA_INET6_STATS, IFLA_INET6_ICMP6STATS);

  private static final int PASSING_FLAGS = IFF_UP | IFF_RUNNING | IFF_LOWER_UP | IFF_DORMANT;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  private LastingSettings() {}

  /**
   * Reads those of a bridge, without what a hybrid plug sets of each: {@code arp_ignore}, {@code
   * arp_announce} and {@code disable_ipv6}.
   *
   * @param message RTM_NEWLINK
   */
  public static byte[] of(MessageDecoder message) {
    LastingSettings settings = new LastingSettings();
    settings.put(message.getInt(InterfaceInfo.FLAGS) & ~PASSING_FLAGS);
    settings.link(message.attributes(InterfaceInfo.LENGTH, new AttributeIterator()));
    return settings.bytes.toByteArray();
  }

  private void link(AttributeIterator link) {
    while (link.next()) {
      switch (link.type()) {
        case IFLA_LINKINFO -> info(link.nested(new AttributeIterator()));
        case IFLA_QDISC -> {
          if (!link.stringEquals("noop") && !link.stringEquals("noqueue")) { // down, been up
            put(link, PASSING);
          }
        }
        case IFLA_AF_SPEC -> families(link.nested(new AttributeIterator()));
        default -> put(link, PASSING);
      }
    }
  }

  private void info(AttributeIterator info) {
    while (info.next()) {
      if (info.type() == IFLA_INFO_DATA) {
        AttributeIterator bridge = info.nested(new AttributeIterator());
        while (bridge.next()) {
          put(bridge, PASSING_OF_BRIDGE);
        }
      } else {
        put(info, Set.of());
      }
    }
  }

  private void families(AttributeIterator families) {
    while (families.next()) {
      AttributeIterator family = families.nested(new AttributeIterator());
      switch (families.type()) {
        case AF_INET -> {
          while (family.next()) {
            put(family, IFLA_INET_CONF, InetConf.ARP_IGNORE - 1, InetConf.ARP_ANNOUNCE - 1);
          }
        }
        case AF_INET6 -> {
          while (family.next()) {
            if (!PASSING_OF_IPV6.contains(family.type())) {
              put(family, IFLA_INET6_CONF, LinkMessage.DEVCONF_DISABLE_IPV6);
            }
          }
        }
        default -> put(families, Set.of());
      }
    }
  }

  private void put(AttributeIterator attribute, Set<Integer> passing) {
    if (!passing.contains(attribute.type())) {
      put(attribute.type());
      bytes.writeBytes(attribute.getBytes());
    }
  }

  /** All of an attribute, but for some of the options if it is the one with these. */
  private void put(AttributeIterator attribute, int optionsType, int... passing) {
    byte[] payload = attribute.getBytes();
    if (attribute.type() == optionsType) {
      for (int option : passing) {
        int start = Math.min(payload.length, option * Integer.BYTES);
        Arrays.fill(payload, start, Math.min(payload.length, start + Integer.BYTES), (byte) 0);
      }
    }
    put(attribute.type());
    bytes.writeBytes(payload);
  }

  private void put(int value) {
    for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
      bytes.write(value >>> shift);
    }
  }
}
