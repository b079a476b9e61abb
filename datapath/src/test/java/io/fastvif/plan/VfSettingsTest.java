package io.fastvif.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.vif.MacAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class VfSettingsTest {
  private static final MacAddress MAC = MacAddress.parse("02:00:00:00:00:01");

  private static final VfSettings ALL =
      VfSettings.of(3)
          .withAddress(MAC)
          .withVlan(new VfVlan(7, 2, VlanProtocol.DOT1AD))
          .withSpoofCheck(true)
          .withTrust(false)
          .withLinkState(VfLinkState.ENABLE)
          .withRates(10, 100)
          .withRssQuery(true)
          .withGuids(1L, 0x8899aabbccddeeffL);

  @Test
  void inTheWordsOfIp() {
    assertEquals(
        "vf 3 mac 02:00:00:00:00:01 vlan 7 qos 2 proto 802.1ad spoofchk on trust off state enable"
            + " min_tx_rate 10 max_tx_rate 100 query_rss on node_guid 00:00:00:00:00:00:00:01"
            + " port_guid 88:99:aa:bb:cc:dd:ee:ff",
        ALL.toString());
    assertEquals("vf 1 vlan 5 qos 0", VfSettings.of(1).withVlan(5, 0).toString());
  }

  @Test
  void oneStepEachInTheKernelsOrder() {
    assertEquals(
        List.of(
            "vf 3 mac 02:00:00:00:00:01",
            "vf 3 vlan 7 qos 2 proto 802.1ad",
            "vf 3 min_tx_rate 10 max_tx_rate 100",
            "vf 3 spoofchk on",
            "vf 3 state enable",
            "vf 3 query_rss on",
            "vf 3 trust off",
            "vf 3 node_guid 00:00:00:00:00:00:00:01",
            "vf 3 port_guid 88:99:aa:bb:cc:dd:ee:ff"),
        ALL.each().stream().map(VfSettings::toString).toList());
    assertEquals(List.of(), VfSettings.of(3).each());
  }

  @Test
  void stepsForWhatDiffersAndTheirUndo() {
    VfSettings now = VfSettings.defaults(3);
    VfSettings wanted = VfSettings.of(3).withAddress(MAC).withTrust(false).withRssQuery(true);
    VfSettings change = wanted.unlike(now);
    assertEquals("vf 3 mac 02:00:00:00:00:01 query_rss on", change.toString());
    assertEquals("vf 3 mac 00:00:00:00:00:00", now.before(change).toString());
    assertTrue(ALL.unlike(ALL).isEmpty());
    assertEquals(ALL, ALL.unlike(now.withSpoofCheck(null).withTrust(null)));
    assertEquals(ALL, ALL.before(ALL));
  }

  @Test
  void ranges() {
    assertThrows(IllegalArgumentException.class, () -> new VfVlan(4095, 0, VlanProtocol.DOT1Q));
    assertThrows(IllegalArgumentException.class, () -> new VfVlan(1, 8, VlanProtocol.DOT1Q));
    assertThrows(IllegalArgumentException.class, () -> new VfRates(0, -1));
  }
}
