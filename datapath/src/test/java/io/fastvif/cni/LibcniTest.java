package io.fastvif.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.agent.Agent;
import io.fastvif.agent.AgentOptions;
import io.fastvif.agent.AgentSocket;
import io.fastvif.config.HostConfiguration;
import io.fastvif.netns.Netns;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;

/** The program that runtimes execute, driven by the library that they use, and an agent behind. */
class LibcniTest {
  private static final Path SOURCES = Path.of("src").toAbsolutePath();
  private static final String NEXT = "tuning";

  @TempDir Path folder;

  /** What is left of a run of the client. */
  private PodLab.Ended client(Map<String, String> more, String input) throws Exception {
    Map<String, String> variables = new TreeMap<>(more);
    variables.putIfAbsent("FASTVIF_AGENT", folder.resolve("agent.sock").toString());
    variables.putIfAbsent("FASTVIF_COMMAND", "/nonexistent/fastvif");
    return PodLab.run(plugins().resolve("fastvif"), variables, input);
  }

  private Path plugins() {
    return folder.resolve("plugins");
  }

  private void buildClient() throws Exception {
    Peer.require("gcc", "gcc libc6-dev");
    Peer.require("sh", "dash")
        .run(List.of(SOURCES.resolve("main/c/build.sh").toString(), plugins().toString()));
  }

  @KernelTest
  void clientNeedsTheAgentOnlyForWhatItCannotSay() throws Exception {
    buildClient();
    PodLab.Ended version =
        client(Map.of("CNI_COMMAND", "VERSION"), "{\"cniVersion\":\"0.4.0\",\"name\":\"x\"}");
    CniRequest asked =
        new CniRequest(
            Map.of("CNI_COMMAND", "VERSION"), "{\"cniVersion\":\"0.4.0\",\"name\":\"x\"}");
    assertEquals(0, version.status());
    assertEquals(CniPlugin.version(asked).text(), version.text().strip(), "as the agent says");
    assertTrue(client(Map.of("CNI_COMMAND", ""), "").text().contains("\"code\":4,"));
    PodLab.Ended status = client(Map.of("CNI_COMMAND", "STATUS"), "{}");
    assertEquals(1, status.status());
    assertTrue(status.text().contains("\"code\":50,"), status.text());
    PodLab.Ended add = client(Map.of("CNI_COMMAND", "ADD"), "{}");
    assertTrue(add.text().contains("\"code\":11,"), add.text());
    // Without an agent the command gets all that the client was given.
    PodLab.Ended command =
        client(
            Map.of("CNI_COMMAND", "DEL", "FASTVIF_AGENT", "0", "FASTVIF_COMMAND", "/bin/echo"),
            "{}");
    assertEquals(new PodLab.Ended(0, "cni\n"), command);
  }

  @KernelTest
  void everyVerbGoesByTheAgent() throws Exception {
    buildClient();
    Peer libcni = driver();
    Path list = folder.resolve("net.conflist");
    Peer.require("ip", "iproute2").run("link add up0 type veth peer name up1");
    Peer.require("ip", "iproute2").run("link set up0 up");
    try (PodLab lab = new PodLab(folder);
        Agent agent = agent()) {
      assertEquals(List.of(), agent.unreadiness());
      String network = lab.network("1.0.0", "bridge", ",'isGateway':true");
      String plugin = network.replace("\"cniVersion\":\"1.0.0\",\"name\":\"net\",", "");
      Files.writeString(
          list,
          "{\"cniVersion\":\"1.0.0\",\"name\":\"net\",\"plugins\":["
              + plugin
              + ",{\"type\":\"tuning\"}]}");
      Netns pod = lab.pod();
      run(libcni, "validate", list, pod);
      String result = run(libcni, "add", list, pod);
      assertTrue(result.contains("10.88.0.2/24"), result);
      run(libcni, "check", list, pod);
      String twice = refused(lab, pod, network);
      assertTrue(twice.contains("\"code\":7,"), twice);
      run(libcni, "del", list, pod);
      run(libcni, "del", list, pod);
      assertEquals(0, lab.held().size());
      othersGoTheSameWay(lab, libcni, list);
      // The verbs that this libcni has not.
      Map<String, String> variables = new TreeMap<>(PodLab.variables("STATUS", "", null));
      assertEquals(new PodLab.Ended(0, ""), client(variables, network));
      variables.put("CNI_COMMAND", "GC");
      String gc = PodLab.with(network, "cni.dev/valid-attachments", "[]");
      assertEquals(new PodLab.Ended(0, ""), client(variables, gc));
      assertEquals(1, client(variables, network).status());
      assertEquals(1, client(variables, "not \"JSON\\ \u0001").status());
    }
  }

  private void othersGoTheSameWay(PodLab lab, Peer libcni, Path list) throws Exception {
    Peer ip = Peer.require("ip", "iproute2");
    for (String attachment : new String[] {"tap", "macvlan"}) {
      String more = attachment.equals("tap") ? "" : ",'master':'up0'";
      String network = lab.network("1.0.0", attachment, more);
      Files.writeString(
          list,
          "{\"cniVersion\":\"1.0.0\",\"name\":\"net\",\"plugins\":["
              + network.replace("\"cniVersion\":\"1.0.0\",\"name\":\"net\",", "")
              + "]}");
      Netns pod = lab.pod();
      String result = run(libcni, "add", list, pod);
      assertTrue(result.contains("\"name\": \"eth0\""), result);
      run(libcni, "check", list, pod);
      run(libcni, "del", list, pod);
      run(libcni, "del", list, pod);
      assertTrue(!pod.call(() -> ip.run("-o link show")).contains("eth0"));
    }
    assertEquals(0, lab.held().size());
  }

  private String refused(PodLab lab, Netns pod, String network) throws Exception {
    PodLab.Ended ended = client(PodLab.variables("ADD", "one", pod), network);
    assertEquals(1, ended.status());
    assertEquals(2, lab.held().size(), "the first one's addresses stay");
    return ended.text();
  }

  private Agent agent() throws Exception {
    return Agent.open(
        AgentOptions.of(
            AgentSocket.at(folder.resolve("agent.sock")),
            folder.resolve("state"),
            HostConfiguration.byDefault()));
  }

  private Peer driver() throws Exception {
    Peer.require("go", "golang-go");
    if (!Files.isDirectory(
        Path.of("/usr/share/gocode/src/github.com/containernetworking/cni/libcni"))) {
      Peer.missing("libcni is missing: apt-get install golang-github-appc-cni-dev");
    }
    Path next = Path.of("/usr/lib/cni", NEXT);
    if (!Files.isExecutable(next)) {
      Peer.missing(next + " is missing: apt-get install containernetworking-plugins");
    }
    Files.copy(next, plugins().resolve(NEXT), StandardCopyOption.COPY_ATTRIBUTES);
    Path built = folder.resolve("libcni");
    Peer.require("env", "coreutils")
        .run(
            List.of(
                "GO111MODULE=off",
                "GOPATH=/usr/share/gocode",
                "go",
                "build",
                "-o",
                built.toString(),
                SOURCES.resolve("test/go/libcni/main.go").toString()));
    return Peer.require("env", "coreutils");
  }

  private String run(Peer env, String verb, Path list, Netns pod) throws Exception {
    return env.run(
        List.of(
            "FASTVIF_AGENT=" + folder.resolve("agent.sock"),
            "FASTVIF_COMMAND=/nonexistent/fastvif",
            folder.resolve("libcni").toString(),
            verb,
            list.toString(),
            plugins().toString(),
            folder.resolve("cache").toString(),
            "one",
            PodLab.path(pod)));
  }
}
