package io.fastvif.netlink.route;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.netlink.AttributeIterator;
import io.fastvif.netlink.DamagedMessages;
import io.fastvif.netlink.MessageDecoder;
import org.junit.jupiter.api.Test;

/** Reads damaged messages to the last attribute. */
class DamagedMessagesTest {
  private final LinkMessage link = new LinkMessage();
  private final AddressMessage address = new AddressMessage();
  private final RouteMessage route = new RouteMessage();
  private final VfInfo vf = new VfInfo();
  private final AttributeIterator inner = new AttributeIterator();

  @Test
  void links() {
    DamagedMessages.assertNeverOverRead("reply-links", this::readLink);
  }

  @Test
  void linksWithVfs() {
    DamagedMessages.assertNeverOverRead("composed-link-vfs", this::readLink);
  }

  @Test
  void addresses() {
    DamagedMessages.assertNeverOverRead("reply-addresses", this::readAddress);
  }

  @Test
  void routes() {
    DamagedMessages.assertNeverOverRead("reply-routes", this::readRoute);
  }

  private void readLink(MessageDecoder decoder) {
    if (decoder.type() != RTM_NEWLINK && decoder.type() != RTM_DELLINK) {
      return;
    }
    link.wrap(decoder);
    link.name();
    link.kind();
    link.alternativeNames();
    link.address();
    link.mtu();
    link.master();
    link.link();
    link.linkNamespace();
    link.alias();
    link.group();
    link.promiscuity();
    link.addressGenerationMode();
    link.inetConf(InetConf.ARP_IGNORE, 0);
    link.isIpv6Disabled();
    link.physicalPortName();
    link.physicalSwitchId();
    link.parentDeviceName();
    link.parentBusName();
    if (link.kindOptions(inner)) {
      readBytes();
    }
    vf.wrap(decoder);
    while (vf.next()) {
      readVf();
    }
  }

  private void readBytes() {
    while (inner.next()) {
      inner.getBytes();
      inner.getString();
    }
  }

  private void readVf() {
    vf.number();
    vf.address();
    vf.vlan();
    vf.isSpoofChecked();
    vf.isTrusted();
    vf.linkState();
  }

  private void readAddress(MessageDecoder decoder) {
    if (decoder.type() != RTM_NEWADDR && decoder.type() != RTM_DELADDR) {
      return;
    }
    address.wrap(decoder);
    address.local();
    address.address();
    address.broadcast();
    address.label();
    address.flags();
  }

  private void readRoute(MessageDecoder decoder) {
    if (decoder.type() != RTM_NEWROUTE && decoder.type() != RTM_DELROUTE) {
      return;
    }
    route.wrap(decoder);
    route.family();
    route.destination();
    route.destinationLength();
    route.table();
    route.protocol();
    route.scope();
    route.type();
    route.flags();
    route.gateway();
    route.outputInterface();
    route.priority();
    route.preferredSource();
    route.isMultipath();
    route.attributes(inner);
    readBytes();
  }
}
