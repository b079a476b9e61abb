package io.fastvif.libvirt;

import java.util.ArrayList;
import java.util.List;

/** An element to be written. Attributes are in single quotes, as libvirt itself writes them. */
final class XmlElement {
  private final String name;
  private final StringBuilder attributes = new StringBuilder();
  private final List<XmlElement> children = new ArrayList<>();

  XmlElement(String name) {
    this.name = name;
  }

  /** Adds an attribute; none if the value is null. */
  XmlElement attribute(String key, Object value) {
    if (value != null) {
      String escaped = XmlText.escape(name + "." + key, value.toString());
      attributes.append(' ').append(key).append("='").append(escaped).append('\'');
    }
    return this;
  }

  /** Adds an element inside this one and returns it. */
  XmlElement child(String childName) {
    XmlElement child = new XmlElement(childName);
    children.add(child);
    return child;
  }

  /** Appends the element on lines of its own. */
  void write(StringBuilder out, String indent) {
    out.append(indent).append('<').append(name).append(attributes);
    if (children.isEmpty()) {
      out.append("/>\n");
      return;
    }
    out.append(">\n");
    for (XmlElement child : children) {
      child.write(out, indent + "  ");
    }
    out.append(indent).append("</").append(name).append(">\n");
  }
}
