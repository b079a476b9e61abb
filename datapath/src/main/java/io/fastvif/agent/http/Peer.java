package io.fastvif.agent.http;

import java.nio.file.attribute.UserPrincipal;
import java.util.Set;

/**
 * The process at the other end of a connection.
 *
 * @param user its user
 * @param group its primary group
 * @param groups the numbers of all groups that its user is a member of; none where no group is
 *     allowed
 */
record Peer(UserPrincipal user, UserPrincipal group, Set<Integer> groups) {}
