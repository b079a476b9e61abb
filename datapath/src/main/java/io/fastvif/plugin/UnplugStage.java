package io.fastvif.plugin;

/** When a plugin's turn comes to unplug a VIF of which only the id is known. */
public enum UnplugStage {
  /** First: the guest is disconnected. */
  GUEST,
  /** Then its ports leave the switch. */
  SWITCH,
  /** Then its devices go. */
  DEVICES
}
