package io.fastvif.netlink.route;

import static io.fastvif.bindings.linux.linux_h.IFLA_INFO_DATA;
import static io.fastvif.bindings.linux.linux_h.IFLA_LINKINFO;

import io.fastvif.netlink.AttributeIterator;
import io.fastvif.netlink.MessageDecoder;
import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import java.util.Set;
import java.util.TreeSet;

/** The attributes of a link request, those inside IFLA_LINKINFO too, without their order. */
final class AttributeTree {
  private AttributeTree() {}

  static Set<String> of(byte[] message) {
    MessageDecoder decoder =
        new MessageDecoder().wrap(MemorySegment.ofArray(message), 0, message.length);
    decoder.next();
    Set<String> tree = new TreeSet<>();
    collect("", decoder.attributes(InterfaceInfo.LENGTH, new AttributeIterator()), 0, tree);
    return tree;
  }

  private static void collect(String path, AttributeIterator level, int depth, Set<String> tree) {
    while (level.next()) {
      String name = path + "/" + level.type();
      boolean nested =
          (depth == 0 && level.type() == IFLA_LINKINFO)
              || (depth == 1 && level.type() == IFLA_INFO_DATA);
      if (nested) {
        collect(name, level.nested(new AttributeIterator()), depth + 1, tree);
      } else {
        tree.add(name + "=" + HexFormat.of().formatHex(level.getBytes()));
      }
    }
  }
}
