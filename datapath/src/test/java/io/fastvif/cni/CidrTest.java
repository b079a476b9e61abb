package io.fastvif.cni;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class CidrTest {
  @Test
  void ipv6TextIsThatOfRfc5952() {
    for (String text :
        new String[] {
          "::", "::1", "fd00::", "fd00::5", "1:0:2::3", "1:2:3:4:5:6:7:8", "1::2:0:0:3:4"
        }) {
      assertEquals(text, Cidr.text(Cidr.address("", text)));
    }
    assertEquals("2001:db8::1:0:0:1", Cidr.text(Cidr.address("", "2001:db8:0:0:1:0:0:1")));
    assertEquals("10.0.0.1", Cidr.text(Cidr.address("", "10.0.0.1")));
  }

  @Test
  void networksAreByTheirBits() {
    Cidr cidr = Cidr.parse("", "10.1.15.9/20");
    assertEquals("10.1.0.0/20", cidr.network().toString());
    assertEquals("10.1.15.255", Cidr.text(cidr.last()));
    assertTrue(cidr.contains(Cidr.address("", "10.1.3.4")));
    assertFalse(cidr.contains(Cidr.address("", "10.1.16.0")));
    assertFalse(cidr.contains(Cidr.address("", "fd00::1")));
    assertArrayEquals(new byte[] {-1, -1, -16, 0}, cidr.mask());
    assertEquals("fd00::/9", new Cidr(Cidr.address("", "fd00::1"), 9).network().toString());
    assertEquals("10.1.0.0", Cidr.text(Cidr.next(Cidr.address("", "10.0.255.255"))));
  }

  @Test
  void whatIsNoAddressIsRefused() {
    for (String text :
        new String[] {
          "", "10.0.0.1", "10.0.0.1/33", "10.0.0/8", "fd00::/129", "a/1", "10.0.0.1/"
        }) {
      assertThrows(CniException.class, () -> Cidr.parse("ipam", text), text);
    }
  }
}
