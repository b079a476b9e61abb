package io.fastvif.netlink.route;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.netlink.MessageEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Writes requests that put what an {@link EntryMessage} has read on a link, or take it off. The
 * link need not be the one that it was read from.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/rtnetlink.7.html">rtnetlink(7)</a>
 */
public final class EntryRequest extends RtnetlinkRequest {
  private static final int DELETE_AFTER_NEW = RTM_DELADDR - RTM_NEWADDR;
  private static final int HOP_INDEX_OFFSET = 4;

  /**
   * Makes a request.
   *
   * @param encoder where messages go
   */
  public EntryRequest(MessageEncoder encoder) {
    super(encoder);
  }

  /**
   * Begins to add an entry beside others of its key; EEXIST if just this one is there. Equivalent
   * to {@code ip route append} and {@code ip address add} and their like.
   *
   * @param type RTM_NEWADDR and its like, as it was read
   * @param body from {@link EntryMessage#body()}
   * @param index the link's index
   * @param name the link's name
   */
  public EntryRequest add(int type, byte[] body, int index, String name) {
    int flags =
        switch (type) {
          case RTM_NEWROUTE -> NLM_F_APPEND;
          case RTM_NEWNEIGH -> NLM_F_REPLACE; // the kernel may have learned it by itself
          default -> NLM_F_EXCL;
        };
    return begin(type, NLM_F_CREATE | flags, body, index, name, 0);
  }

  /**
   * Begins to add an address that is to be used at once, without a look for duplicates.
   *
   * @param body from {@link EntryMessage#body()}
   * @param index the link's index
   * @param name the link's name
   */
  public EntryRequest addAddressAtOnce(byte[] body, int index, String name) {
    return begin(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, body, index, name, IFA_F_NODAD);
  }

  /**
   * Begins to put an entry in the place of the one of its key, whatever link that is on.
   *
   * @param type RTM_NEWADDR and its like, as it was read
   * @param body from {@link EntryMessage#body()}
   * @param index the link's index
   * @param name the link's name
   */
  public EntryRequest replace(int type, byte[] body, int index, String name) {
    return begin(type, NLM_F_CREATE | NLM_F_REPLACE, body, index, name, 0);
  }

  /**
   * Begins to change what there is of an entry's key; ENOENT or ESRCH if there is nothing.
   * Equivalent to {@code ip route change}.
   *
   * @param type RTM_NEWROUTE and its like, as it was read
   * @param body from {@link EntryMessage#body()}
   * @param index the link's index
   * @param name the link's name
   */
  public EntryRequest change(int type, byte[] body, int index, String name) {
    return begin(type, NLM_F_REPLACE, body, index, name, 0);
  }

  /**
   * Begins to take an entry off a link; EADDRNOTAVAIL, ESRCH or ENOENT if it is not there.
   *
   * @param type RTM_NEWADDR and its like, as it was read
   * @param body from {@link EntryMessage#body()}
   * @param index the link's index
   * @param name the link's name
   */
  public EntryRequest delete(int type, byte[] body, int index, String name) {
    return begin(type + DELETE_AFTER_NEW, 0, body, index, name, 0);
  }

  /**
   * Begins to read the next hop objects of a link. Equivalent to {@code ip nexthop show dev DEV};
   * Linux 5.3 and later.
   *
   * @param index the link's index
   */
  public EntryRequest dumpNextHops(int index) {
    beginDump(RTM_GETNEXTHOP, EntryAttribute.headerLength(RTM_NEWNEXTHOP));
    encoder.putInt(NextHopAttribute.OIF, index);
    return this;
  }

  /**
   * Begins to read the rules of a family. Equivalent to {@code ip rule show}.
   *
   * @param family AF_INET or AF_INET6
   */
  public EntryRequest dumpRules(int family) {
    beginDump(RTM_GETRULE, EntryAttribute.headerLength(RTM_NEWRULE));
    encoder.setHeaderByte(0, family);
    return this;
  }

  /**
   * Begins to read the neighbours of a link. Equivalent to {@code ip neighbour show nud all dev
   * DEV}, or {@code ip neighbour show proxy dev DEV}.
   *
   * @param family AF_INET or AF_INET6
   * @param index the link's index
   * @param proxies whether to read those that the link answers for
   */
  public EntryRequest dumpNeighbours(int family, int index, boolean proxies) {
    beginDump(RTM_GETNEIGH, NeighbourRequest.LENGTH);
    encoder.setHeaderByte(NeighbourRequest.FAMILY, family);
    if (proxies) {
      encoder.setHeaderByte(NeighbourRequest.FLAGS, NTF_PROXY);
    }
    encoder.putInt(NDA_IFINDEX, index);
    return this;
  }

  private EntryRequest begin(
      int messageType, int flags, byte[] body, int index, String name, int addressFlags) {
    int headerLength = EntryAttribute.headerLength(messageType);
    beginAcknowledged(messageType, flags, headerLength);
    for (int i = 0; i < headerLength; i++) {
      encoder.setHeaderByte(i, body[i] & 0xff);
    }
    boolean address = messageType == RTM_NEWADDR || messageType == RTM_DELADDR;
    if (address || messageType == RTM_NEWNEIGH || messageType == RTM_DELNEIGH) {
      encoder.setHeaderInt(AddressInfo.INDEX, index);
    }
    if (addressFlags != 0) {
      encoder.setHeaderByte(AddressInfo.FLAGS, (body[AddressInfo.FLAGS] | addressFlags) & 0xff);
    }
    List<EntryAttribute> attributes = EntryAttribute.list(body, headerLength);
    for (EntryAttribute attribute : attributes) {
      byte[] payload = payload(messageType, attribute, index, name, addressFlags);
      if (payload != null) {
        encoder.putBytes(attribute.rawType(), payload);
      }
    }
    return this;
  }

  private static byte[] payload(
      int messageType, EntryAttribute attribute, int index, String name, int addressFlags) {
    int type = attribute.type();
    byte[] payload = attribute.payload();
    return switch (messageType) {
      case RTM_NEWADDR -> {
        if (type == IFA_FLAGS) {
          yield attribute.withNumber(attribute.number() | addressFlags).payload();
        }
        yield type == IFA_LABEL ? named(payload, name) : payload;
      }
      case RTM_DELADDR -> type == IFA_LOCAL || type == IFA_ADDRESS ? payload : null;
      case RTM_NEWROUTE, RTM_DELROUTE -> {
        if (type == RTA_OIF) {
          yield onLink(attribute, index);
        }
        yield type == RTA_MULTIPATH ? hops(payload, index) : payload;
      }
      case RTM_NEWNEXTHOP -> type == NextHopAttribute.OIF ? onLink(attribute, index) : payload;
      case RTM_NEWRULE, RTM_DELRULE ->
          type == FRA_IIFNAME || type == FRA_OIFNAME ? named(payload, name) : payload;
      default -> payload;
    };
  }

  private static byte[] onLink(EntryAttribute attribute, int index) {
    return attribute.number() == 0 ? attribute.withNumber(index).payload() : attribute.payload();
  }

  private static byte[] hops(byte[] payload, int index) {
    byte[] changed = payload.clone();
    ByteBuffer hops = EntryAttribute.buffer(changed);
    for (int hop = 0; hop + HOP_INDEX_OFFSET + Integer.BYTES <= changed.length; ) {
      int length = Short.toUnsignedInt(hops.getShort(hop));
      if (hops.getInt(hop + HOP_INDEX_OFFSET) == 0) {
        hops.putInt(hop + HOP_INDEX_OFFSET, index);
      }
      hop += Math.max(EntryAttribute.align(length), HOP_INDEX_OFFSET + Integer.BYTES);
    }
    return changed;
  }

  /** A label that would be too long with the other link's name is refused by the planner. */
  private static byte[] named(byte[] payload, String name) {
    if (payload.length == 0 || payload[0] != EntryMessage.LINK_NAME) {
      return payload;
    }
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    ByteBuffer whole = ByteBuffer.allocate(bytes.length + payload.length - 1);
    return whole.put(bytes).put(payload, 1, payload.length - 1).array();
  }

  /**
   * How many bytes the label of an address has beside its link's name.
   *
   * @param body of an address, from {@link EntryMessage#body()}
   * @return 0 without a label, or with one that does not begin with the name
   */
  public static int labelSuffixLength(byte[] body) {
    for (EntryAttribute attribute : EntryAttribute.list(body, AddressInfo.LENGTH)) {
      byte[] payload = attribute.payload();
      if (attribute.type() == IFA_LABEL && payload[0] == EntryMessage.LINK_NAME) {
        return payload.length - 2;
      }
    }
    return 0;
  }
}
