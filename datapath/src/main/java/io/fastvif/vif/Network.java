package io.fastvif.vif;

import java.util.List;

/**
 * A network that VIFs are plugged into.
 *
 * @param envelope version and changes
 * @param id its identifier, a UUID
 * @param bridge its bridge; may be empty
 * @param label its name for people
 * @param subnets its subnets
 * @param multiHost whether every host serves it
 * @param shouldProvideBridge whether the plugin makes the bridge
 * @param shouldProvideVlan whether the plugin makes the VLAN device
 * @param bridgeInterface the host's device on the bridge; may be empty
 * @param vlan its VLAN
 * @param mtu its MTU in bytes
 */
public record Network(
    Envelope envelope,
    Field<String> id,
    Field<String> bridge,
    Field<String> label,
    Field<SubnetList> subnets,
    Field<Boolean> multiHost,
    Field<Boolean> shouldProvideBridge,
    Field<Boolean> shouldProvideVlan,
    Field<String> bridgeInterface,
    Field<Integer> vlan,
    Field<Integer> mtu)
    implements VersionedObject {
  /** os-vif's name of this class. */
  public static final String OBJECT_NAME = "Network";

  /** The newest version known. */
  public static final Version CURRENT = new Version(1, 1);

  /**
   * Checks the names of devices.
   *
   * @throws InvalidInputException if the kernel would refuse one
   */
  public Network {
    InterfaceName.checkOrEmpty("bridge", bridge);
    InterfaceName.checkOrEmpty("bridge_interface", bridgeInterface);
  }

  /**
   * A builder of the newest version with what os-vif sets in every new network: no subnets, all
   * flags false, no MTU.
   */
  public static Builder builder() {
    return new Builder()
        .subnets(SubnetList.of(List.of()))
        .multiHost(false)
        .shouldProvideBridge(false)
        .shouldProvideVlan(false)
        .mtu(null);
  }

  @Override
  public String objectName() {
    return OBJECT_NAME;
  }

  /** Whether every host serves it; if the network does not say, it does not. */
  public boolean isMultiHost() {
    return multiHost.orElse(false);
  }

  /** Whether the plugin makes the bridge; if the network does not say, it does not. */
  public boolean providesBridge() {
    return shouldProvideBridge.orElse(false);
  }

  /** Whether the plugin makes the VLAN device; if the network does not say, it does not. */
  public boolean providesVlan() {
    return shouldProvideVlan.orElse(false);
  }

  /** Builds a Network. */
  public static final class Builder extends ObjectBuilder<Network> {
    private Field<String> id = Field.unset();
    private Field<String> bridge = Field.unset();
    private Field<String> label = Field.unset();
    private Field<SubnetList> subnets = Field.unset();
    private Field<Boolean> multiHost = Field.unset();
    private Field<Boolean> shouldProvideBridge = Field.unset();
    private Field<Boolean> shouldProvideVlan = Field.unset();
    private Field<String> bridgeInterface = Field.unset();
    private Field<Integer> vlan = Field.unset();
    private Field<Integer> mtu = Field.unset();

    /** Nothing set. */
    public Builder() {
      super(CURRENT);
    }

    /** Sets {@code id}: its identifier, a UUID. */
    public Builder id(String id) {
      this.id = change("id", id);
      return this;
    }

    /** Sets {@code bridge}: its bridge; may be empty. */
    public Builder bridge(String bridge) {
      this.bridge = change("bridge", bridge);
      return this;
    }

    /** Sets {@code label}: its name for people. */
    public Builder label(String label) {
      this.label = change("label", label);
      return this;
    }

    /** Sets {@code subnets}: its subnets. */
    public Builder subnets(SubnetList subnets) {
      this.subnets = change("subnets", subnets);
      return this;
    }

    /** Sets {@code multi_host}: whether every host serves it. */
    public Builder multiHost(Boolean multiHost) {
      this.multiHost = change("multi_host", multiHost);
      return this;
    }

    /** Sets {@code should_provide_bridge}: whether the plugin makes the bridge. */
    public Builder shouldProvideBridge(Boolean shouldProvideBridge) {
      this.shouldProvideBridge = change("should_provide_bridge", shouldProvideBridge);
      return this;
    }

    /** Sets {@code should_provide_vlan}: whether the plugin makes the VLAN device. */
    public Builder shouldProvideVlan(Boolean shouldProvideVlan) {
      this.shouldProvideVlan = change("should_provide_vlan", shouldProvideVlan);
      return this;
    }

    /**
     * Sets {@code bridge_interface}: the host's device on the bridge; may be empty. May be null.
     */
    public Builder bridgeInterface(String bridgeInterface) {
      this.bridgeInterface = changeNullable("bridge_interface", bridgeInterface);
      return this;
    }

    /** Sets {@code vlan}: its VLAN. May be null. */
    public Builder vlan(Integer vlan) {
      this.vlan = changeNullable("vlan", vlan);
      return this;
    }

    /** Sets {@code mtu}: its MTU in bytes. May be null. */
    public Builder mtu(Integer mtu) {
      this.mtu = changeNullable("mtu", mtu);
      return this;
    }

    @Override
    public Network build() {
      return new Network(
          envelope(),
          id,
          bridge,
          label,
          subnets,
          multiHost,
          shouldProvideBridge,
          shouldProvideVlan,
          bridgeInterface,
          vlan,
          mtu);
    }
  }
}
