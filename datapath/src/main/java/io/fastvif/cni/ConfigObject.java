package io.fastvif.cni;

import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.MacAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** An object of a network configuration, taken key by key. A key that is null counts as missing. */
final class ConfigObject {
  private final String path;
  private final Map<String, Object> members;
  private final Set<String> taken = new HashSet<>();

  ConfigObject(String path, Map<String, Object> members) {
    this.path = path;
    this.members = members;
  }

  /** The key with the path that leads to it. */
  String place(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  /** The names of all that is there. */
  Set<String> keys() {
    return members.keySet();
  }

  private Object take(String key) {
    taken.add(key);
    return members.get(key);
  }

  /** Whether there is such a key. */
  boolean has(String key) {
    return members.get(key) != null;
  }

  /** A string; empty if it is missing. */
  String text(String key) {
    return switch (take(key)) {
      case null -> "";
      case String text -> text;
      case Object other -> throw CniException.ofKey(place(key), other, "a string");
    };
  }

  /** True or false; false if it is missing. */
  boolean flag(String key) {
    return switch (take(key)) {
      case null -> false;
      case Boolean truth -> truth;
      case Object other -> throw CniException.ofKey(place(key), other, "true or false");
    };
  }

  /** A whole number between two others; absent if it is missing. */
  int number(String key, int absent, int least, int most) {
    return (int) number(key, absent, (long) least, most);
  }

  /** A whole number between two others; absent if it is missing. */
  long number(String key, long absent, long least, long most) {
    Object value = take(key);
    if (value == null) {
      return absent;
    }
    if ((value instanceof Integer || value instanceof Long)
        && ((Number) value).longValue() >= least
        && ((Number) value).longValue() <= most) {
      return ((Number) value).longValue();
    }
    throw CniException.ofKey(place(key), value, "a whole number of " + least + " to " + most);
  }

  /** An object. */
  Optional<ConfigObject> object(String key) {
    return Optional.ofNullable(take(key)).map(value -> object(place(key), value));
  }

  /** The objects of an array; none if it is missing. */
  List<ConfigObject> objects(String key) {
    return objects(place(key), take(key));
  }

  /** The arrays of objects of an array. */
  List<List<ConfigObject>> objectLists(String key) {
    List<List<ConfigObject>> lists = new ArrayList<>();
    for (Object element : list(place(key), take(key))) {
      lists.add(objects(place(key), element));
    }
    return lists;
  }

  /** The strings of an array; none if it is missing. */
  List<String> texts(String key) {
    List<String> texts = new ArrayList<>();
    for (Object element : list(place(key), take(key))) {
      if (!(element instanceof String text)) {
        throw CniException.ofKey(place(key), element, "a string");
      }
      texts.add(text);
    }
    return texts;
  }

  /** An address of a link; null if it is missing or empty. */
  MacAddress mac(String key) {
    String text = text(key);
    try {
      MacAddress mac = text.isEmpty() ? null : MacAddress.parse(text);
      if (mac != null && (mac.isMulticast() || mac.value() == 0)) {
        throw CniException.ofKey(place(key), text, "the MAC address of one device");
      }
      return mac;
    } catch (InvalidInputException wrong) {
      throw CniException.ofKey(place(key), text, "a MAC address");
    }
  }

  private static List<ConfigObject> objects(String path, Object value) {
    return list(path, value).stream().map(element -> object(path, element)).toList();
  }

  @SuppressWarnings("unchecked") // keys of JSON are strings
  private static ConfigObject object(String path, Object value) {
    if (value instanceof Map<?, ?> map) {
      return new ConfigObject(path, (Map<String, Object>) map);
    }
    throw CniException.ofKey(path, value, "an object");
  }

  private static List<?> list(String path, Object value) {
    return switch (value) {
      case null -> List.of();
      case List<?> list -> list;
      case Object other -> throw CniException.ofKey(path, other, "an array");
    };
  }

  /** Lets a key be there without looking at it. */
  void ignore(String... keys) {
    taken.addAll(List.of(keys));
  }

  /** What is there under a key that is not supported has to say nothing. */
  void refuse(String... keys) {
    for (String key : keys) {
      Object value = take(key);
      boolean saysNothing =
          switch (value) {
            case null -> true;
            case Boolean truth -> !truth;
            case Number number -> number.doubleValue() == 0;
            case String text -> text.isEmpty();
            case List<?> list -> list.isEmpty();
            case Map<?, ?> map -> map.isEmpty();
            default -> false;
          };
      if (!saysNothing) {
        throw CniException.unsupported(place(key), value);
      }
    }
  }

  /**
   * Refuses the keys that nobody has taken.
   *
   * @throws CniException that names the first of them
   */
  void requireNoOthers() {
    members.forEach(
        (key, value) -> {
          if (!taken.contains(key)) {
            throw CniException.unsupported(place(key), value);
          }
        });
  }
}
