package io.fastvif.engine;

import static io.fastvif.bindings.linux.linux_h.VIRTIO_F_VERSION_1;

import io.fastvif.bindings.SystemCallException;
import io.fastvif.files.HostPath;
import io.fastvif.plan.SocketAccess;
import io.fastvif.plan.VhostUserSocketStep;
import io.fastvif.vhostuser.protocol.DeviceFeature;
import io.fastvif.vhostuser.protocol.ProtocolException;
import io.fastvif.vhostuser.session.SocketOwner;
import io.fastvif.vhostuser.session.VhostUserFrontend;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Does the steps on the sockets of other processes, and on the folders that these are in. */
final class SocketFiles {
  private static final int FILE_TYPE = 0170000;
  private static final int SOCKET = 0140000;
  private static final int STICKY = 01000;
  private static final int OTHERS_WRITE = 02;
  private static final int ANSWER_MILLIS = 5000;
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private SocketFiles() {}

  /** Does the step; false if there was nothing to do. */
  static boolean perform(VhostUserSocketStep step) throws IOException {
    return switch (step) {
      case VhostUserSocketStep.MakeFolder make ->
          makeFolder(HostPath.of(make.folder()), make.access());
      case VhostUserSocketStep.RemoveFolder remove -> removeFolder(HostPath.of(remove.folder()));
      case VhostUserSocketStep.AwaitBackend await ->
          await(HostPath.of(await.path()), await.access(), await.timeoutMillis());
      case VhostUserSocketStep.RemoveSocket remove -> removeStale(HostPath.of(remove.path()));
    };
  }

  private static boolean makeFolder(Path folder, SocketAccess access) throws IOException {
    if (Files.exists(folder)) {
      if (!Files.isDirectory(folder)) {
        throw new NotDirectoryException(folder.toString());
      }
      int mode = (Integer) Files.getAttribute(folder, "unix:mode");
      if ((mode & OTHERS_WRITE) != 0 && (mode & STICKY) == 0) {
        throw new IOException(
            folder + " may be written to by anybody and is not sticky: expected neither, or both");
      }
      return false;
    }
    if (folder.getParent() != null) {
      Files.createDirectories(folder.getParent());
    }
    Files.createDirectory(folder);
    try {
      give(folder, access);
    } catch (IOException refused) {
      Files.deleteIfExists(folder);
      throw refused;
    }
    return true;
  }

  private static boolean removeFolder(Path folder) throws IOException {
    try {
      return Files.deleteIfExists(folder);
    } catch (DirectoryNotEmptyException used) {
      return false;
    }
  }

  private static boolean await(Path socket, SocketAccess access, int timeoutMillis)
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
  private static String problem(Path socket, long deadline) {
    if (!Files.exists(socket, LinkOption.NOFOLLOW_LINKS)) {
      return "there is no such socket";
    }
    if (SocketOwner.of(socket.toString()).filter(SocketOwner::servesOnce).isPresent()) {
      return null; // it listens, and would end with a connection that is not the hypervisor's
    }
    long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
    try (VhostUserFrontend frontend =
        VhostUserFrontend.connect(HostPath.text(socket), Math.clamp(left, 1, ANSWER_MILLIS))) {
      long features = frontend.getFeatures();
      return DeviceFeature.isIn(features, VIRTIO_F_VERSION_1)
          ? null
          : String.format("the backend offers features 0x%x, without VERSION_1", features);
    } catch (SystemCallException | ProtocolException refused) {
      return refused.getMessage();
    }
  }

  /** Gives a file its owner, group and mode; false if it has them already. */
  private static boolean give(Path file, SocketAccess access) throws IOException {
    Map<String, Object> has =
        Files.readAttributes(file, "unix:uid,gid,mode", LinkOption.NOFOLLOW_LINKS);
    boolean changed = false;
    if (access.owner().isPresent() && access.owner().getAsInt() != (Integer) has.get("uid")) {
      Files.setAttribute(file, "unix:uid", access.owner().getAsInt(), LinkOption.NOFOLLOW_LINKS);
      changed = true;
    }
    if (access.group().isPresent() && access.group().getAsInt() != (Integer) has.get("gid")) {
      Files.setAttribute(file, "unix:gid", access.group().getAsInt(), LinkOption.NOFOLLOW_LINKS);
      changed = true;
    }
    if (access.permissions() != ((Integer) has.get("mode") & 0777)) {
      Files.setAttribute(file, "unix:mode", access.permissions());
      changed = true;
    }
    return changed;
  }

  /** Whether a process accepts connections on the socket. */
  static boolean answers(Path socket) {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      return channel.connect(UnixDomainSocketAddress.of(socket));
    } catch (IOException refused) {
      return false;
    }
  }

  /**
   * Removes a socket on which nobody answers.
   *
   * @return false if there is none
   * @throws IOException if it is no socket, or somebody answers
   */
  static boolean removeStale(Path socket) throws IOException {
    int mode;
    try {
      mode = (Integer) Files.getAttribute(socket, "unix:mode", LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException gone) {
      return false;
    }
    if ((mode & FILE_TYPE) != SOCKET) {
      throw new IOException(socket + " is left: it is no socket");
    }
    if (answers(socket)) {
      throw new IOException(socket + " is left: a process answers on it");
    }
    return Files.deleteIfExists(socket);
  }
}
