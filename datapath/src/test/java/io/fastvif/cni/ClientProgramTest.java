package io.fastvif.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.Peer;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program that runtimes execute, beside an agent that answers what the test says. */
class ClientProgramTest {
  private static final int TIMEOUT_SECONDS = 60;
  private static final int LARGE = 300_000;

  /** Of the ELF header and a program header, both of 64 bits. */
  private static final int PROGRAM_HEADERS = 0x20;

  private static final int PROGRAM_HEADER_SIZE = 0x36;
  private static final int PROGRAM_HEADER_COUNT = 0x38;
  private static final int PT_INTERP = 3;

  /** What is executed for each pod touches few pages if it has few. */
  private static final int MAX_SIZE = 12 * 1024;

  @TempDir Path folder;

  /** What it has printed, and its exit status. */
  private record Ended(int status, String text) {}

  @BeforeEach
  void build() throws Exception {
    Peer.require("gcc", "gcc libc6-dev");
    Peer.require("sh", "dash")
        .run(
            List.of(Path.of("src/main/c/build.sh").toAbsolutePath().toString(), folder.toString()));
  }

  private Ended execute(Map<String, String> variables, String input) throws Exception {
    return execute(variables, input, folder.resolve("fastvif").toString());
  }

  private Ended execute(Map<String, String> variables, String input, String... command)
      throws Exception {
    Path in = Files.writeString(folder.resolve("in"), input);
    Path out = folder.resolve("out");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectInput(in.toFile()).redirectOutput(out.toFile());
    builder.environment().clear();
    builder.environment().putAll(variables);
    Process process = builder.start();
    try {
      assertTrue(process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS));
    } finally {
      process.destroyForcibly();
    }
    return new Ended(process.exitValue(), Files.readString(out));
  }

  private Map<String, String> variables(String verb) {
    return Map.of(
        "CNI_COMMAND", verb,
        "CNI_ARGS", "K8S_POD_NAME=\"a\\b\"\t",
        "OTHER", "not told",
        "FASTVIF_AGENT", folder.resolve("agent.sock").toString(),
        "FASTVIF_COMMAND", "/nonexistent/fastvif");
  }

  /** Asks an agent that answers with that; gives what it was asked, after the client has ended. */
  private String ask(String verb, String input, String answer, Ended expected) throws Exception {
    return ask(verb, input, answer, expected, folder.resolve("fastvif").toString());
  }

  private String ask(String verb, String input, String answer, Ended expected, String... command)
      throws Exception {
    Path path = folder.resolve("agent.sock");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(path));
      CompletableFuture<String> asked =
          CompletableFuture.supplyAsync(
              () -> {
                try (SocketChannel client = server.accept()) {
                  String request = request(client);
                  client.write(ByteBuffer.wrap(answer.getBytes(StandardCharsets.UTF_8)));
                  return request;
                } catch (IOException failed) {
                  throw new IllegalStateException(failed);
                }
              });
      assertEquals(expected, execute(variables(verb), input, command));
      return asked.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    } finally {
      Files.delete(path);
    }
  }

  /** The body, by the length that the head says. */
  private static String request(SocketChannel client) throws IOException {
    var in = Channels.newInputStream(client);
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append((char) in.read());
    }
    assertTrue(head.toString().startsWith("POST /v1/cni HTTP/1.1\r\n"), head::toString);
    String length =
        head.toString()
            .lines()
            .filter(line -> line.startsWith("Content-Length: "))
            .findFirst()
            .orElseThrow();
    int count = Integer.parseInt(length.substring(length.indexOf(' ') + 1));
    return new String(in.readNBytes(count), StandardCharsets.UTF_8);
  }

  private static String answer(String more, String body) {
    int length = body.getBytes(StandardCharsets.UTF_8).length;
    return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        + more
        + "content-length: "
        + length
        + "\r\n\r\n"
        + body;
  }

  @Test
  void configurationsAndAnswersOfAnySizeAreHandedOnAsTheyAre() throws Exception {
    for (int size : new int[] {0, 1_000, LARGE}) {
      String input = "{\"name\":\"\u00fc\\\\\",\n\t\"x\":\"" + "\u00e4\n\"".repeat(size) + "\"}";
      String result = "{\"ips\":\"" + "\u00f6".repeat(size) + "\"}\n";
      String body = ask("ADD", input, answer("", result), new Ended(0, result));
      Map<String, Object> asked = CniJson.object("the request", body);
      assertEquals(input, asked.get("config"));
      assertEquals("ADD", asked.get("CNI_COMMAND"));
      assertEquals("K8S_POD_NAME=\"a\\b\"\t", asked.get("CNI_ARGS"));
      assertEquals(3, asked.size(), body);
    }
  }

  @Test
  void anErrorIsPrintedAndIsTheExitStatus() throws Exception {
    String error = "{\"code\":7}\n";
    ask("DEL", "{}", answer("Fastvif-Cni-Error: 1\r\n", error), new Ended(1, error));
    ask("DEL", "{}", answer("", "{}\n"), new Ended(0, ""));
  }

  @Test
  void whatIsNoWholeAnswerIsAnErrorToBeTriedAgain() throws Exception {
    String whole = answer("", "{\"ips\":[]}");
    for (String half : List.of("", "HTTP/1.1 200", whole.substring(0, whole.length() - 1))) {
      Path path = folder.resolve("agent.sock");
      String message =
          half.startsWith("HTTP/1.1 200 ")
              ? "the answer of the agent at " + path + " is not whole"
              : "the agent at " + path + " has ended without an answer";
      ask("ADD", "{}", half, new Ended(1, error(11, message)));
    }
  }

  @Test
  void whatTheAgentRefusesIsSaid() throws Exception {
    String refusal = "HTTP/1.1 403 Forbidden\r\nContent-Length: 3\r\n\r\n{\"}";
    String message =
        "the agent at " + folder.resolve("agent.sock") + " answers with HTTP status 403: {\\\"}";
    ask("ADD", "{}", refusal, new Ended(1, error(100, message)));
  }

  private static String error(int code, String message) {
    return "{\"cniVersion\":\"1.1.0\",\"code\":" + code + ",\"msg\":\"" + message + "\"}\n";
  }

  @Test
  void withoutAnAgentItSaysWhatItCouldNotExecute() throws Exception {
    String message =
        "no agent listens at "
            + folder.resolve("agent.sock")
            + ", and /nonexistent/fastvif cannot be executed: No such file or directory";
    assertEquals(new Ended(1, error(11, message)), execute(variables("ADD"), "{}"));
    assertEquals(new Ended(1, error(50, message)), execute(variables("STATUS"), "{}"));
    assertEquals(
        new Ended(1, error(4, "CNI_COMMAND is missing: container runtimes execute this")),
        execute(Map.of(), ""));
  }

  /** The agent's socket must not come in its place: the client would wait for it for minutes. */
  @Test
  void aClosedStandardInputIsSaid() throws Exception {
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(folder.resolve("agent.sock")));
      assertEquals(
          new Ended(1, error(5, "standard input cannot be read: Bad file descriptor")),
          execute(variables("ADD"), "", shell("<&-")));
    }
  }

  /** A runtime that cannot have been told must not count the pod as plugged. */
  @Test
  void aClosedStandardOutputIsAFailure() throws Exception {
    ask("ADD", "{}", answer("", "{}\n"), new Ended(1, ""), shell(">&-"));
  }

  private String[] shell(String closed) {
    return new String[] {
      "/bin/sh", "-c", "exec \"$0\" " + closed, folder.resolve("fastvif").toString()
    };
  }

  @Test
  void versionIsAnsweredWithoutAnAgentInTheVersionThatIsAsked() throws Exception {
    for (String version : List.of("0.4.0", "1.1.0")) {
      String input = "{\"name\":\"a\", \"cniVersion\" : \"" + version + "\"}";
      Ended ended = execute(variables("VERSION"), input);
      assertEquals(0, ended.status);
      assertEquals(version, CniJson.object("", ended.text).get("cniVersion"));
      assertEquals(CniVersion.SUPPORTED, CniJson.object("", ended.text).get("supportedVersions"));
    }
    assertTrue(execute(variables("VERSION"), "?").text.startsWith("{\"cniVersion\":\"1.1.0\""));
  }

  /** A libc's start alone touches 20 pages, for which a pod would wait. */
  @Test
  void itIsSmallAndNeedsNoLibrary() throws Exception {
    ByteBuffer elf =
        ByteBuffer.wrap(Files.readAllBytes(folder.resolve("fastvif")))
            .order(ByteOrder.LITTLE_ENDIAN);
    assertTrue(elf.capacity() <= MAX_SIZE, () -> elf.capacity() + " bytes");
    int headers = (int) elf.getLong(PROGRAM_HEADERS);
    for (int i = 0; i < elf.getShort(PROGRAM_HEADER_COUNT); i++) {
      int type = elf.getInt(headers + i * elf.getShort(PROGRAM_HEADER_SIZE));
      assertTrue(type != PT_INTERP, "it needs a dynamic linker");
    }
  }
}
