package io.fastvif.agent.text;

import io.fastvif.PluggedDevice;
import io.fastvif.plan.LinkState;

/** A device of a VIF that the host has, as a line of JSON. */
public final class DeviceLine {
  private DeviceLine() {}

  /**
   * The line.
   *
   * @param id of the VIF
   */
  public static String of(String id, PluggedDevice vif) {
    return JsonText.line(
        out -> {
          LinkState link = vif.link();
          out.writeStartObject();
          out.writeStringField("id", id);
          out.writeStringField("name", vif.name());
          if (link != null) {
            out.writeNumberField("index", link.index());
          }
          out.writeStringField("kind", vif.kind());
          out.writeStringField("master", vif.master());
          if (link != null) {
            out.writeNumberField("mtu", link.mtu());
            out.writeStringField("address", String.valueOf(link.address()));
            out.writeBooleanField("up", link.up());
          }
          if (!vif.ovsBridge().isEmpty()) {
            out.writeStringField("ovs_bridge", vif.ovsBridge());
            out.writeStringField("iface_id", vif.interfaceId());
          }
          out.writeEndObject();
        });
  }
}
