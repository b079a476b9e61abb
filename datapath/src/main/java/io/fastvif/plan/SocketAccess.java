package io.fastvif.plan;

import java.util.OptionalInt;

/**
 * Who may connect to a socket, or make one in a folder.
 *
 * @param owner the owner's user id; empty for that of this process
 * @param group the group's id; empty for that of this process
 * @param permissions the mode bits, 0 to 0777
 */
public record SocketAccess(OptionalInt owner, OptionalInt group, int permissions) {
  @Override
  public String toString() {
    return String.format("mode %04o", permissions)
        + (owner.isPresent() ? " owner " + owner.getAsInt() : "")
        + (group.isPresent() ? " group " + group.getAsInt() : "");
  }
}
