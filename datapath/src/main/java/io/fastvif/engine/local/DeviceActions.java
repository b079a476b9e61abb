package io.fastvif.engine.local;

import io.fastvif.plan.DeviceStep;
import java.io.IOException;

/** What slow steps on devices need. */
public interface DeviceActions {

  /**
   * Does a step that may take long, and returns when it is done. From any thread.
   *
   * @return false if there was nothing to do
   * @throws IOException if it failed, and nothing of it is left; its message says what was expected
   * @throws io.fastvif.bindings.SystemCallException if the kernel refused it
   */
  boolean perform(DeviceStep step) throws IOException;
}
