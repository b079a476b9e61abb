package io.fastvif.vif;

/**
 * What the builders of all VIFs have.
 *
 * @param <T> the VIF built
 * @param <B> the builder itself
 */
public abstract class VifBuilder<T extends Vif, B extends VifBuilder<T, B>>
    extends ObjectBuilder<T> {
  private Field<String> id = Field.unset();
  private Field<MacAddress> address = Field.unset();
  private Field<Network> network = Field.unset();
  private Field<String> plugin = Field.unset();
  private Field<Boolean> active = Field.unset();
  private Field<Boolean> preserveOnDelete = Field.unset();
  private Field<Boolean> hasTrafficFiltering = Field.unset();
  private Field<PortProfile> portProfile = Field.unset();

  VifBuilder(Version current) {
    super(current);
  }

  /** Sets {@code id}: the VIF's identifier, a UUID. */
  public B id(String id) {
    this.id = change("id", id);
    return self();
  }

  /** Sets {@code address}: the guest's MAC address. May be null. */
  public B address(MacAddress address) {
    this.address = changeNullable("address", address);
    return self();
  }

  /** Sets {@code network}: the network that the VIF belongs to. May be null. */
  public B network(Network network) {
    this.network = changeNullable("network", network);
    return self();
  }

  /** Sets {@code plugin}: the name of the plugin that plugs it. */
  public B plugin(String plugin) {
    this.plugin = change("plugin", plugin);
    return self();
  }

  /** Sets {@code active}: whether it starts online. */
  public B active(Boolean active) {
    this.active = change("active", active);
    return self();
  }

  /** Sets {@code preserve_on_delete}: whether unplugging leaves the device. */
  public B preserveOnDelete(Boolean preserveOnDelete) {
    this.preserveOnDelete = change("preserve_on_delete", preserveOnDelete);
    return self();
  }

  /** Sets {@code has_traffic_filtering}: whether the network service filters its traffic. */
  public B hasTrafficFiltering(Boolean hasTrafficFiltering) {
    this.hasTrafficFiltering = change("has_traffic_filtering", hasTrafficFiltering);
    return self();
  }

  /** Sets {@code port_profile}: what else the network says of the port. */
  public B portProfile(PortProfile portProfile) {
    this.portProfile = change("port_profile", portProfile);
    return self();
  }

  /** This builder, by its own type. */
  abstract B self();

  /** The part that all VIFs have. */
  final VifBase base() {
    return new VifBase(
        envelope(),
        id,
        address,
        network,
        plugin,
        active,
        preserveOnDelete,
        hasTrafficFiltering,
        portProfile);
  }
}
