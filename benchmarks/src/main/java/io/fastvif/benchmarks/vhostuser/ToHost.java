package io.fastvif.benchmarks.vhostuser;

import static io.fastvif.bindings.linux.linux_h.AF_INET;
import static io.fastvif.bindings.linux.linux_h.AF_UNIX;
import static io.fastvif.bindings.linux.linux_h.SOCK_CLOEXEC;
import static io.fastvif.bindings.linux.linux_h.SOCK_DGRAM;
import static io.fastvif.bindings.linux.linux_h.SOCK_STREAM;
import static io.fastvif.bindings.linux.linux_h.SOL_SOCKET;
import static io.fastvif.bindings.linux.linux_h.SO_RCVBUFFORCE;

import io.fastvif.benchmarks.process.Child;
import io.fastvif.benchmarks.process.Ip;
import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.Sockets;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.bindings.UnixSocketAddress;
import io.fastvif.forward.Idle;
import io.fastvif.netns.Netns;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * A backend with a guest whose frames end at a UDP socket of the host, in a network namespace of
 * their own: fastvif's by a tap, passt by a socket for each of the guest's.
 */
final class ToHost extends PacedSystem {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final long LOOK_NANOS = 5_000_000;
  private static final int ADDRESS = 0xc0_00_02_01; // 192.0.2.1
  private static final int PORT = 7777;
  private static final long MAC = 0x02_00_00_00_00_01L;
  private static final int RECEIVE_BYTES = 4 << 20;
  private static final int ADDRESS_BYTES = 16; // of struct sockaddr_in

  private final Path folder;
  private final Netns namespace = keep(Netns.createPrivate());
  private long pid;
  private PacedDriver driver;

  private ToHost(Path parent) throws IOException {
    folder = Files.createTempDirectory(parent, "s");
  }

  /** What to install. */
  static Optional<String> missingPasst() {
    return Child.works("passt", "--version") && Child.works("taskset", "--version")
        ? Ip.missing()
        : Optional.of("passt util-linux");
  }

  /** fastvif's. */
  static PacedSystem fastvif(Programs programs, Path parent, Idle idle) throws IOException {
    ToHost system = new ToHost(parent);
    try {
      system.ip(
          "tuntap add dev tap0 mode tap vnet_hdr",
          "link set tap0 address 02:00:00:00:00:01",
          "address add 192.0.2.1/24 dev tap0",
          "link set tap0 up");
      String socket = system.folder.resolve("fastvif.sock").toString();
      List<String> command = IdleBackend.command(idle, socket, IdleBackend.TAP + "tap0");
      Dialogue backend = system.keep(new Dialogue(system.folder, system.namespace, command));
      system.pid = backend.pid();
      backend.expect("listening");
      Guest guest = system.keep(new Guest());
      system.driver =
          system.keep(
              PacedDriver.toHost(programs.pacedDriver(), guest, system.udp(), MAC, ADDRESS, PORT));
      guest.connect(socket, false);
      return system;
    } catch (IOException | RuntimeException | Error e) {
      system.close();
      throw e;
    }
  }

  /** passt, which takes its addresses from a link of the host. */
  static PacedSystem passt(Programs programs, Path parent) throws IOException {
    ToHost system = new ToHost(parent);
    try {
      system.ip(
          "link add v0 type veth peer name v1",
          "address add 192.0.2.1/24 dev v0",
          "link set lo up",
          "link set v1 up",
          "link set v0 up",
          "route add default via 192.0.2.254");
      Path socket = system.folder.resolve("passt.sock");
      system.startPasst(socket);
      system.driver =
          system.keep(
              PacedDriver.fromStream(
                  programs.pacedDriver(), system.stream(socket), system.udp(), MAC, ADDRESS, PORT));
      return system;
    } catch (IOException | RuntimeException | Error e) {
      system.close();
      throw e;
    }
  }

  private void ip(String... commands) throws IOException {
    Process process = Child.start(namespace, Ip.batch(List.of(commands), folder));
    Ip.awaitBatch(process, folder, LIMIT, System.nanoTime());
  }

  private void startPasst(Path socket) throws IOException {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("taskset", "-c", Integer.toString(FastvifBackend.PROCESSOR), "passt"));
    command.addAll(List.of("-f", "-q", "-1", "--runas", "0", "-s", socket.toString()));
    command.addAll(List.of("-a", "192.0.2.2", "-n", "24", "-g", "192.0.2.254", "-i", "v0"));
    command.addAll(List.of("--no-tcp", "--no-icmp", "--no-dhcp", "--no-ndp", "--no-dhcpv6"));
    command.addAll(List.of("--no-ra", "-D", "none", "--no-map-gw"));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.redirectOutput(folder.resolve("output").toFile());
    Process process = Child.start(namespace, builder);
    keep(() -> process.destroyForcibly().waitFor());
    pid = process.pid();
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (!Files.exists(socket)) {
      if (!process.isAlive() || System.nanoTime() > end) {
        throw new IOException(
            "passt does not listen: " + Files.readString(folder.resolve("output")).strip());
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  private int stream(Path socket) {
    FileDescriptor stream =
        keep(
            FileDescriptor.check(Sockets.socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = UnixSocketAddress.ofPath(arena, socket.toString());
      SystemCallException.check(
          Sockets.connect(stream.value(), address, (int) address.byteSize()), "connect", socket);
    }
    return stream.value();
  }

  /** The host's socket, where frames end. */
  private int udp() {
    FileDescriptor udp =
        keep(
            FileDescriptor.check(
                namespace.call(() -> Sockets.socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)),
                "socket"));
    SystemCallException.check(
        Sockets.setsockopt(udp.value(), SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BYTES), "setsockopt");
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = arena.allocate(ADDRESS_BYTES, Integer.BYTES);
      address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_INET);
      address.set(ValueLayout.JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN), 2, (short) PORT);
      address.set(ValueLayout.JAVA_INT.withOrder(ByteOrder.BIG_ENDIAN), 4, ADDRESS);
      SystemCallException.check(Sockets.bind(udp.value(), address, ADDRESS_BYTES), "bind", PORT);
    }
    return udp.value();
  }

  @Override
  long pid() {
    return pid;
  }

  @Override
  PacedDriver driver() {
    return driver;
  }
}
