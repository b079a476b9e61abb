package io.fastvif.engine.kernel;

import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.observe.reader.BridgeComparison;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * Asks the kernel about kept bridges. An engine is known by the inode of its netlink socket: the
 * kernel lists a namespace's sockets to all who are in it, whatever processes they see, and a
 * process that was killed has none.
 */
final class KernelBridges implements BridgeQuestions {
  private static final Path SOCKETS = Path.of("/proc/thread-self/net/netlink");
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
  private static final String SOCKET = "socket:[";

  private final RouteSocket socket;
  private final int known;
  private String keeper;

  /**
   * @param socket answers
   * @param known the descriptor of a netlink socket that is open as long as the engine
   */
  KernelBridges(RouteSocket socket, int known) {
    this.socket = socket;
    this.known = known;
  }

  @Override
  public byte[] settings(int index) {
    return BridgeComparison.settings(socket, index);
  }

  @Override
  public String difference(int index, byte[] asNew, String alias, boolean isWithoutUsers) {
    return BridgeComparison.difference(socket, index, asNew, alias, isWithoutUsers);
  }

  @Override
  public String keeper() {
    if (keeper == null) {
      try {
        String link = Files.readSymbolicLink(DESCRIPTORS.resolve("" + known)).toString();
        keeper = link.substring(SOCKET.length(), link.length() - 1);
      } catch (IOException refused) {
        throw new UncheckedIOException(refused);
      }
    }
    return keeper;
  }

  /** The inode is in the last column. */
  @Override
  public boolean isAlive(String name) {
    try (Stream<String> sockets = Files.lines(SOCKETS)) {
      String end = " " + name;
      return sockets.map(String::stripTrailing).anyMatch(line -> line.endsWith(end));
    } catch (IOException refused) {
      throw new UncheckedIOException(refused);
    }
  }
}
