package io.fastvif.fastpath;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.forward.Idle;
import io.fastvif.netns.Netns;
import io.fastvif.testing.Await;
import io.fastvif.testing.HostTraffic;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import io.fastvif.testing.Qmp;
import io.fastvif.testing.VhostUserGuest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;

/**
 * A guest of Debian 12's QEMU 7.2 that moves between two network namespaces as hosts, with one
 * device behind a port of fastvif's and one behind a tap of QEMU's own ({@code vhost=off}), which
 * is what it is compared with.
 */
class MigrationBesideTapTest {
  private static final List<String> NETS = List.of("192.0.2.", "192.0.3.");
  private static final int MEGABYTES = 160;
  private static final Pattern PINGED =
      Pattern.compile("(\\d+) packets transmitted, (\\d+) received");

  @TempDir Path folder;

  private static String ip(String arguments) throws Exception {
    return Peer.require("ip", "iproute2").run(arguments);
  }

  /** One that is joined to both networks of the calling thread's namespace. */
  private static final class Host implements AutoCloseable {
    private final Netns namespace = Netns.createPrivate();
    private final Path socket;
    private GuestPort port;

    Host(int number, Path folder) throws Exception {
      socket = folder.resolve("s" + number);
      String path = "/proc/" + ProcessHandle.current().pid() + "/fd/" + namespace.descriptor();
      for (int net = 0; net < NETS.size(); net++) {
        String link = "h" + number + "n" + net;
        ip("link add " + link + " type veth peer name up" + net + " netns " + path);
        ip("link set " + link + " master net" + net + " up");
      }
      in(
          () -> {
            for (int net = 0; net < NETS.size(); net++) {
              ip("link add br" + net + " type bridge");
              ip("link set br" + net + " up");
              ip("link set up" + net + " master br" + net + " up");
            }
            port = new GuestPort(socket, 1, Idle.ADAPTIVE, "vhu0");
            ip("link set vhu0 master br0 up");
            ip("tuntap add dev qtap0 mode tap vnet_hdr");
            ip("link set qtap0 master br1 up");
            return null;
          });
    }

    <T> T in(Callable<T> code) {
      return namespace.call(code);
    }

    VhostUserGuest.Builder guest() {
      return VhostUserGuest.of(socket, "52:54:00:12:34:07").tap("qtap0").memory(MEGABYTES);
    }

    @Override
    public void close() {
      if (port != null) {
        port.close();
      }
      namespace.close();
    }
  }

  private VhostUserGuest start(Host host, VhostUserGuest.Builder builder) throws Exception {
    Path home = Files.createDirectories(folder.resolve("home" + System.nanoTime()));
    return host.in(() -> builder.start(home));
  }

  private void migrate(Qmp source, Qmp target, String name) throws Exception {
    String uri = "{\"uri\":\"unix:" + folder.resolve(name) + "\"}";
    target.execute("migrate-incoming", uri);
    source.execute("migrate", uri);
    Await.until(
        "the migration",
        () -> {
          String status = source.status("query-migrate");
          assertTrue(!status.equals("failed"), () -> name + " has failed");
          return status.equals("completed");
        });
    Await.until("its end there", () -> !target.status("query-status").equals("inmigrate"));
  }

  /** QEMU 7.2 asks its backends, of which ours has not VHOST_USER_PROTOCOL_F_PAGEFAULT. */
  private static void refusesPostcopy(Qmp target) throws Exception {
    String wanted = "{\"capabilities\":[{\"capability\":\"postcopy-ram\",\"state\":true}]}";
    String refusal = target.refused("migrate-set-capabilities", wanted);
    assertTrue(refusal.contains("Postcopy is not supported"), refusal);
  }

  private Path memory(Qmp monitor, String name) throws Exception {
    Path file = folder.resolve(name);
    monitor.execute(
        "pmemsave",
        "{\"val\":0,\"size\":" + ((long) MEGABYTES << 20) + ",\"filename\":\"" + file + "\"}");
    return file;
  }

  private static Process ping(String net) throws Exception {
    return new ProcessBuilder(
            Peer.require("ping", "iputils-ping").path().toString(),
            "-q",
            "-i",
            "0.01",
            "-c",
            "700",
            "-W",
            "20", // for the last ones
            net + "2")
        .redirectErrorStream(true)
        .start();
  }

  private static int[] pinged(Process ping) throws Exception {
    String text = new String(ping.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    Matcher counts = PINGED.matcher(text);
    assertTrue(counts.find(), text);
    return new int[] {Integer.parseInt(counts.group(1)), Integer.parseInt(counts.group(2))};
  }

  @KernelTest
  void memoryIsTheSameAndLittleMoreIsLostThanByATap() throws Exception {
    for (int net = 0; net < NETS.size(); net++) {
      ip("link add net" + net + " type bridge");
      ip("address add " + NETS.get(net) + "1/24 dev net" + net);
      ip("link set net" + net + " up");
    }
    try (Host first = new Host(1, folder);
        Host second = new Host(2, folder)) {
      VhostUserGuest guest = start(first, first.guest());
      try {
        guest
            .awaitBoot()
            .address("eth0", NETS.get(0) + "2/24")
            .address("eth1", NETS.get(1) + "2/24");
        guest.ping(NETS.get(0) + "1");
        guest.ping(NETS.get(1) + "1");
        guest = movesWithSameMemory(guest, second);
        guest.ping(NETS.get(0) + "1");
        guest = losesNoMore(guest, first);
        guest.ping(NETS.get(0) + "1");
      } finally {
        guest.close();
      }
    }
  }

  private VhostUserGuest movesWithSameMemory(VhostUserGuest guest, Host to) throws Exception {
    VhostUserGuest moved = start(to, to.guest().incoming().paused());
    try (HostTraffic traffic = new HostTraffic(NETS.get(0) + "2");
        Qmp source = guest.monitor();
        Qmp target = moved.monitor()) {
      assertTrue(traffic != null);
      refusesPostcopy(target);
      migrate(source, target, "first");
      long difference = Files.mismatch(memory(source, "before"), memory(target, "after"));
      assertEquals(-1, difference, () -> "the memory differs at 0x" + Long.toHexString(difference));
      target.execute("cont");
    } catch (Exception | AssertionError failed) {
      moved.close();
      throw failed;
    }
    guest.close();
    return moved;
  }

  private VhostUserGuest losesNoMore(VhostUserGuest guest, Host to) throws Exception {
    VhostUserGuest moved = start(to, to.guest().incoming());
    Process ours = ping(NETS.get(0));
    Process tap = ping(NETS.get(1));
    try (Qmp source = guest.monitor();
        Qmp target = moved.monitor()) {
      migrate(source, target, "second");
      int[] throughOurs = pinged(ours);
      int[] throughTap = pinged(tap);
      int lost = throughOurs[0] - throughOurs[1];
      int lostByTap = throughTap[0] - throughTap[1];
      System.out.printf(
          "a migration by QEMU 7.2: of %d pings through fastvif's port %d were lost, of %d through"
              + " a tap %d%n%s%n",
          throughOurs[0], lost, throughTap[0], lostByTap, source.execute("query-migrate"));
      assertTrue(throughOurs[1] > 0 && throughTap[1] > 0);
      // what is sent while neither QEMU runs the guest is lost with both
      assertTrue(lost <= 2 * lostByTap + 100, lost + " were lost, " + lostByTap + " by a tap");
    } catch (Exception | AssertionError failed) {
      moved.close();
      throw failed;
    } finally {
      ours.destroyForcibly();
      tap.destroyForcibly();
    }
    guest.close();
    return moved;
  }
}
