package io.fastvif.forward;

import io.fastvif.vhostuser.virtqueue.BufferBurst;

/**
 * A port whose frames a {@link FrameHandler} handles. An echo backend, to be closed in reverse
 * order:
 *
 * <pre>{@code
 * VhostUserPort guest = VhostUserPort.toHandler("guest", 1);
 * FrameHandlerPort echo = FrameHandlerPort.of("echo", 1, (frames, toGuest) -> toGuest.send(frames));
 * Forwarder forwarder = Forwarder.start(1, Idle.ADAPTIVE);
 * PortPair pair = forwarder.connect(guest, echo);
 * SessionLoop sessions = SessionLoop.start();
 * VhostUserBackend backend =
 *     VhostUserBackend.listen(
 *         sessions,
 *         ListenOptions.of("/run/echo.sock"),
 *         BackendOptions.of(guest.features(), guest.queues()),
 *         guest,
 *         BackendObserver.NONE);
 * }</pre>
 */
public final class FrameHandlerPort extends Port {
  private final FrameHandler handler;
  private final HandlerFlow[] flows;
  private volatile ForwardingLoop loop;

  private FrameHandlerPort(String name, int queues, FrameHandler handler) {
    super(name, queues);
    this.handler = handler;
    flows = new HandlerFlow[queues];
  }

  /**
   * Makes a port, to be connected to a {@link VhostUserPort#toHandler} with as many queue pairs.
   *
   * @param name for reports
   * @param queues queue pairs; one thread calls the handler for all of them
   * @param handler handles the frames
   */
  public static FrameHandlerPort of(String name, int queues, FrameHandler handler) {
    return new FrameHandlerPort(name, queues, handler);
  }

  /** Wakes the loop, so that it calls {@link FrameHandler#poll}. Any thread may call it. */
  public void wake() {
    ForwardingLoop serving = loop;
    if (serving != null) {
      serving.execute(() -> {});
    }
  }

  @Override
  FrameSink sink(int queue) {
    return new HandlerSink(queue % queues());
  }

  @Override
  Flow flow(int queue, Port other) {
    HandlerFlow flow = new HandlerFlow(flowName(other), queue, other.sink(queue));
    flows[queue] = flow;
    return flow;
  }

  @Override
  boolean isOfOneLane() {
    return true;
  }

  /** The handler may keep things that belong to one thread. */
  @Override
  boolean mayMove(int queue, int lanes) {
    return false;
  }

  @Override
  void attached(Lane lane, int queue) {
    loop = lane.loop();
  }

  @Override
  void detached(Lane lane, int queue) {
    loop = null;
  }

  private final class HandlerSink implements FrameSink {
    private final FrameBurst view = FrameBurst.view();
    private final int queue;

    HandlerSink(int queue) {
      this.queue = queue;
    }

    @Override
    public int accept(BufferBurst frames, int n, long features, FlowCounters counters) {
      view.look(frames, n, features);
      int done = handler.handle(view, flows[queue]);
      if (done < 0 || done > n) {
        throw new IllegalStateException(
            "the frame handler of " + name() + " says " + done + " of " + n + " frames");
      }
      long bytes = 0;
      for (int i = 0; i < done; i++) {
        bytes += view.length(i);
      }
      if (done > 0) {
        counters.moved(done, bytes);
      }
      return done;
    }
  }

  /** Frames from the handler. */
  private final class HandlerFlow extends Flow implements FrameOutput {
    private final FrameSink to;

    HandlerFlow(String name, int queue, FrameSink to) {
      super(name, queue);
      this.to = to;
    }

    @Override
    public int send(FrameBurst frames) {
      int n = frames.count();
      return n == 0 ? 0 : hand(to, frames.buffers(), n, frames.features(), null);
    }

    @Override
    int poll() {
      return handler.poll(this);
    }

    @Override
    boolean beforeSleep() {
      return true;
    }

    @Override
    void afterSleep() {}

    @Override
    boolean needsTimer() {
      return false;
    }
  }

  /** Nothing to let go. */
  @Override
  void release() {}
}
