package io.fastvif.benchmarks.hardware;

import io.fastvif.plan.LinkSettings;
import java.util.List;
import java.util.Set;

/** A change of the NIC that {@code ip} can say in one command. */
sealed interface NicChange {

  /** The words of {@code ip} that make it. */
  String words();

  /**
   * Changes a representor. Its name changes before the rest, as in the kernel.
   *
   * @param port it as it is before
   * @param newName null if it keeps its name
   * @param settings its MTU, its master and whether it is up, as far as they change
   */
  record OfPort(PortState port, String newName, LinkSettings settings) implements NicChange {
    @Override
    public String words() {
      return "link set dev "
          + port.name()
          + (newName == null ? "" : " name " + newName)
          + (settings.isEmpty() ? "" : " " + settings);
    }
  }

  /**
   * Changes a VF, through its PF.
   *
   * @param pf the PF's network device
   * @param pfIndex that device's index
   * @param from what the VF is before
   * @param to what it is to be
   * @param attributes what of it changes
   */
  record OfVf(String pf, int pfIndex, VfState from, VfState to, Set<VfAttribute> attributes)
      implements NicChange {
    @Override
    public String words() {
      return "link set dev " + pf + " " + to.settings(attributes);
    }
  }

  /** The words of all changes. */
  static List<String> words(List<List<NicChange>> changes) {
    return changes.stream().flatMap(List::stream).map(NicChange::words).toList();
  }
}
