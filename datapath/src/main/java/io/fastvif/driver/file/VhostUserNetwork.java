package io.fastvif.driver.file;

import io.fastvif.bindings.FailureKind;
import io.fastvif.driver.EndpointConstraints;
import io.fastvif.driver.EndpointId;
import io.fastvif.driver.EndpointType;
import io.fastvif.driver.SocketEndpoint;
import io.fastvif.files.HostPath;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.Network;
import io.fastvif.vif.VhostUserMode;
import io.fastvif.vif.VifVhostUser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.Set;

/**
 * A network behind a switch in user space, whose sockets are in a folder.
 *
 * @param basics what every network has
 * @param folder where the sockets are
 * @param mode which end the hypervisor is
 */
record VhostUserNetwork(NetworkBasics basics, Path folder, VhostUserMode mode)
    implements DescribedNetwork {
  static final String KIND = "vhost-user";
  private static final String SUFFIX = ".sock";
  // sun_path of linux/un.h has 108 bytes, the last of which is zero; a slash and a UUID before it
  private static final int FOLDER_BYTES = 107 - 1 - 36 - SUFFIX.length();

  static VhostUserNetwork read(NetworkBasics basics, Members members) {
    Path folder = members.folder("folder");
    if (folder.toString().getBytes(StandardCharsets.UTF_8).length > FOLDER_BYTES) {
      throw members.wrong(
          "folder", folder.toString(), "is too long", "at most " + FOLDER_BYTES + " bytes");
    }
    return new VhostUserNetwork(basics, folder, members.parsed("mode", VhostUserMode::parse));
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public Set<EndpointType> types() {
    return Set.of(EndpointType.VHOST_USER);
  }

  @Override
  public void check(EndpointId id, EndpointConstraints constraints, HostSnapshot host)
      throws UnsuitedException {
    if (!constraints.sharedMemory()) {
      throw new UnsuitedException("the guest's memory is not shared, as vhost-user needs it");
    }
    if (!Files.isDirectory(folder)) {
      throw new UnsuitedException(
          FailureKind.NOT_FOUND, "there is no folder " + folder + " on this host");
    }
  }

  private Path socket(EndpointId id) {
    return HostPath.resolve(folder, id.port() + SUFFIX);
  }

  @Override
  public Attachment claim(EndpointId id, MacAddress mac, HostSnapshot host) {
    String path = HostPath.text(socket(id));
    VifVhostUser.Builder vif = DescribedNetwork.fill(VifVhostUser.builder(), id, mac, "noop");
    vif.path(path)
        .mode(mode)
        .network(Network.builder().label(basics.name()).mtu(basics.mtu()).build());
    Optional<MacAddress> guest = Optional.ofNullable(mac);
    return new Attachment(
        vif.build(), false, false, new SocketEndpoint(id, guest, basics.mtu(), path, mode));
  }

  @Override
  public Optional<Attachment> claimed(EndpointId id, HostSnapshot host) {
    return Optional.of(claim(id, null, host));
  }

  /** Removes the socket that the hypervisor has left. One that the switch made is the switch's. */
  @Override
  public void dispose(EndpointId id) throws UnsuitedException {
    Path socket = socket(id);
    try {
      if (mode == VhostUserMode.SERVER && Files.exists(socket, LinkOption.NOFOLLOW_LINKS)) {
        BasicFileAttributes found =
            Files.readAttributes(socket, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (found.isOther()) {
          Files.deleteIfExists(socket);
        }
      }
    } catch (IOException failure) {
      throw new UnsuitedException(
          FailureKind.of(failure), "the socket " + socket + " is not removed: " + failure);
    }
  }
}
