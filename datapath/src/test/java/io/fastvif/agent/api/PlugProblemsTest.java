package io.fastvif.agent.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.fastvif.agent.http.Problem;
import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FailureKind;
import io.fastvif.config.HostConfiguration;
import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugFailure;
import io.fastvif.engine.PlugResult;
import io.fastvif.vif.InvalidInputException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PlugProblemsTest {
  private static Problem problem(PlugFailure failure) {
    return PlugProblems.of(
        HostConfiguration.byDefault(),
        new PlugResult(null, Outcome.FAILED, failure, List.of("a note")),
        "tap1");
  }

  private static Problem ofErrno(int errno) {
    return problem(new PlugFailure("vif-1", "ip link add tap1", errno, "", List.of()));
  }

  @Test
  void hasTheStepTheKernelsWordsAndWhatIsLeft() throws Exception {
    Problem problem =
        problem(
            new PlugFailure(
                "vif-1",
                "ip link set tap1 master br0",
                Errno.EBUSY,
                "Device is already a port",
                List.of("tap1: EPERM")));
    assertEquals(409, problem.status());
    Map<String, Object> document = JsonValue.object(JsonValue.of(problem.document()));
    assertEquals("urn:fastvif:problem:in-use", document.get("type"));
    assertEquals("ip link set tap1 master br0", document.get("step"));
    assertEquals("EBUSY", document.get("errno"));
    assertEquals("Device is already a port", document.get("kernel"));
    assertEquals(List.of("tap1: EPERM"), document.get("left_behind"));
    assertEquals("vif-1", document.get("id"));
    assertEquals("tap1", document.get("name"));
    assertEquals(List.of("a note"), document.get("notes"));
    new OpenApi().checkProblem(document);
  }

  @Test
  void theStatusSaysWhatACallerCanDo() {
    assertEquals(409, ofErrno(Errno.EEXIST).status());
    assertEquals(409, ofErrno(Errno.EBUSY).status());
    assertEquals(424, ofErrno(Errno.ENODEV).status());
    assertEquals(500, ofErrno(Errno.EPERM).status());
    assertEquals(504, ofErrno(Errno.ETIMEDOUT).status());
    assertEquals(500, ofErrno(Errno.EINVAL).status());
    PlugFailure full =
        new PlugFailure("v", "not begun", 0, "full", List.of(), FailureKind.TIMED_OUT);
    assertEquals(503, problem(full).status());
  }

  @Test
  void wrongInputHasItsPlace() throws Exception {
    InvalidInputException wrong =
        InvalidInputException.ofValue("vif_name", "x", "is the name of another link", "a free one");
    PlugFailure failure =
        new PlugFailure("v", "plan", 0, wrong.getMessage(), List.of(), wrong, FailureKind.OTHER);
    Map<String, Object> document = JsonValue.object(JsonValue.of(problem(failure).document()));
    assertEquals("vif.vif_name", document.get("field"));
    assertEquals("x", document.get("value"));
    assertEquals("a free one", document.get("expected"));
    assertEquals(400L, document.get("status"));
    assertFalse(document.containsKey("errno"));
    new OpenApi().checkProblem(document);
    InvalidInputException later = wrong.untilUnplugged();
    assertEquals(
        409,
        problem(
                new PlugFailure(
                    "v", "plan", 0, later.getMessage(), List.of(), later, FailureKind.OTHER))
            .status());
  }
}
