package io.fastvif.testing;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** QEMU's monitor: what {@code virsh suspend}, {@code resume} and {@code migrate} do to a guest. */
public final class Qmp implements AutoCloseable {
  private static final Pattern STATUS = Pattern.compile("\"status\": ?\"([a-z-]+)\"");

  private final SocketChannel channel;
  private final BufferedReader reader;

  private Qmp(SocketChannel channel) {
    this.channel = channel;
    reader = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
  }

  /** Connects to a monitor, which QEMU makes when it starts. */
  static Qmp connect(Path socket) throws Exception {
    SocketChannel[] channel = new SocketChannel[1];
    Await.until("QEMU's monitor", () -> (channel[0] = open(socket)) != null);
    Qmp qmp = new Qmp(channel[0]);
    qmp.execute("qmp_capabilities");
    return qmp;
  }

  /** Null if nobody listens yet: there is a file first. */
  private static SocketChannel open(Path socket) throws IOException {
    try {
      return Files.exists(socket) ? SocketChannel.open(UnixDomainSocketAddress.of(socket)) : null;
    } catch (ConnectException notYet) {
      return null;
    }
  }

  /** Executes a command without arguments; what it returns. */
  public String execute(String command) throws IOException {
    return execute(command, "{}");
  }

  /**
   * Executes a command, which must succeed.
   *
   * @param arguments an object
   * @return the line of its answer
   */
  public String execute(String command, String arguments) throws IOException {
    String line = answer(command, arguments);
    assertFalse(line.startsWith("{\"error\""), command + ": " + line);
    return line;
  }

  /** Executes a command that QEMU must refuse; the line of its answer. */
  public String refused(String command, String arguments) throws IOException {
    String line = answer(command, arguments);
    assertTrue(line.startsWith("{\"error\""), command + ": " + line);
    return line;
  }

  private String answer(String command, String arguments) throws IOException {
    String text = "{\"execute\":\"" + command + "\",\"arguments\":" + arguments + "}\n";
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
    while (true) {
      String line = reader.readLine();
      assertNotNull(line, "QEMU has closed its monitor");
      if (line.startsWith("{\"return\"") || line.startsWith("{\"error\"")) {
        return line;
      }
    }
  }

  /** What the first field {@code status} of a query's answer says; empty if there is none. */
  public String status(String query) throws IOException {
    Matcher matcher = STATUS.matcher(execute(query));
    return matcher.find() ? matcher.group(1) : "";
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
