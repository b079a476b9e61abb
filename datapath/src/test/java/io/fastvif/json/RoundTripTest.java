package io.fastvif.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.host.HostInfo;
import io.fastvif.vif.Envelope;
import io.fastvif.vif.Field;
import io.fastvif.vif.InstanceInfo;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.Network;
import io.fastvif.vif.Version;
import io.fastvif.vif.VersionedObject;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifBridge;
import io.fastvif.vif.VifGeneric;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class RoundTripTest {
  @TestFactory
  Stream<DynamicTest> everySampleStaysTheSame() throws IOException {
    return Samples.files().entrySet().stream()
        .map(
            file ->
                DynamicTest.dynamicTest(
                    file.getKey(),
                    () -> {
                      List<JsonNode> objects = new ArrayList<>();
                      Samples.collect(JsonTree.parse(file.getValue()), objects);
                      assertEquals(file.getKey().contains("host-info") ? 1 : 2, objects.size());
                      objects.forEach(RoundTripTest::assertSame);
                    }));
  }

  @Test
  void everyBacklevelledObjectStaysTheSame() throws IOException {
    List<JsonNode> objects = new ArrayList<>();
    Samples.collect(
        JsonTree.parse(Files.readString(Samples.folder().resolve("backlevel.json"))), objects);
    assertEquals(46, objects.size());
    objects.forEach(RoundTripTest::assertSame);
  }

  private static void assertSame(JsonNode node) {
    VersionedObject object = PrimitiveForm.read(node);
    String written = VersionedObjectWriter.write(object);
    assertFalse(written.contains("\n"));
    assertEquals(Samples.comparable(node), Samples.comparable(JsonTree.parse(written)));
    assertEquals(object, VersionedObjectReader.read(written));
    String pretty = VersionedObjectWriter.writePretty(object);
    assertTrue(pretty.contains("\n"));
    assertEquals(object, VersionedObjectReader.read(pretty));
  }

  @Test
  void everySampleIsAPlugRequest() throws IOException {
    for (Map.Entry<String, String> file : Samples.files().entrySet()) {
      if (file.getKey().contains("host-info")) {
        HostInfo host = VersionedObjectReader.read(file.getValue(), HostInfo.class);
        assertEquals("linux_bridge", host.pluginInfo().get().getFirst().pluginName().get());
        continue;
      }
      List<PlugRequest> requests = PlugRequests.read(file.getValue());
      assertEquals(1, requests.size());
      assertTrue(requests.getFirst().instance().isPresent(), file.getKey());
    }
  }

  @Test
  void aSampleHasItsValues() throws IOException {
    PlugRequest request =
        PlugRequests.read(Samples.files().get("3.0.0/bridge-none.json")).getFirst();
    VifBridge vif = Assertions.assertInstanceOf(VifBridge.class, request.vif());
    assertEquals("tapf06c144a", vif.vifName().get());
    assertEquals("br0", vif.bridgeName().get());
    assertEquals(0xfa163e887534L, vif.address().get().value());
    assertEquals("linux_bridge", vif.plugin().get());
    assertTrue(vif.isTrafficFiltered());
    assertFalse(vif.portProfile().isSet());
    Network network = vif.network().get();
    assertEquals(1450, network.mtu().get());
    assertEquals(101, network.vlan().get());
    assertTrue(network.providesBridge());
    assertEquals(
        "10.1.0.0/24", network.subnets().get().objects().get().getFirst().cidr().get().text());
    assertEquals("instance-00000001", request.instance().get().name().get());
  }

  @Test
  void unsetNullAndSetStayApart() {
    Network unset = new Network.Builder().build();
    Network isNull = new Network.Builder().mtu(null).build();
    Network set = new Network.Builder().mtu(9000).build();
    assertTrue(VersionedObjectWriter.write(isNull).contains("\"mtu\":null"));
    assertFalse(VersionedObjectWriter.write(unset).contains("mtu"));
    for (Network network : List.of(unset, isNull, set)) {
      assertEquals(
          network, VersionedObjectReader.read(VersionedObjectWriter.write(network), Network.class));
    }
    assertNotEquals(
        VersionedObjectReader.read(VersionedObjectWriter.write(unset)),
        VersionedObjectReader.read(VersionedObjectWriter.write(isNull)));
  }

  @Test
  void absentAndEmptyChangesStayApart() {
    String absent = VersionedObjectWriter.write(VifGeneric.builder().build());
    assertFalse(absent.contains("changes"));
    String empty = absent.replaceFirst("}$", ",\"versioned_object.changes\":[]}");
    assertEquals(Field.unset(), VersionedObjectReader.readVif(absent).envelope().changes());
    assertEquals(empty, VersionedObjectWriter.write(VersionedObjectReader.readVif(empty)));
  }

  @Test
  void bytesStreamsAndTextAreReadAlike() throws IOException {
    String json =
        VersionedObjectWriter.write(VifGeneric.builder().id("größe \ud83d\ude00").build());
    byte[] utf8 = json.getBytes(StandardCharsets.UTF_8);
    Vif vif = VersionedObjectReader.readVif(json);
    assertEquals(vif, VersionedObjectReader.readVif(utf8));
    assertEquals(vif, VersionedObjectReader.readVif(new ByteArrayInputStream(utf8)));
  }

  @Test
  void aFieldTooNewForItsObjectIsNotWritten() {
    Network network = Network.builder().mtu(1500).build();
    Network.Builder old = new Network.Builder().mtu(1500);
    old.envelope(new Envelope(Version.V1_0, network.envelope().changes()));
    InvalidInputException e =
        Assertions.assertThrows(
            InvalidInputException.class, () -> VersionedObjectWriter.write(old.build()));
    assertEquals("mtu", e.path());
  }

  @Test
  void documentsOfManyVifs() {
    String vif = VersionedObjectWriter.write(VifGeneric.builder().id("a").build());
    String instance = VersionedObjectWriter.write(InstanceInfo.builder().uuid("u").build());
    String wrapped = "{\"instance\":" + instance + ",\"vif\":" + vif + ",\"name\":\"label\"}";
    assertEquals(1, PlugRequests.read(vif).size());
    assertEquals(0, PlugRequests.read("[]").size());
    List<PlugRequest> mixed =
        PlugRequests.read("[" + vif + "," + wrapped + ",{\"vif\":" + vif + ",\"instance\":null}]");
    assertEquals(
        List.of("[0]", "[1].vif", "[2].vif"), mixed.stream().map(PlugRequest::path).toList());
    assertEquals("vif", PlugRequests.read(vif).getFirst().path());
    assertEquals("vif", PlugRequests.read(wrapped).getFirst().path());
    assertTrue(mixed.get(0).instance().isEmpty());
    assertEquals("u", mixed.get(1).instance().get().uuid().get());
    assertTrue(mixed.get(2).instance().isEmpty());
    mixed.forEach(request -> assertEquals("a", request.vif().id().get()));
  }
}
