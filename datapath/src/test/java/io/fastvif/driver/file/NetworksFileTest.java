package io.fastvif.driver.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.vif.DirectMode;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.PciAddress;
import io.fastvif.vif.VhostUserMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reading the file of networks. */
class NetworksFileTest {
  private static final String ALL =
      """
      {
        "options": {"linux_bridge.network_device_mtu": "1400"},
        "networks": {
          "blue":  {"kind": "bridge", "bridge": "br-blue", "uplink": "eth1", "vlan": 7, "mtu": 1450},
          "plain": {"kind": "bridge", "bridge": "br0", "provide_bridge": false,
                    "create_port": true, "hot_plug": false},
          "green": {"kind": "ovs", "bridge": "br-int"},
          "lime":  {"kind": "ovs", "bridge": "br-lime", "datapath_type": "netdev"},
          "red":   {"kind": "physical", "address": "0000:03:00.0", "mode": "vepa",
                    "vlan_device": "eth2.5"},
          "fast":  {"kind": "sriov", "addresses": ["0000:af:06.0", "0000:af:06.1"],
                    "claims": "/run/fastvif/fast", "vlan": 9},
          "user":  {"kind": "vhost-user", "folder": "/run/vhost/", "mode": "server"}
        }
      }
      """;

  private static NetworksFile parse(String json) {
    return NetworksFile.parse(json.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void everyKindIsRead() {
    NetworksFile file = parse(ALL);
    assertEquals(Map.of("linux_bridge.network_device_mtu", "1400"), file.options());
    assertEquals(
        Map.of(
            "blue",
            new BridgeNetwork(
                new NetworkBasics("blue", 1450, true),
                "br-blue",
                true,
                "eth1",
                OptionalInt.of(7),
                false),
            "plain",
            new BridgeNetwork(
                new NetworkBasics("plain", 1500, false),
                "br0",
                false,
                "",
                OptionalInt.empty(),
                true),
            "green",
            new OvsNetwork(new NetworkBasics("green", 1500, true), "br-int", "system"),
            "lime",
            new OvsNetwork(new NetworkBasics("lime", 1500, true), "br-lime", "netdev"),
            "red",
            new PhysicalNetwork(
                new NetworkBasics("red", 1500, true),
                new PciAddress(0, 3, 0, 0),
                DirectMode.VEPA,
                Optional.of("eth2.5")),
            "fast",
            new SriovNetwork(
                new NetworkBasics("fast", 1500, true),
                List.of(new PciAddress(0, 0xaf, 6, 0), new PciAddress(0, 0xaf, 6, 1)),
                new DeviceClaims(Path.of("/run/fastvif/fast")),
                OptionalInt.of(9)),
            "user",
            new VhostUserNetwork(
                new NetworkBasics("user", 1500, true),
                Path.of("/run/vhost"),
                VhostUserMode.SERVER)),
        file.networks());
  }

  /** Networks named n, the path of the error, and a part of its message. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "x"                                                        | networks.n           | object
          {}                                                         | networks.n.kind      | missing
          {"kind": 1}                                                | networks.n.kind      | "1"
          {"kind": "vlan"}                                           | networks.n.kind      | "vlan"
          {"kind": "bridge"}                                         | networks.n.bridge    | missing
          {"kind": "bridge", "bridge": "a b"}                        | networks.n.bridge    | "a b"
          {"kind": "bridge", "bridge": "b", "mtu": 67}               | networks.n.mtu       | "67"
          {"kind": "bridge", "bridge": "b", "mtu": 1e3}              | networks.n.mtu       | "1e3"
          {"kind": "bridge", "bridge": "b", "mtu": 99999999999999999999} | networks.n.mtu   | 68 to 65535
          {"kind": "bridge", "bridge": "b", "mtu": "1500"}           | networks.n.mtu       | "1500"
          {"kind": "bridge", "bridge": "b", "mtu": null}             | networks.n.mtu       | "null"
          {"kind": "bridge", "bridge": "b", "mtu": {}}               | networks.n.mtu       | object
          {"kind": "bridge", "bridge": "b", "hot_plug": "yes"}       | networks.n.hot_plug  | "yes"
          {"kind": "bridge", "bridge": "b", "brdge": 1}              | networks.n           | "brdge"
          {"kind": "bridge", "bridge": "b", "bridge": "c"}           | networks.n           | twice
          {"kind": "bridge", "bridge": "b", "vlan": 7}               | networks.n.vlan      | uplink
          {"kind": "bridge", "bridge": "b", "uplink": "e", "vlan": 4095} | networks.n.vlan  | 4094
          {"kind": "bridge", "bridge": "b", "uplink": "e", "provide_bridge": false} | networks.n.uplink | provided
          {"kind": "ovs", "bridge": "b", "uplink": "e"}              | networks.n           | "uplink"
          {"kind": "ovs", "bridge": "b", "datapath_type": "dpdk"}    | networks.n.datapath_type | system or netdev
          {"kind": "physical", "address": "03:00.0", "mode": "vepa"} | networks.n.address   | "03:00.0"
          {"kind": "physical", "address": "0000:03:00.0", "mode": "passthrough"} | networks.n.mode | vepa or bridge
          {"kind": "sriov", "claims": "/c", "addresses": []}         | networks.n.addresses | at least one
          {"kind": "sriov", "claims": "/c", "addresses": "x"}        | networks.n.addresses | at least one
          {"kind": "sriov", "claims": "/c", "addresses": ["0000:03:00.0", 5]} | networks.n.addresses[1] | "5"
          {"kind": "sriov", "claims": "/c", "addresses": ["0000:03:00.0", "0000:03:00.0"]} | networks.n.addresses[1] | twice
          {"kind": "sriov", "claims": "c", "addresses": ["0000:03:00.0"]} | networks.n.claims | absolute
          {"kind": "vhost-user", "folder": "/f", "mode": "both"}     | networks.n.mode      | "both"
          {"kind": "vhost-user", "mode": "client"}                   | networks.n.folder    | missing
          """)
  void whatIsWrongIsNamed(String network, String path, String part) {
    InvalidInputException wrong =
        assertThrows(
            InvalidInputException.class,
            () -> parse("{\"networks\": {\"n\": " + network + "}}"),
            network);
    assertEquals(path, wrong.path(), wrong.getMessage());
    assertTrue(wrong.getMessage().contains(part), wrong.getMessage());
  }

  @Test
  void whatIsWrongAsAWholeIsSaid() {
    Map.of(
            "", "not an object",
            "[]", "not an object",
            "{}", "networks is missing",
            "{\"networks\": {}} x", "not valid at line 1",
            "{\"networks\": {}} {}", "follows",
            "{\"networks\": {}, \"networks\": {}}", "twice",
            "{\"networks\": {}, \"network\": {}}", "\"network\"",
            "{\"networks\": {\"a/b\": {}}}", "\"a/b\"",
            "{\"networks\": {}, \"options\": {\"a.b\": 1}}", "options.a.b",
            "{\"networks\": {\"n\": {\"kind\": \"\\ud800\"}}}", "is not text")
        .forEach(
            (json, part) -> {
              InvalidInputException wrong =
                  assertThrows(InvalidInputException.class, () -> parse(json), json);
              assertTrue(wrong.getMessage().contains(part), wrong.getMessage());
            });
    assertThrows(
        InvalidInputException.class,
        () -> NetworksFile.parse(new byte[] {'{', '"', (byte) 0xff, '"'}));
    assertThrows(InvalidInputException.class, () -> NetworksFile.parse(new byte[(16 << 20) + 1]));
    assertThrows(
        InvalidInputException.class, () -> NetworksFile.read(Path.of("/nonexistent/networks")));
  }

  @Test
  void aFolderTooLongForASocketIsRefused() {
    String folder = "/" + "f".repeat(64);
    String json =
        "{\"networks\": {\"n\": {\"kind\": \"vhost-user\", \"mode\": \"client\", \"folder\": \"";
    assertEquals(1, parse(json + folder + "\"}}}").networks().size());
    assertThrows(InvalidInputException.class, () -> parse(json + folder + "f\"}}}"));
  }

  @Test
  void mutationsEndInAFileOrInAnErrorOfTheInput() {
    Random random = new Random(7);
    byte[] original = ALL.getBytes(StandardCharsets.UTF_8);
    int refused = 0;
    for (int i = 0; i < 5000; i++) {
      byte[] mutated = original.clone();
      for (int n = random.nextInt(3); n >= 0; n--) {
        mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(256);
      }
      if (i % 5 == 0) {
        mutated = Arrays.copyOf(mutated, random.nextInt(mutated.length));
      }
      try {
        NetworksFile.parse(mutated);
      } catch (InvalidInputException wrong) {
        refused++;
      }
    }
    assertTrue(refused > 1000 && refused < 5000, "refused " + refused);
  }
}
