package io.fastvif.plugin.fastpath;

import io.fastvif.plugin.OptionText;
import io.fastvif.plugin.PluginOptions;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.PortRates;
import io.fastvif.vif.RateLimit;
import java.util.List;
import java.util.OptionalLong;

/**
 * The options that limit a port's traffic, with the names and units of libvirt's {@code
 * <bandwidth>}: {@code inbound_average}, {@code inbound_peak}, {@code inbound_burst} of what the
 * guest gets, {@code outbound_average} and so on of what it sends. Averages and peaks are in KiB a
 * second, bursts in KiB; a B behind the number makes it bytes, which is for other units than
 * libvirt's.
 */
final class RateOptions {
  private static final String INBOUND = "inbound";
  private static final String OUTBOUND = "outbound";
  private static final String AVERAGE = "_average";
  private static final String PEAK = "_peak";
  private static final String BURST = "_burst";
  private static final String BYTES = "B";
  private static final int KIB = 1024;

  static final List<String> NAMES =
      List.of(
          INBOUND + AVERAGE,
          INBOUND + PEAK,
          INBOUND + BURST,
          OUTBOUND + AVERAGE,
          OUTBOUND + PEAK,
          OUTBOUND + BURST);

  private RateOptions() {}

  static PortRates of(PluginOptions options) {
    return new PortRates(limit(options, INBOUND), limit(options, OUTBOUND));
  }

  private static RateLimit limit(PluginOptions options, String direction) {
    OptionalLong average = bytes(options, direction + AVERAGE, RateLimit.MAX_RATE);
    OptionalLong peak = bytes(options, direction + PEAK, RateLimit.MAX_RATE);
    OptionalLong burst = bytes(options, direction + BURST, RateLimit.MAX_BURST);
    if (average.isEmpty()) {
      requireAverage(options, direction + PEAK, peak, direction);
      requireAverage(options, direction + BURST, burst, direction);
      return null;
    }
    long rate = average.getAsLong();
    if (peak.isPresent() && peak.getAsLong() < rate) {
      throw options.invalid(
          direction + PEAK,
          options.text(direction + PEAK, ""),
          "is below the average",
          "at least " + direction + AVERAGE + ", which is " + rate + " bytes a second");
    }
    return new RateLimit(rate, peak.orElse(0), burst.orElse(RateLimit.defaultBurst(rate)));
  }

  private static void requireAverage(
      PluginOptions options, String option, OptionalLong given, String direction) {
    if (given.isPresent()) {
      throw options.invalid(
          option,
          options.text(option, ""),
          "has no average beside it",
          "the option " + direction + AVERAGE + " too");
    }
  }

  /** Empty if it is not given, or given as nothing. */
  private static OptionalLong bytes(PluginOptions options, String option, long max) {
    String given = OptionText.strip(options.text(option, ""));
    if (given.isEmpty()) {
      return OptionalLong.empty();
    }
    boolean isBytes = given.endsWith(BYTES);
    OptionalLong number =
        OptionText.number(isBytes ? given.substring(0, given.length() - 1) : given);
    int unit = isBytes ? 1 : KIB;
    if (number.isEmpty() || number.getAsLong() < 1 || number.getAsLong() > max / unit) {
      throw invalid(options, option, max);
    }
    return OptionalLong.of(number.getAsLong() * unit);
  }

  private static InvalidInputException invalid(PluginOptions options, String option, long max) {
    return options.invalid(
        option,
        options.text(option, ""),
        "is out of range",
        "a whole number of KiB from 1 to " + max / KIB + ", or of bytes with a B behind it");
  }
}
