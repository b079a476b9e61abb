package io.fastvif.benchmarks.soak;

/** What a VIF is plugged as. */
enum PortSort {
  /** A veth pair with one end on a bridge. */
  VETH("veth"),
  /** A tap on a bridge. */
  TAP("tun"),
  /** A tap of the plugin {@code tap}, on no bridge. */
  GENERIC("tun");

  /** The kernel's word for its kind. */
  final String kind;

  PortSort(String kind) {
    this.kind = kind;
  }

  boolean isOnBridge() {
    return this != GENERIC;
  }
}
