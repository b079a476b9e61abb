package io.fastvif.ovsdb;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;

/**
 * A column's value (RFC 7047 section 5.1): a set of atoms, of which a single atom is the most
 * common, or a map of atoms. An atom is a String, Long, Double, Boolean, UUID or {@link NamedUuid}.
 */
public sealed interface OvsdbValue {

  /** A row that another operation of the same transaction inserts. */
  record NamedUuid(String name) {}

  /** One atom, none, or several. */
  record Atoms(Set<Object> atoms) implements OvsdbValue {}

  /** A map. */
  record Pairs(Map<Object, Object> pairs) implements OvsdbValue {}

  /** No atom: an optional column that is not set, an empty set. */
  static OvsdbValue empty() {
    return new Atoms(Set.of());
  }

  /** One atom. */
  static OvsdbValue of(String atom) {
    return new Atoms(Set.of(atom));
  }

  /** One atom. */
  static OvsdbValue of(long atom) {
    return new Atoms(Set.of(atom));
  }

  /** One atom. */
  static OvsdbValue of(UUID row) {
    return new Atoms(Set.of(row));
  }

  /** One row that the same transaction inserts. */
  static OvsdbValue named(String name) {
    return new Atoms(Set.of(new NamedUuid(name)));
  }

  /** Atoms in the given order. */
  static OvsdbValue set(Collection<?> atoms) {
    return new Atoms(new LinkedHashSet<>(atoms));
  }

  /** A map in the given order. */
  static OvsdbValue map(Map<?, ?> pairs) {
    return new Pairs(new LinkedHashMap<>(pairs));
  }

  /** The atoms; none of a map. */
  private Set<Object> atomsOrNone() {
    return this instanceof Atoms set ? set.atoms() : Set.of();
  }

  /** The only atom as text; empty if there is none. */
  default String text() {
    for (Object atom : atomsOrNone()) {
      return atom.toString();
    }
    return "";
  }

  /** All atoms that are numbers. */
  default Set<Integer> numbers() {
    Set<Integer> numbers = new LinkedHashSet<>();
    for (Object atom : atomsOrNone()) {
      if (atom instanceof Number number) {
        numbers.add(number.intValue());
      }
    }
    return numbers;
  }

  /** The only atom as a number; empty if there is none. */
  default OptionalLong number() {
    for (Object atom : atomsOrNone()) {
      return atom instanceof Number number
          ? OptionalLong.of(number.longValue())
          : OptionalLong.empty();
    }
    return OptionalLong.empty();
  }

  /** The rows referred to. */
  default Set<UUID> rows() {
    Set<UUID> rows = new LinkedHashSet<>();
    for (Object atom : atomsOrNone()) {
      if (atom instanceof UUID row) {
        rows.add(row);
      }
    }
    return rows;
  }

  /** A map's pairs as text; empty for a set. */
  default Map<String, String> texts() {
    if (!(this instanceof Pairs map)) {
      return Map.of();
    }
    Map<String, String> texts = new LinkedHashMap<>();
    map.pairs().forEach((key, value) -> texts.put(key.toString(), value.toString()));
    return texts;
  }
}
