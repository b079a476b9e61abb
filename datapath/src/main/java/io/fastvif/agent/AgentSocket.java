package io.fastvif.agent;

import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;

/**
 * The unix socket that an agent answers on.
 *
 * @param path of its file
 * @param mode of its file: who may connect at all
 * @param group of its file, by name or number; null for that of the process
 * @param handedOver a socket that listens already, at that path, and is the agent's from then on;
 *     null to make one
 */
public record AgentSocket(
    Path path, Set<PosixFilePermission> mode, String group, ServerSocketChannel handedOver) {
  private static final String MODE = "rw-rw----";

  /** Copies the set. */
  public AgentSocket {
    Objects.requireNonNull(path);
    mode = Set.copyOf(mode);
  }

  /** One that the agent makes, for the process's user and group. */
  public static AgentSocket at(Path path) {
    return new AgentSocket(path, PosixFilePermissions.fromString(MODE), null, null);
  }
}
