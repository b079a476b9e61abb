package io.fastvif.plugin.hostdev;

import io.fastvif.plan.VfLinkState;
import io.fastvif.plan.VfRates;
import io.fastvif.plan.VfSettings;
import io.fastvif.plugin.PluginOptions;
import io.fastvif.vif.NumberRange;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * The plugin's options.
 *
 * @param driver {@code driver}: what a device is bound to; empty to leave that to the hypervisor
 * @param unsupported {@code vf_unsupported}
 * @param settings {@code spoof_check}, {@code trust}, {@code link_state}, {@code min_tx_rate},
 *     {@code max_tx_rate}, {@code query_rss}: what every function is given; null where not said
 */
record HostDeviceOptions(String driver, Unsupported unsupported, VfSettings settings) {
  private static final String SPOOF_CHECK = "spoof_check";
  private static final String TRUST = "trust";
  private static final String LINK_STATE = "link_state";
  private static final String MIN_RATE = "min_tx_rate";
  private static final String MAX_RATE = "max_tx_rate";
  private static final String RSS_QUERY = "query_rss";

  private static final List<String> OWN =
      List.of(
          "driver",
          "vf_unsupported",
          SPOOF_CHECK,
          TRUST,
          LINK_STATE,
          MIN_RATE,
          MAX_RATE,
          RSS_QUERY);

  /** Of the plugin ovs, for VIFs with its port profiles. */
  private static final List<String> OVS =
      List.of(
          "network_device_mtu", "isolate_vif", "default_qos_type", "wait_for", "keep_former_name");

  static List<String> names() {
    List<String> names = new ArrayList<>(OWN);
    names.addAll(OVS);
    return names;
  }

  static HostDeviceOptions of(PluginOptions options) {
    OptionalInt min = options.number(MIN_RATE, NumberRange.RATE);
    OptionalInt max = options.number(MAX_RATE, NumberRange.RATE);
    boolean rates = min.isPresent() || max.isPresent();
    boolean state = !options.text(LINK_STATE, "").isEmpty();
    return new HostDeviceOptions(
        options.text("driver", ""),
        options.choice("vf_unsupported", Unsupported.FAIL),
        VfSettings.of(0)
            .withSpoofCheck(flag(options, SPOOF_CHECK))
            .withTrust(flag(options, TRUST))
            .withLinkState(state ? options.choice(LINK_STATE, VfLinkState.AUTO) : null)
            .withRates(rates ? new VfRates(min.orElse(0), max.orElse(0)) : null)
            .withRssQuery(flag(options, RSS_QUERY)));
  }

  private static Boolean flag(PluginOptions options, String name) {
    return options.text(name, "").isEmpty() ? null : (Boolean) options.flag(name, false);
  }
}
