package io.fastvif.engine;

import io.fastvif.netlink.MessageEncoder;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.Step;

/**
 * All that the engine asks of the kernel; a fake one serves the unit tests. Used by the engine's
 * thread alone, but for {@link #snapshot()}. Results below zero are negated error numbers.
 */
interface Transport extends AutoCloseable {

  /** Opens a transport on the engine's thread. */
  interface Factory {
    Transport open();
  }

  /** Where messages for the next {@link #exchange} are written. */
  MessageEncoder encoder();

  /** How many messages one exchange may hold, so that their answers fit the receive buffer. */
  int messageLimit();

  /**
   * Sends the encoder's messages, each of which asks for an acknowledgement, and hands on every
   * acknowledgement before it returns.
   */
  void exchange(AckHandler acks);

  /** Creates a tap that did not exist; 0 or a negated error number. */
  int createTap(Step.CreateTap tap);

  /** Switches IPv6 off or on for a link; 0 or a negated error number, ENOENT if it has no IPv6. */
  int disableIpv6(String name, boolean disabled);

  /** The index of the link of that name, or a negated error number. */
  int linkIndex(String name);

  /** The alias of the link of that index; empty if it has none or is gone. */
  String alias(int index);

  /** Whether a link other than these two has the first as its master. */
  boolean hasOtherPorts(int master, int port);

  /** Whether a link is in that interface group. */
  boolean isGroupUsed(int group);

  /** Whether the kernel has IPv6, without which it refuses every IPv6 setting of a link. */
  boolean hasIpv6();

  /** Reads the namespace's links, addresses and routes; from any thread. */
  HostSnapshot snapshot();

  @Override
  void close();
}
