package io.fastvif.plan;

/**
 * A link by both its marks: the index, which it keeps, and the name that it had when it was looked
 * at.
 *
 * @param index its interface index
 * @param name its name
 */
public record LinkId(int index, String name) {
  @Override
  public String toString() {
    return name;
  }
}
