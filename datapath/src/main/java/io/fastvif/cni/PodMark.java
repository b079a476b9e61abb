package io.fastvif.cni;

import io.fastvif.netlink.route.LinkMessage;
import io.fastvif.netns.Netns;
import io.fastvif.plan.Aliases;
import io.fastvif.plan.LinkGroups;

/**
 * By what a link is known that is in a pod's namespace alone.
 *
 * @param alias what it bears when it is made
 * @param group in which it is until then
 */
record PodMark(String alias, int group) {

  /** That of a VIF of the host in this thread's namespace. */
  static PodMark of(String vifId) {
    return of(vifId, thisHost());
  }

  /** That of a VIF of a host. */
  static PodMark of(String vifId, String host) {
    String alias = Aliases.ofPodLink(vifId, host);
    return new PodMark(alias, LinkGroups.making(alias));
  }

  /** The identity of this thread's namespace. */
  static String thisHost() {
    try (Netns host = Netns.current()) {
      return host.identity();
    }
  }

  /** Whether a link bears it. */
  boolean isOn(LinkMessage link) {
    return link.alias() == null ? link.group() == group : link.alias().equals(alias);
  }
}
