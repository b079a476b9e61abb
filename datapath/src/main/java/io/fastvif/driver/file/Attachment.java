package io.fastvif.driver.file;

import io.fastvif.driver.Endpoint;
import io.fastvif.vif.Vif;

/**
 * An endpoint and the VIF that is plugged for it.
 *
 * @param vif what is plugged
 * @param createPort whether the plugin linux_bridge is to make the VIF's device
 * @param fresh whether something was taken from a pool for it just now
 * @param endpoint what the hypervisor is told
 */
record Attachment(Vif vif, boolean createPort, boolean fresh, Endpoint endpoint) {}
