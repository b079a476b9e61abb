package io.fastvif.libvirt;

import io.fastvif.vif.InvalidInputException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * An operator's XML with placeholders such as {@code ${mac_address}}. A placeholder stands in an
 * element's text, inside an attribute's quotes, or in place of an attribute's value with its
 * quotes: {@code address=${mac_address}}. Values are escaped: they are never more than text.
 */
public final class Template {
  private final List<TemplatePart> parts;
  private final Set<String> placeholders;

  private Template(List<TemplatePart> parts) {
    this.parts = parts;
    Set<String> names = new TreeSet<>();
    for (TemplatePart part : parts) {
      if (part instanceof TemplatePart.Placeholder placeholder) {
        names.add(placeholder.name());
      }
    }
    placeholders = Collections.unmodifiableSet(names);
  }

  /**
   * Reads a template.
   *
   * @throws InvalidInputException if its elements are not closed as they were opened, or a
   *     placeholder is unfinished or stands where a value cannot
   */
  public static Template parse(String xml) {
    List<TemplatePart> parts = new ArrayList<>();
    new TemplateParser(xml, parts).parse();
    return new Template(parts);
  }

  /** The names of all placeholders. */
  public Set<String> placeholders() {
    return placeholders;
  }

  /**
   * The XML with values in place of the placeholders.
   *
   * @param values by placeholder
   * @throws InvalidInputException if a placeholder has no value, or a value no placeholder
   */
  public String fill(Map<String, String> values) {
    for (String name : values.keySet()) {
      if (!placeholders.contains(name)) {
        throw InvalidInputException.ofValue(
            "template value", name, "is not used by the template", "one of " + placeholders);
      }
    }
    StringBuilder out = new StringBuilder();
    for (TemplatePart part : parts) {
      switch (part) {
        case TemplatePart.Verbatim verbatim -> out.append(verbatim.text());
        case TemplatePart.Placeholder placeholder -> append(out, placeholder, values);
      }
    }
    return out.toString();
  }

  private static void append(
      StringBuilder out, TemplatePart.Placeholder placeholder, Map<String, String> values) {
    String name = placeholder.name();
    String value = values.get(name);
    if (value == null) {
      throw InvalidInputException.ofValue(
          "template placeholder", name, "has no value", "a value from the VIF driver or by hand");
    }
    String quote = placeholder.wantsQuotes() ? "'" : "";
    out.append(quote).append(XmlText.escape(name, value)).append(quote);
  }
}
