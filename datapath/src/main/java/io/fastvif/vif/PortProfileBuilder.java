package io.fastvif.vif;

/**
 * What the builders of all port profiles have.
 *
 * @param <T> the profile built
 * @param <B> the builder itself
 */
public abstract class PortProfileBuilder<T extends PortProfile, B extends PortProfileBuilder<T, B>>
    extends ObjectBuilder<T> {
  private Field<DatapathOffload> datapathOffload = Field.unset();

  PortProfileBuilder(Version current) {
    super(current);
  }

  /** Sets {@code datapath_offload}: the offload of the port to hardware. May be null. */
  public B datapathOffload(DatapathOffload datapathOffload) {
    this.datapathOffload = changeNullable("datapath_offload", datapathOffload);
    return self();
  }

  /** This builder, by its own type. */
  abstract B self();

  final Field<DatapathOffload> datapathOffload() {
    return datapathOffload;
  }
}
