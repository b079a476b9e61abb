package io.fastvif.agent.keeper;

import io.fastvif.bindings.FastvifIOException;
import java.io.IOException;

/** A declaration could not be written, and what the disk had of its VIF before is untouched. */
final class UnwrittenException extends FastvifIOException {
  private static final long serialVersionUID = 1L;

  UnwrittenException(IOException refused) {
    super(StoreFailure.words(refused), refused);
  }
}
