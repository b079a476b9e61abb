package io.fastvif;

/** What becomes of VIFs that the host has and that are not desired. */
public enum Orphans {
  /** They stay, and the report names them. */
  KEEP,
  /**
   * They are unplugged, if they bear fastvif's mark, and so is what processes that were killed left
   * half made; those without a mark are named by the report.
   */
  UNPLUG
}
