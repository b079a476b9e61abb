package io.fastvif.benchmarks.soak;

/** Operations whose latencies are counted together. */
enum LatencyClass {
  /** Plugs and changes that change something on the host. */
  PLUG("plug"),
  /** Unplugs that delete something. */
  UNPLUG("unplug"),
  /** What finds the host as it should be. */
  NOTHING_TO_DO("nothing-to-do"),
  /** Operations that must fail. */
  FAILING("failing");

  private final String tag;

  LatencyClass(String tag) {
    this.tag = tag;
  }

  /** Its name in the log and in the JSON. */
  String tag() {
    return tag;
  }
}
