package io.fastvif.examples;

import io.fastvif.forward.Forwarder;
import io.fastvif.forward.FrameHandlerPort;
import io.fastvif.forward.Idle;
import io.fastvif.forward.VhostUserPort;
import io.fastvif.vhostuser.session.BackendObserver;
import io.fastvif.vhostuser.session.BackendOptions;
import io.fastvif.vhostuser.session.ListenOptions;
import io.fastvif.vhostuser.session.SessionLoop;
import io.fastvif.vhostuser.session.VhostUserBackend;
import java.util.concurrent.CountDownLatch;

/** A vhost-user backend whose datapath is a frame handler: each frame goes back to its guest. */
public final class VhostUserEcho {
  private VhostUserEcho() {}

  /** Takes the path of the socket that a hypervisor connects to; serves it until interrupted. */
  public static void main(String[] arguments) throws InterruptedException {
    VhostUserPort guest = VhostUserPort.toHandler("guest", 1);
    try (Forwarder forwarder = Forwarder.start(1, Idle.ADAPTIVE);
        SessionLoop sessions = SessionLoop.start()) {
      forwarder.connect(
          guest, FrameHandlerPort.of("echo", 1, (frames, toGuest) -> toGuest.send(frames)));
      VhostUserBackend backend =
          VhostUserBackend.listen(
              sessions,
              ListenOptions.of(arguments[0]),
              BackendOptions.of(guest.features(), 1),
              guest,
              BackendObserver.NONE);
      try (backend) {
        new CountDownLatch(1).await();
      }
    }
  }
}
