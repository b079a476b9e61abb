package io.fastvif.cni;

import java.util.Set;

/** Gives addresses to attachments, and takes them back. May wait for files or another process. */
interface Ipam {

  /** The IPAM of a configuration: one that is built in, otherwise a plugin of that name. */
  static Ipam of(NetworkConfiguration configuration, CniRequest request) {
    return switch (configuration.ipamType()) {
      case "" -> new NoIpam();
      case HostLocalIpam.TYPE -> new HostLocalIpam(configuration);
      case StaticIpam.TYPE -> new StaticIpam(configuration);
      default -> new DelegatedIpam(configuration.ipamType(), request);
    };
  }

  /** The same only to take back addresses, which a wrong configuration does not prevent. */
  static Ipam toRemove(NetworkConfiguration configuration, CniRequest request) {
    return switch (configuration.ipamType()) {
      case "", StaticIpam.TYPE -> new NoIpam();
      case HostLocalIpam.TYPE -> HostLocalIpam.toRemove(configuration);
      default -> new DelegatedIpam(configuration.ipamType(), request);
    };
  }

  /** Gives addresses; if it fails, none is kept. */
  CniResult add(AttachmentId id);

  /** Takes back what the attachment has; that it has nothing is no error. */
  void delete(AttachmentId id);

  /** Fails unless the attachment still has its addresses. */
  void check(AttachmentId id);

  /** The attachments of the network that have addresses, as far as that is known here. */
  default Set<AttachmentId> holders() {
    return Set.of();
  }

  /** Takes back what attachments of the network have that are not among those. */
  void collect(Set<AttachmentId> valid);

  /** Fails if no address can be given. */
  void status();

  /** Gives none. */
  final class NoIpam implements Ipam {
    @Override
    public CniResult add(AttachmentId id) {
      return CniResult.EMPTY;
    }

    @Override
    public void delete(AttachmentId id) {
      // has nothing
    }

    @Override
    public void check(AttachmentId id) {
      // has nothing
    }

    @Override
    public void collect(Set<AttachmentId> valid) {
      // has nothing
    }

    @Override
    public void status() {
      // is always ready
    }
  }
}
