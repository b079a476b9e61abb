package io.fastvif.plan;

import io.fastvif.vif.PciAddress;
import java.util.Objects;

/**
 * A physical function of a network card that can have virtual ones.
 *
 * @param address its PCI address
 * @param link its link, which in switchdev mode is the uplink; null if there is none in this
 *     namespace
 * @param driver the driver that has bound it; null for none
 * @param totalVfs how many virtual functions it can have ({@code sriov_totalvfs})
 * @param numVfs how many it has ({@code sriov_numvfs})
 * @param eswitchMode how it switches between them
 */
public record PhysicalFunctionState(
    PciAddress address,
    LinkId link,
    String driver,
    int totalVfs,
    int numVfs,
    EswitchMode eswitchMode) {

  /** Checks what every physical function has. */
  public PhysicalFunctionState {
    Objects.requireNonNull(address);
    Objects.requireNonNull(eswitchMode);
  }
}
