package io.fastvif.plan;

import java.util.Locale;

/**
 * How a card switches between its virtual functions.
 *
 * @see <a href="https://docs.kernel.org/networking/devlink/devlink-eswitch-attr.html">devlink
 *     eswitch attributes</a>
 */
public enum EswitchMode {
  /** By MAC address and VLAN, as the physical function's driver is told. */
  LEGACY,
  /** As the kernel's own switching tells it: each function has a representor. */
  SWITCHDEV,
  /** Its driver does not say: it has no embedded switch that devlink knows. */
  NONE;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
