package io.fastvif.packaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.Failure;
import io.fastvif.bindings.FailureKind;
import io.fastvif.bindings.FastvifException;
import io.fastvif.bindings.FastvifIOException;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.driver.EndpointId;
import io.fastvif.driver.EndpointReleaseException;
import io.fastvif.driver.EndpointType;
import io.fastvif.engine.PlugFailure;
import io.fastvif.netlink.DumpInterruptedException;
import io.fastvif.netlink.NetlinkException;
import io.fastvif.netns.NetnsException;
import io.fastvif.portprofile.PortRefusedException;
import io.fastvif.vhostuser.protocol.ProtocolException;
import io.fastvif.vhostuser.protocol.ProtocolException.Fault;
import io.fastvif.vif.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What is thrown, and what a caller can do about it. */
class ExceptionsTest {
  private static final Path SOURCES = Path.of("src", "main", "java");
  private static final Pattern THROWABLE =
      Pattern.compile("\\bclass (\\w+)\\s+extends \\w*(?:Exception|Error|Throwable)\\b");

  /** Those that are no failure of what was asked for, and why. */
  private static final Set<String> OTHERS =
      Set.of(
          "io.fastvif.vif.InvalidInputException", // the caller's mistake, before anything is done
          "io.fastvif.agent.http.ProblemException", // an answer to an HTTP request
          "io.fastvif.agent.keeper.UnreadableDeclarationException", // told as unreadiness
          "io.fastvif.json.NotPlainException", // jackson reads it then, and says what is wrong
          "io.fastvif.cli.WrongInputException", // the same, of the command's arguments
          "io.fastvif.engine.side.LeftAsItIsException"); // a note, never thrown to a caller

  @Test
  void allHaveThePredicates() throws Exception {
    Set<String> without = new TreeSet<>();
    int count = 0;
    try (Stream<Path> all = Files.walk(SOURCES)) {
      for (Path file : all.filter(each -> each.toString().endsWith(".java")).toList()) {
        Matcher found = THROWABLE.matcher(Files.readString(file));
        if (found.find()) {
          count++;
          String folder = SOURCES.relativize(file.getParent()).toString().replace('/', '.');
          String name = folder + "." + found.group(1);
          if (!Failure.class.isAssignableFrom(Class.forName(name))) {
            without.add(name);
          }
        }
      }
    }
    assertEquals(new TreeSet<>(OTHERS), without);
    assertTrue(count > 15, "the sources are read: " + count);
  }

  @Test
  void allThatIsUncheckedHasOneBase() {
    List<Class<?>> unchecked =
        List.of(
            SystemCallException.class,
            NetlinkException.class,
            DumpInterruptedException.class,
            NetnsException.class,
            ProtocolException.class,
            EndpointReleaseException.class);
    assertTrue(unchecked.stream().allMatch(FastvifException.class::isAssignableFrom));
    assertTrue(FastvifIOException.class.isAssignableFrom(PortRefusedException.class));
  }

  @Test
  void aRefusalOfTheKernelKeepsItsNumberAndItsWords() {
    NetlinkException refused =
        new NetlinkException("RTM_NEWLINK vnet0", Errno.EBUSY, "Device is in use", -1);

    assertTrue(refused.busy());
    assertFalse(refused.alreadyExists());
    assertEquals(Errno.EBUSY, refused.errno());
    assertEquals("Device is in use", refused.kernelMessage());
    assertTrue(new NetlinkException("RTM_NEWLINK a", Errno.EEXIST, null, -1).alreadyExists());
    assertTrue(new NetlinkException("RTM_GETLINK a", Errno.ENODEV, null, -1).notFound());
    assertTrue(new NetlinkException("RTM_NEWLINK a", Errno.EPERM, null, -1).notPermitted());
    assertTrue(new DumpInterruptedException("RTM_GETLINK", 5).busy());
  }

  @Test
  void whatTookTooLongTimedOut() {
    assertTrue(new ProtocolException(Fault.TIMEOUT, "no answer").timedOut());
    assertFalse(new ProtocolException(Fault.CLOSED, "closed").timedOut());
    assertTrue(new PortRefusedException(FailureKind.TIMED_OUT, "no answer").timedOut());
  }

  @Test
  void oneThatIsMadeOfAnotherIsOfItsKind() {
    NetnsException absent = new NetnsException(new NoSuchFileException("/run/netns/none"));
    assertTrue(absent.notFound());
    assertEquals(Errno.ENOENT, absent.errno());

    EndpointId id = new EndpointId("net", EndpointType.TAP, new UUID(1, 2));
    IOException cause =
        new FastvifIOException("in use", new SystemCallException("unlink", Errno.EBUSY));
    EndpointReleaseException kept = new EndpointReleaseException(id, "in use", cause);
    assertTrue(kept.busy());
    assertEquals(Errno.EBUSY, kept.errno());
  }

  @Test
  void aFailedOperationHasTheSamePredicates() {
    PlugFailure refused =
        new PlugFailure("id", "ip link add vnet0", Errno.EPERM, "not allowed", List.of());
    assertTrue(refused.notPermitted());
    assertEquals("not allowed", refused.detail());

    PlugFailure late =
        new PlugFailure("id", "wait", 0, "no answer", List.of(), FailureKind.TIMED_OUT);
    assertTrue(late.timedOut());
    assertEquals(0, late.errno());

    InvalidInputException wrong = InvalidInputException.of("vif", "has no id", "one");
    PlugFailure input =
        new PlugFailure("id", "plan", 0, wrong.getMessage(), List.of(), wrong, FailureKind.OTHER);
    for (FailureKind kind : FailureKind.values()) {
      assertEquals(kind == FailureKind.OTHER, input.kind() == kind);
    }
  }
}
