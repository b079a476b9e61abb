package io.fastvif.cli;

import io.fastvif.agent.client.AgentClient;
import io.fastvif.agent.client.AgentResponse;
import io.fastvif.capture.CaptureOptions;
import io.fastvif.capture.FrameCapture;
import io.fastvif.capture.FrameFilter;
import io.fastvif.capture.FrameSummary;
import io.fastvif.capture.PcapngBlock;
import io.fastvif.capture.PcapngReader;
import io.fastvif.files.HostPath;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.UUID;

/** {@code vhost-user capture PORT [FILTER]}, as tcpdump does it of a link. */
final class CaptureCommand extends Command {
  private static final String STANDARD_OUTPUT = "-";
  private static final int BUFFER = 64 << 10;

  /** How long the rest of a capture may take after a signal. */
  private static final Duration LAST_SILENCE = Duration.ofSeconds(5);

  private static final Duration LAST_FRAMES = Duration.ofSeconds(20);

  private static final Option WRITE =
      new Option(
          "--write",
          "-w",
          "FILE",
          Option.Values.ONE,
          "Write pcapng to a file, or with - to standard output, instead of a line for each"
              + " frame.");
  private static final Option SNAP_LENGTH =
      new Option(
          "--snapshot-length",
          "-s",
          "BYTES",
          Option.Values.ONE,
          "How much of each frame is kept; all by default, and with 0.");
  private static final Option COUNT =
      new Option("--count", "-c", "N", Option.Values.ONE, "End after that many frames.");

  CaptureCommand() {
    super(
        "vhost-user capture",
        "Show the frames of a vhost-user port that the agent or vhost-user serve has open, from"
            + " the guest (in) and to it (out), those that are dropped with the reason, until"
            + " SIGINT. Others' frames pass as before.",
        "The port: its VIF's id, or its name. Words behind it are a filter as of pcap-filter(7):"
            + " host, net, port, ether host, arp, ip, ip6, tcp, udp, icmp, icmp6, vlan, src, dst,"
            + " and, or, not, parentheses.",
        PortAccess.SOCKET,
        WRITE,
        SNAP_LENGTH,
        COUNT);
  }

  @Override
  String fileLabel() {
    return "PORT";
  }

  @Override
  int run(Arguments arguments, PrintWriter out, PrintWriter err) throws Exception {
    List<String> words = arguments.files();
    String port = PortAccess.port(words, Integer.MAX_VALUE);
    String filter = String.join(" ", words.subList(1, words.size()));
    FrameFilter.parse(filter); // what is wrong is said before anything is asked
    int snapLength = arguments.number(SNAP_LENGTH, 0, 0, CaptureOptions.MAX_SNAP_LENGTH);
    int count = arguments.number(COUNT, 0, 1, Integer.MAX_VALUE);
    String file = arguments.value(WRITE);
    if (STANDARD_OUTPUT.equals(file) && Progress.isTerminal(1)) {
      throw WrongInputException.of(
          WRITE.name() + ": standard output is a terminal: expected a file or a pipe");
    }
    String name = UUID.randomUUID().toString();
    String target =
        PortAccess.target(port)
            + "/frames?name="
            + name
            + (snapLength == 0 ? "" : "&snap_length=" + snapLength)
            + "&count="
            + count
            + "&filter="
            + PortAccess.escaped(filter);
    String socket = AgentAccess.named(arguments);
    try (AgentClient agent = AgentAccess.connect(socket);
        EndSignal signal = new EndSignal(out, err)) {
      AgentAccess.endAt(signal, agent);
      AgentResponse response = agent.send("GET", target);
      PortAccess.require(agent, response, FrameCapture.CONTENT_TYPE);
      signal.whenAsked(() -> end(socket, name, agent));
      Shown shown = new Shown(file == null ? out : null);
      int status = Fastvif.DONE;
      try (InputStream frames = response.body();
          OutputStream copy = file(file)) {
        shown.copy(frames, copy);
      } catch (IOException broken) { // said before the signal's end, if there is one
        err.println("fastvif: " + broken.getMessage());
        status = Fastvif.FAILED;
      }
      err.println(shown.figures());
      signal.ended(status);
      return status;
    }
  }

  private static OutputStream file(String name) throws IOException {
    if (name == null) {
      return OutputStream.nullOutputStream();
    }
    if (name.equals(STANDARD_OUTPUT)) {
      return new FileOutputStream(FileDescriptor.out);
    }
    try {
      return new FileOutputStream(HostPath.of(name).toFile());
    } catch (IOException refused) { // its message has the name
      throw new IOException(WRITE.name() + ": " + refused.getMessage(), refused);
    }
  }

  /** Has the capture end where it is made, so that what was captured and its counters come yet. */
  private static void end(String socket, String name, AgentClient agent) {
    agent.endWithin(LAST_SILENCE, LAST_FRAMES);
    try (AgentClient other = AgentAccess.connectShortly(socket)) {
      int unused = other.send("DELETE", "/v1/captures/" + name).status();
    } catch (IOException gone) {
      // then the stream ends by itself, or with the time that is left
    }
  }

  /** What comes, on its way to a file or a person. */
  private static final class Shown {
    private final PrintWriter lines;
    private final ZoneId zone = ZoneId.systemDefault();
    private long frames;
    private long seen;
    private long lost;

    /**
     * @param lines gets a line for each frame; null for none
     */
    Shown(PrintWriter lines) {
      this.lines = lines;
    }

    void copy(InputStream from, OutputStream to) throws IOException {
      PcapngReader reader = new PcapngReader(this::take);
      byte[] buffer = new byte[BUFFER];
      for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
        to.write(buffer, 0, n);
        reader.read(buffer, 0, n);
        if (lines != null && lines.checkError()) { // which writes what waits
          return;
        }
      }
    }

    private void take(PcapngBlock block) {
      if (block.isFrame()) {
        frames++;
        if (lines != null) {
          lines.println(FrameSummary.line(block, zone));
        }
      } else if (block.isStatistics()) {
        seen = block.seen();
        lost = block.lost();
      }
    }

    String figures() {
      return String.format(
          "%d frames captured, %d passed the port, %d lost because they were not read in time",
          frames, seen, lost);
    }
  }
}
