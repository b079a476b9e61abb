package io.fastvif.driver.file;

import io.fastvif.driver.EndpointConstraints;
import io.fastvif.driver.EndpointId;
import io.fastvif.driver.EndpointType;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifBuilder;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** A network of the file: what it can give, and what is plugged for it. */
sealed interface DescribedNetwork
    permits BridgeNetwork, OvsNetwork, PhysicalNetwork, SriovNetwork, VhostUserNetwork {
  int PORT_CHARACTERS_IN_DEVICE = 11; // as OpenStack names taps

  /** What every network has. */
  NetworkBasics basics();

  /** Its kind, as the file has it. */
  String kind();

  /** The endpoint types that it gives. */
  Set<EndpointType> types();

  /**
   * Checks what is special to this kind.
   *
   * @throws UnsuitedException if such an endpoint cannot be given on the host as it is
   */
  void check(EndpointId id, EndpointConstraints constraints, HostSnapshot host)
      throws UnsuitedException;

  /**
   * Says what is to be plugged, and takes from a pool what the endpoint needs, unless it has that
   * already; {@link #dispose} gives it back.
   *
   * @param mac the guest's address, null if not known
   * @throws UnsuitedException if the pool is empty
   */
  Attachment claim(EndpointId id, MacAddress mac, HostSnapshot host) throws UnsuitedException;

  /**
   * What {@link #claim} said, as far as unplugging needs it; empty if nothing is plugged for this
   * endpoint, but perhaps for another of its port.
   *
   * @throws UnsuitedException if that cannot be found out
   */
  Optional<Attachment> claimed(EndpointId id, HostSnapshot host) throws UnsuitedException;

  /**
   * Removes what the endpoint has beside the VIF that was plugged.
   *
   * @throws UnsuitedException if that cannot be done
   */
  void dispose(EndpointId id) throws UnsuitedException;

  /** The name of a port's device. */
  static String device(UUID port) {
    return "tap" + port.toString().substring(0, PORT_CHARACTERS_IN_DEVICE);
  }

  /** Sets what all VIFs have. */
  static <V extends Vif, B extends VifBuilder<V, B>> B fill(
      B vif, EndpointId id, MacAddress mac, String plugin) {
    vif.id(id.port().toString()).plugin(plugin);
    if (mac != null) {
      vif.address(mac);
    }
    return vif;
  }
}
