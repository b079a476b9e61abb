package io.fastvif.benchmarks.vhostuser;

import io.fastvif.forward.Forwarder;
import io.fastvif.forward.FrameHandlerPort;
import io.fastvif.forward.Idle;
import io.fastvif.forward.Port;
import io.fastvif.forward.VhostUserPort;
import io.fastvif.vhostuser.session.BackendObserver;
import io.fastvif.vhostuser.session.BackendOptions;
import io.fastvif.vhostuser.session.ListenOptions;
import io.fastvif.vhostuser.session.SessionLoop;
import io.fastvif.vhostuser.session.VhostUserBackend;
import java.nio.file.Path;

/**
 * fastvif's backend in this JVM: one loop on a processor of its own, which rests unless it is asked
 * for something.
 */
final class FastvifBackend implements AutoCloseable {
  /** Where backends run. */
  static final int PROCESSOR = 1;

  /** Frames that the loop takes at once. */
  static final int BURST = 64;

  private final VhostUserPort guest = VhostUserPort.toGuest("guest", 1);
  private final VhostUserPort beside = VhostUserPort.toHandler("beside", 1);
  private final Port other;
  private final Turns turns;
  private final FrameHandlerPort pacer;
  private final Forwarder forwarder;
  private final SessionLoop loop;
  private final VhostUserBackend backend;

  /**
   * Starts it and connects a guest to it.
   *
   * @param device the driver for {@link #turns}; null if another process drives the rings
   */
  FastvifBackend(Path folder, Guest memory, Row row, GuestDevice device)
      throws InterruptedException {
    other =
        switch (row.traffic()) {
          case GUEST_TO_BACKEND -> FrameHandlerPort.of("sink", 1, new CopyingSink());
          case BACKEND_TO_GUEST -> FrameHandlerPort.of("generator", 1, new Generator(row.length()));
          case FORWARD_BACK -> guest;
        };
    turns = new Turns(device);
    pacer = FrameHandlerPort.of("pacer", 1, turns);
    forwarder = Forwarder.startOn(new int[] {PROCESSOR}, Idle.BUSY_SPIN);
    forwarder.connect(guest, other);
    forwarder.connect(beside, pacer);
    loop = SessionLoop.start();
    String socket = folder.resolve("fastvif.sock").toString();
    backend =
        VhostUserBackend.listen(
            loop,
            ListenOptions.of(socket),
            BackendOptions.of(guest.features(), 1),
            guest,
            BackendObserver.NONE);
    memory.connect(socket, row.packed());
    turns.start();
  }

  /**
   * Takes turns with the driver in the same thread: it fills the rings, the backend empties them.
   *
   * @return the median nanoseconds of emptying
   */
  double turns(int count) throws InterruptedException {
    return turns.turns(count);
  }

  /** Begins to serve a driver elsewhere for that time. */
  void serve(long nanos) throws InterruptedException {
    turns.serve(nanos);
  }

  /** Waits until it serves no more. */
  void awaitPause() throws InterruptedException {
    turns.awaitPause();
  }

  @Override
  public void close() {
    turns.end();
    backend.close();
    loop.close();
    forwarder.close();
    pacer.close();
    if (other != guest) {
      other.close();
    }
  }
}
