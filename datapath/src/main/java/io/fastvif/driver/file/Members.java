package io.fastvif.driver.file;

import io.fastvif.files.HostPath;
import io.fastvif.vif.InterfaceName;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.NumberRange;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;

/**
 * The members of one object of the file, taken by key and type; each error has the member's path.
 * Values are String, Long, Boolean, or a list of these.
 */
final class Members {
  private final String path;
  private final Map<String, Object> values;
  private final Set<String> taken = new HashSet<>();

  Members(String path, Map<String, Object> values) {
    this.path = path;
    this.values = values;
  }

  /** Text, if the member is there. */
  Optional<String> text(String key) {
    Object value = take(key);
    if (value == null || value instanceof String) {
      return Optional.ofNullable((String) value);
    }
    throw wrong(key, value.toString(), "is not text", "a string");
  }

  /** True or false. */
  boolean flag(String key, boolean byDefault) {
    Object value = take(key);
    if (value == null || value instanceof Boolean) {
      return value == null ? byDefault : (boolean) value;
    }
    throw wrong(key, value.toString(), "is not a flag", "true or false");
  }

  /** A whole number of that range, if the member is there. */
  OptionalInt number(String key, int min, int max) {
    Object value = take(key);
    if (value == null) {
      return OptionalInt.empty();
    }
    if (value instanceof Long number && number >= min && number <= max) {
      return OptionalInt.of(number.intValue());
    }
    throw wrong(
        key,
        value.toString(),
        "is not a number of the range",
        "a whole number from " + min + " to " + max);
  }

  /** A VLAN's number, if the member is there. */
  OptionalInt vlan(String key) {
    return number(key, NumberRange.VLAN.min(), NumberRange.VLAN.max());
  }

  /** The name of a network device, if the member is there. */
  Optional<String> device(String key) {
    Optional<String> name = text(key);
    if (name.isPresent() && !InterfaceName.isValid(name.get())) {
      throw wrong(
          key,
          name.get(),
          "is not the name of a network device",
          "1 to " + InterfaceName.MAX_BYTES + " bytes without slash, colon, percent sign or space");
    }
    return name;
  }

  /** The path of a folder, which must be there in the file but need not be on the host. */
  Path folder(String key) {
    String text = text(key).orElseThrow(() -> missing(key));
    try {
      Path folder = HostPath.of(text);
      if (folder.isAbsolute()) {
        return folder.normalize();
      }
    } catch (InvalidPathException noPath) {
      // said below
    }
    throw wrong(key, text, "is not the path of a folder", "an absolute path");
  }

  /** Text that must be there, in the form that a parser reads. */
  <T> T parsed(String key, Function<String, T> parser) {
    return parse(path + "." + key, text(key).orElseThrow(() -> missing(key)), parser);
  }

  /** A list of such texts, at least one and each once. */
  <T> List<T> parsedList(String key, Function<String, T> parser) {
    Object value = take(key);
    if (value == null) {
      throw missing(key);
    }
    if (!(value instanceof List<?> elements) || elements.isEmpty()) {
      throw wrong(key, value.toString(), "is not such a list", "at least one string, in brackets");
    }
    List<T> parsed = new ArrayList<>();
    Set<T> known = new HashSet<>();
    for (Object element : elements) {
      String place = path + "." + key + "[" + parsed.size() + "]";
      if (!(element instanceof String text)) {
        throw InvalidInputException.ofValue(place, element.toString(), "is not text", "a string");
      }
      T result = parse(place, text, parser);
      if (!known.add(result)) {
        throw InvalidInputException.ofValue(place, text, "comes twice", "each once");
      }
      parsed.add(result);
    }
    return List.copyOf(parsed);
  }

  private static <T> T parse(String place, String text, Function<String, T> parser) {
    try {
      return parser.apply(text);
    } catch (InvalidInputException wrong) {
      throw wrong.under(place);
    }
  }

  private Object take(String key) {
    taken.add(key);
    return values.get(key);
  }

  /** Refuses members that nobody took. */
  void end() {
    for (String key : values.keySet()) {
      if (!taken.contains(key)) {
        throw InvalidInputException.ofValue(
            path, key, "is not a key known here", "one of " + String.join(", ", sorted()));
      }
    }
  }

  private List<String> sorted() {
    return taken.stream().sorted().toList();
  }

  InvalidInputException missing(String key) {
    return InvalidInputException.of(path + "." + key, "is missing", "a value");
  }

  InvalidInputException wrong(String key, String value, String problem, String expected) {
    return InvalidInputException.ofValue(path + "." + key, value, problem, expected);
  }
}
