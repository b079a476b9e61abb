package io.fastvif.vif;

/**
 * A vhost-user socket between the guest and a switch in user space. libvirt: type vhostuser.
 *
 * @param base what every VIF has
 * @param vifName the port's name in the switch; no kernel device, so any text
 * @param path the path of the socket
 * @param mode which end the hypervisor is
 */
public record VifVhostUser(
    VifBase base, Field<String> vifName, Field<String> path, Field<VhostUserMode> mode)
    implements Vif {
  /** os-vif's name of this class. */
  public static final String OBJECT_NAME = "VIFVHostUser";

  /** The newest version known. */
  public static final Version CURRENT = new Version(1, 1);

  private static final int PORT_NAME_CHARACTERS = 14;

  /** A builder of the newest version with nothing set. */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public String objectName() {
    return OBJECT_NAME;
  }

  /**
   * The port's name in the switch. A VIF that does not say, as none of version 1.0 does, has the
   * one that os-vif's plugin for Open vSwitch makes of its id.
   *
   * @throws InvalidInputException if it has neither
   */
  public String portName() {
    if (vifName.hasValue()) {
      return vifName.get();
    }
    String made = "vhu" + id().require("id");
    return made.substring(0, Math.min(made.length(), PORT_NAME_CHARACTERS));
  }

  /** Builds a VifVhostUser. */
  public static final class Builder extends VifBuilder<VifVhostUser, Builder> {
    private Field<String> vifName = Field.unset();
    private Field<String> path = Field.unset();
    private Field<VhostUserMode> mode = Field.unset();

    /** Nothing set. */
    public Builder() {
      super(CURRENT);
    }

    /** Sets {@code vif_name}: the port's name in the switch; no kernel device, so any text. */
    public Builder vifName(String vifName) {
      this.vifName = change("vif_name", vifName);
      return this;
    }

    /** Sets {@code path}: the path of the socket. */
    public Builder path(String path) {
      this.path = change("path", path);
      return this;
    }

    /** Sets {@code mode}: which end the hypervisor is. */
    public Builder mode(VhostUserMode mode) {
      this.mode = change("mode", mode);
      return this;
    }

    @Override
    Builder self() {
      return this;
    }

    @Override
    public VifVhostUser build() {
      return new VifVhostUser(base(), vifName, path, mode);
    }
  }
}
