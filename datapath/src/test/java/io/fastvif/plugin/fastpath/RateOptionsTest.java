package io.fastvif.plugin.fastpath;

import static io.fastvif.plugin.fastpath.FastPathPluginTest.CLOSE;
import static io.fastvif.plugin.fastpath.FastPathPluginTest.EMPTY;
import static io.fastvif.plugin.fastpath.FastPathPluginTest.FOLDER;
import static io.fastvif.plugin.fastpath.FastPathPluginTest.OPEN;
import static io.fastvif.plugin.fastpath.FastPathPluginTest.plugin;
import static io.fastvif.plugin.fastpath.FastPathPluginTest.port;
import static io.fastvif.plugin.fastpath.FastPathPluginTest.steps;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.ServedPort;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.PortRates;
import io.fastvif.vif.RateLimit;
import io.fastvif.vif.VhostUserMode;
import io.fastvif.vif.Vif;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The limits of a port's traffic among the options of vhostuser_fp. */
class RateOptionsTest {
  @Test
  void ratesAreOfThePortAndChangeWhileItsGuestStays() {
    Vif vif = FastPathVifs.bridged(FOLDER, 1, VhostUserMode.CLIENT);
    String[] options = {
      "uplink", "af_xdp:eth1",
      "inbound_average", "1000",
      "inbound_peak", "2000",
      "inbound_burst", "64",
      "outbound_average", "12500000B"
    };
    ServedPort unlimited = port(plugin("uplink", "af_xdp:eth1").plug(vif, null, EMPTY));
    PlugPlan limiting = plugin(options).plug(vif, null, EMPTY);
    ServedPort limited = port(limiting);
    assertEquals(
        new PortRates(
            new RateLimit(1000 << 10, 2000 << 10, 64 << 10), new RateLimit(12_500_000, 0, 250_000)),
        limited.rates());
    assertEquals(unlimited, limited.withRates(PortRates.UNLIMITED));
    String limits =
        "to the guest 1024000 bytes a second, at most 2048000, with a burst of 65536,"
            + " from the guest 12500000 bytes a second, with a burst of 250000";
    String uplink = "uplink af_xdp:eth1 only from fa:16:3e:20:82:01, ";
    assertEquals(List.of(OPEN.replace("tap vhu1", uplink + limits)), steps(limiting));
    HostSnapshot plugged = EMPTY.withVhostUserPorts(Map.of(unlimited.vifId(), unlimited));
    PlugPlan change = plugin(options).plug(vif, null, plugged);
    assertEquals(List.of("limit vhost-user port vhu1: " + limits), steps(change));
    assertEquals("limit vhost-user port vhu1 no more", change.steps().getLast().undo().toString());
    HostSnapshot changed = EMPTY.withVhostUserPorts(Map.of(limited.vifId(), limited));
    assertEquals(List.of(), steps(plugin(options).plug(vif, null, changed)));
    assertEquals(List.of(CLOSE), steps(plugin("uplink", "af_xdp:eth1").unplug(vif, null, changed)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          inbound_average  | 0            | is out of range: expected a whole number of KiB from 1 to 2147483647, or of bytes with a B behind it
          outbound_peak    | 2147483648   | is out of range: expected a whole number of KiB from 1 to 2147483647, or of bytes with a B behind it
          outbound_average | fast         | is out of range: expected a whole number of KiB from 1 to 2147483647, or of bytes with a B behind it
          inbound_burst    | 4194304      | is out of range: expected a whole number of KiB from 1 to 4194303, or of bytes with a B behind it
          inbound_average  | 0B           | is out of range: expected a whole number of KiB from 1 to 2147483647, or of bytes with a B behind it
          inbound_burst    | 5            | has no average beside it: expected the option inbound_average too
          outbound_peak    | 5            | has no average beside it: expected the option outbound_average too
          """)
  void wrongRateIsNamed(String option, String value, String problem) {
    assertEquals(
        "vhostuser_fp." + option + ": \"" + value + "\" " + problem,
        assertThrows(InvalidInputException.class, () -> plugin(option, value)).getMessage());
  }

  @Test
  void peakIsNotBelowTheAverage() {
    assertEquals(
        "vhostuser_fp.inbound_peak: \"1023B\" is below the average: expected at least"
            + " inbound_average, which is 1024 bytes a second",
        assertThrows(
                InvalidInputException.class,
                () -> plugin("inbound_average", "1", "inbound_peak", "1023B"))
            .getMessage());
  }
}
