package io.fastvif.netlink;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class MessageEncoderTest {
  private static final int SMALL = 40;
  private static final int LARGE = 50_000;
  private final byte[] bytes = new byte[1024];
  private final MessageEncoder encoder = new MessageEncoder(MemorySegment.ofArray(bytes));

  @Test
  void aMessageThatDoesNotFitIsTakenBack() {
    MessageEncoder small = new MessageEncoder(MemorySegment.ofArray(new byte[SMALL]));
    small.begin(1, 2, 3);
    small.putInt(4, 5);
    assertTrue(small.end());
    small.begin(1, 2, 4);
    small.putInt(4, 5);
    small.putString(4, "more");
    assertFalse(small.end());
    assertEquals(1, small.messageCount());
    assertEquals(24, small.length());
  }

  @Test
  void messagesSinceAMarkAreTakenBack() {
    encoder.begin(1, 0);
    assertTrue(encoder.end());
    long mark = encoder.mark();
    encoder.begin(1, 0);
    assertTrue(encoder.end());
    encoder.begin(1, 0);
    encoder.rollback(mark);
    assertEquals(1, encoder.messageCount());
    assertEquals(16, encoder.length());
    assertEquals(4, encoder.begin(1, 0));
  }

  @Test
  void whatIsWrittenIsReadBack() {
    Arrays.fill(bytes, (byte) 0xff);
    encoder.begin(1, 2, 3);
    encoder.putByte(1, 0xfe);
    encoder.putShortBigEndian(2, 0x8100);
    encoder.putMacAddress(3, 0x0a0b0c0d0e0fL);
    encoder.putString(4, "\u00e4\u20ac\ud83d\ude00");
    encoder.beginNested(6);
    encoder.putIntBigEndian(7, 0x01020304);
    encoder.endNested();
    assertTrue(encoder.end());
    MessageDecoder decoder =
        new MessageDecoder().wrap(MemorySegment.ofArray(bytes), 0, encoder.length());
    assertTrue(decoder.next());
    AttributeIterator attributes = decoder.attributes(0, new AttributeIterator());
    assertTrue(attributes.find(1));
    assertEquals(0xfe, attributes.getByte());
    // The padding after it is zero, whatever was in the buffer before.
    assertEquals(0, bytes[attributes.payloadOffset() + 1]);
    assertTrue(attributes.find(2));
    assertEquals(0x8100, attributes.getShortBigEndian());
    assertTrue(attributes.find(3));
    assertEquals(0x0a0b0c0d0e0fL, attributes.getMacAddress());
    assertTrue(attributes.find(4));
    assertEquals("\u00e4\u20ac\ud83d\ude00", attributes.getString());
    assertTrue(attributes.find(6));
    AttributeIterator inner = attributes.nested(new AttributeIterator());
    assertTrue(inner.next());
    assertEquals(0x01020304, inner.getIntBigEndian());
    assertFalse(inner.next());
    assertThrows(MalformedMessageException.class, inner::getLong);
  }

  @Test
  void oneThatGrowsKeepsWhatItHasUpToItsBound() {
    MessageEncoder growing = MessageEncoder.growing(LARGE);
    byte[] payload = new byte[1000];
    Arrays.fill(payload, (byte) 7);
    int messages = 0;
    do {
      growing.begin(messages, 0, messages);
      growing.beginNested(1);
      growing.putBytes(2, payload);
      growing.endNested();
      messages++;
    } while (growing.end());
    assertEquals(LARGE / (16 + 4 + 4 + payload.length), growing.messageCount());
    assertEquals(growing.messageCount() + 1, messages);
    MessageDecoder decoder = new MessageDecoder().wrap(growing.segment(), 0, growing.length());
    for (int i = 0; i < growing.messageCount(); i++) {
      assertTrue(decoder.next());
      assertEquals(i, decoder.type());
      AttributeIterator nested = decoder.attributes(0, new AttributeIterator());
      assertTrue(nested.find(1));
      AttributeIterator inner = nested.nested(new AttributeIterator());
      assertTrue(inner.find(2));
      assertArrayEquals(payload, inner.getBytes());
    }
    assertFalse(decoder.next());
  }

  @Test
  void aStringThatTheKernelWouldCutIsRefused() {
    encoder.begin(1, 0);
    assertThrows(IllegalArgumentException.class, () -> encoder.putString(1, "a\0b"));
    assertThrows(IllegalArgumentException.class, () -> encoder.putString(1, "\ud83d"));
  }

  @Test
  void anErrorsTextIsReadFromTheKernelsBytes() {
    AckDecoder ack = new AckDecoder();
    ack.wrap(Captured.message("reply-error-text"));
    assertEquals(22, ack.errno());
    assertEquals("mtu greater than device maximum", ack.message());
    ack.wrap(Captured.message("reply-error"));
    assertEquals(17, ack.errno());
  }
}
