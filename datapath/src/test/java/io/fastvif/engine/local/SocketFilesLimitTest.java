package io.fastvif.engine.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.engine.VhostUserPorts;
import io.fastvif.plan.ServedPort;
import io.fastvif.plan.SocketAccess;
import io.fastvif.plan.VhostUserSocketStep;
import io.fastvif.testing.AllDescriptors;
import io.fastvif.testing.FaultyProcess;
import io.fastvif.vif.VhostUserMode;
import java.io.IOException;
import java.io.PrintStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That a process without a free descriptor takes no live socket for a dead one. */
class SocketFilesLimitTest {
  @TempDir Path folder;

  @Test
  void aLiveSocketStaysWhenThereIsNoDescriptor() throws Exception {
    Path socket = folder.resolve("live");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      assertTrue(
          FaultyProcess.runWithDescriptors(256, Removing.class, folder.toString())
              .contains("stayed"));
      assertTrue(Files.exists(socket));
    }
  }

  /** Runs in a child. */
  static final class Removing {
    public static void main(String[] arguments) throws IOException {
      Path folder = Path.of(arguments[0]);
      // The same once with descriptors, so that all classes are there.
      leaveDead(folder.resolve("dead"));
      assertEquals(0, removeSocket(folder.resolve("dead")));
      leaveDead(folder.resolve("dead"));
      assertEquals(0, removePort(folder.resolve("dead")));
      assertEquals(-1, removeSocket(folder.resolve("live")));
      int socket;
      int port;
      AllDescriptors all = AllDescriptors.take();
      try {
        socket = removeSocket(folder.resolve("live"));
        port = removePort(folder.resolve("live"));
      } finally {
        all.close();
      }
      assertTrue(Files.exists(folder.resolve("live")));
      assertEquals(Errno.EMFILE, socket);
      assertEquals(Errno.EMFILE, port);
      PrintStream out = System.out;
      out.println("stayed");
    }

    private static void leaveDead(Path path) throws IOException {
      try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
        server.bind(UnixDomainSocketAddress.of(path));
      }
    }

    /** 0 if it was removed, the errno, or -1 for another refusal. */
    private static int removeSocket(Path path) {
      try {
        SocketFiles.perform(new VhostUserSocketStep.RemoveSocket(path.toString()));
        return 0;
      } catch (SystemCallException refused) {
        return refused.errno();
      } catch (IOException refused) {
        return -1;
      }
    }

    private static int removePort(Path path) {
      try {
        VhostUserPorts.removeUnserved(
            new ServedPort(
                "vif",
                "p",
                path.toString(),
                VhostUserMode.CLIENT,
                new SocketAccess(OptionalInt.empty(), OptionalInt.empty(), 0600),
                1500,
                1,
                "p"));
        return 0;
      } catch (SystemCallException refused) {
        return refused.errno();
      } catch (IOException refused) {
        return -1;
      }
    }
  }
}
