package io.fastvif.plan;

/**
 * A step that may take long, because of hardware or another process. The engine does it on another
 * thread, and the plans of other VIFs go on.
 */
public sealed interface SlowStep extends Step
    permits DeviceStep, VhostUserPortStep, VhostUserSocketStep {}
