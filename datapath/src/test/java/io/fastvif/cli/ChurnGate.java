package io.fastvif.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;

/** Where clients wait while there is no agent. */
final class ChurnGate {
  private static final long BOUND_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final int clients;
  private boolean isOpen;
  private boolean isOver;
  private int waiting;
  private Throwable failure;

  ChurnGate(int clients) {
    this.clients = clients;
  }

  /**
   * Waits while the gate is closed.
   *
   * @param isRefused whether the client was not answered, and so has to wait until the gate closes
   * @return whether the client goes on with something new
   */
  synchronized boolean pass(boolean isRefused) throws InterruptedException {
    long end = System.nanoTime() + BOUND_NANOS;
    while (isRefused && isOpen && System.nanoTime() < end) {
      wait(10);
    }
    waiting++;
    notifyAll();
    while (!isOpen) {
      wait();
    }
    waiting--;
    return !isOver;
  }

  synchronized void open() {
    isOpen = true;
    notifyAll();
  }

  /** Lets everybody repeat what was not answered, and begin nothing new. */
  synchronized void openForTheLastTime() {
    isOver = true;
    open();
  }

  /** Closes the gate, and waits until all clients stand there. */
  synchronized void close() throws InterruptedException {
    isOpen = false;
    long end = System.nanoTime() + BOUND_NANOS;
    while (waiting < clients && failure == null && System.nanoTime() < end) {
      notifyAll();
      wait(10);
    }
    check();
    assertTrue(waiting == clients, "a client neither has an answer nor an error");
  }

  synchronized void failed(Throwable thrown) {
    failure = failure == null ? thrown : failure;
    notifyAll();
  }

  synchronized void check() {
    if (failure != null) {
      throw new AssertionError("a client", failure);
    }
  }
}
