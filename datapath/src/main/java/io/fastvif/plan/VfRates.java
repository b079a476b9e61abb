package io.fastvif.plan;

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
    VfSettings.check("min_tx_rate", least, Integer.MAX_VALUE);
    VfSettings.check("max_tx_rate", greatest, Integer.MAX_VALUE);
  }

  @Override
  public String toString() {
    return "min_tx_rate " + least + " max_tx_rate " + greatest;
  }
}
