package io.fastvif.netlink.route;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.netlink.AttributeIterator;
import io.fastvif.netlink.MalformedMessageException;
import io.fastvif.netlink.MessageDecoder;
import java.lang.foreign.MemorySegment;

/**
 * Says in words what an encoded request asks for. Read from its bytes, so that requests keep
 * nothing for the case that they fail.
 */
public final class RequestDescription {
  private static final int ADDRESS_HEADER_LENGTH = 8;
  private static final int ROUTE_HEADER_LENGTH = 12;

  private RequestDescription() {}

  /**
   * Describes a request.
   *
   * @param segment holds it
   * @param offset its first byte
   * @param length its size in bytes
   * @return such as {@code RTM_NEWLINK veth0}
   */
  public static String of(MemorySegment segment, int offset, int length) {
    MessageDecoder message = new MessageDecoder().wrap(segment, offset, length);
    if (!message.next()) {
      throw new MalformedMessageException("no netlink message at byte " + offset);
    }
    int type = message.type();
    return name(type) + target(message, type);
  }

  private static String name(int type) {
    return switch (type) {
      case RTM_NEWLINK -> "RTM_NEWLINK";
      case RTM_DELLINK -> "RTM_DELLINK";
      case RTM_GETLINK -> "RTM_GETLINK";
      case RTM_SETLINK -> "RTM_SETLINK";
      case RTM_NEWLINKPROP -> "RTM_NEWLINKPROP";
      case RTM_DELLINKPROP -> "RTM_DELLINKPROP";
      case RTM_NEWADDR -> "RTM_NEWADDR";
      case RTM_DELADDR -> "RTM_DELADDR";
      case RTM_GETADDR -> "RTM_GETADDR";
      case RTM_NEWROUTE -> "RTM_NEWROUTE";
      case RTM_DELROUTE -> "RTM_DELROUTE";
      case RTM_GETROUTE -> "RTM_GETROUTE";
      case RTM_NEWQDISC -> "RTM_NEWQDISC";
      case RTM_GETQDISC -> "RTM_GETQDISC";
      case RTM_NEWTFILTER -> "RTM_NEWTFILTER";
      case RTM_GETTFILTER -> "RTM_GETTFILTER";
      default -> "netlink message " + type;
    };
  }

  private static String target(MessageDecoder message, int type) {
    return switch (type) {
      case RTM_NEWLINK, RTM_DELLINK, RTM_GETLINK, RTM_SETLINK, RTM_NEWLINKPROP, RTM_DELLINKPROP ->
          link(message);
      case RTM_NEWADDR, RTM_DELADDR -> address(message);
      case RTM_NEWROUTE, RTM_DELROUTE -> route(message);
      case RTM_NEWQDISC, RTM_NEWTFILTER -> trafficControl(message);
      default -> "";
    };
  }

  private static String link(MessageDecoder message) {
    AttributeIterator attributes = new AttributeIterator();
    message.attributes(InterfaceInfo.LENGTH, attributes);
    int index = message.getInt(InterfaceInfo.INDEX);
    String target = index == 0 ? "" : " index " + index;
    while (attributes.next()) {
      if (attributes.type() == IFLA_IFNAME || attributes.type() == IFLA_ALT_IFNAME) {
        target += " " + attributes.getString();
      } else if (attributes.type() == IFLA_GROUP) {
        target += " group " + Integer.toUnsignedString(attributes.getInt());
      }
    }
    return target;
  }

  private static String trafficControl(MessageDecoder message) {
    AttributeIterator attributes = new AttributeIterator();
    message.attributes(TrafficControl.LENGTH, attributes);
    return (attributes.find(TCA_KIND) ? " " + attributes.getString() : "")
        + " index "
        + message.getInt(TrafficControl.INDEX);
  }

  private static String address(MessageDecoder message) {
    AttributeIterator attributes = new AttributeIterator();
    message.attributes(ADDRESS_HEADER_LENGTH, attributes);
    String local =
        attributes.find(IFA_LOCAL) || attributes.find(IFA_ADDRESS)
            ? " " + InternetAddress.format(attributes.getBytes()) + "/" + message.getByte(1)
            : "";
    return local + " index " + message.getInt(Integer.BYTES);
  }

  private static String route(MessageDecoder message) {
    AttributeIterator attributes = new AttributeIterator();
    message.attributes(ROUTE_HEADER_LENGTH, attributes);
    String destination =
        attributes.find(RTA_DST)
            ? InternetAddress.format(attributes.getBytes()) + "/" + message.getByte(1)
            : "default";
    return " " + destination + (attributes.find(RTA_OIF) ? " index " + attributes.getInt() : "");
  }
}
