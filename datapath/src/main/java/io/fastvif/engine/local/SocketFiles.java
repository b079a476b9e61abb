package io.fastvif.engine.local;

import io.fastvif.bindings.FastvifIOException;
import io.fastvif.plan.SocketAccess;
import io.fastvif.plan.VhostUserSocketStep;
import io.fastvif.vhostuser.session.SocketException;
import io.fastvif.vhostuser.session.SocketFile;
import java.io.IOException;

/** Does the steps on the sockets of other processes, and on the folders that these are in. */
public final class SocketFiles {
  private SocketFiles() {}

  /**
   * Does the step; false if there was nothing to do.
   *
   * @throws io.fastvif.bindings.HeldException if somebody makes a socket in the folder now
   */
  public static boolean perform(VhostUserSocketStep step) throws IOException {
    try {
      return switch (step) {
        case VhostUserSocketStep.MakeFolder make ->
            SocketFile.makeFolder(
                make.folder(),
                owner(make.access()),
                group(make.access()),
                make.access().permissions());
        case VhostUserSocketStep.RemoveFolder remove -> SocketFile.removeFolder(remove.folder());
        case VhostUserSocketStep.RemoveSocket remove -> {
          SocketFile.checkUnlocked(remove.path());
          yield SocketFile.removeIfDead(remove.path());
        }
      };
    } catch (SocketException refused) {
      throw new FastvifIOException(refused.getMessage(), refused);
    }
  }

  /** Gives a socket its owner, group and mode; false if it has them already. */
  static boolean give(String file, SocketAccess access) {
    return SocketFile.give(file, owner(access), group(access), access.permissions());
  }

  private static int owner(SocketAccess access) {
    return access.owner().orElse(SocketFile.UNCHANGED);
  }

  private static int group(SocketAccess access) {
    return access.group().orElse(SocketFile.UNCHANGED);
  }
}
