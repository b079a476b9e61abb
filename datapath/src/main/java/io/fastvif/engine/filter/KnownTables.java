package io.fastvif.engine.filter;

import io.fastvif.netlink.netfilter.NftExchange;
import java.lang.ref.SoftReference;

/**
 * The rules as they were read last, for whoever reads them next: of many bridges they are hundreds,
 * and they are still the same while the ruleset's generation is. For any thread.
 */
public final class KnownTables {
  /** What the kernel has for a generation that it does not tell. */
  static final int UNTOLD = 0;

  /** Given up for memory; never null. */
  private volatile SoftReference<ForwardingTables> last = new SoftReference<>(null);

  /**
   * The rules that the kernel has now.
   *
   * @param kernel is asked for the generation, and for the rules if that is another one
   */
  ForwardingTables read(NftExchange kernel) {
    ForwardingTables known = last.get();
    if (known != null && known.generation() == kernel.generation()) {
      return known;
    }
    ForwardingTables now = ForwardingTables.read(kernel);
    if (now.generation() != UNTOLD && now.generation() == kernel.generation()) {
      last = new SoftReference<>(now); // nobody has changed them while they were read
    }
    return now;
  }

  /**
   * Somebody has changed the rules: they are read next time, whatever the generation is by then.
   * The kernel shows a new generation a moment before the rules that it stands for.
   */
  void forget() {
    last = new SoftReference<>(null);
  }
}
