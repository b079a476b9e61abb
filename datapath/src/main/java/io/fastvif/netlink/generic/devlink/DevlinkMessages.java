package io.fastvif.netlink.generic.devlink;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.netlink.AttributeIterator;
import io.fastvif.netlink.AttributeTable;
import io.fastvif.netlink.MalformedMessageException;
import io.fastvif.netlink.MessageDecoder;
import io.fastvif.netlink.generic.GenericController;
import io.fastvif.netlink.generic.GenericHeader;
import java.lang.foreign.MemorySegment;

/** What all messages of devlink have in common. */
final class DevlinkMessages {
  private DevlinkMessages() {}

  static DevlinkHandle handle(AttributeTable attributes) {
    return handle(
        attributes.getString(DEVLINK_ATTR_BUS_NAME), attributes.getString(DEVLINK_ATTR_DEV_NAME));
  }

  /** The device that a message is about. */
  static DevlinkHandle handle(MessageDecoder message) {
    String bus = null;
    String device = null;
    AttributeIterator attributes =
        message.attributes(GenericHeader.LENGTH, new AttributeIterator());
    while (attributes.next()) {
      if (attributes.type() == DEVLINK_ATTR_BUS_NAME) {
        bus = attributes.getString();
      } else if (attributes.type() == DEVLINK_ATTR_DEV_NAME) {
        device = attributes.getString();
      }
    }
    return handle(bus, device);
  }

  private static DevlinkHandle handle(String bus, String device) {
    if (bus == null || device == null) {
      throw new MalformedMessageException("a message of devlink that names no device");
    }
    return new DevlinkHandle(bus, device);
  }

  /** Says in words what an encoded request asks for. */
  static String describe(MemorySegment segment, int offset, int length) {
    String ofController = GenericController.describe(segment, offset, length);
    if (ofController != null) {
      return ofController;
    }
    MessageDecoder message = new MessageDecoder().wrap(segment, offset, length);
    if (!message.next()) {
      throw new MalformedMessageException("no netlink message at byte " + offset);
    }
    AttributeTable attributes = new AttributeTable(DEVLINK_ATTR_PORT_INDEX);
    attributes.wrap(message, GenericHeader.LENGTH);
    String target =
        attributes.has(DEVLINK_ATTR_DEV_NAME) ? " " + handle(attributes) + port(attributes) : "";
    return "devlink " + name(GenericHeader.command(message)) + target;
  }

  private static String port(AttributeTable attributes) {
    return attributes.has(DEVLINK_ATTR_PORT_INDEX)
        ? "/" + attributes.getInt(DEVLINK_ATTR_PORT_INDEX, 0)
        : "";
  }

  private static String name(int command) {
    if (command == DEVLINK_CMD_GET) {
      return "dev show";
    }
    if (command == DEVLINK_CMD_PORT_GET) {
      return "port show";
    }
    if (command == DEVLINK_CMD_PORT_SET) {
      return "port function set";
    }
    if (command == DEVLINK_CMD_ESWITCH_GET) {
      return "dev eswitch show";
    }
    return command == DEVLINK_CMD_ESWITCH_SET ? "dev eswitch set" : "command " + command;
  }
}
