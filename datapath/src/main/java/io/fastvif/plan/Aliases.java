package io.fastvif.plan;

import java.util.Optional;

/**
 * The interface alias by which the host itself remembers which link belongs to which VIF: {@code
 * fastvif:} and the VIF's id. A restarted agent finds everything again by it.
 */
public final class Aliases {
  /** The alias of a device that had none and was down, and was brought up for macvtaps on it. */
  public static final String BROUGHT_UP = "brought up by fastvif";

  /** How the ids of the VIFs begin that container runtimes ask for. */
  public static final String POD = "cni/";

  private static final String PREFIX = "fastvif:";
  private static final String BRIDGE_PREFIX = "fastvif-bridge:";
  private static final String POD_LINK_PREFIX = "fastvif-pod:";
  private static final String POD_DEVICE_PREFIX = "fastvif-device:";
  private static final String OF_HOST = " of ";

  private Aliases() {}

  /** The alias of the links of the VIF with that id. */
  public static String of(String vifId) {
    return PREFIX + vifId;
  }

  /** The alias of a bridge that was made under that name for VIFs to share. */
  public static String ofBridge(String name) {
    return BRIDGE_PREFIX + name;
  }

  /** The name that a bridge was made under; empty if it was not made here. */
  public static Optional<String> bridge(String alias) {
    return alias.startsWith(BRIDGE_PREFIX)
        ? Optional.of(alias.substring(BRIDGE_PREFIX.length()))
        : Optional.empty();
  }

  /** The id of the VIF that the alias stands for; empty for an alias of somebody else's. */
  public static Optional<String> vifId(String alias) {
    return alias.startsWith(PREFIX)
        ? Optional.of(alias.substring(PREFIX.length()))
        : Optional.empty();
  }

  /**
   * The alias of a link that is in a pod's namespace alone, where it is not enough to say which VIF
   * it is: other hosts, each in a namespace of its own, may have pods of the same names.
   *
   * @param host the {@linkplain io.fastvif.netns.Netns#identity() identity} of the namespace whose
   *     host made it
   */
  public static String ofPodLink(String vifId, String host) {
    return POD_LINK_PREFIX + vifId + OF_HOST + host;
  }

  /** The id of the VIF that such a link is, of whichever host; empty for any other alias. */
  public static Optional<String> podLink(String alias) {
    return ofHost(POD_LINK_PREFIX, alias);
  }

  /**
   * The alias of a link of the host's own while a pod has it. It is another than those of links
   * that were made: whoever clears up gives such a link back, and never deletes it.
   *
   * @param host the {@linkplain io.fastvif.netns.Netns#identity() identity} of the namespace that
   *     it goes back to
   */
  public static String ofPodDevice(String vifId, String host) {
    return POD_DEVICE_PREFIX + vifId + OF_HOST + host;
  }

  /** The id of the VIF that has such a link, of whichever host; empty for any other alias. */
  public static Optional<String> podDevice(String alias) {
    return ofHost(POD_DEVICE_PREFIX, alias);
  }

  private static Optional<String> ofHost(String prefix, String alias) {
    int end = alias.lastIndexOf(OF_HOST);
    return alias.startsWith(prefix) && end > 0
        ? Optional.of(alias.substring(prefix.length(), end))
        : Optional.empty();
  }

  /**
   * Whether the VIF of that id is one that a container runtime asked for: nobody declares it, and
   * nobody but that runtime knows when it is not wanted any more.
   */
  public static boolean isPod(String vifId) {
    return vifId.startsWith(POD);
  }
}
