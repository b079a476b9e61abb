package io.fastvif.netlink.route.kind;

import static io.fastvif.bindings.linux.linux_h.*;

/** Who may talk to whom on a macvlan or macvtap ({@code enum macvlan_mode} of linux/if_link.h). */
public enum MacvlanMode {
  /** Links of one lower link do not see each other. */
  PRIVATE(MACVLAN_MODE_PRIVATE),
  /** Frames between links of one lower link go out to a switch that sends them back (802.1Qbg). */
  VEPA(MACVLAN_MODE_VEPA),
  /** Links of one lower link see each other. */
  BRIDGE(MACVLAN_MODE_BRIDGE),
  /** The one link owns the lower link. */
  PASSTHRU(MACVLAN_MODE_PASSTHRU),
  /** Only frames from listed addresses come in. */
  SOURCE(MACVLAN_MODE_SOURCE);

  private static final MacvlanMode[] ALL = values();

  private final int value;

  MacvlanMode(int value) {
    this.value = value;
  }

  /**
   * The number in IFLA_MACVLAN_MODE.
   *
   * @return a power of two
   */
  public int value() {
    return value;
  }

  /** The mode of a number in IFLA_MACVLAN_MODE; null for one that is not known. */
  static MacvlanMode of(int value) {
    for (MacvlanMode mode : ALL) {
      if (mode.value == value) {
        return mode;
      }
    }
    return null;
  }
}
