package io.fastvif.cli;

import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.PhysicalFunctionState;
import io.fastvif.plan.VirtualFunctionState;
import io.fastvif.vif.InvalidInputException;
import java.util.List;

/** Finds SR-IOV functions by what people call them. */
final class PhysicalFunctions {
  private PhysicalFunctions() {}

  /**
   * The physical function of that link's name or PCI address.
   *
   * @throws InvalidInputException if there is none
   */
  static PhysicalFunctionState find(HostSnapshot host, String word) {
    List<PhysicalFunctionState> all = host.sriov().physicalFunctions();
    return all.stream()
        .filter(
            pf ->
                pf.address().toString().equalsIgnoreCase(word)
                    || (pf.link() != null && pf.link().name().equals(word)))
        .findFirst()
        .orElseThrow(
            () ->
                InvalidInputException.ofValue(
                    "PF",
                    word,
                    "is not a physical function of this host",
                    all.isEmpty()
                        ? "one, but there is no SR-IOV network card here"
                        : "one of "
                            + String.join(
                                ", ", all.stream().map(PhysicalFunctions::word).toList())));
  }

  private static String word(PhysicalFunctionState physical) {
    return physical.link() == null ? physical.address().toString() : physical.link().name();
  }

  /**
   * The virtual function of that number.
   *
   * @throws InvalidInputException if there is none
   */
  static VirtualFunctionState virtual(
      HostSnapshot host, PhysicalFunctionState physical, String number) {
    return host.sriov().virtualFunctions(physical.address()).stream()
        .filter(vf -> Integer.toString(vf.number()).equals(number))
        .findFirst()
        .orElseThrow(
            () ->
                InvalidInputException.ofValue(
                    "NUMBER",
                    number,
                    "is not a virtual function of " + physical.address(),
                    physical.numVfs() == 0
                        ? "one, but it has none"
                        : "0 to " + (physical.numVfs() - 1)));
  }
}
