package io.fastvif.libvirt;

import io.fastvif.vif.PciAddress;

/** Writes an interface in the order in which libvirt itself writes one. */
final class InterfaceXml {
  private InterfaceXml() {}

  static XmlElement element(LibvirtInterface described) {
    InterfaceOptions options = described.options();
    if (described.form() instanceof PlainHostdevForm plain) {
      return plainHostdev(plain, options);
    }
    XmlElement root = new XmlElement("interface").attribute("type", described.form().type());
    if (described.form() instanceof HostdevForm) {
      root.attribute("managed", "yes");
    }
    if (described.address() != null) {
      root.child("mac").attribute("address", described.address());
    }
    form(root, described.form());
    vlan(root, options.vlan());
    bandwidth(root, options.bandwidth());
    target(root, described.form());
    if (options.model() != null) {
      root.child("model").attribute("type", options.model());
    }
    driver(root, options.driver());
    filter(root, options.filter());
    if (options.linkUp() != null) {
      root.child("link").attribute("state", options.linkUp() ? "up" : "down");
    }
    if (options.mtu() != null) {
      root.child("mtu").attribute("size", options.mtu());
    }
    bootAndAlias(root, options);
    return root;
  }

  private static XmlElement plainHostdev(PlainHostdevForm plain, InterfaceOptions options) {
    XmlElement root =
        new XmlElement("hostdev")
            .attribute("mode", "subsystem")
            .attribute("type", plain.type())
            .attribute("managed", "yes");
    driver(root, options.driver());
    pci(root.child("source").child("address"), plain.address());
    bootAndAlias(root, options);
    return root;
  }

  private static void form(XmlElement root, InterfaceForm form) {
    switch (form) {
      case BridgeForm f -> {
        root.child("source").attribute("bridge", f.bridge());
        virtualPort(root, f.virtualPort());
      }
      case EthernetForm f -> {}
      case VhostUserForm f -> {
        XmlElement source =
            root.child("source")
                .attribute("type", "unix")
                .attribute("path", f.path())
                .attribute("mode", f.mode());
        if (f.connects()) {
          source
              .child("reconnect")
              .attribute("enabled", "yes")
              .attribute("timeout", VhostUserForm.RECONNECT_SECONDS);
        }
      }
      case HostdevForm f -> {
        pci(root.child("source").child("address").attribute("type", "pci"), f.address());
        virtualPort(root, f.virtualPort());
      }
      case DirectForm f -> {
        root.child("source").attribute("dev", f.source()).attribute("mode", f.mode());
        virtualPort(root, f.virtualPort());
      }
      case PlainHostdevForm f -> throw new IllegalArgumentException(f.description());
    }
  }

  private static void pci(XmlElement address, PciAddress pci) {
    address
        .attribute("domain", String.format("0x%04x", pci.domain()))
        .attribute("bus", String.format("0x%02x", pci.bus()))
        .attribute("slot", String.format("0x%02x", pci.device()))
        .attribute("function", String.format("0x%x", pci.function()));
  }

  private static void virtualPort(XmlElement root, VirtualPort port) {
    if (port == null) {
      return;
    }
    XmlElement element = root.child("virtualport").attribute("type", port.type());
    switch (port) {
      case VirtualPort.OpenVSwitch p -> {
        if (p.interfaceId() != null || p.profileId() != null) {
          element
              .child("parameters")
              .attribute("interfaceid", p.interfaceId())
              .attribute("profileid", p.profileId());
        }
      }
      case VirtualPort.Qbg p ->
          element
              .child("parameters")
              .attribute("managerid", p.managerId())
              .attribute("typeid", p.typeId())
              .attribute("typeidversion", p.typeIdVersion())
              .attribute("instanceid", p.instanceId());
      case VirtualPort.Qbh p -> element.child("parameters").attribute("profileid", p.profileId());
      case VirtualPort.Midonet p ->
          element.child("parameters").attribute("interfaceid", p.interfaceId());
    }
  }

  private static void vlan(XmlElement root, VlanTags vlan) {
    if (vlan == null) {
      return;
    }
    XmlElement element = root.child("vlan").attribute("trunk", vlan.trunk() ? "yes" : null);
    for (VlanTags.Tag tag : vlan.tags()) {
      element.child("tag").attribute("id", tag.id()).attribute("nativeMode", tag.nativeMode());
    }
  }

  private static void bandwidth(XmlElement root, Bandwidth bandwidth) {
    if (bandwidth == null) {
      return;
    }
    XmlElement element = root.child("bandwidth");
    rate(element, "inbound", bandwidth.inbound());
    rate(element, "outbound", bandwidth.outbound());
  }

  private static void rate(XmlElement bandwidth, String direction, Bandwidth.Rate rate) {
    if (rate != null) {
      bandwidth
          .child(direction)
          .attribute("average", rate.average())
          .attribute("peak", rate.peak())
          .attribute("floor", rate.floor())
          .attribute("burst", rate.burst());
    }
  }

  private static void target(XmlElement root, InterfaceForm form) {
    if (form.target() != null) {
      root.child("target")
          .attribute("dev", form.target())
          .attribute("managed", isManaged(form) ? null : "no");
    }
  }

  static boolean isManaged(InterfaceForm form) {
    return !(form instanceof EthernetForm ethernet) || ethernet.managed();
  }

  private static void driver(XmlElement root, DriverOptions driver) {
    if (driver != null) {
      root.child("driver")
          .attribute("name", driver.name())
          .attribute("queues", driver.queues())
          .attribute("rx_queue_size", driver.rxQueueSize())
          .attribute("tx_queue_size", driver.txQueueSize())
          .attribute("iommu", onOff(driver.iommu()))
          .attribute("packed", onOff(driver.packed()));
    }
  }

  private static String onOff(Boolean value) {
    if (value == null) {
      return null;
    }
    return value ? "on" : "off";
  }

  private static void filter(XmlElement root, FilterReference filter) {
    if (filter == null) {
      return;
    }
    XmlElement element = root.child("filterref").attribute("filter", filter.filter());
    filter
        .parameters()
        .forEach(
            (name, value) ->
                element.child("parameter").attribute("name", name).attribute("value", value));
  }

  private static void bootAndAlias(XmlElement root, InterfaceOptions options) {
    if (options.bootOrder() != null) {
      root.child("boot").attribute("order", options.bootOrder());
    }
    if (options.alias() != null) {
      root.child("alias").attribute("name", options.alias());
    }
  }
}
