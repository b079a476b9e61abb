package io.fastvif.ovsdb;

import com.fasterxml.jackson.core.JsonGenerator;
import io.fastvif.ovsdb.OvsdbValue.Atoms;
import io.fastvif.ovsdb.OvsdbValue.Pairs;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** Writes and reads the JSON form of values (RFC 7047 section 5.1). */
final class ValueCodec {
  private ValueCodec() {}

  /** Writes the value in its JSON form. */
  static void write(JsonGenerator out, OvsdbValue value) throws IOException {
    if (value instanceof Pairs map) {
      out.writeStartArray();
      out.writeString("map");
      out.writeStartArray();
      for (Map.Entry<Object, Object> pair : map.pairs().entrySet()) {
        out.writeStartArray();
        writeAtom(out, pair.getKey());
        writeAtom(out, pair.getValue());
        out.writeEndArray();
      }
      out.writeEndArray();
      out.writeEndArray();
      return;
    }
    Set<Object> atoms = value instanceof Atoms set ? set.atoms() : Set.of();
    if (atoms.size() == 1) {
      writeAtom(out, atoms.iterator().next());
      return;
    }
    out.writeStartArray();
    out.writeString("set");
    out.writeStartArray();
    for (Object atom : atoms) {
      writeAtom(out, atom);
    }
    out.writeEndArray();
    out.writeEndArray();
  }

  private static void writeAtom(JsonGenerator out, Object atom) throws IOException {
    switch (atom) {
      case String text -> out.writeString(checked(text));
      case Long number -> out.writeNumber(number);
      case Double number -> out.writeNumber(number);
      case Boolean flag -> out.writeBoolean(flag);
      case UUID row -> writePair(out, "uuid", row.toString());
      case OvsdbValue.NamedUuid row -> writePair(out, "named-uuid", row.name());
      default -> throw new IllegalArgumentException("not an atom: " + atom.getClass());
    }
  }

  /**
   * Refuses what the server takes for no JSON: it would close the connection, and with that end
   * whatever else is under way.
   */
  private static String checked(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean isPair =
          Character.isHighSurrogate(c)
              && i + 1 < text.length()
              && Character.isLowSurrogate(text.charAt(i + 1));
      if (isPair) {
        i++;
      } else if (c == 0 || Character.isSurrogate(c)) {
        throw new IllegalArgumentException(
            (c == 0 ? "a zero character" : "half a surrogate pair") + " at " + i + " of a string");
      }
    }
    return text;
  }

  private static void writePair(JsonGenerator out, String kind, String text) throws IOException {
    out.writeStartArray();
    out.writeString(kind);
    out.writeString(text);
    out.writeEndArray();
  }

  /**
   * Reads a value from its JSON form.
   *
   * @param json as {@link JsonReader} gives it
   * @throws OvsdbProtocolException if it is no value
   */
  static OvsdbValue read(Object json) {
    if (json instanceof List<?> list
        && list.size() == 2
        && list.get(1) instanceof List<?> content) {
      if ("set".equals(list.get(0))) {
        Set<Object> atoms = new LinkedHashSet<>();
        for (Object atom : content) {
          atoms.add(readAtom(atom));
        }
        return new Atoms(atoms);
      }
      if ("map".equals(list.get(0))) {
        Map<Object, Object> pairs = new LinkedHashMap<>();
        for (Object pair : content) {
          if (!(pair instanceof List<?> two) || two.size() != 2) {
            throw new OvsdbProtocolException("not a pair of a map: " + pair);
          }
          pairs.put(readAtom(two.get(0)), readAtom(two.get(1)));
        }
        return new Pairs(pairs);
      }
    }
    return new Atoms(Set.of(readAtom(json)));
  }

  private static Object readAtom(Object json) {
    if (json instanceof List<?> list
        && list.size() == 2
        && "uuid".equals(list.get(0))
        && list.get(1) instanceof String text) {
      try {
        return UUID.fromString(text);
      } catch (IllegalArgumentException malformed) {
        throw new OvsdbProtocolException("not a UUID: " + text, malformed);
      }
    }
    if (json instanceof String || json instanceof Number || json instanceof Boolean) {
      return json;
    }
    throw new OvsdbProtocolException("not an atom: " + json);
  }
}
