package io.fastvif.forward;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fastvif.bindings.FileIo;
import io.fastvif.testing.Await;
import io.fastvif.testing.Signal;
import io.fastvif.vhostuser.FrontendGuest;
import io.fastvif.vhostuser.virtqueue.VirtioFeatures;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Frontends that kick and are called by pipes instead of eventfds, as the specification allows. */
class PipeSignalTest {
  /** F_SETPIPE_SZ of linux/fcntl.h. */
  private static final int SET_SIZE = 1031;

  private static final int PIPE_BYTES = 4096;

  /** More than such a pipe holds. */
  private static final int KICKS = 2 * PIPE_BYTES / Long.BYTES;

  @TempDir Path folder;

  private Signal pipe(String name) throws Exception {
    Signal pipe = Signal.pipe(folder.resolve(name));
    assertEquals(PIPE_BYTES, FileIo.fcntl(pipe.writer().value(), SET_SIZE, PIPE_BYTES));
    return pipe;
  }

  private static void kick(FrontendGuest guest) throws Exception {
    for (int i = 0; i < KICKS; i++) {
      Await.until("the pipe has room for a kick", guest::kickDevice);
    }
  }

  @ParameterizedTest
  @EnumSource(Idle.class)
  void pipesNeitherFillUpNorBlock(Idle idle) throws Exception {
    EchoedGuest.run(
        folder.resolve("s"),
        VirtioFeatures.VERSION_1,
        idle,
        pipe("kick"),
        pipe("call"),
        (guest, frontend, forwarder) -> {
          EchoedGuest.echo(guest, 100);
          kick(guest);
          EchoedGuest.echo(guest, 100);
          Await.until("a call", () -> guest.calls() > 0);
          // A disabled transmit queue is emptied after a kick, and its pipe with it.
          frontend.setEnabled(1, false);
          kick(guest);
          frontend.setEnabled(1, true);
          EchoedGuest.echo(guest, 100);
        });
  }
}
