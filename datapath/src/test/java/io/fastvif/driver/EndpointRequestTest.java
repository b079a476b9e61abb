package io.fastvif.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.FailureKind;
import io.fastvif.vif.InvalidInputException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What a hypervisor hands over and gets back. */
class EndpointRequestTest {
  private static final UUID PORT = UUID.fromString("09b11c53-8b5c-4eeb-8f00-d84eaa0aaa4f");

  @Test
  void anIdReadsWhatItWrites() {
    for (EndpointType type : EndpointType.values()) {
      EndpointId id = new EndpointId("blue-1.x_y", type, PORT);
      assertEquals(id, EndpointId.parse(id.toString()));
    }
    assertEquals(
        "blue/vhost-user/09b11c53-8b5c-4eeb-8f00-d84eaa0aaa4f",
        new EndpointId("blue", EndpointType.VHOST_USER, PORT).toString());
  }

  @Test
  void refusesMalformedIds() {
    for (String text :
        List.of(
            "",
            "blue",
            "blue/tap",
            "blue/tap/" + PORT + "/x",
            "/tap/" + PORT,
            "blue/taps/" + PORT,
            "blue/tap/1-1-1-1-1",
            "blue/tap/" + PORT.toString().toUpperCase(Locale.ROOT),
            "bl ue/tap/" + PORT)) {
      InvalidInputException refused =
          assertThrows(InvalidInputException.class, () -> EndpointId.parse(text), text);
      assertEquals("endpoint", refused.path());
    }
  }

  @Test
  void aRequestNamesEachTypeOnceAndAtLeastOne() {
    assertThrows(InvalidInputException.class, () -> EndpointRequest.of("blue", PORT));
    assertThrows(
        InvalidInputException.class,
        () -> EndpointRequest.of("blue", PORT, EndpointType.TAP, EndpointType.TAP));
    assertThrows(
        InvalidInputException.class, () -> EndpointRequest.of("../x", PORT, EndpointType.TAP));
  }

  @Test
  void theErrorSaysOfEachTypeWhyNotInTheRequestsOrder() {
    EndpointRequest request =
        EndpointRequest.of("blue", PORT, EndpointType.TAP, EndpointType.BRIDGE);
    LinkedHashMap<EndpointType, String> reasons = new LinkedHashMap<>();
    reasons.put(EndpointType.TAP, "no taps left");
    reasons.put(EndpointType.BRIDGE, "no bridge");
    EndpointUnavailableException error =
        new EndpointUnavailableException(request, reasons, FailureKind.BUSY);
    assertEquals(
        "network blue has no endpoint for port " + PORT + ": tap: no taps left; bridge: no bridge",
        error.getMessage());
    assertEquals(reasons, error.reasons());
  }

  @Test
  void aDriverIsChosenByName() {
    InvalidInputException none =
        assertThrows(
            InvalidInputException.class,
            () -> NetworkDrivers.create(Map.of("driver", "quantum"), null));
    assertTrue(none.getMessage().contains("is not installed"), none.getMessage());
    assertTrue(none.expected().contains("file"), none.expected());
    InvalidInputException option =
        assertThrows(
            InvalidInputException.class,
            () -> NetworkDrivers.create(Map.of("driver", "file", "file.netwroks", "x"), null));
    assertTrue(option.expected().contains("file.networks"), option.expected());
    assertThrows(InvalidInputException.class, () -> NetworkDrivers.create(Map.of(), null));
    assertThrows(
        InvalidInputException.class, () -> NetworkDrivers.create(Map.of("driver", "file"), null));
  }
}
