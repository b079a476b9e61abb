/** System calls and kernel structures for fastvif: the only module that makes downcalls. */
module io.fastvif.bindings {
  exports io.fastvif.bindings;
  exports io.fastvif.bindings.linux;
}
