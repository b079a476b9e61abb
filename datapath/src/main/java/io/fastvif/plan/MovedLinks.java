package io.fastvif.plan;

import java.nio.file.Path;
import java.util.List;

/**
 * The links of other namespaces that lie on a link of this one.
 *
 * @param links those that can be changed
 * @param unreachable in words, those that cannot, or why none are to be seen
 */
public record MovedLinks(List<MovedLink> links, List<String> unreachable) {
  /** None. */
  public static final MovedLinks NONE = new MovedLinks(List.of(), List.of());

  /** Copies the lists. */
  public MovedLinks {
    links = List.copyOf(links);
    unreachable = List.copyOf(unreachable);
  }

  /**
   * A link of another namespace.
   *
   * @param namespace a path of its namespace
   * @param index in its namespace
   * @param name in its namespace
   * @param mtu in bytes
   */
  public record MovedLink(Path namespace, int index, String name, int mtu) {
    @Override
    public String toString() {
      return name + " in " + namespace;
    }
  }
}
