package io.fastvif.vhostuser.protocol;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.fastvif.vhostuser.memory.MemoryRegion;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Says in words what a message asks for, or answers; for a trace. */
public final class MessageText {
  private static final long RING_INDEX_MASK = 0xff;
  private static final long NO_DESCRIPTOR = 1 << 8;

  private MessageText() {}

  /**
   * A request.
   *
   * @param message whose size was checked
   * @param descriptors how many came with it
   */
  public static String request(FrontendRequest request, Message message, int descriptors) {
    StringBuilder text = new StringBuilder(request.name());
    text.append(payload(request, request.payload(), message));
    if (descriptors > 0) {
      text.append(" with ").append(descriptors).append(descriptors == 1 ? " fd" : " fds");
    }
    return text.toString();
  }

  /** A reply with contents; what {@link FrontendRequest#replyPayload()} says of it. */
  public static String reply(FrontendRequest request, Message message) {
    String text = payload(request, request.replyPayload(), message);
    return text.isEmpty() ? "reply" : text.substring(1);
  }

  /** With a space before it; empty for nothing. */
  private static String payload(FrontendRequest request, Payload form, Message message) {
    return switch (form) {
      case NONE -> "";
      case U64 -> " " + number(request, message.u64());
      case RING_STATE -> " ring " + message.ringIndex() + " " + ringNumber(request, message);
      case RING_ADDRESSES -> " " + addresses(message.ringAddresses());
      case REGIONS -> " " + regions(message.regions());
      case ONE_REGION -> " " + regions(List.of(message.region()));
      case LOG ->
          " "
              + Long.toUnsignedString(message.logSize())
              + " bytes at "
              + Long.toUnsignedString(message.logOffset());
      case INFLIGHT -> " " + message.inflight();
      default -> " 0x" + bytes(message);
    };
  }

  private static String number(FrontendRequest request, long value) {
    return switch (request) {
      case GET_FEATURES, SET_FEATURES -> bits(String.join("|", DeviceFeature.names(value)), value);
      case GET_PROTOCOL_FEATURES, SET_PROTOCOL_FEATURES -> bits(protocolFeatures(value), value);
      case SET_VRING_KICK, SET_VRING_CALL, SET_VRING_ERR ->
          "ring "
              + (value & RING_INDEX_MASK)
              + ((value & NO_DESCRIPTOR) != 0 ? " without a descriptor" : "");
      case SEND_RARP ->
          HexFormat.of().toHexDigits(value).substring(0, 12).replaceAll("(..)(?=.)", "$1:");
      default -> Long.toUnsignedString(value);
    };
  }

  private static String bits(String names, long value) {
    return names.isEmpty() ? "0x" + Long.toHexString(value) : names;
  }

  private static String protocolFeatures(long value) {
    List<String> names = new ArrayList<>();
    long left = value;
    for (ProtocolFeature feature : ProtocolFeature.values()) {
      if (feature.isIn(value)) {
        names.add(feature.name());
        left &= ~feature.bit();
      }
    }
    if (left != 0) {
      names.add("0x" + Long.toHexString(left));
    }
    return String.join("|", names);
  }

  private static String ringNumber(FrontendRequest request, Message message) {
    return switch (request) {
      case SET_VRING_ENABLE -> message.ringNumber() == 0 ? "off" : "on";
      case SET_VRING_NUM -> message.ringNumber() + " descriptors";
      default -> "at " + Integer.toUnsignedString(message.ringNumber());
    };
  }

  private static String addresses(RingAddresses ring) {
    return String.format(
        "ring %d descriptors 0x%x available 0x%x used 0x%x%s",
        ring.index(),
        ring.descriptors(),
        ring.available(),
        ring.used(),
        ring.flags() == 0 ? "" : String.format(" flags 0x%x log 0x%x", ring.flags(), ring.log()));
  }

  private static String regions(List<MemoryRegion> regions) {
    StringBuilder text = new StringBuilder();
    for (MemoryRegion region : regions) {
      text.append(text.isEmpty() ? "" : ", ")
          .append(
              String.format(
                  "0x%x bytes of the guest's 0x%x (user 0x%x, file 0x%x)",
                  region.size(), region.guestAddress(), region.userAddress(), region.mmapOffset()));
    }
    return text.isEmpty() ? "no memory" : text.toString();
  }

  private static String bytes(Message message) {
    byte[] bytes =
        message.segment().asSlice(Message.HEADER_SIZE, message.size()).toArray(JAVA_BYTE);
    return HexFormat.of().formatHex(bytes);
  }
}
