package io.fastvif.forward;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FileIo;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.testing.Peer;
import io.fastvif.tuntap.Tap;
import io.fastvif.tuntap.TapOptions;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What the kernel makes of a frame that is to be segmented or whose checksum is to be completed,
 * when it sends that to a device that does neither: a tap.
 */
final class KernelSegments implements AutoCloseable {
  private static final String NAME = "seg0";
  private static final int MAX = 70_000;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment buffer = arena.allocate(MAX, 8);
  private final Tap tap;
  private final OffloadSocket socket;

  KernelSegments() throws Exception {
    tap = Tap.create(NAME, TapOptions.plain());
    SystemCallException.check(
        FileIo.fcntl(tap.descriptor(), F_SETFL, O_RDWR | O_NONBLOCK), "fcntl", NAME);
    Peer ip = Peer.require("ip", "iproute2");
    ip.run("link set " + NAME + " mtu 65521 up");
    socket = new OffloadSocket(NAME);
  }

  /** The frames that come out, in their order; null if the kernel refuses the header. */
  List<byte[]> send(long first, int csumOffset, byte[] frame) {
    long sent = socket.send(first, csumOffset, frame);
    if (sent == -Errno.EINVAL) {
      return null;
    }
    SystemCallException.check(sent, "send", NAME);
    List<byte[]> out = new ArrayList<>();
    for (; ; ) {
      long read = FileIo.read(tap.descriptor(), buffer, MAX);
      if (read == -Errno.EAGAIN) {
        return out;
      }
      SystemCallException.check(read, "read", NAME);
      byte[] one = buffer.asSlice(0, read).toArray(ValueLayout.JAVA_BYTE);
      // What the host says of its own accord has other addresses.
      if (Arrays.equals(one, 0, 12, frame, 0, 12)) {
        out.add(one);
      }
    }
  }

  @Override
  public void close() {
    socket.close();
    tap.close();
    arena.close();
  }
}
