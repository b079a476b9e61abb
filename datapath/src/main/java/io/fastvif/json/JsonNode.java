package io.fastvif.json;

import io.fastvif.vif.InvalidInputException;
import java.util.List;
import java.util.Map;

/** A JSON value. */
sealed interface JsonNode {
  /** What the value is, for messages: such as {@code a number}. */
  String kind();

  /** The value as text for messages, or null if it has parts, or none. */
  String shown();

  /** An object, its keys in the order they came. */
  record JsonObject(Map<String, JsonNode> members) implements JsonNode {
    @Override
    public String kind() {
      return "an object";
    }

    @Override
    public String shown() {
      return null;
    }
  }

  /** An array. */
  record JsonArray(List<JsonNode> elements) implements JsonNode {
    @Override
    public String kind() {
      return "an array";
    }

    @Override
    public String shown() {
      return null;
    }
  }

  /** A string. */
  record JsonString(String text) implements JsonNode {
    @Override
    public String kind() {
      return "a string";
    }

    @Override
    public String shown() {
      return text;
    }
  }

  /** A number as it was spelled. */
  record JsonNumber(String text) implements JsonNode {
    @Override
    public String kind() {
      return "a number";
    }

    @Override
    public String shown() {
      return text;
    }
  }

  /** True or false. */
  record JsonBoolean(boolean value) implements JsonNode {
    @Override
    public String kind() {
      return "a boolean";
    }

    @Override
    public String shown() {
      return Boolean.toString(value);
    }
  }

  /** Null. */
  record JsonNull() implements JsonNode {
    @Override
    public String kind() {
      return "null";
    }

    @Override
    public String shown() {
      return null;
    }
  }

  /** The error of a value that is not of the kind it must be. */
  default InvalidInputException isNot(String expected) {
    String text = shown();
    return text == null
        ? InvalidInputException.of("", "is " + kind(), expected)
        : InvalidInputException.ofValue("", text, "is " + kind(), expected);
  }
}
