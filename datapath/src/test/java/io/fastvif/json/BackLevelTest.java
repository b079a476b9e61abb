package io.fastvif.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.host.HostInfo;
import io.fastvif.host.HostPluginInfo;
import io.fastvif.host.HostPortProfileInfo;
import io.fastvif.host.HostVifInfo;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.Network;
import io.fastvif.vif.PortProfileOpenVSwitch;
import io.fastvif.vif.Version;
import io.fastvif.vif.VersionedObject;
import io.fastvif.vif.VifVhostUser;
import java.io.IOException;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BackLevelTest {
  private static final Version V1_1 = new Version(1, 1);

  /** Where os-vif fails: the fields that the right object has not. */
  private static final Map<String, Set<String>> MENDED =
      Map.of(
          "VIFVHostUser", Set.of("vif_name"),
          "Network", Set.of("mtu"),
          "HostVIFInfo", Set.of("supported_port_profiles"));

  static List<String> classes() {
    return ObjectSchemas.NAMES;
  }

  static List<JsonNode> rows() throws IOException {
    JsonNode table = JsonTree.parse(Files.readString(Samples.folder().resolve("backlevel.json")));
    List<JsonNode> rows = ((JsonNode.JsonArray) table).elements();
    assertEquals(25, rows.size());
    return rows;
  }

  @ParameterizedTest
  @MethodSource("rows")
  void agreesWithOsVif(JsonNode row) {
    Map<String, JsonNode> members = ((JsonNode.JsonObject) row).members();
    VersionedObject object = PrimitiveForm.read(members.get("object"));
    Version version = Version.parse(((JsonNode.JsonString) members.get("target_version")).text());
    if (version.major() == 2) {
      assertThrows(InvalidInputException.class, () -> BackLevel.to(object, version));
      return;
    }
    VersionedObject lowered = BackLevel.to(object, version);
    if (members.containsKey("result")) {
      assertEquals(
          Samples.comparable(members.get("result")),
          Samples.comparable(JsonTree.parse(VersionedObjectWriter.write(lowered))));
    } else {
      assertEquals(version, lowered.envelope().version());
      Set<String> expected = fields(object);
      assertTrue(expected.removeAll(MENDED.get(object.objectName())));
      assertEquals(expected, fields(lowered));
      assertEquals(expected, new HashSet<>(lowered.envelope().changes().get()));
      assertEquals(
          lowered, VersionedObjectReader.read(VersionedObjectWriter.write(lowered)), "read again");
    }
  }

  private static Set<String> fields(VersionedObject object) {
    JsonNode tree = JsonTree.parse(VersionedObjectWriter.write(object));
    JsonNode data = ((JsonNode.JsonObject) tree).members().get(PrimitiveForm.DATA);
    return new HashSet<>(((JsonNode.JsonObject) data).members().keySet());
  }

  @ParameterizedTest
  @MethodSource("classes")
  void everyClassGoesToEveryEarlierVersion(String name) {
    RandomObjects random = new RandomObjects(name.hashCode());
    Version current = ObjectVersions.known(name);
    for (int from = 0; from <= current.minor(); from++) {
      for (int to = 0; to <= from; to++) {
        for (int i = 0; i < 20; i++) {
          VersionedObject object = random.object(name, new Version(1, from));
          VersionedObject lowered = BackLevel.to(object, new Version(1, to));
          assertEquals(new Version(1, to), lowered.envelope().version());
          String json = VersionedObjectWriter.write(lowered);
          assertEquals(lowered, VersionedObjectReader.read(json), json);
          assertEquals(lowered, BackLevel.to(lowered, new Version(1, to)), "once is enough");
          if (from == to) {
            assertEquals(object, lowered);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("classes")
  void everythingNestedGoesToItsFirstVersion(String name) {
    RandomObjects random = new RandomObjects(name.hashCode());
    Map<String, Version> first = new HashMap<>();
    ObjectVersions.classes().forEach(each -> first.put(each, Version.V1_0));
    for (int i = 0; i < 50; i++) {
      VersionedObject object = random.object(name, ObjectVersions.known(name));
      String json = VersionedObjectWriter.write(BackLevel.toAtMost(object, first));
      assertTrue(ObjectVersions.in(json).values().stream().allMatch(Version.V1_0::equals), json);
    }
  }

  @ParameterizedTest
  @MethodSource("classes")
  void aNewerMinorVersionIsRefusedAndTheGreatestNamed(String name) {
    Version known = ObjectVersions.known(name);
    Version newer = new Version(known.major(), known.minor() + 1);
    String json =
        ("{\"versioned_object.name\":\"%s\",\"versioned_object.namespace\":\"os_vif\","
                + "\"versioned_object.version\":\"%s\",\"versioned_object.data\":{}}")
            .formatted(name, newer);
    InvalidInputException refused =
        assertThrows(InvalidInputException.class, () -> VersionedObjectReader.read(json));
    assertEquals(
        "versioned_object.version: \"%s\" is a newer version of %s than known here: expected %s at most"
            .formatted(newer, name, known),
        refused.getMessage());
    assertThrows(
        InvalidInputException.class,
        () -> BackLevel.toAtMost(VifVhostUser.builder().build(), Map.of(name, newer)));
  }

  @Test
  void aVhostUserVifOfTheFirstVersionHoldsTheProfileOfItsTime() {
    VifVhostUser vif =
        VifVhostUser.builder()
            .id("0123456789abcdef")
            .vifName("port")
            .portProfile(PortProfileOpenVSwitch.builder().createPort(true).build())
            .network(Network.builder().mtu(9000).build())
            .build();
    VifVhostUser lowered = BackLevel.to(vif, Version.V1_0);
    PortProfileOpenVSwitch profile = (PortProfileOpenVSwitch) lowered.portProfile().get();
    assertEquals(Version.V1_0, profile.envelope().version());
    assertFalse(profile.createPort().isSet());
    assertFalse(profile.createsPort());
    assertFalse(profile.envelope().changes().isSet(), "nothing is left of the changes");
    assertEquals("netdev", profile.datapathTypeOr("netdev"));
    assertEquals(V1_1, lowered.network().get().envelope().version());
    assertEquals(9000, lowered.network().get().mtu().get());
    assertEquals("port", vif.portName());
    assertEquals("vhu0123456789a", lowered.portName());
  }

  @Test
  void nestedObjectsAreFoundInLists() {
    HostInfo host =
        HostInfo.of(
            List.of(
                HostPluginInfo.of(
                    "ovs",
                    HostVifInfo.of(
                        "VIFBridge",
                        Version.V1_0,
                        Version.V1_0,
                        HostPortProfileInfo.of("VIFPortProfileOpenVSwitch", V1_1, V1_1)))));
    assertEquals(host, BackLevel.to(host, Version.V1_0));
    HostInfo lowered = BackLevel.toAtMost(host, Map.of("HostVIFInfo", Version.V1_0));
    HostVifInfo vif = lowered.pluginInfo().get().getFirst().vifInfo().get().getFirst();
    assertEquals(Version.V1_0, vif.envelope().version());
    assertFalse(vif.supportedPortProfiles().isSet());
    assertEquals("VIFBridge", vif.vifObjectName().get());
  }

  @Test
  void refusesVersionsThatAreNotEarlier() {
    Network old = BackLevel.to(Network.builder().build(), Version.V1_0);
    for (Version version : List.of(V1_1, new Version(0, 9), new Version(2, 0))) {
      assertThrows(InvalidInputException.class, () -> BackLevel.to(old, version));
    }
    assertEquals(old, BackLevel.toAtMost(old, Map.of("Network", V1_1)), "older already");
    assertThrows(
        InvalidInputException.class,
        () -> BackLevel.toAtMost(old, Map.of("VIFWarp", Version.V1_0)));
  }
}
