package io.fastvif.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** Reads {@link HostState}s of the namespace of the thread that calls it. */
public final class HostStateReader {
  private static final Path SYSCTLS = Path.of("/proc/sys/net");

  /** Those of each link are among its attributes; these are the defaults for new ones. */
  private static final List<String> SYSCTL_FOLDERS =
      List.of(
          "ipv4/conf/all",
          "ipv4/conf/default",
          "ipv6/conf/all",
          "ipv6/conf/default",
          "ipv4/neigh/default",
          "ipv6/neigh/default",
          "bridge");

  private static final List<String> SYSCTL_FILES =
      List.of("ipv4/ip_forward", "ipv4/ip_nonlocal_bind");

  /** Secrets may not be read while they are not set, and the rest are triggers. */
  private static final List<String> UNREADABLE = List.of("stable_secret", "flush");

  private static final int SETTLED_READS = 3;
  private static final int SETTLE_TRIES = 200;
  private static final long PAUSE_NANOS = 20_000_000L;

  private final List<Path> folders = new ArrayList<>();
  private OvsRowsText ovs;
  private boolean filters;

  /** Reads that Open vSwitch's rows too. */
  public HostStateReader ovs(OvsHost host) {
    ovs = new OvsRowsText(host);
    return this;
  }

  /** Reads the files of that folder too, such as the leases of devices; it need not exist. */
  public HostStateReader folder(Path folder) {
    folders.add(folder);
    return this;
  }

  /** Reads the rules of nf_tables too. */
  public HostStateReader filters() {
    filters = true;
    return this;
  }

  /** The state as it is. */
  public HostState read() {
    SortedMap<String, SortedMap<String, String>> objects = new TreeMap<>();
    try {
      try (NetlinkObjects netlink = new NetlinkObjects()) {
        netlink.read(objects);
      }
      objects.put("sysctls", sysctls());
      for (Path folder : folders) {
        files(folder, objects);
      }
      if (filters) {
        objects.put("nf_tables", filterRules());
      }
      if (ovs != null) {
        ovs.read(objects);
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
    return new HostState(objects);
  }

  /** The state once nothing changes by itself any more: addresses are there, carriers are known. */
  public HostState readSettled() {
    HostState last = read();
    int same = 0;
    for (int i = 0; i < SETTLE_TRIES && same < SETTLED_READS; i++) {
      LockSupport.parkNanos(PAUSE_NANOS);
      HostState next = read();
      boolean isSettled =
          last.differences(next).isEmpty() && !next.toString().contains("TENTATIVE");
      same = isSettled ? same + 1 : 0;
      last = next;
    }
    return last;
  }

  private static SortedMap<String, String> sysctls() throws IOException {
    SortedMap<String, String> values = new TreeMap<>();
    for (String folder : SYSCTL_FOLDERS) {
      Path path = SYSCTLS.resolve(folder);
      if (Files.isDirectory(path)) {
        try (Stream<Path> files = Files.list(path)) {
          for (Path file : (Iterable<Path>) files::iterator) {
            if (!UNREADABLE.contains(file.getFileName().toString())) {
              values.put(SYSCTLS.relativize(file).toString(), text(file));
            }
          }
        }
      }
    }
    for (String file : SYSCTL_FILES) {
      values.put(file, text(SYSCTLS.resolve(file)));
    }
    return values;
  }

  private static String text(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1).strip();
    } catch (IOException unreadable) {
      return "unreadable";
    }
  }

  private static void files(Path folder, SortedMap<String, SortedMap<String, String>> objects)
      throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        SortedMap<String, String> attributes = new TreeMap<>();
        boolean isFile = Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
        attributes.put("mode", String.valueOf(Files.getAttribute(file, "unix:mode")));
        attributes.put("owner", String.valueOf(Files.getAttribute(file, "unix:uid")));
        if (isFile) {
          attributes.put("text", Files.readString(file, StandardCharsets.ISO_8859_1));
        }
        objects.put("file " + file, attributes);
      }
    }
  }

  private static SortedMap<String, String> filterRules() throws IOException, InterruptedException {
    String rules = Peer.require("nft", "nftables").run("-a -s list ruleset");
    return new TreeMap<>(Map.of("rules", rules));
  }
}
