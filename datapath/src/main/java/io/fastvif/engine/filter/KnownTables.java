package io.fastvif.engine.filter;

import io.fastvif.netlink.netfilter.NftExchange;
import java.lang.ref.SoftReference;
import java.util.Optional;

/**
 * The rules as they were read last, for whoever reads them next: of many bridges they are hundreds,
 * and they are still the same while the ruleset's generation is. For any thread.
 */
public final class KnownTables {
  /** What the kernel has for a generation that it does not tell. */
  static final int UNTOLD = 0;

  /** Given up for memory; never null. */
  private SoftReference<ForwardingTables> last = new SoftReference<>(null);

  /**
   * The rules that the kernel has now.
   *
   * @param kernel is asked for the generation, and for the rules if that is another one
   */
  ForwardingTables read(NftExchange kernel) {
    return unchanged(kernel).orElseGet(() -> readAll(kernel));
  }

  /**
   * The rules as they were read last, if the kernel still has these.
   *
   * @param kernel is asked for the generation alone, which it tells without waiting for whoever
   *     changes rules
   */
  Optional<ForwardingTables> unchanged(NftExchange kernel) {
    return Optional.ofNullable(last()).filter(known -> known.generation() == kernel.generation());
  }

  private ForwardingTables readAll(NftExchange kernel) {
    ForwardingTables now = ForwardingTables.read(kernel);
    if (now.generation() != UNTOLD && now.generation() == kernel.generation()) {
      keep(now); // nobody has changed them while they were read
    }
    return now;
  }

  private synchronized ForwardingTables last() {
    return last.get();
  }

  private synchronized void keep(ForwardingTables now) {
    last = new SoftReference<>(now);
  }

  /**
   * A change has made other rules of the ones that are known, and the kernel has told which.
   * Nothing if those were forgotten meanwhile: the change was made without knowing of another one.
   *
   * @param before what was read, and the change was made from
   */
  @SuppressWarnings("ReferenceEquality") // the same reading, not one that says the same
  synchronized void replace(ForwardingTables before, ForwardingTables after) {
    if (last.get() == before) {
      last = new SoftReference<>(after);
    }
  }

  /**
   * Somebody has changed the rules: they are read next time, whatever the generation is by then.
   * The kernel shows a new generation a moment before the rules that it stands for.
   */
  synchronized void forget() {
    last = new SoftReference<>(null);
  }
}
