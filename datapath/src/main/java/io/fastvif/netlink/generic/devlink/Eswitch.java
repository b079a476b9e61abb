package io.fastvif.netlink.generic.devlink;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.netlink.AttributeTable;
import io.fastvif.netlink.MessageDecoder;
import io.fastvif.netlink.generic.GenericHeader;
import java.util.Locale;

/**
 * The switch that is embedded in a card. Equivalent to a line of {@code devlink dev eswitch show}.
 * What the driver does not say is null.
 *
 * @param device the card's function
 * @param mode how it switches
 * @param inlineMode how much of a frame's headers the sender must write into the descriptor
 * @param encapMode whether it encapsulates
 * @see <a href="https://docs.kernel.org/networking/devlink/devlink-eswitch-attr.html">devlink
 *     eswitch attributes</a>
 */
public record Eswitch(DevlinkHandle device, Mode mode, InlineMode inlineMode, EncapMode encapMode) {
  private static final int ABSENT = -1;

  /** How it switches. */
  public enum Mode {
    /** By MAC address and VLAN. */
    LEGACY,
    /** As the kernel's own switching tells it, with representors. */
    SWITCHDEV;

    /** The number that the kernel has for it. */
    int value() {
      return this == LEGACY ? DEVLINK_ESWITCH_MODE_LEGACY : DEVLINK_ESWITCH_MODE_SWITCHDEV;
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** How much of a frame's headers goes into the descriptor. */
  public enum InlineMode {
    /** Nothing. */
    NONE(DEVLINK_ESWITCH_INLINE_MODE_NONE),
    /** Layer 2. */
    LINK(DEVLINK_ESWITCH_INLINE_MODE_LINK),
    /** Up to layer 3. */
    NETWORK(DEVLINK_ESWITCH_INLINE_MODE_NETWORK),
    /** Up to layer 4. */
    TRANSPORT(DEVLINK_ESWITCH_INLINE_MODE_TRANSPORT);

    private final int value;

    InlineMode(int value) {
      this.value = value;
    }

    int value() {
      return value;
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Whether it encapsulates. */
  public enum EncapMode {
    /** It does not. */
    NONE,
    /** It does. */
    BASIC;

    int value() {
      return this == NONE ? DEVLINK_ESWITCH_ENCAP_MODE_NONE : DEVLINK_ESWITCH_ENCAP_MODE_BASIC;
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Reads the answer to DEVLINK_CMD_ESWITCH_GET. A mode that is newer than this is read as null.
   *
   * @param message of the family devlink
   * @return the switch
   */
  public static Eswitch read(MessageDecoder message) {
    AttributeTable attributes = new AttributeTable(DEVLINK_ATTR_ESWITCH_ENCAP_MODE);
    attributes.wrap(message, GenericHeader.LENGTH);
    int mode =
        attributes.has(DEVLINK_ATTR_ESWITCH_MODE)
            ? attributes.get(DEVLINK_ATTR_ESWITCH_MODE).getShort()
            : ABSENT;
    return new Eswitch(
        DevlinkMessages.handle(attributes),
        mode(mode),
        inlineMode(attributes.getByte(DEVLINK_ATTR_ESWITCH_INLINE_MODE, ABSENT)),
        encapMode(attributes.getByte(DEVLINK_ATTR_ESWITCH_ENCAP_MODE, ABSENT)));
  }

  private static Mode mode(int value) {
    for (Mode mode : Mode.values()) {
      if (mode.value() == value) {
        return mode;
      }
    }
    return null;
  }

  private static InlineMode inlineMode(int value) {
    for (InlineMode mode : InlineMode.values()) {
      if (mode.value() == value) {
        return mode;
      }
    }
    return null;
  }

  private static EncapMode encapMode(int value) {
    for (EncapMode mode : EncapMode.values()) {
      if (mode.value() == value) {
        return mode;
      }
    }
    return null;
  }
}
