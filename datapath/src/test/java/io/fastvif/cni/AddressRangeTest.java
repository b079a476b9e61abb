package io.fastvif.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AddressRangeTest {
  private static AddressRange range(String json) {
    return AddressRange.read(
        new ConfigObject("ranges", CniJson.object("", json.replace('\'', '"'))));
  }

  private static List<String> all(List<AddressRange> set, String last) {
    AddressCursor cursor = new AddressCursor(set, last.isEmpty() ? null : Cidr.address("", last));
    List<String> texts = new ArrayList<>();
    for (InetAddress next = cursor.next(); next != null; next = cursor.next()) {
      texts.add(Cidr.text(next));
    }
    return texts;
  }

  @Test
  void gatewayIsLeftOutAndTheOrderGoesOnAfterTheLast() {
    List<AddressRange> set = List.of(range("{'subnet':'10.0.0.0/29'}"));
    List<String> five = List.of("10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5", "10.0.0.6");
    assertEquals(five, all(set, ""));
    assertEquals(
        List.of("10.0.0.5", "10.0.0.6", "10.0.0.2", "10.0.0.3", "10.0.0.4"), all(set, "10.0.0.4"));
    assertEquals(five, all(set, "10.0.0.6"));
    assertEquals(five, all(set, "192.0.2.1"), "of another range");
  }

  @Test
  void severalRangesFollowOneAnother() {
    List<AddressRange> set =
        List.of(
            range("{'subnet':'10.0.0.0/24','rangeStart':'10.0.0.9','rangeEnd':'10.0.0.10'}"),
            range("{'subnet':'10.0.1.0/24','rangeStart':'10.0.1.1','rangeEnd':'10.0.1.2'}"));
    assertEquals(List.of("10.0.0.9", "10.0.0.10", "10.0.1.2"), all(set, ""));
    assertEquals(List.of("10.0.0.10", "10.0.1.2", "10.0.0.9"), all(set, "10.0.0.9"));
  }

  @Test
  void wrongRangesAreRefused() {
    for (String json :
        new String[] {
          "{}",
          "{'subnet':'10.0.0.1/24'}",
          "{'subnet':'10.0.0.0/31'}",
          "{'subnet':'10.0.0.0/24','rangeStart':'10.0.1.1'}",
          "{'subnet':'10.0.0.0/24','rangeStart':'10.0.0.9','rangeEnd':'10.0.0.8'}"
        }) {
      assertThrows(CniException.class, () -> range(json), json);
    }
  }
}
