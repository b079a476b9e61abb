package io.fastvif.engine;

import static io.fastvif.bindings.linux.linux_h.AF_INET;
import static io.fastvif.bindings.linux.linux_h.SOCK_CLOEXEC;
import static io.fastvif.bindings.linux.linux_h.SOCK_STREAM;
import static io.fastvif.bindings.linux.linux_h.SOL_SOCKET;
import static io.fastvif.bindings.linux.linux_h.SO_SNDTIMEO;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.Sockets;
import io.fastvif.engine.ovs.OvsTransport;
import io.fastvif.ovsdb.OvsdbAddress;
import io.fastvif.plan.OvsSnapshot;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Reads Open vSwitch's database, for those who plan without an engine. */
public final class OvsReader {
  private static final long CONNECT_MICROS = 200_000;

  private OvsReader() {}

  /**
   * Whether somebody listens where the database is by default, at port 6640 of 127.0.0.1 in this
   * thread's network namespace; false where that cannot be found out. By system calls, because the
   * first socket of a process takes the JDK longer than planning takes.
   */
  public static boolean isListeningByDefault() {
    int fd = Sockets.socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
      return false;
    }
    try (FileDescriptor socket = FileDescriptor.of(fd);
        Arena arena = Arena.ofConfined()) {
      MemorySegment timeout = arena.allocate(16, 8); // struct timeval: seconds, microseconds
      timeout.set(JAVA_LONG, 8, CONNECT_MICROS); // also bounds connect: socket(7)
      MemorySegment place = arena.allocate(16, 4); // struct sockaddr_in: family, port, address
      place.set(JAVA_SHORT, 0, (short) AF_INET);
      place.set(JAVA_BYTE, 2, (byte) (OvsdbAddress.DEFAULT_PORT >> Byte.SIZE)); // high byte first
      place.set(JAVA_BYTE, 3, (byte) OvsdbAddress.DEFAULT_PORT);
      place.set(JAVA_BYTE, 4, (byte) 127);
      place.set(JAVA_BYTE, 7, (byte) 1);
      return Sockets.setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, timeout, 16) == 0
          && Sockets.connect(socket.value(), place, 16) == 0;
    }
  }

  /**
   * Reads the rows of Open vSwitch; unknown if its database is not to be had within two seconds.
   */
  public static OvsSnapshot read(OvsSettings settings) {
    try (OvsTransport ovs = settings.open(() -> {})) {
      return ovs.snapshot();
    }
  }
}
