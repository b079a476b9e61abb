package io.fastvif.netlink.route;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.netlink.MessageEncoder;

/**
 * The settings that a {@link LinkRequest} can carry.
 *
 * <p>The kernel ignores what goes into IFLA_AF_SPEC ({@link #addressGenerationMode}, {@link
 * #inetConf}) in the message that creates a link; it belongs into a second one.
 *
 * @see <a href="https://man7.org/linux/man-pages/man8/ip-link.8.html">ip-link(8), linux/if_link.h
 *     </a>
 */
public abstract sealed class LinkAttributes extends RtnetlinkRequest permits LinkRequest {
  private static final int MAX_INET_CONF = 16;

  private final int[] inetConfTypes = new int[MAX_INET_CONF];
  private final int[] inetConfValues = new int[MAX_INET_CONF];
  private int inetConfCount;
  private AddressGenerationMode addressGenerationMode;

  LinkAttributes(MessageEncoder encoder) {
    super(encoder);
  }

  abstract LinkRequest self();

  /**
   * Sets the MTU. Equivalent to {@code ip link set DEV mtu MTU}.
   *
   * @param bytes the largest payload
   */
  public final LinkRequest mtu(int bytes) {
    encoder.putInt(IFLA_MTU, bytes);
    return self();
  }

  /**
   * Sets the MAC address. Equivalent to {@code ip link set DEV address ADDRESS}.
   *
   * @param mac the 48 bits, the first byte on the wire in bits 47 to 40
   */
  public final LinkRequest address(long mac) {
    encoder.putMacAddress(IFLA_ADDRESS, mac);
    return self();
  }

  /**
   * Enslaves the link, or in a {@link LinkRequest#dump} narrows it to a master's ports. Equivalent
   * to {@code ip link set DEV master MASTER} and {@code ip link set DEV nomaster}.
   *
   * @param index the bridge's, bond's or team's; 0 for none
   */
  public final LinkRequest master(int index) {
    encoder.putInt(IFLA_MASTER, index);
    return self();
  }

  /** Brings the link up. Equivalent to {@code ip link set DEV up}. */
  public final LinkRequest up() {
    return flag(IFF_UP, true);
  }

  /** Takes the link down. Equivalent to {@code ip link set DEV down}. */
  public final LinkRequest down() {
    return flag(IFF_UP, false);
  }

  /**
   * Has the link count as dormant once it has a carrier, so that the kernel gives it no addresses
   * by itself, or has it not. Equivalent to {@code ip link set DEV mode dormant}.
   */
  public final LinkRequest dormant(boolean on) {
    encoder.putByte(IFLA_LINKMODE, on ? IF_LINK_MODE_DORMANT : IF_LINK_MODE_DEFAULT);
    return self();
  }

  /** Has a dormant link be so no more. Equivalent to {@code ip link set DEV state up}. */
  public final LinkRequest operational() {
    encoder.putByte(IFLA_OPERSTATE, IF_OPER_UP);
    return self();
  }

  /**
   * Makes the link receive all frames, or only its own. Equivalent to {@code ip link set DEV
   * promisc on}.
   *
   * @param on whether to
   */
  public final LinkRequest promiscuous(boolean on) {
    return flag(IFF_PROMISC, on);
  }

  /**
   * Puts the link into a group. Equivalent to {@code ip link set DEV group GROUP}.
   *
   * @param group 0 for the default one
   */
  public final LinkRequest group(int group) {
    encoder.putInt(IFLA_GROUP, group);
    return self();
  }

  /**
   * Sets the link's alias, a comment. Equivalent to {@code ip link set DEV alias TEXT}.
   *
   * @param text of up to 255 bytes; empty removes it
   */
  public final LinkRequest alias(CharSequence text) {
    encoder.putUnterminatedString(IFLA_IFALIAS, text);
    return self();
  }

  /**
   * Sets how the link makes its own IPv6 addresses. Equivalent to {@code ip link set DEV
   * addrgenmode MODE}.
   *
   * <p>The kernel applies this after {@link #up()} of the same message, which is soon enough for a
   * link without carrier. One that has carrier would make its link-local address first: set the
   * mode in a message before.
   *
   * @param mode the way
   */
  public final LinkRequest addressGenerationMode(AddressGenerationMode mode) {
    addressGenerationMode = mode;
    return self();
  }

  /**
   * Sets one of the link's IPv4 options. Equivalent to {@code sysctl
   * net.ipv4.conf.DEV.OPTION=VALUE}.
   *
   * @param option IPV4_DEVCONF_ARP_IGNORE and its like, of linux/ip.h; see {@link InetConf}
   * @param value the number
   */
  public final LinkRequest inetConf(int option, int value) {
    if (inetConfCount == MAX_INET_CONF) {
      throw new IllegalStateException("more than " + MAX_INET_CONF + " IPv4 options in a request");
    }
    inetConfTypes[inetConfCount] = option;
    inetConfValues[inetConfCount++] = value;
    return self();
  }

  /**
   * Says which link the new one lies on. Equivalent to {@code ip link add link DEV}.
   *
   * @param index the lower link's
   */
  public final LinkRequest lowerLink(int index) {
    encoder.putInt(IFLA_LINK, index);
    return self();
  }

  /**
   * Moves the link to a namespace, or creates it there. Equivalent to {@code ip link set DEV netns
   * NAME}.
   *
   * @param descriptor an open descriptor of the namespace
   */
  public final LinkRequest namespaceDescriptor(int descriptor) {
    encoder.putInt(IFLA_NET_NS_FD, descriptor);
    return self();
  }

  /**
   * Sets the number of transmit and of receive queues of a link to create. Equivalent to {@code ip
   * link add NAME numtxqueues COUNT numrxqueues COUNT}.
   *
   * @param transmit transmit queues
   * @param receive receive queues
   */
  public final LinkRequest queues(int transmit, int receive) {
    encoder.putInt(IFLA_NUM_TX_QUEUES, transmit);
    encoder.putInt(IFLA_NUM_RX_QUEUES, receive);
    return self();
  }

  @Override
  public boolean end() {
    if (addressGenerationMode != null || inetConfCount != 0) {
      putAddressFamilies();
    }
    return super.end();
  }

  final void clearAddressFamilies() {
    inetConfCount = 0;
    addressGenerationMode = null;
  }

  /** One IFLA_AF_SPEC for all of them: of two, the kernel reads only the last. */
  private void putAddressFamilies() {
    encoder.beginNested(IFLA_AF_SPEC);
    if (inetConfCount != 0) {
      encoder.beginNested(AF_INET);
      encoder.beginNested(IFLA_INET_CONF);
      for (int i = 0; i < inetConfCount; i++) {
        encoder.putInt(inetConfTypes[i], inetConfValues[i]);
      }
      encoder.endNested();
      encoder.endNested();
    }
    if (addressGenerationMode != null) {
      encoder.beginNested(AF_INET6);
      encoder.putByte(IFLA_INET6_ADDR_GEN_MODE, addressGenerationMode.value());
      encoder.endNested();
    }
    encoder.endNested();
  }

  private LinkRequest flag(int flag, boolean on) {
    int flags = encoder.headerInt(InterfaceInfo.FLAGS);
    int change = encoder.headerInt(InterfaceInfo.CHANGE);
    encoder.setHeaderInt(InterfaceInfo.FLAGS, on ? flags | flag : flags & ~flag);
    encoder.setHeaderInt(InterfaceInfo.CHANGE, change | flag);
    return self();
  }
}
