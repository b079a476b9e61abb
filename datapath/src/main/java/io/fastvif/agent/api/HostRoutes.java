package io.fastvif.agent.api;

import io.fastvif.PluggedDevice;
import io.fastvif.PluggedVif;
import io.fastvif.agent.VifKeeper;
import io.fastvif.agent.http.Access;
import io.fastvif.agent.http.ApiRequest;
import io.fastvif.agent.http.HttpRoute;
import io.fastvif.agent.http.Method;
import io.fastvif.agent.http.Response;
import io.fastvif.agent.text.DeviceLine;
import io.fastvif.host.HostInfo;
import io.fastvif.host.negotiation.NetworkHost;
import io.fastvif.json.JsonMembers;
import io.fastvif.json.PlugRequest;
import io.fastvif.json.PlugRequests;
import io.fastvif.json.VersionedObjectWriter;
import io.fastvif.plugin.VifPlugins;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.Version;
import io.fastvif.vif.Vif;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the host has and what its plugins take: {@code /v1/devices}, {@code /v1/host-info}. */
final class HostRoutes {
  /** Where Open vSwitch's database does not answer, so that its ports are not among the devices. */
  private static final String OVS_SILENT = "Fastvif-Ovs-Silent";

  private static final String PERMIT = "permit";
  private static final String HOST_INFO = "host_info";
  private static final String VIFS = "vifs";
  private static final String AS = "as";

  private final VifKeeper keeper;

  private HostRoutes(VifKeeper keeper) {
    this.keeper = keeper;
  }

  static List<HttpRoute> of(VifKeeper keeper) {
    HostRoutes routes = new HostRoutes(keeper);
    return List.of(
        HttpRoute.waiting(Method.GET, "/v1/devices", Access.READ, routes::devices),
        HttpRoute.waiting(Method.GET, "/v1/host-info", Access.READ, HostRoutes::hostInfo),
        HttpRoute.waiting(Method.POST, "/v1/negotiations", Access.READ, HostRoutes::negotiate));
  }

  /** As {@code fastvif list --json} prints them. */
  private Response devices(ApiRequest request) {
    request.requireQuery();
    List<String> lines = new ArrayList<>();
    for (PluggedVif vif : keeper.host().plugged()) {
      for (PluggedDevice device : vif.devices()) {
        lines.add(DeviceLine.of(vif.id(), device));
      }
    }
    Response devices =
        Response.stream(Response.JSON_LINES, new PulledLines("", lines.iterator(), "\n", "\n", ""));
    boolean isMissing = keeper.host().usesOvs() && !keeper.host().snapshot().ovs().isKnown();
    return isMissing
        ? devices.withHeader(OVS_SILENT, keeper.host().configuration().ovs().servers().toString())
        : devices;
  }

  private static Response hostInfo(ApiRequest request) {
    request.requireQuery(PERMIT);
    HostInfo host = VifPlugins.installed().hostInfo();
    if (!request.queries(PERMIT).isEmpty()) {
      List<String> types = new ArrayList<>();
      request.queries(PERMIT).forEach(value -> types.addAll(List.of(value.split(",", -1))));
      host = host.permitting(types);
    }
    return Response.json(200, VersionedObjectWriter.write(host));
  }

  /** As {@code fastvif negotiate} answers. */
  private static Response negotiate(ApiRequest request) {
    request.requireQuery();
    JsonMembers asked = JsonMembers.of(request.body());
    String hostInfo =
        asked.json(HOST_INFO).orElseThrow(() -> asked.missing(HOST_INFO, "an object"));
    List<Vif> wanted = asked.json(VIFS).map(HostRoutes::vifs).orElseGet(NetworkHost::oneOfEachType);
    Map<String, Version> versions = versions(asked);
    asked.requireNoOthers();
    String answer = new NetworkHost(wanted, versions).answer(hostInfo);
    return Response.json(200, answer);
  }

  private static List<Vif> vifs(String json) {
    try {
      return PlugRequests.read(json).stream().map(PlugRequest::vif).toList();
    } catch (InvalidInputException wrong) {
      throw wrong.under(VIFS);
    }
  }

  private static Map<String, Version> versions(JsonMembers asked) {
    Map<String, Version> versions = new LinkedHashMap<>();
    asked
        .textMap(AS)
        .forEach(
            (name, version) -> {
              try {
                versions.put(name, Version.parse(version));
              } catch (InvalidInputException wrong) {
                throw asked.wrong(AS, wrong.under(name));
              }
            });
    return versions;
  }
}
