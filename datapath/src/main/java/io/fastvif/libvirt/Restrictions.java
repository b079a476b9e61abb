package io.fastvif.libvirt;

import io.fastvif.vif.HypervisorTask;
import io.fastvif.vif.InvalidInputException;

/**
 * What a form does not allow. libvirt refuses some of it when a domain is defined, some only when
 * it starts, and some it drops without a word; here all of it is an error.
 */
final class Restrictions {
  private Restrictions() {}

  /** An error that names both sides of what does not go together. */
  static InvalidInputException violation(String setting, String form) {
    return InvalidInputException.of(setting, "does not go with " + form, "one without the other");
  }

  /**
   * Checks options against a form.
   *
   * @throws InvalidInputException if the form does not allow one of them
   */
  static void check(InterfaceForm form, InterfaceOptions options) {
    checkModel(form, options);
    checkDriver(form, options);
    refuse(options.mtu() != null && !takesMtu(form), "mtu", form);
    refuse(options.filter() != null && !takesFilter(form), "filterref", form);
    boolean device = form instanceof HostdevForm || form instanceof PlainHostdevForm;
    refuse(options.linkUp() != null && device, "link state", form);
    checkBandwidth(form, options.bandwidth());
    checkVlan(form, options.vlan());
  }

  private static void refuse(boolean violated, String setting, InterfaceForm form) {
    if (violated) {
      throw violation(setting, form.description());
    }
  }

  private static void checkModel(InterfaceForm form, InterfaceOptions options) {
    String model = options.model();
    switch (form) {
      case VhostUserForm f -> refuse(model != null && !options.isVirtio(), "model " + model, form);
      case HostdevForm f -> refuse(model != null, "model " + model, form);
      case PlainHostdevForm f -> refuse(model != null, "model " + model, form);
      case BridgeForm f -> {}
      case EthernetForm f -> {}
      case DirectForm f -> {}
    }
  }

  private static void checkDriver(InterfaceForm form, InterfaceOptions options) {
    DriverOptions driver = options.driver();
    if (driver == null) {
      return;
    }
    String named = "driver " + driver.name();
    if (form instanceof HostdevForm || form instanceof PlainHostdevForm) {
      refuse(driver.name() != null && !driver.isForHostDevice(), named, form);
      refuse(driver.hasVirtioPart(), "driver of a virtio device", form);
      return;
    }
    refuse(driver.isForHostDevice(), named, form);
    refuse(form instanceof VhostUserForm && driver.name() != null, named, form);
    if (driver.txQueueSize() != null && !(form instanceof VhostUserForm)) {
      throw violation("driver tx_queue_size", form.description());
    }
    if (!(form instanceof VhostUserForm) && !options.isVirtio()) {
      String model = options.model() == null ? "no model" : "model " + options.model();
      throw violation("driver", model + " (it wants virtio)");
    }
  }

  /**
   * Whether libvirt takes an MTU for such an interface. It does not start a vhost-user interface
   * with one (seen with 9.0, reported of 11.3): there it looks for a device of the host to give it
   * to.
   */
  static boolean takesMtu(InterfaceForm form) {
    return form instanceof BridgeForm || form instanceof EthernetForm;
  }

  /** libvirt's filters see what passes through the host's network stack, not Open vSwitch. */
  private static boolean takesFilter(InterfaceForm form) {
    return form instanceof EthernetForm
        || (form instanceof BridgeForm bridge && !bridge.isOpenVSwitch());
  }

  /**
   * Checks the queues of a tap that is there already. The kernel opens one that was made for
   * several queues for those only, and any other for one queue (tun_set_iff: EINVAL).
   */
  static void checkQueues(HypervisorTask task, DriverOptions driver) {
    Integer queues = driver == null ? null : driver.queues();
    boolean several = queues != null && queues > 1;
    if (task == HypervisorTask.OPEN_MULTIQUEUE_TAP && !several) {
      throw violation("driver with one queue", "a tap that is made for several");
    }
    if (task == HypervisorTask.OPEN_DEVICE && several) {
      throw violation("driver with " + queues + " queues", "a tap that is made for one");
    }
  }

  private static void checkBandwidth(InterfaceForm form, Bandwidth bandwidth) {
    if (bandwidth == null) {
      return;
    }
    boolean limited =
        switch (form) {
          case BridgeForm f -> true;
          case EthernetForm f -> true;
          case DirectForm direct -> direct.mode() != SourceMode.PASSTHROUGH;
          case VhostUserForm f -> false;
          case HostdevForm f -> false;
          case PlainHostdevForm f -> false;
        };
    if (form instanceof VhostUserForm) {
      throw InvalidInputException.of(
          "bandwidth",
          "does not go with " + form.description() + ", whose frames libvirt does not see",
          "none, and the limits told to the forwarder of the port, as the options inbound_average"
              + " and so on of vhostuser_fp");
    }
    refuse(!limited, "bandwidth", form);
    // guaranteed by the bridge of a network of libvirt's own, which none of these forms is on
    refuse(bandwidth.hasFloor(), "bandwidth floor", form);
  }

  private static void checkVlan(InterfaceForm form, VlanTags vlan) {
    if (vlan == null) {
      return;
    }
    boolean openVSwitch = form instanceof BridgeForm bridge && bridge.isOpenVSwitch();
    boolean function =
        form instanceof HostdevForm
            || (form instanceof DirectForm direct && direct.mode() == SourceMode.PASSTHROUGH);
    refuse(!openVSwitch && !function, "vlan", form);
    // the kernel gives a virtual function one VLAN: IFLA_VF_VLAN
    refuse(vlan.trunk() && !openVSwitch, "vlan trunk", form);
  }
}
