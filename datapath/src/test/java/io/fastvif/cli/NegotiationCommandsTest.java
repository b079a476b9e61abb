package io.fastvif.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.host.HostInfo;
import io.fastvif.json.VersionedObjectReader;
import io.fastvif.json.VersionedObjectWriter;
import io.fastvif.plugin.VifPlugins;
import io.fastvif.vif.PortProfileK8sDpdk;
import io.fastvif.vif.VifNestedDpdk;
import io.fastvif.vif.VifVhostUser;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NegotiationCommandsTest {
  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return Fastvif.execute(arguments, new PrintWriter(out), new PrintWriter(err));
  }

  private String file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text).toString();
  }

  private String hostInfo(String... permitted) throws IOException {
    HostInfo host = VifPlugins.installed().hostInfo().permitting(List.of(permitted));
    return file("host.json", VersionedObjectWriter.write(host));
  }

  @Test
  void hostInfoPrintsWhatIsInstalled() {
    HostInfo host = VifPlugins.installed().hostInfo();
    assertEquals(0, run("host-info"));
    assertTrue(out.toString().lines().count() > 10);
    assertEquals(host, VersionedObjectReader.read(out.toString()));
    assertEquals(0, run("host-info", "--json"));
    assertEquals(1, out.toString().lines().count());
    assertEquals(host, VersionedObjectReader.read(out.toString()));
  }

  @Test
  void hostInfoKeepsWhatIsPermittedThroughBothParsers() {
    HostInfo some =
        VifPlugins.installed().hostInfo().permitting(List.of("VIFGeneric", "VIFVHostUser"));
    for (String[] arguments :
        List.of(
            new String[] {"host-info", "--permit", "VIFGeneric", "VIFVHostUser"},
            new String[] {"host-info", "--permit", "VIFGeneric", "--permit", "VIFVHostUser"},
            new String[] {"host-info", "--permit=VIFGeneric", "--permit=VIFVHostUser"},
            new String[] {"host-info", "--perm", "x", "--permit"})) {
      if (arguments[1].equals("--perm")) {
        assertEquals(2, run(arguments));
        assertTrue(err.toString().contains("--perm"), err.toString());
      } else {
        assertEquals(0, run(arguments), err.toString());
        assertEquals(some, VersionedObjectReader.read(out.toString()));
      }
    }
    assertEquals(2, run("host-info", "file.json"));
  }

  @Test
  void convertLowersTheClassAtTheTopAndNested() throws IOException {
    VifNestedDpdk vif =
        VifNestedDpdk.builder()
            .id("x")
            .portProfile(PortProfileK8sDpdk.builder().datapathOffload(null).l3Setup(true).build())
            .build();
    String nested = file("nested.json", VersionedObjectWriter.write(vif));
    String top =
        file("top.json", VersionedObjectWriter.write(VifVhostUser.builder().vifName("v").build()));
    assertEquals(
        0,
        run(
            "convert",
            nested,
            top,
            "--to",
            "VIFPortProfileK8sDPDK=1.0",
            "--to",
            "VIFVHostUser=1.0"),
        err.toString());
    List<String> lines = out.toString().lines().toList();
    VifNestedDpdk lowered = (VifNestedDpdk) VersionedObjectReader.readVif(lines.get(0));
    PortProfileK8sDpdk profile = (PortProfileK8sDpdk) lowered.portProfile().get();
    assertEquals("1.0", profile.envelope().version().toString());
    assertEquals(true, profile.l3Setup().get());
    assertTrue(!profile.datapathOffload().isSet());
    assertEquals(
        "1.0", VersionedObjectReader.readVif(lines.get(1)).envelope().version().toString());
    assertTrue(!lines.get(1).contains("vif_name"));
  }

  @Test
  void convertSaysWhatIsWrongWithAVersion() throws IOException {
    String vif = file("v.json", VersionedObjectWriter.write(VifVhostUser.builder().build()));
    assertEquals(2, run("convert", vif, "--to", "VIFVHostUser=1.5"));
    assertEquals(
        "fastvif: --to.VIFVHostUser: \"1.5\" is a newer version of VIFVHostUser than known here:"
            + " expected 1.1 at most",
        err.toString().strip());
    assertEquals(2, run("convert", vif, "--to", "VIFVHostUser"));
    assertTrue(err.toString().contains("has no version"), err.toString());
    assertEquals(2, run("convert", vif, "--to", "VIFWarp=1.0"));
    assertTrue(err.toString().contains("is not a known object"), err.toString());
  }

  @Test
  void negotiateShowsTheChoice() throws IOException {
    String host = hostInfo("VIFVHostUser", "VIFGeneric");
    String wanted =
        file("w.json", VersionedObjectWriter.write(VifVhostUser.builder().vifName("v").build()));
    assertEquals(0, run("negotiate", "--host-info", host, wanted), err.toString());
    assertTrue(out.toString().startsWith("{\"vif\":{\"versioned_object.name\":\"VIFVHostUser\""));
    assertTrue(out.toString().contains("\"plugin\":\"noop\""), out.toString());
    assertEquals(0, run("negotiate", "--host-info", hostInfo("VIFGeneric")), err.toString());
    assertTrue(out.toString().contains("\"plugin\":\"tap\""), out.toString());
  }

  @Test
  void negotiateShowsWhyNot() throws IOException {
    assertEquals(1, run("negotiate", "--host-info", hostInfo("VIFWarp")));
    assertTrue(out.toString().contains("nothing_suits"), out.toString());
    assertEquals(
        1, run("negotiate", "--host-info", hostInfo("VIFBridge"), "--as", "HostVIFInfo=1.0"));
    assertTrue(out.toString().contains("\"HostVIFInfo\":\"1.0\""), out.toString());
    assertEquals(2, run("negotiate"));
    assertEquals(
        "fastvif: --host-info is missing: expected a file with a HostInfo", err.toString().strip());
    assertEquals(2, run("negotiate", "--host-info", folder.resolve("none").toString()));
    assertTrue(err.toString().contains("cannot be read"), err.toString());
    Path binary = Files.write(folder.resolve("binary"), new byte[] {(byte) 0xff, (byte) 0xfe});
    assertEquals(2, run("negotiate", "--host-info", binary.toString()));
    assertTrue(err.toString().contains("is not text"), err.toString());
  }
}
