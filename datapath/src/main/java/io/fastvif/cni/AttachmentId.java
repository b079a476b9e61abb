package io.fastvif.cni;

import io.fastvif.plan.Aliases;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Which interface of which container on which network: the id of the VIF that it is, and so, as the
 * alias of its link, how the host itself remembers it.
 *
 * @param network the network's name
 * @param containerId the runtime's id of the container
 * @param ifName the name of the interface in the container
 */
record AttachmentId(String network, String containerId, String ifName) {
  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.\\-]*");
  private static final Pattern LINK_NAME = Pattern.compile("[!-~&&[^/:%]]{1,15}");

  /** An alias has 255 bytes, of which that of a link in a pod's namespace needs more for itself. */
  private static final int MAX_LENGTH = 208;

  /** What the runtime names, checked as the specification says. */
  static AttachmentId of(String network, CniRequest request) {
    String container = request.variable("CNI_CONTAINERID");
    if (!NAME.matcher(container).matches()) {
      throw environment("CNI_CONTAINERID", container, "letters, digits, _, . and -");
    }
    String ifName = request.variable("CNI_IFNAME");
    if (!isLinkName(ifName)) {
      throw environment("CNI_IFNAME", ifName, "the name of a link, of 1 to 15 characters");
    }
    AttachmentId id = new AttachmentId(network, container, ifName);
    if (id.vifId().length() > MAX_LENGTH) {
      throw environment(
          "CNI_CONTAINERID", container, "that with the network's name it fits into a link's alias");
    }
    return id;
  }

  /** Whether a link can have that name; of one with a percent sign the kernel makes another. */
  static boolean isLinkName(String name) {
    return LINK_NAME.matcher(name).matches() && !name.equals(".") && !name.equals("..");
  }

  /** Checks the name of a network. */
  static void checkNetwork(String network) {
    if (!NAME.matcher(network).matches()) {
      throw CniException.ofKey("name", network, "letters, digits, _, . and -");
    }
  }

  static CniException environment(String name, String value, String expected) {
    return new CniException(
        CniException.INVALID_ENVIRONMENT,
        name + ": " + CniJson.write(value) + ": expected " + expected);
  }

  CniException attachedAlready() {
    return new CniException(
        CniException.INVALID_CONFIGURATION,
        ifName + " of " + containerId + " is attached already: expected a DEL before");
  }

  /** The id of the VIF. */
  String vifId() {
    return Aliases.POD + network + "/" + containerId + "/" + ifName;
  }

  /** The attachment whose VIF has that id, if it is one. */
  static Optional<AttachmentId> ofVif(String vifId) {
    String[] parts = vifId.split("/", -1);
    return Aliases.isPod(vifId) && parts.length == 4
        ? Optional.of(new AttachmentId(parts[1], parts[2], parts[3]))
        : Optional.empty();
  }
}
