package io.fastvif.vif;

/** What is left for the hypervisor to do about the guest's device once a VIF is plugged. */
public enum HypervisorTask {
  /** It makes the device and connects it, as the VIF's type says; os-vif's plugins leave it so. */
  CONNECT_DEVICE,
  /**
   * It makes a tap of the VIF's name, which its switch is told of already and takes by that name.
   */
  CREATE_TAP,
  /** It opens the tap or macvtap of the VIF's name: that is there, and connected. */
  OPEN_DEVICE,
  /** As {@link #OPEN_DEVICE}, of a tap that is opened for several queues only. */
  OPEN_MULTIQUEUE_TAP,
  /** Nothing: what plugging makes is not for a virtual machine. */
  NONE
}
