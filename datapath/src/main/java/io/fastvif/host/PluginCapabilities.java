package io.fastvif.host;

import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.PortProfile;
import io.fastvif.vif.Vif;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What one plugin takes, read from its HostPluginInfo. */
public final class PluginCapabilities {
  private final String name;
  private final Map<String, TakenVif> vifs;

  private PluginCapabilities(String name, Map<String, TakenVif> vifs) {
    this.name = name;
    this.vifs = vifs;
  }

  /**
   * A VIF type that a plugin takes.
   *
   * @param versions in which versions
   * @param profiles with which port profiles, by os-vif's names; empty where the host does not say,
   *     as with a HostVIFInfo of version 1.0
   */
  public record TakenVif(VersionRange versions, Optional<Map<String, VersionRange>> profiles) {}

  /**
   * Reads what a plugin takes.
   *
   * @throws InvalidInputException if a name is missing or comes twice, or a version is not one
   */
  static PluginCapabilities of(HostPluginInfo plugin) {
    String name = plugin.pluginName().require("plugin_name");
    Map<String, TakenVif> vifs = new LinkedHashMap<>();
    List<HostVifInfo> infos = plugin.vifInfo().require("vif_info");
    for (int i = 0; i < infos.size(); i++) {
      try {
        HostVifInfo info = infos.get(i);
        String type = info.vifObjectName().require("vif_object_name");
        VersionRange versions = VersionRange.of(info.minVersion(), info.maxVersion());
        if (vifs.putIfAbsent(type, new TakenVif(versions, profiles(info))) != null) {
          throw twice("vif_object_name", type);
        }
      } catch (InvalidInputException e) {
        throw e.under("vif_info[" + i + "]");
      }
    }
    return new PluginCapabilities(name, vifs);
  }

  private static Optional<Map<String, VersionRange>> profiles(HostVifInfo vif) {
    if (!vif.supportedPortProfiles().hasValue()) {
      return Optional.empty();
    }
    Map<String, VersionRange> profiles = new LinkedHashMap<>();
    List<HostPortProfileInfo> infos = vif.supportedPortProfiles().get();
    for (int i = 0; i < infos.size(); i++) {
      try {
        HostPortProfileInfo info = infos.get(i);
        String profile = info.profileObjectName().require("profile_object_name");
        if (profiles.put(profile, VersionRange.of(info.minVersion(), info.maxVersion())) != null) {
          throw twice("profile_object_name", profile);
        }
      } catch (InvalidInputException e) {
        throw e.under("supported_port_profiles[" + i + "]");
      }
    }
    return Optional.of(profiles);
  }

  static InvalidInputException twice(String field, String value) {
    return InvalidInputException.ofValue(field, value, "is given twice", "each once");
  }

  /** The plugin's name. */
  public String name() {
    return name;
  }

  /** os-vif's names of the VIF types that it takes. */
  public Set<String> types() {
    return vifs.keySet();
  }

  /** In which versions, and with what, it takes VIFs of that type; empty if it does not. */
  public Optional<TakenVif> vif(String type) {
    return Optional.ofNullable(vifs.get(type));
  }

  /** Refuses a VIF, of a type that is taken, for its version or its profile. */
  void checkVersions(Vif vif) {
    TakenVif taken = vifs.get(vif.objectName());
    if (!taken.versions().contains(vif.envelope().version())) {
      throw InvalidInputException.ofValue(
          "versioned_object.version",
          vif.envelope().version().toString(),
          "is not a version of " + vif.objectName() + " that the plugin " + name + " takes",
          taken.versions().toString());
    }
    PortProfile profile = vif.portProfile().orElse(null);
    if (profile == null || taken.profiles().isEmpty()) {
      return;
    }
    Map<String, VersionRange> profiles = taken.profiles().get();
    VersionRange versions = profiles.get(profile.objectName());
    if (versions == null) {
      throw InvalidInputException.ofValue(
          "port_profile",
          profile.objectName(),
          "is not taken by the plugin " + name,
          profiles.isEmpty()
              ? "a " + vif.objectName() + " without port profile"
              : String.join(", ", profiles.keySet()) + " or none");
    }
    if (!versions.contains(profile.envelope().version())) {
      throw InvalidInputException.ofValue(
          "port_profile.versioned_object.version",
          profile.envelope().version().toString(),
          "is not a version of " + profile.objectName() + " that the plugin " + name + " takes",
          versions.toString());
    }
  }
}
