package io.fastvif.plugin;

import io.fastvif.vif.InvalidInputException;
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
    boolean printable = id.chars().allMatch(c -> c > ' ' && c < 0x7f);
    if (id.isEmpty() || id.length() > ID_CHARACTERS || !printable) {
      throw InvalidInputException.ofValue(
          "id",
          id,
          "is not an identifier",
          "a UUID, or 1 to " + ID_CHARACTERS + " characters of printable ASCII without spaces");
    }
    return id;
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
