package io.fastvif.vif;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ValuesTest {
  @Test
  void macAddress() {
    assertEquals(0xfa163e887534L, MacAddress.parse("fa:16:3e:88:75:34").value());
    assertEquals("fa:16:3e:88:75:34", MacAddress.parse("FA-16-3e:88:75:34").toString());
    assertEquals("00:00:00:00:00:01", new MacAddress(1).toString());
    assertEquals("ff:ff:ff:ff:ff:ff", new MacAddress((1L << 48) - 1).toString());
    assertThrows(IllegalArgumentException.class, () -> new MacAddress(1L << 48));
    assertThrows(IllegalArgumentException.class, () -> new MacAddress(-1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "zz",
        "fa:16:3e:88:75",
        "fa:16:3e:88:75:3",
        "fa:16:3e:88:75:34:00",
        "fa163e887534",
        "fa:16:3e:88:75:3g",
        "fa.16.3e.88.75.34",
        "fa:16:3e:88:75:３4",
        ":fa:16:3e:88:75:3"
      })
  void notAMacAddress(String text) {
    assertThrows(InvalidInputException.class, () -> MacAddress.parse(text));
  }

  @Test
  void pciAddress() {
    PciAddress address = PciAddress.parse("0001:AF:1f.7");
    assertEquals(new PciAddress(1, 0xaf, 0x1f, 7), address);
    assertEquals("0001:af:1f.7", address.toString());
    assertThrows(IllegalArgumentException.class, () -> new PciAddress(0, 0, 32, 0));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "af:06.1", "0000:af:20.1", "0000:af:06.8", "0000:af:06:1", "0000.af:06.1"})
  void notAPciAddress(String text) {
    assertThrows(InvalidInputException.class, () -> PciAddress.parse(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "255.255.255.255", "10.1.0.5"})
  void ipv4(String text) {
    assertFalse(new IpAddress(text).isV6());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "::",
        "::1",
        "1::",
        "fe80::1",
        "1:2:3:4:5:6:7:8",
        "1:2:3:4:5:6:7::",
        "::2:3:4:5:6:7:8",
        "::ffff:10.0.0.1",
        "1:2:3:4:5:6:10.0.0.1",
        "2001:DB8::a:b"
      })
  void ipv6(String text) {
    assertTrue(new IpAddress(text).isV6());
    assertEquals(text, new IpAddress(text).toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1",
        "1.2.3",
        "1.2.3.4.5",
        "1.2.3.256",
        "01.2.3.4",
        "1.2.3.",
        "a.b.c.d",
        ":",
        ":::",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7:8::",
        "1::2::3",
        "12345::",
        "g::",
        "fe80::1%eth0",
        "1.2.3.4::",
        "[::1]",
        "1:2:3:4:5:6:7:1.2.3.4",
        "::1 ",
        ":1::"
      })
  void notAnIpAddress(String text) {
    assertThrows(InvalidInputException.class, () -> new IpAddress(text));
  }

  @Test
  void ipNetwork() {
    assertEquals(24, new IpNetwork("10.1.0.0/24").prefixLength());
    assertEquals(new IpAddress("10.1.0.0"), new IpNetwork("10.1.0.0/24").address());
    assertEquals(0, new IpNetwork("::/0").prefixLength());
    assertEquals(128, new IpNetwork("::1").prefixLength());
    assertEquals(32, new IpNetwork("10.0.0.1").prefixLength());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "10.0.0.0/",
        "10.0.0.0/33",
        "::/129",
        "10.0.0.0/-1",
        "x/8",
        "10.0.0.0/8/8"
      })
  void notAnIpNetwork(String text) {
    assertThrows(InvalidInputException.class, () -> new IpNetwork(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "eth0", "fifteen-bytes-x", "...", "brq@1", "größe"})
  void interfaceName(String name) {
    assertTrue(InterfaceName.isValid(name));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "..",
        "a/b",
        "a:b",
        "a b",
        "a\tb",
        "a\nb",
        "a\u0000b",
        "sixteen-bytes-xx",
        "tap%d",
        "all",
        "default",
        "größe-größe-größe",
        "à"
      })
  void notAnInterfaceName(String name) {
    assertFalse(InterfaceName.isValid(name));
  }

  @Test
  void version() {
    assertEquals(new Version(1, 12), Version.parse("1.12"));
    assertTrue(new Version(1, 2).compareTo(new Version(1, 12)) < 0);
    assertTrue(new Version(2, 0).compareTo(new Version(1, 12)) > 0);
    assertEquals("1.12", new Version(1, 12).toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1", "1.", ".1", "1.0.0", "01.0", "1.00", "-1.0", "1.x", "1.9999999"})
  void notAVersion(String text) {
    assertThrows(InvalidInputException.class, () -> Version.parse(text));
  }

  @Test
  void messagesAreShortAndHarmless() {
    String hostile = "\u001b[2J\n" + "x".repeat(10_000);
    InvalidInputException e =
        assertThrows(InvalidInputException.class, () -> MacAddress.parse(hostile));
    assertTrue(e.getMessage().startsWith("\"\\u001b[2J\\u000ax"), e.getMessage());
    assertTrue(e.getMessage().length() < 250, e.getMessage());
  }
}
