package io.fastvif.plan;

/**
 * One typed change about the socket of a vhost-user port that another process serves. {@code
 * toString()} says what it does, as of {@link Step}.
 */
public sealed interface VhostUserSocketStep extends SlowStep {

  /**
   * Makes a folder for sockets, with those above it, unless it is there; one that anybody may write
   * to and that is not sticky is refused, because anybody could put another socket in its place.
   * Equivalent to {@code install -d -m MODE -o OWNER -g GROUP FOLDER}.
   *
   * @param access of a folder that is made; one that is there is left as it is
   */
  record MakeFolder(String folder, SocketAccess access) implements VhostUserSocketStep {
    @Override
    public String toString() {
      return "make folder " + folder + " " + access;
    }
  }

  /** Removes a folder that {@link MakeFolder} made, if it is empty. */
  record RemoveFolder(String folder) implements VhostUserSocketStep {
    @Override
    public String toString() {
      return "remove folder " + folder + " if it is empty";
    }
  }

  /**
   * Removes a socket that a hypervisor has left, if it is a socket and nobody answers on it.
   * Equivalent to {@code rm PATH}.
   */
  record RemoveSocket(String path) implements VhostUserSocketStep {
    @Override
    public String toString() {
      return "remove socket " + path + " if nobody answers on it";
    }
  }
}
