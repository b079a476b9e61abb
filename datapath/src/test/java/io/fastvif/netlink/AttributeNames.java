package io.fastvif.netlink;

/** The names of attributes, for tests of other packages. */
public final class AttributeNames {
  private AttributeNames() {}

  /**
   * The name of an attribute.
   *
   * @param prefix how its constant begins, such as {@code RTA_}
   */
  public static String name(String prefix, int number) {
    String name = ConstantNames.of(prefix).name(number);
    return name == null ? "attribute " + number : name;
  }
}
