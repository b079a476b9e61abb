package io.fastvif.json;

import io.fastvif.vif.InstanceInfo;
import io.fastvif.vif.Vif;
import java.util.Optional;

/**
 * A VIF to plug or unplug.
 *
 * @param path where the VIF stands in its document, for messages: {@code vif}, or in an array
 *     {@code [2]} or {@code [2].vif}
 * @param vif the VIF
 * @param instance the instance it belongs to, if the document names one
 */
public record PlugRequest(String path, Vif vif, Optional<InstanceInfo> instance) {

  /** A request for a VIF that is in no document, without an instance. */
  public static PlugRequest of(Vif vif) {
    return new PlugRequest("vif", vif, Optional.empty());
  }
}
