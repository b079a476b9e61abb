package io.fastvif.libvirt;

import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.NumberRange;
import java.util.regex.Pattern;

/**
 * Options of a guest's interface beside its form. Null is not said.
 *
 * @param model the device the guest sees, such as {@code virtio} or {@code e1000}
 * @param driver how the hypervisor serves it
 * @param mtu in bytes, 68 to 65535; not said, it is the network's where the form takes one
 * @param bandwidth limits of traffic
 * @param vlan the port's VLANs
 * @param filter libvirt's filter on it
 * @param bootOrder its place among the devices the guest boots from, from 1
 * @param alias libvirt's name of the device, which must start with {@code ua-}
 * @param linkUp whether the guest sees a carrier
 * @param virtualPort in place of what the port profile says
 */
public record InterfaceOptions(
    String model,
    DriverOptions driver,
    Integer mtu,
    Bandwidth bandwidth,
    VlanTags vlan,
    FilterReference filter,
    Integer bootOrder,
    String alias,
    Boolean linkUp,
    VirtualPort virtualPort) {
  /** No options. */
  public static final InterfaceOptions NONE = new Builder().build();

  private static final Pattern MODEL = Pattern.compile("[a-zA-Z0-9\\-_]+");
  private static final Pattern ALIAS = Pattern.compile("ua-[a-zA-Z0-9_\\-.]+");

  /**
   * Checks the values.
   *
   * @throws InvalidInputException if libvirt would refuse one, or drop it
   */
  public InterfaceOptions {
    if (model != null) {
      LibvirtValues.matching("model", model, MODEL, "a name of letters, digits and -_");
    }
    if (alias != null) {
      LibvirtValues.matching("alias", alias, ALIAS, "ua- and letters, digits and _-.");
    }
    LibvirtValues.range("mtu", mtu, NumberRange.MTU);
    LibvirtValues.range("boot order", bootOrder, 1, Integer.MAX_VALUE);
  }

  /** A builder without options. */
  public static Builder builder() {
    return new Builder();
  }

  /** A builder with these options. */
  public Builder toBuilder() {
    return new Builder()
        .model(model)
        .driver(driver)
        .mtu(mtu)
        .bandwidth(bandwidth)
        .vlan(vlan)
        .filter(filter)
        .bootOrder(bootOrder)
        .alias(alias)
        .linkUp(linkUp)
        .virtualPort(virtualPort);
  }

  /** Whether the guest sees a virtio device, as far as is said. */
  boolean isVirtio() {
    return model != null
        && (model.equals("virtio")
            || model.equals("virtio-transitional")
            || model.equals("virtio-non-transitional"));
  }

  /** Builds options. Each method takes null for: not said. */
  public static final class Builder {
    private String model;
    private DriverOptions driver;
    private Integer mtu;
    private Bandwidth bandwidth;
    private VlanTags vlan;
    private FilterReference filter;
    private Integer bootOrder;
    private String alias;
    private Boolean linkUp;
    private VirtualPort virtualPort;

    /** Nothing said. */
    public Builder() {}

    /** Sets the device the guest sees. */
    public Builder model(String model) {
      this.model = model;
      return this;
    }

    /** Sets how the hypervisor serves it. */
    public Builder driver(DriverOptions driver) {
      this.driver = driver;
      return this;
    }

    /** Sets the MTU in bytes. */
    public Builder mtu(Integer mtu) {
      this.mtu = mtu;
      return this;
    }

    /** Sets limits of traffic. */
    public Builder bandwidth(Bandwidth bandwidth) {
      this.bandwidth = bandwidth;
      return this;
    }

    /** Sets the port's VLANs. */
    public Builder vlan(VlanTags vlan) {
      this.vlan = vlan;
      return this;
    }

    /** Sets libvirt's filter. */
    public Builder filter(FilterReference filter) {
      this.filter = filter;
      return this;
    }

    /** Sets its place among the devices the guest boots from. */
    public Builder bootOrder(Integer bootOrder) {
      this.bootOrder = bootOrder;
      return this;
    }

    /** Sets libvirt's name of the device. */
    public Builder alias(String alias) {
      this.alias = alias;
      return this;
    }

    /** Sets whether the guest sees a carrier. */
    public Builder linkUp(Boolean linkUp) {
      this.linkUp = linkUp;
      return this;
    }

    /** Sets the virtual port in place of the profile's. */
    public Builder virtualPort(VirtualPort virtualPort) {
      this.virtualPort = virtualPort;
      return this;
    }

    /**
     * The options.
     *
     * @throws InvalidInputException if a value is wrong
     */
    public InterfaceOptions build() {
      return new InterfaceOptions(
          model, driver, mtu, bandwidth, vlan, filter, bootOrder, alias, linkUp, virtualPort);
    }
  }
}
