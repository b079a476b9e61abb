package io.fastvif.plugin;

/** When a plugin's part of unplugging a VIF comes, of which nothing but the id is known. */
public enum UnplugStage {
  /** First: the guest is disconnected. */
  GUEST,
  /** Then its ports leave the switch. */
  SWITCH,
  /** Then its devices go. */
  DEVICES
}
