package io.fastvif.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.HostView;
import io.fastvif.PluggedVif;
import io.fastvif.VifHostOptions;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.json.VersionedObjectWriter;
import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.OvsHost;
import io.fastvif.vhostuser.FrontendGuest;
import io.fastvif.vhostuser.session.VhostUserFrontend;
import io.fastvif.vif.VifGeneric;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each program of Javadoc's first page does what it says. */
class ExamplesTest {
  private static final Path PAGE = Path.of("src/main/java/io/fastvif/package-info.java");
  private static final long PATIENCE_MILLIS = 120_000;

  @TempDir Path folder;

  private interface Program {
    void run(String[] arguments) throws Exception;
  }

  private static List<String> run(Program program, String... arguments) throws Exception {
    PrintStream usual = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      program.run(arguments);
    } finally {
      System.setOut(usual);
    }
    return printed.toString(StandardCharsets.UTF_8).lines().toList();
  }

  private static List<String> plugged() {
    return HostView.of(VifHostOptions.byDefault()).plugged().stream().map(PluggedVif::id).toList();
  }

  @KernelTest
  void plugsAndUnplugs() throws Exception {
    assertEquals(
        List.of("plugged: cd613e30-d8f1-4b9c-97d3-6d6b2d8e7a10", "UNPLUGGED"),
        run(PlugAndUnplug::main));
    assertEquals(List.of(), plugged());
  }

  private String desired(String... names) throws IOException {
    List<String> vifs = new ArrayList<>();
    for (String name : names) {
      vifs.add(
          VersionedObjectWriter.write(
              VifGeneric.builder().id("vif-of-" + name).plugin("tap").vifName(name).build()));
    }
    Path file = folder.resolve("vifs.json");
    return Files.writeString(file, "[" + String.join(",", vifs) + "]").toString();
  }

  @KernelTest
  void syncs() throws Exception {
    assertEquals(
        List.of("vif-of-tap1 PLUGGED", "vif-of-tap2 PLUGGED"),
        run(Sync::main, desired("tap1", "tap2")));
    assertEquals(
        List.of("vif-of-tap2 UNCHANGED", "vif-of-tap1 UNPLUGGED"),
        run(Sync::main, desired("tap2")));
    assertEquals(List.of("vif-of-tap2"), plugged());
  }

  @KernelTest
  void plugsIntoOpenVSwitch() throws Exception {
    try (OvsHost ovs = OvsHost.database(folder.resolve("ovs"), OvsHost.SCHEMA)) {
      assertEquals(List.of("PLUGGED"), run(OpenVSwitch::main, ovs.address()));
      assertEquals(List.of("UNCHANGED"), run(OpenVSwitch::main, ovs.address()));
      assertTrue(ovs.vsctl("list-ports br-int").contains("tapb3f6e7a2-5d"));
    }
  }

  @KernelTest
  void requestsAnEndpoint() throws Exception {
    Path networks =
        Files.writeString(
            folder.resolve("networks.json"),
            """
            {"networks": {"blue": {"kind": "bridge", "bridge": "br-blue"}}}
            """);
    assertEquals(
        List.of("the guest's device is tap09b11c53-8b"),
        run(RequestEndpoint::main, networks.toString()));
    assertEquals(List.of(), plugged());
  }

  /** The socket's file is there before the program listens on it. */
  private static VhostUserFrontend connect(String socket, Thread program) throws Exception {
    VhostUserFrontend[] frontend = new VhostUserFrontend[1];
    Await.until(
        "the program to listen",
        () -> {
          try {
            frontend[0] = VhostUserFrontend.connect(socket, PATIENCE_MILLIS);
            return true;
          } catch (SystemCallException notYet) {
            assertTrue(program.isAlive(), notYet::getMessage);
            return false;
          }
        });
    return frontend[0];
  }

  @Test
  void echoesFrames() throws Exception {
    String socket = folder.resolve("echo.sock").toString();
    List<String> problems = new CopyOnWriteArrayList<>();
    Thread program =
        Thread.ofPlatform()
            .name("vhost-user-echo")
            .start(
                () -> {
                  try {
                    VhostUserEcho.main(new String[] {socket});
                  } catch (InterruptedException end) {
                    return;
                  } catch (RuntimeException | Error broken) {
                    problems.add(broken.toString());
                  }
                });
    byte[] frame = new byte[60];
    for (int i = 0; i < frame.length; i++) {
      frame[i] = (byte) i;
    }
    try {
      try (VhostUserFrontend frontend = connect(socket, program);
          FrontendGuest guest = new FrontendGuest(frontend, 0)) {
        byte[][] received = new byte[1][];
        Await.until("room for the frame", () -> guest.send(frame));
        guest.kickDevice();
        Await.until("the echo", () -> (received[0] = guest.poll()) != null);
        assertArrayEquals(frame, received[0]);
      }
    } finally {
      program.interrupt();
      program.join();
    }
    assertEquals(List.of(), problems);
    assertFalse(Files.exists(Path.of(socket)));
  }

  @Test
  void thePageShowsEachProgram() throws IOException {
    String page = Files.readString(PAGE);
    try (Stream<Path> files = Files.list(Path.of("src/test/java/io/fastvif/examples"))) {
      List<String> missing =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> !name.equals("ExamplesTest.java") && !name.startsWith("package-"))
              .filter(
                  name -> !page.contains("{@snippet file=\"io/fastvif/examples/" + name + "\"}"))
              .toList();
      assertEquals(List.of(), missing);
    }
  }
}
