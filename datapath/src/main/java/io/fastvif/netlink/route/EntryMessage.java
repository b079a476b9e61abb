package io.fastvif.netlink.route;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.netlink.MessageDecoder;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Reads what hangs on a link (an address, a route, a next hop, a rule or a neighbour) so that it
 * can be put on another one: its {@link #body()} is the kernel's message with every attribute as it
 * came, known here or not, except that
 *
 * <ul>
 *   <li>of a route that goes where a next hop object goes, only the object's id is left;
 *   <li>where the link's index stands there is 0, and where its name stands (as a rule's interface,
 *       or at the beginning of an address's label) there is {@link #LINK_NAME};
 *   <li>flags and times that only the kernel can set are left out, and the expiry of a route is as
 *       the kernel takes it.
 * </ul>
 *
 * <p>An {@link EntryRequest} puts another link there. Allocates; not for hot paths.
 */
public final class EntryMessage {
  /** Stands for the link's name. */
  public static final byte LINK_NAME = 1;

  private static final int ROUTE_FLAGS = RTNH_F_ONLINK | RTNH_F_PERVASIVE;
  private static final int ADDRESS_FLAGS =
      IFA_F_NODAD
          | IFA_F_HOMEADDRESS
          | IFA_F_MANAGETEMPADDR
          | IFA_F_NOPREFIXROUTE
          | IFA_F_MCAUTOJOIN;

  private static final int RULE_FLAGS = FIB_RULE_INVERT | FIB_RULE_FIND_SADDR;

  /** The kernel tells where a next hop object goes, but does not take that with the object's id. */
  private static final Set<Integer> NEXT_HOP_ATTRIBUTES =
      Set.of(RTA_OIF, RTA_GATEWAY, RTA_VIA, RTA_MULTIPATH, RTA_ENCAP, RTA_ENCAP_TYPE);

  private static final int RULE_FLAGS_OFFSET = 8;
  private static final int CACHE_INFO_LENGTH = 16;
  private static final int LIFETIMES_LENGTH = 8;
  private static final int EXPIRES_OFFSET = 8;
  private static final int CLOCK_TICKS = 100;
  private static final int HOP_FLAGS_OFFSET = 2;
  private static final int HOP_INDEX_OFFSET = 4;
  private static final int NEXT_HOP_SCOPE = 1;
  private static final int NEXT_HOP_FLAGS_OFFSET = 4;

  private final int index;
  private final byte[] name;
  private int type;
  private byte[] header = {};
  private List<EntryAttribute> attributes = List.of();
  private boolean ofLink;

  /**
   * @param index of the link
   * @param name of the link, its bytes
   */
  public EntryMessage(int index, byte[] name) {
    this.index = index;
    this.name = name.clone();
  }

  /**
   * Reads a message, and keeps a copy.
   *
   * @param message RTM_NEWADDR, RTM_NEWROUTE, RTM_NEWNEXTHOP, RTM_NEWRULE or RTM_NEWNEIGH
   */
  public EntryMessage wrap(MessageDecoder message) {
    type = message.type();
    int headerLength = EntryAttribute.headerLength(type);
    header = EntryAttribute.header(message, headerLength);
    attributes = EntryAttribute.list(message, headerLength);
    ofLink = false;
    write(true); // finds out whether it is of the link
    return this;
  }

  /**
   * The type of the message.
   *
   * @return RTM_NEWADDR and its like
   */
  public int type() {
    return type;
  }

  /**
   * A byte of the fixed header, as it came.
   *
   * @param offset of the byte
   * @return 0 to 255
   */
  public int headerByte(int offset) {
    return Byte.toUnsignedInt(header[offset]);
  }

  /**
   * A number of the fixed header, as it came.
   *
   * @param offset of its first byte
   * @return 32 bits in the host's byte order
   */
  public int headerInt(int offset) {
    return EntryAttribute.buffer(header).getInt(offset);
  }

  /**
   * An attribute as it came.
   *
   * @param attribute nla_type without its flags
   * @return its payload, or null
   */
  public byte[] attribute(int attribute) {
    for (EntryAttribute one : attributes) {
      if (one.type() == attribute) {
        return one.payload();
      }
    }
    return null;
  }

  /**
   * A 32-bit attribute as it came.
   *
   * @param attribute nla_type without its flags
   * @param absent what to return if it is not there
   * @return its value in the host's byte order
   */
  public int number(int attribute, int absent) {
    byte[] payload = attribute(attribute);
    return payload == null || payload.length < Integer.BYTES
        ? absent
        : EntryAttribute.buffer(payload).getInt(0);
  }

  /**
   * The other links that a multipath route leaves by.
   *
   * @return their indexes; none for what is not a multipath route
   */
  public Set<Integer> otherHops() {
    byte[] hops = type == RTM_NEWROUTE ? attribute(RTA_MULTIPATH) : null;
    return hops == null ? Set.of() : RouteHops.others(hops, index);
  }

  /**
   * Takes hops out of a multipath route, as if it never had them: with one left it is no multipath
   * route. Some hop by the link itself must be there.
   *
   * @param links the indexes of the links by which they leave
   */
  public EntryMessage withoutHops(Set<Integer> links) {
    List<EntryAttribute> changed = new ArrayList<>();
    for (EntryAttribute attribute : attributes) {
      if (attribute.type() == RTA_MULTIPATH) {
        changed.addAll(RouteHops.without(attribute, links, header));
      } else {
        changed.add(attribute);
      }
    }
    attributes = changed;
    return this;
  }

  /**
   * The entry, to be put on any link.
   *
   * @return header and attributes
   */
  public byte[] body() {
    return write(false);
  }

  /**
   * What makes the entry the same as one on another link: the {@link #body()} without lifetimes and
   * without whether an address was to be checked for duplicates.
   *
   * @return header and attributes
   */
  public byte[] identity() {
    return write(true);
  }

  /**
   * Whether the entry names the link.
   *
   * @return whether its index or name stood there
   */
  public boolean isOfLink() {
    return ofLink;
  }

  private byte[] write(boolean identity) {
    byte[] changed = header.clone();
    ByteBuffer fields = EntryAttribute.buffer(changed);
    int addressFlags = identity ? ADDRESS_FLAGS & ~IFA_F_NODAD : ADDRESS_FLAGS;
    switch (type) {
      case RTM_NEWADDR -> {
        fields.put(AddressInfo.FLAGS, (byte) (fields.get(AddressInfo.FLAGS) & addressFlags));
        fields.putInt(AddressInfo.INDEX, relative(fields.getInt(AddressInfo.INDEX)));
      }
      case RTM_NEWROUTE ->
          fields.putInt(RouteInfo.FLAGS, fields.getInt(RouteInfo.FLAGS) & ROUTE_FLAGS);
      case RTM_NEWNEXTHOP -> {
        fields.put(NEXT_HOP_SCOPE, (byte) 0);
        fields.putInt(NEXT_HOP_FLAGS_OFFSET, fields.getInt(NEXT_HOP_FLAGS_OFFSET) & RTNH_F_ONLINK);
      }
      case RTM_NEWRULE ->
          fields.putInt(RULE_FLAGS_OFFSET, fields.getInt(RULE_FLAGS_OFFSET) & RULE_FLAGS);
      default ->
          fields.putInt(NeighbourRequest.INDEX, relative(fields.getInt(NeighbourRequest.INDEX)));
    }
    List<EntryAttribute> written = new ArrayList<>();
    for (EntryAttribute attribute : attributes) {
      EntryAttribute portable = portable(attribute, identity, addressFlags);
      if (portable != null) {
        written.add(portable);
      }
    }
    return EntryAttribute.write(changed, written);
  }

  private EntryAttribute portable(EntryAttribute attribute, boolean identity, int addressFlags) {
    return switch (type) {
      case RTM_NEWADDR -> ofAddress(attribute, identity, addressFlags);
      case RTM_NEWROUTE -> ofRoute(attribute, identity);
      case RTM_NEWNEXTHOP ->
          attribute.type() == NextHopAttribute.OIF ? relativeNumber(attribute) : attribute;
      case RTM_NEWRULE -> ofRule(attribute);
      default ->
          attribute.type() == NDA_CACHEINFO || attribute.type() == NDA_PROBES ? null : attribute;
    };
  }

  private EntryAttribute ofAddress(EntryAttribute attribute, boolean identity, int flags) {
    return switch (attribute.type()) {
      case IFA_CACHEINFO -> {
        if (identity) {
          yield null;
        }
        // Without the times at which it was made and changed.
        byte[] times = Arrays.copyOf(attribute.payload(), LIFETIMES_LENGTH);
        yield attribute.with(Arrays.copyOf(times, CACHE_INFO_LENGTH));
      }
      case IFA_FLAGS -> attribute.withNumber(attribute.number() & flags);
      case IFA_LABEL -> label(attribute);
      default -> attribute;
    };
  }

  private EntryAttribute label(EntryAttribute attribute) {
    byte[] label = attribute.payload();
    boolean begins = label.length > name.length;
    for (int i = 0; begins && i < name.length; i++) {
      begins = label[i] == name[i];
    }
    if (!begins || (label[name.length] != 0 && label[name.length] != ':')) {
      return attribute;
    }
    ByteBuffer suffix = ByteBuffer.allocate(1 + label.length - name.length);
    suffix.put(LINK_NAME).put(label, name.length, label.length - name.length);
    return attribute.with(suffix.array());
  }

  private EntryAttribute ofRoute(EntryAttribute attribute, boolean identity) {
    if (NEXT_HOP_ATTRIBUTES.contains(attribute.type()) && attribute(RTA_NH_ID) != null) {
      return null;
    }
    return switch (attribute.type()) {
      case RTA_OIF -> relativeNumber(attribute);
      case RTA_MULTIPATH -> hops(attribute);
      case RTA_CACHEINFO -> {
        int expires =
            header[RouteInfo.FAMILY] == AF_INET6
                ? EntryAttribute.buffer(attribute.payload()).getInt(EXPIRES_OFFSET)
                : 0;
        if (identity || expires <= 0) {
          yield null;
        }
        yield new EntryAttribute(RTA_EXPIRES, attribute.payload())
            // Rounded, so that it is the same on average however often it is put back; 0 is
            // forever.
            .withNumber(Math.max(1, (expires + CLOCK_TICKS / 2) / CLOCK_TICKS));
      }
      default -> attribute;
    };
  }

  private EntryAttribute hops(EntryAttribute attribute) {
    byte[] changed = attribute.payload().clone();
    ByteBuffer hops = EntryAttribute.buffer(changed);
    for (int hop = 0; hop + HOP_INDEX_OFFSET + Integer.BYTES <= changed.length; ) {
      int length = Short.toUnsignedInt(hops.getShort(hop));
      hops.put(hop + HOP_FLAGS_OFFSET, (byte) (hops.get(hop + HOP_FLAGS_OFFSET) & ROUTE_FLAGS));
      hops.putInt(hop + HOP_INDEX_OFFSET, relative(hops.getInt(hop + HOP_INDEX_OFFSET)));
      hop += Math.max(EntryAttribute.align(length), HOP_INDEX_OFFSET + Integer.BYTES);
    }
    return attribute.with(changed);
  }

  private EntryAttribute ofRule(EntryAttribute attribute) {
    if (attribute.type() != FRA_IIFNAME && attribute.type() != FRA_OIFNAME) {
      return attribute;
    }
    byte[] given = attribute.payload();
    ByteBuffer whole = ByteBuffer.allocate(name.length + 1).put(name);
    if (!Arrays.equals(given, whole.array())) {
      return attribute;
    }
    ofLink = true;
    return attribute.with(new byte[] {LINK_NAME, 0});
  }

  private EntryAttribute relativeNumber(EntryAttribute attribute) {
    return attribute.withNumber(relative(attribute.number()));
  }

  private int relative(int number) {
    if (number == index) {
      ofLink = true;
      return 0;
    }
    return number;
  }
}
