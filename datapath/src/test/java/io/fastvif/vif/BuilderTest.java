package io.fastvif.vif;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BuilderTest {
  @Test
  void newObjectHasTheNewestVersionAndItsFieldsAsChanges() {
    VifBridge vif =
        VifBridge.builder().id("1").vifName("tap0").bridgeName("br0").address(null).build();
    assertEquals(Version.V1_0, vif.envelope().version());
    assertEquals(
        Set.of("id", "vif_name", "bridge_name", "address"), vif.envelope().changes().get());
    assertEquals("tap0", vif.vifName().get());
    assertTrue(vif.address().isNull());
    assertFalse(vif.plugin().isSet());
    assertEquals("1.4", PortProfileOpenVSwitch.builder().build().envelope().version().toString());
    assertFalse(PortProfileOpenVSwitch.builder().build().envelope().changes().isSet());
  }

  @Test
  void defaultsAreThoseOfOsVif() {
    Vif vif = VifGeneric.builder().build();
    assertTrue(vif.isActive());
    assertFalse(vif.isPreservedOnDelete());
    assertFalse(vif.isTrafficFiltered());
    Vif other =
        VifGeneric.builder().active(false).preserveOnDelete(true).hasTrafficFiltering(true).build();
    assertFalse(other.isActive());
    assertTrue(other.isPreservedOnDelete());
    assertTrue(other.isTrafficFiltered());
    OpenVSwitchProfile profile = PortProfileFpOpenVSwitch.builder().createTap(true).build();
    assertTrue(profile.createsTap());
    assertFalse(profile.createsPort());
    assertFalse(profile.isMultiqueue());
  }

  @Test
  void newNetworkIsAsOsVifMakesIt() {
    Network network = Network.builder().id("n").build();
    assertEquals(List.of(), network.subnets().get().objects().get());
    assertTrue(network.mtu().isNull());
    assertFalse(network.providesBridge());
    assertFalse(network.providesVlan());
    assertFalse(network.isMultiHost());
    assertEquals(
        Set.of(
            "id", "subnets", "multi_host", "should_provide_bridge", "should_provide_vlan", "mtu"),
        network.envelope().changes().get());
    assertFalse(new Network.Builder().build().subnets().isSet());
  }

  @Test
  void namesOfDevicesAreChecked() {
    InvalidInputException e =
        assertThrows(
            InvalidInputException.class,
            () -> VifBridge.builder().vifName("tap0").bridgeName("a/b").build());
    assertEquals("bridge_name", e.path());
    assertThrows(
        InvalidInputException.class, () -> VifGeneric.builder().vifName("x".repeat(16)).build());
    assertEquals("", Network.builder().bridge("").build().bridge().get());
    assertThrows(InvalidInputException.class, () -> Network.builder().bridge(" ").build());
    assertEquals(
        "a port, no device",
        VifVhostUser.builder().vifName("a port, no device").build().vifName().get());
  }

  @Test
  void refusesNullWhereThereIsNone() {
    assertThrows(NullPointerException.class, () -> VifBridge.builder().vifName(null));
    assertThrows(NullPointerException.class, () -> VifBridge.builder().active(null));
  }
}
