package io.fastvif.engine.kernel;

/** Whose a link is, from one VIF's point of view. */
public enum Ownership {
  /** It bears the VIF's alias, or is in the group in which the VIF's links are made. */
  OWN,
  /** It has no alias, and is being made for another VIF, or was about to be deleted. */
  UNFINISHED,
  /**
   * It is a tap without any mark that goes with the process that has it: it may become anybody's.
   */
  PASSING,
  /** It is anybody else's. */
  FOREIGN,
  /** There is no such link. */
  GONE
}
