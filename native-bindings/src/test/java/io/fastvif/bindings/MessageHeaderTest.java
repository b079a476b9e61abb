package io.fastvif.bindings;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fastvif.bindings.linux.iovec;
import io.fastvif.bindings.linux.mmsghdr;
import io.fastvif.bindings.linux.msghdr;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

/** The layouts written by hand against the generated ones, which are checked against gcc's. */
class MessageHeaderTest {

  @Test
  void layoutsAreTheHeaders() {
    assertEquals(iovec.layout().byteSize(), MessageHeader.VECTOR_SIZE);
    assertEquals(msghdr.layout().byteSize(), MessageHeader.SIZE);
    assertEquals(mmsghdr.layout().byteSize(), MessageHeader.MULTIPLE_SIZE);
    assertEquals(mmsghdr.layout().byteAlignment(), MessageHeader.ALIGNMENT);
    assertEquals(0, mmsghdr.msg_hdr$offset());
    assertEquals(msghdr.msg_name$offset(), MessageHeader.NAME_OFFSET);
    assertEquals(msghdr.msg_namelen$offset(), MessageHeader.NAME_LENGTH_OFFSET);
    assertEquals(msghdr.msg_iov$offset(), MessageHeader.VECTORS_OFFSET);
    assertEquals(msghdr.msg_iovlen$offset(), MessageHeader.VECTOR_COUNT_OFFSET);
    assertEquals(msghdr.msg_control$offset(), MessageHeader.CONTROL_OFFSET);
    assertEquals(msghdr.msg_controllen$offset(), MessageHeader.CONTROL_LENGTH_OFFSET);
    assertEquals(msghdr.msg_flags$offset(), MessageHeader.FLAGS_OFFSET);
    assertEquals(mmsghdr.msg_len$offset(), MessageHeader.LENGTH_OFFSET);
  }

  @Test
  void whatIsWrittenIsReadByTheGeneratedAccessors() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(24);
      MemorySegment name = arena.allocate(12);
      MemorySegment vectors = arena.allocate(2 * MessageHeader.VECTOR_SIZE, 8);
      MemorySegment headers = arena.allocate(2 * MessageHeader.MULTIPLE_SIZE, 8);
      MemorySegment vector = iovec.asSlice(vectors, 1);
      MemorySegment header = mmsghdr.msg_hdr(mmsghdr.asSlice(headers, 1));
      MessageHeader.putVector(vectors, MessageHeader.VECTOR_SIZE, buffer, 20);
      MessageHeader.putOneVector(headers, MessageHeader.MULTIPLE_SIZE, vector);
      MessageHeader.putName(headers, MessageHeader.MULTIPLE_SIZE, name);
      assertEquals(buffer.address(), iovec.iov_base(vector).address());
      assertEquals(20, iovec.iov_len(vector));
      assertEquals(vector.address(), msghdr.msg_iov(header).address());
      assertEquals(1, msghdr.msg_iovlen(header));
      assertEquals(name.address(), msghdr.msg_name(header).address());
      assertEquals(12, msghdr.msg_namelen(header));
      MessageHeader.putControl(headers, MessageHeader.MULTIPLE_SIZE, buffer, 16);
      assertEquals(buffer.address(), msghdr.msg_control(header).address());
      assertEquals(16, msghdr.msg_controllen(header));
      assertEquals(16, MessageHeader.controlLength(headers, MessageHeader.MULTIPLE_SIZE));
    }
  }
}
