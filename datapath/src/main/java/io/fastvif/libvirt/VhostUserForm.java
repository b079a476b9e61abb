package io.fastvif.libvirt;

import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.VhostUserMode;

/**
 * A vhost-user socket between the guest and a switch in user space.
 *
 * @param path the socket's absolute path
 * @param mode which end the hypervisor is: libvirt's {@code mode} says the same as os-vif's
 */
public record VhostUserForm(String path, VhostUserMode mode) implements InterfaceForm {
  /**
   * Checks the path.
   *
   * @throws InvalidInputException if it is not taken by libvirt
   */
  public VhostUserForm {
    if (path.length() < 2
        || path.charAt(0) != '/'
        || path.indexOf('\n') >= 0
        || path.indexOf('\r') >= 0) {
      throw InvalidInputException.ofValue(
          "path", path, "is not taken by libvirt", "an absolute path without line breaks");
    }
  }

  @Override
  public String type() {
    return "vhostuser";
  }
}
