package io.fastvif.agent.http;

import java.util.Objects;

/**
 * Who is at the other end of a connection, as the kernel says ({@code SO_PEERCRED}).
 *
 * @param user the name of the process's user, or its number if the user database has none
 * @param group the same of its primary group
 * @param mayRead whether it is allowed to see what there is
 * @param mayChange whether it is allowed to change it
 */
public record Caller(String user, String group, boolean mayRead, boolean mayChange) {
  /** Checks that nothing is missing. */
  public Caller {
    Objects.requireNonNull(user);
    Objects.requireNonNull(group);
  }

  /** Whether it may use a route. */
  public boolean may(Access access) {
    return access == Access.READ ? mayRead : mayChange;
  }
}
