package io.fastvif.agent.api;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Checks a value against a JSON schema, of the keywords that the agent's description uses; another
 * one is an error, not ignored.
 */
final class SchemaCheck {
  private static final Set<String> KNOWN =
      Set.of(
          "$ref",
          "type",
          "description",
          "enum",
          "const",
          "pattern",
          "format",
          "minimum",
          "maximum",
          "minItems",
          "items",
          "properties",
          "required",
          "additionalProperties",
          "oneOf",
          "anyOf");

  private final Map<String, Object> schemas;

  SchemaCheck(Map<String, Object> schemas) {
    this.schemas = schemas;
  }

  /** What is wrong with the value; empty if nothing is. */
  List<String> problems(Object schema, Object value, String where) {
    List<String> problems = new ArrayList<>();
    check(JsonValue.object(schema), value, where, problems);
    return problems;
  }

  private void check(
      Map<String, Object> schema, Object value, String where, List<String> problems) {
    for (String keyword : schema.keySet()) {
      if (!KNOWN.contains(keyword)) {
        problems.add(where + ": the schema has the unknown keyword " + keyword);
      }
    }
    if (schema.get("$ref") instanceof String target) {
      String name = target.substring(target.lastIndexOf('/') + 1);
      check(JsonValue.object(schemas.get(name)), value, where + "(" + name + ")", problems);
    }
    if (schema.containsKey("type") && !isOfType(schema.get("type"), value)) {
      problems.add(where + ": " + value + " is not of type " + schema.get("type"));
      return;
    }
    if (schema.get("enum") instanceof List<?> values && !values.contains(value)) {
      problems.add(where + ": " + value + " is none of " + values);
    }
    if (schema.containsKey("const") && !schema.get("const").equals(value)) {
      problems.add(where + ": " + value + " is not " + schema.get("const"));
    }
    checkText(schema, value, where, problems);
    checkNumber(schema, value, where, problems);
    checkArray(schema, value, where, problems);
    if (value instanceof Map<?, ?>) {
      checkObject(schema, JsonValue.object(value), where, problems);
    }
    checkChoices(schema, value, where, problems);
  }

  private static boolean isOfType(Object type, Object value) {
    if (type instanceof List<?> types) {
      return types.stream().anyMatch(each -> isOfType(each, value));
    }
    return switch ((String) type) {
      case "object" -> value instanceof Map;
      case "array" -> value instanceof List;
      case "string" -> value instanceof String;
      case "integer" -> value instanceof Long;
      case "number" -> value instanceof Number;
      case "boolean" -> value instanceof Boolean;
      case "null" -> value == null;
      default -> false;
    };
  }

  private static void checkText(
      Map<String, Object> schema, Object value, String where, List<String> problems) {
    if (!(value instanceof String text)) {
      return;
    }
    if (schema.get("pattern") instanceof String pattern
        && !Pattern.compile(pattern).matcher(text).find()) {
      problems.add(where + ": " + text + " does not match " + pattern);
    }
    if (schema.get("format") instanceof String format) {
      try {
        switch (format) {
          case "date-time" -> Instant.parse(text);
          case "uuid" -> UUID.fromString(text);
          default -> problems.add(where + ": the schema has the unknown format " + format);
        }
      } catch (DateTimeParseException | IllegalArgumentException wrong) {
        problems.add(where + ": " + text + " is no " + format);
      }
    }
  }

  private static void checkNumber(
      Map<String, Object> schema, Object value, String where, List<String> problems) {
    if (value instanceof Number number) {
      double size = number.doubleValue();
      if (schema.get("minimum") instanceof Number min && size < min.doubleValue()) {
        problems.add(where + ": " + value + " is below " + min);
      }
      if (schema.get("maximum") instanceof Number max && size > max.doubleValue()) {
        problems.add(where + ": " + value + " is above " + max);
      }
    }
  }

  private void checkArray(
      Map<String, Object> schema, Object value, String where, List<String> problems) {
    if (!(value instanceof List<?> elements)) {
      return;
    }
    if (schema.get("minItems") instanceof Number min && elements.size() < min.intValue()) {
      problems.add(where + ": has " + elements.size() + " elements, not " + min);
    }
    if (schema.containsKey("items")) {
      for (int i = 0; i < elements.size(); i++) {
        check(
            JsonValue.object(schema.get("items")),
            elements.get(i),
            where + "[" + i + "]",
            problems);
      }
    }
  }

  private void checkObject(
      Map<String, Object> schema,
      Map<String, Object> members,
      String where,
      List<String> problems) {
    Map<String, Object> properties =
        schema.containsKey("properties") ? JsonValue.object(schema.get("properties")) : Map.of();
    if (schema.get("required") instanceof List<?> required) {
      for (Object name : required) {
        if (!members.containsKey(name)) {
          problems.add(where + ": " + name + " is missing");
        }
      }
    }
    Object others = schema.get("additionalProperties");
    members.forEach(
        (name, member) -> {
          String path = where + "." + name;
          if (properties.containsKey(name)) {
            check(JsonValue.object(properties.get(name)), member, path, problems);
          } else if (Boolean.FALSE.equals(others)) {
            problems.add(path + " is not described");
          } else if (others instanceof Map<?, ?>) {
            check(JsonValue.object(others), member, path, problems);
          }
        });
  }

  private void checkChoices(
      Map<String, Object> schema, Object value, String where, List<String> problems) {
    for (String keyword : List.of("oneOf", "anyOf")) {
      if (schema.get(keyword) instanceof List<?> choices) {
        List<String> reasons = new ArrayList<>();
        int fitting = 0;
        for (Object choice : choices) {
          List<String> wrong = problems(choice, value, where);
          fitting += wrong.isEmpty() ? 1 : 0;
          reasons.addAll(wrong);
        }
        if (fitting == 0) {
          problems.add(where + ": fits none of the choices: " + reasons);
        } else if (fitting > 1 && keyword.equals("oneOf")) {
          problems.add(where + ": fits " + fitting + " choices of oneOf");
        }
      }
    }
  }
}
