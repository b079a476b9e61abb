package io.fastvif.netlink.route;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.netlink.MessageEncoder;

/**
 * Writes link requests: RTM_NEWLINK, RTM_SETLINK, RTM_DELLINK, RTM_GETLINK, RTM_NEWLINKPROP and
 * RTM_DELLINKPROP. Allocates nothing. The methods here name what to do, those of {@link
 * LinkAttributes} the settings.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/rtnetlink.7.html">rtnetlink(7)</a>
 */
public final class LinkRequest extends LinkAttributes {
  /** The size of a name with its zero byte, in linux/if.h. */
  private static final int IFNAMSIZ = 16;

  private static final int NLA_F_NESTED = 0x8000;

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
   */
  public LinkRequest kindFilter(CharSequence kind) {
    encoder.beginNested(IFLA_LINKINFO);
    encoder.putUnterminatedString(IFLA_INFO_KIND, kind);
    encoder.endNested();
    return this;
  }

  /**
   * Has a {@link #dump} be of the links of another namespace. Needs CAP_NET_ADMIN there, and Linux
   * 4.20. Equivalent to {@code ip link show} there.
   *
   * @param id as {@link NamespaceIds} has it
   */
  public LinkRequest ofNamespace(int id) {
    encoder.putInt(IFLA_TARGET_NETNSID, id);
    return this;
  }

  /**
   * Begins to add alternative names; {@link #alternativeName} gives each. Equivalent to {@code ip
   * link property add dev DEV altname NAME}.
   *
   * @param index the link's index
   */
  public LinkRequest addAltname(int index) {
    return beginProperties(RTM_NEWLINKPROP, NLM_F_EXCL | NLM_F_CREATE | NLM_F_APPEND, index);
  }

  /**
   * Begins to remove alternative names; {@link #alternativeName} gives each. Equivalent to {@code
   * ip link property del dev DEV altname NAME}.
   *
   * @param index the link's index
   */
  public LinkRequest deleteAltname(int index) {
    return beginProperties(RTM_DELLINKPROP, 0, index);
  }

  /**
   * Names one alternative name, after {@link #addAltname} or {@link #deleteAltname}.
   *
   * @param name of up to 127 bytes
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
   * Says the kind of the link and its options. Equivalent to {@code type KIND OPTIONS} at the end
   * of {@code ip link add} and {@code ip link set}.
   *
   * @param kind one of {@code io.fastvif.netlink.route.kind}
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
    return super.end();
  }

  @Override
  LinkRequest self() {
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
    clearAddressFamilies();
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
