package io.fastvif.netlink;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;

/** Messages that iproute2 sent or the kernel answered, kept as hexadecimal text. */
public final class Captured {
  private static final int SEQUENCE = 8;

  private Captured() {}

  /** The bytes of a file in {@code captured/}. */
  public static byte[] bytes(String name) {
    String resource = "/captured/" + name + ".hex";
    try (InputStream stream = Captured.class.getResourceAsStream(resource)) {
      if (stream == null) {
        throw new AssertionError("no " + resource);
      }
      String text = new String(stream.readAllBytes(), StandardCharsets.US_ASCII);
      return HexFormat.of().parseHex(text.substring(text.indexOf('\n')).replaceAll("\\s", ""));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A decoder that stands on the first message. */
  public static MessageDecoder message(String name) {
    byte[] bytes = bytes(name);
    MessageDecoder decoder =
        new MessageDecoder().wrap(MemorySegment.ofArray(bytes), 0, bytes.length);
    if (!decoder.next()) {
      throw new AssertionError("no message in " + name);
    }
    return decoder;
  }

  /** A request as text, without sequence number and port. */
  public static String hex(byte[] message) {
    byte[] masked = message.clone();
    ByteBuffer.wrap(masked).order(ByteOrder.nativeOrder()).putLong(SEQUENCE, 0);
    return HexFormat.ofDelimiter(" ").formatHex(masked);
  }

  /** The bytes of an encoder's messages. */
  public static byte[] bytes(MessageEncoder encoder) {
    return encoder.segment().asSlice(0, encoder.length()).toArray(ValueLayout.JAVA_BYTE);
  }

  /** The attributes of a message, sorted, each as its type and its payload. */
  public static List<String> attributes(byte[] message, int headerLength) {
    MessageDecoder decoder =
        new MessageDecoder().wrap(MemorySegment.ofArray(message), 0, message.length);
    decoder.next();
    AttributeIterator iterator = decoder.attributes(headerLength, new AttributeIterator());
    List<String> attributes = new ArrayList<>();
    while (iterator.next()) {
      attributes.add(iterator.type() + "=" + HexFormat.of().formatHex(iterator.getBytes()));
    }
    attributes.sort(Comparator.naturalOrder());
    return attributes;
  }
}
