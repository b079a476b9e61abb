package io.fastvif.driver;

import io.fastvif.vif.MacAddress;
import java.util.Optional;

/** An endpoint in its place on the host, for a hypervisor to attach to a guest. */
public sealed interface Endpoint
    permits BridgeEndpoint,
        TapEndpoint,
        SocketEndpoint,
        PciDeviceEndpoint,
        MacvtapEndpoint,
        NestedEndpoint {
  /** Its identity, which is all that a release needs. */
  EndpointId id();

  /** The guest's MAC address; empty if the request gave none. */
  Optional<MacAddress> mac();

  /** The network's MTU in bytes, which the guest's interface must not exceed. */
  int mtu();

  /** Its type, one of those that the request named. */
  default EndpointType type() {
    return id().type();
  }
}
