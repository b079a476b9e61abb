package io.fastvif.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.netns.Netns;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import io.fastvif.vif.Vif;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

/** {@code plug} and {@code unplug} on the kernel. */
class PlugCommandTest {
  private final Peer ip = Peer.require("ip", "iproute2");

  @TempDir Path folder;

  private String file(Vif... vifs) throws IOException {
    return Files.writeString(folder.resolve("vifs.json"), Vifs.json(vifs)).toString();
  }

  private static void assertLine(CommandRun run, String... parts) {
    assertEquals(1, run.lines().size(), run::toString);
    for (String part : parts) {
      assertTrue(run.out().contains(part), run.out());
    }
  }

  @KernelTest
  void aGenericVifOfOsVifBecomesATap() throws Exception {
    String file = Vifs.sample("3.0.0/generic-none.json").toString();
    CommandRun plugged = CommandRun.of("plug", file).expect(Fastvif.DONE);
    assertEquals(
        "{\"id\":\"cd613e30-d8f1-4adf-91b7-584a2265b1f5\",\"name\":\"tap18072e8c\",\"outcome\":\"plugged\",\"devices\":[\"tap18072e8c\"],\"notes\":[],\"error\":null}\n",
        plugged.out());
    assertEquals("", plugged.err());
    String link = ip.run("-d link show tap18072e8c");
    assertTrue(link.contains("mtu 9000") && link.contains("fa:16:3e:20:82:3c"), link);
    assertTrue(link.contains("tun type tap") && link.contains("persist on"), link);
    assertTrue(link.contains("alias fastvif:cd613e30-d8f1-4adf-91b7-584a2265b1f5"), link);

    assertLine(CommandRun.of("plug", file).expect(Fastvif.DONE), "\"outcome\":\"unchanged\"");
    assertEquals(1, CommandRun.of("list", "--json").lines().size());

    assertLine(CommandRun.of("unplug", file).expect(Fastvif.DONE), "\"outcome\":\"unplugged\"");
    assertFalse(ip.run("-o link").contains("tap18072e8c"));
    assertLine(CommandRun.of("unplug", file).expect(Fastvif.DONE), "\"outcome\":\"unchanged\"");
    assertEquals("", CommandRun.of("list", "--json").out());
  }

  @KernelTest
  void withoutAnMtuDevicesKeepTheOneThatTheyHave() throws Exception {
    String file = file(Vifs.tap("v0", "t0").build(), Vifs.bridged("v1", "t1", "", 0));
    for (String port : new String[] {"tap", "veth"}) {
      String[] plug = {
        "plug",
        "-o",
        "tap.network_device_mtu=0",
        "-o",
        "linux_bridge.network_device_mtu=0",
        "-o",
        "linux_bridge.create_port=" + port,
        file
      };
      CommandRun.of(plug).expect(Fastvif.DONE);
      for (String mtu : new String[] {"1500", "9000", "1279"}) {
        for (String link : new String[] {"t0", "t1"}) {
          ip.run("link set " + link + " mtu " + mtu);
        }
        CommandRun again = CommandRun.of(plug).expect(Fastvif.DONE);
        assertEquals(2, again.out().split("\"unchanged\"", -1).length - 1, again::toString);
        assertEquals(2, ip.run("-o link").split(": t[01].* mtu " + mtu + " ", -1).length - 1, mtu);
      }
      CommandRun.of("unplug", file).expect(Fastvif.DONE);
    }
  }

  @KernelTest
  void aBridgedVifOfOsVifGetsItsBridgeAndAPortWhereAsked() throws Exception {
    String file = Vifs.sample("3.0.0/bridge-none.json").toString();
    assertLine(
        CommandRun.of("plug", file).expect(Fastvif.DONE),
        "\"outcome\":\"plugged\",\"devices\":[]",
        "\"notes\":[\"bridge interface eth1 does not exist: br0 is not joined to it\"]");
    assertTrue(ip.run("-d link show br0").contains("forward_delay 0"));
    assertLine(CommandRun.of("plug", file).expect(Fastvif.DONE), "\"outcome\":\"unchanged\"");

    String[] veth = {"plug", "-o", "linux_bridge.create_port=veth", file};
    assertLine(
        CommandRun.of(veth).expect(Fastvif.DONE),
        "\"outcome\":\"plugged\",\"devices\":[\"tapf06c144a\"]");
    assertTrue(ip.run("link show tapf06c144a").contains("master br0"));
    assertLine(CommandRun.of(veth).expect(Fastvif.DONE), "\"outcome\":\"unchanged\"");
    assertTrue(CommandRun.of("list").out().contains("tapf06c144a      veth    br0"));
    assertLine(CommandRun.of("unplug", file).expect(Fastvif.DONE), "\"outcome\":\"unplugged\"");
    assertFalse(ip.run("-o link").contains("tapf06c144a"));
    assertTrue(ip.run("-o link").contains("br0"), "os-vif leaves the bridge too");
  }

  @KernelTest
  void aBridgeThatIsThereKeepsItsSettings() throws Exception {
    ip.run("link add br0 type bridge stp_state 1 forward_delay 400 ageing_time 10000");
    ip.run("link set br0 up");
    String file = file(Vifs.bridged("v1", "t1", "", 1500));
    for (String operation : new String[] {"plug", "unplug"}) {
      CommandRun.of(operation, "-o", "linux_bridge.create_port=tap", file).expect(Fastvif.DONE);
      String bridge = ip.run("-d link show br0");
      for (String kept :
          new String[] {"stp_state 1 ", "forward_delay 400 ", "ageing_time 10000 "}) {
        assertTrue(bridge.contains(kept), bridge);
      }
    }
  }

  @KernelTest
  void noopDoesNothing() throws Exception {
    String before = ip.run("-o link");
    for (String sample : new String[] {"vhostuser-none.json", "nesteddpdk-k8s-dpdk.json"}) {
      String text =
          Files.readString(Vifs.sample("3.0.0/" + sample))
              .replaceFirst("\"plugin\": \"[a-z_]+\"", "\"plugin\": \"noop\"");
      String file = Files.writeString(folder.resolve("noop.json"), text).toString();
      for (String command : new String[] {"plug", "unplug"}) {
        assertLine(CommandRun.of(command, file).expect(Fastvif.DONE), "\"outcome\":\"unchanged\"");
      }
    }
    assertEquals(before, ip.run("-o link"));
  }

  @KernelTest
  void aPreservedVifStays() throws Exception {
    String file = file(Vifs.tap("v0", "t0").preserveOnDelete(true).build());
    CommandRun.of("plug", file).expect(Fastvif.DONE);
    assertLine(
        CommandRun.of("unplug", file).expect(Fastvif.DONE),
        "\"outcome\":\"unchanged\"",
        "t0 is left: preserve_on_delete is set");
    assertTrue(ip.run("-o link").contains("t0"));
  }

  @KernelTest
  void aNamedNamespaceOrOneByPath() throws Exception {
    String name = "fastvif-cli-" + ProcessHandle.current().pid();
    String file = file(Vifs.tap("v0", "t0").build());
    try (Netns namespace = Netns.create(name)) {
      CommandRun.of("plug", "--netns", name, file).expect(Fastvif.DONE);
      assertFalse(ip.run("-o link").contains("t0"));
      assertTrue(ip.run("-n " + name + " -o link").contains("t0"));
      String path = "/proc/self/fd/" + namespace.descriptor();
      assertEquals(
          CommandRun.of("list", "--json", "--netns", name).expect(Fastvif.DONE).out(),
          CommandRun.of("list", "--json", "--netns=" + path).expect(Fastvif.DONE).out());
      assertLine(CommandRun.of("unplug", "--netns", path, file), "\"outcome\":\"unplugged\"");
      assertFalse(ip.run("-n " + name + " -o link").contains("t0"));
    } finally {
      Netns.delete(name);
    }
  }

  @KernelTest
  void aVifFromStandardInput() throws Exception {
    String vif = Files.readString(Vifs.sample("3.0.0/generic-none.json"));
    InputStream before = System.in;
    try {
      System.setIn(new ByteArrayInputStream(vif.getBytes(StandardCharsets.UTF_8)));
      assertLine(CommandRun.of("plug", "-").expect(Fastvif.DONE), "\"outcome\":\"plugged\"");
      System.setIn(new ByteArrayInputStream("[".getBytes(StandardCharsets.UTF_8)));
      CommandRun wrong = CommandRun.of("unplug", "-").expect(Fastvif.WRONG_INPUT);
      assertTrue(wrong.err().startsWith("fastvif: standard input: the input is not valid"));
    } finally {
      System.setIn(before);
    }
    assertTrue(ip.run("-o link").contains("tap18072e8c"));
  }

  @KernelTest
  void foreignDeviceFailsItsVifAlone() throws Exception {
    ip.run("link add t1 type veth peer name far");
    String foreign = ip.run("-d link show t1");
    String file =
        file(
            Vifs.tap("v0", "t0").build(),
            Vifs.tap("v1", "t1").build(),
            Vifs.tap("v2", "t2").build());
    CommandRun run = CommandRun.of("plug", file).expect(Fastvif.FAILED);
    List<String> lines = run.lines();
    assertTrue(lines.get(0).contains("\"id\":\"v0\",\"name\":\"t0\",\"outcome\":\"plugged\""));
    assertTrue(lines.get(2).contains("\"id\":\"v2\",\"name\":\"t2\",\"outcome\":\"plugged\""));
    assertTrue(lines.get(1).contains("\"id\":\"v1\",\"name\":\"t1\",\"outcome\":\"failed\""));
    assertTrue(lines.get(1).contains("\"devices\":[]"), lines.get(1));
    assertTrue(lines.get(1).contains("\"errno\":\"E"), lines.get(1));
    assertTrue(lines.get(1).contains("\"left_behind\":[]"), lines.get(1));
    assertTrue(
        run.err().matches("fastvif: VIF v1: create tap t1.*: E[A-Z]+ \\(.*\\)(: .*)?\n"),
        run.err());
    assertEquals(foreign, ip.run("-d link show t1"));

    CommandRun unplug = CommandRun.of("unplug", file).expect(Fastvif.DONE);
    assertTrue(unplug.lines().get(1).contains("t1 is left: fastvif did not make it"), unplug.out());
    assertEquals(foreign, ip.run("-d link show t1"));
  }

  @KernelTest
  void aVifThatComesTwiceIsPluggedOnce() throws Exception {
    Vif vif = Vifs.tap("v0", "t0").build();
    String file = file(vif, vif);
    CommandRun plug = CommandRun.of("plug", file).expect(Fastvif.DONE);
    assertEquals(2, plug.lines().size());
    for (String line : plug.lines()) {
      assertTrue(line.matches(".*\"outcome\":\"(plugged|unchanged)\".*\"error\":null.*"), line);
    }
    assertEquals(1, CommandRun.of("list", "--json").lines().size());
    CommandRun unplug = CommandRun.of("unplug", file).expect(Fastvif.DONE);
    assertTrue(unplug.lines().get(0).contains("\"outcome\":\"unplugged\""), unplug.out());
    assertTrue(unplug.lines().get(1).contains("\"outcome\":\"unchanged\""), unplug.out());
    assertEquals("", CommandRun.of("list", "--json").out());
  }

  @KernelTest
  void sixHundredVifsInOneFile() throws Exception {
    Vif[] vifs = new Vif[600];
    for (int i = 0; i < vifs.length; i++) {
      vifs[i] = Vifs.tap("vif-" + i, "t" + i).build();
    }
    String file = file(vifs);
    List<String> plugged = CommandRun.of("plug", file).expect(Fastvif.DONE).lines();
    assertEquals(vifs.length, plugged.size());
    for (int i = 0; i < vifs.length; i++) {
      String begin = "{\"id\":\"vif-" + i + "\",\"name\":\"t" + i + "\",\"outcome\":\"plugged\"";
      assertTrue(plugged.get(i).startsWith(begin), plugged.get(i));
    }
    assertEquals(vifs.length, CommandRun.of("list", "--json").lines().size());
    CommandRun.of("unplug", file).expect(Fastvif.DONE);
    assertEquals("", CommandRun.of("list", "--json").out());
    assertEquals(1, ip.run("-o link").lines().count(), "lo alone is left");
  }
}
