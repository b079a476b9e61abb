package io.fastvif.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.plan.AddressState;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.RouteState;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** All of a snapshot as text, so that a difference is seen in a failure. */
public final class SnapshotText {
  private static final long PATIENCE_NANOS = 60_000_000_000L;

  private SnapshotText() {}

  /** The whole snapshot, line by line. */
  public static String of(HostSnapshot host) {
    StringBuilder text = new StringBuilder();
    for (LinkState link : host.links()) {
      text.append(link).append('\n');
      int index = link.index();
      // Every way to find it leads to the same.
      assertEquals(link, host.link(index).orElseThrow());
      assertEquals(link, host.link(link.name()).orElseThrow());
      for (String altname : link.altnames()) {
        assertEquals(link, host.link(altname).orElseThrow());
      }
      for (AddressState address : host.addresses(index)) {
        text.append("  ").append(address).append(' ').append(address.flags());
        text.append(' ').append(address.scope()).append(address.label()).append('\n');
      }
      for (RouteState route : host.routes(index)) {
        text.append("  ").append(route).append('\n');
      }
    }
    return text.toString();
  }

  /** Compares with a reading. IPv6 does some of its work later, on a work queue. */
  static void assertCurrent(RouteSocket socket, HostMonitor monitor) {
    long end = System.nanoTime() + PATIENCE_NANOS;
    String read;
    String followed;
    do {
      read = of(HostReader.read(socket));
      followed = of(monitor.snapshot());
    } while (!read.equals(followed) && System.nanoTime() < end);
    // First the lines that differ, which a failure would hide among the others.
    assertEquals(without(read, followed), without(followed, read));
    assertEquals(read, followed);
  }

  private static List<String> without(String text, String other) {
    Set<String> lines = other.lines().collect(Collectors.toSet());
    return text.lines().filter(line -> !lines.contains(line)).toList();
  }
}
