package io.fastvif.vhostuser.session;

import static io.fastvif.bindings.linux.linux_h.*;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.Qemu;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Sessions with QEMU's frontend. The guest is the network boot ROM that comes with QEMU: it drives
 * the device, and needs no kernel.
 */
class QemuTest {
  private static final long OFFERED = 1L << VIRTIO_F_VERSION_1 | 1L << VIRTIO_NET_F_MRG_RXBUF;

  @TempDir Path directory;
  private final RecordingBackend port = new RecordingBackend();

  /**
   * Of the distribution's QEMU without MSI-X, which its emulation cannot, and of QEMU 10 with it.
   */
  @ParameterizedTest
  @CsvSource({"false,false", "true,false", "false,true", "true,true"})
  void servesQemusFrontend(boolean frontendListens, boolean usual) throws Exception {
    Qemu program = usual ? Qemu.recent(directory) : Qemu.installed();
    Resources before = Resources.now();
    String path = directory.resolve("s").toString();
    SessionLoop loop = SessionLoop.start();
    BackendOptions offered = BackendOptions.of(OFFERED, 1);
    VhostUserBackend backend =
        frontendListens
            ? VhostUserBackend.connect(loop, path, offered, port, port)
            : VhostUserBackend.listen(loop, ListenOptions.of(path), offered, port, port);
    Path output = directory.resolve("output");
    List<String> command = new ArrayList<>(program.command());
    command.addAll(
        List.of(
            "-display",
            "none",
            "-nodefaults",
            "-boot",
            "n",
            "-object",
            "memory-backend-memfd,id=m0,size=64M,share=on",
            "-machine",
            "q35,memory-backend=m0",
            "-accel",
            "tcg,thread=single",
            "-m",
            "64M",
            "-chardev",
            "socket,id=c0,path=" + path + (frontendListens ? ",server=on,wait=on" : ""),
            "-netdev",
            "vhost-user,id=n0,chardev=c0",
            "-device",
            "virtio-net-pci,netdev=n0" + (usual ? "" : ",vectors=0")));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().putAll(program.environment());
    Process qemu = builder.start();
    try {
      for (String event = ""; !event.startsWith("start 1"); event = port.await("start")) {
        assertTrue(qemu.isAlive(), () -> read(output));
      }
      RingSettings settings = port.started.get(1);
      assertNotEquals(
          0,
          settings.memory().get().translateUser(settings.descriptors(), 16L * settings.size()),
          settings::toString);
      assertTrue(settings.memory().get().isIntact());
    } finally {
      qemu.destroyForcibly().waitFor();
    }
    port.await("gone");
    backend.close();
    loop.close();
    Files.deleteIfExists(Path.of(path));
    assertFalse(port.started.containsKey(0) || port.started.containsKey(1));
    before.assertSame();
  }

  private static String read(Path output) {
    try {
      return Files.readString(output);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
