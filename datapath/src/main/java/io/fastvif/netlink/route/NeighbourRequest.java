package io.fastvif.netlink.route;

import static io.fastvif.bindings.linux.linux_h.AF_BRIDGE;
import static io.fastvif.bindings.linux.linux_h.AF_INET;
import static io.fastvif.bindings.linux.linux_h.AF_INET6;
import static io.fastvif.bindings.linux.linux_h.NDA_DST;
import static io.fastvif.bindings.linux.linux_h.NDA_IFINDEX;
import static io.fastvif.bindings.linux.linux_h.NDA_LLADDR;
import static io.fastvif.bindings.linux.linux_h.NLM_F_CREATE;
import static io.fastvif.bindings.linux.linux_h.NLM_F_EXCL;
import static io.fastvif.bindings.linux.linux_h.NLM_F_REPLACE;
import static io.fastvif.bindings.linux.linux_h.NTF_PROXY;
import static io.fastvif.bindings.linux.linux_h.NUD_PERMANENT;
import static io.fastvif.bindings.linux.linux_h.RTM_DELNEIGH;
import static io.fastvif.bindings.linux.linux_h.RTM_GETNEIGH;
import static io.fastvif.bindings.linux.linux_h.RTM_NEWNEIGH;

import io.fastvif.netlink.MessageEncoder;

/**
 * Writes requests on neighbours: permanent ones, whose link-layer address is not asked for, and
 * proxies, addresses that a link answers for although another link reaches them. The header is
 * {@code struct ndmsg} of linux/neighbour.h.
 *
 * <pre>
 *   0       1       2               4                               8               10      11
 *  +-------+-------+---------------+-------------------------------+---------------+-------+------+
 *  |family |       |               |             index             |     state     | flags | type |
 *  +-------+-------+---------------+-------------------------------+---------------+-------+------+
 * </pre>
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/rtnetlink.7.html">rtnetlink(7)</a>
 */
public final class NeighbourRequest extends RtnetlinkRequest {
  static final int FAMILY = 0;

  /** Where a message has the link's index. */
  public static final int INDEX = 4;

  static final int STATE = 8;
  static final int FLAGS = 10;

  /** How long the fixed header is. */
  public static final int LENGTH = 12;

  private static final int IPV4_BYTES = 4;

  /**
   * Makes a request.
   *
   * @param encoder where messages go
   */
  public NeighbourRequest(MessageEncoder encoder) {
    super(encoder);
  }

  /**
   * Begins to add a proxy neighbour; one that is there is no error to most kernels, EEXIST to
   * others. Equivalent to {@code ip neighbour add proxy ADDRESS dev DEV}.
   *
   * @param index the link's index
   * @param address 4 or 16 bytes
   */
  public NeighbourRequest addProxy(int index, byte[] address) {
    return begin(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_EXCL, index, address, NTF_PROXY);
  }

  /**
   * Begins to set a permanent neighbour, whether there is one or not. Equivalent to {@code ip
   * neighbour replace ADDRESS lladdr MAC dev DEV}.
   *
   * @param index the link's index
   * @param address 4 or 16 bytes
   * @param mac the 48 bits, the first byte on the wire in bits 47 to 40
   */
  public NeighbourRequest setPermanent(int index, byte[] address, long mac) {
    begin(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, index, address, 0);
    encoder.putMacAddress(NDA_LLADDR, mac);
    return this;
  }

  /**
   * Begins to delete a neighbour; ENOENT if there is none. Equivalent to {@code ip neighbour delete
   * ADDRESS dev DEV}.
   *
   * @param index the link's index
   * @param address 4 or 16 bytes
   */
  public NeighbourRequest delete(int index, byte[] address) {
    return begin(RTM_DELNEIGH, 0, index, address, 0);
  }

  /**
   * Begins to read the forwarding table of a bridge. Equivalent to {@code bridge fdb show br DEV}.
   * Without strict checking (Linux 4.20) the kernel tells of all bridges.
   *
   * @param index the bridge's index
   */
  public NeighbourRequest dumpForwarding(int index) {
    beginDump(RTM_GETNEIGH, LENGTH);
    encoder.setHeaderByte(FAMILY, AF_BRIDGE);
    encoder.setHeaderInt(INDEX, index);
    return this;
  }

  /**
   * Begins to read a link's neighbours, or the addresses that it is a proxy for. Equivalent to
   * {@code ip neighbour show [proxy] dev DEV}. Before Linux 4.20 the kernel tells of those of other
   * links too.
   *
   * @param index the link's index
   */
  public NeighbourRequest dump(int index, boolean proxies) {
    beginDump(RTM_GETNEIGH, LENGTH);
    encoder.setHeaderByte(FLAGS, proxies ? NTF_PROXY : 0);
    encoder.putInt(NDA_IFINDEX, index);
    return this;
  }

  private NeighbourRequest begin(
      int type, int flags, int index, byte[] address, int neighbourFlags) {
    InternetAddress.requireFamilyLength(address);
    beginAcknowledged(type, flags, LENGTH);
    encoder.setHeaderByte(FAMILY, address.length == IPV4_BYTES ? AF_INET : AF_INET6);
    encoder.setHeaderInt(INDEX, index);
    encoder.setHeaderByte(STATE, NUD_PERMANENT); // 16 bits, of which these are the lower
    encoder.setHeaderByte(FLAGS, neighbourFlags);
    encoder.putBytes(NDA_DST, address);
    return this;
  }
}
