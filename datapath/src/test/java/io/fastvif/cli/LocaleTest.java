package io.fastvif.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.files.HostPath;
import io.fastvif.plugin.fastpath.FastPathVifs;
import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import io.fastvif.vif.Network;
import io.fastvif.vif.VhostUserMode;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifVhostUser;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

/** Names that are not ASCII, in the C locale, as services often have it. */
class LocaleTest {
  private static final String ID = "5c1f4a1e-0000-4000-8000-00000000000";

  private final Peer ip = Peer.require("ip", "iproute2");

  @TempDir Path folder;

  private Path file(String name, String text) throws Exception {
    return Files.writeString(HostPath.resolve(folder, name), text);
  }

  /** Its words are in a script's bytes, for this test's own locale may be C too. */
  private ChildRun run(String words) throws Exception {
    Path script =
        file("run.sh", "export LC_ALL=C\ncd '" + folder + "'\nexec \"$@\" " + words + "\n");
    return ChildRun.inShell("exec sh " + script + " \"$@\"");
  }

  @KernelTest
  void filesOptionsAndLinksMayHaveUmlauts() throws Exception {
    file("v\u00fc.json", Vifs.json(Vifs.tap(ID + "1", "tap\u00fc").build()));
    file("n\u00f6.conf", "[os_vif_tap]\nnetwork_device_mtu = 1400\n");
    ChildRun plug = run("plug --config n\u00f6.conf '" + folder + "/v\u00fc.json'");
    assertEquals(Fastvif.DONE, plug.status(), plug::toString);
    assertTrue(plug.out().contains("\"devices\":[\"tap\u00fc\"]"), plug.out());
    assertTrue(ip.run("link show").contains("mtu 1400"));
    assertTrue(run("list").out().contains("tap\u00fc"));
    ChildRun none = run("plug n\u00f6ne.json");
    assertEquals(
        "fastvif: n\u00f6ne.json: cannot be read: No such file or directory\n", none.err());
    assertEquals(Fastvif.DONE, run("unplug v\u00fc.json").status());
    assertFalse(ip.run("link show").contains("mtu 1400"));
  }

  @KernelTest
  void socketFolderMayHaveUmlauts() throws Exception {
    String path = folder + "/s\u00f6ckets/s\u00fc.sock";
    Vif vif =
        VifVhostUser.builder()
            .id(ID + "2")
            .plugin("vhostuser")
            .vifName("vhu\u00fc")
            .path(path)
            .mode(VhostUserMode.SERVER)
            .build();
    file("v.json", Vifs.json(vif));
    ChildRun plug = run("plug v.json");
    assertEquals(Fastvif.DONE, plug.status(), plug::toString);
    assertTrue(Files.isDirectory(HostPath.of(folder + "/s\u00f6ckets")));
    try (UnixSocket server = new UnixSocket(path)) {
      assertTrue(server.isUp());
      ChildRun used = run("unplug v.json");
      assertEquals(Fastvif.FAILED, used.status(), used::toString);
      assertTrue(used.err().contains("a process answers on it"), used::toString);
    }
    assertEquals(Fastvif.DONE, run("unplug v.json").status());
    assertFalse(Files.exists(HostPath.of(path)), "the socket that nobody answers on is left");
  }

  /** A listening socket, made by another program: Java cannot bind one there in the C locale. */
  private static final class UnixSocket implements AutoCloseable {
    private final Process server;

    UnixSocket(String path) throws Exception {
      Path python = Peer.require("python3", "python3").path();
      String escaped = path.replace("\u00f6", "\\u00f6").replace("\u00fc", "\\u00fc");
      server =
          new ProcessBuilder(
                  python.toString(),
                  "-X",
                  "utf8",
                  "-c",
                  "import socket, time; s = socket.socket(socket.AF_UNIX); s.bind('"
                      + escaped
                      + "'); s.listen(); time.sleep(900)")
              .inheritIO()
              .start();
      Await.until(
          path,
          () -> {
            try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
              return channel.connect(UnixDomainSocketAddress.of(HostPath.of(path)));
            } catch (java.io.IOException notYet) {
              return false;
            }
          });
    }

    boolean isUp() {
      return server.isAlive();
    }

    @Override
    public void close() {
      server.destroyForcibly().onExit().join();
    }
  }

  @KernelTest
  void aPortWithAnUmlautIsServedBesideOthers() throws Exception {
    StringBuilder all = new StringBuilder("[");
    List<String> names = List.of("rt1", "rt\u00fc", "rt3");
    for (int i = 0; i < names.size(); i++) {
      String vif =
          Vifs.json(
              FastPathVifs.vif(folder, i, VhostUserMode.CLIENT)
                  .vifName(names.get(i))
                  .path(folder + "/s" + names.get(i))
                  .portProfile(FastPathVifs.profile())
                  .network(
                      Network.builder()
                          .mtu(1450)
                          .subnets(FastPathVifs.subnets("10.65.0.1" + i))
                          .build())
                  .build());
      all.append(i > 0 ? "," : "").append(vif, 1, vif.length() - 1);
    }
    Path vifs = file("vifs.json", all.append(']').toString());
    try (ServeProcess serve = ServeProcess.startIn("C", folder, "serve", vifs)) {
      for (String name : names) {
        Await.until(name, () -> Files.exists(HostPath.of(folder + "/s" + name)));
      }
      Await.until(
          "three routes",
          () -> ip.run("route").lines().filter(line -> line.contains(" dev rt")).count() == 3);
      assertEquals(Fastvif.DONE, serve.terminate(), serve.text());
    }
    assertFalse(ip.run("-o link").contains(" rt"));
  }
}
