package io.fastvif.libvirt;

import io.fastvif.vif.HypervisorTask;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.PciAddress;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifDirect;
import io.fastvif.vif.VifVhostUser;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * A guest's interface, described for libvirt.
 *
 * @param address the guest's MAC address; null lets libvirt make one up
 * @param form how it is attached
 * @param options what else is said
 * @param notes what the operator should know: what libvirt will not do as it is told, and what it
 *     is not told for that
 */
public record LibvirtInterface(
    MacAddress address, InterfaceForm form, InterfaceOptions options, List<String> notes) {
  private static final long MULTICAST = 1L << 40;

  /** The least MTU of IPv4 (RFC 791). */
  private static final int MIN_MTU = 68;

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
    notes = List.copyOf(notes);
  }

  /**
   * An interface of which there is nothing to note but its name.
   *
   * @throws InvalidInputException as the constructor with notes
   */
  public LibvirtInterface(MacAddress address, InterfaceForm form, InterfaceOptions options) {
    this(address, form, options, notesOfName(form));
  }

  private static List<String> notesOfName(InterfaceForm form) {
    List<String> notes = new ArrayList<>();
    TargetNames.add(notes, form.target(), InterfaceXml.isManaged(form));
    return notes;
  }

  /**
   * The interface of a VIF whose form needs no look at the host.
   *
   * @param left as for {@link VifForms#of}
   * @throws InvalidInputException if libvirt cannot have such a VIF, or its form not the options
   */
  public static LibvirtInterface of(Vif vif, HypervisorTask left, InterfaceOptions options) {
    return of(vif, left, options, address -> null);
  }

  /**
   * The interface of a VIF.
   *
   * @param left as for {@link VifForms#of}
   * @param deviceNames as for {@link VifForms#of}
   * @throws InvalidInputException if libvirt cannot have such a VIF, or its form not the options
   */
  public static LibvirtInterface of(
      Vif vif,
      HypervisorTask left,
      InterfaceOptions options,
      Function<PciAddress, String> deviceNames) {
    InterfaceForm form = VifForms.of(vif, left, options.virtualPort(), deviceNames);
    if (!(vif instanceof VifDirect)) { // a macvtap is opened for any number of queues
      Restrictions.checkQueues(VifForms.task(vif, left), options.driver());
    }
    List<String> notes = notesOfName(form);
    if (vif instanceof VifVhostUser port && form.target() == null && port.vifName().hasValue()) {
      notes.add(
          "vif_name "
              + port.vifName().get()
              + " is left out: libvirt takes letters, digits and _.-\\:/ only in a target's name");
    }
    InterfaceOptions all = options;
    int mtu = vif.network().hasValue() ? vif.network().get().mtu().orElse(0) : 0;
    if (options.mtu() == null && mtu >= MIN_MTU) {
      if (Restrictions.takesMtu(form)) {
        all = options.toBuilder().mtu(mtu).build();
      } else if (form instanceof VhostUserForm) {
        notes.add(
            "network.mtu "
                + mtu
                + " is left out: libvirt does not start an interface of type vhostuser with an mtu;"
                + " let the guest learn it from DHCP or router advertisements");
      }
    }
    return new LibvirtInterface(vif.address().orElse(null), form, all, notes);
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
