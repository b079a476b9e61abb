package io.fastvif.netlink.generic.devlink;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.netlink.AttributeIterator;
import io.fastvif.netlink.AttributeTable;
import io.fastvif.netlink.MessageDecoder;
import io.fastvif.netlink.generic.GenericHeader;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A port of a card's switch. Equivalent to a line of {@code devlink port show}.
 *
 * @param device whose port it is
 * @param index its number there
 * @param flavour what it leads to
 * @param link the index of its link; 0 if it has none in this namespace
 * @param linkName that link's name, null if it has none
 * @param number of a physical port
 * @param controller the host that the function belongs to, where a card has several
 * @param pf the number of the physical function; of the one that a virtual function or subfunction
 *     belongs to
 * @param vf the number of the virtual function
 * @param sf the number of the subfunction
 * @param external whether the function is another host's
 * @param functionAddress the MAC address that the function is given: 48 bits, the first byte on the
 *     wire in bits 47 to 40
 * @param functionActive whether the function is active; null where the driver does not say
 * @param functionAttached whether a driver has attached to the function; null as before
 */
public record DevlinkPort(
    DevlinkHandle device,
    int index,
    PortFlavour flavour,
    int link,
    String linkName,
    OptionalInt number,
    OptionalInt controller,
    OptionalInt pf,
    OptionalInt vf,
    OptionalInt sf,
    boolean external,
    OptionalLong functionAddress,
    Boolean functionActive,
    Boolean functionAttached) {

  private static final int MAC_LENGTH = 6;
  private static final int NO_FLAVOUR = -1;

  /** The highest attribute that is read, DEVLINK_ATTR_PORT_PCI_SF_NUMBER. */
  private static final int MAX_KNOWN = 180;

  /**
   * Reads DEVLINK_CMD_PORT_NEW, DEVLINK_CMD_PORT_DEL and the answers to DEVLINK_CMD_PORT_GET.
   *
   * @param message of the family devlink
   * @return the port
   * @throws io.fastvif.netlink.MalformedMessageException if it does not say whose port it is
   */
  public static DevlinkPort read(MessageDecoder message) {
    AttributeTable attributes = new AttributeTable(MAX_KNOWN);
    attributes.wrap(message, GenericHeader.LENGTH);
    AttributeIterator function = new AttributeIterator();
    OptionalLong address = OptionalLong.empty();
    Boolean active = null;
    Boolean attached = null;
    if (attributes.nested(DEVLINK_ATTR_PORT_FUNCTION, function)) {
      while (function.next()) {
        int type = function.type();
        if (type == DEVLINK_PORT_FUNCTION_ATTR_HW_ADDR) {
          address =
              function.payloadLength() == MAC_LENGTH
                  ? OptionalLong.of(function.getMacAddress())
                  : OptionalLong.empty();
        } else if (type == DEVLINK_PORT_FN_ATTR_STATE) {
          active = function.getByte() == DEVLINK_PORT_FN_STATE_ACTIVE;
        } else if (type == DEVLINK_PORT_FN_ATTR_OPSTATE) {
          attached = function.getByte() == DEVLINK_PORT_FN_OPSTATE_ATTACHED;
        }
      }
    }
    return new DevlinkPort(
        DevlinkMessages.handle(attributes),
        attributes.getInt(DEVLINK_ATTR_PORT_INDEX, 0),
        PortFlavour.of(shortOr(attributes, DEVLINK_ATTR_PORT_FLAVOUR, NO_FLAVOUR)),
        attributes.getInt(DEVLINK_ATTR_PORT_NETDEV_IFINDEX, 0),
        attributes.getString(DEVLINK_ATTR_PORT_NETDEV_NAME),
        integer(attributes, DEVLINK_ATTR_PORT_NUMBER),
        integer(attributes, DEVLINK_ATTR_PORT_CONTROLLER_NUMBER),
        shortInteger(attributes, DEVLINK_ATTR_PORT_PCI_PF_NUMBER),
        shortInteger(attributes, DEVLINK_ATTR_PORT_PCI_VF_NUMBER),
        integer(attributes, DEVLINK_ATTR_PORT_PCI_SF_NUMBER),
        attributes.getByte(DEVLINK_ATTR_PORT_EXTERNAL, 0) != 0,
        address,
        active,
        attached);
  }

  private static int shortOr(AttributeTable attributes, int type, int absent) {
    return attributes.has(type) ? attributes.get(type).getShort() : absent;
  }

  private static OptionalInt shortInteger(AttributeTable attributes, int type) {
    return attributes.has(type)
        ? OptionalInt.of(attributes.get(type).getShort())
        : OptionalInt.empty();
  }

  private static OptionalInt integer(AttributeTable attributes, int type) {
    return attributes.has(type)
        ? OptionalInt.of(attributes.get(type).getInt())
        : OptionalInt.empty();
  }
}
