package io.fastvif;

import io.fastvif.json.PlugRequest;
import io.fastvif.plan.Action;
import io.fastvif.plan.Aliases;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.PlanClaims;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plugin.LinkChange;
import io.fastvif.plugin.VifPlugin;
import io.fastvif.plugin.VifPlugins;
import io.fastvif.vif.InstanceInfo;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.OpenVSwitchProfile;
import io.fastvif.vif.Vif;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * What is to be done with a VIF. It is planned when the operation before it on the same VIF has
 * ended. Never changes, and may be submitted any number of times.
 */
public final class VifOperation {
  private final String vifId;
  private final Action action;
  private final Maker maker;
  private final Map<String, String> options;
  private final Vif vif;

  /** Makes the plan. */
  private interface Maker {
    PlugPlan plan(VifPlugins plugins, HostSnapshot host, PlanClaims claims);
  }

  private VifOperation(
      String vifId, Vif vif, Action action, Maker maker, Map<String, String> options) {
    this.vif = vif;
    this.vifId = vifId;
    this.action = action;
    this.maker = maker;
    this.options = options;
  }

  /** To plug a VIF for the instance that the request names, if it does. */
  public static VifOperation plug(PlugRequest request) {
    return plug(request.vif(), request.instance().orElse(null));
  }

  /**
   * To plug a VIF.
   *
   * @param instance that it is for; null for none
   */
  public static VifOperation plug(Vif vif, InstanceInfo instance) {
    return of(
        vif,
        Action.PLUG,
        (plugins, host, claims) -> {
          PlugPlan plan = plugins.of(vif).plug(vif, instance, host);
          claims.add(vif, plan);
          return plan;
        });
  }

  /** To unplug a VIF from the instance that the request names, if it does. */
  public static VifOperation unplug(PlugRequest request) {
    return unplug(request.vif(), request.instance().orElse(null));
  }

  /**
   * To unplug a VIF.
   *
   * @param instance that it is for; null for none
   */
  public static VifOperation unplug(Vif vif, InstanceInfo instance) {
    return of(
        vif,
        Action.UNPLUG,
        (plugins, host, claims) -> {
          VifPlugin plugin = plugins.of(vif);
          PlugPlan plan = plugin.unplug(vif, instance, host);
          claims.unplugged(plan.vifId());
          return plan;
        });
  }

  /** To unplug what the host has of the VIF of that id, whatever it is. */
  public static VifOperation unplug(String vifId) {
    return new VifOperation(
        Objects.requireNonNull(vifId),
        null,
        Action.UNPLUG,
        (plugins, host, claims) -> {
          PlugPlan plan = plugins.unplug(vifId, host);
          claims.unplugged(vifId);
          return plan;
        },
        Map.of());
  }

  /**
   * To change a device of a VIF.
   *
   * @param device its name
   * @param change says what of it
   */
  public static VifOperation change(String vifId, String device, Consumer<LinkChange> change) {
    return new VifOperation(
        Objects.requireNonNull(vifId),
        null,
        Action.CHANGE,
        (plugins, host, claims) -> {
          boolean isOwn =
              host.link(device)
                  .flatMap(link -> Aliases.vifId(link.alias()))
                  .filter(vifId::equals)
                  .isPresent();
          if (!isOwn) {
            throw InvalidInputException.ofValue(
                "device", device, "is not the VIF's", "a device of the VIF " + vifId);
          }
          LinkChange begun = LinkChange.of(host, device);
          change.accept(begun);
          return begun.plan();
        },
        Map.of());
  }

  private static VifOperation of(Vif vif, Action action, Maker maker) {
    return new VifOperation(vif.id().orElse(""), vif, action, maker, Map.of());
  }

  /**
   * The same with options of its own, over those of the host.
   *
   * @param over by {@code PLUGIN.OPTION}, such as {@code linux_bridge.create_port}
   */
  public VifOperation with(Map<String, String> over) {
    return new VifOperation(vifId, vif, action, maker, Map.copyOf(over));
  }

  /** The id of the VIF; empty if it has none, and so cannot be planned. */
  public String vifId() {
    return vifId;
  }

  /** What is to be done. */
  public Action action() {
    return action;
  }

  /** The options of its own, by {@code PLUGIN.OPTION}. */
  public Map<String, String> options() {
    return options;
  }

  /** Whether the VIF is for Open vSwitch, by its plugin or its port profile. */
  static boolean needsOvs(Vif vif) {
    return vif.plugin().orElse("").equals("ovs")
        || vif.portProfile().orElse(null) instanceof OpenVSwitchProfile;
  }

  /** Whether nothing but the VIF's id is known. */
  boolean isOfIdAlone() {
    return vif == null && action == Action.UNPLUG;
  }

  /** Whether planning it takes the rows of Open vSwitch. */
  public boolean needsOvs() {
    return vif != null && needsOvs(vif);
  }

  /**
   * Plans it.
   *
   * @throws InvalidInputException if it cannot be planned
   */
  PlugPlan plan(VifPlugins plugins, HostSnapshot host, PlanClaims claims) {
    return maker.plan(plugins, host, claims);
  }
}
