package io.fastvif.testing;

import io.fastvif.bindings.linux.linux_h;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Field;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The names that the kernel's headers have for the numbers of attributes. */
final class AttributeNames {
  private static final Map<String, AttributeNames> KNOWN = new ConcurrentHashMap<>();

  /** What is nested in a link's attributes has the same beginning as they. */
  private static final List<String> NESTED =
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
          "EVENT_");

  private final Map<Integer, String> names = new HashMap<>();

  private AttributeNames(String prefix) {
    for (Field field : linux_h.class.getFields()) {
      String name = field.getName();
      if (field.getType() == int.class && name.startsWith(prefix)) {
        String rest = name.substring(prefix.length());
        boolean isOther =
            rest.startsWith("_")
                || (prefix.equals("IFLA_") && NESTED.stream().anyMatch(rest::startsWith));
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
          MethodHandles.lookup().findStaticGetter(linux_h.class, constant, int.class).invokeExact();
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** The names that begin so, such as {@code RTA_}. */
  static AttributeNames of(String prefix) {
    return KNOWN.computeIfAbsent(prefix, AttributeNames::new);
  }

  /** The name of a number, without its beginning. */
  String name(int number) {
    return names.getOrDefault(number, "attribute " + number);
  }
}
