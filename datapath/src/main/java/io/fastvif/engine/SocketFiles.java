package io.fastvif.engine;

import static io.fastvif.bindings.linux.linux_h.VIRTIO_F_VERSION_1;

import io.fastvif.bindings.SystemCallException;
import io.fastvif.files.HostPath;
import io.fastvif.plan.SocketAccess;
import io.fastvif.plan.VhostUserSocketStep;
import io.fastvif.vhostuser.protocol.DeviceFeature;
import io.fastvif.vhostuser.protocol.ProtocolException;
import io.fastvif.vhostuser.session.SocketException;
import io.fastvif.vhostuser.session.SocketFile;
import io.fastvif.vhostuser.session.SocketOwner;
import io.fastvif.vhostuser.session.VhostUserFrontend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Does the steps on the sockets of other processes, and on the folders that these are in. */
final class SocketFiles {
  private static final int ANSWER_MILLIS = 5000;
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private SocketFiles() {}

  /** Does the step; false if there was nothing to do. */
  static boolean perform(VhostUserSocketStep step) throws IOException {
    try {
      return switch (step) {
        case VhostUserSocketStep.MakeFolder make ->
            SocketFile.makeFolder(
                make.folder(),
                owner(make.access()),
                group(make.access()),
                make.access().permissions());
        case VhostUserSocketStep.RemoveFolder remove -> SocketFile.removeFolder(remove.folder());
        case VhostUserSocketStep.AwaitBackend await ->
            await(await.path(), await.access(), await.timeoutMillis());
        case VhostUserSocketStep.RemoveSocket remove -> SocketFile.removeIfDead(remove.path());
      };
    } catch (SocketException refused) {
      throw new IOException(refused.getMessage(), refused);
    }
  }

  private static boolean await(String socket, SocketAccess access, int timeoutMillis)
      throws IOException {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
    String problem = problem(socket, deadline);
    while (problem != null) {
      if (System.nanoTime() - deadline > 0) {
        throw new IOException(
            problem + " after " + timeoutMillis + " ms: expected a vhost-user backend");
      }
      LockSupport.parkNanos(PAUSE_NANOS);
      if (Thread.currentThread().isInterrupted()) {
        throw new IOException("interrupted while waiting for " + socket);
      }
      problem = problem(socket, deadline);
    }
    return access != null && give(socket, access);
  }

  /** What keeps a hypervisor from using the backend behind that socket; null for nothing. */
  private static String problem(String socket, long deadline) {
    if (!Files.exists(HostPath.of(socket), LinkOption.NOFOLLOW_LINKS)) {
      return "there is no such socket";
    }
    if (SocketOwner.of(socket).filter(SocketOwner::servesOnce).isPresent()) {
      return null; // it listens, and would end with a connection that is not the hypervisor's
    }
    long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
    try (VhostUserFrontend frontend =
        VhostUserFrontend.connect(socket, Math.clamp(left, 1, ANSWER_MILLIS))) {
      long features = frontend.getFeatures();
      return DeviceFeature.isIn(features, VIRTIO_F_VERSION_1)
          ? null
          : String.format("the backend offers features 0x%x, without VERSION_1", features);
    } catch (SystemCallException | ProtocolException refused) {
      return refused.getMessage();
    }
  }

  private static boolean give(String file, SocketAccess access) {
    return SocketFile.give(file, owner(access), group(access), access.permissions());
  }

  private static int owner(SocketAccess access) {
    return access.owner().orElse(SocketFile.UNCHANGED);
  }

  private static int group(SocketAccess access) {
    return access.group().orElse(SocketFile.UNCHANGED);
  }
}
