package io.fastvif.plugin.hostdev;

/** What becomes of a setting that the driver does not know: the option {@code vf_unsupported}. */
enum Unsupported {
  /** The VIF is not plugged. */
  FAIL,
  /** It is left out, and the result's notes say so. */
  IGNORE
}
