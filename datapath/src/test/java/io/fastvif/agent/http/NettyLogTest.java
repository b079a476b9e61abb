package io.fastvif.agent.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class NettyLogTest {
  @Test
  void argumentsStandInTheirPlaces() {
    assertEquals("a 1 b 2", NettyLog.text("a {} b {}", 1, 2));
    assertEquals("a 1 b {}", NettyLog.text("a {} b {}", 1));
    assertEquals("a", NettyLog.text("a", 1, new IllegalStateException("x")));
  }
}
