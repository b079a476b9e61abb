package io.fastvif.agent.http;

import java.util.List;

/**
 * Who may ask, beside root and the agent's own user. Users and groups are given by name or number.
 *
 * @param readers users who may see what there is
 * @param readerGroups groups whose members may
 * @param changers users who may change it, and see it
 * @param changerGroups groups whose members may
 */
public record Allowed(
    List<String> readers,
    List<String> readerGroups,
    List<String> changers,
    List<String> changerGroups) {
  /** Nobody else. */
  public static final Allowed NOBODY = new Allowed(List.of(), List.of(), List.of(), List.of());

  /** Copies the lists. */
  public Allowed {
    readers = List.copyOf(readers);
    readerGroups = List.copyOf(readerGroups);
    changers = List.copyOf(changers);
    changerGroups = List.copyOf(changerGroups);
  }
}
