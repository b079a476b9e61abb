package io.fastvif.netlink.route;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.netlink.AttributeIterator;
import io.fastvif.netlink.MessageDecoder;
import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.function.ObjIntConsumer;

/**
 * Reads what became of the ports of a link: from the kernel's RTM_NEWLINK, or from lldpad's answer,
 * which has the same form. A flyweight, valid until the next message is received.
 */
public final class PortInfo {
  /** There is no answer yet; the kernel itself has no number for it. */
  public static final int NO_RESPONSE = -1;

  private static final int UUID_LENGTH = 16;

  private final AttributeIterator link = new AttributeIterator();
  private final AttributeIterator list = new AttributeIterator();
  private final AttributeIterator port = new AttributeIterator();

  /** Makes one that has nothing to read. */
  public PortInfo() {}

  /**
   * Finds the port of the link itself, as its driver tells it.
   *
   * @param message about the link
   */
  public boolean findSelf(MessageDecoder message) {
    message.attributes(InterfaceInfo.LENGTH, link);
    return link.find(IFLA_PORT_SELF) && link.nested(port) != null;
  }

  /**
   * Finds the port of a virtual function.
   *
   * @param message about the physical function's link
   * @param vf its number
   */
  public boolean findVf(MessageDecoder message, int vf) {
    if (beginList(message)) {
      while (list.next()) {
        if (list.type() == IFLA_VF_PORT && list.nested(port) != null && vf() == vf) {
          return true;
        }
      }
    }
    return false;
  }

  /**
   * Reads the switch's answer of each instance in a list of ports.
   *
   * @param message about the link
   * @param responses gets the instance and what {@link #response} says of it
   */
  public void forEachInstance(MessageDecoder message, ObjIntConsumer<UUID> responses) {
    if (beginList(message)) {
      while (list.next()) {
        UUID instance =
            list.type() == IFLA_VF_PORT && list.nested(port) != null ? instance() : null;
        if (instance != null) {
          responses.accept(instance, response());
        }
      }
    }
  }

  private boolean beginList(MessageDecoder message) {
    message.attributes(InterfaceInfo.LENGTH, link);
    return link.find(IFLA_VF_PORTS) && link.nested(list) != null;
  }

  /**
   * The virtual function that the port found is of.
   *
   * @return its number, or -1 for the link itself
   */
  public int vf() {
    return port.find(IFLA_PORT_VF) ? port.getInt() : PortRequest.SELF;
  }

  /**
   * The instance of the port found.
   *
   * @return its UUID, or null if it is not said
   */
  public UUID instance() {
    if (!port.find(IFLA_PORT_INSTANCE_UUID) || port.payloadLength() != UUID_LENGTH) {
      return null;
    }
    ByteBuffer bytes = ByteBuffer.wrap(port.getBytes());
    return new UUID(bytes.getLong(), bytes.getLong());
  }

  /**
   * What the port found was asked for last.
   *
   * @return PORT_REQUEST_..., or -1 if it is not said
   */
  public int request() {
    return port.find(IFLA_PORT_REQUEST) ? port.getByte() : -1;
  }

  /**
   * The switch's answer.
   *
   * @return PORT_VDP_RESPONSE_... or PORT_PROFILE_RESPONSE_..., both 0 for success; {@link
   *     #NO_RESPONSE} as long as there is none
   */
  public int response() {
    return port.find(IFLA_PORT_RESPONSE) ? port.getShort() : NO_RESPONSE;
  }
}
