package io.fastvif.host.negotiation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.host.HostInfo;
import io.fastvif.host.HostPluginInfo;
import io.fastvif.host.HostPortProfileInfo;
import io.fastvif.host.HostVifInfo;
import io.fastvif.json.ObjectVersions;
import io.fastvif.json.VersionedObjectReader;
import io.fastvif.vif.Version;
import io.fastvif.vif.Vif;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Hosts of every version of each VIF with each profile, on both sides. */
class VersionPairsTest {
  private static final String PROFILE = "VIFPortProfile";

  static List<String> vifs() {
    List<String> vifs =
        ObjectVersions.classes().stream()
            .filter(name -> name.startsWith("VIF") && !name.startsWith(PROFILE))
            .toList();
    assertEquals(7, vifs.size());
    return vifs;
  }

  private static List<String> profiles() {
    List<String> profiles =
        ObjectVersions.classes().stream().filter(name -> name.startsWith(PROFILE)).toList();
    assertEquals(9, profiles.size());
    return profiles;
  }

  private static String object(String name, String data) {
    return """
    {"versioned_object.name": "%s", "versioned_object.namespace": "os_vif",
     "versioned_object.version": "%s", "versioned_object.data": {%s}}
    """
        .formatted(name, ObjectVersions.known(name), data);
  }

  @ParameterizedTest
  @MethodSource("vifs")
  void theGreatestVersionsThatBothKnowAreChosen(String type) {
    int vifMinor = ObjectVersions.known(type).minor();
    for (String profile : profiles()) {
      Vif wanted =
          VersionedObjectReader.readVif(object(type, "\"port_profile\": " + object(profile, "")));
      int profileMinor = ObjectVersions.known(profile).minor();
      for (int service = 0; service <= vifMinor; service++) {
        for (int network = 0; network <= vifMinor; network++) {
          for (int serviceProfile = 0; serviceProfile <= profileMinor; serviceProfile++) {
            for (int networkProfile = 0; networkProfile <= profileMinor; networkProfile++) {
              Vif chosen =
                  negotiate(
                      wanted,
                      profile,
                      new int[] {service, serviceProfile},
                      new int[] {network, networkProfile});
              int both = Math.min(service, network);
              int bothProfile = Math.min(serviceProfile, networkProfile);
              assertEquals(new Version(1, both), chosen.envelope().version());
              Version got = chosen.portProfile().get().envelope().version();
              if (both == vifMinor) {
                assertEquals(new Version(1, bothProfile), got, profile);
              } else { // an older VIF may hold older profiles only
                assertTrue(got.minor() <= bothProfile, profile + " " + got);
              }
            }
          }
        }
      }
    }
  }

  private static Vif negotiate(Vif wanted, String profile, int[] service, int[] network) {
    HostVifInfo taken =
        HostVifInfo.of(
            wanted.objectName(),
            Version.V1_0,
            new Version(1, service[0]),
            HostPortProfileInfo.of(profile, Version.V1_0, new Version(1, service[1])));
    NetworkHost networkHost =
        new NetworkHost(
            List.of(wanted),
            Map.of(
                wanted.objectName(),
                new Version(1, network[0]),
                profile,
                new Version(1, network[1])));
    return new ServiceHost(HostInfo.of(List.of(HostPluginInfo.of("p", taken))))
        .negotiate(networkHost::answer);
  }
}
