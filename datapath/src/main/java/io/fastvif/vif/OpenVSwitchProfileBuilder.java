package io.fastvif.vif;

/**
 * What the builders of all Open vSwitch profiles have.
 *
 * @param <T> the profile built
 * @param <B> the builder itself
 */
public abstract class OpenVSwitchProfileBuilder<
        T extends OpenVSwitchProfile, B extends OpenVSwitchProfileBuilder<T, B>>
    extends PortProfileBuilder<T, B> {
  private Field<String> interfaceId = Field.unset();
  private Field<String> profileId = Field.unset();
  private Field<String> datapathType = Field.unset();
  private Field<Boolean> createPort = Field.unset();
  private Field<Boolean> createTap = Field.unset();
  private Field<Boolean> multiqueue = Field.unset();

  OpenVSwitchProfileBuilder(Version current) {
    super(current);
  }

  /** Sets {@code interface_id}: the port's iface-id in Open vSwitch, a UUID. */
  public B interfaceId(String interfaceId) {
    this.interfaceId = change("interface_id", interfaceId);
    return self();
  }

  /** Sets {@code profile_id}: the port profile's name in Open vSwitch. */
  public B profileId(String profileId) {
    this.profileId = change("profile_id", profileId);
    return self();
  }

  /** Sets {@code datapath_type}: the datapath of the bridge: system or netdev. May be null. */
  public B datapathType(String datapathType) {
    this.datapathType = changeNullable("datapath_type", datapathType);
    return self();
  }

  /** Sets {@code create_port}: whether the plugin adds the port to the bridge. */
  public B createPort(Boolean createPort) {
    this.createPort = change("create_port", createPort);
    return self();
  }

  /** Sets {@code create_tap}: whether the plugin makes the tap device. */
  public B createTap(Boolean createTap) {
    this.createTap = change("create_tap", createTap);
    return self();
  }

  /** Sets {@code multiqueue}: whether the tap device has several queues. */
  public B multiqueue(Boolean multiqueue) {
    this.multiqueue = change("multiqueue", multiqueue);
    return self();
  }

  /** The part that all ports of Open vSwitch have. */
  final OpenVSwitchPort port() {
    return new OpenVSwitchPort(
        envelope(),
        datapathOffload(),
        interfaceId,
        profileId,
        datapathType,
        createPort,
        createTap,
        multiqueue);
  }
}
