package io.fastvif.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.vif.DirectMode;
import io.fastvif.vif.HostDeviceType;
import io.fastvif.vif.HypervisorTask;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.PortProfileOpenVSwitch;
import io.fastvif.vif.VhostUserMode;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifBridge;
import io.fastvif.vif.VifDirect;
import io.fastvif.vif.VifGeneric;
import io.fastvif.vif.VifHostDevice;
import io.fastvif.vif.VifOpenVSwitch;
import io.fastvif.vif.VifVhostUser;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TemplateTest {
  private static final String QBH =
      """
      <interface type='direct'>
        <mac address=${mac_address}/>
        <source dev=${device_name} mode='private' />
        <virtualport type='802.1Qbh'>
          <parameters profileid=${profile_name}/>
        </virtualport>
        <model type='virtio' />
      </interface>
      """;

  private static String fill(String template, Map<String, String> values) {
    return Template.parse(template).fill(values);
  }

  private static String refusal(String template, Map<String, String> values) {
    return assertThrows(InvalidInputException.class, () -> fill(template, values)).getMessage();
  }

  @Test
  void example8021QbhOfTheProposal() {
    VifDirect vif = VifDirect.builder().address(TestVifs.MAC).build();
    VifDriver network =
        driver(Map.of("device_name", "eth5", "profile_name", "enterprise_xyz_dept"));
    TemplateConfiguration configuration = new TemplateConfiguration();
    configuration.choose("VIFDirect", Template.parse(QBH), network);
    assertEquals(
        """
        <interface type='direct'>
          <mac address='fa:16:3e:88:75:34'/>
          <source dev='eth5' mode='private' />
          <virtualport type='802.1Qbh'>
            <parameters profileid='enterprise_xyz_dept'/>
          </virtualport>
          <model type='virtio' />
        </interface>
        """,
        configuration.xml(vif, Map.of("mac_address", TestVifs.MAC.toString())));
  }

  private static VifDriver driver(Map<String, String> values) {
    return new VifDriver() {
      @Override
      public String name() {
        return "test";
      }

      @Override
      public Map<String, String> values(Vif vif, Set<String> wanted) {
        return values;
      }
    };
  }

  private static void assertEqual(Vif vif, String template) {
    Properties properties = new Properties();
    properties.setProperty(vif.objectName() + ".template", "form.xml");
    TemplateConfiguration configuration =
        TemplateConfiguration.of(
            properties,
            file -> {
              assertEquals("form.xml", file);
              return template;
            });
    assertTrue(configuration.has(vif));
    assertEquals(
        LibvirtInterface.of(
                vif, HypervisorTask.CONNECT_DEVICE, InterfaceOptions.NONE, address -> "eth5")
            .xml(),
        configuration.xml(vif, Map.of()));
  }

  @Test
  void builtInFormsAreTemplatesEquals() {
    assertEqual(
        VifBridge.builder().address(TestVifs.MAC).vifName("tap1").bridgeName("br0").build(),
        """
        <interface type='bridge'>
          <mac address=${mac_address}/>
          <source bridge=${bridge_name}/>
          <target dev=${vif_name}/>
        </interface>
        """);
    assertEqual(
        VifOpenVSwitch.builder()
            .address(TestVifs.MAC)
            .vifName("tap1")
            .bridgeName("br0")
            .portProfile(
                PortProfileOpenVSwitch.builder()
                    .interfaceId(TestVifs.UUID)
                    .profileId(TestVifs.PROFILE)
                    .build())
            .build(),
        """
        <interface type='bridge'>
          <mac address='${mac_address}'/>
          <source bridge='${bridge_name}'/>
          <virtualport type='openvswitch'>
            <parameters interfaceid='${interface_id}' profileid='${profile_id}'/>
          </virtualport>
          <target dev='${vif_name}'/>
        </interface>
        """);
    assertEqual(
        VifGeneric.builder().address(TestVifs.MAC).vifName("tap1").build(),
        """
        <interface type='ethernet'>
          <mac address=${mac_address}/>
          <target dev=${vif_name}/>
        </interface>
        """);
    assertEqual(
        VifVhostUser.builder()
            .address(TestVifs.MAC)
            .path("/run/" + TestVifs.AWKWARD)
            .mode(VhostUserMode.SERVER)
            .build(),
        """
        <interface type='vhostuser'>
          <mac address=${mac_address}/>
          <source type='unix' path=${path} mode=${mode}/>
          <model type='virtio'/>
        </interface>
        """);
    assertEqual(
        VifHostDevice.builder()
            .address(TestVifs.MAC)
            .devType(HostDeviceType.ETHERNET)
            .devAddress(TestVifs.pci(77))
            .build(),
        """
        <interface type='hostdev' managed='yes'>
          <mac address=${mac_address}/>
          <source>
            <address type='pci' domain=${pci_domain} bus=${pci_bus} slot=${pci_slot} function=${pci_function}/>
          </source>
        </interface>
        """);
    assertEqual(
        VifDirect.builder().address(TestVifs.MAC).vlanName("eth0.7").mode(DirectMode.VEPA).build(),
        """
        <interface type='direct'>
          <mac address=${mac_address}/>
          <source dev=${vlan_name} mode=${mode}/>
        </interface>
        """);
  }

  @Test
  void valuesStayData() {
    Map<String, String> values = Map.of("a", TestVifs.AWKWARD + "\n${b}");
    String escaped = "&lt;a&amp;b&gt;&quot;c&apos;d é漢&#10;${b}";
    assertEquals("<x y=\"" + escaped + "\"/>", fill("<x y=\"${a}\"/>", values));
    assertEquals("<x y='-" + escaped + "'/>", fill("<x y='-${a}'/>", values));
    assertEquals("<x y='" + escaped + "'/>", fill("<x y=${a}/>", values));
    assertEquals("<x>" + escaped + "</x>", fill("<x>${a}</x>", values));
    assertTrue(refusal("<x>${a}</x>", Map.of("a", "\u0001")).contains("XML cannot carry"));
    assertTrue(refusal("<x>${a}</x>", Map.of("a", "\ud800")).contains("XML cannot carry"));
  }

  @Test
  void everyPlaceholderAndEveryValueIsUsed() {
    assertTrue(refusal("<x y=${a} z=${b}/>", Map.of("a", "1")).contains("\"b\" has no value"));
    assertTrue(refusal("<x y=${a}/>", Map.of("a", "1", "b", "2")).contains("\"b\" is not used"));
    TemplateConfiguration configuration = new TemplateConfiguration();
    configuration.choose("VIFGeneric", Template.parse("<x y=${a}/>"), driver(Map.of("a", "1")));
    VifGeneric vif = VifGeneric.builder().vifName("tap1").build();
    InvalidInputException twice =
        assertThrows(InvalidInputException.class, () -> configuration.xml(vif, Map.of("a", "2")));
    assertTrue(twice.getMessage().contains("by hand and from the VIF driver"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "${a}",
        "<x>",
        "</x>",
        "<x></y>",
        "<x y=1/>",
        "<x y='1'z='2'/>",
        "<x y='<'/>",
        "<x y='1/>",
        "<${a}/>",
        "<x ${a}='1'/>",
        "<x><!-- ${a} --></x>",
        "<x><!-- </x>",
        "<x>${a</x>",
        "<x>${}</x>",
        "<!DOCTYPE x><x/>",
        "<x><![CDATA[${a}]]></x>",
        "<x y"
      })
  void brokenTemplatesAreRefused(String template) {
    InvalidInputException refused =
        assertThrows(InvalidInputException.class, () -> Template.parse(template));
    assertTrue(refused.getMessage().startsWith("template line 1 has "), refused.getMessage());
  }

  @Test
  void configurationIsChecked() {
    for (String key : new String[] {"VIFNone.template", "VIFDirect.driver", "VIFDirect.x", "x"}) {
      Properties properties = new Properties();
      properties.setProperty(key, "y");
      assertThrows(
          InvalidInputException.class,
          () -> TemplateConfiguration.of(properties, f -> "<x/>"),
          key);
    }
    Properties unknown = new Properties();
    unknown.setProperty("VIFDirect.template", "f");
    unknown.setProperty("VIFDirect.driver", "none");
    InvalidInputException refused =
        assertThrows(
            InvalidInputException.class, () -> TemplateConfiguration.of(unknown, f -> "<x/>"));
    assertTrue(refused.getMessage().contains("one of [vif]"), refused.getMessage());
  }
}
