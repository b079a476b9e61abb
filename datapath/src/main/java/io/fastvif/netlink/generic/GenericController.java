package io.fastvif.netlink.generic;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.bindings.Errno;
import io.fastvif.netlink.AttributeIterator;
import io.fastvif.netlink.MessageDecoder;
import io.fastvif.netlink.NetlinkException;
import io.fastvif.netlink.RequestSocket;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** Finds families of generic netlink. One thread at a time may use it. */
public final class GenericController {
  private static final int CONTROLLER_VERSION = 1;

  private GenericController() {}

  /**
   * Asks for a family. Equivalent to {@code genl ctrl get name NAME}.
   *
   * @param socket of NETLINK_GENERIC
   * @param name such as {@code devlink}
   * @return the family; empty if this kernel has none of that name
   * @throws NetlinkException if the kernel refuses
   */
  public static Optional<GenericFamily> family(RequestSocket socket, String name) {
    var encoder = socket.encoder();
    encoder.reset();
    int sequence =
        GenericHeader.begin(encoder, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, CONTROLLER_VERSION);
    encoder.putString(CTRL_ATTR_FAMILY_NAME, name);
    if (!encoder.end()) {
      throw new IllegalArgumentException("a family's name of " + name.length() + " characters");
    }
    GenericFamily[] found = {null};
    int errno = socket.tryQuery(sequence, message -> found[0] = GenericFamily.read(message));
    if (errno != 0 && errno != Errno.ENOENT) {
      throw socket.refused();
    }
    return Optional.ofNullable(found[0]);
  }

  /**
   * Says what a request to the controller asks for.
   *
   * @param segment holds it
   * @param offset its first byte
   * @param length its size in bytes
   * @return such as {@code CTRL_CMD_GETFAMILY devlink}; null if it is another family's
   */
  public static String describe(MemorySegment segment, int offset, int length) {
    MessageDecoder message = new MessageDecoder().wrap(segment, offset, length);
    if (!message.next() || message.type() != GENL_ID_CTRL) {
      return null;
    }
    AttributeIterator attributes =
        message.attributes(GenericHeader.LENGTH, new AttributeIterator());
    boolean named = attributes.find(CTRL_ATTR_FAMILY_NAME);
    return "CTRL_CMD_GETFAMILY" + (named ? " " + attributes.getString() : "");
  }
}
