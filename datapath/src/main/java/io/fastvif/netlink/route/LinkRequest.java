package io.fastvif.netlink.route;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.netlink.MessageEncoder;

/**
 * Writes link requests: RTM_NEWLINK, RTM_SETLINK, RTM_DELLINK, RTM_GETLINK, RTM_NEWLINKPROP and
 * RTM_DELLINKPROP. Allocates nothing.
 *
 * <p>The kernel ignores what goes into IFLA_AF_SPEC ({@link #addressGenerationMode}, {@link
 * #inetConf}) in the message that creates a link; it belongs into a second one.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/rtnetlink.7.html">rtnetlink(7)</a>
 */
public final class LinkRequest extends Request {
  /** The size of a name with its zero byte, in linux/if.h. */
  private static final int IFNAMSIZ = 16;

  private static final int NLA_F_NESTED = 0x8000;
  private static final int MAX_INET_CONF = 16;

  private final int[] inetConfTypes = new int[MAX_INET_CONF];
  private final int[] inetConfValues = new int[MAX_INET_CONF];
  private int inetConfCount;
  private AddressGenerationMode addressGenerationMode;
  private boolean targetIsName;
  private boolean propertyListOpen;

  /**
   * Makes a request.
   *
   * @param encoder where messages go
   */
  public LinkRequest(MessageEncoder encoder) {
    super(encoder);
  }

  /**
   * Begins to create a link; {@link #kind} says which kind. EEXIST if the name is taken. Equivalent
   * to {@code ip link add NAME type KIND}.
   *
   * @param name of 1 to 15 bytes
   * @return this
   */
  public LinkRequest create(CharSequence name) {
    begin(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
    encoder.putString(IFLA_IFNAME, name);
    return this;
  }

  /**
   * Begins to change a link. Equivalent to {@code ip link set DEV}.
   *
   * @param index the link's index
   * @return this
   */
  public LinkRequest set(int index) {
    begin(RTM_SETLINK, 0);
    encoder.setHeaderInt(InterfaceInfo.INDEX, requireIndex(index));
    return this;
  }

  /**
   * Begins to change a link. Equivalent to {@code ip link set DEV}.
   *
   * @param name the link's name or one of its alternative names
   * @return this
   */
  public LinkRequest set(CharSequence name) {
    begin(RTM_SETLINK, 0);
    putTarget(name);
    return this;
  }

  /**
   * Begins to change a link and the options of its kind, which {@link #set(int)} cannot. Equivalent
   * to {@code ip link set DEV type KIND OPTIONS}.
   *
   * @param index the link's index
   * @return this
   */
  public LinkRequest change(int index) {
    begin(RTM_NEWLINK, 0);
    encoder.setHeaderInt(InterfaceInfo.INDEX, requireIndex(index));
    return this;
  }

  /**
   * Begins to delete a link. Each such request waits for RCU and for references on its own, about
   * 17 ms; see {@link #deleteGroup}. Equivalent to {@code ip link delete DEV}.
   *
   * @param index the link's index
   * @return this
   */
  public LinkRequest delete(int index) {
    begin(RTM_DELLINK, 0);
    encoder.setHeaderInt(InterfaceInfo.INDEX, requireIndex(index));
    return this;
  }

  /**
   * Begins to delete a link. Equivalent to {@code ip link delete DEV}.
   *
   * @param name the link's name or one of its alternative names
   * @return this
   */
  public LinkRequest delete(CharSequence name) {
    begin(RTM_DELLINK, 0);
    putTarget(name);
    return this;
  }

  /**
   * Begins to delete all links of a group, behind one wait for them all. All or nothing: EOPNOTSUPP
   * if one of them cannot be deleted (a physical NIC, a representor). Equivalent to {@code ip link
   * delete group GROUP}.
   *
   * @param group not 0: that is the group of every link that was not put into another
   * @return this
   */
  public LinkRequest deleteGroup(int group) {
    if (group == 0) {
      throw new IllegalArgumentException("group 0 holds every link that is in no other group");
    }
    begin(RTM_DELLINK, 0);
    encoder.putInt(IFLA_GROUP, group);
    return this;
  }

  /**
   * Begins to read a link. Equivalent to {@code ip link show dev DEV}.
   *
   * @param index the link's index
   * @return this
   */
  public LinkRequest get(int index) {
    begin(RTM_GETLINK, 0);
    encoder.setHeaderInt(InterfaceInfo.INDEX, requireIndex(index));
    encoder.putInt(IFLA_EXT_MASK, extensionMask(false));
    return this;
  }

  /**
   * Begins to read a link. Equivalent to {@code ip link show dev DEV}.
   *
   * @param name the link's name or one of its alternative names
   * @return this
   */
  public LinkRequest get(CharSequence name) {
    begin(RTM_GETLINK, 0);
    putTarget(name);
    encoder.putInt(IFLA_EXT_MASK, extensionMask(false));
    return this;
  }

  /**
   * Begins to read a link with the data of its VFs. Equivalent to {@code ip -d link show dev DEV}.
   *
   * @param index the link's index
   * @return this
   */
  public LinkRequest getWithVfs(int index) {
    begin(RTM_GETLINK, 0);
    encoder.setHeaderInt(InterfaceInfo.INDEX, requireIndex(index));
    encoder.putInt(IFLA_EXT_MASK, extensionMask(true));
    return this;
  }

  /**
   * Begins to read all links; {@link #master} and {@link #kindFilter} narrow it. Statistics are
   * left out. Equivalent to {@code ip link show}.
   *
   * @param withVfs whether to read the data of virtual functions too (RTEXT_FILTER_VF), which may
   *     take long
   * @return this
   */
  public LinkRequest dump(boolean withVfs) {
    beginDump(RTM_GETLINK, InterfaceInfo.LENGTH);
    clear();
    encoder.putInt(IFLA_EXT_MASK, extensionMask(withVfs));
    return this;
  }

  /**
   * Narrows a {@link #dump} to the links of a kind. Equivalent to {@code ip link show type KIND}.
   *
   * @param kind such as {@code veth}
   * @return this
   */
  public LinkRequest kindFilter(CharSequence kind) {
    encoder.beginNested(IFLA_LINKINFO);
    encoder.putUnterminatedString(IFLA_INFO_KIND, kind);
    encoder.endNested();
    return this;
  }

  /**
   * Begins to add alternative names; {@link #alternativeName} gives each. Equivalent to {@code ip
   * link property add dev DEV altname NAME}.
   *
   * @param index the link's index
   * @return this
   */
  public LinkRequest addAltname(int index) {
    return beginProperties(RTM_NEWLINKPROP, NLM_F_EXCL | NLM_F_CREATE | NLM_F_APPEND, index);
  }

  /**
   * Begins to remove alternative names; {@link #alternativeName} gives each. Equivalent to {@code
   * ip link property del dev DEV altname NAME}.
   *
   * @param index the link's index
   * @return this
   */
  public LinkRequest deleteAltname(int index) {
    return beginProperties(RTM_DELLINKPROP, 0, index);
  }

  /**
   * Names one alternative name, after {@link #addAltname} or {@link #deleteAltname}.
   *
   * @param name of up to 127 bytes
   * @return this
   */
  public LinkRequest alternativeName(CharSequence name) {
    if (!propertyListOpen) {
      throw new IllegalStateException("only after addAltname or deleteAltname");
    }
    encoder.putString(IFLA_ALT_IFNAME, name);
    return this;
  }

  /**
   * Renames the link. EBUSY before Linux 6.2 if it is up. Equivalent to {@code ip link set DEV name
   * NAME}.
   *
   * @param name of 1 to 15 bytes
   * @return this
   * @throws IllegalStateException if the request names its link by name: one attribute serves both,
   *     so a link is renamed by index
   */
  public LinkRequest name(CharSequence name) {
    if (targetIsName) {
      throw new IllegalStateException("a link is renamed by its index, not by its old name");
    }
    encoder.putString(IFLA_IFNAME, name);
    return this;
  }

  /**
   * Sets the MTU. Equivalent to {@code ip link set DEV mtu MTU}.
   *
   * @param bytes the largest payload
   * @return this
   */
  public LinkRequest mtu(int bytes) {
    encoder.putInt(IFLA_MTU, bytes);
    return this;
  }

  /**
   * Sets the MAC address. Equivalent to {@code ip link set DEV address ADDRESS}.
   *
   * @param mac the 48 bits, the first byte on the wire in bits 47 to 40
   * @return this
   */
  public LinkRequest address(long mac) {
    encoder.putMacAddress(IFLA_ADDRESS, mac);
    return this;
  }

  /**
   * Enslaves the link, or in a {@link #dump} narrows it to a master's ports. Equivalent to {@code
   * ip link set DEV master MASTER} and {@code ip link set DEV nomaster}.
   *
   * @param index the bridge's, bond's or team's; 0 for none
   * @return this
   */
  public LinkRequest master(int index) {
    encoder.putInt(IFLA_MASTER, index);
    return this;
  }

  /**
   * Brings the link up. Equivalent to {@code ip link set DEV up}.
   *
   * @return this
   */
  public LinkRequest up() {
    return flag(IFF_UP, true);
  }

  /**
   * Takes the link down. Equivalent to {@code ip link set DEV down}.
   *
   * @return this
   */
  public LinkRequest down() {
    return flag(IFF_UP, false);
  }

  /**
   * Makes the link receive all frames, or only its own. Equivalent to {@code ip link set DEV
   * promisc on}.
   *
   * @param on whether to
   * @return this
   */
  public LinkRequest promiscuous(boolean on) {
    return flag(IFF_PROMISC, on);
  }

  /**
   * Makes the link receive all multicast frames. Equivalent to {@code ip link set DEV allmulticast
   * on}.
   *
   * @param on whether to
   * @return this
   */
  public LinkRequest allMulticast(boolean on) {
    return flag(IFF_ALLMULTI, on);
  }

  /**
   * Puts the link into a group. Equivalent to {@code ip link set DEV group GROUP}.
   *
   * @param group 0 for the default one
   * @return this
   */
  public LinkRequest group(int group) {
    encoder.putInt(IFLA_GROUP, group);
    return this;
  }

  /**
   * Sets the link's alias, a comment. Equivalent to {@code ip link set DEV alias TEXT}.
   *
   * @param text of up to 255 bytes; empty removes it
   * @return this
   */
  public LinkRequest alias(CharSequence text) {
    encoder.putUnterminatedString(IFLA_IFALIAS, text);
    return this;
  }

  /**
   * Sets how the link makes its own IPv6 addresses. Equivalent to {@code ip link set DEV
   * addrgenmode MODE}.
   *
   * @param mode the way
   * @return this
   */
  public LinkRequest addressGenerationMode(AddressGenerationMode mode) {
    addressGenerationMode = mode;
    return this;
  }

  /**
   * Sets one of the link's IPv4 options. Equivalent to {@code sysctl
   * net.ipv4.conf.DEV.OPTION=VALUE}.
   *
   * @param option IPV4_DEVCONF_ARP_IGNORE and its like, of linux/ip.h; see {@link InetConf}
   * @param value the number
   * @return this
   */
  public LinkRequest inetConf(int option, int value) {
    if (inetConfCount == MAX_INET_CONF) {
      throw new IllegalStateException("more than " + MAX_INET_CONF + " IPv4 options in a request");
    }
    inetConfTypes[inetConfCount] = option;
    inetConfValues[inetConfCount++] = value;
    return this;
  }

  /**
   * Says which link the new one lies on. Equivalent to {@code ip link add link DEV}.
   *
   * @param index the lower link's
   * @return this
   */
  public LinkRequest lowerLink(int index) {
    encoder.putInt(IFLA_LINK, index);
    return this;
  }

  /**
   * Moves the link to a namespace, or creates it there. Equivalent to {@code ip link set DEV netns
   * NAME}.
   *
   * @param descriptor an open descriptor of the namespace
   * @return this
   */
  public LinkRequest namespaceDescriptor(int descriptor) {
    encoder.putInt(IFLA_NET_NS_FD, descriptor);
    return this;
  }

  /**
   * Moves the link to the namespace of a process, or creates it there. Equivalent to {@code ip link
   * set DEV netns PID}.
   *
   * @param pid the process or thread
   * @return this
   */
  public LinkRequest namespaceProcess(int pid) {
    encoder.putInt(IFLA_NET_NS_PID, pid);
    return this;
  }

  /**
   * Sets the length of the transmit queue. Equivalent to {@code ip link set DEV txqueuelen
   * PACKETS}.
   *
   * @param packets the length
   * @return this
   */
  public LinkRequest transmitQueueLength(int packets) {
    encoder.putInt(IFLA_TXQLEN, packets);
    return this;
  }

  /**
   * Sets the number of transmit and of receive queues of a link to create. Equivalent to {@code ip
   * link add NAME numtxqueues COUNT numrxqueues COUNT}.
   *
   * @param transmit transmit queues
   * @param receive receive queues
   * @return this
   */
  public LinkRequest queues(int transmit, int receive) {
    encoder.putInt(IFLA_NUM_TX_QUEUES, transmit);
    encoder.putInt(IFLA_NUM_RX_QUEUES, receive);
    return this;
  }

  /**
   * Says the kind of the link and its options. Equivalent to {@code type KIND OPTIONS} at the end
   * of {@code ip link add} and {@code ip link set}.
   *
   * @param kind one of {@code io.fastvif.netlink.route.kind}
   * @return this
   */
  public LinkRequest kind(LinkKind kind) {
    encoder.beginNested(IFLA_LINKINFO);
    encoder.putUnterminatedString(IFLA_INFO_KIND, kind.name());
    encoder.beginNested(IFLA_INFO_DATA);
    kind.encode(encoder);
    encoder.endNestedUnlessEmpty();
    encoder.endNested();
    return this;
  }

  @Override
  public boolean end() {
    if (propertyListOpen) {
      encoder.endNested();
      propertyListOpen = false;
    }
    if (addressGenerationMode != null || inetConfCount != 0) {
      putAddressFamilies();
    }
    return super.end();
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
    return this;
  }

  private void begin(int type, int flags) {
    beginAcknowledged(type, flags, InterfaceInfo.LENGTH);
    clear();
  }

  private LinkRequest beginProperties(int type, int flags, int index) {
    begin(type, flags);
    encoder.setHeaderInt(InterfaceInfo.INDEX, requireIndex(index));
    encoder.beginNested(IFLA_PROP_LIST | NLA_F_NESTED);
    propertyListOpen = true;
    return this;
  }

  private void clear() {
    inetConfCount = 0;
    addressGenerationMode = null;
    targetIsName = false;
    propertyListOpen = false;
  }

  private void putTarget(CharSequence name) {
    encoder.putString(name.length() < IFNAMSIZ ? IFLA_IFNAME : IFLA_ALT_IFNAME, name);
    targetIsName = true;
  }

  private static int extensionMask(boolean withVfs) {
    return RTEXT_FILTER_SKIP_STATS | (withVfs ? RTEXT_FILTER_VF : 0);
  }

  /** Index 0 means "by name" to the kernel, and with IFLA_GROUP "all of the group". */
  private static int requireIndex(int index) {
    if (index <= 0) {
      throw new IllegalArgumentException("a link's index is positive, not " + index);
    }
    return index;
  }
}
