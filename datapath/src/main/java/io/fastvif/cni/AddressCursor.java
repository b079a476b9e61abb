package io.fastvif.cni;

import java.net.InetAddress;
import java.util.List;

/**
 * Goes through the addresses of a set of ranges once, from the one after that which was given last,
 * so that a freed address is not given again at once.
 */
final class AddressCursor {
  private final List<AddressRange> set;
  private int place;
  private InetAddress current;
  private InetAddress start;

  /**
   * @param last the address that was given last; null if that is not known
   */
  AddressCursor(List<AddressRange> set, InetAddress last) {
    this.set = set;
    for (int i = 0; last != null && i < set.size(); i++) {
      if (set.get(i).contains(last)) {
        place = i;
        current = last;
        break;
      }
    }
  }

  /** The range of the address that came last. */
  AddressRange range() {
    return set.get(place);
  }

  /** The next address; null when all have come. */
  InetAddress next() {
    do {
      if (current == null) {
        current = range().first();
      } else if (current.equals(range().last())) {
        place = (place + 1) % set.size();
        current = range().first();
      } else {
        current = Cidr.next(current);
      }
      if (start == null) {
        start = current;
      } else if (current.equals(start)) {
        return null;
      }
    } while (current.equals(range().gateway()));
    return current;
  }
}
