package io.fastvif.agent.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.UserDatabase;
import io.fastvif.vif.InvalidInputException;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PeersTest {
  private static final UserPrincipalLookupService DATABASE =
      FileSystems.getDefault().getUserPrincipalLookupService();
  private static final String USER = "54321";
  private static final String GROUP = "54322";

  private static Allowed readers(List<String> users, List<String> groups) {
    return new Allowed(users, groups, List.of(), List.of());
  }

  private static Allowed changers(List<String> users, List<String> groups) {
    return new Allowed(List.of(), List.of(), users, groups);
  }

  private static String rights(Allowed allowed, String user, String group, Integer... groups)
      throws IOException {
    Peer peer =
        new Peer(
            DATABASE.lookupPrincipalByName(user),
            DATABASE.lookupPrincipalByGroupName(group),
            Set.of(groups));
    Caller caller = new Peers(allowed).caller(peer);
    return (caller.mayRead() ? "r" : "-") + (caller.mayChange() ? "w" : "-");
  }

  @Test
  void rootMayAlwaysAndOthersOnlyIfTheyAreNamed() throws Exception {
    assertEquals("rw", rights(Allowed.NOBODY, "root", GROUP));
    assertEquals("rw", rights(Allowed.NOBODY, "0", GROUP));
    assertEquals("--", rights(Allowed.NOBODY, USER, GROUP));
    assertEquals("--", rights(Allowed.NOBODY, USER, "root"), "root's group is not root");
    assertEquals("r-", rights(readers(List.of(USER), List.of()), USER, GROUP));
    assertEquals("rw", rights(changers(List.of(USER), List.of()), USER, GROUP));
    assertEquals("--", rights(changers(List.of(GROUP), List.of()), USER, GROUP), "a user's number");
  }

  @Test
  void membersOfGroupsMayByPrimaryAndByOtherGroups() throws Exception {
    assertEquals("r-", rights(readers(List.of(), List.of(GROUP)), USER, GROUP));
    assertEquals("rw", rights(changers(List.of(), List.of(GROUP)), USER, GROUP));
    assertEquals("--", rights(changers(List.of(), List.of(USER)), USER, GROUP));
    assertEquals("rw", rights(changers(List.of(), List.of("999")), USER, GROUP, 4, 999));
    assertEquals("r-", rights(readers(List.of(), List.of("999")), USER, GROUP, 4, 999));
    assertEquals("--", rights(readers(List.of(), List.of("998")), USER, GROUP, 4, 999));
    int tty = (int) UserDatabase.groupNumber("tty");
    assertTrue(tty > 0, "every host has that group");
    assertEquals("rw", rights(changers(List.of(), List.of("tty")), USER, GROUP, tty));
  }

  @Test
  void whoIsUnknownIsSaid() {
    for (Allowed allowed :
        List.of(
            readers(List.of("no such user"), List.of()),
            readers(List.of(), List.of("no such group")),
            changers(List.of("no such user"), List.of()),
            changers(List.of(), List.of("no such group")))) {
      InvalidInputException wrong =
          assertThrows(InvalidInputException.class, () -> new Peers(allowed));
      assertTrue(wrong.getMessage().contains("\"no such "), wrong.getMessage());
    }
  }
}
