package io.fastvif.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an element says, whatever the order: each attribute with its path, such as {@code
 * interface/mac@address=fa:16:3e:88:75:34}, and each element without attributes.
 */
final class XmlFacts {
  private static final Pattern TAG =
      Pattern.compile("<(/?)([a-z]+)((?:\\s+[a-z_]+=(?:\"[^\"]*\"|'[^']*'))*)\\s*(/?)>");
  private static final Pattern ATTRIBUTE = Pattern.compile("([a-z_]+)=[\"']([^\"']*)[\"']");

  private XmlFacts() {}

  static Set<String> of(String xml) {
    Set<String> facts = new TreeSet<>();
    Deque<String> open = new ArrayDeque<>();
    Matcher tag = TAG.matcher(xml);
    while (tag.find()) {
      if (!tag.group(1).isEmpty()) {
        assertEquals(open.removeLast(), tag.group(2), xml);
        continue;
      }
      open.addLast(tag.group(2));
      String path = String.join("/", open);
      List<String> attributes = new ArrayList<>();
      Matcher attribute = ATTRIBUTE.matcher(tag.group(3));
      while (attribute.find()) {
        attributes.add(path + "@" + attribute.group(1) + "=" + attribute.group(2));
      }
      facts.addAll(attributes.isEmpty() ? List.of(path) : attributes);
      if (!tag.group(4).isEmpty()) {
        open.removeLast();
      }
    }
    assertEquals(0, open.size(), xml);
    return facts;
  }
}
