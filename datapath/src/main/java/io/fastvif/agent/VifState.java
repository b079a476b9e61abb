package io.fastvif.agent;

/** How things stand with a VIF that the agent keeps, or that the host has. */
public enum VifState {
  /** It is being plugged, for the first time or because its declaration has changed. */
  PLUGGING,
  /** It is on the host as it was declared. */
  PLUGGED,
  /** The host differs from what was declared, and is about to be repaired, or only watched. */
  DRIFTED,
  /** The last attempt to bring it back failed; it is tried again after a pause. */
  FAILED,
  /** It is to be unplugged, and is not gone yet. */
  UNPLUGGING,
  /** The host has it in fastvif's name, but nobody declared it here. */
  ORPHAN
}
