package io.fastvif.forward;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.bindings.Sockets;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.bindings.linux.packet_mreq;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Has a link take frames for all addresses, as long as a packet socket is open. */
final class PacketMembership {
  private PacketMembership() {}

  /**
   * Joins.
   *
   * @param socket a packet socket
   * @param link the link's name, for messages
   */
  static void join(int socket, int index, String link) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment membership = packet_mreq.allocate(arena);
      packet_mreq.mr_ifindex(membership, index);
      packet_mreq.mr_type(membership, (short) PACKET_MR_PROMISC);
      SystemCallException.check(
          Sockets.setsockopt(
              socket, SOL_PACKET, PACKET_ADD_MEMBERSHIP, membership, (int) membership.byteSize()),
          "setsockopt",
          link,
          "PACKET_ADD_MEMBERSHIP");
    }
  }
}
