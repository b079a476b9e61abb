package io.fastvif.host.negotiation;

import io.fastvif.host.HostCapabilities;
import io.fastvif.host.HostInfo;
import io.fastvif.host.HostPluginInfo;
import io.fastvif.host.HostPortProfileInfo;
import io.fastvif.host.HostVifInfo;
import io.fastvif.host.NegotiationAnswer;
import io.fastvif.host.PluginCapabilities;
import io.fastvif.host.PluginCapabilities.TakenVif;
import io.fastvif.host.VersionRange;
import io.fastvif.json.BackLevel;
import io.fastvif.json.NegotiationAnswers;
import io.fastvif.json.ObjectVersions;
import io.fastvif.json.VersionedObjectReader;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.PortProfile;
import io.fastvif.vif.Version;
import io.fastvif.vif.VersionedObject;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifBridge;
import io.fastvif.vif.VifDirect;
import io.fastvif.vif.VifGeneric;
import io.fastvif.vif.VifHostDevice;
import io.fastvif.vif.VifNestedDpdk;
import io.fastvif.vif.VifOpenVSwitch;
import io.fastvif.vif.VifVhostUser;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The side that knows the networks: chooses a VIF that the service host's plugins take. */
public final class NetworkHost {
  private static final List<String> REQUEST_CLASSES =
      List.of(
          HostInfo.OBJECT_NAME,
          HostPluginInfo.OBJECT_NAME,
          HostVifInfo.OBJECT_NAME,
          HostPortProfileInfo.OBJECT_NAME);

  private final List<Vif> wanted;
  private final Map<String, Version> limits;

  /**
   * @param wanted what the network would make of the port, best first; a VIF that names a plugin is
   *     for that plugin only, one that names none for any that takes it
   */
  public NetworkHost(List<Vif> wanted) {
    this(wanted, Map.of());
  }

  /**
   * A host that behaves as if it were older.
   *
   * @param limits the maximum versions that it supports, by os-vif's names; of other classes it
   *     supports what is known here
   */
  public NetworkHost(List<Vif> wanted, Map<String, Version> limits) {
    this.wanted = List.copyOf(wanted);
    this.limits = Map.copyOf(limits);
  }

  /** An empty VIF of each type, for a network that would make any of them. */
  public static List<Vif> oneOfEachType() {
    return List.of(
        VifHostDevice.builder().build(),
        VifVhostUser.builder().build(),
        VifOpenVSwitch.builder().build(),
        VifBridge.builder().build(),
        VifGeneric.builder().build(),
        VifDirect.builder().build(),
        VifNestedDpdk.builder().build());
  }

  /** Answers a request; wrong ones too are answered, with an error. */
  public String answer(String request) {
    return NegotiationAnswers.write(decide(request));
  }

  private NegotiationAnswer decide(String request) {
    try {
      Map<String, Version> supported = new LinkedHashMap<>();
      REQUEST_CLASSES.forEach(name -> supported.put(name, supported(name)));
      Optional<NegotiationAnswer> tooNew = tooNew(ObjectVersions.in(request), supported);
      if (tooNew.isPresent()) {
        return tooNew.get();
      }
      HostInfo host = VersionedObjectReader.read(request, HostInfo.class);
      return choose(HostCapabilities.of(host));
    } catch (InvalidInputException e) {
      return new NegotiationAnswer.Malformed(e.getMessage());
    }
  }

  private static Optional<NegotiationAnswer> tooNew(
      Map<String, Version> sent, Map<String, Version> supported) {
    for (Map.Entry<String, Version> each : supported.entrySet()) {
      Version version = sent.get(each.getKey());
      if (version != null && version.compareTo(each.getValue()) > 0) {
        return Optional.of(
            new NegotiationAnswer.TooNew(
                each.getKey() + " " + version + " is too new: " + each.getValue() + " at most",
                supported));
      }
    }
    return Optional.empty();
  }

  /**
   * The first wanted VIF that a plugin of the host takes, lowered to versions that the plugin
   * takes.
   */
  public NegotiationAnswer choose(HostCapabilities host) {
    List<String> reasons = new ArrayList<>();
    for (Vif vif : wanted) {
      for (PluginCapabilities plugin : host.plugins()) {
        if (!isFor(vif, plugin)) {
          continue;
        }
        try {
          Vif lowered = lowered(vif.withPlugin(plugin.name()), plugin);
          host.check(lowered);
          return new NegotiationAnswer.Chosen(lowered);
        } catch (InvalidInputException e) {
          reasons.add(vif.objectName() + " with " + plugin.name() + ": " + e.getMessage());
        }
      }
      if (host.plugins().stream().noneMatch(plugin -> isFor(vif, plugin))) {
        reasons.add(
            vif.objectName()
                + (vif.plugin().hasValue()
                    ? " is for the plugin " + vif.plugin().get() + ", which does not take it there"
                    : " is taken by no plugin there"));
      }
    }
    return new NegotiationAnswer.NothingSuits("no VIF suits both hosts", reasons);
  }

  private static boolean isFor(Vif vif, PluginCapabilities plugin) {
    return vif.plugin().orElse(plugin.name()).equals(plugin.name())
        && plugin.vif(vif.objectName()).isPresent();
  }

  private Vif lowered(Vif vif, PluginCapabilities plugin) {
    Map<String, Version> versions = new HashMap<>(limits);
    TakenVif taken = plugin.vif(vif.objectName()).orElseThrow();
    versions.put(vif.objectName(), latest(vif, taken.versions(), plugin));
    PortProfile profile = vif.portProfile().orElse(null);
    if (profile != null) {
      versions.put(profile.objectName(), latest(profile, profileVersions(taken, profile), plugin));
    }
    return BackLevel.toAtMost(vif, versions);
  }

  /** A host that does not say which profiles it takes is given the first version of any. */
  private static VersionRange profileVersions(TakenVif taken, PortProfile profile) {
    VersionRange first = new VersionRange(Version.V1_0, Version.V1_0);
    return taken
        .profiles()
        .map(profiles -> profiles.getOrDefault(profile.objectName(), first))
        .orElse(first);
  }

  private Version latest(VersionedObject object, VersionRange taken, PluginCapabilities plugin) {
    Version supported = supported(object.objectName());
    Version own = object.envelope().version();
    Version max = supported.compareTo(own) < 0 ? supported : own;
    return taken
        .latestUpTo(max)
        .orElseThrow(
            () ->
                InvalidInputException.ofValue(
                    "versioned_object.version",
                    max.toString(),
                    "is the greatest version of " + object.objectName() + " known here",
                    taken + ", as the plugin " + plugin.name() + " takes it"));
  }

  private Version supported(String name) {
    Version known = ObjectVersions.known(name);
    Version limit = limits.getOrDefault(name, known);
    return limit.compareTo(known) < 0 ? limit : known;
  }
}
