package io.fastvif.fastpath;

import io.fastvif.capture.FrameCapture;
import io.fastvif.forward.Forwarder;
import io.fastvif.forward.PortPair;
import io.fastvif.trace.Log;

/** A capture of a port's frames. One thread at a time takes from it; any may end it. */
public final class PortCapture implements AutoCloseable {
  private final FrameCapture capture;
  private final Forwarder forwarder;
  private final PortPair pair;
  private final Runnable released;
  private boolean closed;

  PortCapture(FrameCapture capture, Forwarder forwarder, PortPair pair, Runnable released) {
    this.capture = capture;
    this.forwarder = forwarder;
    this.pair = pair;
    this.released = released;
  }

  /**
   * Takes what was captured, as blocks of pcapng.
   *
   * @param max about how many bytes
   * @return nothing if there is nothing at present; null behind the last block, which comes after
   *     {@link #end}, after as many frames as were wanted, or when the port was closed
   */
  public byte[] take(int max) {
    return capture.take(max);
  }

  /** Captures no more; what was captured can still be taken. Waits for the forwarding thread. */
  public void end() {
    if (!capture.isEnded()) {
      forwarder.endCapture(pair, capture);
    }
  }

  /** Ends it and lets its memory go; nobody takes from it any more. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      end();
    } catch (RuntimeException stuck) {
      Log.warning(PortCapture.class, "a capture does not end: " + stuck);
    }
    if (capture.isEnded()) { // else the forwarding thread may still write to its memory
      capture.close();
      released.run();
    }
  }
}
