package io.fastvif.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.json.VersionedObjectWriter;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifGeneric;
import io.fastvif.vif.VifNestedDpdk;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LibvirtXmlCommandTest {
  @TempDir Path folder;

  private String run(int status, String... more) throws IOException {
    VifGeneric vif =
        VifGeneric.builder().address(MacAddress.parse("fa:16:3e:88:75:34")).vifName("tap1").build();
    Path file = Files.writeString(folder.resolve("vif.json"), VersionedObjectWriter.write(vif));
    List<String> arguments = new ArrayList<>(List.of("libvirt-xml", file.toString()));
    arguments.addAll(List.of(more));
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    assertEquals(
        status,
        Fastvif.execute(
            arguments.toArray(new String[0]), new PrintWriter(out), new PrintWriter(err)),
        err.toString());
    return status == 0 ? out.toString() : err.toString();
  }

  @Test
  void showsInterfaces() throws IOException {
    assertEquals(
        """
        <devices>
          <interface type='ethernet'>
            <mac address='fa:16:3e:88:75:34'/>
            <target dev='tap1'/>
            <model type='virtio'/>
          </interface>
        </devices>
        """,
        run(0, "--domain-snippet", "--model", "virtio"));
  }

  @Test
  void fillsTemplates() throws IOException {
    String template =
        Files.writeString(folder.resolve("t.xml"), "<a m=${mac_address} p=${profile}/>\n")
            .toString();
    assertEquals(
        "<a m='fa:16:3e:88:75:34' p='a=&lt;b'/>\n",
        run(0, "--template", template, "--set", "profile=a=<b"));
    assertEquals(
        "fastvif: "
            + folder.resolve("vif.json")
            + ": template placeholder: \"profile\" has no value: expected a value from the VIF"
            + " driver or by hand\n",
        run(2, "--template", template));
    assertEquals(
        "fastvif: --set or --driver is given without a template: expected --template\n",
        run(2, "--set", "a=b"));
  }

  @Test
  void pluginsOptionsAreTaken() throws IOException {
    Vif vif = Vifs.bridged("7204e52d-b222-4a58-808a-05a6c4647159", "tap1", "", 1450);
    String file = Files.writeString(folder.resolve("bridge.json"), Vifs.json(vif)).toString();
    String made = CommandRun.of("libvirt-xml", file).expect(Fastvif.DONE).out();
    assertTrue(made.startsWith("<interface type='bridge'>"), made);
    String option = "linux_bridge.create_port=";
    String opened =
        CommandRun.of("libvirt-xml", "-o", option + "tap", file).expect(Fastvif.DONE).out();
    assertTrue(opened.startsWith("<interface type='ethernet'>"), opened);
    assertTrue(opened.contains("<target dev='tap1' managed='no'/>"), opened);
    CommandRun.of("libvirt-xml", "-o", option + "veth", file).expect(Fastvif.WRONG_INPUT);
    CommandRun wrong =
        CommandRun.of("libvirt-xml", "-o", option + "x", file).expect(Fastvif.WRONG_INPUT);
    assertTrue(wrong.err().contains("--option: linux_bridge.create_port: \"x\""), wrong.err());
  }

  @Test
  void reservedNamesAreNotedOfTemplatesToo() throws IOException {
    String target =
        Files.writeString(folder.resolve("t.xml"), "<a><target dev=${name}/></a>").toString();
    VifGeneric vif = VifGeneric.builder().vifName("tap1").build();
    String file = Files.writeString(folder.resolve("vif.json"), Vifs.json(vif)).toString();
    String[] command = {"libvirt-xml", "--template", target, "--set", "name=vnet7", file};
    CommandRun run = CommandRun.of(command).expect(Fastvif.DONE);
    assertTrue(run.err().startsWith("fastvif: note: vnet7 begins as"), run.err());
    command[4] = "name=tap7";
    assertEquals("", CommandRun.of(command).expect(Fastvif.DONE).err());
  }

  @Test
  void refusalsNameThePlaceInTheFile() throws IOException {
    String nested = VersionedObjectWriter.write(VifNestedDpdk.builder().id("a").build());
    Path one = Files.writeString(folder.resolve("one.json"), nested);
    CommandRun refused = CommandRun.of("libvirt-xml", one.toString()).expect(Fastvif.WRONG_INPUT);
    String problem =
        ": \"VIFNestedDPDK\" is a device inside a guest, which libvirt is not told of:"
            + " expected a VIF of the host\n";
    assertEquals("fastvif: " + one + ": vif" + problem, refused.err());
    Path many = Files.writeString(folder.resolve("many.json"), "[" + nested + "]");
    refused = CommandRun.of("libvirt-xml", many.toString()).expect(Fastvif.WRONG_INPUT);
    assertEquals("fastvif: " + many + ": [0]" + problem, refused.err());
  }
}
