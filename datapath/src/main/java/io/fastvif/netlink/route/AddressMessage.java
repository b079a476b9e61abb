package io.fastvif.netlink.route;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.netlink.AttributeTable;
import io.fastvif.netlink.MessageDecoder;

/**
 * Reads RTM_NEWADDR and RTM_DELADDR. A flyweight: valid until the next message is received.
 * Addresses are 4 or 16 bytes in network order.
 */
public final class AddressMessage {

  private final AttributeTable attributes = new AttributeTable(IFA_PROTO);
  private int family;
  private int prefixLength;
  private int flags;
  private int scope;
  private int index;
  private boolean removed;

  /** Makes a message that has nothing to read. */
  public AddressMessage() {}

  /**
   * Reads a message.
   *
   * @param message RTM_NEWADDR or RTM_DELADDR
   */
  public AddressMessage wrap(MessageDecoder message) {
    int type = message.type();
    if (type != RTM_NEWADDR && type != RTM_DELADDR) {
      throw new IllegalArgumentException("message type " + type + " is not an address's");
    }
    attributes.wrap(message, AddressInfo.LENGTH);
    removed = type == RTM_DELADDR;
    family = message.getByte(AddressInfo.FAMILY);
    prefixLength = message.getByte(AddressInfo.PREFIX_LENGTH);
    scope = message.getByte(AddressInfo.SCOPE);
    index = message.getInt(AddressInfo.INDEX);
    flags = attributes.getInt(IFA_FLAGS, message.getByte(AddressInfo.FLAGS));
    return this;
  }

  /** Whether the message says that the address is gone (RTM_DELADDR). */
  public boolean isRemoved() {
    return removed;
  }

  /**
   * The family.
   *
   * @return AF_INET or AF_INET6
   */
  public int family() {
    return family;
  }

  /**
   * How many bits of the address (of the peer's, if it has one) are the network's.
   *
   * @return 0 to 128
   */
  public int prefixLength() {
    return prefixLength;
  }

  /**
   * The flags.
   *
   * @return IFA_F_… of linux/if_addr.h
   */
  public int flags() {
    return flags;
  }

  /**
   * Where the address is valid.
   *
   * @return RT_SCOPE_…
   */
  public int scope() {
    return scope;
  }

  /**
   * The link that has the address.
   *
   * @return its index
   */
  public int index() {
    return index;
  }

  /**
   * The address itself.
   *
   * @return IFA_LOCAL, or IFA_ADDRESS where the kernel writes only that (IPv6 without a peer)
   */
  public byte[] local() {
    byte[] local = attributes.getBytes(IFA_LOCAL);
    return local != null ? local : attributes.getBytes(IFA_ADDRESS);
  }

  /**
   * The peer's address.
   *
   * @return IFA_ADDRESS: that of the peer, or the same as {@link #local()} if there is none
   */
  public byte[] address() {
    return attributes.getBytes(IFA_ADDRESS);
  }

  /**
   * The broadcast address.
   *
   * @return null if there is none
   */
  public byte[] broadcast() {
    return attributes.getBytes(IFA_BROADCAST);
  }

  /**
   * Who gave the address (Linux 5.18).
   *
   * @return IFAPROT_…; 0 if nobody said it
   */
  public int protocol() {
    return attributes.getByte(IFA_PROTO, 0);
  }

  /**
   * The label.
   *
   * @return null if there is none, as for IPv6
   */
  public String label() {
    return attributes.getString(IFA_LABEL);
  }
}
