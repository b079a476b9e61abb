package io.fastvif.testing;

import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A connection whose other end sends back what it gets: TCP both ways, without a pause until it is
 * closed. Every byte is compared.
 */
public final class EchoedStream implements AutoCloseable {
  private static final long SEED = 42;
  private static final int BLOCK = 16 << 10;

  /** Leaves an emulated guest time for other things. */
  private static final int PAUSE_MILLIS = 4;

  private final Socket socket;
  private final Thread sender = new Thread(this::send, "stream-sender");
  private final Thread receiver = new Thread(this::receive, "stream-receiver");
  private volatile boolean ends;
  private final AtomicLong received = new AtomicLong();
  private volatile String failure;

  /** Begins to send over a socket, which is closed with this. */
  public EchoedStream(Socket socket) {
    this.socket = socket;
    sender.start();
    receiver.start();
  }

  private void send() {
    Random random = new Random(SEED);
    byte[] block = new byte[BLOCK];
    try {
      OutputStream out = socket.getOutputStream();
      while (!ends) {
        random.nextBytes(block);
        out.write(block);
        TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
      }
    } catch (IOException | InterruptedException e) {
      fail(e.toString());
    }
  }

  private void receive() {
    Random random = new Random(SEED);
    byte[] expected = new byte[BLOCK];
    try {
      InputStream in = socket.getInputStream();
      while (!ends) {
        random.nextBytes(expected);
        byte[] block = in.readNBytes(BLOCK);
        if (block.length < BLOCK || !Arrays.equals(block, expected)) {
          fail("other bytes, or the end, after " + received);
          return;
        }
        received.addAndGet(BLOCK);
      }
    } catch (IOException e) {
      fail(e.toString());
    }
  }

  private void fail(String why) {
    if (!ends && failure == null) {
      failure = why;
    }
  }

  /** Waits until so many more bytes have come back. */
  public void awaitMore(long bytes) throws Exception {
    long goal = received.get() + bytes;
    Await.until(
        "more of a stream",
        () -> {
          assertNull(failure);
          return received.get() >= goal;
        });
  }

  @Override
  public void close() throws IOException {
    ends = true;
    socket.close();
    sender.interrupt();
    for (Thread thread : new Thread[] {sender, receiver}) {
      boolean interrupted = false;
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException again) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
