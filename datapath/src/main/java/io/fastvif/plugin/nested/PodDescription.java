package io.fastvif.plugin.nested;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.fastvif.vif.FixedIp;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.Network;
import io.fastvif.vif.PciAddress;
import io.fastvif.vif.PortProfileK8sDpdk;
import io.fastvif.vif.Subnet;
import io.fastvif.vif.VifNestedDpdk;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;

/** The JSON that tells a pod's program of its device. */
final class PodDescription {
  private static final String DEVICE_INFO_VERSION = "1.1.0";
  private static final JsonFactory FACTORY = new JsonFactory();

  private PodDescription() {}

  /**
   * Describes a device.
   *
   * @param driver what it is bound to
   * @param profile null for none
   */
  static String of(
      VifNestedDpdk vif, PciAddress address, String driver, PortProfileK8sDpdk profile, int mtu) {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = FACTORY.createGenerator(text)) {
      out.writeStartArray();
      out.writeStartObject();
      Network network = vif.network().orElse(null);
      out.writeStringField("name", name(network));
      MacAddress mac = vif.address().orElse(null);
      if (mac != null) {
        out.writeStringField("mac", mac.toString());
      }
      out.writeArrayFieldStart("ips");
      if (network != null && profile != null && profile.l3Setup().orElse(false)) {
        ips(out, network);
      }
      out.writeEndArray();
      out.writeNumberField("mtu", mtu);
      out.writeBooleanField("default", false);
      out.writeObjectFieldStart("device-info");
      out.writeStringField("type", "pci");
      out.writeStringField("version", DEVICE_INFO_VERSION);
      out.writeObjectFieldStart("pci");
      out.writeStringField("pci-address", address.toString());
      out.writeStringField("driver", driver);
      out.writeEndObject();
      out.writeEndObject();
      out.writeEndObject();
      out.writeEndArray();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible); // a string does not fail to be written
    }
    return text + "\n";
  }

  private static String name(Network network) {
    String label = network == null ? null : network.label().orElse(null);
    String id = network == null ? null : network.id().orElse(null);
    return label != null ? label : id != null ? id : "";
  }

  private static void ips(JsonGenerator out, Network network) throws IOException {
    if (!network.subnets().hasValue()) {
      return;
    }
    for (Subnet subnet : network.subnets().get().objects().orElse(List.of())) {
      if (subnet.ips().hasValue()) {
        for (FixedIp ip : subnet.ips().get().objects().orElse(List.of())) {
          out.writeString(ip.address().get().toString());
        }
      }
    }
  }
}
