package io.fastvif.vif.json;

import io.fastvif.vif.InstanceInfo;
import io.fastvif.vif.Vif;
import java.util.Optional;

/**
 * A VIF to plug or unplug.
 *
 * @param vif the VIF
 * @param instance the instance it belongs to, if the document names one
 */
public record PlugRequest(Vif vif, Optional<InstanceInfo> instance) {}
