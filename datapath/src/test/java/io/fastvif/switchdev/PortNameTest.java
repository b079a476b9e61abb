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
    // devlink: net/devlink/port.c, which serves mlx5, mlxsw, ice, nfp, netdevsim, octeontx2 ...
    "p0,              UPLINK, , ,  0",
    "p1s2,            UPLINK, , ,  1",
    "l3p7,            UPLINK, , ,  7",
    "l12p7s3,         UPLINK, , ,  7",
    "pf1,             PF,     , 1, 1",
    "c1pf0,           PF,    1, 0, 0",
    "pf0vf3,          VF,     , 0, 3",
    "c1pf0vf3,        VF,    1, 0, 3",
    "pf0sf88,         SF,     , 0, 88",
    "c2pf1sf7,        SF,    2, 1, 7",
    // nfp: a physical function with several ports; bnxt and liquidio: pf0vf3 as of devlink
    "pf1s3,           PF,     , 1, 1",
    "pf1vf0,          VF,     , 1, 0",
    // sfc (EF100): the wire before the function
    "p0pf0vf0,        VF,     , 0, 0",
    "p1pf1vf12,       VF,     , 1, 12",
    // ice without ports of devlink
    "pf0vfr0,         VF,     , 0, 0",
    "pf3vfr17,        VF,     , 3, 17",
    // mlx5 up to Linux 4.19, and what older drivers and other programs know
    "3,               VF,     , ,  3",
    "127,             VF,     , ,  127",
    "vf3,             VF,     , ,  3",
    "VF3,             VF,     , ,  3",
    "PF1VF12,         VF,     , 1, 12",
    "C0PF1Vf3,        VF,    0, 1, 3",
    "vf3@pf1,         VF,     , 1, 3",
    "VF12@PF1,        VF,     , 1, 12",
    "PF0SF1,          SF,     , 0, 1",
    "P1,              UPLINK, , ,  1",
  })
  void parsesEveryForm(String text, PortKind kind, Integer controller, Integer pf, int number) {
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
        "c1p0", // only functions are of another host
        "l3", // a line card is no port
        "l3pf0",
        "p0vf3",
        "p0p0pf0vf3",
        "pf0s1vf3",
        "pf0sfr3",
        "pf0vfr",
        "3@pf1",
        "sby", // virtio-net's standby
        "sw1p1", // rocker's are the switch's own words
        "pf0vf3x",
        "xpf0vf3",
        "vf3@",
        "@pf0",
        "vf3@p0",
        "n0", // a vNIC of nfp, which no port of the switch is
        "sf3",
        "-1",
        "0x3",
        "pf0vf99999999999",
        "eth0",
        "p0s"
      })
  void parsesNothingElse(String text) {
    assertEquals(Optional.empty(), PortName.parse(text));
  }
}
