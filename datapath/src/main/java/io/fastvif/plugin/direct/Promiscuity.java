package io.fastvif.plugin.direct;

/** Whether a device takes every frame for a macvtap in mode passthrough; an option's values. */
enum Promiscuity {
  /** Unless it is a virtual function. */
  AUTO,
  /** It does. */
  ON,
  /** It takes those for its address and multicast. */
  OFF
}
