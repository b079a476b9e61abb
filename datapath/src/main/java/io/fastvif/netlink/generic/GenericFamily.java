package io.fastvif.netlink.generic;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.netlink.AttributeIterator;
import io.fastvif.netlink.MalformedMessageException;
import io.fastvif.netlink.MessageDecoder;
import java.util.HashMap;
import java.util.Map;

/**
 * A family of generic netlink, as this kernel has it.
 *
 * @param id the type of its messages
 * @param name such as {@code devlink}
 * @param version of its messages
 * @param groups the numbers of its groups of events, by their names
 */
public record GenericFamily(int id, String name, int version, Map<String, Integer> groups) {

  /** Copies the map. */
  public GenericFamily {
    groups = Map.copyOf(groups);
  }

  /**
   * Reads CTRL_CMD_NEWFAMILY.
   *
   * @param message the controller's answer
   * @return the family
   * @throws MalformedMessageException if it has no number or no name
   */
  public static GenericFamily read(MessageDecoder message) {
    int id = 0;
    String name = null;
    int version = 0;
    Map<String, Integer> groups = new HashMap<>();
    AttributeIterator attributes =
        message.attributes(GenericHeader.LENGTH, new AttributeIterator());
    while (attributes.next()) {
      int type = attributes.type();
      if (type == CTRL_ATTR_FAMILY_ID) {
        id = attributes.getShort();
      } else if (type == CTRL_ATTR_FAMILY_NAME) {
        name = attributes.getString();
      } else if (type == CTRL_ATTR_VERSION) {
        version = attributes.getInt();
      } else if (type == CTRL_ATTR_MCAST_GROUPS) {
        readGroups(attributes, groups);
      }
    }
    if (id == 0 || name == null) {
      throw new MalformedMessageException("a generic netlink family without number or name");
    }
    return new GenericFamily(id, name, version, groups);
  }

  private static void readGroups(AttributeIterator list, Map<String, Integer> groups) {
    AttributeIterator entries = list.nested(new AttributeIterator());
    AttributeIterator entry = new AttributeIterator();
    while (entries.next()) {
      entries.nested(entry);
      int number = 0;
      String name = null;
      while (entry.next()) {
        if (entry.type() == CTRL_ATTR_MCAST_GRP_ID) {
          number = entry.getInt();
        } else if (entry.type() == CTRL_ATTR_MCAST_GRP_NAME) {
          name = entry.getString();
        }
      }
      if (name != null) {
        groups.put(name, number);
      }
    }
  }
}
