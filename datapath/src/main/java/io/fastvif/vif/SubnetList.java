package io.fastvif.vif;

import java.util.List;

/**
 * A list of subnets.
 *
 * @param envelope version and changes
 * @param objects the subnets
 */
public record SubnetList(Envelope envelope, Field<List<Subnet>> objects)
    implements VersionedObject {
  /** os-vif's name of this class. */
  public static final String OBJECT_NAME = "SubnetList";

  /** The newest version known. */
  public static final Version CURRENT = new Version(1, 0);

  /** A new list. */
  public static SubnetList of(List<Subnet> objects) {
    return new Builder().objects(objects).build();
  }

  @Override
  public String objectName() {
    return OBJECT_NAME;
  }

  /** Builds a SubnetList. */
  public static final class Builder extends ObjectBuilder<SubnetList> {
    private Field<List<Subnet>> objects = Field.unset();

    /** Nothing set. */
    public Builder() {
      super(CURRENT);
    }

    /** Sets the list. */
    public Builder objects(List<Subnet> objects) {
      this.objects = change("objects", List.copyOf(objects));
      return this;
    }

    @Override
    public SubnetList build() {
      return new SubnetList(envelope(), objects);
    }
  }
}
