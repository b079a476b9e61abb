package io.fastvif.switchdev;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PortNameTest {
  @ParameterizedTest
  @CsvSource({
    "3,               VF,     , ,  3",
    "127,             VF,     , ,  127",
    "vf3,             VF,     , ,  3",
    "VF3,             VF,     , ,  3",
    "pf0vf3,          VF,     , 0, 3",
    "pf1vf0,          VF,     , 1, 0",
    "PF1VF12,         VF,     , 1, 12",
    "c1pf0vf3,        VF,    1, 0, 3",
    "C0PF1Vf3,        VF,    0, 1, 3",
    "vf3@pf1,         VF,     , 1, 3",
    "VF3@PF1,         VF,     , 1, 3",
    "pf0sf88,         SF,     , 0, 88",
    "c2pf1sf7,        SF,    2, 1, 7",
    "PF0SF1,          SF,     , 0, 1",
    "pf1,             PF,     , 1, 1",
    "c1pf0,           PF,    1, 0, 0",
    "p0,              UPLINK, , ,  0",
    "P1,              UPLINK, , ,  1",
    "p1s2,            UPLINK, , ,  1",
  })
  void everyForm(String text, PortKind kind, Integer controller, Integer pf, int number) {
    assertEquals(
        Optional.of(new PortName(kind, optional(controller), optional(pf), number)),
        PortName.parse(text));
  }

  private static OptionalInt optional(Integer value) {
    return value == null ? OptionalInt.empty() : OptionalInt.of(value);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " 3",
        "3 ",
        "p",
        "pf",
        "vf",
        "pfvf3",
        "pf0vf",
        "c1",
        "c1vf3",
        "pf0vf3x",
        "xpf0vf3",
        "vf3@",
        "@pf0",
        "vf3@p0",
        "n0",
        "sf3",
        "-1",
        "0x3",
        "pf0vf99999999999",
        "eth0",
        "p0s"
      })
  void nothingElse(String text) {
    assertEquals(Optional.empty(), PortName.parse(text));
  }
}
