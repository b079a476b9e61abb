package io.fastvif.engine.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.plan.WaitingStep;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a real backend, see {@link io.fastvif.engine.VhostUserStepsTest}. */
class BackendWaitTest {
  @TempDir Path folder;

  /** Looks until the wait is over, which bounds the loop. */
  private static IOException failure(Path socket, int millis) {
    WaitingStep.AwaitBackend step = new WaitingStep.AwaitBackend(socket.toString(), null, millis);
    try (BackendWait wait = new BackendWait(step)) {
      return assertThrows(
          IOException.class,
          () -> {
            while (wait.look() == StepWait.State.WAITING) {
              Thread.onSpinWait();
            }
          });
    }
  }

  @Test
  void aBackendThatNeverComesIsSaid() {
    assertEquals(
        "there is no such socket after 60 ms: expected a vhost-user backend",
        failure(folder.resolve("none"), 60).getMessage());
  }

  @Test
  void aListenerThatIsNoBackendIsSaid() throws IOException {
    Path socket = folder.resolve("silent");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      String message = failure(socket, 200).getMessage();
      assertTrue(message.contains("GET_FEATURES"), message);
    }
  }
}
