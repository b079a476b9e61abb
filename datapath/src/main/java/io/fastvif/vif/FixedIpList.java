package io.fastvif.vif;

import java.util.List;

/**
 * A list of addresses.
 *
 * @param envelope version and changes
 * @param objects the addresses
 */
public record FixedIpList(Envelope envelope, Field<List<FixedIp>> objects)
    implements VersionedObject {
  /** os-vif's name of this class. */
  public static final String OBJECT_NAME = "FixedIPList";

  /** The newest version known. */
  public static final Version CURRENT = new Version(1, 0);

  /** A new list. */
  public static FixedIpList of(List<FixedIp> objects) {
    return new Builder().objects(objects).build();
  }

  @Override
  public String objectName() {
    return OBJECT_NAME;
  }

  /** Builds a FixedIpList. */
  public static final class Builder extends ObjectBuilder<FixedIpList> {
    private Field<List<FixedIp>> objects = Field.unset();

    /** Nothing set. */
    public Builder() {
      super(CURRENT);
    }

    /** Sets the list. */
    public Builder objects(List<FixedIp> objects) {
      this.objects = change("objects", List.copyOf(objects));
      return this;
    }

    @Override
    public FixedIpList build() {
      return new FixedIpList(envelope(), objects);
    }
  }
}
