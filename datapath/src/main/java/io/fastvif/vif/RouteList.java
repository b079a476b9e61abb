package io.fastvif.vif;

import java.util.List;

/**
 * A list of routes.
 *
 * @param envelope version and changes
 * @param objects the routes
 */
public record RouteList(Envelope envelope, Field<List<Route>> objects) implements VersionedObject {
  /** os-vif's name of this class. */
  public static final String OBJECT_NAME = "RouteList";

  /** The newest version known. */
  public static final Version CURRENT = new Version(1, 0);

  /** A new list. */
  public static RouteList of(List<Route> objects) {
    return new Builder().objects(objects).build();
  }

  @Override
  public String objectName() {
    return OBJECT_NAME;
  }

  /** Builds a RouteList. */
  public static final class Builder extends ObjectBuilder<RouteList> {
    private Field<List<Route>> objects = Field.unset();

    /** Nothing set. */
    public Builder() {
      super(CURRENT);
    }

    /** Sets the list. */
    public Builder objects(List<Route> objects) {
      this.objects = change("objects", List.copyOf(objects));
      return this;
    }

    @Override
    public RouteList build() {
      return new RouteList(envelope(), objects);
    }
  }
}
