# Counts the instructions of copies on 64-bit Arm: with LAB_COUNT=1, after mvn -Prelease package -DskipTests.
target=$LAB_DIR/../../../target
/usr/bin/java -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED -cp "$target/fastvif-datapath.jar:$target/lib/*:$target/test-classes" \
  io.fastvif.vhostuser.virtqueue.CopyInstructions
