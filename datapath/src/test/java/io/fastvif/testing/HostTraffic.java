package io.fastvif.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Datagrams from the calling thread's network namespace to a guest, one every two milliseconds
 * until it is closed: in turn of several flows, so that all queues of a tap get some.
 */
public final class HostTraffic implements AutoCloseable {
  private static final int DISCARD = 9;
  private static final int BYTES = 64;
  private static final int PAUSE_MILLIS = 2;

  /** That 16 flows all fall on one of two queues happens once in 30,000 runs. */
  private static final int FLOWS = 16;

  private final String address;
  private final Thread sender = new Thread(this::send, "traffic");
  private volatile boolean ends;

  /** Begins to send to an address. */
  public HostTraffic(String address) {
    this.address = address;
    sender.start(); // in the namespace of the thread that starts it
  }

  private void send() {
    List<DatagramSocket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < FLOWS; i++) {
        sockets.add(new DatagramSocket());
      }
      InetAddress guest = InetAddress.getByName(address);
      for (int i = 0; !ends; i = (i + 1) % FLOWS) {
        try {
          sockets.get(i).send(new DatagramPacket(new byte[BYTES], BYTES, guest, DISCARD));
        } catch (IOException refused) {
          // The guest says that nobody takes them, which is traffic too.
        }
        TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      sockets.forEach(DatagramSocket::close);
    }
  }

  @Override
  public void close() {
    ends = true;
    boolean interrupted = false;
    while (sender.isAlive()) {
      try {
        sender.join();
      } catch (InterruptedException again) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
