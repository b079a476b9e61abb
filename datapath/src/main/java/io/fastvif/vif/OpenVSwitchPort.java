package io.fastvif.vif;

/**
 * What every port of Open vSwitch has: os-vif's VIFPortProfileOpenVSwitch, which others inherit.
 *
 * @param envelope version and changes
 * @param datapathOffload the offload of the port to hardware
 * @param interfaceId the port's iface-id in Open vSwitch, a UUID
 * @param profileId the port profile's name in Open vSwitch
 * @param datapathType the datapath of the bridge: system or netdev
 * @param createPort whether the plugin adds the port to the bridge
 * @param createTap whether the plugin makes the tap device
 * @param multiqueue whether the tap device has several queues
 */
public record OpenVSwitchPort(
    Envelope envelope,
    Field<DatapathOffload> datapathOffload,
    Field<String> interfaceId,
    Field<String> profileId,
    Field<String> datapathType,
    Field<Boolean> createPort,
    Field<Boolean> createTap,
    Field<Boolean> multiqueue) {}
