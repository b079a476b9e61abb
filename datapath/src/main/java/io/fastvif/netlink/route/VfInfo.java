package io.fastvif.netlink.route;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.netlink.AttributeIterator;
import io.fastvif.netlink.MalformedMessageException;
import io.fastvif.netlink.MessageDecoder;

/**
 * Walks over what a physical function says of its virtual functions: IFLA_VFINFO_LIST of
 * linux/if_link.h, one IFLA_VF_INFO each. A flyweight, valid as long as its message.
 *
 * <p>From some 330 virtual functions on, the list is longer than the 16 bits of an attribute's
 * length can say. The kernel writes it nevertheless (nla_nest_end of net/netlink.h does not look),
 * so the list is read by IFLA_NUM_VF, which comes before it, and not by its length.
 */
public final class VfInfo {
  private static final int VALUE = 4;
  private static final int SECOND = 8;
  private static final int VLAN_PROTOCOL = 12;
  private static final int UNSAID = -1;

  private final AttributeIterator link = new AttributeIterator();
  private final AttributeIterator list = new AttributeIterator();
  private final AttributeIterator attributes = new AttributeIterator();
  private final AttributeIterator vlans = new AttributeIterator();
  private int left;

  /** Makes one that has nothing to read. */
  public VfInfo() {}

  /**
   * Starts before the first virtual function.
   *
   * @param message about a link, of the answer to {@link LinkRequest#getWithVfs}
   */
  public VfInfo wrap(MessageDecoder message) {
    left = 0;
    message.attributes(InterfaceInfo.LENGTH, link);
    while (link.next()) {
      if (link.type() == IFLA_NUM_VF) {
        left = link.getInt();
      } else if (link.type() == IFLA_VFINFO_LIST) {
        int begin = link.payloadOffset();
        int end = message.payloadOffset() + message.payloadLength();
        list.wrap(message.segment(), begin, end - begin);
        return this; // what comes behind it cannot be told if its length is wrong
      }
    }
    left = 0;
    return this;
  }

  /**
   * Moves to the next virtual function.
   *
   * @return false if there is none
   * @throws io.fastvif.netlink.MalformedMessageException if there is something else
   */
  public boolean next() {
    if (left <= 0) {
      return false;
    }
    if (!list.next() || list.type() != IFLA_VF_INFO) {
      throw new MalformedMessageException(left + " virtual functions are missing in their list");
    }
    left--;
    list.nested(attributes);
    return true;
  }

  /**
   * The function's number.
   *
   * @return 0 and up, or -1 if the kernel did not say
   */
  public int number() {
    return attributes.find(IFLA_VF_MAC) ? attributes.getInt() : -1;
  }

  /**
   * The MAC address that the physical function gave it.
   *
   * @return the 48 bits, the first byte on the wire in bits 47 to 40; 0 if none was given
   */
  public long address() {
    return attributes.find(IFLA_VF_MAC) ? attributes.getMacAddress(VALUE) : 0;
  }

  /**
   * The VLAN that its frames are put into.
   *
   * @return 1 to 4094, or 0 for none
   */
  public int vlan() {
    return attributes.find(IFLA_VF_VLAN) ? attributes.getInt(VALUE) : 0;
  }

  /**
   * The priority that its frames get in that VLAN.
   *
   * @return 0 to 7
   */
  public int qos() {
    return attributes.find(IFLA_VF_VLAN) ? attributes.getInt(SECOND) : 0;
  }

  /**
   * How its frames are tagged with that VLAN.
   *
   * @return the EtherType, such as ETH_P_8021AD; ETH_P_8021Q if the kernel did not say
   */
  public int vlanProtocol() {
    boolean said =
        attributes.find(IFLA_VF_VLAN_LIST) && attributes.nested(vlans).find(IFLA_VF_VLAN_INFO);
    return said ? vlans.getShortBigEndian(VLAN_PROTOCOL) : ETH_P_8021Q();
  }

  /**
   * What it is guaranteed to send.
   *
   * @return in Mbit/s, 0 for nothing
   */
  public int minRate() {
    return attributes.find(IFLA_VF_RATE) ? attributes.getInt(VALUE) : 0;
  }

  /**
   * What it may send at most.
   *
   * @return in Mbit/s, 0 for no limit
   */
  public int maxRate() {
    return attributes.find(IFLA_VF_RATE) ? attributes.getInt(SECOND) : 0;
  }

  /**
   * Whether it may send only from its own address.
   *
   * @return IFLA_VF_SPOOFCHK
   */
  public boolean isSpoofChecked() {
    return says(IFLA_VF_SPOOFCHK) > 0;
  }

  /**
   * Whether the driver says anything of the spoof check.
   *
   * @return false if {@link #isSpoofChecked} means nothing
   */
  public boolean saysSpoofCheck() {
    return says(IFLA_VF_SPOOFCHK) != UNSAID;
  }

  /**
   * Whether it may ask for all frames.
   *
   * @return IFLA_VF_TRUST
   */
  public boolean isTrusted() {
    return says(IFLA_VF_TRUST) > 0;
  }

  /**
   * Whether the driver says anything of trust.
   *
   * @return false if {@link #isTrusted} means nothing
   */
  public boolean saysTrust() {
    return says(IFLA_VF_TRUST) != UNSAID;
  }

  /**
   * Whether it may read the card's table and key of receive-side scaling.
   *
   * @return IFLA_VF_RSS_QUERY_EN
   */
  public boolean isRssQueryAllowed() {
    return says(IFLA_VF_RSS_QUERY_EN) > 0;
  }

  /**
   * Whether the driver says anything of the query of receive-side scaling.
   *
   * @return false if {@link #isRssQueryAllowed} means nothing
   */
  public boolean saysRssQuery() {
    return says(IFLA_VF_RSS_QUERY_EN) != UNSAID;
  }

  /** The kernel writes -1 where the driver does not say. */
  private int says(int type) {
    return attributes.find(type) ? attributes.getInt(VALUE) : UNSAID;
  }

  /**
   * Whether the kernel says its GUIDs, as it does of InfiniBand since Linux 5.5.
   *
   * @return false if {@link #nodeGuid} and {@link #portGuid} mean nothing
   */
  public boolean saysGuids() {
    return attributes.find(IFLA_VF_IB_NODE_GUID) && attributes.find(IFLA_VF_IB_PORT_GUID);
  }

  /**
   * The GUID of its InfiniBand node.
   *
   * @return the 64 bits, the byte that is written first in bits 63 to 56; 0 for none
   */
  public long nodeGuid() {
    return attributes.find(IFLA_VF_IB_NODE_GUID) ? attributes.getLong(SECOND) : 0;
  }

  /**
   * The GUID of its InfiniBand port.
   *
   * @return the 64 bits, the byte that is written first in bits 63 to 56; 0 for none
   */
  public long portGuid() {
    return attributes.find(IFLA_VF_IB_PORT_GUID) ? attributes.getLong(SECOND) : 0;
  }

  /**
   * The state of its link.
   *
   * @return IFLA_VF_LINK_STATE_AUTO, _ENABLE or _DISABLE
   */
  public int linkState() {
    return attributes.find(IFLA_VF_LINK_STATE) ? attributes.getInt(VALUE) : 0;
  }
}
