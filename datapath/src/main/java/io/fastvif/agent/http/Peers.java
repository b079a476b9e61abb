package io.fastvif.agent.http;

import io.fastvif.bindings.UserDatabase;
import io.fastvif.vif.InvalidInputException;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.HashSet;
import java.util.Set;
import jdk.net.UnixDomainPrincipal;

/**
 * Says of the peer of a connection what it may. Users and primary groups are compared by number,
 * which is what the JDK's principals are equal by, whatever their names. Of other groups a process
 * cannot be asked through the JDK; so it counts what the user is a member of by the host's user
 * database, as polkit does: whoever was added to a group is in it at once, and also those of its
 * processes that have given the group up.
 */
final class Peers {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final String UIDS = "Uid:";
  private static final String ROOT = "0";

  private final Set<UserPrincipal> readers = new HashSet<>();
  private final Set<UserPrincipal> changers = new HashSet<>();
  private final Set<UserPrincipal> readerGroups = new HashSet<>();
  private final Set<UserPrincipal> changerGroups = new HashSet<>();
  private final Set<Integer> readerNumbers = new HashSet<>();
  private final Set<Integer> changerNumbers = new HashSet<>();

  /**
   * Looks all names up.
   *
   * @throws InvalidInputException if one is neither known nor a number
   */
  Peers(Allowed allowed) {
    changers.add(user("root", ROOT));
    changers.add(user("the agent's user", own()));
    allowed.changers().forEach(name -> changers.add(user("change-users", name)));
    allowed.readers().forEach(name -> readers.add(user("read-users", name)));
    for (String name : allowed.changerGroups()) {
      changerGroups.add(group("change-groups", name));
      changerNumbers.add(number(name));
    }
    for (String name : allowed.readerGroups()) {
      readerGroups.add(group("read-groups", name));
      readerNumbers.add(number(name));
    }
  }

  /** The effective user of this process, which no environment can pretend. */
  private static String own() {
    try {
      for (String line : Files.readAllLines(STATUS)) {
        if (line.startsWith(UIDS)) {
          return line.split("\t", -1)[2]; // real, effective, saved, of the file system
        }
      }
    } catch (IOException hidden) {
      // without /proc, only root and those who are named
    }
    return ROOT;
  }

  private static UserPrincipalLookupService database() {
    return FileSystems.getDefault().getUserPrincipalLookupService();
  }

  private static UserPrincipal user(String where, String name) {
    try {
      return database().lookupPrincipalByName(name);
    } catch (UserPrincipalNotFoundException unknown) {
      throw InvalidInputException.ofValue(where, name, "is no user here", "a name or number");
    } catch (IOException unreadable) {
      throw InvalidInputException.ofValue(
          where, name, "cannot be looked up: " + unreadable.getMessage(), "a known user");
    }
  }

  static GroupPrincipal group(String where, String name) {
    try {
      return database().lookupPrincipalByGroupName(name);
    } catch (UserPrincipalNotFoundException unknown) {
      throw InvalidInputException.ofValue(where, name, "is no group here", "a name or number");
    } catch (IOException unreadable) {
      throw InvalidInputException.ofValue(
          where, name, "cannot be looked up: " + unreadable.getMessage(), "a known group");
    }
  }

  /** Of a group that is known, or itself a number. */
  private static int number(String group) {
    long number = UserDatabase.groupNumber(group);
    return number >= 0 ? (int) number : Integer.parseUnsignedInt(group);
  }

  /**
   * Who it is; may wait for the user database.
   *
   * @param credentials the kernel's word
   */
  Peer peer(UnixDomainPrincipal credentials) {
    Set<Integer> groups = new HashSet<>();
    if (!readerNumbers.isEmpty() || !changerNumbers.isEmpty()) {
      for (int group : UserDatabase.groups(credentials.user().getName())) {
        groups.add(group);
      }
    }
    return new Peer(credentials.user(), credentials.group(), Set.copyOf(groups));
  }

  /** What a peer may. */
  Caller caller(Peer peer) {
    boolean mayChange =
        changers.contains(peer.user())
            || changerGroups.contains(peer.group())
            || peer.groups().stream().anyMatch(changerNumbers::contains);
    boolean mayRead =
        mayChange
            || readers.contains(peer.user())
            || readerGroups.contains(peer.group())
            || peer.groups().stream().anyMatch(readerNumbers::contains);
    return new Caller(peer.user().getName(), peer.group().getName(), mayRead, mayChange);
  }
}
