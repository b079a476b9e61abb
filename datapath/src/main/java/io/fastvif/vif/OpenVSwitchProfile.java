package io.fastvif.vif;

/** A profile of a port of Open vSwitch. */
public sealed interface OpenVSwitchProfile extends PortProfile
    permits PortProfileOpenVSwitch, PortProfileFpOpenVSwitch, PortProfileOvsRepresentor {
  /** What every port of Open vSwitch has. */
  OpenVSwitchPort port();

  @Override
  default Envelope envelope() {
    return port().envelope();
  }

  @Override
  default Field<DatapathOffload> datapathOffload() {
    return port().datapathOffload();
  }

  /** The port's iface-id in Open vSwitch, a UUID. */
  default Field<String> interfaceId() {
    return port().interfaceId();
  }

  /** The port profile's name in Open vSwitch. */
  default Field<String> profileId() {
    return port().profileId();
  }

  /** The datapath of the bridge: system or netdev. */
  default Field<String> datapathType() {
    return port().datapathType();
  }

  /** Whether the plugin adds the port to the bridge. */
  default Field<Boolean> createPort() {
    return port().createPort();
  }

  /** Whether the plugin makes the tap device. */
  default Field<Boolean> createTap() {
    return port().createTap();
  }

  /** Whether the tap device has several queues. */
  default Field<Boolean> multiqueue() {
    return port().multiqueue();
  }

  /**
   * The datapath of the bridge; if the profile does not say, as none before 1.1 does, this one. For
   * os-vif that is netdev for vhost-user and system for all else.
   */
  default String datapathTypeOr(String byDefault) {
    String given = datapathType().orElse("");
    return given.isEmpty() ? byDefault : given;
  }

  /** What the profile leaves to the hypervisor where the plugin adds the port. */
  default HypervisorTask hypervisorTask() {
    if (!createsTap()) {
      return HypervisorTask.CREATE_TAP;
    }
    return isMultiqueue() ? HypervisorTask.OPEN_MULTIQUEUE_TAP : HypervisorTask.OPEN_DEVICE;
  }

  /** Whether the plugin adds the port to the bridge; if the profile does not say, it does not. */
  default boolean createsPort() {
    return createPort().orElse(false);
  }

  /** Whether the plugin makes the tap device; if the profile does not say, it does not. */
  default boolean createsTap() {
    return createTap().orElse(false);
  }

  /** Whether the tap device has several queues; if the profile does not say, it has one. */
  default boolean isMultiqueue() {
    return multiqueue().orElse(false);
  }
}
