package io.fastvif.vif;

/** A virtual network interface: one of os-vif's VIF types. */
public sealed interface Vif extends VersionedObject
    permits VifGeneric,
        VifBridge,
        VifOpenVSwitch,
        VifDirect,
        VifVhostUser,
        VifHostDevice,
        VifNestedDpdk {
  /** What every VIF has. */
  VifBase base();

  @Override
  default Envelope envelope() {
    return base().envelope();
  }

  /** The VIF's identifier, a UUID. */
  default Field<String> id() {
    return base().id();
  }

  /** The guest's MAC address. */
  default Field<MacAddress> address() {
    return base().address();
  }

  /** The network that the VIF belongs to. */
  default Field<Network> network() {
    return base().network();
  }

  /** The name of the plugin that plugs it. */
  default Field<String> plugin() {
    return base().plugin();
  }

  /** Whether it starts online. */
  default Field<Boolean> active() {
    return base().active();
  }

  /** Whether unplugging leaves the device. */
  default Field<Boolean> preserveOnDelete() {
    return base().preserveOnDelete();
  }

  /** Whether the network service filters its traffic. */
  default Field<Boolean> hasTrafficFiltering() {
    return base().hasTrafficFiltering();
  }

  /** What else the network says of the port. */
  default Field<PortProfile> portProfile() {
    return base().portProfile();
  }

  /** Whether it starts online; if the VIF does not say, it does. */
  default boolean isActive() {
    return active().orElse(true);
  }

  /** Whether unplugging leaves the device; if the VIF does not say, it does not. */
  default boolean isPreservedOnDelete() {
    return preserveOnDelete().orElse(false);
  }

  /** Whether the network service filters its traffic; if the VIF does not say, it does not. */
  default boolean isTrafficFiltered() {
    return hasTrafficFiltering().orElse(false);
  }

  /** The same VIF for another plugin. */
  default Vif withPlugin(String name) {
    return switch (this) {
      case VifGeneric v -> new VifGeneric(base().withPlugin(name), v.vifName());
      case VifBridge v -> new VifBridge(base().withPlugin(name), v.vifName(), v.bridgeName());
      case VifOpenVSwitch v ->
          new VifOpenVSwitch(base().withPlugin(name), v.vifName(), v.bridgeName());
      case VifDirect v ->
          new VifDirect(
              base().withPlugin(name), v.vifName(), v.devAddress(), v.mode(), v.vlanName());
      case VifVhostUser v ->
          new VifVhostUser(base().withPlugin(name), v.vifName(), v.path(), v.mode());
      case VifHostDevice v ->
          new VifHostDevice(base().withPlugin(name), v.devType(), v.devAddress());
      case VifNestedDpdk v ->
          new VifNestedDpdk(base().withPlugin(name), v.pciAddress(), v.devDriver());
    };
  }
}
