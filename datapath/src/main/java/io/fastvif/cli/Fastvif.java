package io.fastvif.cli;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.netlink.NetlinkException;
import io.fastvif.plan.Action;
import io.fastvif.vif.InvalidInputException;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** The {@code fastvif} command. */
public final class Fastvif {
  static final int DONE = 0;
  static final int FAILED = 1;
  static final int WRONG_INPUT = 2;

  private static final String PRIVILEGE = "root or CAP_NET_ADMIN";

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
          "demo",
          "bench",
          "soak");

  private Fastvif() {}

  /** Runs the command and exits with its status. */
  public static void main(String[] arguments) {
    StandardStreams.occupy();
    PrintWriter out = ResultWriter.ofProcess();
    PrintWriter err = new PrintWriter(new OutputStreamWriter(System.err, StandardCharsets.UTF_8));
    int status = execute(ProcessText.arguments(arguments), out, err);
    err.flush();
    if (out.checkError() && status == DONE) {
      status = FAILED; // it is not known what became of what
    }
    System.exit(status);
  }

  static boolean isDenial(int errno) {
    return errno == Errno.EPERM || errno == Errno.EACCES;
  }

  /** Says what privilege is needed if that is the reason, and is not said yet. */
  static String withHint(String message, int errno) {
    boolean wanted = isDenial(errno) && !message.contains(PRIVILEGE);
    return wanted ? message + "; this needs " + PRIVILEGE : message;
  }

  /** Runs the command and returns its exit status. */
  static int execute(String[] arguments, PrintWriter out, PrintWriter err) {
    String[] words = joined(arguments);
    if (words.length > 0) {
      Command command = command(words[0]);
      if (command instanceof LauncherCommand) {
        return run(command, new Arguments(), out, err); // its options are not known here
      }
      Arguments plain = command == null ? null : Arguments.ofPlain(command, words);
      if (plain != null) {
        return run(command, plain, out, err);
      }
    }
    return usage((command, parsed) -> run(command, parsed, out, err)).execute(arguments, out, err);
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
    return new Usage(NAMES.stream().map(Fastvif::command).toList(), runner);
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
      err.println("fastvif: " + withHint(refused.getMessage(), refused.errno()));
      return FAILED;
    } catch (NetlinkException | IOException failed) {
      err.println("fastvif: " + failed.getMessage());
      return FAILED;
    } catch (Exception unexpected) {
      err.println("fastvif: an error of fastvif's own; please report it");
      unexpected.printStackTrace(err);
      return FAILED;
    }
  }
}
