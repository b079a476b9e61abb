package io.fastvif.ovsdb;

import java.io.IOException;
import java.net.SocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Looks up a server's name in a thread of its own: it may take long, and the client's thread may
 * not wait for it. Used by the client's thread alone.
 */
final class AddressLookup {
  private final Runnable wake;
  private CompletableFuture<SocketAddress> underWay;
  private long since;

  /**
   * @param wake called by the other thread when the answer is there
   */
  AddressLookup(Runnable wake) {
    this.wake = wake;
  }

  /** Whether an answer is awaited or was not taken yet. */
  boolean isUnderWay() {
    return underWay != null;
  }

  /** When it began, as of {@link System#nanoTime}. */
  long since() {
    return since;
  }

  /**
   * Begins to look the address up, or takes the answer.
   *
   * @return null while there is no answer
   * @throws IOException if the name is not known
   */
  SocketAddress poll(OvsdbAddress address) throws IOException {
    if (underWay == null) {
      since = System.nanoTime();
      underWay = begin(address);
    }
    if (!underWay.isDone()) {
      return null;
    }
    try {
      return underWay.join();
    } catch (CompletionException failed) {
      throw new IOException(failed.getCause().getMessage(), failed);
    } finally {
      underWay = null;
    }
  }

  /** Drops a lookup whose answer is no longer wanted. */
  void forget() {
    underWay = null;
  }

  private CompletableFuture<SocketAddress> begin(OvsdbAddress address) {
    CompletableFuture<SocketAddress> resolved = new CompletableFuture<>();
    Runnable lookUp =
        () -> {
          try {
            resolved.complete(address.resolve());
          } catch (IOException | RuntimeException | Error unknown) {
            resolved.completeExceptionally(unknown);
          }
        };
    if (address instanceof OvsdbAddress.Unix) {
      lookUp.run();
    } else {
      Runnable thenWake =
          () -> {
            lookUp.run();
            wake.run();
          };
      Thread.ofPlatform().daemon().name("fastvif-ovsdb-name").start(thenWake);
    }
    return resolved;
  }
}
