package io.fastvif.driver.file;

import io.fastvif.engine.PlugResult;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.vif.InstanceInfo;

/** Plugs the VIFs of endpoints, and waits for the end. */
interface Plugging {

  /** The host as it is, with what was plugged and unplugged before. */
  HostSnapshot snapshot();

  /**
   * Plugs. After a failure all was undone but what it names.
   *
   * @param instance that the endpoint is for; null for none
   * @throws UnsuitedException if it could not be begun
   */
  PlugResult plug(Attachment attachment, InstanceInfo instance) throws UnsuitedException;

  /** Unplugs; as {@link #plug}. */
  PlugResult unplug(Attachment attachment) throws UnsuitedException;
}
