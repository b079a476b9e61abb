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

/** fastvif's backend in this JVM: one loop, on processor 1, that never sleeps. */
final class FastvifBackend implements AutoCloseable {
  private static final int PROCESSOR = 1;

  private final VhostUserPort guest = VhostUserPort.toGuest("guest", 1);
  private final Port other;
  private final Forwarder forwarder;
  private final SessionLoop loop;
  private final VhostUserBackend backend;

  FastvifBackend(String socket, Traffic traffic, int frameLength) {
    other =
        switch (traffic) {
          case GUEST_TO_BACKEND -> FrameHandlerPort.of("sink", 1, new CopyingSink());
          case BACKEND_TO_GUEST -> FrameHandlerPort.of("generator", 1, new Generator(frameLength));
          case FORWARD_BACK -> guest;
        };
    forwarder = Forwarder.startOn(new int[] {PROCESSOR}, Idle.BUSY_SPIN);
    forwarder.connect(guest, other);
    loop = SessionLoop.start();
    backend =
        VhostUserBackend.listen(
            loop,
            ListenOptions.of(socket),
            BackendOptions.of(guest.features(), 1),
            guest,
            BackendObserver.NONE);
  }

  @Override
  public void close() {
    backend.close();
    loop.close();
    forwarder.close();
    other.close();
  }
}
