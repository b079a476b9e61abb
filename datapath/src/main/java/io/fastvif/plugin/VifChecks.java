package io.fastvif.plugin;

import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.LocalStep;
import io.fastvif.plan.NetlinkStep;
import io.fastvif.plan.Step;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.Network;
import io.fastvif.vif.NumberRange;
import io.fastvif.vif.PortProfile;
import io.fastvif.vif.Vif;

/** What plugins check of a VIF before they plan; each check refuses with the field's name. */
public final class VifChecks {
  // An alias holds 255 bytes (IFALIASZ of linux/if.h), of which "fastvif:" takes eight.
  private static final int ID_CHARACTERS = 247;

  private VifChecks() {}

  /** The VIF as the one type that the plugin takes. */
  public static <V extends Vif> V type(Vif vif, Class<V> type, String objectName, String plugin) {
    if (!type.isInstance(vif)) {
      throw wrongType(vif, objectName, plugin);
    }
    return type.cast(vif);
  }

  /** Says that the plugin does not take VIFs of this type. */
  public static InvalidInputException wrongType(Vif vif, String expected, String plugin) {
    return InvalidInputException.ofValue(
        "versioned_object.name",
        vif.objectName(),
        "is not plugged by the plugin " + plugin,
        expected);
  }

  /** Refuses any port profile. */
  public static void noProfile(Vif vif, String plugin) {
    PortProfile profile = vif.portProfile().orElse(null);
    if (profile != null) {
      throw InvalidInputException.ofValue(
          "port_profile",
          profile.objectName(),
          "is not taken by the plugin " + plugin,
          "a " + vif.objectName() + " without port profile");
    }
  }

  /** The VIF's id, which must be fit to be kept as a link's alias. */
  public static String id(Vif vif) {
    return id(vif.id().require("id"));
  }

  /** An id of a VIF, which must be fit to be kept as a link's alias. */
  public static String id(String id) {
    if (id.isEmpty() || id.length() > ID_CHARACTERS || !isPrintable(id)) {
      throw InvalidInputException.ofValue(
          "id",
          id,
          "is not an identifier",
          "a UUID, or 1 to " + ID_CHARACTERS + " characters of printable ASCII without spaces");
    }
    return id;
  }

  private static boolean isPrintable(String id) {
    for (int i = 0; i < id.length(); i++) {
      if (id.charAt(i) <= ' ' || id.charAt(i) >= 0x7f) {
        return false;
      }
    }
    return true;
  }

  /**
   * Checks that a device that the VIF has is what would be made for it.
   *
   * @throws InvalidInputException if it is of another kind, as when an option has changed
   */
  static void sameKind(LinkState own, Step create) {
    String wanted =
        switch (create) {
          case LocalStep.CreateTap tap -> "tun";
          case NetlinkStep.CreateVeth veth -> "veth";
          default -> own.kind();
        };
    if (!own.kind().equals(wanted)) {
      throw InvalidInputException.ofValue(
              "vif_name",
              own.name(),
              "is plugged already, as a device of kind " + own.kind(),
              "one of kind " + wanted + ", or a VIF that was unplugged before")
          .untilUnplugged();
    }
  }

  /**
   * Checks that the VIF has no pair of another name: the guest's end, whose name is made of the id,
   * would be in the way.
   *
   * @param name of the pair's end on the host
   * @param peer of the guest's end
   * @throws InvalidInputException if it has
   */
  public static void noPairOfAnotherName(
      HostSnapshot host, String vifId, String name, String peer) {
    if (host.link(name).isPresent() || host.link(peer).isEmpty()) {
      return;
    }
    for (LinkState link : host.linksOf(vifId)) {
      if (link.kind().equals("veth") && !link.name().equals(peer)) {
        throw InvalidInputException.ofValue(
                "vif_name",
                name,
                "is not the name that the VIF is plugged with",
                link.name() + ", or a VIF that was unplugged before")
            .untilUnplugged();
      }
    }
  }

  /**
   * The VIF's MAC address, as a device is to have it; null if it gives none.
   *
   * @throws InvalidInputException if no device can have it
   */
  public static MacAddress deviceAddress(Vif vif) {
    return address(vif, false);
  }

  /** The same for a virtual function, which with zero is without one. */
  public static MacAddress functionAddress(Vif vif) {
    return address(vif, true);
  }

  private static MacAddress address(Vif vif, boolean mayBeZero) {
    MacAddress address = vif.address().orElse(null);
    boolean isZero = address != null && address.value() == 0;
    if (address != null && (address.isMulticast() || (isZero && !mayBeZero))) {
      throw InvalidInputException.ofValue(
          "address",
          address.toString(),
          "is no address of a device",
          "a unicast MAC address, such as fa:16:3e:00:00:01");
    }
    return address;
  }

  /** The network's VLAN; 0 where it gives none. */
  public static int vlan(Network network) {
    int vlan = network == null ? 0 : network.vlan().orElse(0);
    return NumberRange.VLAN_OR_NONE.check("network.vlan", vlan);
  }

  /**
   * The network's MTU in bytes; the default where it gives none, or zero, as os-vif has it. Zero,
   * if that is the default, is for leaving devices as they are.
   */
  public static int mtu(Network network, int byDefault) {
    int mtu = network == null ? 0 : network.mtu().orElse(0);
    return mtu == 0 ? byDefault : NumberRange.MTU.check("network.mtu", mtu);
  }
}
