package io.fastvif.host.negotiation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.host.HostInfo;
import io.fastvif.host.HostPluginInfo;
import io.fastvif.host.HostPortProfileInfo;
import io.fastvif.host.HostVifInfo;
import io.fastvif.host.NegotiationAnswer;
import io.fastvif.json.BackLevel;
import io.fastvif.json.NegotiationAnswers;
import io.fastvif.json.ObjectVersions;
import io.fastvif.json.VersionedObjectWriter;
import io.fastvif.vif.Network;
import io.fastvif.vif.OpenVSwitchProfile;
import io.fastvif.vif.PortProfileOpenVSwitch;
import io.fastvif.vif.Version;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifBridge;
import io.fastvif.vif.VifGeneric;
import io.fastvif.vif.VifOpenVSwitch;
import io.fastvif.vif.VifVhostUser;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NegotiationTest {
  private static final String OVS_PROFILE = PortProfileOpenVSwitch.OBJECT_NAME;

  private static Version v(int minor) {
    return new Version(1, minor);
  }

  private static HostInfo host(Version vhostUser, Version profile) {
    return HostInfo.of(
        List.of(
            HostPluginInfo.of("noop", HostVifInfo.of("VIFNestedDPDK", v(0), v(0))),
            HostPluginInfo.of(
                "ovs",
                HostVifInfo.of(
                    VifVhostUser.OBJECT_NAME,
                    v(0),
                    vhostUser,
                    HostPortProfileInfo.of(OVS_PROFILE, v(0), profile)))));
  }

  private static VifVhostUser vhostUser() {
    return VifVhostUser.builder()
        .id("id")
        .vifName("vhu0")
        .path("/run/vhu0")
        .network(Network.builder().mtu(9000).build())
        .portProfile(
            PortProfileOpenVSwitch.builder()
                .interfaceId("i")
                .datapathType("netdev")
                .createPort(true)
                .createTap(false)
                .build())
        .build();
  }

  /** Every HostVIFInfo, VIFVHostUser and profile of one side with every one of the other. */
  @Test
  void everyPairOfVersionsAgrees() {
    int pairs = 0;
    for (int serviceInfo = 0; serviceInfo <= 1; serviceInfo++) {
      for (int networkInfo = 0; networkInfo <= 1; networkInfo++) {
        for (int serviceVif = 0; serviceVif <= 1; serviceVif++) {
          for (int networkVif = 0; networkVif <= 1; networkVif++) {
            for (int serviceProfile = 0; serviceProfile <= 4; serviceProfile++) {
              for (int networkProfile = 0; networkProfile <= 4; networkProfile++) {
                agree(
                    new int[] {serviceInfo, serviceVif, serviceProfile},
                    new int[] {networkInfo, networkVif, networkProfile});
                pairs++;
              }
            }
          }
        }
      }
    }
    assertEquals(400, pairs);
  }

  private static void agree(int[] service, int[] network) {
    HostInfo host =
        BackLevel.toAtMost(
            host(v(service[1]), v(service[2])), Map.of("HostVIFInfo", v(service[0])));
    NetworkHost networkHost =
        new NetworkHost(
            List.of(vhostUser()),
            Map.of(
                "HostVIFInfo",
                v(network[0]),
                VifVhostUser.OBJECT_NAME,
                v(network[1]),
                OVS_PROFILE,
                v(network[2])));
    List<String> requests = new ArrayList<>();
    Vif vif =
        new ServiceHost(host)
            .negotiate(
                request -> {
                  requests.add(request);
                  return networkHost.answer(request);
                });
    assertEquals(service[0] > network[0] ? 2 : 1, requests.size());
    int infoVersion = Math.min(service[0], network[0]);
    assertEquals(v(infoVersion), ObjectVersions.in(requests.getLast()).get("HostVIFInfo"));
    int vifVersion = Math.min(service[1], network[1]);
    // Without a word on profiles, and beside a VIF of 1.0, only the first version is sure.
    boolean first = infoVersion == 0 || vifVersion == 0;
    int profileVersion = first ? 0 : Math.min(service[2], network[2]);
    assertEquals(v(vifVersion), vif.envelope().version());
    assertEquals("ovs", vif.plugin().get());
    OpenVSwitchProfile profile = (OpenVSwitchProfile) vif.portProfile().get();
    assertEquals(v(profileVersion), profile.envelope().version());
    assertEquals(vifVersion >= 1, ((VifVhostUser) vif).vifName().isSet());
    assertEquals(profileVersion >= 1, profile.datapathType().isSet());
    assertEquals(profileVersion >= 3, profile.createPort().isSet());
    assertEquals(profileVersion >= 4, profile.createTap().isSet());
  }

  @Test
  void theNetworkHostsOrderDecides() {
    HostInfo host =
        HostInfo.of(
            List.of(
                HostPluginInfo.of("a", HostVifInfo.of("VIFBridge", v(0), v(0))),
                HostPluginInfo.of(
                    "b",
                    HostVifInfo.of("VIFGeneric", v(0), v(0)),
                    HostVifInfo.of("VIFBridge", v(0), v(0)))));
    VifOpenVSwitch impossible = VifOpenVSwitch.builder().build();
    VifBridge bridge = VifBridge.builder().id("x").build();
    VifGeneric generic = VifGeneric.builder().id("x").build();
    assertEquals(bridge.withPlugin("a"), chosen(host, impossible, bridge, generic));
    assertEquals(generic.withPlugin("b"), chosen(host, impossible, generic, bridge));
    assertEquals(bridge.withPlugin("b"), chosen(host, bridge.withPlugin("b"), generic));
  }

  private static Vif chosen(HostInfo host, Vif... wanted) {
    return new ServiceHost(host).negotiate(new NetworkHost(List.of(wanted))::answer);
  }

  /** os-vif's plugins take the first versions only; ovs comes behind linux_bridge and noop. */
  @Test
  void aHostThatRunsOsVifGetsWhatItsPluginsTake() throws IOException, URISyntaxException {
    Path sample =
        Path.of(NegotiationTest.class.getResource("/os-vif-json/3.0.0/host-info.json").toURI());
    NegotiationAnswer.Chosen answer =
        assertInstanceOf(
            NegotiationAnswer.Chosen.class,
            NegotiationAnswers.read(
                new NetworkHost(List.of(vhostUser())).answer(Files.readString(sample))));
    assertEquals("ovs", answer.vif().plugin().get(), "noop takes no profile");
    assertEquals(v(0), answer.vif().envelope().version());
    assertEquals(v(0), answer.vif().portProfile().get().envelope().version());
  }

  @Test
  void fieldsThatTheVersionHasNotAreLeftOutAndOthersKept() {
    Vif vif = chosen(host(v(0), v(0)), vhostUser());
    assertEquals(9000, vif.network().get().mtu().get());
    assertEquals("/run/vhu0", ((VifVhostUser) vif).path().get());
  }

  @Test
  void saysWhyNothingSuits() {
    HostInfo host =
        HostInfo.of(
            List.of(
                HostPluginInfo.of(
                    "p",
                    HostVifInfo.of("VIFVHostUser", new Version(2, 0), new Version(2, 3)),
                    HostVifInfo.of(
                        "VIFOpenVSwitch",
                        v(0),
                        v(0),
                        HostPortProfileInfo.of(OVS_PROFILE, v(5), v(6))),
                    HostVifInfo.of("VIFGeneric", v(0), v(0)))));
    NegotiationException failed =
        assertThrows(
            NegotiationException.class,
            () ->
                chosen(
                    host,
                    VifBridge.builder().build(),
                    VifBridge.builder().plugin("q").build(),
                    vhostUser(),
                    VifOpenVSwitch.builder()
                        .portProfile(PortProfileOpenVSwitch.builder().build())
                        .build(),
                    VifGeneric.builder()
                        .portProfile(PortProfileOpenVSwitch.builder().build())
                        .build()));
    assertEquals(
        "no VIF suits both hosts: VIFBridge is taken by no plugin there; VIFBridge is for the"
            + " plugin q, which does not take it there; VIFVHostUser with p:"
            + " versioned_object.version: \"1.1\" is the greatest version of VIFVHostUser known"
            + " here: expected 2.0 to 2.3, as the plugin p takes it; VIFOpenVSwitch with p:"
            + " versioned_object.version: \"1.4\" is the greatest version of"
            + " VIFPortProfileOpenVSwitch known here: expected 1.5 to 1.6, as the plugin p takes"
            + " it; VIFGeneric with p: port_profile: \"VIFPortProfileOpenVSwitch\" is not taken by"
            + " the plugin p: expected a VIFGeneric without port profile",
        failed.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ''                      | the input ends before the value does
          {}                      | 0 keys
          []                      | an array
          {"vif":{}}              | vif.versioned_object.namespace is missing
          {"vif":null}            | vif is null
          {"error":{}}            | error.code is missing
          {"error":"no"}          | error: "no" is a string
          {"answer":1}            | "answer" is not a key known here
          {"error":{"code":"x","message":"m"}} | error.code: "x" is not a code known here
          {"error":{"code":"malformed_request","message":"m","x":1}} | "x" is not a key of this error
          {"error":{"code":"unsupported_version","message":"m"}} | error.supported is missing
          {"error":{"code":"unsupported_version","message":"m","supported":{"HostInfo":"one"}}} | error.supported.HostInfo: "one" is not a version
          {"error":{"code":"unsupported_version","message":"m","supported":{}}} | refuses versions that it says it supports
          {"error":{"code":"unsupported_version","message":"m","supported":{"HostInfo":"1.7"}}} | refuses versions that it says it supports
          {"error":{"code":"unsupported_version","message":"m","supported":{"HostInfo":"0.9"}}} | too old
          {"error":{"code":"nothing_suits","message":"m","reasons":[1]}} | error.reasons[0]
          {"error":{"code":"nothing_suits","message":"m","reasons":["r1","r2"]}} | m: r1; r2
          {"error":{"code":"malformed_request","message":"m"}} | did not understand: m
          """)
  void theServiceHostTakesNoOtherAnswer(String answer, String message) {
    NegotiationException failed =
        assertThrows(
            NegotiationException.class,
            () -> new ServiceHost(host(v(1), v(4))).negotiate(request -> answer));
    assertTrue(failed.getMessage().contains(message), failed.getMessage());
  }

  @Test
  void theServiceHostTakesNoVifThatItsPluginsDoNotTake() {
    ServiceHost service = new ServiceHost(host(v(0), v(2)));
    for (Vif vif :
        List.of(
            vhostUser(),
            vhostUser().withPlugin("ovs"),
            vhostUser().withPlugin("warp"),
            VifGeneric.builder().plugin("ovs").build())) {
      String answer = NegotiationAnswers.write(new NegotiationAnswer.Chosen(vif));
      NegotiationException failed =
          assertThrows(NegotiationException.class, () -> service.negotiate(request -> answer));
      assertTrue(failed.getMessage().startsWith("the network host's VIF: "), failed.getMessage());
    }
    assertThrows(NegotiationException.class, () -> service.negotiate(request -> null));
  }

  @Test
  void aNetworkHostThatKeepsLoweringIsAskedAFewTimesOnly() {
    int[] asked = {0};
    Function<String, String> network =
        request -> {
          asked[0]++;
          return NegotiationAnswers.write(
              new NegotiationAnswer.TooNew("older", Map.of("HostVIFInfo", v(0))));
        };
    assertThrows(
        NegotiationException.class, () -> new ServiceHost(host(v(1), v(4))).negotiate(network));
    assertEquals(2, asked[0]);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          HostInfo 1.0             | HostInfo 1.1            | HostInfo 1.1 is too new: 1.0 at most
          HostVIFInfo 1.1          | HostVIFInfo 1.2         | HostVIFInfo 1.2 is too new: 1.1 at most
          HostPortProfileInfo 1.0  | HostPortProfileInfo 2.0 | HostPortProfileInfo 2.0 is too new: 1.0 at most
          """)
  void aNewerRequestIsAnsweredWithAllVersionsSupported(String from, String to, String message) {
    String request =
        VersionedObjectWriter.write(host(v(1), v(4))).replace(versioned(from), versioned(to));
    NegotiationAnswer.TooNew answer =
        assertInstanceOf(
            NegotiationAnswer.TooNew.class,
            NegotiationAnswers.read(new NetworkHost(List.of()).answer(request)));
    assertEquals(message, answer.message());
    assertEquals(
        Map.of(
            "HostInfo",
            v(0),
            "HostPluginInfo",
            v(0),
            "HostVIFInfo",
            v(1),
            "HostPortProfileInfo",
            v(0)),
        answer.supported());
  }

  private static String versioned(String nameAndVersion) {
    String[] split = nameAndVersion.split(" ", 2);
    return "\"versioned_object.name\":\"%s\",\"versioned_object.namespace\":\"os_vif\",\"versioned_object.version\":\"%s\""
        .formatted(split[0], split[1]);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "max_version":"1.1" | "max_version":"one" | plugin_info[1].vif_info[0].max_version: "one" is not a version
          "max_version":"1.1" | "max_version":"0.1" | plugin_info[1].vif_info[0].min_version: "1.0" is later than max_version
          "plugin_name":"ovs" | "plugin_name":"noop" | plugin_info[1].plugin_name: "noop" is given twice
          "plugin_name":"ovs", | ''                  | plugin_info[1].plugin_name is not set
          {"versioned_object.name":"HostInfo" | {"versioned_object.name":"Network" | "plugin_info" is not a field of Network
          "plugin_info":[     | "plugin_info":[[    | not valid
          """)
  void aWrongRequestIsAnsweredWithWhatIsWrong(String from, String to, String message) {
    String request = VersionedObjectWriter.write(host(v(1), v(4)));
    assertTrue(request.contains(from), request);
    NegotiationAnswer.Malformed answer =
        assertInstanceOf(
            NegotiationAnswer.Malformed.class,
            NegotiationAnswers.read(
                new NetworkHost(List.of(vhostUser())).answer(request.replace(from, to))));
    assertTrue(answer.message().contains(message), answer.message());
  }
}
