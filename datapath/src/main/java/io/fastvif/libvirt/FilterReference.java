package io.fastvif.libvirt;

import io.fastvif.vif.InvalidInputException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A network filter of libvirt's: {@code <filterref>}.
 *
 * @param filter its name
 * @param parameters its variables' values, in order
 */
public record FilterReference(String filter, Map<String, String> parameters) {
  private static final Pattern FILTER = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_.\\-]*");
  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_]+");
  private static final Pattern VALUE = Pattern.compile("[a-zA-Z0-9_.:]+");

  /**
   * Checks the names and values.
   *
   * @throws InvalidInputException if libvirt would refuse one
   */
  public FilterReference {
    LibvirtValues.matching("filterref", filter, FILTER, "a name of letters, digits and _.-");
    parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    parameters.forEach(
        (name, value) -> {
          LibvirtValues.matching("filterref.parameter", name, NAME, "letters, digits and _");
          LibvirtValues.matching("filterref." + name, value, VALUE, "letters, digits and _.:");
        });
  }
}
