package io.fastvif.testing;

import static io.fastvif.bindings.linux.linux_h.AF_BRIDGE;
import static io.fastvif.bindings.linux.linux_h.AF_INET;
import static io.fastvif.bindings.linux.linux_h.AF_INET6;
import static io.fastvif.bindings.linux.linux_h.AF_UNSPEC;
import static io.fastvif.bindings.linux.linux_h.IFLA_EXT_MASK;
import static io.fastvif.bindings.linux.linux_h.IFLA_IFNAME;
import static io.fastvif.bindings.linux.linux_h.NETLINK_ROUTE;
import static io.fastvif.bindings.linux.linux_h.NLM_F_DUMP;
import static io.fastvif.bindings.linux.linux_h.NLM_F_REQUEST;
import static io.fastvif.bindings.linux.linux_h.NTF_PROXY;
import static io.fastvif.bindings.linux.linux_h.NUD_NOARP;
import static io.fastvif.bindings.linux.linux_h.NUD_PERMANENT;
import static io.fastvif.bindings.linux.linux_h.RTEXT_FILTER_BRVLAN;
import static io.fastvif.bindings.linux.linux_h.RTEXT_FILTER_VF;
import static io.fastvif.bindings.linux.linux_h.RTM_F_CLONED;
import static io.fastvif.bindings.linux.linux_h.RTM_GETADDR;
import static io.fastvif.bindings.linux.linux_h.RTM_GETLINK;
import static io.fastvif.bindings.linux.linux_h.RTM_GETNEIGH;
import static io.fastvif.bindings.linux.linux_h.RTM_GETNEIGHTBL;
import static io.fastvif.bindings.linux.linux_h.RTM_GETNEXTHOP;
import static io.fastvif.bindings.linux.linux_h.RTM_GETQDISC;
import static io.fastvif.bindings.linux.linux_h.RTM_GETROUTE;
import static io.fastvif.bindings.linux.linux_h.RTM_GETRULE;
import static io.fastvif.bindings.linux.linux_h.RTM_GETTCLASS;
import static io.fastvif.bindings.linux.linux_h.RTM_GETTFILTER;
import static io.fastvif.bindings.linux.linux_h.TC_H_MIN_EGRESS;
import static io.fastvif.bindings.linux.linux_h.TC_H_MIN_INGRESS;
import static io.fastvif.bindings.linux.linux_h.TC_H_ROOT;

import io.fastvif.bindings.linux.fib_rule_hdr;
import io.fastvif.bindings.linux.ifaddrmsg;
import io.fastvif.bindings.linux.ifinfomsg;
import io.fastvif.bindings.linux.ndmsg;
import io.fastvif.bindings.linux.ndtmsg;
import io.fastvif.bindings.linux.rtmsg;
import io.fastvif.bindings.linux.tcmsg;
import io.fastvif.netlink.AttributeIterator;
import io.fastvif.netlink.DumpHandler;
import io.fastvif.netlink.MessageDecoder;
import io.fastvif.netlink.NetlinkException;
import io.fastvif.netlink.RequestSocket;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/** All that rtnetlink tells of a namespace, object by object, with attributes as they come. */
final class NetlinkObjects implements AutoCloseable {
  private static final int NEXTHOP_HEADER_LENGTH = 8; // struct nhmsg of linux/nexthop.h
  private static final int LINK_INDEX = 4; // of struct ifinfomsg
  private static final int NDM_STATE = 8;
  private static final int NDM_FLAGS = 10;
  private static final int RTM_FLAGS = 8;
  private static final int TCM_IFINDEX = 4;
  private static final int TCM_PARENT = 12;

  private final RequestSocket socket =
      RequestSocket.open(NETLINK_ROUTE, (segment, offset, length) -> "dump");

  private final TreeMap<Integer, String> links = new TreeMap<>();
  private final AttributeText text = new AttributeText(this::linkName);
  private SortedMap<String, SortedMap<String, String>> objects;

  private String linkName(int index) {
    return index == 0 ? "none" : links.getOrDefault(index, "link of index " + index);
  }

  /** Adds all objects. */
  void read(SortedMap<String, SortedMap<String, String>> target) {
    objects = target;
    int header = (int) ifinfomsg.sizeof();
    dump(RTM_GETLINK, header, this::links, this::name);
    dump(RTM_GETLINK, header, this::links, this::link);
    dump(RTM_GETLINK, header, this::bridgePorts, this::bridgePort);
    dump(
        RTM_GETADDR,
        (int) ifaddrmsg.sizeof(),
        null,
        message -> put("address", text.address(message)));
    for (int family : new int[] {AF_INET, AF_INET6}) {
      dump(RTM_GETROUTE, (int) rtmsg.sizeof(), family, this::route);
      dump(
          RTM_GETRULE,
          (int) fib_rule_hdr.sizeof(),
          family,
          message -> put("rule", text.rule(message)));
    }
    int neighbour = (int) ndmsg.sizeof();
    dump(RTM_GETNEIGH, neighbour, AF_UNSPEC, this::neighbour);
    dump(RTM_GETNEIGH, neighbour, AF_BRIDGE, this::neighbour);
    dump(
        RTM_GETNEIGH,
        neighbour,
        request -> request.encoder().setHeaderByte(NDM_FLAGS, NTF_PROXY),
        message -> put("proxy neighbour", text.neighbour(message)));
    dump(RTM_GETNEIGHTBL, (int) ndtmsg.sizeof(), null, this::neighbourTable);
    dump(
        RTM_GETNEXTHOP,
        NEXTHOP_HEADER_LENGTH,
        null,
        message -> put("nexthop", text.nexthop(message, NEXTHOP_HEADER_LENGTH)));
    traffic();
  }

  private void traffic() {
    TreeMap<Integer, Boolean> clsact = new TreeMap<>();
    dump(
        RTM_GETQDISC,
        (int) tcmsg.sizeof(),
        null,
        message -> {
          SortedMap<String, String> qdisc = text.traffic(message);
          put("qdisc", qdisc);
          clsact.merge(
              message.getInt(TCM_IFINDEX),
              qdisc.getOrDefault("KIND", "").matches("clsact|ingress"),
              Boolean::logicalOr);
        });
    clsact.forEach(
        (link, isClsact) -> {
          traffic(RTM_GETTCLASS, link, 0, "class");
          traffic(RTM_GETTFILTER, link, TC_H_ROOT, "filter");
          if (isClsact) {
            int major = 0xffff0000; // TC_H_CLSACT
            traffic(RTM_GETTFILTER, link, major | TC_H_MIN_INGRESS, "filter");
            traffic(RTM_GETTFILTER, link, major | TC_H_MIN_EGRESS, "filter");
          }
        });
  }

  private void traffic(int type, int link, int parent, String sort) {
    dump(
        type,
        (int) tcmsg.sizeof(),
        request -> {
          request.encoder().setHeaderInt(TCM_IFINDEX, link);
          request.encoder().setHeaderInt(TCM_PARENT, parent);
        },
        message -> put(sort, text.traffic(message)));
  }

  private void links(RequestSocket request) {
    request.encoder().putInt(IFLA_EXT_MASK, RTEXT_FILTER_VF);
  }

  private void bridgePorts(RequestSocket request) {
    request.encoder().setHeaderByte(0, AF_BRIDGE);
    request.encoder().putInt(IFLA_EXT_MASK, RTEXT_FILTER_BRVLAN);
  }

  private void name(MessageDecoder message) {
    AttributeIterator attributes =
        message.attributes((int) ifinfomsg.sizeof(), new AttributeIterator());
    if (attributes.find(IFLA_IFNAME)) {
      links.put(message.getInt(LINK_INDEX), attributes.getString());
    }
  }

  private void link(MessageDecoder message) {
    objects.put("link " + linkName(message.getInt(LINK_INDEX)), text.link(message));
  }

  private void bridgePort(MessageDecoder message) {
    SortedMap<String, String> attributes = text.bridgeVlans(message);
    if (!attributes.isEmpty()) {
      objects.put("bridge vlans of " + linkName(message.getInt(LINK_INDEX)), attributes);
    }
  }

  private void route(MessageDecoder message) {
    if ((message.getInt(RTM_FLAGS) & RTM_F_CLONED) == 0) {
      put("route", text.route(message));
    }
  }

  /** Others come and go with the traffic. A bridge's static entries are NOARP. */
  private void neighbour(MessageDecoder message) {
    int lasting = message.getByte(0) == AF_BRIDGE ? NUD_PERMANENT | NUD_NOARP : NUD_PERMANENT;
    if ((message.getShort(NDM_STATE) & lasting) != 0) {
      put("neighbour", text.neighbour(message));
    }
  }

  private void neighbourTable(MessageDecoder message) {
    SortedMap<String, String> table = text.neighbourTable(message);
    String owner =
        table.getOrDefault("NAME", "") + " of " + table.getOrDefault("PARMS/IFINDEX", "all");
    objects.put("neighbour settings " + owner, table);
  }

  /** Objects without a name are known by all that they have. */
  private void put(String sort, SortedMap<String, String> attributes) {
    String identity = sort + " " + text.identity(sort, attributes);
    String unique = identity;
    for (int i = 2; objects.containsKey(unique); i++) {
      unique = identity + " (" + i + ")";
    }
    objects.put(unique, attributes);
  }

  private void dump(int type, int headerLength, int family, DumpHandler handler) {
    dump(type, headerLength, request -> request.encoder().setHeaderByte(0, family), handler);
  }

  private void dump(int type, int headerLength, Consumer<RequestSocket> fill, DumpHandler handler) {
    TreeMap<String, SortedMap<String, String>> before = new TreeMap<>(objects);
    for (int i = 0; ; i++) {
      socket.encoder().reset();
      int sequence = socket.encoder().begin(type, NLM_F_REQUEST | NLM_F_DUMP);
      socket.encoder().putHeader(headerLength);
      if (fill != null) {
        fill.accept(socket);
      }
      socket.encoder().end();
      try {
        if (socket.dumpOnce(sequence, handler) || i == 20) {
          return;
        }
      } catch (NetlinkException unsupported) {
        return; // the kernel has none of these objects
      }
      objects.clear();
      objects.putAll(before);
    }
  }

  @Override
  public void close() {
    socket.close();
  }
}
