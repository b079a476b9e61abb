package io.fastvif.netlink.generic.devlink;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.netlink.MessageEncoder;
import io.fastvif.netlink.generic.GenericHeader;

/** Writes requests to devlink. The methods named after attributes add to the one begun last. */
public final class DevlinkRequest {

  private final MessageEncoder encoder;
  private final int family;
  private int sequence;
  private boolean functionOpen;

  /**
   * Makes a request.
   *
   * @param encoder where messages go
   * @param family the number of the family devlink
   */
  public DevlinkRequest(MessageEncoder encoder, int family) {
    this.encoder = encoder;
    this.family = family;
  }

  /** Begins to read all devices. Equivalent to {@code devlink dev show}. */
  public DevlinkRequest dumpDevices() {
    return beginDump(DEVLINK_CMD_GET);
  }

  /** Begins to read all ports. Equivalent to {@code devlink port show}. */
  public DevlinkRequest dumpPorts() {
    return beginDump(DEVLINK_CMD_PORT_GET);
  }

  /**
   * Begins to read a card's switch. Equivalent to {@code devlink dev eswitch show BUS/DEVICE}.
   *
   * @param device the card's function
   */
  public DevlinkRequest getEswitch(DevlinkHandle device) {
    return begin(DEVLINK_CMD_ESWITCH_GET, device);
  }

  /**
   * Begins to change a card's switch. Equivalent to {@code devlink dev eswitch set BUS/DEVICE}.
   *
   * @param device the card's function
   */
  public DevlinkRequest setEswitch(DevlinkHandle device) {
    return begin(DEVLINK_CMD_ESWITCH_SET, device);
  }

  /**
   * Sets how it switches ({@code mode}).
   *
   * @param mode the mode
   */
  public DevlinkRequest mode(Eswitch.Mode mode) {
    encoder.putShort(DEVLINK_ATTR_ESWITCH_MODE, mode.value());
    return this;
  }

  /**
   * Sets how much of a frame's headers goes into the descriptor ({@code inline-mode}).
   *
   * @param mode the mode
   */
  public DevlinkRequest inlineMode(Eswitch.InlineMode mode) {
    encoder.putByte(DEVLINK_ATTR_ESWITCH_INLINE_MODE, mode.value());
    return this;
  }

  /**
   * Sets whether it encapsulates ({@code encap-mode}).
   *
   * @param mode the mode
   */
  public DevlinkRequest encapMode(Eswitch.EncapMode mode) {
    encoder.putByte(DEVLINK_ATTR_ESWITCH_ENCAP_MODE, mode.value());
    return this;
  }

  /**
   * Completes the message.
   *
   * @return whether it fitted into the encoder; if not, it has been taken back
   */
  public boolean end() {
    if (functionOpen) {
      encoder.endNested();
      functionOpen = false;
    }
    return encoder.end();
  }

  /**
   * The sequence number of the message begun last.
   *
   * @return nlmsg_seq
   */
  public int sequence() {
    return sequence;
  }

  private DevlinkRequest beginDump(int command) {
    functionOpen = false;
    sequence = GenericHeader.beginDump(encoder, family, command, DEVLINK_GENL_VERSION);
    return this;
  }

  private DevlinkRequest begin(int command, DevlinkHandle device) {
    functionOpen = false;
    sequence = GenericHeader.begin(encoder, family, command, DEVLINK_GENL_VERSION);
    encoder.putString(DEVLINK_ATTR_BUS_NAME, device.bus());
    encoder.putString(DEVLINK_ATTR_DEV_NAME, device.device());
    return this;
  }
}
