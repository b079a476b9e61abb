package io.fastvif.vif;

/**
 * A DPDK port of a Kubernetes pod.
 *
 * @param envelope version and changes
 * @param datapathOffload the offload of the port to hardware
 * @param l3Setup whether addresses are to be set up
 * @param selflink the URL of the object in Kubernetes' API
 * @param resourceversion the object's version in Kubernetes' API
 */
public record PortProfileK8sDpdk(
    Envelope envelope,
    Field<DatapathOffload> datapathOffload,
    Field<Boolean> l3Setup,
    Field<String> selflink,
    Field<String> resourceversion)
    implements PortProfile {
  /** os-vif's name of this class. */
  public static final String OBJECT_NAME = "VIFPortProfileK8sDPDK";

  /** The newest version known. */
  public static final Version CURRENT = new Version(1, 1);

  /** A builder of the newest version with nothing set. */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public String objectName() {
    return OBJECT_NAME;
  }

  /** Builds a PortProfileK8sDpdk. */
  public static final class Builder extends PortProfileBuilder<PortProfileK8sDpdk, Builder> {
    private Field<Boolean> l3Setup = Field.unset();
    private Field<String> selflink = Field.unset();
    private Field<String> resourceversion = Field.unset();

    /** Nothing set. */
    public Builder() {
      super(CURRENT);
    }

    /** Sets {@code l3_setup}: whether addresses are to be set up. */
    public Builder l3Setup(Boolean l3Setup) {
      this.l3Setup = change("l3_setup", l3Setup);
      return this;
    }

    /** Sets {@code selflink}: the URL of the object in Kubernetes' API. */
    public Builder selflink(String selflink) {
      this.selflink = change("selflink", selflink);
      return this;
    }

    /** Sets {@code resourceversion}: the object's version in Kubernetes' API. */
    public Builder resourceversion(String resourceversion) {
      this.resourceversion = change("resourceversion", resourceversion);
      return this;
    }

    @Override
    Builder self() {
      return this;
    }

    @Override
    public PortProfileK8sDpdk build() {
      return new PortProfileK8sDpdk(
          envelope(), datapathOffload(), l3Setup, selflink, resourceversion);
    }
  }
}
