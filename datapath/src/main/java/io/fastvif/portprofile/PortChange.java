package io.fastvif.portprofile;

import io.fastvif.plan.PortAssociation;
import java.io.IOException;
import java.util.Optional;

/**
 * A port's association with the switch that is being made or taken back. No thread waits with it:
 * it is looked at again and again, in the network namespace of the device, and one thread can have
 * any number of them under way. One thread at a time may use it.
 */
public sealed interface PortChange extends AutoCloseable permits VsiChange, ProfileChange {

  /**
   * Begins to associate a port. It has come to its end when the switch has consented: then {@link
   * #look} is false if it had done so before, as far as that can be known.
   *
   * @param preassociate whether the switch only makes ready for the guest
   * @param timeoutSeconds how long the switch may take, from now on
   */
  static PortChange associate(PortAssociation port, boolean preassociate, int timeoutSeconds) {
    return switch (port) {
      case PortAssociation.Vsi vsi -> VsiChange.associate(vsi, preassociate, timeoutSeconds);
      case PortAssociation.Profile profile ->
          ProfileChange.associate(profile, preassociate, timeoutSeconds);
    };
  }

  /**
   * Begins to take a port's association back. It has come to its end when that is forgotten: then
   * {@link #look} is false if there was none.
   *
   * @param timeoutSeconds how long the switch may take, from now on
   */
  static PortChange disassociate(PortAssociation port, int timeoutSeconds) {
    return switch (port) {
      case PortAssociation.Vsi vsi -> VsiChange.disassociate(vsi, timeoutSeconds);
      case PortAssociation.Profile profile -> ProfileChange.disassociate(profile, timeoutSeconds);
    };
  }

  /**
   * Goes on as far as that is possible without waiting.
   *
   * @return empty as long as it is under way; then whether something was changed
   * @throws PortRefusedException if the switch or who talks to it refuses, or the time is up; what
   *     was to be associated is disassociated then, or the message says that it is not
   * @throws IOException if lldpad is not to be found
   * @throws io.fastvif.netlink.NetlinkException EOPNOTSUPP if the driver knows no port profiles
   */
  Optional<Boolean> look() throws IOException;

  /** How long nothing will happen that needs a look, in nanoseconds. */
  long pauseNanos();

  /**
   * Has it fail soon, if it is still under way: what was to be associated is disassociated, and for
   * the switch's answer nobody waits. The next looks do that.
   *
   * @param reason why, in words
   */
  void giveUp(String reason);

  /** Frees what it holds; says nothing to anybody. */
  @Override
  void close();
}
