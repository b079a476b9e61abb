package io.fastvif.xdp;

import static io.fastvif.bindings.linux.linux_h.*;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.fastvif.bindings.SystemCallException;
import io.fastvif.testing.KernelTest;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The program's bytes, and what the kernel's verifier says of them. */
class RedirectProgramTest {
  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex.replaceAll("\\s", ""));
  }

  @Test
  void instructionsAreThoseOfTheMap() {
    byte[] expected =
        bytes(
            """
            61 12 10 00 00 00 00 00
            18 11 00 00 2a 01 00 00
            00 00 00 00 00 00 00 00
            b7 03 00 00 02 00 00 00
            85 00 00 00 33 00 00 00
            95 00 00 00 00 00 00 00
            """);
    assertArrayEquals(expected, RedirectProgram.instructions(0x12a));
  }

  @Test
  void offsetsAndImmediatesMayBeNegative() {
    byte[] program = new BpfAssembler(2).loadWord(BPF_REG_0, BPF_REG_3, -8).move(9, -2).bytes();
    assertArrayEquals(bytes("61 30 f8 ff 00 00 00 00 b7 09 00 00 fe ff ff ff"), program);
  }

  @KernelTest
  void verifierTakesIt() {
    RedirectProgram.load(3).close();
  }

  @KernelTest
  void mapTakesAsManyQueuesAsWereSaid() {
    try (RedirectProgram program = RedirectProgram.load(1)) {
      assertEquals(
          7, assertThrows(SystemCallException.class, () -> program.put(1, 0)).errno(), "E2BIG");
    }
  }
}
