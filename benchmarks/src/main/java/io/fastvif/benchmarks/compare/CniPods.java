package io.fastvif.benchmarks.compare;

import static io.fastvif.bindings.linux.linux_h.AF_INET;

import io.fastvif.netlink.route.AddressMessage;
import io.fastvif.netlink.route.LinkMessage;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netns.Netns;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The pods: network namespaces that are there before they are measured, as a runtime makes them
 * before it executes a plugin; and a look into them that is independent of the plugin.
 */
final class CniPods implements AutoCloseable {
  /** The pod's end of what is added. */
  static final String INTERFACE = "eth0";

  private final List<Netns> pods = new ArrayList<>();

  /** Makes that many. */
  CniPods(int count) {
    try {
      for (int i = 0; i < count; i++) {
        pods.add(Netns.createPrivate());
      }
    } catch (RuntimeException problem) {
      close();
      throw problem;
    }
  }

  /** A line for each: its id, and the path of its namespace for other processes. */
  String lines() {
    StringBuilder lines = new StringBuilder();
    long self = ProcessHandle.current().pid();
    for (int i = 0; i < pods.size(); i++) {
      lines.append("pod%d /proc/%d/fd/%d\n".formatted(i, self, pods.get(i).descriptor()));
    }
    return lines.toString();
  }

  /**
   * Checks that each pod from one number to below another has its link, up, with an IPv4 address
   * that no other has.
   *
   * @throws IOException what is not as it should be
   */
  void checkAdded(int from, int to) throws IOException {
    Set<String> addresses = new HashSet<>();
    for (int i = from; i < to; i++) {
      try (RouteSocket route = RouteSocket.open(pods.get(i))) {
        boolean[] isUp = new boolean[1];
        int index = route.indexOf(INTERFACE);
        if (index != 0) {
          LinkMessage link = new LinkMessage();
          route.query(route.link().get(index), message -> isUp[0] = link.wrap(message).isUp());
        }
        if (!isUp[0]) {
          throw new IOException("wrong result: pod" + i + " has no " + INTERFACE + " that is up");
        }
        List<String> own = addresses(route, index);
        if (own.size() != 1 || !addresses.add(own.getFirst())) {
          throw new IOException("wrong result: pod" + i + " has the addresses " + own);
        }
      }
    }
  }

  private static List<String> addresses(RouteSocket route, int index) {
    List<String> addresses = new ArrayList<>();
    AddressMessage address = new AddressMessage();
    route.dump(
        route.address().dump(AF_INET),
        message -> {
          address.wrap(message);
          if (address.index() == index) {
            addresses.add(text(address.local()));
          }
        });
    return addresses;
  }

  private static String text(byte[] address) {
    try {
      return InetAddress.getByAddress(address).getHostAddress();
    } catch (IOException impossible) {
      throw new AssertionError(impossible); // 4 bytes, by the family
    }
  }

  /**
   * Checks that none of them has its link any more.
   *
   * @throws IOException one that has
   */
  void checkDeleted(int from, int to) throws IOException {
    for (int i = from; i < to; i++) {
      try (RouteSocket route = RouteSocket.open(pods.get(i))) {
        if (route.indexOf(INTERFACE) != 0) {
          throw new IOException("wrong result: pod" + i + " still has " + INTERFACE);
        }
      }
    }
  }

  @Override
  public void close() {
    pods.forEach(Netns::close);
  }
}
