package io.fastvif.cli;

import io.fastvif.agent.text.ResultLine;
import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FastvifException;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.netlink.NetlinkException;
import io.fastvif.plan.Action;
import io.fastvif.trace.TraceLines;
import io.fastvif.trace.Tracing;
import io.fastvif.vif.InvalidInputException;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** The {@code fastvif} command. */
public final class Fastvif {
  static final int DONE = 0;
  static final int FAILED = 1;
  static final int WRONG_INPUT = 2;

  /** In front of a command: shows what it says to the host, and what is answered. */
  static final String TRACE = "--trace";

  private static final int MAX_CAUSES = 16;

  private static final int MAX_THREADS_LEFT = 64;

  private static final List<String> NAMES =
      List.of(
          "plug",
          "unplug",
          "plan",
          "list",
          "vf",
          "convert",
          "host-info",
          "negotiate",
          "libvirt-xml",
          "representor",
          "eswitch",
          "vhost-user serve",
          "vhost-user probe",
          "vhost-user capture",
          "vhost-user stats",
          "vhost-user trace",
          "agent",
          "agent status",
          "agent open",
          "top",
          "cni",
          "demo",
          "bench",
          "soak");

  private Fastvif() {}

  /** Runs the command and exits with its status. */
  public static void main(String[] arguments) {
    StandardStreams.occupy();
    ErrorLog.begin();
    PrintWriter out = ResultWriter.ofProcess();
    PrintWriter err = new PrintWriter(new OutputStreamWriter(System.err, StandardCharsets.UTF_8));
    int status = execute(ProcessText.arguments(arguments), out, err);
    err.flush();
    if (out.checkError() && status == DONE) {
      status = FAILED; // it is not known what became of what
    }
    if (status != DONE || !isOnlyDaemonsLeft()) {
      System.exit(status);
    }
  }

  /**
   * Whether the JVM ends when this thread has, with status 0. System.exit would look for a logger
   * first, to say so, for which each jar of the class path is opened.
   */
  private static boolean isOnlyDaemonsLeft() {
    Thread[] left = new Thread[MAX_THREADS_LEFT];
    int count = Thread.enumerate(left);
    for (int i = 0; i < count; i++) {
      if (!left[i].isDaemon() && left[i] != Thread.currentThread()) {
        return false;
      }
    }
    return count < MAX_THREADS_LEFT;
  }

  static boolean isDenial(int errno) {
    return errno == Errno.EPERM || errno == Errno.EACCES;
  }

  /** Runs the command and returns its exit status. */
  @SuppressWarnings("try") // it ends with the block
  static int execute(String[] arguments, PrintWriter out, PrintWriter err) {
    if (arguments.length > 0 && arguments[0].equals(TRACE)) {
      try (Tracing.Scope scope = Tracing.begin(new TraceLines(err))) {
        return execute(Arrays.copyOfRange(arguments, 1, arguments.length), out, err);
      }
    }
    String[] words = joined(arguments);
    String[] spelledOut = arguments;
    if (words.length > 0) {
      Command command = command(words[0]);
      if (command instanceof LauncherCommand) {
        return run(command, new Arguments(), out, err); // its options are not known here
      }
      if (command != null) {
        Arguments plain = Arguments.ofPlain(command, words);
        if (plain != null) {
          return run(command, plain, out, err);
        }
        spelledOut = Arguments.withValues(command, arguments);
      }
    }
    return usage((command, parsed) -> run(command, parsed, out, err)).execute(spelledOut, out, err);
  }

  /** The same with the words of a command of a group as one, such as {@code vhost-user serve}. */
  private static String[] joined(String[] arguments) {
    if (arguments.length < 2 || command(arguments[0] + " " + arguments[1]) == null) {
      return arguments;
    }
    String[] words = Arrays.copyOfRange(arguments, 1, arguments.length);
    words[0] = arguments[0] + " " + arguments[1];
    return words;
  }

  static Usage usage(Usage.Runner runner) {
    return new Usage(commands(), runner);
  }

  /** All that the help lists. */
  static List<Command> commands() {
    return NAMES.stream().map(Fastvif::command).toList();
  }

  /** Made only when wanted: loading them all would cost every start. */
  static Command command(String name) {
    return switch (name) {
      case "plug" -> new PlugCommand(Action.PLUG);
      case "unplug" -> new PlugCommand(Action.UNPLUG);
      case "plan" -> new PlanCommand();
      case "list" -> new ListCommand();
      case "vf" -> new VfCommand();
      case "convert" -> new ConvertCommand();
      case "host-info" -> new HostInfoCommand();
      case "negotiate" -> new NegotiateCommand();
      case "libvirt-xml" -> new LibvirtXmlCommand();
      case "representor" -> new RepresentorCommand();
      case "eswitch" -> new EswitchCommand();
      case "vhost-user serve" -> new ServeCommand();
      case "vhost-user probe" -> new ProbeCommand();
      case "vhost-user capture" -> new CaptureCommand();
      case "vhost-user stats" -> new PortStatsCommand();
      case "vhost-user trace" -> new PortTraceCommand();
      case "agent" -> new AgentCommand();
      case "agent status" -> new AgentStatusCommand();
      case "agent open" -> new AgentOpenCommand();
      case "top" -> new TopCommand();
      case "cni" -> new CniCommand();
      case "demo" -> new DemoCommand();
      case "bench" ->
          new LauncherCommand(name, "Measure fastvif beside the alternatives. Needs root.");
      case "soak" ->
          new LauncherCommand(
              name, "Plug and unplug at random for minutes and check every invariant. Needs root.");
      case "warm-up" -> new WarmUpCommand();
      default -> null;
    };
  }

  /** Runs one command; its errors go to standard error in one line each. */
  static int run(Command command, Arguments arguments, PrintWriter out, PrintWriter err) {
    try {
      return command.run(arguments, out, err);
    } catch (InvalidInputException | WrongInputException wrong) {
      err.println("fastvif: " + wrong.getMessage());
      return WRONG_INPUT;
    } catch (SystemCallException refused) {
      err.println("fastvif: " + ResultLine.withHint(refused.getMessage(), refused.errno()));
      return FAILED;
    } catch (NetlinkException | IOException failed) {
      err.println("fastvif: " + failed.getMessage());
      return FAILED;
    } catch (Exception | Error unexpected) {
      Throwable refusal = refusal(unexpected);
      if (refusal != null) {
        err.println("fastvif: " + refusal.getMessage());
      } else {
        err.println("fastvif: an error of fastvif's own; please report it");
        unexpected.printStackTrace(err);
      }
      return FAILED;
    }
  }

  /**
   * What was refused behind something that was thrown; null if nothing was, and the fault is
   * fastvif's. The JDK throws errors too where it is refused a descriptor in the midst of its work.
   */
  private static Throwable refusal(Throwable thrown) {
    Throwable each = thrown;
    for (int i = 0; i < MAX_CAUSES && each != null; i++) {
      if (each instanceof IOException
          || each instanceof UncheckedIOException
          || each instanceof FastvifException
          || each instanceof OutOfMemoryError) {
        return each;
      }
      each = each.getCause();
    }
    return null;
  }
}
