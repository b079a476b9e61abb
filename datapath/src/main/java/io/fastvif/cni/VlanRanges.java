package io.fastvif.cni;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * VLANs as the keys of a trunk name them: {@code id}, and ranges of {@code minID} to {@code maxID}.
 */
final class VlanRanges {
  private VlanRanges() {}

  /**
   * Reads them.
   *
   * @param least the least {@code id}
   * @param most the highest number
   * @return in their order, each once
   */
  static List<Integer> read(List<ConfigObject> ranges, int least, int most) {
    TreeSet<Integer> vlans = new TreeSet<>();
    for (ConfigObject range : ranges) {
      int id = range.number("id", -1, least, most);
      int first = range.number("minID", -1, 1, most);
      int last = range.number("maxID", -1, 1, most);
      range.requireNoOthers();
      if ((first < 0) != (last < 0) || last < first || (id < 0 && first < 0)) {
        throw CniException.ofKey(
            range.place("minID"), first, "an id, or a minID and a maxID that is not less");
      }
      if (id >= 0) {
        vlans.add(id);
      }
      for (int vlan = first; first > 0 && vlan <= last; vlan++) {
        vlans.add(vlan);
      }
    }
    return new ArrayList<>(vlans);
  }
}
