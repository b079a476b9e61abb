package io.fastvif.benchmarks.soak;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * A client that says nonsense, or half of something and goes away, or opens many connections and
 * says nothing. Nobody else may notice.
 */
final class RudeClient implements Runnable {
  private static final List<String> SAYINGS =
      List.of(
          "",
          "PUT /v1/vifs/x HTTP/1.1\r\nHost: localhost\r\nContent-Le",
          "PUT /v1/vifs/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{\"vif\":",
          "POST /v1/batches HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n[[[[[[[[[",
          "\0\1\2\3 HTTP/9\r\n\r\n",
          "GET /v1/vifs HTTP/1.1\r\nHost: localhost\r\n\r\n",
          "DELETE /v1/vifs/%zz HTTP/1.1\r\nHost: localhost\r\n\r\n");
  private static final int MAX_CONNECTIONS = 40;
  private static final long PAUSE_NANOS = 100_000_000;

  private final Path socket;
  private final SplittableRandom random;
  private final BooleanSupplier stopped;
  private long connections;

  RudeClient(Path socket, SplittableRandom random, BooleanSupplier stopped) {
    this.socket = socket;
    this.random = random;
    this.stopped = stopped;
  }

  /** How many it has opened. Of the thread, or after its end. */
  long connections() {
    return connections;
  }

  @Override
  public void run() {
    while (!stopped.getAsBoolean()) {
      List<SocketChannel> open = new ArrayList<>();
      try {
        int count = random.nextInt(4) == 0 ? MAX_CONNECTIONS : 1;
        for (int i = 0; i < count; i++) {
          open.add(SocketChannel.open(StandardProtocolFamily.UNIX));
          open.getLast().connect(UnixDomainSocketAddress.of(socket));
          connections++;
          byte[] words =
              SAYINGS.get(random.nextInt(SAYINGS.size())).getBytes(StandardCharsets.UTF_8);
          open.getLast().write(ByteBuffer.wrap(words)); // shorter than the socket's buffer
        }
        LockSupport.parkNanos(random.nextLong(PAUSE_NANOS));
      } catch (IOException refused) {
        LockSupport.parkNanos(PAUSE_NANOS); // there is no agent at the moment, or it has had enough
      } finally {
        open.forEach(RudeClient::close);
      }
    }
  }

  private static void close(SocketChannel connection) {
    try {
      connection.close();
    } catch (IOException closedAlready) {
      // that is what was wanted
    }
  }
}
