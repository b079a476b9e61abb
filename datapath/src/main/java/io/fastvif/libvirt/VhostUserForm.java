package io.fastvif.libvirt;

import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.VhostUserMode;

/**
 * A vhost-user socket between the guest and a switch in user space.
 *
 * <p>Where the hypervisor connects, it does so again, a second after the backend has gone: without
 * that a guest has no network for the rest of its life once its switch was started again.
 *
 * @param path the socket's absolute path
 * @param mode which end the hypervisor is: libvirt's {@code mode} says the same as os-vif's
 * @param target the port's name in the switch, under which libvirt counts its traffic where the
 *     switch is Open vSwitch; null for none
 */
public record VhostUserForm(String path, VhostUserMode mode, String target)
    implements InterfaceForm {
  /** QEMU's {@code reconnect}, in seconds. */
  static final int RECONNECT_SECONDS = 1;

  /**
   * Checks the path and the name.
   *
   * @throws InvalidInputException if one is not taken by libvirt
   */
  public VhostUserForm {
    if (path.length() < 2
        || path.charAt(0) != '/'
        || path.indexOf('\n') >= 0
        || path.indexOf('\r') >= 0) {
      throw InvalidInputException.ofValue(
          "path", path, "is not taken by libvirt", "an absolute path without line breaks");
    }
    LibvirtValues.deviceName("vif_name", target);
  }

  /** Whether the hypervisor connects to the backend; if not, it listens. */
  public boolean connects() {
    return mode == VhostUserMode.CLIENT;
  }

  @Override
  public String type() {
    return "vhostuser";
  }
}
