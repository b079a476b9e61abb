package io.fastvif.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.host.HostInfo;
import io.fastvif.vif.InvalidInputException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InvalidInputTest {
  /** A VIFBridge with this data, in JSON whose double quotes are written as single ones. */
  private static String bridge(String data) {
    return object("VIFBridge", "1.0", data);
  }

  private static String object(String name, String version, String data) {
    return "{'versioned_object.name':'%s','versioned_object.namespace':'os_vif',".formatted(name)
        + "'versioned_object.version':'%s','versioned_object.data':{%s}}".formatted(version, data);
  }

  private static InvalidInputException refused(String json) {
    return assertThrows(
        InvalidInputException.class, () -> PlugRequests.read(json.replace('\'', '"')));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          'address':'zz'          | vif.address: "zz" is not a MAC address: expected six hexadecimal pairs separated by colons
          'vif_name':'a/b'        | vif.vif_name: "a/b" is not the name of a network device: expected 1 to 15 bytes without slash, colon, percent sign or white space
          'bridge_name':'sixteen-bytes-xx' | vif.bridge_name: "sixteen-bytes-xx" is not the name of a network device: expected 1 to 15 bytes without slash, colon, percent sign or white space
          'vif_name':'all'        | vif.vif_name: "all" is a name that the kernel gives to no device: expected another one
          'active':'yes'          | vif.active: "yes" is a string: expected true or false
          'active':null           | vif.active is null: expected true or false
          'active':1              | vif.active: "1" is a number: expected true or false
          'id':{}                 | vif.id is an object: expected a string
          'id':[]                 | vif.id is an array: expected a string
          'id':true               | vif.id: "true" is a boolean: expected a string
          'network':'net'         | vif.network: "net" is a string: expected a versioned object
          'network':{}            | vif.network.versioned_object.namespace is missing: expected a versioned object
          'colour':'red'          | vif: "colour" is not a field of VIFBridge: expected one of id, address, network, plugin, active, preserve_on_delete, has_traffic_filtering, port_profile, vif_name, bridge_name
          """)
  void fieldsOfAVif(String data, String message) {
    assertEquals(message, refused(bridge(data)).getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          Network | 'mtu':1.5                       | mtu
          Network | 'mtu':'1500'                    | mtu
          Network | 'mtu':2147483648                | mtu
          Network | 'mtu':1e3                       | mtu
          Network | 'vlan':-99999999999999999999999 | vlan
          Network | 'bridge':null                   | bridge
          Network | 'bridge_interface':'a b'        | bridge_interface
          Subnet  | 'cidr':'10.0.0.0/33'            | cidr
          Subnet  | 'gateway':'10.0.0'              | gateway
          Subnet  | 'dns':['1.1.1.1','x']           | dns[1]
          Subnet  | 'dns':'1.1.1.1'                 | dns
          Route   | 'gateway':null                  | gateway
          VIFDirect | 'mode':'Bridge'               | mode
          VIFDirect | 'dev_address':'af:06.1'       | dev_address
          VIFDirect | 'vlan_name':'a:b'             | vlan_name
          VIFGeneric | 'vif_name':''                | vif_name
          VIFOpenVSwitch | 'bridge_name':'%d'       | bridge_name
          VIFVHostUser | 'mode':'listen'            | mode
          VIFHostDevice | 'dev_type':'pci'          | dev_type
          VIFPortProfileFPTap | 'mac_address':'fa:16' | mac_address
          DatapathOffloadRepresentor | 'representor_name':'..' | representor_name
          """)
  void fieldsOfOthers(String name, String data, String path) {
    String json = object(name, "1.0", data).replace('\'', '"');
    // Network's mtu came in with 1.1.
    String versioned = name.equals("Network") ? json.replace("\"1.0\"", "\"1.1\"") : json;
    InvalidInputException e =
        assertThrows(InvalidInputException.class, () -> VersionedObjectReader.read(versioned));
    assertEquals(path, e.path());
  }

  @Test
  void pathsLeadThroughListsAndArrays() {
    String subnets =
        object(
            "SubnetList",
            "1.0",
            "'objects':["
                + object("Subnet", "1.0", "'cidr':'10.0.0.0'")
                + ","
                + object("Subnet", "1.0", "'cidr':'x'")
                + "]");
    String vif = bridge("'network':" + object("Network", "1.1", "'subnets':" + subnets));
    assertEquals("vif.network.subnets[1].cidr", refused(vif).path());
    assertEquals("[1].network.subnets[1].cidr", refused("[" + bridge("") + "," + vif + "]").path());
    assertEquals("[0].vif.network.subnets[1].cidr", refused("[{'vif':" + vif + "}]").path());
    String instance = object("InstanceInfo", "1.0", "'uuid':1");
    assertEquals(
        "instance.uuid", refused("{'vif':" + bridge("") + ",'instance':" + instance + "}").path());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "[",
        "[1",
        "{'vif':",
        "nul",
        "NaN",
        "Infinity",
        "01",
        "'a",
        "'\t'",
        "{'a' 1}",
        "{a:1}",
        "[1,]",
        "{'a':1,}",
        "/* c */ 1",
        "{'vif':1} x",
        "1 2",
        "[] []",
        "'\\ud800'",
        "'\\udc00\\ud800'",
        "'\\x'",
        "+1",
        ".5",
        "\uFEFF{}",
        "\u0000"
      })
  void notJson(String json) {
    InvalidInputException e = refused(json);
    assertEquals("well-formed JSON", e.expected(), e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1",
        "null",
        "true",
        "'vif'",
        "[null]",
        "{}",
        "[[]]",
        "{'vif':null}",
        "{'vif':[]}"
      })
  void notAPlugRequest(String json) {
    refused(json);
  }

  @Test
  void keysThatNobodyKnows() {
    assertTrue(refused("{'vif':" + bridge("") + ",'host':1}").getMessage().contains("\"host\""));
    String extra = bridge("").replaceFirst("\\{", "{'versioned_object.extra':1,");
    assertTrue(refused(extra).getMessage().contains("versioned_object.extra"));
  }

  @Test
  void keysThatComeTwice() {
    String twice = bridge("'vif_name':'a','vif_name':'b'");
    assertTrue(refused(twice).getMessage().contains("\"vif_name\" is a key that comes twice"));
    assertTrue(refused("{'vif':1,'\\u0076if':2}").getMessage().contains("twice"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "versioned_object.name",
        "versioned_object.namespace",
        "versioned_object.version",
        "versioned_object.data"
      })
  void partsOfTheEnvelopeThatAreMissingOrWrong(String key) {
    String json = bridge("");
    String member = "'" + key + "':('[^']*'|\\{\\})";
    String missing = json.replaceFirst(member + ",|," + member, "");
    assertEquals(
        "vif." + key + " is missing: expected a versioned object", refused(missing).getMessage());
    assertEquals("vif." + key, refused(json.replaceFirst(member, "'" + key + "':7")).path());
  }

  @ParameterizedTest
  @ValueSource(strings = {"'id'", "null", "[1]", "[null]", "{}"})
  void changesThatAreNoListOfNames(String changes) {
    String json = bridge("").replaceFirst("\\{", "{'versioned_object.changes':" + changes + ",");
    assertTrue(refused(json).path().startsWith("vif.versioned_object.changes"));
  }

  @Test
  void objectsThatNobodyKnows() {
    InvalidInputException e = refused(object("VIFToken", "1.0", ""));
    assertEquals("vif.versioned_object.name", e.path());
    assertEquals("VIFToken", e.value().orElseThrow());
    ObjectSchemas.NAMES.forEach(name -> assertTrue(e.expected().contains(name), name));
    InvalidInputException space = refused(bridge("").replace("os_vif", "nova"));
    assertEquals("vif.versioned_object.namespace", space.path());
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.1", "1.999999", "2.0", "0.9"})
  void versionsThatAreNotKnown(String version) {
    InvalidInputException e = refused(object("VIFBridge", version, ""));
    assertEquals("vif.versioned_object.version", e.path());
    assertEquals("1.0 at most", e.expected());
  }

  @ParameterizedTest
  @CsvSource({
    "Network,1.0,mtu,null",
    "VIFVHostUser,1.0,vif_name,'\"a\"'",
    "VIFPortProfileOpenVSwitch,1.0,datapath_type,null",
    "VIFPortProfileOpenVSwitch,1.1,datapath_offload,null",
    "VIFPortProfileOpenVSwitch,1.2,create_port,true",
    "VIFPortProfileOpenVSwitch,1.3,create_tap,true",
    "VIFPortProfileFPOpenVSwitch,1.1,datapath_offload,null",
    "VIFPortProfileOVSRepresentor,1.3,multiqueue,true",
    "VIFPortProfileFPBridge,1.0,datapath_offload,null",
    "VIFPortProfileFPTap,1.0,datapath_offload,null",
    "VIFPortProfile8021Qbg,1.0,datapath_offload,null",
    "VIFPortProfile8021Qbh,1.0,datapath_offload,null",
    "VIFPortProfileK8sDPDK,1.0,datapath_offload,null",
    "HostVIFInfo,1.0,supported_port_profiles,[]",
  })
  void fieldsThatCameWithALaterVersion(String name, String version, String field, String value) {
    String json = object(name, version, "'" + field + "':").replace('\'', '"');
    String old = json.replace("\"" + field + "\":", "\"" + field + "\":" + value);
    InvalidInputException e =
        assertThrows(InvalidInputException.class, () -> VersionedObjectReader.read(old));
    assertTrue(e.getMessage().contains("version " + version + " does not have"), e.getMessage());
    int minor = Integer.parseInt(version.substring(2)) + 1;
    VersionedObjectReader.read(old.replace("\"" + version + "\"", "\"1." + minor + "\""));
  }

  @Test
  void objectsInTheWrongPlace() {
    assertEquals("vif.network", refused(bridge("'network':" + bridge(""))).path());
    assertEquals(
        "vif.port_profile",
        refused(bridge("'port_profile':" + object("Network", "1.0", ""))).path());
    refused(object("InstanceInfo", "1.0", ""));
    String instance = object("InstanceInfo", "1.0", "").replace('\'', '"');
    assertThrows(InvalidInputException.class, () -> VersionedObjectReader.readVif(instance));
    assertThrows(
        InvalidInputException.class, () -> VersionedObjectReader.read(instance, HostInfo.class));
  }

  @Test
  void deepNestingIsBounded() {
    refused("[".repeat(1_000_000));
    refused("{'vif':".repeat(1_000_000));
    String vif = bridge("");
    for (int i = 0; i < 100; i++) {
      vif = bridge("'network':" + vif);
    }
    refused(vif);
  }

  @Test
  void hugeValuesAreBounded() {
    refused(bridge("'id':" + "9".repeat(1_000_000)));
    refused(bridge("'id':'" + "x".repeat(2 << 20) + "'"));
    refused("[" + "1,".repeat(5_000_000) + "1]");
    assertTrue(
        refused(bridge("'address':'" + "x".repeat(500_000) + "'")).getMessage().length() < 300);
  }

  @Test
  void anEndlessStreamIsLeftInTime() {
    InputStream blanks =
        new InputStream() {
          @Override
          public int read() {
            return ' ';
          }

          @Override
          public int read(byte[] into, int offset, int length) {
            Arrays.fill(into, offset, offset + length, (byte) ' ');
            return length;
          }
        };
    InvalidInputException e =
        assertThrows(InvalidInputException.class, () -> PlugRequests.read(blanks));
    assertTrue(e.getMessage().contains("too long"), e.getMessage());
  }

  @Test
  void onlyUtf8IsTaken() throws IOException {
    String json = bridge("'id':'ä'").replace('\'', '"');
    assertEquals(
        1,
        PlugRequests.read(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8))).size());
    for (byte[] bytes :
        new byte[][] {
          json.getBytes(StandardCharsets.ISO_8859_1),
          json.getBytes(StandardCharsets.UTF_16),
          {'"', (byte) 0xc0, (byte) 0x80, '"'},
          {'"', (byte) 0xed, (byte) 0xa0, (byte) 0x80, '"'}
        }) {
      InvalidInputException e =
          assertThrows(
              InvalidInputException.class,
              () -> PlugRequests.read(new ByteArrayInputStream(bytes)));
      assertEquals("UTF-8", e.expected());
    }
  }
}
