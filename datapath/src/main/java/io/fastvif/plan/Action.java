package io.fastvif.plan;

/** What a plan is for. */
public enum Action {
  /** The VIF is put into the data plane. */
  PLUG,
  /** The VIF is taken out of the data plane. */
  UNPLUG,
  /** A link that exists is changed. */
  CHANGE
}
