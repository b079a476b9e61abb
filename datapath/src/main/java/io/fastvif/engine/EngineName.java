package io.fastvif.engine;

import io.fastvif.netns.Netns;

/** How an engine is called: in the names of its threads, in log lines, events and failures. */
final class EngineName {
  private final Netns namespace;
  private final EngineGroup group;
  private final String where;

  /**
   * @param namespace null for that of the thread that starts it
   * @param group null for none
   */
  EngineName(Netns namespace, EngineGroup group) {
    this.namespace = namespace;
    this.group = group;
    where = namespace == null ? null : namespace.name();
  }

  /** What its namespace is called ({@link Netns#name}); null if it was not told one. */
  String namespace() {
    return where;
  }

  /** What the names of its threads end with: the namespace, or nothing. */
  String suffix() {
    return namespace == null || namespace.isAnonymous() ? "" : "-" + where;
  }

  /** The subject of a sentence: the engine, where it works, and whose it is. */
  @Override
  public String toString() {
    return "the engine"
        + (where == null ? "" : " in " + where)
        + (group == null ? "" : " of the group " + group.name());
  }

  /** The namespace that the calling thread is in. */
  static String here() {
    try (Netns here = Netns.current()) {
      return here.name();
    }
  }

  /** The version of fastvif, for the log. */
  static String version() {
    String version = PlugEngine.class.getPackage().getImplementationVersion();
    return version == null ? "of classes without a version" : version;
  }
}
