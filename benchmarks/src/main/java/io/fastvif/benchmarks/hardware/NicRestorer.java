package io.fastvif.benchmarks.hardware;

import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;

/** Brings a NIC back into the state that it was found in. */
final class NicRestorer {
  private final NicState before;
  private final List<NicSystem> systems;

  /**
   * @param systems by which to change it, the first one first; the others if that does not do
   */
  NicRestorer(NicState before, List<NicSystem> systems) {
    this.before = before;
    this.systems = List.copyOf(systems);
  }

  /**
   * Changes back whatever is different.
   *
   * @param reader reads the NIC
   * @throws IOException if it cannot be done, with the commands that would do it
   */
  void restore(Supplier<NicState> reader) throws IOException {
    IOException failure = null;
    for (NicSystem system : systems) {
      List<List<NicChange>> changes = reader.get().changesTo(before);
      if (changes.isEmpty()) {
        return;
      }
      // Each VF for itself: one that is refused is to keep no other from being restored.
      for (List<NicChange> ofVf : changes) {
        try {
          system.apply(List.of(ofVf));
        } catch (IOException refused) {
          failure = refused;
        }
      }
    }
    List<String> left = NicChange.words(reader.get().changesTo(before));
    if (!left.isEmpty()) {
      throw new IOException(
          "the NIC is not as it was before; what is left to do: ip " + String.join("; ip ", left),
          failure);
    }
  }
}
