package io.fastvif.xdp;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FailureKind;
import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.FileIo;
import io.fastvif.bindings.InterfaceRequest;
import io.fastvif.bindings.Sockets;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.bindings.linux.ethtool_channels;
import io.fastvif.netlink.NetlinkException;
import io.fastvif.netlink.route.LinkMessage;
import io.fastvif.netlink.route.RouteSocket;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * What is known of a link before it is opened.
 *
 * @param name the link's
 * @param index the link's
 * @param mtu in bytes
 * @param channels how many queues receive
 * @param program the id of the XDP program that is attached, 0 for none
 */
record LinkFacts(String name, int index, int mtu, int channels, int program) {
  /** An Ethernet header with two tags. */
  private static final int HEADER = 22;

  /** Asks the kernel, in the calling thread's network namespace. */
  static LinkFacts of(String name) {
    LinkMessage message = new LinkMessage();
    LinkFacts[] found = new LinkFacts[1];
    try (RouteSocket socket = RouteSocket.open()) {
      socket.query(
          socket.link().get(name),
          answer -> {
            LinkMessage link = message.wrap(answer);
            found[0] = new LinkFacts(link.name(), link.index(), link.mtu(), 0, link.xdpProgram());
          });
    } catch (NetlinkException refused) {
      if (refused.notFound()) {
        throw new XdpException(
            FailureKind.NOT_FOUND,
            "there is no link " + name + ": expected one of this network namespace",
            refused);
      }
      throw refused;
    }
    LinkFacts link = found[0];
    return new LinkFacts(link.name, link.index, link.mtu, channels(link.name), link.program);
  }

  /** The driver's count; 1 if it has none. */
  private static int channels(String name) {
    try (FileDescriptor socket =
            FileDescriptor.check(
                Sockets.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket", "AF_UNIX");
        Arena arena = Arena.ofConfined()) {
      MemorySegment channels = ethtool_channels.allocate(arena);
      ethtool_channels.cmd(channels, ETHTOOL_GCHANNELS);
      MemorySegment request = arena.allocate(InterfaceRequest.SIZE, InterfaceRequest.ALIGNMENT);
      request.setString(InterfaceRequest.NAME_OFFSET, name);
      request.set(ValueLayout.ADDRESS, InterfaceRequest.DATA_OFFSET, channels);
      int result = FileIo.ioctl(socket.value(), SIOCETHTOOL, request);
      if (result == -Errno.EOPNOTSUPP) {
        return 1;
      }
      SystemCallException.check(result, "ioctl", name, "ETHTOOL_GCHANNELS");
      return Math.max(
          1, ethtool_channels.combined_count(channels) + ethtool_channels.rx_count(channels));
    }
  }

  /** How many queues are opened if so many are wanted, 0 for all. */
  int queues(int wanted) {
    if (wanted > channels) {
      throw new XdpException(
          FailureKind.NOT_FOUND,
          "queues: " + wanted + " of the link " + name + ": expected 1 to " + channels,
          null);
    }
    return wanted == 0 ? channels : wanted;
  }

  /** Throws if it cannot be opened as it is. */
  void requireUsable() {
    if (program != 0) {
      throw new XdpException(
          FailureKind.BUSY,
          "the link "
              + name
              + " has the XDP program with the id "
              + program
              + " attached: expected none",
          null);
    }
    if (mtu + HEADER > Umem.MAX_RECEIVED) {
      throw new XdpException(
          FailureKind.OTHER,
          "mtu: "
              + mtu
              + " of the link "
              + name
              + ": expected at most "
              + (Umem.MAX_RECEIVED - HEADER)
              + ", since a frame has to fit into a page with its headroom",
          null);
    }
  }
}
