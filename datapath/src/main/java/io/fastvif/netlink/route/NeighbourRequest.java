package io.fastvif.netlink.route;

import static io.fastvif.bindings.linux.linux_h.AF_INET;
import static io.fastvif.bindings.linux.linux_h.AF_INET6;
import static io.fastvif.bindings.linux.linux_h.NDA_DST;
import static io.fastvif.bindings.linux.linux_h.NLM_F_CREATE;
import static io.fastvif.bindings.linux.linux_h.NLM_F_EXCL;
import static io.fastvif.bindings.linux.linux_h.NTF_PROXY;
import static io.fastvif.bindings.linux.linux_h.NUD_PERMANENT;
import static io.fastvif.bindings.linux.linux_h.RTM_DELNEIGH;
import static io.fastvif.bindings.linux.linux_h.RTM_NEWNEIGH;

import io.fastvif.netlink.MessageEncoder;

/**
 * Writes requests on proxy neighbours: addresses that a link answers for although another link
 * reaches them. The header is {@code struct ndmsg} of linux/neighbour.h.
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
public final class NeighbourRequest extends Request {
  static final int FAMILY = 0;
  static final int INDEX = 4;
  static final int STATE = 8;
  static final int FLAGS = 10;
  static final int LENGTH = 12;
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
   * @return this
   */
  public NeighbourRequest addProxy(int index, byte[] address) {
    return begin(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_EXCL, index, address);
  }

  /**
   * Begins to delete a proxy neighbour; ENOENT if there is none. Equivalent to {@code ip neighbour
   * delete proxy ADDRESS dev DEV}.
   *
   * @param index the link's index
   * @param address 4 or 16 bytes
   * @return this
   */
  public NeighbourRequest deleteProxy(int index, byte[] address) {
    return begin(RTM_DELNEIGH, 0, index, address);
  }

  private NeighbourRequest begin(int type, int flags, int index, byte[] address) {
    InternetAddress.requireFamilyLength(address);
    beginAcknowledged(type, flags, LENGTH);
    encoder.setHeaderByte(FAMILY, address.length == IPV4_BYTES ? AF_INET : AF_INET6);
    encoder.setHeaderInt(INDEX, index);
    encoder.setHeaderByte(STATE, NUD_PERMANENT); // 16 bits, of which these are the lower
    encoder.setHeaderByte(FLAGS, NTF_PROXY);
    encoder.putBytes(NDA_DST, address);
    return this;
  }
}
