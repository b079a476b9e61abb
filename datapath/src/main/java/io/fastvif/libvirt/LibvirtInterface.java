package io.fastvif.libvirt;

import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.Network;
import io.fastvif.vif.PciAddress;
import io.fastvif.vif.Vif;
import java.util.function.Function;

/**
 * A guest's interface as libvirt is told of it.
 *
 * @param address the guest's MAC address; null lets libvirt make one up
 * @param form how it is attached
 * @param options what else is said
 */
public record LibvirtInterface(MacAddress address, InterfaceForm form, InterfaceOptions options) {
  private static final long MULTICAST = 1L << 40;

  /** The least MTU of IPv4 (RFC 791). */
  private static final int LEAST_MTU = 68;

  /**
   * Checks the parts against each other. A vhost-user interface without a model is virtio.
   *
   * @throws InvalidInputException if the form does not allow an option; the message names both
   */
  public LibvirtInterface {
    Restrictions.check(form, options);
    if (address != null && (address.value() & MULTICAST) != 0) {
      throw InvalidInputException.ofValue(
          "address", address.toString(), "is a multicast address", "one of a single device");
    }
    if (form instanceof VhostUserForm && options.model() == null) {
      options = options.toBuilder().model("virtio").build();
    }
  }

  /**
   * The interface of a VIF whose form is told by the VIF alone.
   *
   * @throws InvalidInputException if libvirt cannot have such a VIF, or its form not the options
   */
  public static LibvirtInterface of(Vif vif, InterfaceOptions options) {
    return of(vif, options, address -> null);
  }

  /**
   * The interface of a VIF.
   *
   * @param deviceNames as for {@link VifForms#of}
   * @throws InvalidInputException if libvirt cannot have such a VIF, or its form not the options
   */
  public static LibvirtInterface of(
      Vif vif, InterfaceOptions options, Function<PciAddress, String> deviceNames) {
    InterfaceForm form = VifForms.of(vif, options.virtualPort(), deviceNames);
    Integer mtu = options.mtu();
    if (mtu == null && Restrictions.takesMtu(form) && vif.network().hasValue()) {
      Network network = vif.network().get();
      int networks = network.mtu().orElse(0);
      mtu = networks < LEAST_MTU ? null : Integer.valueOf(networks);
    }
    return new LibvirtInterface(
        vif.address().orElse(null), form, options.toBuilder().mtu(mtu).build());
  }

  /** The element, on lines of its own, each with a line break. */
  public String xml() {
    return xml("");
  }

  /** The element with every line indented. */
  public String xml(String indent) {
    StringBuilder out = new StringBuilder();
    InterfaceXml.element(this).write(out, indent);
    return out.toString();
  }
}
