package io.fastvif.plan;

import io.fastvif.vif.NumberRange;

/**
 * A virtual function's rates of transmission, in Mbit/s.
 *
 * @param min what it is guaranteed, 0 for nothing
 * @param max what it may send at most, 0 for no limit
 */
public record VfRates(int min, int max) {
  /** Neither a guarantee nor a limit. */
  public static final VfRates NONE = new VfRates(0, 0);

  /** Checks the ranges. */
  public VfRates {
    NumberRange.RATE.check("min_tx_rate", min);
    NumberRange.RATE.check("max_tx_rate", max);
  }

  @Override
  public String toString() {
    return "min_tx_rate " + min + " max_tx_rate " + max;
  }
}
