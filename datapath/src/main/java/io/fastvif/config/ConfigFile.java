package io.fastvif.config;

import io.fastvif.plugin.OptionText;
import io.fastvif.vif.InvalidInputException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A file's sections. A section may come several times, and an option too; a line that begins with a
 * space or a tab goes on with the option above it; names of sections are the same in any case, but
 * for {@code DEFAULT}. Quotes around a value are taken away, comments behind one are part of it.
 *
 * @param name of the file, for messages
 * @param sections each option's values, in their order, by section and option
 */
record ConfigFile(String name, Map<String, Map<String, List<String>>> sections) {
  static final String DEFAULT = "DEFAULT";

  private static final char BYTE_ORDER_MARK = '\ufeff';

  /**
   * Reads a file's bytes.
   *
   * @throws InvalidInputException if oslo.config would refuse it; the path is the line
   */
  static ConfigFile read(String name, byte[] bytes) {
    return new Parser(name, text(bytes)).parse();
  }

  private static String text(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException notText) {
      throw InvalidInputException.of(line(bytes), "is not UTF-8", "UTF-8, in comments too");
    }
  }

  /** The first line that is not UTF-8. */
  private static String line(byte[] bytes) {
    int number = 1;
    int start = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        if (!isText(bytes, start, i)) {
          break;
        }
        start = i + 1;
        number++;
      }
    }
    return "line " + number;
  }

  private static boolean isText(byte[] bytes, int start, int end) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, start, end - start));
      return true;
    } catch (CharacterCodingException notText) {
      return false;
    }
  }

  /** A section's name as it is looked for. */
  static String normalized(String section) {
    return section.equals(DEFAULT) ? section : section.toLowerCase(Locale.ROOT);
  }

  /** The values that the option is given there; empty for none. */
  List<String> values(String section, String option) {
    return sections.getOrDefault(section, Map.of()).getOrDefault(option, List.of());
  }

  /** Goes through the lines. */
  private static final class Parser {
    private final ConfigFile file;
    private final String text;
    private int number;
    private Map<String, List<String>> section;
    private String option;
    private final List<String> value = new ArrayList<>();

    Parser(String name, String text) {
      file = new ConfigFile(name, new LinkedHashMap<>());
      this.text = text;
    }

    ConfigFile parse() {
      for (String raw : text.split("\r\n|\r|\n", -1)) {
        number++;
        take(OptionText.stripEnd(raw));
      }
      end();
      return file;
    }

    private void take(String line) {
      if (line.isEmpty()) {
        end();
      } else if (line.charAt(0) == ' ' || line.charAt(0) == '\t') {
        if (option == null) {
          throw wrong(line, "continues nothing", "an option or a comment without space before it");
        }
        value.add(OptionText.strip(line));
      } else {
        end();
        switch (line.charAt(0)) {
          case '[' -> begin(line);
          case '#', ';' -> {
            // a comment
          }
          default -> assign(line);
        }
      }
    }

    private void begin(String line) {
      if (!line.endsWith("]") || line.length() <= 2) {
        throw wrong(line, "is not a section", "[NAME]");
      }
      String name = normalized(line.substring(1, line.length() - 1));
      section = file.sections.computeIfAbsent(name, absent -> new LinkedHashMap<>());
    }

    private void assign(String line) {
      int colon = line.indexOf(':');
      int equals = line.indexOf('=');
      int end = colon < 0 || (equals >= 0 && equals < colon) ? equals : colon;
      if (end < 0) {
        boolean marked = line.charAt(0) == BYTE_ORDER_MARK;
        throw wrong(
            line,
            marked ? "begins with a byte order mark" : "has no = or :",
            marked ? "a file without" : "OPTION = VALUE");
      }
      option = OptionText.strip(line.substring(0, end));
      if (option.isEmpty()) {
        throw wrong(line, "names no option", "OPTION = VALUE");
      }
      value.add(unquoted(OptionText.strip(line.substring(end + 1))));
    }

    private static String unquoted(String text) {
      if (text.isEmpty() || (text.charAt(0) != '"' && text.charAt(0) != '\'')) {
        return text;
      }
      int last = text.length() - 1;
      return text.charAt(last) == text.charAt(0) ? text.substring(Math.min(1, last), last) : text;
    }

    private void end() {
      if (option == null) {
        return;
      }
      if (section == null) {
        throw wrong(option, "is in no section", "a section before it");
      }
      section.computeIfAbsent(option, absent -> new ArrayList<>(1)).add(String.join("\n", value));
      option = null;
      value.clear();
    }

    private InvalidInputException wrong(String line, String problem, String expected) {
      return InvalidInputException.ofValue("line " + number, line, problem, expected);
    }
  }
}
