package io.fastvif.netlink;

import org.junit.jupiter.api.Test;

class DamagedAckTest {
  @Test
  void acknowledgements() {
    AckDecoder ack = new AckDecoder();
    DamagedMessages.assertNeverOverRead("reply-error-text", ack::wrap);
    DamagedMessages.assertNeverOverRead("reply-error", ack::wrap);
  }
}
