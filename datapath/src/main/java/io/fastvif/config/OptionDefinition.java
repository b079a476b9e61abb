package io.fastvif.config;

import java.util.List;

/**
 * What oslo.config is told of an option of os-vif's.
 *
 * @param name its name
 * @param type of its value
 * @param choices the values that it may have; empty for any of its type
 * @param byDefault its value where no file has it; null for none
 * @param alsoInDefault whether it may also be in the section {@code [DEFAULT]}, where it once was
 */
record OptionDefinition(
    String name, ValueType type, List<String> choices, String byDefault, boolean alsoInDefault) {

  /** What a value is. */
  enum ValueType {
    /** {@code BoolOpt}. */
    FLAG,
    /** {@code IntOpt}. */
    NUMBER,
    /** {@code StrOpt}. */
    TEXT,
    /** {@code MultiStrOpt}: each time that the option is given adds a value. */
    TEXTS
  }

  OptionDefinition(String name, ValueType type, String byDefault) {
    this(name, type, List.of(), byDefault, false);
  }

  /** The same that may be in {@code [DEFAULT]} too. */
  OptionDefinition inDefault() {
    return new OptionDefinition(name, type, choices, byDefault, true);
  }

  /** The same with these values only. */
  OptionDefinition of(String... values) {
    return new OptionDefinition(name, type, List.of(values), byDefault, alsoInDefault);
  }
}
