package io.fastvif.engine;

import io.fastvif.engine.ovs.OvsTransport;
import io.fastvif.ovsdb.OvsdbAddress;
import io.fastvif.plan.OvsSnapshot;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;

/** Reads Open vSwitch's database, for those who plan without an engine. */
public final class OvsReader {
  private static final int CONNECT_MILLIS = 200;

  private OvsReader() {}

  /**
   * Whether somebody listens where the database is to be, in this thread's network namespace; false
   * where that cannot be found out. For addresses of this host, which answer at once.
   */
  public static boolean isListening(OvsSettings settings) {
    return settings.servers().addresses().stream().anyMatch(OvsReader::isListening);
  }

  private static boolean isListening(OvsdbAddress address) {
    try {
      SocketAddress place = address.resolve();
      if (address instanceof OvsdbAddress.Unix) {
        SocketChannel.open(place).close();
      } else {
        try (Socket socket = new Socket()) {
          socket.connect(place, CONNECT_MILLIS);
        }
      }
      return true;
    } catch (IOException nobody) {
      return false;
    }
  }

  /**
   * Reads the rows of Open vSwitch; unknown if its database is not to be had within two seconds.
   */
  public static OvsSnapshot read(OvsSettings settings) {
    try (OvsTransport ovs = settings.open(() -> {})) {
      return ovs.snapshot();
    }
  }
}
