package io.fastvif.agent.api;

import com.fasterxml.jackson.core.JsonGenerator;
import io.fastvif.agent.text.JsonText;
import io.fastvif.driver.BridgeEndpoint;
import io.fastvif.driver.Endpoint;
import io.fastvif.driver.EndpointConstraints;
import io.fastvif.driver.EndpointId;
import io.fastvif.driver.EndpointRequest;
import io.fastvif.driver.EndpointType;
import io.fastvif.driver.MacvtapEndpoint;
import io.fastvif.driver.NestedEndpoint;
import io.fastvif.driver.PciDeviceEndpoint;
import io.fastvif.driver.SocketEndpoint;
import io.fastvif.driver.TapEndpoint;
import io.fastvif.json.JsonMembers;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.MacAddress;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/** Requests for endpoints, and endpoints, as JSON. */
final class EndpointText {
  private EndpointText() {}

  /**
   * Reads a request.
   *
   * @throws InvalidInputException if it is none
   */
  static EndpointRequest read(byte[] utf8) {
    JsonMembers asked = JsonMembers.of(utf8);
    String network = asked.requireText("network");
    UUID port =
        uuid(asked, "port").orElseThrow(() -> asked.missing("port", "the UUID of the port"));
    Optional<UUID> instance = uuid(asked, "instance");
    Optional<MacAddress> mac = asked.text("mac").map(text -> mac(asked, text));
    List<EndpointType> acceptable =
        asked
            .texts("acceptable")
            .orElseThrow(() -> asked.missing("acceptable", "an array of endpoint types"))
            .stream()
            .map(text -> type(asked, text))
            .toList();
    EndpointConstraints constraints =
        asked.object("constraints").map(EndpointText::constraints).orElse(EndpointConstraints.NONE);
    asked.requireNoOthers();
    return new EndpointRequest(network, port, instance, mac, acceptable, constraints);
  }

  private static EndpointConstraints constraints(JsonMembers asked) {
    EndpointConstraints constraints =
        new EndpointConstraints(
            asked.flag("shared_memory"),
            asked.flag("hot_plug"),
            asked.flag("multiqueue"),
            asked.number("mtu"));
    asked.requireNoOthers();
    return constraints;
  }

  private static Optional<UUID> uuid(JsonMembers asked, String key) {
    Optional<String> text = asked.text(key);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      UUID uuid = UUID.fromString(text.get());
      if (uuid.toString().equals(text.get().toLowerCase(Locale.ROOT))) {
        return Optional.of(uuid);
      }
    } catch (IllegalArgumentException wrong) {
      // said below
    }
    throw asked.wrong(
        key, InvalidInputException.ofValue("", text.get(), "is no UUID", "32 hexadecimal digits"));
  }

  private static MacAddress mac(JsonMembers asked, String text) {
    try {
      return MacAddress.parse(text);
    } catch (InvalidInputException wrong) {
      throw asked.wrong("mac", wrong);
    }
  }

  private static EndpointType type(JsonMembers asked, String text) {
    try {
      return EndpointType.parse(text);
    } catch (InvalidInputException wrong) {
      throw asked.wrong("acceptable", wrong);
    }
  }

  /** An endpoint, with what the caller should know besides. */
  static String write(Endpoint endpoint, List<String> notes) {
    return JsonText.line(
        out -> {
          out.writeStartObject();
          out.writeStringField("id", endpoint.id().toString());
          out.writeStringField("type", endpoint.type().toString());
          if (endpoint.mac().isPresent()) {
            out.writeStringField("mac", endpoint.mac().get().toString());
          }
          out.writeNumberField("mtu", endpoint.mtu());
          place(out, endpoint);
          JsonText.strings(out, "notes", notes);
          out.writeEndObject();
        });
  }

  private static void place(JsonGenerator out, Endpoint endpoint) throws IOException {
    switch (endpoint) {
      case BridgeEndpoint bridge -> {
        out.writeStringField("bridge", bridge.bridge());
        out.writeStringField("kind", bridge.kind().name().toLowerCase(Locale.ROOT));
        out.writeStringField("device", bridge.device());
        out.writeBooleanField("device_exists", bridge.deviceExists());
      }
      case TapEndpoint tap -> out.writeStringField("device", tap.device());
      case SocketEndpoint socket -> {
        out.writeStringField("path", socket.path());
        out.writeStringField("mode", socket.mode().toString());
      }
      case PciDeviceEndpoint device -> {
        out.writeStringField("address", device.address().toString());
        if (device.vlan().isPresent()) {
          out.writeNumberField("vlan", device.vlan().getAsInt());
        }
      }
      case MacvtapEndpoint macvtap -> {
        out.writeStringField("device", macvtap.device());
        out.writeStringField("source", macvtap.source().toString());
        out.writeStringField("mode", macvtap.mode().toString());
      }
      case NestedEndpoint nested -> out.writeStringField("address", nested.address().toString());
    }
  }

  /** What is answered when an endpoint was released. */
  static String released(EndpointId id, List<String> notes) {
    return JsonText.line(
        out -> {
          out.writeStartObject();
          out.writeStringField("id", id.toString());
          JsonText.strings(out, "notes", notes);
          out.writeEndObject();
        });
  }
}
