package io.fastvif.plugin.ovs;

/** What a plug waits for: the option {@code wait_for}. */
enum WaitFor {
  /** The database has it. */
  DATABASE,
  /** ovs-vswitchd has applied it, without an error. */
  VSWITCHD
}
