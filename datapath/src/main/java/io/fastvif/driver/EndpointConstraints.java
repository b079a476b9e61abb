package io.fastvif.driver;

import java.util.OptionalInt;

/**
 * What a hypervisor says of the guest that an endpoint is for.
 *
 * @param sharedMemory whether the guest's memory is shared with other processes, as vhost-user
 *     needs it; false rules such endpoints out
 * @param hotPlug whether the guest is running, so that the endpoint must bear being attached to it
 * @param multiqueue whether the endpoint must have several queues
 * @param mtu the minimum MTU in bytes that the endpoint must have; empty for any
 */
public record EndpointConstraints(
    boolean sharedMemory, boolean hotPlug, boolean multiqueue, OptionalInt mtu) {
  /** A guest that is not running yet, without shared memory, that takes one queue and any MTU. */
  public static final EndpointConstraints NONE =
      new EndpointConstraints(false, false, false, OptionalInt.empty());

  /** A copy with or without shared memory. */
  public EndpointConstraints withSharedMemory(boolean shared) {
    return new EndpointConstraints(shared, hotPlug, multiqueue, mtu);
  }

  /** A copy for a guest that is running or not. */
  public EndpointConstraints withHotPlug(boolean running) {
    return new EndpointConstraints(sharedMemory, running, multiqueue, mtu);
  }

  /** A copy with several queues or any number. */
  public EndpointConstraints withMultiqueue(boolean several) {
    return new EndpointConstraints(sharedMemory, hotPlug, several, mtu);
  }

  /** A copy with this minimum MTU in bytes. */
  public EndpointConstraints withMtu(int min) {
    return new EndpointConstraints(sharedMemory, hotPlug, multiqueue, OptionalInt.of(min));
  }
}
