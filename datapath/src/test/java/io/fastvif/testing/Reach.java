package io.fastvif.testing;

import io.fastvif.netns.Netns;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;

/** Whether one namespace's datagrams come to another's address. */
public final class Reach {
  private static final int PORT = 4789;
  private static final int STEP_MILLIS = 100;
  private static final int TRIES_UNTIL_SURE = 20;
  private static final int TRIES = 600;

  private Reach() {}

  /** Whether they come within 10 s. */
  public static boolean reaches(Netns from, Netns to, byte[] address) throws IOException {
    return tries(from, to, address, TRIES);
  }

  /** Whether they stay away for 2 s. */
  public static boolean staysAway(Netns from, Netns to, byte[] address) throws IOException {
    return !tries(from, to, address, TRIES_UNTIL_SURE);
  }

  private static boolean tries(Netns from, Netns to, byte[] address, int count) throws IOException {
    InetSocketAddress target = new InetSocketAddress(InetAddress.getByAddress(address), PORT);
    try (DatagramSocket receiver = to.call(() -> new DatagramSocket(target));
        DatagramSocket sender = from.call(() -> new DatagramSocket())) {
      receiver.setSoTimeout(STEP_MILLIS);
      DatagramPacket received = new DatagramPacket(new byte[1], 1);
      for (int i = 0; i < count; i++) {
        try {
          sender.send(new DatagramPacket(new byte[1], 1, target));
        } catch (IOException notYet) {
          // the neighbour may be known to be unreachable from a time before
        }
        try {
          receiver.receive(received);
          return true;
        } catch (SocketTimeoutException notYet) {
          // an ARP request may have been lost
        }
      }
      return false;
    }
  }
}
