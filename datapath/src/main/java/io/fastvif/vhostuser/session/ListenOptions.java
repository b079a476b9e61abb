package io.fastvif.vhostuser.session;

/**
 * Path, permissions and owner of a listening socket.
 *
 * @param path where, at most 107 bytes
 * @param mode its permissions: who may write may connect
 * @param owner its owner's user id; -1 for the process's
 * @param group its group's id; -1 for the process's
 */
public record ListenOptions(String path, int mode, int owner, int group) {
  /** For owner and group: the process's. */
  public static final int UNCHANGED = SocketFile.UNCHANGED;

  private static final int OWNER_AND_GROUP = 0660;

  /**
   * A socket for the process's own user and group.
   *
   * @param path where, at most 107 bytes
   * @return mode 0660
   */
  public static ListenOptions of(String path) {
    return new ListenOptions(path, OWNER_AND_GROUP, UNCHANGED, UNCHANGED);
  }
}
