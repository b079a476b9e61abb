package io.fastvif.plan;

import io.fastvif.vif.NumberRange;

/**
 * A virtual function's rates of transmission, in Mbit/s.
 *
 * @param least what it is guaranteed, 0 for nothing
 * @param greatest what it may send at most, 0 for no limit
 */
public record VfRates(int least, int greatest) {
  /** Neither a guarantee nor a limit. */
  public static final VfRates NONE = new VfRates(0, 0);

  /** Checks the ranges. */
  public VfRates {
    NumberRange.RATE.check("min_tx_rate", least);
    NumberRange.RATE.check("max_tx_rate", greatest);
  }

  @Override
  public String toString() {
    return "min_tx_rate " + least + " max_tx_rate " + greatest;
  }
}
