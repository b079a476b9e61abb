package io.fastvif.netlink;

import io.fastvif.bindings.linux.linux_h;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The names that the kernel's headers have for numbers: all constants that begin alike. Read from
 * the bindings when first asked for, which takes milliseconds.
 */
final class ConstantNames {
  private static final Map<String, ConstantNames> KNOWN = new ConcurrentHashMap<>();

  /** Of constants with a beginning, what else begins so and numbers something else. */
  private static final Map<String, List<String>> OTHERS =
      Map.of(
          "RTM_",
          List.of("F_", "BASE", "MAX", "NR_"),
          "IFLA_",
          List.of(
              "BAREUDP_",
              "BOND_",
              "BRIDGE_",
              "BRPORT_",
              "BR_",
              "CAN_",
              "DSA_",
              "GENEVE_",
              "GTP_",
              "HSR_",
              "INET6_",
              "INET_",
              "INFO_",
              "IPOIB_",
              "IPTUN_",
              "IPVLAN_",
              "MACSEC_",
              "MACVLAN_",
              "MCTP_",
              "NETKIT_",
              "OFFLOAD_",
              "PORT_",
              "PPP_",
              "RMNET_",
              "STATS_",
              "TUN_",
              "VF_",
              "VLAN_",
              "VRF_",
              "VTI_",
              "VXLAN_",
              "XDP_",
              "XFRM_",
              "EVENT_"),
          "IFLA_VF_",
          List.of("INFO", "LINK_STATE_", "STATS_", "VLAN_INFO", "PORT"),
          "IFLA_BRIDGE_",
          List.of("MRP_", "CFM_", "VLAN_TUNNEL_", "MST_"),
          "IFLA_BR_",
          List.of("MCAST_STATS"),
          "IFA_",
          List.of("F_"),
          "NDA_",
          List.of("FDB_EXT_"),
          "CTRL_ATTR_",
          List.of("OP_", "MCAST_GRP_", "POLICY_"),
          "IFF_",
          List.of("TUN", "TAP", "NAPI", "NO_PI", "ONE_QUEUE", "VNET_", "MULTI_QUEUE", "ATTACH_"));

  private final Map<Integer, String> names = new HashMap<>();

  private ConstantNames(String prefix) {
    List<String> others = OTHERS.getOrDefault(prefix, List.of());
    for (Field field : linux_h.class.getFields()) {
      String name = field.getName();
      if (field.getType() == int.class && name.startsWith(prefix)) {
        String rest = name.substring(prefix.length());
        boolean isOther = rest.startsWith("_") || others.stream().anyMatch(rest::startsWith);
        if (!isOther && !rest.equals("MAX") && !rest.equals("UNSPEC")) {
          // Of those with the same number, longer ones are of something nested.
          names.merge(number(name), rest, (a, b) -> a.length() <= b.length() ? a : b);
        }
      }
    }
  }

  /** The constants are inherited from classes that are not public, so not by the field itself. */
  private static int number(String constant) {
    try {
      return (int)
          MethodHandles.publicLookup()
              .findStaticGetter(linux_h.class, constant, int.class)
              .invokeExact();
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** The constants whose names begin so, such as {@code RTA_}. */
  static ConstantNames of(String prefix) {
    return KNOWN.computeIfAbsent(prefix, ConstantNames::new);
  }

  /** The name of a number, without its beginning; null if it has none. */
  String name(int number) {
    return names.get(number);
  }

  /** The name of a number, or the number itself. */
  String nameOrNumber(int number) {
    String name = names.get(number);
    return name == null ? Integer.toUnsignedString(number) : name;
  }

  /** The names of bits, such as {@code UP|PROMISC}; those without a name in hexadecimal. */
  String bits(int bits) {
    List<String> set = new ArrayList<>();
    int left = bits;
    for (Map.Entry<Integer, String> each : new TreeMap<>(names).entrySet()) {
      int bit = each.getKey();
      if (Integer.bitCount(bit) == 1 && (left & bit) != 0) {
        set.add(each.getValue());
        left &= ~bit;
      }
    }
    if (left != 0 || bits == 0) {
      set.add(left == 0 ? "0" : "0x" + Integer.toHexString(left));
    }
    return String.join("|", set);
  }
}
